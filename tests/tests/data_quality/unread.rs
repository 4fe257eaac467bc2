//! What lies below a variant and is not read: hours as trees of folders and files, as people and programs leave them.
//!
//! The law: records of the window that lie somewhere and are not read show in how the run ends. It is never `Completed`, and
//! never `CompletedNoData`.

use super::traffic::{baseline, healthy, monitored, record};
use crate::harness::{Harness, nine, time};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::window::Window;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use serde_json::Value;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

const VARIANT: &str = "capture/churn-prod/AllTraffic";

/// So many healthy records from a number on, at an hour.
fn lines(first: usize, count: usize, hour: &str) -> String {
    let records = (first..first + count).map(|n| {
        let mut record = record(n, &healthy(n));
        record["eventMetadata"]["inferenceTime"] = format!("2026-10-31T{hour}:{:02}:00Z", n % 60).into();
        record
    });
    records.map(|record: Value| format!("{record}\n")).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text.as_bytes()).expect("memory");
    packer.finish().expect("memory")
}

/// The hour of the window, and the next one's first records: an endpoint that lives.
async fn ran(site: &Harness) -> Result<Execution, String> {
    let made = site.run_as::<DataQuality>(&nine()).await;
    made.map(|made| made.execution).map_err(|error| format!("{}: {}", error.error_type(), error.chain()))
}

#[tokio::test]
async fn what_was_read_of_the_next_hour_says_nothing_of_this_one() {
    let next = || ("2026/10/31/09/02-00-000-x.jsonl", lines(500, 60, "09"));
    let of_this = |name: &'static str, hour| (name, lines(0, 60, hour));
    let cases = [
        vec![of_this("2026/10/31/08/x.parquet", "08"), next()],
        vec![of_this("2026/10/31/08/x.jsonl.zst", "08"), next()],
        vec![of_this("2026/10/31/08/x.parquet", "08"), ("2026/10/31/08/y.jsonl", String::new())],
        vec![of_this("2026/10/31/08/x.parquet", "08"), of_this("2026/10/31/08/y.jsonl", "07")],
        vec![of_this("2026/10/31/x.parquet", "08"), next()],
        vec![of_this("2026/10/31/09/02-00-000-x.jsonl.zst", "08"), next()],
        vec![of_this("2026/10/31/x.jsonl", "08"), next()],
        vec![of_this("2026/10/x.jsonl", "08"), next()],
        vec![of_this("x.jsonl", "08"), next()],
        vec![of_this("x.jsonl", "08")],
        vec![of_this("2026/10/31/25/x.jsonl", "08"), next()],
        vec![of_this("2026/10/31/morning/x.jsonl.gz", "08"), next()],
        vec![of_this("archive/x.jsonl", "08"), next()],
    ];
    for files in cases {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            for (name, text) in &files {
                site.put(&format!("{VARIANT}/{name}"), text.clone()).await;
            }
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            let told = &execution.exit_message;
            assert!(told.starts_with("Inconclusive: nothing was judged: "), "{}: {told}", files[0].0);
            let (name, ending) = (files[0].0, files[0].0.rsplit_once("/x").map_or("", |(_, ending)| ending));
            assert!(told.contains(name) || told.contains(&format!("1 {ending}")), "{name}: {told}");
            assert!(!told.contains("never captured"), "{told}");
        }
    }
}

#[tokio::test]
async fn an_hour_in_a_folder_of_another_name_is_an_error_whatever_was_read() {
    let cases: [(&str, &[&str]); 9] = [
        ("2026/10/31/8/x.jsonl", &["2026/10/31/09/02-00-000-y.jsonl"]),
        ("2026/10/31/8/x.jsonl", &["2026/10/31/08/y.jsonl"]),
        ("2026/10/31/9/x.jsonl", &["2026/10/31/08/y.jsonl"]),
        ("2026/10/31/hour=08/x.jsonl", &[]),
        ("2026-10-31/08/x.jsonl", &[]),
        ("2026-10-31/08/x.jsonl", &["2026/10/31/08/y.jsonl"]),
        ("2026-10-31/8/x.jsonl.gz", &["2026/10/31/08/y.jsonl"]),
        ("year=2026/month=10/day=31/hour=08/x.jsonl", &["2026/10/31/08/y.jsonl"]),
        // Captured once, though never in folders of data capture, and not in this hour.
        ("2026-10-30/08/x.jsonl", &[]),
    ];
    for (odd, read) in cases {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            for (place, name) in std::iter::once(&odd).chain(read).enumerate() {
                site.put(&format!("{VARIANT}/{name}"), lines(60 * place, 60, "08")).await;
            }
            let error = ran(&site).await.expect_err(odd);
            assert!(error.starts_with("MalformedInput") && error.contains(odd), "{odd}: {error}");
            assert!(error.contains("yyyy/mm/dd/hh"), "{error}");
        }
    }
}

