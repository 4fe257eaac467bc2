//! How fast `bellwether model-bias` measures a million answers by a million labels, and in how much memory, beside the library of
//! SageMaker Clarify's container. `cargo build --release -p bellwether && cargo bench -p bellwether-tests --bench model_bias`
//!
//! pandas and smclarify are installed from PyPI into `target/bench-peers/model-bias`. It writes 0.6 GB below the temporary folder. Of a
//! million rows no flip test is made, by either; of the first 24,000 it is, by both. First the metrics alone are measured of the same
//! rows in memory, which the peer does behind its reading.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[path = "model_bias/in_memory.rs"]
mod in_memory;
mod peers;
mod scored_traffic;

use peers::{measure, python, target};
use std::error::Error;

const PEERS: [&str; 2] = ["smclarify==0.5", "scikit-learn"];

fn main() -> Result<(), Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: it writes 0.6 GB; run it with cargo bench --bench model_bias");
        return Ok(());
    }
    let target = target()?;
    let binary = target.join("release/bellwether");
    if !binary.exists() {
        println!("SKIPPED: {} is missing; cargo build --release -p bellwether", binary.display());
        return Ok(());
    }
    let python = python(&target.join("bench-peers/model-bias"), &PEERS)?;
    let folder = tempfile::tempdir()?;
    scored_traffic::write(folder.path())?;
    in_memory::write(folder.path())?;
    measure(&python, "model_bias_peers.py", "compare", &binary, folder.path())
}
