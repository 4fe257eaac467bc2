//! The lists of a window, one by one: what is kept of it, and merges with other windows.
//!
//! What needs all lists at once is not kept: coverage, entropy, Gini, personalisation, turnover have no place in merged statistics.

use super::{CAPTURED_FEATURE, Limits, Measured, Table, UNKNOWN_SHARE, feature, feature_name};
use crate::diversity::ListProfile;
use crate::partial::{Bits, OfWindow, Partial, Written, check};
use bellwether_contract::statistics::{Dataset, Statistics, Unknown};
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

/// The lists of one window or several.
#[derive(Debug, Clone)]
pub struct GatheredLists {
    k: usize,
    /// Under which a list is counted as below; `None` where windows had different ones.
    floor: Option<f64>,
    replay: Option<ListProfile>,
    captured: Option<ListProfile>,
}

impl GatheredLists {
    /// Those of one window.
    #[must_use]
    pub fn of(measured: &Measured<'_>, limits: &Limits) -> Self {
        Self {
            k: limits.k,
            floor: Some(limits.min_diversity),
            replay: measured.replay.as_ref().ok().map(|replay| replay.lists.clone()),
            captured: measured.captured.as_ref().map(|(lists, _)| lists.clone()),
        }
    }

    /// `statistics.json`, as far as lists have to be known one by one for it.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let Self { k, floor, replay, captured } = self;
        let name = feature_name(*k);
        let named = [(name.as_str(), replay), (CAPTURED_FEATURE, captured)];
        let lists = named.into_iter().filter_map(|(name, lists)| Some((name, lists.as_ref()?)));
        let mut table = Table::default();
        lists.clone().for_each(|(name, lists)| table.add_lists(name, lists, *floor, "no list"));
        let judged = replay.as_ref().or(captured.as_ref());
        table.add(UNKNOWN_SHARE, judged.and_then(ListProfile::unknown_item_share), None);
        let sessions = |lists: &ListProfile| lists.column().num_present() + lists.column().num_missing();
        Statistics {
            dataset: Dataset { item_count: judged.map_or(0, sessions), unknown: Unknown::new() },
            features: lists.map(|(name, lists)| feature(lists, name)).collect(),
            recommendation_metrics: Some(table.metrics),
            ..Statistics::default()
        }
    }
}

impl OfWindow for GatheredLists {
    /// They are of another measure.
    fn differs(&self, later: &Self) -> Option<String> {
        let (ours, theirs) = (self.k, later.k);
        (ours != theirs).then(|| {
            format!("the first {ours} items of a list counted before, and the first {theirs} from here on")
        })
    }

    fn merge(&mut self, later: &Self) {
        if self.floor != later.floor {
            self.floor = None;
        }
        for (ours, theirs) in [(&mut self.replay, &later.replay), (&mut self.captured, &later.captured)] {
            match (ours.as_mut(), theirs) {
                (Some(ours), Some(theirs)) => ours.merge(theirs),
                (None, Some(theirs)) => *ours = Some(theirs.clone()),
                (_, None) => {}
            }
        }
    }
}

impl Partial for GatheredLists {
    const KIND: &'static str = "lists of windows";
}

impl Encode<()> for GatheredLists {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.encode((self.k as u64, self.floor.map(Bits), &self.replay, &self.captured))?.ok()
    }
}

impl<'b> Decode<'b, ()> for GatheredLists {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (k, floor, replay, captured): (u32, Option<Bits>, Option<ListProfile>, _) = from.decode()?;
        let gathered = Self { k: k as usize, floor: floor.map(|Bits(floor)| floor), replay, captured };
        let has_k = |lists: &Option<ListProfile>| lists.as_ref().is_none_or(|lists| lists.k() == gathered.k);
        check(has_k(&gathered.replay) && has_k(&gathered.captured), from, "lists of another measure")?;
        check(gathered.floor.is_none_or(f64::is_finite), from, "a floor that is no number")?;
        Ok(gathered)
    }
}
