//! Files that pyarrow 26 wrote, and what it says stands in them (`pyarrow/rows.jsonl`).

use super::*;
use bytes::Bytes;

const ROWS: &str = include_str!("pyarrow/rows.jsonl");

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("pyarrow/", $name, ".parquet")).as_slice()
    };
}

fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let file = Bytes::copy_from_slice(bytes);
    let read: Result<u64, ContractError> = each_line("f.parquet", file, &mut |line| {
        lines.push(String::from_utf8(line.to_vec()).unwrap());
        Ok(())
    });
    let rows = read.map_err(|error| error.to_string())?;
    assert_eq!(rows, lines.len() as u64);
    Ok(lines)
}

/// The rows with these columns alone.
fn rows(columns: &[&str]) -> Vec<String> {
    let of = |line: &str| {
        let cell = |name: &&str| {
            let start = line.find(&format!("\"{name}\":")).unwrap();
            let rest = &line[start..];
            let end = rest.find(",\"").unwrap_or(rest.len() - 1);
            rest[..end].to_owned()
        };
        format!("{{{}}}", columns.iter().map(cell).collect::<Vec<_>>().join(","))
    };
    ROWS.lines().map(of).collect()
}

#[test]
fn every_type_is_what_pyarrow_says_however_it_is_packed() {
    let expected: Vec<String> = ROWS.lines().map(str::to_owned).collect();
    for (name, bytes) in [
        ("none", file!("none")),
        ("snappy", file!("snappy")),
        ("gzip", file!("gzip")),
        ("plain_v2", file!("plain_v2")),
    ] {
        assert_eq!(read(bytes), Ok(expected.clone()), "{name}");
    }
    assert_eq!(read(file!("delta")), Ok(rows(&["whole", "wide", "text", "double"])));
    assert_eq!(read(file!("int96")), Ok(rows(&["milli"])));
    let others = [
        r#"{"id":"00000000-0000-0000-0000-000000000007","half":0.5,"ns":"1970-01-01 00:00:00.000000001"}"#,
        r#"{"id":"00000010-0000-0000-0000-000000000007","half":-65504.0,"ns":"2001-09-09 01:46:40.000000005"}"#,
        r#"{"id":"00000020-0000-0000-0000-000000000007","half":5.960464477539063e-8,"ns":null}"#,
    ];
    assert_eq!(read(file!("others")), Ok(others.map(str::to_owned).to_vec()));
    let numbers = [r#"{"x":1.5}"#, r#"{"x":NaN}"#, r#"{"x":Infinity}"#, r#"{"x":null}"#];
    assert_eq!(read(file!("nan")), Ok(numbers.map(str::to_owned).to_vec()));
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    for (bytes, parts) in [
        (file!("zstd"), &["f.parquet", "packed by zstd", "snappy, gzip or none"][..]),
        (file!("lz4"), &["packed by lz4"]),
        (file!("brotli"), &["packed by brotli"]),
        (file!("list"), &["\"list", "nested or repeated", "one column for each value"]),
        (file!("nested"), &["\"a.b\"", "nested or repeated"]),
        (file!("bytes"), &["column \"raw\"", "no text in UTF-8", "leave the column out"]),
        (b"", &["f.parquet"]),
        (b"PAR1PAR1", &["f.parquet", "write the file again"]),
        (&file!("none")[..1_000], &["f.parquet", "write the file again"]),
    ] {
        let told = read(bytes).unwrap_err();
        parts.iter().for_each(|part| assert!(told.contains(part), "{part} in {told}"));
    }
}

/// What is cut short anywhere is an error, and no shorter table.
#[test]
fn a_file_that_is_cut_short_is_an_error() {
    for file in [file!("none"), file!("snappy"), file!("delta"), file!("others")] {
        for end in (0..file.len()).step_by(7) {
            assert!(read(&file[..end]).is_err(), "{end}");
        }
    }
}
