//! Every key, built in one place: captures, reports, state and baselines, each relative to its own URI.
//!
//! Names are validated before they get here ([`crate::names`]), so no key can hold `..` or an extra `/`.

use crate::ContractError;
use crate::metrics::METRICS_FILE;
use crate::names::{EndpointName, ModelVersion, ScheduleName, VariantName};
use crate::window::{Window, utc};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One run of one schedule: where its report lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    /// The endpoint that is monitored.
    pub endpoint: EndpointName,
    /// The monitoring schedule.
    pub schedule: ScheduleName,
    /// The scheduled hour: the end of the window, or later where the schedule looks further back.
    pub hour: Timestamp,
    /// 1 for a first verdict, 2 for the one re-opening.
    pub revision: u8,
}

impl RunFolder {
    /// The folder of a window's first verdict.
    pub fn of(endpoint: &EndpointName, schedule: &ScheduleName, window: &Window) -> Self {
        Self { endpoint: endpoint.clone(), schedule: schedule.clone(), hour: window.scheduled(), revision: 1 }
    }

    /// The folder of the same window's re-opening.
    pub fn reopened(&self) -> Self {
        Self { revision: 2, ..self.clone() }
    }

    /// The run whose `constraint_violations.json` lies at this key, relative to the reports.
    ///
    /// # Errors
    /// Any key that is not exactly a run's final name: another file, a stage, another revision, an hour that no
    /// calendar has, a name that could leave its folder.
    pub fn from_violations_key(key: &str) -> Result<Self, ContractError> {
        let run = parse_run(key)
            .filter(|run| Key::Report(run, ReportFile::ConstraintViolations).to_string() == key);
        run.ok_or_else(|| {
            let shown: String = key.chars().take(LONGEST_KEY).flat_map(char::escape_debug).collect();
            ContractError::malformed(
                shown,
                "not the final name of a run's report: {endpoint}/{schedule}/yyyy/mm/dd/HH/constraint_violations.json, \
                 or the same under revision-2/",
            )
        })
    }

    /// The run whose `execution.json` lies at this key, relative to the reports; `None` for any other key.
    pub fn from_execution_key(key: &str) -> Option<Self> {
        parse_run(key).filter(|run| Key::Execution(run).to_string() == key)
    }

    /// The run in whose folder a key lies, relative to the reports; `None` outside of every run.
    pub fn holding(key: &str) -> Option<Self> {
        parse_run(key).filter(|run| key.starts_with(&format!("{run}/")))
    }

    /// The run that the reconciler tried at this key, relative to the state, and the hour in which it did.
    pub fn from_try_key(key: &str) -> Option<(Self, Timestamp)> {
        let run = parse_run(key.strip_prefix("attempts/")?)?;
        let hour = key.rsplit_once("/reconciler-")?.1.strip_suffix(".json")?;
        let [year, month, day, hour] = [0..4, 4..6, 6..8, 8..10].map(|part| hour.get(part));
        let hour = format!("{}-{}-{}T{}:00:00Z", year?, month?, day?, hour?).parse().ok()?;
        (Key::Try(&run, hour).to_string() == key).then_some((run, hour))
    }

    /// The run whose points were accepted, as the mark at this key says, relative to the state, and the digest of its commit.
    pub fn from_metrics_sent_key(key: &str) -> Option<(Self, String)> {
        let run = parse_run(key.strip_prefix("marks/")?)?;
        let digest = key.strip_suffix("/metrics")?.rsplit('/').next()?;
        (Key::MetricsSent(&run, digest).to_string() == key).then(|| (run, digest.to_owned()))
    }

    /// The first verdict of the same window.
    pub fn first(&self) -> Self {
        Self { revision: 1, ..self.clone() }
    }

    /// The first verdict of the run that was scheduled so much earlier.
    pub fn earlier(&self, by: SignedDuration) -> Self {
        Self { hour: self.hour - by, revision: 1, ..self.clone() }
    }
}

/// S3's longest key.
const LONGEST_KEY: usize = 1_024;

