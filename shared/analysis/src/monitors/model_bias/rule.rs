//! When a metric is farther from fair than it was: distances, and who may be judged.

use std::str::FromStr;

use bellwether_contract::ContractError;

use crate::model_bias::BiasMeasure;

/// How a window is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BiasRule {
    /// Where DI is fair.
    pub di: DiRule,
    /// Whether chance is allowed for.
    pub confidence: Confidence,
    /// Rows that both sides must have; of GE, which knows no sides, all of them together.
    pub min_group: u64,
    /// The window's, for the draws of the bootstrap.
    pub seed: u64,
}

/// As the built-in monitor judges.
impl Default for BiasRule {
    fn default() -> Self {
        Self { di: DiRule::Abs, confidence: Confidence::None, min_group: 0, seed: 0 }
    }
}

macro_rules! rule {
    ($(#[$about:meta])* $name:ident, $setting:literal { $($(#[$of_word:meta])* $variant:ident = $word:literal),+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name { $($(#[$of_word])* $variant),+ }

        impl $name {
            /// The word of the setting.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = ContractError;

            fn from_str(text: &str) -> Result<Self, ContractError> {
                let known = [$(Self::$variant),+].into_iter().find(|rule| rule.as_str() == text);
                let words = [$(concat!("\"", $word, "\"")),+].join(" or ");
                known.ok_or_else(|| ContractError::malformed($setting, format!("is {text:?}; write {words}")))
            }
        }
    };
}

rule! {
    /// Where a disparate impact, a ratio, is fair.
    DiRule, "DI_RULE" {
        /// At 0, like every other metric: the built-in monitor's rule.
        #[default]
        Abs = "abs",
        /// At 1, and twice as many as far from it as half as many.
        IdealOne = "ideal_one"
    }
}

rule! {
    /// Whether chance is allowed for.
    Confidence, "CONFIDENCE" {
        /// The value alone is judged: the built-in monitor's rule.
        #[default]
        None = "none",
        /// The whole interval has to be beyond: the developer guide's rule.
        NormalBootstrap = "normal_bootstrap"
    }
}

impl BiasRule {
    /// How far the nearest value from `low` to `high` is from fair: abs(v), or abs(ln v) of a DI that is fair at 1.
    pub(super) fn distance(self, measure: &BiasMeasure, low: f64, high: f64) -> f64 {
        let is_ratio = measure.name == "DI" && self.di == DiRule::IdealOne;
        let fair = if is_ratio { 1.0 } else { 0.0 };
        match () {
            () if low <= fair && fair <= high => 0.0,
            () if !is_ratio => low.abs().min(high.abs()),
            () if low > 1.0 => low.ln(),
            () if high <= 0.0 => f64::INFINITY,
            () => -high.ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_bias::BIAS_MEASURES;

    #[test]
    fn a_ratio_is_fair_at_one_where_that_is_asked_for() {
        let di = BIAS_MEASURES.iter().find(|measure| measure.name == "DI").expect("DI");
        let ratio = BiasRule { di: DiRule::IdealOne, ..BiasRule::default() };
        for (low, high, expected) in [
            (1.0, 1.0, 0.0),
            (0.5, 0.5, 2.0_f64.ln()),
            (2.0, 2.0, 2.0_f64.ln()),
            (0.0, 0.0, f64::INFINITY),
            (f64::INFINITY, f64::INFINITY, f64::INFINITY),
            (0.5, 1.5, 0.0),
            (-0.5, 0.5, 2.0_f64.ln()),
            (-0.5, -0.25, f64::INFINITY),
            (2.0, 3.0, 2.0_f64.ln()),
        ] {
            assert_eq!(ratio.distance(di, low, high), expected, "{low} to {high}");
        }
        let built_in = BiasRule::default();
        for (low, high, expected) in
            [(0.5, 0.5, 0.5), (-0.5, -0.25, 0.25), (-0.5, 0.25, 0.0), (0.25, f64::INFINITY, 0.25)]
        {
            assert_eq!(built_in.distance(di, low, high), expected, "{low} to {high}");
        }
    }

    #[test]
    fn a_word_that_is_no_rule_is_told_with_those_that_are() {
        assert_eq!("ideal_one".parse::<DiRule>().ok(), Some(DiRule::IdealOne));
        assert_eq!("normal_bootstrap".parse::<Confidence>().ok(), Some(Confidence::NormalBootstrap));
        let error = "always".parse::<Confidence>().map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("CONFIDENCE: is \"always\"; write \"none\" or \"normal_bootstrap\"".to_owned())
        );
    }
}
