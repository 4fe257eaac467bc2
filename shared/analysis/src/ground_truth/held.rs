//! The records of a table: an id, a number and the codes of its labels each, in a small amount of memory.
//!
//! Ids are spread over 65,536 shards and stand in each in ascending order. Shards grow by an eighth, as those of `seen` do. The
//! shard is chosen by all bits of an id: those of UUIDs that begin with a time would otherwise share one.

use super::texts::reserve;

const SHARDS: usize = 1 << 16;
/// Records that are held before there are shards.
const FEW: usize = 128;
/// Marks the place of a list of codes in place of a code.
const SEVERAL: u32 = 1 << 31;

/// A record.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// High and low half.
    id: (u64, u64),
    /// How many came before it.
    pub(super) number: u32,
    /// The code of its only row, or the place of its codes.
    rows: u32,
}

/// All records.
#[derive(Debug, Clone, Default)]
pub(super) struct HeldRecords {
    /// One as long as there are few records.
    shards: Vec<Vec<Held>>,
    /// Codes of records that have not one row.
    several: Vec<Box<[u32]>>,
    count: u32,
}

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
        let (shard, place) = self.place(id);
        let held = self.shards.get(shard)?.get(place.ok()?)?;
        let several = held.rows.checked_sub(SEVERAL).and_then(|place| self.several.get(place as usize));
        Some((held, several.map_or(Rows::One(&held.rows), |codes| Rows::Several(codes))))
    }

    /// Holds the rows of a record, in place of those it had.
    pub(super) fn put(&mut self, id: u128, codes: &[u32]) {
        let (shard, place) = self.place(id);
        match place {
            Ok(place) => {
                let rows = self.shards[shard][place].rows;
                self.shards[shard][place].rows = self.rows(codes, rows.checked_sub(SEVERAL));
            }
            Err(place) => {
                let rows = self.rows(codes, None);
                let held = Held { id: halves(id), number: self.count, rows };
                self.count += 1;
                if self.shards.is_empty() {
                    self.shards.push(Vec::new());
                }
                reserve(&mut self.shards[shard]);
                self.shards[shard].insert(place, held);
                if self.shards.len() == 1 && self.count as usize > FEW {
                    self.spread();
                }
            }
        }
    }

    /// The code of an only row, or the place of several, which is that of earlier ones where there were such.
    fn rows(&mut self, codes: &[u32], earlier: Option<u32>) -> u32 {
        if let (&[code], None) = (codes, earlier) {
            return code;
        }
        let place = earlier.unwrap_or(self.several.len() as u32);
        match self.several.get_mut(place as usize) {
            Some(earlier) => *earlier = codes.into(),
            None => {
                reserve(&mut self.several);
                self.several.push(codes.into());
            }
        }
        SEVERAL + place
    }

    /// The shard of an id, and its place there or where it would be.
    fn place(&self, id: u128) -> (usize, Result<usize, usize>) {
        let id = halves(id);
        let shard = if self.shards.len() > 1 { shard_of(id) } else { 0 };
        let found = self.shards.get(shard).map(|shard| shard.binary_search_by_key(&id, |held| held.id));
        (shard, found.unwrap_or(Err(0)))
    }

    /// From one list into shards.
    fn spread(&mut self) {
        let few = std::mem::take(&mut self.shards);
        self.shards = vec![Vec::new(); SHARDS];
        // In ascending order, as they stand.
        for held in few.into_iter().flatten() {
            self.shards[shard_of(held.id)].push(held);
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        let held: usize = self.shards.iter().map(Vec::capacity).sum();
        let shards = self.shards.capacity() * size_of::<Vec<Held>>();
        let several: usize =
            self.several.iter().map(|codes| size_of::<Box<[u32]>>() + 16 + 4 * codes.len()).sum();
        held * size_of::<Held>() + shards + several
    }
}

/// Alignment of 64 bits keeps a record at 24 bytes; 128 would make it 32.
fn halves(id: u128) -> (u64, u64) {
    ((id >> 64) as u64, id as u64)
}

/// The high bits of a product: every bit of the id has a say in them.
fn shard_of((high, low): (u64, u64)) -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    ((high ^ low.rotate_left(32)).wrapping_mul(GOLDEN) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::super::MOST_TRUTH_RECORDS;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_record_takes_24_bytes_and_what_is_reserved() {
        assert_eq!(size_of::<Held>(), 24);
        // A shard of four million records, on average.
        let mut shard = Vec::new();
        for number in 0..MOST_TRUTH_RECORDS / SHARDS {
            reserve(&mut shard);
            shard.push(Held { id: (0, 0), number: number as u32, rows: 0 });
        }
        let each = (shard.capacity() * size_of::<Held>()) as f64 / shard.len() as f64;
        assert!(each < 28.0, "{each} bytes a record");
    }

    #[test]
    fn ids_that_begin_or_end_alike_are_spread_too() {
        const TIME: u128 = 0x0192_0000_0000_7000 << 64;
        let ids: [fn(u128) -> u128; 4] = [|n| n, |n| TIME | n << 20, |n| n << 64, |n| n << 112 | 7];
        for id in ids {
            let mut held = HeldRecords::default();
            (1..=30_000).for_each(|n| held.put(id(n), &[1]));
            let longest = held.shards.iter().map(Vec::len).max();
            assert!(longest < Some(60), "{longest:?}");
        }
    }

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
