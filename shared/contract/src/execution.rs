//! `execution.json`: the commit of a run, and everything a person or a program asks of it first.
//!
//! Only the `attempt` block may differ between two attempts at one window over the same data.

use crate::capture::{LeftOut, Rejected};
use crate::explained::ExplanationSummary;
use crate::judged::Judged;
use crate::keys::ReportFile;
use crate::layout::{self, FirstLayout};
use crate::metrics::MetricPoint;
use crate::names::{EndpointName, ModelVersion, ScheduleName, VariantName};
use crate::printable;
use crate::window::{Interval, Window};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Evaluated, no violations.
    Completed,
    /// Evaluated, violations listed.
    CompletedWithViolations,
    /// No captured record in the window and no replay.
    CompletedNoData,
    /// Too few answers to decide, or nothing to judge by.
    Inconclusive,
    /// The data could not be judged.
    Failed,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

/// Which run this is: what must agree before somebody else's commit is taken for ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The monitor, such as `diversity`.
    pub monitor: String,
    /// The endpoint that is monitored.
    pub endpoint_name: EndpointName,
    /// Its variant.
    pub variant_name: VariantName,
    /// The monitoring schedule.
    pub monitoring_schedule_name: ScheduleName,
    /// The hours that were judged.
    pub window: Window,
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { monitor, endpoint_name, variant_name, monitoring_schedule_name, window } = self;
        let monitor = printable::line(monitor);
        write!(out, "{monitor} of {endpoint_name}/{variant_name} on {monitoring_schedule_name}, {window}")
    }
}

/// One committed run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// Layout of this file.
    #[serde(deserialize_with = "layout::known")]
    pub version: u32,
    /// Which run.
    #[serde(flatten)]
    pub identity: Identity,
    /// What was brought to the run, where it did not read its input where that lies: a container that SageMaker started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought: Option<BroughtInput>,
    /// How often its schedule runs, where that is not as long as its window: by it the run before is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence: Option<SignedDuration>,
    /// SHA-256 over the settings that can change a verdict. It stands beside the identity: a window has one verdict,
    /// whatever was set when it was made.
    pub configuration_digest: String,
    /// SHA-256 over the bytes of the baseline that was judged by, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_digest: Option<String>,
    /// How it ended.
    pub monitoring_execution_status: Status,
    /// One sentence, `Status: text`, as the built-in containers word it.
    pub exit_message: String,
    /// Number of entries in `constraint_violations.json`.
    pub violations: u64,
    /// Digest of the verdict that this one replaces, in a re-opened window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The baseline that was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<ModelVersion>,
    /// Each file of a baseline that was judged by, in the order in which they were read; none in older files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baselines: Vec<BaselineFile>,
    /// How many constraints were held against a value, kept ones and violated ones. A run that judged none is never
    /// `Completed`.
    #[serde(default)]
    pub constraints_judged: u64,
    /// Whose answers were judged, where a monitor has a choice: `replay` or `capture`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_on: Option<String>,
    /// The numbers behind the violations, in the same order, as many as [`Execution::MOST_JUDGED_BYTES`] take: `evaluation.json`
    /// has all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<Judged>,
    /// How the checks ended, by their words; what was not evaluated as a whole, such as a column, stands under `whole`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, Ended>,
    /// Checks that were held against a value and kept, by name, in order: `age.completeness_check`, or a metric's name. An
    /// incident about a check ends with a run that names it here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// Names for which there was no room in `held`, which takes [`Execution::MOST_HELD_BYTES`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held_beyond: u64,
    /// What was asked of the run and could not be evaluated, with the reason, as much as [`Execution::MOST_UNJUDGED_BYTES`] take.
    pub not_evaluable: BTreeMap<String, String>,
    /// How many more there are: `evaluation.json` has all.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_evaluable_beyond: u64,
    /// What a person should look into although it changed nothing: a field of the constraints that is probably misspelt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The captured traffic, where a capture URI is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureSummary>,
    /// The replay, where one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplaySummary>,
    /// The labels that were joined, where a monitor joins any.
    #[serde(flatten)]
    pub labelling: Labelling,
    /// How rows were explained, where a monitor explains any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Box<ExplanationSummary>>,
    /// What the window's records came to, as bytes that merge with those of other windows, where that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<KeptProfile>,
    /// Every aggregate that was measured, judged or not, by its name in the report: a page over many runs needs no other file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aggregates: BTreeMap<String, f64>,
    /// The points that go to CloudWatch, stamped an hour before the scheduled one: as many as there is room for.
    pub metrics: Vec<MetricPoint>,
    /// How many more there are: they stand in `metric_points.jsonl`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub metrics_beyond: u64,
    /// SHA-256 over the files below: the name of the stage.
    pub digest: String,
    /// The files of the report.
    pub files: Vec<CommittedFile>,
    /// What differs from attempt to attempt.
    pub attempt: Attempt,
}

