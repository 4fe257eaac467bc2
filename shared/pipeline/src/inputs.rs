//! The inputs of a run: single objects, read whole up to a limit.
//!
//! It judges nothing, and knows no monitor.

use crate::RunError;
use crate::document::{self, Document, Holder};
use aws_sdk_s3::Client;
use bellwether_analysis::selection::Selection;
use bellwether_contract::ContractError;
use bellwether_storage::{Location, StorageError, Store};
use bytes::Bytes;

/// Largest file of declared columns.
const MAX_PATHS_BYTES: u64 = 1024 * 1024;

/// Reads the object that a location names.
pub async fn object(location: &Location, s3: Option<&Client>, limit_bytes: u64) -> Result<Bytes, RunError> {
    let (folder, key) = location.as_object().ok_or_else(|| {
        ContractError::malformed(location.to_string(), "names no object; give the URI of a file")
    })?;
    Ok(Store::new(&folder, s3)?.get(&key, limit_bytes).await?)
}

/// Reads the document of monitors.
pub async fn document(
    location: &Location,
    s3: Option<&Client>,
    holder: Holder<'_>,
) -> Result<Document, RunError> {
    let bytes = object(location, s3, document::MAX_BYTES).await?;
    Ok(Document::read(&location.to_string(), &bytes, holder)?)
}

/// Reads declared columns.
pub async fn selection(location: &Location, s3: Option<&Client>) -> Result<Selection, RunError> {
    let bytes = object(location, s3, MAX_PATHS_BYTES).await?;
    Ok(Selection::parse(&location.to_string(), &bytes)?)
}

/// A missing object as `None`.
pub(crate) fn optional(read: Result<Bytes, StorageError>) -> Result<Option<Bytes>, StorageError> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
