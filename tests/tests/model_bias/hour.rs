//! What becomes of an hour: as fair as ever, a group's approval fallen, not labelled, without a baseline, with groups too small.

use super::traffic::{label_hour, metric, monitored, prepared, run, start, with_baseline};
use crate::harness::{Harness, below, nine};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_tests::local::groups::{ENDPOINT, configuration, person, record};
use serde_json::json;

const POST: &str = "post_training_bias_metrics";

#[tokio::test]
async fn an_hour_as_fair_as_the_baseline_is_measured_and_laid_out_as_the_container_does() {
    for site in Harness::both().await {
        let site = prepared(site, 50).await;
        label_hour(&site, 8, 8, 0..600).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Completed, "{}", made.exit_message);
        let truth = made.labelling.ground_truth.expect("labels");
        assert_eq!((truth.captured, truth.labelled, truth.truth_unmatched, truth.rows), (600, 600, 0, 600));
        assert_eq!(made.constraints_judged, 19, "all but the two of a group variable: {:?}", made.held);
        let tree = site.tree().await;
        let files: Vec<_> =
            below(&tree, &run(9)).iter().map(|key| key.rsplit('/').next().unwrap_or_default()).collect();
        let expected = [
            "analysis.json",
            "constraint_violations.json",
            "evaluation.json",
            "execution.json",
            "report.html",
        ];
        assert_eq!(files, expected);
        let analysis = site.json(&format!("{}/analysis.json", run(9))).await;
        assert_eq!(analysis[POST]["facets"]["sex"][0]["value_or_threshold"], "f");

        // Counted, not computed by the code under test.
        let count = |sex: &str, label: u8| {
            (0..600).filter(|n| person(*n).sex == sex && person(*n).label() == label).count() as f64
        };
        let (paid_m, paid_f) = (count("m", 1) / 360.0, count("f", 1) / 240.0);
        assert_eq!(metric(&analysis, "pre_training_bias_metrics", "CI"), (360.0 - 240.0) / 600.0);
        assert_eq!(metric(&analysis, "pre_training_bias_metrics", "DPL"), paid_m - paid_f);
        let report = site.json(&format!("{}/constraint_violations.json", run(9))).await;
        assert_eq!(report, serde_json::json!({"version": "1.0", "violations": []}));
    }
}

#[tokio::test]
async fn a_groups_approval_that_falls_is_seen_with_the_people_that_it_rests_on() {
    for site in Harness::both().await {
        let site = prepared(site, 20).await;
        label_hour(&site, 8, 8, 0..600).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::CompletedWithViolations);
        let approved = |sex: &str, share: usize| {
            (0..600).filter(|n| person(*n).sex == sex && person(*n).is_among(share)).count() as f64
        };
        let parity = approved("m", 50) / 360.0 - approved("f", 20) / 240.0;
        let limits = site.json("baseline/analysis.json").await;
        let limit = metric(&limits, POST, "DPPL").as_f64().expect("a number");
        let found = site.violations(&run(9)).await;
        let told = format!("Metric value {parity} doesn't meet the baseline constraint requirement {limit}");
        assert!(found.contains(&("DPPL".to_owned(), told)), "{found:#?}");
        let judged = made.judged.iter().find(|judged| judged.metric_name.as_deref() == Some("sex=f DPPL"));
        let evidence = judged.and_then(|judged| judged.evidence.clone()).expect("two groups");
        assert_eq!((evidence.groups.facet, evidence.groups.rest), (240, 360));
        assert_eq!(evidence.groups.facet_positive_predictions as f64, approved("f", 20));
        let interval = evidence.interval.expect("an interval");
        assert!(interval.low < parity && parity < interval.high && interval.low > limit, "{interval:?}");
        // Labels are as ever: what is of them alone holds.
        assert!(found.iter().all(|(name, _)| !["CI", "DPL", "KL", "JS"].contains(&name.as_str())));
    }
}

#[tokio::test]
async fn an_hour_without_labels_is_not_healthy() {
    for site in Harness::both().await {
        let site = prepared(site, 20).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        assert_eq!(made.monitoring_execution_status, Status::Inconclusive);
        let told = "none of 600 captured records has ground truth yet";
        assert!(made.exit_message.contains(told), "{}", made.exit_message);
        assert_eq!((made.constraints_judged, site.violations(&run(9)).await.len()), (0, 0));
        let analysis = site.json(&format!("{}/analysis.json", run(9))).await;
        assert_eq!(analysis, serde_json::json!({"version": "1.0"}));
    }
}

