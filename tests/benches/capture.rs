//! How fast captured records are decoded on one core, beside the general tools for the same bytes.
//! `cargo bench --locked -p bellwether-tests --bench capture`
//!
//! Bytes are those of whole lines. The ratios at the end come from turns taken alternately, so that a busy machine
//! slows both sides alike.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod traffic;

use bellwether_analysis::monitors::diversity::CapturedLists;
use bellwether_analysis::recommendations::{DEFAULT_PATH, RecommendationsPath};
use bellwether_analysis::records::{Noted, RecordProfile};
use bellwether_analysis::window_filter::WindowFilter;
use bellwether_contract::capture::{CaptureRecord, Payload, Rejected};
use bellwether_contract::catalog::Catalog;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use jmespath::{Expression, Variable};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use traffic::{Shape, Traffic, newsroom, window};

const SHAPES: [Shape; 2] = [
    Shape { name: "json", items: 10, base64_every: None },
    Shape { name: "a third base64", items: 10, base64_every: Some(3) },
];
const LINES: usize = 20_000;
const TURNS: usize = 20;

fn main() {
    divan::main();
    if std::env::args().any(|argument| argument == "--bench") {
        SHAPES.into_iter().for_each(print_ratios);
    }
}

/// A profile that reads no payload.
struct Envelope;

impl RecordProfile for Envelope {
    fn empty(&self) -> Self {
        Self
    }

    fn add(&mut self, _: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        Ok(Noted::default())
    }

    fn merge(&mut self, _: &Self) {}
}

struct Subject {
    lines: Vec<Vec<u8>>,
    catalog: Arc<Catalog>,
    path: Arc<RecommendationsPath>,
    expression: Expression<'static>,
}

impl Subject {
    fn new(shape: Shape) -> Self {
        let newsroom = newsroom();
        Self {
            lines: lines(Traffic::new(&newsroom, shape)),
            catalog: Arc::new(newsroom.catalog()),
            path: Arc::new(DEFAULT_PATH.parse().expect("the default is a path")),
            expression: jmespath::compile(DEFAULT_PATH).expect("the default is an expression"),
        }
    }

    fn size_bytes(&self) -> usize {
        self.lines.iter().map(|line| line.len() + 1).sum()
    }

    /// Each line as a record, to be measured or not; payloads stay as they are.
    fn envelope(&self, mut filter: WindowFilter) -> WindowFilter {
        for line in &self.lines {
            let record = CaptureRecord::from_line(line).expect("the newsroom captures records");
            black_box(filter.measure(&record, &mut Envelope, &mut Envelope).is_ok());
        }
        filter
    }

    /// Each line as the pipeline measures it: payload decoded, ids found, the list added to the profile.
    fn measured(&self, mut filter: WindowFilter) -> (WindowFilter, CapturedLists) {
        let mut lists = CapturedLists::new(Arc::clone(&self.path), Arc::clone(&self.catalog), 10);
        let mut copies = lists.empty();
        for line in &self.lines {
            let record = CaptureRecord::from_line(line).expect("the newsroom captures records");
            filter
                .measure(&record, &mut lists, &mut copies)
                .expect("every id is new, every answer holds a list");
        }
        (filter, lists)
    }

    /// The peer of the envelope: each line as a tree.
    fn tree(&self) {
        for line in &self.lines {
            black_box(serde_json::from_slice::<Value>(line).expect("the newsroom captures JSON"));
        }
    }

    /// The peer of the path: the answers, decoded beforehand, searched by the JMESPath library.
    fn searched(&self, answers: &[String]) {
        for answer in answers {
            let document = Variable::from_json(answer).expect("the newsroom answers JSON");
            black_box(self.expression.search(document).expect("the path is no function that could fail"));
        }
    }

    /// What the library is compared with: the same answers by the house's own walk.
    fn walked(&self, answers: &[String]) {
        for answer in answers {
            let payload = Payload::Json(answer.as_str().into());
            black_box(self.path.ids(&payload).expect("every answer holds a list"));
        }
    }

