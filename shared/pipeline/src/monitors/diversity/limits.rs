//! What is asked of recommendation lists: of a window's, and of a baseline's.
//!
//! It reads no list.

use crate::settings::declared::settings;
use bellwether_analysis::monitors::diversity::Limits;

settings! {
    for Limits {
        /// How many items of each list count
        TOP_K "top-k" "K" ("10") judged in 1.0..=1000.0 => k: usize;
        /// Floor of the mean number of categories in a list
        MIN_DIVERSITY "min-diversity" "N" ("4") judged in 0.0..=1000.0 => min_diversity: f64;
        /// The mean may fall to this share of the baseline's
        BAND_MEAN_RATIO "band-mean-ratio" "RATIO" ("0.9") judged in 0.0..=1.0 => mean_ratio: f64;
        /// p5 may fall this far below the baseline's
        BAND_P5_MARGIN "band-p5-margin" "N" ("0") judged in 0.0..=1000.0 => p5_margin: f64;
        /// The minimum may fall this far below the baseline's
        BAND_MIN_MARGIN "band-min-margin" "N" ("1") judged in 0.0..=1000.0 => min_margin: f64;
    }
}
