//! Values by name in the order in which they were written: `{"name": value, ...}`.
//!
//! A sorted or hashed map would not give a file back as it was read. It holds a few dozen names and searches them
//! one by one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ordered table of named values, an object in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Named<T> {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value; a name already there keeps its place and takes the new value.
    pub fn insert(&mut self, name: impl Into<String>, value: T) {
        let name = name.into();
        match self.0.iter_mut().rev().find(|(known, _)| *known == name) {
            Some((_, slot)) => *slot = value,
            None => self.0.push((name, value)),
        }
    }

    /// The value under a name; of a name that a file holds twice the last one, as JSON readers do.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, T> FromIterator<(N, T)> for Named<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(pairs: I) -> Self {
        let mut table = Self::new();
        pairs.into_iter().for_each(|(name, value)| table.insert(name, value));
        table
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Named<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of named values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = map.next_entry()? {
            table.push(entry);
        }
        Ok(Named(table))
    }
}

#[cfg(test)]
mod tests {
    use super::Named;
    use crate::json::{from_slice, to_vec};

    #[test]
    fn names_keep_their_order_and_a_second_value_its_place() {
        let mut table: Named<f64> = [("b", 1.0), ("a", 2.0)].into_iter().collect();
        table.insert("b", 3.0);
        assert_eq!(table.iter().collect::<Vec<_>>(), [("b", &3.0), ("a", &2.0)]);
        let bytes = to_vec(&table).expect("finite");
        assert_eq!(bytes, b"{\n  \"b\" : 3.0,\n  \"a\" : 2.0\n}");
        assert_eq!(from_slice::<Named<f64>>("table", &bytes).expect("an object"), table);
    }

    #[test]
    fn of_a_name_given_twice_the_last_value_counts() {
        let table: Named<f64> = from_slice("table", br#"{"a": 1, "a": 2}"#).expect("an object");
        assert_eq!(table.get("a"), Some(&2.0));
        assert_eq!(table.get("b"), None);
    }
}
