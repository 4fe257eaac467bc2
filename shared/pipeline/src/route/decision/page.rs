//! Who is woken: once for each incident whose violation persists, whatever else is told or kept silent; and once more where it
//! comes to matter more, because a page for a warning must not use up that for a collapse.

use super::incident::weight;
use super::{Decision, News, NewsKind, Silence, checks};
use crate::persistence::persists;
use crate::route::verdict::RoutedVerdict;
use bellwether_contract::routing::RoutingState;
use jiff::Timestamp;

/// The page that follows from a run, which is noted in the state after it. A violation that persisted before the incident began,
/// in hours that came late, is over or part of another one. A run that was routed before makes nothing matter more.
pub fn page(next: &mut RoutingState, verdict: &RoutedVerdict, decision: &Decision) -> Option<News> {
    let last = persists(verdict.run.window_end, verdict.cadence, |hour| has_violated(next, hour))?;
    let incident = next.incident.as_mut().filter(|incident| incident.since < last)?;
    let severity = incident.violations.iter().map(weight).max().unwrap_or(incident.worst);
    let is_known = matches!(decision, Decision::Silent(Silence::Known));
    if incident.paged >= Some(severity) || is_known && incident.paged.is_some() {
        return None;
    }
    incident.paged = Some(severity);
    Some(News {
        since: Some(incident.since),
        windows: incident.windows,
        open: true,
        severity,
        worst: severity,
        checks: checks(incident.violations.iter().map(|open| &open.violated)),
        ..News::of(NewsKind::Persists, verdict)
    })
}

/// Of what was routed of an hour, the last verdict counts.
fn has_violated(state: &RoutingState, hour: Timestamp) -> bool {
    let of_hour = state.routed.iter().filter(|run| run.window_end == hour);
    of_hour.max_by_key(|run| run.revision).is_some_and(|run| run.violates)
}
