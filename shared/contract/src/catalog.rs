//! The catalogue: which categories an item belongs to.
//!
//! It reads JSON (`{"item": "category"}` or `{"item": ["a", "b"]}`) and CSV (`item_id,category`, one row a membership).
//! It measures nothing.

use crate::ContractError;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Largest catalogue file that is read.
pub const MAX_CATALOG_BYTES: u64 = 128 * 1024 * 1024;
/// Most pairs of item and category, an item without one counted too. Once read, each takes some 150 bytes, more than its
/// text may: this bounds what the file's limit does not.
pub const MAX_MEMBERSHIPS: usize = 3_000_000;

/// Items and their categories. Categories are numbered in the byte order of their names.
#[derive(Debug)]
pub struct Catalog {
    names: Box<[Box<str>]>,
    items: HashMap<Box<str>, Box<[u32]>>,
}

impl Catalog {
    /// Reads a catalogue; `name` is used in errors. JSON begins with `{`, anything else is CSV with a header.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        Self::parse_within(MAX_MEMBERSHIPS, name, bytes)
    }

    fn parse_within(most: usize, name: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let bytes = crate::text::without_mark(bytes);
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let mut entries = Entries { most, ..Entries::default() };
        match first {
            None => return Err(ContractError::malformed(name, "the catalogue is empty")),
            Some(b'{' | b'[' | b'"') => parse_json(name, bytes, &mut entries)?,
            Some(_) => parse_csv(name, bytes, &mut entries)?,
        }
        if entries.items.is_empty() {
            return Err(ContractError::malformed(name, "the catalogue holds no item"));
        }
        Ok(entries.finish())
    }

    /// A catalogue from pairs of item and categories.
    pub fn from_memberships(memberships: Vec<(String, Vec<String>)>) -> Self {
        let mut entries = Entries::default();
        for (item, categories) in &memberships {
            let of_item = categories.iter().map(|category| entries.number(category)).collect();
            entries.add(item.as_str().into(), of_item);
        }
        entries.finish()
    }

    /// Category numbers of an item, ascending; `None` for an item that the catalogue does not know.
    pub fn categories_of(&self, item: &str) -> Option<&[u32]> {
        self.items.get(item).map(AsRef::as_ref)
    }

    /// Number of items.
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// Number of categories.
    pub fn category_count(&self) -> usize {
        self.names.len()
    }

    /// The name of a category by its number; `None` for a number that is none.
    pub fn category_name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(AsRef::as_ref)
    }
}

/// What was read so far. A category is numbered when it is first met, so that each name is held once.
#[derive(Default)]
struct Entries {
    numbers: HashMap<Box<str>, u32>,
    items: HashMap<Box<str>, Vec<u32>>,
    memberships: usize,
    /// How many may be read.
    most: usize,
}

impl Entries {
    fn number(&mut self, category: &str) -> u32 {
        if let Some(number) = self.numbers.get(category) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(category.into(), number);
        number
    }

    fn add(&mut self, item: Box<str>, mut categories: Vec<u32>) {
        let of_item = self.items.entry(item).or_default();
        of_item.append(&mut categories);
    }

    /// Counts a membership; the reason where it is one too many.
    fn one_more(&mut self) -> Result<(), String> {
        self.memberships += 1;
        if self.memberships <= self.most {
            return Ok(());
        }
        Err(format!("more than {} memberships; leave out items that are not recommended", self.most))
    }

    /// Renumbers the categories in the byte order of their names.
    fn finish(self) -> Catalog {
        let mut named: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        named.sort_unstable();
        let mut places = vec![0; named.len()];
        for (place, (_, number)) in (0..).zip(&named) {
            places[*number as usize] = place;
        }
        let renumbered = |mut categories: Vec<u32>| {
            categories.iter_mut().for_each(|category| *category = places[*category as usize]);
            categories.sort_unstable();
            categories.dedup();
            categories.into_boxed_slice()
        };
        let items = self.items.into_iter().map(|(item, categories)| (item, renumbered(categories))).collect();
        Catalog { names: named.into_iter().map(|(name, _)| name).collect(), items }
    }
}

fn parse_json(name: &str, bytes: &[u8], entries: &mut Entries) -> Result<(), ContractError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    reader.deserialize_map(OfItems(entries)).and_then(|()| reader.end()).map_err(|error| {
        ContractError::at(
            name,
            error.line() as u64,
            format!("{}; a catalogue is a JSON object of item to category, or CSV with the header item_id,category", crate::json::in_words(&error)),
        )
    })
}

/// A JSON object read entry by entry, so that an item named twice is an error and not a silent choice.
struct OfItems<'e>(&'e mut Entries);

impl<'de> Visitor<'de> for OfItems<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object of item to category")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(item) = map.next_key::<Box<str>>()? {
            if self.0.items.contains_key(&item) {
                return Err(A::Error::custom(format!("item {item:?} is named twice")));
            }
            // An item without categories costs as much as one with one.
            let categories = map.next_value_seed(OneOrMany(&mut *self.0))?;
            if categories.is_empty() {
                self.0.one_more().map_err(A::Error::custom)?;
            }
            self.0.add(item, categories);
        }
        Ok(())
    }
}

