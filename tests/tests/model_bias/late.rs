//! Labels that come after their window was judged: it is judged once more.

use super::traffic::{capture, label_hour, prepared, run};
use crate::harness::{Harness, time};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_bias::ModelBias;

#[tokio::test]
async fn labels_that_come_late_open_the_window_once() {
    for site in Harness::both().await {
        let site = prepared(site, 20).await;
        for hour in 9..12 {
            capture(&site, hour, 50).await;
        }
        let (first, reconciled) = site.ticked::<ModelBias>(9).await;
        assert_eq!((first.monitoring_execution_status, reconciled.len()), (Status::Inconclusive, 0));
        label_hour(&site, 8, 9, 0..500).await;
        let (_, reconciled) = site.ticked::<ModelBias>(10).await;
        assert!(reconciled.is_empty(), "too few of them: {reconciled:?}");
        label_hour(&site, 8, 10, 0..590).await;
        let (_, reconciled) = site.ticked::<ModelBias>(11).await;
        assert_eq!(reconciled.len(), 1);
        let again = reconciled.into_iter().next().expect("one").made.expect("a verdict");
        assert_eq!(again.run.revision, 2);
        assert_eq!(again.execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(again.execution.supersedes, Some(first.digest));
        let truth = again.execution.labelling.ground_truth.expect("labels");
        assert_eq!((truth.labelled, truth.ground_truth_until), (590, time("2026-10-31T11:00:00Z")));
        let judged = site.json(&format!("{}/revision-2/analysis.json", run(9))).await;
        assert_eq!(judged["version"], "1.0");
        label_hour(&site, 8, 11, 590..600).await;
        assert!(
            site.ticked::<ModelBias>(12)
                .await
                .1
                .iter()
                .all(|made| made.window.end() != first.identity.window.end())
        );
    }
}
