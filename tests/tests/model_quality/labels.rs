//! Twelve kinds of trouble with labels, each with its outcome by name, as `functions/model-quality/README.md` lists them.

use super::traffic::{csv, id, label, monitored, prepared, put_truth, record, run, score, truth};
use crate::harness::{Harness, nine, start};
use base64::Engine;
use bellwether_contract::execution::{Execution, GroundTruthSummary, Status};
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_tests::local::answers::ENDPOINT;
use serde_json::{Value, json};

/// The first so many labels of the hour before nine, a line each.
fn lines(count: usize) -> Vec<String> {
    (0..count).map(|n| truth(&id(8, n), &label(n).to_string(), "CSV").to_string()).collect()
}

async fn judged(site: &Harness) -> (Execution, GroundTruthSummary) {
    let made = site.run_twice_as::<ModelQuality>(&nine()).await.execution;
    let truth = made.labelling.ground_truth.clone().expect("labels were asked for");
    (made, truth)
}

async fn accuracy(site: &Harness) -> f64 {
    let statistics = site.json(&format!("{}/statistics.json", run(9))).await;
    statistics["binary_classification_metrics"]["accuracy"]["value"].as_f64().expect("a number")
}

/// Of the first so many answers.
fn right(count: usize) -> f64 {
    (0..count).filter(|n| u8::from(score(*n) > 0.5) == label(*n)).count() as f64 / count as f64
}

#[tokio::test]
async fn missing_and_unmatched_labels_are_counted() {
    let site = prepared(Harness::folder()).await;
    let strange = (0..7).map(|n| truth(&format!("of-nobody-{n}"), "1", "CSV").to_string());
    put_truth(&site, 8, "a", &lines(400).into_iter().chain(strange).collect::<Vec<_>>()).await;
    let (_, truth) = judged(&site).await;
    assert_eq!(
        (truth.captured, truth.labelled, truth.truth_records, truth.truth_unmatched),
        (600, 400, 407, 7)
    );
    assert_eq!(accuracy(&site).await, right(400));
}

#[tokio::test]
async fn of_one_id_the_newest_key_counts_and_the_same_label_twice_is_one() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let site = prepared(Harness::folder()).await;
        // Every label of one file is wrong, and that of the other is right.
        let wrong: Vec<String> =
            (0..100).map(|n| truth(&id(8, n), &(1 - label(n)).to_string(), "CSV").to_string()).collect();
        put_truth(&site, 8, first, &wrong).await;
        put_truth(&site, 8, second, &lines(100)).await;
        let (_, truth) = judged(&site).await;
        assert_eq!((truth.corrected, truth.doubled, truth.labelled), (100, 0, 100));
        let expected = if first < second { right(100) } else { 1.0 - right(100) };
        assert_eq!(accuracy(&site).await, expected, "{first} before {second}");
    }
    let site = prepared(Harness::folder()).await;
    put_truth(&site, 8, "a", &lines(100)).await;
    put_truth(&site, 8, "b", &lines(100)).await;
    let (_, truth) = judged(&site).await;
    assert_eq!((truth.corrected, truth.doubled, truth.labelled, truth.rows), (0, 100, 100, 100));
}

/// The hour of a label's folder is when it was collected: those from the window's start up to the scheduled hour are read.
#[tokio::test]
async fn labels_lie_in_the_hour_in_which_they_were_collected() {
    for (collected, labelled) in [(7, 0), (8, 100), (9, 0), (10, 0)] {
        let site = prepared(Harness::folder()).await;
        put_truth(&site, collected, "a", &lines(100)).await;
        assert_eq!(judged(&site).await.1.labelled, labelled, "collected at {collected}");
    }
    // At eleven, of the hour from eight to nine: the hours 8, 9 and 10 are read, or 8 alone.
    for (hours, labelled) in [("scheduled", 300), ("window", 100)] {
        let site = prepared(Harness::folder())
            .await
            .with("START_TIME_OFFSET", "-PT3H")
            .with("END_TIME_OFFSET", "-PT2H")
            .with("GROUND_TRUTH_HOURS", hours);
        for (place, collected) in [8, 9, 10, 11].into_iter().enumerate() {
            put_truth(&site, collected, "a", &lines(600)[place * 100..(place + 1) * 100]).await;
        }
        let monitor = site.monitor::<ModelQuality>().expect("a monitor");
        let invocation = site.own_tick::<ModelQuality>("2026-10-31T11:10:00Z");
        let made = monitor.run(&invocation, &bellwether_pipeline::progress::nobody).await.expect("a verdict");
        let truth = made.execution.labelling.ground_truth.expect("labels");
        assert_eq!((truth.captured, truth.labelled), (600, labelled), "{hours}");
    }
}

