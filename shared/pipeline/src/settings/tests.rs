//! What holds for every table of settings, whatever is declared in it.

use super::baseline::{ActivationSettings, BaselineSettings};
use super::router::RouterSettings;
use super::{Allowed, Settings, Variable};
use crate::monitor::Monitor;
use std::collections::{BTreeMap, BTreeSet};

/// Settings with which every function could start.
const USUAL: [(&str, &str); 13] = [
    ("ENDPOINT_NAME", "recommender-prod"),
    ("VARIANT_NAME", "AllTraffic"),
    ("SCHEDULE_NAME", "hourly"),
    ("CAPTURE_URI", "s3://capture/data"),
    ("VALIDATION_SET_URI", "s3://inputs/sessions.jsonl"),
    ("CATALOG_URI", "s3://inputs/catalog.json"),
    ("REPORTS_URI", "s3://reports/model-monitor"),
    ("MODELS_URI", "s3://models/recommender"),
    ("BASELINES_URI", "s3://models-of/baselines"),
    ("GROUND_TRUTH_URI", "s3://labels/churn"),
    ("ANALYSIS_CONFIG_URI", "s3://inputs/analysis_config.json"),
    ("PROBLEM_TYPE", "BinaryClassification"),
    ("INFERENCE_ATTRIBUTE", "0"),
];

/// Another value of a setting than the usual one, or than its default.
const OTHER: [(&str, &str); 41] = [
    ("REPLAY", "http://localhost:8080/invocations"),
    ("RECOMMENDATIONS_PATH", "items[].id"),
    ("WINDOW", "PT6H"),
    ("START_TIME_OFFSET", "-PT6H"),
    ("END_TIME_OFFSET", "-PT0H"),
    ("CADENCE", "PT2H"),
    ("REPLAY_MAX_AGE", "PT2H"),
    ("METRICS_NAMESPACE", "Bellwether"),
    ("STACK_NAME", "another"),
    ("STACK_METRICS_NAMESPACE", "Another"),
    ("BASELINE_CONSTRAINTS_URI", "s3://named/constraints.json"),
    ("BASELINE_STATISTICS_URI", "s3://named/statistics.json"),
    ("PATHS_URI", "s3://inputs/columns.json"),
    ("CAPTURE_INDEX_NAMES", "endpointInput"),
    ("FEATURE_METRICS", "age, income"),
    ("STATE_URI", "s3://elsewhere/state"),
    ("ENDPOINT_NAME", "another"),
    ("VARIANT_NAME", "another"),
    ("SCHEDULE_NAME", "another"),
    ("CAPTURE_URI", "s3://another/capture"),
    ("VALIDATION_SET_URI", "s3://another/sessions.jsonl"),
    ("CATALOG_URI", "s3://another/catalog.json"),
    ("REPORTS_URI", "s3://another/reports"),
    ("BASELINES_URI", "s3://another/baselines"),
    ("GROUND_TRUTH_URI", "s3://another/labels"),
    ("GROUND_TRUTH_ATTRIBUTE", "label"),
    ("MERGED_URI", "s3://another/merged"),
    ("ANALYSIS_CONFIG_URI", "s3://another/analysis_config.json"),
    ("FEATURES_ATTRIBUTE", "instances[*].features"),
    ("BASELINE_CALIBRATION_URI", "s3://named/calibration.json"),
    ("INFERENCE_ATTRIBUTE", "2"),
    ("PROBABILITY_ATTRIBUTE", "1"),
    ("LABEL_HEADERS", "low, middle, high"),
    ("POSITIVE_LABEL", "yes"),
    ("RUNBOOK_URL", "https://wiki.example/runbook"),
    ("THREADS", "3"),
    ("OF", "another"),
    ("WINDOW_STATE_MACHINE_ARN", "arn:aws:states:us-east-1:000000000000:stateMachine:windows"),
    ("PART_CONCURRENCY", "7"),
    ("EXPLAINED_ENDPOINT_NAME", "recommender-shadow"),
    ("EXPLAINED_MODEL_URL", "http://localhost:8080/invocations"),
];

/// What must stand beside a setting, other than the usual ones, before and after it is changed.
fn beside(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        // A baseline is named in one way, and its other files with their constraints.
        "BASELINE_CONSTRAINTS_URI" | "BASELINE_STATISTICS_URI" | "BASELINE_CALIBRATION_URI" => {
            &[("BASELINES_URI", ""), ("BASELINE_CONSTRAINTS_URI", "s3://b/constraints.json")]
        }
        // An answer says its label, its score or both; lists of scores belong to labels.
        "INFERENCE_ATTRIBUTE" => &[("PROBABILITY_ATTRIBUTE", "1")],
        "LABEL_HEADERS" => &[
            ("PROBLEM_TYPE", "MulticlassClassification"),
            ("PROBABILITY_ATTRIBUTE", "1"),
            ("LABEL_HEADERS", "low, high"),
        ],
        _ => &[],
    }
}

