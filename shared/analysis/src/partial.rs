//! What a part of a window came to, as bytes that another machine, or another hour, takes up again.
//!
//! It knows no monitor and no place where bytes lie: a profile says how it is written ([`Partial`]), and checks what it reads. Bytes
//! are CBOR (RFC 8949), of a format of our own with a version:
//!
//! ```text
//! ["bellwether-partial", version, kind, profile]
//! ```
//!
//! Doubles are written as their bits, so that what was written is read to the last bit. What is read may come from anybody: a sketch
//! whose weights do not add up, a text that is counted twice or a number that makes sums overflow is an error, never a panic. No
//! memory is taken by claim: whatever is allocated grows with bytes that were there.
//!
//! ```
//! use bellwether_analysis::partial::{decode, encode};
//! use bellwether_analysis::table::TableProfile;
//!
//! let table = TableProfile::with_columns(["age".to_owned()]);
//! let bytes = encode(&table)?;
//! assert_eq!(decode::<TableProfile>(&bytes)?.names(), ["age"]);
//! assert!(decode::<TableProfile>(&bytes[1..]).is_err());
//! # Ok::<(), bellwether_analysis::partial::PartialError>(())
//! ```

use minicbor::decode::{Decode, Error};
use minicbor::encode::{self, Encode, Write};
use minicbor::{Decoder, Encoder};
use std::fmt::Display;

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;
/// Most bytes of a partial: 64 MiB, ten times what the widest table of a busy hour takes.
pub const MOST_PARTIAL_BYTES: usize = 64 * 1024 * 1024;
/// Most of anything that is counted in one partial; of so many, sums over 65,536 partials stay within 64 bits.
pub(crate) const MOST_COUNTED: u64 = 1 << 48;

const FORMAT: &str = "bellwether-partial";

/// A profile that can be written and read again.
pub trait Partial: Encode<()> + for<'b> Decode<'b, ()> {
    /// What it is a profile of.
    const KIND: &'static str;
}

/// A profile of a window that merges with those of later windows, without being told how records are read.
pub trait OfWindow: Partial {
    /// Why a later window cannot be merged with these, if it cannot: what came out would be the profile of nothing.
    fn differs(&self, later: &Self) -> Option<String>;

    /// Adds the profile of a later window that does not differ.
    fn merge(&mut self, later: &Self);
}

/// Why bytes are no partial that can be used.
#[derive(Debug, thiserror::Error)]
pub enum PartialError {
    /// It is larger than any partial may be.
    #[error(
        "a partial profile of {size_bytes} bytes, and at most {MOST_PARTIAL_BYTES} are written or read; measure a sample of the records, or fewer columns"
    )]
    TooLarge {
        /// How large.
        size_bytes: usize,
    },
    /// It was written by another Bellwether.
    #[error(
        "a partial profile of version {found}, and this Bellwether reads version {VERSION}; profile the records again, or read it with the Bellwether that wrote it"
    )]
    OtherVersion {
        /// Its version.
        found: u64,
    },
    /// It is a profile of something else.
    #[error("a partial profile of {found:?}, where one of {expected:?} is read")]
    OtherKind {
        /// What was asked for.
        expected: &'static str,
        /// What it says.
        found: String,
    },
    /// It was made with other settings than it is to be merged by.
    #[error("a partial profile of other settings: {0}; profile the records again")]
    OtherSettings(String),
    /// It is none, or not what was written.
    #[error("no partial profile: {0}; profile the records again")]
    Broken(#[from] Error),
}

/// A profile as bytes.
///
/// # Errors
/// [`PartialError::TooLarge`].
pub fn encode<P: Partial>(profile: &P) -> Result<Vec<u8>, PartialError> {
    written(P::KIND, |to| to.encode(profile)?.ok())
}

/// The profile that was written.
///
/// # Errors
/// Why there is none.
pub fn decode<P: Partial>(bytes: &[u8]) -> Result<P, PartialError> {
    read(P::KIND, bytes, |from| Ok(from.decode()?))
}

