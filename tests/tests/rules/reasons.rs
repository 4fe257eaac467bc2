//! Every reason for which a line is left out is documented, with its kind and its remedy, and no other is.

use super::read;
use bellwether_contract::capture::{LeftOut, LeftOutKind};
use std::collections::BTreeMap;

/// The rows of the page's table: a reason with its kind, and what the other cells say.
fn documented() -> BTreeMap<String, Vec<String>> {
    let rows = read("docs/reasons.md");
    let cells =
        |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    rows.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|row| {
            let mut cells = cells(row);
            (cells.remove(0).trim_matches('`').to_owned(), cells)
        })
        .collect()
}

#[test]
fn every_reason_is_on_the_page_with_its_kind_and_no_other_is() {
    let documented = documented();
    let kind = |reason: &LeftOut| match reason.kind() {
        LeftOutKind::Corrupt => "corrupt",
        LeftOutKind::LacksSide => "lacks a side",
        LeftOutKind::NoRecord => "no record",
    };
    let known: BTreeMap<String, &str> =
        LeftOut::ALL.iter().map(|reason| (reason.to_string(), kind(reason))).collect();
    let page: BTreeMap<String, &str> =
        documented.iter().map(|(reason, cells)| (reason.clone(), cells[0].as_str())).collect();
    assert_eq!(page, known);
}

#[test]
fn every_reason_has_a_meaning_a_sample_and_a_remedy() {
    for (reason, cells) in documented() {
        assert!(cells.len() == 4 && cells.iter().all(|cell| !cell.is_empty()), "{reason}: {cells:?}");
    }
}
