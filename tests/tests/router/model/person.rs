//! What a person must hear of a schedule, from the laws alone: a page is opened by what was found, and closed by evidence.
//!
//! It shares nothing with the router: it knows runs as they were written, and messages as a subscriber gets them.

use super::week::{CHECKS, Run, Said, end_of};
use bellwether_contract::execution::Status;
use bellwether_contract::judged::Severity;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const A_DAY: i64 = 24;
/// The router's default.
const REMIND_AFTER: i64 = 6;

/// A message that is due: what must be true of it.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    hour: i64,
    revision: u8,
    /// About what was judged, and not about what was found.
    judging: bool,
    kinds: &'static [&'static str],
    /// Whether anything is open after it.
    open: bool,
    severity: Severity,
    /// What its first words promise.
    promise: Option<Severity>,
    /// The checks that a filter must find.
    checks: BTreeSet<usize>,
    /// What it says was found, and what is not judged any more.
    found: BTreeSet<usize>,
    lapsed: BTreeSet<usize>,
}

/// A message as it was heard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) body: Value,
    /// For filters.
    pub(crate) severity: String,
    pub(crate) checks: Vec<String>,
    pub(crate) persists: bool,
}

/// What is open: told, and not known to be well.
#[derive(Debug, Default)]
struct Page {
    /// The hour that opened it, and for how much somebody was woken.
    since: i64,
    woke: Option<Severity>,
    bad: BTreeMap<usize, Bad>,
    /// Not judged for a day, which nobody was told yet.
    lapsed: BTreeSet<usize>,
    /// The hour that the last message was about.
    told: i64,
    /// As loud as any message of it was, and every check that one spoke of.
    loudest: Option<Severity>,
    checks: BTreeSet<usize>,
    hours: BTreeSet<i64>,
}

#[derive(Debug)]
struct Bad {
    severity: Severity,
    seen: i64,
}

/// What a run changes of what is open.
#[derive(Debug, Default)]
struct Change {
    worse: bool,
    ended: BTreeSet<usize>,
    lapsed: BTreeSet<usize>,
    worst_ended: Option<Severity>,
}

/// A verdict that is known.
#[derive(Debug)]
struct Known {
    revision: u8,
    digest: String,
    worst: Option<Severity>,
    /// Whether it was judged, and found what somebody should be woken for.
    is_serious: bool,
}

/// Hours of which nothing was judged.
#[derive(Debug)]
struct Dark {
    last: i64,
    told: i64,
}

/// Who is told.
#[derive(Debug, Default)]
pub(crate) struct Person {
    known: BTreeMap<i64, Vec<Known>>,
    newest: Option<i64>,
    page: Option<Page>,
    /// Earlier hours that were told of while no page was open.
    earlier: Option<Page>,
    dark: Option<Dark>,
    /// Whether the last run was heard of before: it makes nothing matter more.
    is_repeated: bool,
}

impl Person {
    /// What this run makes due, `late` hours after its end (or more, by minutes). `first_was_bad` is of a second verdict.
    pub(crate) fn must_hear(&mut self, run: &Run, first_was_bad: bool, is_of_the_last_day: bool) -> Vec<Due> {
        let known = self.known.entry(run.hour).or_default();
        let is_known = |known: &Known| (known.revision, &known.digest) == (run.revision, &run.digest());
        self.is_repeated = known.iter().any(is_known);
        if self.is_repeated || known.iter().any(|known| known.revision > run.revision) {
            return Vec::new();
        }
        let before = known.last();
        let (heard, is_again) =
            (before.and_then(|before| before.worst), before.is_some() || run.revision > 1);
        if before.is_some_and(|before| before.digest == run.digest()) {
            self.note(run);
            return Vec::new();
        }
        let is_bad = run.worst().is_some();
        let corrects = is_again && (is_bad || heard.is_some() || first_was_bad);
        if self.newest.is_some_and(|newest| run.hour < newest) {
            let is_news = corrects || (is_bad && is_of_the_last_day);
            if !is_news {
                return Vec::new();
            }
            self.note(run);
            return vec![self.of_the_past(run, heard, corrects)];
        }
        self.note(run);
        let found = match (corrects, self.newest == Some(run.hour)) {
            (true, true) => Some(self.corrected(run, heard)),
            _ => self.found(run),
        };
        self.newest = Some(run.hour);
        let judging = self.judging(run);
        found.into_iter().chain(judging).collect()
    }

