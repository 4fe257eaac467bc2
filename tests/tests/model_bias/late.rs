//! Labels that come after their window was judged: it is judged once more.

use super::traffic::{capture, label_hour, prepared, run};
use crate::harness::{Harness, time};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::trigger::Trigger;
use bellwether_pipeline::monitors::model_bias::{ModelBias, ModelBiasSettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Reconciled};
use bellwether_pipeline::settings::Settings;

/// A whole tick, with what it makes good.
async fn serve(site: &Harness, hour: u32) -> (Execution, Vec<Reconciled>) {
    let settings = ModelBiasSettings::read(|name| site.variable(name)).expect("settings");
    let scheduled = time(&format!("2026-10-31T{hour:02}:10:00Z"));
    let window = settings.schedule.offsets().window(scheduled).expect("a window");
    let trigger = Trigger { window, reopen: false };
    let invocation = Invocation { trigger, now: scheduled, ..crate::harness::nine() };
    let monitor = site.monitor::<ModelBias>().expect("a monitor");
    let (made, reconciled) = monitor.tick(&invocation, &nobody).await;
    (made.unwrap_or_else(|error| panic!("{}", error.chain())).execution, reconciled)
}

#[tokio::test]
async fn labels_that_come_late_open_the_window_once() {
    for site in Harness::both().await {
        let site = prepared(site, 20).await;
        for hour in 9..12 {
            capture(&site, hour, 50).await;
        }
        let (first, reconciled) = serve(&site, 9).await;
        assert_eq!((first.monitoring_execution_status, reconciled.len()), (Status::Inconclusive, 0));
        label_hour(&site, 8, 9, 0..500).await;
        let (_, reconciled) = serve(&site, 10).await;
        assert!(reconciled.is_empty(), "too few of them: {reconciled:?}");
        label_hour(&site, 8, 10, 0..590).await;
        let (_, reconciled) = serve(&site, 11).await;
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
        assert!(serve(&site, 12).await.1.iter().all(|made| made.window.end() != first.identity.window.end()));
    }
}
