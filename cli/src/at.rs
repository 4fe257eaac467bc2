//! When: the scheduled time of a run, as it is typed.

use bellwether_contract::window::truncate;
use jiff::{SignedDuration, Timestamp};
use std::str::FromStr;

/// So long after an hour its last capture files are there.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);

/// A scheduled time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// That of the last hour whose captures are there.
    Last,
    /// This one.
    Time(Timestamp),
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("last") {
            return Ok(Self::Last);
        }
        text.parse().map(Self::Time).map_err(|_| format!("is no time; write `last`, or {INSTANT}"))
    }
}

/// How an instant is written.
const INSTANT: &str = "an instant with its time zone such as 2026-10-31T09:00:00Z";

/// An instant as it is typed.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("is no time; write {INSTANT}"))
}

impl At {
    /// The scheduled time that is meant; the window ends at its hour.
    pub(crate) fn scheduled(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Time(at) => at,
            Self::Last => truncate(now.checked_sub(SETTLED).unwrap_or(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hour_is_one_that_ended_ten_minutes_ago() {
        let cases = [
            ("2026-10-31T09:00:00Z", "2026-10-31T08:00:00Z"),
            ("2026-10-31T09:09:59Z", "2026-10-31T08:00:00Z"),
            ("2026-10-31T09:10:00Z", "2026-10-31T09:00:00Z"),
            ("2026-11-01T00:05:00Z", "2026-10-31T23:00:00Z"),
        ];
        for (now, end) in cases {
            let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
            assert_eq!(At::Last.scheduled(at(now)), at(end), "{now}");
        }
    }

    #[test]
    fn both_spellings_are_read_and_no_third() {
        let nine = "2026-10-31T09:00:00Z";
        assert_eq!(nine.parse(), Ok(At::Time(nine.parse().expect("an instant"))));
        assert_eq!("LAST".parse(), Ok(At::Last));
        for bad in ["", "yesterday", "2026-10-31", "2026-10-31T09:00:00"] {
            assert!(bad.parse::<At>().is_err() && instant(bad).is_err(), "{bad}");
        }
    }
}
