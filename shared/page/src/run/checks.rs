//! A check in words: what it is called, what was found, and the rule by which it was judged.

use crate::words::{bdi, count, counted, per_cent};
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::judged::Judged;
use bellwether_contract::violations::CheckType;
use maud::{Markup, html};

/// What a check is of: a metric by its name, a column by its own.
pub(super) fn subject(judged: &Judged) -> String {
    match (&judged.metric_name, &judged.feature_name) {
        (Some(metric), Some(feature)) if !metric.starts_with(feature.as_str()) => {
            format!("{feature} {metric}")
        }
        (Some(metric), _) => metric.clone(),
        (None, Some(feature)) => feature.clone(),
        (None, None) => judged.check.to_string(),
    }
}

/// On which side of its limit a value is within it.
pub(crate) fn side(judged: &Judged) -> &'static str {
    match (&judged.evidence, &judged.comparison) {
        (Some(_), _) => "no further from zero than",
        (None, ComparisonOperator::LessThanThreshold) => "at least",
        (None, ComparisonOperator::GreaterThanThreshold) => "at most",
    }
}

/// What is wrong, in two words behind the name of what it is wrong with.
pub(super) fn trouble(judged: &Judged) -> &'static str {
    match &judged.check {
        CheckType::DataType => "of another type",
        CheckType::Completeness => "missing values",
        CheckType::BaselineDrift => "drifted",
        CheckType::MissingColumn => "",
        CheckType::ExtraColumn => "",
        CheckType::CategoricalValues => "unknown values",
        CheckType::AttributionDrift => "other reasons than in the baseline",
        CheckType::LessThanThreshold => "too low",
        CheckType::GreaterThanThreshold => "too high",
        CheckType::CaptureCorrupt => "lines that cannot be read",
        CheckType::CaptureSide => "records without a side",
        CheckType::CaptureCompleteness => "calls that were not captured",
        CheckType::GroundTruthCorrupt => "labels that cannot be read",
        CheckType::LabelledRows => "rows that cannot be measured",
        CheckType::CatalogueStale => "items that the catalogue does not know",
        CheckType::NoData => "no data",
        CheckType::Other(_) if judged.evidence.is_some() => "further from zero than in the baseline",
        CheckType::Other(_) => "beyond its limit",
    }
}

/// What the number is, in the words before it: `distance 0.222, limit at most 0.1`.
pub(super) fn quantity(judged: &Judged) -> &'static str {
    let has_distance = judged.compared.as_ref().is_some_and(|compared| compared.distance.is_some());
    match &judged.check {
        CheckType::DataType => "share of the type",
        CheckType::Completeness => "completeness",
        CheckType::BaselineDrift if has_distance => "distance",
        CheckType::BaselineDrift => "p-value",
        CheckType::CategoricalValues => "known values",
        CheckType::AttributionDrift => "nDCG",
        CheckType::MissingColumn | CheckType::ExtraColumn => "columns",
        CheckType::NoData => "records",
        CheckType::CaptureCorrupt
        | CheckType::CaptureSide
        | CheckType::CaptureCompleteness
        | CheckType::GroundTruthCorrupt
        | CheckType::LabelledRows
        | CheckType::CatalogueStale => "share",
        CheckType::LessThanThreshold | CheckType::GreaterThanThreshold | CheckType::Other(_) => "now",
    }
}

/// What the numbers mean, in a sentence for a person, where the numbers do not say it themselves.
pub(super) fn meaning(judged: &Judged) -> Option<Markup> {
    let Judged { value, limit, n, .. } = judged;
    Some(match &judged.check {
        CheckType::DataType => html! {
            (per_cent(1.0 - value)) " of the " (count(*n)) " values are not of the type of the baseline; " (per_cent(1.0 - limit)) " may be"
        },
        CheckType::Completeness => html! {
            (per_cent(1.0 - value)) " of the " (count(*n)) " cells are missing; in the baseline " (per_cent(1.0 - limit))
        },
        CheckType::CategoricalValues => html! {
            (per_cent(1.0 - value)) " of the " (count(*n)) " values are unknown to the baseline; " (per_cent(1.0 - limit)) " may be"
        },
        CheckType::BaselineDrift => drift(judged)?,
        CheckType::MissingColumn | CheckType::ExtraColumn => html! {
            "The window has " (format!("{value:.0}")) " columns, the baseline " (format!("{limit:.0}"))
        },
        CheckType::AttributionDrift => moved(judged)?,
        CheckType::CaptureCorrupt => share(judged, "captured lines cannot be read"),
        CheckType::CaptureSide => share(judged, "captured records lack a side that is judged"),
        CheckType::GroundTruthCorrupt => share(judged, "records of labels cannot be read"),
        CheckType::LabelledRows => share(judged, "labelled rows cannot be measured"),
        CheckType::CatalogueStale => share(judged, "recommended items are unknown to the catalogue"),
        CheckType::CaptureCompleteness => {
            html! { (per_cent(*value)) " of the calls were captured; at least " (per_cent(*limit)) " must be" }
        }
        CheckType::Other(_) => groups(judged)?,
        _ => return None,
    })
}

