//! What a stack is made of, with and without what its parameters add: what it is refused for, costs, and shows.

use super::read;
use bellwether_alarms::template::Template;
use bellwether_analysis::monitors::model_bias::POINT_PREFIX;
use bellwether_pipeline::monitors::{
    data_quality, diversity, model_bias, model_explainability, model_quality,
};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn template() -> Template {
    Template::parse(&read("template.yaml")).expect("a template")
}

fn of_an_endpoint() -> Template {
    Template::parse(&read("alarms.yaml")).expect("a template")
}

/// The parameters of a stack: what every one has, and these.
fn stack(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let given = [("InputsBucket", "inputs"), ("ReportsBucket", "reports")];
    given.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Logical ids of what a stack of a template is made of.
fn made(template: &Template, stack: &BTreeMap<String, String>) -> BTreeSet<String> {
    let resources = template.document()["Resources"].as_object().expect("resources");
    // Only SAM knows the ids that an unconditional resource may name.
    let is_made = |(name, resource): &(&String, &Value)| {
        resource["Condition"].is_null() || template.resource(name, stack).expect("a resource").is_some()
    };
    resources.iter().filter(is_made).map(|(name, _)| name.clone()).collect()
}

#[test]
fn two_buckets_make_a_stack_and_what_does_not_fit_is_refused() {
    let refusals = |more: &[(&str, &str)]| template().refusals(&stack(more)).expect("rules");
    assert_eq!(refusals(&[]), [""; 0]);
    assert_eq!(
        refusals(&[("ModelsBucket", "models"), ("SubnetIds", "subnet-1"), ("SecurityGroupIds", "sg-1")]),
        [""; 0]
    );
    assert!(refusals(&[("SubnetIds", "subnet-1")])[0].contains("SecurityGroupIds"));
    assert!(refusals(&[("ModelsBucket", "reports"), ("ModelsPrefix", "reports")])[0].contains("Reports"));
}

#[test]
fn what_a_parameter_adds_is_made_with_it_alone() {
    let template = template();
    let with = |more: &[(&str, &str)]| made(&template, &stack(more));
    let few = with(&[]);
    let (models, topics) = (
        with(&[("ModelsBucket", "models")]),
        with(&[
            ("AlarmTopicArn", "arn:aws:sns:eu-west-1:123456789012:pages"),
            ("ViolationsTopicArn", "arn:aws:sns:eu-west-1:123456789012:violations"),
        ]),
    );
    assert_eq!(&models - &few, ["Baseline", "BaselineRole"].map(str::to_owned).into());
    let of_topics = ["AlarmTopic", "AlarmTopicPolicy", "ViolationsTopic", "ViolationsTopicPolicy"];
    assert_eq!(&few - &topics, of_topics.map(str::to_owned).into());
    let resource = |name: &str, more: &[(&str, &str)]| {
        template.resource(name, &stack(more)).expect("a resource").expect("made")["Properties"].clone()
    };
    let network = [("SubnetIds", "subnet-1,subnet-2"), ("SecurityGroupIds", "sg-1")];
    for function in [
        "Dispatch",
        "DiversityCheck",
        "DataQuality",
        "ModelQuality",
        "ModelBias",
        "ModelExplainability",
        "ViolationRouter",
    ] {
        assert!(resource(function, &[])["VpcConfig"].is_null(), "{function}");
        let within = &resource(function, &network)["VpcConfig"];
        assert_eq!(within["SubnetIds"], serde_json::json!(["subnet-1", "subnet-2"]), "{function}");
    }
}

/// What a resource costs a month at list price, by its type.
const PRICES: [(&str, f64); 3] = [
    ("AWS::CloudWatch::Alarm", 0.10),
    ("AWS::CloudWatch::CompositeAlarm", 0.50),
    ("AWS::CloudWatch::Dashboard", 3.00),
];
/// A custom metric.
const METRIC: f64 = 0.30;
/// What the stack publishes of itself.
const OF_THE_STACK: [&str; 4] =
    ["violation_persists", "monitors_behind", "monitors_newly_behind", "monitors_total"];
/// Lambda, S3 and requests of one monitor, as the page counts them.
const RUNS: f64 = 0.03 + 0.10 + 0.01 + 0.01;
/// Those of the dispatcher.
const DISPATCH: f64 = 0.02;

/// What the resources of a stack cost, whatever it watches.
fn furniture(template: &Template, stack: &BTreeMap<String, String>) -> f64 {
    let price = |name: &String| {
        let kind = template.document()["Resources"][name]["Type"].as_str().expect("a type");
        PRICES.iter().find(|(priced, _)| *priced == kind).map(|(_, price)| price)
    };
    made(template, stack).iter().filter_map(price).sum()
}

#[test]
fn the_page_of_costs_is_computed_from_the_templates() {
    let fixed = furniture(&template(), &stack(&[])) + OF_THE_STACK.len() as f64 * METRIC + DISPATCH;
    // A run's metrics are published under two sets of dimensions.
    let monitor = |names: usize| names as f64 * 2.0 * METRIC + RUNS;
    let (lists, columns, answers) = (
        monitor(diversity::names(10).len()),
        monitor(data_quality::run_metrics().count()),
        monitor(model_quality::names().count()),
    );
    // Those of groups have dimensions of their own, and one set: here of one group.
    let (of_groups, of_runs): (Vec<String>, Vec<String>) =
        model_bias::names().partition(|name| name.starts_with(POINT_PREFIX));
    let groups = monitor(of_runs.len()) + of_groups.len() as f64 * METRIC;
    // Those of features too: here of ten, and of the one output.
    let reasons = monitor(model_explainability::names().count()) + 11.0 * METRIC;
    let own = [
        ("EndpointName", "e"),
        ("DiversityScheduleName", "d"),
        ("DataQualityScheduleName", "q"),
        ("ModelQualityScheduleName", "m"),
        ("ModelBiasScheduleName", "b"),
        ("ModelExplainabilityScheduleName", "x"),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let alarms = furniture(&of_an_endpoint(), &BTreeMap::from(own));
    let page = read("docs/cost.md");
    for told in [
        format!(
            "| **a month** | **{fixed:.2}** | **{lists:.2}** | **{columns:.2}** | **{answers:.2}** | **{groups:.2}** | **{reasons:.2}** |"
        ),
        format!("| 1 of each | {:.2} |", fixed + lists + columns + answers + groups + reasons),
        format!("| 40 of each | {:.2} |", fixed + 40.0 * (lists + columns + answers + groups + reasons)),
        format!("| 100 of data quality | {:.2} |", fixed + 100.0 * columns),
        format!("| 500 of data quality | {:.2} |", fixed + 500.0 * columns),
        format!("{alarms:.2} USD a month for all five"),
    ] {
        assert!(page.contains(&told), "docs/cost.md does not say: {told}");
    }
    let told = format!(
        "{fixed:.0} USD for the stack, {lists:.0} for each monitor of diversity, {columns:.0} for each of data quality, {answers:.0} for each of model quality, {groups:.0} for each of model bias and {reasons:.0} for each of model explainability"
    );
    assert!(read("README.md").replace('\n', " ").contains(&told), "README.md does not say: {told}");
}

/// The metrics that a dashboard finds by a search of a namespace under the dimensions of a run.
fn searched(dashboard: &Value) -> BTreeSet<[String; 2]> {
    let search = Regex::new(
        r#"^SEARCH\('\{"([^"]+)",EndpointName,VariantName,MonitoringSchedule\} MetricName=(.+)', '\w+', 3600\)$"#,
    );
    let (search, quoted) = (search.expect("a pattern"), Regex::new(r#""([^"]+)""#).expect("a pattern"));
    let widgets = dashboard["widgets"].as_array().expect("widgets").iter();
    let metrics = widgets.filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let expressions = metrics.filter_map(|metric| metric[0]["expression"].as_str());
    let found = expressions.filter_map(|expression| search.captures(expression)).flat_map(|found| {
        let names = quoted.captures_iter(found.get(2).expect("names").as_str());
        names.map(|name| [found[1].to_owned(), name[1].to_owned()]).collect::<Vec<_>>()
    });
    found.collect()
}

#[test]
fn the_dashboard_finds_every_metric_of_a_run_and_shows_every_alarm_of_the_stack() {
    let of_lists = diversity::names(10).into_iter().map(|name| ["Bellwether".to_owned(), name]);
    let of_columns = data_quality::run_metrics()
        .map(|name| ["aws/sagemaker/Endpoints/data-metrics", name].map(str::to_owned));
    // What the best constant answer would reach, and a count under its second name, stand in reports and in CloudWatch alone.
    let is_shown =
        |name: &String| !name.ends_with("_best_constant_classifier") && name != "total_number_of_violations";
    let of_answers = model_quality::names()
        .filter(is_shown)
        .map(|name| ["aws/sagemaker/Endpoints/model-metrics".to_owned(), name]);
    let of_groups = model_bias::names()
        .filter(|name| !name.starts_with(POINT_PREFIX))
        .map(|name| ["aws/sagemaker/Endpoints/bias-metrics".to_owned(), name]);
    let of_reasons = model_explainability::names()
        .map(|name| ["aws/sagemaker/Endpoints/explainability-metrics".to_owned(), name]);
    let expected: BTreeSet<_> =
        of_lists.chain(of_columns).chain(of_answers).chain(of_groups).chain(of_reasons).collect();
    for more in [
        &[][..],
        &[("ModelsBucket", "models"), ("ViolationsTopicArn", "arn:aws:sns:eu-west-1:123456789012:told")],
    ] {
        let stack = stack(more);
        let dashboard = template().resource("Dashboard", &stack).expect("a dashboard").expect("always made");
        let body = dashboard["Properties"]["DashboardBody"].as_str().expect("a text");
        let value: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(searched(&value), expected, "{stack:?}");
        for metric in OF_THE_STACK {
            assert!(body.contains(&format!("\"{metric}\"")), "{metric}");
        }
        assert!(body.contains("${PROP('Dim.EndpointName')}"), "a series says which endpoint it is of");
        assert_eq!(body.contains(r#"OR \"Baseline\""#), more.len() == 2, "the functions that there are");
        assert_eq!(body.contains(r#""told""#), more.len() == 2, "the topic that there is");
        let listed = value["widgets"][0]["properties"]["alarms"].as_array().expect("alarms").iter();
        let listed: BTreeSet<&str> =
            listed.map(|arn| arn.as_str().expect("an ARN").rsplit(':').next().expect("a name")).collect();
        let alarms = template().alarms(&stack).expect("alarms");
        assert_eq!(listed, alarms.names().collect(), "{stack:?}");
    }
}

/// Who may ask CloudWatch for an endpoint's calls is told in one place of the template, and nobody may where it says nothing.
#[test]
fn calls_may_be_asked_for_where_the_template_says_so() {
    let text = read("template.yaml");
    let allowing = text
        .replace("CaptureCompleteness: { Allowed: \"false\" }", "CaptureCompleteness: { Allowed: \"true\" }");
    assert_ne!(text, allowing);
    let may_ask = |text: &str| {
        let template = Template::parse(text).expect("a template");
        let policy =
            template.resource("MonitorsPolicy", &stack(&[])).expect("a policy").expect("always made");
        policy.to_string().contains("cloudwatch:GetMetricData")
    };
    assert_eq!((may_ask(&text), may_ask(&allowing)), (false, true));
}
