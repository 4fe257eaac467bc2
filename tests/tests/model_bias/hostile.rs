//! Configurations and payloads that somebody got wrong, or meant ill: each is named with its file, what was found and what to write,
//! and none costs more than it should.

use super::traffic::{capture, label_hour, prepared, start, with_baseline};
use crate::harness::{Harness, nine};
use bellwether_contract::execution::{Execution, Status};
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_tests::local::groups::{ENDPOINT, configuration, id, labelled, record};
use serde_json::{Value, json};

/// What is done to a configuration.
type Change<'c> = &'c dyn Fn(&mut Value);

/// A change of the configuration, and what is said of it.
async fn refused(change: impl Fn(&mut Value)) -> String {
    let site = prepared(Harness::folder(), 50).await;
    let mut config = configuration();
    change(&mut config);
    site.put("analysis_config.json", config.to_string()).await;
    site.run_as::<ModelBias>(&nine())
        .await
        .map(|made| made.execution.exit_message)
        .expect_err("an error")
        .chain()
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_is_named_with_what_to_write() {
    let doubling = vec!["[@, @][]"; 30].join(" | ");
    let cases: [(Change<'_>, &[&str]); 8] = [
        (&|it| it["facet"][0]["name_or_index"] = json!("repaid"), &["facet[0].name_or_index", "the label"]),
        (&|it| it["facet"][0]["name_or_index"] = json!("sexx"), &["\"sexx\"", "write \"sex\""]),
        (&|it| it["facet"] = json!(vec![it["facet"][0].clone(); 10_000]), &["facet[1]", "\"sex\" once more"]),
        (&|it| it["facet"] = json!([]), &["facet is an empty list"]),
        (
            &|it| drop(it.as_object_mut().expect("an object").remove("headers")),
            &["headers is missing; write"],
        ),
        (&|it| it["label_values_or_threshold"] = json!([]), &["label_values_or_threshold is an empty list"]),
        (
            &|it| it["features"] = json!(doubling),
            &["features: ", "1073741824 times", "1000 times is the most"],
        ),
        (&|it| it["label"] = json!("instances[*"), &["label: ", "JMESPath"]),
    ];
    for (change, told) in cases {
        let error = refused(change).await;
        assert!(error.contains("analysis_config.json"), "{error}");
        for part in told {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
}

/// What the data alone show: the run says why nothing was judged.
async fn unjudged(change: impl Fn(&mut Value)) -> Execution {
    let site = prepared(Harness::folder(), 50).await;
    label_hour(&site, 8, 8, 0..600).await;
    let mut config = configuration();
    change(&mut config);
    site.put("analysis_config.json", config.to_string()).await;
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    let status = made.monitoring_execution_status;
    assert!([Status::Inconclusive, Status::Failed].contains(&status), "{}", made.exit_message);
    made
}

#[tokio::test]
async fn a_configuration_that_does_not_fit_the_data_judges_nothing_and_says_why() {
    let cases: [(Change<'_>, &str); 5] = [
        (
            &|it| it["facet"][0] = json!({"name_or_index": "age", "value_or_threshold": ["old"]}),
            "Facet/label value provided must be a single numeric threshold for continuous data",
        ),
        (
            &|it| it["facet"][0] = json!({"name_or_index": "age"}),
            "Threshold values must be provided for continuous features",
        ),
        (
            &|it| it["headers"] = json!(["sex", "age", "income", "town", "repaid"]),
            "600 of 600 labelled rows cannot be measured (600 feature_count)",
        ),
        (&|it| it["label_values_or_threshold"] = json!([7]), "No Label values are present"),
        (&|it| it["features"] = json!("instances[*].features"), "csv_with_paths"),
    ];
    for (change, told) in cases {
        let made = unjudged(change).await;
        let reasons = made.not_evaluable.values().cloned().collect::<Vec<_>>().join("; ");
        let lines = serde_json::to_string(&made.capture).expect("JSON");
        assert!(reasons.contains(told) || lines.contains(told), "{told} in {reasons} and {lines}");
    }
}

#[tokio::test]
async fn ten_thousand_values_of_a_facet_are_no_groups() {
    let site = with_baseline(Harness::folder()).await;
    let with_a_town = |n: usize| {
        let mut record = record(start(8), n % 600, 50);
        let data = &mut record["captureData"]["endpointInput"]["data"];
        *data = json!(format!("{},town {n}", data.as_str().expect("a row")));
        record["eventMetadata"]["eventId"] = json!(format!("{n:08x}-0000-4000-8000-000000000000"));
        record["eventMetadata"]["inferenceId"] = json!(id(start(8), n));
        record
    };
    site.capture(ENDPOINT, start(8), (0..10_000).map(with_a_town)).await;
    let labels = (0..10_000).map(|n| format!("{}\n", labelled(start(8), n)));
    site.put("truth/2026/10/31/08/labels.jsonl", labels.collect::<String>()).await;
    let mut config = configuration();
    config["headers"] = json!(["sex", "age", "income", "town", "repaid"]);
    config["facet"] = json!([{"name_or_index": "town"}]);
    site.put("analysis_config.json", config.to_string()).await;
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    assert!(made.exit_message.contains("town has 10000 values, and at most 100 are a group each"));
}

/// A group is named by whoever writes to the endpoint.
#[tokio::test]
async fn a_group_that_is_named_to_deceive_is_shown_as_one_line_of_plain_text() {
    let site = with_baseline(Harness::folder()).await;
    capture(&site, 8, 50).await;
    label_hour(&site, 8, 8, 0..600).await;
    let mut baseline: Value = site.json("baseline/analysis.json").await;
    let facets = &mut baseline["post_training_bias_metrics"]["facets"];
    let mut group = facets["sex"][0].clone();
    group["value_or_threshold"] = json!("f\u{1b}[2J\nStatus: Completed");
    facets["sex"] = json!([group]);
    site.put("baseline/analysis.json", baseline.to_string()).await;
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    assert!(made.not_evaluable.values().any(|why| why.contains("no row of the window has the value")));
    assert!(!made.exit_message.contains(['\u{1b}', '\n']), "{:?}", made.exit_message);
}
