//! Where the delimiters of a text are, eight bytes at a time.
//!
//! It is for short cells: a search that begins anew behind every one takes longer than the cells.

const LOW_BITS: u64 = u64::from_le_bytes([0x7F; 8]);

/// Calls `found` with the place of every delimiter, in order.
#[inline]
pub(super) fn each_delimiter(delimiter: u8, text: &[u8], mut found: impl FnMut(usize)) {
    let delimiters = u64::from_le_bytes([delimiter; 8]);
    let (words, rest) = text.as_chunks();
    for (place, word) in words.iter().enumerate() {
        let other = u64::from_le_bytes(*word) ^ delimiters;
        // The highest bit of each byte that is zero: no sum of low bits leaves its byte.
        let mut places = !(((other & LOW_BITS) + LOW_BITS) | other | LOW_BITS);
        while places != 0 {
            found(8 * place + places.trailing_zeros() as usize / 8);
            places &= places - 1;
        }
    }
    let rest = rest.iter().zip(8 * words.len()..);
    rest.filter(|(byte, _)| **byte == delimiter).for_each(|(_, place)| found(place));
}

#[cfg(test)]
mod tests {
    use super::each_delimiter;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_delimiter_is_found_where_it_is(delimiter in prop::sample::select(b",;\t|".to_vec()), text in prop::collection::vec(prop_oneof![Just(b','), Just(b';'), Just(b'-'), Just(0xAC), any::<u8>()], 0..100)) {
            let mut places = Vec::new();
            each_delimiter(delimiter, &text, |place| places.push(place));
            prop_assert_eq!(places, memchr::memchr_iter(delimiter, &text).collect::<Vec<_>>());
        }
    }
}
