//! What the container's engine, Deequ 2.0.2 on Spark 3.3.0, found in files that are not part of the project.
//!
//! For tests: it reads those files, and names what was skipped where they are absent.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A file or folder of the data to test against.
pub(crate) fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    // Past the harness, which keeps the words of a passing test to itself.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {} is absent, the engine's numbers were not compared",
        path.display()
    );
    None
}

pub(crate) fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
}

pub(crate) fn doubles(rows: &Value) -> Vec<Vec<f64>> {
    serde_json::from_value(rows.clone()).expect("rows of numbers")
}
