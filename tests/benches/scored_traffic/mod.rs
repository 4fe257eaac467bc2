//! An hour of a churn endpoint that answers with a score, and the labels of its answers.
//!
//! | | is |
//! |---|---|
//! | captured record | a CSV request of 20 cells, a CSV answer of one score, an `inferenceId` of the caller; some 475 bytes |
//! | score | different in nearly every record, with as many digits as a double has; more low ones than high ones |
//! | label | 1 as often as its score says; 0 or 1, as CSV in JSON Lines; some 120 bytes |
//!
//! Files are of 4 MB, as an endpoint flushes them. Labels come in another order than answers do. Same seed, same bytes.

use bellwether_contract::keys::Key;
use bellwether_contract::names::{EndpointName, VariantName};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use std::error::Error;
use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write};
use std::path::Path;

const RECORDS: usize = 1_000_000;
const RECORDS_OF_A_FILE: usize = 8_000;
const CELLS: usize = 20;

/// Writes `capture` and `ground-truth` below a folder.
pub(crate) fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    let (endpoint, variant): (EndpointName, VariantName) = ("churn-prod".parse()?, "AllTraffic".parse()?);
    let start: Timestamp = "2026-10-31T08:00:00Z".parse()?;
    let mut rng = Rng::with_seed(2026);
    let mut answers: Vec<(u64, f64)> = (0..RECORDS).map(|_| (rng.u64(..), rng.f64() * rng.f64())).collect();
    let hour = root.join("capture").join(Key::CaptureHour(&endpoint, &variant, start).to_string());
    create_dir_all(&hour)?;
    for (number, records) in answers.chunks(RECORDS_OF_A_FILE).enumerate() {
        let millisecond = number * RECORDS_OF_A_FILE * 3_600_000 / RECORDS;
        let (minute, second) = (millisecond / 60_000, millisecond / 1_000 % 60);
        let name = format!("{minute:02}-{second:02}-{:03}-{}.jsonl", millisecond % 1_000, uuid(&mut rng));
        let mut file = BufWriter::new(File::create(hour.join(name))?);
        for (place, &(id, score)) in records.iter().enumerate() {
            let at = (number * RECORDS_OF_A_FILE + place) * 3_600_000 / RECORDS;
            let at = start + SignedDuration::from_millis(at as i64);
            record(&mut file, &mut rng, at, id, score)?;
        }
        file.flush()?;
    }
    let hour = root.join("ground-truth/2026/10/31/08");
    create_dir_all(&hour)?;
    rng.shuffle(&mut answers);
    let mut file = BufWriter::new(File::create(hour.join("labels.jsonl"))?);
    for (id, score) in answers {
        let label = u8::from(rng.f64() < score);
        writeln!(
            file,
            r#"{{"groundTruthData":{{"data":"{label}","encoding":"CSV"}},"eventMetadata":{{"eventId":"web-{id:016x}"}},"eventVersion":"0"}}"#
        )?;
    }
    Ok(file.flush()?)
}

fn record(out: &mut impl Write, rng: &mut Rng, at: Timestamp, id: u64, score: f64) -> io::Result<()> {
    write!(
        out,
        r#"{{"captureData":{{"endpointInput":{{"observedContentType":"text/csv","mode":"INPUT","data":"{}"#,
        rng.u32(18..100)
    )?;
    for _ in 1..CELLS {
        match rng.bool() {
            true => write!(out, ",{}", rng.u32(..2))?,
            false => write!(out, ",{}.{}", rng.u32(..300), rng.u32(1..10))?,
        }
    }
    writeln!(
        out,
        r#"","encoding":"CSV"}},"endpointOutput":{{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"{score}","encoding":"CSV"}}}},"eventMetadata":{{"eventId":"{}","inferenceId":"web-{id:016x}","inferenceTime":"{at:.0}"}},"eventVersion":"0"}}"#,
        uuid(rng)
    )
}

fn uuid(rng: &mut Rng) -> String {
    let text = format!("{:032x}", rng.u128(..));
    format!("{}-{}-4{}-a{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}
