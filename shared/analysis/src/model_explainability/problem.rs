//! What is to be explained by what, and by which method there is room for.

use super::row_plan::RowPlan;
use crate::attribute::Attribute;
use bellwether_contract::capture::{Payload, Rejected};
use bellwether_contract::model_explainability::{
    Aggregate, BaselineRow, ExplanationConfig, ExplanationMethod, FeatureValue,
};

/// A row of feature values.
pub type FeatureRow = Vec<FeatureValue>;

/// Features of a row beyond which not every combination is asked, whatever the budget: a million of them.
const MOST_EXACT: usize = 20;

/// What rows are compared with, and what is made of the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplanationProblem {
    /// The features.
    pub names: Vec<String>,
    /// What rows are compared with, one row at least.
    pub baseline: Vec<FeatureRow>,
    /// Whether log-odds are explained in the place of probabilities.
    pub use_logit: bool,
    /// How the values of rows become one.
    pub aggregate: Aggregate,
    /// Combinations to ask of each row where not all are asked; 2 M + 2048 of M features where nobody says.
    pub num_samples: Option<u64>,
    /// Begins the draws, together with each row.
    pub seed: u64,
}

/// A row that is explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedRow {
    /// Its values.
    pub values: FeatureRow,
    /// What its draws begin with: of the same row they are the same, whatever other rows there are.
    pub seed: u64,
}

/// By which method rows are explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplanationPlan {
    /// Whether every combination is asked.
    pub method: ExplanationMethod,
    /// Combinations that are asked of each row at most; `None` where all are.
    pub num_samples: Option<u64>,
    /// Rows that the model is asked, at most until it was.
    pub rows_asked: u64,
    /// Why fewer are than were wanted.
    pub note: Option<String>,
}

impl ExplanationProblem {
    /// What a configuration asks for, with the rows of its baseline; `path` is where the values of a record lie.
    ///
    /// # Errors
    /// A row of the baseline without a value for each feature.
    pub fn new(
        config: &ExplanationConfig,
        rows: &[BaselineRow],
        path: &Attribute,
        seed: u64,
    ) -> Result<Self, String> {
        let names = config.feature_names();
        let mut baseline = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let named = |fault: String| format!("row {place} of the baseline {fault}");
            match row {
                BaselineRow::Values(values) => baseline.push(values.clone()),
                BaselineRow::Record(record) => {
                    let payload = Payload::Json(record.as_str().into());
                    let read = feature_rows(&payload, path, &names)
                        .map_err(|rejected| named(in_words(&rejected)))?;
                    baseline.extend(read);
                }
            }
        }
        match baseline.iter().position(|row| row.len() != names.len()) {
            Some(place) => Err(format!(
                "row {place} of the baseline has {} values, and headers names {} features; write one for each",
                baseline[place].len(),
                names.len()
            )),
            None if baseline.is_empty() => {
                Err("the baseline has no row; write one of typical values".to_owned())
            }
            None => Ok(Self {
                names,
                baseline,
                use_logit: config.use_logit(),
                aggregate: config.aggregate(),
                num_samples: config.methods.shap.num_samples,
                seed: config.methods.shap.seed.unwrap_or(seed),
            }),
        }
    }

    /// The features in which a row differs from the baseline: the others move no answer of it.
    pub(super) fn varying(&self, row: &[FeatureValue]) -> Vec<usize> {
        let differs = |&place: &usize| self.baseline.iter().any(|base| !base[place].is_same(&row[place]));
        (0..self.names.len()).filter(differs).collect()
    }

    /// By which method so many rows of the model's time explain these rows.
    ///
    /// # Errors
    /// Why none does, and what to change.
    pub fn plan(&self, rows: &[ExplainedRow], row_budget: u64) -> Result<ExplanationPlan, String> {
        let (bases, count) = (self.baseline.len() as u64, rows.len() as u64);
        let varying: Vec<usize> = rows.iter().map(|row| self.varying(&row.values).len()).collect();
        let asked = |samples: u64| {
            varying
                .iter()
                .fold(bases, |asked, &features| asked.saturating_add(rows_of(features, samples, bases)))
        };
        let most = varying.iter().copied().max().unwrap_or_default();
        let exactly = asked(u64::MAX);
        if most <= MOST_EXACT && exactly <= row_budget {
            return Ok(ExplanationPlan {
                method: ExplanationMethod::Exact,
                num_samples: None,
                rows_asked: exactly,
                note: None,
            });
        }
        let wanted = self.num_samples.unwrap_or(2 * self.names.len() as u64 + 2_048);
        let least = RowPlan::least(most);
        // Where all are fewer than a fit needs, or as few, they are what is needed.
        let needed = least.saturating_mul(count * bases).saturating_add(bases + count);
        let needed = if most <= MOST_EXACT { needed.min(exactly) } else { needed };
        if wanted < least {
            return Err(format!(
                "num_samples is {wanted}, and rows that differ from the baseline in {most} features need {least} combinations; write more"
            ));
        }
        let afforded = row_budget.saturating_sub(bases + count) / (count * bases).max(1);
        let samples = wanted.min(afforded);
        if samples < least || asked(samples) > row_budget {
            return Err(format!(
                "a budget of {row_budget} rows leaves {afforded} combinations for each of {count} rows against {bases} of the baseline, \
                 and {most} features need {least}; raise ROW_BUDGET (--row-budget) to {needed}, or explain fewer rows (--explained-rows)"
            ));
        }
        let note = (samples < wanted).then(|| {
            format!(
                "{samples} combinations of each row were asked, not {wanted}: ROW_BUDGET is {row_budget} rows"
            )
        });
        let method = ExplanationMethod::KernelShap;
        Ok(ExplanationPlan { method, num_samples: Some(samples), rows_asked: asked(samples), note })
    }
}

/// Rows that are asked about one that differs from the baseline in so many features.
fn rows_of(features: usize, samples: u64, bases: u64) -> u64 {
    match RowPlan::combinations(features, samples) {
        None => 0,
        Some(combinations) => combinations.saturating_mul(bases).saturating_add(1),
    }
}

/// Where the values of a record lie, as the configuration says.
///
/// # Errors
/// A path that is none.
pub fn features_attribute(config: &ExplanationConfig) -> Result<Attribute, String> {
    match config.features.as_deref() {
        None => Ok(Attribute::default()),
        Some(path) => {
            path.parse().map_err(|error: crate::attribute::AttributeError| format!("features: {error}"))
        }
    }
}

/// The rows of a payload, a value for each cell; of several JSON texts those of each.
///
/// # Errors
/// Why there are none, in names and kinds.
pub fn feature_rows(
    payload: &Payload<'_>,
    path: &Attribute,
    names: &[String],
) -> Result<Vec<FeatureRow>, Rejected> {
    super::captured::read(payload, path, names, &mut super::captured::Room::default()).map(|(rows, _)| rows)
}

fn in_words(rejected: &Rejected) -> String {
    let detail = rejected.detail.as_ref();
    detail.map_or_else(
        || format!("cannot be read ({})", rejected.reason),
        |detail| format!("cannot be read: {} (expected: {})", detail.found, detail.expected),
    )
}
