//! What the merging of a schedule's profiles needs.

use super::declared::settings;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_storage::Location;

settings! {
    /// Whose profiles are merged, and where they lie.
    pub struct MergeSettings {
        /// Endpoint that is monitored
        ENDPOINT_NAME "endpoint-name" "NAME" (required) => endpoint: EndpointName;
        /// Monitoring schedule whose runs kept profiles
        SCHEDULE_NAME "schedule" "NAME" (required) => schedule: ScheduleName;
        /// Where its reports lie
        REPORTS_URI "reports" "URI" (required) => reports: Location;
        /// Where its profiles lie, outside the reports [default: reports URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, reports.as_ref()))
            => state: Location;
    }
}
