//! Type and completeness of one column.

use bellwether_contract::statistics::InferredType;

use super::{Column, Held, Outcome, text};
use crate::observed::TypeCounts;
use crate::suggest;

/// Cells of the expected type / cells with a value, against the threshold.
pub(super) fn data_type(column: &Column<'_>) -> Outcome {
    let expected = &column.constraint.inferred_type;
    let matching: fn(&TypeCounts) -> u64 = match expected {
        InferredType::Integral => |types| types.integral,
        InferredType::Fractional => |types| types.fractional + types.integral,
        InferredType::String | InferredType::Boolean | InferredType::Unknown => return Ok(None),
        InferredType::Other(word) => return Err(format!("the constraints expect the unknown type {word:?}")),
    };
    let types = column.types.ok_or("the types of its cells were not counted")?;
    if types.present() == 0 {
        return Err(NO_VALUE.to_owned());
    }
    let share = matching(types) as f64 / types.present() as f64;
    let threshold = column.settings.datatype_check_threshold();
    let words = |share| text::data_type(expected, threshold, share);
    Ok(Some(Held::at_least(share, threshold, types.present(), words)))
}

/// Cells with a value / cells, against the baseline's.
pub(super) fn completeness(column: &Column<'_>) -> Outcome {
    let Some(least) = column.constraint.completeness else { return Ok(None) };
    let counts = column.statistics.counts().ok_or("its cells were not counted")?;
    let share = suggest::completeness(counts).ok_or("it has no cell in this run")?;
    Ok(Some(Held::at_least(share, least, counts.num_present + counts.num_missing, text::completeness)))
}

/// Why a check of values was not made.
pub(super) const NO_VALUE: &str = "it has no value in this run";
