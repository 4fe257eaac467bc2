use std::path::Path;

use bellwether_contract::json::to_vec;
use bellwether_contract::statistics::{FeatureStatistics, InferredType};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::delimited::{Block, Delimited, Dialect};
use crate::engine;
use crate::partial::{decode, encode};
use crate::selection::MissingTexts;

#[test]
fn columns_are_merged_by_name_and_missing_where_they_did_not_exist() {
    let mut table = TableProfile::with_columns(["b".to_owned(), "a".to_owned()]);
    table.feature_mut(0).push_text(b"1");
    table.end_rows(1);
    let mut later = TableProfile::with_columns(["c".to_owned(), "b".to_owned()]);
    later.feature_mut(1).push_text(b"2");
    later.end_rows(1);
    table.merge(&later);
    table.sort_by_name();
    assert_eq!(table.names(), ["a", "b", "c"]);
    assert_eq!(table.place("b"), Some(1));
    let observed = table.observe();
    assert_eq!(observed.statistics.dataset.item_count, 2);
    let counts: Vec<_> = observed.types.iter().map(|types| (types.integral, types.missing)).collect();
    assert_eq!(counts, [(0, 2), (2, 0), (0, 2)]);
}

#[test]
fn a_name_that_comes_twice_is_one_column() {
    let table = TableProfile::with_columns(["a".to_owned(), "a".to_owned()]);
    assert_eq!(table.names(), ["a"]);
}

// Laws.

/// A cell as a row may bring it.
#[derive(Debug, Clone)]
enum Brought {
    Text(String),
    Number(String),
    Boolean(bool),
    Nothing,
}

/// Columns that keep to one kind of cell, and one of any. One in nine cells is missing.
fn row(mut draw: impl FnMut(u64) -> u64) -> [Brought; 4] {
    let odd = ["", "a", "é", "true", "- 5", "1e999", "NaN", "007", "+1.50"];
    let any = match draw(5) {
        0 => Brought::Text(odd[draw(9) as usize].to_owned()),
        1 => Brought::Text(draw(300).to_string()),
        2 => Brought::Number(format!("{}e{}", draw(9), draw(400))),
        3 => Brought::Number(draw(300).to_string()),
        _ => Brought::Boolean(draw(2) == 1),
    };
    let few = Brought::Text(draw(40).to_string());
    let many = Brought::Text(format!("{}.{}", draw(1_000_000), draw(10)));
    let words = Brought::Text("abc"[..draw(4) as usize].to_owned());
    [few, many, words, any].map(|cell| if draw(9) == 0 { Brought::Nothing } else { cell })
}

fn rows() -> impl Strategy<Value = Vec<[Brought; 4]>> {
    (0..2_500_usize, any::<u64>()).prop_map(|(length, seed)| {
        let mut state = seed;
        let mut draw = |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        (0..length).map(|_| row(&mut draw)).collect()
    })
}

fn of(rows: &[[Brought; 4]]) -> TableProfile {
    let mut table = TableProfile::with_columns(["a", "b", "c", "d"].map(str::to_owned));
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let feature = table.feature_mut(column);
            match cell {
                Brought::Text(text) => feature.push_text(text.as_bytes()),
                Brought::Number(token) => feature.push_number(token.as_bytes()),
                Brought::Boolean(value) => feature.push_boolean(*value),
                Brought::Nothing => {}
            }
        }
        table.end_rows(1);
    }
    table
}

fn merged(parts: &[&TableProfile]) -> TableProfile {
    let mut all = TableProfile::default();
    parts.iter().for_each(|part| all.merge(part));
    all
}

fn bytes(table: &TableProfile) -> Vec<u8> {
    to_vec(&table.observe().statistics).expect("numbers that can be written")
}

