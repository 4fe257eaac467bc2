//! Variables read one by one, with all mistakes kept to be told together.
//!
//! It knows no function's table.

use super::declared::{Value, Variable};
use bellwether_storage::Location;

/// All mistakes in the settings, together.
#[derive(Debug, thiserror::Error)]
#[error("{} of the settings cannot be used:\n  {}", mistakes.len(), mistakes.join("\n  "))]
pub struct SettingsError {
    /// One sentence each.
    pub mistakes: Vec<String>,
}

impl SettingsError {
    /// The same for an error that is one line.
    pub(crate) fn in_one_line(&self) -> String {
        self.mistakes.join("; ")
    }
}

/// Reads variables one by one and keeps what is wrong with them.
#[expect(missing_debug_implementations, reason = "the lookup is a function")]
pub struct Reader<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
    mistakes: Vec<String>,
}

impl<'l> Reader<'l> {
    /// Reads a whole table. `collect` asks for every variable before it gives up on any.
    pub(crate) fn read<T>(
        lookup: &'l dyn Fn(&str) -> Option<String>,
        collect: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let mut reader = Self { lookup, mistakes: Vec::new() };
        match collect(&mut reader) {
            Some(settings) if reader.mistakes.is_empty() => Ok(settings),
            _ => Err(SettingsError { mistakes: reader.mistakes }),
        }
    }

    /// Whether a variable is set, whatever its default is.
    pub(crate) fn is_given(&self, variable: &Variable) -> bool {
        (self.lookup)(variable.name).is_some_and(|text| !text.trim().is_empty())
    }

    /// Keeps what is wrong with several variables together.
    pub(crate) fn mistake(&mut self, mistake: impl Into<String>) {
        self.mistakes.push(mistake.into());
    }

    fn text(&mut self, variable: &Variable) -> Option<String> {
        let Variable { name, flag, help, .. } = variable;
        let given = (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let text = given.or_else(|| variable.default.map(str::to_owned));
        if text.is_none() && variable.required {
            self.mistakes.push(format!("{name} (--{flag}) is missing: {help}"));
        }
        text
    }

    pub(crate) fn parsed<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(variable)?;
        parse(&text).map_err(|reason| self.mistakes.push(format!("{}: {reason}", variable.name))).ok()
    }

    /// A number within its bounds; a whole one where its type is.
    pub(crate) fn number<T: Value>(&mut self, variable: &Variable, least: f64, most: f64) -> Option<T> {
        self.parsed(variable, |text| {
            let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
            let number = number.ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))?;
            // 10.0 is as good as 10.
            T::understood(&number.to_string()).map_err(|_| format!("{number} is not a whole number"))
        })
    }

    /// State lies beside the results unless told otherwise, and never inside: what is put below the results starts
    /// other functions.
    pub(crate) fn state_beside(&mut self, state: &Variable, results: Option<&Location>) -> Option<Location> {
        let given: Option<Location> = self.parsed(state, Value::understood);
        let results = results?;
        let Some(state) = given.or_else(|| results.beside("-state")) else {
            self.mistake(format!("STATE_URI (--state) is missing: nothing lies beside {results}"));
            return None;
        };
        // A symbolic link may lead where its name does not.
        let real = state.resolved();
        match real.is_within(&results.resolved()) {
            _ if state.is_within(results) => {
                self.mistake(format!("STATE_URI: {state} lies inside {results}; put it beside"));
                None
            }
            true => {
                self.mistake(format!("STATE_URI: {state} leads to {real}, inside {results}; put it beside"));
                None
            }
            false => Some(state),
        }
    }
}
