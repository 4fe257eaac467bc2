//! Alarms on a clock: those of the two templates, and small ones that show what a window does.

use super::metric::{AlarmComparison, EvaluationWindow, Statistic};
use super::template::Template;
use super::verdict::MissingData;
use super::*;
use bellwether_contract::metrics::{Dimension, MetricPoint, MetricValue, Unit, dimension_sets};
use jiff::SignedDuration;
use std::collections::BTreeMap;

const NAMESPACE: &str = "Bellwether";
const COLUMNS: &str = "aws/sagemaker/Endpoints/data-metrics";
const STACK: &str = "Bellwether";

fn at(text: &str) -> Timestamp {
    format!("2026-10-31T{text}Z").parse().unwrap()
}

fn given(parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
    parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The alarms of a stack.
fn of_the_stack() -> Alarms {
    let parameters = given(&[("InputsBucket", "inputs"), ("ReportsBucket", "reports")]);
    Template::embedded().unwrap().alarms(&parameters).unwrap()
}

/// Those of an endpoint.
fn of_an_endpoint() -> Alarms {
    let parameters = given(&[
        ("EndpointName", "newsroom-prod"),
        ("DiversityScheduleName", "diversity-hourly"),
        ("DataQualityScheduleName", "diversity-hourly"),
        ("MinDiversity", "4.5"),
    ]);
    Template::of_an_endpoint().unwrap().alarms(&parameters).unwrap()
}

/// The first of them.
fn diversity() -> MetricAlarm {
    of_an_endpoint().definitions().next().unwrap().clone()
}

/// A point of the stack.
fn flag(name: &str, timestamp: Timestamp, value: f64) -> MetricLine {
    let stack = Dimension { name: "Stack".to_owned(), value: "bellwether".to_owned() };
    MetricPoint::value(name, Unit::None, value).line(timestamp, &[stack])
}

fn point(name: &str, timestamp: Timestamp, value: f64) -> MetricLine {
    line(MetricPoint::value(name, Unit::None, value), timestamp)
}

fn line(point: MetricPoint, timestamp: Timestamp) -> MetricLine {
    let sets = dimension_sets(
        &"newsroom-prod".parse().unwrap(),
        &"AllTraffic".parse().unwrap(),
        &"diversity-hourly".parse().unwrap(),
        &point.name,
    );
    point.line(timestamp, &sets[0])
}

#[test]
fn the_templates_alarms_are_read_with_parameters_defaults_and_mappings() {
    let alarms = of_the_stack().beside(of_an_endpoint());
    let names: Vec<&str> = alarms.names().collect();
    let expected = [
        "PersistsAlarm",
        "BehindAlarm",
        "NewlyBehindAlarm",
        "HeartbeatAlarm",
        "DeadLetterAlarm",
        "DiversityAlarm",
        "DataQualityAlarm",
        "PagingAlarm",
    ];
    assert_eq!(names, expected);
    assert_eq!(alarms.state("PagingAlarm"), Some(State::InsufficientData));
    let persists = &alarms.definitions().next().unwrap().properties;
    assert_eq!((persists.namespace.as_str(), persists.dimensions[0].value.as_str()), (STACK, "bellwether"));
    assert_eq!((persists.datapoints_to_alarm, persists.evaluation_periods), (Some(1), 2));
    assert_eq!(persists.treat_missing_data, MissingData::Ignore);
    let diversity = diversity().properties;
    assert_eq!(diversity.metric_name, "top10_category_diversity");
    assert_eq!(diversity.namespace, NAMESPACE);
    assert_eq!((diversity.threshold, diversity.period), (4.5, 3_600));
    assert_eq!((diversity.datapoints_to_alarm, diversity.evaluation_periods), (Some(2), 3));
    assert_eq!(diversity.statistic, Statistic::Average);
    assert_eq!(diversity.comparison_operator, AlarmComparison::LessThanThreshold);
    assert_eq!(diversity.evaluation_window, EvaluationWindow::WallClock);
    assert_eq!(diversity.treat_missing_data, MissingData::Ignore);
    let values: Vec<&str> = diversity.dimensions.iter().map(|dimension| dimension.value.as_str()).collect();
    assert_eq!(values, ["newsroom-prod", "AllTraffic", "diversity-hourly"]);
}

#[test]
fn an_endpoint_has_the_alarms_that_it_names_and_one_at_least() {
    let template = Template::of_an_endpoint().unwrap();
    let lists = given(&[("EndpointName", "e"), ("DiversityScheduleName", "lists")]);
    assert_eq!(template.alarms(&lists).unwrap().names().collect::<Vec<_>>(), ["DiversityAlarm"]);
    assert_eq!(template.refusals(&lists).unwrap(), [""; 0]);
    assert!(template.refusals(&given(&[("EndpointName", "e")])).unwrap()[0].contains("Name an entry"));
}

#[test]
fn a_parameter_without_a_value_is_named() {
    let template = Template::of_an_endpoint().unwrap();
    let error = |parameters: &[(&str, &str)]| template.alarms(&given(parameters)).unwrap_err().to_string();
    assert!(error(&[("DiversityScheduleName", "lists")]).contains("EndpointName"));
    assert_eq!(error(&[("MinDiversity", "four")]), r#"MinDiversity: "four" is no number"#);
}

#[test]
fn lists_and_mappings_are_carried_out() {
    let text = "Parameters:\n  Ids: {Type: String, Default: 'a,b'}\n\
                Mappings:\n  Map: {One: {Number: 7, Text: seven}}\n\
                Globals:\n  Function: {Timeout: 900, Memory: {Size: !FindInMap [Map, One, Number], Spare: 1}}\n\
                Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Memory: {Spare: 2}\n      \
                All: !Split [',', !Ref Ids]\n      Second: !Select [1, !Split [',', !Ref Ids]]\n  \
                G:\n    Type: T\n    Properties: {Missing: !FindInMap [Map, One, Colour]}\n  \
                H:\n    Type: T\n    Properties: {Third: !Select [2, !Split [',', !Ref Ids]]}\n";
    let template = Template::parse(text).unwrap();
    let resource = |name: &str| template.resource(name, &BTreeMap::new());
    let expected = serde_json::json!({
        "Timeout": 900, "Memory": {"Size": 7, "Spare": 2}, "All": ["a", "b"], "Second": "b",
    });
    assert_eq!(resource("F").unwrap().unwrap()["Properties"], expected);
    assert!(resource("G").unwrap_err().to_string().contains("Map.One.Colour"));
    assert!(resource("H").unwrap_err().to_string().contains("no place 2"));
}

fn small(alarm: &str) -> Result<Alarms, AlarmError> {
    let text = format!(
        "Conditions:\n  Never: !Equals [a, b]\n  Always: !Not [!Condition Never]\n\
         Resources:\n  Small:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {alarm}\n"
    );
    Template::parse(&text)?.alarms(&BTreeMap::new())
}

#[test]
fn what_is_not_understood_is_an_error_and_not_a_guess() {
    let base = "Namespace: Bellwether, MetricName: m, ComparisonOperator: LessThanThreshold, Threshold: 4, EvaluationPeriods: 3";
    let alarm = |rest: &str| small(&format!("{{{base}, {rest}}}"));
    let names = |result: Result<Alarms, AlarmError>| result.unwrap_err().to_string();
    assert!(alarm("Period: 3600, Statistic: !If [Always, Average, Sum]").is_ok());
    assert!(names(alarm("Period: 3600, Statistic: p99")).contains("p99"));
    assert!(names(alarm("Period: 3600, Statistic: Average, Metrics: []")).contains("Metrics"));
    assert!(names(alarm("Period: 45, Statistic: Average")).contains("multiple of 60"));
    assert!(
        names(alarm("Period: 3600, Statistic: Average, DatapointsToAlarm: 4"))
            .contains("DatapointsToAlarm 4")
    );
    let window =
        |window: &str| alarm(&format!("Period: 7200, Statistic: Average, EvaluationWindow: {window}"));
    assert!(window("{SlidingWindow: {}}").is_ok());
    assert!(names(window("{WallClockWindow: {Timezone: UTC}}")).contains("7200"));
    assert!(names(window("{WallClockWindow: {Timezone: Europe/Paris}}")).contains("Europe/Paris"));
    assert!(names(window("{}")).contains("one of"));
    assert!(names(alarm("Period: 3600, Statistic: !Ref Nobody")).contains("Nobody"));
    assert!(names(alarm("Period: 3600, Statistic: !ImportValue Average")).contains("Fn::ImportValue"));
    let warm_up =
        |members: &str| alarm(&format!("Period: 3600, Statistic: Average, WarmUpConfiguration: {members}"));
    assert!(warm_up("{WarmUpPeriodDurationInMinutes: 180}").is_ok());
    assert!(names(warm_up("{OnlyStartEvaluatingAfterWarmUpPeriodEnds: true}")).contains("OnlyStart"));
    assert!(matches!(Template::parse("a: [").unwrap_err(), AlarmError::Yaml(_)));
}

#[test]
fn two_low_hours_of_three_set_the_alarm_off_as_soon_as_the_second_is_published() {
    let mut alarms = of_an_endpoint();
    let mut changes = Vec::new();
    // The hour before 10:00 is published at 10:10, stamped 09:00; from 12:00 on the mean is low.
    for (hour, mean) in [(9, 6.5), (10, 6.4), (11, 6.6), (12, 1.5), (13, 1.4), (14, 6.5), (15, 6.5)] {
        let start = at("00:00:00") + SignedDuration::from_hours(hour);
        let published = start + SignedDuration::from_mins(70);
        let distribution =
            MetricValue::Distribution { values: vec![mean - 1.0, mean + 1.0], counts: vec![5.0, 5.0] };
        let whole = MetricPoint {
            name: "top10_category_diversity".into(),
            unit: Unit::Count,
            timestamp: None,
            dimensions: Vec::new(),
            value: distribution,
        };
        alarms.record(NAMESPACE, &line(whole, start));
        for minute in 0..60 {
            changes.extend(alarms.evaluate(published + SignedDuration::from_mins(minute)));
        }
    }
    let told: Vec<String> = changes
        .iter()
        .filter(|change| change.alarm == "DiversityAlarm")
        .map(|change| format!("{} {} {}", change.at.strftime("%H:%M"), change.alarm, change.to))
        .collect();
    assert_eq!(told, ["10:10 DiversityAlarm OK", "14:10 DiversityAlarm ALARM", "16:10 DiversityAlarm OK",]);
}

/// What a flag of each hour makes of an alarm and of the page. A dot is an hour without a point.
fn hours(alarm: &str, metric: &str, flags: &str) -> Vec<(State, State)> {
    let mut alarms = of_the_stack();
    let mut states = Vec::new();
    for (hour, flag_of_the_hour) in flags.chars().enumerate() {
        let start = at("00:00:00") + SignedDuration::from_hours(hour as i64);
        if let Some(value) = flag_of_the_hour.to_digit(10) {
            alarms.record(STACK, &flag(metric, start, f64::from(value)));
        }
        alarms.record(STACK, &flag("monitors_total", start, 3.0));
        alarms.evaluate(start + SignedDuration::from_mins(70));
        states.push((alarms.state(alarm).unwrap(), alarms.state("PagingAlarm").unwrap()));
    }
    states
}

fn in_alarm(states: &[(State, State)]) -> String {
    let of_the_hour = |(alarm, page): &(State, State)| {
        assert_eq!(*alarm == State::Alarm, *page == State::Alarm, "an alarm of the stack pages");
        if *alarm == State::Alarm { 'X' } else { '-' }
    };
    states.iter().map(of_the_hour).collect()
}

#[test]
fn a_violation_that_stays_pages_at_once_and_for_one_hour_more() {
    for (flags, expected) in [
        ("00000", "-----"),
        ("00100", "--XX-"),
        ("01110", "-XXXX"),
        // Missing hours heal nothing, and alarm nothing.
        ("001..0.00", "--XXXX--"),
        ("...", "---"),
    ] {
        let states = in_alarm(&hours("PersistsAlarm", "violation_persists", flags));
        assert_eq!(&states[..expected.len()], expected, "{flags}");
    }
}

#[test]
fn who_is_behind_for_two_hours_pages_and_for_one_does_not() {
    for (flags, expected) in [("0010110", "-----X-"), ("0220", "--X-"), ("011.", "--XX")] {
        assert_eq!(in_alarm(&hours("BehindAlarm", "monitors_behind", flags)), expected, "{flags}");
    }
}

#[test]
fn another_that_is_behind_rings_by_itself() {
    for (flags, expected) in [("0010", "--X-"), ("0.20", "--X-")] {
        let states = hours("NewlyBehindAlarm", "monitors_newly_behind", flags);
        let of_the_hour = |(alarm, page): &(State, State)| {
            assert_ne!(*page, State::Alarm, "{flags}");
            if *alarm == State::Alarm { 'X' } else { '-' }
        };
        assert_eq!(states.iter().map(of_the_hour).collect::<String>(), expected, "{flags}");
    }
}

#[test]
fn a_silent_dispatcher_sets_the_heartbeat_off() {
    let mut alarms = of_the_stack();
    for hour in ["08:00:00", "09:00:00"] {
        alarms.record(STACK, &flag("monitors_total", at(hour), 2.0));
    }
    let beat = |alarms: &mut Alarms, time: &str| {
        alarms.evaluate(at(time));
        alarms.state("HeartbeatAlarm").unwrap()
    };
    assert_eq!(beat(&mut alarms, "10:10:00"), State::Ok);
    // The two spare periods of the evaluation range still hold a point each.
    assert_eq!(beat(&mut alarms, "12:30:00"), State::Ok);
    assert_eq!(beat(&mut alarms, "14:00:00"), State::Alarm);
    assert_eq!(alarms.state("PagingAlarm"), Some(State::Alarm));
    for hour in ["14:00:00", "15:00:00"] {
        alarms.record(STACK, &flag("monitors_total", at(hour), 1.0));
    }
    assert_eq!(beat(&mut alarms, "16:10:00"), State::Ok);
    // A document without a monitor that is enabled judges nothing.
    for hour in ["16:00:00", "17:00:00"] {
        alarms.record(STACK, &flag("monitors_total", at(hour), 0.0));
    }
    assert_eq!(beat(&mut alarms, "18:10:00"), State::Alarm);
}

#[test]
fn a_new_stack_pages_nobody_until_its_first_ticks_and_not_for_ever() {
    let mut silent = of_the_stack();
    silent.evaluate(at("08:15:00"));
    for (time, expected) in [("11:14:00", State::InsufficientData), ("11:15:00", State::Alarm)] {
        silent.evaluate(at(time));
        assert_eq!(silent.state("HeartbeatAlarm"), Some(expected), "{time}");
    }
    // Two points end the warm-up early, and it does not come back.
    let mut alive = of_the_stack();
    alive.evaluate(at("08:15:00"));
    for hour in ["08:00:00", "09:00:00"] {
        alive.record(STACK, &flag("monitors_total", at(hour), 1.0));
    }
    alive.evaluate(at("10:10:00"));
    assert_eq!(alive.state("HeartbeatAlarm"), Some(State::Ok));
}

#[test]
fn violations_of_columns_roll_back_where_they_stay_and_not_for_one_hour() {
    let mut alarms = of_an_endpoint();
    let mut states = Vec::new();
    for (hour, violations) in
        [(8, 0.0), (9, 3.0), (10, 0.0), (11, 0.0), (12, 2.0), (13, 2.0), (14, 0.0), (15, 0.0)]
    {
        let start = at("00:00:00") + SignedDuration::from_hours(hour);
        // What is information counts among the violations and rolls nothing back.
        alarms.record(COLUMNS, &point("violations", start, violations + 1.0));
        alarms.record(COLUMNS, &point("violations_warning", start, violations));
        alarms.evaluate(start + SignedDuration::from_mins(70));
        states.push((hour, alarms.state("DataQualityAlarm").unwrap()));
    }
    let (ok, alarm) = (State::Ok, State::Alarm);
    assert_eq!(states[2..], [(10, ok), (11, ok), (12, ok), (13, alarm), (14, alarm), (15, ok)]);
}

#[test]
fn a_sliding_window_can_hold_two_hourly_points_or_none_and_clock_hours_cannot() {
    // Points stamped when they were sent: hourly, by a clock that is a little early or late.
    let sent = ["13:10:20", "14:10:05", "15:09:55", "16:10:30"].map(at);
    let periods = |window: EvaluationWindow| {
        let mut alarm = diversity();
        alarm.properties.statistic = Statistic::SampleCount;
        alarm.properties.evaluation_window = window;
        alarm.spare_periods = 0;
        let one = StatisticValues { sample_count: 1.0, sum: 1.0, minimum: 1.0, maximum: 1.0 };
        alarm.data_points(&sent.map(|at| (at, one)), at("16:10:00"))
    };
    assert_eq!(periods(EvaluationWindow::Sliding), [Some(1.0), Some(2.0), None]);
    assert_eq!(periods(EvaluationWindow::WallClock), [Some(1.0), Some(1.0), Some(1.0)]);
}

#[test]
fn a_wall_clock_window_shows_a_point_only_when_its_hour_is_over() {
    let alarm = diversity();
    let one = StatisticValues { sample_count: 2.0, sum: 6.0, minimum: 1.0, maximum: 5.0 };
    let newest = |now: &str| *alarm.data_points(&[(at("13:05:00"), one)], at(now)).last().unwrap();
    assert_eq!(newest("13:59:59"), None);
    assert_eq!(newest("14:00:00"), Some(3.0));
    assert_eq!(newest("15:00:00"), None);
}

#[test]
fn points_of_other_dimensions_namespaces_and_metrics_are_nobodys_business() {
    let alarm = diversity();
    let own = point("top10_category_diversity", at("13:00:00"), 1.0);
    assert!(alarm.watches(NAMESPACE, &own));
    assert!(!alarm.watches("Elsewhere", &own));
    assert!(!alarm.watches(NAMESPACE, &point("violations", at("13:00:00"), 1.0)));
    let mut fewer = own.clone();
    fewer.dimensions.pop();
    assert!(!alarm.watches(NAMESPACE, &fewer));
    let mut turned = own;
    turned.dimensions.reverse();
    assert!(alarm.watches(NAMESPACE, &turned));
}
