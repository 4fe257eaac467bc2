//! Which event ids were seen before, exactly, in a small amount of memory.
//!
//! It holds ids and nothing else: 14 bytes each, 18 with what the allocator adds, plus 2 MB: 73 MB for four million.
//!
//! An id of 128 bits is split: its high 16 bits choose one of 65,536 shards, the other 112 are kept in that shard in
//! ascending order. Shards grow by an eighth, so that no moment needs twice the memory, as a hash table's growth does.

/// Most ids that are held. The reliability promise: exact up to four million records a window.
pub const MAX_IDS: usize = 4_000_000;

const SHARDS: usize = 1 << 16;
const REST_BYTES: usize = 14;

type Rest = [u8; REST_BYTES];

/// A set of event ids.
#[derive(Debug)]
pub struct SeenIds {
    shards: Vec<Vec<Rest>>,
    count: usize,
}

impl Default for SeenIds {
    fn default() -> Self {
        Self { shards: vec![Vec::new(); SHARDS], count: 0 }
    }
}

impl SeenIds {
    /// Adds an id; `false` where it was there already.
    pub fn insert(&mut self, id: u128) -> bool {
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
        for shard in &mut self.shards {
            *shard = Vec::new();
        }
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

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
