//! Recommendation diversity: whether what the lists of a recommender hold has become uniform.
//!
//! A model that recommends the same few categories to everybody answers fast, keeps its types and its score
//! distribution, and no built-in monitor sees it. The measures are in [`crate::diversity`]; here [`statistics`] lays them
//! out as a file, [`constraints`] says what they must satisfy, [`evaluate`] compares the two, and [`judge`] adds what a run
//! may claim when answers or captured lines are missing. A replay that was made is judged; without one the captured lists
//! are, by the floor alone: their sessions differ from hour to hour, so a baseline's band does not fit them. Nothing here reads a baseline or talks to an endpoint.
//!
//! Blind spots: categories are those of the catalogue, so a collapse inside one category is not seen; a validation set
//! that no longer resembles the traffic measures other users than those of today.
//!
//! Acceptable band, with B the baseline of the same k (each number is a setting):
//!
//! | constraint | violated when |
//! |---|---|
//! | `top{k}_category_diversity_mean` | mean < 0.9 B.mean |
//! | `top{k}_category_diversity_p5` | p5 < B.p5 - 0 |
//! | `top{k}_category_diversity_min` | min < B.min - 1 |
//! | `top{k}_category_diversity_mean_floor` | mean < 4, baseline or not |
//! | `captured_category_diversity_mean_floor` | mean of the captured lists < 4, where no replay was made |
//! | `capture_corrupt_share` | more than 1 % of the captured lines are corrupt |
//! | `unknown_item_share` | more than 5 % of the recommended items are unknown to the catalogue |
//!
//! Four sessions, two categories a list at most, one without an answer: the mean is of the three answers, (2 + 1 + 1) / 3, and the
//! lost list leaves it between 4 / 4 and 6 / 4.
//!
//! ```
//! use bellwether_analysis::monitors::diversity::Replayed;
//! use bellwether_contract::catalog::Catalog;
//!
//! let catalog = Catalog::parse("catalogue", br#"{"a": "news", "b": "news", "c": "sport"}"#)?;
//! let list = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect());
//! let answers = [list(&["a", "c"]), list(&["a", "b"]), list(&["c"]), None];
//! let replayed = Replayed::of(&answers, &catalog, 2);
//! assert_eq!(replayed.answered(), 3);
//! assert_eq!(replayed.mean_bounds(), (1.0, 1.5));
//! assert!(replayed.is_incomplete(), "three of four answers are below nine of ten");
//! # Ok::<(), bellwether_contract::ContractError>(())
//! ```

mod gathered;

pub use gathered::GatheredLists;

use crate::diversity::{ListProfile, ListsTogether};
use crate::partial::{self, PartialError};
use crate::recommendations::{ItemIds, RecommendationsPath};
use crate::records::{Noted, Portable, RecordProfile};
use crate::verdict::{
    CORRUPT_LIMIT, CORRUPT_SHARE, Coverage, Evaluated, Verdict, Violated, corrupt_share, description,
};
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected};
use bellwether_contract::catalog::Catalog;
use bellwether_contract::constraints::{ComparisonOperator, Constraints, MetricConstraint};
use bellwether_contract::execution::{CaptureSummary, Execution};
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::named::Named;
use bellwether_contract::statistics::{
    Dataset, FeatureStatistics, InferredType, Metric, Statistics, Unknown,
};
use bellwether_contract::violations::CheckType;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Above this share of unknown items the catalogue is stale.
pub const UNKNOWN_ITEM_LIMIT: f64 = 0.05;
/// From this share of answers on a replay speaks for all sessions.
pub const WHOLE_REPLAY: f64 = 0.95;
/// Below this share of answers a replay decides nothing.
pub const LEAST_REPLAY: f64 = 0.9;

const UNKNOWN_SHARE: &str = "unknown_item_share";
/// Ends the name of a constraint that is an absolute floor.
const FLOOR: &str = "_floor";

/// Name of the per-list measure of captured traffic.
pub const CAPTURED_FEATURE: &str = "captured_category_diversity";

