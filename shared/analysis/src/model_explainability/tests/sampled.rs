//! Which captured rows are explained.

use super::*;
use crate::partial::tests::again;
use crate::records::{Portable, RecordProfile};
use bellwether_contract::capture::{CaptureRecord, LeftOut};
use proptest::prelude::*;

fn sampling(rows: usize, path: &str) -> Sampling {
    let path = if path.is_empty() { Default::default() } else { path.parse().expect("a path") };
    Sampling { names: ["age", "plan"].map(str::to_owned).to_vec(), path, rows, seed: 7 }
}

fn record(id: &str, data: &str, encoding: &str) -> String {
    serde_json::json!({
        "captureData": {"endpointInput": {"observedContentType": "x", "mode": "INPUT", "data": data, "encoding": encoding}},
        "eventMetadata": {"eventId": id, "inferenceTime": "2026-10-31T08:15:00Z"}, "eventVersion": "0"
    })
    .to_string()
}

fn added(sample: &mut SampledRows, line: &str) -> Result<(), LeftOut> {
    let record = CaptureRecord::from_line(line.as_bytes()).expect("a record");
    sample.add(&record).map(|_| ()).map_err(|rejected| rejected.reason)
}

/// Only what settings say, `features_attribute`, leads into the rows of this configuration.
#[test]
fn a_baseline_in_the_shape_of_the_dataset_is_read_where_the_rows_are() {
    use bellwether_contract::model_explainability::{ExplanationConfig, ShapBaseline};
    let config = br#"{"headers": ["age", "plan"], "methods": {"shap": {"baseline": [{"row": {"plan": "a", "age": 3}}]}}}"#;
    let config = ExplanationConfig::parse("c", config).expect("a configuration");
    let ShapBaseline::Rows(bases) = config.baseline().expect("rows") else { panic!("no file") };
    let read = |path: &str| ExplanationProblem::new(&config, &bases, &sampling(1, path).path, 1);
    let base = read("row").expect("a baseline").baseline.remove(0);
    assert_eq!(base.iter().map(FeatureValue::json).collect::<Vec<_>>(), ["3", "\"a\""]);
    let told = read("").expect_err("no row of nulls");
    assert!(
        told.starts_with(
            "row 0 of the baseline cannot be read: `the first cell` yields an object without `age`"
        ),
        "{told}"
    );
}

fn shown(rows: &[ExplainedRow]) -> Vec<String> {
    let of = |row: &ExplainedRow| row.values.iter().map(FeatureValue::json).collect::<Vec<_>>().join(" ");
    rows.iter().map(of).collect()
}

#[test]
fn requests_are_read_in_every_layout_or_left_out_with_their_reason() {
    for (data, encoding, path, expected) in [
        ("41,basic", "CSV", "", Ok(vec!["41 \"basic\""])),
        ("41,basic\n,x", "CSV", "", Ok(vec!["41 \"basic\"", "null \"x\""])),
        ("[41, \"basic\"]", "JSON", "", Ok(vec!["41 \"basic\""])),
        ("[[41, \"a\"], [2.50, true]]", "JSON", "", Ok(vec!["41 \"a\"", "2.50 true"])),
        ("{\"plan\": \"a\", \"age\": 3}", "JSON", "", Ok(vec!["3 \"a\""])),
        ("{\"features\": [1, 2]}\n{\"features\": [3, 4]}\n", "JSON", "features", Ok(vec!["1 2", "3 4"])),
        (
            "{\"instances\": [{\"features\": [1, 2]}, {\"features\": [3, 4]}]}",
            "JSON",
            "instances[*].features",
            Ok(vec!["1 2", "3 4"]),
        ),
        ("41", "CSV", "", Err(LeftOut::OtherWidth)),
        ("41,a,b", "CSV", "", Err(LeftOut::OtherWidth)),
        ("{\"other\": [1, 2]}", "JSON", "features", Err(LeftOut::PathValues)),
        ("{\"features\": [1, [2]]}", "JSON", "features", Err(LeftOut::PathValues)),
        ("{\"features\": [1, 2]", "JSON", "features", Err(LeftOut::Json)),
        ("41,basic", "CSV", "features", Err(LeftOut::CsvWithPaths)),
    ] {
        let mut sample = SampledRows::new(sampling(10, path));
        let found = added(&mut sample, &record("e", data, encoding));
        let mut rows = shown(&sample.into_explained());
        rows.sort();
        let mut expected = expected.map(|rows| rows.into_iter().map(str::to_owned).collect::<Vec<_>>());
        if let Ok(rows) = &mut expected {
            rows.sort();
        }
        assert_eq!(found.map(|()| rows), expected, "{data}");
    }
    let mut sample = SampledRows::new(sampling(1, ""));
    let no_input = record("e", "", "CSV").replace("endpointInput", "endpointOutput");
    assert_eq!(added(&mut sample, &no_input), Err(LeftOut::NoInput));
}

#[test]
fn a_part_of_another_sample_is_refused() {
    let mut sample = SampledRows::new(sampling(3, ""));
    added(&mut sample, &record("e", "41,basic", "CSV")).expect("a row");
    let bytes = sample.encode().expect("small");
    for other in [Sampling { rows: 4, ..sampling(3, "") }, Sampling { seed: 8, ..sampling(3, "") }] {
        let refused = SampledRows::new(other).decode(&bytes).expect_err("another sample");
        assert!(refused.to_string().contains("other settings"), "{refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_sample_does_not_depend_on_the_order_or_the_parts(
        ids in prop::collection::vec(0u32..500, 0..60), cut in 0usize..60, most in 1usize..20,
    ) {
        let lines: Vec<String> = ids.iter().map(|id| record(&id.to_string(), &format!("{id},x"), "CSV")).collect();
        let of = |lines: &[String]| {
            let mut sample = SampledRows::new(sampling(most, ""));
            lines.iter().for_each(|line| added(&mut sample, line).expect("a row"));
            sample
        };
        let whole = of(&lines);
        let (one, other) = lines.split_at(cut.min(lines.len()));
        let mut parts = again(&of(other));
        parts.merge(&again(&of(one)));
        prop_assert_eq!(whole.rows(), parts.rows());
        let whole = whole.into_explained();
        prop_assert_eq!(whole.len(), most.min(lines.len()));
        prop_assert_eq!(whole, parts.into_explained());
    }
}
