//! The verbs: get, read, put, put-if-absent, compare-and-swap, list.
//!
//! Keys are checked here, once for both backends; how a verb is done is the backend's own file.

use std::path::PathBuf;

use aws_sdk_s3::Client;
use bytes::Bytes;

use crate::s3::Object;
use crate::{Chunks, Location, StorageError, folder, key};

/// A set of keys: the objects below an S3 prefix, or the files below a folder.
#[derive(Clone, Debug)]
pub enum Store {
    /// Objects of `bucket` whose keys begin with `prefix` and a slash; an empty prefix means all of them.
    S3 { client: Client, bucket: String, prefix: String },
    /// Files below the folder, which must exist (see [`Store::create_if_folder`]).
    Folder(PathBuf),
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// The object was not there; now it is, with our bytes, in this state where the backend tells it.
    Created(Option<Version>),
    /// The object was there already and was not touched. On S3 it may be our own: an earlier try whose answer
    /// was lost. Who must know reads it back.
    Exists,
}

/// One state of one object, to be compared with a later one. It says nothing about order in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(State);

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    ETag(String),
    /// A folder keeps no names for states, so the bytes themselves are compared.
    Bytes(Bytes),
}

impl Version {
    pub(crate) fn of_etag(etag: Option<String>) -> Option<Self> {
        etag.map(|etag| Self(State::ETag(etag)))
    }

    pub(crate) fn of_bytes(bytes: Bytes) -> Self {
        Self(State::Bytes(bytes))
    }
}

/// What became of a compare-and-swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swap {
    /// The object was in the state that was expected; now it has our bytes, in this state where the backend tells it.
    Swapped(Option<Version>),
    /// It was not, or is gone, or somebody else is writing: nothing was written. Read it again. On S3 the new state
    /// may be our own: an earlier try whose answer was lost.
    Changed,
}

/// One object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the store's location.
    pub key: String,
    pub size_bytes: u64,
}

/// What lies right below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Names of folders that hold anything, in the order of UTF-8 bytes.
    pub folders: Vec<String>,
    /// Objects, in the order of keys.
    pub files: Vec<Entry>,
}

impl Store {
    /// The store at `location`.
    ///
    /// # Errors
    /// `Refused` for an S3 location without a client.
    pub fn new(location: &Location, s3: Option<&Client>) -> Result<Self, StorageError> {
        match (location, s3) {
            (Location::Folder(path), _) => Ok(Self::Folder(path.clone())),
            (Location::S3 { bucket, prefix }, Some(client)) => {
                Ok(Self::S3 { client: client.clone(), bucket: bucket.clone(), prefix: prefix.clone() })
            }
            (Location::S3 { .. }, None) => {
                Err(StorageError::refused(location.to_string(), "no S3 client was configured"))
            }
        }
    }

    /// The store's own location.
    #[must_use]
    pub fn location(&self) -> Location {
        match self {
            Self::S3 { bucket, prefix, .. } => {
                Location::S3 { bucket: bucket.clone(), prefix: prefix.trim_end_matches('/').to_owned() }
            }
            Self::Folder(root) => Location::Folder(root.clone()),
        }
    }

    /// The full name of `key`, for people.
    #[must_use]
    pub fn uri(&self, key: &str) -> String {
        format!("{}/{key}", self.location())
    }

    /// The whole object, if it has at most `limit_bytes`.
    ///
    /// # Errors
    /// `TooLarge`, without the rest being read; otherwise as [`Store::read`].
    pub async fn get(&self, key: &str, limit_bytes: u64) -> Result<Bytes, StorageError> {
        let chunks = self.read(key).await?;
        chunks.collect(self.uri(key), limit_bytes).await
    }

    /// The whole object as [`Store::get`] gives it, and the state that [`Store::put_if_match`] compares.
    ///
    /// # Errors
    /// As [`Store::get`]; `Refused` too where an S3 endpoint tells no ETag.
    pub async fn get_versioned(&self, key: &str, limit_bytes: u64) -> Result<(Bytes, Version), StorageError> {
        let Self::S3 { client, bucket, prefix } = self else {
            let bytes = self.get(key, limit_bytes).await?;
            return Ok((bytes.clone(), Version(State::Bytes(bytes))));
        };
        self.check(key)?;
        let body = Object::new(client, bucket, prefix, key).read().await?;
        let etag = body.etag().map(str::to_owned);
        let etag = etag.ok_or_else(|| StorageError::refused(self.uri(key), "the endpoint tells no ETag"))?;
        let bytes = Chunks::from_s3(body).collect(self.uri(key), limit_bytes).await?;
        Ok((bytes, Version(State::ETag(etag))))
    }

