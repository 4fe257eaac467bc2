//! Where labels lie and which of them are read: told to every monitor that joins them with answers.
//!
//! It knows no monitor.

use super::declared::settings;
use super::values::words;
use bellwether_storage::Location;

settings! {
    /// Labels of captured records, which come later than those.
    pub struct LabelSettings {
        /// Labels, the folder above yyyy/mm/dd/hh
        GROUND_TRUTH_URI "ground-truth" "URI" (required) => location: Location;
        /// Hours whose labels are read: scheduled (from the window's start to the scheduled time) or window (the window's alone, as the built-in container)
        GROUND_TRUTH_HOURS "ground-truth-hours" "HOURS" ("scheduled") judged => hours: GroundTruthHours;
        /// Share of the ids that is measured, above 0 and at most 1; chosen by the id, so that answers and labels keep the same ones
        SAMPLE "sample" "SHARE" ("1") judged in 0.000001..=1.0 => sample: f64;
        /// Share of the captured records that must have a label for a verdict, 0 to 1
        MIN_GROUND_TRUTH_COVERAGE "min-ground-truth-coverage" "SHARE" ("0") judged in 0.0..=1.0 => min_coverage: f64;
    }
}

/// Hours whose folders of labels are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroundTruthHours {
    /// From the window's start to the scheduled time: a window that looks back sees late labels.
    Scheduled,
    /// Those of the window.
    Window,
}

words!(GroundTruthHours { "scheduled" => Self::Scheduled, "window" => Self::Window });
