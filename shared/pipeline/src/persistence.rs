//! Whether a violation persists: one rule, for the flag that pages and for the page that says which monitor it is.
//!
//! A run violates where it was judged and found something of severity warning or worse. A violation persists where a run
//! violates, and one of its schedule's two runs before it does. A window that could not be judged violates nothing: who is
//! behind or blind is told by other points. It reads nothing.

use crate::metrics::EVERY_RUN;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::metrics::MetricValue;
use jiff::{SignedDuration, Timestamp};

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

/// The latest hour whose violation the one that is scheduled at `hour` makes persist: its own or one of the next two runs', so
/// that hours may come in any order.
pub(crate) fn persists(
    hour: Timestamp,
    cadence: SignedDuration,
    violates: impl Fn(Timestamp) -> bool,
) -> Option<Timestamp> {
    if !violates(hour) {
        return None;
    }
    let after =
        RUNS_BEFORE.into_iter().rev().map(|runs| hour + cadence * runs).find(|after| violates(*after));
    let has_begun_before = || RUNS_BEFORE.into_iter().any(|runs| violates(hour - cadence * runs));
    after.or_else(|| has_begun_before().then_some(hour))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::message::tests::execution;
    use bellwether_contract::constraints::ComparisonOperator;
    use bellwether_contract::judged::Judged;
    use bellwether_contract::metrics::{MetricPoint, Unit};
    use bellwether_contract::violations::CheckType;
    use std::collections::BTreeSet;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    /// The hour that makes the violation of this one persist, where these violate.
    fn of(violating: &[i64], hour: i64, cadence: i64) -> Option<i64> {
        let time = |hour: i64| Timestamp::UNIX_EPOCH + HOUR * i32::try_from(hour).unwrap();
        let violating: BTreeSet<Timestamp> = violating.iter().map(|hour| time(*hour)).collect();
        let found =
            persists(time(hour), HOUR * i32::try_from(cadence).unwrap(), |at| violating.contains(&at));
        found.map(|found| found.as_second() / 3_600)
    }

    #[test]
    fn two_of_three_runs_that_follow_each_other_persist_in_whatever_order_they_come() {
        for (violating, hour, cadence, expected) in [
            (&[][..], 9, 1, None),
            (&[9], 9, 1, None),
            (&[7, 8], 9, 1, None),
            (&[8, 9], 9, 1, Some(9)),
            (&[7, 9], 9, 1, Some(9)),
            (&[6, 9], 9, 1, None),
            (&[8, 9], 8, 1, Some(9)),
            (&[7, 9], 7, 1, Some(9)),
            (&[7, 8, 9], 7, 1, Some(9)),
            (&[6, 9], 6, 1, None),
            // A daily schedule's run before is yesterday's.
            (&[8, 9], 9, 24, None),
            (&[24, 48], 48, 24, Some(48)),
            (&[24, 72], 72, 24, Some(72)),
        ] {
            assert_eq!(of(violating, hour, cadence), expected, "{violating:?} at {hour} by {cadence}");
        }
    }

    #[test]
    fn a_run_says_by_its_point_what_it_violates_else_by_its_numbers_else_by_their_count() {
        let [_, name, ..] = EVERY_RUN;
        let point = |value: f64| MetricPoint {
            name: name.to_owned(),
            unit: Unit::Count,
            timestamp: None,
            dimensions: Vec::new(),
            value: MetricValue::Value { value },
        };
        let of = |severity| {
            let operator = ComparisonOperator::LessThanThreshold;
            Judged { severity, ..Judged::new(CheckType::Completeness, 0.5, 1.0, operator, 10) }
        };
        let [info, warning] = [Severity::Info, Severity::Warning].map(of);
        for (violations, judged, metrics, expected) in [
            (0, vec![], vec![], false),
            (2, vec![], vec![], true),
            (1, vec![info.clone()], vec![], false),
            (2, vec![info, warning.clone()], vec![], true),
            (1, vec![warning], vec![point(0.0)], false),
            (3, vec![], vec![point(1.0)], true),
        ] {
            let told = format!("{violations}, {judged:?}, {metrics:?}");
            let run = Execution {
                violations,
                judged,
                metrics,
                ..execution("CompletedWithViolations", "Violated.")
            };
            assert_eq!(violates(&run), expected, "{told}");
            let status = Status::Failed;
            assert!(!violates(&Execution { monitoring_execution_status: status, ..run }), "{told}");
        }
    }
}
