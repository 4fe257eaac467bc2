//! `bellwether demo --incident`: a bad deployment in the sample newsroom, hour by hour, as the on-call lives it.
//!
//! The clock is virtual; everything else is the real thing on folders: baselines, hourly runs, the router, and the
//! template's alarms over the metric file. It decides nothing.

use bellwether::alarms::template::Template;
use bellwether::alarms::{Alarms, Change, State};
use bellwether::newsroom::incident::{Live, Moment, Version, What, manifest, script, sessions_jsonl, training_lists};
use bellwether::newsroom::server::Server;
use bellwether::newsroom::{ENDPOINT, Model, Newsroom, SCHEDULE, VARIANT};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::metrics::{METRICS_FILE, MetricLine, MetricValue};
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Baselines, Standing, activate};
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::diversity_check::{DiversityCheck, Invocation};
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::{ActivationSettings, BaselineSettings};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The healthy hours that are told before the incident.
const HEALTHY_HOURS: i64 = 24;
/// How often alarms are evaluated between events. CloudWatch does it every minute.
const EVALUATED_EVERY: i64 = 60;
const NAMESPACE: &str = "Bellwether";

/// Plays the story below a folder and prints it. The exit code is 0 where it ended as it should.
pub(crate) async fn run(root: &Path) -> Result<ExitCode, String> {
    println!("The same deployment as the on-call lives it. The clock is virtual, the rest is real.\n");
    let mut stage = Stage::set_up(root).await?;
    println!("{:<13} {:>5}  {:<24} {:<8} the on-call hears", "UTC", "mean", "run", "alarm");
    for moment in script(HEALTHY_HOURS) {
        stage.wait_until(moment.at);
        stage.play(moment).await?;
    }
    stage.timeline.close();
    println!("\nEverything lies in {}", root.display());
    stage.verdict()
}

/// Everything that takes part.
struct Stage {
    root: PathBuf,
    newsroom: Arc<Newsroom>,
    live: Live,
    /// Serves `live` until it is dropped.
    _server: Server,
    check: DiversityCheck,
    baselines: Baselines,
    alarms: Alarms,
    metrics_read: usize,
    clock: Option<Timestamp>,
    timeline: Timeline,
}
