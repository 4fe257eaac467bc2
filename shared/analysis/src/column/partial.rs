//! Numbers, and a column of them, in a partial.

use super::{Numbers, NumericProfile};
use crate::partial::{Count, Written, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for Numbers {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.encode((&self.moments, &self.sketch))?.ok()
    }
}

impl<'b> Decode<'b, ()> for Numbers {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (moments, sketch) = from.decode()?;
        let numbers = Self { moments, sketch };
        let (min, max) = (numbers.moments.min(), numbers.moments.max());
        let is_within =
            |value: f64| min.is_some_and(|min| min <= value) && max.is_some_and(|max| value <= max);
        check(
            numbers.sketch.count() == numbers.moments.count(),
            from,
            "a sketch of other values than the moments",
        )?;
        check(
            numbers.sketch.weighted().all(|(value, _)| is_within(value)),
            from,
            "an item beyond the extremes",
        )?;
        Ok(numbers)
    }
}

impl Encode<()> for NumericProfile {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.encode((&self.numbers, &self.distinct, Count(self.missing)))?.ok()
    }
}

impl<'b> Decode<'b, ()> for NumericProfile {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (numbers, distinct, Count(missing)) = from.decode()?;
        Ok(Self { numbers, distinct, missing })
    }
}
