//! Whether answers were right: metrics against their limits, what is expected of the newest hour, the matrix of labels, the curves.

use super::Checks;
use super::judged::Checked;
use crate::Part;
use crate::document::wide;
use crate::draw::{Bullet, Curve, bullet, curve, key, squares};
use crate::words::{bdi, count, number, per_cent};
use bellwether_analysis::model_quality::Scatter;
use bellwether_analysis::monitors::model_quality::{ESTIMATED, reported_name};
use bellwether_contract::model_quality::{
    MetricEntry, Metrics, ModelQualityStatistics, PrecisionRecall, ProblemType, QualityMetric, Roc,
};
use bellwether_contract::named::Named;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Ends the name of what the best constant answer would have reached.
const BEST_CONSTANT: &str = "_best_constant_classifier";
/// Labels of a matrix that is drawn.
const MOST_LABELS: usize = 20;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnAnswers<'a> {
    /// Of the window.
    pub now: &'a ModelQualityStatistics,
    /// Of the baseline, where there are any.
    pub baseline: Option<&'a ModelQualityStatistics>,
    /// What kind of answer the model gives.
    pub problem: ProblemType,
    /// Of two labels: which counts as positive, and above which score an answer is; `None` where the settings are not known.
    pub positive: Option<(&'a str, f64)>,
    /// Of numbers: answers against truths.
    pub scatter: Option<&'a Scatter>,
    /// How each check ended.
    pub checks: &'a Checks<'a>,
}

/// Draws it.
#[must_use]
pub fn part(answers: DrawnAnswers<'_>) -> Part {
    let mut part = Part::said(headline(answers), sentences(answers));
    let metrics = answers.now.metrics(answers.problem);
    match metrics {
        Some(metrics) => part.push("Metrics against their limits", table(answers, metrics)),
        None => part.push("Metrics against their limits", html! { p { "No row with a label was measured, so that there is no metric. What is missing stands under What was read." } }),
    }
    estimates(&mut part, answers);
    if let Some(MetricEntry::Confusion(matrix)) = metrics.and_then(|metrics| metrics.get("confusion_matrix"))
    {
        part.push("Confusion matrix", confusion(answers, matrix));
    }
    if let Some(scatter) = answers.scatter {
        part.push("Answers against truths", predicted(scatter));
    }
    if let Some(metrics) = metrics {
        curves(&mut part, answers, metrics);
    }
    part
}

/// `7 of 11 metrics are worse than they may be; auc is 0.515, at least 0.94 is wanted`.
fn headline(answers: DrawnAnswers<'_>) -> Option<String> {
    let measured: Vec<Checked<'_>> = answers
        .checks
        .iter()
        .filter(|check| check.judged.metric_name.as_ref().is_some_and(|name| is_measured(name, answers)))
        .collect();
    let violated: Vec<&Checked<'_>> = measured.iter().filter(|check| check.violated).collect();
    let named = |wanted: &str| {
        violated.iter().find(|check| check.judged.metric_name.as_deref() == Some(wanted)).copied()
    };
    let first = named("auc").or_else(|| violated.first().copied())?;
    let (value, limit) = first.judged.told();
    let name = first.judged.metric_name.as_deref().unwrap_or_default();
    Some(format!(
        "{} of {} metrics are worse than they may be; {name} is {value}, {} {limit} is wanted",
        violated.len(),
        measured.len(),
        crate::run::side(first.judged)
    ))
}

/// What a metric was in the baseline, of those that are violated.
fn sentences(answers: DrawnAnswers<'_>) -> BTreeMap<String, String> {
    let before = answers.baseline.and_then(|baseline| baseline.metrics(answers.problem));
    let known: Vec<(&str, f64)> = before
        .into_iter()
        .flat_map(|before| before.iter().filter_map(|(name, entry)| Some((name, entry.metric()?.value?))))
        .map(|(name, value)| (reported_name(name), value))
        .collect();
    let of = |check: Checked<'_>| {
        let metric = check.judged.metric_name.as_deref()?;
        let (_, value) = known.iter().find(|(name, _)| *name == metric)?;
        Some((check.judged.check_name(), format!("In the baseline it was {}", number(*value))))
    };
    answers.checks.violated().filter_map(of).collect()
}

fn is_measured(name: &str, answers: DrawnAnswers<'_>) -> bool {
    let metrics = answers.now.metrics(answers.problem);
    !name.starts_with(ESTIMATED)
        && metrics.is_some_and(|metrics| metrics.iter().any(|(known, _)| reported_name(known) == name))
}

fn value(metrics: &Metrics, name: &str) -> Option<f64> {
    metrics.get(name)?.metric()?.value
}

