//! Who of a document is to be watched, and who cannot be.
//!
//! It reads nothing.

use crate::document::{Document, DocumentEntry};
use bellwether_contract::names::ScheduleName;
use std::collections::{BTreeMap, BTreeSet};

/// The monitors of a document that are not paused.
#[derive(Debug)]
pub struct Roll<'d> {
    /// Those that can be run.
    pub enabled: Vec<&'d DocumentEntry>,
    /// What is wrong with each of the others. An entry that cannot be read may not be meant to be paused.
    pub broken: BTreeMap<String, String>,
}

impl<'d> Roll<'d> {
    /// Calls the roll. `is_served` says why nobody here runs a monitor, by its name in the table.
    pub fn of(document: &'d Document, is_served: impl Fn(&str) -> Result<(), String>) -> Self {
        let mut roll = Self { enabled: Vec::new(), broken: BTreeMap::new() };
        for named in document.entries() {
            let broken = match &named.read {
                Ok(entry) if !entry.enabled => continue,
                Ok(entry) => match is_served(entry.monitor.name) {
                    Ok(()) => {
                        roll.enabled.push(entry);
                        continue;
                    }
                    Err(reason) => format!("line {}: {reason}", named.line),
                },
                Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            };
            roll.broken.insert(named.name.clone(), broken);
        }
        roll
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.enabled.len() + self.broken.len()
    }

    /// The names of all of them that have one: a broken entry is still somebody's monitor.
    pub(super) fn names(&self) -> BTreeSet<ScheduleName> {
        let broken = self.broken.keys().filter_map(|name| name.parse().ok());
        self.enabled.iter().map(|entry| entry.name.clone()).chain(broken).collect()
    }
}
