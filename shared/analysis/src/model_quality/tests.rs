//! Measures against numbers that others computed, and laws that hold for any rows.

use super::*;

mod calibrated;
mod guide;
mod laws;
mod left_out;
mod nannyml;
mod outside;

/// Rows of labels or numbers without scores.
pub(super) fn labelled(problem: &Problem, rows: &[(&str, &str)]) -> LabelledRows {
    let mut labelled = LabelledRows::new(problem);
    for (place, (truth, answer)) in (0..).zip(rows) {
        push(&mut labelled, place, truth, &Answer::label(answer));
    }
    labelled
}

/// Takes in a row whose draws are those of the outside numbers.
pub(super) fn push(rows: &mut LabelledRows, place: u32, truth: &str, answer: &Answer<'_>) {
    let taken = rows.push(truth, answer, Draws::of(1, "row", place));
    taken.unwrap_or_else(|reason| panic!("row {place}: {}", reason.as_str()));
}

/// To 1e-12 of the greater one, and to 1e-12 below one.
pub(super) fn assert_close(ours: f64, theirs: f64, what: &str) {
    let most = 1e-12 * ours.abs().max(theirs.abs()).max(1.0);
    assert!((ours - theirs).abs() <= most, "{what}: {ours}, expected {theirs}");
}
