//! An error as it is told: one line, `ErrorType: object: what; remedy`, or the same four as JSON.
//!
//! The parts come out of the error's own text, which begins with the object or names it, and ends in `; remedy` where the
//! error knows a better one than its kind.

use super::RunError;
use crate::document::DocumentError;
use crate::settings::SettingsError;
use bellwether_analysis::delimited::HeaderError;
use bellwether_contract::ContractError;
use bellwether_contract::printable;
use bellwether_storage::StorageError;
use serde::Serialize;
use std::error::Error;
use std::fmt;

/// What went wrong, on which object, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// A stable name.
    pub error_type: &'static str,
    /// Which object: a URI, an endpoint, a setting.
    pub object: String,
    /// What is wrong with it, and why where that is known.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error_type, object, message, remedy } = self;
        out.write_str(&printable::line(&format!("{error_type}: {object}: {message}; {remedy}")))
    }
}

impl Told {
    /// Something that is told as it is.
    pub fn new(
        error_type: &'static str,
        object: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (object, message, remedy) = (object.into(), message.into(), remedy.into());
        Self { error_type, object, message, remedy }
    }

    /// What was typed cannot be used.
    pub fn usage(object: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new("UsageError", object, message, remedy)
    }

    /// Says what was read when it happened, where the error itself names only a part of that: `--manifest s3:x`.
    #[must_use]
    pub fn of(self, what: &str) -> Self {
        Self { object: format!("{what} {}", self.object), ..self }
    }
}

impl From<&RunError> for Told {
    fn from(error: &RunError) -> Self {
        let (object, text) = (object(error), error.to_string());
        let text = text.strip_prefix(object.as_str()).unwrap_or(&text).trim_start_matches([':', ' ']);
        let (what, own) = with_remedy(text);
        let mut message = what.to_owned();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(&format!(", because {cause}"));
            source = cause.source();
        }
        Self::new(error.error_type(), object, message, own.unwrap_or_else(|| remedy(error)))
    }
}

impl From<RunError> for Told {
    fn from(error: RunError) -> Self {
        Self::from(&error)
    }
}

impl From<StorageError> for Told {
    fn from(error: StorageError) -> Self {
        RunError::from(error).into()
    }
}

impl From<ContractError> for Told {
    fn from(error: ContractError) -> Self {
        RunError::from(error).into()
    }
}

impl From<SettingsError> for Told {
    fn from(SettingsError { mistakes }: SettingsError) -> Self {
        let name = |mistake: &String| mistake.split([':', ' ']).next().unwrap_or_default().to_owned();
        let names: Vec<String> = mistakes.iter().map(name).collect();
        let message = match (mistakes.as_slice(), names.as_slice()) {
            ([mistake], [name]) => mistake.trim_start_matches(name).trim_start_matches([':', ' ']).to_owned(),
            _ => mistakes.join("; "),
        };
        Self::new("InvalidSettings", names.join(", "), message, "--help says what each setting may be")
    }
}

/// The text and the remedy after its last `; `. One that cuts a quotation in two is no remedy but quoted.
fn with_remedy(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once("; ") {
        Some((what, remedy)) if remedy.matches('"').count() % 2 == 0 => (what, Some(remedy)),
        _ => (text, None),
    }
}

/// Which object an error is about.
fn object(error: &RunError) -> String {
    match error {
        RunError::Malformed(ContractError::Malformed { object, line: 0, .. }) => object.clone(),
        RunError::Malformed(ContractError::Malformed { object, line, .. }) => {
            format!("{object}, line {line}")
        }
        RunError::Malformed(ContractError::Name { kind, value, .. }) => format!("{kind} {value:?}"),
        RunError::Storage(
            StorageError::NotFound { uri }
            | StorageError::NoSuchLocation { uri }
            | StorageError::Refused { uri, .. }
            | StorageError::TooLarge { uri, .. }
            | StorageError::Unpackable { uri, .. }
            | StorageError::Unavailable { uri, .. },
        ) => uri.clone(),
        RunError::InvalidDocument(DocumentError { object, .. }) => object.clone(),
        RunError::WhichMonitor { document, .. } | RunError::NotDispatched { document, .. } => {
            document.clone()
        }
        RunError::EndpointNotFound { endpoint, .. }
        | RunError::EndpointRefused { endpoint, .. }
        | RunError::EndpointUnreachable { endpoint, .. }
        | RunError::EndpointBusy { endpoint, .. } => endpoint.clone(),
        RunError::HandedOver(handed_over) => handed_over.run.to_string(),
        RunError::PartRead { part } => format!("part {part}"),
        RunError::OutOfTime { window_end, .. } | RunError::WindowTooLarge { window_end, .. } => {
            format!("the window that ends at {window_end}")
        }
        RunError::WindowNotEnded { scheduled, .. } => format!("the window scheduled at {scheduled}"),
        RunError::MetricsUnavailable { namespace, .. } | RunError::MetricsRefused { namespace, .. } => {
            format!("CloudWatch namespace {namespace}")
        }
        RunError::MetricsFile { path, .. } => path.clone(),
        RunError::NotPrinted { .. } => "the message".to_owned(),
        RunError::HeaderUnusable(HeaderError { object, line, .. }) => {
            format!("header of {object}, line {line}")
        }
        RunError::MostlyLeftOut { dataset, .. } | RunError::NoRows { dataset } => dataset.clone(),
        RunError::WindowTaken { object, .. }
        | RunError::StageExpired { object, .. }
        | RunError::StageAltered { object, .. }
        | RunError::UnusableProfile { object, .. }
        | RunError::PlanUnusable { object, .. }
        | RunError::PartMissing { object, .. }
        | RunError::PartUnusable { object, .. }
        | RunError::NotAManifest { object, .. }
        | RunError::ManifestMismatch { object, .. }
        | RunError::NothingToMeasure { object, .. }
        | RunError::TooFewAnswers { object, .. }
        | RunError::HeadersDiffer { object, .. }
        | RunError::NotAReport { object, .. }
        | RunError::Contended { object } => object.clone(),
        RunError::HandOverRefused { machine, .. } | RunError::HandOverUnavailable { machine, .. } => {
            machine.clone()
        }
        RunError::TopicNotFound { topic, .. }
        | RunError::TopicRefused { topic, .. }
        | RunError::NotificationUnavailable { topic, .. } => topic.clone(),
    }
}

