use super::*;
use crate::verdict::NoDataPolicy;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::catalog::Catalog;
use bellwether_contract::execution::Status;
use bellwether_contract::layout::FirstLayout;

mod law;

const LIMITS: Limits = Limits { k: 10, min_diversity: 4.0, mean_ratio: 0.9, p5_margin: 0.0, min_margin: 1.0 };

fn catalog() -> Catalog {
    Catalog::from_memberships((0..20).map(|item| (item.to_string(), vec![format!("c{item:02}")])).collect())
}

/// A replay of lists with these numbers of distinct categories, and this many sessions without an answer.
fn replayed<'c>(catalog: &'c Catalog, diversities: &[(u64, usize)], lost: u64) -> Replayed<'c> {
    let (mut lists, mut together) = (ListProfile::new(10), ListsTogether::new(catalog, 10));
    for (distinct, count) in diversities {
        let list: Vec<String> = (0..10).map(|place: u64| place.min(distinct - 1).to_string()).collect();
        for _ in 0..*count {
            lists.push(catalog, &list);
            together.push(&list);
        }
    }
    (0..lost).for_each(|_| lists.push_missing());
    let sessions = lists.count() + lost;
    Replayed { lists, together, sessions, most_categories: 10 }
}

fn lines(used: u64, left_out: &[(LeftOut, u64)]) -> CaptureSummary {
    let lines = used + left_out.iter().map(|(_, count)| count).sum::<u64>();
    CaptureSummary { lines, used, left_out: left_out.iter().copied().collect(), ..CaptureSummary::default() }
}

fn verdict(
    replay: Option<Replayed<'_>>,
    captured: Option<CaptureSummary>,
    baseline: Option<&DiversityBaseline>,
) -> Verdict {
    let captured = captured.map(|lines| (ListProfile::new(10), lines));
    let replay = replay.ok_or_else(|| "no replay is configured".to_owned());
    let measured = Measured { replay, captured, turnover: Err("no earlier lists".into()) };
    let (statistics, _) = statistics(&measured, &LIMITS);
    judged(&measured, &statistics, baseline, NoDataPolicy::Ok)
}

fn judged(
    measured: &Measured<'_>,
    statistics: &Statistics,
    baseline: Option<&DiversityBaseline>,
    no_data: NoDataPolicy,
) -> Verdict {
    let window = Coverage {
        lines: measured.captured.as_ref().map(|(_, lines)| lines),
        unread: None,
        replayed: measured.replay.is_ok(),
        no_data,
        has_constraints: true,
        other_side: "capture the response too",
        completeness: None,
    };
    judge(measured, statistics, &constraints(&LIMITS, baseline, measured.judged_on()), &LIMITS, window)
}

fn metrics_of(verdict: &Verdict) -> Vec<&str> {
    verdict.violated.iter().map(|found| found.judged.metric_name.as_deref().unwrap_or_default()).collect()
}

fn baseline(mean: f64, min: f64, p5: f64) -> DiversityBaseline {
    let mut recommendation_metrics = Named::new();
    for (suffix, value) in [("mean", mean), ("min", min), ("p5", p5)] {
        recommendation_metrics.insert(format!("top10_category_diversity_{suffix}"), Metric::from(value));
    }
    DiversityBaseline {
        layout: FirstLayout,
        model_version: "v1".parse().unwrap(),
        created_at: "2026-10-31T07:00:00Z".parse().unwrap(),
        endpoint_name: "e".parse().unwrap(),
        target_variant: "v".parse().unwrap(),
        top_k: 10,
        sessions: 500,
        answered: 500,
        recommendation_metrics,
        manifest_digest: None,
        files: Vec::new(),
    }
}

/// The worked example: baseline mean 6.8, min 4, p5 5; an hour with mean 6.2, min 3, p5 4 gives one violation, p5.
#[test]
fn the_worked_example_has_one_violation() {
    let catalog = catalog();
    // 100 lists: 3 + 36 + 294 + 287 = 620 categories.
    let hour = replayed(&catalog, &[(3, 1), (4, 9), (6, 49), (7, 41)], 0);
    let found = verdict(Some(hour), None, Some(&baseline(6.8, 4.0, 5.0)));
    assert_eq!(metrics_of(&found), ["top10_category_diversity_p5"]);
    assert_eq!(
        found.violated[0].description,
        "Metric top10_category_diversity_p5 with 4.0 was LessThanThreshold '5.0'"
    );
    assert_eq!(found.violated[0].judged.check, CheckType::LessThanThreshold);
    assert_eq!(found.violated[0].judged.feature_name.as_deref(), Some("top10_category_diversity"));
    assert_eq!(found.status, Status::CompletedWithViolations);
    assert_eq!(found.exit_message, "CompletedWithViolations: Job completed successfully with 1 violations.");
}

