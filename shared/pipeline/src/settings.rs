//! The settings of each function: a table of variables, read by the Lambda function from its environment and by the
//! command from its flags.
//!
//! It opens nothing. Every mistake is found before the first byte is read, and all are told together.

pub mod baseline;
pub mod data_quality;
pub mod diversity;
mod reader;
pub mod router;
mod schedule;
pub mod variable;

pub use reader::SettingsError;
pub use schedule::MonitoringSchedule;
pub use variable::Variable;

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
