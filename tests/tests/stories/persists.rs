//! `violation_persists`: what each run says for its stack at publication, and that it says so whatever happens to it.

use crate::harness::recommender::{recorded, sessions, ten_categories};
use crate::harness::{Harness, assert_same};
use bellwether_contract::execution::Status;
use bellwether_contract::metrics::MetricLine;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_pipeline::scheduled::Invocation;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use bellwether_tests::recorded::PutMetricData;
use jiff::Timestamp;

const HEALTHY: usize = 6;
const COLLAPSED: usize = 2;

/// A site whose monitor belongs to a stack.
async fn of_a_stack(site: Harness) -> Harness {
    site.put("inputs/catalog.json", ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(10)).await;
    site.with("STACK_NAME", "watch")
}

/// The tick at this hour of 31 October, by the site's own offsets.
fn at(site: &Harness, hour: u32) -> Invocation {
    site.own_tick::<Diversity>(&format!("2026-10-31T{hour:02}:10:00Z"))
}

/// Judges that hour on ten lists of so many categories.
async fn judge(site: &Harness, hour: u32, categories: usize) -> Committed {
    answer(site, [categories; 10]).await;
    let invocation = at(site, hour);
    site.run(&invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()))
}

async fn answer<const N: usize>(site: &Harness, categories: [usize; N]) {
    site.put("inputs/lists.jsonl", recorded(categories)).await;
}

/// Each point of the stack, in the order in which they were sent: the scheduled hour, and what it says.
async fn said(site: &Harness, namespace: &str) -> Vec<(i8, f64)> {
    let hour = |stamp: Timestamp| stamp.to_zoned(jiff::tz::TimeZone::UTC).hour() + 1;
    let is_flag = |point: &&MetricLine| point.metric_name == "violation_persists";
    if site.is_bucket() {
        let sent = site.aws().metrics();
        let has_flag = |put: &&PutMetricData| put.metric_data.iter().any(|it| is_flag(&&it.line()));
        assert!(sent.iter().filter(has_flag).all(|put| put.namespace == namespace));
    }
    let points = site.points().await;
    let said = points.iter().filter(is_flag).map(|flag| {
        let dimensions: Vec<_> = flag.dimensions.iter().map(|of| (&*of.name, &*of.value)).collect();
        assert_eq!(dimensions, [("Stack", "watch")]);
        (hour(flag.timestamp), flag.value.expect("a number"))
    });
    said.collect()
}

#[tokio::test]
async fn a_violation_persists_in_two_of_three_runs() {
    for site in Harness::both().await {
        let site = of_a_stack(site).await.with("STACK_METRICS_NAMESPACE", "Stacks");
        let hours = [
            (5, HEALTHY, 0.0),
            (6, COLLAPSED, 0.0),
            (7, HEALTHY, 0.0),
            (8, COLLAPSED, 1.0),
            (9, HEALTHY, 0.0),
            (10, HEALTHY, 0.0),
            (11, COLLAPSED, 0.0),
            (12, COLLAPSED, 1.0),
            (13, COLLAPSED, 1.0),
        ];
        let mut expected = Vec::new();
        for (hour, categories, says) in hours {
            let committed = judge(&site, hour, categories).await;
            let of_run = &committed.execution.metrics;
            assert!(of_run.iter().all(|point| point.name != "violation_persists"), "{of_run:?}");
            expected.push((i8::try_from(hour).expect("an hour"), says));
        }
        assert_eq!(said(&site, "Stacks").await, expected);
    }
}

#[tokio::test]
async fn hours_that_were_not_judged_violate_nothing_and_do_not_end_it() {
    let site = of_a_stack(Harness::folder()).await;
    judge(&site, 8, COLLAPSED).await;
    answer(&site, [COLLAPSED; 5]).await;
    let half = site.run(&at(&site, 9)).await.expect("a verdict");
    assert_eq!(half.execution.monitoring_execution_status, Status::Inconclusive);
    judge(&site, 10, COLLAPSED).await;
    // The one before is not judged, and the one before that was not made.
    answer(&site, [COLLAPSED; 5]).await;
    site.run(&at(&site, 14)).await.expect("a verdict");
    judge(&site, 15, COLLAPSED).await;
    assert_eq!(said(&site, "").await, [(8, 0.0), (9, 0.0), (10, 1.0), (14, 0.0), (15, 0.0)]);
}

