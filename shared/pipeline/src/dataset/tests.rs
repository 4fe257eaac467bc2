use super::*;
use crate::progress::nobody;
use bellwether_analysis::delimited::{Delimited, Dialect};
use bellwether_contract::json::to_vec;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use tempfile::TempDir;

const HEADED: Format = Format::Csv { header: true, dialect: Dialect::Rfc4180, delimiter: b',' };
const HEADLESS: Format = Format::Csv { header: false, dialect: Dialect::Rfc4180, delimiter: b',' };

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

async fn read(threads: usize, path: &Path, format: Format) -> Result<Profiled, RunError> {
    on(threads, &Location::Folder(path.to_owned()), &format.into()).await
}

async fn on(threads: usize, location: &Location, description: &Description) -> Result<Profiled, RunError> {
    profile_on(threads, location, files::files(location, None).await?, description, &nobody).await
}

/// The error of files below a prefix.
async fn fault(files: &[(&str, &[u8])], format: Format) -> (String, &'static str) {
    let folder = folder(files);
    let error = read(2, folder.path(), format).await.unwrap_err();
    (error.to_string().replace(&folder.path().display().to_string(), "DIR"), error.error_type())
}

fn statistics(table: &TableProfile) -> String {
    String::from_utf8(to_vec(&table.observe().statistics).unwrap()).unwrap()
}

/// More than a few blocks: numbers, few texts, many texts, gaps, quotes, and every eleventh record broken.
fn mixed() -> String {
    let mut text = "id,price,shelf,note,\"a, b\"\n".to_owned();
    for row in 0..60_000_u32 {
        let scrambled = row.wrapping_mul(2_654_435_761);
        let price = f64::from(scrambled % 100_000) / 100.0;
        let gap = if row % 7 == 0 { "" } else { "x" };
        let _ = match row % 11 {
            10 => writeln!(text, "{row},broken"),
            _ => writeln!(text, "{row},{price},s{},\"{scrambled:x}, \"\"{gap}\"\"\",{gap}", row % 40),
        };
    }
    text
}

#[tokio::test]
async fn the_number_of_threads_changes_no_byte() {
    let text = mixed();
    assert!(text.len() > 6 * bellwether_analysis::delimited::BLOCK_BYTES);
    let mut whole = Delimited::with_header(Dialect::Rfc4180, "train.csv");
    let mut table = TableProfile::with_columns(["id", "price", "shelf", "note", "a, b"].map(str::to_owned));
    whole.push(text.as_bytes(), &mut |block| table.push_rows(&block.rows)).unwrap();
    whole.finish(&mut |block| table.push_rows(&block.rows)).unwrap();

    let folder = folder(&[("train.csv", text.as_bytes())]);
    for threads in [1, 2, 3, 64] {
        let read = read(threads, &folder.path().join("train.csv"), HEADED).await.unwrap();
        assert_eq!(statistics(&read.table), statistics(&table), "{threads} threads");
        assert_eq!(read.left_out.by_reason, [(LeftOut::RaggedRows, 60_000 / 11)].into());
        assert_eq!((read.records(), read.files, read.size_bytes), (60_000, 1, text.len() as u64));
        let lines: Vec<_> = read.left_out.samples.iter().map(|sample| sample.line).collect();
        assert_eq!(lines, (0..20).map(|n| 12 + 11 * n).collect::<Vec<_>>());
        let sample = &read.left_out.samples[1];
        assert_eq!(sample.in_words(), "a row of 2 cells (expected: rows of 5 cells as the first)");
        assert_eq!(sample.excerpt, None, "nobody asked for it");
    }
}

#[tokio::test]
async fn files_are_profiled_alone_and_merged_in_key_order() {
    let files: [(&str, &[u8]); 5] = [
        ("part-1.csv", b"a,b\n1,x\n2,y\n"),
        ("2/part-0.csv", b"a,b\n3,\n"),
        ("_SUCCESS", b""),
        (".part-1.csv.crc", b"\x00\x01"),
        ("part-2.csv", b""),
    ];
    let folder = folder(&files);
    let mut parts = Vec::new();
    for (name, _) in [&files[1], &files[0]] {
        parts.push(read(2, &folder.path().join(name), HEADED).await.unwrap().table);
    }
    let mut merged = TableProfile::default();
    parts.iter().for_each(|part| merged.merge(part));
    let whole = read(2, folder.path(), HEADED).await.unwrap();
    assert_eq!(statistics(&whole.table), statistics(&merged));
    assert_eq!((whole.files, whole.table.rows()), (2, 3));
}