    /// Whether anything was told that is not over.
    pub(crate) fn waits_for_an_end(&self) -> bool {
        self.page.is_some() || self.earlier.is_some() || self.dark.is_some()
    }

    /// Whether this run, heard of just now, wakes somebody: the page is open, nobody was woken for as much, and of three hours
    /// in a row two were serious, the last of them since it was opened.
    pub(crate) fn must_be_woken(&mut self, run: &Run) -> Option<Due> {
        let is_serious = |hour: &i64| {
            let last = self.known.get(hour).and_then(|known| known.last());
            last.is_some_and(|known| known.is_serious)
        };
        let pairs = [(0, 2), (0, 1), (-1, 0), (-2, 0)].map(|(from, to)| (run.hour + from, run.hour + to));
        let (_, last) = pairs.into_iter().find(|(from, to)| is_serious(from) && is_serious(to))?;
        let page = self.page.as_mut().filter(|page| page.since <= last)?;
        let severity = page.bad.values().map(|bad| bad.severity).max()?;
        if page.woke >= Some(severity) || (self.is_repeated && page.woke.is_some()) {
            return None;
        }
        page.woke = Some(severity);
        let checks = page.bad.keys().copied().collect();
        Some(Due { checks, promise: Some(severity), open: true, ..Due::of(run, &["persists"], severity) })
    }

    fn note(&mut self, run: &Run) {
        let (revision, digest, worst) = (run.revision, run.digest(), run.worst());
        let is_serious = run.status == Status::CompletedWithViolations && worst >= Some(Severity::Warning);
        self.known.entry(run.hour).or_default().push(Known { revision, digest, worst, is_serious });
    }

