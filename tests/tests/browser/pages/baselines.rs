//! Pages of baselines, of every monitor that suggests one from a dataset: `bellwether profile` and `suggest-baseline` write them for
//! `--html`.

use super::{OF_A_RUN, Page};
use bellwether_page::Part;
use bellwether_pipeline::dataset::{Description, Dialect, Format, profile};
use bellwether_pipeline::monitors::data_quality::baseline_part;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::report::Report;
use bellwether_storage::Location;
use bellwether_tests::local::{answers, groups, reasons};

/// A dataset of each.
pub(super) async fn suggested() -> Vec<Page> {
    let (columns, rows) = columns().await;
    let answers = answers::suggested().await.expect("a baseline");
    let groups = groups::suggested().await.expect("a baseline");
    let reasons = reasons::suggested().await.expect("a baseline");
    vec![
        page("data quality", rows, &columns.0, &columns.1),
        page("model quality", answers.measured.rows, &answers.report().expect("files"), &answers.part()),
        page("model bias", groups.measured.rows, &groups.report().expect("files"), &groups.part()),
        page(
            "model explainability",
            reasons.summary.explained_rows,
            &reasons.report().expect("files"),
            &reasons.part(),
        ),
    ]
}

/// The columns that lenders see: texts, numbers, and labels.
async fn columns() -> ((Report, Part), u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("training.csv");
    std::fs::write(&file, groups::validation_set(0..2_000)).expect("a file");
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    let description = Description { format, selection: Default::default(), sample_payloads: false };
    let profiled = profile(&Location::Folder(file), None, &description, &nobody).await.expect("a profile");
    let (statistics, constraints) = profiled.suggest();
    let report = Report::of_baseline(&statistics, &constraints).expect("files");
    ((report, baseline_part(&statistics)), profiled.table.rows())
}

fn page(kind: &str, rows: u64, report: &Report, part: &Part) -> Page {
    let dataset = "s3://models/v7/validation.csv".parse().expect("a place");
    Page {
        name: format!("baseline of {kind}"),
        html: report.page_of_baseline(kind, &dataset, rows, part),
        of: None,
        is_violated: false,
        limits: OF_A_RUN,
        unexpected: Vec::new(),
    }
}
