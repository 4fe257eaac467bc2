//! The embedded AWS and the endpoint simulator as the Rust SDK's own clients see them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod endpoint;
mod faults;
mod metrics;
mod objects;

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::faults::Fault;
use bytes::Bytes;

pub(crate) const BUCKET: &str = "captures";

pub(crate) async fn aws_with_bucket() -> (EmbeddedAws, Client) {
    let aws = EmbeddedAws::start(None).await.unwrap();
    aws.create_bucket(BUCKET).await.unwrap();
    let s3 = aws.s3();
    (aws, s3)
}

pub(crate) fn put(s3: &Client, key: &str, body: &'static str) -> PutObjectFluentBuilder {
    s3.put_object().bucket(BUCKET).key(key).body(Bytes::from_static(body.as_bytes()).into())
}

pub(crate) async fn get(s3: &Client, key: &str) -> Bytes {
    let object = s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().into_bytes()
}

/// The answer to a request that no client of these tests would send.
async fn queues_listed(aws: &EmbeddedAws, signed: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(aws.endpoint_url().replace("http://", "")).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonSQS.ListQueues\r\n{signed}connection: close\r\n\
         content-length: 0\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn an_unsigned_request_and_one_to_an_unknown_service_are_refused() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let scope =
        "authorization: AWS4-HMAC-SHA256 Credential=k/20261031/us-east-1/sqs/aws4_request, Signature=0\r\n";
    let unknown = queues_listed(&aws, scope).await;
    assert!(unknown.starts_with("HTTP/1.1 501") && unknown.contains("no service sqs"), "{unknown}");
    assert_eq!(aws.requests()["sqs:ListQueues"], 1);
    assert!(queues_listed(&aws, "").await.starts_with("HTTP/1.1 403"));
}

#[tokio::test]
async fn a_fork_holds_what_there_was_and_neither_sees_what_comes_to_the_other() {
    let (aws, s3) = aws_with_bucket().await;
    put(&s3, "before", "x").send().await.unwrap();
    let topic = aws.create_topic("violations").await.unwrap();
    aws.inject(Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown")));

    let fork = aws.fork().await.unwrap();
    assert_eq!((fork.requests(), fork.side_effects()), (aws.requests(), aws.side_effects()));
    put(&fork.s3(), "there", "x").send().await.unwrap();
    fork.sns().publish().topic_arn(&topic).message("m").send().await.unwrap();
    assert!(put(&s3, "here", "x").send().await.is_err(), "no fault is in force in the fork alone");
    assert_eq!(fork.keys(BUCKET).await.unwrap(), ["before", "there"]);
    assert_eq!(aws.keys(BUCKET).await.unwrap(), ["before"]);
    assert_eq!((fork.published().len(), aws.published().len()), (1, 0));
}

#[tokio::test]
async fn dropping_it_frees_its_port() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let (url, s3) = (aws.endpoint_url(), aws.s3());
    s3.list_buckets().send().await.unwrap();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    assert!(EmbeddedAws::start(Some(port)).await.is_err(), "the port is taken");
    drop(aws);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(s3.list_buckets().send().await.is_err(), "no connection outlives the server");
    let successor = EmbeddedAws::start(Some(port)).await.unwrap();
    assert_eq!(successor.endpoint_url(), url);
}