/// An unpadded writer at ten o'clock, and the second hour of a window of two.
#[tokio::test]
async fn every_hour_of_a_window_is_looked_for() {
    for (odd, next) in [("2026/10/31/8", "2026/10/31/09"), ("2026/10/31/7", "2026/10/31/08")] {
        for site in Harness::both().await {
            let site = monitored(site).with("WINDOW", "PT2H");
            baseline(&site).await;
            site.put(&format!("{VARIANT}/{odd}/x.jsonl"), lines(0, 300, "08")).await;
            site.put(&format!("{VARIANT}/{next}/02-00-000-y.jsonl"), lines(300, 60, "07")).await;
            let mut invocation = nine();
            let length = SignedDuration::from_hours(2);
            invocation.trigger.window =
                Window::ending_at(time("2026-10-31T09:00:00Z"), length).expect("a window");
            let error = site.run_as::<DataQuality>(&invocation).await.expect_err(odd);
            assert_eq!(error.error_type(), "MalformedInput");
            assert!(error.chain().contains(odd), "{}", error.chain());
        }
    }
}

#[tokio::test]
async fn what_lies_beside_a_healthy_hour_is_told_without_a_page() {
    for (name, says) in [
        ("2026/10/31/08/x.parquet", "1 files of 2 were not read: 1 .parquet"),
        ("2026/10/31/08/x.jsonl.zst", "1 files of 2 were not read: 1 .jsonl.zst"),
        ("2026/10/31/25/x.jsonl", "1 files of 2 were not read: 1 in other folders"),
        ("archive/x.jsonl", "1 files of 2 were not read: 1 in other folders"),
    ] {
        for site in Harness::both().await {
            let site = monitored(site);
            baseline(&site).await;
            site.put(&format!("{VARIANT}/2026/10/31/08/y.jsonl"), lines(0, 60, "08")).await;
            site.put(&format!("{VARIANT}/{name}"), lines(60, 60, "08")).await;
            let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
            assert_eq!(execution.monitoring_execution_status, Status::CompletedWithViolations, "{name}");
            let found: Vec<_> =
                execution.judged.iter().map(|judged| (judged.check.as_str(), judged.severity)).collect();
            assert_eq!(found, [("capture_corrupt_check", Severity::Info)], "{name}");
            let report = site.json(&format!("{}/constraint_violations.json", super::traffic::RUN)).await;
            assert_eq!(report["violations"][0]["description"], says);
        }
    }
    // What is of another date, hidden or empty is nothing of this hour.
    for site in Harness::both().await {
        let site = monitored(site);
        baseline(&site).await;
        for name in [
            "2026/10/31/08/y.jsonl",
            "2026/10/31/7/x.jsonl",
            "2026-10-30/08/x.jsonl",
            "_archive/x.jsonl",
            "2026/10/31/.old/x.jsonl",
            "2026/10/31/08/_SUCCESS",
            "README.md",
        ] {
            site.put(&format!("{VARIANT}/{name}"), lines(0, 60, "08")).await;
        }
        let execution = site.run_twice_as::<DataQuality>(&nine()).await.execution;
        assert_eq!(execution.monitoring_execution_status, Status::Completed, "{}", execution.exit_message);
    }
}

#[tokio::test]
async fn what_cannot_be_read_says_what_was_expected_and_what_came() {
    let site = monitored(Harness::folder());
    baseline(&site).await;
    let hour = format!("{VARIANT}/2026/10/31/08");
    let whole = packed(&lines(0, 300, "08"));
    site.put(&format!("{hour}/a.jsonl"), lines(300, 60, "08")).await;
    site.put(&format!("{hour}/b.jsonl"), "x".repeat((16 << 20) + 3)).await;
    site.put(&format!("{hour}/c.jsonl.gz"), &whole[..whole.len() / 2]).await;
    let capture = ran(&site).await.expect("a verdict").capture.expect("lines");
    for (reason, expected, found) in [
        (LeftOut::Oversize, "a line of 16 MiB at most", "a line of 16777219 bytes"),
        (LeftOut::Gzip, "gzip, whole to its end", " lines, and then: "),
    ] {
        let sample = capture.samples.iter().find(|sample| sample.reason == reason).expect("a sample");
        assert_eq!(sample.expected, expected);
        assert!(sample.found.contains(found), "{}", sample.found);
    }
}

