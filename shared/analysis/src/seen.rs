//! Which event ids were seen before, exactly, and in which second, in a small amount of memory.
//!
//! It holds ids and seconds and nothing else: 16 bytes each, 20 with what the allocator adds, plus 2 MB: 82 MB for four
//! million.
//!
//! An id of 128 bits is split: its high 16 bits choose one of 65,536 shards, the other 112 are kept in that shard in
//! ascending order. Shards grow by an eighth, so that no moment needs twice the memory, as a hash table's growth does.
//! A quiet window has no shards: its few ids lie in one small map.

use std::collections::BTreeMap;

/// Most ids that are held. The reliability promise: exact up to four million records a window.
pub const MAX_IDS: usize = 4_000_000;

const SHARDS: usize = 1 << 16;
const REST_BYTES: usize = 14;
/// Ids that are held before there are shards.
const FEW: usize = 128;

type Rest = [u8; REST_BYTES];

/// An id of a shard.
#[derive(Debug, Clone, Copy)]
struct Held {
    rest: Rest,
    second: u16,
}

/// A map from event ids to the second in which each came first, modulo 65,536.
#[derive(Debug, Default)]
pub struct SeenIds {
    few: BTreeMap<u128, u16>,
    /// Empty as long as few ids are held; then it holds all of them.
    shards: Vec<Vec<Held>>,
    count: usize,
}

/// What is known of an id.
#[derive(Debug)]
pub enum IdEntry<'s> {
    /// It came before, in this second.
    Held(u16),
    /// It is new.
    Vacant(Vacant<'s>),
}

/// The place of an id that is not held yet.
#[derive(Debug)]
pub struct Vacant<'s> {
    seen: &'s mut SeenIds,
    id: u128,
    place: usize,
}

impl Vacant<'_> {
    /// Holds the id from now on.
    pub fn fill(self, second: u16) {
        let Self { seen, id, place } = self;
        if seen.shards.is_empty() {
            seen.few.insert(id, second);
            seen.count = seen.few.len();
            if seen.count > FEW {
                seen.spread();
            }
        } else {
            seen.insert_at(id, place, second);
        }
    }
}

impl SeenIds {
    /// What is known of an id. It is held when its place is filled, and not before.
    pub fn entry(&mut self, id: u128) -> IdEntry<'_> {
        let found = if self.shards.is_empty() {
            self.few.get(&id).copied().ok_or(0)
        } else {
            let (shard, rest) = split(id);
            let shard = &self.shards[shard];
            shard.binary_search_by(|held| held.rest.cmp(&rest)).map(|place| shard[place].second)
        };
        match found {
            Ok(second) => IdEntry::Held(second),
            Err(place) => IdEntry::Vacant(Vacant { seen: self, id, place }),
        }
    }

    /// From one small map into shards, in ascending order.
    fn spread(&mut self) {
        self.count = 0;
        self.shards = vec![Vec::new(); SHARDS];
        for (id, second) in std::mem::take(&mut self.few) {
            let end = self.shards[split(id).0].len();
            self.insert_at(id, end, second);
        }
    }

    fn insert_at(&mut self, id: u128, place: usize, second: u16) {
        let (shard, rest) = split(id);
        let shard = &mut self.shards[shard];
        if shard.len() == shard.capacity() {
            shard.reserve_exact(4 + shard.len() / 8);
        }
        shard.insert(place, Held { rest, second });
        self.count += 1;
    }

    /// Number of ids held.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether no id is held.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Forgets all ids and gives their memory back.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// An id's shard, and what is kept there.
fn split(id: u128) -> (usize, Rest) {
    let bytes = id.to_be_bytes();
    let mut rest: Rest = [0; REST_BYTES];
    rest.copy_from_slice(&bytes[2..]);
    (usize::from(u16::from_be_bytes([bytes[0], bytes[1]])), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_takes_16_bytes() {
        assert_eq!(std::mem::size_of::<Held>(), 16);
    }

    proptest! {
        #[test]
        fn it_is_a_map_of_what_was_filled(
            ids in prop::collection::vec((prop_oneof![any::<u128>(), (0_u128..40).prop_map(|low| low << 108 | low)], any::<u16>(), any::<bool>()), 0..300)
        ) {
            let (mut seen, mut model) = (SeenIds::default(), BTreeMap::new());
            for (id, second, is_used) in ids {
                match seen.entry(id) {
                    IdEntry::Held(first) => prop_assert_eq!(Some(&first), model.get(&id)),
                    IdEntry::Vacant(vacant) => {
                        prop_assert!(!model.contains_key(&id));
                        if is_used {
                            vacant.fill(second);
                            model.insert(id, second);
                        }
                    }
                }
                prop_assert_eq!(seen.len(), model.len());
            }
        }
    }
}
