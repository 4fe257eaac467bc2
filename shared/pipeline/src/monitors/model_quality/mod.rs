//! The model-quality monitor: were the answers right? The labels that tell come later than the answers.
//!
//! It reads labels, then the captured window, which it joins with them record by record, then the newest hour, whose labels are
//! not there yet; and lays out what the analysis crate finds. It has no opinion on the numbers.

mod answered;
mod baseline;
mod contained;
mod examination;
mod labelled_files;
mod merged;
mod points;
mod settings;
mod suggested;

use crate::RunError;
use crate::baseline::{Absence, InForce};
use crate::captures::{self, Captured, Traffic};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::ground_truth::{self, GroundTruth, Hours, WindowLabels};
use crate::inputs::optional;
use crate::merge::hours::leave_to_the_hours;
use crate::merge::{Merger, kept};
use crate::monitor::{LateLook, Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::Effort;
use crate::report::Report;
use crate::settings::MonitoringSchedule;
use answered::{Answered, of_hours};
use baseline::Judging;
use bellwether_analysis::ground_truth::{Labels, Sample};
use bellwether_analysis::label_coverage::{judge_files, judge_rows, why_unjudged};
use bellwether_analysis::model_quality::labelled_records::{Join, LabelledRecords};
use bellwether_analysis::model_quality::{Estimates, LeftOutRow, MeasuredQuality, ScoreHistogram};
use bellwether_analysis::monitors::model_quality::{
    ESTIMATED, Parity, Times, constraints, evaluate, reported_name, statistics,
};
use bellwether_analysis::partial::encode;
use bellwether_analysis::verdict::{Coverage, Evaluated, violations_of_others};
use bellwether_contract::ContractError;
use bellwether_contract::execution::{
    BaselineRole, CaptureSummary, Execution, GroundTruthSummary, Labelling,
};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::metrics::MetricValue;
use bellwether_contract::model_quality::{Calibration, ModelQualityStatistics};
use bellwether_contract::names::ScheduleName;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_quality::{DrawnAnswers, part};
use bellwether_storage::Store;
use jiff::SignedDuration;
use labelled_files::MergedRecords;
use points::points;
use settings::{EstimateBy, JudgedMetrics};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::Instant;

pub use baseline::BaselineOfAnswers;
pub use points::names;
pub use settings::{AnswerSettings, ModelQualitySettings, NamedAnswersBaseline};
pub use suggested::{Suggested, suggest};

/// What to do where all records lack their answers.
const OTHER_SIDE: &str = "capture the response too (CaptureMode Output): labels are of answers";

/// What the captured lines of the newest hour are called, where it is not the window.
const ESTIMATED_HOUR: &str = "estimated_hour";
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Stores, and how answers are judged.
#[derive(Debug)]
pub struct ModelQuality {
    settings: ModelQualitySettings,
    clients: Option<Clients>,
    capture: Store,
    ground_truth: Store,
    baselines: Option<Store>,
    merged: Option<Store>,
}

impl Monitor for ModelQuality {
    const NAME: &'static str = "model-quality";
    type Settings = ModelQualitySettings;

    fn new(settings: ModelQualitySettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let (capture, ground_truth) =
            (Store::new(&settings.capture, s3)?, Store::new(&settings.labels.location, s3)?);
        let baselines = settings.baselines.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        let merged = settings.merged.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        Ok(Self { capture, ground_truth, baselines, merged, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        Ok(self.baseline().await?.known().map(|judging| judging.digest.clone()))
    }

    fn redrawn(files: &RunFiles) -> Result<Part, ContractError> {
        let now: Option<ModelQualityStatistics> = files.measured(ReportFile::Statistics)?;
        let Some(now) = now else { return Ok(Part::default()) };
        let baseline: Option<ModelQualityStatistics> = files.baseline(BaselineRole::Statistics)?;
        Ok(part(DrawnAnswers {
            problem: now.problem_type(),
            now: &now,
            baseline: baseline.as_ref(),
            positive: None,
            scatter: None,
            checks: &files.checks(),
        }))
    }

    fn merger() -> Option<Box<dyn Merger>> {
        Some(merged::merger())
    }

    async fn examine(&self, window: Option<Window>) -> Vec<Diagnosis> {
        self.looked_over(window).await
    }

    async fn has_grown(&self, look: LateLook<'_>) -> Result<bool, RunError> {
        if self.settings.profiles.of.is_some() {
            return Ok(false);
        }
        let Some(hours) = self.labels().since(look).await? else { return Ok(false) };
        let traffic = self.settings.schedule.traffic_of(&self.capture, look.window);
        let joined = self.joined(traffic, hours, None, None, &crate::progress::nobody).await?;
        Ok(ground_truth::has_grown(look, &joined.summary))
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let (window, schedule) = (request.invocation.trigger.window, &self.settings.schedule);
        let baseline = self.baseline().await?;
        let problem = self.settings.answers.problem();
        let calibration = baseline.known().and_then(|judging| judging.calibration.as_ref());
        let calibration = calibration.filter(|_| self.estimates());
        // Of a calibration that is not for these answers the reason is told.
        let usable = calibration.map(|known| ScoreHistogram::new(&problem, known).map(|_| known)).transpose();
        let calibration = usable.as_ref().copied().unwrap_or_default();
        let newest = Window::new(window.scheduled() - AN_HOUR, window.scheduled())?;
        let is_newest = newest.start() == window.start() && newest.end() == window.end();
        let traffic = schedule.traffic(&self.capture, request);
        let hours = self.labels().hours(request);
        let here = calibration.filter(|_| is_newest);
        let (asked, of) = (&self.settings.completeness, self.settings.profiles.of_hours(request));
        let mut joined = match of {
            Some(of) => of_hours(of, &problem, request).await?,
            None => {
                let merging = self.merging(window).await?;
                self.joined(traffic, hours, here, merging, watcher).await?
            }
        };
        let completeness = match of {
            Some(_) => None,
            None => asked.measured(schedule, self.clients.as_ref(), window, joined.seen).await,
        };
        let beside = match calibration {
            Some(calibration) if !is_newest => {
                Some(self.scored(newest, calibration, request.invocation.deadline, watcher).await?)
            }
            _ => None,
        };
        let scored = beside.as_ref().map(|(scored, _)| scored).or(joined.scored.as_ref());
        let nothing = scored.map(|scored| scored.why_none(newest, beside.as_ref().map(|(_, lines)| lines)));
        let estimates = match (&usable, scored) {
            (Err(reason), _) => Some(Err(reason.as_str())),
            (Ok(_), Some(Scored { estimates: Some(estimates), .. })) => Some(Ok(estimates)),
            (Ok(_), Some(_)) => nothing.as_deref().map(Err),
            (Ok(_), None) => None,
        };
        let (measured, scatter) = (joined.rows.measured(), joined.rows.scatter());
        let keeps = schedule.keep_profiles && request.brought.is_none();
        let profile = keeps.then(|| encode(&joined.rows.counted()));
        let mut evaluated = self.evaluated(&baseline, measured.as_ref(), estimates, &joined.summary);
        match of {
            Some(of) => self.leave(of, &mut evaluated),
            None => {
                let absent = ground_truth::why_absent(&self.ground_truth, &joined.summary).await?;
                evaluated.warnings.extend(absent);
            }
        }
        let profile = kept(profile, &mut evaluated.warnings);
        evaluated.warnings.extend(scored.and_then(|scored| scored.warning.clone()));
        if let Some((_, lines)) = &beside {
            evaluated.violated_aside.extend(violations_of_others(lines, ESTIMATED_HOUR));
        }
        let estimates = estimates.and_then(Result::ok);
        let coverage = Coverage {
            lines: Some(&joined.lines),
            unread: joined.unread.as_deref(),
            replayed: false,
            no_data: schedule.no_data,
            has_constraints: baseline.known().is_some(),
            other_side: OTHER_SIDE,
            completeness: completeness.as_ref(),
        };
        let verdict = coverage.conclude(evaluated, joined.undecided);
        let found = points::Found {
            measured: measured.as_ref(),
            estimates,
            labels: &joined.summary,
            verdict: &verdict,
            start: window.start(),
        };
        let metrics = points(found);
        let times = Times { start: window.start(), end: window.end(), evaluation: window.scheduled() };
        let statistics = statistics(measured.as_ref(), estimates, Some(&times));
        let judging = baseline.known();
        let part = part(DrawnAnswers {
            now: &statistics,
            baseline: judging.and_then(|judging| judging.statistics.as_ref()),
            problem: problem.problem_type,
            positive: Some((&problem.positive_label, problem.threshold)),
            scatter: scatter.as_ref(),
            checks: &Checks::from(&verdict),
        });
        let suggested = measured.as_ref().map(constraints).unwrap_or_default();
        let report = Report::new(&statistics, &suggested, &verdict.violations())?;
        let labelling = Labelling {
            ground_truth: Some(joined.summary),
            estimated_window: estimates.map(|_| newest),
            estimated_then: self.estimated_then(request).await?,
        };
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
            explanation: None,
            profile,
            aggregates: aggregates(&statistics),
            metrics,
            effort: Effort::default(),
            part,
        })
    }
}

/// Metrics of the window by the names under which they are told.
fn aggregates(statistics: &ModelQualityStatistics) -> BTreeMap<String, f64> {
    let metrics = statistics.metrics(statistics.problem_type());
    let values = metrics.into_iter().flat_map(|metrics| metrics.iter());
    values
        .filter_map(|(name, entry)| Some((reported_name(name).to_owned(), entry.metric()?.value?)))
        .filter(|(_, value)| value.is_finite())
        .collect()
}

/// A window's answers with their labels.
struct Joined {
    rows: Answered,
    scored: Option<Scored>,
    summary: GroundTruthSummary,
    lines: CaptureSummary,
    unread: Option<String>,
    seen: u64,
    /// What had to be decided and could not be.
    undecided: BTreeMap<String, String>,
}

/// What the scores of an hour say before its labels come.
#[derive(Default)]
struct Scored {
    /// Of no row there are none.
    estimates: Option<Estimates>,
    /// Answers whose scores say nothing.
    warning: Option<String>,
    /// Why lines that are not there prove nothing.
    unread: Option<String>,
}

impl Scored {
    fn of(records: &LabelledRecords) -> Option<Self> {
        let estimates = records.estimates()?;
        let counts = records.counts();
        let lost = counts.scores_left_out.iter().map(|(reason, rows)| format!("{rows} {}", reason.as_str()));
        let lost = lost.collect::<Vec<_>>().join(", ");
        let warning = (!lost.is_empty()).then(|| {
            format!("the estimate is of {} of {} rows: {lost}", estimates.rows, counts.captured_rows)
        });
        let estimates = Some(estimates).filter(|estimates| estimates.rows > 0);
        Some(Self { estimates, warning, unread: None })
    }

    /// Why there is no estimate of the newest hour, where there is none.
    fn why_none(&self, newest: Window, lines: Option<&CaptureSummary>) -> String {
        let lost = lines.into_iter().flat_map(|lines| &lines.left_out);
        let lost = lost.map(|(reason, count)| format!("{count} {reason}"));
        let all: Vec<String> = self.unread.iter().chain(&self.warning).cloned().chain(lost).collect();
        let why = if all.is_empty() { "no record was captured".to_owned() } else { all.join("; ") };
        format!("no score of the hour from {} to {} says anything: {why}", newest.start(), newest.end())
    }
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

    /// Where the labelled records of a window go, where that is asked for.
    async fn merging(&self, window: Window) -> Result<Option<MergedRecords<'_>>, RunError> {
        let Some(store) = &self.merged else { return Ok(None) };
        store.create_if_folder().await?;
        let MonitoringSchedule { endpoint, variant, .. } = &self.settings.schedule;
        Ok(Some(MergedRecords { store, endpoint, variant, window, written: 0 }))
    }

    fn labels(&self) -> WindowLabels<'_> {
        let ModelQualitySettings { schedule, labels, .. } = &self.settings;
        let sample_payloads = schedule.sample_payloads;
        WindowLabels { store: &self.ground_truth, settings: labels, sample_payloads }
    }

    /// Reads labels, then the captured records past them.
    async fn joined(
        &self,
        traffic: Traffic<'_>,
        hours: Hours,
        calibration: Option<&Calibration>,
        merging: Option<MergedRecords<'_>>,
        watcher: Watcher<'_>,
    ) -> Result<Joined, RunError> {
        let attribute = self.settings.answers.truth.clone().unwrap_or_default();
        let GroundTruth { labels, mut summary, digest } =
            self.labels().read(hours, attribute, &traffic).await?;
        let records = reading(self.join(labels, traffic.window), calibration);
        let captured = match merging {
            // File by file, and so by one run alone.
            Some(_) => captures::read_with(traffic, records.keeping_merged(), merging, watcher).await?,
            None => {
                let calibration = calibration.map(to_vec).transpose()?.unwrap_or_default();
                let traffic = traffic.by([digest.as_str(), &String::from_utf8_lossy(&calibration)]);
                captures::read_or_share(traffic, records, watcher).await?
            }
        };
        let Captured { profile: records, lines, unread, seen, .. } = captured;
        ground_truth::note_joined(&mut summary, &records, &lines);
        let scored = Scored::of(&records);
        let rows = records.into_rows().map_err(|reason| too_much(&self.ground_truth, reason))?;
        Ok(Joined {
            rows: Answered::Rows(rows),
            scored,
            summary,
            lines,
            unread,
            seen,
            undecided: BTreeMap::new(),
        })
    }

    /// The scores of the newest hour, whose labels are not asked for, and what became of its lines. What was not read of it is among
    /// those.
    async fn scored(
        &self,
        newest: Window,
        calibration: &Calibration,
        deadline: Option<Instant>,
        watcher: Watcher<'_>,
    ) -> Result<(Scored, CaptureSummary), RunError> {
        let labels = Labels::default().sampled(Sample::of(self.settings.labels.sample));
        let join = self.join(labels, newest);
        let traffic = Traffic { deadline, ..self.settings.schedule.traffic_of(&self.capture, newest) };
        let captured = captures::read(traffic, reading(join, Some(calibration)), watcher).await?;
        let scored = Scored::of(&captured.profile).unwrap_or_default();
        Ok((Scored { unread: captured.unread, ..scored }, captured.lines))
    }

    fn join(&self, labels: Labels, window: Window) -> Join {
        let AnswerSettings { inference, probability, .. } = &self.settings.answers;
        Join {
            inference: inference.clone().unwrap_or_default(),
            probability: probability.clone().unwrap_or_default(),
            // The window's, so that each of its runs makes the same draws.
            seed: window.start().as_second().unsigned_abs(),
            ..Join::new(labels, self.settings.answers.problem())
        }
    }

    /// Whether estimates are asked for, and there could be one: answers that are no numbers, and have scores.
    fn estimates(&self) -> bool {
        self.could_estimate() && self.settings.profiles.of.is_none()
    }

    fn could_estimate(&self) -> bool {
        self.settings.answers.problem().answers_scores && self.settings.estimate == EstimateBy::Calibrated
    }

    /// Leaves to a schedule what takes its hours' captures.
    fn leave(&self, of: &ScheduleName, evaluated: &mut Evaluated) {
        let ModelQualitySettings { completeness, merged, .. } = &self.settings;
        let asked = [
            ("capture_completeness", completeness.is_asked()),
            ("estimates", self.could_estimate()),
            ("labelled_records", merged.is_some()),
        ];
        leave_to_the_hours(&asked, of, evaluated);
    }

    /// What was found, held against the baseline; what could not be, with its reason.
    fn evaluated(
        &self,
        baseline: &InForce<Judging>,
        measured: Option<&MeasuredQuality>,
        estimates: Option<Result<&Estimates, &str>>,
        labels: &GroundTruthSummary,
    ) -> Evaluated {
        let mut evaluated = match baseline {
            InForce::Known(judging) => {
                let unjudged = why_unjudged(labels, self.settings.labels.min_coverage);
                let reason = unjudged.as_deref().unwrap_or("no row of the labelled records can be measured");
                let measured = if unjudged.is_some() { Err(reason) } else { measured.ok_or(reason) };
                let limits = judging.constraints.of(self.settings.answers.problem_type);
                let parity =
                    Parity { leaves_out_f0_5: self.settings.judged_metrics == JudgedMetrics::Container };
                let mut evaluated = match limits {
                    Some(limits) => evaluate(measured, estimates, limits, parity),
                    None => Evaluated::default(),
                };
                if self.estimates() && judging.calibration.is_none() {
                    let reason = "the baseline has no calibration.json, so nothing is known of an hour before its labels";
                    evaluated.unchecked.insert("estimates".to_owned(), reason.to_owned());
                }
                evaluated
            }
            InForce::Absent(absence) => Evaluated {
                not_evaluable: [("baseline".to_owned(), absence.to_string())].into(),
                ..Evaluated::default()
            },
        };
        judge_files(labels, &mut evaluated);
        judge_rows(labels, &mut evaluated);
        evaluated
    }

    /// What the run said that estimated this window before its labels came: that of the hour at which the window ended, or the first
    /// verdict of a window that is judged once more.
    async fn estimated_then(&self, request: RunRequest<'_>) -> Result<BTreeMap<String, f64>, RunError> {
        let window = request.invocation.trigger.window;
        let then = RunFolder { hour: window.end(), revision: 1, ..request.run.clone() };
        let Some(reports) = request.earlier_reports() else { return Ok(BTreeMap::new()) };
        if window.length() != AN_HOUR || then == *request.run {
            return Ok(BTreeMap::new());
        }
        let key = Key::Execution(&then).to_string();
        let bytes = optional(reports.get(&key, Execution::MAX_BYTES).await)?;
        // An execution of another version or another hand is no reason to judge nothing now.
        let before: Option<Execution> = bytes.and_then(|bytes| from_slice(&reports.uri(&key), &bytes).ok());
        let is_of_it = |execution: &Execution| {
            let estimated = execution.labelling.estimated_window;
            estimated.is_some_and(|it| it.start() == window.start() && it.end() == window.end())
        };
        let points = before.filter(is_of_it).map(|execution| execution.metrics).unwrap_or_default();
        let estimates = points.into_iter().filter_map(|point| {
            let name = point.name.strip_prefix(ESTIMATED)?.to_owned();
            if let MetricValue::Value { value } = point.value { Some((name, value)) } else { None }
        });
        Ok(estimates.collect())
    }
}

/// Records that are read so; of a calibration that is not for these answers nothing is estimated.
fn reading(join: Join, calibration: Option<&Calibration>) -> LabelledRecords {
    let join = Arc::new(join);
    let estimating = |calibration| LabelledRecords::estimating(Arc::clone(&join), calibration).ok();
    calibration.and_then(estimating).unwrap_or_else(|| LabelledRecords::new(join))
}

/// More of a window than is held: its rows, or its labels.
fn too_much(store: &Store, reason: LeftOutRow) -> ContractError {
    let reason = match reason {
        LeftOutRow::TooManyRows => {
            "more than 10 million labelled rows in the window; give shorter windows, or measure a share of the records with SAMPLE (--sample)"
        }
        LeftOutRow::TooManyLabels => {
            "more than 1,000 different labels; check GROUND_TRUTH_ATTRIBUTE, INFERENCE_ATTRIBUTE and PROBLEM_TYPE (numbers are a Regression)"
        }
        _ => "rows of different problems",
    };
    ContractError::malformed(store.location().to_string(), reason)
}