    /// The peer of the whole: the line as a tree, the answer inside it searched by the library.
    fn tree_and_library(&self, answers: &[String]) {
        self.tree();
        self.searched(answers);
    }

    fn answers(&self) -> Vec<String> {
        let answer = |line: &Vec<u8>| {
            let record = CaptureRecord::from_line(line).expect("the newsroom captures records");
            match record.output().map(|side| side.payload()) {
                Some(Ok(Payload::Json(text) | Payload::Csv(text))) => text.into_owned(),
                _ => unreachable!("every record has an answer"),
            }
        };
        self.lines.iter().map(answer).collect()
    }
}

/// Lines without their ends.
fn lines(mut traffic: Traffic) -> Vec<Vec<u8>> {
    let line = |_| {
        let mut line = Vec::new();
        traffic.write(&mut line).expect("memory takes every write");
        line.pop();
        line
    };
    (0..LINES).map(line).collect()
}

fn filter() -> WindowFilter {
    WindowFilter::new(window())
}

#[divan::bench(args = SHAPES, sample_count = 20, sample_size = 1)]
fn envelope(bencher: Bencher<'_, '_>, shape: Shape) {
    let subject = Subject::new(shape);
    let bytes = BytesCount::new(subject.size_bytes());
    bencher.counter(bytes).with_inputs(filter).bench_local_values(|filter| subject.envelope(filter));
}

#[divan::bench(args = SHAPES, sample_count = 20, sample_size = 1)]
fn measured(bencher: Bencher<'_, '_>, shape: Shape) {
    let subject = Subject::new(shape);
    let bytes = BytesCount::new(subject.size_bytes());
    bencher.counter(bytes).with_inputs(filter).bench_local_values(|filter| subject.measured(filter));
}

#[divan::bench(args = SHAPES, sample_count = 20, sample_size = 1)]
fn peer_serde_json_value(bencher: Bencher<'_, '_>, shape: Shape) {
    let subject = Subject::new(shape);
    bencher.counter(BytesCount::new(subject.size_bytes())).bench_local(|| subject.tree());
}

#[divan::bench(args = SHAPES, sample_count = 20, sample_size = 1)]
fn peer_value_and_jmespath(bencher: Bencher<'_, '_>, shape: Shape) {
    let subject = Subject::new(shape);
    let answers = subject.answers();
    let bytes = BytesCount::new(subject.size_bytes());
    bencher.counter(bytes).bench_local(|| subject.tree_and_library(&answers));
}

fn print_ratios(shape: Shape) {
    let subject = Subject::new(shape);
    let answers = subject.answers();
    let size_bytes = subject.size_bytes();
    println!("\n{shape}: {LINES} lines of {} bytes in the mean", size_bytes / LINES);
    compare(
        size_bytes,
        ("envelope", &|| drop(subject.envelope(filter()))),
        ("serde_json::Value", &|| subject.tree()),
    );
    compare(
        size_bytes,
        ("measured", &|| drop(subject.measured(filter()))),
        ("serde_json::Value and the JMESPath library", &|| subject.tree_and_library(&answers)),
    );
    compare(
        answers.iter().map(String::len).sum(),
        ("path alone", &|| subject.walked(&answers)),
        ("the JMESPath library", &|| subject.searched(&answers)),
    );
}

type Named<'f> = (&'f str, &'f dyn Fn());

/// The best of several turns of both.
fn compare(size_bytes: usize, (name, ours): Named<'_>, (peer, theirs): Named<'_>) {
    let (mut best, mut best_peer) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        best = best.min(time(ours));
        best_peer = best_peer.min(time(theirs));
    }
    let speed = |time: Duration| size_bytes as f64 / 1e6 / time.as_secs_f64();
    println!(
        "  {name}: {:.0} MB/s, {:.2} times {peer} ({:.0} MB/s)",
        speed(best),
        best_peer.as_secs_f64() / best.as_secs_f64(),
        speed(best_peer)
    );
}

fn time(work: &dyn Fn()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}
