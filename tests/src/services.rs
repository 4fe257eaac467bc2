//! The services behind the embedded AWS's port, and the way of a request through them: count, fault, service, record.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Mutex;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use tokio::sync::RwLock;
use winterbaume_core::{MockRequest, MockResponse, MockService};
use winterbaume_s3::S3Service;
use winterbaume_sns::SnsService;

use crate::answer::{Answer, Ending};
use crate::aws::REGION;
use crate::chunked;
use crate::executions::Executions;
use crate::faults::{Faults, Strike};
use crate::http::{Request, lock};
use crate::metric_data::GetMetricData;
use crate::operation::{Call, Served, utf8_again};
use crate::recorded::{Invoked, Publish, PutMetricData};
use crate::simulator::EndpointSimulator;

/// The account of every ARN.
pub(crate) const ACCOUNT: &str = "000000000000";

#[derive(Default)]
pub(crate) struct Services {
    s3: S3Service,
    /// winterbaume checks a condition and writes in two steps. Held to write, this makes them one, as S3 does.
    s3_turn: RwLock<()>,
    sns: SnsService,
    pub(crate) endpoints: Mutex<BTreeMap<String, EndpointSimulator>>,
    pub(crate) faults: Faults,
    pub(crate) requests: Mutex<BTreeMap<String, u64>>,
    pub(crate) served: Mutex<Vec<Served>>,
    pub(crate) side_effects: Mutex<Vec<String>>,
    pub(crate) metrics: Mutex<Vec<PutMetricData>>,
    pub(crate) published: Mutex<Vec<Publish>>,
    pub(crate) functions: Mutex<BTreeSet<String>>,
    pub(crate) invoked: Mutex<Vec<Invoked>>,
    pub(crate) executions: Executions,
}

impl Services {
    pub(crate) async fn answer(&self, request: Request) -> Answer {
        let Some(call) = Call::of(&request) else {
            return Answer::s3_error(403, "AccessDenied");
        };
        *lock(&self.requests).entry(call.operation.clone()).or_default() += 1;
        if call.is_side_effect() {
            lock(&self.side_effects).push(format!("{} {}", call.operation, call.path));
        }
        let answer = self.answer_or_strike(&call, request).await;
        lock(&self.served).push(Served { call, status: answer.status });
        answer
    }

    async fn answer_or_strike(&self, call: &Call, request: Request) -> Answer {
        match self.faults.draw(call) {
            None => self.serve(call, request).await,
            Some((Strike::Before(answer), struck)) => {
                struck.send_modify(|count| *count += 1);
                answer
            }
            Some((Strike::After(twist), struck)) => {
                let answer = twist(self.serve(call, request).await);
                struck.send_modify(|count| *count += 1);
                answer
            }
        }
    }

    async fn serve(&self, call: &Call, request: Request) -> Answer {
        match call.service.as_str() {
            "s3" => self.s3(call, request).await,
            "monitoring" => self.cloudwatch(call, request),
            "sns" => self.sns(call, request).await,
            "sagemaker" => self.sagemaker(request).await,
            "lambda" => self.lambda(&request),
            "states" if call.operation == "states:StartExecution" => self.executions.start(request.body()),
            other => Answer::new(501, "text/plain", format!("the embedded AWS has no service {other}")),
        }
    }

    async fn s3(&self, call: &Call, request: Request) -> Answer {
        let Some(request) = unframed(request) else {
            return Answer::s3_error(400, "IncompleteBody");
        };
        let request = to_service(call, request);
        let response = if call.is_side_effect() {
            let _turn = self.s3_turn.write().await;
            self.s3.handle(request).await
        } else {
            let _turn = self.s3_turn.read().await;
            self.s3.handle(request).await
        };
        let mut answer = Answer::from(response);
        // Keys are in the bodies of listings and errors.
        let of_keys = answer.status >= 300 || call.operation.starts_with("s3:List");
        if let (true, Ok(text)) = (of_keys, std::str::from_utf8(&answer.body)) {
            answer.body = utf8_again(text).into();
            answer.headers.remove(CONTENT_LENGTH);
        }
        answer
    }

    /// The bytes of an object that exists.
    pub(crate) async fn object(&self, bucket: &str, key: &str) -> std::io::Result<Bytes> {
        let _turn = self.s3_turn.read().await;
        self.of_object("GET", bucket, key, Bytes::new()).await
    }

    /// Writes an object.
    pub(crate) async fn put_object(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        let _turn = self.s3_turn.write().await;
        self.of_object("PUT", bucket, key, bytes.into()).await.map(|_| ())
    }

