//! The table of every column.

use super::column::{Column, missing};
use crate::document::wide;
use crate::table::{MOST_ROWS, Room};
use crate::words::{bdi, number, step};
use bellwether_contract::statistics::FeatureStatistics;
use bellwether_contract::violations::CheckType;
use maud::{Markup, html};
use std::collections::BTreeMap;

const ROOM: Room = Room { most: MOST_ROWS, bytes: 150 * 1_024 };

pub(super) fn table(columns: &[Column<'_>], figures: &BTreeMap<String, usize>) -> Markup {
    let compared = columns.iter().any(Column::is_compared);
    let rows = ROOM.fit(columns, |column| row(column, figures.get(column.name()), compared));
    let table = html! {
        table.num {
            @if compared { caption { "Baseline → this window; violated cells are marked ■" } }
            thead { tr {
                @for heading in ["column", "type", "missing"] { th scope="col" { (heading) } }
                @if compared { @for heading in ["gap", "sampling explains", "distance", "limit", "in its domain"] { th scope="col" { (heading) } } }
                @for heading in ["mean", "distinct"] { th scope="col" { (heading) } }
            } }
            tbody { (rows.markup()) }
        }
    };
    html! { (wide("Every column", &table)) (rows.rest("column", "statistics.json and evaluation.json")) }
}

fn row(column: &Column<'_>, figure: Option<&usize>, is_compared: bool) -> Markup {
    let (now, before) = (column.now, column.before);
    let drift = column.drift();
    let compared = drift.and_then(|drift| drift.compared.as_ref());
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
    let domain =
        column.check(&CheckType::CategoricalValues).map(|check| crate::words::per_cent(check.judged.value));
    let both = |of: fn(&FeatureStatistics) -> Option<String>| match before {
        Some(before) => step(of(before), of(now)),
        None => of(now).unwrap_or_else(|| "–".to_owned()),
    };
    let of_type = before.map_or_else(|| now.inferred_type.to_string(), |before| types(before, now));
    html! {
        tr {
            th scope="row" { @match figure { Some(place) => a href=(format!("#c{place}")) { (bdi(column.name())) }, None => (bdi(column.name())) } }
            (cell(column, &CheckType::DataType, &of_type))
            (cell(column, &CheckType::Completeness, &both(missing)))
            @if is_compared {
                td { (shown(compared.and_then(|compared| compared.distance))) }
                td { (shown(compared.and_then(|compared| compared.sampling_share))) }
                (cell(column, &CheckType::BaselineDrift, &drift.map_or_else(|| "not judged".to_owned(), |drift| number(drift.value))))
                td { (shown(drift.map(|drift| drift.limit))) }
                (cell(column, &CheckType::CategoricalValues, &domain.unwrap_or_else(|| "–".to_owned())))
            }
            td { (both(mean)) }
            td { (both(distinct)) }
        }
    }
}

fn types(before: &FeatureStatistics, now: &FeatureStatistics) -> String {
    let [before, now] = [before, now].map(|feature| feature.inferred_type.to_string());
    if before == now { now } else { format!("{before} → {now}") }
}

fn cell(column: &Column<'_>, kind: &CheckType, words: &str) -> Markup {
    let violated = column.check(kind).is_some_and(|check| check.violated);
    html! { @if violated { td.bad { "■ " (words) } } @else { td { (words) } } }
}

fn mean(feature: &FeatureStatistics) -> Option<String> {
    feature.numerical_statistics.as_ref()?.mean.map(number)
}

fn distinct(feature: &FeatureStatistics) -> Option<String> {
    let of_numbers = feature.numerical_statistics.as_ref().and_then(|it| it.approximate_num_distinct_values);
    let of_texts = || feature.string_statistics.as_ref()?.distinct_count;
    of_numbers.map(|count| count as f64).or_else(of_texts).map(|count| format!("{count:.0}"))
}
