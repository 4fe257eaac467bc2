//! Who answers the replay, as a setting says it.
//!
//! It opens no connection.

use crate::settings::Value;
use bellwether_storage::Location;
use std::str::FromStr;

/// Who answers the replay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Source {
    /// The monitored endpoint itself.
    SageMaker,
    /// Any model server.
    Http(reqwest::Url),
    /// Answers recorded earlier, taken to speak about the window they are given for.
    Recorded(Location),
    /// Nobody: captured traffic is measured alone.
    #[default]
    None,
}

impl Source {
    /// `sagemaker`, `http`, `recorded` or `none`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SageMaker => "sagemaker",
            Self::Http(_) => "http",
            Self::Recorded(_) => "recorded",
            Self::None => "none",
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "sagemaker" => return Ok(Self::SageMaker),
            "none" => return Ok(Self::None),
            _ => {}
        }
        if let Some(uri) = text.strip_prefix("lists:") {
            return uri.parse().map(Self::Recorded).map_err(|error| format!("{error}"));
        }
        let url = text.parse::<reqwest::Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.map(Self::Http).ok_or_else(|| {
            format!("{text:?} is none of sagemaker, none, lists:URI, http://host:port/invocations")
        })
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
