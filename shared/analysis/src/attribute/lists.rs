//! A list of numbers for each row, as probabilities of the classes are.

use super::tokens::Tokens;
use super::values::number;
use bellwether_contract::shape::Kind;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One list for each row of a payload.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    numbers: Vec<f64>,
    /// Where the numbers of each row end, and whether they are all there.
    rows: Vec<(usize, bool)>,
}

impl Lists {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The lists; `None` where there is none, or one in which something is no finite number.
    pub fn iter(&self) -> impl Iterator<Item = Option<&[f64]>> {
        let mut begin = 0;
        self.rows.iter().map(move |&(end, is_whole)| {
            let list = self.numbers.get(begin..end);
            begin = end;
            list.filter(|_| is_whole)
        })
    }

    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.rows.clear();
    }

    /// Reads the rows; the error is the kind of one that is no list.
    pub(super) fn read(&mut self, tokens: &Tokens) -> Result<(), Kind> {
        for row in tokens.rows() {
            let is_whole = match row.map(|token| (Kind::of(token), token)) {
                None => false,
                Some((Kind::List, token)) => self.list(token)?,
                Some((Kind::Object, _)) => return Err(Kind::Object),
                // The list of the only class.
                Some((_, token)) => self.push(token),
            };
            self.rows.push((self.numbers.len(), is_whole));
        }
        Ok(())
    }

    fn list(&mut self, token: &str) -> Result<bool, Kind> {
        // In a cell of CSV it may be no JSON.
        let elements: Vec<&RawValue> =
            Deserialize::deserialize(&mut serde_json::Deserializer::from_str(token))
                .map_err(|_| Kind::Text)?;
        let mut is_whole = !elements.is_empty();
        for element in elements {
            match Kind::of(element.get()) {
                kind if kind.is_nested() => return Err(kind),
                _ => is_whole &= self.push(element.get()),
            }
        }
        Ok(is_whole)
    }

    /// Adds a number, or a text that is one; `false` where it is neither.
    fn push(&mut self, token: &str) -> bool {
        let inside = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token);
        let found = number(inside);
        self.numbers.extend(found);
        found.is_some()
    }
}