#[tokio::test]
async fn runs_before_are_counted_by_the_cadence_and_of_a_window_the_last_verdict_counts() {
    let site = of_a_stack(Harness::folder()).await.with("WINDOW", "PT6H").with("CADENCE", "PT1H");
    judge(&site, 8, COLLAPSED).await;
    let execution = judge(&site, 9, COLLAPSED).await.execution;
    assert_eq!(serde_json::to_value(&execution).expect("JSON")["cadence"], "PT1H");
    for hour in [8, 9] {
        answer(&site, [HEALTHY; 10]).await;
        let mut again = at(&site, hour);
        again.trigger.reopen = true;
        assert_eq!(site.run(&again).await.expect("a verdict").run.revision, 2);
    }
    judge(&site, 10, COLLAPSED).await;
    assert_eq!(said(&site, "").await, [(8, 0.0), (9, 1.0), (10, 0.0)]);
}

/// The page comes rather than not, and what is lost to somebody's hand keeps no other point back.
#[tokio::test]
async fn an_earlier_verdict_that_nobody_can_read_counts_and_one_out_of_reach_is_tried_again() {
    let site = of_a_stack(Harness::bucket().await).await;
    let earlier = "reports/recommender-prod/diversity-hourly/2026/10/31/08/execution.json";
    judge(&site, 8, HEALTHY).await;
    site.put(earlier, "{\"version\": 1").await;
    judge(&site, 9, COLLAPSED).await;
    assert_eq!(said(&site, "Bellwether").await, [(8, 0.0), (9, 1.0)]);

    judge(&site, 12, COLLAPSED).await;
    answer(&site, [COLLAPSED; 10]).await;
    let out_of_reach = Fault::before("s3:GetObject", Answer::s3_error(503, "SlowDown"));
    let strikes = site.aws().inject(out_of_reach.at_path("/12/execution.json").nth(1));
    let error = site.run(&at(&site, 13)).await.expect_err("an earlier run out of reach");
    assert_eq!((error.error_type(), strikes.count()), ("StorageUnavailable", 1));
    let tree = site.tree().await;
    let committed = site.run(&at(&site, 13)).await.expect("a verdict");
    assert!(!committed.made_here, "the verdict stood before its points were sent");
    let (execution, marks) = ("/31/13/execution.json", "reports-state/marks/");
    let is_new = |key: &&String| !tree.contains_key(*key);
    let after = site.tree().await;
    assert!(
        after.keys().filter(is_new).all(|key| key.starts_with(marks))
            && tree.keys().any(|key| key.ends_with(execution))
    );
    assert_eq!(said(&site, "Bellwether").await[2..], [(12, 0.0), (13, 1.0)]);
}

#[tokio::test]
async fn a_publication_that_comes_twice_loses_no_point_and_one_without_a_stack_sends_none() {
    let site = of_a_stack(Harness::bucket().await).await;
    judge(&site, 8, COLLAPSED).await;
    answer(&site, [COLLAPSED; 10]).await;
    let refused = Fault::before("monitoring:PutMetricData", Answer::status(500));
    let strikes = site.aws().inject(refused.nth(2));
    let error = site.run(&at(&site, 9)).await.expect_err("the stack's point is not taken");
    assert_eq!((error.error_type(), strikes.count()), ("MetricsUnavailable", 1));
    assert_eq!(said(&site, "Bellwether").await, [(8, 0.0)]);
    for _ in 0..2 {
        site.run(&at(&site, 9)).await.expect("a verdict");
        assert_eq!(said(&site, "Bellwether").await, [(8, 0.0), (9, 1.0)]);
    }

    let mut alone = of_a_stack(Harness::bucket().await).await;
    alone.set("STACK_NAME", "");
    answer(&alone, [COLLAPSED; 10]).await;
    alone.run_twice(&at(&alone, 8)).await;
    assert_eq!(said(&alone, "").await, []);
}

/// The points of a run and of its stack are told apart by their namespaces alone: a stack may have one where its runs have none.
#[tokio::test]
async fn a_stack_is_told_although_the_run_sends_no_points_of_its_own() {
    let mut site = of_a_stack(Harness::bucket().await).await;
    site.set("METRICS_NAMESPACE", "");
    judge(&site, 8, COLLAPSED).await;
    let tree = site.tree().await;
    judge(&site, 9, COLLAPSED).await;
    assert_eq!(said(&site, "Bellwether").await, [(8, 0.0), (9, 1.0)]);
    assert_eq!(site.aws().metrics().iter().map(|sent| sent.metric_data.len()).sum::<usize>(), 2);
    // Nothing of it stands in the report of the hour before.
    let before: crate::harness::Tree = tree.into_iter().filter(|(key, _)| key.contains("/31/08/")).collect();
    let after = site.tree().await.into_iter().filter(|(key, _)| key.contains("/31/08/")).collect();
    assert_same(&after, &before);
}
