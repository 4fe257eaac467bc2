//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{RUN, healthy, prepared};
use crate::site::{Site, assert_same, nine, time};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::monitors::data_quality::{DataQuality, FEATURE_METRICS, run_metrics};
use bellwether_serve::Function as _;
use data_quality::Function;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn events() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    ["scheduled-event", "scheduler", "window"]
        .map(|name| folder.join(format!("data-quality-{name}.json")))
        .iter()
        .map(|path| serde_json::from_slice(&std::fs::read(path).expect("an event")).expect("JSON"))
        .collect()
}

async fn handle(site: &Site, payload: Value) -> Value {
    let clients = Clients::new(&site.aws().sdk_config());
    let function = Function::new(|name| site.variable(name), clients).expect("a function");
    let event = LambdaEvent::new(payload, Context::default());
    let answer = function.handle(event, time("2026-10-31T09:10:00Z")).await;
    answer.unwrap_or_else(|error| panic!("{error:?}"))
}

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_points_of_the_chosen_columns() {
    let site =
        prepared(Site::bucket().await, (0..100).map(healthy)).await.with("FEATURE_METRICS", "age, plan");
    let mut before = None;
    for event in events() {
        let answer = handle(&site, event).await;
        assert_eq!(answer["monitoring_execution_status"], "Completed");
        assert_eq!(format!("reports/{}", answer["run"].as_str().expect("a run")), RUN);
        let tree = site.tree().await;
        if let Some(before) = before.replace(tree.clone()) {
            assert_same(&tree, &before);
        }
    }
    site.assert_as_in_a_container::<DataQuality>(RUN, &nine()).await;
    let sent: Vec<_> = site.aws().metrics().into_iter().flat_map(|request| request.metric_data).collect();
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    // A column of texts has no `data`; `plan` and `age` have a distance, since the baseline has distributions.
    let of = |column: &str| FEATURE_METRICS.map(|metric| format!("feature_{metric}_{column}"));
    let mut expected: BTreeSet<String> = of("age").into_iter().chain(of("plan")).collect();
    expected.remove("feature_data_plan");
    expected.extend(run_metrics().map(str::to_owned));
    assert_eq!(names, expected.iter().map(String::as_str).collect());
    let dimensions = |metric: &str| -> BTreeSet<BTreeMap<&str, &str>> {
        let of_metric = sent.iter().filter(|datum| datum.metric_name == metric);
        of_metric
            .map(|datum| datum.dimensions.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect())
            .collect()
    };
    let endpoint = ("Endpoint", "churn-prod");
    let schedule = ("MonitoringSchedule", "data-quality-hourly");
    assert_eq!(
        dimensions("feature_null_age"),
        [BTreeMap::from([endpoint, schedule]), BTreeMap::from([endpoint, ("Feature", "_"), schedule])].into()
    );
    let own = BTreeMap::from([("EndpointName", "churn-prod"), ("VariantName", "AllTraffic"), schedule]);
    assert_eq!(dimensions("run_completed"), [own, BTreeMap::from([endpoint, schedule])].into());
    let start = time("2026-10-31T08:00:00Z").as_second() as f64;
    assert!(sent.iter().all(|datum| datum.timestamp == Some(start)));
    let lines = &site.tree().await[&format!("{RUN}/cloudwatch_metrics.jsonl")];
    let in_the_file: BTreeSet<String> = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_slice::<Value>(line).expect("JSON")["MetricName"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    assert!(in_the_file.contains("feature_data_income") && in_the_file.contains("feature_null_score"));
}
