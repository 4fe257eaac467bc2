//! The most memory that a process has held, as Linux counts it.

use std::error::Error;

/// `VmHWM` of a process, by its id or as `self`.
pub(crate) fn peak_rss_mib(process: &str) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = line.trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1_024.0)
}
