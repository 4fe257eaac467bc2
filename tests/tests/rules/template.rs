//! What the template lets in is what the code lets in, and no function starts itself.

use super::read;
use bellwether_alarms::template::Template;
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::{parse_duration, parse_length, parse_offset};
use bellwether_pipeline::monitors::data_quality::DataQualitySettings;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::settings::Settings;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) fn document() -> Value {
    Template::parse(&read("template.yaml")).expect("a template").document().clone()
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

fn parameter(name: &str) -> Value {
    let parameter = document()["Parameters"][name].clone();
    assert!(parameter.is_object(), "the template has no parameter {name}");
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
    let names: [(&str, Parse); 4] = [
        ("EndpointName", |text| text.parse::<EndpointName>().is_ok()),
        ("VariantName", |text| text.parse::<VariantName>().is_ok()),
        ("ScheduleName", |text| text.parse::<ScheduleName>().is_ok()),
        ("DataQualityScheduleName", |text| text.parse::<ScheduleName>().is_ok()),
    ];
    for (name, is_name) in names {
        let accepts = acceptance(&parameter(name));
        for text in candidates() {
            assert_eq!(accepts(&text), is_name(&text), "{name}: {text:?}");
        }
    }
}

#[test]
fn durations_that_the_template_takes_are_understood() {
    let (window, age) = (acceptance(&parameter("Window")), acceptance(&parameter("ReplayMaxAge")));
    for hours in 0..=200 {
        let text = format!("PT{hours}H");
        assert_eq!(window(&text), parse_length(&text).is_ok(), "{text}");
    }
    let offsets =
        ["StartTimeOffset", "EndTimeOffset", "DataQualityStartTimeOffset", "DataQualityEndTimeOffset"];
    for offset in offsets.map(|name| acceptance(&parameter(name))) {
        let texts = (0..1_100).flat_map(|n| [format!("-PT{n}H"), format!("-P{n}D")]);
        let taken: Vec<String> = texts.filter(|text| offset(text)).collect();
        assert_eq!(taken.len(), 1_000 + 99);
        for text in taken {
            assert!(parse_offset(&text).is_ok(), "{text}");
        }
        assert!(offset("") && !["PT6H", "-PT90M", "-PT01H", "-P1M"].into_iter().any(&offset));
    }
    let mut accepted = 0;
    for text in ["PT1M", "PT90M", "PT9999M", "PT1H", "PT1H30M", "PT999H59M", "PT0M", "P1D", "90", "PT1H0M"] {
        if age(text) {
            accepted += 1;
            assert!(parse_duration(text).is_ok(), "{text}");
        }
    }
    assert!(accepted >= 5, "only {accepted} were accepted");
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

/// The parameter that a variable is set to, under whatever condition.
fn referenced(value: &Value) -> Option<&str> {
    let branches = value["Fn::If"].as_array().into_iter().flatten();
    let references = std::iter::once(value).chain(branches).filter_map(|value| value["Ref"].as_str());
    references.into_iter().find(|name| !name.starts_with("AWS::"))
}

/// How many bounds and defaults of parameters the code of a monitor takes.
fn compared<S: Settings>(folder: &str) -> usize {
    let resources = function_resources();
    let environment = &resources[folder]["Properties"]["Environment"]["Variables"];
    let mut compared = 0;
    for variable in S::VARIABLES {
        let Some(reference) = referenced(&environment[variable.name]) else { continue };
        let parameter = parameter(reference);
        let listed = parameter["AllowedValues"].as_array().into_iter().flatten();
        let bounds = ["Default", "MinValue", "MaxValue"].map(|bound| &parameter[bound]);
        for value in listed.chain(bounds).filter(|value| !value.is_null()) {
            understood::<S>(variable.name, &text(value))
                .unwrap_or_else(|error| panic!("{reference}: {error}"));
            compared += 1;
        }
        if let Some(default) = variable.default {
            assert_eq!(text(&parameter["Default"]), default, "{reference} and {}", variable.name);
        }
    }
    compared
}

#[test]
fn every_bound_and_default_of_a_parameter_is_one_that_the_code_takes() {
    let of_lists = compared::<DiversitySettings>("diversity-check");
    assert!(of_lists > 30, "only {of_lists} values were compared");
    let of_columns = compared::<DataQualitySettings>("data-quality");
    assert!(of_columns > 15, "only {of_columns} values were compared");
    assert!(understood::<DiversitySettings>("TOP_K", "0").is_err(), "the comparison can fail");
    assert!(understood::<DataQualitySettings>("COMPARISON", "exact").is_err(), "the comparison can fail");
}

/// The text of a `!Sub`, with the parameters' names for their values.
fn substituted(value: &Value) -> Option<&str> {
    value["Fn::Sub"].as_str().or_else(|| value["Fn::Sub"][0].as_str())
}

/// One grant or denial of writing: where to, as the template spells it.
fn puts(role: &Value, effect: &str) -> Vec<String> {
    let policies = role["Properties"]["Policies"].as_array().into_iter().flatten();
    let statements = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array()).flatten();
    statements
        .map(|statement| statement["Fn::If"].get(1).unwrap_or(statement))
        .filter(|statement| statement["Effect"] == effect)
        .filter(|statement| one_or_many(&statement["Action"]).any(|action| action == "s3:PutObject"))
        .flat_map(|statement| one_or_many(&statement["Resource"]))
        .map(|resource| resource["Fn::If"].get(1).unwrap_or(resource))
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
                let key = key["Fn::If"].get(1).unwrap_or(key);
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
    assert_eq!(triggers, 3, "S3 starts the baseline function, and the router for either monitor");
    for inside in ["s3://reports/model-monitor", "s3://reports/model-monitor/state"] {
        let error =
            understood::<DiversitySettings>("STATE_URI", inside).expect_err("state inside the reports");
        assert!(error.contains("STATE_URI"), "{error}");
    }
}
