//! What one check of a monitor came to: how it stands, what was found, and what to do about it.

use crate::RunError;
use crate::error::Told;
use bellwether_storage::StorageError;
use serde::Serialize;
use std::fmt;

/// How a check ended, from the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It was looked at, and nothing is wrong with it.
    Ok,
    /// The check could not be made. It says nothing, and so is not well.
    #[serde(rename = "not checked")]
    NotChecked,
    /// A night would show something that somebody should know before.
    Warning,
    /// The monitor would judge nothing, or not be heard.
    Problem,
}

impl Health {
    /// The word that people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotChecked => "not checked",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at, in a word.
    pub check: &'static str,
    /// How it stands.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing need be done.
    pub remedy: String,
}

impl Diagnosis {
    /// Nothing is wrong.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, health: Health::Ok, found: found.into(), remedy: String::new() }
    }

    /// Something is, or could not be looked at.
    pub fn of(
        health: Health,
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { check, health, found: found.into(), remedy: remedy.into() }
    }

    /// A check that ended in an error. What may not be asked, or did not answer, was not looked at.
    pub fn failed(check: &'static str, error: &RunError) -> Self {
        let health = match error {
            RunError::Storage(StorageError::Refused { .. } | StorageError::Unavailable { .. })
            | RunError::EndpointRefused { .. } => Health::NotChecked,
            _ => Health::Problem,
        };
        let Told { object, message, remedy, .. } = Told::from(error);
        Self::of(health, check, format!("{object}: {message}"), remedy)
    }
}
