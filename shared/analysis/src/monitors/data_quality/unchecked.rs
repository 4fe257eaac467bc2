//! Limits that stand in constraints and have no check in this monitor: told, and neither judged nor missing.

use std::collections::BTreeMap;

use bellwether_contract::constraints::{FeatureConstraints, NUM_CONSTRAINTS, NumConstraints};
use serde_json::Value;

/// The limit that every suggested file holds.
const SUGGESTED: &str = "is_non_negative";

/// The limits of the columns that are judged: of each column that has some written by hand, and one line for all those with
/// the suggested one alone.
pub(super) fn limits(
    features: &[&FeatureConstraints],
    is_judged: impl Fn(&FeatureConstraints) -> bool,
) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    let mut suggested = 0_usize;
    for feature in features.iter().filter(|feature| is_judged(feature)) {
        let names = feature.num_constraints.as_ref().map(names).unwrap_or_default();
        match names.as_slice() {
            [] => {}
            [SUGGESTED] => suggested += 1,
            [name] => {
                told.insert(key(feature), format!("{name} is not a check of this monitor"));
            }
            names => {
                told.insert(key(feature), format!("{} are not checks of this monitor", names.join(", ")));
            }
        }
    }
    if suggested > 0 {
        let columns = if suggested == 1 { "column has" } else { "columns have" };
        let text = format!("{SUGGESTED} is not a check of this monitor; {suggested} {columns} it");
        told.insert(NUM_CONSTRAINTS.to_owned(), text);
    }
    told
}

fn key(feature: &FeatureConstraints) -> String {
    format!("{}.{NUM_CONSTRAINTS}", feature.name)
}

/// Names of the limits that require anything.
fn names(limits: &NumConstraints) -> Vec<&str> {
    let suggested = (limits.is_non_negative == Some(true)).then_some(SUGGESTED);
    let requires = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    let by_hand = limits.unknown.iter().filter(|(_, value)| requires(value)).map(|(name, _)| name.as_str());
    suggested.into_iter().chain(by_hand).collect()
}
