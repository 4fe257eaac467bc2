//! What metrics are called where they are reported.

use bellwether_contract::misspelt::{NEAR, meant};
use bellwether_contract::model_quality::ProblemType;

/// Begins the name of an estimate.
pub const ESTIMATED: &str = "estimated_";

/// How many violations a run found, as the container publishes it beside the metrics.
pub const TOTAL_NUMBER_OF_VIOLATIONS: &str = "total_number_of_violations";

/// The name of a metric in violations: four rates are in camel case there, and nowhere else.
#[must_use]
pub fn reported_name(metric: &str) -> &str {
    match metric {
        "true_positive_rate" => "truePositiveRate",
        "true_negative_rate" => "trueNegativeRate",
        "false_positive_rate" => "falsePositiveRate",
        "false_negative_rate" => "falseNegativeRate",
        other => other,
    }
}

/// Metrics of scores, which a model that answers labels alone has not.
const OF_SCORES: [&str; 2] = ["auc", "au_prc"];

/// Metrics that a file may constrain beyond those that it has to.
const ALSO_MEASURED: [&str; 14] = [
    "recall_best_constant_classifier",
    "precision_best_constant_classifier",
    "accuracy_best_constant_classifier",
    "au_prc",
    "f0_5_best_constant_classifier",
    "f1_best_constant_classifier",
    "f2_best_constant_classifier",
    "accuracy_best_constant_classifier",
    "weighted_recall_best_constant_classifier",
    "weighted_precision_best_constant_classifier",
    "weighted_f0_5_best_constant_classifier",
    "weighted_f1_best_constant_classifier",
    "weighted_f2_best_constant_classifier",
    "auc",
];

/// Why a metric that is constrained was not measured.
pub(super) fn unmeasured(name: &str, problem: ProblemType) -> String {
    if OF_SCORES.contains(&name) && problem == ProblemType::BinaryClassification {
        return format!("{name} is measured of scores, and no probability attribute is set");
    }
    let known = super::constrained(problem).iter().map(|(known, _)| *known).chain(ALSO_MEASURED);
    let meant = meant(name, known, NEAR);
    let hint = meant.map_or_else(String::new, |known| format!("; {known} is probably meant"));
    format!("{name} is no metric of {problem}{hint}")
}
