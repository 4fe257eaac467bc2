//! Why a run could not be made: what the reader of the alarm does next, and on which object.
//!
//! A verdict is never an error: violations, an empty hour and too few answers are values.

use crate::captures::HandedOver;
use crate::document::DocumentError;
use bellwether_analysis::delimited::HeaderError;
use bellwether_analysis::partial::PartialError;
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{BrokenLine, Identity};
use bellwether_contract::names::ScheduleName;
use bellwether_contract::printable;
use bellwether_storage::StorageError;
use std::collections::BTreeMap;

mod told;

pub use told::Told;

/// A run that was not made. Nothing final was written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An input is not what the contract says: mend the named object.
    #[error(transparent)]
    Malformed(#[from] ContractError),
    /// An object or a location could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The document of monitors cannot be used.
    #[error(transparent)]
    InvalidDocument(#[from] DocumentError),
    /// An event does not say which monitor of the document it is about.
    #[error(
        "{document}: holds {found} monitors of {monitor}, and the event names none; add \"monitor\": \"NAME\" to it"
    )]
    WhichMonitor {
        /// The document.
        document: String,
        /// How many there are.
        found: usize,
        /// Of which kind.
        monitor: &'static str,
    },
    /// Of an hour's monitors some could not be started, or nobody could look how they stand. The others were.
    #[error(
        "{document}: {started} monitors were started at {scheduled}, and {} could not be started or looked at: {}; a retry starts \
         all again, which changes no verdict",
        failed.len(), some_of(failed)
    )]
    NotDispatched {
        /// The document.
        document: String,
        /// The hour.
        scheduled: jiff::Timestamp,
        /// How many were started.
        started: usize,
        /// Those that failed, each with why.
        failed: BTreeMap<ScheduleName, String>,
    },
    /// The endpoint or its variant does not exist.
    #[error("{endpoint}: was not found: {reason}; check the endpoint and variant names and the region")]
    EndpointNotFound {
        /// Name or URL.
        endpoint: String,
        /// What the service said.
        reason: String,
    },
    /// The endpoint may not be called by this role.
    #[error("{endpoint}: refused the call: {reason}; allow sagemaker:InvokeEndpoint on it")]
    EndpointRefused {
        /// Name or URL.
        endpoint: String,
        /// What the service said.
        reason: String,
    },
    /// Nothing answers where the endpoint should be.
    #[error(
        "{endpoint}: no call reached it; check that it is running, its address, the region and the credentials"
    )]
    EndpointUnreachable {
        /// Name or URL.
        endpoint: String,
        /// The last connection's failure.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another monitor of the document replays against the endpoint, and there was no time to wait for its end.
    #[error(
        "{endpoint}: {owner} replays against it until {until} at the latest; a retry waits for its turn again"
    )]
    EndpointBusy {
        /// The endpoint.
        endpoint: String,
        /// The monitoring schedule whose turn it is.
        owner: ScheduleName,
        /// When its lease ends.
        until: jiff::Timestamp,
    },
    /// The run's folder holds the verdict of another monitor or window.
    #[error("{object}: holds another run: {theirs}, and not {ours}; use another schedule name")]
    WindowTaken {
        /// URI of the execution.json that was found.
        object: String,
        /// Whose it is.
        theirs: Box<Identity>,
        /// Who asked.
        ours: Box<Identity>,
    },
    /// A file of a report or a baseline is lost: it is not under its final name, and its stage is gone.
    #[error("{object}: is not what was committed, and its stage {stage} is gone; {remedy}")]
    StageExpired {
        /// URI of the final name.
        object: String,
        /// URI of the stage.
        stage: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A stage holds other bytes than were committed from it.
    #[error(
        "{object}: its SHA-256 is {found}, and {expected} was committed, so it is not published; find out who writes there, and \
         {remedy}"
    )]
    StageAltered {
        /// URI of the stage.
        object: String,
        /// What was committed.
        expected: String,
        /// What it is.
        found: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The profile of a window is none, or not one that can be merged with those before.
    #[error("{object}: cannot be merged: {source}")]
    UnusableProfile {
        /// URI of the profile.
        object: String,
        /// Why.
        source: Box<PartialError>,
    },
    /// The window lies ahead: what it holds is not known yet.
    #[error(
        "the window scheduled at {scheduled}: has not ended, or is not to be judged yet (it is {now}); wait until then, or correct \
         the clock or the event that named it"
    )]
    WindowNotEnded {
        /// When it is to be judged.
        scheduled: jiff::Timestamp,
        /// What time it was.
        now: jiff::Timestamp,
    },
    /// The window takes longer than an invocation has left beside its own.
    #[error(
        "the window that ends at {window_end}: could not be judged in the {seconds} s that were left for it"
    )]
    OutOfTime {
        /// End of the window.
        window_end: jiff::Timestamp,
        /// How long it was tried.
        seconds: u64,
    },
    /// The window is wide, and others read its parts: this run has no verdict, and whoever asks must not take it for one.
    #[error("{0}")]
    HandedOver(Box<HandedOver>),
    /// This run was of a part of a window alone, which was read: there is nothing to judge yet.
    #[error("part {part}: was read; the run that has all parts judges the window")]
    PartRead {
        /// Which, from 0.
        part: usize,
    },
    /// A plan of a wide window that does not serve.
    #[error(
        "{object}: {reason}; the next tick that finds the window without a verdict plans what is to be read"
    )]
    PlanUnusable {
        /// URI of the plan, or of a list that it names.
        object: String,
        /// Why.
        reason: String,
    },
    /// A window cannot be judged, because a part of it was not read, or by other labels or inputs than those of now.
    #[error(
        "{object}: part {part} of {parts} was not read, or has expired, or was read by other inputs than those of now; it is \
         read again when the window is tried again"
    )]
    PartMissing {
        /// URI of the part.
        object: String,
        /// Which, from 0.
        part: usize,
        /// How many there are.
        parts: usize,
    },
    /// What a part came to cannot be used.
    #[error(
        "{object}: cannot be merged: {reason}; remove it, and it is read again when the window is tried again"
    )]
    PartUnusable {
        /// URI of the part.
        object: String,
        /// Why.
        reason: String,
    },
    /// This role may not start the state machine, or it is not there.
    #[error(
        "{machine}: refused to start; allow states:StartExecution on it, or check WINDOW_STATE_MACHINE_ARN"
    )]
    HandOverRefused {
        /// ARN of the state machine.
        machine: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The state machine could not be started. A retry starts the same execution.
    #[error("{machine}: did not start; a retry starts the same execution")]
    HandOverUnavailable {
        /// ARN of the state machine.
        machine: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A window of more files than can be handed over.
    #[error(
        "the window that ends at {window_end}: its {files} files make {parts} parts, and {most} can be read; give shorter windows"
    )]
    WindowTooLarge {
        /// End of the window.
        window_end: jiff::Timestamp,
        /// How many files it has.
        files: usize,
        /// How many parts they make.
        parts: usize,
        /// How many they may make.
        most: usize,
    },
    /// CloudWatch did not take the points. The report is published; a retry sends the points.
    #[error("CloudWatch namespace {namespace}: did not accept the metrics; a retry sends them again")]
    MetricsUnavailable {
        /// Where they were sent.
        namespace: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This role may not publish metrics there. The report is published; a retry sends the points.
    #[error("CloudWatch namespace {namespace}: refused the metrics; allow cloudwatch:PutMetricData for it")]
    MetricsRefused {
        /// Where they were sent.
        namespace: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A local metric file could not be written.
    #[error("{path}: metrics could not be written")]
    MetricsFile {
        /// The file.
        path: String,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// An event or a person named an object that starts no baseline.
    #[error("{object}: is not a manifest: those are {models}/{{model-version}}/manifest.json")]
    NotAManifest {
        /// The object.
        object: String,
        /// Where manifests lie.
        models: String,
    },
    /// A manifest speaks about something else than its place says.
    #[error(
        "{object}: {field} is {found:?} and must be {expected:?}; correct it, or write it where it belongs"
    )]
    ManifestMismatch {
        /// The manifest.
        object: String,
        /// The field that differs.
        field: &'static str,
        /// What it says.
        found: String,
        /// What its place says.
        expected: String,
    },
    /// A manifest of which no baseline can be made.
    #[error("{object}: {reason}")]
    NothingToMeasure {
        /// The manifest.
        object: String,
        /// What it lacks, and the remedy.
        reason: &'static str,
    },
    /// Too few lists to measure a model by.
    #[error(
        "{object}: {answered} of {sessions} sessions have lists, and 95 % are needed (without: {unanswered:?})"
    )]
    TooFewAnswers {
        /// The manifest.
        object: String,
        /// Sessions with a list.
        answered: u64,
        /// Sessions of the validation set.
        sessions: u64,
        /// The others, by reason.
        unanswered: BTreeMap<String, u64>,
    },
    /// The first record of a dataset's file does not name its columns.
    #[error(transparent)]
    HeaderUnusable(#[from] HeaderError),
    /// Two files of a dataset have other columns.
    #[error(
        "column {column} of {object} is {}, of {first} {}; the files of a dataset have the same header",
        name(ours),
        name(theirs)
    )]
    HeadersDiffer {
        /// The file.
        object: String,
        /// The first file of the dataset.
        first: String,
        /// Where they begin to differ, counted from 1.
        column: usize,
        /// Its name in the file.
        ours: Option<String>,
        /// Its name in the first file.
        theirs: Option<String>,
    },
    /// More than half of a dataset could not be read: it is not of the form that it was said to be.
    #[error(
        "{dataset}: {} of {records} records could not be read ({}){}; check the format, the header, the dialect and the delimiter",
        by_reason.values().sum::<u64>(), counts(by_reason), sample(first.as_deref())
    )]
    MostlyLeftOut {
        /// The dataset.
        dataset: String,
        /// Rows, and what is none.
        records: u64,
        /// What is no row.
        by_reason: BTreeMap<LeftOut, u64>,
        /// The first of those.
        first: Option<Box<BrokenLine>>,
    },
    /// A dataset without a row.
    #[error("{dataset} has no rows; a baseline is made of the rows that the model was trained on")]
    NoRows {
        /// The dataset.
        dataset: String,
    },
    /// An event or a person named an object that is no run's final report.
    #[error(
        "{object}: is not a run's final report: those are \
         {reports}/{{endpoint}}/{{schedule}}/yyyy/mm/dd/HH/constraint_violations.json, or the same in revision-2/"
    )]
    NotAReport {
        /// The object.
        object: String,
        /// Where reports lie.
        reports: String,
    },
    /// The topic does not exist.
    #[error("{topic}: was not found; check its name, the region and the account")]
    TopicNotFound {
        /// Its ARN.
        topic: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This role may not publish to the topic, or not use its key.
    #[error("{topic}: refused the message; allow sns:Publish on it, and its KMS key if it has one")]
    TopicRefused {
        /// Its ARN.
        topic: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// SNS did not take the message. A retry sends the same one.
    #[error("{topic}: did not take the message; a retry sends the same one")]
    NotificationUnavailable {
        /// Its ARN.
        topic: String,
        /// The service's answer.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A message could not be printed. It is not told yet.
    #[error(
        "the message: could not be printed and waits; the same command prints it when its output can be written"
    )]
    NotPrinted {
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// Others changed an object in every try. Nothing is wrong with it; a retry may come through.
    #[error("{object}: was changed by others in every try to change it; a retry may come through")]
    Contended {
        /// The object.
        object: String,
    },
}

/// Names every error once: the match must be exhaustive, and the list is made of it.
macro_rules! error_types {
    ($($error:pat => $name:literal,)+) => {
        /// Every name that [`Self::error_type`] gives.
        pub const ERROR_TYPES: &[&str] = &[$($name),+];

        /// A stable name for alarms, logs and runbooks.
        pub fn error_type(&self) -> &'static str {
            match self {
                $($error => $name,)+
            }
        }
    };
}