/// Which width is another one is known at the end of the window: the first record may be of it, or a later one.
#[tokio::test]
async fn the_first_record_of_another_width_is_a_sample_wherever_it_stands() {
    let narrow = |n| format!("{}\n", record(n, &("0.1".to_owned(), "30".to_owned())));
    let odd = format!("{}{}", narrow(0), narrow(1));
    for (text, line) in
        [(format!("{odd}{}", lines(60, 60, "08")), 1), (format!("{}{odd}", lines(60, 60, "08")), 61)]
    {
        for sampled in ["false", "true"] {
            let site = monitored(Harness::folder()).with("SAMPLE_PAYLOADS", sampled);
            baseline(&site).await;
            site.put(&format!("{VARIANT}/2026/10/31/08/a.jsonl"), text.clone()).await;
            let capture = ran(&site).await.expect("a verdict").capture.expect("lines");
            assert_eq!(capture.left_out, [(LeftOut::OtherWidth, 2)].into());
            let [sample] = capture.samples.as_slice() else { panic!("{:?}", capture.samples) };
            assert_eq!((sample.reason, sample.line), (LeftOut::OtherWidth, line));
            assert!(sample.object.ends_with("2026/10/31/08/a.jsonl"), "{}", sample.object);
            assert_eq!(sample.expected, "a record of 4 cells, as most of the window's rows");
            assert_eq!(sample.found, "a record of 2 cells");
            let shown = sample.excerpt.as_deref().map(|excerpt| excerpt.contains("captureData"));
            assert_eq!(shown, (sampled == "true").then_some(true));
        }
    }
}

/// Places that are read, and those that are not.
const READ: [&str; 4] = [
    "2026/10/31/08/{}.jsonl",
    "2026/10/31/08/{}.jsonl.gz",
    "2026/10/31/08/more/{}.jsonl",
    "2026/10/31/09/01-00-000-{}.jsonl",
];
const UNREAD: [&str; 26] = [
    "2026/10/31/08/{}.parquet",
    "2026/10/31/08/{}.jsonl.zst",
    "2026/10/31/08/{}",
    "2026/10/31/09/01-00-000-{}.jsonl.zst",
    "2026/10/31/8/{}.jsonl",
    "2026/10/31/8/{}.parquet",
    "2026/10/31/9/01-00-000-{}.jsonl",
    "2026/10/31/008/{}.jsonl.gz",
    "2026/10/31/0800/{}.jsonl",
    "2026/10/31/hour=08/{}.jsonl",
    "2026/10/31/08h/{}.jsonl",
    "2026/10/31/25/{}.jsonl",
    "2026/10/31/25/{}.parquet",
    "2026/10/31/{}.jsonl",
    "2026/10/31/{}.jsonl.gz",
    "2026/10/31/{}.parquet",
    "2026/10/{}.jsonl",
    "2026/10/31h/08/{}.jsonl",
    "2026/1031/08/{}.jsonl",
    "2026/{}.jsonl",
    "{}.jsonl",
    "archive/{}.jsonl",
    "31-10-2026/08/{}.jsonl",
    "2026-10-31/08/{}.jsonl",
    "2026103108/{}.jsonl",
    "year=2026/month=10/day=31/hour=08/{}.jsonl",
];
/// Places of what is no record of this window, with the hour of its records.
const NOTHING: [(&str, &str); 10] = [
    ("2026/10/31/08/{}.jsonl", "07"),
    ("2026/10/31/09/01-00-000-{}.jsonl", "09"),
    ("2026/10/31/09/30-00-000-{}.jsonl", "09"),
    ("2026/10/31/7/{}.jsonl", "07"),
    ("2026-10-30/08/{}.jsonl", "07"),
    ("2026/10/31/08/_{}", "07"),
    ("2026/10/31/.{}", "07"),
    ("_old/{}.jsonl", "08"),
    ("notes/{}.txt", "08"),
    ("../blue/2026/10/31/08/{}.jsonl", "08"),
];

/// A tree and what lies in it.
struct Tree {
    site: Harness,
    places: Vec<String>,
    read: u64,
    unread: usize,
    linked_folders: usize,
}

impl Tree {
    async fn drawn(draw: &mut fastrand::Rng, baseline: &[(String, Vec<u8>)]) -> Self {
        let site = monitored(Harness::folder());
        for (key, bytes) in baseline {
            site.put(key, bytes.clone()).await;
        }
        // Captured once, so that a quiet hour is one.
        site.put(&format!("{VARIANT}/2026/10/30/08/x.jsonl"), lines(9_000, 1, "07")).await;
        let mut tree = Self { site, places: Vec::new(), read: 0, unread: 0, linked_folders: 0 };
        for piece in 0..draw.usize(0..5) {
            tree.put(piece, draw).await;
        }
        tree
    }

