//! The window of a run: whole hours, judged at a scheduled hour that is their end or later.
//!
//! It never asks what time it is now.

use crate::ContractError;
use jiff::{SignedDuration, Timestamp, Unit, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// A window is at most a week: longer looks back are a merge of reports, not one run.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// A window begins at most a year before its run: what is known that late is no news.
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A half-open interval `[start, end)` of whole UTC hours, and the hour at which its run is scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
    scheduled: Timestamp,
}

/// As it is written: the scheduled hour only where it is not the end, as older files have none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    start: Timestamp,
    end: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheduled: Option<Timestamp>,
}

impl TryFrom<Bounds> for Window {
    type Error = ContractError;

    fn try_from(bounds: Bounds) -> Result<Self, ContractError> {
        Self::judged_at(bounds.start, bounds.end, bounds.scheduled.unwrap_or(bounds.end))
    }
}

impl From<Window> for Bounds {
    fn from(Window { start, end, scheduled }: Window) -> Self {
        Self { start, end, scheduled: Some(scheduled).filter(|scheduled| *scheduled != end) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, end, scheduled } = self;
        write!(out, "{start} to {end}")?;
        if scheduled == end { Ok(()) } else { write!(out, ", scheduled at {scheduled}") }
    }
}

impl Window {
    /// The window `[start, end)`, judged at its end. Both must lie on a UTC hour, and be one hour to one week apart.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, ContractError> {
        Self::judged_at(start, end, end)
    }

    /// The same, judged at a scheduled hour: at the end or later, and at most a year after the start.
    pub fn judged_at(start: Timestamp, end: Timestamp, scheduled: Timestamp) -> Result<Self, ContractError> {
        let window = Self { start, end, scheduled };
        let wrong = |reason: &str| Err(ContractError::malformed(format!("window {window}"), reason));
        if [start, end, scheduled].iter().any(|instant| truncate(*instant) != *instant) {
            return wrong(
                "its ends and its scheduled time must be whole UTC hours, such as 2026-10-31T09:00:00Z",
            );
        }
        // Folders are named yyyy: another year would be written in another form than it is read.
        if utc(start).year() < 1970 {
            return wrong("the start must not lie before 1970");
        }
        let length = end.duration_since(start);
        if length < HOUR || length > LONGEST {
            return wrong("the end must lie one hour to one week after the start");
        }
        if scheduled < end || scheduled.duration_since(start) > FURTHEST {
            return wrong(
                "the scheduled hour must not lie before the end, and at most 366 days after the start",
            );
        }
        Ok(window)
    }

    /// The window of `length` that ends at the hour of the scheduled time: 09:00 and 09:10 mean the same run.
    pub fn ending_at(scheduled: Timestamp, length: SignedDuration) -> Result<Self, ContractError> {
        Offsets::of_length(length).window(scheduled)
    }

    /// First instant inside.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// First instant after.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// The hour at which its run is scheduled: the end, unless the schedule looks further back. The run's folder is named
    /// after it.
    pub fn scheduled(&self) -> Timestamp {
        self.scheduled
    }

    /// Whether the instant lies in `[start, end)`.
    pub fn contains(&self, instant: Timestamp) -> bool {
        Interval::from(*self).contains(instant)
    }

    /// How much time it covers.
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// How long after its end it is judged.
    pub fn lag(&self) -> SignedDuration {
        self.scheduled.duration_since(self.end)
    }

    /// The earlier windows that contain an instant, the newest first, where a schedule's windows lie whole cadences before
    /// this one. Those of a cadence that is shorter than the window overlap.
    pub fn earlier(&self, instant: Timestamp, cadence: SignedDuration) -> impl Iterator<Item = Self> + use<> {
        let (window, step) = (*self, cadence.as_nanos().max(1));
        let to_start = self.start.duration_since(instant).as_nanos();
        let to_end = self.end.duration_since(instant).as_nanos();
        // Whole cadences that bring the start to the instant or before it, rounded up.
        let first = (-(-to_start).div_euclid(step)).max(1);
        let numbers = (first..).take_while(move |number| number * step < to_end);
        numbers.map_while(move |number| window.before(cadence.checked_mul(i32::try_from(number).ok()?)?))
    }

    fn before(self, by: SignedDuration) -> Option<Self> {
        let [start, end, scheduled] =
            [self.start, self.end, self.scheduled].map(|instant| instant.checked_sub(by).ok());
        Some(Self { start: start?, end: end?, scheduled: scheduled? })
    }

    /// Starts of the window's hours, oldest first.
    pub fn hours(&self) -> impl Iterator<Item = Timestamp> + use<> {
        Interval::from(*self).hours()
    }

    /// Start of the clock hour before the scheduled one: the timestamp of the run's metric points. Alarms on the last clock
    /// hours see a run that looks back, too.
    pub fn stamp(&self) -> Timestamp {
        self.scheduled - HOUR
    }

    /// The scheduled hour as `yyyymmddHH`.
    pub fn label(&self) -> String {
        utc(self.scheduled).strftime("%Y%m%d%H").to_string()
    }
}