    /// The object as a stream of chunks, in constant memory.
    ///
    /// # Errors
    /// `NotFound`, and only for a missing object; `NoSuchLocation`; `Refused` without permission, or for a key
    /// that is not valid. A valid key has at most 1,024 bytes (S3's prefix included), no control characters, no
    /// component that is empty, `.`, `..` or begins with `.bellwether-put-`. In a folder symbolic links are followed,
    /// wherever they lead; one that leads nowhere is refused, and so is anything that is not a regular file.
    pub async fn read(&self, key: &str) -> Result<Chunks, StorageError> {
        self.check(key)?;
        match self {
            Self::S3 { client, bucket, prefix } => {
                Ok(Chunks::from_s3(Object::new(client, bucket, prefix, key).read().await?))
            }
            Self::Folder(root) => Ok(Chunks::from_file(folder::read(root, key, self.uri(key)).await?)),
        }
    }

    /// Writes the object, whether or not it is there. A reader sees all of the old bytes or all of the new.
    ///
    /// # Errors
    /// As [`Store::read`], save `NotFound`. `Unavailable` leaves open whether the write happened. A folder refuses to write
    /// through or over a symbolic link below the root, so that nothing outside of it is changed.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.check(key)?;
        match self {
            Self::S3 { client, bucket, prefix } => Object::new(client, bucket, prefix, key).put(bytes).await,
            Self::Folder(root) => folder::put(root, key, self.uri(key), bytes).await,
        }
    }

    /// Writes the object only if it is not there. Of any number of writers at once, one gets [`Put::Created`].
    ///
    /// # Errors
    /// As [`Store::put`]. A folder needs a file system with hard links.
    pub async fn put_if_absent(&self, key: &str, bytes: Bytes) -> Result<Put, StorageError> {
        self.check(key)?;
        match self {
            Self::S3 { client, bucket, prefix } => {
                Object::new(client, bucket, prefix, key).put_if_absent(bytes).await
            }
            Self::Folder(root) => folder::put_if_absent(root, key, self.uri(key), bytes).await,
        }
    }

    /// Writes the object only if it is still in the state that was read. Of any number of swaps of one state, one is
    /// [`Swap::Swapped`]. In a folder that holds among swaps: an object that is swapped must not be `put` as well.
    ///
    /// # Errors
    /// As [`Store::put`]; `Refused` too for a version that another kind of store gave. S3 wants permission to read
    /// the object as well as to write it. A folder needs a file system with locks.
    pub async fn put_if_match(
        &self,
        key: &str,
        bytes: Bytes,
        expected: &Version,
    ) -> Result<Swap, StorageError> {
        self.check(key)?;
        match (self, &expected.0) {
            (Self::S3 { client, bucket, prefix }, State::ETag(etag)) => {
                Object::new(client, bucket, prefix, key).put_if_match(bytes, etag).await
            }
            (Self::Folder(root), State::Bytes(held)) => {
                folder::put_if_match(root, key, self.uri(key), bytes, held.clone()).await
            }
            _ => Err(StorageError::refused(self.uri(key), "the version is of another kind of store")),
        }
    }

    /// Every object whose key begins with the string `beginning` (`a` finds `a` and `ab/c`), in the order of UTF-8
    /// bytes. Keys that end in `/` and unfinished writes are left out; so are, in a folder, whatever is not a regular
    /// file, and names that are not UTF-8, which no key can express. Symbolic links are followed, save those that lead back
    /// to where the way came from; one that leads nowhere is listed as an empty object, so that whoever reads it is told.
    ///
    /// # Errors
    /// `NoSuchLocation`, `Refused`, `Unavailable`. A beginning that no key has is an empty list.
    pub async fn list(&self, beginning: &str) -> Result<Vec<Entry>, StorageError> {
        if let Some(reason) = key::prefix_refusal(beginning, self.ahead_bytes()) {
            return Err(StorageError::refused(self.uri(&escaped(beginning)), reason));
        }
        let mut entries = match self {
            Self::S3 { client, bucket, prefix } => {
                Object::new(client, bucket, prefix, beginning).list(self.ahead_bytes()).await?
            }
            Self::Folder(root) => folder::list(root, beginning, self.uri(beginning)).await?,
        };
        entries.retain(|entry| key::is_listed(&entry.key));
        // A directory bucket answers in no order, a folder in the file system's.
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    /// The first of what [`Store::list`] would find, in one request where the backend lists in order.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn first(&self, beginning: &str) -> Result<Option<Entry>, StorageError> {
        self.find(beginning, |_| true).await
    }

    /// The first of what [`Store::list`] would find that is wanted. Nothing behind it is listed where the backend lists in
    /// order.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn find(
        &self,
        beginning: &str,
        is_wanted: impl Fn(&Entry) -> bool + Send,
    ) -> Result<Option<Entry>, StorageError> {
        if let Some(reason) = key::prefix_refusal(beginning, self.ahead_bytes()) {
            return Err(StorageError::refused(self.uri(&escaped(beginning)), reason));
        }
        match self {
            Self::S3 { bucket, .. } if lists_in_no_order(bucket) => {
                Ok(self.list(beginning).await?.into_iter().find(is_wanted))
            }
            Self::S3 { client, bucket, prefix } => {
                let is_wanted = move |entry: &Entry| key::is_listed(&entry.key) && is_wanted(entry);
                Object::new(client, bucket, prefix, beginning).find(self.ahead_bytes(), is_wanted).await
            }
            Self::Folder(root) => folder::find(root, beginning, self.uri(beginning), is_wanted).await,
        }
    }

    /// Names of the folders right below `folder`, as [`Store::level`] tells them.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn folders(&self, folder: &str) -> Result<Vec<String>, StorageError> {
        let mut folders = self.level(folder).await?.folders;
        folders.retain(|name| !name.is_empty());
        Ok(folders)
    }

    /// What lies right below `folder`, which is empty or ends in a slash: what keys have between it and their next slash (which
    /// may be nothing), and the keys that have no slash behind it. Nothing further below is listed.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub async fn level(&self, folder: &str) -> Result<Level, StorageError> {
        if let Some(reason) = key::prefix_refusal(folder, self.ahead_bytes()) {
            return Err(StorageError::refused(self.uri(&escaped(folder)), reason));
        }
        let mut level = match self {
            Self::S3 { client, bucket, prefix } => {
                Object::new(client, bucket, prefix, folder).level(self.ahead_bytes()).await?
            }
            Self::Folder(root) => folder::level(root, folder, self.uri(folder)).await?,
        };
        level.folders.sort_unstable();
        level.files.retain(|entry| key::is_listed(&entry.key));
        level.files.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(level)
    }

    /// Whether there is something to read from: any key below the S3 prefix; the folder itself, even if empty.
    ///
    /// # Errors
    /// `NoSuchLocation` for a missing bucket (a missing folder is `false`), `Refused`, `Unavailable`.
    pub async fn holds_anything(&self) -> Result<bool, StorageError> {
        match self {
            Self::S3 { client, bucket, prefix } => {
                Object::new(client, bucket, prefix, "").begins_any_key().await
            }
            Self::Folder(root) => folder::exists(root, self.uri("")).await,
        }
    }

    /// Whether EventBridge hears of new objects: a setting of the bucket; `None` for a folder, which tells nobody.
    ///
    /// # Errors
    /// `NoSuchLocation`, `Refused` without `s3:GetBucketNotification`, `Unavailable`.
    pub async fn tells_event_bridge(&self) -> Result<Option<bool>, StorageError> {
        match self {
            Self::S3 { client, bucket, prefix } => {
                Object::new(client, bucket, prefix, "").tells_event_bridge().await.map(Some)
            }
            Self::Folder(_) => Ok(None),
        }
    }

    /// Makes a folder (and those above it) ready for writing, as an S3 prefix needs no making. Buckets are never
    /// made: a mistyped one stays `NoSuchLocation`.
    ///
    /// # Errors
    /// `Refused` or `Unavailable` when the folder cannot be made.
    pub async fn create_if_folder(&self) -> Result<(), StorageError> {
        match self {
            Self::S3 { .. } => Ok(()),
            Self::Folder(root) => folder::create(root, self.location().to_string()).await,
        }
    }

    fn check(&self, key: &str) -> Result<(), StorageError> {
        match key::refusal(key, self.ahead_bytes()) {
            Some(reason) => Err(StorageError::refused(self.uri(&escaped(key)), reason)),
            None => Ok(()),
        }
    }

    /// How many bytes stand before a key in the backend's own key: the prefix and its slash.
    fn ahead_bytes(&self) -> usize {
        match self {
            Self::S3 { prefix, .. } if !prefix.is_empty() => prefix.trim_end_matches('/').len() + 1,
            Self::S3 { .. } | Self::Folder(_) => 0,
        }
    }
}

/// A directory bucket: its name says so.
fn lists_in_no_order(bucket: &str) -> bool {
    bucket.ends_with("--x-s3")
}

fn escaped(key: &str) -> String {
    key.escape_debug().to_string()
}
