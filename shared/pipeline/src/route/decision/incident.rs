//! What was found, from its beginning to its end: one incident a schedule, and earlier hours that came late.

use super::{A_DAY, Decision, News, NewsKind, Silence, checks, remembered};
use crate::route::verdict::RoutedVerdict;
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::{Incident, OpenConstraint, RoutingState, ViolatedConstraint};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Room in the state for constraints of which nothing is known any more.
const MOST_UNPROVEN_BYTES: usize = 128 * 1024;

/// What is violated after a run, compared with what was before.
struct Difference {
    now: BTreeMap<ViolatedConstraint, OpenConstraint>,
    added: Vec<ViolatedConstraint>,
    gone: Vec<ViolatedConstraint>,
    unproven: Vec<ViolatedConstraint>,
    lapsed: Vec<ViolatedConstraint>,
    /// The worst of what is not open any more.
    worst_ended: Option<Severity>,
    unproven_bytes: usize,
}

impl Difference {
    /// `last` is the end of the window before, in which everything was evaluated of which nothing else is known.
    fn of(before: &[OpenConstraint], verdict: &RoutedVerdict, last: Timestamp) -> Self {
        let known: BTreeMap<_, _> = before.iter().map(|open| (&open.violated, weight(open))).collect();
        let is_new = |(violated, severity): &(&ViolatedConstraint, &Severity)| {
            known.get(violated).is_none_or(|before| before < severity)
        };
        let added = verdict.violations.iter().filter(is_new).map(|(violated, _)| violated.clone()).collect();
        let now = verdict.violations.iter().map(|(violated, severity)| {
            let severity = Some(*severity);
            (violated.clone(), OpenConstraint { violated: violated.clone(), severity, last_evaluated: None })
        });
        let mut difference = Self {
            now: now.collect(),
            added,
            gone: Vec::new(),
            unproven: Vec::new(),
            lapsed: Vec::new(),
            worst_ended: None,
            unproven_bytes: 0,
        };
        let absent = before.iter().filter(|open| !verdict.violations.contains_key(&open.violated));
        absent.for_each(|open| difference.sort_out(open, verdict, last));
        difference
    }

    fn sort_out(&mut self, open: &OpenConstraint, verdict: &RoutedVerdict, last: Timestamp) {
        if open.violated.rest.is_some() && verdict.has_rest_of(&open.violated.constraint_check_type) {
            // Others are counted in its place now, and told.
            return;
        }
        let violated = open.violated.clone();
        let last = open.last_evaluated.unwrap_or(last);
        let is_over = if verdict.proves(&violated) {
            self.gone.push(violated);
            true
        } else if verdict.run.window_end.duration_since(last) >= A_DAY || !self.has_room_for(open) {
            self.lapsed.push(violated);
            true
        } else {
            self.unproven.push(violated.clone());
            self.now.insert(violated, OpenConstraint { last_evaluated: Some(last), ..open.clone() });
            false
        };
        if is_over {
            self.worst_ended = self.worst_ended.max(Some(weight(open)));
        }
    }

    /// The state is bounded: what is beyond is as little known in a day.
    fn has_room_for(&mut self, open: &OpenConstraint) -> bool {
        self.unproven_bytes += open.violated.size_bytes();
        self.unproven_bytes <= MOST_UNPROVEN_BYTES
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.gone.is_empty() && self.lapsed.is_empty()
    }

    fn worst(&self) -> Option<Severity> {
        self.now.values().map(weight).max()
    }

    /// The news of an incident; `carried` is what filters have heard of it, this run included.
    fn told(self, kind: NewsKind, incident: &Incident) -> News {
        let open = !self.now.is_empty();
        let severity = self.worst().unwrap_or(incident.worst);
        let all = self.now.keys().chain(&self.gone).chain(&self.lapsed);
        News {
            kind,
            since: Some(incident.since),
            windows: incident.windows,
            silent: incident.silent,
            open,
            severity,
            worst: if open {
                Some(severity).max(self.worst_ended).unwrap_or(severity)
            } else {
                incident.worst
            },
            checks: if open { checks(all) } else { incident.checks.clone() },
            added: self.added,
            gone: self.gone,
            unproven: self.unproven,
            lapsed: self.lapsed,
        }
    }
}

pub(super) fn weight(open: &OpenConstraint) -> Severity {
    open.severity.unwrap_or_else(|| open.violated.usual_severity())
}

