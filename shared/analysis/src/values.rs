//! How often each value of a column was seen, exactly, while there are few of them.
//!
//! Beyond a cap on their number or their bytes all counts are given up for good; nothing is ever evicted or guessed.
//! Whether a histogram belongs into a file is its caller's decision.
//!
//! A value's cell is kept with it, so that a column of few values is classified and parsed once a value.

use crate::cell::Cell;

/// Most distinct values that are counted. A histogram needs at most 120 by the estimate of `hll`, whose standard error
/// is 5 %: no column of more than this many values is ever taken for one of so few.
pub(crate) const MAX_VALUES: usize = 1_024;
/// Most bytes of all distinct values together.
pub(crate) const MAX_VALUE_BYTES: usize = 256 * 1024;

/// Twice the values, so that a search ends soon.
const SLOTS: usize = 2 * MAX_VALUES;
const EMPTY: u16 = u16::MAX;

/// Counts by value; the default is empty and the identity of [`Values::merge`].
///
/// Whether the counts were given up depends on the set of values alone, so merging is associative and blind to how a
/// column was split.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// In order of first sight; `slots` finds them by hash.
    seen: Vec<Value>,
    texts: Vec<u8>,
    /// Open addressing with steps of one; no slots before the first value.
    slots: Vec<u16>,
    given_up: bool,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    hash: u64,
    start: u32,
    end: u32,
    pub(crate) count: u64,
    pub(crate) cell: Cell,
    /// Whether the distinct counter has heard of it as a text; a native number is told apart by its value.
    pub(crate) is_text: bool,
}

impl Values {
    /// The entry of a text, by its hash.
    pub(crate) fn find(&mut self, hash: u64, text: &[u8]) -> Option<&mut Value> {
        if self.slots.is_empty() {
            return None;
        }
        let at = self.slots[self.slot(hash, text)];
        self.seen.get_mut(usize::from(at))
    }

    /// Adds a text that [`Values::find`] does not find, seen `count` times, or gives all counts up.
    pub(crate) fn insert(&mut self, hash: u64, text: &[u8], count: u64, cell: Cell, is_text: bool) {
        if self.given_up {
            return;
        }
        if self.seen.len() == MAX_VALUES || self.texts.len() + text.len() > MAX_VALUE_BYTES {
            return self.give_up();
        }
        if self.slots.is_empty() {
            self.slots = vec![EMPTY; SLOTS];
        }
        let slot = self.slot(hash, text);
        // Both caps lie below the ranges of these types.
        self.slots[slot] = self.seen.len() as u16;
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        self.seen.push(Value { hash, start, end: self.texts.len() as u32, count, cell, is_text });
    }

    /// Adds the counts of another part.
    pub(crate) fn merge(&mut self, later: &Self) {
        if later.given_up {
            self.give_up();
        }
        for value in &later.seen {
            let text = later.text(value);
            match self.find(value.hash, text) {
                Some(mine) => {
                    mine.count += value.count;
                    mine.is_text |= value.is_text;
                }
                None => self.insert(value.hash, text, value.count, value.cell, value.is_text),
            }
        }
    }

    /// Every value with its count, in the container's order; `None` where there were too many to count.
    ///
    /// The order is that of an immutable hash map of Scala 2.12: by groups of five bits of the improved
    /// `String.hashCode`, lowest group first. The engine's maps of up to four entries keep the order in which they were
    /// filled, which is a hash order over all columns at once and cannot be known here; ours are ordered like the rest,
    /// and so depend on neither the order of the rows nor a split.
    pub(crate) fn counts(&self) -> Option<Vec<(&[u8], u64)>> {
        if self.given_up {
            return None;
        }
        let mut counts: Vec<_> = self.seen.iter().map(|value| (self.text(value), value.count)).collect();
        counts.sort_by_cached_key(|&(text, _)| (trie_key(text), text));
        Some(counts)
    }

    /// The slot that holds a text, or the empty one that it would take.
    fn slot(&self, hash: u64, text: &[u8]) -> usize {
        let mut slot = hash as usize % SLOTS;
        while let Some(value) = self.seen.get(usize::from(self.slots[slot])) {
            if value.hash == hash && self.text(value) == text {
                break;
            }
            slot = (slot + 1) % SLOTS;
        }
        slot
    }

    fn text(&self, value: &Value) -> &[u8] {
        &self.texts[value.start as usize..value.end as usize]
    }

    fn give_up(&mut self) {
        *self = Self { given_up: true, ..Self::default() };
    }
}

/// Sorts as the engine's hash trie walks: the groups of five bits of the improved hash, lowest first.
///
/// ```text
/// h = String.hashCode, over UTF-16 units
/// h += ~(h << 9);  h ^= h >>> 14;  h += h << 4;  h ^= h >>> 10
/// ```
fn trie_key(text: &[u8]) -> [u8; 7] {
    let text = String::from_utf8_lossy(text);
    let hash =
        text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)));
    let hash = hash.wrapping_add(!(hash << 9));
    let hash = hash ^ (hash >> 14);
    let hash = hash.wrapping_add(hash << 4);
    let hash = hash ^ (hash >> 10);
    std::array::from_fn(|group| (hash >> (5 * group)) as u8 & 31)
}

#[cfg(test)]
mod tests;