#[tokio::test]
async fn columns_without_names_are_those_of_the_first_file() {
    let folder = folder(&[("1.csv", b"1,x\n2,y\n"), ("2.csv", b"1,2,3\n4,z\n")]);
    let read = read(2, folder.path(), HEADLESS).await.unwrap();
    assert_eq!(read.table.names(), ["_c0", "_c1"]);
    assert_eq!((read.table.rows(), read.left_out.count()), (3, 1));
}

#[tokio::test]
async fn json_lines_are_columns_by_name() {
    let lines = b"{\"b\": 1, \"a\": \"x\"}\n\n{\"a\": \"y\"}\n{\"a\": [1]}\n{\"a\"\n{\"c\": true}\n";
    let folder = folder(&[("1.jsonl", lines), ("2.jsonl", b"{\"b\": 2.5}\n")]);
    let read = read(2, folder.path(), Format::JsonLines).await.unwrap();
    assert_eq!(read.table.names(), ["a", "b", "c"]);
    assert_eq!(read.table.rows(), 4);
    assert_eq!(read.left_out.by_reason, [(LeftOut::Json, 1), (LeftOut::NotFlat, 1)].into());
    assert_eq!(read.left_out.samples[0].line, 4);
}

#[tokio::test]
async fn a_link_that_is_named_is_followed() {
    let folder = folder(&[("a/train.csv", b"a\n1\n")]);
    let link = folder.path().join("latest");
    std::os::unix::fs::symlink(folder.path().join("a"), &link).unwrap();
    assert_eq!(read(1, &link, HEADED).await.unwrap().table.rows(), 1);
}

#[tokio::test]
async fn files_of_other_columns_are_refused_by_name() {
    let first: (&str, &[u8]) = ("1.csv", b"a,b\n1,2\n");
    for (other, told) in [
        (&b"a,c\n1,2\n"[..], "column 2 of DIR/2.csv is \"c\", of DIR/1.csv \"b\""),
        (&b"a\n"[..], "column 2 of DIR/2.csv is not there, of DIR/1.csv \"b\""),
        (&b"a,b,c"[..], "column 3 of DIR/2.csv is \"c\", of DIR/1.csv not there"),
    ] {
        let (error, kind) = fault(&[first, ("2.csv", other)], HEADED).await;
        assert!(error.starts_with(told) && kind == "HeadersDiffer", "{error}");
    }
}

#[tokio::test]
async fn what_is_no_dataset_is_refused_with_its_reason() {
    let cases: [(&[u8], Format, &str, &str); 10] = [
        (b"a,a\n1,2\n", HEADED, "HeaderUnusable", "both named \"a\""),
        (b"\n", HEADED, "HeaderUnusable", "there is none"),
        (b"a,b", HEADED, "NoRows", "DIR has no rows"),
        (b"\n\n", HEADLESS, "NoRows", "DIR has no rows"),
        (b"\x1f\x8b\x08\x00", HEADED, "MalformedInput", "DIR/d: is gzip"),
        (b"\x1f\x8b\x08\x00", Format::JsonLines, "MalformedInput", "DIR/d: is gzip"),
        (
            b"a,b\n1,2\n3,\"x\n4,5\n",
            HEADED,
            "MalformedInput",
            "DIR/d, line 3: a quote is opened in line 3 and never closed",
        ),
        (b"1,\"x\n", HEADLESS, "MalformedInput", "DIR/d, line 1: a quote is opened"),
        (b"PAR1\x15\x04", HEADLESS, "MalformedInput", "DIR/d: is Parquet"),
        (
            b"a,b\n1,2\n1\n2\n",
            HEADED,
            "MostlyLeftOut",
            "DIR: 2 of 3 records could not be read (2 ragged_rows), the first in line 3 of DIR/d: a row of 1 cell (expected: \
             rows of 2 cells as the first); check",
        ),
    ];
    for (bytes, format, kind, told) in cases {
        let (error, found) = fault(&[("d", bytes)], format).await;
        assert!(error.contains(told) && found == kind, "{found}: {error}");
    }
}

