//! Stacks of one monitor, of the other, and of both: what each is refused without, and what its dashboard shows.

use super::read;
use bellwether_alarms::template::Template;
use bellwether_pipeline::monitors::{data_quality, diversity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const DIVERSITY: &[(&str, &str)] = &[("ValidationSetBucket", "inputs"), ("CatalogBucket", "inputs")];
const DATA_QUALITY: &[(&str, &str)] = &[("CaptureBucket", "captures")];

fn template() -> Template {
    Template::parse(&read("template.yaml")).expect("a template")
}

/// The parameters of a stack of these monitors, with what they need.
fn stack(monitors: &str, needed: &[&[(&str, &str)]]) -> BTreeMap<String, String> {
    let common = [("Monitors", monitors), ("EndpointName", "churn-prod"), ("ReportsBucket", "reports")];
    let given = common.iter().chain(needed.iter().copied().flatten());
    given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn stacks() -> [BTreeMap<String, String>; 3] {
    [
        stack("diversity", &[DIVERSITY]),
        stack("data-quality", &[DATA_QUALITY]),
        stack("both", &[DIVERSITY, DATA_QUALITY]),
    ]
}

#[test]
fn each_monitor_can_be_had_alone_and_is_refused_without_what_it_needs() {
    let refusals = |parameters: &BTreeMap<String, String>| template().refusals(parameters).expect("rules");
    for stack in stacks() {
        assert_eq!(refusals(&stack), [""; 0], "{stack:?}");
        let needed = stack
            .keys()
            .filter(|name| DIVERSITY.iter().chain(DATA_QUALITY).any(|(needed, _)| needed == name));
        for name in needed {
            let mut without = stack.clone();
            without.remove(name);
            let told = refusals(&without);
            assert!(told.len() == 1 && told[0].contains(name.as_str()), "{name}: {told:?}");
        }
    }
    let mut one_name = stack("both", &[DIVERSITY, DATA_QUALITY]);
    one_name.insert("ScheduleName".to_owned(), "data-quality".to_owned());
    assert!(refusals(&one_name)[0].contains("two names"));
    let mut before = stack("diversity", &[DIVERSITY]);
    before.remove("Monitors");
    assert_eq!(refusals(&before), [""; 0], "a stack that was made before there was a choice");
}

/// What a resource costs a month at list price, by its type.
const PRICES: [(&str, f64); 3] = [
    ("AWS::CloudWatch::Alarm", 0.10),
    ("AWS::CloudWatch::CompositeAlarm", 0.50),
    ("AWS::CloudWatch::Dashboard", 3.00),
];
/// Of a metric, which is published under two sets of dimensions.
const METRIC: f64 = 2.0 * 0.30;
/// Lambda, S3 and requests of one monitor, as the page counts them.
const RUNS: f64 = 0.03 + 0.10 + 0.01 + 0.01;

#[test]
fn the_page_of_costs_is_computed_from_the_template() {
    let template = template();
    let resources = template.document()["Resources"].as_object().expect("resources");
    let [of_lists, of_columns] = [diversity::names(10).len(), data_quality::run_metrics().count()];
    let metrics = [of_lists, of_columns, of_lists + of_columns];
    let months =
        stacks().into_iter().zip(metrics).zip([1.0, 1.0, 2.0]).map(|((stack, metrics), monitors)| {
            let price = |(name, resource): (&String, &Value)| {
                let kind = resource["Type"].as_str().expect("a type");
                let (_, price) = PRICES.iter().find(|(priced, _)| *priced == kind)?;
                template.resource(name, &stack).expect("a resource").is_some().then_some(*price)
            };
            let fixed: f64 = resources.iter().filter_map(price).sum();
            fixed + metrics as f64 * METRIC + monitors * RUNS
        });
    let [lists, columns, both] = <[f64; 3]>::try_from(months.collect::<Vec<_>>()).expect("three");
    let page = read("docs/cost.md");
    for told in [
        format!("| **a month** | **{lists:.2}** | **{columns:.2}** | **{both:.2}** |"),
        format!(
            "{:.0} USD for diversity, {:.0} USD for data quality, {:.0} USD for both",
            40.0 * lists,
            40.0 * columns,
            40.0 * both
        ),
    ] {
        assert!(page.contains(&told), "docs/cost.md does not say: {told}");
    }
    let told = format!(
        "{lists:.0} USD an endpoint for diversity, {columns:.0} for data quality, {both:.0} for both"
    );
    assert!(read("README.md").replace('\n', " ").contains(&told), "README.md does not say: {told}");
}

/// The metrics of schedules that a dashboard shows: namespace, name, schedule. A dot repeats what stands above.
fn shown(dashboard: &Value) -> BTreeSet<[String; 3]> {
    let widgets = dashboard["widgets"].as_array().expect("widgets").iter();
    let mut shown = BTreeSet::new();
    for metrics in widgets.filter_map(|widget| widget["properties"]["metrics"].as_array()) {
        let mut above: Vec<String> = Vec::new();
        for metric in metrics {
            let cells = metric.as_array().expect("a metric").iter().filter_map(Value::as_str);
            let cell = |(place, cell): (usize, &str)| {
                if cell == "." { above[place].clone() } else { cell.to_owned() }
            };
            above = cells.enumerate().map(cell).collect();
            if let Some(place) = above.iter().position(|cell| cell == "MonitoringSchedule") {
                shown.insert([above[0].clone(), above[1].clone(), above[place + 1].clone()]);
            }
        }
    }
    shown
}

#[test]
fn the_dashboard_shows_every_metric_and_every_alarm_of_a_stack_and_no_other() {
    let of_lists = diversity::names(10)
        .into_iter()
        .map(|name| ["Bellwether".to_owned(), name, "recommendation-diversity".to_owned()]);
    let of_columns = data_quality::run_metrics()
        .map(|name| ["aws/sagemaker/Endpoints/data-metrics", name, "data-quality"].map(str::to_owned));
    let (lists, columns): (BTreeSet<_>, BTreeSet<_>) = (of_lists.collect(), of_columns.collect());
    let expected = [lists.clone(), columns.clone(), &lists | &columns];
    for (stack, expected) in stacks().into_iter().zip(expected) {
        let dashboard = template().resource("Dashboard", &stack).expect("a dashboard").expect("always made");
        let body = dashboard["Properties"]["DashboardBody"].as_str().expect("a text");
        let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(shown(&body), expected, "{stack:?}");
        let listed = body["widgets"][0]["properties"]["alarms"].as_array().expect("alarms").iter();
        let listed: BTreeSet<&str> =
            listed.map(|arn| arn.as_str().expect("an ARN").rsplit(':').next().expect("a name")).collect();
        let alarms = template().alarms(&stack).expect("alarms");
        assert_eq!(listed, alarms.names().collect(), "{stack:?}");
    }
}

#[test]
fn a_stack_without_a_monitor_has_nothing_of_it() {
    let template = template();
    let resources = template.document()["Resources"].as_object().expect("resources");
    let made = |stack: &BTreeMap<String, String>| -> BTreeSet<&str> {
        let is_made = |name: &str, resource: &Value| {
            resource["Condition"].is_null() || template.resource(name, stack).expect("a resource").is_some()
        };
        let made = resources.iter().filter(|(name, resource)| is_made(name, resource));
        made.map(|(name, _)| name.as_str()).collect()
    };
    let [lists, columns, both] = stacks().map(|stack| made(&stack));
    let of_columns = [
        "DataQuality",
        "DataQualityAlarm",
        "DataQualityBlindAlarm",
        "DataQualityHeartbeatAlarm",
        "DataQualityLogGroup",
        "DataQualityRole",
    ];
    assert_eq!(&both - &lists, of_columns.into());
    let of_lists = [
        "BlindAlarm",
        "DiversityAlarm",
        "DiversityCheck",
        "DiversityCheckLogGroup",
        "DiversityCheckRole",
        "HeartbeatAlarm",
        "ReplayAlarm",
    ];
    assert_eq!(&both - &columns, of_lists.into());
}
