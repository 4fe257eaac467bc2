//! From what was seen of a monitor's places and its captured traffic to diagnoses: pure, so that each sentence has a test.
//!
//! The figures of a function's time and memory are estimates, from what docs/benchmarks.md measured; each stands beside its
//! source below.

use super::{Diagnosis, Health};
use crate::captures::CaptureVolume;
use crate::merge::{MissingHours, hours_of};
use crate::route::text::{counted, number};
use bellwether_analysis::captured_kinds::{CapturedKinds, SideKind};
use bellwether_analysis::completeness::{COMPLETENESS_LIMIT, Completeness, Uncounted};
use bellwether_analysis::verdict::{CORRUPT_LIMIT, corrupt_share};
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::names::ScheduleName;
use bellwether_contract::window::Window;
use std::collections::BTreeMap;

/// Memory of a monitor's function.
const FUNCTION_BYTES: u64 = 1_024 * MB;
/// The longest that Lambda lets it run.
const FUNCTION_SECONDS: u64 = 900;
/// What is kept of that for the report and its retries.
const KEPT_SECONDS: u64 = 60;
/// Bytes in a second. Declared paths, the slowest way to columns, are read at 237 MB/s of a core, and a function of 1,024 MB has
/// 0.58 of one: 137 MB/s, of which a quarter is left to the network.
const SPEED: u64 = 100 * MB;
/// What reading takes whatever a window holds: the peak of a window of 2 GB.
const BASE_BYTES: u64 = 62 * MB;
/// Of each id that is remembered, and how many are.
const ID_BYTES: u64 = 20;
const MOST_IDS: u64 = 4_000_000;
/// The shortest records that were measured.
const RECORD_BYTES: u64 = 655;
/// How far gzip packs captured JSON, at most.
const UNPACKED: u64 = 10;
const MB: u64 = 1_000_000;
/// Above this share there are more records than calls, and one of the two is counted wrongly.
const TOO_MANY: f64 = 1.1;

/// What else lies where nothing was captured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Endpoints in the same place.
    pub endpoints: Vec<String>,
    /// Variants of this endpoint.
    pub variants: Vec<String>,
}

/// The window's traffic, once it was read.
#[derive(Debug, Clone, Copy)]
pub struct SeenTraffic<'s> {
    /// Which hours.
    pub window: Window,
    /// What became of the lines.
    pub lines: &'s CaptureSummary,
    /// Of which kinds the records are.
    pub kinds: &'s CapturedKinds,
    /// What may be the window's and was not read, or why there is nothing.
    pub unread: Option<&'s str>,
    /// What lies beside it.
    pub neighbours: &'s Neighbours,
}

/// Whether there is traffic, and of which kinds.
pub fn of_capture(seen: SeenTraffic<'_>) -> Diagnosis {
    const CHECK: &str = "capture";
    let SeenTraffic { window, lines, kinds, unread, neighbours } = seen;
    let of = |health, found: String, remedy: &str| Diagnosis::of(health, CHECK, found, remedy);
    let hours = format!("{} to {}", window.start(), window.end());
    let all = format!("{}, {}", counted(of_many(lines.files), "file"), counted(of_many(lines.lines), "line"));
    if kinds.records == 0 {
        let of_entry = "check endpoint_name and variant_name, that data capture is on, and that calls come in these hours (--at)";
        let (health, found, remedy) = match (unread, lines.lines) {
            // Its last half sentence is what to do.
            (Some(reason), _) => {
                let (what, remedy) = reason.rsplit_once("; ").unwrap_or((reason, of_entry));
                (Health::Problem, what.to_owned(), remedy)
            }
            (None, 0) => {
                let found =
                    format!("nothing was captured from {hours}, though this variant was captured before");
                (Health::Warning, found, of_entry)
            }
            (None, _) => {
                let found = format!("{all} from {hours}, and no record of this window{}", left_out(lines));
                (Health::Problem, found, of_entry)
            }
        };
        return of(health, format!("{found}{}", there(neighbours)), remedy);
    }
    let found = format!(
        "{all} from {hours}: request {}, response {}{}",
        sides(&kinds.input),
        sides(&kinds.output),
        left_out(lines)
    );
    match (unread, corrupt_share(lines)) {
        (Some(reason), _) => of(Health::Warning, format!("{found}; {reason}"), "see docs/reasons.md"),
        (None, share) if share > CORRUPT_LIMIT => {
            let first = lines.samples.first();
            let first = first.map(|line| {
                format!(", the first in line {} of {}: {}", line.line, line.object, line.in_words())
            });
            let found = format!(
                "{found}; {} % of the lines cannot be read{}",
                number(100.0 * share),
                first.unwrap_or_default()
            );
            of(Health::Problem, found, "docs/reasons.md says of each reason what to do")
        }
        (None, _) => Diagnosis::ok(CHECK, found),
    }
}

