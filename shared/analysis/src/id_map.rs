//! A map from ids to small values, exact, in a small amount of memory.
//!
//! It holds ids and values and nothing else: of an id 14 bytes, beside its value, and what is reserved, plus 2 MB.
//!
//! ```text
//! mixed(id)  a bijection of 128 bits, whose high bits depend on all bits of the id
//! shard      its high 16 bits choose one of 65,536; the other 112 are kept there, in ascending order
//! place      about (next 16 bits / 65,536) * (ids of the shard): mixed ids are spread evenly. From there it is walked to
//! ```
//!
//! So an id is found within one or two lines of a processor's cache, where a binary search would touch four. Ids that begin with
//! a time, or count up, are spread as random ones are. Shards grow by an eighth, so that no moment needs twice the memory, as a
//! hash table's growth does. Few ids have no shards: they lie in one small map.

use std::collections::BTreeMap;

const SHARDS: usize = 1 << 16;
/// Ids that are held before there are shards.
const FEW: usize = 128;

/// What is kept of a mixed id in its shard, the high bits first.
type Rest = [u16; 7];

#[derive(Debug, Clone)]
struct Slot<V> {
    rest: Rest,
    value: V,
}

/// A map from ids of 128 bits.
#[derive(Debug, Clone)]
pub(crate) struct IdMap<V> {
    few: BTreeMap<u128, V>,
    /// Empty as long as few ids are held; then it holds all of them.
    shards: Vec<Vec<Slot<V>>>,
    count: usize,
}

/// What is known of an id.
#[derive(Debug)]
pub(crate) enum IdEntry<'m, V> {
    /// It is held.
    Held(&'m mut V),
    /// It is new.
    Vacant(Vacant<'m, V>),
}

/// The place of an id that is not held yet.
#[derive(Debug)]
pub(crate) struct Vacant<'m, V> {
    map: &'m mut IdMap<V>,
    /// Mixed.
    id: u128,
    place: usize,
}

impl<V> Vacant<'_, V> {
    /// Holds the id from now on.
    pub(crate) fn fill(self, value: V) {
        let Self { map, id, place } = self;
        map.count += 1;
        if !map.shards.is_empty() {
            let (shard, rest) = split(id);
            let shard = &mut map.shards[shard];
            reserve(shard);
            shard.insert(place, Slot { rest, value });
            return;
        }
        map.few.insert(id, value);
        if map.count > FEW {
            map.spread();
        }
    }
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self { few: BTreeMap::new(), shards: Vec::new(), count: 0 }
    }
}

impl<V> IdMap<V> {
    /// The value of an id.
    pub(crate) fn get(&self, id: u128) -> Option<&V> {
        self.value_of(mixed(id))
    }

    fn value_of(&self, id: u128) -> Option<&V> {
        if self.shards.is_empty() {
            return self.few.get(&id);
        }
        let (shard, rest) = split(id);
        let shard = &self.shards[shard];
        let place = search(shard, rest).ok()?;
        shard.get(place).map(|slot| &slot.value)
    }

    /// What is known of an id. It is held when its place is filled, and not before.
    pub(crate) fn entry(&mut self, id: u128) -> IdEntry<'_, V> {
        self.entry_of(mixed(id))
    }

    fn entry_of(&mut self, id: u128) -> IdEntry<'_, V> {
        if self.shards.is_empty() {
            return match self.few.contains_key(&id) {
                true => IdEntry::Held(self.few.get_mut(&id).expect("it was found")),
                false => IdEntry::Vacant(Vacant { map: self, id, place: 0 }),
            };
        }
        let (shard, rest) = split(id);
        match search(&self.shards[shard], rest) {
            Ok(place) => IdEntry::Held(&mut self.shards[shard][place].value),
            Err(place) => IdEntry::Vacant(Vacant { map: self, id, place }),
        }
    }

    /// From one small map into shards, in ascending order.
    fn spread(&mut self) {
        self.shards = std::iter::repeat_with(Vec::new).take(SHARDS).collect();
        for (id, value) in std::mem::take(&mut self.few) {
            let (shard, rest) = split(id);
            reserve(&mut self.shards[shard]);
            self.shards[shard].push(Slot { rest, value });
        }
    }

    /// Number of ids held.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// What it takes of memory, once there are shards.
    pub(crate) fn size_bytes(&self) -> usize {
        let slots: usize = self.shards.iter().map(Vec::capacity).sum();
        slots * size_of::<Slot<V>>() + self.shards.capacity() * size_of::<Vec<Slot<V>>>()
    }
}

impl<V: Copy> IdMap<V> {
    /// Adds the ids of another map; where both hold one, this map's value stays.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (id, value) in other.mixed() {
            if let IdEntry::Vacant(place) = self.entry_of(id) {
                place.fill(value);
            }
        }
    }

    /// Whether no id of another map is held.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        other.mixed().all(|(id, _)| self.value_of(id).is_none())
    }

    /// The mixed ids with their values, in no order that says anything.
    fn mixed(&self) -> impl Iterator<Item = (u128, V)> {
        let of_shards =
            self.shards.iter().enumerate().flat_map(|(shard, slots)| {
                slots.iter().map(move |slot| (whole(shard, slot.rest), slot.value))
            });
        self.few.iter().map(|(id, value)| (*id, *value)).chain(of_shards)
    }
}

/// Makes room by an eighth, so that no moment needs twice the memory.
pub(crate) fn reserve<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(4 + list.len() / 8);
    }
}

