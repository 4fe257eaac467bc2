//! What becomes of a wide window where something fails: no verdict, until there is the one that there would have been.

use super::{judged, monitor, planned, read_part};
use crate::harness::{Harness, Tree, assert_same, below, nine};
use crate::model_quality;
use crate::side_by_side::{File, Hour, Way, of_columns, of_labelled_answers};
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::HandedOver;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_pipeline::progress::nobody;

/// Ten files of forty records each.
fn ten_files() -> Vec<File> {
    (0..10).map(|file| (0..40).map(|n| (40 * file + n, Way::Whole)).collect()).collect()
}

async fn columns() -> Hour {
    let hour = of_columns().await;
    hour.capture(&ten_files()).await;
    hour
}

/// A plan of a window that is wide.
async fn handed_over<M: Monitor>(site: &Harness) -> HandedOver {
    let planned = planned::<M>(site).await.unwrap_or_else(|error| panic!("{}", error.chain()));
    let handed_over = planned.expect("a wide window");
    assert!(handed_over.parts >= 3, "{handed_over}");
    handed_over
}

async fn read_all<M: Monitor>(
    site: &Harness,
    HandedOver { job, parts, .. }: &HandedOver,
) -> Result<(), RunError> {
    for part in 0..*parts {
        read_part::<M>(site, job, part).await?;
    }
    Ok(())
}

/// What is told of a run that was not made, and that it left no verdict.
async fn refused(site: &Harness, made: Result<(), RunError>) -> (&'static str, String) {
    let error = made.expect_err("it cannot be made");
    let tree = site.tree().await;
    assert!(!tree.keys().any(|key| key.ends_with("/execution.json")), "{:?}", tree.keys());
    (error.error_type(), error.chain())
}

/// What one run makes of the same window by itself.
async fn alone<M: Monitor>(hour: &mut Hour) -> Tree {
    let run = async |site: &Harness| monitor::<M>(site).run(&nine(), &nobody).await.map(|_| ());
    hour.report_of("alone", run).await
}

fn first(tree: &Tree, folder: &str) -> String {
    let found = below(tree, folder).first().map(|key| (*key).to_owned());
    found.unwrap_or_else(|| panic!("nothing below {folder}: {:?}", tree.keys()))
}

#[tokio::test]
async fn a_window_that_is_not_wide_is_judged_at_once() {
    let hour = columns().await;
    let judged = hour.site.monitor::<DataQuality>().expect("a monitor").plan(&nine(), &nobody).await;
    assert!(judged.expect("a verdict").made_here);
    assert!(below(&hour.site.tree().await, "reports-state/plans").is_empty());
}

#[tokio::test]
async fn an_object_that_vanished_fails_its_part_by_name_and_the_window_has_no_verdict() {
    let hour = columns().await;
    let handed_over = handed_over::<DataQuality>(&hour.site).await;
    let gone = "capture/churn-prod/AllTraffic/2026/10/31/08/05-00-000-x.jsonl";
    hour.site.delete(gone).await;
    let mut failed = Vec::new();
    for part in 0..handed_over.parts {
        for _ in 0..2 {
            failed.extend(read_part::<DataQuality>(&hour.site, &handed_over.job, part).await.err());
        }
    }
    assert_eq!(failed.len(), 2, "in every try, and no other part");
    assert_eq!(failed[0].error_type(), "ObjectNotFound");
    assert!(failed[0].chain().contains(gone), "{}", failed[0].chain());
    let (error_type, told) =
        refused(&hour.site, judged::<DataQuality>(&hour.site, &handed_over.job, 30).await).await;
    assert_eq!(error_type, "PartMissing");
    assert!(told.contains(&format!("of {} was not read", handed_over.parts)), "{told}");
    let traces = below(&hour.site.tree().await, "reports-state/attempts").len();
    assert_eq!(traces, 2, "one a run that failed: a part's second try had the same name");
}

#[tokio::test]
async fn files_that_come_after_the_plan_are_not_its_window() {
    let mut hour = columns().await;
    let before = alone::<DataQuality>(&mut hour).await;
    let shared = async |site: &Harness| {
        let handed_over = handed_over::<DataQuality>(site).await;
        let more = site.tree().await["capture/churn-prod/AllTraffic/2026/10/31/08/00-00-000-x.jsonl"].clone();
        site.put("capture/churn-prod/AllTraffic/2026/10/31/08/59-59-000-x.jsonl", more).await;
        assert_eq!(
            planned::<DataQuality>(site).await?,
            Some(handed_over.clone()),
            "the first listing counts"
        );
        read_all::<DataQuality>(site, &handed_over).await?;
        judged::<DataQuality>(site, &handed_over.job, 30).await
    };
    assert_same(&hour.report_of("shared", shared).await, &before);
}

#[tokio::test]
async fn labels_that_come_between_parts_and_judge_have_the_parts_read_again() {
    use model_quality::traffic::{label, label_hour};
    let mut hour = of_labelled_answers().await;
    hour.capture(&ten_files()).await;
    let shared = async |site: &Harness| {
        let handed_over = handed_over::<ModelQuality>(site).await;
        read_all::<ModelQuality>(site, &handed_over).await?;
        label_hour(site, 8, 8, (0..400).map(|n| (n, label(n)))).await;
        let (error_type, _) = refused(site, judged::<ModelQuality>(site, &handed_over.job, 30).await).await;
        assert_eq!(error_type, "PartMissing");
        read_all::<ModelQuality>(site, &handed_over).await?;
        judged::<ModelQuality>(site, &handed_over.job, 31).await
    };
    let shared = hour.report_of("shared", shared).await;
    assert_same(&alone::<ModelQuality>(&mut hour).await, &shared);
}

