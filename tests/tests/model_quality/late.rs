//! Labels that come after their window was judged: it is judged once more, once, and the on-call hears of it where the verdict
//! changed.

use super::traffic::{capture, label, label_hour, prepared, run, score};
use crate::site::{Site, time};
use bellwether_contract::execution::Status;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::trigger::Trigger;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::monitors::model_quality::{ModelQuality, ModelQualitySettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Caller, Routed, Router};
use bellwether_pipeline::scheduled::{Invocation, Reconciled};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;

/// A tick of the site's own schedule.
pub(super) fn tick(site: &Site, scheduled: &str) -> Invocation {
    let settings = ModelQualitySettings::read(|name| site.variable(name)).expect("settings");
    let window = settings.schedule.offsets().window(time(scheduled)).expect("a window");
    let trigger = Trigger { window, reopen: false };
    Invocation { trigger, now: time(scheduled), ..crate::site::nine() }
}

/// A whole tick, with what it makes good.
pub(super) async fn serve(
    site: &Site,
    hour: u32,
) -> (bellwether_contract::execution::Execution, Vec<Reconciled>) {
    let monitor = site.monitor::<ModelQuality>().expect("a monitor");
    let invocation = tick(site, &format!("2026-10-31T{hour:02}:10:00Z"));
    let (made, reconciled) = monitor.tick(&invocation, &nobody).await;
    let made = made.unwrap_or_else(|error| panic!("{}", error.chain()));
    (made.execution, reconciled)
}

async fn routed(site: &Site, key: &str, hour: u32) -> Routed {
    let reports = site.variable("REPORTS_URI").expect("where reports go");
    let settings = RouterSettings::read(|name| (name == "REPORTS_URI").then(|| reports.clone()));
    let clients = site.is_bucket().then(|| Clients::new(&site.aws().sdk_config()));
    let router = Router::new(settings.expect("settings"), clients.as_ref()).expect("a router");
    let router = router.with_outlet(Outlet::Printed(|_| Ok(())));
    let key = format!("{}/constraint_violations.json", key.trim_start_matches("reports/"));
    let run = RunFolder::from_violations_key(&key).expect("a run");
    let caller =
        Caller { now: time(&format!("2026-10-31T{hour:02}:11:00Z")), request_id: format!("late-{hour}") };
    router.route(&run, &caller).await.unwrap_or_else(|error| panic!("{}", error.chain()))
}

#[tokio::test]
async fn labels_that_come_late_open_the_window_once_and_a_changed_verdict_is_told() {
    for site in Site::both().await {
        let site = prepared(site).await;
        for hour in 9..12 {
            capture(&site, hour, (0..600).map(score)).await;
        }
        let (first, reconciled) = serve(&site, 9).await;
        assert_eq!((first.monitoring_execution_status, reconciled.len()), (Status::Inconclusive, 0));
        routed(&site, &run(9), 9).await;
        // At ten some labels are there, all of them wrong: too few to open it again.
        label_hour(&site, 8, 9, (0..500).map(|n| (n, 1 - label(n)))).await;
        let (_, reconciled) = serve(&site, 10).await;
        assert!(reconciled.is_empty(), "{reconciled:?}");
        // At eleven most are.
        label_hour(&site, 8, 10, (0..590).map(|n| (n, 1 - label(n)))).await;
        let (_, reconciled) = serve(&site, 11).await;
        assert_eq!(reconciled.len(), 1);
        let again = reconciled.into_iter().next().expect("one").made.expect("a verdict");
        assert_eq!(again.run.revision, 2);
        assert_eq!(again.execution.monitoring_execution_status, Status::CompletedWithViolations);
        assert_eq!(again.execution.supersedes, Some(first.digest));
        let truth = again.execution.labelling.ground_truth.expect("labels");
        assert_eq!((truth.labelled, truth.ground_truth_until), (590, time("2026-10-31T11:00:00Z")));
        // What was estimated of it then stands beside what it is.
        assert!(again.execution.labelling.estimated_then.contains_key("auc"));
        let told = routed(&site, &format!("{}/revision-2", run(9)), 11).await;
        assert!(!told.sent.is_empty(), "a verdict that changed is told");
        assert!(routed(&site, &format!("{}/revision-2", run(9)), 11).await.sent.is_empty(), "once");
        // And never again, whatever comes.
        label_hour(&site, 8, 11, (590..600).map(|n| (n, label(n)))).await;
        assert!(serve(&site, 12).await.1.iter().all(|made| made.window.end() != first.identity.window.end()));
    }
}

#[tokio::test]
async fn a_window_that_was_labelled_in_time_is_not_opened_again() {
    let site = prepared(Site::folder()).await;
    label_hour(&site, 8, 8, (0..545).map(|n| (n, label(n)))).await;
    let (first, _) = serve(&site, 9).await;
    assert_eq!(first.monitoring_execution_status, Status::Completed, "{}", first.exit_message);
    capture(&site, 9, (0..600).map(score)).await;
    label_hour(&site, 8, 9, (545..600).map(|n| (n, label(n)))).await;
    assert!(serve(&site, 10).await.1.is_empty());
}
