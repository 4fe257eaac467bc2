//! Every column: what it is, what is missing, how far it has moved, and how it is distributed beside its baseline.
//!
//! Drawn from sketches and counts, never from rows. The widest gap between two cumulative distributions is drawn in red, because it is
//! the distance that is judged.

mod column;
mod numbers;
mod rows;
mod texts;

use super::Checks;
use crate::Part;
use crate::draw::key;
use crate::table::Room;
use crate::words::counted;
use bellwether_contract::statistics::Statistics;
use column::Column;
use maud::html;

/// Figures of columns: the page of a hundred columns stays below 100 KB.
const FIGURES: Room = Room { most: 60, bytes: 40 * 1_024 };

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct DrawnColumns<'c> {
    /// Of the window.
    pub now: &'c Statistics,
    /// Of the baseline, where there are any.
    pub baseline: Option<&'c Statistics>,
    /// How each check ended.
    pub checks: &'c Checks<'c>,
    /// Whether values of text columns may be shown.
    pub shows_values: bool,
}

/// Draws it: violated columns first, then by how far they have moved, then as they come.
#[must_use]
pub fn part(columns: DrawnColumns<'_>) -> Part {
    let DrawnColumns { now, baseline, checks, shows_values } = columns;
    let checks = checks.by_column();
    let before = |name: &str| baseline.and_then(|baseline| baseline.feature(name));
    let of = |feature| Column::of(feature, before, &checks);
    let mut all: Vec<Column<'_>> = now.features.iter().map(of).collect();
    all.sort_by(|one, other| other.rank().partial_cmp(&one.rank()).unwrap_or(std::cmp::Ordering::Equal));
    let sentences = all.iter().flat_map(|column| column.sentences(shows_values));
    let mut part = Part::said(headline(&all), sentences.collect());
    if all.is_empty() {
        part.push("Every column", html! { p { "The window has no column: no record of it was measured." } });
        return part;
    }
    let mut number = 0;
    let figures = FIGURES.fit(&all, |column| {
        number += 1;
        column.figure(number, baseline.is_some(), shows_values)
    });
    let drawn = all.iter().take(figures.drawn.len()).zip(1..);
    part.figures = drawn.map(|(column, number)| (column.name().to_owned(), number)).collect();
    part.push("Every column", rows::table(&all, &part.figures));
    part.push(
        "Distributions",
        html! {
            @if baseline.is_some() { (key()) }
            div.cols { (figures.markup()) }
            (figures.rest("column", "statistics.json"))
        },
    );
    part
}

/// `5 of 15 columns are no longer what the model was trained on`; nothing where no column is violated.
fn headline(all: &[Column<'_>]) -> Option<String> {
    let violated = all.iter().filter(|column| column.is_violated()).count();
    let verb = if violated == 1 { "is" } else { "are" };
    let of = counted(all.len() as u64, "column");
    (violated > 0).then(|| format!("{violated} of {of} {verb} no longer what the model was trained on"))
}