/// A half-open interval `[start, end)` to the second: which records count. Schedules name whole hours, and so windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Interval {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
struct Ends {
    start: Timestamp,
    end: Timestamp,
}

impl TryFrom<Ends> for Interval {
    type Error = ContractError;

    fn try_from(Ends { start, end }: Ends) -> Result<Self, ContractError> {
        Self::new(start, end)
    }
}

impl From<Window> for Interval {
    fn from(Window { start, end, .. }: Window) -> Self {
        Self { start, end }
    }
}

impl Interval {
    /// The interval `[start, end)` of whole seconds, one second to one week long.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, ContractError> {
        let wrong =
            |reason: &str| Err(ContractError::malformed(format!("interval {start} to {end}"), reason));
        if start.subsec_nanosecond() != 0 || end.subsec_nanosecond() != 0 {
            return wrong("both ends must be whole seconds, such as 2026-10-31T09:00:00Z");
        }
        if utc(start).year() < 1970 {
            return wrong("the start must not lie before 1970");
        }
        if end <= start || end.duration_since(start) > LONGEST {
            return wrong("the end must lie one second to one week after the start");
        }
        Ok(Self { start, end })
    }

    /// First instant inside.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// First instant after.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether the instant lies in `[start, end)`.
    pub fn contains(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The whole hours that a run over it is named after: they end at the hour of its end, as the folder of a run that is
    /// scheduled at 16:20 is that of 16:00.
    ///
    /// # Errors
    /// As [`Window::new`].
    ///
    /// ```
    /// use bellwether_contract::window::Interval;
    /// let asked = Interval::new("2019-12-01T15:20:00Z".parse()?, "2019-12-01T16:20:00Z".parse()?)?;
    /// assert_eq!(asked.named_after()?.to_string(), "2019-12-01T15:00:00Z to 2019-12-01T16:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named_after(&self) -> Result<Window, ContractError> {
        let end = truncate(self.end);
        Window::new(truncate(self.start).min(end - HOUR), end)
    }

    /// Starts of the hours that it touches, oldest first: those in whose folders its records lie.
    pub fn hours(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let end = self.end;
        std::iter::successors(Some(truncate(self.start)), |hour| hour.checked_add(HOUR).ok())
            .take_while(move |hour| *hour < end)
    }
}

/// Which hours the runs of a schedule judge, as SageMaker's `StartTimeOffset` and `EndTimeOffset` say it: both are counted from
/// the scheduled time, and never lie after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offsets {
    /// From the scheduled time to the first instant inside.
    pub start: SignedDuration,
    /// From the scheduled time to the first instant after.
    pub end: SignedDuration,
}

impl Default for Offsets {
    /// The hour that ends at the scheduled time.
    fn default() -> Self {
        Self::of_length(HOUR)
    }
}

impl Offsets {
    /// Windows of this length that end at the scheduled time.
    #[must_use]
    pub fn of_length(length: SignedDuration) -> Self {
        Self { start: SignedDuration::ZERO.saturating_sub(length), end: SignedDuration::ZERO }
    }

    /// How long the windows are.
    #[must_use]
    pub fn length(self) -> SignedDuration {
        self.end.saturating_sub(self.start)
    }

    /// The window of the run that is scheduled in the hour of this time.
    ///
    /// # Errors
    /// Offsets that no window has.
    pub fn window(self, scheduled: Timestamp) -> Result<Window, ContractError> {
        let scheduled = truncate(scheduled);
        let after = |offset: SignedDuration| {
            scheduled.checked_add(offset).map_err(|_| {
                let what = format!("window {offset} from {scheduled}");
                ContractError::malformed(what, "it is out of range")
            })
        };
        Window::judged_at(after(self.start)?, after(self.end)?, scheduled)
    }

