//! Models that need not be asked: a weighted sum, or the logistic function of one.
//!
//! ```text
//! t = intercept + sum of c x,   answer = t, or 1 / (1 + exp(-t)) with the link logit
//! phi_i = c_i (x_i - mean of b_i)        where t itself is explained
//! ```
//!
//! t is what is explained of the identity link, and of the logit link with `use_logit`: ln(f / (1 - f)) is t. Otherwise the model is
//! asked as another would be, here. Source: Lundberg and Lee (2017), corollary 1, of which independence is no condition here, for the
//! values of the baseline are put in as they are.

use super::answers::Scores;
use super::explaining::{BatchLimits, Explained, Explaining};
use super::problem::{ExplainedRow, ExplanationPlan, ExplanationProblem, FeatureRow};
use bellwether_contract::model_explainability::{ExplanationMethod, FeatureValue, LinearModel, Link};

/// Whether the sum itself is explained, so that nothing is asked.
#[must_use]
pub fn is_closed(model: &LinearModel, problem: &ExplanationProblem) -> bool {
    model.link == Link::Identity || problem.use_logit
}

/// The rows explained without asking anybody: by the sum, or by asking the model that the configuration tells.
///
/// # Errors
/// A feature that is no number; what [`ExplanationProblem::plan`] says.
pub fn explained_here(
    model: &LinearModel,
    problem: &ExplanationProblem,
    rows: &[ExplainedRow],
    row_budget: u64,
) -> Result<(ExplanationPlan, Explained), String> {
    if is_closed(model, problem) {
        let plan = ExplanationPlan {
            method: ExplanationMethod::Linear,
            num_samples: None,
            rows_asked: 0,
            note: None,
        };
        return closed(model, problem, rows).map(|explained| (plan, explained));
    }
    const LIMITS: BatchLimits = BatchLimits { rows: 1_000, size_bytes: usize::MAX };
    let plan = problem.plan(rows, row_budget)?;
    let mut explaining = Explaining::new(problem, rows, &plan);
    while let Some(batch) = explaining.next_batch(LIMITS, |_| 0) {
        let answers = explaining.rows(batch).map(|row| linear_score(model, &problem.names, &row));
        let answers = answers.collect::<Result<Vec<f64>, String>>()?;
        explaining.answered(batch, Scores::single(answers))?;
    }
    let explained = explaining.finish().ok_or("not every row was answered")?;
    Ok((ExplanationPlan { rows_asked: 0, ..plan }, explained))
}

fn closed(
    model: &LinearModel,
    problem: &ExplanationProblem,
    rows: &[ExplainedRow],
) -> Result<Explained, String> {
    let terms = |row: &FeatureRow| -> Result<Vec<f64>, String> {
        problem.names.iter().zip(row).map(|(name, value)| term(model, name, value)).collect()
    };
    let bases = problem.baseline.iter().map(terms).collect::<Result<Vec<_>, _>>()?;
    let mean = |place: usize| bases.iter().map(|base| base[place]).sum::<f64>() / bases.len() as f64;
    let means: Vec<f64> = (0..problem.names.len()).map(mean).collect();
    let mut values = Vec::with_capacity(rows.len() * means.len());
    for row in rows {
        values.extend(terms(&row.values)?.iter().zip(&means).map(|(term, mean)| term - mean));
    }
    Ok(Explained {
        outputs: 1,
        features: means.len(),
        expected: vec![model.intercept + means.iter().sum::<f64>()],
        errors: vec![0.0; values.len()],
        values,
    })
}

/// c x
fn term(model: &LinearModel, name: &str, value: &FeatureValue) -> Result<f64, String> {
    let number = value.number().ok_or_else(|| {
        format!("{name:?} is no number in a row, and a linear model has only numbers; take linear out of the configuration")
    })?;
    Ok(model.coefficients.get(name).copied().unwrap_or_default() * number)
}

/// The answer of the model to a row.
///
/// # Errors
/// The first feature that is no number.
pub fn linear_score(model: &LinearModel, names: &[String], row: &[FeatureValue]) -> Result<f64, String> {
    let mut sum = model.intercept;
    for (name, value) in names.iter().zip(row) {
        sum += term(model, name, value)?;
    }
    Ok(match model.link {
        Link::Identity => sum,
        Link::Logit => 1.0 / (1.0 + (-sum).exp()),
    })
}
