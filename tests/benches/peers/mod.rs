//! A peer in Python: the packages it needs, and the script that takes turns with it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of this benchmark's build.
pub(crate) fn target() -> Result<PathBuf, Box<dyn Error>> {
    let this = std::env::current_exe()?;
    let target = this.parent().and_then(Path::parent).and_then(Path::parent);
    Ok(target.ok_or("this binary lies in target/release/deps")?.to_owned())
}

/// A Python with these packages, made where there is none.
pub(crate) fn python(environment: &Path, packages: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(environment))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
    }
    Ok(python)
}

/// Runs a script of this folder with what it is to measure.
pub(crate) fn measure(
    python: &Path,
    script: &str,
    how: &str,
    binary: &Path,
    data: &Path,
) -> Result<(), Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(script);
    // Nothing is left beside the scripts.
    let mut python = Command::new(python);
    run(python.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg(how).arg(binary).arg(data))
}

pub(crate) fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
