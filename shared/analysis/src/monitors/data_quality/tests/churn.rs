//! AWS's own example against the report that its container wrote on 2022-04-18, where the data are at hand.

use std::path::Path;

use super::*;
use crate::engine;

/// Captured records in the window.
const RECORDS: usize = 1_977;

fn rows(file: &Path) -> Vec<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(file).expect("a CSV file");
    reader.byte_records().map(|row| row.expect("a row")).collect()
}

fn push<'c>(table: &mut TableProfile, cells: impl Iterator<Item = &'c [u8]>) {
    for (place, cell) in cells.enumerate() {
        table.feature_mut(place).push_text(cell);
    }
    table.end_rows(1);
}

/// The 120 rows of the one file and then those of the other in a loop, each behind the model's answer, a probability.
fn window(folder: &Path, names: &[String]) -> Observed {
    let mut table = TableProfile::with_columns(names.iter().cloned());
    let (first, looped) =
        (rows(&folder.join("test_sample.csv")), rows(&folder.join("test-dataset-input-cols.csv")));
    for row in first.iter().chain(looped.iter().cycle()).take(RECORDS) {
        push(&mut table, std::iter::once(&b"0.0139"[..]).chain(row.iter()));
    }
    table.observe()
}

#[test]
fn aws_own_run_is_repeated_violation_by_violation() {
    let Some(folder) = engine::data("churn") else { return };
    let training = rows(&folder.join("training-dataset-with-header.csv"));
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    let names: Vec<String> = training[0].iter().map(text).collect();
    let mut table = TableProfile::with_columns(names.iter().cloned());
    for row in &training[1..] {
        push(&mut table, row.iter());
    }
    let baseline = table.observe().statistics;
    let constraints = suggest(&baseline);
    let evaluation = evaluate(&window(&folder, &names), Some(&baseline), &constraints, Comparison::default());

    let of_type = "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. Observed:";
    let inputs = format!("{of_type} Only 99.64592817400101% of data is Integral.");
    let output = format!("{of_type} Only 0.0% of data is Integral.");
    let told = |text: &str| {
        evaluation.constraints.violations().iter().filter(|found| found.description == text).count()
    };
    assert_eq!((told(&inputs), told(&output), evaluation.constraints.violations().len()), (59, 1, 60));
    assert_eq!(evaluation.constraints.violations()[0].feature_name.as_deref(), Some("Churn"));
    assert!(
        evaluation
            .constraints
            .violations()
            .iter()
            .all(|found| found.constraint_check_type == CheckType::DataType),
        "neither a drift nor a missing value was reported"
    );
    // The other ten columns were compared, and none is further than 0.1 from its baseline.
    assert_eq!(evaluation.distances.len(), 10);
    assert_eq!(evaluation.constraints.not_evaluable.len(), 60, "the drift of the rest, suppressed");
}