fn table(answers: DrawnAnswers<'_>, metrics: &Metrics) -> Markup {
    let limits = answers.checks.by_metric();
    let before = answers.baseline.and_then(|baseline| baseline.metrics(answers.problem));
    let is_judged = !limits.is_empty();
    let numbers = metrics.iter().filter_map(|(name, entry)| Some((name, entry.metric()?)));
    let body = html! {
        table.num {
            @if is_judged { caption { "Grey mark: what the best constant answer reaches" } }
            thead { tr {
                th scope="col" { "metric" }
                @if before.is_some() { th scope="col" { "baseline" } }
                @if is_judged { th scope="col" { "limit" } }
                th scope="col" { "now" }
                @if is_judged { th scope="col" { "against its limit" } }
            } }
            tbody {
                @for (name, metric) in numbers.filter(|(name, _)| !name.ends_with(BEST_CONSTANT)) {
                    @let check = limits.get(reported_name(name)).and_then(|checks| checks.first()).copied();
                    (row(name, metric, check, is_judged, before.map(|before| value(before, name)), value(metrics, &format!("{name}{BEST_CONSTANT}"))))
                }
            }
        }
    };
    html! { @if is_judged { (key()) } (wide("Metrics", &body)) }
}

fn row(
    name: &str,
    metric: &QualityMetric,
    check: Option<Checked<'_>>,
    is_judged: bool,
    before: Option<Option<f64>>,
    constant: Option<f64>,
) -> Markup {
    let violated = check.is_some_and(|check| check.violated);
    let deviation =
        metric.standard_deviation.map(|deviation| format!(" ± {}", number(deviation))).unwrap_or_default();
    let now = match (metric.value, check) {
        (Some(_), Some(check)) => format!("{}{deviation}", check.judged.told().0),
        (Some(value), None) => format!("{}{deviation}", number(value)),
        (None, _) => "cannot be computed".to_owned(),
    };
    html! {
        tr {
            th scope="row" { (bdi(name)) }
            @if let Some(before) = before { td { (before.map_or_else(|| "–".to_owned(), number)) } }
            @if is_judged { td { @match check { Some(check) => { (crate::run::side(check.judged)) " " (check.judged.told().1) }, None => "–" } } }
            @if violated { td.bad { "■ " (now) } } @else { td { (now) } }
            @if is_judged {
                td.draw {
                    @if let (Some(value), Some(check)) = (metric.value, check) {
                        (bullet(Bullet { value, limit: check.judged.limit, violated, beside: constant }, &format!("{name}: {now}, limit {}", check.judged.told().1)))
                    }
                }
            }
        }
    }
}

/// What the newest hour probably is, before its labels come.
fn estimates(part: &mut Part, answers: DrawnAnswers<'_>) {
    let now = answers.now;
    let of_two = now.estimated_binary_classification_metrics.as_ref();
    let Some(estimates) = of_two.or(now.estimated_multiclass_classification_metrics.as_ref()) else { return };
    let limits = answers.checks.by_metric();
    let rows = html! {
        @for (name, estimate) in estimates.iter() {
            @let check = limits.get(format!("{ESTIMATED}{name}").as_str()).and_then(|checks| checks.first());
            @let violated = check.is_some_and(|check| check.violated);
            @let shown = estimate.value.map_or_else(|| "cannot be computed".to_owned(), number);
            tr {
                th scope="row" { (bdi(name)) }
                @if violated { td.bad { "■ " (shown) } } @else { td { (shown) } }
                td { (estimate.sampling_error.map_or_else(|| "–".to_owned(), number)) }
                td { @match check { Some(check) => { (crate::run::side(check.judged)) " " (check.judged.told().1) }, None => "–" } }
            }
        }
    };
    let table = html! {
        table.num {
            caption { "From the scores of the newest hour, by the calibration of the baseline; a limit lies three sampling errors beyond the baseline's" }
            thead { tr { @for heading in ["metric", "estimate", "sampling error", "limit"] { th scope="col" { (heading) } } } }
            tbody { (rows) }
        }
    };
    part.push("Expected before labels come", wide("Expected before labels come", &table));
}

