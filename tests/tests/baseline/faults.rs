//! Crashes and outages: a retry ends where the first attempt would have.

use crate::model::{deliver, delivered, prepared, publish, shelf};
use crate::site::{Site, assert_same};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::Fault;
use serde_json::json;

async fn published() -> Site {
    let site = prepared(Site::bucket().await).await;
    publish(&site, "v1", "2026-10-31T07:00:00Z", 6).await;
    delivered(&site, "v1").await;
    publish(&site, "v2", "2026-10-31T08:00:00Z", 7).await;
    site
}

/// Stops after each side effect in turn, and before each, then delivers the event again.
#[tokio::test]
async fn a_crash_at_any_side_effect_and_a_retry_end_in_the_same_files() {
    let reference = published().await;
    delivered(&reference, "v2").await;
    let expected = shelf(&reference).await;
    for before in [false, true] {
        let mut struck = 0;
        for effect in 1.. {
            let site = published().await;
            let fault = match before {
                true => Fault::before_side_effect(Answer::reset()),
                false => Fault::after_side_effect(|_| Answer::reset()),
            };
            let strikes = site.aws().inject(fault.nth(effect));
            let crashed = deliver(&site, "v2").await;
            site.aws().clear_faults();
            if strikes.count() == 0 {
                assert_eq!(crashed.expect("nothing struck").1, json!("current"));
                break;
            }
            assert_eq!(crashed.expect_err("the answer was lost").0, "StorageUnavailable");
            assert_eq!(delivered(&site, "v2").await.1, json!("current"), "effect {effect}");
            assert_same(&shelf(&site).await, &expected);
            struck += 1;
        }
        // Two stages, the commit, two files, the pointer.
        assert_eq!(struck, 6);
    }
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