#[tokio::test]
async fn other_settings_are_another_plan() {
    let mut hour = columns().await;
    let first = handed_over::<DataQuality>(&hour.site).await;
    read_all::<DataQuality>(&hour.site, &first).await.expect("parts");
    hour.site.set("NO_DATA_POLICY", "violate");
    let (error_type, told) =
        refused(&hour.site, judged::<DataQuality>(&hour.site, &first.job, 30).await).await;
    assert_eq!(error_type, "PlanUnusable");
    assert!(told.contains("the settings were changed"), "{told}");
    let second = handed_over::<DataQuality>(&hour.site).await;
    assert_ne!(second.job, first.job);
    let (error_type, told) =
        refused(&hour.site, judged::<DataQuality>(&hour.site, &first.job, 31).await).await;
    assert_eq!(
        (error_type, told.contains("not the one that was handed over")),
        ("PlanUnusable", true),
        "{told}"
    );
    let part = read_part::<DataQuality>(&hour.site, &first.job, 0).await;
    assert_eq!(refused(&hour.site, part).await.0, "PlanUnusable");
    read_all::<DataQuality>(&hour.site, &second).await.expect("parts");
    judged::<DataQuality>(&hour.site, &second.job, 32).await.expect("a verdict");
}

#[tokio::test]
async fn a_part_that_expired_or_was_altered_is_missed_and_read_again() {
    let hour = columns().await;
    let site = &hour.site;
    let handed_over = handed_over::<DataQuality>(site).await;
    read_all::<DataQuality>(site, &handed_over).await.expect("parts");
    let part = first(&site.tree().await, "reports-state/partials");
    let whole = site.tree().await[&part].clone();
    for (altered, told) in [
        (None, "PartMissing"),
        (Some(&b"[]"[..]), "PartUnusable"),
        (Some(&whole[..whole.len() / 2]), "PartUnusable"),
    ] {
        match altered {
            None => site.delete(&part).await,
            Some(bytes) => site.put(&part, bytes).await,
        }
        let (error_type, chain) =
            refused(site, judged::<DataQuality>(site, &handed_over.job, 30).await).await;
        assert_eq!(error_type, told, "{chain}");
        assert!(chain.contains(&part), "{chain}");
    }
    site.delete(&part).await;
    read_all::<DataQuality>(site, &handed_over).await.expect("parts");
    judged::<DataQuality>(site, &handed_over.job, 31).await.expect("a verdict");
    // Whoever comes later finds the verdict, and reads nothing.
    site.delete(&part).await;
    read_part::<DataQuality>(site, &handed_over.job, 0).await.expect("nothing to read");
    assert!(!site.tree().await.contains_key(&part));
    judged::<DataQuality>(site, "0000", 32).await.expect("the verdict that there is");
}

#[tokio::test]
async fn nobody_reads_what_was_not_planned() {
    let hour = columns().await;
    let site = &hour.site;
    let HandedOver { job, parts, .. } = handed_over::<DataQuality>(site).await;
    for (job, part, told) in [
        ("../../../capture", 0, "not the one that was handed over"),
        ("", 0, "not the one that was handed over"),
        (job.as_str(), parts, "is none of them"),
        (job.as_str(), usize::MAX, "is none of them"),
    ] {
        let (error_type, chain) =
            refused(site, read_part::<DataQuality>(site, job, part % 1_000_000).await).await;
        assert_eq!(error_type, "PlanUnusable", "{job} {part}");
        assert!(chain.contains(told), "{chain}");
    }
    let tree = site.tree().await;
    let lists = below(&tree, "reports-state/plans").into_iter().filter(|key| key.ends_with(".jsonl"));
    for list in lists {
        let other = String::from_utf8(tree[list].clone()).expect("text").replace("AllTraffic", "Other");
        site.put(list, other).await;
    }
    let (error_type, chain) = refused(site, read_part::<DataQuality>(site, &job, 0).await).await;
    assert_eq!(
        (error_type, chain.contains("not the list that was planned")),
        ("PlanUnusable", true),
        "{chain}"
    );
}

#[tokio::test]
async fn merged_records_are_written_by_one_run_alone() {
    let hour = of_labelled_answers().await;
    hour.capture(&ten_files()).await;
    let site = hour.site.with("MERGED_URI", "{root}/merged");
    assert_eq!(planned::<ModelQuality>(&site).await.expect("a verdict"), None);
    assert!(below(&site.tree().await, "merged").len() >= 10);
}

#[tokio::test]
async fn the_verdict_says_what_its_parts_took() {
    let hour = columns().await;
    let handed_over = handed_over::<DataQuality>(&hour.site).await;
    read_all::<DataQuality>(&hour.site, &handed_over).await.expect("parts");
    judged::<DataQuality>(&hour.site, &handed_over.job, 30).await.expect("a verdict");
    let execution =
        hour.site.json("reports/churn-prod/data-quality-hourly/2026/10/31/09/execution.json").await;
    let parts = &execution["attempt"]["parts"];
    assert_eq!(parts["count"], handed_over.parts);
    assert_eq!(parts["planned_at"], "2026-10-31T09:10:00Z");
    assert!(parts["duration_seconds"].as_f64().expect("seconds") > 0.0);
    assert_eq!(execution["capture"]["duplicates_found"], "in_part");
}
