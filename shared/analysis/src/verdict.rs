//! How a run ends: what every monitor of captured traffic concludes from its violations and from what is missing.
//!
//! **The law**: every record and every constraint that a run was given is judged, or counted with its reason, and a run that
//! judged no constraint is never `Completed`. It is held here, in [`Coverage::conclude`], for all monitors alike. Nothing else
//! makes a status.
//!
//! It evaluates no constraint of a monitor; it knows the ones that hold for any captured window.
//!
//! ```text
//! L = lines of the window's folders             corrupt share = corrupt / L, 0 where L = 0
//! R = records that were measured, or lack a side that is judged
//!                                               side share    = lacking / R, 0 where R = 0
//! ```
//!
//! | first row that holds | outcome |
//! |---|---|
//! | corrupt share > 0.5 | Failed |
//! | R > 0 and all of R lack a side, without a replay | Failed, `capture_side_check` |
//! | nothing measured, no replay, corrupt share > 0.01 | Inconclusive |
//! | nothing measured, no replay, files that could not be read, or nothing ever captured | Inconclusive |
//! | nothing measured, no replay, calls that should have been captured | CompletedWithViolations, `capture_completeness_check` |
//! | nothing measured, no replay, a constraint on other hours violated | CompletedWithViolations |
//! | nothing measured, no replay, records that the sample leaves out | Inconclusive |
//! | nothing measured, no replay, calls asked for and not told | Inconclusive |
//! | nothing measured, no replay | CompletedNoData, or a violation where the policy says so |
//! | something had to be decided and could not be | Inconclusive |
//! | no constraint was held against a value | Inconclusive |
//! | violations | CompletedWithViolations |
//! | otherwise | Completed |
//!
//! Three of 200 lines are no JSON: a share of 0.015, above the limit of 0.01.
//!
//! ```
//! use bellwether_analysis::verdict::{Coverage, Evaluated, NoDataPolicy, corrupt_share};
//! use bellwether_contract::{capture::LeftOut, constraints::ComparisonOperator::LessThanThreshold};
//! use bellwether_contract::{execution::{CaptureSummary, Status}, judged::Judged, violations::CheckType};
//! use std::collections::BTreeMap;
//!
//! let lines = CaptureSummary {
//!     lines: 200, used: 197, left_out: BTreeMap::from([(LeftOut::Json, 3)]), ..CaptureSummary::default()
//! };
//! assert_eq!(corrupt_share(&lines), 0.015);
//!
//! let coverage = Coverage {
//!     lines: Some(&lines), unread: None, replayed: false, no_data: NoDataPolicy::Ok,
//!     has_constraints: true, other_side: "judge the request", completeness: None,
//! };
//! let complete = Judged::new(CheckType::Completeness, 1.0, 1.0, LessThanThreshold, 197);
//! let kept = Evaluated { held: [("age.completeness_check".to_owned(), complete)].into(), ..Evaluated::default() };
//! let verdict = coverage.conclude(kept, BTreeMap::new());
//! assert_eq!((verdict.status, verdict.violated.len()), (Status::CompletedWithViolations, 1));
//!
//! // Without a constraint that was held against a value nothing is completed.
//! assert_eq!(coverage.conclude(Evaluated::default(), BTreeMap::new()).status, Status::Inconclusive);
//! ```

use crate::completeness::{COMPLETENESS, COMPLETENESS_LIMIT, Completeness, Uncounted};
use bellwether_contract::capture::{LeftOut, LeftOutKind};
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::execution::{CaptureSummary, Ended, Execution, Status};
use bellwether_contract::json::double;
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::violations::{CheckType, Violation};
use std::collections::BTreeMap;

/// Above this share of corrupt lines a run carries a violation.
pub const CORRUPT_LIMIT: f64 = 0.01;
/// Above this share of corrupt lines the data cannot be judged.
pub const CORRUPT_FAILURE: f64 = 0.5;
/// Name of the share of corrupt lines.
pub const CORRUPT_SHARE: &str = "capture_corrupt_share";
/// Above this share of records without a side that is judged a run carries a violation, if they are more than
/// [`SIDE_LEAST`].
pub const SIDE_LIMIT: f64 = 0.05;
/// So many records without a side are no finding yet, unless there are no others.
pub const SIDE_LEAST: u64 = 20;
/// What the capture's own violations are about.
pub const CAPTURE: &str = "capture";

