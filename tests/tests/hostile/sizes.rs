//! Input that is small until it is read, or large from the start: a bounded price, and a name for what is refused.

use super::cost::Cost;
use crate::harness::Harness;
use crate::harness::recommender::{recorded, sessions, ten_categories};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::io::{BufWriter, Write};

const MIB: usize = 1024 * 1024;
const LISTS: &str = "inputs/lists.jsonl";
const CATALOG: &str = "inputs/catalog.json";
const CAPTURED: &str =
    "capture/recommender-prod/AllTraffic/2026/10/31/08/20-48-871-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";

/// What is refused by which error and words, or what of the execution must hold.
enum Ends {
    Refused(&'static str, &'static str),
    LeftOut(&'static str, u64),
    Completed,
}
use Ends::{Completed, LeftOut, Refused};

/// What lies where, how that ends, and how many MiB it may take at most.
struct Case {
    name: &'static str,
    key: &'static str,
    bytes: fn() -> Vec<u8>,
    ends: Ends,
    most_mib: f64,
}

fn cases() -> Vec<Case> {
    let case = |name, key, bytes, ends, most_mib| Case { name, key, bytes, ends, most_mib };
    vec![
        case(
            "gzip bomb of zeros",
            LISTS,
            || gzip_of(&[0; MIB], 600),
            Refused("MalformedInput", "bytes unpacked"),
            400.0,
        ),
        case("gzip bomb of short answers", LISTS, short_answers, Refused("MalformedInput", "5000"), 400.0),
        case("gzip bomb of one wide answer", LISTS, wide_answer, Refused("MalformedInput", "line 1"), 400.0),
        case("BASE64 side of 200 MB", CAPTURED, || base64_line(200_000_000), LeftOut("oversize", 1), 96.0),
        case("BASE64 side of 15 MB", CAPTURED, || base64_line(15_000_000), LeftOut("json", 1), 160.0),
        case("capture line of 700,000 ids", CAPTURED, wide_line, Completed, 400.0),
        case("catalogue of a million items", CATALOG, million_items, Completed, 400.0),
        case("catalogue of a million rows", CATALOG, million_rows, Completed, 400.0),
        case(
            "catalogue of 10 million items",
            CATALOG,
            too_many_items,
            Refused("MalformedInput", "3000000"),
            700.0,
        ),
        case(
            "catalogue item of 40 million categories",
            CATALOG,
            wide_item,
            Refused("MalformedInput", ""),
            700.0,
        ),
    ]
}

/// What is written, packed. The encoder clears all the room it has at every write: it is given few.
fn packed(write: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let mut out = BufWriter::with_capacity(MIB, GzEncoder::new(Vec::new(), Compression::fast()));
    write(&mut out);
    out.into_inner().expect("memory").finish().expect("memory")
}

fn gzip_of(part: &[u8], times: usize) -> Vec<u8> {
    packed(|out| (0..times).for_each(|_| out.write_all(part).expect("memory")))
}

/// 200 MiB of answers, each of a session of its own.
fn short_answers() -> Vec<u8> {
    packed(|out| {
        (0..9_000_000).for_each(|n| writeln!(out, "{{\"session_id\":\"{n:x}\"}}").expect("memory"));
    })
}

/// An answer of 80 million empty ids.
fn wide_answer() -> Vec<u8> {
    packed(|out| {
        out.write_all(b"{\"session_id\":\"s0\",\"recommendations\":[").expect("memory");
        (0..80_000).for_each(|_| out.write_all("\"\",".repeat(1_000).as_bytes()).expect("memory"));
        out.write_all(b"\"\"]}\n").expect("memory");
    })
}

fn record(output: &str) -> Vec<u8> {
    let whole = format!(
        r#"{{"captureData":{{"endpointOutput":{output}}},"eventMetadata":{{"eventId":"e","inferenceTime":"2026-10-31T08:30:19Z"}},"eventVersion":"0"}}"#
    );
    format!("{whole}\n").into_bytes()
}

fn base64_line(payload_bytes: usize) -> Vec<u8> {
    let data = STANDARD.encode(vec![b'x'; payload_bytes / 4 * 3]);
    record(&format!(r#"{{"data":"{data}","encoding":"BASE64"}}"#))
}

/// As many ids as a line has room for, each of them an object with nothing in its id.
fn wide_line() -> Vec<u8> {
    let ids = r#"{"item_id":""},"#.repeat(700_000);
    let data = json!(format!(r#"{{"recommendations":[{ids}{{"item_id":"c0-0"}}]}}"#)).to_string();
    record(&format!(r#"{{"data":{data},"encoding":"JSON"}}"#))
}

fn million_items() -> Vec<u8> {
    let more = (0..1_000_000).map(|n| format!(",\"item-{n}\":\"category-{}\"", n % 500));
    ten_categories()
        .trim_end_matches('}')
        .bytes()
        .chain(more.flat_map(String::into_bytes))
        .chain(*b"}")
        .collect()
}

fn million_rows() -> Vec<u8> {
    let rows = (0..1_000_000).map(|n| format!("item-{n},category-{}\n", n % 500));
    let ten = (0..100).map(|n| format!("c{}-{},c{}\n", n / 10, n % 10, n / 10));
    std::iter::once("item_id,category\n".to_owned())
        .chain(ten)
        .chain(rows)
        .flat_map(String::into_bytes)
        .collect()
}

fn too_many_items() -> Vec<u8> {
    let mut out = b"{\"0\":\"\"".to_vec();
    (1..10_000_000).for_each(|n| write!(out, ",\"{n:x}\":\"\"").expect("memory"));
    out.push(b'}');
    out
}

fn wide_item() -> Vec<u8> {
    let mut out = b"{\"a\":[\"\"".to_vec();
    (0..40_000_000).for_each(|_| out.extend_from_slice(b",\"\""));
    out.extend_from_slice(b"]}");
    out
}

/// Twenty sessions with recorded lists over ten categories: an hour that completes, whatever else it holds.
async fn good(site: Harness) -> Harness {
    site.put(CATALOG, ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(20)).await;
    site.put(LISTS, recorded([6; 20])).await;
    site.with("CAPTURE_URI", "{root}/capture")
}

#[tokio::test(flavor = "multi_thread")]
async fn large_input_is_read_at_a_bounded_price_or_refused_by_name() {
    let _ = writeln!(std::io::stdout(), "| case | where | outcome | grown MiB | s |");
    for case in cases() {
        let bytes = (case.bytes)();
        for site in Harness::both().await {
            // What a catalogue costs is its reading, wherever it lies: once is enough of the slowest cases.
            if case.key == CATALOG && !site.is_bucket() {
                continue;
            }
            let site = good(site).await;
            if case.key != CAPTURED {
                site.put(CAPTURED, record(r#"{"data":"{\"recommendations\":[]}","encoding":"JSON"}"#)).await;
            }
            site.put(case.key, bytes.clone()).await;
            let cost = Cost::of_a_run(&site).await;
            ends_well(&case, &site, bytes.len(), &cost);
        }
    }
}

/// How a case ended, and a row of the table of all.
#[expect(
    clippy::print_stdout,
    reason = "a row of the table that the documents quote; the harness keeps it to itself"
)]
fn ends_well(case: &Case, site: &Harness, size: usize, cost: &Cost) {
    let place = if site.is_bucket() { "S3" } else { "folder" };
    let outcome = match &cost.outcome {
        Ok(execution) => format!("{} {}", execution["exit_message"], execution["capture"]["left_out"]),
        Err((kind, text)) => format!("{kind}: {}", text.chars().take(150).collect::<String>()),
    };
    println!(
        "| {} ({:.1} MB) | {place} | {outcome} | {:.0} | {:.1} |",
        case.name,
        size as f64 / 1e6,
        cost.grown_mib,
        cost.seconds
    );
    match (&case.ends, &cost.outcome) {
        (Refused(kind, says), Err((told, text))) => {
            assert!(told == kind && text.contains(says) && text.contains(case.key), "{}: {text}", case.name);
        }
        (LeftOut(reason, lines), Ok(execution)) => {
            let left_out = serde_json::json!({ *reason: lines });
            assert_eq!(execution["capture"]["left_out"], left_out, "{}: {outcome}", case.name);
        }
        (Completed, Ok(execution)) => {
            assert_eq!(execution["monitoring_execution_status"], "Completed", "{}: {outcome}", case.name);
            assert_eq!(execution["capture"]["used"], 1, "{}: {outcome}", case.name);
        }
        _ => panic!("{}: {outcome}", case.name),
    }
    assert!(cost.grown_mib < case.most_mib, "{}: {:.0} MiB", case.name, cost.grown_mib);
}
