//! The model-bias monitor: does the model still treat groups of people as alike as it did? The labels that tell come later than
//! the answers.
//!
//! It reads the configuration, labels, then the captured window, which it joins with them record by record; and lays out what the
//! analysis crate finds. It has no opinion on the numbers.

mod asked;
mod baseline;
mod contained;
mod examination;
mod merged;
mod points;
mod settings;
mod suggested;

use crate::RunError;
use crate::baseline::{BaselineAnalysis, BaselinePlaces, InForce};
use crate::captures::{self, Captured, Traffic};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::ground_truth::{self, GroundTruth, Hours, WindowLabels};
use crate::merge::hours::{JudgedHours, leave_to_the_hours};
use crate::merge::{Merger, kept};
use crate::monitor::{LateLook, Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::Effort;
use crate::report::Report;
use asked::Asked;
use bellwether_analysis::label_coverage::{judge_files, judge_rows, why_unjudged};
use bellwether_analysis::model_bias::{
    BiasRows, CountedGroups, LeftOutBiasRow, MOST_BIAS_ROWS, MeasuredBias, measure,
};
use bellwether_analysis::monitors::model_bias::{BiasRule, analysis, evaluate, violations};
use bellwether_analysis::partial::encode;
use bellwether_analysis::verdict::{Coverage, Evaluated};
use bellwether_contract::ContractError;
use bellwether_contract::execution::{BaselineRole, CaptureSummary, GroundTruthSummary, Labelling};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_bias::BiasAnalysis;
use bellwether_contract::names::ScheduleName;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_bias::{DrawnGroups, SizesOfGroups, part, sizes};
use bellwether_storage::Store;
use points::points;
use std::collections::BTreeMap;

pub use baseline::BaselineOfGroups;
pub use points::names;
pub use settings::{BiasAnswerSettings, ModelBiasSettings};
pub use suggested::{SuggestedBias, suggest};

/// What to do where all records lack a side.
const OTHER_SIDE: &str = "capture both sides (CaptureMode Input and Output): groups are told by the request, labels are of answers";

/// Stores, and how groups are compared.
#[derive(Debug)]
pub struct ModelBias {
    settings: ModelBiasSettings,
    clients: Option<Clients>,
    capture: Store,
    ground_truth: Store,
    baselines: Option<Store>,
}

impl Monitor for ModelBias {
    const NAME: &'static str = "model-bias";
    type Settings = ModelBiasSettings;

    fn new(settings: ModelBiasSettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let (capture, ground_truth) =
            (Store::new(&settings.capture, s3)?, Store::new(&settings.labels.location, s3)?);
        let baselines = settings.baselines.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        Ok(Self { capture, ground_truth, baselines, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        let (baseline, asked) = (self.baseline().await?, self.asked().await?);
        Ok(baseline.known().map(|judging| judging.digest(std::slice::from_ref(&asked.file))))
    }

    fn redrawn(files: &RunFiles) -> Result<Part, ContractError> {
        let now: Option<BiasAnalysis> = files.measured(ReportFile::Analysis)?;
        let baseline: Option<BiasAnalysis> = files.baseline(BaselineRole::Analysis)?;
        let labels = files.execution.labelling.ground_truth.as_ref();
        Ok(part(DrawnGroups {
            now: now.as_ref().ok_or("the run has no analysis.json"),
            rows: labels.map_or(0, |labels| labels.rows),
            sizes: &SizesOfGroups::new(),
            baseline: baseline.as_ref(),
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
        let joined = self.joined(&self.asked().await?, traffic, hours, &crate::progress::nobody).await?;
        Ok(ground_truth::has_grown(look, &joined.summary))
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let (window, schedule) = (request.invocation.trigger.window, &self.settings.schedule);
        let (baseline, asked) = (self.baseline().await?, self.asked().await?);
        let traffic = schedule.traffic(&self.capture, request);
        let (completeness, of) = (&self.settings.completeness, self.settings.profiles.of_hours(request));
        let joined = match of {
            Some(of) => self.of_hours(of, &asked, request).await?,
            None => self.joined(&asked, traffic, self.labels().hours(request), watcher).await?,
        };
        let is_asked = completeness.is_asked();
        let completeness = match of {
            Some(_) => None,
            None => completeness.measured(schedule, self.clients.as_ref(), window, joined.seen).await,
        };
        let keeps = schedule.keep_profiles && request.brought.is_none();
        let profile = keeps.then(|| encode(&CountedGroups::of(&joined.rows)));
        let measured = joined.measured(self.settings.labels.min_coverage);
        let mut evaluated = self.evaluated(&baseline, &measured, &joined.summary, window);
        match of {
            Some(of) => leave_to_the_hours(&[("capture_completeness", is_asked)], of, &mut evaluated),
            None => {
                let absent = ground_truth::why_absent(&self.ground_truth, &joined.summary).await?;
                evaluated.warnings.extend(absent);
            }
        }
        let profile = kept(profile, &mut evaluated.warnings);
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
        let analysis = measured.found.as_ref().ok().map(analysis);
        let metrics = points(analysis.as_ref(), &joined.summary, &verdict, window.start());
        let judging = baseline.known();
        let found = measured.found.as_ref().map_err(String::as_str);
        let sizes = found.map(sizes).unwrap_or_default();
        let part = part(DrawnGroups {
            now: found.and_then(|_| analysis.as_ref().ok_or("nothing was found")),
            rows: found.map_or(0, |found| found.rows),
            sizes: &sizes,
            baseline: judging.map(|judging| &judging.analysis),
            checks: &Checks::from(&verdict),
        });
        let file = analysis.unwrap_or_else(BiasAnalysis::of_nothing).to_bytes()?;
        let violations = violations(&verdict.violated).to_bytes()?;
        let report = Report::default();
        let report =
            report.with(ReportFile::Analysis, file).with(ReportFile::ConstraintViolations, violations);
        Ok(Measurement {
            report,
            verdict,
            judged_on: None,
            baseline_digest: judging.map(|judging| judging.digest(std::slice::from_ref(&asked.file))),
            baseline: judging.and_then(|judging| judging.version.clone()),
            baselines: judging
                .map(|judging| judging.files(std::slice::from_ref(&asked.file)))
                .unwrap_or_default(),
            capture: Some(joined.lines),
            replay: None,
            labelling: Labelling { ground_truth: Some(joined.summary), ..Labelling::default() },
            explanation: None,
            profile,
            aggregates: BTreeMap::new(),
            metrics,
            effort: Effort::default(),
            part,
        })
    }
}

/// A window's requests and answers with their labels.
struct Joined {
    rows: BiasRows,
    summary: GroundTruthSummary,
    lines: CaptureSummary,
    unread: Option<String>,
    seen: u64,
    /// What had to be decided and could not be.
    undecided: BTreeMap<String, String>,
}

/// What a window came to, or why it came to nothing.
struct Measured {
    found: Result<MeasuredBias, String>,
    /// Why it is not judged, though it may have been measured.
    unjudged: Option<String>,
}

impl Joined {
    fn measured(&self, least: f64) -> Measured {
        let found = match self.rows.is_empty() {
            true => Err("no row of the labelled records can be measured".to_owned()),
            false => measure(&self.rows),
        };
        Measured { found, unjudged: why_unjudged(&self.summary, least) }
    }
}

impl Measured {
    fn judged(&self) -> Result<&MeasuredBias, &str> {
        match &self.unjudged {
            Some(reason) => Err(reason),
            None => self.found.as_ref().map_err(String::as_str),
        }
    }
}

impl ModelBias {
    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }

    fn labels(&self) -> WindowLabels<'_> {
        let ModelBiasSettings { schedule, labels, .. } = &self.settings;
        let sample_payloads = schedule.sample_payloads;
        WindowLabels { store: &self.ground_truth, settings: labels, sample_payloads }
    }

    async fn asked(&self) -> Result<Asked, RunError> {
        Asked::read(&self.settings.analysis_config, self.s3()).await
    }

    async fn baseline(&self) -> Result<InForce<BaselineAnalysis<BiasAnalysis>>, RunError> {
        let ModelBiasSettings { schedule, constraints, .. } = &self.settings;
        let (named, baselines) = (constraints.as_ref(), self.baselines.as_ref());
        let places = BaselinePlaces { named, baselines, schedule, s3: self.s3() };
        BaselineAnalysis::find::<BaselineOfGroups>(places, BiasAnalysis::parse).await
    }

    /// Reads labels, then the captured records past them.
    async fn joined(
        &self,
        asked: &Asked,
        traffic: Traffic<'_>,
        hours: Hours,
        watcher: Watcher<'_>,
    ) -> Result<Joined, RunError> {
        let answers = &self.settings.answers;
        let (reading, truth_at) = (asked.of_captures(answers)?, asked.truth_at(answers)?);
        let GroundTruth { labels, mut summary, digest } =
            self.labels().read(hours, truth_at, &traffic).await?;
        let traffic = traffic.by([asked.file.sha256.as_str(), &digest]);
        let captured = captures::read_or_share(traffic, reading.join(labels), watcher).await?;
        let Captured { profile: records, lines, unread, seen, .. } = captured;
        ground_truth::note_joined(&mut summary, &records, &lines);
        let answered = records.into_answered().map_err(|reason| too_much(&self.capture, reason))?;
        Ok(Joined { rows: answered.into_rows(), summary, lines, unread, seen, undecided: BTreeMap::new() })
    }

    /// The hours that a schedule judged, as if their captures had been read.
    async fn of_hours(
        &self,
        of: &ScheduleName,
        asked: &Asked,
        request: RunRequest<'_>,
    ) -> Result<Joined, RunError> {
        let problem = asked.problem(asked.features()?, 0)?;
        let hours = JudgedHours::<CountedGroups>::read(of, request, |_, _| {}).await?;
        let undecided = hours.undecided();
        if hours.profile.as_ref().is_some_and(|profile| *profile.rows().problem() != problem) {
            return Err(hours.of_other_settings(request, "or another analysis configuration"));
        }
        let rows = hours.profile.map_or_else(|| BiasRows::new(&problem), CountedGroups::into_rows);
        let (summary, lines, unread) = (hours.labels, hours.lines, hours.unread);
        Ok(Joined { rows, summary, lines, unread, seen: 0, undecided })
    }

    /// What was found, held against the baseline; what could not be, with its reason.
    fn evaluated(
        &self,
        baseline: &InForce<BaselineAnalysis<BiasAnalysis>>,
        measured: &Measured,
        labels: &GroundTruthSummary,
        window: Window,
    ) -> Evaluated {
        let ModelBiasSettings { di, confidence, min_group, .. } = &self.settings;
        // The window's, so that each of its runs makes the same draws.
        let seed = window.start().as_second().unsigned_abs();
        let rule = BiasRule { di: *di, confidence: *confidence, min_group: *min_group as u64, seed };
        let mut evaluated = match baseline {
            InForce::Known(judging) => evaluate(measured.judged(), &judging.analysis, rule),
            InForce::Absent(absence) => Evaluated {
                not_evaluable: [("baseline".to_owned(), absence.to_string())].into(),
                ..Evaluated::default()
            },
        };
        judge_files(labels, &mut evaluated);
        judge_rows(labels, &mut evaluated);
        evaluated
    }
}

/// More rows of a window than are held.
fn too_much(store: &Store, reason: LeftOutBiasRow) -> ContractError {
    let reason = match reason {
        LeftOutBiasRow::TooManyRows => format!(
            "more than {MOST_BIAS_ROWS} labelled rows in the window; give shorter windows, or measure a share of the records with SAMPLE (--sample)"
        ),
        _ => "rows of different problems".to_owned(),
    };
    ContractError::malformed(store.location().to_string(), reason)
}