/// What to make of an hour without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDataPolicy {
    /// Say it in the status.
    Ok,
    /// Say it in the status and warn in the log.
    Warn,
    /// Make it a violation.
    Violate,
}

/// A violated constraint: its numbers, and its words in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Violated {
    /// The numbers.
    pub judged: Judged,
    /// The description in `constraint_violations.json`.
    pub description: String,
}

impl Violated {
    /// The entry of `constraint_violations.json`.
    #[must_use]
    pub fn violation(&self) -> Violation {
        self.judged.violation(&self.description)
    }
}

/// What came of all constraints of a window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluated {
    /// Held against a value and violated, in the order of the constraints.
    pub violated: Vec<Violated>,
    /// What is violated beside the constraints, such as by files that cannot be read: told, and it never counts as judged.
    pub violated_aside: Vec<Violated>,
    /// Held against a value and kept, by name.
    pub held: BTreeMap<String, Judged>,
    /// The same of what is said of all columns, or of the captured lines: it never counts as judged.
    pub held_aside: BTreeMap<String, Judged>,
    /// Asked for and not evaluated, by name, and why.
    pub not_evaluable: BTreeMap<String, String>,
    /// What has no check in this monitor, by name, and which limits: told, and counted neither as judged nor as missing.
    pub unchecked: BTreeMap<String, String>,
    /// What a person should look into: a key that is probably misspelt, a comparison by less than there should be.
    pub warnings: Vec<String>,
}

impl Evaluated {
    /// Constraints that were held against a value.
    #[must_use]
    pub fn judged(&self) -> u64 {
        (self.violated.len() + self.held.len()) as u64
    }

    /// The entries of `constraint_violations.json`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.violated.iter().map(Violated::violation).collect()
    }
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The status that is committed.
    pub status: Status,
    /// What was violated.
    pub violated: Vec<Violated>,
    /// How many constraints were held against a value.
    pub constraints_judged: u64,
    /// Checks that were kept, by name: what ends an incident about them.
    pub held: BTreeMap<String, Judged>,
    /// How many checks of each word ended in which way. What has no check at all is not among them.
    pub checks: BTreeMap<String, Ended>,
    /// One sentence, `Status: text`.
    pub exit_message: String,
    /// What could not be decided, and why.
    pub not_evaluable: BTreeMap<String, String>,
    /// What a person should look into although it changed nothing.
    pub warnings: Vec<String>,
    /// Whether the monitor judges what it is given, as far as this window tells: an hour without data neither begins nor
    /// ends its blindness, unless there is nothing to judge by either.
    pub blind: Option<bool>,
}

impl Verdict {
    /// The entries of `constraint_violations.json`.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.violated.iter().map(Violated::violation).collect()
    }

    /// The numbers behind them, in the same order.
    #[must_use]
    pub fn judged(&self) -> Vec<Judged> {
        self.violated.iter().map(|violated| violated.judged.clone()).collect()
    }
}

/// What a run had to go by.
#[derive(Debug, Clone, Copy)]
pub struct Coverage<'l> {
    /// What became of the captured lines; absent without a capture URI.
    pub lines: Option<&'l CaptureSummary>,
    /// Why lines that are not there prove nothing: no file of the window could be read, or nothing was ever captured there.
    pub unread: Option<&'l str>,
    /// Whether a replay was made.
    pub replayed: bool,
    /// What an hour without data is.
    pub no_data: NoDataPolicy,
    /// Whether there are constraints at all: a monitor without a baseline may have none.
    pub has_constraints: bool,
    /// What makes a monitor judge the other side of a record: told where all records lack the one that is judged.
    pub other_side: &'l str,
    /// How much of the traffic was captured, where that was asked for.
    pub completeness: Option<&'l Completeness>,
}