/// The run of a key that may be one of its final names; whether it is spelt as one, the caller compares.
fn parse_run(key: &str) -> Option<RunFolder> {
    let mut parts = key.split('/');
    let mut next = || parts.next();
    let (endpoint, schedule) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let (year, month, day, hour) = (next()?, next()?, next()?, next()?);
    let hour = format!("{year}-{month}-{day}T{hour}:00:00Z").parse().ok()?;
    let revision = if next()? == "revision-2" { 2 } else { 1 };
    Some(RunFolder { endpoint, schedule, hour, revision })
}

impl fmt::Display for RunFolder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.endpoint, self.schedule, utc(self.hour).strftime("%Y/%m/%d/%H"))?;
        if self.revision > 1 { write!(out, "/revision-{}", self.revision) } else { Ok(()) }
    }
}

/// A file of a run's report. The order is the order of publication: the violations come last, because their arrival
/// starts the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReportFile {
    /// `recommendations.jsonl.gz`
    #[serde(rename = "recommendations.jsonl.gz")]
    Recommendations,
    /// `cloudwatch_metrics.jsonl`
    #[serde(rename = "cloudwatch_metrics.jsonl")]
    Metrics,
    /// `metric_points.jsonl`: the points of the run for which `execution.json` has no room.
    #[serde(rename = "metric_points.jsonl")]
    MetricPoints,
    /// `evaluation.json`
    #[serde(rename = "evaluation.json")]
    Evaluation,
    /// `calibration.json`: how scores become probabilities, beside a baseline.
    #[serde(rename = "calibration.json")]
    Calibration,
    /// `analysis.json`: what was measured where an analysis takes the place of statistics and constraints.
    #[serde(rename = "analysis.json")]
    Analysis,
    /// `statistics.json`
    #[serde(rename = "statistics.json")]
    Statistics,
    /// `constraints.json`
    #[serde(rename = "constraints.json")]
    Constraints,
    /// `report.html`: the page that a person reads.
    #[serde(rename = "report.html")]
    Page,
    /// `constraint_violations.json`
    #[serde(rename = "constraint_violations.json")]
    ConstraintViolations,
}

impl ReportFile {
    /// The contract's file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recommendations => "recommendations.jsonl.gz",
            Self::Metrics => METRICS_FILE,
            Self::MetricPoints => "metric_points.jsonl",
            Self::Evaluation => "evaluation.json",
            Self::Calibration => "calibration.json",
            Self::Analysis => "analysis.json",
            Self::Statistics => "statistics.json",
            Self::Constraints => "constraints.json",
            Self::Page => "report.html",
            Self::ConstraintViolations => "constraint_violations.json",
        }
    }
}

/// What an object is, for whoever is served it: told by the ending of its key, which every key of ours has from a name of ours. A page
/// without it would be offered as a download.
pub fn content_type(key: &str) -> &'static str {
    let name = key.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("json") => "application/json",
        Some("jsonl") => "application/x-ndjson",
        Some("html") => "text/html; charset=utf-8",
        Some("gz") => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// A kind of baseline by its name, and where its objects lie: in a folder of that name below each model version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineFolder {
    name: &'static str,
    has_its_own: bool,
}

impl BaselineFolder {
    /// A kind with a folder of its name.
    pub const fn named(name: &'static str) -> Self {
        Self { name, has_its_own: true }
    }

    /// A kind whose objects lie in the version's folder itself, as those of the first kind do.
    pub const fn of_the_version(name: &'static str) -> Self {
        Self { name, has_its_own: false }
    }

    /// The kind's name: that of the monitor that judges by it.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Whether it has a folder of its own.
    pub const fn has_its_own(self) -> bool {
        self.has_its_own
    }

    /// The folder with its slash, or nothing.
    fn within_a_version(self) -> String {
        if self.has_its_own { format!("{}/", self.name) } else { String::new() }
    }
}

/// The model version that a baseline is of, and the variant that the version is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaselineOf<'a> {
    /// The endpoint.
    pub endpoint: &'a EndpointName,
    /// Its variant.
    pub variant: &'a VariantName,
    /// The version.
    pub version: &'a ModelVersion,
}

impl fmt::Display for BaselineOf<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/{}", self.endpoint, self.variant, self.version)
    }
}

/// What a batch transform job read, or what it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSide {
    /// What it read.
    Input,
    /// What it answered.
    Output,
}

