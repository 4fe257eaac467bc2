//! Faults at the level of HTTP: refused, late, cut short, reset, and the crash point.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;

use super::{BUCKET, aws_with_bucket, get, put};

#[tokio::test]
async fn a_fault_strikes_the_chosen_occurrence_at_the_chosen_path() {
    let (aws, s3) = aws_with_bucket().await;
    let fault = Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown"));
    let strikes = aws.inject(fault.at_path("statistics.json").nth(2));
    put(&s3, "run/statistics.json", "1").send().await.unwrap();
    put(&s3, "run/execution.json", "1").send().await.unwrap();
    let struck = put(&s3, "run/statistics.json", "2").send().await.unwrap_err();
    assert_eq!((struck.code(), strikes.count()), (Some("SlowDown"), 1));
    assert_eq!(get(&s3, "run/statistics.json").await, "1", "the service never saw it");
    put(&s3, "run/statistics.json", "3").send().await.unwrap();
    assert_eq!(get(&s3, "run/statistics.json").await, "3");
}

#[tokio::test]
async fn the_sdk_retries_over_a_fault_that_passes() {
    let (aws, s3) = aws_with_bucket().await;
    put(&s3, "key", "value").send().await.unwrap();
    aws.inject(Fault::before("s3:GetObject", Answer::s3_error(503, "SlowDown")).nth(1));
    aws.inject(Fault::before("s3:GetObject", Answer::reset()).nth(1));
    let patient = aws_sdk_s3::config::Builder::from(&aws.sdk_config()).force_path_style(true).retry_config(
        aws_sdk_s3::config::retry::RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)),
    );
    assert_eq!(get(&Client::from_conf(patient.build()), "key").await, "value");
    assert_eq!(aws.requests()["s3:GetObject"], 3);
}

#[tokio::test]
async fn a_reset_after_the_write_leaves_what_was_written() {
    let (aws, s3) = aws_with_bucket().await;
    aws.inject(Fault::after("s3:PutObject", |_| Answer::reset()).nth(1));
    let lost = put(&s3, "execution.json", "committed").if_none_match("*").send().await.unwrap_err();
    assert!(format!("{lost:?}").contains("ConnectionReset"), "{lost:?}");
    assert_eq!(get(&s3, "execution.json").await, "committed");
    let again = put(&s3, "execution.json", "again").if_none_match("*").send().await.unwrap_err();
    assert_eq!(again.code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn a_body_cut_short_is_an_error_and_not_a_short_object() {
    let (aws, s3) = aws_with_bucket().await;
    put(&s3, "lines.jsonl", "{}\n{}\n{}\n").send().await.unwrap();
    aws.inject(Fault::after("s3:GetObject", |whole| whole.cut_after(4)));
    let mut object = s3.get_object().bucket(BUCKET).key("lines.jsonl").send().await.unwrap();
    assert_eq!(object.content_length(), Some(9));
    assert_eq!(object.body.next().await.unwrap().unwrap(), "{}\n{");
    assert!(object.body.next().await.unwrap().is_err());
    aws.clear_faults();
    assert_eq!(get(&s3, "lines.jsonl").await.len(), 9);
}

#[tokio::test]
async fn an_answer_can_be_late() {
    let (aws, s3) = aws_with_bucket().await;
    let late = Duration::from_millis(150);
    aws.inject(Fault::after("s3:HeadBucket", move |answer| answer.delayed(late)));
    let asked = tokio::time::Instant::now();
    s3.head_bucket().bucket(BUCKET).send().await.unwrap();
    assert!(asked.elapsed() >= late);
}

/// The pattern of a crash-point test: the work is dropped at its k-th side effect, which has happened.
#[tokio::test]
async fn work_can_be_dropped_just_after_its_second_side_effect() {
    let (aws, s3) = aws_with_bucket().await;
    let crash = aws.inject(Fault::after_side_effect(|_| Answer::hang()).nth(2));
    let work = async {
        for key in ["one", "two", "three"] {
            let _ = s3.head_bucket().bucket(BUCKET).send().await;
            put(&s3, key, "x").send().await.unwrap();
        }
    };
    tokio::select! {
        () = work => panic!("the work was not stopped"),
        () = crash.first() => {}
    }
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let listed: Vec<&str> = listed.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(listed, ["one", "two"]);
}
