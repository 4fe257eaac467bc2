//! How much memory a window of 20 GB from S3 needs. It fails above 128 MB.
//! `cargo bench --locked -p bellwether-tests --bench soak`; `-- --gigabytes 1` for a shorter one.
//!
//! Nothing is stored: an S3 on loopback makes the records while it sends them. A process of its own reads them as the
//! diversity check does, so that the peak is that of the reading alone.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod generated_s3;
mod peak_rss;
mod traffic;

use bellwether_analysis::monitors::diversity::CapturedLists;
use bellwether_analysis::recommendations::{DEFAULT_PATH, RecommendationsPath};
use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::parts::Cut;
use bellwether_pipeline::captures::{self, Traffic as Reading};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::progress::nobody;
use bellwether_storage::Store;
use generated_s3::GeneratedS3;
use peak_rss::peak_rss_mib;
use std::error::Error;
use std::process::Command;
use std::time::Instant;
use traffic::{Shape, Traffic, newsroom, window};

const GIGABYTES: u64 = 20;
const FILE_BYTES: u64 = 100_000_000;
const CEILING_MIB: f64 = 128e6 / 1_048_576.0;
const BUCKET: &str = "capture";
const SHAPE: Shape = Shape { name: "ordinary records", items: 10, base64_every: Some(3) };

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--read") {
        return read().await;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("SKIPPED: it reads 20 GB; run it with cargo bench --bench soak");
        return Ok(());
    }
    let given = arguments.iter().position(|argument| argument == "--gigabytes");
    let given = given.and_then(|at| arguments.get(at + 1)).map(|number| number.parse()).transpose()?;
    soak(given.unwrap_or(GIGABYTES)).await
}

async fn soak(gigabytes: u64) -> Result<(), Box<dyn Error>> {
    let (endpoint, variant) = names()?;
    let folder = Key::CaptureHour(&endpoint, &variant, window().start()).to_string();
    let files = gigabytes * 1_000_000_000 / FILE_BYTES;
    let s3 = GeneratedS3::new(Traffic::new(&newsroom(), SHAPE).sides, folder, files, FILE_BYTES);
    println!("{SHAPE}, {:.2} GB in {files} objects", s3.size_bytes() as f64 / 1e9);
    let mut reader = Command::new(std::env::current_exe()?);
    reader.arg("--read").envs([
        ("AWS_ENDPOINT_URL", s3.serve().await?.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "generated"),
        ("AWS_SECRET_ACCESS_KEY", "generated"),
    ]);
    let ended = tokio::task::spawn_blocking(move || reader.status()).await??;
    if ended.success() { Ok(()) } else { Err("the soak failed".into()) }
}

fn names() -> Result<(EndpointName, VariantName), Box<dyn Error>> {
    Ok(("recommender-prod".parse()?, "AllTraffic".parse()?))
}

async fn read() -> Result<(), Box<dyn Error>> {
    let (endpoint, variant) = names()?;
    let (catalog, path) = (newsroom().catalog(), DEFAULT_PATH.parse::<RecommendationsPath>()?);
    let client = Clients::from_environment().await.s3;
    let store = Store::S3 { client, bucket: BUCKET.to_owned(), prefix: String::new() };
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
        threads: 1,
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
        "  {:.2} GB, {} lines, {} measured, {} files, {seconds:.0} s: {:.0} MB/s",
        summary.size_bytes as f64 / 1e9,
        summary.lines,
        summary.used,
        summary.files,
        summary.size_bytes as f64 / 1e6 / seconds
    );
    let peak = peak_rss_mib("self")?;
    println!("  peak RSS {peak:.1} MiB of {CEILING_MIB:.1}");
    if summary.lines == 0 || summary.used != summary.lines {
        return Err(format!("{} of {} lines were measured", summary.used, summary.lines).into());
    }
    if peak > CEILING_MIB { Err("above the ceiling".into()) } else { Ok(()) }
}
