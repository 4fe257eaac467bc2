//! What a monitor alone can show of a run, between the findings and the evidence.

use crate::words::sentence;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Bytes of a monitor's own part at most, charts and tables together.
const MOST_PART_BYTES: usize = 280 * 1_024;

/// Reasons why something is not drawn.
const MOST_MISSING: usize = 20;

/// A monitor's part of the page of a run. Of a monitor that has none it is empty, and the frame says so.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// One sentence with the number and its limit, in the place of the worst finding's.
    pub headline: Option<String>,
    /// Columns that have a figure of their own, by name: a finding links to it. The number is that of its anchor.
    pub figures: BTreeMap<String, usize>,
    /// A sentence about a check by its name: what a person would say of it, in the place of what the numbers alone say.
    pub sentences: BTreeMap<String, String>,
    sections: Vec<(&'static str, Markup)>,
    bytes: usize,
    left_out: Vec<&'static str>,
}

impl Part {
    /// A part without sections yet, and what it says in words.
    #[must_use]
    pub fn said(headline: Option<String>, sentences: BTreeMap<String, String>) -> Self {
        Self { headline, sentences, ..Self::default() }
    }

    /// The same with one more section. One for which there is no room is named on the page, and not drawn.
    pub fn push(&mut self, heading: &'static str, body: Markup) {
        let bytes = self.bytes + body.0.len();
        if bytes > MOST_PART_BYTES {
            self.left_out.push(heading);
        } else {
            self.bytes = bytes;
            self.sections.push((heading, body));
        }
    }

    /// What is missing in it, beside what it shows.
    pub fn says_of_itself(&mut self, missing: &[String]) {
        if !missing.is_empty() {
            self.push(
                "What is missing here",
                html! { ul { @for why in missing.iter().take(MOST_MISSING) { li { (sentence(why)) } } } },
            );
        }
    }

    /// The sections, one below the other.
    pub(crate) fn body(&self) -> Markup {
        html! {
            @for (heading, body) in &self.sections {
                h3 { (heading) }
                (body)
            }
            @if self.sections.is_empty() && self.left_out.is_empty() {
                p.mut { "Nothing beside the checks: they stand under Evidence, each with its value and its limit." }
            }
            @for heading in &self.left_out {
                p { "There is no room on this page for: " (heading) ". The files beside it have all of it." }
            }
        }
    }
}
