//! Eight bytes looked at at once, as one number, with a branch for the eight of them.
//!
//! It stands for what the compiler would make of a loop over bytes in other builds: ours is linked for size, and loops stay as
//! they are written, crates that are optimised in full included.

/// Eight bytes.
pub(super) type Word = [u8; 8];

const EACH: u64 = u64::from_le_bytes([1; 8]);
const HIGH: u64 = EACH << 7;

/// Whether one of the bytes comes before the space, as control characters do.
pub(super) fn has_control(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let in_words = words.iter().fold(0, |so_far, word| so_far | below_space(*word));
    in_words != 0 || rest.iter().any(|byte| *byte < b' ')
}

/// The place of the first backslash.
pub(super) fn first_backslash(word: Word) -> Option<usize> {
    first(equal(word, b'\\'))
}

/// The place of the first quote or backslash.
pub(super) fn first_quote_or_backslash(word: Word) -> Option<usize> {
    first(equal(word, b'"') | equal(word, b'\\'))
}

/// Not zero where a byte comes before the space.
fn below_space(word: Word) -> u64 {
    let word = u64::from_le_bytes(word);
    word.wrapping_sub(EACH * u64::from(b' ')) & !word & HIGH
}

/// The high bit of each byte that is this one, and perhaps of bytes behind the first of them.
fn equal(word: Word, byte: u8) -> u64 {
    let other = u64::from_le_bytes(word) ^ (EACH * u64::from(byte));
    other.wrapping_sub(EACH) & !other & HIGH
}

fn first(found: u64) -> Option<usize> {
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bytes among which the wanted ones and their neighbours are frequent.
    fn bytes() -> impl Strategy<Value = u8> {
        prop_oneof![any::<u8>(), prop::sample::select(b"\x00\x1f !\"#[\\]\x80\xa0\xff".to_vec())]
    }

    proptest! {
        #[test]
        fn the_first_of_eight_is_found_as_one_by_one(word in prop::array::uniform8(bytes())) {
            let place = |wanted: &[u8]| word.iter().position(|byte| wanted.contains(byte));
            prop_assert_eq!(first_backslash(word), place(b"\\"));
            prop_assert_eq!(first_quote_or_backslash(word), place(b"\"\\"));
        }

        #[test]
        fn a_control_character_is_seen_wherever_it_stands(bytes in prop::collection::vec(bytes(), 0..40)) {
            prop_assert_eq!(has_control(&bytes), bytes.iter().any(|byte| *byte < b' '));
        }
    }
}
