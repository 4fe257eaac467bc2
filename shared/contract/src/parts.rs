//! How the files of a window are cut into parts: files are merged into parts and parts into the window, whoever reads them.
//!
//! Sums of floating-point numbers and sketches depend on how they were grouped. So the grouping is a function of the listing
//! alone: one invocation, the cores of a machine and many functions merge the same groups, and write the same bytes. It reads nothing.
//!
//! ```
//! use bellwether_contract::parts::Cut;
//!
//! const MIB: u64 = 1 << 20;
//! let parts = Cut::default().parts(&[200 * MIB, 40 * MIB, 40 * MIB, 900 * MIB, 1]);
//! assert_eq!(parts, [0..2, 2..3, 3..4, 4..5]);
//! ```

use std::ops::Range;

const MIB: u64 = 1 << 20;

/// Bytes of a part, unless the window needs larger ones: about what the network gives a function at once.
pub const PART_BYTES: u64 = 256 * MIB;
/// A window whose files have more bytes has larger parts.
pub const MAX_PARTS: u64 = 1_000;
/// Most files of a part.
pub const MAX_PART_FILES: usize = 2_000;
/// Windows of more bytes are wide: about two minutes of one invocation.
pub const WIDE_BYTES: u64 = 8 << 30;
/// Most parts of a wide window that are handed over: a Map starts as many children at once, and their numbers fit into what starts it.
pub const MOST_PARTS: usize = 10_000;

/// Where windows are cut. It is no setting: the same files are cut alike by everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// [`PART_BYTES`], save in tests.
    pub part_bytes: u64,
    /// [`WIDE_BYTES`], save in tests.
    pub wide_bytes: u64,
    /// [`MOST_PARTS`], save in tests.
    pub most_parts: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { part_bytes: PART_BYTES, wide_bytes: WIDE_BYTES, most_parts: MOST_PARTS }
    }
}

impl Cut {
    /// The parts of a window, as places in the listing of its files, whose sizes these are in the order of keys. A file lies in one
    /// part. A part has a file at least, and more bytes than wanted only where it has one file alone.
    #[must_use]
    pub fn parts(self, sizes_bytes: &[u64]) -> Vec<Range<usize>> {
        let most = self.target_bytes(sizes_bytes);
        let (mut parts, mut start, mut held_bytes) = (Vec::new(), 0, 0);
        for (place, size_bytes) in sizes_bytes.iter().map(|size| u128::from(*size)).enumerate() {
            let is_full = held_bytes + size_bytes > most || place - start == MAX_PART_FILES;
            if is_full && place > start {
                parts.push(start..place);
                (start, held_bytes) = (place, 0);
            }
            held_bytes += size_bytes;
        }
        if start < sizes_bytes.len() {
            parts.push(start..sizes_bytes.len());
        }
        parts
    }

    /// Whether duplicates are looked for within each part alone, and the window may be read by many functions.
    #[must_use]
    pub fn is_wide(self, sizes_bytes: &[u64]) -> bool {
        total(sizes_bytes) > u128::from(self.wide_bytes)
    }

    /// Bytes of a part, in whole MiB where the window asks for larger ones.
    fn target_bytes(self, sizes_bytes: &[u64]) -> u128 {
        let (wanted, share) =
            (u128::from(self.part_bytes), total(sizes_bytes).div_ceil(u128::from(MAX_PARTS)));
        if share <= wanted { wanted } else { share.next_multiple_of(u128::from(MIB)) }
    }
}

fn total(sizes_bytes: &[u64]) -> u128 {
    sizes_bytes.iter().map(|size| u128::from(*size)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_window_of_a_part_is_one_part_and_an_empty_one_is_none() {
        let cut = Cut::default();
        assert!(cut.parts(&[]).is_empty());
        assert_eq!(cut.parts(&[PART_BYTES - 1, 1]), vec![0..2; 1]);
        assert_eq!(cut.parts(&[PART_BYTES, 1]), [0..1, 1..2]);
        assert_eq!(cut.parts(&[0; MAX_PART_FILES]), vec![0..MAX_PART_FILES; 1]);
        assert_eq!(cut.parts(&[0; MAX_PART_FILES + 1]).len(), 2);
    }

    #[test]
    fn a_window_above_eight_gib_is_wide() {
        assert!(!Cut::default().is_wide(&[WIDE_BYTES]));
        assert!(Cut::default().is_wide(&[WIDE_BYTES, 1]));
        assert!(Cut::default().is_wide(&[u64::MAX; 3]));
    }

    /// Files of 5 MiB, as many as an hour of 36 GB has, and one of a TiB.
    #[test]
    fn a_large_window_has_larger_parts() {
        let of = |files: usize| Cut::default().parts(&vec![5 * MIB; files]).len();
        assert_eq!(of(7_200), 142, "51 files of 5 MiB are 255");
        assert_eq!(of(210_000), 1_000, "and 210 are 1,050");
    }

    /// Bytes alone never make too many parts: it takes more files than an hour of any endpoint has.
    #[test]
    fn more_than_twenty_million_files_are_too_many_parts() {
        let most = MOST_PARTS * MAX_PART_FILES;
        assert_eq!(Cut::default().parts(&vec![1; most]).len(), MOST_PARTS);
        assert_eq!(Cut::default().parts(&vec![1; most + 1]).len(), MOST_PARTS + 1);
        let largest_and_least: Vec<u64> = (0..20_000).map(|n| if n % 2 == 0 { 1 << 40 } else { 1 }).collect();
        assert!(Cut::default().parts(&largest_and_least).len() <= 2_001);
    }

    fn sizes() -> impl Strategy<Value = Vec<u64>> {
        let size =
            prop_oneof![Just(0), 0..64 * MIB, PART_BYTES - 1..PART_BYTES + 2, any::<u64>(), Just(u64::MAX)];
        let runs = prop::collection::vec((size, 1_usize..3_000), 0..8);
        runs.prop_map(|runs| runs.into_iter().flat_map(|(size, count)| vec![size; count]).collect())
    }

    proptest! {
        #[test]
        fn parts_cover_the_listing_once_and_in_order(sizes in sizes(), part_bytes in 0..2 * PART_BYTES) {
            let cut = Cut { part_bytes, ..Cut::default() };
            let parts = cut.parts(&sizes);
            let places: Vec<usize> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(places, (0..sizes.len()).collect::<Vec<_>>());
            let most = cut.target_bytes(&sizes);
            for (place, part) in parts.iter().enumerate() {
                let held = total(&sizes[part.clone()]);
                prop_assert!((1..=MAX_PART_FILES).contains(&part.len()));
                prop_assert!(part.len() == 1 || held <= most);
                // No part could have taken the first file of the next one.
                if let Some(next) = parts.get(place + 1) {
                    prop_assert!(part.len() == MAX_PART_FILES || held + u128::from(sizes[next.start]) > most);
                }
            }
            prop_assert_eq!(cut.parts(&sizes), parts);
        }
    }
}
