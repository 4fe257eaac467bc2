//! What must hold for any bytes: one function a parser, called by libFuzzer (`fuzz_targets/`) and, over the corpora
//! that are kept, by an ordinary test of the repository (`tests/tests/corpora.rs`).
//!
//! It knows neither libFuzzer nor a file. A property that is broken is a panic; that a parser refuses is none.

mod bias;
mod capture;
mod catalogue;
mod csv;
mod events;
mod explained;
mod files;
mod partial;

pub use bias::{bias_analysis, bias_config};
pub use capture::capture_line;
pub use catalogue::catalogue;
pub use csv::csv;
pub use events::{s3_event, scheduler_event};
pub use explained::{explanation_analysis, explanation_config};
pub use files::{constraints, manifest, statistics};
pub use partial::partial;

/// A property of any bytes.
pub type Property = fn(&[u8]);

/// Every property with its name: its target, and the folder of its corpus.
pub const PROPERTIES: &[(&str, Property)] = &[
    ("bias_analysis", bias_analysis),
    ("bias_config", bias_config),
    ("capture_line", capture_line),
    ("catalogue", catalogue),
    ("constraints", constraints),
    ("csv", csv),
    ("explanation_analysis", explanation_analysis),
    ("explanation_config", explanation_config),
    ("manifest", manifest),
    ("partial", partial),
    ("s3_event", s3_event),
    ("scheduler_event", scheduler_event),
    ("statistics", statistics),
];
