//! The model-explainability monitor: does the model still decide for the same reasons?
//!
//! It reads the configuration, then the captured window, of which it keeps a sample of rows; asks the model about those; and lays out
//! what the analysis crate makes of the answers. It has no opinion on the numbers.

mod asked;
mod baseline;
mod contained;
mod examination;
mod explained;
mod points;
mod settings;
mod suggested;

use crate::RunError;
use crate::baseline::{BaselineAnalysis, BaselinePlaces, InForce};
use crate::captures::{self, Captured};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::monitor::{Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::Effort;
use crate::replay::asking::Pace;
use crate::replay::endpoint::Endpoint;
use crate::report::Report;
use asked::{Asked, endpoint_of};
use bellwether_analysis::model_explainability::{ExplanationProblem, SampledRows, Sampling};
use bellwether_analysis::monitors::model_explainability::{evaluate, violations};
use bellwether_analysis::verdict::{Coverage, Evaluated};
use bellwether_contract::ContractError;
use bellwether_contract::execution::{BaselineRole, Labelling};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_explainability::ExplanationAnalysis;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::model_explainability::{DrawnReasons, part};
use bellwether_storage::Store;
use explained::{Interview, explain};
use points::points;
use std::collections::BTreeMap;

pub use baseline::BaselineOfReasons;
pub use explained::Explanation;
pub use points::names;
pub use settings::{AskedEndpoint, AskingSettings, ModelExplainabilitySettings, ModelUrl};
pub use suggested::{Extent, SuggestedReasons, suggest};

/// What to do where all records lack a request.
const OTHER_SIDE: &str = "capture the request too (CaptureMode Input): its values are what is explained";
/// What the explanations of a window are called among what was not evaluated.
const EXPLANATIONS: &str = "explanations";

/// Stores, the model that is asked, and how.
#[derive(Debug)]
pub struct ModelExplainability {
    settings: ModelExplainabilitySettings,
    clients: Option<Clients>,
    capture: Store,
    baselines: Option<Store>,
    endpoint: Option<Endpoint>,
}

impl Monitor for ModelExplainability {
    const NAME: &'static str = "model-explainability";
    type Settings = ModelExplainabilitySettings;

    fn new(settings: ModelExplainabilitySettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let capture = Store::new(&settings.capture, s3)?;
        let baselines = settings.baselines.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        let endpoint = endpoint_of(&settings.asking, clients.as_ref())?;
        Ok(Self { capture, baselines, endpoint, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        let (baseline, asked) = (self.baseline().await?, self.asked().await?);
        Ok(baseline.known().map(|judging| judging.digest(&asked.files)))
    }

    fn redrawn(files: &RunFiles) -> Result<Part, ContractError> {
        let baseline: Option<ExplanationAnalysis> = files.baseline(BaselineRole::Analysis)?;
        let now = files.execution.explanation.as_deref();
        Ok(part(DrawnReasons { now, baseline: baseline.as_ref(), checks: &files.checks() }))
    }

    async fn examine(&self, window: Option<Window>) -> Vec<Diagnosis> {
        self.looked_over(window).await
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let (window, schedule) = (request.invocation.trigger.window, &self.settings.schedule);
        let (baseline, asked) = (self.baseline().await?, self.asked().await?);
        let problem = asked.problem(seed(window))?;
        let captured = self.captured(&asked, schedule.traffic(&self.capture, request), watcher).await?;
        let Captured { profile, lines, unread, seen, .. } = captured;
        let completeness = &self.settings.completeness;
        let completeness = completeness.measured(schedule, self.clients.as_ref(), window, seen).await;
        let all = profile.rows();
        let (found, effort) = self.explained(request, &asked, &problem, profile, watcher).await?;
        let judging = baseline.known();
        let before = judging.map(|judging| &judging.analysis);
        let summary =
            found.as_ref().and_then(|found| found.as_ref().ok()).map(|it| it.summary(all, &problem, before));
        let undecided: BTreeMap<String, String> = match &found {
            Some(Err(reason)) => [(EXPLANATIONS.to_owned(), reason.clone())].into(),
            _ => BTreeMap::new(),
        };
        let coverage = Coverage {
            lines: Some(&lines),
            unread: unread.as_deref(),
            replayed: false,
            no_data: schedule.no_data,
            has_constraints: judging.is_some(),
            other_side: OTHER_SIDE,
            completeness: completeness.as_ref(),
        };
        let explanation = found.and_then(Result::ok);
        let live = explanation.as_ref().map(|explanation| &explanation.analysis);
        let rows = summary.as_ref().map_or(0, |summary| summary.explained_rows);
        let mut evaluated = self.evaluated(&baseline, live, rows);
        let outputs = explanation.as_ref().map(|explanation| explanation.explained.outputs);
        evaluated.warnings.extend(asked.config.doubts(outputs));
        evaluated.warnings.extend(summary.as_ref().and_then(|summary| summary.note.clone()));
        let verdict = coverage.conclude(evaluated, undecided);
        let part =
            part(DrawnReasons { now: summary.as_ref(), baseline: before, checks: &Checks::from(&verdict) });
        let metrics = points(live.zip(summary.as_ref()), &verdict, window.start());
        let file = live.cloned().unwrap_or_else(ExplanationAnalysis::of_nothing).to_bytes()?;
        let violations = violations(&verdict.violated).to_bytes()?;
        let report = Report::default();
        let report =
            report.with(ReportFile::Analysis, file).with(ReportFile::ConstraintViolations, violations);
        Ok(Measurement {
            report,
            verdict,
            judged_on: None,
            baseline_digest: judging.map(|judging| judging.digest(&asked.files)),
            baseline: judging.and_then(|judging| judging.version.clone()),
            baselines: judging.map(|judging| judging.files(&asked.files)).unwrap_or_default(),
            capture: Some(lines),
            replay: None,
            labelling: Labelling::default(),
            explanation: summary.map(Box::new),
            aggregates: BTreeMap::new(),
            metrics,
            profile: None,
            effort,
            part,
        })
    }
}

/// The window's, so that each of its runs draws the same.
fn seed(window: Window) -> u64 {
    window.start().as_second().unsigned_abs()
}

impl ModelExplainability {
    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }

    async fn asked(&self) -> Result<Asked, RunError> {
        Asked::read(&self.settings.analysis_config, &self.settings.asking, self.s3()).await
    }

    async fn baseline(&self) -> Result<InForce<BaselineAnalysis<ExplanationAnalysis>>, RunError> {
        let ModelExplainabilitySettings { schedule, constraints, .. } = &self.settings;
        let (named, baselines) = (constraints.as_ref(), self.baselines.as_ref());
        let places = BaselinePlaces { named, baselines, schedule, s3: self.s3() };
        BaselineAnalysis::find::<BaselineOfReasons>(places, ExplanationAnalysis::parse).await
    }

    /// The rows of the window that are explained.
    async fn captured(
        &self,
        asked: &Asked,
        traffic: captures::Traffic<'_>,
        watcher: Watcher<'_>,
    ) -> Result<Captured<SampledRows>, RunError> {
        let sampling = Sampling {
            names: asked.config.feature_names(),
            path: asked.path.clone(),
            rows: self.settings.explained_rows,
            seed: seed(traffic.window),
        };
        let traffic = traffic.by(asked.files.iter().map(|file| file.sha256.as_str()));
        captures::read_or_share(traffic, SampledRows::new(sampling), watcher).await
    }

    /// What the rows come to, or why they come to nothing; `None` where there is no row.
    async fn explained(
        &self,
        request: RunRequest<'_>,
        asked: &Asked,
        problem: &ExplanationProblem,
        sample: SampledRows,
        watcher: Watcher<'_>,
    ) -> Result<(Option<Result<Explanation, String>>, Effort), RunError> {
        let all = sample.rows();
        let rows = sample.into_explained();
        if rows.is_empty() {
            return Ok((None, Effort::default()));
        }
        let RunRequest { invocation, turns, .. } = request;
        let called = invocation.trigger.window.label();
        let interview = Interview {
            asked,
            problem,
            endpoint: self.endpoint.as_ref(),
            row_budget: self.settings.row_budget as u64,
            pace: Pace { cap: self.settings.asking.concurrency, deadline: invocation.deadline },
            called: &called,
            turns: turns.map(|turns| (turns, invocation)),
        };
        let (found, effort) = explain(interview, &rows, all, watcher).await?;
        Ok((Some(found), effort))
    }

    /// What was found, held against the baseline; what could not be, with its reason.
    fn evaluated(
        &self,
        baseline: &InForce<BaselineAnalysis<ExplanationAnalysis>>,
        live: Option<&ExplanationAnalysis>,
        rows: u64,
    ) -> Evaluated {
        match baseline {
            InForce::Known(judging) => {
                let live = live.ok_or("no row of the window was explained");
                evaluate(live, &judging.analysis, self.settings.threshold, rows)
            }
            InForce::Absent(absence) => Evaluated {
                not_evaluable: [("baseline".to_owned(), absence.to_string())].into(),
                ..Evaluated::default()
            },
        }
    }
}
