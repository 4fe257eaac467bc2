//! Whether a violation persists: one rule, for the flag that pages and for the page that says which monitor it is.
//!
//! A run violates where it was judged and found something of severity warning or worse. A violation persists where a run
//! violates, and one of its schedule's two runs before it does. A window that could not be judged violates nothing: who is
//! behind or blind is told by other points. It reads nothing.

use crate::metrics::EVERY_RUN;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::metrics::MetricValue;

/// Runs before a run in which its violation may have begun, counted back by the schedule's cadence.
pub(crate) const RUNS_BEFORE: [i32; 2] = [1, 2];

/// Whether a run violates.
pub(crate) fn violates(execution: &Execution) -> bool {
    execution.monitoring_execution_status == Status::CompletedWithViolations && is_serious(execution)
}

/// The point counts them all, and the numbers are as many as there was room for; older runs have numbers alone, and the
/// oldest neither.
fn is_serious(execution: &Execution) -> bool {
    let [_, warning, ..] = EVERY_RUN;
    let counted = execution.metrics.iter().find(|point| point.name == warning);
    match counted.map(|point| &point.value) {
        Some(MetricValue::Value { value }) => *value > 0.0,
        _ if execution.judged.is_empty() => execution.violations > 0,
        _ => execution.judged.iter().any(|judged| judged.severity >= Severity::Warning),
    }
}
