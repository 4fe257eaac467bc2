//! Labels: which texts are one label, and a small number for each.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Whole numbers up to here are told apart by a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Most labels of a problem: a truth with more of them is no label.
pub const MOST_LABELS: usize = 1_000;

/// The text by which a label is compared: without blanks around it, and a number by its value, so that `1`, `1.0` and
/// `+1e0` are one label. A number with a leading zero (`007`) is a code and stays as it is, and so is a whole number
/// that no double holds.
#[must_use]
pub fn normalised(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let is_number = bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    let is_code = matches!(digits, [b'0', b'0'..=b'9', ..]);
    let number = if is_number && !is_code { text.parse::<f64>().ok() } else { None };
    match number.filter(|number| number.abs() < EXACT) {
        // Minus zero is zero.
        Some(number) => Cow::Owned((number + 0.0).to_string()),
        None => Cow::Borrowed(text),
    }
}

/// Whether a text holds no label: nothing, or a number that is none.
#[must_use]
pub(super) fn is_missing(text: &str) -> bool {
    matches!(text.trim(), "" | "NaN" | "nan")
}

/// Labels with the numbers that stand for them, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Labels {
    names: Vec<String>,
    places: BTreeMap<String, u16>,
}

impl Labels {
    /// The number of a label, a new one where it was not known; `None` where there are too many.
    pub(super) fn intern(&mut self, text: &str) -> Option<u16> {
        let name = normalised(text);
        if let Some(place) = self.places.get(name.as_ref()) {
            return Some(*place);
        }
        if self.names.len() >= MOST_LABELS {
            return None;
        }
        let place = u16::try_from(self.names.len()).ok()?;
        self.names.push(name.clone().into_owned());
        self.places.insert(name.into_owned(), place);
        Some(place)
    }

    /// The number of a label that is known.
    pub(super) fn place(&self, name: &str) -> Option<u16> {
        self.places.get(name).copied()
    }

    /// The labels by their numbers.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// What the numbers become when the labels are numbered by their text, and the labels so.
    pub(super) fn sorted(&self) -> (Vec<u16>, Self) {
        let mut sorted = Self::default();
        let mut new = vec![0; self.names.len()];
        for (place, (name, old)) in (0..).zip(&self.places) {
            new[usize::from(*old)] = place;
            sorted.names.push(name.clone());
            sorted.places.insert(name.clone(), place);
        }
        (new, sorted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_label_however_it_is_written() {
        for (text, label) in [
            ("1", "1"),
            ("1.0", "1"),
            (" +1e0 ", "1"),
            ("-0.0", "0"),
            ("0", "0"),
            ("0.50", "0.5"),
            (".5", "0.5"),
            ("1e3", "1000"),
            ("007", "007"),
            ("9007199254740993", "9007199254740993"),
            ("12345678901234567890.0", "12345678901234567890.0"),
            ("yes", "yes"),
            ("Yes", "Yes"),
            ("inf", "inf"),
            ("1_000", "1_000"),
            ("1e", "1e"),
            ("", ""),
        ] {
            assert_eq!(normalised(text), label, "{text:?}");
        }
    }

    #[test]
    fn labels_are_numbered_by_their_text_whatever_their_order() {
        let mut labels = Labels::default();
        assert_eq!(["b", "a", "1.0", "b", "1"].map(|text| labels.intern(text)), [0, 1, 2, 0, 2].map(Some));
        let (new, sorted) = labels.sorted();
        assert_eq!((new, sorted.names()), (vec![2, 1, 0], &["1", "a", "b"].map(str::to_owned)[..]));
    }
}
