//! The troubles that networks, servers and clocks make, by name, each in the shape that the service at hand gives it.
//!
//! It plays nothing itself: a trouble at an operation is a [`Fault`]. What follows from it is in `docs/faults.md`.

use std::time::Duration;

use serde_json::json;

use crate::answer::Answer;
use crate::faults::Fault;

/// How late an answer is that comes late.
const LATE: Duration = Duration::from_millis(100);
/// CRC-32 of nothing, so that no object with bytes has it.
const FOREIGN_CRC32: &str = "AAAAAA==";

/// Something that goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The answer comes, late.
    Latency,
    /// The answer never comes; the connection stays open.
    NoAnswer,
    /// The connection is reset, and the service never saw the request.
    ResetBefore,
    /// The service did its work, and the connection is reset instead of the answer.
    ResetAfter,
    /// The answer breaks off in the middle of its body.
    TruncatedBody,
    /// The bytes are not those that the checksum was made of, on their way here or there.
    WrongChecksum,
    Forbidden403,
    NotFound404,
    Conflict409,
    PreconditionFailed412,
    TooManyRequests429,
    InternalError500,
    SlowDown503,
    /// A throttle ahead of the service: HTTP 400, the message is null, the code only in a header.
    NullMessage400,
    /// The container behind SageMaker failed.
    ModelError424,
    /// SageMaker's front door is overloaded.
    Overload530,
    /// The machine's clock is wrong, so that its signatures are of another time.
    ClockSkew,
}

impl Trouble {
    pub const ALL: [Self; 17] = [
        Self::Latency,
        Self::NoAnswer,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::TruncatedBody,
        Self::WrongChecksum,
        Self::Forbidden403,
        Self::NotFound404,
        Self::Conflict409,
        Self::PreconditionFailed412,
        Self::TooManyRequests429,
        Self::InternalError500,
        Self::SlowDown503,
        Self::NullMessage400,
        Self::ModelError424,
        Self::Overload530,
        Self::ClockSkew,
    ];

    /// Its name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::NoAnswer => "no answer",
            Self::ResetBefore => "reset before",
            Self::ResetAfter => "reset after",
            Self::TruncatedBody => "truncated body",
            Self::WrongChecksum => "wrong checksum",
            Self::Forbidden403 => "403",
            Self::NotFound404 => "404",
            Self::Conflict409 => "409",
            Self::PreconditionFailed412 => "412",
            Self::TooManyRequests429 => "429",
            Self::InternalError500 => "500",
            Self::SlowDown503 => "503 SlowDown",
            Self::NullMessage400 => "null-message 400",
            Self::ModelError424 => "424",
            Self::Overload530 => "530",
            Self::ClockSkew => "clock skew",
        }
    }

    /// Whether an operation, `s3:GetObject` for instance, can meet it.
    #[must_use]
    pub fn occurs_at(self, operation: &str) -> bool {
        match self {
            Self::ModelError424 | Self::Overload530 => operation == "sagemaker:InvokeEndpoint",
            // Objects alone are sent with checksums.
            Self::WrongChecksum => matches!(operation, "s3:GetObject" | "s3:PutObject"),
            _ => true,
        }
    }

    /// The fault that plays it at an operation.
    #[must_use]
    pub fn at(self, operation: &str) -> Fault {
        match self {
            Self::Latency => Fault::after(operation, |answer| answer.delayed(LATE)),
            Self::NoAnswer => Fault::before(operation, Answer::hang()),
            Self::ResetBefore => Fault::before(operation, Answer::reset()),
            Self::ResetAfter => Fault::after(operation, |_| Answer::reset()),
            Self::TruncatedBody => Fault::after(operation, |answer| {
                let half = answer.body.len() / 2;
                answer.cut_after(half)
            }),
            Self::WrongChecksum if operation == "s3:GetObject" => {
                Fault::after(operation, |answer| answer.header("x-amz-checksum-crc32", FOREIGN_CRC32))
            }
            refusal => Fault::before(operation, refusal.answer(operation)),
        }
    }

    /// The answer of a service that refuses.
    fn answer(self, operation: &str) -> Answer {
        let refuse = |status, code| refusal(operation, status, code);
        match self {
            Self::Forbidden403 => refuse(403, "AccessDenied"),
            Self::NotFound404 => refuse(404, missing(operation)),
            Self::Conflict409 => refuse(409, "ConditionalRequestConflict"),
            Self::PreconditionFailed412 => refuse(412, "PreconditionFailed"),
            Self::TooManyRequests429 => refuse(429, "TooManyRequestsException"),
            Self::InternalError500 => refuse(500, "InternalError"),
            Self::SlowDown503 => refuse(503, "SlowDown"),
            Self::NullMessage400 => Answer::throttled(),
            Self::ModelError424 => Answer::model_error(500, "out of memory"),
            Self::Overload530 => Answer::status(530),
            Self::ClockSkew => refuse(403, skewed(operation)),
            _ => refuse(400, "BadDigest"),
        }
    }
}

fn missing(operation: &str) -> &'static str {
    match operation {
        "s3:GetObject" => "NoSuchKey",
        "s3:PutObject" | "s3:ListObjectsV2" => "NoSuchBucket",
        "sns:Publish" => "NotFound",
        _ => "ResourceNotFoundException",
    }
}

/// What a service says of a signature that is of another time.
fn skewed(operation: &str) -> &'static str {
    match operation {
        operation if operation.starts_with("s3:") => "RequestTimeTooSkewed",
        "sns:Publish" => "SignatureDoesNotMatch",
        _ => "InvalidSignatureException",
    }
}

/// An error in the protocol of the operation's service.
fn refusal(operation: &str, status: u16, code: &str) -> Answer {
    let service = operation.split(':').next().unwrap_or_default();
    match service {
        "s3" => Answer::s3_error(status, code),
        "sns" => {
            let body = format!(
                "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
                 <Code>{code}</Code><Message>{code}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
            );
            Answer::new(status, "text/xml", body)
        }
        "monitoring" => Answer::cbor_error(status, code, code),
        _ => {
            let body = json!({ "message": code }).to_string();
            Answer::new(status, "application/json", body).header("x-amzn-errortype", code)
        }
    }
}
