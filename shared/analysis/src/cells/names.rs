//! The names of columns as the data brings them, each with a small number, its slot.
//!
//! It says nothing about what a column is called in the end. Objects bring the same keys in the same order, so the place
//! after the last one is tried before anything is hashed.

use super::MAX_COLUMNS;
use std::collections::HashMap;

/// Names in the order in which they first came; at most [`MAX_COLUMNS`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    names: Vec<Box<str>>,
    slots: HashMap<Box<str>, u32>,
}

impl Names {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a slot.
    pub(crate) fn name(&self, slot: u32) -> &str {
        &self.names[slot as usize]
    }

    /// The slot of a name, guessed first; a new one at the end, `None` where there are too many already.
    pub(crate) fn slot(&mut self, name: &str, guess: u32) -> Option<u32> {
        if self.names.get(guess as usize).is_some_and(|known| **known == *name) {
            return Some(guess);
        }
        if let Some(&slot) = self.slots.get(name) {
            return Some(slot);
        }
        if self.names.len() == MAX_COLUMNS {
            return None;
        }
        let slot = self.names.len() as u32;
        self.names.push(name.into());
        self.slots.insert(name.into(), slot);
        Some(slot)
    }

    /// Forgets the names that came last, those of a record that is left out after all.
    pub(crate) fn truncate(&mut self, length: usize) {
        for name in self.names.drain(length..) {
            self.slots.remove(&name);
        }
    }

    /// Takes over another's names; nothing changes and `false` is returned where they would be too many together.
    pub(crate) fn merge(&mut self, later: &Self) -> bool {
        let known = self.len();
        for name in &later.names {
            if self.slot(name, u32::MAX).is_none() {
                self.truncate(known);
                return false;
            }
        }
        true
    }
}
