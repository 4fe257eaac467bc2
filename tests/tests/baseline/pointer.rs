//! Which version is in force: forward by events, anywhere by hand, never below the floor.

use super::model::{
    CURRENT, NOW, SHELF, both, current, deliver, delivered, manifest, prepared, publish, put_manifest, shelf,
};
use crate::harness::{Harness, assert_same, nine, time};
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Activated, Standing, activate};
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::settings::baseline::ActivationSettings;
use serde_json::json;

const AT_SEVEN: &str = "2026-10-31T07:00:00Z";
const AT_EIGHT: &str = "2026-10-31T08:00:00Z";
const AT_NINE: &str = "2026-10-31T09:00:00Z";

async fn activated(site: &Harness, version: &str) -> Result<Activated, RunError> {
    let settings: ActivationSettings = site.settings().expect("settings");
    let invocation = Caller { now: time(NOW), request_id: "by-hand".to_owned() };
    activate(&settings, site.clients().as_ref(), &version.parse().expect("a version"), &invocation).await
}

/// Where the lists of a version stand once it was put in force by hand.
async fn put_in_force(site: &Harness, version: &str) -> Result<Standing, String> {
    let activated = activated(site, version).await.map_err(|error| error.error_type().to_owned())?;
    Ok(activated.diversity.expect("lists").standing)
}

#[tokio::test]
async fn events_out_of_order_end_at_the_newest_version() {
    for site in both().await {
        publish(&site, "v1", AT_SEVEN, 6).await;
        publish(&site, "v2", AT_EIGHT, 7).await;
        assert_eq!(delivered(&site, "v2").await, (json!("made"), json!("current")));
        let pointer = site.tree().await[CURRENT].clone();
        assert_eq!(delivered(&site, "v1").await, (json!("made"), json!({"kept": {"current": "v2"}})));
        assert_eq!(site.tree().await[CURRENT], pointer);
        // Of the same instant, the greater name is newer.
        publish(&site, "v2-b", AT_EIGHT, 7).await;
        publish(&site, "v2-a", AT_EIGHT, 7).await;
        assert_eq!(delivered(&site, "v2-b").await.1, json!("current"));
        assert_eq!(delivered(&site, "v2-a").await.1, json!({"kept": {"current": "v2-b"}}));
        assert_eq!(current(&site).await, "v2-b");
    }
}

#[tokio::test]
async fn a_roll_back_outlives_the_event_of_the_version_that_it_undid() {
    for site in both().await {
        publish(&site, "v1", AT_SEVEN, 6).await;
        publish(&site, "v2", AT_EIGHT, 7).await;
        delivered(&site, "v1").await;
        delivered(&site, "v2").await;
        assert_eq!(put_in_force(&site, "v1").await, Ok(Standing::Current));
        let rolled_back = shelf(&site).await;
        assert_eq!(put_in_force(&site, "v1").await, Ok(Standing::Current));
        assert_eq!(delivered(&site, "v2").await, (json!("unchanged"), json!({"kept": {"current": "v1"}})));
        assert_eq!(delivered(&site, "v1").await, (json!("unchanged"), json!("current")));
        assert_same(&shelf(&site).await, &rolled_back);
        let hour = site.run(&nine()).await.expect("a verdict").execution;
        assert_eq!(hour.baseline.expect("a baseline").as_str(), "v1");

        publish(&site, "v3", AT_NINE, 8).await;
        assert_eq!(delivered(&site, "v3").await, (json!("made"), json!("current")));
        assert_eq!(put_in_force(&site, "v9").await, Err("ObjectNotFound".to_owned()));
        assert_eq!(current(&site).await, "v3");
    }
}

#[tokio::test]
async fn a_baseline_below_the_floor_is_kept_and_not_put_in_force() {
    for site in both().await {
        publish(&site, "v1", AT_SEVEN, 6).await;
        publish(&site, "v2", AT_EIGHT, 2).await;
        delivered(&site, "v1").await;
        for outcome in ["made", "unchanged"] {
            let (done, standing) = delivered(&site, "v2").await;
            let below = &standing["below_floor"];
            assert_eq!((done, &below["mean"], &below["floor"]), (json!(outcome), &json!(2.0), &json!(4.0)));
            assert_eq!((&below["model_version"], &below["current"]), (&json!("v2"), &json!("v1")));
            let object = format!("{}/{SHELF}/v2/diversity_baseline.json", site.uri());
            assert_eq!(below["object"], json!(object));
        }
        assert_eq!(current(&site).await, "v1");
        assert!(shelf(&site).await.contains_key(&format!("{SHELF}/v2/statistics.json")));
        assert!(matches!(put_in_force(&site, "v2").await, Ok(Standing::BelowFloor(_))));
        assert_eq!(current(&site).await, "v1");
        // The floor is a setting: where it is lowered, the same event puts the version in force.
        let site = site.with("MIN_DIVERSITY", "2");
        assert_eq!(delivered(&site, "v2").await, (json!("unchanged"), json!("current")));
    }
}

