//! Events that name objects by keys that are not what they seem: refused by name, and nothing is read for them.

use crate::harness::functions::Started;
use crate::harness::{BUCKET, Harness, time};
use crate::routing::TOPIC;
use bellwether_contract::printable::is_unprintable;
use bellwether_tests::local::events::created;
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

async fn are_refused(site: &Harness, function: &Started, keys: &[String], kind: &str) {
    let requests = site.aws().requests();
    for key in keys {
        for event in [created(BUCKET, key), notified(key)] {
            let error = function.handle(event, time("2026-10-31T13:10:00Z")).await.expect_err(key);
            assert_eq!(error.error_type, kind, "{key:?}");
            let text = &error.error_message;
            assert!(text.len() < 10_000, "{} bytes are told of {key:?}", text.len());
            assert!(!text.contains(is_unprintable), "{text:?}");
        }
    }
    assert_eq!(site.aws().requests(), requests, "nothing was asked of S3 or SNS for them");
}

#[tokio::test]
async fn a_key_that_leaves_its_folder_or_cannot_be_one_starts_nothing() {
    let site = Harness::bucket().await.with_all(&[
        ("MODELS_URI", "{root}/models"),
        ("BASELINES_URI", "{root}/baselines"),
        ("TOPIC_ARN", TOPIC),
    ]);
    let baseline = site.start("baseline");
    are_refused(&site, &baseline, &keys("models", "manifest.json"), "NotAManifest").await;
    let router = site.start("violation-router");
    let name = "2026/10/31/13/constraint_violations.json";
    are_refused(&site, &router, &keys("reports", name), "NotAReport").await;
    are_refused(&site, &router, &keys("reports/newsroom-prod", name), "NotAReport").await;
}
