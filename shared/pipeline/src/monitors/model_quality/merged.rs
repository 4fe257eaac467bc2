//! The answers of several windows, counted, as those of one.

use crate::merge::{Folded, MergedStatistics, Merger};
use bellwether_analysis::model_quality::CountedAnswers;
use bellwether_analysis::monitors::model_quality::{FROM_BINS, statistics as written};
use bellwether_contract::ContractError;
use bellwether_contract::json::{double, to_vec};
use bellwether_contract::keys::ReportFile;

/// What merges answers.
pub(super) fn merger() -> Box<dyn Merger> {
    Folded::as_written(statistics)
}

fn statistics(answers: CountedAnswers) -> Result<MergedStatistics, ContractError> {
    let measured = (answers.rows() > 0).then(|| answers.measure());
    let bytes = to_vec(&written(measured.as_ref(), None, None))?;
    let mut merged = MergedStatistics::of(ReportFile::Statistics, bytes);
    if let Some(measured) = measured {
        merged.warnings = measured.warnings;
        if let Some(within) = measured.from_bins {
            merged.from_bins = FROM_BINS.to_vec();
            merged.warnings.push(format!("of scores in bins auc is off by {} at most", double(within)));
        }
    }
    Ok(merged)
}
