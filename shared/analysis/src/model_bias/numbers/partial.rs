//! A column of the flip test in a partial.

use super::{NumberColumn, Seen};
use crate::partial::{Writer, Written, check, items, put_items};
use minicbor::Decoder;
use minicbor::decode::Error;

impl NumberColumn {
    pub(in crate::model_bias) fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        let Seen { texts, truths, numbers, missing } = self.seen;
        let seen =
            [texts, truths, numbers, missing].iter().rev().fold(0, |bits, seen| bits << 1 | u8::from(*seen));
        to.array(2)?.u8(seen)?;
        put_items(to, self.values.iter().map(|value| value.to_bits().to_le_bytes()))
    }

    /// A column of which so many numbers are kept.
    pub(in crate::model_bias) fn of_partial(kept: u64, from: &mut Decoder<'_>) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "a column that is none")?;
        let seen = from.u8()?;
        let [texts, truths, numbers, missing] = [1, 2, 4, 8].map(|bit| seen & bit > 0);
        let values: Vec<f64> =
            items(from)?.iter().map(|bits| f64::from_bits(u64::from_le_bytes(*bits))).collect();
        let is_whole = seen < 16 && values.len() as u64 == kept && (values.is_empty() || !texts);
        check(is_whole, from, "numbers of other rows")?;
        Ok(Self { values, seen: Seen { texts, truths, numbers, missing } })
    }
}