/// Name of the per-list measure of a replay: `top10_category_diversity`.
pub fn feature_name(k: usize) -> String {
    format!("top{k}_category_diversity")
}

/// Which lists a verdict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedOn {
    /// Those that the endpoint answered to held-out sessions.
    Replay,
    /// Those of the captured traffic.
    Capture,
}

impl JudgedOn {
    /// The word in `execution.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Capture => Execution::ON_CAPTURE,
        }
    }
}

/// What a recommender's lists must satisfy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// How many items of each list count.
    pub k: usize,
    /// MIN_DIVERSITY: the floor of the mean.
    pub min_diversity: f64,
    /// The mean may fall to this share of the baseline's.
    pub mean_ratio: f64,
    /// p5 may fall this far below the baseline's.
    pub p5_margin: f64,
    /// The minimum may fall this far below the baseline's.
    pub min_margin: f64,
}

/// A value, or the reason why there is none: a line of the report. The run goes on without it, so that is no error of the run.
pub type OrReason<T> = Result<T, String>;

/// Everything that was measured in a window.
#[derive(Debug)]
pub struct Measured<'c> {
    /// The lists of the replay, one by one and together, or why none was made.
    pub replay: OrReason<Replayed<'c>>,
    /// The captured lists and what became of the captured lines; absent without a capture URI.
    pub captured: Option<(ListProfile, CaptureSummary)>,
    /// Change against the previous hour, or why there is none.
    pub turnover: OrReason<f64>,
}

/// The lists of captured responses.
#[derive(Debug, Clone)]
pub struct CapturedLists {
    path: Arc<RecommendationsPath>,
    catalog: Arc<Catalog>,
    k: usize,
    lists: ListProfile,
}

impl CapturedLists {
    /// No list yet; the first k items of each will count.
    pub fn new(
        path: impl Into<Arc<RecommendationsPath>>,
        catalog: impl Into<Arc<Catalog>>,
        k: usize,
    ) -> Self {
        Self { path: path.into(), catalog: catalog.into(), k, lists: ListProfile::new(k) }
    }

    /// What was gathered, and how much of it is worth a second look.
    pub fn finish(self, lines: &mut CaptureSummary) -> ListProfile {
        lines.short_lists = self.lists.short_lists();
        lines.lists_with_unknown_items = self.lists.lists_with_unknown_items();
        self.lists
    }
}

impl RecordProfile for CapturedLists {
    fn empty(&self) -> Self {
        Self::new(Arc::clone(&self.path), Arc::clone(&self.catalog), self.k)
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let payload = record.output().ok_or(LeftOut::NoOutput)?.payload()?;
        let ItemIds { ids, non_finite } = self.path.ids(&payload)?;
        self.lists.push(&self.catalog, &ids);
        Ok(Noted { non_finite, ..Noted::default() })
    }

    fn merge(&mut self, later: &Self) {
        self.lists.merge(&later.lists);
    }
}

impl Portable for CapturedLists {
    fn encode(&self) -> Result<Vec<u8>, PartialError> {
        partial::encode(&self.lists)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Self, PartialError> {
        let lists: ListProfile = partial::decode(bytes)?;
        if lists.k() != self.k {
            let reason =
                format!("the first {} items of a list counted, and now the first {}", lists.k(), self.k);
            return Err(PartialError::OtherSettings(reason));
        }
        Ok(Self { lists, ..self.empty() })
    }
}

/// A replay that was made.
#[derive(Debug)]
pub struct Replayed<'c> {
    /// List by list.
    pub lists: ListProfile,
    /// All lists at once.
    pub together: ListsTogether<'c>,
    /// Sessions of the validation set.
    pub sessions: u64,
    /// Most categories that a list can have: the smaller of k and the number of categories.
    pub most_categories: u64,
}

