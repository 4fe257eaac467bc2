//! What each function needs before its event can come, besides the sample newsroom.

use crate::functions::Function;

/// Settings besides those of the newsroom.
pub(crate) fn settings(function: &Function) -> &'static [(&'static str, &'static str)] {
    match function.name {
        "data-quality" => &[
            ("SCHEDULE_NAME", "data-quality-hourly"),
            ("BASELINES_URI", ""),
            ("BASELINE_CONSTRAINTS_URI", "s3://newsroom/inputs/constraints.json"),
        ],
        _ => &[],
    }
}

/// Who must have run before.
pub(crate) fn after(function: &Function) -> Option<&'static str> {
    (function.name == "violation-router").then_some("diversity-check")
}
