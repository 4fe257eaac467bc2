//! What the texts of settings stand for, type by type.
//!
//! It knows no setting.

use super::declared::{Allowed, Value};
use crate::replay::Source;
use bellwether_analysis::captured_rows::{Batched, Sides};
use bellwether_analysis::monitors::data_quality::Comparison;
use bellwether_analysis::recommendations::RecommendationsPath;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::names::{EndpointName, ScheduleName, VariantName};
use bellwether_contract::window::parse_duration;
use bellwether_storage::Location;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A type that is written in a few words.
macro_rules! words {
    ($type:ty { $($word:literal => $value:expr),+ $(,)? }) => {
        impl Value for $type {
            const ALLOWED: Allowed = Allowed::Words(&[$($word),+]);

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

words!(bool { "true" => true, "false" => false });
words!(NoDataPolicy { "ok" => Self::Ok, "warn" => Self::Warn, "violate" => Self::Violate });
words!(Batched { "explode" => Self::Explode, "container" => Self::SingleCell });
words!(Comparison {
    "configured" => Self::AsConfigured,
    "simple" => Self::Simple,
    "robust" => Self::Robust,
    "deequ" => Self::Deequ,
});

/// Types with a text form of their own.
macro_rules! by_their_text {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn understood(text: &str) -> Result<Self, String> {
                text.parse().map_err(|error: <$type as FromStr>::Err| error.to_string())
            }

            fn spelt(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

by_their_text!(EndpointName, VariantName, ScheduleName, RecommendationsPath, String, f64, usize);

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

impl Value for Source {
    fn understood(text: &str) -> Result<Self, String> {
        text.parse()
    }

    /// Who answers, and not where: other lists of one source are other data, and no other setting.
    fn spelt(&self) -> String {
        self.name().to_owned()
    }

    fn needs_aws(&self) -> bool {
        match self {
            Self::SageMaker => true,
            Self::Recorded(lists) => lists.needs_aws(),
            Self::Http(_) | Self::None => false,
        }
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

/// The contract's words, in any order.
impl Value for Sides {
    fn understood(text: &str) -> Result<Self, String> {
        let words: BTreeSet<&str> = text.split(',').map(str::trim).collect();
        match words.into_iter().collect::<Vec<_>>()[..] {
            ["endpointInput", "endpointOutput"] => Ok(Self::Both),
            ["endpointOutput"] => Ok(Self::Output),
            ["endpointInput"] => Ok(Self::Input),
            _ => Err(format!("{text:?} is not endpointInput, endpointOutput or both, separated by a comma")),
        }
    }

    fn spelt(&self) -> String {
        let text = match self {
            Self::Both => "endpointInput,endpointOutput",
            Self::Output => "endpointOutput",
            Self::Input => "endpointInput",
        };
        text.to_owned()
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
