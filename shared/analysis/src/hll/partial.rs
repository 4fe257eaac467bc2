//! A counter in a partial: its registers.

use super::{DistinctCounter, PRECISION, REGISTERS};
use crate::partial::{Written, broken, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

/// The rank of a hash whose last 55 bits are zero.
const GREATEST_RANK: u8 = (u64::BITS - PRECISION + 1) as u8;

impl Encode<()> for DistinctCounter {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.bytes(&self.0)?.ok()
    }
}

impl<'b> Decode<'b, ()> for DistinctCounter {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let registers: [u8; REGISTERS] =
            from.bytes()?.try_into().map_err(|_| broken(from, "another number of registers"))?;
        check(registers.iter().all(|&rank| rank <= GREATEST_RANK), from, "a register beyond every hash")?;
        Ok(Self(registers))
    }
}
