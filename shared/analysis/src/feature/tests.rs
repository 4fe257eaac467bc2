use bellwether_contract::json::to_vec;
use bellwether_contract::statistics::NumericalStatistics;

use super::*;

#[test]
fn a_column_of_booleans_is_written_as_text_and_keeps_its_type() {
    let mut profile = FeatureProfile::default();
    profile.push_text(b"true");
    profile.push_boolean(false);
    profile.push_boolean(true);
    assert_eq!(profile.inferred_type(), InferredType::Boolean);
    let feature = profile.finish("x", 4);
    assert_eq!(feature.inferred_type, InferredType::String);
    let statistics = feature.string_statistics.expect("a text column");
    assert_eq!((statistics.common.num_present, statistics.common.num_missing), (3, 1));
    assert_eq!((statistics.distinct_count, statistics.completeness), (Some(2.0), Some(0.75)));
}

fn of(cells: &[&str]) -> FeatureProfile {
    let mut profile = FeatureProfile::default();
    cells.iter().for_each(|cell| profile.push_text(cell.as_bytes()));
    profile
}

// More rows than are added at a time; a column of each kind, and one that turns into text on its way.
#[test]
fn a_block_of_rows_is_its_cells_one_by_one() {
    let cell = |row: usize, column: usize| match column {
        0 => Some((row % 2).to_string()),
        1 => (!row.is_multiple_of(3)).then(|| format!("{:.1}", row as f64 / 7.0)),
        2 => Some(if row == 200 { "none".to_owned() } else { row.to_string() }),
        3 => (row == 150).then(|| "true".to_owned()),
        _ => Some(format!("{}e-3", row * row)),
    };
    let table: Vec<Vec<_>> = (0..400).map(|row| (0..5).map(|column| cell(row, column)).collect()).collect();
    let mut block: Vec<_> = (0..5).map(|_| FeatureProfile::default()).collect();
    let text = |row: usize, column: usize| table[row][column].as_deref().map(str::as_bytes);
    FeatureProfile::push_rows(&mut block.iter_mut().enumerate().collect::<Vec<_>>(), table.len(), text);
    for (column, feature) in block.iter().enumerate() {
        let cells: Vec<_> = table.iter().filter_map(|row| row[column].as_deref()).collect();
        assert_eq!(feature.finish("x", 400), of(&cells).finish("x", 400), "{column}");
    }
}

fn numbers(profile: &FeatureProfile) -> NumericalStatistics {
    profile.finish("x", profile.present()).numerical_statistics.expect("a column of numbers")
}

#[test]
fn a_column_is_what_all_its_cells_are() {
    for (cells, inferred) in [
        (&[][..], InferredType::Unknown),
        (&["1", "-2"], InferredType::Integral),
        (&["1", "2.5"], InferredType::Fractional),
        (&["1e3"], InferredType::Fractional),
        (&["true", "false"], InferredType::Boolean),
        (&["true", "1"], InferredType::String),
        (&["1.5", "false"], InferredType::String),
        (&["1", "2", "", "3"], InferredType::String),
        (&["NaN"], InferredType::String),
        (&["1.0", "inf"], InferredType::String),
    ] {
        assert_eq!(of(cells).inferred_type(), inferred, "{cells:?}");
    }
}

#[test]
fn a_column_without_a_cell_has_its_counts_only() {
    let feature = FeatureProfile::default().finish("x", 3);
    assert_eq!(feature.inferred_type, InferredType::Unknown);
    assert_eq!(feature.counts().map(|common| (common.num_present, common.num_missing)), Some((0, 3)));
    assert_eq!((feature.numerical_statistics, feature.string_statistics), (None, None));
    assert_eq!(FeatureProfile::default().finish("x", 0).counts().map(|common| common.num_missing), Some(0));
}

#[test]
fn one_cell_is_its_own_mean_and_does_not_spread() {
    let one = numbers(&of(&["-2.5"]));
    assert_eq!((one.mean, one.std_dev, one.min, one.max), (Some(-2.5), Some(0.0), Some(-2.5), Some(-2.5)));
    assert_eq!((one.approximate_num_distinct_values, one.completeness), (Some(1), Some(1.0)));
}

#[test]
fn a_number_that_cannot_be_cast_is_present_and_counts_in_no_moment() {
    let profile = of(&["1", "- 5", "9223372036854775808", "3"]);
    let integral = numbers(&profile);
    assert_eq!(profile.inferred_type(), InferredType::Integral);
    assert_eq!((integral.common.num_present, integral.completeness), (4, Some(1.0)));
    assert_eq!((integral.mean, integral.sum, integral.max), (Some(2.0), Some(4.0), Some(3.0)));
    assert_eq!(numbers(&of(&["1e999", "1.5"])).max, Some(1.5));
    let none = numbers(&of(&["- 5"]));
    assert_eq!((none.common.num_present, none.mean, none.min, none.distribution), (1, None, None, None));
}

#[test]
fn huge_numbers_can_always_be_written() {
    for cells in
        [&["1e308", "-1e308"][..], &["1e308", "1e308"], &["1e999"], &["- 5"], &["9223372036854775807"]]
    {
        assert!(to_vec(&of(cells).finish("x", 2)).is_ok(), "{cells:?}");
    }
}

#[test]
fn a_histogram_needs_few_values_and_is_written_of_texts_only() {
    let words: Vec<String> = (0..2_000).map(|i| format!("w{}", i % 50)).collect();
    let few = of(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let counts = few.histogram("x", 2_000).expect("few values");
    assert_eq!((counts.len(), counts.iter().map(|bucket| bucket.count).sum::<u64>()), (50, 2_000));
    let written = few.finish("x", 2_000).string_statistics.and_then(|text| text.distribution);
    assert_eq!(
        written.and_then(|written| written.categorical).map(|categorical| categorical.buckets),
        Some(counts)
    );
    let words: Vec<String> = (0..300).map(|i| format!("w{i}")).collect();
    assert_eq!(of(&words.iter().map(String::as_str).collect::<Vec<_>>()).histogram("x", 300), None);
    let digits = of(&["1", "2", "1"]);
    assert_eq!(digits.histogram("x", 3).map(|buckets| buckets.len()), Some(2));
    assert_eq!(digits.finish("x", 3).string_statistics, None);
}

#[test]
fn native_numbers_are_told_apart_by_value_and_texts_by_their_letters() {
    let distinct = |profile: &FeatureProfile| numbers(profile).approximate_num_distinct_values;
    assert_eq!(distinct(&of(&["1", "1.0", "1.00"])), Some(3));
    let mut native = FeatureProfile::default();
    ["1.0", "1.00", "10e-1"].iter().for_each(|token| native.push_number(token.as_bytes()));
    assert_eq!(distinct(&native), Some(1));
    // Whichever came first, the text and the number are two.
    native.push_text(b"1.0");
    assert_eq!(distinct(&native), Some(2));
    let mut text = of(&["1.0"]);
    text.push_number(b"1.0");
    assert_eq!(distinct(&text), Some(2));
}