    /// The newest hour, for the first time.
    fn found(&mut self, run: &Run) -> Option<Due> {
        let Some(mut page) = self.page.take() else {
            if run.worst().is_some() {
                return Some(self.begun(run, &["announced"]));
            }
            let mut earlier = self.earlier.take()?;
            earlier.bad.retain(|check, _| run.said[*check] != Said::Held);
            let is_lapsed = |bad: &Bad| run.hour - bad.seen >= A_DAY;
            if earlier.bad.values().all(is_lapsed) {
                earlier.lapsed = std::mem::take(&mut earlier.bad).into_keys().collect();
                return Some(earlier.over(run, &[]));
            }
            self.earlier = Some(earlier);
            return None;
        };
        let change = page.meet(run);
        if page.bad.is_empty() {
            return Some(page.over(run, &[]));
        }
        let kinds: &'static [&'static str] = if change.is_any() {
            &["changed"]
        } else if run.hour - page.told >= REMIND_AFTER {
            &["reminder"]
        } else {
            self.page = Some(page);
            return None;
        };
        let due = page.tell(run, kinds, &change);
        self.page = Some(page);
        Some(due)
    }

    fn begun(&mut self, run: &Run, kinds: &'static [&'static str]) -> Due {
        let mut page = Page { since: run.hour, ..self.earlier.take().unwrap_or_default() };
        let change = page.meet(run);
        let due = page.tell(run, kinds, &change);
        self.page = Some(page);
        due
    }

    /// The newest hour, judged again.
    fn corrected(&mut self, run: &Run, heard: Option<Severity>) -> Due {
        const CORRECTION: &[&str] = &["correction"];
        match self.page.take() {
            None if run.worst().is_some() => self.begun(run, CORRECTION),
            None => self.beside(run, CORRECTION, heard),
            Some(mut page) => {
                let change = page.meet(run);
                if page.bad.is_empty() {
                    return page.over(run, CORRECTION);
                }
                let due = page.tell(run, CORRECTION, &change);
                self.page = Some(page);
                due
            }
        }
    }

    /// An hour before the newest: what it says moves nothing that newer hours said.
    fn of_the_past(&mut self, run: &Run, heard: Option<Severity>, corrects: bool) -> Due {
        let mut checks: BTreeSet<usize> = run.violated().into_keys().collect();
        if run.worst().is_some() {
            let page = self.page.as_mut().unwrap_or_else(|| self.earlier.get_or_insert_default());
            page.loudest = page.loudest.max(run.worst());
            page.checks.extend(&checks);
            page.hours.insert(run.hour);
            for (check, severity) in run.violated() {
                let bad = page.bad.entry(check).or_insert(Bad { severity, seen: run.hour });
                if Some(bad.seen) != self.newest {
                    bad.severity = bad.severity.max(severity);
                    bad.seen = bad.seen.max(run.hour);
                }
            }
        } else if let Some(over) = self.earlier.take_if(|earlier| earlier.hours == BTreeSet::from([run.hour]))
        {
            checks.extend(over.checks);
        }
        let kinds: &'static [&'static str] = if corrects { &["correction"] } else { &["earlier"] };
        Due { checks, ..self.beside(run, kinds, heard) }
    }

    /// A message that leaves what is open as it is. Who hears it hears the end.
    fn beside(&mut self, run: &Run, kinds: &'static [&'static str], heard: Option<Severity>) -> Due {
        let severity = run.worst().max(heard).unwrap_or(Severity::Info);
        let open = self.page.as_mut().or(self.earlier.as_mut());
        let is_open = open.is_some();
        if let Some(open) = open {
            open.loudest = open.loudest.max(Some(severity));
        }
        Due { promise: run.worst(), open: is_open, ..Due::of(run, kinds, severity) }
    }

    fn judging(&mut self, run: &Run) -> Option<Due> {
        let about = |kinds, open| Due {
            judging: true,
            open,
            found: run.violated().into_keys().collect(),
            ..Due::of(run, kinds, Severity::Info)
        };
        if run.status != Status::Inconclusive {
            let is_over = |dark: &mut Dark| run.completed() || run.hour - dark.last >= A_DAY;
            return self.dark.take_if(is_over).map(|_| about(&["judged_again"], false));
        }
        let is_new = self.dark.is_none();
        let dark = self.dark.get_or_insert(Dark { last: run.hour, told: run.hour });
        dark.last = run.hour;
        if !is_new && run.hour - dark.told < A_DAY {
            return None;
        }
        dark.told = run.hour;
        Some(about(&["not_judged"], true))
    }
}

impl Change {
    fn is_any(&self) -> bool {
        self.worse || !self.ended.is_empty() || !self.lapsed.is_empty()
    }
}

impl Page {
    /// What a newer run says of what is open. A check is well where that very check was made and held.
    fn meet(&mut self, run: &Run) -> Change {
        let mut change = Change::default();
        for (check, said) in run.said.iter().enumerate() {
            match said {
                Said::Violated(severity) => {
                    let bad = Bad { severity: *severity, seen: run.hour };
                    let before = self.bad.insert(check, bad);
                    change.worse |= before.is_none_or(|before| before.severity < *severity);
                    continue;
                }
                Said::Held => {
                    change.ended.extend(self.bad.contains_key(&check).then_some(check));
                }
                Said::Unseen => {
                    let is_lapsed = self.bad.get(&check).is_some_and(|bad| run.hour - bad.seen >= A_DAY);
                    change.lapsed.extend(is_lapsed.then_some(check));
                }
            }
            if change.ended.contains(&check) || change.lapsed.contains(&check) {
                let over = self.bad.remove(&check).map(|bad| bad.severity);
                change.worst_ended = change.worst_ended.max(over);
            }
        }
        self.lapsed.extend(&change.lapsed);
        change
    }