/// A share of so many, and how large it may be.
fn share(judged: &Judged, what: &str) -> Markup {
    html! { (per_cent(judged.value)) " of " (count(judged.n)) " " (what) "; at most " (per_cent(judged.limit)) " may" }
}

/// Of a distance: how much of it sampling explains, and on how many values it rests.
fn drift(judged: &Judged) -> Option<Markup> {
    let compared = judged.compared.as_ref()?;
    let of = judged.baseline_n.map(|n| format!(" against {} of the baseline", count(n))).unwrap_or_default();
    Some(html! {
        @match (compared.distance, compared.sampling_share) {
            (Some(distance), Some(share)) => {
                "The distributions are " (crate::words::number(distance)) " apart; sampling explains " (crate::words::number(share))
            }
            (Some(distance), None) => { "The distributions are " (crate::words::number(distance)) " apart" }
            _ => { "How likely chance alone makes such a difference is below the limit" }
        }
        "; " (counted(judged.n, "value")) (of)
    })
}

/// Of an order of importance: what moved most.
fn moved(judged: &Judged) -> Option<Markup> {
    let first = judged.moved.iter().take(4).collect::<Vec<_>>();
    (!first.is_empty()).then(|| {
        html! {
            @for (place, moved) in first.iter().enumerate() {
                @if place > 0 { "; " }
                (bdi(&moved.feature_name)) (if moved.rank > moved.baseline_rank { " fell" } else { " rose" })
                " from " (moved.baseline_rank) " to " (moved.rank)
            }
        }
    })
}

/// Of a metric of groups: how many people stand behind it, and how far chance alone moves it.
fn groups(judged: &Judged) -> Option<Markup> {
    let evidence = judged.evidence.as_deref()?;
    Some(html! {
        (count(evidence.groups.facet)) " people in the group, "
        (count(evidence.groups.rest)) " in the rest"
        @if let Some(interval) = &evidence.interval {
            "; the value probably lies between " (crate::words::number(interval.low)) " and " (crate::words::number(interval.high))
        }
    })
}

/// The rule of a check, and where it is from.
pub(super) fn rule(check: &CheckType) -> &'static str {
    match check {
        CheckType::DataType => {
            "values of the baseline's type / values that are there; SageMaker Model Monitor, data_type_check"
        }
        CheckType::Completeness => "cells with a value / cells; SageMaker Model Monitor, completeness_check",
        CheckType::BaselineDrift => {
            "D = max |F(x) - G(x)|, the widest gap between the cumulative distributions of window and baseline; Robust takes 1.8 sqrt((n + m) / (n m)) off it, which sampling explains; texts by the largest difference of a value's share, or by a chi-squared test; Deequ, baseline_drift_check"
        }
        CheckType::MissingColumn | CheckType::ExtraColumn => "columns counted; SageMaker Model Monitor",
        CheckType::CategoricalValues => {
            "values in the domain of the baseline / values; SageMaker Model Monitor, categorical_values_check"
        }
        CheckType::AttributionDrift => {
            "nDCG of the live order of features by their mean absolute SHAP value, the baseline's values as gains; SageMaker Clarify"
        }
        CheckType::LessThanThreshold | CheckType::GreaterThanThreshold => {
            "a metric held against its threshold; the monitor's page says how it is computed"
        }
        CheckType::CaptureCorrupt => "captured lines that cannot be read / lines",
        CheckType::CaptureSide => "records without a side that is judged / records",
        CheckType::CaptureCompleteness => "records that were captured / calls that CloudWatch counted",
        CheckType::GroundTruthCorrupt => "records of labels that cannot be read / records of labels",
        CheckType::LabelledRows => "rows of labelled records that cannot be measured / rows",
        CheckType::CatalogueStale => "recommended items that the catalogue does not know / items",
        CheckType::NoData => "records in the window",
        CheckType::Other(_) => {
            "a metric of two groups, no further from zero than in the baseline; SageMaker Clarify"
        }
    }
}
