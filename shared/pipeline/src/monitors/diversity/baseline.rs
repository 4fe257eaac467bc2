//! The baseline of diversity: what the lists of a model version measured, and the one in force that a window is held against.
//!
//! It stages, commits and publishes nothing, and moves no pointer.

use super::inputs;
use crate::RunError;
use crate::baseline::{
    Absence, BaselineKind, Draft, Drafting, InForce, Kept, Objection, PublishedManifest, Shelved, Wish,
    in_force, log_kept,
};
use crate::meter::Meter;
use crate::replay::Source;
use crate::replay::endpoint::Endpoint;
use crate::replay::{Answers, Plan, recorded_answers, replay};
use crate::report::Report;
use crate::settings::declared::settings;
use bellwether_analysis::monitors::diversity::{
    JudgedOn, Limits, Measured, Replayed, constraints, feature_name, statistics,
};
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::capture::REPLAY_PREFIX;
use bellwether_contract::execution::{BaselineFile, CommittedFile};
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{BaselineFolder, BaselineObject, BaselineOf, ReportFile};
use bellwether_contract::layout::FirstLayout;
use bellwether_contract::manifest::Manifest;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::sessions::Session;
use bellwether_contract::statistics::Statistics;
use bellwether_storage::{Location, Store};
use jiff::Timestamp;

settings! {
    /// What lists are measured by where a version's baseline is made.
    pub struct ListSettings {
        @limits: Limits = "What lists must satisfy.";
        /// Held-out sessions as JSON Lines: {session_id, features}
        VALIDATION_SET_URI "validation-set" "URI" (optional) => validation_set: Location;
        /// Item to category, as a JSON object or as CSV item_id,category
        CATALOG_URI "catalog" "URI" (optional) => catalog: Location;
        /// Who answers the replay: sagemaker, none, or http(s)://host/invocations
        REPLAY "replay" "SOURCE" (or default) by answering => replay: Source;
        /// JMESPath from a response to its item ids
        RECOMMENDATIONS_PATH "recommendations-path" "EXPR" ("recommendations[].item_id") => path: RecommendationsPath;
        /// Most calls in flight at a time, 1 to 20
        REPLAY_CONCURRENCY "replay-concurrency" "N" ("20") in 1.0..=20.0 => replay_concurrency: usize;
    }
    check(reader) {
        let is_set = |location: &Option<Option<Location>>| location.as_ref().is_some_and(Option::is_some);
        // A catalogue alone is what a monitor of captured lists has: it has no sessions to measure a version by.
        if is_set(&validation_set) && !is_set(&catalog) {
            reader.mistake("CATALOG_URI (--catalog) is missing: lists are measured by it");
        }
    }
}

settings! {
    /// What a baseline of lists must satisfy to be put in force.
    pub struct Floor {
        /// Floor of the mean number of categories in a list: what lies below is not put in force
        MIN_DIVERSITY "min-diversity" "N" ("4") in 0.0..=1000.0 => min_diversity: f64;
    }
}

/// Somebody who answers now: recorded lists are the manifest's to name.
fn answering(text: &str) -> Result<Source, String> {
    match text.parse()? {
        Source::Recorded(_) => Err(format!(
            "{text:?}: recorded lists are named by the manifest; use sagemaker, none or http://host:port/invocations"
        )),
        source => Ok(source),
    }
}

/// Baselines of recommendation lists: those of a version's training, or those that it answers with.
#[derive(Debug)]
pub struct BaselineOfLists {
    settings: ListSettings,
}

impl BaselineKind for BaselineOfLists {
    const FOLDER: BaselineFolder = BaselineFolder::of_the_version("diversity");
    const TOLD_AS: Option<&'static str> = None;
    const MAY_OBJECT: bool = true;
    type Commit = DiversityBaseline;
    type Settings = ListSettings;
    type Bar = Floor;

    fn new(settings: ListSettings) -> Self {
        Self { settings }
    }

    fn bar(&self) -> Floor {
        Floor { min_diversity: self.settings.limits.min_diversity }
    }

