//! Two labels: rates, curves and areas.

use bellwether_contract::named::Named;

use super::cells::Cells;
use super::curve::{Areas, Curves};
use super::draws::DRAWS;
use super::labels::Labels;
use super::measured::{Absent, Computed, Confusion, MeasuredQuality, Subsets, Values, measures};
use super::problem::Problem;
use super::rates::{BETAS, Counts, f_score};
use super::rows::{LabelRow, NEGATIVE};

/// What one subset of the rows comes to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Subset {
    pub(super) counts: Counts,
    /// Under the ROC curve and under the precision-recall curve, where there are scores.
    pub(super) areas: Option<(f64, f64)>,
    /// Whether the best constant answer is positive at a tie.
    pub(super) positive_first: bool,
}

/// Rows of one score, or of scores that count as one: those that are positive, and the others.
pub(super) type Group = Subsets<(f64, f64)>;

/// Measures rows that are counted; `groups` has those of each score, the greatest first.
pub(super) fn measure<G: Iterator<Item = Group>>(
    problem: &Problem,
    labels: &Labels,
    cells: &Cells,
    groups: impl Fn() -> G,
) -> MeasuredQuality {
    let other = other_label(problem, labels);
    let mut subsets = Subsets::<Subset>::default();
    let positive = positive(problem, labels);
    for (truth, answer, counts) in cells.iter() {
        for (subset, rows) in subsets.iter_mut().zip(counts) {
            *subset.counts.cell(truth == positive, answer == positive) += *rows as f64;
        }
    }
    subsets.iter_mut().for_each(|subset| subset.positive_first = problem.positive_label < other);
    let (mut roc, mut precision_recall) = (None, None);
    if problem.answers_scores {
        let (of_rates, of_precision) = curves(groups, &mut subsets);
        (roc, precision_recall) = (Some(of_rates), Some(of_precision));
    }
    MeasuredQuality {
        problem_type: problem.problem_type,
        rows: cells.rows(),
        metrics: measures(cells.rows(), &subsets, values),
        confusion: Some(confusion(labels, cells, &other)),
        roc,
        precision_recall,
        from_bins: None,
        warnings: warnings(problem, labels, &subsets[0].counts),
    }
}

/// The number of the positive label.
pub(super) fn positive(problem: &Problem, labels: &Labels) -> u16 {
    labels.place(&problem.positive_label).unwrap_or(NEGATIVE)
}

/// Rows of each score, of rows that are sorted with the greatest first.
pub(super) fn groups(rows: &[LabelRow], positive: u16) -> impl Iterator<Item = Group> {
    rows.chunk_by(|a, b| a.score == b.score).map(move |group| {
        let mut counts = Group::default();
        for row in group {
            for place in places(row) {
                let (positives, negatives) = &mut counts[place];
                *(if row.truth == positive { positives } else { negatives }) += 1.0;
            }
        }
        counts
    })
}

/// The subsets that a row is in: all rows, and its draws.
pub(super) fn places(row: &LabelRow) -> impl Iterator<Item = usize> {
    let draws = row.draws;
    std::iter::once(0).chain((0..DRAWS).filter(move |draw| draws.has(*draw)).map(|draw| draw + 1))
}

/// Fills the areas of all subsets and draws the curves of all rows.
fn curves<G: Iterator<Item = Group>>(
    groups: impl Fn() -> G,
    subsets: &mut Subsets<Subset>,
) -> (bellwether_contract::model_quality::Roc, bellwether_contract::model_quality::PrecisionRecall) {
    let all = subsets[0].counts;
    let mut curves = Curves::new(all.positives(), all.negatives(), groups().count());
    let mut areas = subsets.each_ref().map(|of| Areas::new(of.counts.positives(), of.counts.negatives()));
    for counts in groups() {
        curves.push(counts[0].0, counts[0].1);
        areas
            .iter_mut()
            .zip(counts)
            .for_each(|(areas, (positives, negatives))| areas.push(positives, negatives));
    }
    subsets.iter_mut().zip(&areas).for_each(|(subset, areas)| subset.areas = Some(areas.finish()));
    curves.finish()
}

