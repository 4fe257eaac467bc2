//! Whether a run asks how much of the traffic was captured: told to every monitor that reads captures.
//!
//! It knows no monitor.

use super::MonitoringSchedule;
use super::declared::{Allowed, Value, settings};
use crate::clients::Clients;
use crate::invocations;
use bellwether_analysis::completeness::{Completeness, Uncounted};
use bellwether_contract::window::Window;

settings! {
    /// How much of the traffic should be captured, and whether that is judged.
    pub struct CompletenessSettings {
        /// Whether to ask CloudWatch how many calls there were, and judge how many of them were captured: true or false; needs cloudwatch:GetMetricData
        CAPTURE_COMPLETENESS "capture-completeness" "BOOL" ("false") judged => is_judged: AsksCloudWatch;
        /// How many of a hundred calls data capture keeps, 1 to 100
        SAMPLING_PERCENTAGE "sampling-percentage" "PERCENT" ("100") judged in 1.0..=100.0 => sampling_percentage: f64;
    }
}

/// Yes or no; a yes needs AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsksCloudWatch(pub bool);

impl Value for AsksCloudWatch {
    const ALLOWED: Allowed = bool::ALLOWED;

    fn understood(text: &str) -> Result<Self, String> {
        bool::understood(text).map(Self)
    }

    fn spelt(&self) -> String {
        self.0.spelt()
    }

    fn needs_aws(&self) -> bool {
        self.0
    }
}

impl CompletenessSettings {
    /// How much of a window was captured, of which so many records were seen; `None` where nobody asks.
    pub(crate) async fn measured(
        &self,
        schedule: &MonitoringSchedule,
        clients: Option<&Clients>,
        window: Window,
        seen: u64,
    ) -> Option<Completeness> {
        let calls = self.calls(schedule, clients, window).await?;
        Some(Completeness { seen, calls, sampling_percentage: self.sampling_percentage })
    }

    /// Whether somebody asks.
    pub(crate) fn is_asked(&self) -> bool {
        self.is_judged.0
    }

    /// How many calls CloudWatch counted of a window, or why nobody knows; `None` where nobody asks.
    pub(crate) async fn calls(
        &self,
        schedule: &MonitoringSchedule,
        clients: Option<&Clients>,
        window: Window,
    ) -> Option<Result<f64, Uncounted>> {
        if !self.is_asked() {
            return None;
        }
        Some(match clients {
            Some(clients) => {
                invocations::counted(&clients.cloudwatch, &schedule.endpoint, &schedule.variant, window).await
            }
            None => Err(Uncounted::NotTold("nobody is signed in to ask CloudWatch".to_owned())),
        })
    }
}