/// The profile of a window, which lies below the state for as long as that keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptProfile {
    /// SHA-256 of its bytes, in hexadecimal: its name.
    pub sha256: String,
    /// Its length.
    pub size_bytes: u64,
}

/// A window that was judged by what another run kept of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadProfile {
    /// Which.
    pub window: Window,
    /// Its profile.
    #[serde(flatten)]
    pub profile: KeptProfile,
}

/// An input that somebody else fetched, whose records are judged to the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtInput {
    /// Which records were judged.
    #[serde(flatten)]
    pub interval: Interval,
    /// Where the input lay before, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// A file that was judged by: where it lay, what it was of, and what it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineFile {
    /// Its URI, or its path.
    pub uri: String,
    /// What it was to the run; absent in runs that were made before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<BaselineRole>,
    /// The model version whose baseline was in force; absent where the settings name the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<ModelVersion>,
    /// When the model of that version was made, as the pointer to it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_created_at: Option<Timestamp>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What a file was to a run that judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineRole {
    /// What may be.
    Constraints,
    /// What was, column by column or metric by metric.
    Statistics,
    /// How scores become probabilities.
    Calibration,
    /// What was, and what may be, in one file.
    Analysis,
    /// What is asked.
    AnalysisConfig,
    /// Rows that others are compared with.
    Rows,
    /// What the lists of a model version measured.
    Lists,
    /// A role that a later version knows.
    #[serde(other)]
    Other,
}

impl BaselineRole {
    /// The role of a file of a baseline that was put in force.
    #[must_use]
    pub fn of(file: ReportFile) -> Self {
        match file {
            ReportFile::Constraints => Self::Constraints,
            ReportFile::Statistics => Self::Statistics,
            ReportFile::Calibration => Self::Calibration,
            ReportFile::Analysis => Self::Analysis,
            _ => Self::Other,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Constraints => "constraints",
            Self::Statistics => "statistics",
            Self::Calibration => "calibration",
            Self::Analysis => "analysis",
            Self::AnalysisConfig => "configuration of the analysis",
            Self::Rows => "rows that others are compared with",
            Self::Lists => "metrics of the lists",
            Self::Other => "file",
        }
    }
}

/// How the checks of one word ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Beyond their limits.
    pub violated: u64,
    /// Within their limits.
    pub held: u64,
    /// Held against nothing.
    pub not_evaluated: u64,
}

/// A file of the report, as it was committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedFile {
    /// Which file.
    pub name: ReportFile,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub size_bytes: u64,
}

/// Lines of the window's folders, counted by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CaptureSummary {
    /// Capture files read.
    pub files: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// Files of the window's folders that are no data capture, by their ending.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files_passed_over: BTreeMap<String, u64>,
    /// Lines that hold anything.
    pub lines: u64,
    /// Records that were measured.
    pub used: u64,
    /// Of those, records that no `eventId` of their own tells apart: it is missing, blank, or other records have it too. A
    /// copy of such a record counts again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub no_id: u64,
    /// The others, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Records of earlier windows that were flushed too late for those, by the hour at which their run was scheduled: the end
    /// of their window, unless the schedule looks further back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub late: BTreeMap<Timestamp, u64>,
    /// Numbers of payloads that no double holds. NaN, infinities and numbers beyond a double's range in JSON: read as numbers
    /// that are missing. Such numbers in CSV: present, as the built-in monitor takes them, and without a number.
    #[serde(default)]
    pub non_finite: u64,
    /// Where the first of them stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_non_finite: Option<LinePlace>,
    /// Rows of CSV payloads that repeat the names of their columns: dropped, their records are measured.
    #[serde(default)]
    pub header_rows: u64,
    /// The windows whose kept profiles were read in the place of captures, in order, as many as [`CaptureSummary::MOST_PROFILES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ReadProfile>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub profiles_beyond: u64,
    /// Measured lists that are shorter than k.
    pub short_lists: u64,
    /// Measured lists that hold an item the catalogue does not know.
    pub lists_with_unknown_items: u64,
    /// Whether duplicates were found over the whole window, or, above 8 GiB, within each part of it, or, above four million records,
    /// within each file.
    pub duplicates_found: DuplicateScope,
    /// The first broken lines, and the first of each reason.
    pub samples: Vec<BrokenLine>,
}

