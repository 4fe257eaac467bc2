//! How a job ends: the message that becomes its ExitMessage, and the exit code.
//!
//! SageMaker takes the status of an execution from the word before the message's first colon. So whatever did not judge must not
//! begin with `Completed`: it would be green and blind.
//!
//! | outcome | message | exit code |
//! |---|---|---|
//! | Completed | the run's own | 0 |
//! | CompletedWithViolations | the run's own | 0 |
//! | CompletedNoData | `Completed: No data was captured in the window.` | 0 |
//! | Inconclusive | `Error: Nothing was judged: ` and the reason | 1 |
//! | Failed, or a run that could not be made | `Error: ` and the reason | 1 |

use crate::execution::Status;
use crate::printable;

/// What a baseline run and a run without violations say, as the built-in container does.
const NO_VIOLATIONS: &str = "Completed: Job completed successfully with no violations.";
/// The service knows no word for an hour without data.
const NO_DATA: &str = "Completed: No data was captured in the window.";
const NOTHING_JUDGED: &str = "nothing was judged: ";

/// The end of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    message: String,
    is_error: bool,
}

impl Ending {
    /// Bytes of the message that SageMaker keeps.
    pub const MOST_BYTES: usize = 1_024;

    /// The end of a run with a verdict; `exit_message` is its own, `Status: text`.
    ///
    /// ```
    /// use bellwether_contract::{container::Ending, execution::Status};
    /// let blind = Ending::of(Status::Inconclusive, "Inconclusive: nothing was judged: baseline: there is none.");
    /// assert_eq!(blind.message(), "Error: Nothing was judged: baseline: there is none.");
    /// assert_eq!(blind.exit_code(), 1);
    /// ```
    #[must_use]
    pub fn of(status: Status, exit_message: &str) -> Self {
        let reason = exit_message.split_once(": ").map_or(exit_message, |(_, reason)| reason);
        match status {
            Status::Completed | Status::CompletedWithViolations => Self::good(exit_message),
            Status::CompletedNoData => Self::good(NO_DATA),
            Status::Inconclusive => {
                let reason = reason.strip_prefix(NOTHING_JUDGED).unwrap_or(reason);
                Self::error(&format!("Nothing was judged: {reason}"))
            }
            Status::Failed => Self::error(reason),
        }
    }

    /// The end of a command that has no verdict of its own: its log says what it found.
    ///
    /// ```
    /// let ending = bellwether_contract::container::Ending::of_no_monitor("profile");
    /// assert_eq!(ending.message(), "Completed: profile is done; the log of the job says what it found.");
    /// ```
    #[must_use]
    pub fn of_no_monitor(command: &str) -> Self {
        Self::good(&format!(
            "{}: {command} is done; the log of the job says what it found.",
            Status::Completed
        ))
    }

    /// The end of a baseline run.
    #[must_use]
    pub fn done() -> Self {
        Self::good(NO_VIOLATIONS)
    }

    /// The end of a run that found something and has no sentence of its own for it.
    #[must_use]
    pub fn with_violations(what: &str) -> Self {
        Self::good(&format!("{}: {what}", Status::CompletedWithViolations))
    }

    /// A run that could not be made, or judged nothing.
    #[must_use]
    pub fn error(reason: &str) -> Self {
        Self { message: cut(&format!("Error: {reason}")), is_error: true }
    }

    fn good(message: &str) -> Self {
        Self { message: cut(message), is_error: false }
    }

    /// One line of at most [`Self::MOST_BYTES`].
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// 0 where the job is done, 1 where it failed. There is no other: the command's own codes would fail a job that found
    /// something.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.is_error)
    }
}

/// One printable line, cut at a character.
fn cut(text: &str) -> String {
    let line = printable::line(text);
    line[..line.floor_char_boundary(Ending::MOST_BYTES)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_message_and_its_exit_code() {
        for (status, said, message, exit_code) in [
            (Status::Completed, NO_VIOLATIONS, NO_VIOLATIONS, 0),
            (
                Status::CompletedWithViolations,
                "CompletedWithViolations: Job completed successfully with 60 violations.",
                "CompletedWithViolations: Job completed successfully with 60 violations.",
                0,
            ),
            (Status::CompletedNoData, "CompletedNoData: No captured record in the window.", NO_DATA, 0),
            (
                Status::Inconclusive,
                "Inconclusive: 3 of 10 sessions were answered.",
                "Error: Nothing was judged: 3 of 10 sessions were answered.",
                1,
            ),
            (Status::Failed, "Failed: 60.0 % could not be read.", "Error: 60.0 % could not be read.", 1),
        ] {
            let ending = Ending::of(status, said);
            assert_eq!((ending.message(), ending.exit_code()), (message, exit_code), "{status}");
        }
    }

    #[test]
    fn a_long_message_is_cut_at_a_character_and_is_one_line() {
        for text in ["é".repeat(2_000), "日本語".repeat(700), "\u{1b}[2J\n".repeat(300)] {
            let ending = Ending::error(&text);
            let bytes = ending.message().len();
            assert!((Ending::MOST_BYTES - 3..=Ending::MOST_BYTES).contains(&bytes), "{bytes}");
            assert!(!ending.message().contains(char::is_control));
        }
    }
}
