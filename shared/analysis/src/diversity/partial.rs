//! Lists in a partial.

use super::ListProfile;
use crate::partial::{Count, MOST_COUNTED, Partial, Written, broken, check};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;

impl Partial for ListProfile {
    const KIND: &'static str = "recommendation lists";
}

impl Encode<()> for ListProfile {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.array(7)?.u64(self.k as u64)?.array(self.histogram.len() as u64)?;
        for (distinct, lists) in &self.histogram {
            to.encode((distinct, Count(*lists)))?;
        }
        to.encode(&self.column)?;
        for count in [self.short_lists, self.lists_with_unknown_items, self.items, self.unknown_items] {
            to.encode(Count(count))?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for ListProfile {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(7), from, "lists that are none")?;
        let k = from.u32()? as usize;
        let histogram = histogram(from)?;
        let column = from.decode()?;
        let mut count = || from.decode::<Count>().map(|Count(count)| count);
        let (short_lists, lists_with_unknown_items) = (count()?, count()?);
        let (items, unknown_items) = (count()?, count()?);
        let lists =
            Self { k, histogram, column, short_lists, lists_with_unknown_items, items, unknown_items };
        check(lists.count() == lists.column.num_present(), from, "a column of other lists")?;
        let most = short_lists.max(lists_with_unknown_items);
        check(most <= lists.count() && unknown_items <= items, from, "more of some than of all")?;
        Ok(lists)
    }
}

/// Lists by their numbers of categories, which rise; neither lists nor categories are more than can be added up.
fn histogram(from: &mut Decoder<'_>) -> Result<BTreeMap<u64, u64>, Error> {
    let mut histogram = BTreeMap::new();
    let (mut count, mut sum) = (0_u64, 0_u64);
    for _ in 0..from.array()?.ok_or_else(|| broken(from, "a histogram without a number"))? {
        let (distinct, Count(lists)): (u64, Count) = from.decode()?;
        let is_next = histogram.last_key_value().is_none_or(|(last, _)| *last < distinct);
        check(is_next && lists > 0, from, "a histogram out of order")?;
        count += lists;
        sum = distinct.checked_mul(lists).and_then(|more| sum.checked_add(more)).unwrap_or(u64::MAX);
        check(count.max(sum) <= MOST_COUNTED, from, "more lists or categories than were ever counted")?;
        histogram.insert(distinct, lists);
    }
    Ok(histogram)
}
