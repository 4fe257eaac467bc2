//! Events that name objects by keys that are not what they seem: refused by name, and nothing is read for them.

use crate::desk::{BUCKET, TOPIC, created};
use bellwether_contract::printable::is_unprintable;
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function as _;
use bellwether_tests::aws::EmbeddedAws;
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::{Value, json};

/// Keys below a prefix that end as the function's own keys do.
fn keys(prefix: &str, name: &str) -> Vec<String> {
    let long = |bytes: usize| {
        let middle = "k".repeat(bytes - prefix.len() - name.len() - 2);
        format!("{prefix}/{middle}/{name}")
    };
    let odd = [
        "..",
        "v2/..",
        "../v2",
        "%2e%2e",
        "%2e%2e%2fv2",
        "v\0",
        "v\n2",
        "v2\r\nerror: all is well",
        "\u{1b}[2Jv2",
        "\u{9b}31mv2",
        "v2\u{202e}gnp",
        "\u{feff}v2",
        ".",
        "",
        " ",
        "v 2",
        "v2%00",
        "v2\\..",
        "日本",
    ];
    let mut keys: Vec<String> = odd.iter().map(|part| format!("{prefix}/{part}/{name}")).collect();
    keys.extend([long(1_024), long(1_025), long(100_000)]);
    keys.extend([
        format!("{prefix}/{}/{name}", "\u{1b}".repeat(900)),
        format!("{prefix}//{name}"),
        String::new(),
    ]);
    keys
}

/// The classic notification, every byte of the key encoded.
fn notified(key: &str) -> Value {
    let key: String = key.bytes().map(|byte| format!("%{byte:02x}")).collect();
    json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}]})
}

async fn handle(function: &impl bellwether_serve::Function, event: Value) -> Result<Value, Diagnostic> {
    let now: Timestamp = "2026-10-31T13:10:00Z".parse().expect("a time");
    function.handle(LambdaEvent::new(event, Context::default()), now).await
}

async fn are_refused(
    aws: &EmbeddedAws,
    function: &impl bellwether_serve::Function,
    keys: &[String],
    kind: &str,
) {
    let requests = aws.requests();
    for key in keys {
        for event in [created(BUCKET, key), notified(key)] {
            let error = handle(function, event).await.expect_err(key);
            assert_eq!(error.error_type, kind, "{key:?}");
            let text = &error.error_message;
            assert!(text.len() < 10_000, "{} bytes are told of {key:?}", text.len());
            assert!(!text.contains(is_unprintable), "{text:?}");
        }
    }
    assert_eq!(aws.requests(), requests, "nothing was asked of S3 or SNS for them");
}

#[tokio::test]
async fn a_key_that_leaves_its_folder_or_cannot_be_one_starts_nothing() {
    let aws = EmbeddedAws::start(None).await.expect("the embedded AWS");
    aws.create_bucket(BUCKET).await.expect("a bucket");
    let root = format!("s3://{BUCKET}");
    let lookup = |name: &str| match name {
        "MODELS_URI" => Some(format!("{root}/models")),
        "BASELINES_URI" => Some(format!("{root}/baselines")),
        "VALIDATION_SET_URI" => Some(format!("{root}/inputs/sessions.jsonl")),
        "CATALOG_URI" => Some(format!("{root}/inputs/catalog.json")),
        "REPORTS_URI" => Some(format!("{root}/reports")),
        "ENDPOINT_NAME" => Some("recommender-prod".to_owned()),
        "TOPIC_ARN" => Some(TOPIC.to_owned()),
        _ => None,
    };
    let clients = || Clients::new(&aws.sdk_config());
    let baseline = baseline::Function::new(lookup, clients()).expect("the baseline function");
    are_refused(&aws, &baseline, &keys("models", "manifest.json"), "NotAManifest").await;
    let router = violation_router::Function::new(lookup, clients()).expect("the router");
    let name = "2026/10/31/13/constraint_violations.json";
    are_refused(&aws, &router, &keys("reports", name), "NotAReport").await;
    are_refused(&aws, &router, &keys("reports/newsroom-prod", name), "NotAReport").await;
}