    async fn put(&mut self, piece: usize, draw: &mut fastrand::Rng) {
        let (place, hour) = match draw.usize(0..3) {
            0 => (READ[draw.usize(0..READ.len())], "08"),
            1 => (UNREAD[draw.usize(0..UNREAD.len())], "08"),
            _ => NOTHING[draw.usize(0..NOTHING.len())],
        };
        let text = lines(60 * piece, 60, hour);
        let mut bytes = if place.ends_with(".gz") { packed(&text) } else { text.into_bytes() };
        let is_read = READ.contains(&place) && hour == "08";
        let mut is_unread = UNREAD.contains(&place);
        let mut fate = "";
        if is_read && place.ends_with(".gz") && draw.bool() {
            bytes.truncate(bytes.len() - 30);
            (fate, is_unread) = (", cut", true);
        } else if draw.u8(0..6) == 0 {
            bytes.clear();
            fate = ", empty";
        }
        let is_empty = bytes.is_empty();
        let name = place.replace("{}", &format!("f{piece}"));
        let root = self.site.uri();
        let file = Path::new(&root).join(VARIANT).join(&name);
        if draw.u8(0..3) == 0 {
            // Behind a link: to the file, or to a folder on the way that is not there yet.
            let missing: Vec<_> = file.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
            let link = missing.get(draw.usize(0..=missing.len())).copied().unwrap_or(&file);
            let below = file.strip_prefix(link).expect("an ancestor").to_str().expect("text");
            let away = format!("away/{piece}");
            let put = if below.is_empty() { away.clone() } else { format!("{away}/{below}") };
            self.site.put(&put, bytes).await;
            std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
            symlink(Path::new(&root).join(away), link).expect("a link");
            self.linked_folders += usize::from(link != file);
        } else {
            // A store writes through no link; whoever captured did.
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(&file, bytes).expect("a file");
        }
        // An empty file beside the way may be told, and need not be; nothing is no gzip.
        let may_be_told = is_empty && (is_unread || place.ends_with(".gz"));
        self.places.push(format!("{name}{fate}{}", if may_be_told { ", may be told" } else { "" }));
        self.unread += usize::from(is_unread && !is_empty);
        self.read += if is_read && !is_unread && !is_empty { 60 } else { 0 };
    }
}

#[tokio::test]
async fn records_of_the_window_that_lie_unread_show_in_how_the_run_ends() {
    let of_baseline = monitored(Harness::folder());
    baseline(&of_baseline).await;
    let baseline: Vec<_> = of_baseline.tree().await.into_iter().collect();
    let mut ended = std::collections::BTreeMap::<String, usize>::new();
    let mut linked_folders = 0;
    for seed in 0..400 {
        let tree = Tree::drawn(&mut fastrand::Rng::with_seed(seed), &baseline).await;
        let story = format!("seed {seed}: {:?}", tree.places);
        linked_folders += tree.linked_folders;
        let execution = match ran(&tree.site).await {
            Ok(execution) => execution,
            Err(error) => {
                assert!(
                    error.starts_with("MalformedInput") && error.contains("yyyy/mm/dd/hh"),
                    "{story}: {error}"
                );
                assert!(tree.unread > 0 || story.contains("may be told"), "{story}: {error}");
                *ended.entry("error".to_owned()).or_default() += 1;
                continue;
            }
        };
        let (status, told) = (execution.monitoring_execution_status, &execution.exit_message);
        *ended.entry(status.to_string()).or_default() += 1;
        let is_healthy = matches!(status, Status::Completed | Status::CompletedNoData);
        assert!(!(is_healthy && tree.unread > 0), "{story}: {told}");
        let capture = execution.capture.expect("lines");
        assert_eq!(capture.used + capture.left_out.values().sum::<u64>(), capture.lines, "{story}");
        assert!(capture.used >= tree.read, "{story}: {capture:?}");
        if tree.unread == 0 && !story.contains("may be told") {
            let expected = if tree.read > 0 { Status::Completed } else { Status::CompletedNoData };
            assert_eq!((status, capture.used), (expected, tree.read), "{story}: {told}");
        }
    }
    // All ends were seen.
    assert!(ended.len() >= 5, "{ended:?}");
    assert!(linked_folders > 50, "{linked_folders}");
}
