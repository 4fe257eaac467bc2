//! The settings of violation routing.
//!
//! It opens nothing, and does not say which report is read: an event or a person does.

use super::declared::{Settings, Value, settings};
use super::reader::{Reader, SettingsError};
use super::values::link;
use bellwether_contract::window::parse_duration;
use bellwether_storage::Location;
use jiff::SignedDuration;
use std::fmt;
use std::str::FromStr;

settings! {
    /// Settings of violation routing that were understood.
    pub struct RouterSettings {
        /// Where reports go
        REPORTS_URI "reports" "URI" (required) => reports: Location;
        /// Stages, marks and attempts, outside the reports [default: reports URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, reports.as_ref()))
            => state: Location;
        /// SNS topic that hears of violations; a standard one
        TOPIC_ARN "topic" "ARN" (optional) => topic: TopicArn;
        /// SNS topic that pages: it hears once of each incident whose violation persists; without one nobody is paged
        PAGING_TOPIC_ARN "paging-topic" "ARN" (optional) => paging_topic: TopicArn;
        /// The same violations are told again after this long
        REMIND_AFTER "remind-after" "DURATION" ("PT6H") by remind_after => remind_after: SignedDuration;
        /// What the on-call does next; a link in every message
        RUNBOOK_URL "runbook" "URL" (optional) by link => runbook: String;
        /// Where report.html of each run is served, by a front of your own; messages link there [default: the S3 console]
        REPORT_BASE_URL "report-base" "URL" (optional) by link => report_base: String;
    }
}

impl RouterSettings {
    /// The settings of the function, which has nowhere to print a message to.
    ///
    /// # Errors
    /// All mistakes, together; a missing topic is one.
    pub fn of_the_function(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Reader::read(&lookup, |reader| {
            if lookup("TOPIC_ARN").is_none_or(|topic| topic.trim().is_empty()) {
                reader.mistake("TOPIC_ARN (--topic) is missing: the SNS topic that hears of violations");
            }
            Self::collect(reader)
        })
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

impl Value for TopicArn {
    fn understood(text: &str) -> Result<Self, String> {
        text.parse()
    }

    fn spelt(&self) -> String {
        self.to_string()
    }

    fn needs_aws(&self) -> bool {
        true
    }
}

fn remind_after(text: &str) -> Result<SignedDuration, String> {
    let duration = parse_duration(text).map_err(|error| error.to_string())?;
    let long_enough = duration >= SignedDuration::from_hours(1);
    long_enough
        .then_some(duration)
        .ok_or_else(|| format!("{text:?} is shorter than a window; use PT1H or more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:model_violations-1";

    fn read(changes: &[(&str, &str)]) -> Result<RouterSettings, SettingsError> {
        let usual = [("REPORTS_URI", "s3://reports/model-monitor"), ("TOPIC_ARN", TOPIC)];
        RouterSettings::of_the_function(|name| {
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
        let command = RouterSettings::read(|name| (name == "REPORTS_URI").then(|| "out/reports".to_owned()));
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
            ("REPORT_BASE_URL", "/reports"),
        ])
        .unwrap_err();
        for mistake in ["STATE_URI: ", "TOPIC_ARN: ", "REMIND_AFTER: ", "RUNBOOK_URL: ", "REPORT_BASE_URL: "]
        {
            assert!(error.mistakes.iter().any(|told| told.starts_with(mistake)), "{mistake} in {error}");
        }
        assert!(error.to_string().contains("a FIFO topic cannot be used"), "{error}");
        for topic in
            ["x", "arn:aws:sqs:eu-west-1:123456789012:q", "arn:aws:sns:eu-west-1:12345:t", "arn:aws:sns:::t"]
        {
            assert!(topic.parse::<TopicArn>().is_err(), "{topic}");
        }
    }
}