impl RunError {
    error_types! {
        Self::Malformed(ContractError::Malformed { .. }) => "MalformedInput",
        Self::Malformed(ContractError::Name { .. }) => "InvalidName",
        Self::Storage(StorageError::NotFound { .. }) => "ObjectNotFound",
        Self::Storage(StorageError::NoSuchLocation { .. }) => "LocationNotFound",
        Self::Storage(StorageError::Refused { .. }) => "AccessRefused",
        Self::Storage(StorageError::TooLarge { .. }) => "ObjectTooLarge",
        Self::Storage(StorageError::Unpackable { .. }) => "MalformedInput",
        Self::Storage(StorageError::Unavailable { .. }) => "StorageUnavailable",
        Self::InvalidDocument(_) => "InvalidDocument",
        Self::WhichMonitor { .. } => "WhichMonitor",
        Self::NotDispatched { .. } => "NotDispatched",
        Self::EndpointNotFound { .. } => "EndpointNotFound",
        Self::EndpointRefused { .. } => "EndpointRefused",
        Self::EndpointUnreachable { .. } => "EndpointUnreachable",
        Self::EndpointBusy { .. } => "EndpointBusy",
        Self::WindowTaken { .. } => "WindowTaken",
        Self::StageExpired { .. } => "StageExpired",
        Self::StageAltered { .. } => "StageAltered",
        Self::UnusableProfile { .. } => "UnusableProfile",
        Self::MetricsUnavailable { .. } => "MetricsUnavailable",
        Self::WindowNotEnded { .. } => "WindowNotEnded",
        Self::OutOfTime { .. } => "OutOfTime",
        Self::HandedOver(_) => "HandedOver",
        Self::PartRead { .. } => "PartRead",
        Self::PlanUnusable { .. } => "PlanUnusable",
        Self::PartMissing { .. } => "PartMissing",
        Self::PartUnusable { .. } => "PartUnusable",
        Self::HandOverRefused { .. } => "HandOverRefused",
        Self::HandOverUnavailable { .. } => "HandOverUnavailable",
        Self::WindowTooLarge { .. } => "WindowTooLarge",
        Self::MetricsRefused { .. } => "MetricsRefused",
        Self::MetricsFile { .. } => "MetricsFile",
        Self::HeaderUnusable(_) => "HeaderUnusable",
        Self::HeadersDiffer { .. } => "HeadersDiffer",
        Self::MostlyLeftOut { .. } => "MostlyLeftOut",
        Self::NoRows { .. } => "NoRows",
        Self::NotAManifest { .. } => "NotAManifest",
        Self::ManifestMismatch { .. } => "ManifestMismatch",
        Self::NothingToMeasure { .. } => "NothingToMeasure",
        Self::TooFewAnswers { .. } => "TooFewAnswers",
        Self::NotAReport { .. } => "NotAReport",
        Self::TopicNotFound { .. } => "TopicNotFound",
        Self::TopicRefused { .. } => "TopicRefused",
        Self::NotificationUnavailable { .. } => "NotificationUnavailable",
        Self::NotPrinted { .. } => "NotPrinted",
        Self::Contended { .. } => "Contended",
    }

