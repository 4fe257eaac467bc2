//! How often each value of a column was seen, exactly, while there are few of them.
//!
//! Beyond a cap on their number or their bytes all counts are given up for good; nothing is ever evicted or guessed.
//! Whether a histogram belongs into a file is its caller's decision.
//!
//! A value's cell is kept with it, so that a column of few values is classified, parsed and hashed for the distinct
//! counter once a value.
//!
//! What is counted here is the histogram of a column, where there are at most 120 values:
//!
//! ```
//! use bellwether_analysis::feature::FeatureProfile;
//!
//! let mut column = FeatureProfile::default();
//! ["no", "yes", "no"].into_iter().for_each(|value| column.push_text(value.as_bytes()));
//! let mut counts: Vec<_> = column.histogram("churn", 3).expect("two values").into_iter()
//!     .map(|bucket| (bucket.value, bucket.count)).collect();
//! counts.sort();
//! assert_eq!(counts, [("no".to_owned(), 2), ("yes".to_owned(), 1)]);
//!
//! (0..1_100).for_each(|value| column.push_text(value.to_string().as_bytes()));
//! assert!(column.histogram("churn", 1_103).is_none(), "beyond 1,024 values all counts are given up");
//! ```

mod partial;

use crate::cell::{Cell, Class};
use crate::hll::hash;
use crate::observed::TypeCounts;
use crate::trie::Order;

/// Most distinct values that are counted. A histogram needs at most 120 by the estimate of `hll`, whose standard error
/// is 5 %: no column of more than this many values is ever taken for one of so few.
pub(crate) const MAX_VALUES: usize = 1_024;
/// Most bytes of all distinct values together.
pub(crate) const MAX_VALUE_BYTES: usize = 256 * 1024;

/// One for each text of one byte, and for all others twice the values, so that a search ends soon.
const SLOTS: usize = OWN_SLOTS + SEARCHED_SLOTS;
const OWN_SLOTS: usize = 256;
const SEARCHED_SLOTS: usize = 2 * MAX_VALUES;
const EMPTY: u16 = u16::MAX;

/// Counts by value; the default is empty and the identity of [`Values::merge`].
///
/// Whether the counts were given up depends on the set of values alone, so merging is associative and blind to how a
/// column was split.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// In order of first sight; `slots` finds them by their words.
    seen: Vec<Value>,
    texts: Vec<u8>,
    /// Open addressing with steps of one; no slots before the first value.
    slots: Vec<u16>,
    given_up: bool,
    /// The cells that were seen, after the counts by value were given up.
    given_up_types: TypeCounts,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    word: u64,
    start: u32,
    end: u32,
    pub(crate) count: u64,
    pub(crate) cell: Cell,
    /// Whether the distinct counter has counted it.
    pub(crate) counted: Counted,
}

/// As what the distinct counter has counted a value: a native number is told apart by its bits, not by its text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) text: bool,
    pub(crate) number: bool,
}

impl Values {
    /// The entry of a text.
    #[inline]
    pub(crate) fn find(&mut self, text: &[u8]) -> Option<&mut Value> {
        if self.slots.is_empty() {
            return None;
        }
        let at = self.slots[self.slot(text)];
        self.seen.get_mut(usize::from(at))
    }

    /// Adds a text that [`Values::find`] does not find, seen `count` times, or gives all counts up.
    pub(crate) fn insert(&mut self, text: &[u8], count: u64, cell: Cell, counted: Counted) {
        if self.seen.len() == MAX_VALUES || self.texts.len() + text.len() > MAX_VALUE_BYTES {
            self.give_up();
        }
        if self.given_up {
            return add(&mut self.given_up_types, cell.class, count);
        }
        if self.slots.is_empty() {
            self.slots = vec![EMPTY; SLOTS];
        }
        let slot = self.slot(text);
        // Both caps lie below the ranges of these types.
        self.slots[slot] = self.seen.len() as u16;
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        self.seen.push(Value { word: word(text), start, end: self.texts.len() as u32, count, cell, counted });
    }

