//! What each function needs before its event can come, besides the sample newsroom.

use crate::harness::functions::Function;

/// Settings besides those of the newsroom.
pub(crate) fn settings(function: &Function) -> &'static [(&'static str, &'static str)] {
    match function.name {
        "data-quality" => &[
            ("SCHEDULE_NAME", "data-quality-hourly"),
            ("BASELINES_URI", ""),
            ("BASELINE_CONSTRAINTS_URI", "s3://newsroom/inputs/constraints.json"),
        ],
        "model-quality" => &[
            ("SCHEDULE_NAME", "model-quality-hourly"),
            ("BASELINES_URI", ""),
            ("BASELINE_CONSTRAINTS_URI", "s3://newsroom/inputs/answers.json"),
            ("GROUND_TRUTH_URI", "s3://newsroom/ground-truth"),
            ("PROBLEM_TYPE", "MulticlassClassification"),
            ("INFERENCE_ATTRIBUTE", "recommendations[0].item_id"),
        ],
        "model-bias" => &[
            ("SCHEDULE_NAME", "model-bias-hourly"),
            ("BASELINES_URI", ""),
            ("BASELINE_CONSTRAINTS_URI", "s3://newsroom/inputs/analysis.json"),
            ("ANALYSIS_CONFIG_URI", "s3://newsroom/inputs/analysis_config.json"),
            ("GROUND_TRUTH_URI", "s3://newsroom/ground-truth"),
            ("INFERENCE_ATTRIBUTE", "recommendations[0].item_id"),
        ],
        "model-explainability" => &[
            ("SCHEDULE_NAME", "explainability-hourly"),
            ("BASELINES_URI", ""),
            ("BASELINE_CONSTRAINTS_URI", "s3://newsroom/inputs/reasons.json"),
            ("ANALYSIS_CONFIG_URI", "s3://newsroom/inputs/reasons_config.json"),
            ("FEATURES_ATTRIBUTE", "[reader, reader]"),
        ],
        "dispatch" => &[
            ("MONITORS_URI", "s3://newsroom/inputs/monitors.yaml"),
            ("MONITOR_FUNCTIONS", "data-quality=data-quality"),
            ("STACK_NAME", "newsroom"),
        ],
        _ => &[],
    }
}

/// How many messages follow from a function's event, where everything that is judged violates.
pub(crate) fn news(function: &Function) -> usize {
    match function.name {
        // The hour of columns has broken lines and no record to judge, and both are told.
        "data-quality" => 2,
        // Whom it starts nobody runs here.
        "dispatch" => 0,
        _ => 1,
    }
}

/// Whether points may be sent twice, and otherwise: the dispatcher's say how monitors stand at a moment. It keeps no mark of them,
/// and what it could not find out in a first attempt counts as behind in that one.
pub(crate) fn repeats_points(function: &Function) -> bool {
    function.name == "dispatch"
}

/// Who must have run before.
pub(crate) fn after(function: &Function) -> Option<&'static str> {
    (function.name == "violation-router").then_some("diversity-check")
}
