//! Alarms on a clock: the template's own, and small ones that show what a window does.

use super::metric::{AlarmComparison, EvaluationWindow, Statistic};
use super::template::Template;
use super::verdict::MissingData;
use super::*;
use bellwether_contract::metrics::{MetricPoint, MetricValue, Unit, dimension_sets};
use jiff::SignedDuration;
use std::collections::BTreeMap;

const NAMESPACE: &str = "Bellwether";

fn at(text: &str) -> Timestamp {
    format!("2026-10-31T{text}Z").parse().unwrap()
}

fn parameters() -> BTreeMap<String, String> {
    let given = [
        ("EndpointName", "newsroom-prod"),
        ("ScheduleName", "diversity-hourly"),
        ("ReportsBucket", "reports"),
        ("ValidationSetBucket", "inputs"),
        ("CatalogBucket", "inputs"),
        ("MinDiversity", "4.5"),
    ];
    given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
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
fn the_templates_alarms_are_read_with_parameters_and_defaults() {
    let alarms = Template::embedded().unwrap().alarms(&parameters()).unwrap();
    let names: Vec<&str> = alarms.names().collect();
    for name in ["DiversityAlarm", "HeartbeatAlarm", "ReplayAlarm", "BlindAlarm", "PagingAlarm"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_eq!(alarms.state("PagingAlarm"), Some(State::InsufficientData));
    let diversity = &alarms.definitions().next().unwrap().properties;
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
fn a_parameter_without_a_value_is_named() {
    let error = Template::embedded().unwrap().alarms(&BTreeMap::new()).unwrap_err().to_string();
    assert!(error.contains("EndpointName"), "{error}");
    let mut wrong = parameters();
    wrong.insert("MinDiversity".into(), "four".into());
    let error = Template::embedded().unwrap().alarms(&wrong).unwrap_err().to_string();
    assert_eq!(error, r#"MinDiversity: "four" is no number"#);
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
    assert!(names(alarm("Period: 3600, Statistic: !Select [0, [Average]]")).contains("Fn::Select"));
    assert!(matches!(Template::parse("a: [").unwrap_err(), AlarmError::Yaml(_)));
}

#[test]
fn two_low_hours_of_three_set_the_alarm_off_as_soon_as_the_second_is_published() {
    let mut alarms = Template::embedded().unwrap().alarms(&parameters()).unwrap();
    let mut changes = Vec::new();
    // The hour before 10:00 is published at 10:10, stamped 09:00; from 12:00 on the mean is low.
    for (hour, mean) in [(9, 6.5), (10, 6.4), (11, 6.6), (12, 1.5), (13, 1.4), (14, 6.5), (15, 6.5)] {
        let start = at("00:00:00") + SignedDuration::from_hours(hour);
        let published = start + SignedDuration::from_mins(70);
        let distribution =
            MetricValue::Distribution { values: vec![mean - 1.0, mean + 1.0], counts: vec![5.0, 5.0] };
        let whole =
            MetricPoint { name: "top10_category_diversity".into(), unit: Unit::Count, value: distribution };
        alarms.record(NAMESPACE, &line(whole, start));
        alarms.record(NAMESPACE, &point("window_read", start, 1.0));
        alarms.record(NAMESPACE, &point("replay_incomplete", start, 0.0));
        for minute in 0..60 {
            changes.extend(alarms.evaluate(published + SignedDuration::from_mins(minute)));
        }
    }
    let told: Vec<String> = changes
        .iter()
        .filter(|change| ["DiversityAlarm", "PagingAlarm"].contains(&change.alarm.as_str()))
        .map(|change| format!("{} {} {}", change.at.strftime("%H:%M"), change.alarm, change.to))
        .collect();
    assert_eq!(
        told,
        [
            "10:10 DiversityAlarm OK",
            "10:10 PagingAlarm OK",
            "14:10 DiversityAlarm ALARM",
            "14:10 PagingAlarm ALARM",
            "16:10 DiversityAlarm OK",
            "16:10 PagingAlarm OK",
        ]
    );
}

#[test]
fn a_silent_monitor_sets_the_heartbeat_off() {
    let mut alarms = Template::embedded().unwrap().alarms(&parameters()).unwrap();
    for hour in ["08:00:00", "09:00:00"] {
        alarms.record(NAMESPACE, &point("window_read", at(hour), 1.0));
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
    // A run that could not read its window publishes 0, and two of them need no waiting.
    for hour in ["14:00:00", "15:00:00", "16:00:00", "17:00:00"] {
        alarms.record(NAMESPACE, &point("window_read", at(hour), f64::from(u8::from(hour < "16"))));
    }
    assert_eq!(beat(&mut alarms, "16:10:00"), State::Ok);
    assert_eq!(beat(&mut alarms, "18:10:00"), State::Alarm);
}

const DATA_QUALITY: &str = "aws/sagemaker/Endpoints/data-metrics";

/// The alarms of a stack that monitors data quality alone; its schedule has the name of the points above.
fn of_columns() -> Alarms {
    let given = [
        ("Monitors", "data-quality"),
        ("EndpointName", "newsroom-prod"),
        ("DataQualityScheduleName", "diversity-hourly"),
        ("ReportsBucket", "reports"),
        ("CaptureBucket", "captures"),
    ];
    let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Template::embedded().unwrap().alarms(&BTreeMap::from(given)).unwrap()
}

#[test]
fn violations_of_columns_page_where_they_stay_and_not_for_one_hour() {
    let mut alarms = of_columns();
    let mut states = Vec::new();
    for (hour, violations) in
        [(8, 0.0), (9, 3.0), (10, 0.0), (11, 0.0), (12, 2.0), (13, 2.0), (14, 0.0), (15, 0.0)]
    {
        let start = at("00:00:00") + SignedDuration::from_hours(hour);
        // What is information counts among the violations and pages nobody.
        alarms.record(DATA_QUALITY, &point("violations", start, violations + 1.0));
        alarms.record(DATA_QUALITY, &point("violations_warning", start, violations));
        alarms.record(DATA_QUALITY, &point("window_read", start, 1.0));
        alarms.evaluate(start + SignedDuration::from_mins(70));
        states.push((hour, alarms.state("DataQualityAlarm").unwrap(), alarms.state("PagingAlarm").unwrap()));
    }
    let (ok, page) = (State::Ok, State::Alarm);
    let expected = [(10, ok), (11, ok), (12, ok), (13, page), (14, page), (15, ok)];
    assert_eq!(states[2..], expected.map(|(hour, state)| (hour, state, state)));
}

#[test]
fn an_endpoint_without_traffic_is_no_dead_monitor_and_a_silent_monitor_is() {
    let mut alarms = of_columns();
    for hour in 1..=6 {
        let start = at("00:00:00") + SignedDuration::from_hours(hour);
        // CompletedNoData: the window was read, and there was nothing to judge.
        alarms.record(DATA_QUALITY, &point("run_completed", start, 0.0));
        alarms.record(DATA_QUALITY, &point("window_read", start, 1.0));
        alarms.evaluate(start + SignedDuration::from_mins(70));
        // One point does not fill a window of two hours.
        if hour > 1 {
            assert_eq!(alarms.state("DataQualityHeartbeatAlarm"), Some(State::Ok), "{hour}");
        }
    }
    // Windows that could not be judged, and such that the reconciler gave up.
    for hour in ["07:00:00", "08:00:00", "09:00:00", "10:00:00"] {
        alarms.record(DATA_QUALITY, &point("window_read", at(hour), 0.0));
    }
    alarms.evaluate(at("12:10:00"));
    assert_eq!(alarms.state("DataQualityHeartbeatAlarm"), Some(State::Alarm));
    assert_eq!(alarms.state("PagingAlarm"), Some(State::Alarm));
}

/// Each hour's points, from the midnight before on: `b` is blind, `q` quiet (an hour without data), `j` judged. The hour at
/// which the alarm of blindness, and with it the page, goes off, counted from 1.
fn pages_at(hours: &str) -> Option<usize> {
    let mut alarms = of_columns();
    let mut first = None;
    for (hour, what) in hours.chars().enumerate() {
        let start = at("00:00:00") + SignedDuration::from_hours(hour as i64);
        alarms.record(DATA_QUALITY, &point("window_read", start, 1.0));
        if what != 'q' {
            alarms.record(DATA_QUALITY, &point("monitor_blind", start, f64::from(u8::from(what == 'b'))));
        }
        alarms.evaluate(start + SignedDuration::from_mins(70));
        // The heartbeat of a new stack waits for its second hour.
        let pages = hour > 1 && alarms.state("PagingAlarm") == Some(State::Alarm);
        assert_eq!(
            pages,
            hour > 1 && alarms.state("DataQualityBlindAlarm") == Some(State::Alarm),
            "{hours} {hour}"
        );
        first = first.or(pages.then_some(hour + 1));
    }
    first
}

#[test]
fn blindness_pages_after_a_day_and_quiet_hours_never_do() {
    let day = |what: &str| what.repeat(24);
    assert_eq!(pages_at(&"b".repeat(23)), None);
    assert_eq!(pages_at(&"b".repeat(48)), Some(24));
    assert_eq!(pages_at(&(day("j") + &day("b"))), Some(48));
    assert_eq!(pages_at(&(day("q") + &day("q"))), None);
    assert_eq!(pages_at(&("b".repeat(20) + "j" + &"b".repeat(20))), None);
    // A quiet hour is passed over while the two spare periods last.
    assert_eq!(pages_at(&("b".repeat(20) + "qq" + &"b".repeat(6))), Some(26));
}

#[test]
fn a_sliding_window_can_hold_two_hourly_points_or_none_and_clock_hours_cannot() {
    // Points stamped when they were sent: hourly, by a clock that is a little early or late.
    let sent = ["13:10:20", "14:10:05", "15:09:55", "16:10:30"].map(at);
    let periods = |window: EvaluationWindow| {
        let mut alarm = Template::embedded()
            .unwrap()
            .alarms(&parameters())
            .unwrap()
            .definitions()
            .next()
            .unwrap()
            .clone();
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
    let alarm =
        Template::embedded().unwrap().alarms(&parameters()).unwrap().definitions().next().unwrap().clone();
    let one = StatisticValues { sample_count: 2.0, sum: 6.0, minimum: 1.0, maximum: 5.0 };
    let newest = |now: &str| *alarm.data_points(&[(at("13:05:00"), one)], at(now)).last().unwrap();
    assert_eq!(newest("13:59:59"), None);
    assert_eq!(newest("14:00:00"), Some(3.0));
    assert_eq!(newest("15:00:00"), None);
}

#[test]
fn points_of_other_dimensions_namespaces_and_metrics_are_nobodys_business() {
    let alarms = Template::embedded().unwrap().alarms(&parameters()).unwrap();
    let alarm = alarms.definitions().next().unwrap();
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
