//! The lists of several windows as those of one.

use crate::merge::{MergedStatistics, Merger};
use bellwether_analysis::monitors::diversity::GatheredLists;
use bellwether_analysis::partial::{PartialError, decode};
use bellwether_contract::ContractError;
use bellwether_contract::json::to_vec;
use std::collections::BTreeMap;

/// The lists so far.
#[derive(Debug, Default)]
pub(super) struct Lists(Option<GatheredLists>);

impl Merger for Lists {
    fn add(&mut self, profile: &[u8]) -> Result<(), PartialError> {
        let later: GatheredLists = decode(profile)?;
        match &mut self.0 {
            None => self.0 = Some(later),
            Some(lists) => match lists.differs(&later) {
                Some(reason) => return Err(PartialError::OtherSettings(reason)),
                None => lists.merge(&later),
            },
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<MergedStatistics, ContractError> {
        let statistics = self.0.map(|lists| lists.statistics()).unwrap_or_default();
        Ok(MergedStatistics { statistics: to_vec(&statistics)?, left_out: BTreeMap::new() })
    }
}