/// All metrics in the order of the file.
pub(super) fn values(subset: &Subset) -> Values {
    let counts = &subset.counts;
    let constant = Constant::of(counts, subset.positive_first);
    let mut values = vec![
        ("recall", counts.recall()),
        ("precision", counts.precision()),
        ("accuracy", counts.accuracy()),
        ("recall_best_constant_classifier", constant.map(|constant| constant.recall)),
        ("precision_best_constant_classifier", constant.map(|constant| constant.precision)),
        ("accuracy_best_constant_classifier", constant.map(|constant| constant.accuracy)),
    ];
    values.extend(counts.rates());
    if let Some((roc, precision_recall)) = subset.areas {
        let of_rows = |area: f64| if counts.rows() > 0.0 { Ok(area) } else { Err(Absent::NoRows) };
        values.extend([("auc", of_rows(roc)), ("au_prc", of_rows(precision_recall))]);
    }
    values.extend(counts.f_scores());
    let [half, one, two] =
        BETAS.map(|beta| constant.map(|constant| f_score(beta, constant.precision, constant.recall)));
    values.extend([
        ("f0_5_best_constant_classifier", half),
        ("f1_best_constant_classifier", one),
        ("f2_best_constant_classifier", two),
    ]);
    values
}

/// The best that one and the same answer to every row could do.
///
/// ```text
/// c = the most frequent actual label; of equally frequent ones the one whose text is first
/// accuracy = share of c;  recall = 1 if c is positive, else 0;  precision = share of c if it is positive, else 0
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Constant {
    pub(super) recall: f64,
    pub(super) precision: f64,
    pub(super) accuracy: f64,
}

impl Constant {
    fn of(counts: &Counts, positive_first: bool) -> Result<Self, Absent> {
        let (positives, negatives) = (counts.positives(), counts.negatives());
        let is_positive = positives > negatives || positives == negatives && positive_first;
        Self::answering(is_positive, counts)
    }

    /// The same of a label that is named.
    pub(super) fn answering(is_positive: bool, counts: &Counts) -> Result<Self, Absent> {
        let share = |part: f64| -> Computed {
            if counts.rows() > 0.0 { Ok(part / counts.rows()) } else { Err(Absent::NoRows) }
        };
        if is_positive {
            let share = share(counts.positives())?;
            Ok(Self { recall: 1.0, precision: share, accuracy: share })
        } else {
            Ok(Self { recall: 0.0, precision: 0.0, accuracy: share(counts.negatives())? })
        }
    }
}

/// The text of the other label: the first that was seen beside the positive one, or `0`, or `1` where `0` is positive.
fn other_label(problem: &Problem, labels: &Labels) -> String {
    let seen = labels.names().iter().find(|name| **name != problem.positive_label);
    let usual = if problem.positive_label == "0" { "1" } else { "0" };
    seen.cloned().unwrap_or_else(|| usual.to_owned())
}

/// Counts by actual and predicted label, all cells present, labels in the order of their texts.
fn confusion(labels: &Labels, counted: &Cells, other: &str) -> Confusion {
    let mut names: Vec<&str> = labels.names().iter().map(String::as_str).collect();
    if !names.contains(&other) {
        names.push(other);
        names.sort_unstable();
    }
    let place = |label: u16| {
        let name = labels.names().get(usize::from(label)).map_or(other, String::as_str);
        names.iter().position(|known| *known == name).unwrap_or_default()
    };
    let size = names.len();
    let mut cells = vec![0_u64; size * size];
    let places: Vec<usize> = (0..labels.names().len()).map(|label| place(label as u16)).collect();
    let of_other = place(NEGATIVE);
    let of = |label: u16| places.get(usize::from(label)).copied().unwrap_or(of_other);
    counted.iter().for_each(|(truth, answer, [rows, ..])| cells[of(truth) * size + of(answer)] += rows);
    matrix(&names, &cells)
}

/// Cells row by row as a table by name.
pub(super) fn matrix(names: &[&str], cells: &[u64]) -> Confusion {
    let row = |cells: &[u64]| names.iter().copied().zip(cells.iter().copied()).collect::<Named<u64>>();
    names.iter().copied().zip(cells.chunks(names.len().max(1)).map(row)).collect()
}

fn warnings(problem: &Problem, labels: &Labels, counts: &Counts) -> Vec<String> {
    let positive = &problem.positive_label;
    let mut warnings = Vec::new();
    if labels.names().len() > 2 {
        let (names, count) = (labels.names(), labels.names().len());
        let few = names.iter().take(5).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        warnings
            .push(format!("{count} labels were seen ({few}), and all but {positive:?} count as negative"));
    }
    if counts.rows() > 0.0 && counts.positives() == 0.0 {
        warnings.push(format!("no label is {positive:?}: the auc of 0 is a convention and says nothing"));
    }
    if counts.rows() > 0.0 && counts.negatives() == 0.0 {
        warnings.push(format!("every label is {positive:?}: the auc of 1 is a convention and says nothing"));
    }
    warnings
}
