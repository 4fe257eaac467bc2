//! What the `bellwether` command shares with the project's own tests: the sample newsroom and the alarms' rules.

pub mod alarms;
pub mod newsroom;
