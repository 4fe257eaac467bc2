//! Plain paths, walked while the JSON is read: `a.b[].c.d`, `a[*].b`, `a.b`, `@`.
//!
//! It builds no document: strings on the path are copied, everything else is skipped. What it finds is exactly what
//! the JMESPath library finds, duplicate keys included (the last one counts).

use super::{AnswerFault, ItemIds};
use bellwether_contract::json::non_finite::tolerant;
use jmespath::ast::Ast;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Each {
    /// `[*]`: the elements.
    Element,
    /// `[]`: the elements, and the elements of elements that are lists.
    Flattened,
}

/// Fields, then perhaps a projection and fields inside it.
#[derive(Debug, Clone)]
pub(super) struct PlainPath {
    before: Vec<String>,
    inside: Option<(Each, Vec<String>)>,
}

/// What stands at the end of the fields.
#[derive(Default)]
struct Found {
    is_list: bool,
    has_elements: bool,
    ids: Vec<String>,
}

impl PlainPath {
    /// The plain path that an expression is, if it is one.
    pub(super) fn of(ast: &Ast) -> Option<Self> {
        match ast {
            Ast::Projection { lhs, rhs, .. } => {
                let (each, before) = match &**lhs {
                    Ast::Flatten { node, .. } => (Each::Flattened, fields(node)?),
                    other => (Each::Element, fields(other)?),
                };
                Some(Self { before, inside: Some((each, fields(rhs)?)) })
            }
            other => Some(Self { before: fields(other)?, inside: None }),
        }
    }

    /// The whole document is the list.
    pub(super) fn bare() -> Self {
        Self { before: Vec::new(), inside: None }
    }

    /// The fields before the list.
    pub(super) fn fields(&self) -> &[String] {
        &self.before
    }

    pub(super) fn ids(&self, text: &str) -> Result<ItemIds, AnswerFault> {
        let (found, non_finite) = tolerant(text, |text| self.walk(text))?;
        let lost = found.has_elements && found.ids.is_empty();
        if found.is_list && !lost {
            Ok(ItemIds { ids: found.ids, non_finite })
        } else {
            Err(AnswerFault::NoList)
        }
    }

    fn walk(&self, text: &str) -> Result<Found, serde_json::Error> {
        let mut found = Found::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        ToList { path: self, fields: &self.before, found: &mut found }
            .deserialize(&mut reader)
            .and_then(|()| reader.end())
            .map(|()| found)
    }
}

/// Field names of a chain of fields; `@` is the empty chain.
fn fields(ast: &Ast) -> Option<Vec<String>> {
    match ast {
        Ast::Identity { .. } => Some(Vec::new()),
        Ast::Field { name, .. } => Some(vec![name.clone()]),
        Ast::Subexpr { lhs, rhs, .. } => {
            let mut names = fields(lhs)?;
            names.extend(fields(rhs)?);
            Some(names)
        }
        _ => None,
    }
}

/// Follows the fields before the list.
struct ToList<'p, 'f> {
    path: &'p PlainPath,
    fields: &'p [String],
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for ToList<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToList<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    crate::skip::skips_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.fields.split_first() else {
            return skip_entries(map);
        };
        while let Some(is_wanted) = map.next_key_seed(Matches(wanted))? {
            if is_wanted {
                *self.found = Found::default();
                map.next_value_seed(ToList { path: self.path, fields: rest, found: &mut *self.found })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.fields.is_empty() {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.found.is_list = true;
        let (each, fields) = match &self.path.inside {
            Some((each, fields)) => (*each, fields.as_slice()),
            None => (Each::Element, &[][..]),
        };
        while let Some(()) = list.next_element_seed(Element { each, fields, found: &mut *self.found })? {}
        Ok(())
    }
}

/// One element of the list: an id, an object that holds one, or, flattened, a list of such.
struct Element<'p, 'f> {
    each: Each,
    fields: &'p [String],
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Element<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Element<'_, '_> {
    fn take(self, id: Option<String>) {
        self.found.has_elements = true;
        if self.fields.is_empty() {
            self.found.ids.extend(id);
        }
    }
}

impl<'de> Visitor<'de> for Element<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.take(None);
        Ok(())
    }

    /// A null in a list is no element where the projection drops it: `[null]` projects to `[]`, all the same it was one.
    fn visit_unit<E>(self) -> Result<(), E> {
        self.take(None);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.take(Some(number.to_string()));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.take(Some(number.to_string()));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.take(serde_json::Number::from_f64(number).map(|number| number.to_string()));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let wanted = self.fields.is_empty();
        self.take(wanted.then(|| text.to_owned()));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.found.has_elements = true;
        let Some((wanted, rest)) = self.fields.split_first() else {
            return skip_entries(map);
        };
        let before = self.found.ids.len();
        while let Some(is_wanted) = map.next_key_seed(Matches(wanted))? {
            if is_wanted {
                self.found.ids.truncate(before);
                map.next_value_seed(Element { each: Each::Element, fields: rest, found: &mut *self.found })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.each == Each::Element {
            self.found.has_elements = true;
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let (fields, found) = (self.fields, self.found);
        while let Some(()) =
            list.next_element_seed(Element { each: Each::Element, fields, found: &mut *found })?
        {}
        Ok(())
    }
}

/// Whether a key is the wanted one, without copying it.
struct Matches<'p>(&'p str);

impl<'de> DeserializeSeed<'de> for Matches<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Matches<'_> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

fn skip_entries<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
