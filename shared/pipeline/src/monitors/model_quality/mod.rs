//! The model-quality monitor: were the answers right? The labels that tell come later than the answers.
//!
//! It reads labels, then the captured window, which it joins with them record by record, then the newest hour, whose labels are
//! not there yet; and lays out what the analysis crate finds. It has no opinion on the numbers.

mod baseline;
mod examination;
mod points;
mod settings;
mod suggested;

use crate::RunError;
use crate::baseline::{Absence, InForce};
use crate::captures::{self, Captured, Traffic};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::ground_truth::{self, GroundTruth, Hours};
use crate::monitor::{Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::replay::Effort;
use crate::report::Report;
use baseline::Judging;
use bellwether_analysis::ground_truth::Labels;
use bellwether_analysis::label_coverage::{judge_files, why_unjudged};
use bellwether_analysis::labelled_records::{Answers, LabelledRecords};
use bellwether_analysis::model_quality::{Estimates, Measured, estimate, measure};
use bellwether_analysis::monitors::model_quality::{
    ESTIMATED, Parity, Times, constraints, evaluate, statistics,
};
use bellwether_analysis::verdict::{Coverage, Evaluated};
use bellwether_contract::execution::{Execution, GroundTruthSummary, Labelling};
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::model_quality::{Calibration, ProblemType};
use bellwether_contract::window::{Window, truncate};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use points::points;
use settings::{Estimate, GroundTruthHours, JudgedMetrics};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use baseline::BaselineOfAnswers;
pub use points::names;
pub use settings::{AnswerSettings, ModelQualitySettings, NamedBaseline};
pub use suggested::{Suggested, suggest};
