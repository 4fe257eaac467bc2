//! How often a schedule runs, out of the expressions that Model Monitor takes: `cron(0 * ? * * *)`, `cron(0 H ? * * *)`,
//! `cron(0 H/N ? * * *)` and `NOW`.

use crate::document::draft::{Every, shown};

/// How often a schedule runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cadence {
    Hourly,
    /// At this hour of UTC.
    Daily(u8),
    /// At an hour that SageMaker chose: a schedule without an expression.
    SomeHour,
    /// So often, from this hour on.
    Each {
        hours: u8,
        from: u8,
    },
    /// When it was made, and never again.
    Once,
    /// What the expression says, which is none of these.
    Unknown(String),
}

impl Cadence {
    pub(super) fn of(expression: Option<&str>) -> Self {
        let Some(expression) = expression.map(str::trim) else { return Self::SomeHour };
        if expression.eq_ignore_ascii_case("now") {
            return Self::Once;
        }
        cron(expression).unwrap_or_else(|| Self::Unknown(expression.to_owned()))
    }

    /// The nearest that a document can say.
    pub(super) fn nearest(&self) -> Every {
        match self {
            Self::Daily(hour) => Every::Day(*hour),
            Self::SomeHour => Every::Day(0),
            Self::Hourly | Self::Each { .. } | Self::Once | Self::Unknown(_) => Every::Hour,
        }
    }

    /// How far a run looks back where nothing says so, as an offset. `None`: an hour, as here.
    pub(super) fn looks_back(&self) -> Option<String> {
        match self {
            Self::Daily(_) | Self::SomeHour => Some("-P1D".to_owned()),
            Self::Each { hours, .. } => Some(format!("-PT{hours}H")),
            Self::Hourly | Self::Once | Self::Unknown(_) => None,
        }
    }

    /// What differs from the schedule.
    pub(super) fn difference(&self) -> Option<String> {
        match self {
            Self::Hourly | Self::Daily(_) => None,
            Self::SomeHour => {
                Some("SageMaker chose the hour of its daily run: set at_hour as you like.".to_owned())
            }
            Self::Each { hours, from } => Some(format!(
                "It ran every {hours} hours from {from:02}:00 UTC on; here it runs every hour. Where that is too often, \
                 use `every: day` with at_hour.",
            )),
            Self::Once => {
                Some("It ran once (NOW): `bellwether run --at` judges a window by hand.".to_owned())
            }
            Self::Unknown(expression) => Some(format!(
                "Its schedule {} is not understood here: fill in every and at_hour.",
                shown(expression)
            )),
        }
    }

    /// Whether an entry would not run as the schedule did.
    pub(super) fn is_no_schedule(&self) -> bool {
        matches!(self, Self::Once | Self::Unknown(_))
    }
}

fn cron(expression: &str) -> Option<Cadence> {
    let inner = expression.strip_prefix("cron(")?.strip_suffix(')')?;
    let fields: Vec<&str> = inner.split_whitespace().collect();
    let [minute, hours, days @ ..] = fields.as_slice() else { return None };
    let is_every_day = days.len() == 4 && days.iter().all(|field| ["*", "?"].contains(field));
    if !is_every_day || number(minute, 0, 59) != Some(0) {
        return None;
    }
    let hour = |text: &str| number(text, 0, 23);
    let Some((from, each)) = hours.split_once('/') else {
        return if *hours == "*" { Some(Cadence::Hourly) } else { hour(hours).map(Cadence::Daily) };
    };
    let from = if from == "*" { 0 } else { hour(from)? };
    match number(each, 1, 24)? {
        1 => Some(Cadence::Hourly),
        24 => Some(Cadence::Daily(from)),
        hours => Some(Cadence::Each { hours, from }),
    }
}

fn number(text: &str, least: u8, most: u8) -> Option<u8> {
    let is_short = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_short && (least..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expressions_of_model_monitor_are_understood_and_no_others() {
        for (expression, cadence) in [
            ("cron(0 * ? * * *)", Cadence::Hourly),
            ("cron(0 0/1 ? * * *)", Cadence::Hourly),
            ("cron(0 00 ? * * *)", Cadence::Daily(0)),
            ("cron(0 23 ? * * *)", Cadence::Daily(23)),
            ("cron(0 7/24 ? * * *)", Cadence::Daily(7)),
            ("cron(0 17/12 ? * * *)", Cadence::Each { hours: 12, from: 17 }),
            ("cron(0 */6 ? * * *)", Cadence::Each { hours: 6, from: 0 }),
            (" NOW ", Cadence::Once),
        ] {
            assert_eq!(Cadence::of(Some(expression)), cadence, "{expression}");
        }
        assert_eq!(Cadence::of(None), Cadence::SomeHour);
        for other in [
            "",
            "rate(1 hour)",
            "cron()",
            "cron(5 * ? * * *)",
            "cron(0 24 ? * * *)",
            "cron(0 +1 ? * * *)",
            "cron(0 0/25 ? * * *)",
            "cron(0 0/0 ? * * *)",
            "cron(0 1,2 ? * * *)",
            "cron(0 * ? * MON *)",
            "cron(0 * ? * *)",
        ] {
            assert_eq!(Cadence::of(Some(other)), Cadence::Unknown(other.to_owned()), "{other}");
        }
    }
}
