//! One flat object, or several one after the other, to the cells of a block.
//!
//! It builds no document: a value is looked at where it stands in the text.

use super::{Block, Names};
use bellwether_contract::capture::LeftOut;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// What GenerateInferenceId adds to an answer; it says nothing about the data.
const ADDED_BY_THE_SERVICE: [&str; 2] = ["SageMakerInferenceId", "SageMakerInferenceTime"];

/// Reads the objects of a payload into the emptied block: one, or JSON lines.
pub(crate) fn read_objects(text: &str, names: &mut Names, block: &mut Block) -> Result<(), LeftOut> {
    block.clear();
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut rows = 0;
    loop {
        let object = Object { names: &mut *names, block: &mut *block, row: rows };
        reader.deserialize_map(object).map_err(|error| reason(&error))?;
        rows += 1;
        if reader.end().is_ok() {
            break;
        }
    }
    block.set_rows(rows);
    Ok(())
}

/// A fault of syntax is [`LeftOut::Json`], another shape [`LeftOut::Schema`].
pub(crate) fn reason(error: &serde_json::Error) -> LeftOut {
    if error.is_data() { LeftOut::Schema } else { LeftOut::Json }
}

struct Object<'b> {
    names: &'b mut Names,
    block: &'b mut Block,
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
        self.names.slot(key, self.guess).map(Some).ok_or_else(|| E::custom("too many columns"))
    }
}