    /// The error and its sources in one line each, outermost first. It is printable, whatever the sources quote.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(&format!("\n  because: {cause}"));
            source = cause.source();
        }
        printable::lines(&text).into_owned()
    }
}

fn name(column: &Option<String>) -> String {
    column.as_ref().map_or_else(|| "not there".to_owned(), |name| format!("{name:?}"))
}

/// The first of many failures, as much as a message may hold; the log has a line for each.
fn some_of(failed: &BTreeMap<ScheduleName, String>) -> String {
    const MOST: usize = 20;
    const MOST_CHARS: usize = 200;
    let told = failed.iter().take(MOST).map(|(name, reason)| {
        let reason: String = reason.chars().take(MOST_CHARS).collect();
        format!("{name}: {reason}")
    });
    let more = failed.len().saturating_sub(MOST);
    let more = (more > 0).then(|| format!("{more} more"));
    told.chain(more).collect::<Vec<_>>().join("; ")
}

pub(crate) fn counts<R: std::fmt::Display>(by_reason: &BTreeMap<R, u64>) -> String {
    let counts: Vec<_> = by_reason.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    counts.join(", ")
}

fn sample(first: Option<&BrokenLine>) -> String {
    first.map_or_else(String::new, |line| {
        format!(", the first in line {} of {}: {}", line.line, line.object, line.in_words())
    })
}
