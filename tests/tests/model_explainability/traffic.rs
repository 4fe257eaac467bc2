//! Hours of a creditor's requests, and the model that is asked about them.
//!
//! It judges nothing.

use crate::site::{Site, time};
use bellwether_tests::http::Server;
use bellwether_tests::local::reasons::{self, SHADOW, Unit};
use bellwether_tests::simulator::{EndpointSimulator, Script};
use jiff::Timestamp;
use serde_json::Value;

/// The folder of the run at nine.
pub(crate) const RUN: &str = "reports/credit-prod/explainability-hourly/2026/10/31/09";

pub(crate) fn start() -> Timestamp {
    time("2026-10-31T08:00:00Z")
}

/// A site with an hour of requests, a configuration, a baseline, and somebody who answers: over HTTP in a folder, through
/// InvokeEndpoint in a bucket.
pub(crate) struct Live {
    pub(crate) site: Site,
    pub(crate) endpoint: EndpointSimulator,
    pub(crate) _server: Option<Server>,
}

impl Live {
    pub(crate) async fn start(site: Site, unit: Unit, script: Script) -> Self {
        let site = site
            .with("ENDPOINT_NAME", reasons::ENDPOINT)
            .with("SCHEDULE_NAME", "explainability-hourly")
            .with("CAPTURE_URI", "{root}/capture")
            .with("ANALYSIS_CONFIG_URI", "{root}/analysis_config.json")
            .with("BASELINE_CONSTRAINTS_URI", "{root}/baseline/analysis.json");
        site.put("analysis_config.json", reasons::configuration().to_string()).await;
        site.put("baseline/analysis.json", reasons::baseline().await.expect("a baseline")).await;
        capture(&site, (0..400).map(|n| reasons::record(start(), n, unit))).await;
        let endpoint = EndpointSimulator::new(script);
        if site.is_bucket() {
            site.aws().register_endpoint(SHADOW, &endpoint);
            return Self { site: site.with("EXPLAINED_ENDPOINT_NAME", SHADOW), endpoint, _server: None };
        }
        let server = endpoint.serve(None).await.expect("a free port");
        let site = site.with("EXPLAINED_MODEL_URL", &format!("{}/invocations", server.url()));
        Self { site, endpoint, _server: Some(server) }
    }

    pub(crate) async fn both(unit: Unit) -> [Self; 2] {
        let [folder, bucket] = Site::both().await;
        [
            Self::start(folder, unit, reasons::script()).await,
            Self::start(bucket, unit, reasons::script()).await,
        ]
    }
}

pub(crate) async fn capture(site: &Site, records: impl Iterator<Item = Value>) {
    let key =
        "capture/credit-prod/AllTraffic/2026/10/31/08/07-04-840-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
    site.put(key, records.map(|record| format!("{record}\n")).collect::<String>()).await;
}
