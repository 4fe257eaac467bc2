//! Which group of a window is the one that a baseline's entry is about.

use bellwether_contract::model_bias::FacetEntry;

use crate::model_bias::{GroupedBy, MeasuredBias, MeasuredFacet, MeasuredGroup};

/// The facet of that name.
///
/// # Errors
/// Where the window has none.
pub(super) fn facet<'m>(measured: &'m MeasuredBias, name: &str) -> Result<&'m MeasuredFacet, String> {
    let found = measured.facets.iter().find(|facet| facet.name == name);
    found.ok_or_else(|| format!("{name} is no facet of the configuration any more"))
}

/// The group of an entry, which has that place among the baseline's of its facet.
///
/// # Errors
/// Where none is comparable, and what the window has instead.
pub(super) fn group<'m>(
    facet: &'m MeasuredFacet,
    entry: &FacetEntry,
    place: usize,
) -> Result<&'m MeasuredGroup, String> {
    let text = &entry.value_or_threshold;
    if let Some(same) = facet.groups.iter().find(|group| group.value_or_threshold == *text) {
        return Ok(same);
    }
    match facet.grouped_by {
        GroupedBy::Threshold if is_interval(text) => {
            let group = facet.groups.get(place);
            let group = group.ok_or_else(|| "the window has fewer groups than the baseline".to_owned())?;
            let (ours, theirs) = (threshold(&group.value_or_threshold), threshold(text));
            match ours.is_none() || theirs.is_none() || ours == theirs {
                true => Ok(group),
                false => Err(format!(
                    "the baseline compares {name} with {text}, and this window with {ours}: another threshold",
                    name = facet.name,
                    ours = group.value_or_threshold,
                )),
            }
        }
        GroupedBy::Threshold => Err(format!(
            "the baseline compares {name} with the value {text}, and this window has the numbers {ours}: in so few rows, or among \
             fractions, values are read as numbers",
            name = facet.name,
            ours = shown(facet),
        )),
        GroupedBy::Values if is_interval(text) => Err(format!(
            "the baseline reads {name} as numbers, {text}, and this window as values, {ours}",
            name = facet.name,
            ours = shown(facet),
        )),
        GroupedBy::Values => Err(format!("no row of the window has the value {text}")),
    }
}

/// Of an interval the number above which it begins, which is configured; the other end is the data's.
pub(super) fn threshold(text: &str) -> Option<&str> {
    Some(text.strip_prefix('(')?.strip_suffix(']')?.split_once(", ")?.0)
}

/// `(100, 225]`, or nothing where nobody was above the threshold.
fn is_interval(text: &str) -> bool {
    text.is_empty() || threshold(text).is_some()
}

fn shown(facet: &MeasuredFacet) -> String {
    let texts: Vec<&str> = facet.groups.iter().map(|group| group.value_or_threshold.as_str()).collect();
    texts.join(" and ")
}
