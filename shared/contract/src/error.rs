//! The one error of this crate: a text that is not what the contract says.
//!
//! Its own text quotes what was read, so it is printable: no control character of an input reaches a log or a terminal.

use crate::printable;

/// Why a file, an event, a name or a setting could not be read as the contract says.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A file whose text is broken. `line` is counted from 1; 0 means the file as a whole.
    #[error("{object}{}: {reason}", line_suffix(*line))]
    Malformed {
        /// What was read: a URI, or the name of an event or a setting.
        object: String,
        /// Line counted from 1, or 0 for the object as a whole.
        line: u64,
        /// What is wrong and what to do about it.
        reason: String,
    },
    /// A name that would not be safe, or not legal, in a key.
    #[error("{kind} {value:?} is not valid: {rule}")]
    Name {
        /// What was being named: `endpoint name`, `model version`.
        kind: &'static str,
        /// The text as it came, cut to 80 characters.
        value: String,
        /// The rule in words.
        rule: &'static str,
    },
}

fn line_suffix(line: u64) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}

impl ContractError {
    /// A broken object as a whole.
    pub fn malformed(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::at(object, 0, reason)
    }

    /// A broken line, counted from 1.
    pub fn at(object: impl Into<String>, line: u64, reason: impl Into<String>) -> Self {
        let shown = |text: String| printable::line(&text).into_owned();
        Self::Malformed { object: shown(object.into()), line, reason: shown(reason.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_input_says_is_quoted_as_one_printable_line() {
        let error = ContractError::at("s3://b/\u{1b}[2J", 3, "unknown field `a\nerror: all is well\u{202e}`");
        assert_eq!(
            error.to_string(),
            "s3://b/\\u001b[2J, line 3: unknown field `a\\u000aerror: all is well\\u202e`"
        );
    }
}
