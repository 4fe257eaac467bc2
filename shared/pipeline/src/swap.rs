//! An object that several change at once: read, decide, write if it is still what was read.
//!
//! It does not know what is in the object. Whoever decides must decide alike when asked again.

use crate::RunError;
use bellwether_contract::json::{from_settings, to_vec};
use bellwether_storage::{Put, StorageError, Store, Swap, Version};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Of any number of writers one gets through in every round, so this many rounds are enough for twice as many.
const ROUNDS: u32 = 50;
const LEAST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// An object as it was read, and its state to compare; `None` where it is not there.
pub(crate) type Read<T> = Option<(T, Version)>;

/// Reads an object of at most `limit_bytes`.
pub(crate) async fn read<T: DeserializeOwned>(
    store: &Store,
    key: &str,
    limit_bytes: u64,
) -> Result<Read<T>, RunError> {
    match store.get_versioned(key, limit_bytes).await {
        Ok((bytes, version)) => Ok(Some((from_settings(&store.uri(key), &bytes)?, version))),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// It stands there, in this state where the backend tells it.
    Ours(Option<Version>),
    /// Somebody else was first, perhaps this process in a try whose answer was lost.
    Lost,
}

impl Written {
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }
}

/// Writes a value over the state that was read, or where nothing was.
pub(crate) async fn write<T: Serialize>(
    store: &Store,
    key: &str,
    value: &T,
    expected: Option<&Version>,
) -> Result<Written, RunError> {
    let bytes = Bytes::from(to_vec(value)?);
    Ok(match expected {
        None => match store.put_if_absent(key, bytes).await? {
            Put::Created(version) => Written::Ours(version),
            Put::Exists => Written::Lost,
        },
        Some(expected) => match store.put_if_match(key, bytes, expected).await? {
            Swap::Swapped(version) => Written::Ours(version),
            Swap::Changed => Written::Lost,
        },
    })
}

/// An object that one attempt changes several times: read once, and again only where somebody else may have changed it.
#[derive(Debug)]
pub(crate) struct Held<'s, T> {
    store: &'s Store,
    key: &'s str,
    limit_bytes: u64,
    /// What stands there, as far as is known; `None` where it has to be read.
    known: Option<Read<T>>,
}

impl<'s, T: Serialize + DeserializeOwned> Held<'s, T> {
    /// An object that was not read yet.
    pub(crate) fn new(store: &'s Store, key: &'s str, limit_bytes: u64) -> Self {
        Self { store, key, limit_bytes, known: None }
    }

    /// What stands there, or `None` where nothing does.
    pub(crate) async fn look(&mut self) -> Result<Option<&T>, RunError> {
        if self.known.is_none() {
            self.known = Some(read(self.store, self.key, self.limit_bytes).await?);
        }
        Ok(self.known.as_ref().and_then(Option::as_ref).map(|(value, _)| value))
    }

    /// Somebody else may change it now.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    /// Writes over what was looked at. Whether that was done; otherwise it has to be looked at again.
    pub(crate) async fn put(&mut self, value: T) -> Result<bool, RunError> {
        let seen = self.known.take().flatten().map(|(_, version)| version);
        let written = write(self.store, self.key, &value, seen.as_ref()).await?;
        let is_ours = written.is_ours();
        if let Written::Ours(Some(version)) = written {
            self.known = Some(Some((value, version)));
        }
        Ok(is_ours)
    }
}

/// Changes an object until nobody changed it meanwhile. What stands there afterwards; equal values are not written.
pub(crate) async fn update<T: Serialize + DeserializeOwned + PartialEq>(
    store: &Store,
    key: &str,
    limit_bytes: u64,
    next: impl Fn(Option<&T>) -> T,
) -> Result<T, RunError> {
    for round in 0..ROUNDS {
        let (current, version) = read(store, key, limit_bytes).await?.unzip();
        let next = next(current.as_ref());
        if current.as_ref() == Some(&next) || write(store, key, &next, version.as_ref()).await?.is_ours() {
            return Ok(next);
        }
        pause(round).await;
    }
    Err(RunError::Contended { object: store.uri(key) })
}

/// A pause drawn evenly, longer from round to round.
pub(crate) async fn pause(round: u32) {
    let ceiling = LEAST_PAUSE.saturating_mul(1 << round.min(16)).min(LONGEST_PAUSE);
    tokio::time::sleep(ceiling.mul_f64(fastrand::f64())).await;
}
