//! How fast `bellwether model-quality` judges a million answers by a million labels, and in how much memory, beside Python.
//! `cargo build --release -p bellwether && cargo bench -p bellwether-tests --bench model_quality`
//!
//! pandas and scikit-learn are installed from PyPI into `target/bench-peers/model-quality`. It writes 0.6 GB below the
//! temporary folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod peers;
mod scored_traffic;

use peers::{measure, python, target};
use std::error::Error;

const PEERS: [&str; 2] = ["pandas", "scikit-learn"];

fn main() -> Result<(), Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: it writes 0.6 GB; run it with cargo bench --bench model_quality");
        return Ok(());
    }
    let target = target()?;
    let binary = target.join("release/bellwether");
    if !binary.exists() {
        println!("SKIPPED: {} is missing; cargo build --release -p bellwether", binary.display());
        return Ok(());
    }
    let python = python(&target.join("bench-peers/model-quality"), &PEERS)?;
    let folder = tempfile::tempdir()?;
    scored_traffic::write(folder.path())?;
    measure(&python, "model_quality_peers.py", "compare", &binary, folder.path())
}
