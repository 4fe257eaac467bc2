//! How much each feature moves the answers of a model: Shapley values of rows, and what they say together.
//!
//! A row is compared with the rows of a baseline: of a combination of features the row's values are taken, of the others those of the
//! baseline, and the mean of the model's answers is the combination's worth. A feature's value is its mean share in all of them; the
//! values of a row add up to the difference between its answer and the baseline's.
//!
//! | method | when | rows that are asked of one row against B of the baseline |
//! |---|---|---|
//! | linear | the configuration says that the model is, and the link is the one that is explained | 0 |
//! | exact | all combinations of all rows fit the budget | B (2^M - 2) + 1 |
//! | kernel_shap | otherwise | B n + 1, n of the configuration or what the budget leaves |
//!
//! M is the number of features in which the row differs from the baseline: the others move nothing, have the value 0, and are not
//! asked about. Nothing here asks a model: [`Explaining`] gives batches of rows out and takes answers in, and a model that the
//! configuration tells ([`linear_score`]) is asked here.
//!
//! Source: L. S. Shapley (1953); S. Lundberg and S.-I. Lee (2017), whose `KernelExplainer` Clarify's container runs; global values,
//! `use_logit` and the expected value as in files of real runs, 2023 and 2024.
//!
//! Blind spots: combinations of values that never occur together are asked all the same; what a feature shares with another that it
//! is correlated with is split between them by the model, not by the world; another baseline gives other values.
//!
//! ```
//! use bellwether_analysis::model_explainability::{
//!     BatchLimits, ExplainedRow, Explaining, ExplanationProblem, Scores, global_values,
//! };
//! use bellwether_contract::model_explainability::{Aggregate, FeatureValue};
//!
//! let row = |cells: [&str; 2]| cells.map(FeatureValue::of_cell).to_vec();
//! let problem = ExplanationProblem {
//!     names: vec!["a".to_owned(), "b".to_owned()],
//!     baseline: vec![row(["0", "0"])],
//!     use_logit: false,
//!     aggregate: Aggregate::MeanAbs,
//!     num_samples: None,
//!     seed: 0,
//! };
//! let rows = [ExplainedRow { values: row(["1", "2"]), seed: 0 }];
//! let plan = problem.plan(&rows, 1_000).expect("a method");
//! let mut explaining = Explaining::new(&problem, &rows, &plan);
//! let limits = BatchLimits { rows: 100, size_bytes: 1_000_000 };
//! while let Some(batch) = explaining.next_batch(limits, |_| 1) {
//!     // The model is a + b + a b.
//!     let answer = |row: Vec<FeatureValue>| {
//!         let [a, b] = [0, 1].map(|place| row[place].number().expect("a number"));
//!         a + b + a * b
//!     };
//!     let answers = explaining.rows(batch).map(answer).collect();
//!     explaining.answered(batch, Scores::single(answers)).expect("answers to all rows");
//! }
//! let explained = explaining.finish().expect("all answers");
//! // Half of what the two do together belongs to each.
//! assert_eq!(explained.values, [2.0, 3.0]);
//! assert_eq!(global_values(&problem, &explained, 1).expect("finite")[0][1].value, 3.0);
//! ```

mod answers;
mod captured;
mod coalitions;
mod exact;
mod explaining;
mod global;
mod kernel;
mod linear;
mod ndcg;
mod problem;
mod row_plan;

pub use answers::Scores;
pub use captured::{SampledRows, Sampling};
pub use explaining::{Batch, BatchLimits, Explained, Explaining};
pub use linear::{explained_here, is_closed, linear_score};
pub use ndcg::{moved, ndcg};
pub use problem::{
    ExplainedRow, ExplanationPlan, ExplanationProblem, FeatureRow, feature_rows, features_attribute,
};

use bellwether_contract::model_explainability::GlobalValue;
use bellwether_contract::shape;

/// The value of each feature, output by output; `all` rows were there to explain.
///
/// # Errors
/// Answers so large that what they come to is beyond a double: no file holds it, and no order can be told.
pub fn global_values(
    problem: &ExplanationProblem,
    explained: &Explained,
    all: u64,
) -> Result<Vec<Vec<GlobalValue>>, String> {
    let value = |output: usize, feature: usize| {
        let found = global::global(explained, output, feature, problem.aggregate, all);
        let expected = explained.expected.get(output).copied().unwrap_or_default();
        let numbers = [found.value, found.standard_error, found.row_error, expected];
        let is_held = numbers.iter().all(|number| number.is_finite());
        is_held.then_some(found).ok_or_else(|| {
            let feature = problem.names.get(feature).map(|feature| shape::name(feature)).unwrap_or_default();
            format!(
                "the model's answers are so large that the value of {feature} is beyond what a double holds; see what it answers, and \
                 that predictor and INFERENCE_ATTRIBUTE lead to a score"
            )
        })
    };
    let of_output = |output| (0..explained.features).map(|feature| value(output, feature)).collect();
    (0..explained.outputs).map(of_output).collect()
}

#[cfg(test)]
mod tests;
