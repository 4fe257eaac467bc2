//! Measures against numbers that others computed, and laws that hold for any rows.

use super::*;

mod guide;

/// Rows of labels without scores.
pub(super) fn labelled(problem: &Problem, rows: &[(&str, &str)]) -> LabelledRows {
    let mut labelled = LabelledRows::new(problem);
    for (place, (truth, answer)) in (0..).zip(rows) {
        labelled
            .push(truth, &Answer::label(answer), Draws::of(1, "row", place))
            .unwrap_or_else(|reason| panic!("row {place}: {}", reason.as_str()));
    }
    labelled
}