/// What a run knew of labels: nothing, of most monitors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Labelling {
    /// How many of the captured records have a label, and what became of the files of labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground_truth: Option<GroundTruthSummary>,
    /// The hours whose records the estimates are of, where any were made: those before the scheduled hour, labelled or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_window: Option<Window>,
    /// What the run that estimated this window before its labels came said of it, by the names of the metrics.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub estimated_then: BTreeMap<String, f64>,
}

/// Labels and the captured records they belong to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroundTruthSummary {
    /// Captured records of the window that have an answer.
    pub captured: u64,
    /// Those of them that have a label.
    pub labelled: u64,
    /// The first hour whose folder of labels was not read.
    pub ground_truth_until: Timestamp,
    /// Files of labels that were read.
    pub files: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// Files in the hours' folders that hold no labels, by their ending.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files_passed_over: BTreeMap<String, u64>,
    /// Files that could not be read to their end: nobody knows how many labels they held.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub files_cut: u64,
    /// Records in them, each id once.
    pub truth_records: u64,
    /// Those that belong to no captured record of the window.
    pub truth_unmatched: u64,
    /// Records that came again with the same labels.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub doubled: u64,
    /// Records that came again with others: the newest key counts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub corrected: u64,
    /// Records of labels that cannot be read, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Rows of labelled records that were measured.
    pub rows: u64,
    /// Rows of labelled records that were not, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows_left_out: BTreeMap<String, u64>,
    /// The first broken records of labels, and the first of each reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<BrokenLine>,
}

impl CaptureSummary {
    /// Earlier windows whose late records are counted one by one, the newest ones: two days of hours. The others' records are
    /// outside the window, as these are.
    const MOST_LATE_WINDOWS: usize = 48;
    /// Profiles that are named one by one: those of a fortnight of hours, and more.
    pub const MOST_PROFILES: usize = 400;

    /// Names a profile that was read, while there is room.
    pub fn count_profile(&mut self, read: ReadProfile) {
        if self.profiles.len() < Self::MOST_PROFILES {
            self.profiles.push(read);
        } else {
            self.profiles_beyond += 1;
        }
    }

    /// Counts late records of the window whose run was scheduled then. In whatever order they come, the newest windows are counted.
    pub fn count_late(&mut self, scheduled: Timestamp, records: u64) {
        *self.late.entry(scheduled).or_insert(0) += records;
        if self.late.len() > Self::MOST_LATE_WINDOWS {
            self.late.pop_first();
        }
    }

    /// Adds what later files came to: parts that are added in the order of their files come to what all files come to together.
    pub fn merge(&mut self, later: Self) {
        let counts = [
            (&mut self.files, later.files),
            (&mut self.size_bytes, later.size_bytes),
            (&mut self.lines, later.lines),
            (&mut self.used, later.used),
            (&mut self.no_id, later.no_id),
            (&mut self.non_finite, later.non_finite),
            (&mut self.header_rows, later.header_rows),
            (&mut self.profiles_beyond, later.profiles_beyond),
            (&mut self.short_lists, later.short_lists),
            (&mut self.lists_with_unknown_items, later.lists_with_unknown_items),
        ];
        counts.into_iter().for_each(|(count, more)| *count += more);
        for (kind, files) in later.files_passed_over {
            *self.files_passed_over.entry(kind).or_insert(0) += files;
        }
        for (reason, lines) in later.left_out {
            *self.left_out.entry(reason).or_insert(0) += lines;
        }
        later.late.into_iter().for_each(|(scheduled, records)| self.count_late(scheduled, records));
        later.profiles.into_iter().for_each(|read| self.count_profile(read));
        self.first_non_finite = self.first_non_finite.take().or(later.first_non_finite);
        self.duplicates_found = self.duplicates_found.max(later.duplicates_found);
        later.samples.into_iter().for_each(|sample| sample.keep(&mut self.samples));
    }
}