/// An object of a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineObject<'a> {
    /// Its own file, such as `diversity_baseline.json`: the commit.
    Commit,
    /// A file that was committed with it, under its final name; some kinds' constraints may be edited there by hand.
    File(ReportFile),
    /// The same file before.
    Staged {
        /// The digest of the whole stage.
        digest: &'a str,
        /// Which file.
        file: ReportFile,
    },
    /// The mark that the files of a commit stood under their final names: from then on the constraints are their editor's.
    Published {
        /// The digest of the commit's stage.
        digest: &'a str,
        /// How many commits of the version it replaced.
        generation: u64,
    },
}

/// Every object that Bellwether reads or writes under a URI of its own layout.
#[derive(Debug, Clone)]
pub enum Key<'a> {
    /// Folder of all data capture of an endpoint, with its trailing slash.
    CapturedEndpoint(&'a EndpointName),
    /// Folder of all data capture of a variant, with its trailing slash.
    CapturedVariant(&'a EndpointName, &'a VariantName),
    /// Folder of one hour of data capture, with its trailing slash.
    CaptureHour(&'a EndpointName, &'a VariantName, Timestamp),
    /// Folder of the manifests of batch transform jobs that started in an hour, with its trailing slash.
    BatchHour(BatchSide, Timestamp),
    /// Folder of the labels that were collected in one hour, with its trailing slash.
    GroundTruthHour(Timestamp),
    /// A part of a window's labelled records, as SageMaker's merge job names it.
    Merged {
        /// The endpoint.
        endpoint: &'a EndpointName,
        /// Its variant.
        variant: &'a VariantName,
        /// The captured hours.
        window: &'a Window,
        /// Which part, from 0.
        part: u32,
    },
    /// A report file under its final name.
    Report(&'a RunFolder, ReportFile),
    /// `execution.json`: the commit of a run.
    Execution(&'a RunFolder),
    /// A report file before its run is committed. The text is the digest of the whole stage.
    Staged(&'a RunFolder, &'a str, ReportFile),
    /// The mark that the points of the commit with this digest were accepted: no metric says so itself.
    MetricsSent(&'a RunFolder, &'a str),
    /// What the records of a run came to, to be merged with other windows'. The text is the digest of its bytes.
    Profile(&'a RunFolder, &'a str),
    /// Which files each part of a run's wide window has, for the settings whose digest the text is.
    Plan(&'a RunFolder, &'a str),
    /// The files of one part. The texts are the settings' digest and that of the list itself.
    PlannedFiles(&'a RunFolder, &'a str, &'a str),
    /// What a part of a wide window came to.
    Partial {
        /// Of which run.
        run: &'a RunFolder,
        /// The digest of its plan.
        job: &'a str,
        /// The digest of whatever else it was read by.
        inputs: &'a str,
        /// Which part, from 0.
        part: usize,
    },
    /// Folder of all records of a run's failed attempts, with its trailing slash.
    Attempts(&'a RunFolder),
    /// The record of an attempt that failed for reasons outside the data.
    Attempt(&'a RunFolder, &'a str),
    /// The record of the reconciler's failed try in this hour: a tick that comes twice within it is one try.
    Try(&'a RunFolder, Timestamp),
    /// Folder of the runs of a schedule that are scheduled on this day, with its trailing slash.
    Day(&'a EndpointName, &'a ScheduleName, Timestamp),
    /// Folder of the marks of those runs, with its trailing slash.
    MarksOfDay(&'a EndpointName, &'a ScheduleName, Timestamp),
    /// Folder of the attempts at those runs, with its trailing slash.
    AttemptsOfDay(&'a EndpointName, &'a ScheduleName, Timestamp),
    /// Folder of all runs of a schedule, with its trailing slash.
    Schedule(&'a EndpointName, &'a ScheduleName),
    /// Who replays against an endpoint now.
    ReplayLease(&'a EndpointName),
    /// What was announced of one schedule's violations, and what is still to be sent.
    Routing(&'a EndpointName, &'a VariantName, &'a ScheduleName),
    /// Since when a monitor of a document is watched.
    Watched(&'a ScheduleName),
    /// Which monitors of a document are behind. No monitor can have its name.
    Behind,
    /// Folder of those, with its trailing slash.
    AllWatched,
    /// That a model version's baseline of this kind was announced as a violation.
    BaselineNotice {
        /// The kind.
        kind: BaselineFolder,
        /// Of which version.
        of: BaselineOf<'a>,
    },
    /// Folder of those notices of a variant, with its trailing slash: a folder for each version.
    BaselineNotices(&'a EndpointName, &'a VariantName),
    /// The pointer to the baseline of this kind that is in force.
    CurrentBaseline {
        /// The kind.
        kind: BaselineFolder,
        /// The endpoint.
        endpoint: &'a EndpointName,
        /// Its variant.
        variant: &'a VariantName,
    },
    /// One object of a model version's baseline.
    Baseline {
        /// The kind.
        kind: BaselineFolder,
        /// Of which version.
        of: BaselineOf<'a>,
        /// Which object.
        at: BaselineObject<'a>,
    },
    /// What a training pipeline says of a model version.
    Manifest(&'a ModelVersion),
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CapturedEndpoint(endpoint) => write!(out, "{endpoint}/"),
            Self::CapturedVariant(endpoint, variant) => write!(out, "{endpoint}/{variant}/"),
            Self::CaptureHour(endpoint, variant, hour) => {
                write!(out, "{endpoint}/{variant}/{}/", utc(*hour).strftime("%Y/%m/%d/%H"))
            }
            Self::BatchHour(side, hour) => {
                let side = if *side == BatchSide::Input { "input" } else { "output" };
                write!(out, "{side}/{}/", utc(*hour).strftime("%Y/%m/%d/%H"))
            }
            Self::GroundTruthHour(hour) => write!(out, "{}/", utc(*hour).strftime("%Y/%m/%d/%H")),
            Self::Merged { endpoint, variant, window, part } => {
                let (hour, length) = (utc(window.start()), window.length().as_hours());
                let folder = hour.strftime("%Y/%m/%d/%H");
                let own = format!("{}{length:04}", hour.strftime("%Y%m%d%H"));
                write!(out, "merge/{endpoint}/{variant}/{folder}/part-{part:05}-{own}.c000.jsonl")
            }
            Self::Report(run, file) => write!(out, "{run}/{}", file.name()),
            Self::Execution(run) => write!(out, "{run}/execution.json"),
            Self::Staged(run, digest, file) => write!(out, "staged/{run}/{digest}/{}", file.name()),
            Self::MetricsSent(run, digest) => write!(out, "marks/{run}/{digest}/metrics"),
            Self::Profile(run, digest) => write!(out, "profiles/{run}/{digest}.cbor"),
            Self::Plan(run, settings) => write!(out, "plans/{run}/{}/plan.json", short(settings)),
            Self::PlannedFiles(run, settings, digest) => {
                write!(out, "plans/{run}/{}/{digest}.jsonl", short(settings))
            }
            Self::Partial { run, job, inputs, part } => {
                write!(out, "partials/{run}/{}/{}/{part:05}.cbor", short(job), short(inputs))
            }
            Self::Attempts(run) => write!(out, "attempts/{run}/"),
            Self::Attempt(run, id) => write!(out, "attempts/{run}/{id}.json"),
            Self::Try(run, hour) => {
                write!(out, "attempts/{run}/reconciler-{}.json", utc(*hour).strftime("%Y%m%d%H"))
            }
            Self::Day(endpoint, schedule, day) => {
                write!(out, "{endpoint}/{schedule}/{}/", utc(*day).strftime("%Y/%m/%d"))
            }
            Self::MarksOfDay(endpoint, schedule, day) => {
                write!(out, "marks/{}", Self::Day(endpoint, schedule, *day))
            }
            Self::AttemptsOfDay(endpoint, schedule, day) => {
                write!(out, "attempts/{}", Self::Day(endpoint, schedule, *day))
            }
            Self::Schedule(endpoint, schedule) => write!(out, "{endpoint}/{schedule}/"),
            Self::ReplayLease(endpoint) => write!(out, "leases/{endpoint}.json"),
            Self::Routing(endpoint, variant, schedule) => {
                write!(out, "routing/{endpoint}/{variant}/{schedule}.json")
            }
            Self::Watched(name) => write!(out, "{}{name}.json", Self::AllWatched),
            Self::Behind => write!(out, "{}_behind.json", Self::AllWatched),
            Self::AllWatched => write!(out, "monitors/"),
            Self::BaselineNotice { kind, of } => {
                write!(out, "notices/{of}/{}baseline.json", kind.within_a_version())
            }
            Self::BaselineNotices(endpoint, variant) => write!(out, "notices/{endpoint}/{variant}/"),
            Self::CurrentBaseline { kind, endpoint, variant } => match kind.has_its_own {
                true => write!(out, "{endpoint}/{variant}/current-{}.json", kind.name),
                false => write!(out, "{endpoint}/{variant}/current.json"),
            },
            Self::Baseline { kind, of, at } => {
                let folder = kind.within_a_version();
                match at {
                    BaselineObject::Commit => {
                        write!(out, "{of}/{folder}{}_baseline.json", kind.name.replace('-', "_"))
                    }
                    BaselineObject::File(file) => write!(out, "{of}/{folder}{}", file.name()),
                    BaselineObject::Staged { digest, file } => {
                        write!(out, "staged-baselines/{of}/{folder}{digest}/{}", file.name())
                    }
                    BaselineObject::Published { digest, generation: 0 } => {
                        write!(out, "staged-baselines/{of}/{folder}{digest}/published")
                    }
                    BaselineObject::Published { digest, generation } => {
                        write!(out, "staged-baselines/{of}/{folder}{digest}/published-{generation}")
                    }
                }
            }
            Self::Manifest(version) => write!(out, "{version}/{MANIFEST}"),
        }
    }
}

/// As much of a digest as tells it from the few others of a run.
fn short(digest: &str) -> &str {
    const CHARS: usize = 16;
    digest.get(..CHARS).unwrap_or(digest)
}

/// The monitor whose watch is remembered at this key, relative to the state; `None` for every other key.
pub fn watched_name(key: &str) -> Option<ScheduleName> {
    key.strip_prefix("monitors/")?.strip_suffix(".json")?.parse().ok()
}

const MANIFEST: &str = "manifest.json";

/// The model version whose manifest lies at this key, relative to the models; `None` for every other key.
pub fn manifest_version(key: &str) -> Option<ModelVersion> {
    key.strip_suffix(MANIFEST)?.strip_suffix('/')?.parse().ok()
}

/// How far into its hour folder a capture file was flushed, read from its name `MM-SS-mmm-{uuid}.jsonl`.
///
/// `None` for a name of another form: such a file has no known flush time.
pub fn flushed_after(file_name: &str) -> Option<SignedDuration> {
    let mut parts = file_name.split('-');
    let mut number = |width: usize| -> Option<i64> {
        let part = parts.next()?;
        (part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (minutes, seconds, millis) = (number(2)?, number(2)?, number(3)?);
    (minutes < 60 && seconds < 60)
        .then(|| SignedDuration::from_millis((minutes * 60 + seconds) * 1_000 + millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_spelt_as_the_contract_spells_them() {
        let window =
            Window::ending_at("2026-10-31T09:10:00Z".parse().unwrap(), SignedDuration::from_hours(1))
                .unwrap();
        let (endpoint, variant): (EndpointName, VariantName) =
            ("recommender-prod".parse().unwrap(), "AllTraffic".parse().unwrap());
        let run = RunFolder::of(&endpoint, &"diversity-hourly".parse().unwrap(), &window);
        let version = "v7".parse().unwrap();
        let cases = [
            (Key::CapturedEndpoint(&endpoint), "recommender-prod/"),
            (Key::CapturedVariant(&endpoint, &variant), "recommender-prod/AllTraffic/"),
            (
                Key::CaptureHour(&endpoint, &variant, window.start()),
                "recommender-prod/AllTraffic/2026/10/31/08/",
            ),
            (
                Key::Report(&run, ReportFile::ConstraintViolations),
                "recommender-prod/diversity-hourly/2026/10/31/09/constraint_violations.json",
            ),
            (
                Key::Execution(&run.reopened()),
                "recommender-prod/diversity-hourly/2026/10/31/09/revision-2/execution.json",
            ),
            (
                Key::Execution(&run.earlier(SignedDuration::from_hours(10))),
                "recommender-prod/diversity-hourly/2026/10/30/23/execution.json",
            ),
            (
                Key::Staged(&run, "ab12", ReportFile::Statistics),
                "staged/recommender-prod/diversity-hourly/2026/10/31/09/ab12/statistics.json",
            ),
            (
                Key::MetricsSent(&run, "ab12"),
                "marks/recommender-prod/diversity-hourly/2026/10/31/09/ab12/metrics",
            ),
            (
                Key::Plan(&run, "0123456789abcdef0123"),
                "plans/recommender-prod/diversity-hourly/2026/10/31/09/0123456789abcdef/plan.json",
            ),
            (
                Key::PlannedFiles(&run.reopened(), "ab12", "cd34"),
                "plans/recommender-prod/diversity-hourly/2026/10/31/09/revision-2/ab12/cd34.jsonl",
            ),
            (
                Key::Partial { run: &run, job: "0123456789abcdef0123", inputs: "ab12", part: 12 },
                "partials/recommender-prod/diversity-hourly/2026/10/31/09/0123456789abcdef/ab12/00012.cbor",
            ),
            (Key::Watched(&run.schedule), "monitors/diversity-hourly.json"),
            (Key::Behind, "monitors/_behind.json"),
            (Key::Attempt(&run, "x"), "attempts/recommender-prod/diversity-hourly/2026/10/31/09/x.json"),
            (
                Key::Try(&run.reopened(), window.end()),
                "attempts/recommender-prod/diversity-hourly/2026/10/31/09/revision-2/reconciler-2026103109.json",
            ),
            (
                Key::Day(&endpoint, &run.schedule, window.end()),
                "recommender-prod/diversity-hourly/2026/10/31/",
            ),
            (
                Key::AttemptsOfDay(&endpoint, &run.schedule, window.end()),
                "attempts/recommender-prod/diversity-hourly/2026/10/31/",
            ),
            (
                Key::MarksOfDay(&endpoint, &run.schedule, window.end()),
                "marks/recommender-prod/diversity-hourly/2026/10/31/",
            ),
            (Key::Schedule(&endpoint, &run.schedule), "recommender-prod/diversity-hourly/"),
            (Key::ReplayLease(&endpoint), "leases/recommender-prod.json"),
            (
                Key::Routing(&endpoint, &variant, &run.schedule),
                "routing/recommender-prod/AllTraffic/diversity-hourly.json",
            ),
            (Key::BaselineNotices(&endpoint, &variant), "notices/recommender-prod/AllTraffic/"),
            (Key::Manifest(&version), "v7/manifest.json"),
        ];
        for (key, expected) in cases {
            assert_eq!(key.to_string(), expected);
        }
    }

    #[test]
    fn every_file_of_a_report_is_served_as_what_it_is() {
        for (file, expected) in [
            (ReportFile::Page, "text/html; charset=utf-8"),
            (ReportFile::Statistics, "application/json"),
            (ReportFile::Metrics, "application/x-ndjson"),
            (ReportFile::Recommendations, "application/gzip"),
        ] {
            assert_eq!(content_type(&format!("e/s/2026/10/31/09/{}", file.name())), expected);
        }
        for key in ["marks/e/s/2026/10/31/09/ab12/metrics", "a.json/metrics", "", "json"] {
            assert_eq!(content_type(key), "application/octet-stream", "{key}");
        }
    }

    /// Users have buckets that are spelt so: a key that changes loses their baselines.
    #[test]
    fn baselines_of_every_kind_are_spelt_as_they_always_were() {
        let (endpoint, variant, version) =
            ("recommender-prod".parse().unwrap(), "AllTraffic".parse().unwrap(), "v7".parse().unwrap());
        let of = BaselineOf { endpoint: &endpoint, variant: &variant, version: &version };
        let spelt = |kind: BaselineFolder| {
            use BaselineObject::{Commit, File, Published, Staged};
            let (statistics, constraints) = (ReportFile::Statistics, ReportFile::Constraints);
            let objects = [
                Commit,
                File(statistics),
                File(constraints),
                Staged { digest: "ab12", file: statistics },
                Staged { digest: "ab12", file: constraints },
                Published { digest: "ab12", generation: 0 },
                Published { digest: "ab12", generation: 2 },
            ];
            let objects = objects.map(|at| Key::Baseline { kind, of, at });
            let pointer = Key::CurrentBaseline { kind, endpoint: &endpoint, variant: &variant };
            let keys = [pointer, Key::BaselineNotice { kind, of }].into_iter().chain(objects);
            keys.map(|key| key.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            spelt(BaselineFolder::of_the_version("diversity")),
            [
                "recommender-prod/AllTraffic/current.json",
                "notices/recommender-prod/AllTraffic/v7/baseline.json",
                "recommender-prod/AllTraffic/v7/diversity_baseline.json",
                "recommender-prod/AllTraffic/v7/statistics.json",
                "recommender-prod/AllTraffic/v7/constraints.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/ab12/statistics.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/ab12/constraints.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/ab12/published",
                "staged-baselines/recommender-prod/AllTraffic/v7/ab12/published-2",
            ]
        );
        assert_eq!(
            spelt(BaselineFolder::named("data-quality")),
            [
                "recommender-prod/AllTraffic/current-data-quality.json",
                "notices/recommender-prod/AllTraffic/v7/data-quality/baseline.json",
                "recommender-prod/AllTraffic/v7/data-quality/data_quality_baseline.json",
                "recommender-prod/AllTraffic/v7/data-quality/statistics.json",
                "recommender-prod/AllTraffic/v7/data-quality/constraints.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/data-quality/ab12/statistics.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/data-quality/ab12/constraints.json",
                "staged-baselines/recommender-prod/AllTraffic/v7/data-quality/ab12/published",
                "staged-baselines/recommender-prod/AllTraffic/v7/data-quality/ab12/published-2",
            ]
        );
    }

    #[test]
    fn a_run_is_read_back_from_its_final_name_and_from_no_other() {
        for key in [
            "recommender-prod/diversity-hourly/2026/10/31/09/constraint_violations.json",
            "recommender-prod/diversity-hourly/2026/10/31/09/revision-2/constraint_violations.json",
        ] {
            let run = RunFolder::from_violations_key(key).unwrap();
            assert_eq!(Key::Report(&run, ReportFile::ConstraintViolations).to_string(), key);
            assert_eq!(run.hour.to_string(), "2026-10-31T09:00:00Z");
            let execution = Key::Execution(&run).to_string();
            assert_eq!(RunFolder::from_execution_key(&execution), Some(run.clone()));
            assert_eq!(RunFolder::from_execution_key(key), None);
            assert_eq!(RunFolder::holding(key), Some(run.clone()));
            let tried = (run.clone(), run.hour + SignedDuration::from_hours(24));
            assert_eq!(RunFolder::from_try_key(&Key::Try(&tried.0, tried.1).to_string()), Some(tried));
            let sent = (run.clone(), "ab12".to_owned());
            assert_eq!(
                RunFolder::from_metrics_sent_key(&Key::MetricsSent(&sent.0, &sent.1).to_string()),
                Some(sent)
            );
        }
        for key in [
            "",
            "constraint_violations.json",
            "e/s/2026/10/31/09/statistics.json",
            "e/s/2026/10/31/09/execution.json",
            "e/s/2026/10/31/09/constraint_violations.json/",
            "e/s/2026/10/31/09/constraint_violations.json.bak",
            "e/s/2026/10/31/09/revision-1/constraint_violations.json",
            "e/s/2026/10/31/09/revision-3/constraint_violations.json",
            "e/s/2026/10/31/09/revision-2/revision-2/constraint_violations.json",
            "e/s/2026/10/31/9/constraint_violations.json",
            "e/s/2026/10/31/24/constraint_violations.json",
            "e/s/2026/02/30/09/constraint_violations.json",
            "e/s/2026/10/31/09:30/constraint_violations.json",
            "e/s/-002026/10/31/09/constraint_violations.json",
            "e/s/../10/31/09/constraint_violations.json",
            "../s/2026/10/31/09/constraint_violations.json",
            "e/../2026/10/31/09/constraint_violations.json",
            "/e/s/2026/10/31/09/constraint_violations.json",
            "e//2026/10/31/09/constraint_violations.json",
            "staged/e/s/2026/10/31/09/ab12/constraint_violations.json",
            "e%2Fs/x/2026/10/31/09/constraint_violations.json",
            "e/s\n/2026/10/31/09/constraint_violations.json",
        ] {
            let error = RunFolder::from_violations_key(key).unwrap_err().to_string();
            assert!(error.contains("not the final name"), "{key}: {error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn what_lies_beside_runs_tries_and_marks_is_none_of_them() {
        for key in ["", "e/s/2026/10/31/", "e/s/2026/10/31/09", "e/s/2026/10/31/9/x", "e/s/notes/10/31/09/x"]
        {
            assert_eq!(RunFolder::holding(key), None, "{key}");
        }
        for key in [
            "e/s/.DS_Store",
            "e/s/2026/10/31/09",
            "e/s/2026/10/31/09/.keep",
            "e/s/2026/10/31/09/deeper/execution.json",
            "e/s/2026/10/31/9/execution.json",
            "e/s/notes/10/31/09/execution.json",
        ] {
            assert_eq!(RunFolder::from_execution_key(key), None, "{key}");
        }
        for name in ["metrics", "ab12/published", "ab12/metrics.bak", "ab12/deeper/metrics"] {
            let key = format!("marks/e/s/2026/10/31/09/{name}");
            assert_eq!(RunFolder::from_metrics_sent_key(&key), None, "{name}");
        }
        for name in [
            "20261031T091000Z-reconciler.json",
            "reconciler-.json",
            "reconciler-2026103124.json",
            "reconciler-20261031é9.json",
            "reconciler-2026103109.json.bak",
            "deeper/reconciler-2026103109.json",
        ] {
            assert_eq!(
                RunFolder::from_try_key(&format!("attempts/e/s/2026/10/31/09/{name}")),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn a_version_is_read_back_from_its_manifests_key_and_from_no_other() {
        let version: ModelVersion = "2027.10.31-rc_1".parse().unwrap();
        assert_eq!(manifest_version(&Key::Manifest(&version).to_string()), Some(version));
        for key in [
            "",
            "manifest.json",
            "/manifest.json",
            "v7manifest.json",
            "a/v7/manifest.json",
            "../manifest.json",
            "v7/",
        ] {
            assert_eq!(manifest_version(key), None, "{key}");
        }
    }

    #[test]
    fn the_flush_time_is_read_from_the_name() {
        let name = "20-48-871-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";
        assert_eq!(flushed_after(name), Some(SignedDuration::from_millis(1_248_871)));
        for other in ["", "notes.txt", "60-00-000-x", "1-2-3-x", "aa-bb-ccc-x", "00-00"] {
            assert_eq!(flushed_after(other), None, "{other}");
        }
    }

    proptest! {
        /// Whatever a schedule looks back to, its runs lie at their scheduled hours, and are read back from there.
        #[test]
        fn a_run_lies_at_its_scheduled_hour_however_far_it_looks_back(
            hour in 20_000..70_000_000i64,
            lag in 0..400i64,
            length in 1..=168i64,
        ) {
            let scheduled = Timestamp::from_second(hour * 3_600).unwrap();
            let [start, end] = [lag + length, lag].map(|hours| SignedDuration::from_hours(-hours));
            let window = crate::window::Offsets { start, end }.window(scheduled).unwrap();
            let name: EndpointName = "e".parse().unwrap();
            let run = RunFolder::of(&name, &"s".parse().unwrap(), &window);
            let at = utc(scheduled).strftime("e/s/%Y/%m/%d/%H").to_string();
            for run in [run.clone(), run.reopened()] {
                let key = Key::Report(&run, ReportFile::ConstraintViolations).to_string();
                prop_assert!(key.starts_with(&at), "{}", key);
                prop_assert_eq!(&RunFolder::from_violations_key(&key).unwrap(), &run);
                let execution = Key::Execution(&run).to_string();
                prop_assert_eq!(RunFolder::from_execution_key(&execution), Some(run.clone()));
                let tried = Key::Try(&run, scheduled).to_string();
                prop_assert_eq!(RunFolder::from_try_key(&tried), Some((run.clone(), scheduled)));
                let sent = Key::MetricsSent(&run, "ab12").to_string();
                prop_assert_eq!(RunFolder::from_metrics_sent_key(&sent), Some((run, "ab12".to_owned())));
            }
        }
    }
}
