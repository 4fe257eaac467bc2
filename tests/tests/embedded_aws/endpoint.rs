//! The simulated endpoint, bare and behind InvokeEndpoint, as the SDK's client and a raw HTTP peer see it.

use std::time::Duration;

use aws_sdk_sagemakerruntime::Client;
use aws_sdk_sagemakerruntime::config::http::HttpResponse;
use aws_sdk_sagemakerruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sagemakerruntime::operation::invoke_endpoint::{InvokeEndpointError, InvokeEndpointOutput};
use bellwether_tests::answer::{Answer, INVOCATION_LIMIT_BYTES};
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::simulator::{EndpointSimulator, Script};
use bytes::Bytes;
use serde_json::json;

const MILLISECOND: Duration = Duration::from_millis(1);

async fn behind_aws(script: Script) -> (EmbeddedAws, EndpointSimulator, Client) {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let endpoint = EndpointSimulator::new(script);
    aws.register_endpoint("news", &endpoint);
    let client = aws.sagemaker_runtime();
    (aws, endpoint, client)
}

type Invoked = Result<InvokeEndpointOutput, SdkError<InvokeEndpointError, HttpResponse>>;

async fn invoke(client: &Client) -> Invoked {
    let call = client.invoke_endpoint().endpoint_name("news").content_type("application/json");
    call.body(aws_sdk_sagemakerruntime::primitives::Blob::new(r#"{"session":1}"#)).send().await
}

fn healthy() -> Script {
    Script::always(Answer::recommendations(&["a", "b"]))
}

#[tokio::test]
async fn an_invocation_reaches_the_simulator_with_its_headers() {
    let (aws, endpoint, client) = behind_aws(healthy()).await;
    let call = client.invoke_endpoint().endpoint_name("news").content_type("application/json");
    let call = call.inference_id("bellwether-1").target_variant("AllTraffic");
    let answer = call.body(aws_sdk_sagemakerruntime::primitives::Blob::new("{}")).send().await.unwrap();
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.invoked_production_variant(), Some("AllTraffic"));
    let expected = r#"{"recommendations":[{"item_id":"a"},{"item_id":"b"}]}"#;
    assert_eq!(answer.body().unwrap().as_ref(), expected.as_bytes());

    let seen = endpoint.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].inference_id.as_deref(), Some("bellwether-1"));
    assert_eq!(seen[0].target_variant.as_deref(), Some("AllTraffic"));
    assert_eq!(seen[0].content_type.as_deref(), Some("application/json"));
    assert_eq!(seen[0].body, "{}");
    assert_eq!(aws.requests()["sagemaker:InvokeEndpoint"], 1);
}

#[tokio::test]
async fn an_endpoint_that_does_not_exist_is_a_validation_error() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let error = invoke(&aws.sagemaker_runtime()).await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(
        (error.code(), error.message()),
        (Some("ValidationError"), Some("Endpoint news of account 000000000000 not found."),)
    );
    assert!(error.into_service_error().is_validation_error());
}

#[tokio::test]
async fn overload_in_every_shape_is_seen_by_code_or_status() {
    let shapes = [
        (Answer::throttled(), 400, Some("ThrottlingException")),
        (Answer::status(429), 429, None),
        (Answer::status(503), 503, None),
        (Answer::status(530), 530, None),
        (Answer::model_error(500, "out of memory"), 424, Some("ModelError")),
    ];
    let script = shapes.iter().zip(1..).fold(healthy(), |script, ((answer, ..), number)| {
        script.except(move |arrival| arrival.number == number, answer.clone())
    });
    let (_aws, endpoint, client) = behind_aws(script).await;
    for (_, status, code) in &shapes {
        let error = invoke(&client).await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), *status);
        assert_eq!(error.code(), *code, "{status}");
    }
    assert!(invoke(&client).await.is_ok());
    assert_eq!(
        endpoint.seen().iter().map(|seen| seen.status).collect::<Vec<_>>(),
        [400, 429, 503, 530, 424, 200]
    );
}

#[tokio::test]
async fn the_null_message_throttle_is_no_modelled_error_and_has_no_message() {
    let (_aws, _endpoint, client) = behind_aws(Script::always(Answer::throttled())).await;
    let error = invoke(&client).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("ThrottlingException"), None));
    let error = error.into_service_error();
    assert!(!error.is_validation_error() && !error.is_service_unavailable() && !error.is_internal_failure());
}

