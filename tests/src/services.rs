//! The services behind the embedded AWS's port, and the way of a request through them: count, fault, service, record.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING};
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::answer::{Answer, Ending};
use crate::buckets::Buckets;
use crate::chunked;
use crate::executions::Executions;
use crate::faults::{Faults, Strike};
use crate::http::{Request, lock};
use crate::metric_data::GetMetricData;
use crate::operation::{Call, Served};
use crate::recorded::{Invoked, PutMetricData};
use crate::simulator::EndpointSimulator;
use crate::topics::Topics;

/// The account of every ARN.
pub(crate) const ACCOUNT: &str = "000000000000";

pub(crate) struct Services {
    pub(crate) buckets: Buckets,
    /// The protocol in front of the buckets.
    s3: S3Service,
    pub(crate) topics: Topics,
    pub(crate) endpoints: Mutex<BTreeMap<String, EndpointSimulator>>,
    pub(crate) faults: Faults,
    pub(crate) requests: Mutex<BTreeMap<String, u64>>,
    pub(crate) served: Mutex<Vec<Served>>,
    pub(crate) side_effects: Mutex<Vec<String>>,
    pub(crate) metrics: Mutex<Vec<PutMetricData>>,
    pub(crate) functions: Mutex<BTreeSet<String>>,
    pub(crate) invoked: Mutex<Vec<Invoked>>,
    pub(crate) executions: Executions,
}

impl Default for Services {
    fn default() -> Self {
        let buckets = Buckets::default();
        Self {
            s3: S3ServiceBuilder::new(buckets.clone()).build(),
            buckets,
            topics: Topics::default(),
            endpoints: Mutex::default(),
            faults: Faults::default(),
            requests: Mutex::default(),
            served: Mutex::default(),
            side_effects: Mutex::default(),
            metrics: Mutex::default(),
            functions: Mutex::default(),
            invoked: Mutex::default(),
            executions: Executions::default(),
        }
    }
}

impl Services {
    /// The same services apart: what is asked of one is not seen in the other.
    pub(crate) fn fork(&self) -> Self {
        let buckets = self.buckets.fork();
        Self {
            s3: S3ServiceBuilder::new(buckets.clone()).build(),
            buckets,
            topics: self.topics.fork(),
            endpoints: fork(&self.endpoints),
            faults: Faults::default(),
            requests: fork(&self.requests),
            served: fork(&self.served),
            side_effects: fork(&self.side_effects),
            metrics: fork(&self.metrics),
            functions: fork(&self.functions),
            invoked: fork(&self.invoked),
            executions: self.executions.fork(),
        }
    }
}

/// What a mutex holds, in one of its own.
pub(crate) fn fork<T: Clone>(mutex: &Mutex<T>) -> Mutex<T> {
    Mutex::new(lock(mutex).clone())
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
            "s3" => self.s3(request).await,
            "monitoring" => self.cloudwatch(call, request),
            "sns" => self.topics.answer(call, request.body()),
            "sagemaker" => self.sagemaker(request).await,
            "lambda" => self.lambda(&request),
            "states" if call.operation == "states:StartExecution" => self.executions.start(request.body()),
            other => Answer::new(501, "text/plain", format!("the embedded AWS has no service {other}")),
        }
    }

    async fn s3(&self, request: Request) -> Answer {
        let Some(mut request) = unframed(request) else {
            return Answer::s3_error(400, "IncompleteBody");
        };
        // Without it the request is anybody's: s3s would check the signature.
        request.headers_mut().remove(AUTHORIZATION);
        let Ok(response) = self.s3.call(request.map(s3s::Body::from)).await else {
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
