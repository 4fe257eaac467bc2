//! Hours of groups, merged and judged as a day: exact, and without a flip test, which says so.

use super::traffic::{SCHEDULE, capture, label_hour, with_baseline};
use crate::harness::{Harness, judge_hours, tick, time};
use crate::page::says_everything;
use bellwether_contract::execution::Status;
use bellwether_contract::window::Interval;
use bellwether_pipeline::merge::{Asked, merge};
use bellwether_pipeline::monitors::model_bias::ModelBias;
use serde_json::Value;

const DAY: &str = "reports/loans-prod/of-hours/2026/10/31/09";

async fn judged(site: Harness) -> Harness {
    let site = with_baseline(site).await;
    for (hour, women) in [(6, 50), (7, 20), (8, 35)] {
        capture(&site, hour, women).await;
        label_hour(&site, hour, hour, 0..500).await;
        site.run_as::<ModelBias>(&tick(&format!("2026-10-31T{:02}:10:00Z", hour + 1)))
            .await
            .expect("a verdict");
    }
    site
}

/// The analysis without the flip test, and what that says.
fn without_flips(mut analysis: Value) -> (Value, Vec<Value>) {
    let mut flips = Vec::new();
    for stage in ["post_training_bias_metrics", "pre_training_bias_metrics"] {
        for facet in analysis[stage]["facets"].as_object_mut().expect("facets").values_mut() {
            for group in facet.as_array_mut().expect("groups") {
                let metrics = group["metrics"].as_array_mut().expect("metrics");
                flips.extend(metrics.iter().filter(|metric| metric["name"] == "FT").cloned());
                metrics.retain(|metric| metric["name"] != "FT");
            }
        }
    }
    (analysis, flips)
}

#[tokio::test]
async fn hours_of_groups_are_the_window_of_all_their_rows() {
    for site in Harness::both().await {
        let mut site = judged(site).await;
        let hours =
            Interval::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T09:00:00Z")).expect("an interval");
        let asked = Asked {
            endpoint: "loans-prod".parse().expect("a name"),
            schedule: SCHEDULE.parse().expect("a name"),
            hours,
        };
        let monitor = site.monitor::<ModelBias>().expect("a monitor");
        let merged =
            merge(&monitor.ledger().reports, &monitor.ledger().state, &asked).await.expect("an analysis");
        let (file, bytes) = merged.statistics.expect("an analysis");
        assert_eq!(file.name(), "analysis.json");
        let captured = judge_hours::<ModelBias>(&mut site, "of-captures", "").await;
        let whole = site.json(&format!("{}/analysis.json", DAY.replace("of-hours", "of-captures"))).await;
        let (ours, flips) = without_flips(serde_json::from_slice(&bytes).expect("JSON"));
        assert_eq!(ours, without_flips(whole).0);
        assert!(
            flips.iter().all(|flip| flip["value"].is_null()
                && flip["error"].as_str().is_some_and(|why| why.contains("merged by counts"))),
            "{flips:?}"
        );

        for key in site.tree().await.into_keys() {
            if key.starts_with("capture/") || key.starts_with("truth/") {
                site.delete(&key).await;
            }
        }
        let kept = judge_hours::<ModelBias>(&mut site, "of-hours", SCHEDULE).await;
        assert_eq!(without_flips(site.json(&format!("{DAY}/analysis.json")).await).0, ours);
        assert_eq!(kept.monitoring_execution_status, captured.monitoring_execution_status);
        assert_eq!(kept.labelling.ground_truth.expect("labels").rows, 1_500);
        says_everything(&site.tree().await, DAY);
        assert_eq!(kept.capture.expect("lines").profiles.len(), 3);

        let run = site.json(&format!("reports/loans-prod/{SCHEDULE}/2026/10/31/08/execution.json")).await;
        let digest = run["profile"]["sha256"].as_str().expect("a digest");
        site.delete(&format!("reports-state/profiles/loans-prod/{SCHEDULE}/2026/10/31/08/{digest}.cbor"))
            .await;
        let lacking = judge_hours::<ModelBias>(&mut site, "of-two-hours", SCHEDULE).await;
        assert_eq!(lacking.monitoring_execution_status, Status::Inconclusive);
    }
}