/// A bijection: folding the high half into the low one undoes itself, and an odd factor has an inverse.
fn mixed(id: u128) -> u128 {
    const GOLDEN: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    let folded = |id: u128| id ^ (id >> 64);
    folded(folded(id).wrapping_mul(GOLDEN)).wrapping_mul(GOLDEN)
}

/// A mixed id's shard, and what is kept there.
fn split(id: u128) -> (usize, Rest) {
    let word = |place: usize| (id >> (112 - 16 * place)) as u16;
    (usize::from(word(0)), std::array::from_fn(|place| word(place + 1)))
}

/// The mixed id of what is kept in a shard.
fn whole(shard: usize, rest: Rest) -> u128 {
    rest.iter().fold(shard as u128, |id, word| (id << 16) | u128::from(*word))
}

/// The place of an id in a shard, or where it would be.
fn search<V>(shard: &[Slot<V>], rest: Rest) -> Result<usize, usize> {
    let mut place = (usize::from(rest[0]) * shard.len()) >> 16;
    while place > 0 && shard[place - 1].rest >= rest {
        place -= 1;
    }
    while shard.get(place).is_some_and(|slot| slot.rest < rest) {
        place += 1;
    }
    if shard.get(place).is_some_and(|slot| slot.rest == rest) { Ok(place) } else { Err(place) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_id_takes_14_bytes_beside_its_value_and_what_is_reserved() {
        assert_eq!((size_of::<Slot<u16>>(), size_of::<Slot<[u32; 2]>>()), (16, 24));
        // A shard of four million ids, on average.
        let mut shard: Vec<Slot<[u32; 2]>> = Vec::new();
        for number in 0..4_000_000 / SHARDS {
            reserve(&mut shard);
            shard.push(Slot { rest: [0; 7], value: [number as u32; 2] });
        }
        let each = (shard.capacity() * size_of::<Slot<[u32; 2]>>()) as f64 / shard.len() as f64;
        assert!(each < 28.0, "{each} bytes an id");
    }

    /// How many slots lie between the first look and the id: evenly spread ones stray by half the root of their number.
    #[test]
    fn ids_that_begin_or_end_alike_are_spread_and_found_nearby() {
        const TIME: u128 = 0x0192_0000_0000_7000 << 64;
        let ids: [fn(u128) -> u128; 5] =
            [|n| n, |n| TIME | (n << 20), |n| n << 64, |n| (n << 112) | 7, |n| (n << 64) | n];
        for id in ids {
            let mut map = IdMap::default();
            for n in 1..=60_000 {
                if let IdEntry::Vacant(vacant) = map.entry(id(n)) {
                    vacant.fill(n);
                }
            }
            let longest = map.shards.iter().map(Vec::len).max();
            assert!(longest < Some(20), "{longest:?}");
            let strayed = map.shards.iter().flat_map(|shard| {
                shard
                    .iter()
                    .enumerate()
                    .map(|(place, slot)| place.abs_diff((usize::from(slot.rest[0]) * shard.len()) >> 16))
            });
            let mean = strayed.sum::<usize>() as f64 / 60_000.0;
            assert!(mean < 1.0, "{mean}");
        }
    }

    proptest! {
        #[test]
        fn it_is_a_map_of_what_was_filled(
            ids in prop::collection::vec((prop_oneof![any::<u128>(), (0_u128..40).prop_map(|low| (low << 108) | low)], any::<u16>(), any::<bool>()), 0..300)
        ) {
            let (mut map, mut model) = (IdMap::default(), BTreeMap::new());
            for (id, value, is_used) in ids {
                prop_assert_eq!(map.get(id), model.get(&id));
                match map.entry(id) {
                    IdEntry::Held(held) => {
                        prop_assert_eq!(Some(&*held), model.get(&id));
                        *held = value;
                        model.insert(id, value);
                    }
                    IdEntry::Vacant(vacant) => {
                        prop_assert!(!model.contains_key(&id));
                        if is_used {
                            vacant.fill(value);
                            model.insert(id, value);
                        }
                    }
                }
                prop_assert_eq!(map.len(), model.len());
            }
            model.iter().try_for_each(|(id, value)| { prop_assert_eq!(map.get(*id), Some(value)); Ok(()) })?;
        }

        #[test]
        fn two_maps_are_one_as_sets_are(ids in prop::collection::vec((0_u128..900, any::<bool>()), 0..900), step in prop_oneof![Just(1_u128), Just(1 << 77)]) {
            let filled = |wanted: bool| {
                let mut map = IdMap::default();
                for (id, _) in ids.iter().filter(|(_, of_first)| *of_first == wanted) {
                    if let IdEntry::Vacant(vacant) = map.entry(id * step) {
                        vacant.fill(wanted);
                    }
                }
                map
            };
            let held = |wanted: bool| ids.iter().filter(|(_, first)| *first == wanted).map(|(id, _)| *id).collect::<BTreeSet<_>>();
            let (in_first, in_second) = (held(true), held(false));
            let (mut first, second) = (filled(true), filled(false));
            prop_assert_eq!(first.is_apart_from(&second), in_first.is_disjoint(&in_second));
            first.extend(&second);
            prop_assert_eq!(first.len(), in_first.union(&in_second).count());
            for id in 0..900 {
                let expected = if in_first.contains(&id) { Some(true) } else { Some(false).filter(|_| in_second.contains(&id)) };
                prop_assert_eq!(first.get(id * step).copied(), expected);
            }
        }
    }
}
