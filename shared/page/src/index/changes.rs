//! When another baseline or other settings came into force: the lettered lines of every chart.

use super::slots::Slot;
use crate::words::{instant, name};
use bellwether_contract::execution::Execution;
use maud::{Markup, html};

/// As many letters as there are: the newest changes.
const MOST_CHANGES: usize = 26;
/// Characters of a digest that tell it from others.
const DIGEST_CHARS: usize = 12;

/// A change, at the slot that was the first to be judged by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) place: usize,
    pub(super) letter: char,
    words: String,
}

/// What a run was judged by.
#[derive(Clone, Copy, PartialEq, Eq)]
struct JudgedBy<'e> {
    version: Option<&'e str>,
    baseline: Option<&'e str>,
    settings: &'e str,
}

impl<'e> JudgedBy<'e> {
    fn of(execution: &'e Execution) -> Self {
        Self {
            version: execution.baseline.as_ref().map(|version| version.as_str()),
            baseline: execution.baseline_digest.as_deref(),
            settings: &execution.configuration_digest,
        }
    }

    fn words(self) -> String {
        match (self.version, self.baseline) {
            (Some(version), _) => format!("baseline {}", name(version)),
            (None, Some(digest)) => {
                format!("baseline with digest {}", name(digest.get(..DIGEST_CHARS).unwrap_or(digest)))
            }
            (None, None) => "no baseline".to_owned(),
        }
    }
}

/// Changes of what runs were judged by, the oldest first. The first of them is what was there when the page begins.
pub(super) fn changes(slots: &[Slot<'_>]) -> (Vec<Change>, usize) {
    let mut told: Vec<(usize, String)> = Vec::new();
    let mut last: Option<JudgedBy<'_>> = None;
    for (place, slot) in slots.iter().enumerate() {
        let Some(by) = slot.execution().map(JudgedBy::of) else { continue };
        let from = instant(slot.at);
        match last {
            None => told.push((place, by.words())),
            Some(before) if before == by => {}
            Some(before) if (before.version, before.baseline) == (by.version, by.baseline) => {
                told.push((place, format!("other settings, from {from}")));
            }
            Some(_) => told.push((place, format!("{}, from {from}", by.words()))),
        }
        last = Some(by);
    }
    let older = told.len().saturating_sub(MOST_CHANGES);
    let changes = told.into_iter().skip(older).zip('A'..='Z');
    (changes.map(|((place, words), letter)| Change { place, letter, words }).collect(), older)
}

/// The list that says what the letters mean.
pub(super) fn list(changes: &[Change], older: usize) -> Markup {
    html! {
        @match changes {
            [] => {}
            [only] if older == 0 => { p.mut { "Judged by " bdi { (only.words) } " throughout, with the same settings." } }
            _ => {
                ol.marks {
                    @for change in changes { li { b { (change.letter) } " " bdi { (change.words) } } }
                    @if older > 0 { li { (older) " earlier changes have no letter" } }
                }
            }
        }
    }
}
