use proptest::prelude::*;

use super::*;
use crate::selection::MissingTexts;
use bellwether_contract::capture::LeftOut;

/// Rows as texts, `None` for missing; then the line and reason of what was left out.
type Read = (Vec<Vec<Option<String>>>, Vec<(u64, LeftOut)>);

fn read<'a>(mut file: Delimited, chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Read, FileError> {
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    let mut take = |block: Block| {
        left_out.extend(block.left_out.iter().map(|record| (record.line, record.rejected.reason)));
        for row in 0..block.rows.len() {
            let cells = (0..block.rows.width()).map(|column| block.rows.cell(row, column));
            let text = |cell: &[u8]| String::from_utf8(cell.to_vec()).expect("rows are UTF-8");
            rows.push(cells.map(|cell| cell.map(text)).collect());
        }
    };
    for chunk in chunks {
        file.push(chunk, &mut take)?;
    }
    file.finish(&mut take)?;
    Ok((rows, left_out))
}

fn file(dialect: Dialect) -> Delimited {
    Delimited::without_header(dialect, None)
}

/// Bytes, their rows, and what is left out.
type Case = (&'static [u8], &'static [&'static [&'static str]], &'static [(u64, LeftOut)]);

/// `_` is a missing cell, everything else a text.
fn check(dialect: Dialect, text: &[u8], rows: &[&[&str]], left_out: &[(u64, LeftOut)]) {
    let cell = |&cell: &&str| (cell != "_").then(|| cell.to_owned());
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let expected = Ok((rows, left_out.to_vec()));
    let named = String::from_utf8_lossy(text);
    for cut in 0..=text.len() {
        let (left, right) = text.split_at(cut);
        assert_eq!(read(file(dialect), [left, right]), expected, "{dialect:?} {named:?} cut at {cut}");
    }
    assert_eq!(read(file(dialect), text.chunks(1)), expected, "{dialect:?} {named:?} byte by byte");
}

