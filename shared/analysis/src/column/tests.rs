use bellwether_contract::json::to_vec;
use proptest::prelude::*;

use super::*;

fn of(cells: &[Option<f64>]) -> NumericProfile {
    let mut profile = NumericProfile::default();
    for cell in cells {
        match cell {
            Some(value) => profile.push(*value),
            None => profile.push_missing(),
        }
    }
    profile
}

fn numbers(profile: &NumericProfile) -> NumericalStatistics {
    profile.finish("x", InferredType::Integral).numerical_statistics.expect("a column with values")
}

fn bucket_counts(statistics: &NumericalStatistics) -> Vec<f64> {
    let kll = statistics.distribution.as_ref().and_then(|distribution| distribution.kll.as_ref());
    kll.map(|kll| kll.buckets.iter().map(|bucket| bucket.count).collect()).unwrap_or_default()
}

// NumPy 2.4: x = [5, 4, 6, 7, 5, 3]; x.mean(), x.sum(), x.std(), np.histogram(x, 10, (3, 7)). Its spread, from two passes,
// is 1.2909944487358056; the recurrence ends in 58.
#[test]
fn a_column_of_six_lists_and_two_unanswered_sessions() {
    let cells = [Some(5.0), Some(4.0), None, Some(6.0), Some(7.0), Some(5.0), None, Some(3.0)];
    let bytes =
        to_vec(&of(&cells).finish("top10_category_diversity", InferredType::Integral)).expect("finite");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let head = r#"{
  "name" : "top10_category_diversity",
  "inferred_type" : "Integral",
  "numerical_statistics" : {
    "common" : {
      "num_present" : 6,
      "num_missing" : 2
    },
    "mean" : 5.0,
    "sum" : 30.0,
    "std_dev" : 1.2909944487358058,
    "min" : 3.0,
    "max" : 7.0,
    "approximate_num_distinct_values" : 5,
    "completeness" : 0.75,
    "distribution" : {
      "kll" : {
        "buckets" : [ {
          "lower_bound" : 3.0,
          "upper_bound" : 3.4,
          "count" : 1.0
        }, {"#;
    let tail = r#"{
          "lower_bound" : 6.6,
          "upper_bound" : 7.0,
          "count" : 1.0
        } ],
        "sketch" : {
          "parameters" : {
            "c" : 0.64,
            "k" : 2048.0
          },
          "data" : [ [ 5.0, 4.0, 6.0, 7.0, 5.0, 3.0 ] ]
        }
      }
    }
  }
}"#;
    assert!(text.starts_with(head) && text.ends_with(tail), "{text}");
    assert_eq!(bucket_counts(&numbers(&of(&cells))), [1.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 1.0]);
}

// Deequ 2.0.2 on Spark 3.3.0 over the column `State_SD` of the churn training set in AWS's Model Monitor introduction:
// 2,333 rows, 1 at these rows, counted from 0, and 0 elsewhere. The sketch has lost a one, and so have the buckets.
#[test]
fn a_column_of_aws_own_example_as_the_engine_has_it() {
    const ONES: [u32; 43] = [
        41, 94, 128, 132, 182, 246, 303, 317, 350, 456, 494, 614, 619, 719, 760, 762, 813, 906, 937, 977,
        995, 1028, 1078, 1202, 1230, 1256, 1259, 1341, 1430, 1431, 1452, 1611, 1616, 1775, 1782, 1810, 1816,
        1831, 1881, 2164, 2165, 2197, 2227,
    ];
    let mut profile = NumericProfile::default();
    for row in 0..2_333 {
        profile.push(if ONES.contains(&row) { 1.0 } else { 0.0 });
    }
    let statistics = numbers(&profile);
    assert_eq!((statistics.mean, statistics.sum), (Some(0.018_431_204_457_779_682), Some(43.0)));
    assert_eq!(statistics.std_dev, Some(0.134_504_628_767_991_63));
    assert_eq!((statistics.min, statistics.max), (Some(0.0), Some(1.0)));
    assert_eq!(statistics.approximate_num_distinct_values, Some(2));
    assert_eq!(bucket_counts(&statistics), [2_291.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 42.0]);
    let data = profile.sketch().to_contract().data;
    let places: Vec<_> = (0..data[0].len()).filter(|&at| data[0][at] == 1.0).collect();
    assert_eq!(places, [114, 115, 147, 177]);
    assert_eq!(data.iter().map(Vec::len).collect::<Vec<_>>(), [283, 1_025]);
    assert_eq!(data[1].iter().sum::<f64>(), 19.0);
}

#[test]
fn a_column_without_a_value_has_counts_and_no_type() {
    let feature = of(&[None, None]).finish("x", InferredType::Integral);
    assert_eq!(feature.inferred_type, InferredType::Unknown);
    assert_eq!(feature.counts().map(|common| (common.num_present, common.num_missing)), Some((0, 2)));
    assert_eq!((feature.numerical_statistics, feature.string_statistics), (None, None));
}

#[test]
fn numbers_without_a_spelling_count_as_missing() {
    let profile = of(&[Some(f64::NAN), Some(1.0), Some(f64::INFINITY), Some(f64::NEG_INFINITY), None]);
    assert_eq!((profile.num_present(), profile.num_missing()), (1, 4));
    assert_eq!(numbers(&profile).mean, Some(1.0));
}

#[test]
fn huge_numbers_can_always_be_written() {
    for cells in
        [[Some(f64::MAX), Some(-f64::MAX)], [Some(f64::MAX), Some(f64::MAX)], [Some(1e308), Some(0.0)]]
    {
        let feature = of(&cells).finish("x", InferredType::Fractional);
        assert!(to_vec(&feature).is_ok(), "{cells:?}");
    }
}

// Identities and laws.

fn cells() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.9, (0..40_i32).prop_map(f64::from)), 0..5_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_empty_part_changes_no_byte(cells in cells()) {
        let whole = of(&cells);
        let (mut left, mut right) = (whole.clone(), NumericProfile::default());
        left.merge(&NumericProfile::default());
        right.merge(&whole);
        let bytes = |profile: &NumericProfile| to_vec(&profile.finish("x", InferredType::Integral)).expect("finite");
        prop_assert_eq!(bytes(&left), bytes(&whole));
        prop_assert_eq!(bytes(&right), bytes(&whole));
    }

    #[test]
    fn counts_do_not_depend_on_order_or_on_how_a_column_is_split(cells in cells(), at in 0..5_000_usize) {
        let (left, right) = cells.split_at(at.min(cells.len()));
        let (whole, mut merged) = (of(&cells), of(right));
        merged.merge(&of(left));
        prop_assert_eq!(merged.num_present(), whole.num_present());
        prop_assert_eq!(merged.num_missing(), whole.num_missing());
        prop_assert_eq!(merged.num_present() + merged.num_missing(), cells.len() as u64);
        prop_assume!(whole.num_present() > 0);
        let (whole, merged) = (numbers(&whole), numbers(&merged));
        prop_assert_eq!((merged.min, merged.max), (whole.min, whole.max));
        prop_assert_eq!(merged.approximate_num_distinct_values, whole.approximate_num_distinct_values);
        prop_assert_eq!(bucket_counts(&merged).iter().sum::<f64>(), whole.common.num_present as f64);
        prop_assert_eq!(bucket_counts(&whole).iter().sum::<f64>(), whole.common.num_present as f64);
        prop_assert!((merged.std_dev.expect("values") - whole.std_dev.expect("values")).abs() < 1e-9);
    }
}
