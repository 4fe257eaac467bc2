//! JSON nested 100,000 deep, wherever JSON is read: an error or a counted line, never the end of the stack.

use crate::harness::{BUCKET, Harness, nine, time};
use crate::routing::{Routing, at};
use bellwether_tests::local::events::created;
use serde_json::json;

const CAPTURED: &str =
    "capture/recommender-prod/AllTraffic/2026/10/31/08/20-48-871-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl";

fn deep() -> String {
    const LEVELS: usize = 100_000;
    format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS))
}

fn objects() -> String {
    const LEVELS: usize = 100_000;
    format!("{}1{}", "{\"a\":".repeat(LEVELS), "}".repeat(LEVELS))
}

fn record(more: &str, output: &str) -> String {
    format!(
        r#"{{{more}"captureData":{{"endpointOutput":{{"data":{output},"encoding":"JSON"}}}},"eventMetadata":{{"eventId":"e","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
    )
}

fn payload(text: &str) -> String {
    record("", &json!(text).to_string())
}

async fn good(site: Harness) -> Harness {
    site.put_lists([6; 20]).await;
    site.put(CAPTURED, payload("[]")).await;
    site.put("baselines/README", "none yet").await;
    site.with("CAPTURE_URI", "{root}/capture").with("BASELINES_URI", "{root}/baselines")
}

#[tokio::test]
async fn a_captured_line_is_read_where_the_depth_is_passed_over_and_counted_where_it_is_in_the_way() {
    let list = |inside: &str| payload(&format!("{{\"recommendations\":{inside}}}"));
    let cases = [
        (record(&format!("\"x\":{},", deep()), "\"{\\\"recommendations\\\":[]}\""), None),
        (record("", &deep()), Some("not_a_record")),
        (deep(), Some("not_a_record")),
        (objects(), Some("not_a_record")),
        (list(&deep()), Some("no_list")),
        (list(&format!("[{{\"item_id\":{}}}]", deep())), Some("no_list")),
        (payload(&format!("{{\"x\":{},\"recommendations\":[]}}", objects())), None),
    ];
    for path in [None, Some("recommendations[].item_id | @")] {
        for (line, reason) in &cases {
            for site in Harness::both().await {
                let mut site = good(site).await;
                path.into_iter().for_each(|path| site.set("RECOMMENDATIONS_PATH", path));
                site.put(CAPTURED, line.as_str()).await;
                let committed = site.run(&nine()).await.unwrap_or_else(|error| panic!("{}", error.chain()));
                let capture = committed.execution.capture.expect("captured lines");
                let left_out: Vec<(String, u64)> =
                    capture.left_out.iter().map(|(reason, lines)| (reason.to_string(), *lines)).collect();
                // The library reads the whole payload, and says of all that is too deep that it is not JSON.
                let in_payload = !line.starts_with("{\"x\"") && line.contains("recommendations");
                let reason = if path.is_some() && in_payload { Some("json") } else { *reason };
                let expected: Vec<_> = reason.iter().map(|reason| ((*reason).to_owned(), 1)).collect();
                assert_eq!(left_out, expected, "{path:?} {}", &line[..60]);
                assert_eq!(capture.used, u64::from(reason.is_none()), "{}", &line[..60]);
            }
        }
    }
}

#[tokio::test]
async fn a_file_of_that_depth_is_refused_by_name() {
    let run = crate::harness::RUN;
    let execution = format!("{run}/execution.json");
    let pointer = "baselines/recommender-prod/AllTraffic/current.json";
    for (key, text) in [
        ("inputs/catalog.json", deep()),
        ("inputs/catalog.json", format!("{{\"a\":{}}}", deep())),
        ("inputs/catalog.json", objects()),
        ("inputs/sessions.jsonl", deep()),
        ("inputs/lists.jsonl", format!("{{\"session_id\":{}}}", deep())),
        (pointer, objects()),
        (pointer, format!("{{\"newest\":{}}}", deep())),
        (execution.as_str(), objects()),
        (execution.as_str(), format!("{{\"attempt\":{}}}", deep())),
    ] {
        for site in Harness::both().await {
            let site = good(site).await;
            site.put(key, text.as_str()).await;
            let error = site.run(&nine()).await.map(|_| ()).expect_err(key);
            assert_eq!(error.error_type(), "MalformedInput", "{key}");
            let told = error.chain();
            assert!(told.contains(key) && told.len() < 2_000, "{told}");
        }
    }
}

#[tokio::test]
async fn reports_and_manifests_of_that_depth_are_refused_by_name() {
    let folder = "reports/newsroom-prod/diversity-hourly/2026/10/31/13";
    for file in ["constraint_violations.json", "execution.json"] {
        for text in
            [deep(), objects(), format!("{{\"features\":{}}}", deep()), format!("{{\"x\":{}}}", objects())]
        {
            let routing = Routing::open().await;
            let hour = at(13).mean(2.0);
            routing.publish(&hour).await;
            routing.harness.put(&format!("{folder}/{file}"), text).await;
            let error = routing.event(&hour, time("2026-10-31T13:10:00Z")).await.expect_err(file);
            assert_eq!(error.error_type, "MalformedInput", "{}", error.error_message);
            assert!(error.error_message.contains(file), "{}", error.error_message);
        }
    }
    let site = good(Harness::bucket().await).await.with("MODELS_URI", "{root}/models");
    let function = site.start("baseline");
    let dataset = format!("{{\"training_dataset\":{{\"uri\":\"u\",\"format\":{}}}}}", deep());
    for text in [deep(), objects(), dataset] {
        site.put("models/v2/manifest.json", text).await;
        let event = created(BUCKET, "models/v2/manifest.json");
        let now = time("2026-10-31T07:00:10Z");
        let error = function.handle(event, now).await.expect_err("a manifest");
        assert_eq!(error.error_type, "MalformedInput", "{}", error.error_message);
        assert!(error.error_message.contains("models/v2/manifest.json"), "{}", error.error_message);
    }
}
