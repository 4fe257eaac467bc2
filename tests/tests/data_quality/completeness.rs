//! How much of an hour's calls was captured, where a run asks CloudWatch: one request, one more check, one more metric.

use super::traffic::{RUN, capture, healthy, prepared, record};
use crate::harness::{Harness, nine};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use serde_json::{Value, json};

const CHECK: &str = "capture.capture_completeness_check";
/// 2026-10-31T08:00:00Z
const EIGHT: i64 = 1_793_433_600;

/// An hour of 300 records whose run asks how many calls there were.
async fn asking() -> Harness {
    prepared(Harness::bucket().await, (0..300).map(healthy)).await.with("CAPTURE_COMPLETENESS", "true")
}

/// SageMaker counts calls at a minute of the hour.
pub(super) async fn called(site: &Harness, variant: &str, minute: i64, calls: f64) {
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let point = MetricDatum::builder()
        .metric_name("Invocations")
        .dimensions(dimension("EndpointName", "churn-prod"))
        .dimensions(dimension("VariantName", variant))
        .timestamp(DateTime::from_secs(EIGHT + 60 * minute))
        .value(calls)
        .build();
    let put = site.aws().cloudwatch().put_metric_data().namespace("AWS/SageMaker").metric_data(point);
    put.send().await.expect("a point");
}

async fn run(site: &Harness) -> Execution {
    site.run_twice_as::<DataQuality>(&nine()).await.execution
}

/// The check in evaluation.json.
async fn evaluated(site: &Harness) -> Value {
    let evaluation = site.json(&format!("{RUN}/evaluation.json")).await;
    let checks = evaluation["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["name"] == CHECK).cloned().unwrap_or_default()
}

fn share(execution: &Execution) -> Option<Value> {
    let point = execution.metrics.iter().find(|point| point.name == "capture_completeness")?;
    Some(json!(point.value)["value"].clone())
}

fn asked(site: &Harness) -> u64 {
    site.aws().requests().get("monitoring:GetMetricData").copied().unwrap_or_default()
}

#[tokio::test]
async fn all_that_was_called_is_there() {
    let site = asking().await;
    // The minutes before and after are other hours', and green is another variant.
    for (variant, minute, calls) in [
        ("AllTraffic", -1, 500.0),
        ("AllTraffic", 0, 100.0),
        ("AllTraffic", 59, 200.0),
        ("AllTraffic", 60, 900.0),
        ("green", 5, 700.0),
    ] {
        called(&site, variant, minute, calls).await;
    }
    let execution = run(&site).await;
    assert_eq!(execution.monitoring_execution_status, Status::Completed);
    let held = evaluated(&site).await;
    assert_eq!(
        (&held["outcome"], &held["value"], &held["limit"], &held["n"]),
        (&json!("held"), &json!(1.0), &json!(0.8), &json!(300))
    );
    assert_eq!(share(&execution), Some(json!(1.0)));
    assert_eq!(asked(&site), 1, "one request a run, and none to complete it");
    let sent = site.aws().metrics();
    let is_sent = |name| sent.iter().flat_map(|put| &put.metric_data).any(|datum| datum.metric_name == name);
    assert!(is_sent("capture_completeness"));
}

#[tokio::test]
async fn calls_that_were_not_captured_are_a_violation() {
    let site = asking().await;
    called(&site, "AllTraffic", 30, 600.0).await;
    let execution = run(&site).await;
    assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations);
    assert_eq!((execution.judged[0].severity, share(&execution)), (Severity::Warning, Some(json!(0.5))));
    let report = site.json(&format!("{RUN}/constraint_violations.json")).await;
    let expected = json!([{
        "feature_name": "capture",
        "constraint_check_type": "capture_completeness_check",
        "description": "Metric capture_completeness with 0.5 was LessThanThreshold '0.8': 300 records of 600.0 calls, of \
                        which 100.0 % should be captured",
    }]);
    assert_eq!(report["violations"], expected);
    assert_eq!(evaluated(&site).await["outcome"], "violated");

    // Half of them is what was asked of data capture.
    let site = asking().await.with("SAMPLING_PERCENTAGE", "50");
    called(&site, "AllTraffic", 30, 600.0).await;
    let execution = run(&site).await;
    assert_eq!(
        (execution.monitoring_execution_status, share(&execution)),
        (Status::Completed, Some(json!(1.0)))
    );
}

#[tokio::test]
async fn an_hour_of_calls_that_nobody_captured_is_no_quiet_one() {
    let site = asking().await;
    capture(&site, &[]).await;
    called(&site, "AllTraffic", 30, 600.0).await;
    let execution = run(&site).await;
    assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations);
    assert_eq!(share(&execution), Some(json!(0.0)));
}

#[tokio::test]
async fn own_calls_count_on_both_sides() {
    let site = asking().await;
    let own = |n: usize| {
        let mut record = record(1_000 + n, &healthy(n));
        record["eventMetadata"]["inferenceId"] = json!(format!("replay-2026103108-{n}"));
        record
    };
    let readers = (0..300).map(|n| record(n, &healthy(n)));
    let records: Vec<Value> = readers.chain((0..100).map(own)).collect();
    capture(&site, &records).await;
    called(&site, "AllTraffic", 10, 400.0).await;
    let execution = run(&site).await;
    assert_eq!(execution.capture.as_ref().map(|lines| lines.used), Some(300));
    assert_eq!((evaluated(&site).await["n"].clone(), share(&execution)), (json!(400), Some(json!(1.0))));
}

#[tokio::test]
async fn what_cloudwatch_does_not_tell_is_not_evaluated_and_never_healthy() {
    // No point; too few calls; a refusal; no answer.
    let silent = asking().await;
    let few = asking().await;
    called(&few, "AllTraffic", 30, 99.0).await;
    let refused = asking().await;
    let denied = Answer::new(403, "application/cbor", Vec::new());
    refused.aws().inject(Fault::before("monitoring:GetMetricData", denied));
    let broken = asking().await;
    broken.aws().inject(Fault::before("monitoring:GetMetricData", Answer::status(500)));
    for (site, told) in [
        (
            silent,
            "CloudWatch has no point of AWS/SageMaker Invocations of churn-prod/AllTraffic in the window",
        ),
        (few, "99.0 calls let 99.0 records be expected, and 100.0 are needed to tell a loss from chance"),
        (refused, "CloudWatch refused to tell how many calls there were; allow cloudwatch:GetMetricData"),
        (broken, "CloudWatch did not tell how many calls there were"),
    ] {
        let execution = run(&site).await;
        assert_eq!(execution.monitoring_execution_status, Status::Completed, "{told}");
        assert_eq!(execution.not_evaluable.get(CHECK).map(String::as_str), Some(told));
        assert!(!execution.held.iter().any(|name| name == CHECK) && share(&execution).is_none(), "{told}");
        let check = evaluated(&site).await;
        assert_eq!((&check["outcome"], &check["reason"]), (&json!("not_evaluated"), &json!(told)));
    }
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_wants_to_know() {
    let site = asking().await.with("CAPTURE_COMPLETENESS", "false");
    called(&site, "AllTraffic", 30, 600.0).await;
    let execution = run(&site).await;
    assert_eq!(execution.monitoring_execution_status, Status::Completed);
    assert_eq!((asked(&site), evaluated(&site).await, share(&execution)), (0, Value::Null, None));
}
