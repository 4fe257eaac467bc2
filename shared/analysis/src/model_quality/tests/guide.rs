//! The examples of the SageMaker developer guide, "Model quality metrics and Amazon CloudWatch monitoring" (2020).
//!
//! They come of an older container, whose best constant answer was `1` whatever the labels were: there the formula is
//! tried with that label forced. Counts are those of the confusion matrices beside them.

use super::super::binary::Constant;
use super::super::multiclass::constant;
use super::super::rates::{Counts, f_score};
use super::*;

/// `matrix[truth][answer]` as rows.
fn of_matrix(matrix: [[usize; 2]; 2]) -> Vec<(&'static str, &'static str)> {
    let mut rows = Vec::new();
    for (truth, counts) in ["0", "1"].into_iter().zip(matrix) {
        for (answer, count) in ["0", "1"].into_iter().zip(counts) {
            rows.extend(std::iter::repeat_n((truth, answer), count));
        }
    }
    rows
}

/// The matrix of the multiclass example; the regression example is of the same rows.
const OF_2096: [[usize; 2]; 2] = [[1_180, 510], [268, 138]];

#[test]
fn the_binary_example_comes_out() {
    let rows = of_matrix([[1, 2], [0, 1]]);
    let measured = measure(&mut labelled(&Problem::binary(true, false), &rows));
    for (name, expected) in [
        ("recall", 1.0),
        ("precision", 0.333_333_333_333_333_3),
        ("accuracy", 0.5),
        ("true_positive_rate", 1.0),
        ("true_negative_rate", 0.333_333_333_333_333_37),
        ("false_positive_rate", 0.666_666_666_666_666_6),
        ("false_negative_rate", 0.0),
        ("f0_5", 0.384_615_384_615_384_6),
        ("f1", 0.5),
        ("f2", 0.714_285_714_285_714_3),
        // The container since 2021: the majority.
        ("accuracy_best_constant_classifier", 0.75),
        ("recall_best_constant_classifier", 0.0),
    ] {
        assert_eq!(measured.value(name), Some(expected), "{name}");
    }
    assert!(measured.metrics.get("auc").is_none(), "without scores there is none");
}

#[test]
fn the_binary_example_of_the_older_container_comes_out_with_its_label() {
    let counts = Counts { true_positive: 1.0, false_positive: 2.0, false_negative: 0.0, true_negative: 1.0 };
    let constant = Constant::answering(true, &counts).expect("rows");
    assert_eq!(constant, Constant { recall: 1.0, precision: 0.25, accuracy: 0.25 });
    let of = |beta| f_score(beta, constant.precision, constant.recall);
    assert_eq!([of(0.5), of(1.0), of(2.0)], [0.294_117_647_058_823_54, 0.4, 0.625]);
}

#[test]
fn the_multiclass_example_comes_out() {
    let measured = measure(&mut labelled(&Problem::multiclass(), &of_matrix(OF_2096)));
    for (name, expected) in [
        ("accuracy", 0.628_816_793_893_129_7),
        ("weighted_recall", 0.628_816_793_893_129_7),
        ("weighted_precision", 0.698_317_226_962_950_5),
        ("weighted_f0_5", 0.680_394_731_717_877_1),
        ("weighted_f1", 0.657_116_234_666_490_4),
        ("weighted_f2", 0.638_402_435_439_460_1),
    ] {
        let value = measured.value(name).expect("a value");
        assert!((value - expected).abs() <= 1e-15, "{name}: {value}, expected {expected}");
    }
}

#[test]
fn the_constant_answers_of_the_multiclass_example_come_out_with_the_label_of_the_older_container() {
    let values = constant(406.0, 2_096.0);
    let expected = [
        ("accuracy_best_constant_classifier", 0.193_702_290_076_335_88),
        ("weighted_recall_best_constant_classifier", 0.193_702_290_076_335_88),
        ("weighted_precision_best_constant_classifier", 0.037_520_577_180_816_97),
        ("weighted_f1_best_constant_classifier", 0.062_864_212_446_836_43),
    ];
    for (name, expected) in expected {
        let (_, value) = values.iter().find(|(known, _)| *known == name).expect("a metric");
        let value = value.expect("rows");
        assert!((value - expected).abs() <= 1e-15, "{name}: {value}, expected {expected}");
    }
}

#[test]
fn the_regression_example_comes_out() {
    let measured = measure(&mut labelled(&Problem::regression(), &of_matrix(OF_2096)));
    for (name, expected) in [
        ("mae", 0.371_183_206_106_870_2),
        ("mse", 0.371_183_206_106_870_2),
        ("rmse", 0.609_248_066_149_471),
        ("r2", -1.376_611_187_221_266_5),
    ] {
        let value = measured.value(name).expect("a value");
        assert!((value - expected).abs() <= 2e-15, "{name}: {value}, expected {expected}");
    }
}
