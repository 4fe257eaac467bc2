//! The verbs on one S3 object or prefix, and what S3's answers mean.
//!
//! It makes no client and sets no retry policy; the SDK's own retries come first, in whatever number the client has.

use std::io::{self, ErrorKind};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use bellwether_contract::keys::content_type;
use bytes::Bytes;

use crate::{Entry, Level, Put, StorageError, Swap, Version};

/// Tries of a conditional write that S3 answers with 409, because another one is under way.
const CONFLICT_TRIES: u32 = 6;
const FIRST_CONFLICT_PAUSE: Duration = Duration::from_millis(50);
/// Keys of a page where one is wanted: markers of folders come before it.
const FIRST_PAGE: i32 = 10;
/// How often one reading may be resumed after the connection broke off.
const RESUMPTIONS: u32 = 3;

/// An object, or the beginning of many, by its whole key.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    client: Client,
    bucket: String,
    key: String,
}

impl Object {
    pub(crate) fn new(client: &Client, bucket: &str, prefix: &str, key: &str) -> Self {
        let key = match prefix.trim_end_matches('/') {
            "" => key.to_owned(),
            prefix => format!("{prefix}/{key}"),
        };
        Self { client: client.clone(), bucket: bucket.to_owned(), key }
    }

    fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    pub(crate) async fn read(self) -> Result<Body, StorageError> {
        let answer = self.request(None).await.map_err(|error| classify(self.uri(), error))?;
        Ok(Body::new(self, answer))
    }

    async fn request(&self, rest: Option<(u64, &str)>) -> Result<GetObjectOutput, SdkError<GetObjectError>> {
        let request = self.client.get_object().bucket(&self.bucket).key(&self.key);
        match rest {
            None => request.send().await,
            Some((position, etag)) => request.range(format!("bytes={position}-")).if_match(etag).send().await,
        }
    }

    fn write(&self) -> PutObjectFluentBuilder {
        let request = self.client.put_object().bucket(&self.bucket).key(&self.key);
        request.content_type(content_type(&self.key))
    }

    pub(crate) async fn put(&self, bytes: Bytes) -> Result<(), StorageError> {
        let request = self.write();
        let answer = request.body(ByteStream::from(bytes)).send().await;
        answer.map(|_| ()).map_err(|error| classify(self.uri(), error))
    }

    pub(crate) async fn put_if_absent(&self, bytes: Bytes) -> Result<Put, StorageError> {
        let mut pause = FIRST_CONFLICT_PAUSE;
        let mut tries = 0;
        loop {
            tries += 1;
            let request = self.write().if_none_match("*");
            let error = match request.body(ByteStream::from(bytes.clone())).send().await {
                Ok(written) => return Ok(Put::Created(Version::of_etag(written.e_tag))),
                Err(error) => error,
            };
            match status(&error) {
                Some(412) => return Ok(Put::Exists),
                Some(409) if tries < CONFLICT_TRIES => {
                    tokio::time::sleep(pause.mul_f64(fastrand::f64() + 0.5)).await;
                    pause *= 2;
                }
                _ => return Err(classify(self.uri(), error)),
            }
        }
    }

    /// One try: whoever is told [`Swap::Changed`] reads again before another one.
    pub(crate) async fn put_if_match(&self, bytes: Bytes, etag: &str) -> Result<Swap, StorageError> {
        let request = self.write().if_match(etag);
        let error = match request.body(ByteStream::from(bytes)).send().await {
            Ok(written) => return Ok(Swap::Swapped(Version::of_etag(written.e_tag))),
            Err(error) => error,
        };
        match (code(&error), status(&error)) {
            // 409: another write is under way, or the object vanished under this one. 404: it is gone.
            ("NoSuchKey", _) | (_, Some(409 | 412)) => Ok(Swap::Changed),
            _ => Err(classify(self.uri(), error)),
        }
    }

    /// Everything that begins with this key, the first `ahead_bytes` of each key left off.
    pub(crate) async fn list(&self, ahead_bytes: usize) -> Result<Vec<Entry>, StorageError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.key);
        let mut pages = request.into_paginator().send();
        let mut entries = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify(self.uri(), error))?;
            entries.extend(page.contents().iter().filter_map(|object| entry(object, ahead_bytes)));
        }
        Ok(entries)
    }

    /// The first of what [`Object::list`] finds that is wanted, as the bucket orders it: nearly always on a small page. No
    /// page is asked for after it.
    pub(crate) async fn find(
        &self,
        ahead_bytes: usize,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Option<Entry>, StorageError> {
        let (mut most, mut next) = (Some(FIRST_PAGE), None);
        loop {
            let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.key);
            let page = request.set_max_keys(most.take()).set_continuation_token(next).send().await;
            let page = page.map_err(|error| classify(self.uri(), error))?;
            let mut entries = page.contents().iter().filter_map(|object| entry(object, ahead_bytes));
            let found = entries.find(&is_wanted);
            next = page.next_continuation_token.filter(|_| found.is_none());
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// What stands between this key and the next slash of the keys that begin with it, and the keys that have none.
    pub(crate) async fn level(&self, ahead_bytes: usize) -> Result<Level, StorageError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.key).delimiter("/");
        let mut pages = request.into_paginator().send();
        let mut level = Level::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| classify(self.uri(), error))?;
            let prefixes = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            let names = prefixes.filter_map(|folder| folder.strip_prefix(&self.key)?.strip_suffix('/'));
            level.folders.extend(names.map(str::to_owned));
            level.files.extend(page.contents().iter().filter_map(|object| entry(object, ahead_bytes)));
        }
        Ok(level)
    }

    pub(crate) async fn begins_any_key(&self) -> Result<bool, StorageError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.key);
        let page = request.max_keys(1).send().await.map_err(|error| classify(self.uri(), error))?;
        Ok(!page.contents().is_empty())
    }

    pub(crate) async fn tells_event_bridge(&self) -> Result<bool, StorageError> {
        let request = self.client.get_bucket_notification_configuration().bucket(&self.bucket);
        let told = request.send().await.map_err(|error| classify(self.uri(), error))?;
        Ok(told.event_bridge_configuration().is_some())
    }
}