/// A table with the words that people have for its cells.
fn confusion(answers: DrawnAnswers<'_>, matrix: &Named<Named<u64>>) -> Markup {
    let all: u64 = matrix.iter().flat_map(|(_, row)| row.iter()).map(|(_, count)| *count).sum();
    let labels: Vec<&str> = matrix.iter().map(|(label, _)| label).collect();
    if labels.len() > MOST_LABELS || all == 0 {
        return html! { p { (labels.len()) " labels and " (count(all)) " rows: the matrix stands in statistics.json." } };
    }
    let known = answers.positive.filter(|_| answers.problem == ProblemType::BinaryClassification);
    let (of_two, positive) = (known.is_some(), known.map_or("", |(label, _)| label));
    let words = |actual: &str, predicted: &str| match (of_two, actual == predicted, actual == positive) {
        (_, true, _) | (false, false, _) => "",
        (true, false, true) => " missed",
        (true, false, false) => " false alarms",
    };
    let table = html! {
        table.cm {
            caption { "Share of " (count(all)) " labelled rows" @if let Some((label, threshold)) = known { "; an answer is " (bdi(label)) " where its score is above " (number(threshold)) } }
            thead { tr { td {} @for label in &labels { th scope="col" { "predicted " (bdi(label)) } } } }
            tbody {
                @for (actual, row) in matrix.iter() {
                    tr {
                        th scope="row" { "actual " (bdi(actual)) }
                        @for predicted in &labels {
                            @let cell = row.get(predicted).copied().unwrap_or_default();
                            td.(if actual == *predicted { "hit" } else { "miss" }) {
                                (if actual == *predicted { "✓ " } else { "✗ " }) (count(cell)) " (" (per_cent(cell as f64 / all as f64).replace(' ', "\u{a0}")) ")" (words(actual, predicted))
                            }
                        }
                    }
                }
            }
        }
    };
    wide("Confusion matrix", &table)
}

fn roc(metrics: &Metrics) -> Option<Vec<(f64, f64)>> {
    let MetricEntry::Roc(Roc { false_positive_rates, true_positive_rates, .. }) =
        metrics.get("receiver_operating_characteristic_curve")?
    else {
        return None;
    };
    Some(false_positive_rates.iter().copied().zip(true_positive_rates.iter().copied()).collect())
}

fn precision_recall(metrics: &Metrics) -> Option<Vec<(f64, f64)>> {
    let MetricEntry::PrecisionRecall(PrecisionRecall { precisions, recalls, .. }) =
        metrics.get("precision_recall_curve")?
    else {
        return None;
    };
    Some(recalls.iter().copied().zip(precisions.iter().copied()).collect())
}

fn curves(part: &mut Part, answers: DrawnAnswers<'_>, metrics: &Metrics) {
    let before = answers.baseline.and_then(|baseline| baseline.metrics(answers.problem));
    let point = |x: &str, y: &str| Some((value(metrics, x)?, value(metrics, y)?));
    let drawn = [
        (
            "ROC",
            roc(metrics),
            before.and_then(roc),
            ("false positive rate", "true positive rate"),
            point("false_positive_rate", "true_positive_rate"),
        ),
        (
            "Precision and recall",
            precision_recall(metrics),
            before.and_then(precision_recall),
            ("recall", "precision"),
            point("recall", "precision"),
        ),
    ];
    let figures = html! {
        @for (heading, now, baseline, axes, working_point) in drawn {
            @if let Some(now) = now.filter(|points| points.len() > 1) {
                div.col {
                    h4 { (heading) }
                    (curve(&Curve { baseline, now, working_point, axes, has_diagonal: heading == "ROC", title: &format!("{heading}: {} across, {} up", axes.0, axes.1) }))
                }
            }
        }
    };
    if !figures.0.is_empty() {
        part.push("Curves", html! { div.cols { (figures) } p.mut { (areas(metrics, before)) } });
    }
}

fn areas(metrics: &Metrics, before: Option<&Metrics>) -> Markup {
    let of = |name: &str| {
        let now = value(metrics, name)?;
        Some(crate::words::step(before.and_then(|before| value(before, name)).map(number), Some(number(now))))
    };
    let names =
        BTreeMap::from([("auc", "area under the ROC curve"), ("au_prc", "area under precision and recall")]);
    html! { @for (name, words) in names { @if let Some(area) = of(name) { (words) ": " (area) ". " } } }
}

/// Answers against truths, and how the errors are distributed.
fn predicted(scatter: &Scatter) -> Markup {
    const QUANTILES: [(&str, f64); 7] = [
        ("least", 0.0),
        ("5 %", 0.05),
        ("25 %", 0.25),
        ("median", 0.5),
        ("75 %", 0.75),
        ("95 %", 0.95),
        ("greatest", 1.0),
    ];
    let (low, high) = (number(scatter.low), number(scatter.high));
    let title = format!(
        "Answers over truths, both {low} to {high}: the darker a square, the more rows; right answers lie on the diagonal"
    );
    let table = html! {
        table.num {
            caption { "Answer less truth" }
            thead { tr { @for (heading, _) in QUANTILES { th scope="col" { (heading) } } } }
            tbody { tr { @for (_, share) in QUANTILES { td { (number(scatter.errors.quantile(share))) } } } }
        }
    };
    html! {
        (squares(&scatter.counts, &title))
        p.mut { "across: the truth; up: the answer; both " (low) " to " (high) ", what lies beyond is in the outermost squares" }
        (wide("Answer less truth", &table))
    }
}