/// Whether the runs of a schedule kept the hours of a window.
pub(crate) fn of_hours(
    of: &ScheduleName,
    window: Window,
    kept: usize,
    missing: &[MissingHours],
) -> Diagnosis {
    let (lost, all) = (hours_of(missing), window.length().as_hours());
    let hours = format!("{} to {}", window.start(), window.end());
    let Some(first) = missing.first() else {
        let windows = counted(kept, "window");
        return Diagnosis::ok("hours", format!("{windows} of {of} from {hours} kept their profiles"));
    };
    let found = format!(
        "{lost} of {all} hours of {of} from {hours} have no profile; the first, at {}: {}",
        first.start_time, first.reason
    );
    Diagnosis::of(
        Health::Warning,
        "hours",
        found,
        "a window is inconclusive where one of its hours is missing; look at the runs of that schedule",
    )
}

/// Of a count to be told.
fn of_many(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// `CSV (text/csv) 600`, or that there is none.
fn sides(kinds: &BTreeMap<SideKind, u64>) -> String {
    let told: Vec<String> = kinds.iter().map(|(kind, records)| format!("{kind} {records}")).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(" and ") }
}

fn left_out(lines: &CaptureSummary) -> String {
    let told: Vec<String> =
        lines.left_out.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    if told.is_empty() { String::new() } else { format!("; left out: {}", told.join(", ")) }
}

/// What a person may have meant instead.
fn there(neighbours: &Neighbours) -> String {
    let Neighbours { endpoints, variants } = neighbours;
    match (endpoints.as_slice(), variants.as_slice()) {
        ([], []) => String::new(),
        (endpoints, []) => format!("; endpoints there: {}", endpoints.join(", ")),
        (_, variants) => format!("; variants of the endpoint there: {}", variants.join(", ")),
    }
}

/// Whether a function of 1,024 MB reads such a window in its 900 seconds.
pub fn of_size(volume: CaptureVolume) -> Diagnosis {
    const CHECK: &str = "size";
    let CaptureVolume { files: count, size_bytes, packed_bytes } = volume;
    if count == 0 {
        let found = "nothing was captured to estimate the next window by";
        return Diagnosis::of(Health::NotChecked, CHECK, found, "look again when traffic was captured");
    }
    let bytes = size_bytes + packed_bytes.saturating_mul(UNPACKED - 1);
    let seconds = bytes.div_ceil(SPEED);
    // At most 142 MB: ids that are more are looked for within their files.
    let memory = BASE_BYTES + ID_BYTES * (bytes / RECORD_BYTES).min(MOST_IDS);
    let packed = if packed_bytes > 0 { " once unpacked" } else { "" };
    let found = format!(
        "a window like this one, {} of {} MB{packed}, takes about {seconds} of {FUNCTION_SECONDS} s and {} of {} MB",
        counted(of_many(count), "file"),
        number(bytes as f64 / MB as f64),
        memory / MB,
        FUNCTION_BYTES / MB
    );
    let health = match seconds {
        _ if seconds > FUNCTION_SECONDS - KEPT_SECONDS => Health::Problem,
        _ if seconds > FUNCTION_SECONDS / 2 => Health::Warning,
        _ => return Diagnosis::ok(CHECK, found),
    };
    let remedy =
        "judge shorter windows (every: hour, window), or capture a sample and say so (sampling_percentage)";
    Diagnosis::of(health, CHECK, found, remedy)
}

/// Whether the reports' bucket tells EventBridge; a folder tells nobody, and is not asked.
pub fn of_events(bucket: &str, is_told: bool) -> Diagnosis {
    const CHECK: &str = "events";
    if is_told {
        return Diagnosis::ok(CHECK, format!("EventBridge hears of new objects in {bucket}"));
    }
    Diagnosis::of(
        Health::Problem,
        CHECK,
        format!("EventBridge does not hear of new objects in {bucket}, so nobody is told of violations"),
        "turn on Amazon EventBridge in the bucket's properties",
    )
}

/// How much of an hour's calls was captured.
pub fn of_completeness(completeness: &Completeness) -> Diagnosis {
    const CHECK: &str = "completeness";
    let Completeness { seen, calls, sampling_percentage } = completeness;
    if let Err(Uncounted::NotTold(reason)) = calls {
        let remedy = "ask as somebody who may call cloudwatch:GetMetricData, or give --invocations";
        return Diagnosis::of(Health::NotChecked, CHECK, reason, remedy);
    }
    let ratio = match completeness.ratio() {
        Ok(ratio) => ratio,
        Err(reason) => {
            return Diagnosis::of(
                Health::NotChecked,
                CHECK,
                reason,
                "look again after an hour with more calls",
            );
        }
    };
    let found = format!(
        "{} % of what should be captured is there: {seen} records of {} calls at {} %",
        number(100.0 * ratio),
        number(calls.clone().unwrap_or_default()),
        number(*sampling_percentage)
    );
    if ratio < COMPLETENESS_LIMIT {
        let remedy = "check InitialSamplingPercentage against sampling_percentage, and that the endpoint's role may write every object";
        return Diagnosis::of(Health::Problem, CHECK, found, remedy);
    }
    if ratio > TOO_MANY {
        let remedy = "count the calls of this variant in the same hour, and set sampling_percentage to the capture's own";
        return Diagnosis::of(Health::Warning, CHECK, found, remedy);
    }
    Diagnosis::ok(CHECK, found)
}

#[cfg(test)]
mod tests;
