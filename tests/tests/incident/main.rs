//! The incident that Bellwether exists for, whole: a healthy week, a bad deployment, one page, one explanation, a
//! reminder, a roll-back, one all-clear.
//!
//! The clock is virtual. Handlers, events, alarm definitions and the AWS they talk to are real.

mod played;

use crate::harness::time;
use bellwether_alarms::template::Template;
use bellwether_alarms::verdict::SPARE_PERIODS;
use bellwether_alarms::{Change, State};
use bellwether_newsroom::incident::{V2, WEEK, What, script};
use bellwether_newsroom::{ENDPOINT, SCHEDULE};
use jiff::{SignedDuration, Timestamp};
use played::Incident;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const REPORTS: &str = "reports/newsroom-prod/diversity-hourly";
const POINTER: &str = "baselines/newsroom-prod/AllTraffic/current.json";

/// `13:10` on the day of the deployment.
fn that_day(minute: &str) -> Timestamp {
    time(&format!("2026-10-31T{minute}:00Z"))
}

/// What the alarms of both templates do, of the stack and of the endpoint, evaluated every minute on the points that have come by then.
fn changes(incident: &Incident, spare_periods: usize) -> Vec<Change> {
    let alarms = |template: Template, given: [(&str, &str); 2]| {
        let given = BTreeMap::from(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
        template.alarms(&given).expect("alarms")
    };
    let stack = [("InputsBucket", "newsroom"), ("ReportsBucket", "newsroom")];
    let own = [("EndpointName", ENDPOINT), ("DiversityScheduleName", SCHEDULE)];
    let of_the_stack = alarms(Template::embedded().expect("a template"), stack);
    let of_the_endpoint = alarms(Template::of_an_endpoint().expect("a template"), own);
    let mut alarms = of_the_stack.beside(of_the_endpoint).with_spare_periods(spare_periods);
    let (mut changes, mut points) = (Vec::new(), incident.points.iter().peekable());
    let mut now = points.peek().expect("points").0;
    while now <= time("2026-11-01T01:00:00Z") {
        while let Some((_, namespace, line)) = points.next_if(|(came, ..)| *came <= now) {
            alarms.record(namespace, line);
        }
        changes.extend(alarms.evaluate(now));
        now += SignedDuration::from_mins(1);
    }
    changes
}

fn status(incident: &Incident, time: &str) -> String {
    let answers = &incident.verdicts[&that_day(time)];
    answers[0]["monitoring_execution_status"].as_str().expect("a status").to_owned()
}

async fn execution(incident: &Incident, hour: &str) -> Value {
    let key = format!("{REPORTS}/2026/10/31/{hour}/execution.json");
    incident.harness.json(&key).await
}

#[tokio::test]
async fn a_bad_deployment_pages_once_is_explained_once_and_ends() {
    let mut incident = Incident::set_up().await;
    for moment in script(WEEK) {
        incident.play(moment).await;
    }
    every_tick_has_one_verdict(&incident).await;
    the_baselines_follow_the_versions(&incident).await;
    the_alarm_pages_once(&incident);
    the_alarm_goes_off_at_the_same_minute_however_far_cloudwatch_looks_back(&incident);
    the_subscriber_hears_each_thing_once(&incident);
    a_late_event_does_not_undo_the_roll_back(incident).await;
}

/// Doubled ticks agree, lost ones are made good by the next, and each hour is judged as it was.
async fn every_tick_has_one_verdict(incident: &Incident) {
    for moment in script(WEEK) {
        match moment.what {
            What::Tick { scheduled, times } => {
                let answers = &incident.verdicts[&scheduled];
                assert_eq!(answers.len(), times, "{scheduled}");
                assert!(answers.iter().all(|answer| answer == &answers[0]), "{scheduled}: {answers:?}");
            }
            What::Lost { scheduled } => {
                let key = format!("{REPORTS}/{}/execution.json", scheduled.strftime("%Y/%m/%d/%H"));
                let execution = incident.harness.json(&key).await;
                let made: Timestamp = time(execution["attempt"]["started_at"].as_str().expect("a time"));
                let later = made.duration_since(scheduled);
                assert!(later >= SignedDuration::from_hours(1), "{scheduled} was judged {later:#} later");
                let expected =
                    if scheduled < that_day("12:30") { "Completed" } else { "CompletedWithViolations" };
                assert_eq!(execution["monitoring_execution_status"], expected, "{scheduled}");
            }
            _ => {}
        }
    }
    let healthy = incident.verdicts.range(..that_day("12:30"));
    assert_eq!(healthy.clone().count(), 167);
    for (scheduled, answers) in healthy {
        assert_eq!(answers[0]["monitoring_execution_status"], "Completed", "{scheduled}");
    }
    for time in ["13:10", "14:10", "15:10", "17:10", "19:10", "20:10", "21:10"] {
        assert_eq!(status(incident, time), "CompletedWithViolations", "{time}");
    }
    assert_eq!(status(incident, "16:10"), "Inconclusive");
    for time in ["22:10", "23:10"] {
        assert_eq!(status(incident, time), "Completed", "{time}");
    }
}

/// v2 is in force from its publication to the roll-back, and every run says by which version it judged.
async fn the_baselines_follow_the_versions(incident: &Incident) {
    for (hour, version) in
        [("11", "v1"), ("12", "v2"), ("13", "v2"), ("21", "v2"), ("22", "v1"), ("23", "v1")]
    {
        assert_eq!(execution(incident, hour).await["baseline"], version, "{hour}:10");
    }
    let below_the_floor = execution(incident, "13").await;
    let mut mean = below_the_floor["metrics"].as_array().expect("points").iter();
    let mean = mean.rfind(|point| point["name"] == "top10_category_diversity_mean").expect("a mean");
    assert!(mean["value"].as_f64().expect("a number") < 4.0, "{mean}");
}

/// Two of three complete hours are low at 14:10 and no longer at 23:10; a violation persists from the same hour to the same.
/// Nobody is ever behind: one lost tick is made good by the next.
fn the_alarm_pages_once(incident: &Incident) {
    let changes = changes(incident, SPARE_PERIODS);
    let of = |name: &str| {
        let own = changes.iter().filter(|change| change.alarm == name);
        own.map(|change| (change.at, change.to)).collect::<Vec<_>>()
    };
    let first = time("2026-10-24T13:10:00Z");
    let expected =
        vec![(first, State::Ok), (that_day("14:10"), State::Alarm), (that_day("23:10"), State::Ok)];
    assert_eq!(of("DiversityAlarm"), expected);
    assert_eq!(of("PersistsAlarm"), expected);
    assert_eq!(of("PagingAlarm"), expected);
    assert_eq!(of("BehindAlarm"), [(first, State::Ok)]);
    // Its warm-up ends with the second hour.
    assert_eq!(of("HeartbeatAlarm"), [(time("2026-10-24T14:10:00Z"), State::Ok)]);
}

/// CloudWatch looks back for more points than it evaluates where some are missing, and does not publish how far. If it looked no
/// further at all, a single lost tick would set off the heartbeat until the next one, and so page: that is not asked here.
fn the_alarm_goes_off_at_the_same_minute_however_far_cloudwatch_looks_back(incident: &Incident) {
    for spare_periods in [0, 1, 4] {
        let changes = changes(incident, spare_periods);
        for alarm in ["DiversityAlarm", "PersistsAlarm"] {
            let own = changes.iter().filter(|change| change.alarm == alarm && change.to == State::Alarm);
            let gone_off: Vec<Timestamp> = own.map(|change| change.at).collect();
            assert_eq!(gone_off[0], that_day("14:10"), "{alarm}, {spare_periods} spare periods");
            // After the inconclusive hour nothing older than the newest two hours is a point, and the newest is still to come.
            let again = if spare_periods == 0 && alarm != "DiversityAlarm" { 1 } else { 0 };
            assert_eq!(gone_off.len(), 1 + again, "{alarm}, {spare_periods} spare periods");
        }
    }
}

/// One announcement, then silence, a reminder after six hours, silence, one all-clear; between them that an hour could not be
/// judged, and the hour whose tick came late.
fn the_subscriber_hears_each_thing_once(incident: &Incident) {
    let heard = incident.queue.iter().map(|(at, message)| {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (*at, text(&message["payload"]["custom_details"]["kind"]), text(&message["event_action"]))
    });
    let entry = |time, kind: &str, action: &str| (that_day(time), kind.to_owned(), action.to_owned());
    assert_eq!(
        heard.collect::<Vec<_>>(),
        [
            entry("13:10", "announced", "trigger"),
            entry("16:10", "not_judged", "trigger"),
            entry("17:10", "judged_again", "resolve"),
            entry("19:10", "reminder", "trigger"),
            entry("21:25", "earlier", "trigger"),
            entry("22:10", "resolved", "resolve"),
        ]
    );
    let distinct = |field: &str| {
        let values = incident.queue.iter().map(|(_, message)| message[field].to_string());
        values.collect::<BTreeSet<_>>()
    };
    assert_eq!(distinct("message_id").len(), 6);
    let key = "newsroom-prod/AllTraffic/diversity-hourly";
    assert_eq!(
        distinct("dedup_key"),
        BTreeSet::from([format!("\"{key}\""), format!("\"{key}/not-judged\"")])
    );
    let (_, announcement) = &incident.queue[0];
    assert_eq!(announcement["payload"]["severity"], "critical");
    assert_eq!(announcement["payload"]["custom_details"]["baseline"], "v2");
    let (_, reminder) = &incident.queue[3];
    // 14:00, 15:00 and 17:00: one hour was inconclusive, one was made good when a newer one was routed already.
    assert_eq!(reminder["payload"]["custom_details"]["silent_windows"], 3, "{reminder:#}");
}

/// The event of v2's manifest, delivered once more after the roll-back.
async fn a_late_event_does_not_undo_the_roll_back(mut incident: Incident) {
    let pointer = incident.harness.json(POINTER).await;
    assert_eq!(pointer["model_version"], "v1");
    assert_eq!(pointer["newest"]["model_version"], "v2");
    incident.publish(V2, time("2026-11-01T00:30:00Z")).await;
    assert_eq!(incident.harness.json(POINTER).await, pointer);
}
