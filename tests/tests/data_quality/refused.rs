//! What cannot be used: each names the object and the remedy, writes nothing final, and never panics.

use super::traffic::{RUN, healthy, prepared};
use crate::harness::{Harness, below, nine};
use bellwether_pipeline::monitors::data_quality::DataQuality;

/// An hour in which one input is replaced; the error's type and what its text must hold.
#[tokio::test]
async fn a_broken_input_is_named_and_nothing_is_written() {
    let cases: [(&str, &str, &[&str]); 9] = [
        (
            "baseline/constraints.json",
            "{\n  \"features\": [\n    {\"name\": 7}]}",
            &["MalformedInput", "constraints.json, line 3", "features[0].name is 7, a number; write \"7\""],
        ),
        (
            "baseline/constraints.json",
            "{\"version\": 0.0, \"recommendation_constraints\": {}}",
            &["MalformedInput", "constraints.json", "this is a constraints.json of the diversity monitor"],
        ),
        (
            "baseline/constraints.json",
            "{\"dataset\": {\"item_count\": 3}, \"features\": []}",
            &["MalformedInput", "constraints.json", "this is a statistics.json"],
        ),
        (
            "baseline/statistics.json",
            "{\"features\": [], \"monitoring_config\": {}}",
            &["MalformedInput", "statistics.json", "this is a constraints.json"],
        ),
        ("baseline/statistics.json", "[]", &["MalformedInput", "statistics.json, line 1"]),
        ("paths.json", "{\"outptu\": {}}", &["MalformedInput", "paths.json", "outptu"]),
        ("paths.json", "{\"input\": {\"age\": \"a[\"}}", &["MalformedInput", "paths.json", "age"]),
        ("paths.json", "{\"sample\": 1.5}", &["MalformedInput", "paths.json", "sample"]),
        ("paths.json", "\u{feff}", &["MalformedInput", "paths.json"]),
    ];
    for (key, text, expected) in cases {
        for site in Harness::both().await {
            let site = prepared(site, (0..30).map(healthy)).await.with("PATHS_URI", "{root}/paths.json");
            site.put("paths.json", "{}").await;
            site.put(key, text).await;
            let error = site.run_as::<DataQuality>(&nine()).await.expect_err(key);
            let told = format!("{}: {}", error.error_type(), error.chain());
            for part in expected {
                assert!(told.contains(part), "{key} {text}: {told}");
            }
            assert_eq!(below(&site.tree().await, RUN), Vec::<&str>::new());
        }
    }
}

#[tokio::test]
async fn a_missing_input_is_named() {
    for missing in ["BASELINE_CONSTRAINTS_URI", "BASELINE_STATISTICS_URI", "PATHS_URI"] {
        let site =
            prepared(Harness::folder(), (0..3).map(healthy)).await.with(missing, "{root}/nowhere/x.json");
        let error = site.run_as::<DataQuality>(&nine()).await.expect_err(missing);
        assert!(["ObjectNotFound", "LocationNotFound"].contains(&error.error_type()), "{}", error.chain());
        assert!(error.chain().contains("nowhere"), "{}", error.chain());
    }
}
