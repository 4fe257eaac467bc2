//! The objects of the embedded S3: s3s speaks the protocol, this holds what was put.
//!
//! A condition and its write are one step, as in S3. It keeps no versions, checks no checksum, and what is not here is answered by
//! s3s: 501.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use md5::{Digest, Md5};
use s3s::dto::{
    Bucket as Listed, CommonPrefix, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
    CreateBucketInput, CreateBucketOutput, DeleteObjectInput, DeleteObjectOutput, ETag, ETagCondition,
    EncodingType, GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput,
    GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListBucketsInput, ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output, NotificationConfiguration,
    PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput, PutObjectInput,
    PutObjectOutput, StreamingBlob, Timestamp,
};
use s3s::{Body, S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use crate::http::lock;

/// Most entries of one page of a listing.
const PAGE: usize = 1000;

/// Every bucket, by its name. A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Buckets(Arc<Mutex<BTreeMap<String, Bucket>>>);

struct Bucket {
    created: Timestamp,
    objects: BTreeMap<String, Object>,
    notifications: NotificationConfiguration,
}

#[derive(Clone)]
struct Object {
    bytes: Bytes,
    e_tag: ETag,
    content_type: Option<String>,
    modified: Timestamp,
}

impl Buckets {
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

    fn of<T>(&self, name: &str, work: impl FnOnce(&mut Bucket) -> S3Result<T>) -> S3Result<T> {
        lock(&self.0).get_mut(name).map_or_else(|| Err(s3_error!(NoSuchBucket)), work)
    }
}

impl Bucket {
    fn object(&self, key: &str) -> S3Result<&Object> {
        self.objects.get(key).ok_or_else(|| s3_error!(NoSuchKey))
    }

    /// The object that a reader gets who named the states that he wants, and those that he has.
    fn asked(
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
    fn permits(
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
    fn page(&self, asked: ListObjectsV2Input) -> ListObjectsV2Output {
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

impl Object {
    fn new(bytes: Bytes, content_type: Option<String>) -> Self {
        let digest = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { bytes, e_tag: ETag::Strong(digest), content_type, modified: SystemTime::now().into() }
    }

    fn is(&self, state: &ETagCondition) -> bool {
        state.as_etag().is_none_or(|e_tag| *e_tag == self.e_tag)
    }

    fn listed(&self, key: String) -> s3s::dto::Object {
        s3s::dto::Object {
            key: Some(key),
            size: length(&self.bytes),
            e_tag: Some(self.e_tag.clone()),
            last_modified: Some(self.modified.clone()),
            ..s3s::dto::Object::default()
        }
    }
}

fn length(bytes: &Bytes) -> Option<i64> {
    i64::try_from(bytes.len()).ok()
}

#[async_trait]
impl S3 for Buckets {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let mut buckets = lock(&self.0);
        let std::collections::btree_map::Entry::Vacant(free) = buckets.entry(request.input.bucket) else {
            return Err(s3_error!(BucketAlreadyOwnedByYou));
        };
        free.insert(Bucket {
            created: SystemTime::now().into(),
            objects: BTreeMap::new(),
            notifications: NotificationConfiguration::default(),
        });
        Ok(S3Response::new(CreateBucketOutput::default()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.of(&request.input.bucket, |_| Ok(S3Response::new(HeadBucketOutput::default())))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let listed = |(name, bucket): (&String, &Bucket)| Listed {
            name: Some(name.clone()),
            creation_date: Some(bucket.created.clone()),
            ..Listed::default()
        };
        let buckets = Some(lock(&self.0).iter().map(listed).collect());
        Ok(S3Response::new(ListBucketsOutput { buckets, ..ListBucketsOutput::default() }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { bucket, key, body, content_type, if_match, if_none_match, .. } = request.input;
        let bytes = match body {
            Some(body) => Body::from(body).collect().await.map_err(|_| s3_error!(IncompleteBody))?.to_bytes(),
            None => Bytes::new(),
        };
        let object = Object::new(bytes, content_type);
        let e_tag = Some(object.e_tag.clone());
        self.of(&bucket, |bucket| {
            bucket.permits(&key, if_match.as_ref(), if_none_match.as_ref())?;
            bucket.objects.insert(key, object);
            Ok(S3Response::new(PutObjectOutput { e_tag, ..PutObjectOutput::default() }))
        })
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let GetObjectInput { bucket, key, range, if_match, if_none_match, .. } = request.input;
        let object = self
            .of(&bucket, |bucket| bucket.asked(&key, if_match.as_ref(), if_none_match.as_ref()).cloned())?;
        let mut bytes = object.bytes;
        let mut content_range = None;
        if let Some(range) = range {
            let whole = bytes.len();
            let range = range.check(whole as u64).map_err(|_| s3_error!(InvalidRange))?;
            content_range = Some(format!("bytes {}-{}/{whole}", range.start, range.end.saturating_sub(1)));
            let place = |at| usize::try_from(at).map_err(S3Error::internal_error);
            bytes = bytes.slice(place(range.start)?..place(range.end)?);
        }
        Ok(S3Response::new(GetObjectOutput {
            content_length: length(&bytes),
            content_range,
            content_type: object.content_type,
            e_tag: Some(object.e_tag),
            last_modified: Some(object.modified),
            body: Some(StreamingBlob::from(Body::from(bytes))),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let HeadObjectInput { bucket, key, if_match, if_none_match, .. } = request.input;
        let object = self
            .of(&bucket, |bucket| bucket.asked(&key, if_match.as_ref(), if_none_match.as_ref()).cloned())?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: length(&object.bytes),
            content_type: object.content_type,
            e_tag: Some(object.e_tag),
            last_modified: Some(object.modified),
            ..HeadObjectOutput::default()
        }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let DeleteObjectInput { bucket, key, if_match, .. } = request.input;
        self.of(&bucket, |bucket| {
            bucket.permits(&key, if_match.as_ref(), None)?;
            bucket.objects.remove(&key);
            Ok(S3Response::new(DeleteObjectOutput::default()))
        })
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let CopyObjectInput {
            bucket, key, copy_source, copy_source_if_match, copy_source_if_none_match, ..
        } = request.input;
        let CopySource::Bucket { bucket: source, key: source_key, version_id: None } = copy_source else {
            return Err(s3_error!(NotImplemented, "a copy is of a bucket and a key"));
        };
        let source = self.of(&source, |bucket| {
            bucket
                .asked(&source_key, copy_source_if_match.as_ref(), copy_source_if_none_match.as_ref())
                .cloned()
        })?;
        let object = Object { modified: SystemTime::now().into(), ..source };
        let result = CopyObjectResult {
            e_tag: Some(object.e_tag.clone()),
            last_modified: Some(object.modified.clone()),
            ..CopyObjectResult::default()
        };
        self.of(&bucket, |bucket| {
            bucket.objects.insert(key, object);
            Ok(S3Response::new(CopyObjectOutput {
                copy_object_result: Some(result),
                ..CopyObjectOutput::default()
            }))
        })
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let bucket = request.input.bucket.clone();
        self.of(&bucket, |bucket| Ok(S3Response::new(bucket.page(request.input))))
    }

    async fn put_bucket_notification_configuration(
        &self,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        self.of(&request.input.bucket, |bucket| {
            bucket.notifications = request.input.notification_configuration;
            Ok(S3Response::new(PutBucketNotificationConfigurationOutput::default()))
        })
    }

    async fn get_bucket_notification_configuration(
        &self,
        request: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let notifications = self.of(&request.input.bucket, |bucket| Ok(bucket.notifications.clone()))?;
        Ok(S3Response::new(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: notifications.event_bridge_configuration,
            lambda_function_configurations: notifications.lambda_function_configurations,
            queue_configurations: notifications.queue_configurations,
            topic_configurations: notifications.topic_configurations,
        }))
    }
}