    /// The window of these hours: the run that judges them is scheduled as much later as the schedule looks back.
    ///
    /// # Errors
    /// As [`Window::judged_at`].
    pub fn of_hours(self, start: Timestamp, end: Timestamp) -> Result<Window, ContractError> {
        let scheduled = end.checked_sub(self.end).unwrap_or(end);
        Window::judged_at(start, end, scheduled)
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

/// An offset from the scheduled time from its ISO 8601 text, as SageMaker writes it: whole hours back, such as `-PT6H`, `-P1D` or
/// `-PT0H`.
pub fn parse_offset(text: &str) -> Result<SignedDuration, ContractError> {
    let wrong = |reason: &str| ContractError::malformed(format!("offset {text:?}"), reason);
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let length = parse_duration(unsigned).map_err(|_| {
        wrong("use an ISO 8601 duration of whole hours before the scheduled time, such as -PT6H or -P1D")
    })?;
    let is_whole = length.as_secs() % 3_600 == 0 && length.subsec_nanos() == 0;
    if !is_whole || length.is_negative() || length > FURTHEST {
        return Err(wrong("use whole hours up to 366 days before the scheduled time, such as -PT6H or -P1D"));
    }
    if unsigned == text && !length.is_zero() {
        return Err(wrong(
            "it lies after the scheduled time; hours before it are written with a minus, such as -PT6H",
        ));
    }
    Ok(-length)
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
    use proptest::prelude::*;

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
    fn an_interval_is_named_after_the_hours_that_end_at_the_hour_of_its_end() {
        for (start, end, named) in [
            ("2019-12-01T15:00:00Z", "2019-12-01T16:00:00Z", "2019-12-01T15:00:00Z to 2019-12-01T16:00:00Z"),
            ("2019-12-01T15:20:00Z", "2019-12-01T16:20:00Z", "2019-12-01T15:00:00Z to 2019-12-01T16:00:00Z"),
            ("2019-12-01T15:20:00Z", "2019-12-02T15:20:00Z", "2019-12-01T15:00:00Z to 2019-12-02T15:00:00Z"),
            ("2019-12-01T15:59:59Z", "2019-12-01T16:00:00Z", "2019-12-01T15:00:00Z to 2019-12-01T16:00:00Z"),
            ("2019-12-01T16:05:00Z", "2019-12-01T16:50:00Z", "2019-12-01T15:00:00Z to 2019-12-01T16:00:00Z"),
            ("2019-12-01T16:59:00Z", "2019-12-08T16:59:00Z", "2019-12-01T16:00:00Z to 2019-12-08T16:00:00Z"),
        ] {
            let window = Interval::new(at(start), at(end)).unwrap().named_after().unwrap();
            assert_eq!(window.to_string(), named, "{start} to {end}");
        }
        let longest = Interval::new(at("2019-12-01T16:30:00Z"), at("2019-12-08T16:30:00Z")).unwrap();
        let read: Interval = serde_json::from_str(&serde_json::to_string(&longest).unwrap()).unwrap();
        assert_eq!(read, longest);
        let broken = r#"{"start":"2019-12-02T00:00:00Z","end":"2019-12-01T00:00:00Z"}"#;
        assert!(serde_json::from_str::<Interval>(broken).is_err());
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
        assert_eq!(window.stamp(), at("2026-11-01T00:00:00Z"));
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
            let ends: Vec<Timestamp> =
                window.earlier(at(instant), hours * HOUR).map(|window| window.end()).collect();
            assert_eq!(ends, Vec::from_iter(expected.map(at)), "{hours} h, {instant}");
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

    #[test]
    fn a_window_that_is_judged_later_than_it_ends_is_called_by_its_scheduled_hour() {
        let offsets = Offsets { start: -48 * HOUR, end: -24 * HOUR };
        let window = offsets.window(at("2026-10-31T09:10:00Z")).unwrap();
        assert_eq!((window.start(), window.end()), (at("2026-10-29T09:00:00Z"), at("2026-10-30T09:00:00Z")));
        assert_eq!((window.label().as_str(), window.lag()), ("2026103109", 24 * HOUR));
        assert_eq!(window.stamp(), at("2026-10-31T08:00:00Z"));
        assert_eq!(
            window.to_string(),
            "2026-10-29T09:00:00Z to 2026-10-30T09:00:00Z, scheduled at 2026-10-31T09:00:00Z"
        );
        // AWS's own example of a week that ends a day before.
        let week =
            Offsets { start: -8 * 24 * HOUR, end: -24 * HOUR }.window(at("2020-01-09T13:00:00Z")).unwrap();
        assert_eq!((week.start(), week.end()), (at("2020-01-01T13:00:00Z"), at("2020-01-08T13:00:00Z")));
        for (start, end) in [(-1, -1), (-1, -2), (-1, 1), (-169, 0), (-24 * 366 - 1, -24 * 366)] {
            let odd = Offsets { start: start * HOUR, end: end * HOUR };
            assert!(odd.window(at("2026-10-31T09:00:00Z")).is_err(), "{odd:?}");
        }
        let half = at("2026-10-31T09:30:00Z");
        assert!(Window::judged_at(window.start(), window.end(), half).is_err());
        let extreme = Offsets { start: SignedDuration::MIN, end: SignedDuration::ZERO };
        assert!(extreme.window(Timestamp::MAX).is_err());
        assert_eq!(Offsets::of_length(SignedDuration::MIN).start, SignedDuration::MAX);
    }

    #[test]
    fn offsets_are_read_as_sagemaker_writes_them() {
        for (text, hours) in [
            ("-PT6H", 6),
            ("-P1D", 24),
            ("-PT0H", 0),
            ("PT0H", 0),
            ("-P1DT6H", 30),
            ("-PT60M", 1),
            ("-P366D", 8_784),
        ] {
            assert_eq!(parse_offset(text).unwrap(), -hours * HOUR, "{text}");
        }
        for text in
            ["", "-", "6", "-6H", "-PT30M", "-P1M", "-P1Y", "--PT6H", "-P-1D", "-PT-6H", "-P367D", "-PT1.5H"]
        {
            assert!(parse_offset(text).is_err(), "{text}");
        }
        let error = parse_offset("PT6H").unwrap_err().to_string();
        assert!(error.contains("\"PT6H\"") && error.contains("with a minus, such as -PT6H"), "{error}");
    }

    #[test]
    fn an_interval_is_to_the_second_and_touches_the_hours_of_its_ends() {
        let interval = Interval::new(at("2026-10-31T08:59:59Z"), at("2026-10-31T10:00:01Z")).unwrap();
        let hours: Vec<String> = interval.hours().map(|hour| hour.to_string()[11..13].to_owned()).collect();
        assert_eq!(hours, ["08", "09", "10"]);
        for (instant, expected) in [
            ("2026-10-31T08:59:58.9Z", false),
            ("2026-10-31T08:59:59Z", true),
            ("2026-10-31T10:00:00.999Z", true),
            ("2026-10-31T10:00:01Z", false),
        ] {
            assert_eq!(interval.contains(at(instant)), expected, "{instant}");
        }
        let whole = Window::ending_at(at("2026-10-31T10:00:00Z"), HOUR).unwrap();
        assert_eq!(Interval::new(whole.start(), whole.end()).unwrap(), whole.into());
        for (start, end) in [
            ("2026-10-31T08:00:00Z", "2026-10-31T08:00:00Z"),
            ("2026-10-31T08:00:00Z", "2026-10-31T07:59:59Z"),
            ("2026-10-31T08:00:00.5Z", "2026-10-31T09:00:00Z"),
            ("2026-10-31T08:00:00Z", "2026-11-07T08:00:01Z"),
            ("1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"),
        ] {
            assert!(Interval::new(at(start), at(end)).is_err(), "{start} to {end}");
        }
    }

    /// Offsets that a schedule can have, in hours before the scheduled one: lag and length.
    fn shapes() -> impl Strategy<Value = (i32, i32)> {
        (prop_oneof![Just(0), 0..400], 1..=168)
    }

    fn offsets((lag, length): (i32, i32)) -> Offsets {
        Offsets { start: -(lag + length) * HOUR, end: -lag * HOUR }
    }

    /// From 1972 to 9999.
    fn instants() -> impl Strategy<Value = Timestamp> {
        (63_072_000..253_370_764_800i64).prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    proptest! {
        /// What is written is read as the same window; an ordinary one is written as it always was, and old files are read.
        #[test]
        fn windows_survive_their_files_and_ordinary_ones_keep_their_bytes(
            scheduled in instants(),
            shape in shapes(),
        ) {
            let window = offsets(shape).window(scheduled).unwrap();
            let text = serde_json::to_string(&window).unwrap();
            prop_assert_eq!(serde_json::from_str::<Window>(&text).unwrap(), window);
            let (start, end) = (window.start(), window.end());
            let old = format!("{{\"start\":\"{start}\",\"end\":\"{end}\"}}");
            prop_assert_eq!(text == old, shape.0 == 0);
            let read: Window = serde_json::from_str(&old).unwrap();
            prop_assert_eq!((read.start(), read.end(), read.scheduled()), (start, end, end));
            prop_assert_eq!(window.scheduled(), truncate(scheduled));
            prop_assert_eq!(window.stamp() + HOUR, window.scheduled());
            prop_assert_eq!(window.hours().count(), usize::try_from(shape.1).unwrap());
            prop_assert_eq!(offsets(shape).of_hours(start, end).unwrap(), window);
        }

        /// By their definition: of the windows that lie whole cadences before, those that hold the instant.
        #[test]
        fn earlier_windows_are_those_that_hold_the_instant(
            shape in shapes(),
            cadence in 1..=48i32,
            seconds in -100_000..2_000_000i64,
        ) {
            let window = offsets(shape).window(at("2026-10-31T09:00:00Z")).unwrap();
            let instant = window.end() - SignedDuration::from_secs(seconds);
            let held: Vec<Window> = (1..1_000)
                .map(|number| window.scheduled() - number * cadence * HOUR)
                .map(|scheduled| offsets(shape).window(scheduled).unwrap())
                .filter(|window| window.contains(instant))
                .collect();
            prop_assert_eq!(window.earlier(instant, cadence * HOUR).collect::<Vec<_>>(), held);
        }
    }
}
