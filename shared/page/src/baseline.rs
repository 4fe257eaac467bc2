//! The page of a baseline: what a dataset came to, before any window is held against it.
//!
//! It judges nothing, and says so: its mark is none of a verdict's.

use crate::Part;
use crate::document::{Band, FINDINGS, Mark, Section, band, document, sections};
use crate::run::files;
use crate::words::{counted, sentence};
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::told::plain;
use maud::html;

/// Characters of a place.
const PLACE_CHARS: usize = 400;

/// What a page is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct DrawnBaseline<'b> {
    /// Of which kind it is, as people say it.
    pub kind: &'b str,
    /// Where its rows lie.
    pub dataset: &'b str,
    /// Rows that were measured.
    pub rows: u64,
    /// Its files, which lie beside each other.
    pub files: &'b [CommittedFile],
    /// What the monitor shows of it.
    pub part: &'b Part,
}

/// Draws it.
#[must_use]
pub fn page(baseline: &DrawnBaseline<'_>) -> String {
    let DrawnBaseline { kind, dataset, rows, files: of, part } = baseline;
    let dataset = plain(dataset, PLACE_CHARS);
    let mark = Mark { shape: "◆", word: "BASELINE", tone: "" };
    let body = html! {
        (band(&Band {
            mark,
            kind,
            heading: sentence(&dataset),
            sentence: html! { (counted(*rows, "row")) " measured; windows will be held against what they came to" },
            facts: html! { "Nothing is judged here. Limits are meant to be edited in the files, before they are put in force." },
            actions: html! {},
        }))
        (sections(&[
            Section { id: FINDINGS, heading: "What was measured", body: part.body() },
            Section { id: "files", heading: "Files", body: files::of_a_baseline(of) },
        ]))
    };
    document(&format!("{} · {kind} of {dataset}", mark.word), &body)
}