    /// Lists can be had of a version: it names some, or it is deployed and can be asked.
    fn wish(&self, manifest: &Manifest) -> Wish {
        let can_be_asked = self.settings.replay != Source::None && self.measuring().is_some();
        if manifest.recommendations.is_some() || (manifest.deployed && can_be_asked) {
            Wish::Named
        } else {
            Wish::Otherwise
        }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<DiversityBaseline>, RunError> {
        let Drafting { published, .. } = drafting;
        let limits = &self.settings.limits;
        let (validation_set, catalog) =
            self.measuring().ok_or_else(|| nothing_to_measure(published, NOT_MEASURED))?;
        let (catalog, _) = inputs::catalog(catalog, drafting.s3()).await?;
        let sessions = inputs::sessions(validation_set, drafting.s3()).await?;
        let answers = self.answers(drafting, &sessions).await?;
        let replayed = Replayed::of(&answers.lists, &catalog, limits.k);
        if replayed.is_degraded() {
            return Err(RunError::TooFewAnswers {
                object: published.object.clone(),
                answered: replayed.answered(),
                sessions: replayed.sessions,
                unanswered: answers.unanswered,
            });
        }
        Ok(laid_out(published, replayed, limits)?)
    }

    fn objection(
        object: &str,
        baseline: &DiversityBaseline,
        bar: &Floor,
    ) -> Result<Option<Objection>, ContractError> {
        let metric_name = format!("{}_mean", feature_name(baseline.top_k as usize));
        let metric = baseline.recommendation_metrics.get(&metric_name);
        let metric =
            metric.ok_or_else(|| ContractError::malformed(object, format!("holds no {metric_name}")))?;
        let meaning = "The model recommends too uniformly on the validation set.";
        let objection = Objection { metric_name, value: metric.value, limit: bar.min_diversity, meaning };
        Ok((objection.value < objection.limit).then_some(objection))
    }

    fn log(kept: &Kept<DiversityBaseline>, meter: Meter) {
        let DiversityBaseline { sessions, answered, .. } = kept.baseline;
        log_kept!(kept, meter, kept.standing.in_words(), sessions = sessions, answered = answered);
    }
}

impl Shelved for DiversityBaseline {
    fn of(&self) -> BaselineOf<'_> {
        let Self { endpoint_name, target_variant, model_version, .. } = self;
        BaselineOf { endpoint: endpoint_name, variant: target_variant, version: model_version }
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn manifest_digest(&self) -> Option<&str> {
        self.manifest_digest.as_deref()
    }

    fn files(&self) -> &[CommittedFile] {
        &self.files
    }
}

/// What a manifest without lists lacks, where its version is not measured.
macro_rules! no_lists {
    ($and:literal) => {
        concat!("names no recommendations, and ", $and, "; name lists, or deploy the version and say so")
    };
}
const NOT_MEASURED: &str =
    no_lists!("VALIDATION_SET_URI and CATALOG_URI are not both set, so no list can be measured");
const NOT_DEPLOYED: &str =
    no_lists!("does not say \"deployed\": true, so a replay would measure the model before it");
const NOBODY_ANSWERS: &str = no_lists!("no replay is configured (REPLAY)");

fn nothing_to_measure(published: &PublishedManifest, reason: &'static str) -> RunError {
    RunError::NothingToMeasure { object: published.object.clone(), reason }
}

impl BaselineOfLists {
    /// Held-out sessions and the catalogue; absent where no lists are measured here.
    fn measuring(&self) -> Option<(&Location, &Location)> {
        self.settings.validation_set.as_ref().zip(self.settings.catalog.as_ref())
    }

