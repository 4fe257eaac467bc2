//! Labels that come after their window was judged: it is judged once more, once, and the on-call hears of it where the verdict
//! changed.

use super::traffic::{capture, label, label_hour, prepared, run, score};
use crate::harness::{Harness, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_quality::ModelQuality;

#[tokio::test]
async fn labels_that_come_late_open_the_window_once_and_a_changed_verdict_is_told() {
    for site in Harness::both().await {
        let site = prepared(site).await;
        for hour in 9..12 {
            capture(&site, hour, (0..600).map(score)).await;
        }
        let (first, reconciled) = site.ticked::<ModelQuality>(9).await;
        assert_eq!((first.monitoring_execution_status, reconciled.len()), (Status::Inconclusive, 0));
        site.routed(&run(9), "2026-10-31T09:11:00Z").await;
        // At ten some labels are there, all of them wrong: too few to open it again.
        label_hour(&site, 8, 9, (0..500).map(|n| (n, 1 - label(n)))).await;
        let (_, reconciled) = site.ticked::<ModelQuality>(10).await;
        assert!(reconciled.is_empty(), "{reconciled:?}");
        // At eleven most are.
        label_hour(&site, 8, 10, (0..590).map(|n| (n, 1 - label(n)))).await;
        let (_, reconciled) = site.ticked::<ModelQuality>(11).await;
        assert_eq!(reconciled.len(), 1);
        let again = reconciled.into_iter().next().expect("one").made.expect("a verdict");
        assert_eq!(again.run.revision, 2);
        assert_eq!(again.execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(again.execution.supersedes, Some(first.digest));
        let truth = again.execution.labelling.ground_truth.expect("labels");
        assert_eq!((truth.labelled, truth.ground_truth_until), (590, time("2026-10-31T11:00:00Z")));
        // What was estimated of it then stands beside what it is.
        assert!(again.execution.labelling.estimated_then.contains_key("auc"));
        let again = format!("{}/revision-2", run(9));
        let told = site.routed(&again, "2026-10-31T11:11:00Z").await;
        assert!(!told.sent.is_empty(), "a verdict that changed is told");
        assert!(site.routed(&again, "2026-10-31T11:11:00Z").await.sent.is_empty(), "once");
        // And never again, whatever comes.
        label_hour(&site, 8, 11, (590..600).map(|n| (n, label(n)))).await;
        assert!(
            site.ticked::<ModelQuality>(12)
                .await
                .1
                .iter()
                .all(|made| made.window.end() != first.identity.window.end())
        );
    }
}

#[tokio::test]
async fn a_window_that_was_labelled_in_time_is_not_opened_again() {
    let site = prepared(Harness::folder()).await;
    label_hour(&site, 8, 8, (0..545).map(|n| (n, label(n)))).await;
    let (first, _) = site.ticked::<ModelQuality>(9).await;
    assert_eq!(first.monitoring_execution_status, Status::Completed, "{}", first.exit_message);
    capture(&site, 9, (0..600).map(score)).await;
    label_hour(&site, 8, 9, (545..600).map(|n| (n, label(n)))).await;
    assert!(site.ticked::<ModelQuality>(10).await.1.is_empty());
}
