//! Which version is in force: forward by events, anywhere by hand, never below the floor.

use super::model::{CURRENT, SHELF, both, current, delivered, prepared, publish, shelf};
use crate::site::{Site, assert_same, nine};
use bellwether_pipeline::baseline::{Standing, activate};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::ActivationSettings;
use serde_json::json;

const AT_SEVEN: &str = "2026-10-31T07:00:00Z";
const AT_EIGHT: &str = "2026-10-31T08:00:00Z";
const AT_NINE: &str = "2026-10-31T09:00:00Z";

async fn put_in_force(site: &Site, version: &str) -> Result<Standing, String> {
    let settings = ActivationSettings::read(|name| site.variable(name)).expect("settings");
    let clients = site.is_bucket().then(|| Clients::new(&site.aws().sdk_config()));
    let version = version.parse().expect("a version");
    let activated = activate(&settings, clients.as_ref(), &version).await;
    activated.map(|(_, standing)| standing).map_err(|error| error.error_type().to_owned())
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
    let site = prepared(Site::bucket().await).await;
    let topic = site.aws().sns().create_topic().name("violations").send().await.expect("a topic");
    let site = site.with("TOPIC_ARN", topic.topic_arn().expect("its name"));
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
