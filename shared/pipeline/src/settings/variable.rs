//! One table of names: each setting as an environment variable, as a flag, and in words.
//!
//! It reads none. Which function has which settings is said beside that function's own.

/// One setting, as an environment variable and as a flag.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Name in the environment.
    pub name: &'static str,
    /// Name on the command line, without dashes.
    pub flag: &'static str,
    /// What stands for the value in help texts.
    pub placeholder: &'static str,
    /// The value where none is given; `None` for a setting without a default.
    pub default: Option<&'static str>,
    /// Whether a run is impossible without it.
    pub required: bool,
    /// One sentence.
    pub help: &'static str,
}

const fn required(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: None, required: true, help }
}

const fn optional(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: None, required: false, help }
}

const fn preset(
    name: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    default: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, flag, placeholder, default: Some(default), required: false, help }
}

pub const ENDPOINT_NAME: Variable =
    required("ENDPOINT_NAME", "endpoint-name", "NAME", "Endpoint that is monitored");
pub const VARIANT_NAME: Variable =
    required("VARIANT_NAME", "variant", "NAME", "Production variant that is monitored");
pub const SCHEDULE_NAME: Variable =
    required("SCHEDULE_NAME", "schedule", "NAME", "Monitoring schedule: names this monitor's reports");
pub const CAPTURE_URI: Variable =
    optional("CAPTURE_URI", "capture", "URI", "Data capture, the folder above {endpoint}/{variant}");
pub const VALIDATION_SET_URI: Variable = optional(
    "VALIDATION_SET_URI",
    "validation-set",
    "URI",
    "Held-out sessions as JSON Lines: {session_id, features}",
);
pub const CATALOG_URI: Variable = required(
    "CATALOG_URI",
    "catalog",
    "URI",
    "Item to category, as a JSON object or as CSV item_id,category",
);
pub const REPORTS_URI: Variable = required("REPORTS_URI", "reports", "URI", "Where reports go");
pub const STATE_URI: Variable = optional(
    "STATE_URI",
    "state",
    "URI",
    "Stages, marks and attempts, outside the reports [default: reports URI with -state]",
);
pub const BASELINES_URI: Variable =
    optional("BASELINES_URI", "baselines", "URI", "Baselines; without one only the floor is judged");
pub const REPLAY: Variable = optional(
    "REPLAY",
    "replay",
    "SOURCE",
    "Who answers the replay: sagemaker, none, lists:URI, or http(s)://host/invocations",
);
pub const MODELS_URI: Variable =
    required("MODELS_URI", "models", "URI", "Where a training pipeline writes {model-version}/manifest.json");
pub const WINDOW: Variable =
    preset("WINDOW", "window", "DURATION", "PT1H", "Length of the window in whole hours");
pub const TOP_K: Variable = preset("TOP_K", "top-k", "K", "10", "How many items of each list count");
pub const MIN_DIVERSITY: Variable =
    preset("MIN_DIVERSITY", "min-diversity", "N", "4", "Floor of the mean number of categories in a list");
pub const BAND_MEAN_RATIO: Variable = preset(
    "BAND_MEAN_RATIO",
    "band-mean-ratio",
    "RATIO",
    "0.9",
    "The mean may fall to this share of the baseline's",
);
pub const BAND_P5_MARGIN: Variable =
    preset("BAND_P5_MARGIN", "band-p5-margin", "N", "0", "p5 may fall this far below the baseline's");
pub const BAND_MIN_MARGIN: Variable = preset(
    "BAND_MIN_MARGIN",
    "band-min-margin",
    "N",
    "1",
    "The minimum may fall this far below the baseline's",
);
pub const RECOMMENDATIONS_PATH: Variable = preset(
    "RECOMMENDATIONS_PATH",
    "recommendations-path",
    "EXPR",
    "recommendations[].item_id",
    "JMESPath from a response to its item ids",
);
pub const REPLAY_MAX_AGE: Variable = preset(
    "REPLAY_MAX_AGE",
    "replay-max-age",
    "DURATION",
    "PT90M",
    "A replay says nothing about a window that ended longer ago",
);
pub const REPLAY_CONCURRENCY: Variable =
    preset("REPLAY_CONCURRENCY", "replay-concurrency", "N", "20", "Most calls in flight at a time, 1 to 20");
pub const NO_DATA_POLICY: Variable = preset(
    "NO_DATA_POLICY",
    "no-data-policy",
    "POLICY",
    "ok",
    "What an hour without data is: ok, warn or violate",
);
pub const METRICS_NAMESPACE: Variable = optional(
    "METRICS_NAMESPACE",
    "metrics-namespace",
    "NAME",
    "CloudWatch namespace; without one nothing is sent there",
);
pub const BASELINE_STATISTICS_URI: Variable = optional(
    "BASELINE_STATISTICS_URI",
    "baseline-statistics",
    "URI",
    "statistics.json of the baseline, instead of the one in force below BASELINES_URI",
);
pub const BASELINE_CONSTRAINTS_URI: Variable = optional(
    "BASELINE_CONSTRAINTS_URI",
    "baseline-constraints",
    "URI",
    "constraints.json of the baseline, instead of the one in force below BASELINES_URI",
);
pub const PATHS_URI: Variable = optional(
    "PATHS_URI",
    "paths",
    "URI",
    "Declared columns: JSON paths, selection, renames, markers of missing values, sampling",
);
pub const CAPTURE_INDEX_NAMES: Variable = preset(
    "CAPTURE_INDEX_NAMES",
    "capture-index-names",
    "SIDES",
    "endpointInput,endpointOutput",
    "Which sides of a captured record are columns",
);
pub const BATCHED_RECORDS: Variable = preset(
    "BATCHED_RECORDS",
    "batched-records",
    "HOW",
    "explode",
    "A record of several CSV rows: explode counts each, container takes it as one cell, as the built-in does",
);
pub const COMPARISON: Variable = preset(
    "COMPARISON",
    "comparison",
    "METHOD",
    "configured",
    "Distances: configured (as the constraints say), simple, robust, or deequ (the engine's own, flaws included)",
);
pub const FEATURE_METRICS: Variable = optional(
    "FEATURE_METRICS",
    "feature-metrics",
    "NAMES",
    "Columns whose metrics go to CloudWatch too, separated by commas, or * for all; each column is 22 custom metrics on the \
     bill, $6.60 a month at the list price",
);
pub const SAMPLE_PAYLOADS: Variable = preset(
    "SAMPLE_PAYLOADS",
    "sample-payloads",
    "BOOL",
    "false",
    "Whether samples of broken lines in the report show how those lines begin: true or false; payloads may hold \
     personal data",
);
pub const TOPIC_ARN: Variable =
    optional("TOPIC_ARN", "topic", "ARN", "SNS topic that hears of violations; a standard one");
pub const REMIND_AFTER: Variable = preset(
    "REMIND_AFTER",
    "remind-after",
    "DURATION",
    "PT6H",
    "The same violations are told again after this long",
);
pub const RUNBOOK_URL: Variable =
    optional("RUNBOOK_URL", "runbook", "URL", "What the on-call does next; a link in every message");
