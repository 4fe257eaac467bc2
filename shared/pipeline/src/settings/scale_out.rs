//! Who reads the parts of wide windows: told to every function of a monitor, and to no command, which reads its window itself.
//!
//! It opens nothing.

use super::declared::{Value, settings};

/// Parts that are read at once by any machine: as many children as a Map starts at a time.
const MOST_AT_ONCE: u32 = 1_000;

settings! {
    /// A state machine, and how hard it may press.
    pub struct ScaleOutSettings {
        /// State machine that has parts of wide windows read; without one a function reads its window itself, whatever its size
        WINDOW_STATE_MACHINE_ARN "window-state-machine" "ARN" (optional) => machine: String;
        /// How many parts of a window are read at once, 1 to 1000
        PART_CONCURRENCY "part-concurrency" "N" ("50") => part_concurrency: AtOnce;
    }
}

/// How many parts are read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtOnce(pub u32);

impl Value for AtOnce {
    fn understood(text: &str) -> Result<Self, String> {
        let number = text.trim().parse().ok().filter(|number| (1..=MOST_AT_ONCE).contains(number));
        number.map(Self).ok_or_else(|| format!("{text:?} is not a number from 1 to {MOST_AT_ONCE}"))
    }

    fn spelt(&self) -> String {
        self.0.to_string()
    }
}
