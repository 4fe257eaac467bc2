//! What the templates let in is what the code lets in, no function starts itself, and a stack stays small to fill in.

use super::read;
use bellwether_alarms::template::Template;
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::monitors::data_quality::DataQualitySettings;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn document() -> Value {
    Template::parse(&read("template.yaml")).expect("a template").document().clone()
}

/// The template of an endpoint's own alarms.
pub(crate) fn of_an_endpoint() -> Value {
    Template::parse(&read("alarms.yaml")).expect("a template").document().clone()
}

/// The functions of the template by the folder of their code.
pub(crate) fn function_resources() -> BTreeMap<String, Value> {
    let document = document();
    let resources = document["Resources"].as_object().expect("resources");
    let functions = resources.values().filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    functions
        .map(|function| {
            let code = function["Properties"]["CodeUri"].as_str().expect("a CodeUri");
            let folder =
                code.strip_prefix("functions/").unwrap_or_else(|| panic!("{code} is not in functions/"));
            (folder.to_owned(), function.clone())
        })
        .collect()
}

/// A parameter of an endpoint's own alarms.
fn parameter(name: &str) -> Value {
    let parameter = of_an_endpoint()["Parameters"][name].clone();
    assert!(parameter.is_object(), "alarms.yaml has no parameter {name}");
    parameter
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What CloudFormation would say of a value: it must match as a whole.
fn acceptance(parameter: &Value) -> impl Fn(&str) -> bool + use<> {
    let pattern = parameter["AllowedPattern"].as_str().expect("an AllowedPattern");
    let whole = Regex::new(&format!("^(?:{pattern})$")).expect("a pattern that the regex crate knows");
    let most = parameter["MaxLength"].as_u64().unwrap_or(u64::MAX);
    let least = parameter["MinLength"].as_u64().unwrap_or(0);
    move |value| (least..=most).contains(&(value.chars().count() as u64)) && whole.is_match(value)
}

/// Every text of up to five of these characters, and long ones.
fn candidates() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..5 {
        last = last
            .iter()
            .flat_map(|text| ["a", "Z", "0", "-", ".", "/", "_"].map(|c| format!("{text}{c}")))
            .collect();
        texts.extend(last.iter().cloned());
    }
    for length in 61..=66 {
        texts.push("a".repeat(length));
        texts.push(format!("a{}b", "-".repeat(length - 2)));
        texts.push(format!("{}-", "a".repeat(length - 1)));
    }
    texts.extend(["../x", "a b", "a\n", "\na", "é", "a%2e", "AllTraffic"].map(str::to_owned));
    texts
}

#[test]
fn names_are_what_the_code_takes_for_names() {
    type Parse = fn(&str) -> bool;
    let names: [(&str, Parse); 7] = [
        ("EndpointName", |text| text.parse::<EndpointName>().is_ok()),
        ("VariantName", |text| text.parse::<VariantName>().is_ok()),
        ("DiversityScheduleName", |text| text.is_empty() || text.parse::<ScheduleName>().is_ok()),
        ("DataQualityScheduleName", |text| text.is_empty() || text.parse::<ScheduleName>().is_ok()),
        ("ModelQualityScheduleName", |text| text.is_empty() || text.parse::<ScheduleName>().is_ok()),
        ("ModelBiasScheduleName", |text| text.is_empty() || text.parse::<ScheduleName>().is_ok()),
        ("ModelExplainabilityScheduleName", |text| text.is_empty() || text.parse::<ScheduleName>().is_ok()),
    ];
    for (name, is_name) in names {
        let accepts = acceptance(&parameter(name));
        for text in candidates() {
            assert_eq!(accepts(&text), is_name(&text), "{name}: {text:?}");
        }
    }
}

