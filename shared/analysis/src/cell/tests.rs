use proptest::prelude::*;

use super::*;
use Class::{Boolean, Fractional, Integral, String};

fn check(text: &str, class: Class, number: Option<f64>) {
    assert_eq!(Cell::of(text.as_bytes()), Cell { class, number }, "{text:?}");
}

#[test]
fn a_cell_is_what_the_engine_takes_it_for() {
    for (text, class, number) in [
        ("0", Integral, Some(0.0)),
        ("00520", Integral, Some(520.0)),
        ("-7", Integral, Some(-7.0)),
        ("+7", Integral, Some(7.0)),
        (" 7", Integral, Some(7.0)),
        (" 7.5", Fractional, Some(7.5)),
        ("9223372036854775807", Integral, Some(9_223_372_036_854_775_807.0)),
        ("1.5", Fractional, Some(1.5)),
        ("+70.7810", Fractional, Some(70.781)),
        ("1e3", Fractional, Some(1000.0)),
        ("8.039003e-04", Fractional, Some(8.039_003e-4)),
        ("1E+2", Fractional, Some(100.0)),
        ("true", Boolean, None),
        ("false", Boolean, None),
    ] {
        check(text, class, number);
    }
    for text in
        ["", " ", "-", "+", ".5", "1.", "1.e3", "1e", "1e+", "1.5.2", "NaN", "inf", "True", "--1", "1 ", "٣"]
    {
        check(text, String, None);
    }
}

#[test]
fn zero_has_a_sign_in_fractions_only() {
    let bits = |text: &str| Cell::of(text.as_bytes()).number.map(f64::to_bits);
    assert_eq!(bits("-0"), Some(0.0_f64.to_bits()));
    assert_eq!(bits("-0.0"), Some((-0.0_f64).to_bits()));
    assert_eq!(bits("-0e0"), Some((-0.0_f64).to_bits()));
}

#[test]
fn a_number_that_cannot_be_cast_keeps_its_class() {
    for text in ["- 5", "+ 5", "9223372036854775808", "-9223372036854775809"] {
        check(text, Integral, None);
    }
    for text in ["1e999", "-1e999", "- 1.5"] {
        check(text, Fractional, None);
    }
}

/// Deequ's patterns; Java's `\d` is ASCII.
fn by_the_patterns(text: &str) -> Class {
    let matches = |pattern: &str| regex::Regex::new(pattern).expect("a pattern").is_match(text);
    if matches(r"^(-|\+)? ?[0-9]+((\.[0-9]+)|((?:\.[0-9]+)?[Ee][-+]?[0-9]+))$") {
        Fractional
    } else if matches(r"^(-|\+)? ?[0-9]+$") {
        Integral
    } else if matches("^(true|false)$") {
        Boolean
    } else {
        String
    }
}

proptest! {
    #[test]
    fn classes_are_those_of_the_patterns(text in r"[-+]?[ ]?[0-9+\-. eEx]{0,6}|[-+ ]{0,2}[0-9]{0,2}[.]?[0-9]{0,2}[eE]?[-+]?[0-9]{0,2}|true|false|True|\PC{0,4}") {
        prop_assert_eq!(Class::of(text.as_bytes()), by_the_patterns(&text));
    }

    #[test]
    fn a_number_is_the_nearest_double(text in r"[-+]?[0-9]{1,18}|[-+]?[0-9]{1,20}\.[0-9]{1,20}|[0-9]{1,3}(\.[0-9]{1,17})?[eE][-+]?[0-9]{1,2}") {
        let number: f64 = text.parse().expect("a number");
        let number = if text.contains(['.', 'e', 'E']) { number } else { number + 0.0 };
        prop_assert_eq!(Cell::of(text.as_bytes()).number.map(f64::to_bits), Some(number.to_bits()), "{}", text);
    }
}
