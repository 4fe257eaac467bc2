//! Whether kept profiles are judged in the place of captures: told to every monitor whose profiles can be.
//!
//! It knows no monitor.

use super::declared::settings;
use crate::monitor::RunRequest;
use bellwether_contract::names::ScheduleName;

settings! {
    /// Whose kept profiles are judged.
    pub struct ProfilesSettings {
        /// Schedule of the same monitor, endpoint and variant: the profiles that its runs kept are judged, and no capture is read
        OF "of" "SCHEDULE" (optional) judged => of: ScheduleName;
    }
}

impl ProfilesSettings {
    /// The schedule, unless an input was brought.
    pub(crate) fn of_hours(&self, request: RunRequest<'_>) -> Option<&ScheduleName> {
        self.of.as_ref().filter(|_| request.brought.is_none())
    }
}
