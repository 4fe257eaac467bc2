//! What a server answers, as a value: status, headers, body, how late, and how the connection ends.
//!
//! It sends nothing; [`crate::http::Server`] plays it.

use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::{Value, json};

/// SageMaker's limit for a real-time answer: 6 MB.
pub const INVOCATION_LIMIT_BYTES: usize = 6 * 1024 * 1024;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// How long after the request the answer begins.
    pub delay: Duration,
    pub ending: Ending,
}

/// How the connection fares after the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The answer is complete and the connection stays open.
    Whole,
    /// The length is promised, the first bytes are sent, the connection closes.
    Cut { after_bytes: usize },
    /// No answer: the connection is reset.
    Reset,
    /// No answer, ever: the connection stays open.
    Hang,
}

impl Answer {
    #[must_use]
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body: body.into(), delay: Duration::ZERO, ending: Ending::Whole }
    }

    /// 200 and JSON.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::new(200, "application/json", body.to_string())
    }

    /// A status and CBOR, as CloudWatch answers the SDKs.
    #[must_use]
    pub fn cbor(status: u16, body: &impl Serialize) -> Self {
        let mut bytes = Vec::new();
        ciborium::into_writer(body, &mut bytes).expect("memory can be written to");
        Self::new(status, "application/cbor", bytes).header("smithy-protocol", "rpc-v2-cbor")
    }

    /// An error as CloudWatch answers it.
    #[must_use]
    pub fn cbor_error(status: u16, code: &str, message: &str) -> Self {
        Self::cbor(status, &json!({ "__type": code, "message": message }))
    }

    /// 200 and one line of text/csv.
    #[must_use]
    pub fn csv(line: &str) -> Self {
        Self::new(200, "text/csv; charset=utf-8", format!("{line}\n"))
    }

    /// 200 and a list in the house's default shape, `{"recommendations": [{"item_id": ..}, ..]}`.
    #[must_use]
    pub fn recommendations<I: AsRef<str>>(item_ids: &[I]) -> Self {
        let items: Vec<Value> = item_ids.iter().map(|id| json!({"item_id": id.as_ref()})).collect();
        Self::json(&json!({ "recommendations": items }))
    }

    /// 200 and JSON of one byte more than SageMaker lets through.
    #[must_use]
    pub fn oversize() -> Self {
        let padding = "x".repeat(INVOCATION_LIMIT_BYTES + 1 - r#"{"padding":""}"#.len());
        Self::json(&json!({ "padding": padding }))
    }

    /// A status in SageMaker's REST-JSON error shape, without an error type: 429, 503, 530.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::new(status, "application/json", json!({"message": format!("status {status}")}).to_string())
    }

    /// SageMaker's throttle as it is met in production: HTTP 400 and a message that is null.
    #[must_use]
    pub fn throttled() -> Self {
        const COMING_FROM: &str =
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/";
        Self::new(400, "application/json", r#"{"message":null}"#).header("x-amzn-errortype", COMING_FROM)
    }

    /// HTTP 400 `ValidationError`, what SageMaker says of an endpoint that it does not know.
    #[must_use]
    pub fn validation_error(message: &str) -> Self {
        Self::new(400, "application/json", json!({ "message": message }).to_string())
            .header("x-amzn-errortype", "ValidationError")
    }

    /// An error as Lambda's API answers it.
    #[must_use]
    pub fn lambda_error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"Type": "User", "Message": message}).to_string();
        Self::new(status, "application/json", body).header("x-amzn-errortype", code)
    }

    /// HTTP 424 `ModelError`: the container answered, with `original_status` and `original_message`.
    #[must_use]
    pub fn model_error(original_status: u16, original_message: &str) -> Self {
        let body = json!({
            "ErrorCode": "CLIENT_ERROR_FROM_MODEL",
            "LogStreamArn": "arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/simulated",
            "Message": format!("Received client error ({original_status}) from primary with message \"{original_message}\"."),
            "OriginalMessage": original_message,
            "OriginalStatusCode": original_status,
        });
        Self::new(424, "application/json", body.to_string()).header("x-amzn-errortype", "ModelError")
    }

    /// An error of S3 in its XML shape: `SlowDown` 503, `ConditionalRequestConflict` 409, `AccessDenied` 403, ...
    #[must_use]
    pub fn s3_error(status: u16, code: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{code}</Message>\
             <RequestId>0000000000000000</RequestId></Error>"
        );
        Self::new(status, "application/xml", body)
    }

    /// No answer: the connection is reset.
    #[must_use]
    pub fn reset() -> Self {
        Self { ending: Ending::Reset, ..Self::status(500) }
    }

    /// No answer, ever.
    #[must_use]
    pub fn hang() -> Self {
        Self { ending: Ending::Hang, ..Self::status(500) }
    }

    /// The same answer, later.
    #[must_use]
    pub fn delayed(self, by: Duration) -> Self {
        Self { delay: self.delay + by, ..self }
    }

    /// The same answer, broken off after so many bytes of its body.
    #[must_use]
    pub fn cut_after(self, after_bytes: usize) -> Self {
        Self { ending: Ending::Cut { after_bytes }, ..self }
    }

    /// The same listing of S3, as it would be if every object in it had so many bytes.
    #[must_use]
    pub fn listing_each_as(mut self, size_bytes: u64) -> Self {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let mut parts = text.split("<Size>");
        let mut listing = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let behind = part.trim_start_matches(|character: char| character.is_ascii_digit());
            listing.push_str(&format!("<Size>{size_bytes}{behind}"));
        }
        self.body = listing.into();
        self.headers.remove(CONTENT_LENGTH);
        self
    }

    /// The same answer with one header more.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header value written in a test is printable");
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }
}
