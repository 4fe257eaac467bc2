//! Lines at the end of a file: all of them or none, each whole, whoever else appends.
//!
//! It knows no metric. What a full disk interrupts is taken back. What a kill leaves is taken up by the same lines, and taken
//! back by others: a beginning of a line is nobody's point. A file system without locks keeps this for one process at a time.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How much of the end is read at first; a line that is longer is found too.
const TAIL_BYTES: u64 = 64 * 1024;

/// Appends lines, each with its line feed.
pub(super) fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    // Let go when the file is closed, by a crash too.
    match file.lock() {
        Err(error) if error.kind() != ErrorKind::Unsupported => return Err(error),
        _ => {}
    }
    let size_bytes = file.metadata()?.len();
    let tail = tail(&mut file, size_bytes, lines.len() as u64)?;
    let (end, rest) = continued(&tail, size_bytes, lines);
    if end < size_bytes {
        file.set_len(end)?;
    }
    let written = file.write_all(&rest).and_then(|()| file.sync_data());
    if written.is_err() {
        // The first of the two errors is told; what cannot be taken back now, the next lines take back.
        let _ = file.set_len(end);
    }
    written
}

/// The end of a file, from the beginning of a line on: at least so many bytes of it, or all of it.
fn tail(file: &mut File, size_bytes: u64, least: u64) -> io::Result<Vec<u8>> {
    let mut wanted = TAIL_BYTES.max(least.saturating_add(1));
    loop {
        let from = size_bytes.saturating_sub(wanted);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        Read::by_ref(file).take(size_bytes - from).read_to_end(&mut tail)?;
        if from == 0 {
            return Ok(tail);
        }
        if let Some(feed) = tail.iter().position(|byte| *byte == b'\n') {
            return Ok(tail.split_off(feed + 1));
        }
        wanted = wanted.saturating_mul(2);
    }
}

/// Where the file is to end, and what is to be written there. `tail` is its end, from the beginning of a line on.
fn continued(tail: &[u8], size_bytes: u64, lines: &[u8]) -> (u64, Vec<u8>) {
    let torn = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let (whole, end) = (tail.len() - torn.len(), size_bytes - torn.len() as u64);
    let after_feeds = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(feed, _)| feed + 1);
    let mut starts = std::iter::once(0).chain(after_feeds).filter(|start| *start < tail.len());
    // Our own lines, as far as they came before a kill.
    if let Some(start) = starts.find(|start| lines.starts_with(&tail[*start..])) {
        return (end, lines[whole - start..].to_vec());
    }
    // Somebody's whole line without its feed is kept.
    if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(torn).is_ok() {
        return (size_bytes, [b"\n", lines].concat());
    }
    (end, lines.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n";

    fn after(before: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloudwatch_metrics.jsonl");
        std::fs::write(&path, before).unwrap();
        append(&path, OURS.as_bytes()).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn whatever_a_kill_left_the_lines_are_there_once_and_whole() {
        for before in ["", "{\"other\":0}\n"] {
            for cut in 0..=OURS.len() {
                let left = format!("{before}{}", &OURS[..cut]);
                assert_eq!(after(&left), format!("{before}{OURS}"), "{left}");
            }
        }
    }

    #[test]
    fn the_end_of_a_long_file_begins_with_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloudwatch_metrics.jsonl");
        let lines = "{\"x\":0}\n".repeat(100_000);
        std::fs::write(&path, &lines).unwrap();
        let end = tail(&mut File::open(&path).unwrap(), lines.len() as u64, 0).unwrap();
        assert!(end.starts_with(b"{") && end.len() < lines.len() && lines.as_bytes().ends_with(&end));
    }

    #[test]
    fn the_beginning_of_another_line_goes_and_a_whole_one_stays() {
        let long = format!("{{\"x\":\"{}\"}}", "x".repeat(200_000));
        for (before, expected) in [
            ("{\"x\":0}\n{\"y".to_owned(), "{\"x\":0}\n".to_owned()),
            ("{\"y".to_owned(), String::new()),
            ("{\"x\":0}\n\0\0\0".to_owned(), "{\"x\":0}\n".to_owned()),
            ("{\"x\":0}".to_owned(), "{\"x\":0}\n".to_owned()),
            (long.clone(), format!("{long}\n")),
            (format!("{{\"x\":0}}\n{}", &long[..long.len() - 1]), "{\"x\":0}\n".to_owned()),
            // Our own beginning, but within a line of somebody else.
            ("{\"x\":{\"a\":1}".to_owned(), String::new()),
        ] {
            assert!(after(&before) == format!("{expected}{OURS}"), "{:.60}", before);
        }
    }

    /// What another process has written of its lines is no leftover of a kill while it still writes.
    #[test]
    fn lines_that_somebody_is_writing_are_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloudwatch_metrics.jsonl");
        let mut other = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        other.lock().unwrap();
        other.write_all(b"{\"x\":").unwrap();
        std::thread::scope(|scope| {
            let ours = scope.spawn(|| append(&path, OURS.as_bytes()));
            std::thread::sleep(std::time::Duration::from_millis(200));
            other.write_all(b"0}\n").unwrap();
            other.unlock().unwrap();
            ours.join().unwrap().unwrap();
        });
        assert_eq!(std::fs::read_to_string(path).unwrap(), format!("{{\"x\":0}}\n{OURS}"));
    }

    #[test]
    fn many_at_once_append_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cloudwatch_metrics.jsonl");
        let lines = |n: usize| -> String { (0..50).map(|m| format!("{{\"n\":{n},\"m\":{m}}}\n")).collect() };
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || append(path, lines(n).as_bytes()).unwrap());
            }
        });
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            (0..8).all(|n| text.contains(&lines(n)))
                && text.len() == (0..8).map(|n| lines(n).len()).sum::<usize>()
        );
    }
}
