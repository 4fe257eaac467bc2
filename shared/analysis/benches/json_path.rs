//! How fast a list of ids is read from an answer, beside the JMESPath library on the same text, on one core.
//! `cargo bench --workspace --bench json_path`
//!
//! Both take turns, so that a busy machine slows both alike. The answer is ten items with scores, as the sample newsroom's.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_contract::capture::Payload;
use jmespath::Variable;
use std::hint::black_box;
use std::time::{Duration, Instant};

const PATHS: [(&str, &str); 3] = [
    ("objects, []", "recommendations[].item_id"),
    ("objects, [*]", "recommendations[*].item_id"),
    ("bare ids", "ids"),
];
const ANSWERS: usize = 2_000;
const TURNS: usize = 40;

fn main() {
    let answer = answer();
    let size_bytes = (answer.len() * ANSWERS) as f64;
    println!("{:14} {:>12} {:>12} {:>8}", "path", "ours", "library", "times");
    for (name, path) in PATHS {
        let ours: RecommendationsPath = path.parse().expect("a path");
        let library = jmespath::compile(path).expect("an expression");
        let payload = Payload::Json(answer.as_str().into());
        let (mut best, mut peers) = (Duration::MAX, Duration::MAX);
        for _ in 0..TURNS {
            best = best.min(timed(|| drop(black_box(ours.ids(black_box(&payload)).expect("a list")))));
            peers = peers.min(timed(|| {
                let document = Variable::from_json(black_box(&answer)).expect("JSON");
                drop(black_box(library.search(document).expect("no function that could fail")));
            }));
        }
        let speed = |best: Duration| size_bytes / best.as_secs_f64() / 1e6;
        println!(
            "{name:14} {:>7.0} MB/s {:>7.0} MB/s {:>8.2}",
            speed(best),
            speed(peers),
            peers.as_secs_f64() / best.as_secs_f64()
        );
    }
}

fn timed(read: impl Fn()) -> Duration {
    let begin = Instant::now();
    (0..ANSWERS).for_each(|_| read());
    begin.elapsed()
}

fn answer() -> String {
    let items: Vec<_> = (0..10)
        .map(|n| {
            format!(r#"{{"item_id":"article-{:04}","score":0.{}}}"#, n * 371 % 1_000, 981_273 - n * 7_919)
        })
        .collect();
    let ids: Vec<_> = (0..10).map(|n| format!(r#""article-{:04}""#, n * 371 % 1_000)).collect();
    format!(r#"{{"recommendations":[{}],"ids":[{}],"model":"two-tower-7"}}"#, items.join(","), ids.join(","))
}
