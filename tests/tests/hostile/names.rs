//! Names that would break what they are put into: a subject, a filter's attribute, a log line, a terminal.

use crate::harness::{Harness, nine};
use crate::routing::{Routing, at};
use bellwether_contract::printable::is_unprintable;
use bellwether_contract::statistics::Unknown;
use bellwether_contract::violations::{CheckType, Violation};
use serde_json::Value;

/// What a column, a metric or a check may be called by whoever writes a file.
fn names() -> Vec<String> {
    let odd = [
        "two\nlines",
        "Bcc: all\r\nSubject: all is well",
        "\u{1b}[2J\u{1b}[31mred",
        "\u{9b}2J",
        "\u{7}\u{8}\u{0}\u{7f}",
        "abc\u{202e}fdp.exe",
        "\u{2066}isolated",
        "a\u{2028}b",
        "\u{feff}",
        " ",
        "",
        "日本 größe 🦀",
        "\",\"severity\":\"info",
        "${AWS::AccountId} %s {{x}} <script>",
        "feature_data_",
    ];
    odd.iter().map(|name| (*name).to_owned()).chain(["x".repeat(5_000), "é".repeat(300)]).collect()
}

fn violation(name: &str) -> Violation {
    Violation {
        feature_name: Some(name.to_owned()),
        metric_name: None,
        constraint_check_type: CheckType::Other(name.to_owned()),
        description: format!("Of {name} nothing is left."),
        unknown: Unknown::new(),
    }
}

fn is_printable(text: &str) {
    assert!(!text.contains(|character| is_unprintable(character) && character != '\n'), "{text:?}");
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(values) => {
            values.iter().flat_map(|(name, value)| texts(value).into_iter().chain([name.as_str()])).collect()
        }
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_notification_is_legal_whatever_the_violations_are_called() {
    for names in names().into_iter().map(|name| vec![name]).chain([names()]) {
        let routing = Routing::open().await;
        let hour = at(13).mean(2.0).with(names.iter().map(|name| violation(name)).collect());
        routing.tell(hour).await.unwrap_or_else(|error| panic!("{error:?}"));
        let sent = routing.harness.aws().published();
        assert_eq!(sent.len(), 1, "{names:?}");
        let subject = sent[0].subject.as_deref().expect("a subject");
        assert!((1..100).contains(&subject.len()), "{subject}");
        assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject:?}");
        assert!(sent[0].message.len() <= 256 * 1_024);
        for protocol in ["email", "default"] {
            is_printable(&sent[0].for_protocol(protocol).expect("a text"));
        }
        texts(&sent[0].in_queue()).into_iter().for_each(is_printable);
        for (name, (kind, value)) in &sent[0].attributes {
            assert!(!value.is_empty(), "{name}: SNS refuses an attribute without a value");
            is_printable(value);
            if kind == "String.Array" {
                let checks: Vec<String> = serde_json::from_str(value).expect("a list of texts");
                checks.iter().for_each(|check| assert!(!check.contains(is_unprintable), "{check:?}"));
            }
        }
    }
}

#[tokio::test]
async fn what_an_input_says_is_quoted_in_an_error_as_printable_text() {
    for name in names() {
        let quoted = serde_json::to_string(&name).expect("a text");
        let files = [
            ("inputs/catalog.json", format!("{{{quoted}: \"c\", {quoted}: \"d\"}}")),
            ("inputs/lists.jsonl", format!("{{\"session_id\":{quoted}}}\n")),
            ("baselines/recommender-prod/AllTraffic/current.json", format!("{{\"model_version\":{quoted}}}")),
        ];
        for (key, text) in files {
            let site = Harness::folder().with("BASELINES_URI", "{root}/baselines");
            site.put_lists([6; 20]).await;
            site.put("baselines/README", "none yet").await;
            site.put(key, text).await;
            let error = site.run(&nine()).await.map(|_| ()).expect_err(&name);
            assert_eq!(error.error_type(), "MalformedInput", "{}", error.chain());
            let told = error.chain();
            assert!(!told.contains(is_unprintable), "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_run_folder_that_others_wrote_to_is_told_in_printable_text() {
    for name in names() {
        let site = Harness::folder();
        site.put_lists([6; 20]).await;
        site.run(&nine()).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        let key = format!("{}/execution.json", crate::harness::RUN);
        let mut execution = site.json(&key).await;
        execution["monitor"] = name.as_str().into();
        execution["configuration_digest"] = name.as_str().into();
        site.put(&key, execution.to_string()).await;
        let error = site.run(&nine()).await.map(|_| ()).expect_err("another monitor's run");
        assert_eq!(error.error_type(), "WindowTaken");
        is_printable(&error.chain());
        assert_eq!(error.chain().lines().count(), 1, "{}", error.chain());
    }
}
