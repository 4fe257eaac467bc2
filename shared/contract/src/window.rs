//! The window of a run: whole hours ending at the hour of the scheduled time.
//!
//! It never asks what time it is now.

use crate::ContractError;
use jiff::{SignedDuration, Timestamp, Unit, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// A window is at most a week: longer looks back are a merge of reports, not one run.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A half-open interval `[start, end)` of whole UTC hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    start: Timestamp,
    end: Timestamp,
}

impl TryFrom<Bounds> for Window {
    type Error = ContractError;

    fn try_from(bounds: Bounds) -> Result<Self, ContractError> {
        Self::new(bounds.start, bounds.end)
    }
}

impl Window {
    /// The window `[start, end)`. Both must lie on a UTC hour, and be one hour to one week apart.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, ContractError> {
        let wrong = |reason: &str| Err(ContractError::malformed(format!("window {start} to {end}"), reason));
        if truncate(start) != start || truncate(end) != end {
            return wrong("both ends must be whole UTC hours, such as 2026-10-31T09:00:00Z");
        }
        // Folders are named yyyy: another year would be written in another form than it is read.
        if utc(start).year() < 1970 {
            return wrong("the start must not lie before 1970");
        }
        let length = end.duration_since(start);
        if length < HOUR || length > LONGEST {
            return wrong("the end must lie one hour to one week after the start");
        }
        Ok(Self { start, end })
    }

    /// The window of `length` that ends at the hour of the scheduled time: 09:00 and 09:10 mean the same run.
    pub fn ending_at(scheduled: Timestamp, length: SignedDuration) -> Result<Self, ContractError> {
        let end = truncate(scheduled);
        let start = end.checked_sub(length).map_err(|_| {
            ContractError::malformed(
                format!("window of {length} before {scheduled}"),
                "the start is out of range",
            )
        })?;
        Self::new(start, end)
    }

    /// First instant inside.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// First instant after. The run's folder is named after it.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether the instant lies in `[start, end)`.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The end of the earlier window that contains an instant, where windows of this length follow each other up to this
    /// one; `None` for an instant that is not before it.
    pub fn earlier_end(&self, instant: Timestamp) -> Option<Timestamp> {
        let nanoseconds = self.start.duration_since(instant).as_nanos();
        let length = self.end.duration_since(self.start).as_nanos();
        let between = i32::try_from((nanoseconds - 1) / length).ok().filter(|_| nanoseconds > 0)?;
        let back = self.end.duration_since(self.start).checked_mul(between)?;
        self.start.checked_sub(back).ok()
    }

    /// Starts of the window's hours, oldest first.
    pub fn hours(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let end = self.end;
        std::iter::successors(Some(self.start), |hour| hour.checked_add(HOUR).ok())
            .take_while(move |hour| *hour < end)
    }

    /// Start of the last hour: the timestamp of the run's metric points.
    pub fn last_hour(&self) -> Timestamp {
        self.end - HOUR
    }

    /// The scheduled hour as `yyyymmddHH`.
    pub fn label(&self) -> String {
        utc(self.end).strftime("%Y%m%d%H").to_string()
    }
}

/// The instant's UTC hour.
pub fn truncate(instant: Timestamp) -> Timestamp {
    let seconds = instant.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(3_600)).unwrap_or(instant)
}

/// The instant on the UTC calendar.
pub fn utc(instant: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(instant)
}

/// Length of a window from its ISO 8601 text: whole hours, such as `PT1H` or `PT24H`.
pub fn parse_length(text: &str) -> Result<SignedDuration, ContractError> {
    let length = parse_duration(text)?;
    if length < HOUR || length > LONGEST || length.as_secs() % 3_600 != 0 || length.subsec_nanos() != 0 {
        return Err(ContractError::malformed(
            format!("window length {text:?}"),
            "use whole hours from PT1H to PT168H",
        ));
    }
    Ok(length)
}

