//! The page of one run: what the on-call needs first, then what was found, what was not judged and why, what was measured, what was
//! read, and the evidence. It is the same for every monitor; what is a monitor's own is its [`Part`].
//!
//! It is drawn inside the run, from what will be committed but for the attempt: equal verdicts have equal pages.

mod checks;
mod evidence;
pub(crate) mod files;
mod findings;
mod read;
mod top;
mod unjudged;

pub(crate) use checks::side;

use crate::Part;
use crate::document::{FINDINGS, Section, document, sections};
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::Execution;
use bellwether_contract::violations::Violation;
use maud::html;

/// Bytes of a page at most, whatever comes.
pub const MOST_PAGE_BYTES: usize = 512 * 1_024;

/// Where it stands what was not judged.
const UNJUDGED: &str = "unjudged";

/// What a page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct DrawnRun<'r> {
    /// The verdict, with the files beside the page; its attempt is not shown.
    pub execution: &'r Execution,
    /// Every check.
    pub evaluation: &'r Evaluations,
    /// What was violated, in the order of the checks: the words that are in the file.
    pub violations: &'r [Violation],
    /// The settings that can change a verdict.
    pub settings: &'r [Setting],
    /// Where people read what to do: a link of http or https.
    pub runbook: Option<&'r str>,
    /// What the monitor alone can show.
    pub part: &'r Part,
}

/// A setting that can change a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the environment.
    pub name: &'static str,
    /// What it was set to.
    pub value: String,
    /// What it means.
    pub help: &'static str,
}

/// Draws it.
#[must_use]
pub fn page(run: &DrawnRun<'_>) -> String {
    let body = html! {
        (top::band(run))
        (sections(&[
            Section { id: FINDINGS, heading: "Findings, the worst first", body: findings::cards(run) },
            Section { id: UNJUDGED, heading: "Not judged, and why", body: unjudged::reasons(run) },
            Section { id: "measured", heading: "Everything measured", body: run.part.body() },
            Section { id: "read", heading: "What was read", body: read::counts(run.execution) },
            Section { id: "evidence", heading: "Evidence", body: evidence::tables(run) },
        ]))
    };
    document(&top::title(run.execution), &body)
}
