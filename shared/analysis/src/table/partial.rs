//! A table in a partial: its columns, in their order.

use super::{MAX_COLUMNS, TableProfile};
use crate::partial::{Count, Partial, Written, broken, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Partial for TableProfile {
    const KIND: &'static str = "table";
}

impl Encode<()> for TableProfile {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.array(2)?.encode(Count(self.rows))?.array(self.names.len() as u64)?;
        for column in self.names.iter().zip(&self.features) {
            to.encode(column)?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for TableProfile {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "a table that is none")?;
        let Count(rows) = from.decode()?;
        let mut table = Self { rows, ..Self::default() };
        let columns = from.array()?.ok_or_else(|| broken(from, "columns without a number"))?;
        check(columns <= MAX_COLUMNS as u64, from, "more columns than a table has")?;
        for place in 0..columns as usize {
            let (name, feature): (&str, _) = from.decode()?;
            check(table.column(name) == place, from, "a column that stands twice")?;
            table.features[place] = feature;
        }
        Ok(table)
    }
}
