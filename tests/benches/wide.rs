//! A wide hour of 70 columns in 135 parts: planned, read part by part, and gathered, by the pipeline that runs on Lambda.
//! `cargo bench --locked -p bellwether-tests --bench wide`; `-- --gigabytes 1` for a shorter one, whose parts are smaller, or with `--parts 4`
//! as large and fewer.
//!
//! An S3 on loopback makes the records while it sends them; plan, partials and reports lie in a folder. A process of its own reads, one
//! part after the other, as so many functions would side by side.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod generated_s3;
mod peak_rss;
#[expect(dead_code, reason = "what is asked of it here is the form of a line")]
mod traffic;

use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::parts::Cut;
use bellwether_contract::trigger::Trigger;
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::HandedOver;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use bellwether_pipeline::settings::Settings;
use fastrand::Rng;
use generated_s3::GeneratedS3;
use peak_rss::peak_rss_mib;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use traffic::window;

const GIGABYTES: u64 = 36;
const PARTS: u64 = 135;
const FILES_A_PART: u64 = 4;
const NUMBERS: usize = 50;
const COUNTS: usize = 10;
const WORDS: usize = 10;
/// Records before cells come again; ids and times never do.
const RECORDS: usize = 2_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map(|number| number.parse::<u64>()).transpose()
    };
    if let Some(part_bytes) = number("--read")? {
        return read(part_bytes).await;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("SKIPPED: it reads 36 GB; run it with cargo bench --bench wide");
        return Ok(());
    }
    serve(number("--gigabytes")?.unwrap_or(GIGABYTES), number("--parts")?.unwrap_or(PARTS)).await
}

async fn serve(gigabytes: u64, parts: u64) -> Result<(), Box<dyn Error>> {
    let (endpoint, variant): (EndpointName, VariantName) = ("busy".parse()?, "AllTraffic".parse()?);
    let folder = Key::CaptureHour(&endpoint, &variant, window().start()).to_string();
    let files = parts * FILES_A_PART;
    let s3 = GeneratedS3::new(sides(), folder, files, gigabytes * 1_000_000_000 / files);
    let part_bytes = s3.size_bytes() / parts;
    println!(
        "{} columns, {:.2} GB in {files} objects",
        NUMBERS + COUNTS + WORDS,
        s3.size_bytes() as f64 / 1e9
    );
    let mut reader = Command::new(std::env::current_exe()?);
    reader.args(["--read", &part_bytes.to_string()]).envs([
        ("AWS_ENDPOINT_URL", s3.serve().await?.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "generated"),
        ("AWS_SECRET_ACCESS_KEY", "generated"),
    ]);
    let ended = tokio::task::spawn_blocking(move || reader.status()).await??;
    if ended.success() { Ok(()) } else { Err("the hour was not judged".into()) }
}

/// `captureData` of some records: numbers that are nearly all different, counts, and words.
fn sides() -> Arc<[String]> {
    let mut rng = Rng::with_seed(70);
    let record = |_| {
        let mut row = String::new();
        for _ in 0..NUMBERS {
            write!(row, "{:.4},", rng.f64() * 1_000.0).expect("a string takes it");
        }
        for _ in 0..COUNTS {
            write!(row, "{},", rng.u8(0..20)).expect("a string takes it");
        }
        for _ in 0..WORDS {
            write!(row, "word-{},", rng.u16(0..1_000)).expect("a string takes it");
        }
        let side = |mode: &str, data: &str| {
            format!(
                r#"{{"observedContentType":"text/csv","mode":"{mode}","data":"{data}","encoding":"CSV"}}"#
            )
        };
        let (input, output) = (side("INPUT", row.trim_end_matches(',')), side("OUTPUT", "1"));
        format!(r#"{{"endpointInput":{input},"endpointOutput":{output}}}"#)
    };
    (0..RECORDS).map(record).collect()
}

async fn monitor(reports: &Path, cut: Cut) -> Result<Scheduled<DataQuality>, Box<dyn Error>> {
    let setting = |name: &str| {
        Some(match name {
            "ENDPOINT_NAME" => "busy".to_owned(),
            "VARIANT_NAME" => "AllTraffic".to_owned(),
            "SCHEDULE_NAME" => "busy-hourly".to_owned(),
            "CAPTURE_URI" => "s3://capture".to_owned(),
            "CAPTURE_INDEX_NAMES" => "endpointInput".to_owned(),
            "REPORTS_URI" => reports.display().to_string(),
            _ => return None,
        })
    };
    let settings = <DataQuality as Monitor>::Settings::read(setting)?;
    let clients = Clients::from_environment().await;
    Ok(Scheduled::new(settings, Some(clients), Sink::Nowhere)?.cut_at(cut))
}

async fn read(part_bytes: u64) -> Result<(), Box<dyn Error>> {
    let (folder, cut) = (tempfile::tempdir()?, Cut { part_bytes, wide_bytes: 0, ..Cut::default() });
    let monitor = monitor(&folder.path().join("reports"), cut).await?;
    let invocation = Invocation {
        trigger: Trigger { window: window(), reopen: false },
        now: "2026-10-31T09:10:00Z".parse()?,
        began: tokio::time::Instant::now(),
        deadline: None,
        request_id: "bench".to_owned(),
        memory_mb: None,
    };
    let began = Instant::now();
    let HandedOver { job, parts, size_bytes, .. } = match monitor.plan(&invocation, &nobody).await {
        Err(RunError::HandedOver(planned)) => *planned,
        Err(error) => return Err(error.chain().into()),
        Ok(_) => return Err("the hour was not wide".into()),
    };
    println!("  planned in {:.2} s: {parts} parts", began.elapsed().as_secs_f64());
    let began = Instant::now();
    for part in 0..parts {
        monitor.read_part(&invocation, &job, part, &nobody).await.map_err(|error| error.chain())?;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  read in {seconds:.0} s: {:.0} MB/s, {:.2} s a part",
        size_bytes as f64 / 1e6 / seconds,
        seconds / parts as f64
    );
    let partials = sizes_bytes(&folder.path().join("reports-state/partials"))?;
    let largest = partials.iter().max().copied().unwrap_or_default();
    println!(
        "  {} partials, the largest of {:.2} MB, all {:.0} MB",
        partials.len(),
        largest as f64 / 1e6,
        partials.iter().sum::<u64>() as f64 / 1e6
    );
    let began = Instant::now();
    let judged = monitor.judge_parts(&invocation, &job, &nobody).await.map_err(|error| error.chain())?;
    let capture = judged.execution.capture.ok_or("no capture in the verdict")?;
    println!("  gathered and judged in {:.2} s: {} lines", began.elapsed().as_secs_f64(), capture.lines);
    println!("  peak RSS of all that {:.0} MiB", peak_rss_mib("self")?);
    if partials.len() != parts || capture.lines == 0 || capture.used != capture.lines {
        return Err(
            format!("{} partials, {} of {} lines", partials.len(), capture.used, capture.lines).into()
        );
    }
    Ok(())
}

/// Sizes of all files below a folder.
fn sizes_bytes(folder: &Path) -> std::io::Result<Vec<u64>> {
    let mut sizes = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sizes.extend(sizes_bytes(&entry.path())?),
            false => sizes.push(entry.metadata()?.len()),
        }
    }
    Ok(sizes)
}