impl GroundTruthSummary {
    /// Adds what a later window knew of labels. Files and labels that both read count twice.
    pub fn merge(&mut self, later: Self) {
        let counts = [
            (&mut self.captured, later.captured),
            (&mut self.labelled, later.labelled),
            (&mut self.files, later.files),
            (&mut self.size_bytes, later.size_bytes),
            (&mut self.files_cut, later.files_cut),
            (&mut self.truth_records, later.truth_records),
            (&mut self.truth_unmatched, later.truth_unmatched),
            (&mut self.doubled, later.doubled),
            (&mut self.corrected, later.corrected),
            (&mut self.rows, later.rows),
        ];
        counts.into_iter().for_each(|(count, more)| *count += more);
        self.ground_truth_until = self.ground_truth_until.max(later.ground_truth_until);
        for (kind, files) in later.files_passed_over {
            *self.files_passed_over.entry(kind).or_insert(0) += files;
        }
        for (reason, records) in later.left_out {
            *self.left_out.entry(reason).or_insert(0) += records;
        }
        for (reason, rows) in later.rows_left_out {
            *self.rows_left_out.entry(reason).or_insert(0) += rows;
        }
        later.samples.into_iter().for_each(|sample| sample.keep(&mut self.samples));
    }

    /// Share of the captured records that have a label, 0 to 1; 0 of none.
    #[must_use]
    pub fn coverage(&self) -> f64 {
        if self.captured == 0 { 0.0 } else { self.labelled as f64 / self.captured as f64 }
    }
}

/// Where a line stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePlace {
    /// URI of the file.
    pub object: String,
    /// Line counted from 1.
    pub line: u64,
}

/// How far duplicates were looked for, the farthest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "as the file spells them")]
pub enum DuplicateScope {
    /// Over all files of the window.
    #[default]
    InWindow,
    /// Within each of its parts only: it is a wide one ([`crate::parts`]).
    InPart,
    /// Within each file only, from the file on in which the limit was reached.
    InFile,
}

/// A line that could not be read, told without what stood in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenLine {
    /// URI of the file.
    pub object: String,
    /// Line counted from 1.
    pub line: u64,
    /// Why.
    pub reason: LeftOut,
    /// What would have been read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What stood there: names of keys and kinds of values.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// The beginning of the line, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

impl BrokenLine {
    /// Most lines that are kept whatever their reasons are.
    const FIRST: usize = 20;
    const EXCERPT_CHARS: usize = 120;

    /// Keeps a line among the samples: the first ones, and later the first of each reason. `text` is given where its
    /// beginning may be shown.
    pub fn sample(
        samples: &mut Vec<Self>,
        rejected: Rejected,
        line: u64,
        object: impl FnOnce() -> String,
        text: Option<&[u8]>,
    ) {
        if Self::is_wanted(samples, rejected.reason) {
            samples.push(Self::of(rejected, line, object(), text));
        }
    }

    /// A line; `text` is given where its beginning may be shown.
    #[must_use]
    pub fn of(rejected: Rejected, line: u64, object: String, text: Option<&[u8]>) -> Self {
        let Rejected { reason, detail } = rejected;
        let (expected, found) =
            detail.map_or_else(Default::default, |detail| (detail.expected.into_owned(), detail.found));
        Self { object, line, reason, expected, found, excerpt: text.map(excerpt) }
    }

    /// Keeps a sample of a later part among the samples.
    pub fn keep(self, samples: &mut Vec<Self>) {
        if Self::is_wanted(samples, self.reason) {
            samples.push(self);
        }
    }

    fn is_wanted(samples: &[Self], reason: LeftOut) -> bool {
        samples.len() < Self::FIRST || samples.iter().all(|sample| sample.reason != reason)
    }

    /// What came and what was expected, in one sentence; empty where the reason says all.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (self.found.as_str(), self.expected.as_str()) {
            ("", expected) => expected.to_owned(),
            (found, "") => found.to_owned(),
            (found, expected) => format!("{found} (expected: {expected})"),
        }
    }
}

fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(4 * BrokenLine::EXCERPT_CHARS)]);
    text.chars().take(BrokenLine::EXCERPT_CHARS).collect()
}

/// What a replay gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplaySummary {
    /// `sagemaker`, `http` or `recorded`.
    pub source: String,
    /// Sessions in the validation set.
    pub sessions: u64,
    /// Sessions with an answer that could be read.
    pub answered: u64,
    /// Sessions without, by reason: `overload`, `schema`, `stopped`, ...
    pub unanswered: BTreeMap<String, u64>,
    /// NaN and infinities in the answers that were read: numbers that are missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub non_finite: u64,
    /// Below 95 % answered.
    pub degraded: bool,
    /// Too few answers for a verdict.
    pub incomplete: bool,
}