#[test]
fn both_dialects_agree_where_no_quote_is_in_a_quoted_cell() {
    let cases: &[Case] = &[
        (b"", &[], &[]),
        (b"\n\r\n\n", &[], &[]),
        (b"a,b\n1,2\n", &[&["a", "b"], &["1", "2"]], &[]),
        (b"a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]], &[]),
        (b"a,b\r1,2", &[&["a", "b"], &["1", "2"]], &[]),
        (b"a,b\n\n\r\n1,2", &[&["a", "b"], &["1", "2"]], &[]),
        (b"\xef\xbb\xbfa,b\n1,2\n", &[&["a", "b"], &["1", "2"]], &[]),
        (b"\xef\xbb\xbf\"a\",b\n1,2\n", &[&["a", "b"], &["1", "2"]], &[]),
        (b"a,b\n\xef\xbb\xbf1,\"2\"\n", &[&["a", "b"], &["\u{feff}1", "2"]], &[]),
        (b"a, b ,c\n , ,\n", &[&["a", " b ", "c"], &[" ", " ", "_"]], &[]),
        (b",,\n\"\",,\"\"\n,\"\",x", &[&["_", "_", "_"], &["_", "_", "_"], &["_", "_", "x"]], &[]),
        (b"\"a, b\",\"c\"\n\"\",d", &[&["a, b", "c"], &["_", "d"]], &[]),
        (b"it's,5\" x\na\"b,\n", &[&["it's", "5\" x"], &["a\"b", "_"]], &[]),
        ("ü,日\n\"ñ\",é".as_bytes(), &[&["ü", "日"], &["ñ", "é"]], &[]),
        (
            b"1,2\n1\n1,2,3\n3,4\n",
            &[&["1", "2"], &["3", "4"]],
            &[(2, LeftOut::RaggedRows), (3, LeftOut::RaggedRows)],
        ),
        (b"1,2\r\n\"1\"\r\n3,4", &[&["1", "2"], &["3", "4"]], &[(2, LeftOut::RaggedRows)]),
        (
            b"1,2\n\xff,2\n3,4\n\"\xc3\",5",
            &[&["1", "2"], &["3", "4"]],
            &[(2, LeftOut::Encoding), (4, LeftOut::Encoding)],
        ),
    ];
    for (text, rows, left_out) in cases {
        check(Dialect::Rfc4180, text, rows, left_out);
        check(Dialect::Spark, text, rows, left_out);
    }
}

#[test]
fn rfc_4180_doubles_quotes_and_keeps_line_ends_between_them() {
    let cases: &[Case] = &[
        (b"\"say \"\"hi\"\"\",1\n\"\"\"\",2", &[&["say \"hi\"", "1"], &["\"", "2"]], &[]),
        (b"\"a\r\nb\",1\n\"c\n\n\",2\n", &[&["a\r\nb", "1"], &["c\n\n", "2"]], &[]),
        (b"\"a\nb\",1\nc\nd,2\n", &[&["a\nb", "1"], &["d", "2"]], &[(3, LeftOut::RaggedRows)]),
        (b"a,1\nb,\"2\"", &[&["a", "1"], &["b", "2"]], &[]),
        (b"a,1\nb,\"2\"\"\"", &[&["a", "1"], &["b", "2\""]], &[]),
        (b"a,1\n\"b\",2", &[&["a", "1"], &["b", "2"]], &[]),
        (b"\"a\"x,\" b\" \n", &[&["ax", " b "]], &[]),
        (b"\"a\",\n\"b\",", &[&["a", "_"], &["b", "_"]], &[]),
        (b"  \n", &[&["  "]], &[]),
    ];
    for (text, rows, left_out) in cases {
        check(Dialect::Rfc4180, text, rows, left_out);
    }
}

#[test]
fn spark_keeps_doubled_quotes_as_they_stand_and_ends_a_record_with_its_line() {
    let cases: &[Case] = &[
        (b"\"say \"\"hi\"\"\",1\n", &[&["\"say \"\"hi\"\"\"", "1"]], &[]),
        (b"\"a, \"\"b\"\", c\",1\n", &[&["\"a, \"\"b\"\"", " c\"", "1"]], &[]),
        (b"\"say \\\"hi\\\", he said\",1\n", &[&["say \"hi\", he said", "1"]], &[]),
        (b"1,2\n\"a\nb\",3\n", &[&["1", "2"], &["b\"", "3"]], &[(2, LeftOut::RaggedRows)]),
        (b"1,\"2,3\n", &[&["1", "\"2,3"]], &[]),
        (b"1,2\n  \n3,4", &[&["1", "2"], &["3", "4"]], &[]),
    ];
    for (text, rows, left_out) in cases {
        check(Dialect::Spark, text, rows, left_out);
    }
}

#[test]
fn a_header_names_every_column_once_or_is_refused_with_its_line() {
    let named = |text: &[u8]| {
        let mut file = Delimited::with_header(Dialect::Rfc4180, "s3://b/k.csv");
        file.push(text, &mut |_| {}).map(|()| file.names().map(<[String]>::to_vec))
    };
    let names = |names: [&str; 2]| Ok(Some(names.map(str::to_owned).to_vec()));
    assert_eq!(named(b"a,\" b\"\"\"\n"), names(["a", " b\""]));
    assert_eq!(named(b"a,b"), Ok(None));
    let refused = |text: &[u8]| named(text).map_err(|error| error.to_string());
    for (text, message) in [
        (
            &b"\n\na,b,a\n1,2,3\n"[..],
            "header of s3://b/k.csv, line 3: columns 1 and 3 are both named \"a\"; give every column a name of its own",
        ),
        (
            b"a,,c\n",
            "header of s3://b/k.csv, line 1: column 2 has no name; give every column a name of its own",
        ),
        (
            b"a,\xff\n",
            "header of s3://b/k.csv, line 1: it cannot be read (encoding); begin the file with a line of column names \
             in UTF-8",
        ),
        (
            &[b','; 5_000].iter().chain(b"\n").copied().collect::<Vec<_>>(),
            "header of s3://b/k.csv, line 1: it names more than 4096 columns; leave columns out",
        ),
    ] {
        assert_eq!(refused(text), Err(message.to_owned()));
    }
    let absent = read(Delimited::with_header(Dialect::Spark, "k"), [&b"\n \n"[..]]);
    let error = HeaderError { object: "k".to_owned(), line: 1, fault: HeaderFault::Absent };
    assert_eq!(absent, Err(FileError::Header(error)));
}

#[test]
fn rows_are_as_wide_as_the_header() {
    let file = Delimited::with_header(Dialect::Rfc4180, "k");
    let (rows, left_out) = read(file, [&b"a,b\n1\n2,3\n"[..]]).expect("a header");
    assert_eq!(rows, [[Some("2".to_owned()), Some("3".to_owned())]]);
    assert_eq!(left_out, [(2, LeftOut::RaggedRows)]);
}

#[test]
fn the_end_of_a_file_brings_its_names_and_what_was_left_out_stands_there() {
    let mut file = Delimited::with_header(Dialect::Rfc4180, "k");
    let mut texts = Vec::new();
    let mut take = |block: Block| texts.extend(block.left_out.into_iter().map(|record| record.excerpt));
    file.push(b"a,b\n1,2,3\n", &mut take).expect("a header");
    let names = file.finish(&mut take).expect("an end");
    assert_eq!(names, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(texts, [b"1,2,3"]);
}

// A line of 17 MiB.
#[test]
fn a_record_beyond_the_limit_is_left_out_and_reading_goes_on_behind_a_line_end() {
    let long = vec![b'x'; 17 * 1024 * 1024];
    for dialect in [Dialect::Rfc4180, Dialect::Spark] {
        let text = [b"1,2\n", &long[..], b"\n3,4\n"].concat();
        let (rows, left_out) = read(file(dialect), text.chunks(64 * 1024)).expect("no header");
        assert_eq!((rows.len(), left_out), (2, vec![(2, LeftOut::Oversize)]));
        // However many pieces it comes in: the line may begin one, and end within it.
        for cut in [0, 4] {
            let (first, rest) = text.split_at(cut);
            let (rows, left_out) = read(file(dialect), [first, rest]).expect("no header");
            assert_eq!((rows.len(), left_out), (2, vec![(2, LeftOut::Oversize)]));
        }
    }
}

#[test]
fn a_quote_that_is_never_closed_is_told_by_the_line_where_it_opened() {
    let far = format!("1,2\n\"{}", "0123456,89\n".repeat(17 * 1024 * 1024 / 11));
    let cases: [(&str, u64); 8] = [
        ("\"a", 1),
        ("a,1\n\"b\n\n", 2),
        ("a,1\nb,\"2", 2),
        ("a,1\n\"b\",\"2\n3,4\n", 2),
        ("a,1\n\"b\nc\",\"2\n3,4\n", 3),
        ("a,1\nb,\"2\"\"", 2),
        ("1,\"\n", 1),
        (&far, 2),
    ];
    for (text, line) in cases {
        let fault = Err(FileError::UnclosedQuote { line });
        assert_eq!(read(file(Dialect::Rfc4180), text.as_bytes().chunks(64 * 1024)), fault, "{text:.40}");
        assert!(read(file(Dialect::Spark), [text.as_bytes()]).is_ok(), "{text:.40}");
    }
    let headed = Delimited::with_header(Dialect::Rfc4180, "k");
    assert_eq!(read(headed, [&b"a,\"b\n1,2\n"[..]]), Err(FileError::UnclosedQuote { line: 1 }));
}

#[test]
fn a_row_that_repeats_the_header_is_dropped_and_told() {
    let of = |dialect, text: &str| {
        let mut file = Delimited::with_header(dialect, "k");
        let (mut rows, mut repeated) = (0, Vec::new());
        let mut take = |block: Block| {
            rows += block.rows.len();
            repeated.extend(block.header_rows);
        };
        file.push(text.as_bytes(), &mut take).expect("a header");
        file.finish(&mut take).expect("a header");
        (rows, repeated)
    };
    let joined = "id,\"a,b\"\n1,2\nid,\"a,b\"\n3,4\n\"id\",\"a,b\"\n";
    assert_eq!(of(Dialect::Rfc4180, joined), (2, vec![3, 5]));
    assert_eq!(of(Dialect::Spark, joined), (4, vec![]), "as the container reads it");
    assert_eq!(of(Dialect::Rfc4180, "id\n1\nid\n"), (2, vec![]), "one name alone may be a value");
    assert_eq!(of(Dialect::Rfc4180, "id,a\nid,b\nId,a\n"), (2, vec![]));
}

#[test]
fn cells_may_be_separated_by_another_byte() {
    for (delimiter, text) in [(b';', "1,5;\"a;b\";\n\"\";x;y\n"), (b'\t', "1,5\t\"a;b\"\t\n\"\"\tx\ty\n")] {
        for dialect in [Dialect::Rfc4180, Dialect::Spark] {
            let (rows, left_out) =
                read(file(dialect).separated_by(delimiter), [text.as_bytes()]).expect("no header");
            let texts =
                |row: usize| rows[row].iter().map(|cell| cell.as_deref().unwrap_or("_")).collect::<Vec<_>>();
            assert_eq!((texts(0), texts(1)), (vec!["1,5", "a;b", "_"], vec!["_", "x", "y"]));
            assert!(left_out.is_empty());
        }
    }
}

#[test]
fn a_row_reads_like_names_where_it_holds_no_value() {
    let like = |row: &str| {
        reads_like_names(row.split(',').map(|cell| Some(cell.as_bytes()).filter(|cell| !cell.is_empty())))
    };
    for names in ["id,age", "Customer Name,größe,f(x)", "_c0,_c1", "a"] {
        assert!(like(names), "{names}");
    }
    for values in ["", "1,b", "a,,b", "a,a", "true,x", "NaN,x", "a,2026-10-31", "a,b@c.d", "-,x"] {
        assert!(!like(values), "{values}");
    }
}

#[test]
fn a_record_of_more_cells_than_a_table_has_columns_is_left_out_in_bounded_memory() {
    for quote in [&b""[..], b"\"\""] {
        let text = [quote, &[b','; 1_000_000], b"\n1\n"].concat();
        for dialect in [Dialect::Rfc4180, Dialect::Spark] {
            let (rows, left_out) = read(file(dialect), [&text[..]]).expect("no header");
            assert_eq!((rows.len(), left_out), (1, vec![(1, LeftOut::TooManyColumns)]));
        }
    }
}

#[test]
fn many_broken_records_do_not_pile_up() {
    let text = ["1,2\n", &"1\n".repeat(10_000)].concat();
    let mut most = 0;
    let mut file = file(Dialect::Rfc4180);
    file.push(text.as_bytes(), &mut |block| most = most.max(block.left_out.len())).expect("no header");
    assert_eq!(most, BLOCK_LEFT_OUT);
}

#[test]
fn a_column_of_a_block_is_pushed_in_order_and_without_its_missing_cells() {
    let mut file = file(Dialect::Rfc4180);
    let mut feature = crate::feature::FeatureProfile::default();
    let mut rows = 0;
    let mut take = |block: Block| {
        block.rows.push_columns(&mut [(1, &mut feature)], &MissingTexts::default());
        rows += block.rows.len();
    };
    file.push("x,1\nx,\nx,\"\"\n".repeat(50_000).as_bytes(), &mut take).expect("no header");
    file.finish(&mut take).expect("no header");
    let types = feature.types(rows as u64);
    assert_eq!((rows, types.integral, types.missing, types.string), (150_000, 50_000, 100_000, 0));
}

#[test]
fn records_across_blocks_and_chunks_are_whole() {
    let text: String = (0..40_000).map(|i| format!("\"{i}, \"\"\n\"\"\",{i}\r\n{i},\n")).collect();
    let mut most = 0;
    let mut sized = file(Dialect::Rfc4180);
    sized.push(text.as_bytes(), &mut |block| most = most.max(block.rows.len())).expect("no header");
    assert!(most > 1_000 && most < 40_000, "{most} rows in a block");
    let (rows, left_out) = read(file(Dialect::Rfc4180), text.as_bytes().chunks(10_007)).expect("no header");
    assert_eq!((rows.len(), left_out), (80_000, vec![]));
    for (i, row) in rows.iter().enumerate() {
        let number = (i / 2).to_string();
        let expected =
            if i % 2 == 0 { [Some(format!("{number}, \"\n\"")), Some(number)] } else { [Some(number), None] };
        assert_eq!(row[..], expected);
    }
}

fn chunked(bytes: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let (mut rest, mut chunks) = (bytes, Vec::new());
    for &size in sizes {
        let (chunk, behind) = rest.split_at(size.min(rest.len()));
        chunks.push(chunk.to_vec());
        rest = behind;
    }
    chunks.push(rest.to_vec());
    chunks
}

proptest! {
    // The crate `csv` is what other Rust programs read RFC 4180 with.
    #[test]
    fn rfc_4180_is_read_as_the_csv_crate_reads_it(text in "[ab,,\"\"\n\r é\u{feff}]{0,60}") {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("UTF-8")).collect();
        let width = records.first().map_or(0, csv::StringRecord::len);
        let (same, other): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.len() == width);
        // The crate takes the end of the file for the end of a quote.
        let Ok((rows, left_out)) = read(file(Dialect::Rfc4180), [text.as_bytes()]) else {
            return Err(TestCaseError::reject("a quote is never closed"));
        };
        prop_assert_eq!(left_out.len(), other.len());
        let rows: Vec<csv::StringRecord> =
            rows.iter().map(|row| row.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect()).collect();
        prop_assert_eq!(rows.iter().collect::<Vec<_>>(), same);
    }

    #[test]
    fn rows_do_not_depend_on_chunks(
        bytes in prop::collection::vec(prop::sample::select(b"ab,,\"\"\n\r\\ \xc3\xa9".to_vec()), 0..80),
        sizes in prop::collection::vec(0..9_usize, 0..20),
        dialect in prop::sample::select(vec![Dialect::Rfc4180, Dialect::Spark]),
    ) {
        let chunks = chunked(&bytes, &sizes);
        let whole = read(file(dialect), [&bytes[..]]);
        prop_assert_eq!(read(file(dialect), chunks.iter().map(Vec::as_slice)), whole);
    }
}
