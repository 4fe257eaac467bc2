//! What starts an hourly run: a scheduler's tick, a classic scheduled event, or a person who names a window.

use crate::lenient;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use bellwether_contract::ContractError;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Offsets, Window};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The forms that are ours to define.
#[derive(Deserialize)]
struct Ours {
    /// EventBridge Scheduler, as the template writes its input.
    scheduled_time: Option<Timestamp>,
    /// By hand.
    window: Option<Hours>,
    #[serde(default)]
    reopen: bool,
}

/// A window by hand. Where it says no scheduled time, its run is the one of the schedule that judges these hours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    start: Timestamp,
    end: Timestamp,
    scheduled: Option<Timestamp>,
}

impl Hours {
    fn window(self, offsets: Offsets) -> Result<Window, ContractError> {
        match self.scheduled {
            Some(scheduled) => Window::judged_at(self.start, self.end, scheduled),
            None => offsets.of_hours(self.start, self.end),
        }
    }
}

/// The hours that an event names. `offsets` are the schedule's.
///
/// # Errors
/// [`ContractError::Malformed`] for every other event, with the forms that work.
pub fn trigger(event: &Value, offsets: Offsets) -> Result<Trigger, ContractError> {
    let ours = Ours::deserialize(event).map_err(|error| wrong(&error.to_string()))?;
    let scheduled = match ours.scheduled_time {
        None => classic(event)?,
        some => some,
    };
    let window = match (ours.window, scheduled) {
        (Some(hours), None) => hours.window(offsets)?,
        (None, Some(instant)) => offsets.window(instant)?,
        (Some(_), Some(_)) => return Err(wrong("names a window and a scheduled time")),
        (None, None) => return Err(wrong("names no hour")),
    };
    Ok(Trigger { window, reopen: ours.reopen })
}

/// Which monitor of a document an event names: `{"scheduled_time": ..., "monitor": "churn-quality"}`.
///
/// # Errors
/// [`ContractError::Malformed`] where the name is no text.
pub fn monitor(event: &Value) -> Result<Option<&str>, ContractError> {
    match event.get("monitor") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name)),
        Some(_) => Err(wrong("its monitor is no text; name one of the document")),
    }
}

/// What of a wide window somebody is asked for who was started by a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// SHA-256 of the window's plan, in hexadecimal.
    pub job: String,
    /// Which part is to be read, from 0; `None` where all were, and the window is to be judged.
    pub part: Option<usize>,
}

/// What of a wide window an event asks for: `{"window": ..., "job": ..., "part": 12}`; `None` for an event about a whole window.
///
/// # Errors
/// [`ContractError::Malformed`] where that is no digest, or no number.
pub fn share(event: &Value) -> Result<Option<Share>, ContractError> {
    let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of = |name: &str| event.get(name).filter(|value| !value.is_null());
    let refused = |reason: &str| Err(ContractError::malformed("event", reason));
    let job = match (of("job"), of("part")) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return refused("names a part and no job; the state machine sends both"),
        (Some(job), _) => job.as_str().filter(|job| is_digest(job)),
    };
    let Some(job) = job.map(str::to_owned) else { return refused("its job is no SHA-256 of a plan") };
    let Some(part) = of("part") else { return Ok(Some(Share { job, part: None })) };
    match part.as_u64().and_then(|part| usize::try_from(part).ok()) {
        Some(part) => Ok(Some(Share { job, part: Some(part) })),
        None => refused("its part is no number from 0 on"),
    }
}

/// Whether a person named the hours, and not a schedule.
pub fn is_by_hand(event: &Value) -> bool {
    event.get("window").is_some_and(|window| !window.is_null())
}

/// The time of EventBridge's own scheduled event; `None` for every other.
fn classic(event: &Value) -> Result<Option<Timestamp>, ContractError> {
    if event["detail-type"].as_str() != Some("Scheduled Event") {
        return Ok(None);
    }
    let event: EventBridgeEvent = lenient(event).map_err(|error| wrong(&error.to_string()))?;
    let at =
        event.time.map(|time| Timestamp::new(time.timestamp(), time.timestamp_subsec_nanos().cast_signed()));
    at.transpose().map_err(|error| wrong(&error.to_string()))
}

