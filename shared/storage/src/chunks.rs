//! The bytes of one object as they arrive, so that memory does not grow with the object.
//!
//! It does not know about lines or formats, and never trusts a declared length for an allocation.

use std::collections::VecDeque;

use std::io::Write;

use bytes::{Bytes, BytesMut};
use flate2::write::MultiGzDecoder;

use crate::{StorageError, folder, s3};

/// What is reserved ahead for an object that is to be held whole; beyond it, only what has arrived counts.
const FIRST_RESERVE_BYTES: u64 = 64 * 1024;

/// An object's bytes in order. Made by [`Store::read`](crate::Store::read), or collected from bytes at hand.
#[derive(Debug)]
pub struct Chunks(Source);

#[derive(Debug)]
enum Source {
    S3(Box<s3::Body>),
    Folder(folder::Body),
    AtHand(VecDeque<Bytes>),
    Packed(Box<Packed>),
}

/// What is unpacked at a time. Deflate gives at most 1,032 bytes for one, so that no file can ask for much memory.
const PIECE_BYTES: usize = 8 * 1024;

/// The bytes that a gzip stream stands for.
#[derive(Debug)]
struct Packed {
    chunks: Chunks,
    uri: String,
    /// Of a chunk what is not unpacked yet.
    rest: Bytes,
    /// `None` once the stream has ended.
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
}

impl Packed {
    async fn next(&mut self) -> Result<Option<Bytes>, StorageError> {
        while let Some(decoder) = &mut self.decoder {
            if self.rest.is_empty() {
                match Box::pin(self.chunks.next()).await? {
                    Some(chunk) => self.rest = chunk,
                    None => return self.end(),
                }
            }
            let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES));
            if let Err(source) = decoder.write_all(&piece) {
                return Err(StorageError::Unpackable { uri: self.uri.clone(), source });
            }
            if !decoder.get_ref().is_empty() {
                return Ok(Some(std::mem::take(decoder.get_mut()).into()));
            }
        }
        Ok(None)
    }

    /// What the end of the stream gives, which may be missing.
    fn end(&mut self) -> Result<Option<Bytes>, StorageError> {
        let Some(decoder) = self.decoder.take() else { return Ok(None) };
        match decoder.finish() {
            Ok(last) => Ok((!last.is_empty()).then(|| last.into())),
            Err(source) => Err(StorageError::Unpackable { uri: self.uri.clone(), source }),
        }
    }
}

impl Chunks {
    pub(crate) fn from_s3(body: s3::Body) -> Self {
        Self(Source::S3(Box::new(body)))
    }

    pub(crate) fn from_file(body: folder::Body) -> Self {
        Self(Source::Folder(body))
    }

    /// What a gzip stream stands for, unpacked as it is asked for: memory does not grow with either length.
    #[must_use]
    pub fn unpacked(self, uri: String) -> Self {
        let decoder = Some(MultiGzDecoder::new(Vec::new()));
        Self(Source::Packed(Box::new(Packed { chunks: self, uri, rest: Bytes::new(), decoder })))
    }

    /// The next bytes, never empty; `None` when the object has ended, and then for ever.
    ///
    /// A connection that breaks off is resumed where it stopped, if the object is still the same one.
    ///
    /// # Errors
    /// `Unavailable` when the rest cannot be had, `Unpackable` when it is no gzip. What was returned before stays right.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StorageError> {
        loop {
            let chunk = match &mut self.0 {
                Source::S3(body) => body.next().await?,
                Source::Folder(body) => body.next().await?,
                Source::AtHand(bytes) => bytes.pop_front(),
                Source::Packed(packed) => packed.next().await?,
            };
            if chunk.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
                return Ok(chunk);
            }
        }
    }

    /// The length that the backend declares for the whole object, if it does.
    #[must_use]
    pub fn declared_bytes(&self) -> Option<u64> {
        match &self.0 {
            Source::S3(body) => body.declared_bytes(),
            Source::Folder(body) => Some(body.declared_bytes()),
            Source::AtHand(bytes) => Some(bytes.iter().map(|chunk| chunk.len() as u64).sum()),
            Source::Packed(_) => None,
        }
    }

    /// All the bytes, or `TooLarge`, without reading more than `limit_bytes` and one chunk.
    pub(crate) async fn collect(mut self, uri: String, limit_bytes: u64) -> Result<Bytes, StorageError> {
        let declared = self.declared_bytes().unwrap_or(0);
        if declared > limit_bytes {
            return Err(StorageError::TooLarge { uri, limit_bytes });
        }
        // An object of one chunk is not copied. It is read to its end all the same: a wrong checksum is told only there.
        let Some(first) = self.next().await? else { return Ok(Bytes::new()) };
        let mut whole = BytesMut::new();
        let mut length_bytes = first.len() as u64;
        while let Some(chunk) = self.next().await? {
            length_bytes += chunk.len() as u64;
            if length_bytes > limit_bytes {
                break;
            }
            if whole.is_empty() {
                whole.reserve(declared.min(FIRST_RESERVE_BYTES) as usize);
                whole.extend_from_slice(&first);
            }
            whole.extend_from_slice(&chunk);
        }
        if length_bytes > limit_bytes {
            return Err(StorageError::TooLarge { uri, limit_bytes });
        }
        Ok(if whole.is_empty() { first } else { whole.freeze() })
    }
}

/// Bytes that are already here, to be read as an object would be.
impl FromIterator<Bytes> for Chunks {
    fn from_iter<I: IntoIterator<Item = Bytes>>(chunks: I) -> Self {
        Self(Source::AtHand(chunks.into_iter().collect()))
    }
}
