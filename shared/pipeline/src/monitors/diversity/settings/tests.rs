use super::*;
use crate::settings::{Settings, SettingsError};

fn read(changes: &[(&str, &str)]) -> Result<DiversitySettings, SettingsError> {
    DiversitySettings::read(|name| {
        let changed =
            changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| (*value).to_owned());
        changed.or_else(|| {
            let value = match name {
                "ENDPOINT_NAME" => "recommender-prod",
                "VARIANT_NAME" => "AllTraffic",
                "SCHEDULE_NAME" => "diversity-hourly",
                "VALIDATION_SET_URI" => "s3://inputs/validation/sessions.jsonl",
                "CATALOG_URI" => "s3://inputs/catalog.json",
                "REPORTS_URI" => "s3://reports/model-monitor",
                "REPLAY" => "sagemaker",
                _ => return None,
            };
            Some(value.to_owned())
        })
    })
}

#[test]
fn defaults_are_those_of_the_table() {
    let settings = read(&[]).unwrap();
    assert_eq!(
        settings.limits,
        Limits { k: 10, min_diversity: 4.0, mean_ratio: 0.9, p5_margin: 0.0, min_margin: 1.0 }
    );
    assert_eq!(settings.schedule.state.to_string(), "s3://reports/model-monitor-state");
    assert_eq!(settings.replay_max_age, SignedDuration::from_mins(90));
    assert_eq!(settings.schedule.metrics_namespace, None);
}

#[test]
fn all_mistakes_are_told_together() {
    let error = read(&[
        ("ENDPOINT_NAME", "../x"),
        ("TOP_K", "0"),
        ("WINDOW", "PT30M"),
        ("RECOMMENDATIONS_PATH", "a["),
        ("METRICS_NAMESPACE", "AWS/SageMaker"),
        ("NO_DATA_POLICY", "maybe"),
        ("REPLAY", "ftp://x"),
        ("STATE_URI", "s3://reports/model-monitor/state"),
    ])
    .unwrap_err();
    let text = error.to_string();
    for name in [
        "ENDPOINT_NAME",
        "TOP_K",
        "WINDOW",
        "RECOMMENDATIONS_PATH",
        "METRICS_NAMESPACE",
        "NO_DATA_POLICY",
        "REPLAY",
        "STATE_URI",
    ] {
        assert!(error.mistakes.iter().any(|mistake| mistake.starts_with(name)), "{name} in {text}");
    }
    assert!(text.contains("endpoint name \"../x\""), "{text}");
}

#[test]
fn a_run_without_anything_to_measure_is_a_mistake() {
    let error = read(&[("REPLAY", "none")]).unwrap_err().to_string();
    assert!(error.contains("nothing to measure"), "{error}");
    let error = read(&[("VALIDATION_SET_URI", "")]).unwrap_err().to_string();
    assert!(error.contains("a replay needs held-out sessions"), "{error}");
    let error = read(&[("REPORTS_URI", "s3://reports")]).unwrap_err().to_string();
    assert!(error.contains("STATE_URI (--state) is missing"), "{error}");
}
