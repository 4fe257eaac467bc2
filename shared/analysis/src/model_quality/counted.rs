//! Labelled rows without the rows: counts that merge with those of other windows, by which hours become days.
//!
//! | of several windows | against one window of the same rows |
//! |---|---|
//! | rows, matrix, and what is made of them: rates, accuracy, precision, recall, F | identical |
//! | `mae`, `mse`, `rmse`, `r2` | to 1e-12 |
//! | `auc`, `au_prc`, curves | of scores in bins ([`MeasuredQuality::from_bins`]): `auc` is off by at most what is told |
//! | deviations | over the draws that each window made of its rows |
//!
//! However windows are grouped when they are merged, the same windows in the same order come to the same bytes.
//!
//! ```
//! use bellwether_analysis::model_quality::{Answer, CountedAnswers, Draws, LabelledRows, Problem};
//! use bellwether_analysis::partial::OfWindow;
//!
//! let hour = |rows: &[(&str, f64)]| {
//!     let mut kept = LabelledRows::new(&Problem::binary(false, true));
//!     for (truth, score) in rows {
//!         kept.push(truth, &Answer::scores(&[*score]), Draws::default()).expect("a row");
//!     }
//!     CountedAnswers::of(&mut kept)
//! };
//! let mut day = hour(&[("1", 0.9), ("0", 0.7)]);
//! day.merge(&hour(&[("1", 0.6), ("0", 0.2)]));
//! let measured = day.measure();
//! assert_eq!((measured.rows, measured.value("accuracy")), (4, Some(0.75)));
//! assert_eq!((measured.value("auc"), measured.from_bins), (Some(0.75), Some(0.0)));
//! ```

mod partial;

use super::bins::Bins;
use super::cells::Cells;
use super::labels::Labels;
use super::measured::{MeasuredQuality, Subsets};
use super::problem::Problem;
use super::regression::Subset;
use super::rows::{Kept, LabelledRows};
use super::{binary, multiclass, regression};
use crate::partial::OfWindow;
use bellwether_contract::model_quality::ProblemType;

/// Labelled rows of one window or several, counted.
#[derive(Debug, Clone)]
pub struct CountedAnswers {
    problem: Problem,
    counts: Counts,
}

#[derive(Debug, Clone)]
enum Counts {
    /// Sums of each window that has rows, in their order: added up when they are measured, so that no grouping of them counts.
    Numbers(Vec<Subsets<Subset>>),
    /// Labels numbered by their texts.
    Labels(Labels, Cells, Bins),
}

impl CountedAnswers {
    /// Those of a window. Its rows are put into their one order first.
    #[must_use]
    pub fn of(rows: &mut LabelledRows) -> Self {
        let (problem, kept) = rows.sorted();
        let counts = match kept {
            Kept::Numbers(rows) if rows.is_empty() => Counts::Numbers(Vec::new()),
            Kept::Numbers(rows) => Counts::Numbers(vec![regression::summed(rows)]),
            Kept::Labels(labels, rows, _) => {
                let bins = match has_bins(problem) {
                    true => Bins::of(rows, binary::positive(problem, labels)),
                    false => Bins::default(),
                };
                Counts::Labels(labels.clone(), Cells::of(rows), bins)
            }
        };
        Self { problem: problem.clone(), counts }
    }

    /// What was asked of the model.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match &self.counts {
            Counts::Numbers(windows) => windows.iter().map(|[all, ..]| all.rows).sum(),
            Counts::Labels(_, cells, _) => cells.rows(),
        }
    }

    /// Measures what was counted.
    #[must_use]
    pub fn measure(&self) -> MeasuredQuality {
        let Self { problem, counts } = self;
        match counts {
            Counts::Numbers(windows) => {
                let mut sums = Subsets::<Subset>::default();
                for window in windows {
                    sums.iter_mut().zip(window).for_each(|(sums, window)| sums.merge(window));
                }
                regression::measured(problem, &sums)
            }
            Counts::Labels(labels, cells, bins) if is_of_two(problem) => {
                let measured = binary::measure(problem, labels, cells, || bins.groups());
                let within = bins.area_within();
                MeasuredQuality { from_bins: has_bins(problem).then_some(within), ..measured }
            }
            Counts::Labels(labels, cells, _) => multiclass::measure(problem, labels, cells),
        }
    }
}

impl OfWindow for CountedAnswers {
    fn differs(&self, later: &Self) -> Option<String> {
        if self.problem != later.problem {
            return Some("another kind of answer, label or threshold was asked for from here on".to_owned());
        }
        let (Counts::Labels(ours, ..), Counts::Labels(theirs, ..)) = (&self.counts, &later.counts) else {
            return None;
        };
        union(ours, theirs)
            .is_none()
            .then(|| "more than 1,000 different labels of all windows together".to_owned())
    }

    fn merge(&mut self, later: &Self) {
        match (&mut self.counts, &later.counts) {
            (Counts::Numbers(windows), Counts::Numbers(more)) => windows.extend_from_slice(more),
            (Counts::Labels(labels, cells, bins), Counts::Labels(names, counted, scores)) => {
                let Some(Union { labels: all, ours, theirs }) = union(labels, names) else { return };
                let of = |new: &[u16], label: u16| new.get(usize::from(label)).copied().unwrap_or(label);
                let mut sum = Cells::default();
                for (new, cells) in [(&ours, &*cells), (&theirs, counted)] {
                    cells
                        .iter()
                        .for_each(|(truth, answer, rows)| sum.add(of(new, truth), of(new, answer), rows));
                }
                (*labels, *cells) = (all, sum);
                scores.iter().for_each(|(bin, rows)| bins.add(bin, rows));
            }
            _ => {}
        }
    }
}

fn is_of_two(problem: &Problem) -> bool {
    problem.problem_type == ProblemType::BinaryClassification
}

fn has_bins(problem: &Problem) -> bool {
    is_of_two(problem) && problem.answers_scores
}

/// Labels of both, numbered by their texts, and what the numbers of each become.
struct Union {
    labels: Labels,
    ours: Vec<u16>,
    theirs: Vec<u16>,
}

/// `None` where both together are too many.
fn union(ours: &Labels, theirs: &Labels) -> Option<Union> {
    let mut all = ours.clone();
    let theirs: Vec<u16> = theirs.names().iter().map(|name| all.intern(name)).collect::<Option<_>>()?;
    let (new, labels) = all.sorted();
    let theirs = theirs.into_iter().map(|place| new[usize::from(place)]).collect();
    Some(Union { labels, ours: new, theirs })
}

#[cfg(test)]
mod tests;