/// The categories of one item.
struct OneOrMany<'e>(&'e mut Entries);

impl<'de> DeserializeSeed<'de> for OneOrMany<'_> {
    type Value = Vec<u32>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u32>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneOrMany<'_> {
    type Value = Vec<u32>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a category or a list of categories")
    }

    fn visit_str<E: Error>(self, category: &str) -> Result<Vec<u32>, E> {
        self.0.one_more().map_err(E::custom)?;
        Ok(vec![self.0.number(category)])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u32>, A::Error> {
        let mut categories = Vec::new();
        while let Some(category) = list.next_element::<Cow<'de, str>>()? {
            self.0.one_more().map_err(A::Error::custom)?;
            categories.push(self.0.number(&category));
        }
        Ok(categories)
    }
}

fn parse_csv(name: &str, bytes: &[u8], entries: &mut Entries) -> Result<(), ContractError> {
    let mut reader = csv::Reader::from_reader(bytes);
    let broken = |error: csv::Error| {
        let line = error.position().map_or(0, csv::Position::line);
        ContractError::at(name, line, format!("{error}; each row is item_id,category"))
    };
    let header = reader.headers().map_err(broken)?;
    if header.iter().map(str::trim).ne(["item_id", "category"]) {
        return Err(ContractError::at(
            name,
            1,
            "a catalogue is a JSON object of item to category, or CSV with the header item_id,category",
        ));
    }
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let line = row.position().map_or(0, csv::Position::line);
        let (item, category) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        if item.is_empty() || category.is_empty() {
            return Err(ContractError::at(name, line, "a row needs an item_id and a category"));
        }
        if [item, category].iter().any(|cell| cell.contains('\n')) {
            let reason = "a cell goes on in the next line; close its quote";
            return Err(ContractError::at(name, line, reason));
        }
        entries.one_more().map_err(|reason| ContractError::at(name, line, reason))?;
        let category = entries.number(category);
        entries.add(item.into(), vec![category]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_forms_say_the_same() {
        let forms: [&[u8]; 3] = [
            br#"{"1": "news", "2": ["sport", "news"], "3": "arts"}"#,
            b"\xef\xbb\xbf{\"1\": [\"news\"], \"2\": [\"news\", \"sport\", \"news\"], \"3\": [\"arts\"]}",
            b"item_id,category\r\n1,news\r\n2,sport\r\n2,news\r\n3,arts\r\n",
        ];
        for form in forms {
            let catalog = Catalog::parse("catalog", form).unwrap();
            assert_eq!((catalog.item_count(), catalog.category_count()), (3, 3));
            assert_eq!(catalog.categories_of("1"), Some(&[1][..]));
            assert_eq!(catalog.categories_of("2"), Some(&[1, 2][..]));
            assert_eq!(catalog.categories_of("3"), Some(&[0][..]));
            assert_eq!(catalog.categories_of("4"), None);
            let names = [0, 1, 2, 3].map(|number| catalog.category_name(number));
            assert_eq!(names, [Some("arts"), Some("news"), Some("sport"), None]);
        }
    }

    #[test]
    fn more_memberships_than_memory_was_set_aside_for_are_refused() {
        let read = |text: &str| Catalog::parse_within(3, "catalog", text.as_bytes());
        let most = [
            r#"{"1": "a", "2": ["a", "b"]}"#,
            r#"{"1": [], "2": [], "3": []}"#,
            "item_id,category\n1,a\n1,a\n1,b\n",
        ];
        most.iter().for_each(|text| assert!(read(text).is_ok(), "{text}"));
        for text in [
            r#"{"1": "a", "2": ["a", "b", "b"]}"#,
            r#"{"1": [], "2": [], "3": [], "4": "a"}"#,
            "item_id,category\n1,a\n1,a\n1,b\n1,b\n",
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains("more than 3 memberships"), "{error}");
        }
    }

    #[test]
    fn broken_catalogues_name_the_file_and_the_line() {
        let cases: [(&[u8], &str); 9] = [
            (b"", "catalog: the catalogue is empty"),
            (b"{}", "catalog: the catalogue holds no item"),
            (b"item_id,category\n", "catalog: the catalogue holds no item"),
            (b"{\"1\": \"a\",\n\"2\": 3}", "catalog, line 2:"),
            (b"{\"1\": \"a\",\n\"1\": \"b\"}", "item \"1\" is named twice"),
            (b"<html>", "catalog, line 1:"),
            (b"[1]", "catalog, line 1:"),
            (b"item_id,category\n1,a\n2,\n", "catalog, line 3: a row needs an item_id and a category"),
            (b"item_id,category\n1,a\n2,\"b\n3,c\n", "catalog, line 3: a cell goes on in the next line"),
        ];
        for (text, expected) in cases {
            let error = Catalog::parse("catalog", text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
