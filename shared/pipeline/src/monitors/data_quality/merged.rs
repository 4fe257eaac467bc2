//! The rows of several windows as one table.

use crate::merge::{MergedStatistics, Merger};
use bellwether_analysis::captured_rows::GatheredRows;
use bellwether_analysis::partial::{PartialError, decode};
use bellwether_contract::ContractError;
use bellwether_contract::json::to_vec;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Rows(GatheredRows);

impl Merger for Rows {
    fn add(&mut self, profile: &[u8]) -> Result<(), PartialError> {
        let later: GatheredRows = decode(profile)?;
        if let Some(reason) = self.0.differs(&later) {
            return Err(PartialError::OtherSettings(reason));
        }
        self.0.merge(&later);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<MergedStatistics, ContractError> {
        let (table, left_out) = self.0.finish();
        Ok(MergedStatistics { statistics: to_vec(&table.observe().statistics)?, left_out })
    }
}
