//! Takes the `aws-chunked` framing off a body: the SDKs frame bodies that they stream with a checksum behind them.
//!
//! It verifies neither chunk signatures nor the checksum.

use bytes::Bytes;

/// The payload: chunks of `SIZE-IN-HEX[;extensions] CRLF bytes CRLF` up to one of size 0. None if the framing is broken.
pub(crate) fn payload(mut framed: &[u8]) -> Option<Bytes> {
    let mut payload = Vec::with_capacity(framed.len());
    loop {
        let line_end = framed.windows(2).position(|pair| pair == b"\r\n")?;
        let line = std::str::from_utf8(&framed[..line_end]).ok()?;
        let size_bytes = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        if size_bytes == 0 {
            return Some(payload.into());
        }
        let chunk = framed.get(line_end + 2..)?;
        payload.extend_from_slice(chunk.get(..size_bytes)?);
        framed = chunk.get(size_bytes..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::payload;

    #[test]
    fn chunks_are_joined_and_broken_framing_is_refused() {
        let framed: [(&[u8], Option<&[u8]>); 6] = [
            (b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", Some(b"")),
            (b"3;chunk-signature=0\r\na\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", Some(b"a\r\n0123456789")),
            (b"", None),
            (b"4\r\nabc\r\n0\r\n\r\n", None),
            (b"ffffffffffffffff\r\na", None),
            (b"x\r\n\r\n", None),
        ];
        for (framed, expected) in framed {
            assert_eq!(payload(framed).as_deref(), expected, "{framed:?}");
        }
    }
}