/// `sam deploy --guided` asks eight questions of its own, and a person answers 25.
#[test]
fn a_person_can_answer_what_a_deployment_asks() {
    let parameters = document()["Parameters"].as_object().expect("parameters").len();
    assert!(parameters <= 25 - 8, "{parameters} parameters");
    // Monitors that are to come have their room.
    const OF_A_MONITOR: usize = 40;
    let lines = read("template.yaml").lines().count();
    let with_five = lines + 5_usize.saturating_sub(TABLE.len()) * OF_A_MONITOR;
    assert!(with_five <= 1_100, "{lines} lines for {} monitors", TABLE.len());
}

/// What lies beside the reports of one prefix is not the reports of another.
#[test]
fn the_reports_of_a_stack_lie_beside_no_other_stacks_state() {
    let pattern =
        document()["Parameters"]["ReportsPrefix"]["AllowedPattern"].as_str().expect("a pattern").to_owned();
    let (refused, taken) = pattern.split_at("^(?!.*-(state|baselines)$)".len());
    assert_eq!(refused, "^(?!.*-(state|baselines)$)");
    assert!(Regex::new(&format!("^{taken}")).expect("a pattern").is_match("team/reports"));
}

fn rarely(group: &str, name: &str) -> String {
    let value = &document()["Mappings"]["Rarely"][group][name];
    assert!(!value.is_null(), "no {group}.{name}");
    text(value)
}

#[test]
fn what_is_rarely_changed_is_what_the_code_takes() {
    let read = RouterSettings::read(|name| {
        Some(match name {
            "REPORTS_URI" => "s3://reports/reports".to_owned(),
            "REMIND_AFTER" => rarely("Messages", "RemindAfter"),
            "RUNBOOK_URL" => rarely("Messages", "RunbookUrl"),
            "REPORT_BASE_URL" => rarely("Messages", "ReportBaseUrl"),
            _ => return None,
        })
    });
    assert_eq!(read.expect("settings").runbook, None);
    for monitor in ["DiversityCheck", "DataQuality", "ModelQuality", "ModelBias", "ModelExplainability"] {
        understood::<DiversitySettings>("METRICS_NAMESPACE", &rarely("Namespaces", monitor))
            .expect("a namespace");
    }
    let alarms = |name: &str| text(&parameter(name)["Default"]);
    assert_eq!(rarely("Namespaces", "DiversityCheck"), alarms("DiversityNamespace"));
    assert_eq!(rarely("Namespaces", "DataQuality"), alarms("DataQualityNamespace"));
    assert_eq!(rarely("Namespaces", "ModelQuality"), alarms("ModelQualityNamespace"));
    assert_eq!(rarely("Namespaces", "ModelBias"), alarms("ModelBiasNamespace"));
    assert_eq!(rarely("Namespaces", "ModelExplainability"), alarms("ModelExplainabilityNamespace"));
    // Captures of an hour may come ten minutes late.
    let minute = rarely("Schedule", "EveryHour");
    let minute = minute
        .strip_prefix("cron(")
        .and_then(|cron| cron.split_once(" * * * ? *)"))
        .expect("a cron expression");
    assert!((10..60).contains(&minute.0.parse::<u32>().expect("a minute")), "{minute:?}");
}

