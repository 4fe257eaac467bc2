//! A monitor in AWS looked over before its first night: what a bucket alone can tell, over real requests, and none that writes.

use super::completeness::called;
use super::traffic::{healthy, prepared};
use crate::harness::{BUCKET, Harness, time};
use aws_sdk_s3::types::{EventBridgeConfiguration, NotificationConfiguration};
use bellwether_pipeline::doctor::{Checkup, Diagnosis, Health, examine};
use bellwether_pipeline::document::{Document, Holder};
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;

const DOCUMENT: &str = "\
version: 1
monitors:
  - name: churn-quality
    monitor: data-quality
    capture_uri: {root}/capture
    endpoint_name: churn-prod
    variant_name: AllTraffic
    baseline_statistics_uri: {root}/baseline/statistics.json
    baseline_constraints_uri: {root}/baseline/constraints.json
";

async fn stack() -> Harness {
    prepared(Harness::bucket().await, (0..200).map(healthy)).await
}

/// Every check, in order.
async fn looked_over(site: &Harness, document: &str, invocations: Option<u64>) -> Vec<Diagnosis> {
    let text = document.replace("{root}", &site.uri());
    let lookup = |name: &str| site.variable(name).filter(|_| name == "REPORTS_URI");
    let document =
        Document::read("monitors.yaml", text.as_bytes(), Holder::Command(&lookup)).expect("a document");
    let entry = document.entry("churn-quality").expect("an entry");
    let clients = site.aws().clients();
    let checkup = Checkup { at: time("2026-10-31T09:00:00Z"), invocations };
    let settings = entry.settings().expect("settings");
    let written = site.aws().side_effects().len();
    let examined = examine::<DataQuality>(entry, settings, Some(clients), checkup).await;
    assert_eq!(site.aws().side_effects().len(), written, "it looks, and changes nothing");
    examined.unwrap_or_else(|error| panic!("{}", error.chain())).diagnoses
}

#[track_caller]
fn ended(diagnoses: &[Diagnosis], check: &str, health: Health, part: &str) {
    let found =
        diagnoses.iter().find(|it| it.check == check).unwrap_or_else(|| panic!("no {check}: {diagnoses:#?}"));
    assert!(found.health == health && found.found.contains(part), "{health}, {part}: {found:#?}");
}

/// What is wrong or not known, by check.
fn unwell(diagnoses: &[Diagnosis]) -> Vec<(&str, Health)> {
    let unwell = diagnoses.iter().filter(|it| it.health != Health::Ok);
    unwell.map(|it| (it.check, it.health)).collect()
}

async fn tell_event_bridge(site: &Harness) {
    let on = NotificationConfiguration::builder()
        .event_bridge_configuration(EventBridgeConfiguration::builder().build())
        .build();
    let s3 = site.aws().s3();
    let request = s3.put_bucket_notification_configuration().bucket(BUCKET).notification_configuration(on);
    request.send().await.expect("the setting can be changed");
}

#[tokio::test]
async fn what_is_wrong_is_told_one_by_one_until_all_is_well() {
    let site = stack().await;
    assert_eq!(unwell(&looked_over(&site, DOCUMENT, None).await), [("events", Health::Problem)]);
    tell_event_bridge(&site).await;
    let well = looked_over(&site, DOCUMENT, Some(200)).await;
    assert_eq!(unwell(&well), []);
    let checks: Vec<&str> = well.iter().map(|it| it.check).collect();
    assert_eq!(
        checks,
        ["reports", "state", "events", "capture", "size", "baseline", "columns", "completeness"]
    );
    ended(&well, "capture", Health::Ok, "2 files, 200 lines");
    ended(&well, "columns", Health::Ok, "4 columns, 4 in the baseline");

    let lossy = looked_over(&site, DOCUMENT, Some(1_000)).await;
    assert_eq!(unwell(&lossy), [("completeness", Health::Problem)]);
    ended(&lossy, "completeness", Health::Problem, "20 % of what should be captured");

    let green = DOCUMENT.replace("AllTraffic", "green");
    let other = looked_over(&site, &green, None).await;
    ended(&other, "capture", Health::Problem, "variants of the endpoint there: AllTraffic");
    ended(&other, "columns", Health::NotChecked, "no record");
    let nowhere = looked_over(&site, &DOCUMENT.replace("{root}/capture", "s3://elsewhere"), None).await;
    ended(&nowhere, "capture", Health::Problem, "s3://elsewhere");
    ended(&nowhere, "size", Health::NotChecked, "could not be listed");

    site.put("baseline/statistics.json", "{").await;
    let unreadable = looked_over(&site, DOCUMENT, None).await;
    ended(&unreadable, "baseline", Health::Problem, "baseline/statistics.json");
    ended(&unreadable, "columns", Health::NotChecked, "the baseline cannot be read");
    site.delete("baseline/constraints.json").await;
    ended(&looked_over(&site, DOCUMENT, None).await, "baseline", Health::Problem, "there is no such object");
}

#[tokio::test]
async fn what_may_not_be_asked_or_does_not_answer_is_not_checked() {
    let site = stack().await;
    for (operation, answer, check) in [
        ("s3:GetBucketNotificationConfiguration", Answer::s3_error(403, "AccessDenied"), "events"),
        ("s3:GetBucketNotificationConfiguration", Answer::s3_error(503, "SlowDown"), "events"),
        ("s3:GetObject", Answer::s3_error(403, "AccessDenied"), "baseline"),
        ("s3:GetObject", Answer::s3_error(403, "AccessDenied"), "capture"),
        ("s3:ListObjectsV2", Answer::s3_error(503, "SlowDown"), "reports"),
    ] {
        site.aws().inject(Fault::before(operation, answer));
        ended(&looked_over(&site, DOCUMENT, None).await, check, Health::NotChecked, "s3://");
        site.aws().clear_faults();
    }
}

#[tokio::test]
async fn where_runs_ask_cloudwatch_it_is_asked_and_must_tell() {
    let site = stack().await;
    tell_event_bridge(&site).await;
    let document = format!("{DOCUMENT}    capture_completeness: true\n");
    called(&site, "AllTraffic", 30, 400.0).await;
    let few = looked_over(&site, &document, None).await;
    ended(&few, "completeness", Health::Problem, "50 % of what should be captured is there");
    // What somebody counted comes first.
    assert_eq!(unwell(&looked_over(&site, &document, Some(200)).await), []);
    let denied = Answer::new(403, "application/cbor", Vec::new());
    site.aws().inject(Fault::before("monitoring:GetMetricData", denied));
    let refused = looked_over(&site, &document, None).await;
    ended(&refused, "completeness", Health::NotChecked, "CloudWatch refused to tell");
}
