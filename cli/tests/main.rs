//! Every test of the command in one program: the command's library is linked once, and both cores are busy to the end. Names of tests
//! begin with their file: `cargo test --workspace --test command container::` runs those of one.

mod batch;
mod command;
mod container;
mod credentials;
mod doctor;
mod document;
mod drafts;
mod features;
mod groups;
mod merge;
mod outcomes;
mod output;
mod parquet;
mod profile;
mod report;
mod reports_constraints;
mod reports_readers;

// What several of them stand on.
mod job;
mod world;
