//! Counted groups in a partial.

use super::CountedGroups;
use crate::model_bias::BiasProblem;
use crate::model_bias::rows::BiasRows;
use crate::partial::{Partial, Written};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Partial for CountedGroups {
    const KIND: &'static str = "counted groups";
}

impl Encode<()> for CountedGroups {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.array(2)?.encode(self.0.problem())?;
        self.0.write_counted(to)
    }
}

impl<'b> Decode<'b, ()> for CountedGroups {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        crate::partial::check(from.array()? == Some(2), from, "counted groups that are none")?;
        let problem: BiasProblem = from.decode()?;
        BiasRows::read_counted(&problem, from).map(Self)
    }
}
