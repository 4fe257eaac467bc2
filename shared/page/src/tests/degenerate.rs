//! Where there is nothing to draw there are words, and no empty box.

use super::place::{ended, named, profiled};
use crate::Part;
use crate::monitors::Checks;
use crate::monitors::data_quality::{DrawnColumns, part};
use crate::run::DrawnRun;
use bellwether_analysis::monitors::data_quality::{Comparison, evaluate};
use bellwether_analysis::observed::Observed;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_analysis::verdict::{Coverage, NoDataPolicy, Verdict};
use bellwether_contract::execution::{CaptureSummary, Status};
use std::collections::BTreeMap;

fn column(cells: &[&str]) -> Observed {
    let mut table = TableProfile::with_columns(["a".to_owned()]);
    for cell in cells {
        if !cell.is_empty() {
            table.feature_mut(0).push_text(cell.as_bytes());
        }
        table.end_rows(1);
    }
    table.observe()
}

fn verdict(observed: &Observed, baseline: Option<&Observed>) -> Verdict {
    let statistics = baseline.map(|baseline| &baseline.statistics);
    let constraints = suggest(statistics.unwrap_or(&observed.statistics));
    let evaluation = evaluate(observed, statistics, &constraints, Comparison::default());
    let rows = observed.statistics.dataset.item_count;
    let lines = CaptureSummary { lines: rows, used: rows, ..CaptureSummary::default() };
    let coverage = Coverage {
        lines: Some(&lines),
        unread: None,
        replayed: false,
        no_data: NoDataPolicy::Ok,
        has_constraints: true,
        other_side: "judge the request",
        completeness: None,
    };
    coverage.conclude(evaluation.constraints, BTreeMap::new())
}

fn drawn(observed: &Observed, baseline: Option<&Observed>) -> String {
    let verdict = verdict(observed, baseline);
    let part = part(DrawnColumns {
        now: &observed.statistics,
        baseline: baseline.map(|baseline| &baseline.statistics),
        checks: &Checks::from(&verdict),
        shows_values: true,
    });
    part.body().into_string()
}

#[test]
fn a_column_that_cannot_be_drawn_says_why() {
    let (numbers, texts) = (column(&["1", "2", "3", "4"]), column(&["x", "y", "x", "z"]));
    for (now, before, words) in [
        (&column(&["5", "5", "5"]), Some(&column(&["5", "5"])), "Every value is 5, as in the baseline."),
        (&column(&["5"]), None, "Every value is 5."),
        (&column(&["", ""]), Some(&numbers), "No cell of this window has a value."),
        (&numbers, Some(&texts), "In the baseline it is no number: there is no common scale."),
        (&texts, Some(&numbers), "The baseline has no counts by value."),
        (
            &texts,
            Some(&profiled(&named(1, |_| "b".to_owned()), 9, 0)),
            "The baseline's statistics have no such column.",
        ),
    ] {
        let page = drawn(now, before);
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let many: Vec<String> = (0..5_000).map(|n| format!("text {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let page = drawn(&column(&many), None);
    assert!(page.contains("Its values are too many to be counted one by one."), "{page}");
}

#[test]
fn an_outlier_is_cut_off_and_said_to_be() {
    let mut cells: Vec<String> = (0..1_000).map(|n| (n % 100).to_string()).collect();
    cells.push("1000000000".to_owned());
    cells.push("-5000000000".to_owned());
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let page = drawn(&column(&cells), Some(&column(&cells[..1_000])));
    assert!(page.contains(">≤ 0</text>") && page.contains(">≥ 99</text>"), "{page}");
}

#[test]
fn whole_numbers_of_a_small_range_have_a_bin_each() {
    let page = drawn(&column(&["1", "2", "2", "3", "9"]), None);
    assert!(page.contains("viewBox=\"0 0 9 104\""), "{page}");
}

#[test]
fn a_window_without_columns_and_a_part_without_sections_have_words() {
    let page = drawn(&TableProfile::default().observe(), None);
    assert!(page.contains("The window has no column"), "{page}");
    assert!(Part::default().body().into_string().contains("Nothing beside the checks"));
    let mut part = Part::default();
    part.push("Too much", maud::html! { p { ("x".repeat(400 * 1_024)) } });
    let place = ended(Status::Completed, "x");
    let (execution, evaluation, violations) = (&place.execution, &place.evaluation, &place.violations);
    let page = crate::run::page(&DrawnRun {
        execution,
        evaluation,
        violations,
        settings: &[],
        runbook: None,
        part: &part,
    });
    assert!(page.contains("There is no room on this page for: Too much."), "{page}");
    assert!(!page.contains("What to do"), "there is no runbook to lead to");
}
