//! From rows to metrics: columns get their types, labels become positive or not, and each group is counted against the rest.

use super::cell::{ColumnType, Known};
use super::column::Resolved;
use super::flip_test::{FlipColumn, allowed, flips};
use super::labels::{self, positives};
use super::measured::{MeasuredBias, MeasuredFacet, MeasuredGroup};
use super::problem::Facet;
use super::rows::{BiasRows, Feature};
use super::tally::{Cells, Strata, TallyCell};
use super::typing::{self, Between, GroupedBy, Selection, grouped_by, having, numbers};

/// Most values of a facet that are a group each, with a flip test and an interval of its own. More are hardly groups, and take
/// longer than a run may.
pub const MOST_GROUPS: usize = 100;

/// Measures all rows.
///
/// # Errors
/// Why nothing could be measured, in the container's words where it would have stopped, with what to do behind a semicolon: labels that
/// are none, none positive among the answers, labels and answers of different types, a facet of numbers without a threshold.
pub fn measure(rows: &BiasRows) -> Result<MeasuredBias, String> {
    if rows.is_empty() {
        return Err("there is no row".to_owned());
    }
    let problem = rows.problem();
    let looked_at: Vec<Option<Resolved<'_>>> = rows.features.iter().map(resolved).collect();
    let facets = problem.facets.iter().map(|facet| Asked::of(facet, &looked_at));
    let facets: Vec<Asked<'_>> = facets.collect::<Result<_, _>>()?;
    let unknown: Vec<String> = facets.iter().filter_map(Asked::unknown).collect();
    let (labels, predicted) = (rows.labels.resolved(), rows.predicted.resolved());
    let positive = positives(&labels, &predicted, &problem.positive)
        .map_err(|words| format!("{words}; label_values_or_threshold: {}", labels::remedy(&words)))?;
    let group = problem.group.and_then(|group| looked_at.get(group)?.as_ref());
    let (strata, stratum_of) = strata(group);
    let counted = Counted {
        rows,
        looked_at: &looked_at,
        labels: labels.places().map(|place| positive.labels[place]).collect(),
        predicted: predicted.places().map(|place| positive.predicted[place]).collect(),
        strata,
        stratum_of: group
            .map(|group| group.places().filter_map(|place| stratum_of.get(place).copied()).collect())
            .unwrap_or_default(),
    };
    Ok(MeasuredBias {
        label: problem.label.clone(),
        label_value_or_threshold: positive.text,
        facets: facets.into_iter().map(|facet| counted.facet(facet)).collect(),
        rows: rows.len(),
        notes: positive.note.into_iter().chain(unknown).collect(),
    })
}

fn resolved(feature: &Feature) -> Option<Resolved<'_>> {
    match feature {
        Feature::Values(column) => Some(column.resolved()),
        Feature::Numbers(_) => None,
    }
}

/// The strata, and of each distinct value of the group variable the place of its own.
fn strata(group: Option<&Resolved<'_>>) -> (Strata, Vec<u32>) {
    let Some(group) = group else {
        return (Strata::None("Group variable is empty or not provided".to_owned()), Vec::new());
    };
    let are_texts = group.distinct.iter().all(|value| matches!(value, Known::Text(_)));
    if group.column_type == ColumnType::Object && !are_texts {
        // numpy.unique sorts, and Python compares no text with a number.
        return (
            Strata::None("'<' not supported between instances of 'str' and 'float'".to_owned()),
            Vec::new(),
        );
    }
    let mut order: Vec<usize> = (0..group.distinct.len()).collect();
    order.sort_by(|a, b| in_order(&group.distinct[*a], &group.distinct[*b]));
    let mut places = vec![0; order.len()];
    for (place, value) in (0..).zip(order) {
        places[value] = place;
    }
    let has_missing = group.distinct.contains(&Known::Missing);
    (Strata::Some { count: places.len(), has_missing }, places)
}

/// Texts by code points, numbers by size, what is missing last.
fn in_order(a: &Known, b: &Known) -> std::cmp::Ordering {
    match (a, b) {
        (Known::Text(a), Known::Text(b)) => a.cmp(b),
        (Known::Integer(a), Known::Integer(b)) => a.cmp(b),
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        },
    }
}

/// A facet with its column and its groups.
struct Asked<'a> {
    facet: &'a Facet,
    column: &'a Resolved<'a>,
    grouped_by: GroupedBy,
    selections: Vec<Selection>,
}