fn wrong(reason: &str) -> ContractError {
    const FORMS: &str = "send {\"scheduled_time\": \"2026-10-31T09:10:00Z\"}, an EventBridge Scheduled Event, or \
        {\"window\": {\"start\": \"2026-10-31T08:00:00Z\", \"end\": \"2026-10-31T09:00:00Z\"}}";
    ContractError::malformed("event", format!("{reason}; {FORMS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use serde_json::json;

    #[test]
    fn three_forms_name_the_same_hour() {
        let events = [
            json!({"scheduled_time": "2026-10-31T09:10:00Z"}),
            json!({"version": "0", "id": "x", "detail-type": "Scheduled Event", "source": "aws.events",
                "account": "000000000000", "time": "2026-10-31T09:10:00Z", "region": "eu-west-1",
                "resources": [], "detail": {}}),
            json!({"window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}}),
        ];
        for event in events {
            let read = trigger(&event, Offsets::default()).unwrap();
            assert_eq!(read.window.label(), "2026103109", "{event}");
            assert!(!read.reopen);
        }
        let short = json!({"detail-type": "Scheduled Event", "time": "2026-10-31T09:10:00Z"});
        assert_eq!(trigger(&short, Offsets::default()).unwrap().window.label(), "2026103109", "made by hand");
        let again = json!({"scheduled_time": "2026-10-31T09:10:00Z", "reopen": true});
        assert!(trigger(&again, Offsets::default()).unwrap().reopen);
    }

    #[test]
    fn an_event_may_name_a_monitor_of_a_document() {
        let tick = json!({"scheduled_time": "2026-10-31T09:10:00Z", "monitor": "churn-quality"});
        assert_eq!((monitor(&tick).unwrap(), is_by_hand(&tick)), (Some("churn-quality"), false));
        let window = json!({"window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}});
        assert_eq!((monitor(&window).unwrap(), is_by_hand(&window)), (None, true));
        assert!(monitor(&json!({"monitor": 7})).is_err());
    }

    #[test]
    fn an_event_may_ask_for_a_part_or_for_the_verdict_of_all() {
        let job = "ab".repeat(32);
        let of = |part| Some(Share { job: job.clone(), part });
        for (event, asked) in [
            (json!({"scheduled_time": "2026-10-31T09:10:00Z"}), Some(None)),
            (json!({"job": null, "part": null}), Some(None)),
            (json!({"job": job, "part": 0}), Some(of(Some(0)))),
            (json!({"job": job, "part": 134}), Some(of(Some(134)))),
            (json!({"job": job}), Some(of(None))),
            (json!({"part": 3}), None),
            (json!({"job": job, "part": -1}), None),
            (json!({"job": job, "part": "3"}), None),
            (json!({"job": "../../plan", "part": 3}), None),
            (json!({"job": 7}), None),
        ] {
            assert_eq!(share(&event).ok(), asked, "{event}");
        }
    }

    #[test]
    fn a_schedule_that_looks_back_judges_the_same_hours_by_its_tick_and_by_hand() {
        let offsets =
            Offsets { start: SignedDuration::from_hours(-48), end: SignedDuration::from_hours(-24) };
        let hours = json!({"start": "2026-10-29T09:00:00Z", "end": "2026-10-30T09:00:00Z"});
        let mut named = hours.clone();
        named["scheduled"] = json!("2026-10-31T09:00:00Z");
        for event in [
            json!({"scheduled_time": "2026-10-31T09:10:00Z"}),
            json!({"window": hours}),
            json!({"window": named}),
        ] {
            let window = trigger(&event, offsets).unwrap().window;
            assert_eq!(json!(window), named, "{event}");
            assert_eq!(window.label(), "2026103109");
        }
        named["scheduled"] = json!("2026-10-30T08:00:00Z");
        let error = trigger(&json!({"window": named}), offsets).unwrap_err().to_string();
        assert!(error.contains("must not lie before the end"), "{error}");
    }

    #[test]
    fn other_events_are_refused_with_the_forms_that_work() {
        let events = [
            json!({}),
            json!([]),
            json!("2026-10-31T09:10:00Z"),
            json!({"scheduled_time": "<aws.scheduler.scheduled-time>"}),
            json!({"detail-type": "Scheduled Event"}),
            json!({"detail-type": "Scheduled Event", "time": "at nine"}),
            json!({"detail-type": "Scheduled Event", "time": "+262142-01-01T00:00:00Z"}),
            json!({"time": "2026-10-31T09:10:00Z", "detail-type": "Object Created"}),
            json!({"window": {"start": "2026-10-31T08:30:00Z", "end": "2026-10-31T09:00:00Z"}}),
            json!({"window": {"start": "2026-10-31T08:00:00Z"}}),
            json!({"window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}, "scheduled_time": "2026-10-31T09:10:00Z"}),
        ];
        for event in events {
            let error = trigger(&event, Offsets::default()).unwrap_err().to_string();
            assert!(
                error.contains("scheduled_time") || error.contains("whole UTC hours"),
                "{event}: {error}"
            );
        }
    }
}
