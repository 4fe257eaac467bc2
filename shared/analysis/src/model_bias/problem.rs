//! What is asked of the rows: which columns there are, who is compared with whom, and what is positive.

mod partial;

use bellwether_contract::ContractError;
use bellwether_contract::misspelt::{NEAR, meant};
use bellwether_contract::model_bias::{BiasConfig, ConfigValue};

/// Most rows of which the flip test is made, unless it is said otherwise: on one core some tenth of a second for each group with
/// columns such as those of AWS's example, and a few seconds where 13 columns are of one size and say nothing, so that nearly every
/// row is compared with every other. Four times the rows take ten times as long.
pub const FLIP_TEST_ROWS: u64 = 50_000;

/// A column that tells groups apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// Its name.
    pub name: String,
    /// Its place among the features.
    pub feature: usize,
    /// Who belongs to the group; none where every value is one.
    pub values: Vec<ConfigValue>,
}

/// What is asked of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct BiasProblem {
    /// The columns of a row without its label, in their order.
    pub features: Vec<String>,
    /// The label's name.
    pub label: String,
    /// Labels that are positive, or the number above which one is.
    pub positive: Vec<ConfigValue>,
    /// The columns that tell groups apart.
    pub facets: Vec<Facet>,
    /// Place among the features of the column within whose groups disparity is measured.
    pub group: Option<usize>,
    /// Most rows of which the flip test is made; of 0 no feature is kept.
    pub flip_test_rows: u64,
}

impl BiasProblem {
    /// What a configuration asks of rows with these features; `object` is what it is called in the error.
    ///
    /// # Errors
    /// A facet or group variable that is none of the features.
    pub fn new(
        object: &str,
        config: &BiasConfig,
        features: Vec<String>,
        flip_test_rows: u64,
    ) -> Result<Self, ContractError> {
        let place = |path: String, name: &str| {
            let found = features.iter().position(|feature| feature == name);
            found.ok_or_else(|| {
                let remedy = match meant(name, features.iter().map(String::as_str), NEAR) {
                    Some(known) => format!("write {known:?}"),
                    None => format!("a row has {}", listed(&features)),
                };
                let reason = format!("{path} is {name:?}, which is no feature of the rows; {remedy}");
                ContractError::malformed(object, reason)
            })
        };
        let facet = |(number, (name, values)): (usize, (String, &[ConfigValue]))| {
            let feature = place(format!("facet[{number}].name_or_index"), &name)?;
            Ok(Facet { name, feature, values: values.to_vec() })
        };
        let facets = config.facets().enumerate().map(facet).collect::<Result<_, ContractError>>()?;
        let group = config.group_name().map(|name| place("group_variable".to_owned(), &name)).transpose()?;
        let (label, positive) = (config.label_name(), config.label_values_or_threshold.clone());
        Ok(Self { features, label, positive, facets, group, flip_test_rows })
    }

    /// Whether a feature is looked at value by value.
    pub(super) fn is_looked_at(&self, feature: usize) -> bool {
        self.group == Some(feature) || self.facets.iter().any(|facet| facet.feature == feature)
    }
}

/// Most names that an error lists.
const SHOWN: usize = 12;

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => quoted.join(", "),
        more => format!("{} and {more} more", quoted.join(", ")),
    }
}