    /// Adds the counts of another part.
    pub(crate) fn merge(&mut self, later: &Self) {
        if later.given_up {
            self.give_up();
            self.given_up_types.add(&later.given_up_types);
        }
        for value in &later.seen {
            let text = later.text(value);
            match self.find(text) {
                Some(mine) => {
                    mine.count += value.count;
                    mine.counted.text |= value.counted.text;
                    mine.counted.number |= value.counted.number;
                }
                None => self.insert(text, value.count, value.cell, value.counted),
            }
        }
    }

    /// Every value of a column of that name with its count, in the order of [`crate::trie`]; `None` where there were too
    /// many to count. The order depends on neither the order of the rows nor a split.
    pub(crate) fn counts(&self, column: &str, has_missing: bool) -> Option<Vec<(&[u8], u64)>> {
        if self.given_up {
            return None;
        }
        let mut counts: Vec<_> = self.seen.iter().map(|value| (self.text(value), value.count)).collect();
        let order = Order::of(column, counts.iter().map(|(text, _)| *text), has_missing);
        counts.sort_by_cached_key(|&(text, _)| (order.key(text), text));
        Some(counts)
    }

    /// Cells by class; none is missing.
    pub(crate) fn types(&self) -> TypeCounts {
        let mut types = self.given_up_types;
        self.seen.iter().for_each(|value| add(&mut types, value.cell.class, value.count));
        types
    }

    /// How many cells have a number; where the counts were given up, at most how many.
    pub(crate) fn numbers(&self) -> Result<u64, u64> {
        if self.given_up {
            let TypeCounts { fractional, integral, .. } = self.given_up_types;
            return Err(fractional + integral);
        }
        Ok(self.seen.iter().filter(|value| value.cell.number.is_some()).map(|value| value.count).sum())
    }

    /// The slot that holds a text, or the empty one that it would take.
    #[inline]
    fn slot(&self, text: &[u8]) -> usize {
        match text {
            [byte] => usize::from(*byte),
            _ => self.search(text),
        }
    }

    // Kept apart from the quick way of short texts.
    #[inline(never)]
    fn search(&self, text: &[u8]) -> usize {
        let word = word(text);
        let mut place = scattered(word ^ (text.len() as u64) << 56) as usize % SEARCHED_SLOTS;
        while let Some(value) = self.seen.get(usize::from(self.slots[OWN_SLOTS + place])) {
            let length = (value.end - value.start) as usize;
            if value.word == word && length == text.len() && (length <= PACKED || self.text(value) == text) {
                break;
            }
            place = (place + 1) % SEARCHED_SLOTS;
        }
        OWN_SLOTS + place
    }

    fn text(&self, value: &Value) -> &[u8] {
        &self.texts[value.start as usize..value.end as usize]
    }

    fn give_up(&mut self) {
        *self = Self { given_up: true, given_up_types: self.types(), ..Self::default() };
    }
}

fn add(types: &mut TypeCounts, class: Class, count: u64) {
    match class {
        Class::Fractional => types.fractional += count,
        Class::Integral => types.integral += count,
        Class::Boolean => types.boolean += count,
        Class::String => types.string += count,
    }
}

/// Bytes of a text that a word holds.
const PACKED: usize = 8;

/// A word that texts of one length differ in: up to eight bytes the text itself, beyond that its hash, by which they
/// nearly always do.
#[inline]
fn word(text: &[u8]) -> u64 {
    match text {
        [] => 0,
        [first, .., last] if text.len() < 4 => u64::from(u32::from_le_bytes([*first, text[1], *last, 0])),
        _ => match (text.first_chunk(), text.last_chunk()) {
            // The halves overlap below eight bytes.
            (Some(first), Some(last)) if text.len() <= PACKED => {
                u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
            }
            _ => hash(text),
        },
    }
}

/// A word whose low bits depend on all bits of another: both halves of its product with the golden ratio.
fn scattered(word: u64) -> u64 {
    let product = u128::from(word) * 0x9E37_79B9_7F4A_7C15;
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests;
