//! The dispatcher by itself: whom it starts, whom it does not, and what it says of those that are behind.

use super::deployment::{Deployment, hour};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use serde_json::json;

const THREE: &str = "\
version: 1
defaults: {capture_uri: '{root}/capture', endpoint_name: churn-prod, variant_name: AllTraffic}
monitors:
  - {name: hourly, monitor: data-quality, baselines_uri: '{root}/baselines'}
  - {name: daily, monitor: data-quality, every: day, at_hour: 9, baselines_uri: '{root}/baselines'}
  - {name: paused, monitor: data-quality, enabled: false, baselines_uri: '{root}/baselines'}
";

async fn stack(document: &str) -> Deployment {
    let deployment = Deployment::new().await;
    deployment.document(document).await;
    deployment
}

/// A tick of the dispatcher alone: whom it started, or its error's type.
async fn dispatched(deployment: &Deployment, at: &str) -> Result<Vec<String>, String> {
    let seen = deployment.harness.aws().invoked_after(0).len();
    let now = hour(at) + jiff::SignedDuration::from_mins(10);
    deployment.invoke("dispatch", json!({"scheduled_time": now}), now).await?;
    let started = deployment.harness.aws().invoked_after(seen);
    Ok(started.iter().map(|started| started.event["monitor"].as_str().expect("a name").to_owned()).collect())
}

#[tokio::test]
async fn each_due_monitor_is_started_once_by_its_name_and_hour() {
    let deployment = stack(THREE).await;
    assert_eq!(dispatched(&deployment, "31T08").await.unwrap(), ["hourly"]);
    assert_eq!(dispatched(&deployment, "31T09").await.unwrap(), ["hourly", "daily"]);
    let started = deployment.harness.aws().invoked_after(1);
    assert_eq!(started[0].function, "data-quality");
    // Nothing that could move a report: a name and an hour.
    assert_eq!(started[1].event, json!({"scheduled_time": "2026-10-31T09:00:00Z", "monitor": "daily"}));
    assert_eq!(deployment.points("monitors_total"), [(hour("31T07"), 2.0), (hour("31T08"), 2.0)]);
    let watched = ["_behind", "daily", "hourly"].map(|name| format!("reports-state/monitors/{name}.json"));
    assert_eq!(
        deployment.harness.keys("reports-state/monitors/").await,
        watched,
        "the paused one was never watched"
    );
}

#[tokio::test]
async fn a_broken_entry_counts_and_stops_no_other() {
    let broken = THREE.replace("every: day", "evry: day");
    let deployment = stack(&broken).await;
    assert_eq!(dispatched(&deployment, "31T09").await.unwrap(), ["hourly"]);
    assert_eq!(deployment.points("monitors_behind"), [(hour("31T08"), 1.0)]);
    assert_eq!(deployment.points("monitors_total"), [(hour("31T08"), 2.0)]);
    // A document that says nothing as a whole starts nobody, and no point says that all is well.
    deployment.document(&broken.replace("version: 1", "version: 2")).await;
    assert_eq!(dispatched(&deployment, "31T10").await.unwrap_err(), "InvalidDocument");
    assert_eq!(deployment.points("monitors_total").len(), 1);
}

#[tokio::test]
async fn two_runs_without_a_verdict_are_behind_from_the_third_tick_on() {
    let deployment = stack(THREE).await;
    for at in ["31T07", "31T08", "31T09", "31T10"] {
        dispatched(&deployment, at).await.unwrap();
    }
    let behind: Vec<f64> = deployment.points("monitors_behind").into_iter().map(|(_, value)| value).collect();
    // The daily one is not due twice for two days.
    assert_eq!(behind, [0.0, 0.0, 1.0, 1.0]);
}

