//! What every scheduled monitor is told: what it watches, when, where its reports go, and where its points go.
//!
//! It knows no monitor.

use super::declared::settings;
use super::values::Namespace;
use crate::captures::{LATE_FLUSH, LATE_FLUSH_REOPENED, Traffic};
use crate::monitor::RunRequest;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::parse_length;
use bellwether_storage::{Location, Store};
use jiff::SignedDuration;

settings! {
    /// A monitoring schedule.
    pub struct MonitoringSchedule {
        /// Endpoint that is monitored
        ENDPOINT_NAME "endpoint-name" "NAME" (required) => endpoint: EndpointName;
        /// Production variant that is monitored
        VARIANT_NAME "variant" "NAME" (required) => variant: VariantName;
        /// Monitoring schedule: names this monitor's reports
        SCHEDULE_NAME "schedule" "NAME" (required) => name: ScheduleName;
        /// Where reports go
        REPORTS_URI "reports" "URI" (required) => reports: Location;
        /// Stages, marks and attempts, outside the reports [default: reports URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, reports.as_ref()))
            => state: Location;
        /// Length of the window in whole hours
        WINDOW "window" "DURATION" ("PT1H") by length => window: SignedDuration;
        /// What an hour without data is: ok, warn or violate
        NO_DATA_POLICY "no-data-policy" "POLICY" ("ok") judged => no_data: NoDataPolicy;
        /// CloudWatch namespace; without one nothing is sent there
        METRICS_NAMESPACE "metrics-namespace" "NAME" (optional) => metrics_namespace: Namespace;
        /// Whether samples of broken lines in the report show how those lines begin: true or false; payloads may hold personal data
        SAMPLE_PAYLOADS "sample-payloads" "BOOL" ("false") => sample_payloads: bool;
    }
}

impl MonitoringSchedule {
    /// The captured traffic of a window: of its second verdict, what came late too.
    pub(crate) fn traffic<'t>(&'t self, store: &'t Store, request: RunRequest<'_>) -> Traffic<'t> {
        let Self { endpoint, variant, sample_payloads, .. } = self;
        let window = request.invocation.trigger.window;
        let late_flush = if request.run.revision > 1 { LATE_FLUSH_REOPENED } else { LATE_FLUSH };
        Traffic { store, endpoint, variant, window, late_flush, sample_payloads: *sample_payloads }
    }
}

fn length(text: &str) -> Result<SignedDuration, String> {
    parse_length(text).map_err(|error| error.to_string())
}
