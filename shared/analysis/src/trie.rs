//! The order in which the container writes the values of a histogram: that of an immutable hash map of Scala 2.12.
//!
//! It counts nothing, and it knows no file.
//!
//! ```text
//! walk   = groups of five bits of improve(h), lowest first
//! improve: h += ~(h << 9);  h ^= h >>> 14;  h += h << 4;  h ^= h >>> 10
//! h      = hash of the value                     of more than four entries
//!          hash of the pair (column, value)      of up to four: such a map keeps the order in which it was filled, and
//!                                                the engine fills it from a map of the pairs of all columns
//! hash of a text = String.hashCode, over UTF-16 units
//! hash of a pair = MurmurHash3.productHash: two mixes from the seed 0xCAFEBABE, finalised with a length of 2
//! ```
//!
//! Source: Scala 2.12, `immutable.HashMap` and `MurmurHash3`; Deequ 2.0.2, whose histogram holds missing cells as a value
//! of its own, `NullValue`, which the file leaves out and which counts as an entry all the same.
//!
//! It is seen in a histogram. Of two values it goes by the hash of the pair with the column's name, so the same values may stand in
//! another order under another name; of five and more by the value alone:
//!
//! ```
//! use bellwether_analysis::feature::FeatureProfile;
//!
//! let mut column = FeatureProfile::default();
//! ["a", "b", "c", "d", "e"].into_iter().for_each(|value| column.push_text(value.as_bytes()));
//! let order = |name| -> Vec<String> {
//!     column.histogram(name, 5).into_iter().flatten().map(|bucket| bucket.value).collect()
//! };
//! assert_eq!(order("x"), order("y"));
//! // Scala 2.12: Map("a" -> 1, "b" -> 1, "c" -> 1, "d" -> 1, "e" -> 1).keys.mkString
//! assert_eq!(order("x").concat(), "eabcd");
//! ```

/// Up to so many entries a map keeps the order in which it was filled.
const KEPT: usize = 4;
/// The engine's word for missing cells.
const MISSING: &[u8] = b"NullValue";

/// How the values of one histogram are ordered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// Of few values: by the hash of the pair, which begins with that of the column's name.
    ByPair(u32),
    /// Of more: by the hash of the value.
    ByValue,
}

impl Order {
    /// Of the histogram of a column.
    pub(crate) fn of<'v>(
        column: &str,
        values: impl ExactSizeIterator<Item = &'v [u8]>,
        has_missing: bool,
    ) -> Self {
        if values.len() > KEPT {
            return Self::ByValue;
        }
        let seen = values.len();
        let entries = seen + usize::from(has_missing && !values.into_iter().any(|value| value == MISSING));
        if entries > KEPT { Self::ByValue } else { Self::ByPair(mix(PRODUCT_SEED, text_hash(column))) }
    }

    /// Sorts as the walk through the trie does.
    pub(crate) fn key(self, value: &[u8]) -> [u8; 7] {
        let hash = text_hash(&String::from_utf8_lossy(value));
        walk(match self {
            Self::ByValue => hash,
            Self::ByPair(column) => finalised(mix(column, hash), 2),
        })
    }
}

fn text_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

const PRODUCT_SEED: u32 = 0xCAFE_BABE;

/// `MurmurHash3.mix`.
fn mix(hash: u32, data: u32) -> u32 {
    let data = data.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593);
    (hash ^ data).rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64)
}

/// `MurmurHash3.finalizeHash`.
fn finalised(hash: u32, length: u32) -> u32 {
    let hash = hash ^ length;
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

/// The groups of five bits of the improved hash, lowest first.
fn walk(hash: u32) -> [u8; 7] {
    let hash = hash.wrapping_add(!(hash << 9));
    let hash = hash ^ (hash >> 14);
    let hash = hash.wrapping_add(hash << 4);
    let hash = hash ^ (hash >> 10);
    std::array::from_fn(|group| (hash >> (5 * group)) as u8 & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<'v>(column: &str, has_missing: bool, values: &[&'v str]) -> Vec<&'v str> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let order = Order::of(column, values.iter().map(|value| value.as_bytes()), has_missing);
        sorted.sort_by_cached_key(|value| order.key(value.as_bytes()));
        sorted
    }

    // The files of a run of AWS's own container (2025, 68,385 rows).
    #[test]
    fn up_to_four_values_are_in_the_order_of_a_real_run() {
        for (column, values) in [
            ("cholesterol_label", &["Well Above Normal", "Normal", "Above Normal"][..]),
            ("bp_category", &["stage2", "normal", "stage1", "elevated"]),
            ("bmi_category", &["normal", "obese", "overweight", "underweight"]),
        ] {
            assert_eq!(ordered(column, false, values), values, "{column}");
        }
    }

    #[test]
    fn missing_cells_are_an_entry_of_the_engines_map() {
        let four = ["stage2", "normal", "stage1", "elevated"];
        let as_of_five = ordered("bp_category", true, &four);
        assert_ne!(as_of_five, four);
        // Beside the fifth value the column's name says nothing.
        assert_eq!(as_of_five, ordered("another", true, &four));
        assert_eq!(ordered("bp_category", true, &four[..3]), ordered("bp_category", false, &four[..3]));
    }

    #[test]
    fn missing_cells_beside_the_engines_own_word_for_them_are_one_entry() {
        let values = ["NullValue", "a", "b", "c"];
        assert_eq!(ordered("x", true, &values), ordered("x", false, &values));
    }
}