#[tokio::test]
async fn a_baseline_below_the_floor_is_announced_once() {
    let site = with_a_topic().await;
    publish(&site, "v2", AT_EIGHT, 2).await;
    for _ in 0..3 {
        delivered(&site, "v2").await;
    }
    let published = site.aws().published();
    assert_eq!(published.len(), 1);
    let subject = published[0].subject.as_deref().expect("a subject");
    assert!(subject.contains("v2") && subject.contains("below the floor"), "{subject}");
    assert!(!site.tree().await.contains_key(CURRENT));
    // Another baseline of the same version is news.
    publish(&site, "v2", AT_EIGHT, 1).await;
    publish(&site, "v2", AT_NINE, 1).await;
    delivered(&site, "v2").await;
    delivered(&site, "v2").await;
    assert_eq!(site.aws().published().len(), 2);
}

/// A site whose on-call hears of baselines.
async fn with_a_topic() -> Harness {
    let site = prepared(Harness::bucket().await).await;
    let topic = site.aws().create_topic("violations").await.expect("a topic");
    site.with("TOPIC_ARN", &topic)
}

fn announced(version: &str) -> String {
    format!("CRITICAL: baseline of model {version} is below the floor on recommender-prod/AllTraffic")
}

fn superseded(version: &str, by: &str) -> String {
    format!(
        "RESOLVED: baseline of model {version} is superseded by that of {by} on recommender-prod/AllTraffic"
    )
}

#[tokio::test]
async fn a_good_version_in_force_ends_the_notices_of_those_before_it() {
    let site = with_a_topic().await;
    publish(&site, "v1", AT_SEVEN, 6).await;
    delivered(&site, "v1").await;
    publish(&site, "v2", "2026-10-31T07:20:00Z", 2).await;
    publish(&site, "v3", "2026-10-31T07:40:00Z", 1).await;
    delivered(&site, "v2").await;
    delivered(&site, "v3").await;
    delivered(&site, "v1").await;
    let mut expected = vec![announced("v2"), announced("v3")];
    assert_eq!(site.subjects(), expected, "v1 was in force already when they were announced");
    publish(&site, "v4", AT_EIGHT, 7).await;
    for _ in 0..3 {
        delivered(&site, "v4").await;
    }
    expected.extend([superseded("v2", "v4"), superseded("v3", "v4")]);
    assert_eq!(site.subjects(), expected);
    // A newer one that is below the floor, its corrected manifest, and the same fault once more.
    publish(&site, "v5", AT_NINE, 2).await;
    delivered(&site, "v5").await;
    delivered(&site, "v4").await;
    expected.push(announced("v5"));
    assert_eq!(site.subjects(), expected);
    let mut corrected = manifest(&site, "v5", AT_NINE);
    corrected["recommendations"] = json!(format!("{}/models/v4/lists.jsonl", site.uri()));
    put_manifest(&site, "v5", &corrected).await;
    assert_eq!(delivered(&site, "v5").await, (json!("replaced"), json!("current")));
    delivered(&site, "v5").await;
    expected.push(
        "RESOLVED: baseline of model v5 is not below the floor any more on recommender-prod/AllTraffic"
            .to_owned(),
    );
    assert_eq!(site.subjects(), expected);
    put_manifest(&site, "v5", &manifest(&site, "v5", AT_NINE)).await;
    delivered(&site, "v5").await;
    expected.push(announced("v5"));
    assert_eq!(site.subjects(), expected);
}

/// Events come in no order: the messages are the same.
#[tokio::test]
async fn a_version_below_the_floor_that_comes_after_a_newer_one_is_told_and_over() {
    let site = with_a_topic().await;
    publish(&site, "v2", AT_EIGHT, 7).await;
    publish(&site, "v1", AT_SEVEN, 2).await;
    delivered(&site, "v2").await;
    delivered(&site, "v1").await;
    assert_eq!(site.subjects(), [announced("v1"), superseded("v1", "v2")]);
}

#[tokio::test]
async fn a_roll_back_ends_what_was_announced_by_the_topic_that_announced_it() {
    for has_topic in [true, false] {
        let site = with_a_topic().await;
        publish(&site, "v1", AT_SEVEN, 6).await;
        publish(&site, "v2", AT_EIGHT, 2).await;
        delivered(&site, "v1").await;
        delivered(&site, "v2").await;
        let topic = site.variable("TOPIC_ARN").expect("a topic");
        let site = if has_topic { site } else { site.with("TOPIC_ARN", "") };
        let notified = activated(&site, "v1").await.expect("a baseline").notified;
        let end = superseded("v2", "v1");
        if has_topic {
            assert_eq!((notified.sent.len(), notified.waiting.len()), (1, 0));
        } else {
            let waiting: Vec<_> = notified
                .waiting
                .iter()
                .map(|waiting| (waiting.outlet.clone(), waiting.message.subject.clone()))
                .collect();
            assert_eq!((notified.sent.len(), waiting), (0, vec![(topic.clone(), end.clone())]));
            assert_eq!(site.subjects(), [announced("v2")]);
        }
        let site = site.with("TOPIC_ARN", &topic);
        delivered(&site, "v1").await;
        delivered(&site, "v2").await;
        assert_eq!(site.subjects(), [announced("v2"), end]);
    }
}

