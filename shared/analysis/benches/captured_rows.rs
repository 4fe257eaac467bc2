//! How fast captured records become a profile of their columns, on one core. `cargo bench -p bellwether-analysis`.
//!
//! Bytes are those of whole lines. Every case reads the line, decodes both sides and counts every cell; finding duplicates
//! is not part of it. Values differ as those of real columns do: some columns have a few values, some thousands.

use bellwether_analysis::captured_rows::{CapturedRows, Columns};
use bellwether_analysis::records::RecordProfile;
use bellwether_analysis::selection::Selection;
use bellwether_contract::capture::CaptureRecord;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

const LINES: usize = 20_000;
const CASES: [&str; 4] = ["csv, 70 columns", "csv, 12 columns", "flat json", "paths"];

fn main() {
    divan::main();
}

#[divan::bench(args = CASES, sample_count = 20)]
fn captured_rows(bencher: Bencher<'_, '_>, case: &str) {
    let lines: Vec<String> = (0..LINES).map(|n| line(case, n)).collect();
    let prototype = CapturedRows::new(columns(case));
    bencher.counter(BytesCount::new(lines.iter().map(|line| line.len() + 1).sum::<usize>())).bench(|| {
        let mut rows = prototype.empty();
        for line in &lines {
            let record = CaptureRecord::from_line(line.as_bytes()).expect("a capture line");
            rows.add(black_box(&record)).expect("every record is whole");
        }
        rows
    });
}

/// A number that looks drawn, the same in every run.
fn drawn(n: usize, column: usize) -> usize {
    (n * 2_654_435_761 + column * 40_503).wrapping_mul(0x9E37_79B9) >> 7
}

/// The n-th cell of a column: flags in most, counts and amounts in every sixth.
fn cell(n: usize, column: usize) -> String {
    let drawn = drawn(n, column);
    match column % 12 {
        0 => format!("{:.1}", (drawn % 4_000) as f64 / 10.0),
        6 => (drawn % 200).to_string(),
        _ => (drawn % 2).to_string(),
    }
}

fn cells(n: usize, columns: usize) -> String {
    (0..columns).map(|column| cell(n, column)).collect::<Vec<_>>().join(",")
}

fn object(n: usize, columns: usize) -> String {
    let cells: Vec<_> =
        (0..columns).map(|column| format!(r#"\"feature_{column}\":{}"#, cell(n, column))).collect();
    format!("{{{}}}", cells.join(","))
}

fn line(case: &str, n: usize) -> String {
    let probability = (drawn(n, 0) % 1_000_000) as f64 / 1e6;
    let (encoding, output, input) = match case {
        "csv, 70 columns" => ("CSV", format!("{probability}"), cells(n, 69)),
        "csv, 12 columns" => ("CSV", format!("{probability}"), cells(n, 11)),
        "flat json" => ("JSON", format!(r#"{{\"score\":{probability}}}"#), object(n, 12)),
        _ => (
            "JSON",
            format!(r#"{{\"predictions\":[{{\"score\":{probability}}}]}}"#),
            format!(r#"{{\"instances\":[{}]}}"#, object(n, 12)),
        ),
    };
    format!(
        r#"{{"captureData":{{"endpointInput":{{"observedContentType":"text/csv","mode":"INPUT","data":"{input}","encoding":"{encoding}"}},"endpointOutput":{{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"{output}\n","encoding":"{encoding}"}}}},"eventMetadata":{{"eventId":"{n:08x}-0b7b-4d33-8c8a-7a4adfa09a98","inferenceTime":"2026-10-31T08:30:19Z"}},"eventVersion":"0"}}"#
    )
}

fn columns(case: &str) -> Columns {
    let mut columns =
        Columns { baseline: Some((0..70).map(|n| format!("column {n}")).collect()), ..Columns::default() };
    if case == "paths" {
        let input: Vec<_> = (0..12).map(|n| format!(r#""f{n}": "instances[].feature_{n}""#)).collect();
        let file =
            format!(r#"{{"output": {{"score": "predictions[0].score"}}, "input": {{{}}}}}"#, input.join(","));
        columns.selection = Selection::parse("the benchmark", file.as_bytes()).expect("a selection");
    }
    columns
}