/// A model of several classes answers with its labels and their scores: what it says is the label of the highest.
#[tokio::test]
async fn an_hour_of_lists_of_labels_is_judged_as_the_same_hour_of_labels() {
    let [of_scores, of_lists] = [Harness::folder(), Harness::folder()];
    let of_scores = prepared(of_scores, 20).await;
    let of_lists = with_baseline(of_lists).await;
    let of_lists = of_lists.with("INFERENCE_ATTRIBUTE", "labels").with("PROBABILITY_ATTRIBUTE", "scores");
    let records = (0..600).map(|n| {
        let mut record = record(start(8), n, 20);
        let output = &mut record["captureData"]["endpointOutput"];
        let score: f64 = output["data"].as_str().and_then(|text| text.parse().ok()).expect("a score");
        output["data"] = json!({"labels": [0, 1], "scores": [1.0 - score, score]}).to_string().into();
        output["encoding"] = "JSON".into();
        record
    });
    of_lists.capture(ENDPOINT, start(8), records).await;
    let mut analyses = Vec::new();
    for site in [of_scores, of_lists] {
        label_hour(&site, 8, 8, 0..600).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        assert_eq!(
            made.monitoring_execution_status,
            Status::CompletedWithViolations,
            "{}",
            made.exit_message
        );
        let truth = made.labelling.ground_truth.expect("labels");
        assert_eq!((truth.labelled, truth.rows), (600, 600));
        analyses.push(site.json(&format!("{}/analysis.json", run(9))).await);
    }
    assert_eq!(analyses[0], analyses[1]);
}

#[tokio::test]
async fn groups_that_are_too_small_are_told_and_not_judged() {
    let site = prepared(Harness::folder(), 20).await.with("MIN_GROUP", "241");
    label_hour(&site, 8, 8, 0..600).await;
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    let told = "sex=f has 240 rows and the rest 360, fewer than MIN_GROUP, which is 241";
    assert_eq!(made.not_evaluable["sex=f DPPL"], told);
    // What is of all rows is judged: it is worse, and not by a group.
    let names: Vec<_> = made.judged.iter().filter_map(|judged| judged.metric_name.clone()).collect();
    assert!(names.iter().all(|name| name == "sex=f GE"), "{names:?}");
}

#[tokio::test]
async fn what_chance_explains_is_no_violation_where_that_is_asked_for() {
    // One metric is a little beyond the baseline's: 48 women of a hundred.
    let violated = |confidence: &'static str| async move {
        let site = prepared(Harness::folder(), 40).await.with("CONFIDENCE", confidence);
        label_hour(&site, 8, 8, 0..600).await;
        let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
        made.judged.iter().any(|judged| judged.metric_name.as_deref() == Some("sex=f DPPL"))
    };
    assert!(violated("none").await);
    assert!(!violated("normal_bootstrap").await);
}

#[tokio::test]
async fn without_a_baseline_a_window_is_measured_and_nothing_is_judged() {
    let site = prepared(Harness::folder(), 50).await.with("BASELINE_CONSTRAINTS_URI", "");
    label_hour(&site, 8, 8, 0..600).await;
    let site = monitored(site).with("BASELINE_CONSTRAINTS_URI", "").with("BASELINES_URI", "");
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    assert!(made.not_evaluable["baseline"].contains("neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI"));
    let analysis = site.json(&format!("{}/analysis.json", run(9))).await;
    assert!(metric(&analysis, POST, "DPPL").is_number());
}

/// The word for a facet is the baseline's; the configuration asks for another one.
#[tokio::test]
async fn a_baseline_of_other_facets_judges_nothing_and_says_so() {
    let site = prepared(Harness::folder(), 20).await;
    label_hour(&site, 8, 8, 0..600).await;
    let mut config = configuration();
    config["facet"][0] = serde_json::json!({"name_or_index": "age", "value_or_threshold": [40]});
    site.put("analysis_config.json", config.to_string()).await;
    let made = site.run_twice_as::<ModelBias>(&nine()).await.execution;
    assert_eq!(made.monitoring_execution_status, Status::Inconclusive, "{}", made.exit_message);
    assert_eq!(made.not_evaluable["sex=f DPPL"], "sex is no facet of the configuration any more");
}
