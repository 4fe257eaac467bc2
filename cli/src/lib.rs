//! What the `bellwether` command shares with the project's own tests: the sample newsroom.

pub mod newsroom;
