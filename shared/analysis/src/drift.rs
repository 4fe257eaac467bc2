//! How far a column has moved from its baseline: distances between two distributions.
//!
//! Numbers are compared by their sketches ([`numerical()`]), texts by their counts ([`categorical()`] and
//! [`chi_squared()`]). Nothing here knows a threshold or says that a distance is too great.
//!
//! Source of all formulas: Deequ, `com.amazon.deequ.analyzers.Distance`. Where the engine's arithmetic is known to be
//! wrong the true value is the default, and the engine's own stands beside it for comparison.
//!
//! At n = m = 200 the correction is 1.8 sqrt(400 / 40,000) = 0.18:
//!
//! ```
//! use bellwether_analysis::drift::Distance;
//!
//! let far = Distance { simple: 1.0, current: 200.0, baseline: 200.0 };
//! assert!((far.robust() - 0.82).abs() < 1e-12);
//! let near = Distance { simple: 0.15, ..far };
//! assert_eq!(near.robust(), 0.0, "what chance explains is no distance");
//! ```

mod categorical;
mod chi_squared;
mod cumulative;
mod numerical;

pub use categorical::{Categories, categorical};
pub use chi_squared::{ChiSquared, Untestable, chi_squared};
pub use cumulative::{Cumulative, Gap};
pub use numerical::{numerical, numerical_by_buckets, numerical_of_deequ, weight};

/// c(alpha) of [`Distance::robust`] for alpha = 0.003: Deequ's constant, after Knuth, The Art of Computer Programming,
/// volume 2, 3.3.1, equation 15.
pub const ROBUST_FACTOR: f64 = 1.8;

/// A distance, with the number of values that each side speaks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// The distance itself, 0 to 1.
    pub simple: f64,
    /// Cells of this run; above 0.
    pub current: f64,
    /// Cells of the baseline; above 0.
    pub baseline: f64,
}

impl Distance {
    /// The part of a distance that the sampling error of the two-sample Kolmogorov-Smirnov test does not explain.
    ///
    /// ```text
    /// robust = max(0, simple - sampling share)
    /// ```
    ///
    /// Range: 0 to 1. It is 0 at a distance of 0, below 1 at a distance of 1, and always 0 where n or m is at most 3.
    /// It does not keep small windows quiet: at n = 60 against m = 9,999 the correction is 0.233.
    #[must_use]
    pub fn robust(&self) -> f64 {
        (self.simple - self.sampling_share()).max(0.0)
    }

    /// How far two samples of one distribution may lie apart by chance.
    ///
    /// ```text
    /// sampling share = 1.8 * sqrt((n + m) / (n * m))
    /// ```
    ///
    /// Range: above 0, and above 1 where n or m is at most 3.
    #[must_use]
    pub fn sampling_share(&self) -> f64 {
        let (n, m) = (self.current, self.baseline);
        ROBUST_FACTOR * ((n + m) / (n * m)).sqrt()
    }
}

#[cfg(test)]
mod tests;
