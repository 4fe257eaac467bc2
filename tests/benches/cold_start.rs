//! How long the function takes from the start of its process to its first request for work, and how long a warm
//! invocation takes. `cargo build --locked --release -p diversity-check && cargo bench --locked -p bellwether-tests --bench cold_start`
//!
//! Runtime API, S3, CloudWatch and the endpoint answer on loopback, in this process. It measures no Lambda: there the
//! sandbox, the download of the zip and the network come on top.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod peak_rss;
mod runtime_api;

use bellwether_newsroom::{ENDPOINT, Model, Newsroom, SCHEDULE, VARIANT};
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use jiff::{SignedDuration, Timestamp};
use peak_rss::peak_rss_mib;
use runtime_api::{RuntimeApi, Times};
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STARTS: usize = 10;
/// The first invocation of each process, and the warm ones after it.
const INVOCATIONS: usize = 4;
const BUCKET: &str = "newsroom";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let binary = binary()?;
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: run it with cargo bench --bench cold_start");
        return Ok(());
    }
    if !binary.exists() {
        println!(
            "SKIPPED: {} is missing; cargo build --locked --release -p diversity-check",
            binary.display()
        );
        return Ok(());
    }
    println!("{}: {:.2} MB", binary.display(), binary.metadata()?.len() as f64 / 1e6);
    let (aws, hours) = newsroom().await?;
    for replay in ["none", "sagemaker"] {
        let mut runs = Vec::new();
        for number in 0..STARTS {
            runs.push(start(&binary, &aws, &hours, replay, number).await?);
        }
        println!("replay {replay}");
        print_times(&runs);
    }
    Ok(())
}

/// The release binary beside this benchmark's folder.
fn binary() -> Result<PathBuf, Box<dyn Error>> {
    let this = std::env::current_exe()?;
    let release = this.parent().and_then(Path::parent).ok_or("this binary lies in target/release/deps")?;
    Ok(release.join("diversity-check"))
}

/// Inputs and the hours of captures, seeded, and the endpoint.
async fn newsroom() -> Result<(EmbeddedAws, Vec<Timestamp>), Box<dyn Error>> {
    let aws = EmbeddedAws::start(None).await?;
    aws.create_bucket(BUCKET).await?;
    let newsroom = Newsroom::new(2026);
    let now = bellwether_contract::window::truncate(Timestamp::now());
    let hours: Vec<_> = (1..=INVOCATIONS as i64).map(|back| now - SignedDuration::from_hours(back)).collect();
    let files: Vec<_> = hours.iter().map(|hour| (*hour, Model::Healthy)).collect();
    let s3 = aws.s3();
    for (key, bytes) in newsroom.files(&files) {
        s3.put_object().bucket(BUCKET).key(key).body(bytes.into()).send().await?;
    }
    let answer = newsroom.answer(Model::Healthy, &json!({"history": []}));
    let script = Script::answering(move |_| Answer::json(&answer)).latency(|_| Duration::from_millis(16));
    aws.register_endpoint(ENDPOINT, &EndpointSimulator::new(script));
    Ok((aws, hours))
}

/// One process: its first request for work, its first invocation, its warm ones.
async fn start(
    binary: &Path,
    aws: &EmbeddedAws,
    hours: &[Timestamp],
    replay: &str,
    number: usize,
) -> Result<Run, Box<dyn Error>> {
    let event =
        |hour: &Timestamp| json!({"window": {"start": hour, "end": *hour + SignedDuration::from_hours(1)}});
    let events: Vec<Value> = hours.iter().map(event).collect();
    let mut api = RuntimeApi::serve(events).await?;
    let began = Instant::now();
    let mut function = Command::new(binary)
        .env_clear()
        .envs(aws.environment())
        .envs(environment(replay, number))
        .envs(api.environment())
        .stdout(Stdio::null())
        .spawn()?;
    let times = api.times().await;
    let peak = peak_rss_mib(&function.id().to_string());
    function.kill()?;
    function.wait()?;
    let times = times?;
    Ok(Run { cold: times.first_request - began, times, peak_rss_mib: peak? })
}

struct Run {
    cold: Duration,
    times: Times,
    peak_rss_mib: f64,
}

fn environment(replay: &str, number: usize) -> Vec<(&'static str, String)> {
    let uri = |name: &str| format!("s3://{BUCKET}/{name}");
    vec![
        ("ENDPOINT_NAME", ENDPOINT.to_owned()),
        ("VARIANT_NAME", VARIANT.to_owned()),
        ("SCHEDULE_NAME", SCHEDULE.to_owned()),
        ("CAPTURE_URI", uri("capture")),
        ("VALIDATION_SET_URI", uri("inputs/sessions.jsonl")),
        ("CATALOG_URI", uri("inputs/catalog.json")),
        ("REPORTS_URI", uri(&format!("reports-{replay}-{number}"))),
        ("REPLAY", replay.to_owned()),
        ("REPLAY_MAX_AGE", "PT24H".to_owned()),
        ("METRICS_NAMESPACE", "Bellwether".to_owned()),
    ]
}

fn print_times(runs: &[Run]) {
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    let cold = runs.iter().map(|run| milliseconds(run.cold)).collect();
    let first = runs.iter().filter_map(|run| run.times.invocations.first().copied().map(milliseconds));
    let warm = runs.iter().flat_map(|run| run.times.invocations.iter().skip(1).copied().map(milliseconds));
    print_row("process start to first request for work", "ms", cold);
    print_row("first invocation", "ms", first.collect());
    print_row("warm invocation", "ms", warm.collect());
    print_row("peak RSS of the process", "MiB", runs.iter().map(|run| run.peak_rss_mib).collect());
}

fn print_row(name: &str, unit: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    if let [least, .., most] = values.as_slice() {
        let median = values[values.len() / 2];
        println!("  {name}: median {median:.1} {unit} ({least:.1} to {most:.1}, {} times)", values.len());
    }
}
