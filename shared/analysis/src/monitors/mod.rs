//! What is watched: one file a monitor, each with its statistics, its constraints and its verdict.
//!
//! A monitor fetches nothing and writes nothing; the run around it does.

pub mod data_quality;
