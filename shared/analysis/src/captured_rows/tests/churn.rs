//! The monitoring hour of AWS's introduction, rebuilt: a churn model that answers one probability, asked first with the 120
//! rows of one file, then over and over with the 334 of another. 1,977 records, so 5 whole rounds and 187 rows; the first
//! row of each file is deliberately bad, so 7 bad records.

use super::*;
use bellwether_contract::statistics::InferredType;
use std::io::Write as _;
use std::path::Path;

const RECORDS: usize = 1_977;

fn shared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/churn").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        // Past the harness, which keeps the words of a passing test to itself.
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: {} is absent, the hour was not rebuilt", path.display());
    }
    text
}

/// The requests in the order in which they were sent.
fn requests<'t>(once: &'t str, over_and_over: &'t str) -> impl Iterator<Item = &'t str> {
    once.lines().chain(over_and_over.lines().cycle()).take(RECORDS)
}

/// A record of the hour, the n-th: an id and a second of its own, and a probability that is never a whole number.
fn record(n: usize, request: &str) -> String {
    let minute = n * 60 / RECORDS;
    let second = (n * 3_600 / RECORDS) % 60;
    let probability = (n * 37 % 1_000) as f64 / 1_000.0 + 0.000_5;
    format!(
        r#"{{"captureData":{{"endpointInput":{{"observedContentType":"text/csv","mode":"INPUT","data":"{request}","encoding":"CSV"}},"endpointOutput":{{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"{probability}","encoding":"CSV"}}}},"eventMetadata":{{"eventId":"{n:08x}-0000-4000-8000-000000000000","inferenceTime":"2022-04-18T00:{minute:02}:{second:02}Z"}},"eventVersion":"0"}}"#
    )
}

#[test]
fn the_hour_of_the_introduction_has_the_counts_that_its_report_says() {
    let (Some(once), Some(over_and_over), Some(training)) = (
        shared("test_sample.csv"),
        shared("test-dataset-input-cols.csv"),
        shared("training-dataset-with-header.csv"),
    ) else {
        return;
    };
    let names: Vec<String> =
        training.lines().next().expect("a header").split(',').map(str::to_owned).collect();
    let mut rows = CapturedRows::new(Columns { baseline: Some(names.clone()), ..Columns::default() });
    for (n, request) in requests(&once, &over_and_over).enumerate() {
        assert_eq!(add(&mut rows, &record(n, request)), Ok(()));
    }
    let (table, lost) = rows.finish();
    let observed = table.observe();
    assert_eq!((table.rows(), lost.len()), (1_977, 0));
    assert_eq!(table.names(), names);
    assert_eq!((names.len(), names[0].as_str()), (70, "Churn"));
    // Counted in Python with the patterns of the type inference, over the two files.
    let columns_with = |integral, fractional| {
        observed
            .types
            .iter()
            .skip(1)
            .filter(|types| (types.integral, types.fractional) == (integral, fractional))
            .count()
    };
    assert_eq!((columns_with(1_970, 7), columns_with(1_977, 0), columns_with(0, 1_977)), (59, 6, 4));
    assert!(observed.types.iter().all(|types| types.present() == 1_977 && types.missing == 0));
    assert_eq!(observed.types[0].fractional, 1_977);
    // 100 x 1970 / 1977 is the 99.64592817400101 of the report.
    assert_eq!(1_970.0 / 1_977.0 * 100.0, 99.645_928_174_001_01);
    let account_length =
        observed.statistics.features[1].numerical_statistics.as_ref().expect("a column of numbers");
    assert_eq!(observed.statistics.features[1].inferred_type, InferredType::Integral);
    assert_eq!((account_length.min, account_length.max), (Some(10.0), Some(232.0)));
    for (found, python) in
        [(account_length.mean, 99.874_051_593_323_22), (account_length.std_dev, 39.543_280_546_020_63)]
    {
        assert!(found.is_some_and(|found| (found - python).abs() < 1e-10), "{found:?}");
    }
}
