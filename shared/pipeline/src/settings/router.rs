//! The settings of violation routing.
//!
//! It opens nothing, and does not say which report is read: an event or a person does.

use super::reader::{Reader, SettingsError};
use super::variable::{self, REMIND_AFTER, REPORTS_URI, RUNBOOK_URL, STATE_URI, Variable};
use bellwether_contract::window::parse_duration;
use bellwether_storage::Location;
use jiff::SignedDuration;
use std::fmt;
use std::str::FromStr;

const TOPIC_ARN: Variable = Variable { required: true, ..variable::TOPIC_ARN };

/// Every setting of the router.
pub const VARIABLES: &[Variable] = &[REPORTS_URI, STATE_URI, TOPIC_ARN, REMIND_AFTER, RUNBOOK_URL];

/// Settings that were understood.
#[derive(Debug, Clone)]
pub struct RouterSettings {
    /// Where reports lie.
    pub reports: Location,
    /// Where it is remembered what was announced.
    pub state: Location,
    /// Who hears of it; always there in the function.
    pub topic: Option<TopicArn>,
    /// The same violations are told again after this long.
    pub remind_after: SignedDuration,
    /// A link in every message.
    pub runbook: Option<String>,
}

impl RouterSettings {
    /// Reads all settings through a lookup of their environment names.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, |reader| Self::collect(reader, &TOPIC_ARN))
    }

    /// The same for a command, which prints what it has no topic for.
    pub fn read_for_command(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(lookup, |reader| Self::collect(reader, &variable::TOPIC_ARN))
    }

    fn collect<F: Fn(&str) -> Option<String>>(reader: &mut Reader<F>, topic: &Variable) -> Option<Self> {
        let reports: Option<Location> = reader.value(&REPORTS_URI);
        let state = reader.state_beside(reports.as_ref());
        let topic = reader.value(topic);
        let remind_after = reader.parsed(&REMIND_AFTER, remind_after);
        let runbook = reader.parsed(&RUNBOOK_URL, runbook);
        Some(Self { reports: reports?, state: state?, topic, remind_after: remind_after?, runbook })
    }

    /// Whether routing needs clients of AWS.
    pub fn needs_aws(&self) -> bool {
        let in_s3 =
            [&self.reports, &self.state].iter().any(|location| matches!(location, Location::S3 { .. }));
        in_s3 || self.topic.is_some()
    }
}

/// The name of a standard SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

impl TopicArn {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TopicArn {
    type Err = String;

    /// `arn:{partition}:sns:{region}:{account}:{name}`
    fn from_str(text: &str) -> Result<Self, String> {
        let word = |part: &str, most: usize, more: &[u8]| {
            (1..=most).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        let parts: Vec<&str> = text.split(':').collect();
        let is_topic = matches!(parts[..], ["arn", partition, "sns", region, account, name]
            if word(partition, 32, b"-") && word(region, 32, b"-") && word(name, 256, b"-_")
                && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
        if is_topic {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(120).collect();
        let why = if text.ends_with(".fifo") { "a FIFO topic cannot be used" } else { "not a topic's ARN" };
        Err(format!("{shown:?} is {why}; use one like arn:aws:sns:eu-west-1:123456789012:model-violations"))
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn remind_after(text: &str) -> Result<SignedDuration, String> {
    let duration = parse_duration(text).map_err(|error| error.to_string())?;
    let long_enough = duration >= SignedDuration::from_hours(1);
    long_enough
        .then_some(duration)
        .ok_or_else(|| format!("{text:?} is shorter than a window; use PT1H or more"))
}

/// A link that a person can follow and PagerDuty takes.
fn runbook(text: &str) -> Result<String, String> {
    let is_link = text.starts_with("https://") || text.starts_with("http://");
    let legal = is_link && text.len() <= 1_024 && text.bytes().all(|byte| byte.is_ascii_graphic());
    let shown: String = text.chars().take(120).collect();
    if legal {
        Ok(text.to_owned())
    } else {
        Err(format!("{shown:?} is not a link; use https:// and at most 1,024 characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:model_violations-1";

    fn read(changes: &[(&str, &str)]) -> Result<RouterSettings, SettingsError> {
        let usual = [("REPORTS_URI", "s3://reports/model-monitor"), ("TOPIC_ARN", TOPIC)];
        RouterSettings::read(|name| {
            let value = |pairs: &[(&str, &str)]| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            value(changes).or_else(|| value(&usual))
        })
    }

    #[test]
    fn the_function_needs_reports_and_a_topic_and_a_command_only_reports() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.topic.as_ref().map(TopicArn::as_str), Some(TOPIC));
        assert_eq!(settings.state.to_string(), "s3://reports/model-monitor-state");
        assert_eq!(settings.remind_after, SignedDuration::from_hours(6));
        assert_eq!(settings.runbook, None);
        assert!(settings.needs_aws());
        let command = RouterSettings::read_for_command(|name| {
            (name == "REPORTS_URI").then(|| "out/reports".to_owned())
        });
        assert!(!command.unwrap().needs_aws());
    }

    #[test]
    fn all_mistakes_are_told_together() {
        let error = read(&[
            ("REPORTS_URI", "s3://reports/model-monitor"),
            ("STATE_URI", "s3://reports/model-monitor/state"),
            ("TOPIC_ARN", "arn:aws:sns:eu-west-1:123456789012:violations.fifo"),
            ("REMIND_AFTER", "PT5M"),
            ("RUNBOOK_URL", "javascript:alert(1)"),
        ])
        .unwrap_err();
        for mistake in ["STATE_URI: ", "TOPIC_ARN: ", "REMIND_AFTER: ", "RUNBOOK_URL: "] {
            assert!(error.mistakes.iter().any(|told| told.starts_with(mistake)), "{mistake} in {error}");
        }
        assert!(error.to_string().contains("a FIFO topic cannot be used"), "{error}");
        for topic in
            ["x", "arn:aws:sqs:eu-west-1:123456789012:q", "arn:aws:sns:eu-west-1:12345:t", "arn:aws:sns:::t"]
        {
            assert!(topic.parse::<TopicArn>().is_err(), "{topic}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_table_says() {
        super::super::reader::assert_reads(VARIABLES, |lookup| RouterSettings::read(lookup));
    }
}
