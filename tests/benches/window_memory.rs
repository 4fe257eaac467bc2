//! How much memory a window of 2 GB needs, and how fast it is read from a folder: one file at a time, and on all cores.
//! `cargo bench --locked -p bellwether-tests --bench window_memory` writes 2 GB below the temporary folder, twice.
//!
//! A process of its own reads the window, so that the peak is that of the reading alone. One thread and all take turns, so that a
//! busy machine slows both alike.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod peak_rss;
mod traffic;

use bellwether_analysis::monitors::diversity::CapturedLists;
use bellwether_analysis::recommendations::DEFAULT_PATH;
use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::parts::Cut;
use bellwether_pipeline::captures::{self, Traffic as Reading};
use bellwether_pipeline::progress::nobody;
use bellwether_storage::Store;
use peak_rss::peak_rss_mib;
use std::error::Error;
use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};
use traffic::{Shape, Traffic, newsroom, uuid, window};

const WINDOW_BYTES: u64 = 2_000_000_000;
const FILE_BYTES: u64 = 4_000_000;
const PROMISED_MIB: f64 = 96.0;
const TURNS: usize = 3;

/// A window of ordinary records, and one of short ones: more ids to be remembered.
const SHAPES: [Shape; 2] = [
    Shape { name: "ordinary records", items: 10, base64_every: Some(3) },
    Shape { name: "short records", items: 1, base64_every: None },
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("--read") => {
            let folder = arguments.next().ok_or("--read needs a folder")?;
            read(folder.into(), arguments.next().ok_or("--read needs a number of threads")?.parse()?)
        }
        _ if std::env::args().any(|argument| argument == "--bench") => {
            SHAPES.into_iter().try_for_each(measure)
        }
        _ => {
            println!("SKIPPED: it writes 2 GB; run it with cargo bench --bench window_memory");
            Ok(())
        }
    }
}

fn measure(shape: Shape) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), shape)?;
    println!("{shape}");
    let cores = available_parallelism()?.get();
    let (mut alone, mut together) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        alone = alone.min(read_apart(folder.path(), 1)?);
        together = together.min(read_apart(folder.path(), cores)?);
    }
    let times = alone.as_secs_f64() / together.as_secs_f64();
    println!("  on {cores} threads {times:.2} times as fast as on one, best of {TURNS} turns");
    Ok(())
}

/// How long a process of its own takes.
fn read_apart(folder: &Path, threads: usize) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    let this = std::env::current_exe()?;
    let read = Command::new(this).arg("--read").arg(folder).arg(threads.to_string()).status()?;
    if read.success() { Ok(began.elapsed()) } else { Err("the window could not be read".into()) }
}

/// Files as an endpoint flushes them, spread over the hour.
fn write(root: &Path, shape: Shape) -> Result<(), Box<dyn Error>> {
    let (endpoint, variant) = names()?;
    let mut traffic = Traffic::new(&newsroom(), shape);
    let mut rng = fastrand::Rng::with_seed(3);
    let hour = Key::CaptureHour(&endpoint, &variant, window().start()).to_string();
    let files = WINDOW_BYTES / FILE_BYTES;
    create_dir_all(root.join(&hour))?;
    for number in 0..files {
        let second = number * 3_600 / files;
        let name = format!("{:02}-{:02}-{:03}-{}.jsonl", second / 60, second % 60, number, uuid(&mut rng));
        let mut file = Counted { file: BufWriter::new(File::create(root.join(&hour).join(name))?), bytes: 0 };
        while file.bytes < FILE_BYTES {
            traffic.write(&mut file)?;
        }
        file.flush()?;
    }
    Ok(())
}

struct Counted {
    file: BufWriter<File>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn names() -> Result<(EndpointName, VariantName), Box<dyn Error>> {
    Ok(("recommender-prod".parse()?, "AllTraffic".parse()?))
}

#[tokio::main]
async fn read(folder: PathBuf, threads: usize) -> Result<(), Box<dyn Error>> {
    let (endpoint, variant) = names()?;
    let (catalog, path) = (
        newsroom().catalog(),
        DEFAULT_PATH.parse::<bellwether_analysis::recommendations::RecommendationsPath>()?,
    );
    let store = Store::Folder(folder);
    let reading = Reading {
        store: &store,
        endpoint: &endpoint,
        variant: &variant,
        window: window(),
        brought: None,
        kind: captures::CaptureKind::Endpoint,
        cadence: jiff::SignedDuration::from_hours(1),
        late_flush: captures::LATE_FLUSH,
        sample_payloads: false,
        threads,
        cut: Cut::default(),
        reader: captures::WindowReader::ThisRun,
        deadline: None,
        inputs: [0; 32],
    };
    let lists = CapturedLists::new(path, catalog, 10);
    let began = Instant::now();
    let summary = captures::read(reading, lists, &nobody).await?.lines;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  {threads} threads, {:.2} GB, {} lines of {} bytes in the mean, {} measured, {} files: {:.0} MB/s",
        summary.size_bytes as f64 / 1e9,
        summary.lines,
        summary.size_bytes / summary.lines,
        summary.used,
        summary.files,
        summary.size_bytes as f64 / 1e6 / seconds
    );
    let peak = peak_rss_mib("self")?;
    println!("  peak RSS {peak:.1} MiB, {:.2} of the {PROMISED_MIB} promised", peak / PROMISED_MIB);
    Ok(())
}