    /// A message of a page that stays open.
    fn tell(&mut self, run: &Run, kinds: &'static [&'static str], change: &Change) -> Due {
        let open = self.bad.values().map(|bad| bad.severity).max();
        let severity = open.max(change.worst_ended).unwrap_or(Severity::Info);
        self.told = run.hour;
        self.loudest = self.loudest.max(Some(severity));
        self.checks.extend(self.bad.keys());
        let checks = self.bad.keys().chain(&change.ended).chain(&change.lapsed).copied().collect();
        let lapsed = std::mem::take(&mut self.lapsed);
        // A correction of an hour that found nothing says so, and promises nothing.
        let promise = open.filter(|_| kinds != ["correction"] || run.worst().is_some());
        Due { checks, lapsed, promise, open: true, ..Due::of(run, kinds, severity) }
    }

    /// The message that closes it: to everybody who heard the beginning. It says that all is well only where that is known.
    fn over(self, run: &Run, kinds: &'static [&'static str]) -> Due {
        let Self { lapsed, loudest, checks, .. } = self;
        let kinds: &'static [&'static str] = match kinds {
            [] if lapsed.is_empty() => &["resolved"],
            [] => &["no_longer_judged"],
            kinds => kinds,
        };
        Due { checks, lapsed, ..Due::of(run, kinds, loudest.unwrap_or(Severity::Info)) }
    }
}

impl Due {
    fn of(run: &Run, kinds: &'static [&'static str], severity: Severity) -> Self {
        let found: BTreeSet<usize> = run.violated().into_keys().collect();
        Self {
            hour: run.hour,
            revision: run.revision,
            judging: false,
            kinds,
            open: false,
            severity,
            promise: None,
            checks: BTreeSet::new(),
            found,
            lapsed: BTreeSet::new(),
        }
    }

    /// Why a message is not the one that was due.
    pub(crate) fn differs_from(&self, heard: &Heard) -> Option<String> {
        let details = &heard.body["payload"]["custom_details"];
        let key = if self.judging { "diversity-hourly/not-judged" } else { "diversity-hourly" };
        let severity = self.severity.to_string();
        let words: BTreeSet<String> = self.checks.iter().map(|check| CHECKS[*check].word()).collect();
        let of_filter: BTreeSet<String> = heard.checks.iter().cloned().collect();
        let is_promised = self.promise.is_none_or(|promise| {
            let promise = promise.to_string().to_uppercase();
            heard.subject.starts_with(&promise)
                || [':', ',']
                    .iter()
                    .any(|behind| heard.subject.starts_with(&format!("CORRECTION, {promise}{behind}")))
        });
        let parts = [
            ("hour", heard.body["payload"]["timestamp"] == end_of(self.hour).to_string()),
            ("revision", details["revision"] == self.revision),
            ("kind", details["kind"].as_str().is_some_and(|kind| self.kinds.contains(&kind))),
            ("action", heard.body["event_action"] == if self.open { "trigger" } else { "resolve" }),
            ("incident", heard.body["dedup_key"] == format!("newsroom-prod/AllTraffic/{key}")),
            ("severity", heard.body["payload"]["severity"] == severity && heard.severity == severity),
            ("subject", is_promised),
            ("checks", of_filter.is_superset(&words)),
            ("violations", named(&details["violations"]) == named_by(&self.found)),
            ("no longer judged", named(&details["no_longer_judged"]) == named_by(&self.lapsed)),
        ];
        let wrong: Vec<&str> =
            parts.iter().filter(|(_, is_right)| !is_right).map(|(part, _)| *part).collect();
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }
}

/// Columns and metrics of a list in a message.
fn named(list: &Value) -> BTreeSet<(String, Option<String>)> {
    let name = |value: &Value| value.as_str().map(str::to_owned);
    let of = |entry: &Value| (name(&entry["feature_name"]).unwrap_or_default(), name(&entry["metric_name"]));
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(of).collect()
}

fn named_by(checks: &BTreeSet<usize>) -> BTreeSet<(String, Option<String>)> {
    let of = |check: &usize| (CHECKS[*check].feature.to_owned(), CHECKS[*check].metric.map(str::to_owned));
    checks.iter().map(of).collect()
}
