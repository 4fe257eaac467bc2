//! A day judged by what its hours kept: the verdict of a window over the same captures, none of which is read; and what is missing leaves
//! it undecided.

use super::merged::{assert_alike, judged, merged, window_of_three};
use super::traffic::RUN;
use crate::harness::{Harness, tick};
use crate::page::says_everything;
use bellwether_contract::execution::{CaptureSummary, Execution, Status};
use bellwether_pipeline::RunError;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeSet;

const DAY: &str = "reports/churn-prod/of-hours/2026/10/31/09";

/// Judges the three hours as one window that ends at nine.
async fn day(site: &mut Harness, schedule: &str, of: Option<&str>) -> Result<Execution, RunError> {
    site.set("SCHEDULE_NAME", schedule);
    site.set("WINDOW", "PT3H");
    site.set("OF", of.unwrap_or_default());
    let ended = site.run_as::<DataQuality>(&window_of_three()).await;
    ended.map(|committed| committed.execution)
}

async fn without_captures(site: &Harness) {
    for key in site.tree().await.into_keys().filter(|key| key.starts_with("capture/")) {
        site.delete(&key).await;
    }
}

#[tokio::test]
async fn a_day_of_kept_hours_ends_as_the_day_of_their_captures() {
    for site in Harness::both().await {
        let mut site = judged(site).await;
        let captured = day(&mut site, "of-captures", None).await.expect("a verdict");
        without_captures(&site).await;
        let kept = day(&mut site, "of-hours", Some("data-quality-hourly")).await.expect("a verdict");
        assert_eq!(kept.monitoring_execution_status, captured.monitoring_execution_status);
        assert_eq!(
            (kept.violations, kept.constraints_judged),
            (captured.violations, captured.constraints_judged)
        );
        assert_eq!((&kept.held, &kept.checks), (&captured.held, &captured.checks));
        let (ours, theirs) = (kept.capture.expect("lines"), captured.capture.expect("lines"));
        assert_eq!((ours.lines, ours.used, &ours.left_out), (theirs.lines, theirs.used, &theirs.left_out));
        let of_captures = DAY.replace("of-hours", "of-captures");
        let file = async |run: &str, name: &str| site.json(&format!("{run}/{name}")).await;
        assert_alike(&file(DAY, "statistics.json").await, &file(&of_captures, "statistics.json").await);
        assert_eq!(
            file(DAY, "constraint_violations.json").await,
            file(&of_captures, "constraint_violations.json").await
        );
        assert_ne!(kept.configuration_digest, captured.configuration_digest);
        says_everything(&site.tree().await, DAY);
        names_its_hours(
            &ours,
            3,
            &String::from_utf8_lossy(&site.tree().await[&format!("{DAY}/report.html")]),
        );
        assert!(kept.profile.is_some(), "a day keeps its own, so that weeks are made of days");
        // The same event again changes nothing.
        let before = site.tree().await;
        day(&mut site, "of-hours", Some("data-quality-hourly")).await.expect("the same verdict");
        assert!(before == site.tree().await);
    }
}

/// The day says by which profiles it was judged, and its page shows them.
fn names_its_hours(lines: &CaptureSummary, hours: usize, page: &str) {
    let names: BTreeSet<&str> = lines.profiles.iter().map(|read| read.profile.sha256.as_str()).collect();
    assert_eq!((names.len(), lines.profiles_beyond), (hours, 0), "{:?}", lines.profiles);
    assert!(page.contains(&format!("<b>{hours} runs</b> before kept")), "{page}");
    for read in &lines.profiles {
        assert_eq!(read.window.length(), SignedDuration::from_hours(1));
    }
}

