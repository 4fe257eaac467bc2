//! What every scheduled monitor is told: what it watches, when, where its reports go, and where its points go.
//!
//! It knows no monitor.

use super::reader::Reader;
use super::variable::{
    ENDPOINT_NAME, METRICS_NAMESPACE, NO_DATA_POLICY, REPORTS_URI, SAMPLE_PAYLOADS, SCHEDULE_NAME,
    VARIANT_NAME, WINDOW,
};
use crate::captures::{LATE_FLUSH, LATE_FLUSH_REOPENED, Traffic};
use crate::monitor::Asked;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::parse_length;
use bellwether_storage::{Location, Store};
use jiff::SignedDuration;

/// A monitoring schedule.
#[derive(Debug, Clone)]
pub struct MonitoringSchedule {
    /// The endpoint.
    pub endpoint: EndpointName,
    /// Its variant.
    pub variant: VariantName,
    /// The schedule's own name.
    pub name: ScheduleName,
    /// Where reports go.
    pub reports: Location,
    /// Where everything goes that is not a result.
    pub state: Location,
    /// Length of the window.
    pub window: SignedDuration,
    /// What an hour without data is.
    pub no_data: NoDataPolicy,
    /// CloudWatch namespace.
    pub metrics_namespace: Option<String>,
    /// Whether reports may show how broken lines begin.
    pub sample_payloads: bool,
}

impl MonitoringSchedule {
    /// The captured traffic of a window: of its second verdict, what came late too.
    pub(crate) fn traffic<'t>(&'t self, store: &'t Store, asked: Asked<'_>) -> Traffic<'t> {
        let Self { endpoint, variant, sample_payloads, .. } = self;
        let window = asked.invocation.trigger.window;
        let late_flush = if asked.run.revision > 1 { LATE_FLUSH_REOPENED } else { LATE_FLUSH };
        Traffic { store, endpoint, variant, window, late_flush, sample_payloads: *sample_payloads }
    }

    /// Whether reports, state or points go to AWS.
    pub fn needs_aws(&self) -> bool {
        let in_s3 = |location: &Location| matches!(location, Location::S3 { .. });
        self.metrics_namespace.is_some() || in_s3(&self.reports) || in_s3(&self.state)
    }
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// What every scheduled monitor is told.
    pub(super) fn schedule(&mut self) -> Option<MonitoringSchedule> {
        let (endpoint, variant, name) =
            (self.value(&ENDPOINT_NAME), self.value(&VARIANT_NAME), self.value(&SCHEDULE_NAME));
        let reports: Option<Location> = self.value(&REPORTS_URI);
        let window = self.parsed(&WINDOW, |text| parse_length(text).map_err(|error| error.to_string()));
        let no_data = self.parsed(&NO_DATA_POLICY, no_data_policy);
        let metrics_namespace = self.parsed(&METRICS_NAMESPACE, namespace);
        let sample_payloads = self.parsed(&SAMPLE_PAYLOADS, yes_or_no);
        let state = self.state_beside(reports.as_ref());
        Some(MonitoringSchedule {
            endpoint: endpoint?,
            variant: variant?,
            name: name?,
            reports: reports?,
            state: state?,
            window: window?,
            no_data: no_data?,
            metrics_namespace,
            sample_payloads: sample_payloads?,
        })
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("{other:?} is neither true nor false")),
    }
}

fn no_data_policy(text: &str) -> Result<NoDataPolicy, String> {
    match text {
        "ok" => Ok(NoDataPolicy::Ok),
        "warn" => Ok(NoDataPolicy::Warn),
        "violate" => Ok(NoDataPolicy::Violate),
        other => Err(format!("{other:?} is none of ok, warn, violate")),
    }
}

/// A namespace that CloudWatch accepts from a customer.
fn namespace(text: &str) -> Result<String, String> {
    let legal = text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/# :".contains(&byte))
        && !text.starts_with([':'])
        && !text.starts_with("AWS/");
    let rule = "use at most 255 letters, digits and . _ - / # : that do not begin with AWS/";
    if legal { Ok(text.to_owned()) } else { Err(format!("{text:?}: {rule}")) }
}
