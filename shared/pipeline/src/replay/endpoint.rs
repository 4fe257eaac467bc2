//! One call to a model: SageMaker's runtime, or any server with `/invocations`, and what its failures mean.
//!
//! It never tries again and never waits: that is the replay's business.

use super::Source;
use crate::RunError;
use crate::clients::{Clients, http_client};
use aws_sdk_sagemakerruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sagemakerruntime::operation::invoke_endpoint::{InvokeEndpointError, InvokeEndpointOutput};
use aws_sdk_sagemakerruntime::primitives::Blob;
use bellwether_contract::capture::{Payload, is_csv};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::sessions::{MAX_BODY_BYTES, Session};
use reqwest::StatusCode;

/// Somebody who answers requests.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// A SageMaker endpoint's production variant.
    SageMaker {
        /// A client that does not retry by itself.
        client: aws_sdk_sagemakerruntime::Client,
        /// The endpoint.
        endpoint: EndpointName,
        /// The variant that is addressed, where one is.
        variant: Option<VariantName>,
    },
    /// A model server.
    Http {
        /// A client.
        client: reqwest::Client,
        /// Its address, path included.
        url: reqwest::Url,
        /// Sent in the header that SageMaker's containers know.
        variant: Option<VariantName>,
    },
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The request body.
    pub body: &'q [u8],
    /// What it is.
    pub content_type: &'q str,
    /// What the answer should be, where that matters.
    pub accept: Option<&'q str>,
}

impl<'q> From<&'q Session> for Question<'q> {
    fn from(session: &'q Session) -> Self {
        Self { body: &session.body, content_type: session.content_type, accept: None }
    }
}

/// A call that gave no answer.
#[derive(Debug)]
pub enum CallFailure {
    /// The endpoint is busy: press less, perhaps try again.
    Overload,
    /// A fault on the way: perhaps try again. The reason is counted.
    Transient(&'static str),
    /// Nobody is there: perhaps try again.
    Unreachable(Box<dyn std::error::Error + Send + Sync>),
    /// The model's own failure for this request; trying again would only ask the same.
    Unanswered(&'static str),
    /// The same of a question that is not taken at all: counted as `rejected`, with what was answered. Never its words, which may repeat
    /// what was sent.
    Rejected(String),
    /// No call of this run can succeed.
    Fatal(Box<RunError>),
}

impl Endpoint {
    /// The endpoint that a source asks; `None` where it asks nobody.
    pub fn of(
        source: &Source,
        endpoint: &EndpointName,
        variant: &VariantName,
        clients: Option<&Clients>,
    ) -> Result<Option<Self>, RunError> {
        let variant = Some(variant.clone());
        match (source, clients) {
            (Source::SageMaker, Some(clients)) => {
                let (client, endpoint) = (clients.sagemaker.clone(), endpoint.clone());
                Ok(Some(Self::SageMaker { client, endpoint, variant }))
            }
            (Source::Http(url), _) => {
                let client = http_client().map_err(|error| RunError::EndpointUnreachable {
                    endpoint: shown(url),
                    source: Box::new(error),
                })?;
                Ok(Some(Self::Http { client, url: url.clone(), variant }))
            }
            _ => Ok(None),
        }
    }

    /// Asks one question and reads the answer.
    pub async fn invoke<'q>(
        &self,
        question: impl Into<Question<'q>>,
        inference_id: &str,
    ) -> Result<Payload<'static>, CallFailure> {
        let question = question.into();
        let (body, content_type) = match self {
            Self::SageMaker { client, endpoint, variant } => {
                let request = client
                    .invoke_endpoint()
                    .endpoint_name(endpoint.as_str())
                    .set_target_variant(variant.as_ref().map(ToString::to_string))
                    .inference_id(inference_id)
                    .content_type(question.content_type)
                    .set_accept(question.accept.map(str::to_owned))
                    .body(Blob::new(question.body.to_vec()));
                let answer: InvokeEndpointOutput =
                    request.send().await.map_err(|error| sagemaker_failure(error, &self.name()))?;
                (answer.body.map(Blob::into_inner).unwrap_or_default(), answer.content_type)
            }
            Self::Http { client, url, variant } => {
                http_call(client, url, variant.as_ref(), question, inference_id).await?
            }
        };
        decode(body, content_type.as_deref().or(question.accept))
    }

    /// `sagemaker` or `http`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SageMaker { .. } => "sagemaker",
            Self::Http { .. } => "http",
        }
    }

    /// As errors name it: with its variant, where one is addressed.
    fn name(&self) -> String {
        match self {
            Self::SageMaker { endpoint, variant: Some(variant), .. } => format!("{endpoint}/{variant}"),
            other => other.address(),
        }
    }

    /// Name or address, for messages.
    pub fn address(&self) -> String {
        match self {
            Self::SageMaker { endpoint, .. } => endpoint.to_string(),
            Self::Http { url, .. } => shown(url),
        }
    }
}

/// An address as it is told: without what may be secret in it, which is who calls, and the query.
pub(crate) fn shown(url: &reqwest::Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Refused of addresses without a host alone, which have nobody in them either.
    let is_bare = shown.set_username("").is_ok() && shown.set_password(None).is_ok();
    if is_bare { shown.to_string() } else { format!("{}:", url.scheme()) }
}

