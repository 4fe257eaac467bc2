//! What the texts of settings stand for, type by type: those that more than one monitor has.
//!
//! It knows no setting.

use super::declared::Value;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::names::{EndpointName, ScheduleName, StackName, VariantName};
use bellwether_contract::window::parse_duration;
use bellwether_storage::Location;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A type that is written in a few words.
macro_rules! words {
    ($type:ty { $($word:literal => $value:expr),+ $(,)? }) => {
        impl $crate::settings::Value for $type {
            const ALLOWED: $crate::settings::Allowed = $crate::settings::Allowed::Words(&[$($word),+]);

            fn understood(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok($value),)+
                    other => Err(format!("{other:?} is none of {}", [$($word),+].join(", "))),
                }
            }

            fn spelt(&self) -> String {
                let words = [$(($word, $value)),+];
                words.iter().find(|(_, value)| value == self).map_or("", |(word, _)| *word).to_owned()
            }
        }
    };
}

pub(crate) use words;

words!(bool { "true" => true, "false" => false });
words!(NoDataPolicy { "ok" => Self::Ok, "warn" => Self::Warn, "violate" => Self::Violate });

/// Types with a text form of their own.
macro_rules! by_their_text {
    ($($type:ty),+) => {$(
        impl $crate::settings::Value for $type {
            fn understood(text: &str) -> Result<Self, String> {
                text.parse().map_err(|error: <$type as std::str::FromStr>::Err| error.to_string())
            }

            fn spelt(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

pub(crate) use by_their_text;

by_their_text!(EndpointName, VariantName, ScheduleName, StackName, String, f64, usize);

impl Value for Location {
    fn understood(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: <Self as FromStr>::Err| error.to_string())
    }

    fn spelt(&self) -> String {
        self.to_string()
    }

    fn needs_aws(&self) -> bool {
        matches!(self, Self::S3 { .. })
    }
}

impl Value for SignedDuration {
    fn understood(text: &str) -> Result<Self, String> {
        parse_duration(text).map_err(|error| error.to_string())
    }

    fn spelt(&self) -> String {
        self.to_string()
    }
}

/// Names separated by commas.
impl Value for BTreeSet<String> {
    fn understood(text: &str) -> Result<Self, String> {
        Ok(text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
    }

    fn spelt(&self) -> String {
        self.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }
}

/// A namespace of CloudWatch metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace(String);

impl Namespace {
    /// That of a stack's points, where none is set.
    pub fn of_stacks() -> Self {
        Self("Bellwether".to_owned())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Value for Namespace {
    /// A namespace that CloudWatch accepts from a customer.
    fn understood(text: &str) -> Result<Self, String> {
        let legal = text.len() <= 255
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/# :".contains(&byte))
            && !text.starts_with([':'])
            && !text.starts_with("AWS/");
        let rule = "use at most 255 letters, digits and . _ - / # : that do not begin with AWS/";
        if legal { Ok(Self(text.to_owned())) } else { Err(format!("{text:?}: {rule}")) }
    }

    fn spelt(&self) -> String {
        self.to_string()
    }

    fn needs_aws(&self) -> bool {
        true
    }
}

/// A link that a person can follow and PagerDuty takes.
pub(crate) fn link(text: &str) -> Result<String, String> {
    let is_link = text.starts_with("https://") || text.starts_with("http://");
    let legal = is_link && text.len() <= 1_024 && text.bytes().all(|byte| byte.is_ascii_graphic());
    let shown: String = text.chars().take(120).collect();
    if legal {
        Ok(text.to_owned())
    } else {
        Err(format!("{shown:?} is not a link; use https:// and at most 1,024 characters"))
    }
}
