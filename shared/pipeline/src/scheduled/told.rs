//! What a run tells the log: one line for itself, and a warning for what a person should look into.
//!
//! No payload and no feature value goes there.

use crate::commit::Committed;
use crate::meter::Meter;
use crate::metrics::Sent;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::execution::Status;
use bellwether_storage::Store;
use std::collections::BTreeMap;

/// One structured line a run: what, when, how many, how long, how much.
pub(super) fn tell(committed: &Committed, meter: Meter, no_data: NoDataPolicy) {
    let Committed { run, execution, made_here, other_settings, other_baseline, metrics, .. } = committed;
    let counts = |counts: &BTreeMap<String, u64>| serde_json::to_string(counts).unwrap_or_default();
    let (capture, replay) = (execution.capture.as_ref(), execution.replay.as_ref());
    let seconds = meter.seconds();
    tracing::info!(
        monitor = execution.identity.monitor,
        run = %run,
        window_start = %execution.identity.window.start(),
        window_end = %execution.identity.window.end(),
        status = %execution.monitoring_execution_status,
        violations = execution.violations,
        made_here = *made_here,
        captured_lines = capture.map(|capture| capture.lines),
        captured_used = capture.map(|capture| capture.used),
        replay_answered = replay.map(|replay| replay.answered),
        replay_unanswered = replay.map(|replay| counts(&replay.unanswered)),
        duration_seconds = seconds,
        estimated_cost_usd = meter.cost_usd(seconds),
        metrics_sent = *metrics == Sent::Accepted,
        "{}",
        execution.exit_message
    );
    if execution.monitoring_execution_status == Status::CompletedNoData && no_data == NoDataPolicy::Warn {
        tracing::warn!(run = %run, "nothing was captured in the window, and nothing else was measured");
    }
    if *other_settings {
        tracing::warn!(run = %run, "the window was judged with other settings before; that verdict stands until it is re-opened");
    }
    if *other_baseline {
        tracing::warn!(run = %run, "the window was judged by another baseline before; that verdict stands until it is re-opened");
    }
    for warning in execution.remarks() {
        tracing::warn!(run = %run, "{warning}");
    }
    if *metrics == Sent::OutOfRange {
        tracing::warn!(run = %run, "the window is too old or too new for CloudWatch: its numbers are in the report only");
    }
}

/// Warns where the router would never hear of a report: that a bucket tells EventBridge is its owner's setting, which a
/// stack cannot make.
pub(super) async fn warn_where_nobody_listens(reports: &Store) {
    let location = reports.location();
    match reports.tells_event_bridge().await {
        Ok(Some(false)) => tracing::warn!(
            reports = %location,
            "EventBridge notifications are off for this bucket, so nobody routes violations; turn them on"
        ),
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(reports = %location, %error, "whether EventBridge hears of reports is not known")
        }
    }
}