/// Settings of a monitor with one of them changed.
fn understood<S: Settings>(name: &str, value: &str) -> Result<(), String> {
    let settings = S::read(|asked| {
        let good = match asked {
            "ENDPOINT_NAME" | "VARIANT_NAME" | "SCHEDULE_NAME" => "x",
            "CATALOG_URI" => "s3://inputs/catalog.json",
            "VALIDATION_SET_URI" => "s3://inputs/sessions.jsonl",
            "CAPTURE_URI" => "s3://capture",
            "REPORTS_URI" => "s3://reports/model-monitor",
            _ => "",
        };
        Some(if asked == name { value } else { good }.to_owned())
    });
    settings.map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn every_bound_and_default_of_a_threshold_is_one_that_the_code_takes() {
    for (name, variable) in [("MinDiversity", "MIN_DIVERSITY"), ("TopK", "TOP_K")] {
        let parameter = parameter(name);
        for bound in ["Default", "MinValue", "MaxValue"] {
            understood::<DiversitySettings>(variable, &text(&parameter[bound]))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let declared = DiversitySettings::VARIABLES.iter().find(|declared| declared.name == variable);
        assert_eq!(
            declared.and_then(|declared| declared.default),
            Some(text(&parameter["Default"]).as_str())
        );
    }
    assert!(understood::<DiversitySettings>("TOP_K", "0").is_err(), "the comparison can fail");
    assert!(understood::<DataQualitySettings>("COMPARISON", "exact").is_err(), "the comparison can fail");
}

/// The text of a `!Sub`, with the parameters' names for their values.
fn substituted(value: &Value) -> Option<&str> {
    value["Fn::Sub"].as_str().or_else(|| value["Fn::Sub"][0].as_str())
}

/// One grant or denial of writing: where to, as the template spells it.
fn puts(role: &Value, effect: &str) -> Vec<String> {
    let resources = document()["Resources"].clone();
    let shared = role["Properties"]["ManagedPolicyArns"].as_array().into_iter().flatten();
    let shared =
        shared.map(|policy| &resources[policy["Ref"].as_str().expect("a policy of the stack")]["Properties"]);
    let own = role["Properties"]["Policies"].as_array().into_iter().flatten();
    let own = own.map(|policy| policy["Fn::If"].get(1).unwrap_or(policy));
    let statements =
        own.chain(shared).flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array()).flatten();
    statements
        .map(|statement| statement["Fn::If"].get(1).unwrap_or(statement))
        .filter(|statement| statement["Effect"] == effect)
        .filter(|statement| one_or_many(&statement["Action"]).any(|action| action == "s3:PutObject"))
        .flat_map(|statement| one_or_many(&statement["Resource"]))
        .map(|resource| substituted(resource).expect("a !Sub").to_owned())
        .collect()
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// What S3 starts a function with: the bucket's objects below a prefix, as the template spells them.
fn started_by(function: &Value) -> Vec<String> {
    let events = function["Properties"]["Events"].as_object().into_iter().flatten();
    let detail = events.map(|(_, event)| &event["Properties"]["Pattern"]["detail"]);
    detail
        .filter(|detail| detail.is_object())
        .flat_map(|detail| {
            let bucket = detail["bucket"]["name"][0]["Ref"].as_str().expect("a bucket");
            one_or_many(&detail["object"]["key"]).map(move |key| {
                let key = substituted(&key["wildcard"]).expect("a pattern of keys");
                let prefix = key.split('*').next().expect("what stands before the first wildcard");
                format!("arn:${{AWS::Partition}}:s3:::${{{bucket}}}/{prefix}")
            })
        })
        .collect()
}

/// What a function writes must not start it again: no role allows a write below its own trigger, and each denies it.
#[test]
fn no_function_writes_below_what_starts_it() {
    let mut triggers = 0;
    for (name, function) in function_resources() {
        let role = function["Properties"]["Role"]["Fn::GetAtt"][0].as_str().expect("a role of its own");
        let role = document()["Resources"][role].clone();
        assert_eq!(
            role["Properties"]["PermissionsBoundary"]["Fn::If"][0],
            json!("HasPermissionsBoundary"),
            "{name}"
        );
        for trigger in started_by(&function) {
            triggers += 1;
            let allowed = puts(&role, "Allow");
            assert!(!allowed.is_empty(), "{name} writes something");
            assert!(!allowed.iter().any(|to| to.starts_with(&trigger)), "{name} may write below {trigger}");
            let denied = puts(&role, "Deny");
            let is_denied =
                denied.iter().any(|to| to.strip_suffix('*').is_some_and(|to| trigger.starts_with(to)));
            assert!(is_denied, "{name} is not denied to write below {trigger}");
        }
    }
    assert_eq!(triggers, 2, "S3 starts the baseline function and the router");
    for inside in ["s3://reports/model-monitor", "s3://reports/model-monitor/state"] {
        let error =
            understood::<DiversitySettings>("STATE_URI", inside).expect_err("state inside the reports");
        assert!(error.contains("STATE_URI"), "{error}");
    }
}