impl<'c> Replayed<'c> {
    /// Profiles the sessions' lists; `None` is a session without an answer.
    pub fn of(answers: &[Option<Vec<String>>], catalog: &'c Catalog, k: usize) -> Self {
        let (mut lists, mut together) = (ListProfile::new(k), ListsTogether::new(catalog, k));
        for answer in answers {
            match answer {
                Some(list) => {
                    lists.push(catalog, list);
                    together.push(list);
                }
                None => lists.push_missing(),
            }
        }
        let most_categories = k.min(catalog.category_count()) as u64;
        Self { lists, together, sessions: answers.len() as u64, most_categories }
    }

    /// Sessions with an answer.
    pub fn answered(&self) -> u64 {
        self.lists.count()
    }

    fn answered_share(&self) -> f64 {
        self.answered() as f64 / self.sessions as f64
    }

    /// Fewer answers than speak for all sessions.
    pub fn is_degraded(&self) -> bool {
        self.answered_share() < WHOLE_REPLAY
    }

    /// Fewer answers than decide anything.
    pub fn is_incomplete(&self) -> bool {
        self.answered_share() < LEAST_REPLAY
    }

    /// The mean over all sessions if every lost list had no category, and if each had the most it can.
    pub fn mean_bounds(&self) -> (f64, f64) {
        let lost = self.sessions - self.answered();
        let (sum, sessions) = (self.lists.sum() as f64, self.sessions as f64);
        (sum / sessions, (sum + (lost * self.most_categories) as f64) / sessions)
    }
}

impl Measured<'_> {
    /// What the constraints are held against: the lists of the replay, or, where none was made, captured ones.
    #[must_use]
    pub fn judged_on(&self) -> JudgedOn {
        if self.replay.is_ok() { JudgedOn::Replay } else { JudgedOn::Capture }
    }

    /// The lists that are judged, if there are any.
    #[must_use]
    pub fn judged_lists(&self) -> Option<&ListProfile> {
        match &self.replay {
            Ok(replay) => Some(&replay.lists),
            Err(_) => self.captured.as_ref().map(|(lists, _)| lists).filter(|lists| lists.count() > 0),
        }
    }
}

/// `statistics.json` of a run, and the metrics that have no value with the reason.
pub fn statistics(measured: &Measured<'_>, limits: &Limits) -> (Statistics, BTreeMap<String, String>) {
    let mut table = Table::default();
    let mut features = Vec::new();
    let mut item_count = 0;
    let (replay_feature, floor) = (feature_name(limits.k), Some(limits.min_diversity));
    if let Ok(replay) = &measured.replay {
        features.push(feature(&replay.lists, &replay_feature));
        item_count = replay.sessions;
        table.add_lists(&replay_feature, &replay.lists, floor, "no session was answered");
        table.add_together(&replay.together);
        table.add(
            "list_turnover",
            measured.turnover.as_ref().ok().copied(),
            measured.turnover.as_ref().err(),
        );
    }
    if let Some((lists, lines)) = &measured.captured {
        features.push(feature(lists, CAPTURED_FEATURE));
        if measured.replay.is_err() {
            item_count = lists.count();
        }
        table.add_lists(CAPTURED_FEATURE, lists, floor, "no captured record in the window");
        table.add(CORRUPT_SHARE, Some(corrupt_share(lines)), None);
    }
    table.add(
        UNKNOWN_SHARE,
        measured.judged_lists().and_then(ListProfile::unknown_item_share),
        Some(&"nothing was recommended".into()),
    );
    let statistics = Statistics {
        version: 0.0,
        dataset: Dataset { item_count, unknown: Unknown::new() },
        features,
        recommendation_metrics: Some(table.metrics),
        unknown: Unknown::new(),
    };
    (statistics, table.not_evaluable)
}

fn feature(lists: &ListProfile, name: &str) -> FeatureStatistics {
    lists.column().finish(name, InferredType::Integral)
}

#[derive(Default)]
struct Table {
    metrics: Named<Metric>,
    not_evaluable: BTreeMap<String, String>,
}

