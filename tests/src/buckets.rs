//! The objects of the embedded S3, and what S3 says of a condition, a page of a listing, and an upload in parts.
//!
//! A condition and its write are one step, as in S3. It keeps no versions and no metadata but the type, asks
//! no time in a condition, and checks no checksum. [`crate::s3`] speaks the protocol.

use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use md5::{Digest, Md5};
use s3s::dto::{
    CommonPrefix, CompletedPart, ETag, ETagCondition, EncodingType, ListObjectsV2Input, ListObjectsV2Output,
    NotificationConfiguration, Timestamp,
};
use s3s::{S3ErrorCode, S3Result, s3_error};

use crate::http::{fork, lock};

/// Most entries of one page of a listing.
const PAGE: usize = 1000;
/// Fewest bytes of a part that is not the last of its upload.
const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// Every bucket, by its name. A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Buckets(Arc<Mutex<BTreeMap<String, Bucket>>>);

#[derive(Clone)]
pub(crate) struct Bucket {
    created: Timestamp,
    pub(crate) objects: BTreeMap<String, Object>,
    pub(crate) notifications: NotificationConfiguration,
    /// Uploads in parts that were begun, by their ids; those that ended are none.
    uploads: BTreeMap<String, Option<Upload>>,
}

#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) bytes: Bytes,
    pub(crate) e_tag: ETag,
    pub(crate) content_type: Option<String>,
    pub(crate) modified: Timestamp,
}

#[derive(Clone)]
struct Upload {
    key: String,
    content_type: Option<String>,
    parts: BTreeMap<i32, Object>,
}

impl Buckets {
    /// The same buckets apart.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(fork(&self.0)))
    }

    /// The bytes of an object.
    pub(crate) fn get(&self, bucket: &str, key: &str) -> S3Result<Bytes> {
        self.of(bucket, |bucket| bucket.object(key).map(|object| object.bytes.clone()))
    }

    /// Writes an object, whatever was there.
    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> S3Result<()> {
        self.of(bucket, |bucket| {
            bucket.objects.insert(key.to_owned(), Object::new(bytes, None));
            Ok(())
        })
    }

    /// Creates a bucket.
    pub(crate) fn create(&self, name: String) -> S3Result<()> {
        let mut buckets = lock(&self.0);
        let btree_map::Entry::Vacant(free) = buckets.entry(name) else {
            return Err(s3_error!(BucketAlreadyOwnedByYou));
        };
        free.insert(Bucket {
            created: SystemTime::now().into(),
            objects: BTreeMap::new(),
            notifications: NotificationConfiguration::default(),
            uploads: BTreeMap::new(),
        });
        Ok(())
    }

    /// Name and time of every bucket.
    pub(crate) fn created(&self) -> Vec<(String, Timestamp)> {
        lock(&self.0).iter().map(|(name, bucket)| (name.clone(), bucket.created.clone())).collect()
    }

    /// Works on a bucket, which nobody else does meanwhile.
    pub(crate) fn of<T>(&self, name: &str, work: impl FnOnce(&mut Bucket) -> S3Result<T>) -> S3Result<T> {
        lock(&self.0).get_mut(name).map_or_else(|| Err(s3_error!(NoSuchBucket)), work)
    }
}

impl Bucket {
    fn object(&self, key: &str) -> S3Result<&Object> {
        self.objects.get(key).ok_or_else(|| s3_error!(NoSuchKey))
    }

    /// The object that a reader gets who named the states that he wants, and those that he has.
    pub(crate) fn asked(
        &self,
        key: &str,
        wanted: Option<&ETagCondition>,
        had: Option<&ETagCondition>,
    ) -> S3Result<&Object> {
        let object = self.object(key)?;
        if wanted.is_some_and(|wanted| !object.is(wanted)) {
            return Err(s3_error!(PreconditionFailed));
        }
        if had.is_some_and(|had| object.is(had)) {
            return Err(S3ErrorCode::NotModified.into());
        }
        Ok(object)
    }

    /// Whether a writer may who named the state that he replaces, or that nothing may be there.
    pub(crate) fn permits(
        &self,
        key: &str,
        replaced: Option<&ETagCondition>,
        absent: Option<&ETagCondition>,
    ) -> S3Result<()> {
        if absent.is_some_and(|absent| !absent.is_any()) {
            return Err(s3_error!(NotImplemented, "If-None-Match of a write is *"));
        }
        if absent.is_some() && self.objects.contains_key(key) {
            return Err(s3_error!(PreconditionFailed));
        }
        replaced.map_or(Ok(()), |state| self.asked(key, Some(state), None).map(|_| ()))
    }

