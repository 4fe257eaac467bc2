//! How fast `bellwether profile` reads a mixed table, and in how much memory, beside pandas, polars and whylogs.
//! `cargo build --release -p bellwether && cargo bench -p bellwether-tests --bench profile`
//!
//! The peers are installed from PyPI into `target/bench-peers/venv`. It writes 1.5 GB below the temporary folder.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod mixed_table;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

const ROWS: u64 = 1_000_000;
/// Memory must not grow with these.
const MANY_ROWS: u64 = 10_000_000;
/// whylogs 1.6 needs NumPy 1.
const PEERS: [&str; 5] = ["numpy<2", "pandas<3", "polars", "setuptools<81", "whylogs"];

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
    let python = python(&target.join("bench-peers/venv"))?;
    let folder = tempfile::tempdir()?;
    let table = |rows| written(folder.path(), rows);
    measure(&python, "compare", &binary, &table(ROWS)?)?;
    measure(&python, "alone", &binary, &table(MANY_ROWS)?)?;
    let churn = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/churn/training-dataset-with-header.csv");
    if churn.exists() {
        measure(&python, "alone", &binary, &churn)
    } else {
        println!("SKIPPED: {} is absent", churn.display());
        Ok(())
    }
}

/// The folder of this benchmark's build.
fn target() -> Result<PathBuf, Box<dyn Error>> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).and_then(Path::parent);
    Ok(target.ok_or("this binary lies in target/release/deps")?.to_owned())
}

/// A Python with the peers, made where there is none.
fn python(environment: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(environment))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PEERS))?;
    }
    Ok(python)
}

fn written(folder: &Path, rows: u64) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join(format!("{rows}.csv"));
    let mut file = BufWriter::new(File::create(&path)?);
    mixed_table::write(&mut file, rows)?;
    file.flush()?;
    Ok(path)
}

fn measure(python: &Path, how: &str, binary: &Path, table: &Path) -> Result<(), Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/profile_peers.py");
    run(Command::new(python).arg(script).arg(how).arg(binary).arg(table))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
