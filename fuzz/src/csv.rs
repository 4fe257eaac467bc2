//! A CSV file: the same rows however its bytes arrive, and, as RFC 4180, those that the crate `csv` reads.

use bellwether_analysis::delimited::{Block, Delimited, Dialect};
use bellwether_analysis::table::TableProfile;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::json::to_vec;

/// The rows of a file, and the line and the reason of what was left out.
#[derive(Debug, Default, PartialEq)]
struct Read {
    rows: Vec<Vec<Option<Vec<u8>>>>,
    left_out: Vec<(u64, LeftOut)>,
    header_rows: Vec<u64>,
    refused: Option<String>,
}

/// A whole file.
pub fn csv(bytes: &[u8]) {
    for dialect in [Dialect::Rfc4180, Dialect::Spark] {
        for header in [true, false] {
            let whole = read(dialect, header, bytes, bytes.len().max(1));
            for size in [1, 7] {
                assert_eq!(read(dialect, header, bytes, size), whole, "{dialect:?} in chunks of {size}");
            }
            let cells: usize = whole.rows.iter().flatten().flatten().map(Vec::len).sum();
            assert!(cells <= bytes.len());
        }
    }
    as_the_crate_does(bytes);
    is_profiled(bytes);
}

/// The statistics of any rows are numbers that JSON has.
fn is_profiled(bytes: &[u8]) {
    let mut file = Delimited::without_header(Dialect::Rfc4180, None);
    let mut table: Option<TableProfile> = None;
    let mut emit = |Block { rows, .. }: Block| {
        let names = (0..rows.width()).map(|column| format!("_c{column}"));
        table.get_or_insert_with(|| TableProfile::with_columns(names)).push_rows(&rows);
    };
    // Of a quote that is never closed the rows before it are there.
    if file.push(bytes, &mut emit).is_ok() {
        let _ = file.finish(&mut emit);
    }
    if let Some(table) = table.filter(|table| table.names().len() <= 64) {
        to_vec(&table.observe().statistics).expect("statistics");
    }
}

fn read(dialect: Dialect, header: bool, bytes: &[u8], size: usize) -> Read {
    let mut file = if header {
        Delimited::with_header(dialect, "csv")
    } else {
        Delimited::without_header(dialect, None)
    };
    let mut read = Read::default();
    let mut emit = |block: Block| {
        let Block { rows, left_out, header_rows } = block;
        let row = |row| (0..rows.width()).map(|column| rows.cell(row, column).map(<[u8]>::to_vec)).collect();
        read.rows.extend((0..rows.len()).map(row));
        read.left_out.extend(left_out.iter().map(|record| (record.line, record.rejected.reason)));
        read.header_rows.extend(header_rows);
    };
    let mut refused = bytes.chunks(size).find_map(|chunk| file.push(chunk, &mut emit).err());
    if refused.is_none() {
        refused = file.finish(&mut emit).err();
    }
    read.refused = refused.map(|error| error.to_string());
    read
}

/// The records that are text and have as many cells as the first such one. Where a quote is never closed the crate takes the
/// end of the file for its end, and here the file is refused.
fn as_the_crate_does(bytes: &[u8]) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let records = reader.byte_records().map(|record| record.expect("bytes in memory"));
    let texts: Vec<_> =
        records.filter(|record| record.iter().all(|cell| std::str::from_utf8(cell).is_ok())).collect();
    let width = texts.first().map(csv::ByteRecord::len);
    let expected: Vec<Vec<Vec<u8>>> = texts
        .iter()
        .filter(|record| Some(record.len()) == width)
        .map(|record| record.iter().map(<[u8]>::to_vec).collect())
        .collect();
    let Read { rows, refused, .. } = read(Dialect::Rfc4180, false, bytes, bytes.len().max(1));
    if let Some(refused) = refused {
        return assert!(refused.contains("never closed"), "{refused}");
    }
    let rows: Vec<Vec<Vec<u8>>> =
        rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()).collect();
    assert_eq!(rows, expected);
}