/// What the first verdict on the newest window means for what is open: news, or why there is none.
pub(super) fn moved(
    next: &mut RoutingState,
    verdict: &RoutedVerdict,
    last: Timestamp,
    remind_after: SignedDuration,
) -> Result<News, Silence> {
    let Some(mut incident) = next.incident.take() else {
        return match (next.earlier.take(), verdict.violations.is_empty()) {
            (earlier, false) => Ok(begin(next, NewsKind::Announced, verdict, earlier)),
            (Some(earlier), true) => settle(next, earlier, verdict, last),
            (None, true) if verdict.judged => Err(Silence::Healthy),
            (None, true) if next.blind.is_some() => Err(Silence::NotJudged),
            (None, true) => Err(Silence::Unproven),
        };
    };
    let difference = Difference::of(&incident.violations, verdict, last);
    incident.windows += u64::from(!verdict.violations.is_empty());
    incident.violations = difference.now.values().cloned().collect();
    let waited = verdict.run.window_end.duration_since(incident.last_message);
    let kind = if difference.now.is_empty() {
        ended(&difference)
    } else if !difference.is_empty() {
        NewsKind::Changed
    } else if waited >= remind_after {
        NewsKind::Reminder
    } else {
        let silence = if verdict.violations.is_empty() { Silence::Unproven } else { Silence::Same };
        incident.silent += u64::from(silence == Silence::Same);
        next.incident = Some(incident);
        return Err(silence);
    };
    Ok(tell(next, kind, incident, difference, verdict))
}

fn ended(difference: &Difference) -> NewsKind {
    if difference.lapsed.is_empty() { NewsKind::Resolved } else { NewsKind::NoLongerJudged }
}

/// The first violations. What was told of earlier hours goes on under this incident, until each of it is known to be well.
fn begin(
    next: &mut RoutingState,
    kind: NewsKind,
    verdict: &RoutedVerdict,
    earlier: Option<Incident>,
) -> News {
    let mut incident = begun(verdict);
    let mut before = Vec::new();
    if let Some(earlier) = earlier {
        incident.worst = incident.worst.max(earlier.worst);
        incident.checks.extend(earlier.checks);
        before = earlier.violations;
    }
    let mut difference = Difference::of(&before, verdict, verdict.run.window_end);
    difference.added = verdict.violations.keys().cloned().collect();
    tell(next, kind, incident, difference, verdict)
}

fn begun(verdict: &RoutedVerdict) -> Incident {
    let open = verdict.violations.iter().map(|(violated, severity)| OpenConstraint {
        violated: violated.clone(),
        severity: Some(*severity),
        last_evaluated: None,
    });
    Incident {
        since: verdict.window_start,
        last_message: verdict.run.window_end,
        windows: u64::from(!verdict.violations.is_empty()),
        silent: 0,
        worst: verdict.run.worst.unwrap_or(Severity::Info),
        paged: None,
        checks: checks(verdict.violations.keys()),
        violations: open.collect(),
    }
}

/// Notes in the state what the message will say; closes the incident where nothing is violated any more.
fn tell(
    next: &mut RoutingState,
    kind: NewsKind,
    mut incident: Incident,
    difference: Difference,
    verdict: &RoutedVerdict,
) -> News {
    incident.worst = Some(incident.worst).max(difference.worst()).unwrap_or(incident.worst);
    incident.checks.extend(checks(difference.now.keys()));
    incident.violations = difference.now.values().cloned().collect();
    let news = difference.told(kind, &incident);
    if news.open {
        next.incident = Some(Incident { last_message: verdict.run.window_end, silent: 0, ..incident });
    }
    news
}

/// What a newer window without violations means for what was told of earlier ones.
fn settle(
    next: &mut RoutingState,
    mut earlier: Incident,
    verdict: &RoutedVerdict,
    last: Timestamp,
) -> Result<News, Silence> {
    let difference = Difference::of(&earlier.violations, verdict, last);
    if difference.now.is_empty() {
        let kind = ended(&difference);
        return Ok(difference.told(kind, &earlier));
    }
    // What lapsed is told with the end, unless it is known to be well by then.
    earlier.violations.retain(|open| !difference.gone.contains(&open.violated));
    next.earlier = Some(earlier);
    Err(Silence::Unproven)
}

