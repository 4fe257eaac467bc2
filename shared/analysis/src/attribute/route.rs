//! A plain path into a JSON text, followed while the text is read: `a.b`, `a[0].b`, `a[].b.c`, `a[*]`, `@`.
//!
//! It builds no document: what stands at its end is kept as it is written, everything else is skipped. Of two equal keys the last one
//! counts, as in the library.

use super::tokens::Tokens;
use jmespath::ast::Ast;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Fields and places around at most one projection; the default leads nowhere but to the whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    pub(super) before: Vec<Step>,
    pub(super) rows: Option<Projection>,
    pub(super) after: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Field(String),
    Item(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Projection {
    /// `[*]`: the elements.
    Each,
    /// `[]`: the elements, and the elements of elements that are lists.
    Flattened,
}

impl Route {
    /// The way of an expression, if it is a plain path.
    pub(super) fn of(ast: &Ast) -> Option<Self> {
        let Ast::Projection { lhs, rhs, .. } = ast else {
            return Some(Self { before: steps(ast)?, ..Self::default() });
        };
        let (before, rows) = match &**lhs {
            Ast::Flatten { node, .. } => (&**node, Projection::Flattened),
            other => (other, Projection::Each),
        };
        Some(Self { before: steps(before)?, rows: Some(rows), after: steps(rhs)? })
    }

    /// Follows the path into a text.
    pub(super) fn walk(&self, text: &str, found: &mut Tokens) -> Result<(), serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let rows = self.rows.map(|rows| (rows, self.after.as_slice()));
        At { steps: &self.before, rows, found }.deserialize(&mut reader).and_then(|()| reader.end())
    }
}

fn steps(ast: &Ast) -> Option<Vec<Step>> {
    match ast {
        Ast::Identity { .. } => Some(Vec::new()),
        Ast::Field { name, .. } => Some(vec![Step::Field(name.clone())]),
        Ast::Index { idx, .. } => Some(vec![Step::Item(usize::try_from(*idx).ok()?)]),
        Ast::Subexpr { lhs, rhs, .. } => {
            let mut before = steps(lhs)?;
            before.extend(steps(rhs)?);
            Some(before)
        }
        _ => None,
    }
}

/// The steps that are left, and the value that stands there.
struct At<'r, 'f> {
    steps: &'r [Step],
    rows: Option<(Projection, &'r [Step])>,
    found: &'f mut Tokens,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.steps.is_empty() || self.rows.is_some() {
            return deserializer.deserialize_any(self);
        }
        let token: &RawValue = serde::Deserialize::deserialize(deserializer)?;
        self.found.take(token.get()).map_err(D::Error::custom)
    }
}

/// The methods of a `serde::de::Visitor` for scalars, where all that matters is that there is one.
macro_rules! scalars {
    ($walk:ident => $done:expr) => {
        scalars!($walk => $done;
            visit_bool(bool), visit_unit(), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    };
    ($walk:ident => $done:expr; $($method:ident($($scalar:ty)?)),+) => {
        $(fn $method<E>($walk $(, _: $scalar)?) -> Result<(), E> {
            $done;
            Ok(())
        })+
    };
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    scalars!(self => {});

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { steps, rows, found } = self;
        let Some((Step::Field(wanted), steps)) = steps.split_first() else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        while let Some(is_wanted) = map.next_key_seed(Key(wanted))? {
            if is_wanted {
                found.forget();
                map.next_value_seed(At { steps, rows, found: &mut *found })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { steps, rows, found } = self;
        match (steps.split_first(), rows) {
            (Some((Step::Item(wanted), steps)), _) => {
                for place in 0.. {
                    let element = match place == *wanted {
                        true => list.next_element_seed(At { steps, rows, found: &mut *found })?,
                        false => list.next_element::<IgnoredAny>()?.map(|_| ()),
                    };
                    if element.is_none() {
                        break;
                    }
                }
                Ok(())
            }
            (None, Some((projection, after))) => {
                found.begin_list();
                match projection {
                    Projection::Each => each(after, found, list)?,
                    Projection::Flattened if after.is_empty() => scalars_of(found, list)?,
                    Projection::Flattened => {
                        while let Some(()) = list.next_element_seed(Flat { after, found: &mut *found })? {}
                    }
                }
                found.end_list();
                Ok(())
            }
            _ => {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }
}

/// Each element is a row.
fn each<'de, A: SeqAccess<'de>>(after: &[Step], found: &mut Tokens, mut list: A) -> Result<(), A::Error> {
    while let Some(()) = list.next_element_seed(At { steps: after, rows: None, found: &mut *found })? {
        found.end_row();
    }
    Ok(())
}

/// Each element is a row, and each element of one that is a list.
fn scalars_of<'de, A: SeqAccess<'de>>(found: &mut Tokens, mut list: A) -> Result<(), A::Error> {
    while let Some(token) = list.next_element::<&RawValue>()?.map(RawValue::get) {
        let inside: Option<Vec<&RawValue>> = token
            .starts_with('[')
            .then(|| serde_json::from_str(token))
            .transpose()
            .map_err(A::Error::custom)?;
        let of_list = inside.iter().flatten().map(|element| element.get());
        for token in of_list.chain(inside.is_none().then_some(token)) {
            found.take(token).map_err(A::Error::custom)?;
            found.end_row();
        }
    }
    Ok(())
}

/// An element of a list that is flattened; the path goes on from it.
struct Flat<'r, 'f> {
    after: &'r [Step],
    found: &'f mut Tokens,
}

impl<'de> DeserializeSeed<'de> for Flat<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flat<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    // A row in which the path does not lead on.
    scalars!(self => self.found.end_row());

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Self { after, found } = self;
        At { steps: after, rows: None, found: &mut *found }.visit_map(map)?;
        found.end_row();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        each(self.after, self.found, list)
    }
}

/// Whether a key is the one that is wanted.
struct Key<'r>(&'r str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    #[inline]
    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}