impl Coverage<'_> {
    /// The verdict over a window. `undecided` holds what had to be decided and could not be: it leaves nothing of the rest.
    #[must_use]
    pub fn conclude(self, evaluated: Evaluated, undecided: BTreeMap<String, String>) -> Verdict {
        let constraints_judged = evaluated.judged();
        let Evaluated {
            mut violated,
            violated_aside,
            mut held,
            held_aside,
            not_evaluable,
            unchecked,
            mut warnings,
        } = evaluated;
        warnings.extend(self.lines.and_then(without_id));
        let is_violated = !violated.is_empty();
        violated.extend(violated_aside);
        violated.extend(self.lines.and_then(corrupt_violation));
        violated.extend(self.lines.and_then(|lines| side_violation(lines, self.replayed)));
        let completeness = self.completeness.map(judged_completeness);
        violated.extend(self.completeness.and_then(completeness_violation));
        held.extend(held_aside.into_iter().chain(self.held_of_capture()));
        let not_counted = completeness.and_then(Result::err);
        let why = undecided.values().next();
        let unjudged = (constraints_judged == 0).then(|| nothing_judged(&not_evaluable));
        let (status, text) = self.ending(&mut violated, is_violated, why, unjudged);
        // Beside a replay it decides nothing, and is told all the same.
        let unread = self.unread.map(|reason| (CAPTURE.to_owned(), reason.to_owned()));
        let mut not_evaluable: BTreeMap<String, String> =
            not_evaluable.into_iter().chain(undecided).chain(unread).chain(not_counted).collect();
        let exit_message = format!("{status}: {text}");
        violated.iter().for_each(|violated| {
            held.remove(&violated.judged.check_name());
        });
        let checks = ended(&violated, held.values(), not_evaluable.keys());
        not_evaluable.extend(unchecked);
        let blind = match status {
            Status::Completed | Status::CompletedWithViolations => Some(false),
            Status::Inconclusive => Some(true),
            Status::CompletedNoData => (!self.has_constraints).then_some(true),
            Status::Failed => None,
        };
        Verdict {
            status,
            violated,
            constraints_judged,
            held,
            checks,
            exit_message,
            not_evaluable,
            warnings,
            blind,
        }
    }

    /// What can be said of the captured lines, whether or not it is violated: nothing of no line, and nothing of the sides of
    /// no record.
    fn held_of_capture(self) -> impl Iterator<Item = (String, Judged)> {
        let some = |count: fn(&CaptureSummary) -> u64| self.lines.filter(|lines| count(lines) > 0);
        let used = self.lines.map_or(0, |lines| lines.used);
        let known = [
            some(|lines| lines.lines).map(judged_corrupt),
            some(|lines| lines.files + unread(lines)).map(judged_files),
            some(records).map(judged_sides),
            self.completeness.and_then(|completeness| judged_completeness(completeness).ok()),
            (self.replayed || used > 0).then(|| judged_data(used)),
        ];
        known.into_iter().flatten().map(|judged| (judged.check_name(), judged))
    }

    fn ending(
        self,
        violated: &mut Vec<Violated>,
        is_violated: bool,
        undecided: Option<&String>,
        unjudged: Option<String>,
    ) -> (Status, String) {
        if let Some(lines) = self.lines.filter(|lines| corrupt_share(lines) > CORRUPT_FAILURE) {
            let share = 100.0 * corrupt_share(lines);
            let text = format!("{share:.1} % of {} captured lines could not be read.", lines.lines);
            return (Status::Failed, text);
        }
        let is_unmeasured = !self.replayed && self.lines.is_some_and(|lines| lines.used == 0);
        let mut no_data = false;
        if is_unmeasured {
            if let Some(ending) = self.lines.and_then(|lines| self.blind(lines)) {
                return ending;
            }
            let not_sampled = self.lines.map_or(0, not_sampled);
            if not_sampled > 0 {
                let text = format!(
                    "nothing was judged: none of {not_sampled} captured records is in the sample; measure a greater share of them."
                );
                return (Status::Inconclusive, text);
            }
            // An hour of calls that nobody captured is no quiet one; nor is one beside which a constraint is violated.
            let is_lost = violated.iter().any(|found| found.judged.check == CheckType::CaptureCompleteness);
            if self.no_data == NoDataPolicy::Violate {
                violated.push(Violated { judged: judged_data(0), description: NO_DATA.to_owned() });
            } else if is_violated {
                // Told below.
            } else if let Some(Completeness { calls: Err(Uncounted::NotTold(why)), .. }) = self.completeness {
                return (Status::Inconclusive, format!("nothing was captured, and {why}."));
            } else if !is_lost {
                return (Status::CompletedNoData, NO_DATA.to_owned());
            }
            no_data = true;
        }
        if let Some(reason) = undecided {
            return (Status::Inconclusive, format!("{reason}."));
        }
        if let Some(text) = unjudged.filter(|_| !no_data) {
            return (Status::Inconclusive, text);
        }
        let done = "Job completed successfully with";
        match violated.len() {
            0 => (Status::Completed, format!("{done} no violations.")),
            count => (Status::CompletedWithViolations, format!("{done} {count} violations.")),
        }
    }

    /// How a window ends in which something was captured and none of it could be measured.
    fn blind(self, lines: &CaptureSummary) -> Option<(Status, String)> {
        let (lacking, records) = (lacking(lines), records(lines));
        if lacking > 0 && lacking == records {
            let sides = missing_sides(lines);
            let text = format!(
                "{lacking} of {records} records have no {sides}, so none was judged; {}.",
                self.other_side
            );
            return Some((Status::Failed, text));
        }
        if corrupt_share(lines) > CORRUPT_LIMIT {
            let (corrupt, all) = (corrupt(lines), lines.lines);
            let text = format!(
                "nothing was judged: {corrupt} of {all} captured lines could not be read, and none of the others is a record of this window."
            );
            return Some((Status::Inconclusive, text));
        }
        let text = self.unread.map(|reason| format!("nothing was judged: {reason}."));
        text.map(|text| (Status::Inconclusive, text))
    }
}