fn entry(object: &aws_sdk_s3::types::Object, ahead_bytes: usize) -> Option<Entry> {
    let key = object.key()?.get(ahead_bytes..)?.to_owned();
    let size_bytes = object.size().and_then(|size| u64::try_from(size).ok())?;
    Some(Entry { key, size_bytes })
}

/// The bytes of one object, resumed where they break off, as long as its ETag is the same.
#[derive(Debug)]
pub(crate) struct Body {
    object: Object,
    stream: ByteStream,
    etag: Option<String>,
    position: u64,
    declared_bytes: Option<u64>,
    resumptions_left: u32,
}

impl Body {
    fn new(object: Object, answer: GetObjectOutput) -> Self {
        Self {
            object,
            etag: answer.e_tag,
            position: 0,
            declared_bytes: answer.content_length.and_then(|length| u64::try_from(length).ok()),
            resumptions_left: RESUMPTIONS,
            stream: answer.body,
        }
    }

    pub(crate) fn declared_bytes(&self) -> Option<u64> {
        self.declared_bytes
    }

    /// What S3 calls this state of the object.
    pub(crate) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, StorageError> {
        loop {
            match self.stream.next().await {
                Some(Ok(chunk)) => {
                    self.position += chunk.len() as u64;
                    return Ok(Some(chunk));
                }
                Some(Err(broken)) => self.resume(broken.into()).await?,
                None if self.is_short() => self.resume(ErrorKind::UnexpectedEof.into()).await?,
                None => return Ok(None),
            }
        }
    }

    fn is_short(&self) -> bool {
        self.declared_bytes.is_some_and(|length| self.position < length)
    }

    async fn resume(&mut self, broken: io::Error) -> Result<(), StorageError> {
        // What fails at the very end is the checksum of the whole: there is no rest to ask for.
        let possible = self.is_short() && self.resumptions_left > 0;
        let Some(etag) = self.etag.as_deref().filter(|_| possible) else {
            return Err(StorageError::unavailable(&self.object.uri(), broken));
        };
        self.resumptions_left -= 1;
        let answer = self.object.request(Some((self.position, etag))).await;
        let answer = answer.map_err(|error| classify(self.object.uri(), error))?;
        let start = format!("bytes {}-", self.position);
        if !answer.content_range().is_some_and(|range| range.starts_with(&start)) {
            return Err(StorageError::unavailable(&self.object.uri(), broken));
        }
        self.stream = answer.body;
        Ok(())
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// S3's own code, or the one that AWS's front doors write into a header when they throttle ahead of S3.
fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> &str {
    let header = || error.raw_response()?.headers().get("x-amzn-errortype")?.split(':').next();
    error.code().or_else(header).unwrap_or_default()
}

/// What an answer means for the reader of the alarm. Codes come before statuses, since S3 shares 404 and 400.
fn classify<E>(uri: String, error: SdkError<E>) -> StorageError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = code(&error).to_owned();
    let denied = |reason: &str, error| StorageError::denied(&uri, reason, error);
    match (code.as_str(), status(&error)) {
        ("NoSuchKey", _) => StorageError::NotFound { uri },
        ("NoSuchBucket", _) => StorageError::NoSuchLocation { uri },
        (code, _) if is_passing(code) => StorageError::unavailable(&uri, error),
        // Whatever its status, the answer broke off or was damaged on its way.
        _ if matches!(error, SdkError::ResponseError(_)) => StorageError::unavailable(&uri, error),
        ("RequestTimeTooSkewed", _) => denied("this machine's clock is wrong: set it", error),
        // 409 and 412 say that somebody else is writing: the next try finds another state.
        (_, Some(409 | 412 | 429 | 500..)) => StorageError::unavailable(&uri, error),
        (_, Some(403)) => {
            denied("S3 answered 403; without s3:ListBucket it says so of a missing object as well", error)
        }
        (_, Some(301 | 307 | 308)) => denied("the bucket is in another region", error),
        (_, Some(404)) => denied("the endpoint answered 404, but not as S3 does", error),
        (_, Some(300..500)) => denied("S3 does not accept the request", error),
        _ if matches!(error, SdkError::ConstructionFailure(_)) => {
            denied("the request could not be made", error)
        }
        // Timeouts, refused connections, answers that break off or cannot be read.
        _ => StorageError::unavailable(&uri, error),
    }
}

/// Codes that ask for patience, whatever the status they come with.
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "SlowDown"
            | "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "BandwidthLimitExceeded"
            | "RequestTimeout"
            | "RequestTimeoutException"
            | "InternalError"
            | "ServiceUnavailable"
            | "OperationAborted"
            // What arrived is not what was sent.
            | "BadDigest"
            | "IncompleteBody"
            | "XAmzContentChecksumMismatch"
            | "XAmzContentSHA256Mismatch"
            | "ConditionalRequestConflict"
    )
}
