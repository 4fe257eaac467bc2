//! Values against enumeration, the container's own and each other.

use super::*;
use crate::random::Random;
use bellwether_contract::model_explainability::{Aggregate, ExplanationMethod, FeatureValue};

mod adult;
mod asked;
mod law;
mod ranks;
mod sampled;

/// A value of each feature, as JSON writes it.
fn row(numbers: &[f64]) -> FeatureRow {
    numbers.iter().map(|number| FeatureValue::of_cell(&number.to_string())).collect()
}

fn numbers(row: &[FeatureValue]) -> Vec<f64> {
    row.iter().map(|value| value.number().expect("a number")).collect()
}

fn problem(baseline: &[Vec<f64>]) -> ExplanationProblem {
    ExplanationProblem {
        names: (0..baseline[0].len()).map(|place| format!("f{place}")).collect(),
        baseline: baseline.iter().map(|base| row(base)).collect(),
        use_logit: false,
        aggregate: Aggregate::MeanAbs,
        num_samples: None,
        seed: 11,
    }
}

fn rows(values: &[Vec<f64>]) -> Vec<ExplainedRow> {
    (100..).zip(values).map(|(seed, values)| ExplainedRow { values: row(values), seed }).collect()
}

/// Asks a model in batches of so many rows.
fn asked(
    problem: &ExplanationProblem,
    rows: &[ExplainedRow],
    plan: &ExplanationPlan,
    most: usize,
    model: impl Fn(&[f64]) -> f64,
) -> Explained {
    let mut explaining = Explaining::new(problem, rows, plan);
    let mut count = 0;
    while let Some(batch) = explaining.next_batch(BatchLimits { rows: most, size_bytes: usize::MAX }, |_| 1) {
        let answers: Vec<f64> = explaining.rows(batch).map(|row| model(&numbers(&row))).collect();
        count += answers.len() as u64;
        explaining.answered(batch, Scores::single(answers)).expect("answers to all rows");
    }
    assert_eq!(explaining.rows_asked(), count);
    assert!(count <= plan.rows_asked, "{count} rows asked, {} planned", plan.rows_asked);
    explaining.finish().expect("all answers")
}

/// A model with curves and products, drawn by a seed.
#[derive(Debug)]
struct Curved {
    weights: Vec<f64>,
    products: Vec<(usize, usize, f64)>,
}

fn unit(random: &mut Random) -> f64 {
    random.below(1 << 53) as f64 / (1_u64 << 53) as f64
}

fn drawn_row(features: usize, random: &mut Random) -> Vec<f64> {
    (0..features).map(|_| unit(random) * 2.0 - 1.0).collect()
}

impl Curved {
    fn drawn(features: usize, random: &mut Random) -> Self {
        let weights = drawn_row(features, random);
        let place = |random: &mut Random| random.below(features as u64) as usize;
        let products =
            (0..features).map(|_| (place(random), place(random), 2.0 * unit(random) - 1.0)).collect();
        Self { weights, products }
    }

    fn answer(&self, row: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().zip(row).map(|(weight, value)| weight * value).sum();
        let products: f64 =
            self.products.iter().map(|(one, other, weight)| weight * row[*one] * row[*other]).sum();
        1.0 / (1.0 + (-2.0 * sum - products).exp())
    }
}
