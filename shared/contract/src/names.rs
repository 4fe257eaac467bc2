//! Names that enter keys, checked once against SageMaker's own patterns so that no key can leave its folder.
//!
//! It does not know which key a name ends up in: see [`crate::keys`].

use crate::ContractError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// `^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$`, at most 63 characters.
fn is_sagemaker_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends_are_alphanumeric = bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= 63
        && ends_are_alphanumeric
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// `^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$` without two dots in a row.
fn is_version(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
        && !text.contains("..")
}

/// `^[a-zA-Z][a-zA-Z0-9-]{0,127}$`, as CloudFormation takes it.
fn is_stack_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=128).contains(&bytes.len())
        && bytes[0].is_ascii_alphabetic()
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

const SAGEMAKER_RULE: &str =
    "use 1 to 63 letters, digits and hyphens, beginning and ending with a letter or digit";
const VERSION_RULE: &str = "use 1 to 63 letters, digits, dots, underscores and hyphens, beginning with a letter or digit, no two dots in a row";
const STACK_RULE: &str = "use 1 to 128 letters, digits and hyphens, beginning with a letter";

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $check:ident, $rule:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = ContractError;

            fn from_str(text: &str) -> Result<Self, ContractError> {
                if $check(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(ContractError::Name { kind: $kind, value: text.chars().take(80).collect(), rule: $rule })
            }
        }

        impl TryFrom<String> for $type {
            type Error = ContractError;

            fn try_from(text: String) -> Result<Self, ContractError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> String {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

name!(
    /// Name of a SageMaker endpoint.
    EndpointName, "endpoint name", is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of a production variant of an endpoint.
    VariantName, "variant name", is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Name of a monitoring schedule: one monitor over one endpoint.
    ScheduleName, "monitoring schedule name", is_sagemaker_name, SAGEMAKER_RULE
);
name!(
    /// Version of a model, as its training pipeline names it.
    ModelVersion, "model version", is_version, VERSION_RULE
);
name!(
    /// Name of a stack: a deployment of all functions together.
    StackName, "stack name", is_stack_name, STACK_RULE
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_their_folder_are_refused() {
        for bad in ["", "..", "../x", "a/b", "a b", "-a", "a-", "a\n", "é", "a%2e", &"a".repeat(64)] {
            assert!(bad.parse::<EndpointName>().is_err(), "{bad:?}");
            assert!(bad.parse::<ScheduleName>().is_err(), "{bad:?}");
        }
        for bad in ["", "..", "1..2", "v/1", ".v", "v 1", &"v".repeat(64)] {
            assert!(bad.parse::<ModelVersion>().is_err(), "{bad:?}");
        }
        for good in ["a", "recommender-prod", "a--b", &"a".repeat(63)] {
            assert!(good.parse::<EndpointName>().is_ok(), "{good:?}");
        }
        for bad in ["", "1a", "-a", "a_b", "a b", "a/b", &"a".repeat(129)] {
            assert!(bad.parse::<StackName>().is_err(), "{bad:?}");
        }
        for good in ["a", "bellwether-prod-", &"a".repeat(128)] {
            assert!(good.parse::<StackName>().is_ok(), "{good:?}");
        }
        for good in ["v1", "2027.10.31-rc_1", "1"] {
            assert!(good.parse::<ModelVersion>().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_in_its_error() {
        let error = "x/".repeat(1_000).parse::<EndpointName>().unwrap_err().to_string();
        assert!(error.len() < 300, "{error}");
    }
}
