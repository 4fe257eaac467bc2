//! The groups of several windows, counted, as those of one.

use crate::merge::{Folded, MergedStatistics, Merger};
use bellwether_analysis::model_bias::{CountedGroups, measure};
use bellwether_analysis::monitors::model_bias::analysis;
use bellwether_contract::ContractError;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_bias::BiasAnalysis;

/// What merges groups.
pub(super) fn merger() -> Box<dyn Merger> {
    Folded::as_written(statistics)
}

fn statistics(groups: CountedGroups) -> Result<MergedStatistics, ContractError> {
    let measured = measure(groups.rows());
    let file = measured.as_ref().map_or_else(|_| BiasAnalysis::of_nothing(), analysis).to_bytes()?;
    let warnings = match measured {
        Ok(measured) => measured.notes,
        Err(reason) => vec![format!("nothing could be measured: {reason}")],
    };
    Ok(MergedStatistics { warnings, ..MergedStatistics::of(ReportFile::Analysis, file) })
}
