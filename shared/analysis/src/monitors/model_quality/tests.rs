//! Files, verdicts and points, against real reports and by rule.

use super::*;
use crate::model_quality::{Answer, Draws, LabelledRows, Problem, measure};

mod churn;
mod law;
mod rules;