/// How many checks of each word ended in which way.
fn ended<'j>(
    violated: &[Violated],
    held: impl Iterator<Item = &'j Judged>,
    not_evaluated: impl Iterator<Item = &'j String>,
) -> BTreeMap<String, Ended> {
    let mut ended: BTreeMap<String, Ended> = BTreeMap::new();
    let mut of = |word: &str, count: fn(&mut Ended) -> &mut u64| {
        *count(ended.entry(word.to_owned()).or_default()) += 1;
    };
    violated.iter().for_each(|violated| of(violated.judged.check.as_str(), |ended| &mut ended.violated));
    held.for_each(|judged| of(judged.check.as_str(), |ended| &mut ended.held));
    for name in not_evaluated {
        let check = name.rsplit_once('.').map(|(_, check)| CheckType::named(check));
        let check = check.filter(|check| !matches!(check, CheckType::Other(_)));
        of(check.as_ref().map_or(Execution::WHOLE, CheckType::as_str), |ended| &mut ended.not_evaluated);
    }
    ended
}

const NO_DATA: &str = "No captured record in the window.";

/// `nothing was judged: baseline: no baseline at s3://...`, and how many reasons more there are, or how many more share it.
fn nothing_judged(not_evaluable: &BTreeMap<String, String>) -> String {
    let mut reasons = not_evaluable.iter();
    let Some((what, first)) = reasons.next() else {
        return "nothing was judged: no constraint asks for anything.".to_owned();
    };
    match not_evaluable.len() - 1 {
        0 => format!("nothing was judged: {what}: {first}."),
        more if reasons.all(|(_, reason)| reason == first) => {
            format!("nothing was judged: {what} and {more} more: {first}.")
        }
        more => format!("nothing was judged: {what}: {first}; and {more} more reasons in execution.json."),
    }
}

