use super::*;
use bellwether_pipeline::document::{Document as Read, Holder};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::json;

fn of(text: &str) -> Document {
    drafted(&Described::read(text.as_bytes()).expect("descriptions"))
}

/// A schedule of data quality, changed, and its definition, changed.
fn changed(schedule: impl Fn(&mut Value), definition: impl Fn(&mut Value)) -> Document {
    let text = include_str!("../fixtures/data-quality.json");
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut documents: Vec<Value> = documents.collect::<Result<_, _>>().expect("JSON");
    schedule(&mut documents[0]);
    definition(&mut documents[1]);
    of(&documents.iter().map(Value::to_string).collect::<String>())
}

#[test]
fn every_schedule_is_an_entry_that_says_what_it_does_not_hold() {
    for (described, drafted) in [
        (include_str!("../fixtures/data-quality.json"), include_str!("../fixtures/data-quality.yaml")),
        (
            include_str!("../fixtures/daily-with-scripts.json"),
            include_str!("../fixtures/daily-with-scripts.yaml"),
        ),
        (include_str!("../fixtures/model-quality.json"), include_str!("../fixtures/model-quality.yaml")),
        (include_str!("../fixtures/model-bias.json"), include_str!("../fixtures/model-bias.yaml")),
        (
            include_str!("../fixtures/model-explainability.json"),
            include_str!("../fixtures/model-explainability.yaml"),
        ),
        (include_str!("../fixtures/inline.json"), include_str!("../fixtures/inline.yaml")),
        (include_str!("../fixtures/own-image.json"), include_str!("../fixtures/own-image.yaml")),
    ] {
        let text = of(described).text() + "\n";
        assert_eq!(text, drafted);
        assert!(Yaml::load_from_str(&text).expect("YAML")[0]["monitors"].as_vec().is_some());
    }
}

/// What the document's own reader says is wrong.
fn mistakes(text: &str) -> Vec<String> {
    let read = Read::read("monitors.yaml", text.as_bytes(), Holder::Onlooker).expect("a document");
    read.mistakes().iter().map(ToString::to_string).collect()
}

#[test]
fn an_entry_can_be_used_or_the_reader_says_what_is_missing() {
    let none: [String; 0] = [];
    assert_eq!(mistakes(include_str!("../fixtures/data-quality.yaml")), none);
    assert_eq!(mistakes(include_str!("../fixtures/daily-with-scripts.yaml")), none);
    for drafted in [
        include_str!("../fixtures/inline.yaml"),
        include_str!("../fixtures/model-bias.yaml"),
        include_str!("../fixtures/model-explainability.yaml"),
    ] {
        let told = mistakes(drafted);
        assert_eq!(told.len(), 2, "{told:?}");
        for (told, key) in told.iter().zip(["capture_uri", "variant_name"]) {
            assert!(told.contains(&format!("{key} is missing")), "{told}");
        }
    }
}

#[test]
fn what_is_no_entry_is_told_with_its_reason() {
    let batch = include_str!("../fixtures/batch-transform.json");
    let nothing = |_: &mut Value| {};
    let cases = [
        (of(batch), "schedule batch-daily", "batch transform jobs (s3://captures/batch)"),
        (
            changed(|schedule| schedule["MonitoringType"] = json!("ModelPoetry"), nothing),
            "schedule churn-hourly",
            "its monitoring type ModelPoetry is not known here",
        ),
        (
            changed(nothing, |definition| definition["JobDefinitionName"] = json!("other")),
            "schedule churn-hourly",
            "`aws sagemaker describe-data-quality-job-definition --job-definition-name churn-job`",
        ),
        (
            changed(|schedule| schedule["MonitoringScheduleConfig"] = json!({}), nothing),
            "schedule churn-hourly",
            "it names no job definition",
        ),
    ];
    for (document, subject, reason) in cases {
        let line = document.left_out[0].line();
        assert!(document.drafts.is_empty() && line.contains(subject) && line.contains(reason), "{line}");
    }
    let unnamed = changed(nothing, |definition| definition["JobDefinitionName"] = json!("other"));
    assert!(unnamed.left_out[1].line().starts_with("no entry for job definition other: no schedule"));
}

#[test]
fn a_value_that_no_setting_takes_is_told_and_not_written() {
    let input = |key: &'static str, value: Value| {
        move |definition: &mut Value| definition["DataQualityJobInput"]["EndpointInput"][key] = value.clone()
    };
    let baseline =
        |value: Value| move |definition: &mut Value| definition["DataQualityBaselineConfig"] = value.clone();
    let nothing = |_: &mut Value| {};
    let uri = "https://b.s3.amazonaws.com/k";
    let expression = |text: &'static str| {
        move |schedule: &mut Value| {
            schedule["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] = json!(text);
        }
    };
    for (document, comment, is_enabled) in [
        (
            changed(nothing, input("StartTimeOffset", json!("-PT90M"))),
            "Fill in start_time_offset in whole hours: it was -PT90M.",
            true,
        ),
        (
            changed(nothing, input("InferenceAttribute", json!("0"))),
            "inference_attribute 0 (this monitor has no such setting)",
            true,
        ),
        (
            changed(nothing, input("NewAttribute", json!({"A": 1}))),
            "JobInput.EndpointInput.NewAttribute.A 1 (no counterpart here)",
            true,
        ),
        (changed(nothing, baseline(Value::Null)), "It has no baseline", true),
        (
            changed(nothing, baseline(json!({"ConstraintsResource": {"S3Uri": uri}}))),
            "Fill in baseline_constraints_uri: https://b.s3.amazonaws.com/k as s3://bucket/key.",
            true,
        ),
        (
            changed(expression("rate(1 hour)"), nothing),
            "Its schedule rate(1 hour) is not understood here",
            false,
        ),
        (changed(expression("cron(0 0/2 ? * * *)"), nothing), "It ran every 2 hours from 00:00 UTC on", true),
        (
            changed(nothing, |definition| {
                definition["DataQualityAppSpecification"]["ContainerEntrypoint"] = json!(["a"])
            }),
            "ContainerEntrypoint a (no container runs)",
            false,
        ),
    ] {
        let text = document.text();
        assert!(text.contains(comment), "{comment} in\n{text}");
        assert_eq!(document.drafts[0].is_enabled(), is_enabled, "{text}");
    }
}

#[test]
fn an_endpoint_whose_capture_is_off_leaves_variant_and_capture_to_a_person() {
    let text = include_str!("../fixtures/data-quality.json").replace("\"Started\"", "\"Stopped\"");
    let text = of(&text).text();
    assert!(
        text.contains(
            "# Fill in variant_name and capture_uri. Of its endpoint: its data capture is Stopped."
        ),
        "{text}"
    );
    assert!(text.contains("endpoint_name: churn-prod") && !text.contains("    variant_name: "), "{text}");
}

#[test]
fn whatever_stands_in_a_schedule_the_document_can_be_read() {
    let odd = "a: b\n# \u{2028}\"'*&![]{}\u{0}";
    let document = changed(
        |schedule| {
            schedule["MonitoringScheduleName"] = json!(odd);
            schedule["FailureReason"] = json!(odd);
            schedule["MonitoringScheduleStatus"] = json!("Failed");
        },
        |definition| {
            definition["DataQualityJobInput"]["EndpointInput"] = json!({"EndpointName": odd, odd: odd});
            definition["DataQualityAppSpecification"] = json!({"ImageUri": odd, "Environment": {odd: odd}});
        },
    );
    let text = document.text();
    let read = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!(read[0]["monitors"][0]["endpoint_name"].as_str(), Some(odd), "{text}");
}
