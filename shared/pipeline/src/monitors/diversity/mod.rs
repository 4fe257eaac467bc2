//! The diversity check: what the endpoint answers to held-out sessions, and what it answered in the hour.
//!
//! It has no opinion on the numbers.

mod baseline;
mod examination;
mod inputs;
mod limits;
mod merged;
mod points;
mod settings;

pub use baseline::{BaselineOfLists, Floor, ListSettings};
pub use points::names;
pub use settings::DiversitySettings;

use crate::RunError;
use crate::baseline::{Absence, InForce};
use crate::captures::{self, Captured};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::merge::{Merger, kept};
use crate::monitor::{Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::endpoint::Endpoint;
use crate::replay::{Answers, Plan, Source, inference_prefix, recorded_answers, replay};
use crate::report::Report;
use crate::scheduled::Scheduled;
use baseline::Judging;
use bellwether_analysis::diversity::{ListProfile, list_turnover};
use bellwether_analysis::monitors::diversity::{
    CapturedLists, GatheredLists, Measured, OrReason, Replayed, constraints, feature_name, judge, statistics,
};
use bellwether_analysis::partial::encode;
use bellwether_analysis::verdict::Coverage;
use bellwether_contract::ContractError;
use bellwether_contract::catalog::Catalog;
use bellwether_contract::execution::{BaselineRole, Labelling, ReplaySummary};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::lists::RecommendationList;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::diversity::{DrawnLists, DrawnMetrics, part, redrawn};
use bellwether_storage::Store;
use jiff::SignedDuration;
use points::points;
use std::sync::Arc;

/// What to do where all records lack a response.
const OTHER_SIDE: &str = "capture the response too (CaptureMode Output), or let a replay answer (REPLAY)";

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The diversity check, ready to run.
pub type DiversityCheck = Scheduled<Diversity>;

/// Stores, the endpoint, and what is acceptable.
#[derive(Debug)]
pub struct Diversity {
    settings: DiversitySettings,
    clients: Option<Clients>,
    capture: Option<Store>,
    baselines: Option<Store>,
    endpoint: Option<Endpoint>,
}

impl Monitor for Diversity {
    const NAME: &'static str = "diversity";
    const COMMAND: &'static str = "diversity-check";
    type Settings = DiversitySettings;

    fn new(settings: DiversitySettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let open = |location| Store::new(location, s3);
        let (capture, baselines) = (
            settings.capture.as_ref().map(open).transpose()?,
            settings.baselines.as_ref().map(open).transpose()?,
        );
        let schedule = &settings.schedule;
        let endpoint =
            Endpoint::of(&settings.replay, &schedule.endpoint, &schedule.variant, clients.as_ref())?;
        Ok(Self { capture, baselines, endpoint, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        Ok(self.baseline().await?.known().map(|judging| judging.file.sha256.clone()))
    }

    fn merger() -> Option<Box<dyn Merger>> {
        Some(merged::merger())
    }

    fn redrawn(files: &RunFiles) -> Result<Part, ContractError> {
        let Some(statistics) = files.measured(ReportFile::Statistics)? else { return Ok(Part::default()) };
        let baseline = files.baseline(BaselineRole::Lists)?;
        let checks = &files.checks();
        Ok(redrawn(DrawnMetrics { statistics: &statistics, baseline: baseline.as_ref(), checks }))
    }

    async fn examine(&self, window: Option<Window>) -> Vec<Diagnosis> {
        self.looked_over(window).await
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let limits = &self.settings.limits;
        let (catalog, digest) = inputs::catalog(&self.settings.catalog, self.s3()).await?;
        let catalog = Arc::new(catalog);
        let baseline = self.baseline().await?;
        let captured = self.captured(request, &catalog, &digest, watcher).await?;
        let unread = captured.as_ref().and_then(|captured| captured.unread.clone());
        let completeness = match &captured {
            Some(Captured { seen, .. }) => {
                let DiversitySettings { completeness, schedule, .. } = &self.settings;
                let window = request.invocation.trigger.window;
                completeness.measured(schedule, self.clients.as_ref(), window, *seen).await
            }
            None => None,
        };
        let replayed = self.replayed(request, watcher).await?;
        let lists = replayed.as_ref().ok().map(|replayed| replayed.lists());
        let turnover = match &lists {
            Some(lists) => self.turnover(request, lists).await?,
            None => Err("no replay was made".to_owned()),
        };
        let measured = Measured {
            replay: match &replayed {
                Ok(replayed) => Ok(Replayed::of(&replayed.answers.lists, &catalog, limits.k)),
                Err(reason) => Err(reason.clone()),
            },
            captured: captured.map(|captured| (captured.profile, captured.lines)),
            turnover,
        };
        let (statistics, not_evaluable) = statistics(&measured, limits);
        let judged_on = measured.judged_on();
        let in_force = baseline.known();
        let constraints = constraints(limits, in_force.map(|judging| &judging.baseline), judged_on);
        let window = Coverage {
            lines: measured.captured.as_ref().map(|(_, lines)| lines),
            unread: unread.as_deref(),
            replayed: measured.replay.is_ok(),
            no_data: self.settings.schedule.no_data,
            has_constraints: true,
            other_side: OTHER_SIDE,
            completeness: completeness.as_ref(),
        };
        let mut verdict = judge(&measured, &statistics, &constraints, limits, window);
        let summary =
            replayed.as_ref().ok().zip(measured.replay.as_ref().ok()).map(|(replayed, measured)| {
                replayed.summary(self.settings.replay.name(), measured, !verdict.not_evaluable.is_empty())
            });
        let unread = replayed.as_ref().ok().and_then(|replayed| replayed.answers.unread.as_ref());
        verdict
            .warnings
            .extend(unread.map(|unread| format!("an answer of the replay cannot be read: {unread}")));
        let aggregates = statistics.recommendation_metrics.iter().flat_map(|metrics| metrics.iter());
        let aggregates = aggregates.map(|(name, metric)| (name.to_owned(), metric.value)).collect();
        let metrics = points(&measured, summary.as_ref(), &verdict, limits.k);
        let part = part(DrawnLists {
            k: limits.k,
            measured: &measured,
            statistics: &statistics,
            baseline: in_force.map(|judging| &judging.baseline),
            baseline_statistics: in_force.and_then(|judging| judging.statistics.as_ref()),
            checks: &Checks::from(&verdict),
            lists: lists.as_deref().unwrap_or_default(),
            catalog: &catalog,
            shows_values: self.settings.schedule.shows_values(),
        });
        let keeps = self.settings.schedule.keep_profiles && request.brought.is_none();
        let profile = keeps.then(|| encode(&GatheredLists::of(&measured, limits)));
        let profile = kept(profile, &mut verdict.warnings);
        let missing = [
            ("baseline".to_owned(), baseline.absence().map(Absence::to_string)),
            (feature_name(limits.k), replayed.as_ref().err().cloned()),
        ];
        let missing = missing.into_iter().filter_map(|(what, reason)| Some((what, reason?)));
        verdict.not_evaluable.extend(not_evaluable.into_iter().chain(missing));
        let report = Report::new(&statistics, &constraints, &verdict.violations())?;
        let report = match &lists {
            Some(lists) => report.with(ReportFile::Recommendations, inputs::packed(lists)?),
            None => report,
        };
        Ok(Measurement {
            report,
            verdict,
            judged_on: Some(judged_on.as_str()),
            baseline_digest: in_force.map(|judging| judging.file.sha256.clone()),
            baseline: in_force.map(|judging| judging.baseline.model_version.clone()),
            baselines: in_force.iter().map(|judging| judging.file.clone()).collect(),
            capture: measured.captured.map(|(_, summary)| summary),
            replay: summary,
            labelling: Labelling::default(),
            explanation: None,
            profile,
            aggregates,
            metrics,
            effort: replayed.map(|replayed| replayed.answers.effort).unwrap_or_default(),
            part,
        })
    }
}

impl Diversity {
    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }

    async fn baseline(&self) -> Result<InForce<Judging>, RunError> {
        let DiversitySettings { schedule, limits, .. } = &self.settings;
        match &self.baselines {
            Some(store) => Judging::in_force(store, &schedule.endpoint, &schedule.variant, limits.k).await,
            None => {
                Ok(InForce::Absent(Absence::NotSet("BASELINES_URI is not set; only the floor is judged")))
            }
        }
    }

    async fn captured(
        &self,
        request: RunRequest<'_>,
        catalog: &Arc<Catalog>,
        digest: &str,
        watcher: Watcher<'_>,
    ) -> Result<Option<Captured<ListProfile>>, RunError> {
        let Some(store) = &self.capture else {
            return Ok(None);
        };
        let DiversitySettings { schedule, path, limits, .. } = &self.settings;
        let traffic = schedule.traffic(store, request).by([digest]);
        let lists = CapturedLists::new(path.clone(), Arc::clone(catalog), limits.k);
        let captured = captures::read_or_share(traffic, lists, watcher).await?;
        let Captured { profile, mut lines, unread, seen, first_widths } = captured;
        Ok(Some(Captured { profile: profile.finish(&mut lines), lines, unread, seen, first_widths }))
    }

    /// The answers of the validation set, or why none were asked for.
    async fn replayed(
        &self,
        request: RunRequest<'_>,
        watcher: Watcher<'_>,
    ) -> Result<OrReason<Replay>, RunError> {
        let RunRequest { invocation, turns, .. } = request;
        let window = invocation.trigger.window;
        let (Some(location), false) = (&self.settings.validation_set, self.settings.replay == Source::None)
        else {
            return Ok(Err("no replay is configured".to_owned()));
        };
        let age = invocation.now.duration_since(window.end());
        if self.endpoint.is_some() && age.abs() > self.settings.replay_max_age {
            return Ok(Err(too_far(age, self.settings.replay_max_age)));
        }
        let sessions = inputs::sessions(location, self.s3()).await?;
        let prefix = inference_prefix(&window);
        let plan = Plan {
            path: &self.settings.path,
            k: self.settings.limits.k,
            cap: self.settings.replay_concurrency,
            deadline: invocation.deadline,
            prefix: &prefix,
        };
        let answers = match (&self.endpoint, &self.settings.replay) {
            (Some(endpoint), _) => {
                let replay = replay(endpoint, &sessions, plan, watcher);
                match turns {
                    Some(turns) => turns.in_turn(invocation, replay).await?,
                    None => replay.await?,
                }
            }
            (None, Source::Recorded(lists)) => {
                let text = inputs::lists_text(lists, self.s3()).await?;
                recorded_answers(&lists.to_string(), &text, &sessions, plan)?
            }
            (None, _) => return Ok(Err("no replay is configured".to_owned())),
        };
        let session_ids = sessions.into_iter().map(|session| session.session_id).collect();
        Ok(Ok(Replay { session_ids, answers }))
    }

    async fn turnover(
        &self,
        request: RunRequest<'_>,
        lists: &[RecommendationList],
    ) -> Result<OrReason<f64>, RunError> {
        // The schedule's previous run.
        let cadence = self.settings.schedule.cadence();
        let window = if cadence == AN_HOUR { "hour" } else { "window" };
        let Some(reports) = request.earlier_reports() else {
            return Ok(Err(format!("no report of the {window} before was brought")));
        };
        let before = inputs::earlier_lists(reports, &request.run.earlier(cadence), window).await?;
        Ok(before.and_then(|before| {
            list_turnover(lists, &before, self.settings.limits.k)
                .ok_or_else(|| format!("no session was answered in both {window}s"))
        }))
    }
}

/// The answers of a replay with the sessions they belong to.
struct Replay {
    session_ids: Vec<String>,
    answers: Answers,
}

impl Replay {
    /// Answered lists in the order of the validation set.
    fn lists(&self) -> Vec<RecommendationList> {
        let answered = self.session_ids.iter().zip(&self.answers.lists);
        answered
            .filter_map(|(id, list)| {
                Some(RecommendationList { session_id: id.clone(), recommendations: list.clone()? })
            })
            .collect()
    }

    fn summary(&self, source: &str, measured: &Replayed<'_>, incomplete: bool) -> ReplaySummary {
        ReplaySummary {
            source: source.to_owned(),
            sessions: measured.sessions,
            answered: measured.answered(),
            unanswered: self.answers.unanswered.clone(),
            non_finite: self.answers.non_finite,
            degraded: measured.is_degraded(),
            incomplete,
        }
    }
}

fn too_far(age: SignedDuration, most: SignedDuration) -> String {
    let minutes = age.as_mins();
    let place = if minutes < 0 { "ahead" } else { "ago" };
    format!(
        "the window ended {} minutes {place}, and a replay speaks about now (REPLAY_MAX_AGE is {} minutes)",
        minutes.abs(),
        most.as_mins()
    )
}