    /// The lists of the version: those of its training, or those that the endpoint gives, but only if it serves it.
    async fn answers(&self, drafting: Drafting<'_>, sessions: &[Session]) -> Result<Answers, RunError> {
        let ListSettings { path, limits, replay_concurrency, .. } = &self.settings;
        let Drafting { published, clients, deadline, watcher } = drafting;
        let prefix = format!("{REPLAY_PREFIX}baseline-");
        let plan = Plan { path, k: limits.k, cap: *replay_concurrency, deadline, prefix: &prefix };
        let Manifest { endpoint_name, target_variant, deployed, recommendations, .. } = &published.manifest;
        if let Some(lists) = recommendations {
            let lists = published.beside("recommendations", lists)?;
            let text = inputs::lists_text(&lists, drafting.s3()).await?;
            return Ok(recorded_answers(&lists.to_string(), &text, sessions, plan)?);
        }
        if !deployed {
            return Err(nothing_to_measure(published, NOT_DEPLOYED));
        }
        match Endpoint::of(&self.settings.replay, endpoint_name, target_variant, clients)? {
            Some(endpoint) => replay(&endpoint, sessions, plan, watcher).await,
            None => Err(nothing_to_measure(published, NOBODY_ANSWERS)),
        }
    }
}

/// The statistics of the lists, and the constraints that they set for the hours to come.
fn laid_out(
    published: &PublishedManifest,
    replayed: Replayed<'_>,
    limits: &Limits,
) -> Result<Draft<DiversityBaseline>, ContractError> {
    let (sessions, answered) = (replayed.sessions, replayed.answered());
    let turnover = Err("a baseline has no hour before it".to_owned());
    let measured = Measured { replay: Ok(replayed), captured: None, turnover };
    let (statistics, _) = statistics(&measured, limits);
    let Manifest { endpoint_name, target_variant, model_version, created_at, .. } = &published.manifest;
    let mut baseline = DiversityBaseline {
        layout: FirstLayout,
        model_version: model_version.clone(),
        created_at: *created_at,
        endpoint_name: endpoint_name.clone(),
        target_variant: target_variant.clone(),
        top_k: u32::try_from(limits.k).unwrap_or(u32::MAX),
        sessions,
        answered,
        recommendation_metrics: statistics.recommendation_metrics.clone().unwrap_or_default(),
        manifest_digest: Some(published.digest.clone()),
        files: Vec::new(),
    };
    let report = Report::of_baseline(&statistics, &constraints(limits, Some(&baseline), JudgedOn::Replay))?;
    baseline.files = report.committed();
    Ok(Draft { baseline, report })
}

/// What a window is held against.
#[derive(Debug)]
pub(super) struct Judging {
    /// The numbers of the version in force.
    pub(super) baseline: DiversityBaseline,
    /// The file that holds them.
    pub(super) file: BaselineFile,
    /// How its lists were distributed: shown, and nothing is judged by it.
    pub(super) statistics: Option<Statistics>,
}

impl Judging {
    /// The baseline in force for lists of length k, or why there is none.
    pub(super) async fn in_force(
        store: &Store,
        endpoint: &EndpointName,
        variant: &VariantName,
        k: usize,
    ) -> Result<InForce<Self>, RunError> {
        let found = match in_force::<BaselineOfLists>(store, endpoint, variant).await? {
            InForce::Known(found) => found,
            InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
        };
        let read = found.file(BaselineObject::Commit).await?;
        let baseline: DiversityBaseline = from_slice(&read.file.uri, &read.bytes)?;
        if baseline.top_k as usize != k {
            let DiversityBaseline { model_version, top_k, .. } = baseline;
            let why = format!("the baseline of {model_version} is of lists of {top_k}, not {k}");
            return Ok(InForce::Absent(Absence::Unfit(why)));
        }
        let shown = found.shown(BaselineObject::File(ReportFile::Statistics)).await?;
        let statistics = shown.and_then(|read| from_slice(&read.file.uri, &read.bytes).ok());
        Ok(InForce::Known(Self { baseline, file: read.file, statistics }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    /// A version names its lists, or answers now: where neither is so, there is nothing to be measured of it.
    #[test]
    fn lists_are_wanted_of_a_version_that_names_some_or_can_be_asked() {
        let kind = |replay: &str, has_sessions: bool| {
            let variable = |name: &str| match name {
                "REPLAY" => Some(replay.to_owned()),
                "VALIDATION_SET_URI" => has_sessions.then(|| "inputs/sessions.jsonl".to_owned()),
                "CATALOG_URI" => Some("inputs/catalog.json".to_owned()),
                _ => None,
            };
            BaselineOfLists::new(ListSettings::read(variable).expect("settings"))
        };
        let manifest = |lists: Option<&str>, deployed: bool| {
            let text = serde_json::json!({"model_version": "v1", "created_at": "2026-10-31T07:00:00Z",
                "endpoint_name": "news", "target_variant": "AllTraffic", "deployed": deployed, "recommendations": lists});
            Manifest::parse("manifest.json", text.to_string().as_bytes()).expect("a manifest")
        };
        for (replay, has_sessions, lists, deployed, is_wanted) in [
            ("none", false, Some("lists.jsonl"), false, true),
            ("sagemaker", true, None, true, true),
            ("sagemaker", true, None, false, false),
            ("none", true, None, true, false),
            ("sagemaker", false, None, true, false),
        ] {
            let wish = kind(replay, has_sessions).wish(&manifest(lists, deployed));
            let told = format!("{replay} {has_sessions} {lists:?} {deployed}");
            assert_eq!(matches!(wish, Wish::Named), is_wanted, "{told}");
        }
    }
}