    async fn of_object(&self, method: &str, bucket: &str, key: &str, body: Bytes) -> std::io::Result<Bytes> {
        let path: String = key.bytes().map(escaped).collect();
        let uri = format!("https://s3.{REGION}.amazonaws.com/{bucket}/{path}");
        let (method, headers) = (method.to_owned(), HeaderMap::new());
        let response = self.s3.handle(MockRequest { method, uri, headers, body }).await;
        match response.status {
            200 => Ok(response.body),
            status => Err(std::io::Error::other(format!("{status} for s3://{bucket}/{key}"))),
        }
    }

    /// In the SDKs' CBOR; the older query protocol is not spoken here.
    fn cloudwatch(&self, call: &Call, request: Request) -> Answer {
        let Ok(request) = decompressed(request) else {
            return Answer::status(400);
        };
        match call.operation.as_str() {
            "monitoring:PutMetricData" => match PutMetricData::from_cbor(request.body()) {
                Ok(put) => {
                    lock(&self.metrics).push(put);
                    Answer::cbor(200, &BTreeMap::<(), ()>::new())
                }
                Err(reason) => Answer::cbor_error(400, "InvalidParameterValue", &reason),
            },
            "monitoring:GetMetricData" => match GetMetricData::from_cbor(request.body()) {
                Ok(asked) => asked.answer(&lock(&self.metrics)),
                Err(reason) => Answer::cbor_error(400, "ValidationError", &reason),
            },
            other => Answer::cbor_error(501, "InvalidAction", &format!("the embedded AWS has no {other}")),
        }
    }

    async fn sns(&self, call: &Call, request: Request) -> Answer {
        let publish = (call.operation == "sns:Publish").then(|| Publish::from_form(request.body())).flatten();
        let answer = Answer::from(self.sns.handle(to_service(call, request)).await);
        if answer.status == 200 {
            lock(&self.published).extend(publish);
        }
        answer
    }

    async fn sagemaker(&self, request: Request) -> Answer {
        let path = request.uri().path();
        let Some(name) = path.strip_prefix("/endpoints/").and_then(|rest| rest.strip_suffix("/invocations"))
        else {
            return Answer::status(404);
        };
        let endpoint = lock(&self.endpoints).get(name).cloned();
        let Some(endpoint) = endpoint else {
            return Answer::validation_error(&format!("Endpoint {name} of account {ACCOUNT} not found."));
        };
        let variant = request.headers().get("x-amzn-sagemaker-target-variant").cloned();
        let mut answer = endpoint.invoke(request).await;
        if let (200, Some(variant)) = (answer.status, variant) {
            answer.headers.insert("x-amzn-invoked-production-variant", variant);
        }
        answer
    }
}

impl Services {
    /// Takes an asynchronous invocation of a function that is there; nobody runs it here.
    fn lambda(&self, request: &Request) -> Answer {
        let path = request.uri().path();
        let name =
            path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"));
        let name = name.map(|name| name.replace("%3A", ":")).unwrap_or_default();
        if !lock(&self.functions).contains(&name) {
            return Answer::lambda_error(
                404,
                "ResourceNotFoundException",
                &format!("Function not found: {name}"),
            );
        }
        let is_async = request.headers().get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
        let event = serde_json::from_slice(request.body());
        let (true, Ok(event)) = (is_async, event) else {
            return Answer::lambda_error(
                400,
                "InvalidRequestContentException",
                "no asynchronous invocation with JSON",
            );
        };
        lock(&self.invoked).push(Invoked { function: name, event });
        Answer::new(202, "application/json", "")
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

/// The SDK compresses `PutMetricData` from 10 KiB on.
fn decompressed(request: Request) -> std::io::Result<Request> {
    if request.headers().get(CONTENT_ENCODING).is_none_or(|encoding| encoding != "gzip") {
        return Ok(request);
    }
    let (mut head, body) = request.into_parts();
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body.as_ref()).read_to_end(&mut plain)?;
    head.headers.remove(CONTENT_ENCODING);
    Ok(Request::from_parts(head, Bytes::from(plain)))
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

fn to_service(call: &Call, request: Request) -> MockRequest {
    let (head, body) = request.into_parts();
    MockRequest {
        method: head.method.to_string(),
        // winterbaume reads the region from the host's name.
        uri: format!("https://{}.{}.amazonaws.com{}", call.service, call.region, call.path),
        headers: head.headers,
        body,
    }
}

impl From<MockResponse> for Answer {
    fn from(response: MockResponse) -> Self {
        Self {
            status: response.status,
            headers: response.headers,
            body: response.body,
            delay: std::time::Duration::ZERO,
            ending: Ending::Whole,
        }
    }
}
