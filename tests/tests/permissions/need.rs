//! What a call that was made needs to be allowed: IAM's action and resource, and what AWS asks for besides.
//!
//! Sources: the Service Authorization Reference; S3's GetObject ("if the object does not exist, the error depends on
//! whether you also have s3:ListBucket"); S3's guide to SSE-KMS (Decrypt to read, GenerateDataKey to write); SNS's guide to
//! encrypted topics (both, to publish).

use super::policy::Request;
use super::stack::Stack;
use bellwether_tests::executions::Started;
use bellwether_tests::operation::{Call, Served};
use bellwether_tests::recorded::{Publish, PutMetricData};

/// What a request over HTTP to S3, SageMaker or Lambda needs.
pub(crate) fn of_call(served: &Served, stack: &Stack) -> Vec<Request> {
    let (bucket, key) = served.call.bucket_and_key();
    let (bucket_arn, object_arn) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/{key}"));
    match served.call.operation.as_str() {
        // A reader that may not list is told 403, and cannot tell a missing object from a forbidden one.
        "s3:GetObject" if served.status == 404 => vec![
            Request::new("s3:GetObject", object_arn),
            Request::new("s3:ListBucket", bucket_arn).with("s3:prefix", key),
        ],
        "s3:GetObject" => vec![Request::new("s3:GetObject", object_arn)]
            .into_iter()
            .chain(key_of_buckets(stack, "kms:Decrypt"))
            .collect(),
        "s3:PutObject" => vec![Request::new("s3:PutObject", object_arn)]
            .into_iter()
            .chain(key_of_buckets(stack, "kms:GenerateDataKey"))
            .collect(),
        "s3:ListObjectsV2" => {
            let prefix = served.call.parameter("prefix").unwrap_or_default();
            vec![Request::new("s3:ListBucket", bucket_arn).with("s3:prefix", prefix)]
        }
        "s3:GetBucketNotificationConfiguration" => {
            vec![Request::new("s3:GetBucketNotification", bucket_arn)]
        }
        "sagemaker:InvokeEndpoint" => vec![Request::new("sagemaker:InvokeEndpoint", endpoint(&served.call))],
        "lambda:Invoke" => vec![Request::new("lambda:InvokeFunction", function(&served.call))],
        // Told by what they carried, below.
        "monitoring:PutMetricData" | "sns:Publish" | "states:StartExecution" => Vec::new(),
        other => panic!("which IAM action does {other} need?"),
    }
}

fn key_of_buckets(stack: &Stack, action: &str) -> Option<Request> {
    let key = stack.parameter("DataKmsKeyArn")?;
    Some(Request::new(action, key).with("kms:ViaService", "s3.us-east-1.amazonaws.com"))
}

/// SageMaker spells the name in an ARN in lower case.
fn endpoint(call: &Call) -> String {
    let name = call.path.trim_start_matches("/endpoints/").split('/').next().unwrap_or_default();
    format!("arn:aws:sagemaker:us-east-1:000000000000:endpoint/{}", name.to_lowercase())
}

/// The ARN of a function that is called by its logical id here.
fn function(call: &Call) -> String {
    let name = call.path.split('/').rev().nth(1).unwrap_or_default();
    format!("{name}.Arn")
}

pub(crate) fn of_metrics(put: &PutMetricData) -> Request {
    Request::new("cloudwatch:PutMetricData", "*").with("cloudwatch:namespace", &put.namespace)
}

pub(crate) fn of_start(started: &Started) -> Request {
    Request::new("states:StartExecution", &started.machine)
}

pub(crate) fn of_message(publish: &Publish, stack: &Stack) -> Vec<Request> {
    let key = stack.parameter("KmsKeyArn").into_iter().flat_map(|key| {
        ["kms:Decrypt", "kms:GenerateDataKey"]
            .map(|action| Request::new(action, key).with("kms:ViaService", "sns.us-east-1.amazonaws.com"))
    });
    std::iter::once(Request::new("sns:Publish", &publish.topic_arn)).chain(key).collect()
}

/// What Lambda itself does under a function's role: it logs, it traces, and it hands over an event that failed every
/// time. No test can see it; Lambda's developer guide names these verbs.
/// It makes a network interface where the function stands in a network, too.
pub(crate) fn of_lambda(log_group: &str, stack: &Stack) -> Vec<Request> {
    let log = ["logs:CreateLogStream", "logs:PutLogEvents"]
        .map(|action| Request::new(action, format!("{log_group}.Arn")));
    let trace = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"].map(|action| Request::new(action, "*"));
    let hand_over = Request::new("sqs:SendMessage", "DeadLetterQueue.Arn");
    let interfaces = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"];
    let network = stack.parameter("SubnetIds").into_iter().flat_map(move |_| interfaces);
    let network = network.map(|verb| Request::new(&format!("ec2:{verb}"), "*"));
    log.into_iter().chain(trace).chain([hand_over]).chain(network).collect()
}
