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
use bellwether_analysis::ground_truth::{Labels, Sample};
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

/// What to do where all records lack their answers.
const OTHER_SIDE: &str = "capture the response too (CaptureMode Output): labels are of answers";

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
/// From this share of labelled records on a window is judged once more as soon as it is reached.
const ENOUGH_LABELLED: f64 = 0.9;
/// How much the share must have grown where the last look comes.
const GROWN: f64 = 0.01;
/// When that is, counted from the window's end.
const LAST_LOOK: SignedDuration = SignedDuration::from_hours(23);

/// Stores, and how answers are judged.
#[derive(Debug)]
pub struct ModelQuality {
    settings: ModelQualitySettings,
    clients: Option<Clients>,
    capture: Store,
    ground_truth: Store,
    baselines: Option<Store>,
}

impl Monitor for ModelQuality {
    const NAME: &'static str = "model-quality";
    type Settings = ModelQualitySettings;

    fn new(settings: ModelQualitySettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let (capture, ground_truth) =
            (Store::new(&settings.capture, s3)?, Store::new(&settings.ground_truth, s3)?);
        let baselines = settings.baselines.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        Ok(Self { capture, ground_truth, baselines, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        Ok(self.baseline().await?.known().map(|judging| judging.digest.clone()))
    }

    async fn examine(&self, window: Option<Window>) -> Vec<Diagnosis> {
        self.looked_over(window).await
    }

    async fn has_grown(&self, window: Window, before: &Execution, now: Timestamp) -> Result<bool, RunError> {
        let Some(then) = &before.labelling.ground_truth else { return Ok(false) };
        let hours = Hours { from: window.start(), until: truncate(now) };
        let traffic = self.settings.schedule.traffic_of(&self.capture, window);
        let joined = self.joined(traffic, hours, None, &crate::progress::nobody).await?;
        let (coverage, then) = (joined.summary.coverage(), then.coverage());
        let is_last = now.duration_since(window.end()) >= LAST_LOOK;
        Ok(coverage >= ENOUGH_LABELLED && coverage > then || is_last && coverage >= then + GROWN)
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let (window, schedule) = (request.invocation.trigger.window, &self.settings.schedule);
        let baseline = self.baseline().await?;
        let calibration = baseline.known().and_then(|judging| judging.calibration.as_ref());
        let calibration = calibration.filter(|_| self.settings.estimate == Estimate::Calibrated);
        let newest = Window::new(window.scheduled() - AN_HOUR, window.scheduled())?;
        let is_newest = newest.start() == window.start() && newest.end() == window.end();
        let traffic = schedule.traffic(&self.capture, request);
        let hours = self.hours_of_labels(request);
        let mut joined = self.joined(traffic, hours, calibration.filter(|_| is_newest), watcher).await?;
        let asked = &self.settings.completeness;
        let completeness = asked.measured(schedule, self.clients.as_ref(), window, joined.seen).await;
        let scores = match calibration {
            Some(calibration) if !is_newest => self.scores(newest, calibration, watcher).await?,
            _ => joined.scores.take(),
        };
        let estimates = calibration.zip(scores.as_ref()).and_then(|(calibration, scores)| {
            (scores.rows() > 0).then(|| estimate(calibration, scores))
        });
        let measured = (joined.rows.len() > 0).then(|| measure(&mut joined.rows));
        let evaluated = self.evaluated(&baseline, measured.as_ref(), estimates.as_ref(), &joined.summary);
        let is_estimate_violated = evaluated.violated.iter().any(|violated| {
            violated.judged.metric_name.as_ref().is_some_and(|name| name.starts_with(ESTIMATED))
        });
        let coverage = Coverage {
            lines: Some(&joined.lines),
            unread: joined.unread.as_deref(),
            measured_beside: is_estimate_violated,
            no_data: schedule.no_data,
            has_constraints: baseline.known().is_some(),
            other_side: OTHER_SIDE,
            completeness: completeness.as_ref(),
        };
        let verdict = coverage.conclude(evaluated, BTreeMap::new());
        let found = points::Found {
            measured: measured.as_ref(),
            estimates: estimates.as_ref(),
            labels: &joined.summary,
            verdict: &verdict,
            start: window.start(),
        };
        let metrics = points(found);
        let times = Times { start: window.start(), end: window.end(), evaluation: window.scheduled() };
        let statistics = statistics(measured.as_ref(), estimates.as_ref(), Some(&times));
        let suggested = measured.as_ref().map(constraints).unwrap_or_default();
        let report = Report::new(&statistics, &suggested, &verdict.violations())?;
        let labelling = Labelling {
            ground_truth: Some(joined.summary),
            estimated_window: estimates.as_ref().map(|_| newest),
            estimated_then: self.estimated_then(request).await?,
        };
        let judging = baseline.known();
        Ok(Measurement {
            report,
            verdict,
            judged_on: None,
            baseline_digest: judging.map(|judging| judging.digest.clone()),
            baseline: judging.and_then(|judging| judging.version.clone()),
            baselines: judging.map(|judging| judging.files.clone()).unwrap_or_default(),
            capture: Some(joined.lines),
            replay: None,
            labelling,
            metrics,
            effort: Effort::default(),
        })
    }
}

/// A window's answers with their labels.
struct Joined {
    rows: LabelledRows,
    scores: Option<ScoreHistogram>,
    summary: GroundTruthSummary,
    lines: CaptureSummary,
    unread: Option<String>,
    seen: u64,
}

impl ModelQuality {
    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }

    async fn baseline(&self) -> Result<InForce<Judging>, RunError> {
        let ModelQualitySettings { schedule, answers, .. } = &self.settings;
        let problem = answers.problem_type;
        match (self.settings.named(), &self.baselines) {
            (Some(named), _) => Judging::named(named, problem, self.s3()).await.map(InForce::Known),
            (None, Some(store)) => {
                Judging::in_force(store, &schedule.endpoint, &schedule.variant, problem).await
            }
            (None, None) => Ok(InForce::Absent(Absence::NotSet(
                "neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI is set",
            ))),
        }
    }

    /// The hours whose labels a run reads. A second verdict reads what came until now.
    fn hours_of_labels(&self, request: RunRequest<'_>) -> Hours {
        let window = request.invocation.trigger.window;
        let until = match self.settings.ground_truth_hours {
            GroundTruthHours::Window => window.end(),
            GroundTruthHours::Scheduled if request.run.revision > 1 => truncate(request.invocation.now),
            GroundTruthHours::Scheduled => window.scheduled(),
        };
        Hours { from: window.start(), until: until.max(window.end()) }
    }

    /// Reads labels, then the captured records past them.
    async fn joined(
        &self,
        traffic: Traffic<'_>,
        hours: Hours,
        calibration: Option<&Calibration>,
        watcher: Watcher<'_>,
    ) -> Result<Joined, RunError> {
        let ModelQualitySettings { schedule, answers, .. } = &self.settings;
        let labels = Labels::new(answers.truth.clone().unwrap_or_default());
        let labels = labels.sampled(Sample::of(self.settings.sample));
        let truth = ground_truth::read(&self.ground_truth, hours, labels, schedule.sample_payloads).await?;
        let GroundTruth { labels, mut summary } = truth;
        let (labels, counts) = (Arc::new(labels), ());
        let records = self.records(labels, traffic.window, calibration);
        let captured = captures::read(traffic, records, watcher).await?;
        let Captured { profile, lines, unread, seen, .. } = captured;
        todo!()
    }
}
