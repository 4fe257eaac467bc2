//! A column of values in a partial: each distinct value once, and its place for each row.

use super::{Raw, ValueColumn};
use crate::model_bias::cell::BiasCell;
use crate::partial::{Bits, Written, broken, check, items, put_items};
use minicbor::decode::Error;
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder};

impl ValueColumn {
    pub(in crate::model_bias) fn write<W: Write>(&self, to: &mut Encoder<W>) -> Written<W> {
        to.array(2)?.array(self.distinct.len() as u64)?;
        for cell in self.distinct.iter().map(Raw::cell) {
            to.array(2)?;
            match cell {
                BiasCell::Missing => to.u8(0)?.null()?,
                BiasCell::Truth(truth) => to.u8(1)?.bool(truth)?,
                BiasCell::Integer(number) => to.u8(2)?.i64(number)?,
                BiasCell::Double(number) => to.u8(3)?.encode(Bits(number))?,
                BiasCell::Text(text) => to.u8(4)?.str(text)?,
                BiasCell::Written(text) => to.u8(5)?.str(text)?,
            };
        }
        put_items(to, self.rows.iter().map(|place| place.to_le_bytes()))
    }

    /// A column of so many rows, every value of which occurs; `times` says how many rows each stands for.
    pub(in crate::model_bias) fn of_partial(
        rows: u64,
        times: impl Fn(usize) -> u64,
        from: &mut Decoder<'_>,
    ) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "a column that is none")?;
        let mut column = Self::default();
        for place in 0..from.array()?.ok_or_else(|| broken(from, "values without a number"))? {
            let is_new = u64::from(column.intern(cell(from)?)) == place;
            check(is_new, from, "a value that stands twice")?;
        }
        for (row, place) in items(from)?.iter().map(|place| u32::from_le_bytes(*place)).enumerate() {
            check((place as usize) < column.distinct.len(), from, "a row without a value")?;
            column.count(place, times(row));
            column.rows.push(place);
        }
        let is_whole = column.rows.len() as u64 == rows && !column.counts.contains(&0);
        check(is_whole, from, "a column of other rows")?;
        Ok(column)
    }

    /// The distinct values as they came.
    pub(in crate::model_bias) fn cells(&self) -> impl Iterator<Item = BiasCell<'_>> {
        self.distinct.iter().map(Raw::cell)
    }
}

fn cell<'b>(from: &mut Decoder<'b>) -> Result<BiasCell<'b>, Error> {
    check(from.array()? == Some(2), from, "a value that is none")?;
    Ok(match from.u8()? {
        0 => from.null().map(|()| BiasCell::Missing)?,
        1 => BiasCell::Truth(from.bool()?),
        2 => BiasCell::Integer(from.i64()?),
        3 => from.decode().map(|Bits(number)| BiasCell::Double(number))?,
        4 => BiasCell::Text(from.str()?),
        5 => BiasCell::Written(from.str()?),
        _ => return Err(broken(from, "an unknown kind of value")),
    })
}
