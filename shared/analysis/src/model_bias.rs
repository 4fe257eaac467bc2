//! Model bias: whether a model answers one group of people otherwise than the rest.
//!
//! [`BiasRows`] takes rows in, in any number of parts; [`measure`] makes [`MeasuredBias`] of them: the eight metrics of labels and the
//! thirteen of answers that SageMaker Clarify's container computes, in its order of operations. It joins nothing, reads no
//! file and knows no limit of bias.
//!
//! | symbol | is |
//! |---|---|
//! | d, a | rows of the facet's group, and the rest |
//! | y1, y0 | rows whose label is positive, or not |
//! | p1, p0 | rows whose answer is positive, or not |
//! | TP, FP, FN, TN | rows by answer and label: right positive, wrong positive, missed positive, right negative |
//! | n | all rows; n_d, n_a those of a side |
//!
//! Formulas stand where they are computed: `pretraining`, `posttraining`, `disparity`, `flip_test`. How a column is read as values
//! or as numbers stands in `typing`, which labels are positive in `labels`.
//!
//! Source: smclarify 0.5, the library of the container; AWS's own example, whose 21 values come out to the last digit, but that of
//! JS, which hangs on the logarithm of the platform.
//!
//! Blind spots: a group is compared with all others taken together, so that two groups may hide each other; a metric of a few
//! rows is mostly chance, which the interval beside a violation tells; no metric knows whether the labels are just.
//!
//! Eight rows, five of them of men. Two of five men are accepted, and two of three women:
//!
//! ```
//! use bellwether_analysis::model_bias::{BiasCell::{Integer, Text}, BiasProblem, BiasRows, FLIP_TEST_ROWS, measure};
//! use bellwether_contract::model_bias::BiasConfig;
//!
//! let config = BiasConfig::parse("analysis_config.json", br#"{
//!     "headers": ["sex", "age", "hired"], "label": "hired", "label_values_or_threshold": [1],
//!     "facet": [{"name_or_index": "sex", "value_or_threshold": ["f"]}]}"#)?;
//! let features = config.feature_names().expect("headers");
//! let problem = BiasProblem::new("analysis_config.json", &config, features, FLIP_TEST_ROWS)?;
//! let mut rows = BiasRows::new(&problem);
//! for (sex, age, truth, answer) in [
//!     ("m", 41, 1, 1), ("m", 22, 1, 1), ("m", 35, 0, 0), ("m", 50, 0, 0), ("m", 61, 0, 0),
//!     ("f", 33, 1, 1), ("f", 48, 0, 1), ("f", 27, 1, 0),
//! ] {
//!     rows.push(&[Text(sex), Integer(age)], Integer(truth), Integer(answer)).expect("a whole row");
//! }
//!
//! let measured = measure(&rows).expect("no reason to stop");
//! let women = &measured.facets[0].groups[0];
//! let value = |name: &str| women.metric(name).expect("a metric").map(|value| value.value());
//! assert_eq!((women.sizes.facet, women.sizes.rest), (3, 5));
//! assert_eq!(value("CI"), Ok(0.25));
//! assert_eq!(value("DPPL"), Ok(2.0 / 5.0 - 2.0 / 3.0));
//! assert_eq!(value("TE"), Ok(1.0), "a woman too few and one too many, no man");
//! assert_eq!(value("CDDL"), Err("Group variable is empty or not provided"));
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod bootstrap;
mod cell;
mod column;
mod counted;
mod disparity;
mod flip_test;
mod labelled;
mod labels;
mod measure;
mod measured;
mod metrics;
mod neighbours;
mod numbers;
mod posttraining;
mod pretraining;
mod problem;
mod rows;
mod sums;
mod tally;
mod typing;

pub use bootstrap::{BOOTSTRAP_ERRORS, BOOTSTRAP_SAMPLES, LEAST_SAMPLES};
pub use cell::BiasCell;
pub use counted::CountedGroups;
pub use labelled::{BiasAnswers, LabelledBias, PredictedBy};
pub use measure::{MOST_GROUPS, measure};
pub use measured::{MeasuredBias, MeasuredFacet, MeasuredGroup};
pub use metrics::{BIAS_MEASURES, BiasMeasure};
pub use problem::{BiasProblem, FLIP_TEST_ROWS, Facet};
pub use rows::{BiasRows, LeftOutBiasRow, MOST_BIAS_ROWS};
pub use typing::GroupedBy;

#[cfg(test)]
mod tests;
