//! What is wrong, the worst first: a card for each finding, equal ones of many columns on one.

use super::DrawnRun;
use super::checks::{meaning, quantity, side, subject, trouble};
use crate::draw::{Bullet, bullet, key};
use crate::table::Room;
use crate::words::{bdi, counted, sentence};
use bellwether_contract::evaluation::CheckOutcome;
use bellwether_contract::execution::Status;
use bellwether_contract::judged::{Judged, Severity};
use maud::{Markup, html};

/// Cards on a page.
const ROOM: Room = Room { most: 20, bytes: 40 * 1_024 };
/// Columns that a card of many names.
const MOST_NAMED: usize = 8;

/// One finding: a violated check, or the same of several columns.
pub(super) struct Finding<'r> {
    judged: &'r Judged,
    description: &'r str,
    /// Columns of which exactly the same is said, this one first.
    columns: Vec<&'r str>,
}

/// What was violated, the worst first and otherwise as it came: the order of the message.
pub(super) fn worst_first<'r>(run: &DrawnRun<'r>) -> Vec<Finding<'r>> {
    let violated = run.evaluation.checks.iter().filter(|check| check.outcome == CheckOutcome::Violated);
    let mut findings: Vec<Finding<'_>> = Vec::new();
    for (place, judged) in
        violated.enumerate().filter_map(|(place, check)| Some((place, check.judged.as_ref()?)))
    {
        let description = run.violations.get(place).map_or("", |violation| violation.description.as_str());
        let column = judged.feature_name.as_deref().unwrap_or_default();
        let same = findings.iter_mut().find(|finding| finding.says_the_same(judged, description));
        match same {
            Some(finding) => finding.columns.push(column),
            None => findings.push(Finding { judged, description, columns: vec![column] }),
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.judged.severity));
    findings
}

impl Finding<'_> {
    /// Whether a column has nothing to say that another one has not said: the same check, with the same numbers and words.
    fn says_the_same(&self, judged: &Judged, description: &str) -> bool {
        let numbers =
            |judged: &Judged| (judged.value, judged.limit, judged.n, judged.baseline_n, judged.severity);
        judged.metric_name.is_none()
            && judged.evidence.is_none()
            && self.judged.check == judged.check
            && self.judged.metric_name.is_none()
            && numbers(self.judged) == numbers(judged)
            && self.description == description
    }

    /// What a person would say of it: the monitor's own sentence, and how many stand behind it.
    fn meaning(&self, run: &DrawnRun<'_>) -> Option<Markup> {
        let said = run.part.sentences.get(&self.judged.check_name()).filter(|_| self.columns.len() == 1);
        match said {
            None => meaning(self.judged),
            Some(said) => {
                let behind = meaning(self.judged).filter(|_| self.judged.evidence.is_some());
                Some(html! { (sentence(said)) @if let Some(behind) = behind { ": " (behind) } })
            }
        }
    }

    /// The finding in one sentence: `auc is 0.515; at least 0.94 is wanted`.
    pub(super) fn headline(&self) -> Markup {
        let (value, limit) = self.judged.told();
        let others = self.columns.len().saturating_sub(1);
        html! {
            (bdi(&subject(self.judged))) @if others > 0 { " and " (counted(others as u64, "column")) " more" }
            @match meaning(self.judged) {
                Some(meaning) => { ": " (meaning) }
                None => { " is " (value) "; " (side(self.judged)) " " (limit) " is wanted" }
            }
        }
    }

    fn card(&self, run: &DrawnRun<'_>) -> Markup {
        let judged = self.judged;
        let (value, limit) = judged.told();
        let title = format!("{value}, limit {} {limit}", side(judged));
        html! {
            li.(judged.severity.as_str()) {
                h3 { (self.name(run)) " " span.mut { (trouble(judged)) } }
                @if self.columns.len() > 1 { p { (self.named()) } }
                @if let Some(meaning) = self.meaning(run) { p { (meaning) } }
                p { (severity(judged.severity)) ": " (quantity(judged)) " " b.bad { (value) } ", limit " (side(judged)) " " (limit) @if judged.compared.is_some() { ", on " (counted(judged.n, "value")) } }
                (bullet(Bullet { value: judged.value, limit: judged.limit, violated: true, beside: None }, &title))
                @if !self.description.is_empty() { small { (sentence(self.description)) } }
            }
        }
    }

    /// What it is of; a link where the page has a figure of it.
    fn name(&self, run: &DrawnRun<'_>) -> Markup {
        if self.columns.len() > 1 {
            return html! { (counted(self.columns.len() as u64, "column")) };
        }
        let figure = self.columns.first().and_then(|column| run.part.figures.get(*column));
        html! {
            @match figure {
                Some(number) => a href=(format!("#c{number}")) { (bdi(&subject(self.judged))) },
                None => (bdi(&subject(self.judged))),
            }
        }
    }

    fn named(&self) -> Markup {
        html! {
            @for (place, column) in self.columns.iter().take(MOST_NAMED).enumerate() { @if place > 0 { ", " } (bdi(column)) }
            @if self.columns.len() > MOST_NAMED { " and " (self.columns.len() - MOST_NAMED) " more" }
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Info",
        Severity::Warning => "Warning",
        Severity::Critical => "Critical",
    }
}

/// The cards, or why there is none.
pub(super) fn cards(run: &DrawnRun<'_>) -> Markup {
    let findings = worst_first(run);
    if findings.is_empty() {
        return html! { p { (nothing(run)) } };
    }
    let fitted = ROOM.fit(&findings, |finding| finding.card(run));
    html! {
        (key())
        ol.find role="list" { (fitted.markup()) }
        (fitted.rest("finding", "constraint_violations.json and evaluation.json"))
        (doubts(run))
    }
}

/// What no finding means: it is not the same of every status.
fn nothing(run: &DrawnRun<'_>) -> Markup {
    let execution = run.execution;
    let judged = counted(execution.constraints_judged, "constraint");
    html! {
        @match execution.monitoring_execution_status {
            Status::Completed => { "Nothing is wrong: " (judged) " that could be judged kept within their limits." }
            Status::CompletedWithViolations => { "The run says that something is violated, and the page was given no check that is. Look at constraint_violations.json." }
            _ => { "No finding, and that says nothing of the data: " (if execution.constraints_judged == 0 { "no constraint".to_owned() } else { judged }) " could be judged. Why stands above, and below." }
        }
        (doubts(run))
    }
}

/// What a person should look into although it changed nothing.
fn doubts(run: &DrawnRun<'_>) -> Markup {
    let room = Room { most: 20, bytes: 12 * 1_024 };
    let warnings = room.fit(&run.execution.warnings, |warning| html! { li { (sentence(warning)) } });
    html! {
        @if !warnings.drawn.is_empty() { h3 { "To look into" } ul { (warnings.markup()) } }
        (warnings.rest("warning", "execution.json"))
    }
}
