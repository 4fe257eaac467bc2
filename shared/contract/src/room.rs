//! As much of a list as a file has room for.
//!
//! It does not say what becomes of the rest.

use crate::ContractError;
use crate::json::to_vec;
use serde::Serialize;

/// The first values that together take at most so many bytes in a file, a level below its top, and all that follow.
///
/// # Errors
/// A value that cannot be written.
pub fn within<T: Serialize>(
    mut values: Vec<T>,
    most_bytes: usize,
) -> Result<(Vec<T>, Vec<T>), ContractError> {
    let (mut bytes, mut fit) = (0, values.len());
    for (place, value) in values.iter().enumerate() {
        let written = to_vec(value)?;
        let lines = written.iter().filter(|byte| **byte == b'\n').count();
        bytes += written.len() + INDENT * lines + SEPARATOR;
        if bytes > most_bytes {
            fit = place;
            break;
        }
    }
    let beyond = values.split_off(fit);
    Ok((values, beyond))
}

/// What a level further in adds to each line of a value, and what stands between two values.
const INDENT: usize = 2;
const SEPARATOR: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{MetricPoint, Unit};

    #[test]
    fn nothing_that_cannot_be_written_is_passed_on() {
        let nan = vec![MetricPoint::value("x", Unit::None, f64::NAN)];
        assert!(within(nan, 1_000).is_err());
    }

    #[test]
    fn points_are_kept_in_order_up_to_a_number_of_bytes_and_none_is_lost() {
        let points: Vec<MetricPoint> =
            (0..1_000).map(|n| MetricPoint::value(format!("feature_null_{n}"), Unit::Count, 1.0)).collect();
        let (all, none) = within(points.clone(), 1_000_000).unwrap();
        assert_eq!((all.len(), none.len()), (1_000, 0));
        let most = 20_000;
        let (fit, beyond) = within(points.clone(), most).unwrap();
        assert!((100..1_000).contains(&fit.len()), "{}", fit.len());
        let written = to_vec(&serde_json::json!({ "metrics": fit })).unwrap().len();
        assert!((most / 2..=most + 100).contains(&written), "{written}");
        assert_eq!([fit, beyond].concat(), points);
    }
}
