//! CloudWatch and SNS: what was measured and announced can be read back, and what they would refuse is refused.

use aws_sdk_cloudwatch::config::http::HttpResponse;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use bellwether_tests::aws::EmbeddedAws;

fn datum(name: &str) -> aws_sdk_cloudwatch::types::builders::MetricDatumBuilder {
    let endpoint = Dimension::builder().name("EndpointName").value("news").build();
    MetricDatum::builder().metric_name(name).dimensions(endpoint).unit(StandardUnit::Count)
}

#[tokio::test]
async fn values_and_counts_of_a_metric_are_read_back_as_sent() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let histogram = datum("top10_category_diversity")
        .timestamp(aws_sdk_cloudwatch::primitives::DateTime::from_secs(1_793_433_600))
        .set_values(Some(vec![3.0, 4.0, 5.5]))
        .set_counts(Some(vec![2.0, 7.0, 1.0]));
    let put = aws.cloudwatch().put_metric_data().namespace("Bellwether");
    put.metric_data(histogram.build())
        .metric_data(datum("violations").value(0.0).build())
        .send()
        .await
        .unwrap();

    let recorded = aws.metrics();
    assert_eq!((recorded.len(), recorded[0].namespace.as_str()), (1, "Bellwether"));
    let [histogram, violations] = recorded[0].metric_data.as_slice() else { panic!("{recorded:?}") };
    assert_eq!(histogram.metric_name, "top10_category_diversity");
    assert_eq!(histogram.dimension("EndpointName"), Some("news"));
    assert_eq!(histogram.timestamp, Some(1_793_433_600.0));
    assert_eq!(
        (histogram.values.as_slice(), histogram.counts.as_slice()),
        (&[3.0, 4.0, 5.5][..], &[2.0, 7.0, 1.0][..])
    );
    assert_eq!((violations.value, violations.unit.as_deref()), (Some(0.0), Some("Count")));
}

#[tokio::test]
async fn a_compressed_request_is_recorded_too_and_one_beyond_the_limits_is_refused() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let data = |metrics: usize| {
        Some((0..metrics).map(|n| datum(&format!("metric-{n}")).value(1.0).build()).collect())
    };
    let put = || aws.cloudwatch().put_metric_data().namespace("Bellwether");
    put().set_metric_data(data(1000)).send().await.unwrap();
    assert_eq!(aws.metrics()[0].metric_data.len(), 1000);

    let too_many = put().set_metric_data(data(1001)).send().await.unwrap_err();
    assert_eq!(too_many.code(), Some("InvalidParameterValue"));
    let not_a_number = put().metric_data(datum("mean").value(f64::NAN).build()).send().await.unwrap_err();
    assert_eq!(not_a_number.code(), Some("InvalidParameterValue"));
    let crowded = datum("mean").set_values(Some((0..151).map(f64::from).collect())).build();
    assert!(put().metric_data(crowded).send().await.is_err());
    assert_eq!(aws.metrics().len(), 1);
}

#[tokio::test]
async fn a_notification_is_published_to_a_topic_that_exists() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let sns = aws.sns();
    let topic = sns.create_topic().name("violations").send().await.unwrap().topic_arn.unwrap();
    assert_eq!(topic, "arn:aws:sns:us-east-1:000000000000:violations");
    let message = "diversity fell: 3.1 < 4 — “news” & more";
    let sent = sns.publish().topic_arn(&topic).subject("Bellwether").message(message).send().await.unwrap();
    assert!(sent.message_id().is_some());
    let published = aws.published();
    assert_eq!(published.len(), 1);
    assert_eq!((published[0].topic_arn.as_str(), published[0].message.as_str()), (topic.as_str(), message));
    assert_eq!(published[0].subject.as_deref(), Some("Bellwether"));

    let lost = sns.publish().topic_arn(format!("{topic}-gone")).message("m").send().await.unwrap_err();
    assert_eq!(lost.code(), Some("NotFound"));
    assert_eq!(aws.published().len(), 1);
}

#[tokio::test]
async fn what_sns_refuses_is_refused_and_not_on_record() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let sns = aws.sns();
    let topic = aws.create_topic("violations").await.unwrap();
    let listed = sns.list_topics().send().await.unwrap();
    assert_eq!(listed.topics()[0].topic_arn(), Some(topic.as_str()));
    let publish =
        |subject: &str, message: String| sns.publish().topic_arn(&topic).subject(subject).message(message);
    let refused = [
        publish(&"s".repeat(101), "m".to_owned()),
        publish("two\nlines", "m".to_owned()),
        publish("s", String::new()),
        publish("s", "m".repeat(262_145)),
    ];
    for publish in refused {
        assert_eq!(publish.send().await.unwrap_err().code(), Some("InvalidParameter"));
    }
    let unnamed = sns.create_topic().name("no topic").send().await.unwrap_err();
    assert_eq!(unnamed.code(), Some("InvalidParameter"));
    assert_eq!(aws.published(), []);
}

#[tokio::test]
async fn an_operation_that_is_not_here_is_no_success() {
    let aws = EmbeddedAws::start(None).await.unwrap();
    let alarms = aws.cloudwatch().describe_alarms().send().await.unwrap_err();
    assert_eq!((alarms.code(), status(alarms.raw_response())), (Some("InvalidAction"), Some(501)));
    let subscriptions = aws.sns().list_subscriptions().send().await.unwrap_err();
    assert_eq!(
        (subscriptions.code(), status(subscriptions.raw_response())),
        (Some("InvalidAction"), Some(501))
    );
    let versions = aws.s3().list_object_versions().bucket("captures").send().await.unwrap_err();
    assert_eq!((versions.code(), status(versions.raw_response())), (Some("NotImplemented"), Some(501)));
}

fn status(answer: Option<&HttpResponse>) -> Option<u16> {
    answer.map(|answer| answer.status().as_u16())
}
