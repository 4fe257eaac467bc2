//! What its page adds to a run: an hour of 100 MB with 20 columns is judged, and the page of that very run is drawn again, digested and
//! written twice as a run does, in the same process. `cargo bench --locked -p bellwether-tests --bench page`
//!
//! It writes 0.2 GB below the temporary folder. What is drawn is compared with the page that the run wrote: a part that was missing would
//! cost nothing.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod mixed_table;

use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::statistics::Statistics;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::violations::Violations;
use bellwether_contract::window::Window;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::data_quality::{DrawnColumns, part};
use bellwether_page::run::{DrawnRun, page};
use bellwether_pipeline::dataset::{Description, Dialect, Format, profile};
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitors::data_quality::{DataQuality, DataQualitySettings};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::report::Report;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Location;
use jiff::SignedDuration;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs::{create_dir_all, read, write};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const HOUR_BYTES: usize = 100_000_000;
const FILE_BYTES: usize = 4_000_000;
/// Rows that the hour is held against.
const TRAINING_ROWS: u64 = 50_000;
/// More than the hour has.
const ROWS: u64 = 400_000;
const SCHEDULED: &str = "2026-10-31T09:10:00Z";
const TURNS: usize = 5;
/// Times that a page is drawn in a turn.
const DRAWN: u32 = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: it writes 0.2 GB; run it with cargo bench --bench page");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    prepare(folder.path()).await?;
    let (mut run, mut drawing, mut bytes) = (Duration::MAX, Duration::MAX, 0);
    for turn in 0..TURNS {
        let reports = folder.path().join(format!("reports-{turn}"));
        let began = Instant::now();
        let made = judge(folder.path(), &reports).await?;
        run = run.min(began.elapsed());
        let (took, size) = draw(folder.path(), &reports.join(made))?;
        drawing = drawing.min(took);
        bytes = size;
    }
    let share = drawing.as_secs_f64() / (run - drawing).as_secs_f64();
    println!("best of {TURNS} turns: the run with its page {:.3} s", run.as_secs_f64());
    println!(
        "  the page, {bytes} bytes: {:.1} ms, {:.2} % of the run without it; 10 are promised",
        1e3 * drawing.as_secs_f64(),
        100.0 * share
    );
    Ok(())
}

/// A baseline, and an hour whose columns are those of the baseline.
async fn prepare(root: &Path) -> Result<(), Box<dyn Error>> {
    let mut training = Vec::new();
    mixed_table::write(&mut training, TRAINING_ROWS)?;
    let file = root.join("training.csv");
    write(&file, training)?;
    let format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
    let description = Description { format, selection: Default::default(), sample_payloads: false };
    let profiled = profile(&Location::Folder(file), None, &description, &nobody).await?;
    let (statistics, constraints) = profiled.suggest();
    for (file, bytes) in Report::of_baseline(&statistics, &constraints)?.files() {
        write(root.join(file.name()), bytes)?;
    }
    let mut table = Vec::new();
    mixed_table::write(&mut table, ROWS)?;
    let table = String::from_utf8(table)?;
    let hour = root.join("capture/churn-prod/AllTraffic/2026/10/31/08");
    create_dir_all(&hour)?;
    let mut rows = table.lines().skip(1).enumerate();
    for number in 0..HOUR_BYTES / FILE_BYTES {
        let mut lines = String::new();
        while let Some((n, row)) = rows.next().filter(|_| lines.len() < FILE_BYTES) {
            lines.push_str(&record(n, row));
        }
        write(hour.join(format!("{number:02}-00-000-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl")), lines)?;
    }
    Ok(())
}

fn record(n: usize, row: &str) -> String {
    let input = json!({"observedContentType": "text/csv", "mode": "INPUT", "data": row, "encoding": "CSV"});
    let at = format!("2026-10-31T08:{:02}:{:02}Z", n / 60 % 60, n % 60);
    let id = format!("{n:08x}-0000-4000-8000-{n:012}");
    let line = json!({
        "captureData": {"endpointInput": input},
        "eventMetadata": {"eventId": id, "inferenceTime": at},
        "eventVersion": "0",
    });
    format!("{line}\n")
}

