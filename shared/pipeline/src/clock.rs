//! What may be asked of a clock that is not the one that named the window.
//!
//! It never asks what time it is.

use crate::RunError;
use jiff::{SignedDuration, Timestamp};

/// How far two clocks may be apart.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Whether a window that is judged then is over.
pub(crate) fn has_ended(scheduled: Timestamp, now: Timestamp) -> bool {
    scheduled.duration_since(now) <= SKEW
}

/// Whether a time lies further ahead of now than two clocks may be apart.
pub(crate) fn is_ahead(time: Timestamp, now: Timestamp) -> bool {
    !has_ended(time, now)
}

/// Refuses a window that is not over, or not to be judged yet: what is still to come would never be judged. Where it ends before
/// its scheduled time, its own tick is still to come; and nobody hears of a report from ahead of now.
///
/// # Errors
/// `WindowNotEnded`.
pub(crate) fn ended(scheduled: Timestamp, now: Timestamp) -> Result<(), RunError> {
    if has_ended(scheduled, now) { Ok(()) } else { Err(RunError::WindowNotEnded { scheduled, now }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_five_minutes_apart_and_no_more() {
        let end: Timestamp = "2026-10-31T09:00:00Z".parse().unwrap();
        assert!(ended(end, end - SKEW).is_ok());
        let error = ended(end, end - SKEW - SignedDuration::from_nanos(1)).unwrap_err();
        assert_eq!(error.error_type(), "WindowNotEnded");
    }
}