#[tokio::test]
async fn an_array_on_a_line_base64_and_json_are_labels_too() {
    let array: Value = (0..100).map(|n| truth(&id(8, n), &label(n).to_string(), "CSV")).collect();
    let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    let encoded = |n: usize| {
        let mut line = truth(&id(8, n), &base64(label(n).to_string()), "BASE64");
        line["groundTruthData"]["observedContentType"] = json!("text/csv");
        line.to_string()
    };
    let as_json = |n: usize| {
        truth(&id(8, n), &json!({"label": label(n), "by": "a person"}).to_string(), "JSON").to_string()
    };
    let cases: [(&str, &str, Vec<String>); 3] = [
        ("an array", "", vec![array.to_string()]),
        ("base64", "", (0..100).map(encoded).collect()),
        ("json", "$.label", (0..100).map(as_json).collect()),
    ];
    for (what, attribute, lines) in cases {
        let site = prepared(Harness::folder()).await.with("GROUND_TRUTH_ATTRIBUTE", attribute);
        put_truth(&site, 8, "a", &lines).await;
        let (_, truth) = judged(&site).await;
        assert_eq!((truth.labelled, truth.rows), (100, 100), "{what}");
        assert_eq!(accuracy(&site).await, right(100), "{what}");
    }
}

/// A request of three rows has three answers and three labels; with two labels nobody knows which is missing.
#[tokio::test]
async fn fewer_rows_of_labels_than_answers_leave_the_record_out() {
    let site = monitored(Harness::folder());
    super::traffic::baseline(&site).await;
    let answer = |n: usize| (0..3).map(|row| score(3 * n + row).to_string()).collect::<Vec<_>>().join("\n");
    let records = (0..50).map(|n| record(8, n, &id(8, n), &csv(&answer(n))));
    site.capture(ENDPOINT, start(8), records).await;
    let labels = |n: usize| {
        let rows = if n < 40 { 3 } else { 2 };
        let labels: Vec<String> = (0..rows).map(|row| label(3 * n + row).to_string()).collect();
        truth(&id(8, n), &labels.join("\n"), "CSV").to_string()
    };
    put_truth(&site, 8, "a", &(0..50).map(labels).collect::<Vec<_>>()).await;
    let (made, truth) = judged(&site).await;
    assert_eq!((truth.captured, truth.labelled, truth.rows), (50, 50, 120));
    assert_eq!(truth.rows_left_out.get("row_count"), Some(&30));
    let told: Vec<&str> = made.judged.iter().map(|judged| judged.check.as_str()).collect();
    assert!(told.contains(&"labelled_rows_check"), "{told:?}");
    assert_eq!(accuracy(&site).await, right(120));
}

#[tokio::test]
async fn labels_that_cannot_be_read_are_told_above_one_in_a_hundred() {
    for (broken, is_told) in [(1, false), (30, true)] {
        let site = prepared(Harness::folder()).await;
        let lines = lines(600).into_iter().chain((0..broken).map(|_| "{\"eventMetadata\": ".to_owned()));
        put_truth(&site, 8, "a", &lines.collect::<Vec<_>>()).await;
        let (made, truth) = judged(&site).await;
        assert_eq!(truth.left_out.values().sum::<u64>(), broken);
        assert_eq!(truth.samples.len(), broken.min(20) as usize);
        let expected = if is_told { Status::CompletedWithViolations } else { Status::Completed };
        assert_eq!(made.monitoring_execution_status, expected, "{}", made.exit_message);
        let told: Vec<&str> = made.judged.iter().map(|judged| judged.check.as_str()).collect();
        assert_eq!(told, if is_told { vec!["ground_truth_corrupt_check"] } else { vec![] });
    }
    // Of an hour without a label such a file makes no judged one.
    let site = prepared(Harness::folder()).await;
    site.put("truth/2026/10/31/08/labels.csv", "1,2\n").await;
    let (made, _) = judged(&site).await;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    // An array that is cut may have held every label.
    let site = prepared(Harness::folder()).await;
    let all: Value = (0..600).map(|n| truth(&id(8, n), &label(n).to_string(), "CSV")).collect();
    put_truth(&site, 8, "a", &[self::lines(600).join("\n"), all.to_string()[..4_000].to_owned()]).await;
    let (made, truth) = judged(&site).await;
    assert_eq!((truth.files_cut, made.monitoring_execution_status), (1, Status::CompletedWithViolations));
    // A file that is none is told however small it is.
    let site = prepared(Harness::folder()).await;
    put_truth(&site, 8, "a", &lines(600)).await;
    site.put("truth/2026/10/31/08/labels.snappy.parquet", "PAR1").await;
    let (made, truth) = judged(&site).await;
    assert_eq!(truth.files_passed_over.get(".snappy.parquet"), Some(&1));
    assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
}