/// Judges the hour. Where its report lies, below the reports.
async fn judge(root: &Path, reports: &Path) -> Result<String, Box<dyn Error>> {
    let at = |name: &str| Some(root.join(name).display().to_string());
    let settings = DataQualitySettings::read(|name| match name {
        "ENDPOINT_NAME" => Some("churn-prod".to_owned()),
        "VARIANT_NAME" => Some("AllTraffic".to_owned()),
        "SCHEDULE_NAME" => Some("data-quality-hourly".to_owned()),
        "CAPTURE_INDEX_NAMES" => Some("endpointInput".to_owned()),
        "CAPTURE_URI" => at("capture"),
        "BASELINE_STATISTICS_URI" => at("statistics.json"),
        "BASELINE_CONSTRAINTS_URI" => at("constraints.json"),
        "REPORTS_URI" => Some(reports.display().to_string()),
        _ => None,
    })?;
    let monitor = Scheduled::<DataQuality>::new(settings, None, Sink::Directory(reports.join("metrics")))?;
    let now = SCHEDULED.parse()?;
    let invocation = Invocation {
        trigger: Trigger { window: Window::ending_at(now, SignedDuration::from_hours(1))?, reopen: false },
        now,
        began: tokio::time::Instant::now(),
        deadline: None,
        request_id: "benchmark".to_owned(),
        memory_mb: None,
    };
    let made = Box::pin(monitor.run(&invocation, &nobody)).await?;
    let lines = made.execution.capture.as_ref().ok_or("no line was read")?;
    if lines.used == 0 || lines.used < lines.lines || made.execution.constraints_judged == 0 {
        return Err(format!("{} of {} lines were measured", lines.used, lines.lines).into());
    }
    println!(
        "  {} lines, {:.1} MB: {}",
        lines.lines,
        lines.size_bytes as f64 / 1e6,
        made.execution.exit_message
    );
    Ok(made.run.to_string())
}

/// How long the page of a run takes, and how large it is.
fn draw(root: &Path, run: &Path) -> Result<(Duration, usize), Box<dyn Error>> {
    let file = |name: &str| read(run.join(name));
    let execution: Execution = from_slice("execution.json", &file("execution.json")?)?;
    let evaluation: Evaluations = from_slice("evaluation.json", &file("evaluation.json")?)?;
    let violations: Violations = from_slice("violations", &file("constraint_violations.json")?)?;
    let now: Statistics = from_slice("statistics.json", &file("statistics.json")?)?;
    let before: Statistics = from_slice("the baseline", &read(root.join("statistics.json"))?)?;
    let drawn = || {
        let checks = &Checks::from(&evaluation);
        let part = part(DrawnColumns { now: &now, baseline: Some(&before), checks, shows_values: true });
        page(&DrawnRun {
            execution: &execution,
            evaluation: &evaluation,
            violations: &violations.violations,
            settings: &[],
            runbook: None,
            part: &part,
        })
    };
    let (again, whole) = (drawn(), String::from_utf8(file("report.html")?)?);
    for part in ["findings", "unjudged", "measured", "read"] {
        if section(&again, part) != section(&whole, part) {
            return Err(format!("{part} is drawn otherwise than the run drew it").into());
        }
    }
    let began = Instant::now();
    for _ in 0..DRAWN {
        let page = drawn();
        black_box(Sha256::digest(&page));
        for name in ["again.html", "staged.html"] {
            write(run.join(name), &page)?;
        }
    }
    Ok((began.elapsed() / DRAWN, whole.len()))
}

fn section<'p>(page: &'p str, id: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("<h2 id=\"{id}\">"))?;
    rest.split("</section>").next()
}
