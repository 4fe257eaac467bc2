//! The services behind the embedded AWS's port, and the way of a request through them: count, fault, service, record.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Mutex;

use bytes::Bytes;
use hyper::header::CONTENT_ENCODING;

use crate::answer::Answer;
use crate::executions::Executions;
use crate::faults::{Faults, Strike};
use crate::http::{Request, fork, lock};
use crate::metric_data::GetMetricData;
use crate::operation::{Call, Served};
use crate::recorded::{Invoked, PutMetricData};
use crate::s3::Front;
use crate::simulator::EndpointSimulator;
use crate::topics::Topics;

/// The account of every ARN.
pub(crate) const ACCOUNT: &str = "000000000000";

#[derive(Default)]
pub(crate) struct Services {
    pub(crate) s3: Front,
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

impl Services {
    /// The same services apart: what is asked of one is not seen in the other.
    pub(crate) fn fork(&self) -> Self {
        Self {
            s3: self.s3.fork(),
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
            "s3" => self.s3.answer(request).await,
            "monitoring" => self.cloudwatch(call, request),
            "sns" => self.topics.answer(call, request.body()),
            "sagemaker" => self.sagemaker(request).await,
            "lambda" => self.lambda(&request),
            "states" if call.operation == "states:StartExecution" => self.executions.start(request.body()),
            other => Answer::new(501, "text/plain", format!("the embedded AWS has no service {other}")),
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
