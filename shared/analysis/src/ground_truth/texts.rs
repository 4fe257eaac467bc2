//! Texts that repeat, each kept once and called by a number, its code.
//!
//! Texts lie in one piece of memory; the table of hashes holds codes alone.

use crate::hll::hash;
use crate::id_map::reserve;

/// The code of what is missing; that of a text is one more than its place.
const MISSING: u32 = 0;

/// Texts in the order in which they first came.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
    /// Codes by the hashes of their texts, the next free place where one is taken; [`MISSING`] is free.
    places: Vec<u32>,
}

impl Texts {
    /// The code of a text.
    pub(super) fn code(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return MISSING };
        if 4 * (self.ends.len() + 1) > 3 * self.places.len() {
            self.spread();
        }
        let place = self.place(text);
        if self.places[place] == MISSING {
            reserve(&mut self.ends);
            if self.text.capacity() - self.text.len() < text.len() {
                self.text.reserve_exact(text.len().max(64 + self.text.len() / 8));
            }
            self.text.push_str(text);
            self.ends.push(self.text.len() as u32);
            self.places[place] = self.ends.len() as u32;
        }
        self.places[place]
    }

    /// The text of a code.
    pub(super) fn text(&self, code: u32) -> Option<&str> {
        let place = (code as usize).checked_sub(1)?;
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(begin as usize..*self.ends.get(place)? as usize)
    }

    /// Where the code of a text is, or would be.
    fn place(&self, text: &str) -> usize {
        let mask = self.places.len() - 1;
        let mut place = hash(text.as_bytes()) as usize & mask;
        while self.places[place] != MISSING && self.text(self.places[place]) != Some(text) {
            place = (place + 1) & mask;
        }
        place
    }

    /// Twice as many places.
    fn spread(&mut self) {
        let places = (2 * self.places.len()).max(16);
        self.places = vec![MISSING; places];
        for code in 1..=self.ends.len() as u32 {
            let mut place = hash(self.text(code).unwrap_or_default().as_bytes()) as usize & (places - 1);
            while self.places[place] != MISSING {
                place = (place + 1) & (places - 1);
            }
            self.places[place] = code;
        }
    }

    /// Bytes of all texts.
    pub(super) fn label_bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.text.capacity() + 4 * (self.ends.capacity() + self.places.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn a_text_of_its_own_takes_16_bytes_more() {
        for count in [30_000, 49_151, 49_153, 80_000] {
            let mut texts = Texts::default();
            for n in 0..count {
                assert_eq!(texts.code(Some(&format!("{:08}", 7 * n))), n + 1);
            }
            let each = texts.size_bytes() as f64 / f64::from(count);
            assert!(each < 9.0 + 16.0, "{each} bytes for 8 bytes");
        }
    }

    proptest! {
        #[test]
        fn a_text_has_one_code_and_a_code_one_text(texts in prop::collection::vec(prop::option::of("[a-c0-9é]{0,3}"), 0..300)) {
            let (mut kept, mut model) = (Texts::default(), HashMap::new());
            for text in &texts {
                let code = kept.code(text.as_deref());
                prop_assert_eq!(*model.entry(text).or_insert(code), code);
                prop_assert_eq!(kept.text(code), text.as_deref());
            }
            let codes: std::collections::HashSet<_> = model.values().collect();
            prop_assert_eq!(codes.len(), model.len());
        }
    }
}