#[tokio::test]
async fn nothing_at_all_is_not_found() {
    assert_eq!(fault(&[("_SUCCESS", b"")], HEADED).await.1, "ObjectNotFound");
    let folder = folder(&[]);
    let missing = read(1, &folder.path().join("train.csv"), HEADED).await.unwrap_err();
    assert_eq!(missing.error_type(), "ObjectNotFound");
    assert!(missing.to_string().contains("train.csv"), "{missing}");
}

#[tokio::test]
async fn half_of_the_records_may_be_left_out() {
    let folder = folder(&[("d", b"a,b\n1,2\n1\n")]);
    assert_eq!(read(1, folder.path(), HEADED).await.unwrap().share_left_out(), 0.5);
}

#[tokio::test]
async fn who_watches_hears_of_bytes() {
    let text = mixed();
    let folder = folder(&[("train.csv", text.as_bytes())]);
    let heard = Mutex::new(Vec::new());
    let watcher = |step| heard.lock().unwrap().push(step);
    let location = Location::Folder(folder.path().to_owned());
    profile(&location, None, &HEADED.into(), &watcher).await.unwrap();
    let heard = heard.into_inner().unwrap();
    let total = text.len() as u64;
    assert!(!heard.is_empty());
    for step in heard {
        let Step::Dataset { done_bytes, total_bytes } = step else { panic!("{step:?}") };
        assert!(done_bytes <= total && total_bytes == total);
    }
}

#[tokio::test]
async fn rows_are_read_by_the_declared_columns_of_their_traffic() {
    let file = br#"{"columns": ["y", "age", "id"], "drop": ["id"], "rename": {"y": "churn"}, "missing": {"age": ["-1"]}}"#;
    let selection = Selection::parse("columns.json", file).unwrap();
    let mut rows = "1,-1,7\n0,31,8\n".repeat(40_000);
    rows.push_str("0,40,9\n");
    let folder = folder(&[("d", rows.as_bytes())]);
    let mut written = Vec::new();
    for threads in [1, 3] {
        let described = Description { selection: selection.clone(), ..HEADLESS.into() };
        let location = Location::Folder(folder.path().to_owned());
        let read = on(threads, &location, &described).await.unwrap();
        assert_eq!(read.table.names(), ["churn", "age"]);
        let observed = read.table.observe();
        assert_eq!((observed.types[1].integral, observed.types[1].missing), (40_001, 40_000));
        written.push(statistics(&read.table));
    }
    assert_eq!(written[0], written[1]);
}

#[tokio::test]
async fn what_was_forgotten_is_hinted_at() {
    let hints = async |text: &str, format: Format| {
        let folder = folder(&[("d", text.as_bytes())]);
        let read = read(1, folder.path(), format).await.unwrap();
        let (statistics, _) = read.suggest();
        read.first_record.hints(&format.into(), &statistics).join("\n")
    };
    assert!(hints("id;age\n1;2\n", HEADED).await.contains("give --delimiter ';'"));
    assert!(hints("id\tage\n1\t2\n", HEADED).await.contains("give --delimiter tab"));
    assert!(hints("1;x\n1;y\n", HEADLESS).await.contains("give --delimiter ';'"));
    assert!(hints("id,city\n1,x\n2,y\n", HEADLESS).await.contains("give --header"));
    for (text, format) in [("id,city\n1,x\n", HEADED), ("1,x\n2,y\n", HEADLESS), ("a\n1\n", HEADED)] {
        assert_eq!(hints(text, format).await, "", "{text}");
    }
}

#[tokio::test]
async fn a_header_in_the_middle_is_no_row_and_is_told_by_its_line() {
    let folder = folder(&[("d", b"id,age\n1,2\nid,age\n3,4\n")]);
    let read = read(1, folder.path(), HEADED).await.unwrap();
    assert_eq!((read.table.rows(), read.left_out.count(), read.header_rows.count), (2, 0, 1));
    assert_eq!(read.header_rows.first.unwrap().1, 3);
}

#[tokio::test]
async fn a_mark_in_front_costs_no_record_and_words_for_no_number_are_counted() {
    let folder = folder(&[
        ("1", b"\xef\xbb\xbf{\"a\":100}\n{\"a\":NaN}\n"),
        ("2", b"\xef\xbb\xbf\n{\"a\":-Infinity}"),
    ]);
    let read = read(1, folder.path(), Format::JsonLines).await.unwrap();
    assert_eq!((read.table.rows(), read.left_out.count(), read.non_finite), (3, 0, 2));
}
