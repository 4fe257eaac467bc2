//! From chunks of bytes to whole lines, in bounded memory.
//!
//! It knows no quotes. The LF of a CR LF is a blank line of the same number.

use bellwether_contract::text::without_mark;
use memchr::memchr2;

use super::{EXCERPT_BYTES, MAX_RECORD_BYTES};

#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line that goes on in the next chunk.
    begun: Vec<u8>,
    /// That line is too long; only its first bytes are still held.
    oversize: bool,
    /// Lines ended so far.
    ended: u64,
    after_return: bool,
    past_the_start: bool,
}

pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// Without its end; only the beginning where it is oversize.
    pub(super) text: &'a [u8],
    /// One byte, or none at the end of the file.
    pub(super) end: &'a [u8],
    pub(super) oversize: bool,
}

impl Lines {
    pub(super) fn push(&mut self, mut chunk: &[u8], take: &mut impl FnMut(Line<'_>)) {
        while let Some(at) = memchr2(b'\n', b'\r', chunk) {
            let (text, rest) = chunk.split_at(at);
            let (end, rest) = rest.split_at(1);
            self.line(text, end, take);
            chunk = rest;
        }
        self.begin(chunk);
    }

    pub(super) fn finish(&mut self, take: &mut impl FnMut(Line<'_>)) {
        if !self.begun.is_empty() {
            self.line(&[], &[], take);
        }
    }

    fn line(&mut self, text: &[u8], end: &[u8], take: &mut impl FnMut(Line<'_>)) {
        let whole = self.begun.is_empty() && text.len() <= MAX_RECORD_BYTES;
        if !whole {
            self.begin(text);
        }
        let mut text = if whole { text } else { &self.begun };
        if !std::mem::replace(&mut self.past_the_start, true) {
            text = without_mark(text);
        }
        let is_second_half = self.after_return && end == b"\n" && text.is_empty();
        self.ended += u64::from(!is_second_half);
        self.after_return = end == b"\r";
        take(Line { number: self.ended, text, end, oversize: self.oversize });
        self.begun.clear();
        self.oversize = false;
    }

    fn begin(&mut self, text: &[u8]) {
        if !self.oversize && self.begun.len() + text.len() <= MAX_RECORD_BYTES {
            return self.begun.extend_from_slice(text);
        }
        self.oversize = true;
        self.begun.extend_from_slice(&text[..text.len().min(EXCERPT_BYTES)]);
        self.begun.truncate(EXCERPT_BYTES);
        // The room for a huge line is given back.
        self.begun.shrink_to_fit();
    }
}
