//! S3's protocol in front of [`Buckets`], by s3s: what it has no method for here is answered 501.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::header::AUTHORIZATION;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Bucket, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
    CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteObjectInput, DeleteObjectOutput, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, GetObjectInput, GetObjectOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListObjectsV2Input, ListObjectsV2Output, PutBucketNotificationConfigurationInput,
    PutBucketNotificationConfigurationOutput, PutObjectInput, PutObjectOutput, StreamingBlob,
    UploadPartInput, UploadPartOutput,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3, S3Error, S3Request, S3Response, S3Result, s3_error};

use crate::answer::{Answer, Ending};
use crate::buckets::{Buckets, Object};
use crate::chunked;
use crate::http::Request;

/// Buckets behind their protocol.
pub(crate) struct Front {
    pub(crate) buckets: Buckets,
    protocol: S3Service,
}

impl Default for Front {
    fn default() -> Self {
        Self::of(Buckets::default())
    }
}

impl Front {
    fn of(buckets: Buckets) -> Self {
        Self { protocol: S3ServiceBuilder::new(buckets.clone()).build(), buckets }
    }

    /// The same buckets apart.
    pub(crate) fn fork(&self) -> Self {
        Self::of(self.buckets.fork())
    }

    pub(crate) async fn answer(&self, request: Request) -> Answer {
        let Some(mut request) = unframed(request) else {
            return Answer::s3_error(400, "IncompleteBody");
        };
        // Without it the request is anybody's: s3s would check the signature.
        request.headers_mut().remove(AUTHORIZATION);
        let Ok(response) = self.protocol.call(request.map(Body::from)).await else {
            return Answer::s3_error(500, "InternalError");
        };
        let (head, body) = response.into_parts();
        match body.collect().await {
            Ok(body) => Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.to_bytes(),
                delay: Duration::ZERO,
                ending: Ending::Whole,
            },
            Err(_) => Answer::s3_error(500, "InternalError"),
        }
    }
}

/// The SDKs frame the bodies that they stream.
fn unframed(request: Request) -> Option<Request> {
    let hash = request.headers().get("x-amz-content-sha256");
    if !hash.is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING-")) {
        return Some(request);
    }
    let (head, body) = request.into_parts();
    Some(Request::from_parts(head, chunked::payload(&body)?))
}

fn length(bytes: &Bytes) -> Option<i64> {
    i64::try_from(bytes.len()).ok()
}

async fn whole(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    match body {
        Some(body) => Ok(Body::from(body).collect().await.map_err(|_| s3_error!(IncompleteBody))?.to_bytes()),
        None => Ok(Bytes::new()),
    }
}

#[async_trait]
impl S3 for Buckets {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        self.create(request.input.bucket)?;
        Ok(S3Response::new(CreateBucketOutput::default()))
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.of(&request.input.bucket, |_| Ok(S3Response::new(HeadBucketOutput::default())))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        let listed =
            |(name, created)| Bucket { name: Some(name), creation_date: Some(created), ..Bucket::default() };
        let buckets = Some(self.created().into_iter().map(listed).collect());
        Ok(S3Response::new(ListBucketsOutput { buckets, ..ListBucketsOutput::default() }))
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { bucket, key, body, content_type, if_match, if_none_match, .. } = request.input;
        let object = Object::new(whole(body).await?, content_type);
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
        let object = Object { e_tag: source.e_tag, ..Object::new(source.bytes, source.content_type) };
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

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let CreateMultipartUploadInput { bucket, key, content_type, .. } = request.input;
        let id = self.of(&bucket, |bucket| Ok(bucket.begin(key.clone(), content_type)))?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(bucket),
            key: Some(key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let UploadPartInput { bucket, key, upload_id, part_number, body, .. } = request.input;
        let part = Object::new(whole(body).await?, None);
        let e_tag = Some(part.e_tag.clone());
        self.of(&bucket, |bucket| bucket.take(&key, &upload_id, part_number, part))?;
        Ok(S3Response::new(UploadPartOutput { e_tag, ..UploadPartOutput::default() }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let CompleteMultipartUploadInput {
            bucket,
            key,
            upload_id,
            multipart_upload,
            if_match,
            if_none_match,
            ..
        } = request.input;
        let named = multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let e_tag = self.of(&bucket, |bucket| {
            let object = bucket.joined(&key, &upload_id, &named)?;
            bucket.permits(&key, if_match.as_ref(), if_none_match.as_ref())?;
            bucket.end(&key, &upload_id)?;
            let e_tag = object.e_tag.clone();
            bucket.objects.insert(key.clone(), object);
            Ok(e_tag)
        })?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(bucket),
            key: Some(key),
            e_tag: Some(e_tag),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = request.input;
        self.of(&bucket, |bucket| bucket.end(&key, &upload_id))?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}