/// What differs from attempt to attempt; never compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Version of Bellwether.
    pub bellwether_version: String,
    /// The invocation's id.
    pub request_id: String,
    /// When the attempt began.
    pub started_at: Timestamp,
    /// Until the commit.
    pub duration_seconds: f64,
    /// Calls to the endpoint, retries included.
    pub endpoint_calls: u64,
    /// Calls that were made again.
    pub endpoint_retries: u64,
    /// Most calls in flight at a time.
    pub most_in_flight: u64,
    /// Lambda at list prices, and Step Functions where others read parts, in US dollars; absent outside Lambda.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_cost_usd: Option<f64>,
    /// What the parts took, where others read the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartsTaken>,
    /// Bytes of captured files above 8 GiB that a function read by itself, whose time may end before such a window does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_alone_bytes: Option<u64>,
    /// Why the window's profile does not lie where `profile` says, where this attempt could not write it. The verdict is none the worse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_not_kept: Option<String>,
}

/// What the parts of a window took together, each where it was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PartsTaken {
    /// How many there are.
    pub count: u64,
    /// When they were planned.
    pub planned_at: Timestamp,
    /// Sum of their invocations, those that failed not counted.
    pub duration_seconds: f64,
    /// The price of these, in US dollars, and of Step Functions' transitions; part of the attempt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_cost_usd: Option<f64>,
}

impl Execution {
    /// Layout version that is written.
    pub const VERSION: u32 = FirstLayout::VERSION;
    /// Largest `execution.json` that is read, and the largest that is written.
    pub const MAX_BYTES: u64 = 16 * 1024 * 1024;
    /// Room for the numbers behind the violations: those of some 16,000.
    pub const MOST_JUDGED_BYTES: usize = 5 * 1024 * 1024;
    /// Room for the names of checks that held: those of some 60,000.
    pub const MOST_HELD_BYTES: usize = 4 * 1024 * 1024;
    /// Room for what was not evaluated.
    pub const MOST_UNJUDGED_BYTES: usize = 4 * 1024 * 1024;
    /// Room for the points.
    pub const MOST_METRICS_BYTES: usize = 512 * 1024;
    /// What was not evaluated as a whole, among the words of checks.
    pub const WHOLE: &'static str = "whole";

    /// [`Execution::judged_on`] of a run that judged captured traffic.
    pub const ON_CAPTURE: &'static str = "capture";

