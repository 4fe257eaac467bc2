//! What is measured, whatever comes before it: over a real profile, so that what counts is what reached it.

use super::*;
use crate::captured_rows::{CapturedRows, Columns};
use bellwether_contract::window::Window;
use proptest::prelude::*;
use std::collections::BTreeMap;

const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// How a record comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copy {
    Whole,
    /// Its payload is cut.
    Broken,
    /// It has no response.
    OneSided,
}

/// A record of one number; `id` is what follows `"eventId":`, or empty.
fn line(id: &str, time: &str, inference_id: &str, number: u32, copy: Copy) -> String {
    let output = match copy {
        Copy::Whole => format!(r#","endpointOutput":{{"data":"{number}","encoding":"CSV"}}"#),
        Copy::Broken => format!(r#","endpointOutput":{{"data":"\"{number}","encoding":"CSV"}}"#),
        Copy::OneSided => String::new(),
    };
    let id = if id.is_empty() { String::new() } else { format!(r#""eventId":{id},"#) };
    format!(
        r#"{{"captureData":{{"endpointInput":{{"data":"0","encoding":"CSV"}}{output}}},"eventMetadata":{{{id}"inferenceId":"{inference_id}","inferenceTime":"{time}"}},"eventVersion":"0"}}"#
    )
}

fn whole(id: &str, time: &str, number: u32) -> String {
    line(&format!("\"{id}\""), &format!("2026-10-31T{time}Z"), "web", number, Copy::Whole)
}

/// What came of some lines.
#[derive(Debug, Default, PartialEq)]
struct Came {
    /// The numbers that were measured: how many, and their sum.
    measured: (u64, f64),
    no_id: u64,
    left_out: BTreeMap<LeftOut, u64>,
}

fn window() -> Window {
    Window::new("2026-10-31T08:00:00Z".parse().unwrap(), "2026-10-31T09:00:00Z".parse().unwrap()).unwrap()
}

/// Feeds files of lines, as the pipeline does.
fn feed<'l>(filter: &mut WindowFilter, files: impl IntoIterator<Item = &'l [String]>) -> Came {
    feed_more(filter, Came::default(), files)
}

/// The same behind files of which this came; what is measured is of these alone.
fn feed_more<'l>(
    filter: &mut WindowFilter,
    mut came: Came,
    files: impl IntoIterator<Item = &'l [String]>,
) -> Came {
    let mut profile = CapturedRows::new(Columns::default());
    for file in files {
        filter.next_file();
        profile.merge(&came.read(filter, file));
    }
    came.measured_in(profile)
}

/// The same, where every file is read ahead of its turn. How many of them were admitted comes with it.
fn feed_ahead<'l>(filter: &mut WindowFilter, files: impl IntoIterator<Item = &'l [String]>) -> (Came, usize) {
    let (mut profile, mut came, mut admitted) = (CapturedRows::new(Columns::default()), Came::default(), 0);
    for file in files {
        let (mut alone, mut of_file) = (filter.ahead(), Came::default());
        let part = of_file.read(&mut alone, file);
        filter.next_file();
        if filter.admit(&alone) {
            admitted += 1;
            came.no_id += of_file.no_id;
            of_file
                .left_out
                .into_iter()
                .for_each(|(reason, lines)| *came.left_out.entry(reason).or_insert(0) += lines);
            profile.merge(&part);
        } else {
            profile.merge(&came.read(filter, file));
        }
    }
    (came.measured_in(profile), admitted)
}

impl Came {
    /// Reads a file, and counts what comes of its lines.
    fn read(&mut self, filter: &mut WindowFilter, lines: &[String]) -> CapturedRows {
        let empty = CapturedRows::new(Columns::default());
        let (mut part, mut copies) = (empty.empty(), empty.empty());
        for line in lines {
            let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
            match filter.measure(&record, &mut part, &mut copies) {
                Ok(noted) => {
                    self.no_id += noted.no_id;
                    if noted.no_copies > 0 {
                        let copies = self.left_out.remove(&LeftOut::Duplicate).expect("copies before");
                        self.left_out.extend(
                            (copies > noted.no_copies)
                                .then(|| (LeftOut::Duplicate, copies - noted.no_copies)),
                        );
                    }
                }
                Err(rejected) => *self.left_out.entry(rejected.reason).or_insert(0) += 1,
            }
        }
        part
    }

    fn measured_in(mut self, profile: CapturedRows) -> Self {
        let (table, _) = profile.finish();
        let statistics = table.observe().statistics;
        let sum = statistics.features.first().and_then(|feature| feature.numerical_statistics.as_ref());
        self.measured =
            (statistics.dataset.item_count, sum.map_or(0.0, |numbers| numbers.sum.unwrap_or_default()));
        self
    }
}

fn of(lines: &[String]) -> Came {
    feed(&mut WindowFilter::new(window()), [lines])
}

#[test]
fn every_reason_is_told_and_the_first_counts() {
    let at = |id: &str, time: &str, inference_id: &str, copy| {
        line(&format!("\"{id}\""), &format!("2026-10-31T{time}Z"), inference_id, 1, copy)
    };
    let lines = [
        at("a", "08:00:00", "web-1", Copy::Whole),
        at("a", "08:00:00", "web-1", Copy::Whole),
        // A record of the next hour makes its own later copy no duplicate.
        at("b", "09:00:00", "web-2", Copy::Whole),
        at("b", "08:59:59", "web-2", Copy::Whole),
        at("c", "08:10:00", "replay-2026103109-0", Copy::Whole),
        at("c", "07:10:00", "replay-2026103109-0", Copy::Whole),
        at("d", "08:10:00", "web-3", Copy::OneSided),
        at("d", "08:10:00", "web-3", Copy::Whole),
        at("e", "08:10:00", "web-4", Copy::Broken),
    ];
    let left_out = [
        (LeftOut::UnclosedQuote, 1),
        (LeftOut::NoOutput, 1),
        (LeftOut::OutsideWindow, 1),
        (LeftOut::Replay, 2),
        (LeftOut::Duplicate, 1),
    ];
    assert_eq!(of(&lines), Came { measured: (3, 3.0), no_id: 0, left_out: left_out.into() });
}

#[test]
fn above_the_limit_duplicates_are_found_within_a_file_and_that_is_said() {
    let file = |ids: &[&str]| ids.iter().map(|id| whole(id, "08:00:00", 1)).collect::<Vec<_>>();
    let mut filter = WindowFilter::with_limit(window(), 2);
    let came = feed(&mut filter, [&file(&["a", "b", "c", "c"])[..], &file(&["c", "c"])]);
    assert_eq!((came.measured.0, came.left_out), (4, [(LeftOut::Duplicate, 2)].into()));
    assert_eq!(filter.scope(), DuplicateScope::InFile);
}

#[test]
fn records_without_an_id_are_all_measured_and_counted() {
    for id in ["", "null", r#""""#, r#"" ""#, &format!("\"{NIL}\"")] {
        let time = "2026-10-31T08:00:00Z";
        let mut lines: Vec<_> = (1..=5).map(|number| line(id, time, "web", number, Copy::Whole)).collect();
        lines.push(line(id, time, "web", 5, Copy::Whole));
        assert_eq!(of(&lines), Came { measured: (6, 20.0), no_id: 6, left_out: BTreeMap::new() }, "{id}");
    }
}

#[test]
fn an_id_that_all_records_share_hides_one_of_them_at_most() {
    for id in ["unknown", "842e7fc2-2954-4a6e-b12a-a1f6d42fddbb"] {
        let each = |time: fn(u32) -> String| {
            (0..100_u32).map(|number| whole(id, &time(number), number)).collect::<Vec<_>>()
        };
        // Each in its own second: none is hidden.
        let came = of(&each(|number| format!("08:{:02}:{:02}", number / 60, number % 60)));
        assert_eq!(came, Came { measured: (100, 4_950.0), no_id: 100, left_out: BTreeMap::new() });
        // All in one second: the second one is taken for a copy of the first.
        let came = of(&each(|_| "08:00:00".to_owned()));
        let left_out = [(LeftOut::Duplicate, 1)].into();
        assert_eq!(came, Came { measured: (99, 4_949.0), no_id: 99, left_out });
    }
}

/// What was taken for copies and is measured after all counts with what was missing in it.
#[test]
fn each_record_of_an_id_that_is_nobodys_brings_its_header_and_its_missing_numbers() {
    let record = serde_json::json!({"captureData": {
            "endpointInput": {"data": "a,b\n2,3", "encoding": "CSV"},
            "endpointOutput": {"data": "{\"y\": NaN}", "encoding": "JSON"}},
        "eventMetadata": {"eventId": "unknown", "inferenceTime": "2026-10-31T08:00:00Z"}, "eventVersion": "0"});
    let names = ["y", "a", "b"].map(str::to_owned).to_vec();
    let columns = Columns { baseline: Some(names), ..Columns::default() };
    let (mut filter, line) = (WindowFilter::new(window()), record.to_string());
    filter.next_file();
    let mut profile = CapturedRows::new(columns);
    let mut copies = profile.empty();
    let (mut non_finite, mut header_rows) = (0, 0);
    for _ in 0..20 {
        let record = CaptureRecord::from_line(line.as_bytes()).unwrap();
        if let Ok(noted) = filter.measure(&record, &mut profile, &mut copies) {
            non_finite += noted.non_finite;
            header_rows += noted.header_rows;
        }
    }
    let measured = profile.finish().0.observe().statistics.dataset.item_count;
    assert_eq!((measured, non_finite, header_rows), (20, 20, 20));
}

#[test]
fn an_id_that_comes_often_in_one_second_is_nobodys_even_where_all_else_is_equal() {
    let equal = |count: usize| vec![whole("unknown", "08:00:00", 7); count];
    let most = usize::from(crate::repeats::MOST_COPIES);
    // One record and its copies, as many as there may be.
    let left_out = [(LeftOut::Duplicate, most as u64)].into();
    assert_eq!(of(&equal(1 + most)), Came { measured: (1, 7.0), no_id: 0, left_out });
    for count in [2 + most, 3 + most, 300] {
        let all = Came {
            measured: (count as u64, 7.0 * count as f64),
            no_id: count as u64,
            left_out: BTreeMap::new(),
        };
        assert_eq!(of(&equal(count)), all, "{count}");
        // In whatever files.
        let lines = equal(count);
        let came = feed(&mut WindowFilter::new(window()), lines.chunks(3));
        assert_eq!(came, all, "{count} in many files");
    }
    // Copies of another record stay copies.
    let mut lines = equal(300);
    lines.extend(vec![whole("known", "08:00:00", 1); 2]);
    let left_out = [(LeftOut::Duplicate, 1)].into();
    assert_eq!(of(&lines), Came { measured: (301, 2_101.0), no_id: 300, left_out });
}

#[test]
fn a_copy_in_other_letters_is_a_copy() {
    let (one, other) = (whole("a", "08:00:00", 7), r#""data":"\u0037","#);
    let written_anew = one.replace(r#""data":"7","#, other);
    assert_ne!(one, written_anew);
    let came = of(&[one.clone(), written_anew.clone(), one, written_anew]);
    assert_eq!(came, Came { measured: (1, 7.0), no_id: 0, left_out: [(LeftOut::Duplicate, 3)].into() });
}

/// Records with an id of their own, and for each how it comes, at least once whole.
fn records() -> impl Strategy<Value = Vec<(usize, Copy)>> {
    let copies =
        prop::collection::vec(prop_oneof![Just(Copy::Whole), Just(Copy::Broken), Just(Copy::OneSided)], 0..4);
    prop::collection::vec(copies, 1..200).prop_flat_map(|records| {
        let all: Vec<(usize, Copy)> = records
            .into_iter()
            .enumerate()
            .flat_map(|(n, more)| std::iter::once(Copy::Whole).chain(more).map(move |copy| (n, copy)))
            .collect();
        Just(all).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever copies there are, and in whatever order and files: the good one counts once, and every count is the same.
    #[test]
    fn of_all_copies_in_any_order_the_good_one_counts_once(all in records(), uuids: bool, cut in 0.0..1.0_f64) {
        let lines: Vec<String> = all
            .iter()
            .map(|(n, copy)| {
                let id = if uuids { format!("\"00000000-0000-4000-8000-{n:012}\"") } else { format!("\"event {n}\"") };
                // Many in one second, and the same payload under many ids.
                let time = format!("2026-10-31T08:00:{:02}Z", n % 7);
                line(&id, &time, "web", (n % 50) as u32, *copy)
            })
            .collect();
        let count = |wanted: Copy| all.iter().filter(|(_, copy)| *copy == wanted).count() as u64;
        let records = all.iter().map(|(n, _)| n + 1).max().unwrap_or_default();
        let sum: usize = (0..records).map(|n| n % 50).sum();
        let left_out = [
            (LeftOut::Duplicate, count(Copy::Whole) - records as u64),
            (LeftOut::UnclosedQuote, count(Copy::Broken)),
            (LeftOut::NoOutput, count(Copy::OneSided)),
        ];
        let left_out = left_out.into_iter().filter(|(_, count)| *count > 0).collect();
        let expected = Came { measured: (records as u64, sum as f64), no_id: 0, left_out };
        let (first, second) = lines.split_at((lines.len() as f64 * cut) as usize);
        prop_assert_eq!(feed(&mut WindowFilter::new(window()), [first, second]), expected);
    }

    /// Copies, shared ids and broken lines within files and across them, and limits that are reached or not: reading ahead changes
    /// nothing, not even what becomes of files that come later.
    #[test]
    fn files_that_are_read_ahead_come_to_what_they_come_to_in_turn(files in files(), limit in prop_oneof![Just(MAX_IDS), 1..40_usize]) {
        let files: Vec<Vec<String>> = files.iter().map(|file| file.iter().enumerate().map(|(place, (n, copy))| numbered(place, *n, *copy)).collect()).collect();
        let (mut in_turn, mut ahead) = (WindowFilter::with_limit(window(), limit), WindowFilter::with_limit(window(), limit));
        let expected = feed(&mut in_turn, files.iter().map(Vec::as_slice));
        let (came, _) = feed_ahead(&mut ahead, files.iter().map(Vec::as_slice));
        prop_assert_eq!(&came, &expected);
        prop_assert_eq!(ahead.scope(), in_turn.scope());
        // Each of them remembers the same.
        let again = feed_more(&mut in_turn, expected, files.iter().map(Vec::as_slice));
        prop_assert_eq!(feed_more(&mut ahead, came, files.iter().map(Vec::as_slice)), again);
    }
}

/// Numbers up to 9 come again in any file, those above are the file's own.
fn files() -> impl Strategy<Value = Vec<Vec<(usize, Copy)>>> {
    let copy = || prop_oneof![8 => Just(Copy::Whole), 1 => Just(Copy::Broken), 1 => Just(Copy::OneSided)];
    let own = |file: usize| {
        prop::collection::vec(((0..15_usize).prop_map(move |n| 10 + 15 * file + n), copy()), 0..20)
    };
    let mixed = || prop::collection::vec((0..10_usize, copy()), 0..30);
    (0..6).map(|file| prop_oneof![own(file).boxed(), mixed().boxed()]).collect::<Vec<_>>()
}

/// Records of one number have one second and one content, save those of 0 and 1, whose ids many share.
fn numbered(place: usize, n: usize, copy: Copy) -> String {
    let (second, number) = match n {
        0 => (place % 3, 7),
        1 => (1, (place % 3) as u32),
        n => (n % 7, n as u32),
    };
    line(&format!("\"event {n}\""), &format!("2026-10-31T08:00:{second:02}Z"), "web", number, copy)
}

#[test]
fn files_apart_from_those_before_are_admitted_and_others_are_read_in_turn() {
    let file = |ids: &[&str]| ids.iter().map(|id| whole(id, "08:00:00", 1)).collect::<Vec<_>>();
    let files = [file(&["a", "b", "b"]), file(&["c"]), file(&["d", "a"]), file(&[]), file(&["e"])];
    let mut filter = WindowFilter::new(window());
    let (came, admitted) = feed_ahead(&mut filter, files.iter().map(Vec::as_slice));
    assert_eq!((came.measured.0, came.left_out, admitted), (5, [(LeftOut::Duplicate, 2)].into(), 4));
    assert_eq!(filter.scope(), DuplicateScope::InWindow);
    filter.next_part();
    assert_eq!(filter.scope(), DuplicateScope::InPart);
    assert_eq!(
        feed(&mut filter, [&files[0][..]]).measured.0,
        2,
        "another part knows nothing of the ones before"
    );
}