/// The newest window was judged again, and somebody heard of it or should.
pub(super) fn correct_newest(
    next: &mut RoutingState,
    verdict: &RoutedVerdict,
    last: Timestamp,
    heard: Option<Severity>,
) -> News {
    let Some(mut incident) = next.incident.take() else {
        let earlier = next.earlier.take();
        if !verdict.violations.is_empty() {
            return begin(next, NewsKind::Correction, verdict, earlier);
        }
        next.earlier = earlier;
        return aside(NewsKind::Correction, next, verdict, heard);
    };
    let difference = Difference::of(&incident.violations, verdict, last);
    // The first verdict of this window was counted already, if it had violations.
    let is_first = heard.is_none() && !verdict.first_had_violations;
    incident.windows += u64::from(is_first && !verdict.violations.is_empty());
    tell(next, NewsKind::Correction, incident, difference, verdict)
}

/// A violating window that is older than one routed before: told. What newer windows left open stays so, and what this one
/// found stays with it until a newer one holds it.
pub(super) fn earlier(state: &RoutingState, verdict: &RoutedVerdict) -> (RoutingState, Decision) {
    let mut next = remembered(state, verdict);
    note_earlier(&mut next, verdict);
    let news = News {
        since: Some(verdict.window_start),
        windows: 1,
        added: verdict.violations.keys().cloned().collect(),
        ..aside(NewsKind::Earlier, &next, verdict, None)
    };
    (next, Decision::Tell(vec![news]))
}

/// An older window was judged again: told, and what is open stays as newer windows left it.
pub(super) fn correct_past(
    state: &RoutingState,
    verdict: &RoutedVerdict,
    heard: Option<Severity>,
) -> (RoutingState, Decision) {
    let mut next = remembered(state, verdict);
    let mut checks = std::collections::BTreeSet::new();
    if verdict.violations.is_empty() {
        let is_of_this =
            |earlier: &mut Incident| earlier.windows == 1 && earlier.since == verdict.window_start;
        checks.extend(next.earlier.take_if(is_of_this).into_iter().flat_map(|earlier| earlier.checks));
    } else {
        note_earlier(&mut next, verdict);
    }
    let mut news = aside(NewsKind::Correction, &next, verdict, heard);
    news.checks.extend(checks);
    if let Some(open) = next.incident.as_mut().or(next.earlier.as_mut()) {
        // Whoever hears of this while something is open hears of its end.
        open.worst = open.worst.max(news.worst);
    }
    (next, Decision::Tell(vec![news]))
}

/// News beside the incident: it speaks of a window, and says what is open.
fn aside(kind: NewsKind, next: &RoutingState, verdict: &RoutedVerdict, heard: Option<Severity>) -> News {
    let open = next.incident.as_ref().or(next.earlier.as_ref());
    let news = News::of(kind, verdict);
    News {
        since: open.map(|incident| incident.since),
        windows: open.map_or(0, |incident| incident.windows),
        open: open.is_some(),
        worst: Some(news.worst).max(heard).unwrap_or(news.worst),
        ..news
    }
}

/// Whoever hears of an earlier hour must hear of its end: with that of the open incident, or of its own.
fn note_earlier(next: &mut RoutingState, verdict: &RoutedVerdict) {
    let told = begun(verdict);
    let violations = seen(told.violations.clone(), verdict.run.window_end);
    let is_open = next.incident.is_some();
    let Some(heard) = next.incident.as_mut().or(next.earlier.as_mut()) else {
        next.earlier = Some(Incident { violations, ..told });
        return;
    };
    heard.worst = heard.worst.max(told.worst);
    heard.checks.extend(told.checks);
    if !is_open {
        heard.since = heard.since.min(told.since);
        heard.windows += 1;
    }
    let mut all: BTreeMap<_, _> =
        heard.violations.drain(..).map(|open| (open.violated.clone(), open)).collect();
    let unproven = all.values().filter(|open| open.last_evaluated.is_some());
    let mut bytes: usize = unproven.map(|open| open.violated.size_bytes()).sum();
    for open in violations {
        match all.get_mut(&open.violated) {
            // What the newest window found violated is not changed by an older one.
            Some(known) if known.last_evaluated.is_none() => {}
            Some(known) => {
                known.severity = known.severity.max(open.severity);
                known.last_evaluated = known.last_evaluated.max(open.last_evaluated);
            }
            None => {
                bytes += open.violated.size_bytes();
                if bytes <= MOST_UNPROVEN_BYTES {
                    all.insert(open.violated.clone(), open);
                }
            }
        }
    }
    heard.violations = all.into_values().collect();
}

fn seen(violations: Vec<OpenConstraint>, end: Timestamp) -> Vec<OpenConstraint> {
    let seen = |open| OpenConstraint { last_evaluated: Some(end), ..open };
    violations.into_iter().map(seen).collect()
}
