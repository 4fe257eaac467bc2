//! What the on-call is told of a group that is treated otherwise: the metric, and how many people it rests on.

use super::traffic::{label_hour, prepared, run};
use crate::site::{Site, nine, time};
use bellwether_contract::keys::RunFolder;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Caller, Router};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::RouterSettings;
use std::sync::Mutex;

static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::test]
async fn the_message_says_how_many_people_are_in_the_group() {
    let site = prepared(Site::folder(), 20).await;
    label_hour(&site, 8, 8, 0..600).await;
    site.run_twice_as::<ModelBias>(&nine()).await;
    let reports = site.variable("REPORTS_URI").expect("where reports go");
    let settings = RouterSettings::read(|name| (name == "REPORTS_URI").then(|| reports.clone()));
    let router = Router::new(settings.expect("settings"), None).expect("a router");
    let router = router.with_outlet(Outlet::Printed(|message| {
        TOLD.lock().expect("one at a time").push(format!("{}\n{}", message.subject, message.text));
        Ok(())
    }));
    let key = format!("{}/constraint_violations.json", run(9).trim_start_matches("reports/"));
    let folder = RunFolder::from_violations_key(&key).expect("a run");
    let caller = Caller { now: time("2026-10-31T09:11:00Z"), request_id: "told".to_owned() };
    let routed = router.route(&folder, &caller).await.unwrap_or_else(|error| panic!("{}", error.chain()));
    assert_eq!(routed.sent.len(), 1);
    let told = TOLD.lock().expect("one at a time").join("\n");
    assert!(told.contains("sex=f DPPL, bias_drift: 0.2"), "{told}");
    assert!(told.contains(", baseline ") && told.contains(" (240 people in the group)"), "{told}");
}
