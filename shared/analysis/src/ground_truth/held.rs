//! The records of a table: an id, a number and the codes of its labels each, in a small amount of memory.

use crate::id_map::{IdEntry, IdMap, reserve};

/// Marks the place of a list of codes in place of a code.
const SEVERAL: u32 = 1 << 31;

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// How many came before it.
    pub(super) number: u32,
    /// The code of its only row, or the place of its codes.
    rows: u32,
}

/// All records.
#[derive(Debug, Clone, Default)]
pub(super) struct HeldRecords {
    ids: IdMap<Held>,
    several: Several,
}

/// Codes of records that have not one row.
#[derive(Debug, Clone, Default)]
struct Several(Vec<Box<[u32]>>);

/// The codes of the rows of a record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'r> {
    One(&'r u32),
    Several(&'r [u32]),
}

impl Rows<'_> {
    pub(super) fn codes(&self) -> &[u32] {
        match self {
            Self::One(code) => std::slice::from_ref(*code),
            Self::Several(codes) => codes,
        }
    }
}

impl HeldRecords {
    /// A record, and its rows.
    pub(super) fn get(&self, id: u128) -> Option<(&Held, Rows<'_>)> {
        let held = self.ids.get(id)?;
        let several = held.rows.checked_sub(SEVERAL).and_then(|place| self.several.0.get(place as usize));
        Some((held, several.map_or(Rows::One(&held.rows), |codes| Rows::Several(codes))))
    }

    /// Holds the rows of a record, in place of those it had.
    pub(super) fn put(&mut self, id: u128, codes: &[u32]) {
        let number = self.ids.len() as u32;
        match self.ids.entry(id) {
            IdEntry::Held(held) => held.rows = self.several.put(codes, held.rows.checked_sub(SEVERAL)),
            IdEntry::Vacant(vacant) => vacant.fill(Held { number, rows: self.several.put(codes, None) }),
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        let several = self.several.0.iter().map(|codes| size_of::<Box<[u32]>>() + 16 + 4 * codes.len());
        self.ids.size_bytes() + several.sum::<usize>()
    }
}

impl Several {
    /// The code of an only row, or the place of several, which is that of earlier ones where there were such.
    fn put(&mut self, codes: &[u32], earlier: Option<u32>) -> u32 {
        if let (&[code], None) = (codes, earlier) {
            return code;
        }
        let place = earlier.unwrap_or(self.0.len() as u32);
        match self.0.get_mut(place as usize) {
            Some(earlier) => *earlier = codes.into(),
            None => {
                reserve(&mut self.0);
                self.0.push(codes.into());
            }
        }
        SEVERAL + place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_is_a_map_to_what_was_put_last(
            puts in prop::collection::vec((prop_oneof![any::<u128>(), 0_u128..40], prop::collection::vec(0_u32..9, 0..4)), 0..200)
        ) {
            let (mut held, mut model) = (HeldRecords::default(), BTreeMap::new());
            for (id, codes) in puts {
                held.put(id, &codes);
                model.insert(id, codes);
            }
            let mut numbers: Vec<u32> = Vec::new();
            for (id, codes) in &model {
                let (record, rows) = held.get(*id).expect("it was put");
                prop_assert_eq!(rows.codes(), codes.as_slice());
                numbers.push(record.number);
            }
            numbers.sort_unstable();
            prop_assert!(numbers.into_iter().eq(0..model.len() as u32));
            prop_assert!(held.get(41).is_none());
        }
    }
}