/// A duration of clock units from its ISO 8601 text, such as `PT90M`.
pub fn parse_duration(text: &str) -> Result<SignedDuration, ContractError> {
    let wrong =
        || ContractError::malformed(format!("duration {text:?}"), "use an ISO 8601 duration such as PT90M");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    if span.get_years() != 0 || span.get_months() != 0 || !text.starts_with('P') {
        return Err(wrong());
    }
    let seconds = span.total(jiff::SpanTotal::from(Unit::Second).days_are_24_hours()).map_err(|_| wrong())?;
    SignedDuration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn nine_and_ten_past_nine_mean_the_same_run() {
        let on_time = Window::ending_at(at("2026-10-31T09:00:00Z"), HOUR).unwrap();
        let late = Window::ending_at(at("2026-10-31T09:10:59.999Z"), HOUR).unwrap();
        assert_eq!(on_time, late);
        assert_eq!(on_time.start(), at("2026-10-31T08:00:00Z"));
        assert_eq!(on_time.label(), "2026103109");
    }

    #[test]
    fn a_window_is_half_open() {
        let window = Window::ending_at(at("2026-10-31T09:00:00Z"), HOUR).unwrap();
        assert!(window.contains(at("2026-10-31T08:00:00Z")));
        assert!(window.contains(at("2026-10-31T08:59:59.999999999Z")));
        assert!(!window.contains(at("2026-10-31T09:00:00Z")));
        assert!(!window.contains(at("2026-10-31T07:59:59Z")));
    }

    #[test]
    fn hours_cross_a_midnight() {
        let window = Window::ending_at(at("2026-11-01T01:00:00Z"), 3 * HOUR).unwrap();
        let hours: Vec<String> = window.hours().map(|hour| hour.to_string()).collect();
        assert_eq!(hours, ["2026-10-31T22:00:00Z", "2026-10-31T23:00:00Z", "2026-11-01T00:00:00Z"]);
        assert_eq!(window.last_hour(), at("2026-11-01T00:00:00Z"));
    }

    #[test]
    fn an_instant_before_a_window_lies_in_an_earlier_one_of_its_length() {
        for (hours, instant, expected) in [
            (1, "2026-10-31T08:00:00Z", None),
            (1, "2026-10-31T09:30:00Z", None),
            (1, "2026-10-31T07:59:59.999999999Z", Some("2026-10-31T08:00:00Z")),
            (1, "2026-10-31T07:00:00Z", Some("2026-10-31T08:00:00Z")),
            (1, "2026-10-31T06:59:59Z", Some("2026-10-31T07:00:00Z")),
            (1, "1970-01-01T00:00:00Z", Some("1970-01-01T01:00:00Z")),
            (6, "2026-10-31T02:59:59Z", Some("2026-10-31T03:00:00Z")),
            (6, "2026-10-30T20:59:59Z", Some("2026-10-30T21:00:00Z")),
            (24, "2026-10-29T09:00:00Z", Some("2026-10-30T09:00:00Z")),
            (1, "-009999-01-03T00:00:00Z", Some("-009999-01-03T01:00:00Z")),
        ] {
            let window = Window::ending_at(at("2026-10-31T09:00:00Z"), hours * HOUR).unwrap();
            assert_eq!(window.earlier_end(at(instant)), expected.map(at), "{hours} h, {instant}");
        }
    }

    #[test]
    fn odd_windows_are_refused() {
        assert!(Window::new(at("2026-10-31T08:30:00Z"), at("2026-10-31T09:00:00Z")).is_err());
        assert!(Window::new(at("2026-10-31T09:00:00Z"), at("2026-10-31T09:00:00Z")).is_err());
        assert!(Window::new(at("2026-10-31T09:00:00Z"), at("2026-10-31T08:00:00Z")).is_err());
        assert!(Window::new(at("2026-10-01T00:00:00Z"), at("2026-10-31T00:00:00Z")).is_err());
        assert!(Window::new(at("-000044-03-15T08:00:00Z"), at("-000044-03-15T09:00:00Z")).is_err());
        assert!(Window::new(at("1970-01-01T00:00:00Z"), at("1970-01-01T01:00:00Z")).is_ok());
        for bad in ["", "PT0H", "PT30M", "-PT1H", "PT169H", "1h", "P1M", "PT1.5H"] {
            assert!(parse_length(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_length("PT24H").unwrap(), 24 * HOUR);
        assert_eq!(parse_length("P1D").unwrap(), 24 * HOUR);
        assert_eq!(parse_duration("PT90M").unwrap(), SignedDuration::from_mins(90));
    }
}
