//! What can go wrong with an object, sorted by what the reader of the alarm does next.
//!
//! It holds no retry: the SDK retries what it knows, the caller decides about the rest.

/// What a backend said, kept as it was.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The error of every verb of a [`Store`](crate::Store).
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The object is not there, though its bucket or folder is.
    #[error("{uri}: there is no such object")]
    NotFound { uri: String },
    /// The bucket or the folder that the location names does not exist. Correct the configuration.
    #[error("{uri}: its bucket or folder does not exist")]
    NoSuchLocation { uri: String },
    /// Trying again will not help: the key or the location is not valid, or permission is missing.
    #[error("{uri}: is refused: {reason}")]
    Refused { uri: String, reason: String, source: Option<Cause> },
    /// The object is larger than the caller was ready to hold.
    #[error("{uri}: is larger than the limit of {limit_bytes} bytes")]
    TooLarge { uri: String, limit_bytes: u64 },
    /// A gzip object is cut, or none. What was read of it before stays right.
    #[error("{uri} cannot be unpacked any further; write it again, whole")]
    Unpackable { uri: String, source: std::io::Error },
    /// The backend did not answer, throttled or broke off. Try again later; a write may have happened.
    #[error("{uri}: cannot be reached at present")]
    Unavailable { uri: String, source: Cause },
}

impl StorageError {
    pub(crate) fn refused(uri: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Refused { uri: uri.into(), reason: reason.into(), source: None }
    }

    pub(crate) fn denied(uri: &str, reason: &str, source: impl Into<Cause>) -> Self {
        Self::Refused { uri: uri.into(), reason: reason.into(), source: Some(source.into()) }
    }

    pub(crate) fn unavailable(uri: &str, source: impl Into<Cause>) -> Self {
        Self::Unavailable { uri: uri.into(), source: source.into() }
    }
}
