//! How fast a replay of 500 sessions is against an endpoint that takes 16 ms for each, beside a sequential loop.
//! `cargo bench --locked -p bellwether-tests --bench replay`
//!
//! The replay must be polite: its speed is bounded by the ramp (2 calls in flight, one more for 20 successes, 20 at
//! most), and this says how near it comes.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use bellwether_analysis::recommendations::{DEFAULT_PATH, RecommendationsPath};
use bellwether_contract::sessions::{Session, parse_sessions};
use bellwether_newsroom::Newsroom;
use bellwether_pipeline::clients::http_client;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::replay::endpoint::Endpoint;
use bellwether_pipeline::replay::{Plan, replay};
use bellwether_tests::answer::Answer;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

const LATENCY: Duration = Duration::from_millis(16);
const CAP: usize = 20;
const TURNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("SKIPPED: it takes half a minute; run it with cargo bench --bench replay");
        return Ok(());
    }
    // The endpoint has a thread of its own, as it would have a machine of its own.
    let theirs = runtime()?;
    let simulator = EndpointSimulator::new(
        Script::answering(|_| Answer::recommendations(&["a0001", "a0002", "a0003"])).latency(|_| LATENCY),
    );
    let server = theirs.block_on(simulator.serve(None))?;
    let url = format!("{}/invocations", server.url()).parse()?;
    let endpoint = Endpoint::Http { client: http_client()?, url, variant: Some("AllTraffic".parse()?) };
    let sessions = parse_sessions("newsroom", &Newsroom::new(2026).sessions_jsonl())?;
    let path: RecommendationsPath = DEFAULT_PATH.parse()?;
    println!("{} sessions at {} ms, cap {CAP}", sessions.len(), LATENCY.as_millis());
    for _ in 0..TURNS {
        let ours = runtime()?;
        let sequential = ours.block_on(sequential(&endpoint, &sessions, &path))?;
        let ramped = ours.block_on(ramped(&endpoint, &sessions, &path))?;
        compare(sessions.len(), sequential, ramped);
    }
    println!("most in flight, as the endpoint saw it: {}", simulator.max_in_flight());
    assert!(simulator.max_in_flight() <= CAP, "the cap is a promise");
    Ok(())
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

async fn sequential(
    endpoint: &Endpoint,
    sessions: &[Session],
    path: &RecommendationsPath,
) -> Result<Duration, Box<dyn Error>> {
    let began = Instant::now();
    for (number, session) in sessions.iter().enumerate() {
        let answer = endpoint.invoke(session, &format!("replay-loop-{number}")).await;
        path.ids(&answer.map_err(|failure| format!("{failure:?}"))?).map_err(|fault| format!("{fault:?}"))?;
    }
    Ok(began.elapsed())
}

async fn ramped(
    endpoint: &Endpoint,
    sessions: &[Session],
    path: &RecommendationsPath,
) -> Result<Duration, Box<dyn Error>> {
    let plan = Plan { path, k: 10, cap: CAP, deadline: None, prefix: "replay-2026103109-" };
    let began = Instant::now();
    let answers = replay(endpoint, sessions, plan, &nobody).await?;
    let took = began.elapsed();
    assert!(answers.lists.iter().all(Option::is_some), "every session is answered");
    Ok(took)
}

/// The loop's mean call stands for what a call costs here, the way to the endpoint and back included.
fn compare(sessions: usize, sequential: Duration, ramped: Duration) {
    let call = sequential / u32::try_from(sessions).unwrap_or(u32::MAX);
    let ideal = ideal(sessions, call);
    println!(
        "loop {:.2} s ({:.2} ms a call), replay {:.3} s: {:.2} times faster; the ramp's ideal {:.3} s, ratio {:.3}",
        sequential.as_secs_f64(),
        call.as_secs_f64() * 1e3,
        ramped.as_secs_f64(),
        sequential.as_secs_f64() / ramped.as_secs_f64(),
        ideal.as_secs_f64(),
        ramped.as_secs_f64() / ideal.as_secs_f64(),
    );
}

/// The time of the ramp as it is written down, with calls that all take the same and nothing between them.
fn ideal(sessions: usize, call: Duration) -> Duration {
    let mut ends = BinaryHeap::new();
    let (mut begun, mut now) = (0, Duration::ZERO);
    for successes in 0..sessions {
        while begun < sessions && ends.len() < (2 + successes / 20).min(CAP) {
            ends.push(Reverse(now + call));
            begun += 1;
        }
        if let Some(Reverse(end)) = ends.pop() {
            now = end;
        }
    }
    now
}