fn decode(body: Vec<u8>, content_type: Option<&str>) -> Result<Payload<'static>, CallFailure> {
    if body.len() > MAX_BODY_BYTES {
        return Err(CallFailure::Unanswered("oversize"));
    }
    let text = String::from_utf8(body).map_err(|_| CallFailure::Unanswered("encoding"))?;
    Ok(if content_type.is_some_and(is_csv) { Payload::Csv(text.into()) } else { Payload::Json(text.into()) })
}

/// SageMaker's throttle is often a 400 with a null message outside the modelled errors: the code tells, not the type.
fn sagemaker_failure(error: SdkError<InvokeEndpointError>, address: &str) -> CallFailure {
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    match &error {
        SdkError::TimeoutError(_) => return CallFailure::Transient("timeout"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            return CallFailure::Transient("timeout");
        }
        // No connection, no region or no credentials: nothing was sent.
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            return CallFailure::Unreachable(Box::new(error));
        }
        SdkError::ResponseError(_) => return CallFailure::Transient("connection"),
        _ => {}
    }
    let reason = error.message().unwrap_or("no message").to_owned();
    let address = address.to_owned();
    match (error.code().unwrap_or_default(), status) {
        ("ThrottlingException" | "Throttling" | "TooManyRequestsException" | "ServiceUnavailable", _)
        | ("ModelNotReadyException", _)
        | (_, 429 | 503 | 530) => CallFailure::Overload,
        ("ModelError", _) | (_, 424) => CallFailure::Unanswered("model_error"),
        ("ValidationError" | "ValidationException", _) if reason.contains("not found") => {
            CallFailure::Fatal(Box::new(RunError::EndpointNotFound { endpoint: address, reason }))
        }
        (_, 401 | 403) => {
            CallFailure::Fatal(Box::new(RunError::EndpointRefused { endpoint: address, reason }))
        }
        (_, 500..) => CallFailure::Transient("server_error"),
        ("", status) => CallFailure::Rejected(format!("it answered HTTP {status}; its log says why")),
        (code, status) => {
            CallFailure::Rejected(format!("it answered {code} (HTTP {status}); its log says why"))
        }
    }
}

async fn http_call(
    client: &reqwest::Client,
    url: &reqwest::Url,
    variant: Option<&VariantName>,
    question: Question<'_>,
    inference_id: &str,
) -> Result<(Vec<u8>, Option<String>), CallFailure> {
    let mut request = client
        .post(url.clone())
        .header("Content-Type", question.content_type)
        .header("X-Amzn-SageMaker-Inference-Id", inference_id);
    if let Some(variant) = variant {
        request = request.header("X-Amzn-SageMaker-Target-Variant", variant.as_str());
    }
    if let Some(accept) = question.accept {
        request = request.header("Accept", accept);
    }
    let sent = request.body(question.body.to_vec()).send().await;
    let mut answer = sent.map_err(http_fault)?;
    let status = answer.status();
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (content_type, error_type) = (header("content-type"), header("x-amzn-errortype"));
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(http_fault)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(CallFailure::Unanswered("oversize"));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        Ok((body, content_type))
    } else {
        Err(http_failure(status, error_type, &body, url))
    }
}

fn http_fault(error: reqwest::Error) -> CallFailure {
    if error.is_connect() {
        CallFailure::Unreachable(Box::new(error.without_url()))
    } else if error.is_timeout() {
        CallFailure::Transient("timeout")
    } else {
        CallFailure::Transient("connection")
    }
}

fn http_failure(
    status: StatusCode,
    error_type: Option<String>,
    body: &[u8],
    url: &reqwest::Url,
) -> CallFailure {
    let reason = || format!("HTTP {status}");
    let endpoint = || shown(url);
    match status.as_u16() {
        429 | 503 | 530 => CallFailure::Overload,
        400 if error_type.is_some_and(|kind| kind.starts_with("ThrottlingException"))
            || is_throttle(body) =>
        {
            CallFailure::Overload
        }
        424 => CallFailure::Unanswered("model_error"),
        404 => CallFailure::Fatal(Box::new(RunError::EndpointNotFound {
            endpoint: endpoint(),
            reason: reason(),
        })),
        401 | 403 => {
            CallFailure::Fatal(Box::new(RunError::EndpointRefused { endpoint: endpoint(), reason: reason() }))
        }
        500.. => CallFailure::Transient("server_error"),
        _ => CallFailure::Rejected(format!("it answered HTTP {status}; its log says why")),
    }
}

fn is_throttle(body: &[u8]) -> bool {
    let kind = serde_json::from_slice::<serde_json::Value>(body).ok();
    let kind = kind.as_ref().and_then(|body| body.get("__type")?.as_str());
    kind.is_some_and(|kind| kind.ends_with("ThrottlingException"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_secrets() {
        for (written, told) in [
            ("http://host:8080/invocations", "http://host:8080/invocations"),
            ("https://me:hunter2@host/invocations?key=hunter2#hunter2", "https://host/invocations"),
            ("http://hunter2@host", "http://host/"),
            ("mailto:hunter2@host", "mailto:"),
        ] {
            assert_eq!(shown(&written.parse().unwrap()), told, "{written}");
        }
    }

    #[test]
    fn a_question_that_is_not_taken_is_told_by_its_status_and_never_by_the_words_of_the_answer() {
        let url = "http://host/invocations".parse().unwrap();
        for status in [400, 413, 415, 422] {
            let status = StatusCode::from_u16(status).unwrap();
            let failure = http_failure(status, None, b"could not convert 'hunter2'", &url);
            let CallFailure::Rejected(told) = failure else { panic!("{failure:?}") };
            assert_eq!(told, format!("it answered HTTP {status}; its log says why"));
        }
    }
}
