//! What stands behind a metric that was judged: the rows of each group, and how far chance alone moves it. Ours; the container
//! tells neither.

use serde::{Deserialize, Serialize};

use crate::json;
pub use crate::model_bias::BiasNumber;
use crate::violations::Violation;

/// A metric of one group that was held against its constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BiasEvidence {
    /// The column that tells the groups apart.
    pub facet: String,
    /// The group, as this window's analysis names it.
    pub facet_value: String,
    /// The metric's short name.
    pub metric_name: String,
    /// Its value in the window.
    pub value: BiasNumber,
    /// The baseline's.
    pub constraint: BiasNumber,
    /// Rows of the window.
    pub groups: GroupSizes,
    /// Where the value probably lies; absent where none could be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<BootstrapInterval>,
}

impl BiasEvidence {
    /// `34 people in the group`: what the metric rests on.
    #[must_use]
    pub fn people(&self) -> String {
        match self.groups.facet {
            1 => "1 person in the group".to_owned(),
            count => format!("{count} people in the group"),
        }
    }

    /// Whether an entry of `constraint_violations.json` is the one that this stands behind.
    #[must_use]
    pub fn is_behind(&self, entry: &Violation) -> bool {
        let text = |key: &str| entry.unknown.get(key).and_then(|value| value.as_str());
        entry.metric_name.as_ref() == Some(&self.metric_name)
            && text("facet") == Some(&self.facet)
            && text("facet_value") == Some(&self.facet_value)
    }
}

/// How many rows two groups have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GroupSizes {
    /// In the group.
    #[serde(deserialize_with = "json::count")]
    pub facet: u64,
    /// Of it with a positive label.
    #[serde(deserialize_with = "json::count")]
    pub facet_positive_labels: u64,
    /// Of it with a positive answer.
    #[serde(deserialize_with = "json::count")]
    pub facet_positive_predictions: u64,
    /// In the rest.
    #[serde(deserialize_with = "json::count")]
    pub rest: u64,
    /// Of it with a positive label.
    #[serde(deserialize_with = "json::count")]
    pub rest_positive_labels: u64,
    /// Of it with a positive answer.
    #[serde(deserialize_with = "json::count")]
    pub rest_positive_predictions: u64,
}

/// Value plus and minus 1.96 bootstrap standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BootstrapInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Samples in which the metric had a finite value.
    #[serde(deserialize_with = "json::count")]
    pub samples: u64,
}
