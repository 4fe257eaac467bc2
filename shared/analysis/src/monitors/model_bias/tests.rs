//! Files, verdicts and points, against real reports and by rule.

use bellwether_contract::model_bias::{BiasConfig, ConfigValue};

use super::*;
use crate::model_bias::{BiasCell, BiasProblem, BiasRows, Facet, measure};
use crate::verdict::Evaluated;

mod adult;
mod law;
mod rules;
