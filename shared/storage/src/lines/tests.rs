use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A line as the tests compare it: its number, and its bytes or its length.
type Seen = (u64, Result<Vec<u8>, u64>);

fn seen(chunks: Vec<Bytes>) -> Vec<Seen> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut lines = Lines::new(chunks.into_iter().collect());
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            let content = match line.content {
                Content::Bytes(bytes) => Ok(bytes.to_vec()),
                Content::Oversize { length_bytes } => Err(length_bytes),
            };
            seen.push((line.number, content));
        }
        assert!(lines.next().await.unwrap().is_none(), "the end is not the end");
        seen
    })
}

fn naive(text: &[u8]) -> Vec<Seen> {
    let lines = text.split(|byte| *byte == b'\n').zip(1..);
    lines
        .map(|(line, number)| (number, line.strip_suffix(b"\r").unwrap_or(line)))
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(number, line)| {
            let fits = line.len() <= MAX_LINE_BYTES;
            (number, if fits { Ok(line.to_vec()) } else { Err(line.len() as u64) })
        })
        .collect()
}

fn cut(text: &[u8], lengths: impl IntoIterator<Item = usize>) -> Vec<Bytes> {
    let mut rest = Bytes::copy_from_slice(text);
    let mut chunks: Vec<_> =
        lengths.into_iter().map(|length| rest.split_to(length.min(rest.len()))).collect();
    chunks.push(rest);
    chunks
}

#[test]
fn endings_of_every_kind_and_blank_lines_that_count() {
    let cases: [(&str, &[(u64, &str)]); 12] = [
        ("", &[]),
        ("\n\r\n \t\r\n", &[]),
        ("a", &[(1, "a")]),
        ("a\nb\n", &[(1, "a"), (2, "b")]),
        ("a\r\nb\r\n", &[(1, "a"), (2, "b")]),
        ("\n\na\n\nb", &[(3, "a"), (5, "b")]),
        ("a\r\r\n", &[(1, "a\r")]),
        ("a\r", &[(1, "a")]),
        ("a\rb\n", &[(1, "a\rb")]),
        // A byte order mark in front goes, and nowhere else.
        ("\u{feff}a\n\u{feff}b\n", &[(1, "a"), (2, "\u{feff}b")]),
        ("\u{feff}\n\u{feff}b", &[(2, "\u{feff}b")]),
        ("\u{feff}\r\nb", &[(2, "b")]),
    ];
    for (text, expected) in cases {
        let expected: Vec<Seen> =
            expected.iter().map(|(number, line)| (*number, Ok(line.as_bytes().to_vec()))).collect();
        for length in [1, 2, 3, 100] {
            let chunks = cut(text.as_bytes(), std::iter::repeat_n(length, text.len()));
            assert_eq!(seen(chunks), expected, "{text:?} in chunks of {length}");
        }
    }
}

#[test]
fn the_cap_counts_a_line_without_its_ending_wherever_chunks_end() {
    for ending in ["\n", "\r\n", ""] {
        for beyond in [0, 1] {
            let mut text = b"before\n".to_vec();
            text.resize(text.len() + MAX_LINE_BYTES + beyond, b'x');
            text.extend_from_slice(ending.as_bytes());
            if !ending.is_empty() {
                text.extend_from_slice(b"after");
            }
            let expected = naive(&text);
            for length in [text.len(), text.len() - 6, MAX_LINE_BYTES + 8, 64 * 1024] {
                let count = text.len() / length + 1;
                let found = seen(cut(&text, std::iter::repeat_n(length, count)));
                assert!(found == expected, "ending {ending:?}, {beyond} beyond, chunks of {length}");
            }
        }
    }
}

#[test]
fn a_huge_line_is_measured_without_being_held() {
    let part = Bytes::from(vec![b'x'; 1 << 20]);
    let chunks = std::iter::repeat_n(part, 300).chain([Bytes::from_static(b"\nafter\n")]);
    let mut lines = Lines::new(chunks.collect());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let length_bytes = 300 << 20;
        let huge = Line { number: 1, content: Content::Oversize { length_bytes } };
        assert_eq!(lines.next().await.unwrap(), Some(huge));
        assert!(lines.spanning.bytes.capacity() <= 2 * MAX_LINE_BYTES);
        let after = Line { number: 2, content: Content::Bytes(b"after") };
        assert_eq!(lines.next().await.unwrap(), Some(after));
        assert!(lines.spanning.bytes.capacity() <= KEPT_CAPACITY_BYTES);
    });
}

#[test]
fn a_line_within_a_chunk_is_borrowed_from_it() {
    let chunk = Bytes::from_static(b"first\nsecond\n");
    let mut lines = Lines::new([chunk.clone()].into_iter().collect());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        lines.next().await.unwrap();
        let Some(Line { content: Content::Bytes(second), .. }) = lines.next().await.unwrap() else {
            panic!("there is a second line");
        };
        assert_eq!(second.as_ptr(), chunk[6..].as_ptr());
    });
}

proptest! {
    #[test]
    fn no_cutting_into_chunks_changes_the_lines(
        text in vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b' '), Just(b'x'), any::<u8>()], 0..300),
        lengths in vec(0usize..20, 0..60),
    ) {
        prop_assert_eq!(seen(cut(&text, lengths)), naive(&text));
    }
}

/// Deflate gives a thousand bytes for one: whatever a chunk stands for, little of it is held at a time.
#[tokio::test]
async fn a_packed_chunk_is_unpacked_piece_by_piece() {
    use std::io::Write;
    const MIB: usize = 1024 * 1024;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..64).for_each(|_| packer.write_all(&[0; MIB]).unwrap());
    let chunk = Bytes::from(packer.finish().unwrap());
    assert!(chunk.len() > 128 * 1024, "more than a few pieces: {}", chunk.len());
    let chunks: Chunks = std::iter::once(chunk).collect();
    let mut chunks = chunks.unpacked("packed".to_owned());
    let mut whole = 0;
    while let Some(piece) = chunks.next().await.unwrap() {
        assert!(piece.len() <= 10 * MIB, "{}", piece.len());
        whole += piece.len();
    }
    assert_eq!(whole, 64 * MIB);
}
