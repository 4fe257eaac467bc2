//! The lists of several windows as those of one.

use crate::merge::{Folded, MergedStatistics, Merger};
use bellwether_analysis::monitors::diversity::GatheredLists;
use bellwether_contract::ContractError;
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::ReportFile;

/// What merges lists.
pub(super) fn merger() -> Box<dyn Merger> {
    Folded::as_written(statistics)
}

fn statistics(lists: GatheredLists) -> Result<MergedStatistics, ContractError> {
    Ok(MergedStatistics::of(ReportFile::Statistics, to_vec(&lists.statistics())?))
}
