//! Where the commas of a text are, eight bytes at a time.
//!
//! It is for short cells: a search that begins anew behind every comma takes longer than the cells.

/// A byte of each in a word.
const COMMAS: u64 = u64::from_le_bytes([b','; 8]);
const LOW_BITS: u64 = u64::from_le_bytes([0x7F; 8]);

/// Calls `found` with the place of every comma, in order.
#[inline]
pub(crate) fn each_comma(text: &[u8], mut found: impl FnMut(usize)) {
    let (words, rest) = text.as_chunks();
    for (place, word) in words.iter().enumerate() {
        let other = u64::from_le_bytes(*word) ^ COMMAS;
        // The highest bit of each byte that is zero: no sum of low bits leaves its byte.
        let mut commas = !(((other & LOW_BITS) + LOW_BITS) | other | LOW_BITS);
        while commas != 0 {
            found(8 * place + commas.trailing_zeros() as usize / 8);
            commas &= commas - 1;
        }
    }
    let rest = rest.iter().zip(8 * words.len()..);
    rest.filter(|(byte, _)| **byte == b',').for_each(|(_, place)| found(place));
}

#[cfg(test)]
mod tests {
    use super::each_comma;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_comma_is_found_where_it_is(text in prop::collection::vec(prop_oneof![Just(b','), Just(b'-'), Just(0xAC), any::<u8>()], 0..100)) {
            let mut places = Vec::new();
            each_comma(&text, |place| places.push(place));
            prop_assert_eq!(places, memchr::memchr_iter(b',', &text).collect::<Vec<_>>());
        }
    }
}
