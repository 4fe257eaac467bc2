//! What starts an hourly run: a scheduler's tick, a classic scheduled event, or a person who names a window.
//!
//! The event says which hour; it never says where to read or write.

use crate::{ContractError, window::Window};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// An event that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    /// The hours to judge.
    pub window: Window,
    /// Whether a window that already has a verdict is to be judged once more.
    pub reopen: bool,
}

#[derive(Deserialize)]
struct Event {
    /// EventBridge Scheduler, as the template writes its input.
    scheduled_time: Option<Timestamp>,
    /// Classic EventBridge.
    time: Option<Timestamp>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    /// By hand.
    window: Option<Window>,
    #[serde(default)]
    reopen: bool,
}

impl Trigger {
    /// Reads an event. `length` is the schedule's window, used where the event names an instant.
    pub fn parse(event: &Value, length: SignedDuration) -> Result<Self, ContractError> {
        let parsed = Event::deserialize(event)
            .map_err(|error| ContractError::malformed("event", format!("{error}; {FORMS}")))?;
        let scheduled = parsed.scheduled_time.or(match parsed.detail_type.as_deref() {
            Some("Scheduled Event") => parsed.time,
            _ => None,
        });
        let window = match (parsed.window, scheduled) {
            (Some(window), None) => window,
            (None, Some(instant)) => Window::ending_at(instant, length)?,
            (Some(_), Some(_)) => {
                return Err(ContractError::malformed(
                    "event",
                    format!("names a window and a scheduled time; {FORMS}"),
                ));
            }
            (None, None) => return Err(ContractError::malformed("event", format!("names no hour; {FORMS}"))),
        };
        Ok(Self { window, reopen: parsed.reopen })
    }
}

const FORMS: &str = "send {\"scheduled_time\": \"2026-10-31T09:10:00Z\"}, an EventBridge Scheduled Event, or \
    {\"window\": {\"start\": \"2026-10-31T08:00:00Z\", \"end\": \"2026-10-31T09:00:00Z\"}}";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

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
            let trigger = Trigger::parse(&event, HOUR).unwrap();
            assert_eq!(trigger.window.label(), "2026103109", "{event}");
            assert!(!trigger.reopen);
        }
        let again = json!({"scheduled_time": "2026-10-31T09:10:00Z", "reopen": true});
        assert!(Trigger::parse(&again, HOUR).unwrap().reopen);
    }

    #[test]
    fn other_events_are_refused_with_the_forms_that_work() {
        let events = [
            json!({}),
            json!([]),
            json!("2026-10-31T09:10:00Z"),
            json!({"scheduled_time": "<aws.scheduler.scheduled-time>"}),
            json!({"time": "2026-10-31T09:10:00Z", "detail-type": "Object Created"}),
            json!({"window": {"start": "2026-10-31T08:30:00Z", "end": "2026-10-31T09:00:00Z"}}),
            json!({"window": {"start": "2026-10-31T08:00:00Z"}}),
            json!({"window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}, "scheduled_time": "2026-10-31T09:10:00Z"}),
        ];
        for event in events {
            let error = Trigger::parse(&event, HOUR).unwrap_err().to_string();
            assert!(
                error.contains("scheduled_time") || error.contains("whole UTC hours"),
                "{event}: {error}"
            );
        }
    }
}