#[tokio::test]
async fn a_row_without_a_label_or_an_answer_is_counted_by_its_reason() {
    let site = prepared(Harness::folder()).await;
    let mut lines = lines(600);
    for (n, line) in lines.iter_mut().enumerate().take(5) {
        *line = truth(&id(8, n), "", "CSV").to_string();
    }
    put_truth(&site, 8, "a", &lines).await;
    let records = (0..600).map(|n| {
        let answer = if (5..8).contains(&n) { "none".to_owned() } else { score(n).to_string() };
        record(8, n, &id(8, n), &csv(&answer))
    });
    site.capture(ENDPOINT, start(8), records).await;
    let (_, truth) = judged(&site).await;
    let left_out: Vec<(&str, u64)> =
        truth.rows_left_out.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(left_out, [("missing_truth", 5), ("score_not_a_number", 3)]);
    assert_eq!((truth.captured, truth.labelled, truth.rows), (600, 595, 592));
}

#[tokio::test]
async fn a_sample_keeps_the_same_ids_of_answers_and_labels() {
    let site = prepared(Harness::folder()).await.with("SAMPLE", "0.5");
    put_truth(&site, 8, "a", &lines(600)).await;
    let (_, truth) = judged(&site).await;
    assert_eq!((truth.labelled, truth.truth_unmatched), (truth.captured, 0));
    assert!((240..360).contains(&truth.captured), "{}", truth.captured);
}

/// Nobody says which label an answer without an id has.
#[tokio::test]
async fn the_event_id_joins_where_the_caller_gave_none() {
    let site = prepared(Harness::folder()).await;
    let record = |n: usize| {
        let mut record = record(8, n, &id(8, n), &csv(&score(n).to_string()));
        record["eventMetadata"].as_object_mut().expect("an object").remove("inferenceId");
        record
    };
    site.capture(ENDPOINT, start(8), (0..600).map(record)).await;
    let line = |n: usize| {
        let record = record(n);
        let id = record["eventMetadata"]["eventId"].as_str().expect("an id");
        truth(id, &label(n).to_string(), "CSV").to_string()
    };
    put_truth(&site, 8, "a", &(0..600).map(line).collect::<Vec<_>>()).await;
    let (_, truth) = judged(&site).await;
    assert_eq!((truth.labelled, truth.truth_unmatched), (600, 0));
}

/// What other tools read that read the built-in monitor's merged records.
#[tokio::test]
async fn labelled_records_are_written_in_the_containers_layout_where_asked() {
    for site in Harness::both().await {
        let site = prepared(site).await.with("MERGED_URI", "{root}/merged");
        put_truth(&site, 8, "a", &lines(400)).await;
        judged(&site).await;
        let tree = site.tree().await;
        let folder = "merged/merge/churn-prod/AllTraffic/2026/10/31/08";
        let files = crate::harness::below(&tree, folder);
        assert_eq!(files, [format!("{folder}/part-00000-20261031080001.c000.jsonl")]);
        let text = String::from_utf8(tree[files[0]].clone()).expect("UTF-8");
        let merged: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(merged.len(), 400);
        assert_eq!(merged[7]["groundTruthData"], json!({"data": label(7).to_string(), "encoding": "CSV"}));
        assert_eq!(merged[7]["captureData"]["endpointOutput"]["data"], score(7).to_string());
        assert_eq!(merged[7]["eventMetadata"]["inferenceId"], id(8, 7));
    }
}