#[test]
fn the_band_and_the_floor_are_two_constraints_and_both_may_be_violated() {
    let catalog = catalog();
    let found =
        verdict(Some(replayed(&catalog, &[(1, 260), (2, 240)], 0)), None, Some(&baseline(6.8, 4.0, 5.0)));
    assert_eq!(
        metrics_of(&found),
        [
            "top10_category_diversity_mean",
            "top10_category_diversity_p5",
            "top10_category_diversity_min",
            "top10_category_diversity_mean_floor"
        ]
    );
    let alone = verdict(Some(replayed(&catalog, &[(1, 260), (2, 240)], 0)), None, None);
    assert_eq!(metrics_of(&alone), ["top10_category_diversity_mean_floor"]);
    assert_eq!(
        alone.violated[0].description,
        "Metric top10_category_diversity_mean_floor with 1.48 was LessThanThreshold '4.0'"
    );
}

#[test]
fn a_threshold_that_is_met_exactly_is_not_violated() {
    let catalog = catalog();
    assert_eq!(verdict(Some(replayed(&catalog, &[(4, 10)], 0)), None, None).status, Status::Completed);
}

#[test]
fn lost_answers_decide_only_what_they_cannot_change() {
    let catalog = catalog();
    let status = |diversities: &[(u64, usize)], lost| {
        verdict(Some(replayed(&catalog, diversities, lost)), None, None).status
    };
    // 95 % answered is whole: the mean of the answers decides.
    assert_eq!(status(&[(4, 95)], 5), Status::Completed);
    // 94 %: 4.0 x 0.94 = 3.76 at worst, 4.36 at best: undecided.
    assert_eq!(status(&[(4, 94)], 6), Status::Inconclusive);
    // 94 % of 7: 6.58 at worst.
    assert_eq!(status(&[(7, 94)], 6), Status::Completed);
    // 94 % of 2: 2.48 at best.
    assert_eq!(status(&[(2, 94)], 6), Status::CompletedWithViolations);
    // 90 % is still published, 89 % is not, however good the answers are.
    assert_eq!(status(&[(7, 90)], 10), Status::Completed);
    let incomplete = verdict(Some(replayed(&catalog, &[(2, 89)], 11)), None, None);
    assert_eq!((incomplete.status, incomplete.violated.len()), (Status::Inconclusive, 0));
    assert_eq!(
        incomplete.exit_message,
        "Inconclusive: 89 of 100 sessions were answered, and 90 % are needed."
    );
}

#[test]
fn captured_lines_are_judged_beside_the_replay() {
    let catalog = catalog();
    let healthy = || Some(replayed(&catalog, &[(7, 100)], 0));
    let found = verdict(healthy(), Some(lines(592, &[(LeftOut::Json, 8), (LeftOut::Base64, 5)])), None);
    assert_eq!(metrics_of(&found), ["capture_corrupt_share"]);
    assert_eq!(found.violated[0].judged.check, CheckType::CaptureCorrupt);
    // Exactly 1 % is accepted, and lines that are merely not wanted are not corrupt.
    let clean = lines(99, &[(LeftOut::NotARecord, 1)]);
    assert_eq!(verdict(healthy(), Some(clean), None).status, Status::Completed);
    let unwanted = lines(
        1,
        &[
            (LeftOut::Replay, 500),
            (LeftOut::Duplicate, 9),
            (LeftOut::OutsideWindow, 9),
            (LeftOut::NoOutput, 9),
        ],
    );
    assert_eq!(verdict(healthy(), Some(unwanted), None).status, Status::Completed);
    let broken = verdict(healthy(), Some(lines(49, &[(LeftOut::Oversize, 51)])), None);
    assert_eq!(broken.status, Status::Failed);
    assert_eq!(broken.exit_message, "Failed: 51.0 % of 100 captured lines could not be read.");
}

#[test]
fn an_empty_hour_is_reported_not_skipped() {
    let hour = |no_data| {
        let measured = Measured {
            replay: Err("no replay is configured".into()),
            captured: Some((ListProfile::new(10), lines(0, &[]))),
            turnover: Err(String::new()),
        };
        let (statistics, not_evaluable) = statistics(&measured, &LIMITS);
        assert_eq!(
            not_evaluable.get("captured_category_diversity_mean").map(String::as_str),
            Some("no captured record in the window")
        );
        judged(&measured, &statistics, None, no_data)
    };
    assert_eq!(hour(NoDataPolicy::Ok).status, Status::CompletedNoData);
    assert_eq!(hour(NoDataPolicy::Warn).status, Status::CompletedNoData);
    let violated = hour(NoDataPolicy::Violate);
    assert_eq!(violated.status, Status::CompletedWithViolations);
    assert_eq!(violated.violated[0].judged.check, CheckType::NoData);
}

#[test]
fn a_stale_catalogue_is_a_violation() {
    let catalog = catalog();
    let lists = |unknown: usize| {
        let mut replay = replayed(&catalog, &[(10, 9)], 0);
        let list: Vec<String> = (0..10)
            .map(|item| if item < unknown { format!("new-{item}") } else { item.to_string() })
            .collect();
        replay.lists.push(&catalog, &list);
        replay.sessions += 1;
        verdict(Some(replay), None, None)
    };
    assert_eq!(lists(5).status, Status::Completed);
    assert_eq!(metrics_of(&lists(6)), ["unknown_item_share"]);
    assert_eq!(lists(6).violated[0].judged.check, CheckType::CatalogueStale);
}