/// What does not depend on how the rows were split: all but the last digits of moments and the sketch.
fn exact(table: &TableProfile) -> Vec<Value> {
    let observed = table.observe();
    let features = observed.statistics.features.iter().zip(&observed.types).zip(table.features());
    let describe =
        |((statistics, types), feature): ((&FeatureStatistics, _), &crate::feature::FeatureProfile)| {
            let numbers = statistics.numerical_statistics.as_ref();
            serde_json::json!([
                statistics.name,
                statistics.inferred_type,
                statistics.common,
                statistics.string_statistics,
                format!("{types:?}"),
                numbers.map(|numbers| (&numbers.common, numbers.min, numbers.max, numbers.completeness)),
                numbers.map(|numbers| numbers.approximate_num_distinct_values),
                feature.histogram(&statistics.name, table.rows()),
            ])
        };
    features.map(describe).chain([observed.statistics.dataset.item_count.into()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn parts_that_were_written_merge_into_the_same_bytes(rows in rows(), cut in 0..2_500_usize) {
        let (left, right) = rows.split_at(cut.min(rows.len()));
        let parts = [of(left), of(right)];
        let written = parts.each_ref().map(|part| encode(part).expect("small"));
        let [left, right] = written.each_ref().map(|bytes| decode::<TableProfile>(bytes).expect("what was written"));
        prop_assert_eq!(&encode(&left).expect("small"), &written[0]);
        let (whole, read) = (merged(&[&parts[0], &parts[1]]), merged(&[&left, &right]));
        prop_assert_eq!(bytes(&read), bytes(&whole));
        prop_assert_eq!(encode(&read).expect("small"), encode(&whole).expect("small"));
    }

    #[test]
    fn an_empty_part_changes_no_byte(rows in rows()) {
        let (whole, none) = (of(&rows), TableProfile::default());
        prop_assert_eq!(bytes(&merged(&[&whole, &none])), bytes(&whole));
        prop_assert_eq!(bytes(&merged(&[&of(&[]), &whole, &of(&[])])), bytes(&whole));
    }

    #[test]
    fn parts_are_what_the_whole_is_however_they_are_cut_and_grouped(
        rows in rows(), cut in 0..2_500_usize, second in 0..2_500_usize,
    ) {
        let (left, rest) = rows.split_at(cut.min(rows.len()));
        let (middle, right) = rest.split_at(second.min(rest.len()));
        let [left, middle, right] = [left, middle, right].map(of);
        let in_order = merged(&[&left, &middle, &right]);
        let grouped = merged(&[&left, &merged(&[&middle, &right])]);
        prop_assert_eq!(exact(&in_order), exact(&of(&rows)));
        prop_assert_eq!(exact(&grouped), exact(&of(&rows)));
    }

    #[test]
    fn row_order_changes_neither_counts_nor_types_nor_histograms(rows in rows(), turn in 0..2_500_usize) {
        let mut turned = rows.clone();
        turned.rotate_left(turn.min(rows.len()));
        turned.reverse();
        prop_assert_eq!(exact(&of(&turned)), exact(&of(&rows)));
    }
}

// Files.

/// An empty table of a file's columns, and the file's rows.
fn blocks(csv: &[u8], dialect: Dialect) -> (TableProfile, Vec<Block>) {
    let mut file = Delimited::with_header(dialect, "test");
    let mut blocks = Vec::new();
    for chunk in csv.chunks(64 * 1024) {
        file.push(chunk, &mut |block| blocks.push(block)).expect("a header");
    }
    let table = TableProfile::with_columns(file.names().expect("a header").to_vec());
    file.finish(&mut |block| blocks.push(block)).expect("a header");
    (table, blocks)
}

#[test]
fn columns_shared_out_among_threads_give_the_bytes_of_one_thread() {
    let row = |i: u32| format!("{},{}.{},w{},{}\n", i % 7, i * 7919 % 1_000_003, i % 10, i % 200, i < 9);
    let csv: String = std::iter::once("a,b,c,d\n".to_owned()).chain((0..60_000).map(row)).collect();
    let (mut alone, blocks) = blocks(csv.as_bytes(), Dialect::Rfc4180);
    assert!(blocks.len() > 2, "{} blocks", blocks.len());
    let mut shared = alone.clone();
    blocks.iter().for_each(|block| alone.push_rows(&block.rows));
    std::thread::scope(|threads| {
        for (column, feature) in shared.features_mut().iter_mut().enumerate() {
            let blocks = &blocks;
            threads.spawn(move || {
                blocks.iter().for_each(|block| {
                    block.rows.push_columns(&mut [(column, &mut *feature)], &MissingTexts::default())
                })
            });
        }
    });
    shared.end_rows(blocks.iter().map(|block| block.rows.len() as u64).sum());
    assert_eq!(shared.rows(), 60_000);
    assert_eq!(bytes(&shared), bytes(&alone));
}

// Against the engine, where its results are at hand.

fn profile(csv: &Path) -> TableProfile {
    let (mut table, blocks) = blocks(&std::fs::read(csv).expect("a CSV file"), Dialect::Spark);
    for block in blocks {
        assert_eq!(block.left_out, []);
        table.push_rows(&block.rows);
    }
    table
}

/// Compares every column with what the engine says of it, to the last bit.
fn compare(csv: &Path, expected: &Value) {
    let table = profile(csv);
    assert_eq!(table.names().len(), expected.as_object().map_or(0, serde_json::Map::len));
    for (name, feature) in table.names().iter().zip(table.features()) {
        let expected = &expected[name];
        assert_eq!(expected["inferred_type"], feature.inferred_type().as_str(), "{name}: type");
        let statistics = feature.finish(name, table.rows());
        compare_histogram(name, feature, table.rows(), &expected["histogram"]);
        compare_counts(&statistics, expected);
        assert_eq!(statistics.numerical_statistics.is_some(), expected.get("kll").is_some(), "{name}");
        if let Some(numbers) = &statistics.numerical_statistics {
            compare_numbers(name, numbers, expected);
        }
    }
}

fn compare_counts(statistics: &FeatureStatistics, expected: &Value) {
    let name = &statistics.name;
    let numeric = statistics.numerical_statistics.as_ref();
    let text = statistics.string_statistics.as_ref();
    let distinct = numeric
        .and_then(|numbers| numbers.approximate_num_distinct_values)
        .or(text.and_then(|text| text.distinct_count).map(|count| count as u64));
    let completeness =
        numeric.and_then(|numbers| numbers.completeness).or(text.and_then(|text| text.completeness));
    if statistics.inferred_type == InferredType::Unknown {
        assert_eq!(
            (&expected["completeness"], &expected["approximate_num_distinct_values"]),
            (&0.0.into(), &0.into())
        );
        assert_eq!(
            (numeric, text, statistics.counts().map(|common| common.num_present)),
            (None, None, Some(0))
        );
    } else {
        assert_eq!(completeness, expected["completeness"].as_f64(), "{name}: completeness");
        assert_eq!(distinct, expected["approximate_num_distinct_values"].as_u64(), "{name}: distinct values");
    }
}

/// The engine counts missing cells as a value of their own.
fn compare_histogram(name: &str, feature: &FeatureProfile, rows: u64, expected: &Value) {
    let missing = feature.types(rows).missing;
    let Some(expected) = expected.as_object() else {
        assert!(feature.present() == 0 || feature.histogram(name, rows).is_none(), "{name}: a histogram");
        return;
    };
    let nulls = expected.get("NullValue").and_then(Value::as_u64).unwrap_or(0);
    assert_eq!(nulls, missing, "{name}: missing");
    let ours: Vec<_> = feature
        .histogram(name, rows)
        .expect("a histogram")
        .into_iter()
        .map(|bucket| (bucket.value, bucket.count))
        .collect();
    let theirs: Vec<_> = expected
        .iter()
        .filter(|(value, _)| *value != "NullValue")
        .map(|(value, count)| (value.clone(), count.as_u64().expect("a count")))
        .collect();
    assert_eq!(ours, theirs, "{name}: histogram in order");
}

fn compare_numbers(
    name: &str,
    ours: &bellwether_contract::statistics::NumericalStatistics,
    expected: &Value,
) {
    for (field, ours) in [
        ("mean", ours.mean),
        ("sum", ours.sum),
        ("std_dev", ours.std_dev),
        ("min", ours.min),
        ("max", ours.max),
    ] {
        assert_eq!(ours, expected[field].as_f64(), "{name}: {field}");
    }
    let kll = ours
        .distribution
        .as_ref()
        .and_then(|distribution| distribution.kll.as_ref())
        .expect("a distribution");
    let buckets: Vec<_> =
        kll.buckets.iter().map(|bucket| vec![bucket.lower_bound, bucket.upper_bound, bucket.count]).collect();
    assert_eq!(buckets, engine::doubles(&expected["kll"]["buckets"]), "{name}: buckets");
    let sketch = kll.sketch.as_ref().expect("a sketch");
    assert_eq!(sketch.data, engine::doubles(&expected["kll"]["data"]), "{name}: sketch");
}

#[test]
fn columns_full_of_traps_are_profiled_as_the_engine_does() {
    let Some(folder) = engine::data("deequ-oracle") else { return };
    let expected = engine::json(&folder.join("expected.json"));
    for side in ["baseline", "current"] {
        compare(&folder.join(format!("{side}.csv")), &expected[side]);
    }
}

#[test]
fn the_churn_training_set_is_profiled_as_the_engine_does() {
    let Some(folder) = engine::data("churn") else { return };
    let expected = engine::json(&folder.join("deequ-expected.json"));
    compare(&folder.join("training-dataset-with-header.csv"), &expected["baseline"]);
}