fn not_sampled(lines: &CaptureSummary) -> u64 {
    lines.left_out.get(&LeftOut::NotSampled).copied().unwrap_or_default()
}

/// What is wrong with the lines of hours that a run read beside its window's; `what` is what they are called.
#[must_use]
pub fn violations_of_others(lines: &CaptureSummary, what: &str) -> Vec<Violated> {
    let found = corrupt_violation(lines).into_iter().chain(side_violation(lines, false));
    let of_them = |violated: Violated| Violated {
        judged: Judged { feature_name: Some(what.to_owned()), metric_name: None, ..violated.judged },
        description: format!("{what}: {}", violated.description),
    };
    found.map(of_them).collect()
}

fn counted(lines: &CaptureSummary, kind: LeftOutKind) -> u64 {
    lines.left_out.iter().filter(|(reason, _)| reason.kind() == kind).map(|(_, count)| count).sum()
}

fn corrupt(lines: &CaptureSummary) -> u64 {
    counted(lines, LeftOutKind::Corrupt)
}

/// Records that lack a side that is judged.
fn lacking(lines: &CaptureSummary) -> u64 {
    counted(lines, LeftOutKind::LacksSide)
}

/// Records that were measured, or would have been with both their sides.
fn records(lines: &CaptureSummary) -> u64 {
    lines.used + lacking(lines)
}

/// Corrupt lines / lines; 0 without a line.
#[must_use]
pub fn corrupt_share(lines: &CaptureSummary) -> f64 {
    if lines.lines == 0 { 0.0 } else { corrupt(lines) as f64 / lines.lines as f64 }
}

/// What to do about records that no id tells apart.
fn without_id(lines: &CaptureSummary) -> Option<String> {
    let CaptureSummary { no_id, used, .. } = lines;
    (*no_id > 0).then(|| {
        format!(
            "{no_id} of {used} measured records have no eventId of their own: it is missing, blank, or other records have it \
             too; all of them count, and so do copies of them; give each captured record an id (docs/reasons.md)"
        )
    })
}

/// The violation of a window with too many corrupt lines, or with files that were not read.
fn corrupt_violation(lines: &CaptureSummary) -> Option<Violated> {
    let judged = judged_corrupt(lines);
    if judged.value > CORRUPT_LIMIT {
        let description = description(CORRUPT_SHARE, judged.value, &judged.comparison, CORRUPT_LIMIT);
        return Some(Violated { judged, description });
    }
    // What is lost with the rest of a packed file is one line here, and nobody knows how many it was; nor of a file that
    // was not read at all.
    let judged = judged_files(lines);
    let (cut, unread) = (cut(lines), unread(lines));
    let all = judged.n;
    let counts = lines.files_passed_over.iter().map(|(kind, count)| format!("{count} {kind}"));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let description = match (cut, unread) {
        (0, 0) => return None,
        (_, 0) => format!("{cut} packed files of {all} could not be read to their end"),
        (0, _) => format!("{unread} files of {all} were not read: {counts}"),
        _ => format!(
            "{unread} files of {all} were not read: {counts}; and {cut} packed files could not be read to their end"
        ),
    };
    Some(Violated { judged, description })
}

fn judged_corrupt(lines: &CaptureSummary) -> Judged {
    let limit = Limit::AtMost(corrupt_share(lines), CORRUPT_LIMIT);
    let judged = of_capture(CheckType::CaptureCorrupt, limit, Severity::Info, lines.lines);
    Judged { metric_name: Some(CORRUPT_SHARE.to_owned()), ..judged }
}

/// Packed files that end too early.
fn cut(lines: &CaptureSummary) -> u64 {
    lines.left_out.get(&LeftOut::Gzip).copied().unwrap_or_default()
}

/// Files that were not read at all.
fn unread(lines: &CaptureSummary) -> u64 {
    lines.files_passed_over.values().sum()
}

/// Files of the window, each of which should be read to its end.
fn judged_files(lines: &CaptureSummary) -> Judged {
    let (broken, all) = (cut(lines) + unread(lines), lines.files + unread(lines));
    of_capture(CheckType::CaptureCorrupt, Limit::AtMost(broken as f64, 0.0), Severity::Info, all)
}

