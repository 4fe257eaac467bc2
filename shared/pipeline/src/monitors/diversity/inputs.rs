//! What lists are measured by and held against: sessions, the catalogue, the lists of the run before.
//!
//! It judges nothing.

use crate::RunError;
use crate::inputs::object;
use crate::settings::hex;
use aws_sdk_s3::Client;
use bellwether_analysis::monitors::diversity::OrReason;
use bellwether_contract::ContractError;
use bellwether_contract::catalog::{Catalog, MAX_CATALOG_BYTES};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::lists::{MAX_LISTS_BYTES, RecommendationList, parse_lists, write_lists};
use bellwether_contract::sessions::{MAX_VALIDATION_SET_BYTES, Session, parse_sessions};
use bellwether_storage::{Location, StorageError, Store};
use bytes::Bytes;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// Reads a validation set.
pub(crate) async fn sessions(location: &Location, s3: Option<&Client>) -> Result<Vec<Session>, RunError> {
    let bytes = object(location, s3, MAX_VALIDATION_SET_BYTES).await?;
    Ok(parse_sessions(&location.to_string(), &bytes)?)
}

/// Reads a catalogue, and the SHA-256 of its bytes.
pub(crate) async fn catalog(location: &Location, s3: Option<&Client>) -> Result<(Catalog, String), RunError> {
    let bytes = object(location, s3, MAX_CATALOG_BYTES).await?;
    Ok((Catalog::parse(&location.to_string(), &bytes)?, hex(&Sha256::digest(&bytes))))
}

/// Reads a file of lists as text, unpacked where it is gzip.
pub(crate) async fn lists_text(location: &Location, s3: Option<&Client>) -> Result<String, RunError> {
    let bytes = object(location, s3, MAX_LISTS_BYTES).await?;
    Ok(unpacked(&location.to_string(), bytes)?)
}

/// The lists of the run before, or why there are none: what is broken in them is no fault of this run. `window` is what a
/// window of the schedule is called.
pub(crate) async fn earlier_lists(
    reports: &Store,
    run: &RunFolder,
    window: &str,
) -> Result<OrReason<Vec<RecommendationList>>, RunError> {
    let key = Key::Report(run, ReportFile::Recommendations).to_string();
    let uri = reports.uri(&key);
    let unreadable =
        |error: &dyn std::fmt::Display| format!("the lists of the {window} before cannot be read: {error}");
    let bytes = match reports.get(&key, MAX_LISTS_BYTES).await {
        Ok(bytes) => bytes,
        Err(StorageError::NotFound { .. }) => {
            return Ok(Err(format!("no lists of the {window} before at {uri}")));
        }
        Err(error @ StorageError::TooLarge { .. }) => return Ok(Err(unreadable(&error))),
        Err(error) => return Err(error.into()),
    };
    let lists = unpacked(&uri, bytes).and_then(|text| parse_lists(&uri, &text));
    Ok(lists.map_err(|error| unreadable(&error)))
}

/// Text, unpacked where it is gzip; never more than the limit of a lists file.
fn unpacked(name: &str, bytes: Bytes) -> Result<String, ContractError> {
    let mut text = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut reader = GzDecoder::new(bytes.as_ref()).take(MAX_LISTS_BYTES + 1);
        reader
            .read_to_end(&mut text)
            .map_err(|error| ContractError::malformed(name, format!("gzip: {error}")))?;
        if text.len() as u64 > MAX_LISTS_BYTES {
            return Err(ContractError::malformed(
                name,
                format!("more than {MAX_LISTS_BYTES} bytes unpacked"),
            ));
        }
    } else {
        text = bytes.into();
    }
    String::from_utf8(text).map_err(|error| ContractError::malformed(name, format!("not UTF-8: {error}")))
}

/// Lists as gzip without a time stamp: same lists, same bytes.
pub(super) fn packed(lists: &[RecommendationList]) -> Result<Vec<u8>, ContractError> {
    let broken = |error: std::io::Error| {
        ContractError::malformed(ReportFile::Recommendations.name(), error.to_string())
    };
    let lines = write_lists(lists).map_err(|error| broken(error.into()))?;
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    packer.write_all(&lines).map_err(broken)?;
    packer.finish().map_err(broken)
}
