//! What captured records came to, without how they are read: what a partial holds, and what merges without any settings.

use super::{lose, widths};
use crate::cells::{MAX_COLUMNS, Names};
use crate::flat_json::NamedTable;
use crate::partial::{Count, OfWindow, Partial, Written, broken, check};
use crate::table::TableProfile;
use bellwether_contract::capture::LeftOut;
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;
use widths::{MAX_WIDTHS, OfWidth};

/// Records of [`CapturedRows`](super::CapturedRows) so far; the default has none.
#[derive(Debug, Clone, Default)]
pub struct GatheredRows {
    /// How many names the cells of a row have.
    pub(super) expected_width: usize,
    pub(super) widths: Vec<OfWidth>,
    pub(super) named: NamedTable,
    pub(super) lost: BTreeMap<LeftOut, u64>,
}

impl GatheredRows {
    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.widths.is_empty() && self.named.records == 0 && self.lost.is_empty()
    }

    /// The table, and the records by reason that were counted and are left out after all.
    #[must_use]
    pub fn finish(self) -> (TableProfile, BTreeMap<LeftOut, u64>) {
        let Self { expected_width, widths, named, mut lost } = self;
        let (mut table, others) = widths::into_most_rows(widths, expected_width);
        table.merge(&named.into_table());
        lose(&mut lost, LeftOut::OtherWidth, others);
        (table, lost)
    }
}

impl OfWindow for GatheredRows {
    /// Their cells were given other names.
    fn differs(&self, later: &Self) -> Option<String> {
        let (ours, theirs) = (self.expected_width, later.expected_width);
        if ours != theirs && !self.is_empty() {
            return Some(format!("{ours} names of columns before, and {theirs} from here on"));
        }
        later.widths.iter().find_map(|later| {
            let width = later.width;
            let ours = self.widths.iter().find(|ours| ours.width == width)?;
            let is_same = ours.table.names() == later.table.names();
            (!is_same).then(|| format!("the {width} cells of a record have other names from here on"))
        })
    }

    /// Names are those of the first part that has any.
    fn merge(&mut self, later: &Self) {
        if self.expected_width == 0 {
            self.expected_width = later.expected_width;
        }
        later.lost.iter().for_each(|(reason, records)| lose(&mut self.lost, *reason, *records));
        let others = widths::merge(&mut self.widths, &later.widths, self.expected_width);
        lose(&mut self.lost, LeftOut::OtherWidth, others);
        let beyond = self.named.merge(&later.named);
        lose(&mut self.lost, LeftOut::TooManyColumns, beyond);
    }
}

impl Partial for GatheredRows {
    const KIND: &'static str = "captured rows";
}

impl Encode<()> for GatheredRows {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let Self { expected_width, widths, named, lost } = self;
        to.array(4)?.u64(*expected_width as u64)?.array(widths.len() as u64)?;
        for OfWidth { width, records, table, .. } in widths {
            to.encode((*width as u64, Count(*records), table))?;
        }
        to.array(3)?.array(named.names.len() as u64)?;
        for slot in 0..named.names.len() {
            to.str(named.names.name(slot as u32))?;
        }
        to.encode(&named.table)?.encode(Count(named.records))?;
        to.map(lost.len() as u64)?;
        for (reason, records) in lost {
            to.str(reason.as_str())?.encode(Count(*records))?;
        }
        Ok(())
    }
}

impl<'b> Decode<'b, ()> for GatheredRows {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(4), from, "captured rows that are none")?;
        let expected_width = from.u32()? as usize;
        let widths = read_widths(from)?;
        let named = read_named(from)?;
        let mut lost = BTreeMap::new();
        for _ in 0..from.map()?.ok_or_else(|| broken(from, "reasons without a number"))? {
            let word = from.str()?;
            let reason = LeftOut::ALL.iter().find(|reason| reason.as_str() == word);
            let Count(records) = from.decode()?;
            lose(&mut lost, *reason.ok_or_else(|| broken(from, "an unknown reason"))?, records);
        }
        Ok(Self { expected_width, widths, named, lost })
    }
}

/// Widths, each once, and as many as are kept.
fn read_widths(from: &mut Decoder<'_>) -> Result<Vec<OfWidth>, Error> {
    let mut widths: Vec<OfWidth> = Vec::new();
    for _ in 0..from.array()?.ok_or_else(|| broken(from, "widths without a number"))? {
        let (width, Count(records), table): (u32, _, TableProfile) = from.decode()?;
        let width = width as usize;
        check(widths.iter().all(|other| other.width != width), from, "a width that stands twice")?;
        check(width <= MAX_COLUMNS && table.names().len() <= width, from, "a width of other columns")?;
        check(widths.len() <= MAX_WIDTHS, from, "more widths than are counted")?;
        widths.push(OfWidth::of(width, records, table));
    }
    Ok(widths)
}

fn read_named(from: &mut Decoder<'_>) -> Result<NamedTable, Error> {
    check(from.array()? == Some(3), from, "named rows that are none")?;
    let mut names = Names::default();
    for slot in 0..from.array()?.ok_or_else(|| broken(from, "names without a number"))? {
        let is_new = names.slot(from.str()?, u32::MAX).is_some_and(|place| u64::from(place) == slot);
        check(is_new, from, "a name that stands twice, or is one too many")?;
    }
    let (table, Count(records)): (TableProfile, _) = (from.decode()?, from.decode()?);
    check(table.names().len() <= names.len(), from, "more columns than names")?;
    Ok(NamedTable { names, table, records })
}
