//! What every text input may begin with.

/// U+FEFF in UTF-8. RFC 8259, section 8.1, lets a reader of JSON skip it; editors and spreadsheets put it there.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The text behind its byte order mark, if it has one.
#[must_use]
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}
