//! One flat object, or several one after the other, to the cells of a block.
//!
//! It builds no document: a value is looked at where it stands in the text.

use crate::cells::{NamedCells, Names, too_many_columns};
use bellwether_contract::capture::{LeftOut, Rejected, not_json};
use bellwether_contract::json::non_finite::{tolerant, with_nulls};
use bellwether_contract::shape::{Kind, Shape, name};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What GenerateInferenceId adds to an answer; it says nothing about the data.
const ADDED_BY_THE_SERVICE: [&str; 2] = ["SageMakerInferenceId", "SageMakerInferenceTime"];

const EXPECTED: &str =
    "an object whose values are texts, numbers, booleans or null: its keys are the columns";
const TOO_MANY: &str = "too many columns";

/// Reads the objects of a payload into the emptied block: one, or JSON lines. Returns how many numbers no double holds: they
/// are missing.
pub(crate) fn read_objects(text: &str, names: &mut Names, block: &mut NamedCells) -> Result<u64, Rejected> {
    tolerant(text, |text| strict(text, names, block))
        .map(|((), words)| words + block.non_finite())
        .map_err(|error| fault(text, &error))
}

fn strict(text: &str, names: &mut Names, block: &mut NamedCells) -> Result<(), serde_json::Error> {
    block.clear();
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut rows = 0;
    loop {
        let object = Object { names: &mut *names, block: &mut *block, row: rows };
        reader.deserialize_map(object)?;
        rows += 1;
        if reader.end().is_ok() {
            break;
        }
    }
    block.set_rows(rows);
    Ok(())
}

/// Why a payload is no flat object, after the library said `error`.
fn fault(text: &str, error: &serde_json::Error) -> Rejected {
    if !error.is_data() {
        return not_json(text, error);
    }
    let text = with_nulls(text).map_or(Cow::Borrowed(text), |(text, _)| Cow::Owned(text));
    let shapes = serde_json::Deserializer::from_str(&text).into_iter::<Shape>().map_while(Result::ok);
    shapes.into_iter().find_map(|shape| not_flat(&shape)).unwrap_or_else(|| {
        if error.to_string().starts_with(TOO_MANY) {
            return too_many_columns();
        }
        LeftOut::Encoding.because("Unicode", "a text with half of a surrogate pair")
    })
}

fn not_flat(shape: &Shape) -> Option<Rejected> {
    if shape.kind != Kind::Object {
        let found = format!("{shape} instead of an object: declare columns (--paths)");
        return Some(LeftOut::NotAnObject.because(EXPECTED, found));
    }
    let (key, kind) = shape.nested.as_ref()?;
    let found = format!("{} is not a single value: declare columns (--paths); it is {kind}", name(key));
    Some(LeftOut::NotFlat.because(EXPECTED, found))
}

struct Object<'b> {
    names: &'b mut Names,
    block: &'b mut NamedCells,
    row: u32,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a flat object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut guess = self.block.first_slot();
        while let Some(slot) = map.next_key_seed(Key { names: &mut *self.names, guess })? {
            let Some(slot) = slot else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let token = map.next_value::<&RawValue>()?.get();
            let (kind, span) =
                self.block.keep_scalar(token).ok_or_else(|| A::Error::custom("a value that is not flat"))?;
            self.block.put(slot, self.row, kind, span);
            guess = slot + 1;
        }
        Ok(())
    }
}

/// The slot of a key; `None` for a key that is dropped.
struct Key<'n> {
    names: &'n mut Names,
    guess: u32,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<u32>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u32>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<u32>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<u32>, E> {
        if ADDED_BY_THE_SERVICE.contains(&key) {
            return Ok(None);
        }
        self.names.slot(key, self.guess).map(Some).ok_or_else(|| E::custom(TOO_MANY))
    }
}