impl Table {
    fn add(&mut self, name: impl Into<String>, value: Option<f64>, reason: Option<&String>) {
        match value {
            Some(value) => self.metrics.insert(name, Metric::from(value)),
            None => {
                let reason = reason.cloned().unwrap_or_else(|| "not defined for these lists".to_owned());
                self.not_evaluable.insert(name.into(), reason);
            }
        }
    }

    fn add_lists(&mut self, feature: &str, lists: &ListProfile, floor: Option<f64>, empty: &str) {
        let values = [
            ("mean", lists.mean()),
            ("min", lists.min()),
            ("max", lists.max()),
            ("p5", lists.percentile(0.05)),
            ("p50", lists.percentile(0.5)),
            ("std_dev", lists.std_dev()),
            ("share_below", floor.and_then(|floor| lists.share_below(floor))),
        ];
        for (suffix, value) in values {
            self.add(format!("{feature}_{suffix}"), value, Some(&empty.to_owned()));
        }
    }

    fn add_together(&mut self, lists: &ListsTogether<'_>) {
        self.add("category_coverage", lists.category_coverage(), None);
        self.add("catalogue_coverage", lists.catalogue_coverage(), None);
        self.add("item_entropy", lists.item_entropy(), None);
        self.add("category_entropy", lists.category_entropy(), None);
        self.add("item_gini", lists.item_gini(), None);
        self.add("personalisation", lists.personalisation(), None);
        self.add("intra_list_diversity", lists.intra_list_diversity(), None);
    }
}

/// What a run of these limits must satisfy, by a baseline of the same k where there is one.
pub fn constraints(
    limits: &Limits,
    baseline: Option<&DiversityBaseline>,
    judged_on: JudgedOn,
) -> Constraints {
    let feature = judged_feature(limits.k, judged_on);
    let mut table = Named::new();
    let mut below = |suffix: &str, threshold: Option<f64>| {
        if let Some(threshold) = threshold {
            table.insert(
                format!("{feature}_{suffix}"),
                limit(threshold, ComparisonOperator::LessThanThreshold),
            );
        }
    };
    let of_baseline = |suffix: &str| {
        let baseline = baseline.filter(|_| judged_on == JudgedOn::Replay)?;
        baseline.recommendation_metrics.get(&format!("{feature}_{suffix}")).map(|metric| metric.value)
    };
    below("mean", of_baseline("mean").map(|mean| mean * limits.mean_ratio));
    below("p5", of_baseline("p5").map(|p5| p5 - limits.p5_margin));
    below("min", of_baseline("min").map(|min| min - limits.min_margin));
    below("mean_floor", Some(limits.min_diversity));
    table.insert(CORRUPT_SHARE, limit(CORRUPT_LIMIT, ComparisonOperator::GreaterThanThreshold));
    table.insert(UNKNOWN_SHARE, limit(UNKNOWN_ITEM_LIMIT, ComparisonOperator::GreaterThanThreshold));
    Constraints { recommendation_constraints: Some(table), ..Constraints::default() }
}

fn judged_feature(k: usize, judged_on: JudgedOn) -> String {
    match judged_on {
        JudgedOn::Replay => feature_name(k),
        JudgedOn::Capture => CAPTURED_FEATURE.to_owned(),
    }
}

fn limit(threshold: f64, comparison_operator: ComparisonOperator) -> MetricConstraint {
    MetricConstraint { threshold, comparison_operator, unknown: Unknown::new() }
}

/// The constraints held against the statistics, in their order. A metric without a value violates nothing and keeps
/// nothing: it is among the run's `not_evaluable`.
pub fn evaluate(measured: &Measured<'_>, statistics: &Statistics, constraints: &Constraints) -> Evaluated {
    let mut evaluated = Evaluated::default();
    let (Some(metrics), Some(limits)) =
        (&statistics.recommendation_metrics, &constraints.recommendation_constraints)
    else {
        return evaluated;
    };
    let lists = measured.judged_lists().map_or(0, ListProfile::count);
    for (name, limit) in limits.iter() {
        // Said of the lines and not of the model: it is found for every monitor, and counts as no judgement.
        if name == CORRUPT_SHARE {
            continue;
        }
        // The floor is a second constraint on the same metric, under its own key.
        let Some(metric) = metrics.get(name.strip_suffix(FLOOR).unwrap_or(name)) else { continue };
        let judged = judged(name, metric.value, limit, lists);
        if violates(metric.value, limit) {
            let description = description(name, metric.value, &limit.comparison_operator, limit.threshold);
            evaluated.violated.push(Violated { judged, description });
        } else {
            evaluated.held.insert(name.to_owned(), judged);
        }
    }
    evaluated
}

