//! Variables read one by one, with all mistakes kept to be told together, and the groups that several functions have.
//!
//! It knows no function's table.

use super::variable::{
    BAND_MEAN_RATIO, BAND_MIN_MARGIN, BAND_P5_MARGIN, MIN_DIVERSITY, STATE_URI, TOP_K, Variable,
};
use bellwether_analysis::monitors::diversity::Limits;
use bellwether_storage::Location;
use std::fmt::Display;
use std::str::FromStr;

/// All mistakes in the settings, together.
#[derive(Debug, thiserror::Error)]
#[error("{} of the settings cannot be used:\n  {}", mistakes.len(), mistakes.join("\n  "))]
pub struct SettingsError {
    /// One sentence each.
    pub mistakes: Vec<String>,
}

/// Reads variables one by one and keeps what is wrong with them.
pub(crate) struct Reader<F> {
    lookup: F,
    mistakes: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    /// Reads a whole table. `collect` asks for every variable before it gives up on any.
    pub(crate) fn read<T>(
        lookup: F,
        collect: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, SettingsError> {
        let mut reader = Self { lookup, mistakes: Vec::new() };
        match collect(&mut reader) {
            Some(settings) if reader.mistakes.is_empty() => Ok(settings),
            _ => Err(SettingsError { mistakes: reader.mistakes }),
        }
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

    pub(crate) fn value<T: FromStr<Err: Display>>(&mut self, variable: &Variable) -> Option<T> {
        self.parsed(variable, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    pub(crate) fn number(&mut self, variable: &Variable, least: f64, most: f64) -> Option<f64> {
        self.parsed(variable, |text| {
            let number = text.parse::<f64>().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))
        })
    }

    /// What lists must satisfy.
    pub(crate) fn limits(&mut self) -> Option<Limits> {
        let k = self.number(&TOP_K, 1.0, 1_000.0);
        let min_diversity = self.min_diversity();
        let mean_ratio = self.number(&BAND_MEAN_RATIO, 0.0, 1.0);
        let p5_margin = self.number(&BAND_P5_MARGIN, 0.0, 1_000.0);
        let min_margin = self.number(&BAND_MIN_MARGIN, 0.0, 1_000.0);
        let k = k.filter(|k| {
            let whole = k.fract() == 0.0;
            if !whole {
                self.mistake(format!("TOP_K: {k} is not a whole number"));
            }
            whole
        });
        Some(Limits {
            k: k? as usize,
            min_diversity: min_diversity?,
            mean_ratio: mean_ratio?,
            p5_margin: p5_margin?,
            min_margin: min_margin?,
        })
    }

    /// The floor of the mean.
    pub(crate) fn min_diversity(&mut self) -> Option<f64> {
        self.number(&MIN_DIVERSITY, 0.0, 1_000.0)
    }

    /// State lies beside the results unless told otherwise, and never inside: what is put below the results starts
    /// other functions.
    pub(crate) fn state_beside(&mut self, results: Option<&Location>) -> Option<Location> {
        let given: Option<Location> = self.value(&STATE_URI);
        let results = results?;
        match given {
            Some(state) if state.is_within(results) => {
                self.mistake(format!("STATE_URI: {state} lies inside {results}; put it beside"));
                None
            }
            Some(state) => Some(state),
            None => {
                let beside = results.beside("-state");
                if beside.is_none() {
                    self.mistake(format!("STATE_URI (--state) is missing: nothing lies beside {results}"));
                }
                beside
            }
        }
    }
}

/// Every variable of a table is read, and no other.
#[cfg(test)]
pub(crate) fn assert_reads<T>(
    table: &[Variable],
    read: impl FnOnce(&dyn Fn(&str) -> Option<String>) -> Result<T, SettingsError>,
) {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    let asked = RefCell::new(BTreeSet::new());
    let lookup = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    assert!(read(&lookup).is_err(), "nothing is set");
    let known: BTreeSet<String> = table.iter().map(|variable| variable.name.to_owned()).collect();
    assert_eq!(asked.into_inner(), known);
}