#[tokio::test]
async fn an_hour_that_is_missing_leaves_the_day_undecided_and_is_named() {
    let mut site = judged(Harness::bucket().await).await;
    without_captures(&site).await;
    let execution = site.json(&format!("{RUN}/execution.json")).await;
    let digest = execution["profile"]["sha256"].as_str().expect("a digest");
    site.delete(&format!(
        "reports-state/profiles/churn-prod/data-quality-hourly/2026/10/31/09/{digest}.cbor"
    ))
    .await;
    let day = day(&mut site, "of-hours", Some("data-quality-hourly")).await.expect("a verdict");
    assert_eq!(day.monitoring_execution_status, Status::Inconclusive);
    let told = &day.not_evaluable["hours"];
    assert!(
        told.starts_with(
            "1 of 3 hours of data-quality-hourly are not among those that are judged: 2026-10-31T08:00:00Z to"
        ),
        "{told}"
    );
    assert!(told.contains("gone") && day.exit_message.contains(told.as_str()), "{}", day.exit_message);
    says_everything(&site.tree().await, DAY);
    let (lines, page) = (day.capture.as_ref().expect("lines"), site.tree().await);
    names_its_hours(lines, 2, &String::from_utf8_lossy(&page[&format!("{DAY}/report.html")]));
    assert!(lines.profiles.iter().all(|read| read.profile.sha256 != digest));
    // What the others violate is told all the same.
    assert!(day.violations > 0 && day.capture.expect("lines").used > 0);
}

#[tokio::test]
async fn a_day_of_no_hour_is_no_quiet_day() {
    let mut site = judged(Harness::folder()).await;
    let none = day(&mut site, "of-hours", Some("another-schedule")).await.expect("a verdict");
    assert_eq!(none.monitoring_execution_status, Status::Inconclusive);
    assert!(none.not_evaluable["hours"].starts_with("3 of 3 hours of another-schedule"), "{none:?}");
}

#[tokio::test]
async fn quiet_hours_are_judged_hours_and_hours_of_another_variant_are_refused() {
    let mut site = judged(Harness::folder()).await;
    // Nothing came from nine to ten, and its run says so.
    let quiet = site.run_as::<DataQuality>(&tick("2026-10-31T10:10:00Z")).await.expect("a verdict").execution;
    assert_eq!(quiet.monitoring_execution_status, Status::CompletedNoData);
    let whole = merged(&site, "2026-10-31T06:00:00Z", "2026-10-31T10:00:00Z").await.expect("four hours");
    assert!(whole.missing.is_empty() && whole.windows.len() == 4, "{whole:?}");
    site.set("VARIANT_NAME", "Challenger");
    let error = day(&mut site, "of-hours", Some("data-quality-hourly")).await.expect_err("another variant");
    assert!(error.chain().contains("same monitor and variant"), "{}", error.chain());
}

#[tokio::test]
async fn what_cannot_be_kept_is_told_and_costs_no_verdict() {
    use bellwether_tests::troubles::Trouble;
    let mut site =
        super::traffic::prepared(Harness::bucket().await, (0..100).map(super::traffic::healthy)).await;
    let denied = Trouble::ALL.into_iter().find(|trouble| trouble.name() == "403").expect("a fault");
    site.aws().inject(denied.at("s3:PutObject").at_path("/reports-state/profiles/"));
    let run = site.run_as::<DataQuality>(&tick("2026-10-31T09:10:00Z")).await.expect("a verdict").execution;
    assert_eq!(run.monitoring_execution_status, Status::Completed);
    let remarks: Vec<String> = run.remarks().collect();
    assert!(remarks.last().is_some_and(|remark| remark.contains("profile is not kept")), "{remarks:?}");
    let missing =
        merged(&site, "2026-10-31T08:00:00Z", "2026-10-31T09:00:00Z").await.expect("no hour").missing;
    assert!(missing[0].reason.contains("could not keep a profile"), "{missing:?}");
    site.aws().clear_faults();
    // The same files under the final names as those of a run that kept it.
    let statistics = |execution: &Value| {
        let mut files = execution["files"].as_array().expect("files").iter();
        files.find(|file| file["name"] == "statistics.json").expect("statistics")["sha256"].clone()
    };
    let first = statistics(&site.json(&format!("{RUN}/execution.json")).await);
    site.set("SCHEDULE_NAME", "again");
    site.run_as::<DataQuality>(&tick("2026-10-31T09:10:00Z")).await.expect("a verdict");
    let again = site.json("reports/churn-prod/again/2026/10/31/09/execution.json").await;
    assert!(again["attempt"].get("profile_not_kept").is_none());
    assert_eq!(first, statistics(&again));
}
