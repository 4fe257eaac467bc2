//! Counts by value in a partial. What follows from a text is not written: its cell, and where it is found.

use super::{Counted, Values};
use crate::cell::Cell;
use crate::observed::TypeCounts;
use crate::partial::{Count, Written, broken, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for Values {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let TypeCounts { fractional, integral, boolean, string, missing: _ } = self.given_up_types;
        let types = [fractional, integral, boolean, string].map(Count);
        to.array(2)?.encode(self.given_up.then_some(types))?.array(self.seen.len() as u64)?;
        for value in &self.seen {
            to.array(3)?.bytes(self.text(value))?.encode(Count(value.count))?.u8(value.counted.flags())?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for Values {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "counts by value that are none")?;
        let given_up: Option<[Count; 4]> = from.decode()?;
        let mut values = Self::default();
        for _ in 0..from.array()?.ok_or_else(|| broken(from, "values without a number"))? {
            check(from.array()? == Some(3), from, "a value that is none")?;
            let (text, Count(count)) = (from.bytes()?, from.decode()?);
            let counted =
                Counted::of(from.u8()?).ok_or_else(|| broken(from, "a value that was counted as nothing"))?;
            check(count > 0, from, "a value that never came")?;
            check(values.find(text).is_none(), from, "a value that stands twice")?;
            values.insert(text, count, Cell::of(text), counted);
            check(!values.given_up, from, "more values than are counted")?;
        }
        if let Some([fractional, integral, boolean, string]) =
            given_up.map(|types| types.map(|Count(count)| count))
        {
            check(values.seen.is_empty(), from, "counts that were given up, and are there")?;
            values.given_up = true;
            values.given_up_types = TypeCounts { fractional, integral, boolean, string, missing: 0 };
        }
        Ok(values)
    }
}

impl Counted {
    fn flags(self) -> u8 {
        u8::from(self.text) | u8::from(self.number) << 1
    }

    fn of(flags: u8) -> Option<Self> {
        (1..=3).contains(&flags).then_some(Self { text: flags & 1 > 0, number: flags & 2 > 0 })
    }
}
