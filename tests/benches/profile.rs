//! How fast `bellwether profile` reads a mixed table, and in how much memory, beside DuckDB, pandas, polars, whylogs and xan.
//! `cargo build --release -p bellwether && cargo bench -p bellwether-tests --bench profile`
//!
//! The peers are installed from PyPI into `target/bench-peers/venv`, xan from crates.io beside it. It writes 1.5 GB below the temporary folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod mixed_table;
mod peers;

use peers::{measure, python, run, target};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const ROWS: u64 = 1_000_000;
/// Memory must not grow with these.
const MANY_ROWS: u64 = 10_000_000;
const SCRIPT: &str = "profile_peers.py";
/// whylogs 1.6 needs NumPy 1.
const PEERS: [&str; 6] = ["duckdb", "numpy<2", "pandas<3", "polars", "setuptools<81", "whylogs"];
const XAN: &str = "xan@0.61.0";

fn main() -> Result<(), Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: it writes 1.5 GB; run it with cargo bench --bench profile");
        return Ok(());
    }
    let target = target()?;
    let binary = target.join("release/bellwether");
    if !binary.exists() {
        println!("SKIPPED: {} is missing; cargo build --release -p bellwether", binary.display());
        return Ok(());
    }
    println!("{}: {:.2} MB", binary.display(), binary.metadata()?.len() as f64 / 1e6);
    let peers = target.join("bench-peers");
    if !peers.join("bin/xan").exists() {
        run(Command::new("cargo").args(["install", "--quiet", "--locked", XAN, "--root"]).arg(&peers))?;
    }
    let python = python(&peers.join("venv"), &PEERS)?;
    let folder = tempfile::tempdir()?;
    let table = |rows| written(folder.path(), rows);
    measure(&python, SCRIPT, "compare", &binary, &table(ROWS)?)?;
    measure(&python, SCRIPT, "alone", &binary, &table(MANY_ROWS)?)?;
    let churn = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/churn/training-dataset-with-header.csv");
    if churn.exists() {
        measure(&python, SCRIPT, "alone", &binary, &churn)
    } else {
        println!("SKIPPED: {} is absent", churn.display());
        Ok(())
    }
}

fn written(folder: &Path, rows: u64) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join(format!("{rows}.csv"));
    let mut file = BufWriter::new(File::create(&path)?);
    mixed_table::write(&mut file, rows)?;
    file.flush()?;
    Ok(path)
}