/// Who falls behind while another is behind already would be heard by nobody: the alarm of all rings.
#[tokio::test]
async fn another_monitor_that_falls_behind_is_counted_once() {
    let broken = format!("{THREE}  - {{name: misspelt, monitor: data-quality, evry: day}}\n");
    let deployment = stack(&broken).await;
    for at in ["31T05", "31T06", "31T07", "31T08", "31T08", "31T09", "31T10"] {
        dispatched(&deployment, at).await.unwrap();
    }
    // The misspelt one lasts at 06 and rings alone; the hourly one is behind at 07, and for the second tick at 08, which came twice.
    let newly: Vec<f64> =
        deployment.points("monitors_newly_behind").into_iter().map(|(_, value)| value).collect();
    assert_eq!(newly, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let behind = deployment.harness.json("reports-state/monitors/_behind.json").await;
    let noted = json!({"since": "2026-10-31T07:00:00Z", "lasts_since": "2026-10-31T08:00:00Z"});
    assert_eq!(behind["monitors"]["hourly"], noted);
    // What is mended is not behind any more, and new if it is again.
    deployment.document(THREE).await;
    dispatched(&deployment, "31T11").await.unwrap();
    let behind = deployment.harness.json("reports-state/monitors/_behind.json").await;
    assert_eq!(behind["monitors"].as_object().unwrap().keys().collect::<Vec<_>>(), ["hourly"]);
}

#[tokio::test]
async fn what_cannot_be_noted_keeps_no_point_back() {
    let broken = THREE.replace("every: day", "evry: day");
    let deployment = stack(&broken).await;
    let refused = Answer::s3_error(403, "AccessDenied");
    deployment.harness.aws().inject(Fault::before("s3:PutObject", refused).at_path("/monitors/_behind.json"));
    assert_eq!(dispatched(&deployment, "31T09").await.unwrap_err(), "AccessRefused");
    assert_eq!(deployment.points("monitors_behind"), [(hour("31T08"), 1.0)]);
    // Nobody can tell since when it is.
    assert_eq!(deployment.points("monitors_newly_behind"), [(hour("31T08"), 1.0)]);
}

#[tokio::test]
async fn a_monitor_that_is_back_is_new() {
    let deployment = stack(THREE).await;
    let since = |name: &'static str| {
        let deployment = &deployment;
        async move {
            deployment.harness.json(&format!("reports-state/monitors/{name}.json")).await["since"].clone()
        }
    };
    dispatched(&deployment, "31T05").await.unwrap();
    assert_eq!(since("hourly").await, "2026-10-31T05:00:00Z");
    deployment.document(&THREE.replace("name: hourly,", "name: hourly, enabled: false,")).await;
    assert_eq!(dispatched(&deployment, "31T06").await.unwrap(), [""; 0]);
    assert!(since("hourly").await.is_null());
    deployment.document(THREE).await;
    dispatched(&deployment, "31T09").await.unwrap();
    assert_eq!(since("hourly").await, "2026-10-31T09:00:00Z");
    assert_eq!(since("daily").await, "2026-10-31T05:00:00Z", "it was there all the time");
    // Removed and added again is the same.
    deployment.document(&THREE.replace("name: hourly,", "name: other,")).await;
    dispatched(&deployment, "31T10").await.unwrap();
    assert!(since("hourly").await.is_null());
    assert_eq!(deployment.points("monitors_behind").last().unwrap().1, 0.0);
}

#[tokio::test]
async fn a_start_that_is_refused_is_the_ticks_error_and_the_others_are_started() {
    let deployment = stack(&format!(
        "{THREE}  - {{name: lists, monitor: diversity, catalog_uri: '{{root}}/catalog.json', replay: none}}\n"
    ))
    .await;
    let busy = Answer::lambda_error(429, "TooManyRequestsException", "Rate exceeded");
    let strikes = deployment.harness.aws().inject(Fault::before("lambda:Invoke", busy).nth(1));
    assert_eq!(dispatched(&deployment, "31T09").await.unwrap_err(), "NotDispatched");
    assert_eq!(strikes.count(), 1);
    assert_eq!(deployment.harness.aws().invoked_after(0).len(), 2, "two of three");
    // The points were sent all the same; the retry starts all.
    assert_eq!(deployment.points("monitors_total"), [(hour("31T08"), 3.0)]);
    assert_eq!(dispatched(&deployment, "31T09").await.unwrap(), ["hourly", "daily", "lists"]);
    // What cannot be looked at is not taken to be well.
    deployment
        .harness
        .aws()
        .inject(Fault::before("s3:GetObject", Answer::s3_error(503, "SlowDown")).at_path("/reports/"));
    // At the second tick nobody's reports are asked for yet.
    dispatched(&deployment, "31T10").await.unwrap();
    assert_eq!(dispatched(&deployment, "31T11").await.unwrap_err(), "NotDispatched");
    assert_eq!(deployment.points("monitors_behind").last().unwrap().1, 2.0);
}
