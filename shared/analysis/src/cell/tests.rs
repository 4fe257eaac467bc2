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
        ("-0.0", Fractional, Some(-0.0)),
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
fn a_number_that_cannot_be_cast_keeps_its_class() {
    for text in ["- 5", "+ 5", "9223372036854775808", "-9223372036854775809"] {
        check(text, Integral, None);
    }
    for text in ["1e999", "-1e999", "- 1.5"] {
        check(text, Fractional, None);
    }
}
