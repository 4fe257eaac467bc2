//! The settings of each function: a table of variables, read by the Lambda function from its environment and by the
//! command from its flags.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

pub mod baseline;
mod completeness;
pub(crate) mod declared;
pub mod dispatch;
mod labels;
pub mod merge;
mod profiles;
pub(crate) mod reader;
pub mod router;
pub mod scale_out;
mod schedule;
pub(crate) mod values;

pub use completeness::CompletenessSettings;
pub use declared::{Allowed, Settings, Value, Variable};
pub use labels::{GroundTruthHours, LabelSettings};
pub use profiles::ProfilesSettings;
pub use reader::{Reader, SettingsError};
pub use schedule::{MonitoringSchedule, PageKind};
pub use values::Namespace;

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
