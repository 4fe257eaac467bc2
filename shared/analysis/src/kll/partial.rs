//! A sketch in a partial: its levels, each with its keys as bytes.

use super::{Level, Sketch, capacity, value};
use crate::partial::{MOST_COUNTED, Written, broken, check, items, put_items};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for Sketch {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.array(self.levels.len() as u64)?;
        for level in &self.levels {
            to.array(2)?.u8(level.turn)?;
            put_items(to, level.keys.iter().map(|key| key.to_le_bytes()))?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for Sketch {
    /// Capacities follow from the heights. A sketch that was filled holds no more items than those allow, its uppermost level is
    /// not empty, and its weights add up to a number of values.
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let mut sketch = Self::default();
        let levels = from.array()?.ok_or_else(|| broken(from, "levels without a number"))?;
        for height in 0..levels {
            check(
                1_u64.checked_shl(height as u32).is_some_and(|weight| weight <= MOST_COUNTED),
                from,
                "too many levels",
            )?;
            let level = Level::read(height as usize, from)?;
            check(height + 1 < levels || !level.keys.is_empty(), from, "an uppermost level without an item")?;
            sketch.items += level.keys.len();
            sketch.capacity += level.capacity;
            sketch.levels.push(level);
        }
        check(sketch.items <= sketch.capacity, from, "more items than a sketch holds")?;
        check(
            sketch.weight().is_some_and(|values| values <= MOST_COUNTED),
            from,
            "more values than were ever counted",
        )?;
        Ok(sketch)
    }
}

impl Sketch {
    /// The sum of the weights, as far as it can be told.
    fn weight(&self) -> Option<u64> {
        let mut weights = self
            .levels
            .iter()
            .zip(0_u32..)
            .map(|(level, height)| (level.keys.len() as u64).checked_mul(1 << height));
        weights.try_fold(0_u64, |sum, weight| sum.checked_add(weight?))
    }
}

impl Level {
    fn read(height: usize, from: &mut Decoder<'_>) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "a level that is none")?;
        let turn = from.u8()?;
        check(turn < 4, from, "a turn beyond the fourth")?;
        let keys: Vec<_> = items(from)?.iter().map(|key| i64::from_le_bytes(*key)).collect();
        check(keys.iter().all(|&key| value(key).is_finite()), from, "an item that is no number")?;
        Ok(Self { keys, capacity: capacity(height), turn })
    }
}
