//! Lines out of chunks, at the speed of memory, with a cap on what one line may cost.
//!
//! It does not look into lines, decompress them or check that they are UTF-8.

use std::ops::Range;

use bytes::Bytes;
use memchr::memchr;

use crate::{Chunks, StorageError};

/// The longest line that is kept: 16 MiB, its ending not counted.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is kept of the memory that a long line needed, for the next one.
const KEPT_CAPACITY_BYTES: usize = 1024 * 1024;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1, blank lines included.
    pub number: u64,
    pub content: Content<'a>,
}

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The line without its ending.
    Bytes(&'a [u8]),
    /// A line above [`MAX_LINE_BYTES`], whose bytes were passed over.
    Oversize { length_bytes: u64 },
}

/// Splits chunks at `\n`.
///
/// A `\r` before the end of a line belongs to the ending. The last line needs no ending. Blank lines (nothing but
/// ASCII white space) are counted, not yielded. A byte order mark in front of the first line is skipped. A line that lies within one chunk is borrowed from it; one that
/// spans chunks is copied once. Memory: one chunk, and at most 32 MiB while a line spans chunks.
#[derive(Debug)]
pub struct Lines {
    chunks: Chunks,
    chunk: Bytes,
    /// Where in `chunk` the next byte is.
    position: usize,
    number: u64,
    spanning: Spanning,
}

/// Where the line lies that was found last.
enum Found {
    InChunk(Range<usize>),
    Spanning,
    Oversize(u64),
}

impl Lines {
    #[must_use]
    pub fn new(chunks: Chunks) -> Self {
        Self { chunks, chunk: Bytes::new(), position: 0, number: 0, spanning: Spanning::default() }
    }

    /// The next line that is not blank; `None` at the end, and then for ever.
    ///
    /// # Errors
    /// Those of [`Chunks::next`]. The lines before stay right; the one broken off is not yielded.
    pub async fn next(&mut self) -> Result<Option<Line<'_>>, StorageError> {
        let Some(found) = self.find().await? else { return Ok(None) };
        let content = match found {
            Found::InChunk(range) => Content::Bytes(&self.chunk[range]),
            Found::Spanning => Content::Bytes(&self.spanning.bytes),
            Found::Oversize(length_bytes) => Content::Oversize { length_bytes },
        };
        Ok(Some(Line { number: self.number, content }))
    }

    async fn find(&mut self) -> Result<Option<Found>, StorageError> {
        self.spanning.forget_if_complete();
        loop {
            if let Some(found) = self.find_in_chunk() {
                return Ok(Some(found));
            }
            match self.chunks.next().await? {
                Some(chunk) => (self.chunk, self.position) = (chunk, 0),
                None if self.spanning.is_empty() => return Ok(None),
                None => {
                    self.number += 1;
                    return Ok(self.spanning.complete(self.number == 1));
                }
            }
        }
    }

    /// The next line that ends in this chunk. What follows the last one is put aside.
    fn find_in_chunk(&mut self) -> Option<Found> {
        loop {
            let start = self.position;
            let Some(length) = memchr(b'\n', &self.chunk[start..]) else {
                self.spanning.add(&self.chunk[start..]);
                self.position = self.chunk.len();
                return None;
            };
            self.position = start + length + 1;
            self.number += 1;
            let found = if self.spanning.is_empty() {
                in_chunk(&self.chunk, start..start + length, self.number == 1)
            } else {
                self.spanning.add(&self.chunk[start..start + length]);
                self.spanning.complete(self.number == 1)
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

/// `None` if the line is blank.
fn in_chunk(chunk: &[u8], mut range: Range<usize>, is_first: bool) -> Option<Found> {
    if is_first && chunk[range.clone()].starts_with(BYTE_ORDER_MARK) {
        range.start += BYTE_ORDER_MARK.len();
    }
    if chunk[range.clone()].ends_with(b"\r") {
        range.end -= 1;
    }
    match &chunk[range.clone()] {
        line if line.len() > MAX_LINE_BYTES => Some(Found::Oversize(line.len() as u64)),
        line if is_blank(line) => None,
        _ => Some(Found::InChunk(range)),
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The part of a line that came with earlier chunks.
#[derive(Debug, Default)]
struct Spanning {
    /// All of it, unless it is too long; then nothing.
    bytes: Vec<u8>,
    length_bytes: u64,
    ends_in_return: bool,
    complete: bool,
}

impl Spanning {
    fn is_empty(&self) -> bool {
        self.length_bytes == 0
    }

    fn add(&mut self, part: &[u8]) {
        let Some(last) = part.last() else { return };
        self.ends_in_return = *last == b'\r';
        self.length_bytes += part.len() as u64;
        // One more than the cap, since the last byte may turn out to belong to the ending.
        if self.length_bytes <= MAX_LINE_BYTES as u64 + 1 {
            self.bytes.extend_from_slice(part);
        } else {
            self.bytes = Vec::new();
        }
    }

    /// Ends the line. If it is blank, it is forgotten and `None`.
    fn complete(&mut self, is_first: bool) -> Option<Found> {
        self.complete = true;
        let length_bytes = self.length_bytes - u64::from(self.ends_in_return);
        if length_bytes > MAX_LINE_BYTES as u64 {
            return Some(Found::Oversize(length_bytes));
        }
        if self.ends_in_return {
            self.bytes.pop();
        }
        if is_first && self.bytes.starts_with(BYTE_ORDER_MARK) {
            self.bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if is_blank(&self.bytes) {
            self.forget_if_complete();
            return None;
        }
        Some(Found::Spanning)
    }

    fn forget_if_complete(&mut self) {
        if !self.complete {
            return;
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        bytes.shrink_to(KEPT_CAPACITY_BYTES);
        *self = Self { bytes, ..Self::default() };
    }
}

#[cfg(test)]
mod tests;
