//! Moments in a partial.

use super::Moments;
use crate::partial::{Bits, Count, Written, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for Moments {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let Self { count, sum, average, m2, min, max } = *self;
        to.encode((Count(count), Bits(sum), Bits(average), Bits(m2), Bits(min), Bits(max)))?.ok()
    }
}

impl<'b> Decode<'b, ()> for Moments {
    /// Sums may have left the range of f64; extremes are of values, which do not.
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (Count(count), Bits(sum), Bits(average), Bits(m2), Bits(min), Bits(max)) = from.decode()?;
        let moments = Self { count, sum, average, m2, min, max };
        let is_sound = if count == 0 {
            moments == Self::default()
        } else {
            min.is_finite() && max.is_finite() && min <= max
        };
        check(is_sound, from, "extremes that no values have")?;
        Ok(moments)
    }
}
