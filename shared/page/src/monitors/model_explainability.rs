//! What moves the model's answers: the features in the live order, each with its value and its place then and now.

use super::Checks;
use crate::Part;
use crate::draw::{Bar, bars};
use crate::table::Room;
use crate::words::{bdi, counted, number};
use bellwether_contract::explained::{ExplainedLabel, ExplanationSummary};
use bellwether_contract::model_explainability::{ExplanationAnalysis, LabelExplanation};
use bellwether_contract::violations::CheckType;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Features of an output that are drawn.
const MOST_FEATURES: usize = 60;
/// Outputs that are drawn.
const ROOM: Room = Room { most: 6, bytes: 160 * 1_024 };
/// A feature that moved by more places than this stands out.
const FEW_PLACES: u64 = 2;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnReasons<'r> {
    /// How the window was explained, where it was.
    pub now: Option<&'r ExplanationSummary>,
    /// The baseline that was judged by, where there is one.
    pub baseline: Option<&'r ExplanationAnalysis>,
    /// How each check ended.
    pub checks: &'r Checks<'r>,
}

/// Draws it.
#[must_use]
pub fn part(reasons: DrawnReasons<'_>) -> Part {
    let mut part = Part::said(headline(reasons), BTreeMap::new());
    let Some(now) = reasons.now else {
        part.push(
            "What moves the answers",
            html! { p { "No row of the window was explained. Why stands above." } },
        );
        return part;
    };
    let is_alone = now.labels.len() == 1;
    let fitted = ROOM.fit(now.labels.iter(), |(label, explained)| {
        output(label, explained, reasons.baseline.and_then(|baseline| before(baseline, label, is_alone)))
    });
    part.push("What moves the answers", html! { (fitted.markup()) (fitted.rest("output", "analysis.json")) });
    part
}

/// `The order of importance is 0.878 like the baseline's; at least 0.9 is wanted`.
fn headline(reasons: DrawnReasons<'_>) -> Option<String> {
    let drifted =
        reasons.checks.violated().find(|check| check.judged.check == CheckType::AttributionDrift)?;
    let (value, limit) = drifted.judged.told();
    Some(format!(
        "The model decides for other reasons: its order of importance scores {value} against the baseline's (nDCG); at least {limit} is wanted"
    ))
}

fn before<'b>(
    baseline: &'b ExplanationAnalysis,
    label: &str,
    is_alone: bool,
) -> Option<&'b LabelExplanation> {
    let same = baseline.labels().find(|(known, _)| *known == label).map(|(_, before)| before);
    same.or_else(|| {
        baseline
            .labels()
            .next()
            .filter(|_| is_alone && baseline.labels().count() == 1)
            .map(|(_, before)| before)
    })
}

/// Places in the order of importance, 1 being the first; ties in the order of the file.
fn places<'f>(values: impl Iterator<Item = (&'f str, f64)>) -> BTreeMap<&'f str, u64> {
    let mut values: Vec<(&str, f64)> = values.collect();
    values.sort_by(|(_, one), (_, other)| other.abs().total_cmp(&one.abs()));
    values.into_iter().zip(1..).map(|((feature, _), place)| (feature, place)).collect()
}

fn output(label: &str, explained: &ExplainedLabel, before: Option<&LabelExplanation>) -> Markup {
    let now = places(explained.global.iter().map(|(feature, global)| (feature, global.value)));
    let then = before
        .map(|before| places(before.global_shap_values.iter().map(|(feature, value)| (feature, *value))));
    let mut features: Vec<(&str, u64)> = now.iter().map(|(feature, place)| (*feature, *place)).collect();
    features.sort_by_key(|(_, place)| *place);
    let bar = |(feature, place): &(&str, u64)| {
        let global = explained.global.get(feature);
        let value = global.map_or(0.0, |global| global.value);
        let baseline = before.and_then(|before| before.global_shap_values.get(feature)).copied();
        let was = then.as_ref().and_then(|then| then.get(feature)).copied();
        Bar {
            name: bdi(feature),
            baseline: baseline.map(f64::abs),
            now: value.abs(),
            words: words(value, global.map(|global| global.row_error), baseline, was, *place),
            stands_out: was.is_some_and(|was| was.abs_diff(*place) > FEW_PLACES),
        }
    };
    let rows: Vec<Bar> = features.iter().take(MOST_FEATURES).map(bar).collect();
    let others = features.len().saturating_sub(rows.len());
    let caption = html! { "Mean absolute SHAP value, the live order" @if before.is_some() { "; grey is the baseline. ■ moved by more than two places" } };
    html! {
        h4 { "Output " (bdi(label)) @if let Some(ndcg) = explained.ndcg { ": nDCG " (number(ndcg)) } }
        @if before.is_none() { p.mut { "There is no baseline of it to compare with." } }
        (bars(&rows, &caption))
        @if others > 0 { p { (counted(others as u64, "feature")) " more; all of them stand in analysis.json." } }
    }
}

fn words(value: f64, error: Option<f64>, baseline: Option<f64>, was: Option<u64>, place: u64) -> Markup {
    html! {
        b { "rank " @if let Some(was) = was { (was) " → " } (place) } ": "
        @if let Some(baseline) = baseline { (number(baseline)) " → " } (number(value))
        @if let Some(error) = error.filter(|error| *error > 0.0) { " " span.n { "± " (number(error)) } }
    }
}
