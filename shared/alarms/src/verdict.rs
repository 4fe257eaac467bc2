//! From data points to a state: M out of N, and what stands in for points that are missing.
//!
//! It knows neither time nor metrics: a data point is breaching, not breaching, or missing.
//!
//! Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", with "How alarm state
//! is evaluated when data is missing" and "Avoiding premature transitions to alarm state". Both editions of its tables,
//! of 2018 and of today, are the tests below.

use super::State;
use serde::Deserialize;

/// How many more points than N an evaluation looks back for, in case some are missing.
///
/// CloudWatch asks for "a higher number of data points than Evaluation Periods" and does not publish how many; its
/// tables show five for N = 3.
pub const SPARE_PERIODS: usize = 2;

/// What stands in for a missing point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// Nothing; without any point the state is `INSUFFICIENT_DATA`.
    #[default]
    Missing,
    /// Nothing; where the points do not decide, the state stays.
    Ignore,
    /// A breaching point.
    Breaching,
    /// A point within the threshold.
    NotBreaching,
}

/// The state of an alarm. `points` are those of the evaluation range, oldest first: whether each breaches, `None` where
/// it is missing. `m` of the `n` newest existing points must breach; points that are missing beyond that are filled in.
pub fn verdict(points: &[Option<bool>], m: usize, n: usize, missing: MissingData, current: State) -> State {
    let existing: Vec<bool> = points.iter().rev().flatten().copied().take(n).collect();
    let breaching = existing.iter().filter(|breaches| **breaches).count();
    let filled = n - existing.len();
    let alarm_if = |condition: bool| if condition { State::Alarm } else { State::Ok };
    match missing {
        // Enough points exist: how missing ones are treated is not needed.
        _ if filled == 0 => alarm_if(breaching >= m),
        MissingData::Breaching => alarm_if(breaching + filled >= m),
        MissingData::NotBreaching => alarm_if(breaching >= m),
        MissingData::Missing | MissingData::Ignore if breaching < existing.len() => alarm_if(breaching >= m),
        MissingData::Missing | MissingData::Ignore if breaching >= m => State::Alarm,
        MissingData::Ignore => current,
        MissingData::Missing if is_old_breach(points, m) => State::Alarm,
        MissingData::Missing => State::InsufficientData,
    }
}

/// Every existing point breaches and the oldest of them is at least the m-th from the end: too few, but old enough.
fn is_old_breach(points: &[Option<bool>], m: usize) -> bool {
    let oldest = points.iter().position(Option::is_some);
    oldest.is_some_and(|position| points.len() - position >= m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MissingData::{Breaching, Ignore, Missing, NotBreaching};

    /// `0` not breaching, `X` breaching, `-` missing; oldest first, as the guide prints them.
    fn points(text: &str) -> Vec<Option<bool>> {
        let point = |word| match word {
            "0" => Some(false),
            "X" => Some(true),
            _ => None,
        };
        text.split(' ').map(point).collect()
    }

    /// Columns as in the guide: MISSING, IGNORE, BREACHING, NOT BREACHING. `INS` is INSUFFICIENT_DATA.
    fn check(m: usize, n: usize, rows: &[(&str, [&str; 4])]) {
        for (row, expected) in rows {
            for (treatment, expected) in [Missing, Ignore, Breaching, NotBreaching].into_iter().zip(expected)
            {
                for current in [State::Ok, State::Alarm, State::InsufficientData] {
                    let expected = match *expected {
                        "OK" => State::Ok,
                        "ALARM" => State::Alarm,
                        "INS" => State::InsufficientData,
                        _ => current,
                    };
                    let state = verdict(&points(row), m, n, treatment, current);
                    assert_eq!(state, expected, "{row}, {m} of {n}, {treatment:?}, was {current}");
                }
            }
        }
    }

    #[test]
    fn three_out_of_three_as_in_the_guides_first_table() {
        check(
            3,
            3,
            &[
                ("0 - X - X", ["OK", "OK", "OK", "OK"]),
                ("0 - - - -", ["OK", "OK", "OK", "OK"]),
                ("- - - - -", ["INS", "retain", "ALARM", "OK"]),
                ("0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("- - X - -", ["ALARM", "retain", "ALARM", "OK"]),
            ],
        );
    }

    #[test]
    fn two_out_of_three_as_in_the_guides_second_table() {
        check(
            2,
            3,
            &[
                ("0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]),
                ("0 - X - -", ["OK", "OK", "ALARM", "OK"]),
                ("- - - - 0", ["OK", "OK", "ALARM", "OK"]),
                ("- - - X -", ["ALARM", "retain", "ALARM", "OK"]),
            ],
        );
    }

    #[test]
    fn rows_that_only_the_edition_of_2018_prints() {
        check(
            3,
            3,
            &[
                ("- - - - X", ["INS", "retain", "ALARM", "OK"]),
                ("X - - - -", ["ALARM", "retain", "ALARM", "OK"]),
            ],
        );
        check(2, 3, &[("- - - - X", ["INS", "retain", "ALARM", "OK"])]);
    }

    #[test]
    fn a_breach_that_is_too_young_for_m_waits_for_the_next_point() {
        // "Avoiding premature transitions": neither goes into ALARM at once where M is 3.
        check(
            3,
            3,
            &[
                ("- - - - X", ["INS", "retain", "ALARM", "OK"]),
                ("- - - X -", ["INS", "retain", "ALARM", "OK"]),
                ("- - - X 0", ["OK", "OK", "OK", "OK"]),
            ],
        );
    }

    #[test]
    fn missing_pages_on_one_old_breach_followed_by_gaps_and_ignore_does_not() {
        let gaps = points("- - - X -");
        assert_eq!(verdict(&gaps, 2, 3, Missing, State::Ok), State::Alarm);
        assert_eq!(verdict(&gaps, 2, 3, Ignore, State::Ok), State::Ok);
    }

    #[test]
    fn the_graph_of_the_guide_three_out_of_three_without_gaps() {
        // "Alarm evaluation": above the threshold in periods 3 to 5, below in 6, above in 9 alone.
        let periods = points("0 0 X X X 0 0 0 X 0");
        let states: Vec<State> =
            (5..=10).map(|end| verdict(&periods[end - 5..end], 3, 3, Missing, State::Ok)).collect();
        assert_eq!(states, [State::Alarm, State::Ok, State::Ok, State::Ok, State::Ok, State::Ok]);
    }
}