fn judged_sides(lines: &CaptureSummary) -> Judged {
    let (lacking, records) = (lacking(lines), records(lines));
    let share = if records == 0 { 0.0 } else { lacking as f64 / records as f64 };
    of_capture(CheckType::CaptureSide, Limit::AtMost(share, SIDE_LIMIT), Severity::Info, records)
}

/// The violation of a window whose records lack a side that is judged: too many of them, or all.
fn side_violation(lines: &CaptureSummary, replayed: bool) -> Option<Violated> {
    let (lacking, records, judged) = (lacking(lines), records(lines), judged_sides(lines));
    let is_blind = lacking > 0 && lacking == records && !replayed;
    if !is_blind && (lacking <= SIDE_LEAST || judged.value <= SIDE_LIMIT) {
        return None;
    }
    let severity = if is_blind { Severity::Warning } else { judged.severity };
    let description = format!("{lacking} of {records} captured records have no {}", missing_sides(lines));
    Some(Violated { judged: Judged { severity, ..judged }, description })
}

/// What the records lack, in the words of data capture: `endpointOutput`.
fn missing_sides(lines: &CaptureSummary) -> String {
    let sides = [(LeftOut::NoInput, "endpointInput"), (LeftOut::NoOutput, "endpointOutput")];
    let missing = sides.into_iter().filter(|(reason, _)| lines.left_out.contains_key(reason));
    missing.map(|(_, side)| side).collect::<Vec<_>>().join(" or no ")
}

/// How much of the traffic was captured; the name of the check and why it cannot be made, where it cannot.
fn judged_completeness(completeness: &Completeness) -> Result<Judged, (String, String)> {
    let judged = |value| {
        let limit = Limit::AtLeast(value, COMPLETENESS_LIMIT);
        of_capture(CheckType::CaptureCompleteness, limit, Severity::Warning, completeness.seen)
    };
    completeness.ratio().map(judged).map_err(|reason| (judged(0.0).check_name(), reason))
}

/// The violation of a window of whose calls too few were captured.
fn completeness_violation(completeness: &Completeness) -> Option<Violated> {
    let judged = judged_completeness(completeness).ok().filter(|judged| judged.value < COMPLETENESS_LIMIT)?;
    let words = description(COMPLETENESS, judged.value, &judged.comparison, COMPLETENESS_LIMIT);
    let Completeness { seen, calls, sampling_percentage } = completeness;
    let calls = double(*calls.as_ref().ok()?);
    let description = format!(
        "{words}: {seen} records of {calls} calls, of which {} % should be captured",
        double(*sampling_percentage)
    );
    Some(Violated { judged, description })
}

/// A value with the limit that it broke.
#[derive(Debug, Clone, Copy)]
enum Limit {
    AtLeast(f64, f64),
    AtMost(f64, f64),
}

fn of_capture(check: CheckType, limit: Limit, severity: Severity, n: u64) -> Judged {
    let (value, limit, comparison) = match limit {
        Limit::AtLeast(value, limit) => (value, limit, ComparisonOperator::LessThanThreshold),
        Limit::AtMost(value, limit) => (value, limit, ComparisonOperator::GreaterThanThreshold),
    };
    Judged {
        feature_name: Some(CAPTURE.to_owned()),
        severity,
        ..Judged::new(check, value, limit, comparison, n)
    }
}

/// A window with data has one record at least.
fn judged_data(used: u64) -> Judged {
    of_capture(CheckType::NoData, Limit::AtLeast(used as f64, 1.0), Severity::Warning, used)
}

/// A violated constraint in the built-in monitors' words: `Metric m with 1.48 was LessThanThreshold '4.0'`.
#[must_use]
pub fn description(metric: &str, value: f64, operator: &ComparisonOperator, threshold: f64) -> String {
    format!("Metric {metric} with {} was {operator} '{}'", double(value), double(threshold))
}

#[cfg(test)]
pub(crate) mod tests;