#[tokio::test]
async fn a_model_error_carries_what_the_container_said() {
    let (_aws, _endpoint, client) = behind_aws(Script::always(Answer::model_error(500, "no features"))).await;
    match invoke(&client).await.unwrap_err().into_service_error() {
        InvokeEndpointError::ModelError(error) => {
            assert_eq!(
                (error.original_status_code(), error.original_message()),
                (Some(500), Some("no features"))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn answers_that_cannot_be_used_arrive_as_they_are() {
    let bodies = [
        Answer::new(200, "application/json", "<html>not JSON"),
        Answer::json(&json!({"items": []})),
        Answer::json(&json!({"recommendations": [{"score": 0.5}]})),
        Answer::recommendations::<&str>(&[]),
        Answer::csv("a,b,c"),
        Answer::oversize(),
    ];
    let script = bodies.iter().zip(1..).fold(healthy(), |script, (answer, number)| {
        script.except(move |arrival| arrival.number == number, answer.clone())
    });
    let (_aws, _endpoint, client) = behind_aws(script).await;
    for body in &bodies {
        let answer = invoke(&client).await.unwrap();
        assert_eq!(answer.body().unwrap().as_ref(), body.body.as_ref());
    }
    assert_eq!(bodies[5].body.len(), INVOCATION_LIMIT_BYTES + 1);
    assert_eq!(bodies[4].headers["content-type"], "text/csv; charset=utf-8");
}

#[tokio::test]
async fn a_reset_and_a_cut_answer_are_no_answers() {
    let script = healthy()
        .except(|arrival| arrival.number == 1, Answer::reset())
        .except(|arrival| arrival.number == 2, Answer::recommendations(&["a"]).cut_after(5));
    let (_aws, _endpoint, client) = behind_aws(script).await;
    assert!(matches!(invoke(&client).await, Err(SdkError::DispatchFailure(_))));
    assert!(matches!(invoke(&client).await, Err(SdkError::ResponseError(_))));
    assert!(invoke(&client).await.is_ok());
}

#[tokio::test]
async fn a_queue_grows_slower_and_throttles_above_its_depth_and_all_of_it_is_on_record() {
    let script = healthy()
        .latency(|arrival| MILLISECOND * 20 * u32::try_from(arrival.in_flight).unwrap())
        .except(|arrival| arrival.in_flight > 4, Answer::throttled());
    let (_aws, endpoint, client) = behind_aws(script).await;
    let asked = tokio::time::Instant::now();
    let answers = futures::future::join_all((0..6).map(|_| invoke(&client))).await;
    assert!(asked.elapsed() >= MILLISECOND * 120);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 4);
    assert_eq!(endpoint.max_in_flight(), 6);
    let series = endpoint.in_flight_series();
    assert_eq!(series.len(), 12, "six arrivals and six departures");
    assert_eq!(series.last().unwrap().1, 0);
    assert!(series.is_sorted_by_key(|(at, _)| *at));
}

#[tokio::test]
async fn a_client_that_goes_away_is_no_longer_in_flight() {
    let (_aws, endpoint, client) = behind_aws(healthy().latency(|_| Duration::from_secs(60))).await;
    assert!(tokio::time::timeout(MILLISECOND * 100, invoke(&client)).await.is_err());
    tokio::time::sleep(MILLISECOND * 50).await;
    assert_eq!(endpoint.in_flight_series().iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 0]);
}

async fn raw(url: &str, request_line: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    let length = body.len();
    let request = format!(
        "{request_line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/csv\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn it_serves_as_a_bare_model_server_too() {
    let endpoint = EndpointSimulator::new(Script::answering(|request| {
        Answer::csv(std::str::from_utf8(request.body()).unwrap())
    }));
    let server = endpoint.serve(None).await.unwrap();
    let url = server.url();
    assert!(raw(&url, "GET /ping", "").await.starts_with("HTTP/1.1 200"));
    assert!(raw(&url, "GET /elsewhere", "").await.starts_with("HTTP/1.1 404"));
    let answer = raw(&url, "POST /invocations", "x,y").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("x,y\n"), "{answer}");
    assert_eq!(endpoint.seen().len(), 1, "a ping is no invocation");
    assert_eq!(endpoint.seen()[0].body, Bytes::from("x,y"));
}