#[tokio::test]
async fn a_roll_back_is_of_rows_and_of_lists_whichever_the_version_has() {
    for site in both().await {
        let of_rows = |version: &str, created_at: &str| {
            let mut manifest = manifest(&site, version, created_at);
            let uri = format!("{}/models/{version}/train.csv", site.uri());
            manifest["training_dataset"] = json!({"uri": uri, "format": {"csv": {"header": true}}});
            manifest
        };
        for (version, created_at) in [("v1", AT_SEVEN), ("v2", AT_EIGHT)] {
            publish(&site, version, created_at, 6).await;
            site.put(&format!("models/{version}/train.csv"), "age\n1\n2\n").await;
            put_manifest(&site, version, &of_rows(version, created_at)).await;
            delivered(&site, version).await;
        }
        publish(&site, "lists", AT_NINE, 6).await;
        delivered(&site, "lists").await;
        let rows = async || site.json(&format!("{SHELF}/current-data-quality.json")).await;
        assert_eq!((current(&site).await.as_str(), &rows().await["model_version"]), ("lists", &json!("v2")));
        let back = activated(&site, "v1").await.expect("a baseline");
        let standings =
            json!([back.data_quality.map(|of| of.standing), back.diversity.map(|of| of.standing)]);
        assert_eq!(standings, json!(["current", "current"]));
        assert_eq!((current(&site).await.as_str(), &rows().await["model_version"]), ("v1", &json!("v1")));
        delivered(&site, "v2").await;
        assert_eq!(rows().await["model_version"], "v1", "the event of what was undone does not undo that");
        let forth = activated(&site, "lists").await.expect("a baseline");
        assert!(forth.data_quality.is_none() && forth.diversity.is_some());
        assert_eq!((current(&site).await.as_str(), &rows().await["model_version"]), ("lists", &json!("v1")));
        let error = activated(&site, "v9").await.expect_err("there is none").chain();
        for name in ["v9/diversity_baseline.json", "v9/data-quality/data_quality_baseline.json"] {
            assert!(error.contains(name), "{error}");
        }
    }
}

#[tokio::test]
async fn a_model_from_ahead_of_now_is_refused_and_a_pointer_that_holds_one_gives_way() {
    for site in both().await {
        publish(&site, "v9", "2026-10-31T09:05:11Z", 6).await;
        let (kind, message) = deliver(&site, "v9").await.expect_err("it is not made yet");
        assert_eq!(kind, "MalformedInput");
        for part in ["v9/manifest.json", "created_at is 2026-10-31T09:05:11Z", "5 minutes ahead", "publish"] {
            assert!(message.contains(part), "{message}");
        }
        assert!(shelf(&site).await.is_empty());
        publish(&site, "v8", "2026-10-31T09:05:10Z", 6).await;
        assert_eq!(delivered(&site, "v8").await, (json!("made"), json!("current")));

        let ahead = json!({"model_version": "v99", "created_at": "2099-01-01T00:00:00Z",
            "newest": {"model_version": "v99", "created_at": "2099-01-01T00:00:00Z"}});
        site.put(CURRENT, ahead.to_string()).await;
        let of_rows = format!("{SHELF}/current-data-quality.json");
        site.put(&of_rows, ahead.to_string()).await;
        publish(&site, "v1", AT_SEVEN, 6).await;
        let mut manifest = manifest(&site, "v1", AT_SEVEN);
        let uri = format!("{}/models/v1/train.csv", site.uri());
        site.put("models/v1/train.csv", "age\n1\n2\n").await;
        manifest["training_dataset"] = json!({"uri": uri, "format": {"csv": {"header": true}}});
        put_manifest(&site, "v1", &manifest).await;
        assert_eq!(delivered(&site, "v1").await, (json!("made"), json!("current")));
        assert_eq!(current(&site).await, "v1");
        assert_eq!(site.json(&of_rows).await["model_version"], "v1");

        // Of before such times were refused.
        let baseline = format!("{SHELF}/v1/diversity_baseline.json");
        let mut old = site.json(&baseline).await;
        old["created_at"] = json!("2099-01-01T00:00:00Z");
        site.put(&baseline, old.to_string()).await;
        assert_eq!(put_in_force(&site, "v1").await, Err("MalformedInput".to_owned()));
    }
}