fn found(pairs: &[(&str, &str)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn read<S: Settings>(changes: &[(&str, &str)]) -> S {
    S::read(|name| found(changes, name).or_else(|| found(&USUAL, name)))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Another value that a variable takes.
fn other(variable: &Variable) -> String {
    match (variable.allowed, variable.default) {
        (Allowed::Words(words), default) => {
            let usual = found(&USUAL, variable.name).or_else(|| default.map(str::to_owned));
            (*words.iter().find(|word| Some(**word) != usual.as_deref()).expect("a second word")).to_owned()
        }
        (Allowed::Number(least, most), Some(default)) => {
            let number = if default.parse() == Ok(least) { most } else { least };
            number.to_string()
        }
        _ => found(&OTHER, variable.name).unwrap_or_else(|| panic!("no other value of {}", variable.name)),
    }
}

/// Each setting that is declared to change a verdict changes the configuration, and no other does.
fn follows_what_is_judged<S: Settings>(always: &[(&str, &str)]) -> usize {
    let mut judged = 0;
    for variable in S::VARIABLES {
        let other = other(variable);
        let mut changed = always.to_vec();
        changed.extend(beside(variable.name));
        let before: S = read(&changed);
        // What only counts as set is left out; what counts by its value has another one.
        let is_set = found(&USUAL, variable.name).is_some() && variable.judged && !variable.required;
        let value = if is_set { "" } else { other.as_str() };
        changed.retain(|(name, _)| *name != variable.name);
        changed.push((variable.name, value));
        let after: S = read(&changed);
        let differs = before.configuration() != after.configuration();
        assert_eq!(differs, variable.judged, "{} from {value:?}", variable.name);
        judged += usize::from(variable.judged);
    }
    judged
}

macro_rules! of_every_monitor {
    ($($module:ident::$monitor:ident),+) => {
        /// Each is asked with a replay too, where it can make one.
        #[test]
        fn the_configuration_follows_each_setting_that_can_change_a_verdict_and_no_other() {
            let replayed = [("REPLAY", "sagemaker")];
            $(
                let judged =
                    follows_what_is_judged::<<crate::monitors::$module::$monitor as Monitor>::Settings>(&replayed);
                assert!(judged >= 8, "only {judged} settings of {} are judged", stringify!($monitor));
            )+
        }

        fn tables_of_monitors() -> Vec<BTreeMap<&'static str, Variable>> {
            vec![$(table::<<crate::monitors::$module::$monitor as Monitor>::Settings>()),+]
        }

        fn monitors_ask_aws_for_what_lies_there() {
            $(asks_aws_for_what_lies_there::<<crate::monitors::$module::$monitor as Monitor>::Settings>();)+
        }
    };
}
crate::monitors!(of_every_monitor);

/// A variable is declared once in a table, under one flag, with a default and bounds that it takes.
fn table<S: Settings>() -> BTreeMap<&'static str, Variable> {
    let mut flags = BTreeSet::new();
    let mut table = BTreeMap::new();
    for variable in S::VARIABLES {
        assert!(flags.insert(variable.flag), "--{} twice", variable.flag);
        assert!(table.insert(variable.name, *variable).is_none(), "{} twice", variable.name);
        assert!(!(variable.required && variable.default.is_some()), "{}", variable.name);
        assert!(!variable.help.ends_with('.') && variable.help == variable.help.trim(), "{}", variable.help);
        let texts = match variable.allowed {
            Allowed::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Allowed::Number(least, most) => vec![least.to_string(), most.to_string()],
            Allowed::Text => Vec::new(),
        };
        for text in texts.iter().map(String::as_str).chain(variable.default) {
            let _: S = read(&[(variable.name, text)]);
        }
        let refused = match variable.allowed {
            Allowed::Words(_) => "another".to_owned(),
            Allowed::Number(_, most) => (most + 1.0).to_string(),
            Allowed::Text => continue,
        };
        let lookup =
            |name: &str| if name == variable.name { Some(refused.clone()) } else { found(&USUAL, name) };
        let error = S::read(lookup).err().unwrap_or_else(|| panic!("{} takes {refused}", variable.name));
        assert!(error.mistakes.iter().any(|told| told.starts_with(variable.name)), "{error}");
    }
    table
}

#[test]
fn every_table_is_consistent_and_one_name_has_one_flag_everywhere() {
    let others = [table::<BaselineSettings>(), table::<ActivationSettings>(), table::<RouterSettings>()];
    let mut known: BTreeMap<&str, Variable> = BTreeMap::new();
    for (name, variable) in tables_of_monitors().into_iter().chain(others).flatten() {
        let first = known.entry(name).or_insert(variable);
        assert_eq!((first.flag, first.placeholder), (variable.flag, variable.placeholder), "{name}");
        assert_eq!((first.default, first.allowed), (variable.default, variable.allowed), "{name}");
    }
    assert!(known.len() > 30, "{}", known.len());
}

fn asks_aws_for_what_lies_there<S: Settings>() {
    let local: Vec<(&str, &str)> = USUAL
        .iter()
        .map(|(name, value)| (*name, value.strip_prefix("s3://").map_or(*value, |path| path)))
        .collect();
    assert!(!read::<S>(&local).needs_aws());
    for (name, value) in USUAL.into_iter().chain(OTHER) {
        let is_read = S::VARIABLES.iter().any(|variable| variable.name == name);
        if is_read && value.starts_with("s3://") {
            let mut changed = local.clone();
            changed.retain(|(known, _)| *known != name);
            changed.push((name, value));
            if name.starts_with("BASELINE_") {
                changed.retain(|(known, _)| *known != "BASELINES_URI");
                changed.push(("BASELINES_URI", ""));
                changed.push(("BASELINE_CONSTRAINTS_URI", "constraints.json"));
            }
            assert!(read::<S>(&changed).needs_aws(), "{name}={value}");
        }
    }
}

#[test]
fn nothing_is_asked_of_aws_that_lies_in_folders() {
    monitors_ask_aws_for_what_lies_there();
    asks_aws_for_what_lies_there::<BaselineSettings>();
    assert!(
        read::<RouterSettings>(&[
            ("REPORTS_URI", "reports"),
            ("TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:t")
        ])
        .needs_aws()
    );
}

#[test]
fn names_are_judged_by_as_they_are_written_again() {
    let names = <BTreeSet<String> as super::declared::Value>::understood(" b, a,,b ").expect("names");
    assert_eq!(super::declared::Value::spelt(&names), "a,b");
    assert_eq!(<() as Settings>::judged(&()), []);
}