impl<'a> Asked<'a> {
    fn of(facet: &'a Facet, looked_at: &'a [Option<Resolved<'a>>]) -> Result<Self, String> {
        let column = looked_at.get(facet.feature).and_then(Option::as_ref);
        let column = column.ok_or_else(|| format!("{} is no column of the rows", facet.name))?;
        let grouped_by = grouped_by(column, &facet.values);
        let selections = selections(facet, column, grouped_by)?;
        Ok(Self { facet, column, grouped_by, selections })
    }

    /// What to say of rows of which nobody knows the group.
    fn unknown(&self) -> Option<String> {
        let counted = self.column.distinct.iter().zip(&self.column.counts);
        let missing: u64 = counted.filter(|(value, _)| **value == Known::Missing).map(|(_, rows)| rows).sum();
        let all: u64 = self.column.counts.iter().sum();
        (missing > 0).then(|| {
            let name = &self.facet.name;
            format!(
                "{missing} of {all} rows have no {name}: they are in no group of it, and count beside each"
            )
        })
    }
}

/// What is the same for all facets, row by row.
struct Counted<'r> {
    rows: &'r BiasRows,
    looked_at: &'r [Option<Resolved<'r>>],
    labels: Vec<bool>,
    predicted: Vec<bool>,
    strata: Strata,
    stratum_of: Vec<u32>,
}

impl Counted<'_> {
    fn facet(&self, asked: Asked<'_>) -> MeasuredFacet {
        let Asked { facet, column, grouped_by, selections } = asked;
        let columns = self.flip_columns(facet);
        let groups = selections.into_iter().map(|selection| self.group(column, selection, &columns));
        MeasuredFacet { name: facet.name.clone(), grouped_by, groups: groups.collect() }
    }

    fn flip_columns(&self, facet: &Facet) -> Vec<FlipColumn<'_>> {
        let others = self.rows.features.iter().zip(self.looked_at).enumerate();
        let others = others.filter(|(place, _)| *place != facet.feature);
        others.filter_map(|(_, (feature, resolved))| FlipColumn::of(feature, resolved.as_ref())).collect()
    }

    fn group(
        &self,
        column: &Resolved<'_>,
        selection: Selection,
        columns: &[FlipColumn<'_>],
    ) -> MeasuredGroup {
        let is_facet: Vec<bool> = column.places().map(|place| selection.is_meant[place]).collect();
        let has_both_sides = is_facet.contains(&true) && is_facet.contains(&false);
        let most = self.rows.problem().flip_test_rows;
        let is_allowed = self.rows.are_single().and_then(|()| allowed(columns, self.rows.len(), most));
        let flips = is_allowed.and_then(|()| {
            if has_both_sides { flips(columns, &is_facet, &self.predicted) } else { Ok(Vec::new()) }
        });
        let (flips, flip_test) = match flips {
            Ok(flips) => (flips, Ok(())),
            Err(reason) => (Vec::new(), Err(reason)),
        };
        let cell = |row: usize| TallyCell {
            stratum: self.stratum_of.get(row).copied().unwrap_or_default(),
            is_facet: is_facet[row],
            label: self.labels[row],
            predicted: self.predicted[row],
            flip: flips.get(row).copied().unwrap_or_default(),
        };
        let cells = Cells::of((0..is_facet.len()).map(|row| (cell(row), self.rows.times(row))));
        MeasuredGroup::of(selection.text, cells, self.strata.clone(), flip_test)
    }
}

/// The groups of a facet.
fn selections(facet: &Facet, column: &Resolved<'_>, grouped_by: GroupedBy) -> Result<Vec<Selection>, String> {
    let remedied = |words: String| {
        format!("{words}; value_or_threshold of facet {:?}: {}", facet.name, typing::remedy(&words))
    };
    if grouped_by == GroupedBy::Threshold {
        let values = numbers(column);
        let between = Between::of(&facet.values, values.iter().flatten()).map_err(remedied)?;
        return Ok(vec![between.selection(&values)]);
    }
    if !facet.values.is_empty() {
        return Ok(vec![having(column, &facet.values).map_err(remedied)?]);
    }
    let count = column.distinct.len();
    if count > MOST_GROUPS {
        return Err(format!(
            "{} has {count} values, and at most {MOST_GROUPS} are a group each; name those that matter in value_or_threshold",
            facet.name
        ));
    }
    Ok((0..count).map(|value| alone(column, value)).collect())
}

/// One value against all others; what is missing is nobody, as NaN equals nothing.
fn alone(column: &Resolved<'_>, value: usize) -> Selection {
    let known = &column.distinct[value];
    let is_meant = (0..column.distinct.len()).map(|other| other == value && *known != Known::Missing);
    Selection { text: known.text(), is_meant: is_meant.collect() }
}