    /// One page: keys behind where the last one ended, and in the place of those that go on beyond the delimiter, what they share.
    pub(crate) fn page(&self, asked: ListObjectsV2Input) -> ListObjectsV2Output {
        let prefix = asked.prefix.clone().unwrap_or_default();
        let most = asked.max_keys.map_or(PAGE, |most| usize::try_from(most).unwrap_or(0).min(PAGE));
        let delimiter = asked.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let token = asked.continuation_token.as_deref();
        let after = token.or(asked.start_after.as_deref()).unwrap_or_default();
        let from =
            if after < prefix.as_str() { Bound::Included(prefix.as_str()) } else { Bound::Excluded(after) };
        let as_sent = |name: &str| match asked.encoding_type.as_ref().map(EncodingType::as_str) {
            Some(EncodingType::URL) => url::form_urlencoded::byte_serialize(name.as_bytes()).collect(),
            _ => name.to_owned(),
        };

        let (mut contents, mut shared) = (Vec::new(), Vec::new());
        let (mut last, mut next) = (token, None);
        let keys = self.objects.range::<str, _>((from, Bound::Unbounded));
        for (key, object) in keys.take_while(|(key, _)| key.starts_with(&prefix)) {
            let behind = &key[prefix.len()..];
            let beyond = delimiter.and_then(|delimiter| Some(behind.find(delimiter)? + delimiter.len()));
            let name = beyond.map_or(key.as_str(), |end| &key[..prefix.len() + end]);
            if beyond.is_some() && last == Some(name) {
                continue;
            }
            if contents.len() + shared.len() == most {
                next = last.filter(|_| most > 0).map(str::to_owned);
                break;
            }
            match beyond {
                Some(_) => shared.push(CommonPrefix { prefix: Some(as_sent(name)) }),
                None => contents.push(object.listed(as_sent(name))),
            }
            last = Some(name);
        }
        ListObjectsV2Output {
            key_count: i32::try_from(contents.len() + shared.len()).ok(),
            max_keys: i32::try_from(most).ok(),
            is_truncated: Some(next.is_some()),
            next_continuation_token: next,
            contents: Some(contents),
            common_prefixes: Some(shared),
            prefix: Some(as_sent(&prefix)),
            delimiter: delimiter.map(as_sent),
            start_after: asked.start_after.as_deref().map(as_sent),
            name: Some(asked.bucket),
            continuation_token: asked.continuation_token,
            encoding_type: asked.encoding_type,
            ..ListObjectsV2Output::default()
        }
    }
}

/// Uploads in parts.
impl Bucket {
    /// Begins one: its id.
    pub(crate) fn begin(&mut self, key: String, content_type: Option<String>) -> String {
        let id = format!("upload-{}", self.uploads.len());
        self.uploads.insert(id.clone(), Some(Upload { key, content_type, parts: BTreeMap::new() }));
        id
    }

    fn upload(&mut self, key: &str, id: &str) -> S3Result<&mut Upload> {
        let upload = self.uploads.get_mut(id).and_then(Option::as_mut).filter(|upload| upload.key == key);
        upload.ok_or_else(|| s3_error!(NoSuchUpload))
    }

    /// Takes a part, in the place of one of the same number.
    pub(crate) fn take(&mut self, key: &str, id: &str, number: i32, part: Object) -> S3Result<()> {
        self.upload(key, id)?.parts.insert(number, part);
        Ok(())
    }

    /// The object that the named parts make.
    pub(crate) fn joined(&mut self, key: &str, id: &str, named: &[CompletedPart]) -> S3Result<Object> {
        let upload = self.upload(key, id)?;
        if named.is_empty() || !named.is_sorted_by(|one, next| one.part_number < next.part_number) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let (mut bytes, mut digests) = (Vec::new(), Md5::new());
        for (before, name) in named.iter().enumerate() {
            let part = name.part_number.and_then(|number| upload.parts.get(&number));
            let part = part.filter(|part| name.e_tag.as_ref() == Some(&part.e_tag));
            let part = part.ok_or_else(|| s3_error!(InvalidPart))?;
            if before + 1 < named.len() && part.bytes.len() < SMALLEST_PART {
                return Err(s3_error!(EntityTooSmall));
            }
            bytes.extend_from_slice(&part.bytes);
            digests.update(Md5::digest(&part.bytes));
        }
        let e_tag = ETag::Strong(format!("{}-{}", hex(&digests.finalize()), named.len()));
        Ok(Object { e_tag, ..Object::new(bytes.into(), upload.content_type.clone()) })
    }

    /// Ends an upload.
    pub(crate) fn end(&mut self, key: &str, id: &str) -> S3Result<()> {
        self.upload(key, id)?;
        self.uploads.insert(id.to_owned(), None);
        Ok(())
    }
}

impl Object {
    pub(crate) fn new(bytes: Bytes, content_type: Option<String>) -> Self {
        let e_tag = ETag::Strong(hex(&Md5::digest(&bytes)));
        Self { bytes, e_tag, content_type, modified: SystemTime::now().into() }
    }

    fn is(&self, state: &ETagCondition) -> bool {
        state.as_etag().is_none_or(|e_tag| *e_tag == self.e_tag)
    }

    fn listed(&self, key: String) -> s3s::dto::Object {
        s3s::dto::Object {
            key: Some(key),
            size: i64::try_from(self.bytes.len()).ok(),
            e_tag: Some(self.e_tag.clone()),
            last_modified: Some(self.modified.clone()),
            ..s3s::dto::Object::default()
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
