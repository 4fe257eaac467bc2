//! A column in a partial. Its type is not written: it follows from what its cells are.

use super::{FeatureProfile, joined};
use crate::cell::Class;
use crate::column::Numbers;
use crate::observed::TypeCounts;
use crate::partial::{Written, check};
use crate::values::Values;
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for FeatureProfile {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.encode((&self.distinct, &self.values, self.settled().as_ref()))?.ok()
    }
}

impl<'b> Decode<'b, ()> for FeatureProfile {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (distinct, values, numbers): (_, Values, Numbers) = from.decode()?;
        let feature = Self { class: class(&values.types()), distinct, numbers, waiting: Vec::new(), values };
        let count = feature.numbers.count();
        let is_sound = match feature.values.numbers() {
            _ if feature.is_text() => count == 0,
            Ok(numbers) => count == numbers,
            Err(most) => count <= most,
        };
        check(is_sound, from, "numbers of other cells than were counted")?;
        Ok(feature)
    }
}

/// The class that all cells make together.
fn class(types: &TypeCounts) -> Option<Class> {
    let TypeCounts { fractional, integral, boolean, string, missing: _ } = *types;
    let classes = [
        (fractional, Class::Fractional),
        (integral, Class::Integral),
        (boolean, Class::Boolean),
        (string, Class::String),
    ];
    classes
        .into_iter()
        .filter(|(cells, _)| *cells > 0)
        .fold(None, |class, (_, cells)| joined(class, Some(cells)))
}