/// Where a profile is written to.
pub(crate) type Writer<'w> = Encoder<&'w mut Vec<u8>>;

/// The bytes of a kind of profile, which `profile` writes.
pub(crate) fn written(
    kind: &str,
    profile: impl FnOnce(&mut Writer<'_>) -> Written<Vec<u8>>,
) -> Result<Vec<u8>, PartialError> {
    let mut bytes = Vec::new();
    let mut to = Encoder::new(&mut bytes);
    let head = to.array(4).and_then(|to| to.str(FORMAT)?.u32(VERSION)?.str(kind)?.ok());
    head.and_then(|()| profile(&mut to)).expect("a vector takes every byte");
    within(bytes.len())?;
    Ok(bytes)
}

/// A kind of profile, which `profile` reads to its end.
pub(crate) fn read<'b, P>(
    kind: &'static str,
    bytes: &'b [u8],
    profile: impl FnOnce(&mut Decoder<'b>) -> Result<P, PartialError>,
) -> Result<P, PartialError> {
    within(bytes.len())?;
    let mut from = Decoder::new(bytes);
    if from.array()? != Some(4) || from.str()? != FORMAT {
        return Err(Error::message("it does not begin as one").at(0).into());
    }
    match from.u64()? {
        version if version == u64::from(VERSION) => {}
        found => return Err(PartialError::OtherVersion { found }),
    }
    match from.str()? {
        found if found == kind => {}
        found => {
            let found = found.chars().take(SHOWN_CHARS).collect();
            return Err(PartialError::OtherKind { expected: kind, found });
        }
    }
    let profile = profile(&mut from)?;
    match bytes.len() - from.position() {
        0 => Ok(profile),
        more => Err(broken(&from, format!("{more} bytes more than it has")).into()),
    }
}

/// Most characters of foreign text in an error.
const SHOWN_CHARS: usize = 60;

fn within(size_bytes: usize) -> Result<(), PartialError> {
    if size_bytes > MOST_PARTIAL_BYTES { Err(PartialError::TooLarge { size_bytes }) } else { Ok(()) }
}

/// That what stands before this place cannot have been written.
pub(crate) fn broken(from: &Decoder<'_>, reason: impl Display) -> Error {
    Error::message(reason).at(from.position())
}

/// The same where something does not hold.
pub(crate) fn check(holds: bool, from: &Decoder<'_>, reason: impl Display) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(broken(from, reason)) }
}

/// What [`Encode::encode`] gives.
pub(crate) type Written<W> = Result<(), encode::Error<<W as Write>::Error>>;

/// A number of things, few enough that sums of such numbers do not overflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl Encode<()> for Count {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.u64(self.0)?.ok()
    }
}

impl<'b> Decode<'b, ()> for Count {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let count = from.u64()?;
        check(count <= MOST_COUNTED, from, format!("{count} is more than was ever counted"))?;
        Ok(Self(count))
    }
}

/// A double by its bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits(pub(crate) f64);

impl Encode<()> for Bits {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.u64(self.0.to_bits())?.ok()
    }
}

impl<'b> Decode<'b, ()> for Bits {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        Ok(Self(f64::from_bits(from.u64()?)))
    }
}

/// Items of `N` bytes each as one piece of bytes.
pub(crate) fn put_items<W: Write, const N: usize>(
    to: &mut Encoder<W>,
    items: impl ExactSizeIterator<Item = [u8; N]>,
) -> Written<W> {
    to.bytes_len((items.len() * N) as u64)?;
    for item in items {
        to.writer_mut().write_all(&item).map_err(encode::Error::write)?;
    }
    Ok(())
}

/// The items of such a piece.
pub(crate) fn items<'b, const N: usize>(from: &mut Decoder<'b>) -> Result<&'b [[u8; N]], Error> {
    let (items, rest) = from.bytes()?.as_chunks();
    check(rest.is_empty(), from, format!("bytes that are no pieces of {N}"))?;
    Ok(items)
}

#[cfg(test)]
pub(crate) mod tests;
