//! Every aggregate that the runs measured, judged or not: a row with a small line each.

use super::changes::changes;
use super::runs::short;
use super::slots::{Slot, newest_of};
use crate::document::wide;
use crate::draw::{SmallLine, small_line};
use crate::table::Room;
use crate::words::{bdi, counted, name, number};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Rows of aggregates.
const ROOM: Room = Room { most: 60, bytes: 28 * 1_024 };

/// One of them.
struct Aggregate<'a> {
    name: &'a str,
    /// An entry a slot.
    values: Vec<Option<f64>>,
    low: f64,
    high: f64,
}

/// The table, what moved first; nothing where no run measured any.
pub(super) fn aggregates(slots: &[Slot<'_>]) -> Option<Markup> {
    let slots = newest_of(slots);
    let executions = slots.iter().filter_map(Slot::execution);
    let names: BTreeSet<&str> =
        executions.flat_map(|execution| execution.aggregates.keys().map(String::as_str)).collect();
    let mut measured: Vec<Aggregate<'_>> = names.into_iter().map(|name| Aggregate::of(name, slots)).collect();
    if measured.is_empty() {
        return None;
    }
    measured.sort_by_key(Aggregate::is_unchanged);
    let (changes, _) = changes(slots);
    // The first of them is what was there before.
    let marks: Vec<usize> = changes.iter().skip(1).map(|change| change.place).collect();
    let fitted = ROOM.fit(&measured, |aggregate| aggregate.row(slots, &marks));
    Some(html! {
        p.mut { "Judged or not, each from its lowest to its highest value; a gap is an hour without a value" @if !marks.is_empty() { ", an upright line a change that has a letter above" } "." }
        (wide("Aggregates", &html! {
            table.num.strips {
                thead { tr { th scope="col" { "aggregate" } th scope="col" { "oldest to newest" } th scope="col" { "newest" " " small { "lowest to highest" } } } }
                tbody { (fitted.markup()) }
            }
        }))
        (fitted.rest("aggregate", "execution.json of each run"))
    })
}

impl<'a> Aggregate<'a> {
    fn of(name: &'a str, slots: &[Slot<'_>]) -> Self {
        let value = |slot: &Slot<'_>| slot.execution()?.aggregates.get(name).copied();
        let values: Vec<Option<f64>> =
            slots.iter().map(|slot| value(slot).filter(|value| value.is_finite())).collect();
        let known = || values.iter().flatten().copied();
        let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        Self { name, low, high, values }
    }

    fn is_unchanged(&self) -> bool {
        self.low >= self.high
    }

    fn row(&self, slots: &[Slot<'_>], marks: &[usize]) -> Markup {
        let Self { name: of, values, low, high } = self;
        let known = || values.iter().flatten().copied();
        let newest = known().next_back().map_or_else(|| "–".to_owned(), number);
        let range = match self.is_unchanged() {
            true => "unchanged".to_owned(),
            false => format!("{} to {}", number(*low), number(*high)),
        };
        let ends = |slot: Option<&Slot<'_>>| slot.map(|slot| short(slot.at)).unwrap_or_default();
        let (first, last) = (ends(slots.first()), ends(slots.last()));
        let runs = counted(known().count() as u64, "run");
        let title = format!("{} in {runs} from {first} to {last} UTC: newest {newest}, {range}", name(of));
        html! {
            tr {
                th.text scope="row" { (bdi(of)) }
                td.draw { (small_line(SmallLine { values, marks, title: &title })) }
                td { (newest) " " small { (range) } }
            }
        }
    }
}