fn violates(value: f64, limit: &MetricConstraint) -> bool {
    match limit.comparison_operator {
        ComparisonOperator::LessThanThreshold => value < limit.threshold,
        ComparisonOperator::GreaterThanThreshold => value > limit.threshold,
    }
}

/// Critical below the floor; a band that was left is a warning.
fn judged(name: &str, value: f64, limit: &MetricConstraint, lists: u64) -> Judged {
    let comparison = limit.comparison_operator.clone();
    let (feature, check) = match name {
        UNKNOWN_SHARE => ("catalogue", CheckType::CatalogueStale),
        _ => (measured_feature(name), comparison.clone().into()),
    };
    Judged {
        feature_name: Some(feature.to_owned()),
        metric_name: Some(name.to_owned()),
        severity: if name.ends_with(FLOOR) { Severity::Critical } else { Severity::Warning },
        ..Judged::new(check, value, limit.threshold, comparison, lists)
    }
}

/// The feature that a metric is an aggregate of: `top10_category_diversity` of `top10_category_diversity_mean_floor`.
fn measured_feature(metric: &str) -> &str {
    let metric = metric.strip_suffix(FLOOR).unwrap_or(metric);
    metric.rsplit_once('_').map_or(metric, |(feature, _)| feature)
}

/// The verdict over a window: the constraints that may be decided, decided; then what holds for every window
/// ([`Coverage::conclude`]).
///
/// * No replay and no captured traffic: Inconclusive.
/// * Below 90 % answered: Inconclusive; no constraint on the replay is decided.
/// * Below 95 % answered: the floor is decided only if the mean's two bounds lie on the same side of it; else
///   Inconclusive.
pub fn judge(
    measured: &Measured<'_>,
    statistics: &Statistics,
    constraints: &Constraints,
    limits: &Limits,
    window: Coverage<'_>,
) -> Verdict {
    let feature = feature_name(limits.k);
    let mut evaluated = evaluate(measured, statistics, constraints);
    let mut undecided_checks = BTreeMap::new();
    if let (Err(reason), None) = (&measured.replay, &measured.captured) {
        undecided_checks.insert(feature.clone(), reason.clone());
    }
    if let Some(reason) = measured.replay.as_ref().ok().and_then(|replay| undecided(replay, limits)) {
        evaluated.violated.retain(|found| found.judged.feature_name.as_deref() != Some(feature.as_str()));
        evaluated.held.retain(|name, _| measured_feature(name) != feature);
        undecided_checks.insert(format!("{feature}_mean{FLOOR}"), reason);
    }
    window.conclude(evaluated, undecided_checks)
}

/// Why the answers do not decide the replay's constraints; `None` where they do.
fn undecided(replay: &Replayed<'_>, limits: &Limits) -> Option<String> {
    let (answered, sessions) = (replay.answered(), replay.sessions);
    if replay.is_incomplete() {
        let least = 100.0 * LEAST_REPLAY;
        return Some(format!("{answered} of {sessions} sessions were answered, and {least} % are needed"));
    }
    let (low, high) = replay.mean_bounds();
    let straddles = low < limits.min_diversity && high >= limits.min_diversity;
    (replay.is_degraded() && straddles).then(|| {
        format!(
            "{answered} of {sessions} sessions were answered, so the mean lies between {low:.3} and {high:.3}, on \
             both sides of {}",
            limits.min_diversity
        )
    })
}

#[cfg(test)]
mod tests;
