//! What may not be read. Crashes and outages are played in `reliability`.

use super::model::{deliver, delivered, prepared, publish, shelf};
use crate::harness::{Harness, assert_same};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use serde_json::json;

async fn published() -> Harness {
    let site = prepared(Harness::bucket().await).await;
    publish(&site, "v1", "2026-10-31T07:00:00Z", 6).await;
    delivered(&site, "v1").await;
    publish(&site, "v2", "2026-10-31T08:00:00Z", 7).await;
    site
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_nothing_is_written() {
    let site = published().await;
    let before = shelf(&site).await;
    for object in ["v2/manifest.json", "v2/lists.jsonl", "catalog.json", "sessions.jsonl", "current.json"] {
        let denied = Answer::s3_error(403, "AccessDenied");
        site.aws().inject(Fault::before("s3:GetObject", denied).at_path(object));
        let (kind, message) = deliver(&site, "v2").await.expect_err("it may not be read");
        assert_eq!(kind, "AccessRefused", "{object}: {message}");
        assert!(message.contains(object), "{message}");
        site.aws().clear_faults();
        if object != "current.json" {
            assert_same(&shelf(&site).await, &before);
        }
    }
    assert_eq!(delivered(&site, "v2").await, (json!("unchanged"), json!("current")));
}