    /// What a person should look into: the verdict's own warnings, what became of its profile, and whether the next window may be too much
    /// for one function.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        let alone = self.attempt.read_alone_bytes.map(|size_bytes| {
            format!(
                "one function read {size_bytes} bytes by itself, in {:.0} s, and its time may end before the next window does: let parts be read side by side (ScaleOut in the template), or give shorter windows",
                self.attempt.duration_seconds
            )
        });
        let not_kept = self.attempt.profile_not_kept.as_ref();
        let not_kept = not_kept
            .map(|why| format!("the window's profile is not kept, so that it cannot be merged: {why}"));
        self.warnings.iter().cloned().chain(not_kept).chain(alone)
    }

    /// From one run of its schedule to the next.
    #[must_use]
    pub fn cadence(&self) -> SignedDuration {
        const HOUR: SignedDuration = SignedDuration::from_hours(1);
        const A_WEEK: SignedDuration = SignedDuration::from_hours(168);
        // As long as schedules may take: somebody's hand may have written another one.
        let known = self.cadence.filter(|cadence| (HOUR..=A_WEEK).contains(cadence));
        known.unwrap_or_else(|| self.identity.window.length())
    }

    /// Whether captured traffic was judged, which more of it would change; of another source the run says so.
    #[must_use]
    pub fn is_of_capture(&self) -> bool {
        self.judged_on.as_deref().is_none_or(|source| source == Self::ON_CAPTURE)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All that is bounded together, and what is bounded by the number of its kinds.
    #[test]
    fn what_has_no_room_of_its_own_has_a_megabyte() {
        let rooms = [
            Execution::MOST_JUDGED_BYTES,
            Execution::MOST_HELD_BYTES,
            Execution::MOST_UNJUDGED_BYTES,
            Execution::MOST_METRICS_BYTES,
        ];
        assert!(rooms.iter().sum::<usize>() as u64 + 1024 * 1024 < Execution::MAX_BYTES);
    }

    #[test]
    fn late_records_of_the_newest_windows_are_counted_in_whatever_order_they_come() {
        let end = |hour: i64| Timestamp::from_second(3_600 * (490_000 + hour)).unwrap();
        for step in [1, 7, 99] {
            let mut lines = CaptureSummary::default();
            (0..200).for_each(|n| lines.count_late(end(n * step % 100), 1));
            assert_eq!(lines.late, (52..100).map(|hour| (end(hour), 2)).collect());
        }
    }

    #[test]
    fn twenty_lines_are_kept_whatever_their_reasons_are_and_then_the_first_of_each_reason() {
        let mut samples = Vec::new();
        let mut sample = |reason: LeftOut, line| {
            BrokenLine::sample(&mut samples, reason.into(), line, String::new, None);
        };
        (1..=30).for_each(|line| sample(LeftOut::Json, line));
        (31..=33).for_each(|line| sample(LeftOut::Gzip, line));
        let kept: Vec<u64> = samples.iter().map(|sample| sample.line).collect();
        assert_eq!(kept, (1..=20).chain([31]).collect::<Vec<_>>());
    }

    #[test]
    fn what_two_windows_knew_of_labels_adds_up() {
        let known = |first: u64, step: u64| GroundTruthSummary {
            captured: first,
            labelled: first + step,
            files: first + 2 * step,
            size_bytes: first + 3 * step,
            files_cut: first + 4 * step,
            truth_records: first + 5 * step,
            truth_unmatched: first + 6 * step,
            doubled: first + 7 * step,
            corrected: first + 8 * step,
            rows: first + 9 * step,
            files_passed_over: BTreeMap::from([("parquet".to_owned(), first)]),
            left_out: BTreeMap::from([(LeftOut::Json, first)]),
            rows_left_out: BTreeMap::new(),
            ..GroundTruthSummary::default()
        };
        let mut both = known(10, 1);
        both.merge(known(1_000, 1));
        assert_eq!(both, known(1_010, 2));
    }

    #[test]
    fn profiles_that_have_no_room_are_counted() {
        let read = |hour: i64| ReadProfile {
            window: Window::new(
                Timestamp::from_second(3_600 * hour).unwrap(),
                Timestamp::from_second(3_600 * (hour + 1)).unwrap(),
            )
            .unwrap(),
            profile: KeptProfile { sha256: "f".repeat(64), size_bytes: u64::MAX },
        };
        let mut year = CaptureSummary::default();
        for hour in 0..8_784 {
            let mut one = CaptureSummary::default();
            one.count_profile(read(hour));
            year.merge(one);
        }
        assert_eq!((year.profiles.len(), year.profiles_beyond), (400, 8_384));
        assert_eq!(year.profiles[399], read(399));
        let text = serde_json::to_vec(&year).unwrap();
        assert!(text.len() < 128 * 1024, "{} bytes", text.len());
        assert_eq!(serde_json::from_slice::<CaptureSummary>(&text).unwrap(), year);
    }

    /// What a file may come to.
    fn summaries() -> impl Strategy<Value = Vec<CaptureSummary>> {
        let line = (0_u8..4, 0_i64..80, 0_u64..30);
        let file = prop::collection::vec(line, 0..60).prop_map(|lines| {
            let mut summary =
                CaptureSummary { files: 1, lines: lines.len() as u64, ..CaptureSummary::default() };
            for (kind, hour, line) in lines {
                let reason =
                    [LeftOut::Json, LeftOut::Gzip, LeftOut::RowCount, LeftOut::NoOutput][usize::from(kind)];
                *summary.left_out.entry(reason).or_insert(0) += 1;
                BrokenLine::sample(&mut summary.samples, reason.into(), line, || hour.to_string(), None);
                summary.count_late(Timestamp::from_second(3_600 * hour).unwrap(), 1);
                let place = LinePlace { object: hour.to_string(), line };
                summary.first_non_finite = summary.first_non_finite.or(Some(place).filter(|_| kind == 0));
            }
            summary
        });
        prop::collection::vec(file, 0..8)
    }

    fn merged(summaries: &[CaptureSummary]) -> CaptureSummary {
        let mut all = CaptureSummary::default();
        summaries.iter().for_each(|summary| all.merge(summary.clone()));
        all
    }

    proptest! {
        #[test]
        fn what_files_come_to_is_merged_in_whatever_groups(files in summaries(), cut in 0.0..1.0_f64) {
            let (first, second) = files.split_at((files.len() as f64 * cut) as usize);
            let mut grouped = merged(first);
            grouped.merge(merged(second));
            prop_assert_eq!(grouped, merged(&files));
        }
    }
}
