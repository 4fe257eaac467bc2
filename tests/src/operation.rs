//! Which operation of which service a request asks for, read from the request as an SDK or the AWS CLI sends it.
//!
//! It checks no signature: the signing scope only says which service is meant.

use hyper::header::AUTHORIZATION;

use crate::http::Request;

/// A request that was answered: with what status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    pub call: Call,
    pub status: u16,
}

/// A request's operation, `s3:PutObject` or `monitoring:PutMetricData`, and where it is aimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The service's signing name: `s3`, `monitoring`, `sns`, `sagemaker`, `lambda`, `states`.
    pub service: String,
    pub region: String,
    /// Service and operation, with a colon between them.
    pub operation: String,
    /// Path and query as sent, still percent-encoded.
    pub path: String,
}

impl Call {
    /// None for a request that is not signed in its `Authorization` header.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let (region, service) = scope(request)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let operation = format!("{service}:{}", operation_name(&service, request));
        Some(Self { service, region, operation, path })
    }

    /// Bucket and key of a path-style S3 request; the key of one that is aimed at the bucket is empty.
    ///
    /// # Panics
    /// The path has percent-escapes: nothing here undoes them.
    #[must_use]
    pub fn bucket_and_key(&self) -> (&str, &str) {
        let path = self.path.split('?').next().unwrap_or_default().trim_start_matches('/');
        assert!(!path.contains('%'), "{path} is escaped");
        path.split_once('/').unwrap_or((path, ""))
    }

    /// A parameter of the query.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        form_field(self.path.split_once('?')?.1.as_bytes(), name)
    }

    /// Whether the operation changes what a later request could see, or sends something out.
    #[must_use]
    pub fn is_side_effect(&self) -> bool {
        const VERBS: [&str; 12] = [
            "Put",
            "Copy",
            "Create",
            "Delete",
            "Upload",
            "Complete",
            "Abort",
            "Set",
            "Publish",
            "Send",
            "Start",
            "Subscribe",
        ];
        let name = self.operation.split_once(':').map_or("", |(_, name)| name);
        self.operation == "lambda:Invoke" || VERBS.iter().any(|verb| name.starts_with(verb))
    }
}

/// Region and service that a request is signed for: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn scope(request: &Request) -> Option<(String, String)> {
    let signed = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = signed.split_once("Credential=")?;
    let mut parts = credential.split(',').next()?.rsplit('/');
    let (Some("aws4_request"), Some(service), Some(region)) = (parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    Some((region.to_owned(), service.to_owned()))
}

fn operation_name(service: &str, request: &Request) -> String {
    let of_query_protocol = || form_field(request.body(), "Action");
    let name = match service {
        "s3" => Some(s3_operation(request).to_owned()),
        "lambda" => request.uri().path().ends_with("/invocations").then(|| "Invoke".to_owned()),
        "sagemaker" => request.uri().path().ends_with("/invocations").then(|| "InvokeEndpoint".to_owned()),
        _ => {
            after(request.uri().path(), "/operation/").or_else(|| target(request)).or_else(of_query_protocol)
        }
    };
    name.unwrap_or_else(|| "Unknown".to_owned())
}

/// The operations that Bellwether and `aws s3` use; another one is named by its method and what it is aimed at.
fn s3_operation(request: &Request) -> &'static str {
    let query = request.uri().query().unwrap_or_default();
    let asks = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let path = request.uri().path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    match (request.method().as_str(), !bucket.is_empty(), !key.is_empty()) {
        ("PUT", _, true) if asks("partNumber") => "UploadPart",
        ("PUT", _, true) if request.headers().contains_key("x-amz-copy-source") => "CopyObject",
        ("PUT", _, true) => "PutObject",
        ("GET", _, true) => "GetObject",
        ("HEAD", _, true) => "HeadObject",
        ("DELETE", _, true) if asks("uploadId") => "AbortMultipartUpload",
        ("DELETE", _, true) => "DeleteObject",
        ("POST", _, true) if asks("uploads") => "CreateMultipartUpload",
        ("POST", _, true) => "CompleteMultipartUpload",
        ("GET", true, _) if asks("list-type") => "ListObjectsV2",
        ("GET", true, _) if asks("notification") => "GetBucketNotificationConfiguration",
        ("GET", true, _) => "GetBucket",
        ("HEAD", true, _) => "HeadBucket",
        ("PUT", true, _) => "CreateBucket",
        ("DELETE", true, _) => "DeleteBucket",
        ("POST", true, _) => "DeleteObjects",
        ("GET", false, _) => "ListBuckets",
        _ => "Unknown",
    }
}

fn target(request: &Request) -> Option<String> {
    after(request.headers().get("x-amz-target")?.to_str().ok()?, ".")
}

fn after(text: &str, mark: &str) -> Option<String> {
    text.split_once(mark).map(|(_, rest)| rest.to_owned())
}

/// A field of a form-encoded body.
fn form_field(body: &[u8], name: &str) -> Option<String> {
    let mut fields = url::form_urlencoded::parse(body);
    fields.find_map(|(found, value)| (found == name).then(|| value.into_owned()))
}