/// What to do about an error of this kind, where its text does not say it.
fn remedy(error: &RunError) -> &'static str {
    match error {
        RunError::Malformed(ContractError::Name { .. }) => "choose another name",
        RunError::Malformed(_) | RunError::HeaderUnusable(_) => "correct it and run again",
        RunError::Storage(StorageError::NotFound { .. }) => "check the name, or write the object first",
        RunError::Storage(StorageError::NoSuchLocation { .. }) => "check the name, or make the place first",
        RunError::Storage(StorageError::Refused { .. }) => "correct the location or the permissions",
        RunError::Storage(StorageError::TooLarge { .. }) => "give a smaller one",
        RunError::Storage(StorageError::Unpackable { .. }) => "write it again, whole",
        RunError::Storage(StorageError::Unavailable { .. }) => "try again later",
        RunError::MetricsFile { .. } => "name a folder that can be written",
        RunError::OutOfTime { .. } => "judge that window on its own",
        RunError::TooFewAnswers { .. } => "give lists for more of the sessions",
        RunError::NotAManifest { .. } | RunError::NotAReport { .. } => "name one of those",
        _ => "see docs/runbook.md",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable() -> Box<dyn Error + Send + Sync> {
        "dispatch failure".into()
    }

    #[test]
    fn every_error_reads_type_object_what_remedy() {
        let storage = |error: StorageError| RunError::from(error);
        let uri = || "s3://b/k".to_owned();
        let cases: [(RunError, &str); 10] = [
            (
                ContractError::at("s3://b/c.json", 3, "`x` is \"yes\"; write \"Enabled\" or \"Disabled\"")
                    .into(),
                "MalformedInput: s3://b/c.json, line 3: `x` is \"yes\"; write \"Enabled\" or \"Disabled\"",
            ),
            (
                ContractError::malformed("c.json", "found \"a; b\"").into(),
                "MalformedInput: c.json: found \"a; b\"; correct it and run again",
            ),
            (
                ContractError::Name { kind: "endpoint name", value: "../x: y".into(), rule: "use letters" }
                    .into(),
                "InvalidName: endpoint name \"../x: y\": is not valid: use letters; choose another name",
            ),
            (
                storage(StorageError::NotFound { uri: uri() }),
                "ObjectNotFound: s3://b/k: there is no such object; check the name, or write the object first",
            ),
            (
                storage(StorageError::Unavailable { uri: uri(), source: unavailable() }),
                "StorageUnavailable: s3://b/k: cannot be reached at present, because dispatch failure; try again later",
            ),
            (
                RunError::EndpointNotFound { endpoint: "e".into(), reason: "no such; variant".into() },
                "EndpointNotFound: e: was not found: no such; variant; check the endpoint and variant names and the region",
            ),
            (
                RunError::MetricsRefused { namespace: "N".into(), source: unavailable() },
                "MetricsRefused: CloudWatch namespace N: refused the metrics, because dispatch failure; allow cloudwatch:PutMetricData for it",
            ),
            (
                RunError::NotAManifest { object: uri(), models: "s3://b/models".into() },
                "NotAManifest: s3://b/k: is not a manifest: those are s3://b/models/{model-version}/manifest.json; name one of those",
            ),
            (
                RunError::Contended { object: uri() },
                "Contended: s3://b/k: was changed by others in every try to change it; a retry may come through",
            ),
            (
                RunError::NoRows { dataset: uri() },
                "NoRows: s3://b/k: has no rows; a baseline is made of the rows that the model was trained on",
            ),
        ];
        for (error, line) in cases {
            assert_eq!(Told::from(&error).to_string(), line);
        }
    }

    #[test]
    fn all_mistakes_in_the_settings_are_one_line() {
        let told = |mistakes: &[&str]| {
            let mistakes = mistakes.iter().map(|mistake| (*mistake).to_owned()).collect();
            Told::from(SettingsError { mistakes }).to_string()
        };
        assert_eq!(
            told(&["TOP_K: \"0\" is too small"]),
            "InvalidSettings: TOP_K: \"0\" is too small; --help says what each setting may be"
        );
        assert_eq!(
            told(&["TOP_K: \"0\" is too small", "REPORTS_URI (--reports) is missing: Where reports go"]),
            "InvalidSettings: TOP_K, REPORTS_URI: TOP_K: \"0\" is too small; REPORTS_URI (--reports) is missing: \
             Where reports go; --help says what each setting may be"
        );
    }
}
