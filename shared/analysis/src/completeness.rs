//! Capture completeness: of the calls that data capture should have kept, how many are there?
//!
//! Capture is best effort: it drops records under load, and stops without an error where its bucket refuses it. It asks
//! nobody how many calls there were, and it judges nothing; [`crate::verdict`] does.
//!
//! ```text
//! expected             = N * p / 100     N calls to the variant, p the sampling percentage of the capture
//! capture_completeness = R / expected    R records of the window, each once, the monitor's own calls included
//! ```
//!
//! 0 and more; above 1 where calls were counted too low or p is set too low. Without a value below 100 expected records: there a
//! single lost file, or a sample's chance, is a large share. The monitor's own calls are calls as well, so they count on
//! both sides. Lines that cannot be read tell no time and are not among R.
//!
//! Blind spot: calls that failed in the model are counted and perhaps not captured.
//!
//! ```
//! use bellwether_analysis::completeness::Completeness;
//!
//! let half = Completeness { seen: 250, calls: Ok(1_000.0), sampling_percentage: 50.0 };
//! assert_eq!(half.ratio(), Ok(0.5));
//! let quiet = Completeness { calls: Ok(99.0), sampling_percentage: 100.0, ..half };
//! assert!(quiet.ratio().is_err());
//! ```

use bellwether_contract::json::double;
use std::fmt;

/// Name of the share.
pub const COMPLETENESS: &str = "capture_completeness";
/// Below this share a run carries a violation.
pub const COMPLETENESS_LIMIT: f64 = 0.8;
/// So many records must be expected before a share says anything.
pub const LEAST_EXPECTED: f64 = 100.0;

/// Why nobody knows how many calls there were; in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncounted {
    /// Who counts them was asked and has nothing: a variant that nobody called has no point.
    NoPoint(String),
    /// Who counts them did not tell.
    NotTold(String),
}

impl fmt::Display for Uncounted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::NoPoint(why) | Self::NotTold(why)) = self;
        out.write_str(why)
    }
}

/// What was captured of a window, and what there was to capture.
#[derive(Debug, Clone, PartialEq)]
pub struct Completeness {
    /// Records of the window, each once, the monitor's own calls included.
    pub seen: u64,
    /// Calls to the variant, or why nobody knows.
    pub calls: Result<f64, Uncounted>,
    /// How many of a hundred calls data capture keeps.
    pub sampling_percentage: f64,
}

impl Completeness {
    /// Records that should be there; at least [`LEAST_EXPECTED`].
    ///
    /// # Errors
    /// Why nothing can be said.
    pub fn expected(&self) -> Result<f64, String> {
        let calls = self.calls.as_ref().map_err(ToString::to_string)?;
        let expected = *calls * self.sampling_percentage / 100.0;
        if expected >= LEAST_EXPECTED {
            return Ok(expected);
        }
        Err(format!(
            "{} calls let {} records be expected, and {} are needed to tell a loss from chance",
            double(*calls),
            double(expected),
            double(LEAST_EXPECTED)
        ))
    }

    /// The share of the expected records that is there.
    ///
    /// # Errors
    /// As [`Self::expected`].
    pub fn ratio(&self) -> Result<f64, String> {
        self.expected().map(|expected| self.seen as f64 / expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // By hand.
    #[test]
    fn a_share_needs_a_hundred_expected_records_and_a_count_of_calls() {
        let of = |seen, calls, sampling_percentage| {
            Completeness { seen, calls: Ok(calls), sampling_percentage }.ratio()
        };
        assert_eq!(of(0, 100.0, 100.0), Ok(0.0));
        assert_eq!(of(80, 100.0, 100.0), Ok(0.8));
        assert_eq!(of(120, 1_000.0, 10.0), Ok(1.2), "more records than calls are told as they are");
        let told =
            "999.0 calls let 99.9 records be expected, and 100.0 are needed to tell a loss from chance";
        assert_eq!(of(100, 999.0, 10.0), Err(told.to_owned()));
        assert!(of(0, 0.0, 100.0).is_err(), "no call is no share of none");
        let unknown = Completeness {
            seen: 5,
            calls: Err(Uncounted::NotTold("nobody knows".to_owned())),
            sampling_percentage: 100.0,
        };
        assert_eq!(unknown.ratio(), Err("nobody knows".to_owned()));
    }
}
