//! Which event ids were seen before, exactly, in a small amount of memory.
//!
//! It holds ids and nothing else: 14 bytes each, 18 with what the allocator adds, plus 2 MB: 73 MB for four million.
//!
//! An id of 128 bits is split: its high 16 bits choose one of 65,536 shards, the other 112 are kept in that shard in
//! ascending order. Shards grow by an eighth, so that no moment needs twice the memory, as a hash table's growth does.
//! A quiet window has no shards: its few ids lie in one small set.

use std::collections::BTreeSet;

/// Most ids that are held. The reliability promise: exact up to four million records a window.
pub const MAX_IDS: usize = 4_000_000;

const SHARDS: usize = 1 << 16;
const REST_BYTES: usize = 14;
/// Ids that are held before there are shards.
const FEW: usize = 128;

type Rest = [u8; REST_BYTES];

/// A set of event ids.
#[derive(Debug, Default)]
pub struct SeenIds {
    few: BTreeSet<u128>,
    /// Empty as long as few ids are held; then it holds all of them.
    shards: Vec<Vec<Rest>>,
    count: usize,
}

impl SeenIds {
    /// Adds an id; `false` where it was there already.
    pub fn insert(&mut self, id: u128) -> bool {
        if !self.shards.is_empty() {
            return self.insert_in_shard(id);
        }
        let is_new = self.few.insert(id);
        self.count = self.few.len();
        if self.count > FEW {
            self.count = 0;
            self.shards = vec![Vec::new(); SHARDS];
            std::mem::take(&mut self.few).into_iter().for_each(|id| {
                self.insert_in_shard(id);
            });
        }
        is_new
    }

    fn insert_in_shard(&mut self, id: u128) -> bool {
        let bytes = id.to_be_bytes();
        let shard = &mut self.shards[usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))];
        let mut rest: Rest = [0; REST_BYTES];
        rest.copy_from_slice(&bytes[2..]);
        let Err(place) = shard.binary_search(&rest) else {
            return false;
        };
        if shard.len() == shard.capacity() {
            shard.reserve_exact(4 + shard.len() / 8);
        }
        shard.insert(place, rest);
        self.count += 1;
        true
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_set(ids in prop::collection::vec(prop_oneof![any::<u128>(), (0_u128..40).prop_map(|low| low << 108 | low)], 0..300)) {
            let (mut seen, mut model) = (SeenIds::default(), BTreeSet::new());
            for id in ids {
                prop_assert_eq!(seen.insert(id), model.insert(id));
                prop_assert_eq!(seen.len(), model.len());
            }
        }
    }
}
