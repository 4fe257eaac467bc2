//! The catalogue: which categories an item belongs to.
//!
//! It reads JSON (`{"item": "category"}` or `{"item": ["a", "b"]}`) and CSV (`item_id,category`, one row a membership).
//! It measures nothing.

use crate::ContractError;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// Largest catalogue file that is read.
pub const MAX_CATALOG_BYTES: u64 = 128 * 1024 * 1024;

/// Items and their categories. Categories are numbered in the byte order of their names.
#[derive(Debug)]
pub struct Catalog {
    categories: Vec<String>,
    items: HashMap<Box<str>, Box<[u32]>>,
}

impl Catalog {
    /// Reads a catalogue; `name` is used in errors. JSON begins with `{`, anything else is CSV with a header.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        let memberships = match first {
            None => return Err(ContractError::malformed(name, "the catalogue is empty")),
            Some(b'{' | b'[' | b'"') => parse_json(name, bytes)?,
            Some(_) => parse_csv(name, bytes)?,
        };
        if memberships.is_empty() {
            return Err(ContractError::malformed(name, "the catalogue holds no item"));
        }
        Ok(Self::from_memberships(memberships))
    }

    /// A catalogue from pairs of item and category.
    pub fn from_memberships(memberships: Vec<(String, Vec<String>)>) -> Self {
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, categories) in &memberships {
            for category in categories {
                numbers.entry(category).or_insert(0);
            }
        }
        for (number, slot) in (0..).zip(numbers.values_mut()) {
            *slot = number;
        }
        let categories = numbers.keys().map(|name| (*name).to_owned()).collect();
        let mut items: HashMap<Box<str>, Box<[u32]>> = HashMap::with_capacity(memberships.len());
        for (item, names) in &memberships {
            let mut set: Vec<u32> =
                names.iter().filter_map(|name| numbers.get(name.as_str()).copied()).collect();
            if let Some(earlier) = items.get(item.as_str()) {
                set.extend_from_slice(earlier);
            }
            set.sort_unstable();
            set.dedup();
            items.insert(item.as_str().into(), set.into_boxed_slice());
        }
        Self { categories, items }
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
        self.categories.len()
    }
}

fn parse_json(name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<String>)>, ContractError> {
    let Memberships(memberships) = serde_json::from_slice(bytes).map_err(|error| {
        ContractError::at(
            name,
            error.line() as u64,
            format!("{}; a catalogue is a JSON object of item to category, or CSV with the header item_id,category", crate::json::why(&error)),
        )
    })?;
    Ok(memberships)
}

/// A JSON object read entry by entry, so that an item named twice is an error and not a silent choice.
struct Memberships(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Memberships {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Memberships;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of item to category")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Memberships, A::Error> {
                let mut memberships = Vec::new();
                let mut seen = std::collections::HashSet::new();
                while let Some((item, OneOrMany(categories))) = map.next_entry::<String, OneOrMany>()? {
                    if !seen.insert(item.clone()) {
                        return Err(A::Error::custom(format!("item {item:?} is named twice")));
                    }
                    memberships.push((item, categories));
                }
                Ok(Memberships(memberships))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

struct OneOrMany(Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Categories;
        impl<'de> Visitor<'de> for Categories {
            type Value = OneOrMany;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a category or a list of categories")
            }

            fn visit_str<E: Error>(self, category: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![category.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut categories = Vec::new();
                while let Some(category) = list.next_element()? {
                    categories.push(category);
                }
                Ok(OneOrMany(categories))
            }
        }
        deserializer.deserialize_any(Categories)
    }
}

fn parse_csv(name: &str, bytes: &[u8]) -> Result<Vec<(String, Vec<String>)>, ContractError> {
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
    reader
        .records()
        .map(|row| {
            let row = row.map_err(broken)?;
            let line = row.position().map_or(0, csv::Position::line);
            let (item, category) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
            if item.is_empty() || category.is_empty() {
                return Err(ContractError::at(name, line, "a row needs an item_id and a category"));
            }
            Ok((item.to_owned(), vec![category.to_owned()]))
        })
        .collect()
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
        }
    }

    #[test]
    fn broken_catalogues_name_the_file_and_the_line() {
        let cases: [(&[u8], &str); 8] = [
            (b"", "catalog: the catalogue is empty"),
            (b"{}", "catalog: the catalogue holds no item"),
            (b"item_id,category\n", "catalog: the catalogue holds no item"),
            (b"{\"1\": \"a\",\n\"2\": 3}", "catalog, line 2:"),
            (b"{\"1\": \"a\",\n\"1\": \"b\"}", "item \"1\" is named twice"),
            (b"<html>", "catalog, line 1:"),
            (b"[1]", "catalog, line 1:"),
            (b"item_id,category\n1,a\n2,\n", "catalog, line 3: a row needs an item_id and a category"),
        ];
        for (text, expected) in cases {
            let error = Catalog::parse("catalog", text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
