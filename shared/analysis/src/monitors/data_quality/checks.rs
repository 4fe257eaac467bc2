//! Type and completeness of one column.

use bellwether_contract::statistics::InferredType;

use super::{Column, Held, Outcome, domain, text};
use crate::cell::Class;
use crate::observed::TypeCounts;
use crate::suggest;

/// Cells of the expected type / cells with a value, against the threshold.
///
/// A column of text takes every cell where any of them is a text, and none where none is: a few numbers among texts are
/// texts, and a column of nothing but numbers is not the one that was trained on.
pub(super) fn data_type(column: &Column<'_>) -> Outcome {
    let expected = &column.constraint.inferred_type;
    let matching: fn(&TypeCounts) -> u64 = match expected {
        InferredType::Integral => |types| types.integral,
        InferredType::Fractional => |types| types.fractional + types.integral,
        InferredType::String if is_of_other_classes(column) => return Ok(None),
        InferredType::String => |types| if types.string > 0 { types.present() } else { 0 },
        InferredType::Boolean | InferredType::Unknown => return Ok(None),
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

/// Whether a column that is called String was itself numbers or truth values: the file has no other word for a column
/// of `true` and `false`, or of those among numbers.
///
/// Its domain knows, else its baseline's counts by value. Where there are neither, cells that are `true` or `false` may be
/// what the column always was.
fn is_of_other_classes(column: &Column<'_>) -> bool {
    let is_text = |value: &str| Class::of(value.as_bytes()) == Class::String;
    let texts = column.constraint.string_constraints.as_ref();
    let domains = texts.and_then(|texts| texts.domains.as_deref()).filter(|domains| !domains.is_empty());
    if let Some(domains) = domains {
        return !domains.iter().any(|domain| is_text(domain));
    }
    let buckets = column.baseline.and_then(domain::buckets).filter(|buckets| !buckets.is_empty());
    if let Some(buckets) = buckets {
        return !buckets.iter().any(|bucket| is_text(&bucket.value));
    }
    column.types.is_some_and(|types| types.boolean > 0)
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
