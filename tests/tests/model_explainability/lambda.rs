//! The function as Lambda calls it, with its sample events, and the points that it publishes.

use super::traffic::{Live, RUN};
use crate::site::{Site, assert_same, nine, time};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_serve::Function as _;
use bellwether_tests::local::reasons::{Unit, script};
use lambda_runtime::{Context, LambdaEvent};
use model_explainability::Function;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn events() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    ["scheduled-event", "scheduler", "window"]
        .map(|name| folder.join(format!("model-explainability-{name}.json")))
        .iter()
        .map(|path| serde_json::from_slice(&std::fs::read(path).expect("an event")).expect("JSON"))
        .collect()
}

#[tokio::test]
async fn every_sample_event_gives_the_same_verdict_and_the_containers_points() {
    let Live { site, _server, .. } = Live::start(Site::bucket().await, Unit::Cents, script()).await;
    let mut before = None;
    for event in events() {
        let clients = Clients::new(&site.aws().sdk_config());
        let function = Function::new(|name| site.variable(name), clients).expect("a function");
        let event = LambdaEvent::new(event, Context::default());
        let answer = function.handle(event, time("2026-10-31T09:10:00Z")).await;
        let answer = answer.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(answer["monitoring_execution_status"], "Completed");
        assert_eq!(format!("reports/{}", answer["run"].as_str().expect("a run")), RUN);
        let tree = site.tree().await;
        if let Some(before) = before.replace(tree.clone()) {
            assert_same(&tree, &before);
        }
    }
    site.assert_as_in_a_container::<ModelExplainability>(RUN, &nine()).await;
    let sent: Vec<_> = site.aws().metrics().into_iter().flat_map(|request| request.metric_data).collect();
    let names: BTreeSet<&str> = sent.iter().map(|datum| datum.metric_name.as_str()).collect();
    for name in
        ["feature_savings_cents", "feature_debts", "ExpectedValue", "ndcg", "explained_rows", "run_completed"]
    {
        assert!(names.contains(name), "{name} of {names:?}");
    }
    let dimensions: BTreeSet<BTreeMap<&str, &str>> = sent
        .iter()
        .filter(|datum| datum.metric_name == "feature_income")
        .map(|datum| datum.dimensions.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect())
        .collect();
    let built_in = BTreeMap::from([
        ("Endpoint", "credit-prod"),
        ("MonitoringSchedule", "explainability-hourly"),
        ("ExplainabilityMethod", "KernelShap"),
        ("Label", "label0"),
        ("ValueType", "GlobalShapValues"),
    ]);
    assert_eq!(dimensions, [built_in].into());
}
