//! Metric points: what a run sends to CloudWatch, and the JSON-lines form that the container contract uses instead.
//!
//! It sends nothing and names no metric.

use crate::ContractError;
use crate::json::{check_finite, why};
use crate::names::{EndpointName, ScheduleName, StackName, VariantName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Name of the file that the container contract expects in its metrics directory.
pub const METRICS_FILE: &str = "cloudwatch_metrics.jsonl";

/// One metric of one run. Its dimensions follow from the run but for those of its own, and its timestamp where it has none of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricPoint {
    /// CloudWatch's `MetricName`.
    pub name: String,
    /// `Count` or `None`.
    pub unit: Unit,
    /// What it is of, where that is not the hour before the scheduled one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// What it is of, where that is not the whole run: dimensions beside those of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// The number, or the numbers.
    #[serde(flatten)]
    pub value: MetricValue,
}

/// CloudWatch units in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A ratio, a mean, a flag.
    None,
}

/// One number, or a distribution that any statistic can be taken of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MetricValue {
    /// Distinct values, ascending, and how often each occurred. At most 150 of them.
    Distribution {
        /// Distinct values, ascending.
        values: Vec<f64>,
        /// Occurrences of each.
        counts: Vec<f64>,
    },
    /// What is known of many numbers where they are not known one by one.
    Summary(StatisticValues),
    /// A single number.
    Value {
        /// Finite.
        value: f64,
    },
}

/// A name and a value, as both the API and the metric file spell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    /// Such as `Endpoint`.
    pub name: String,
    /// Such as the endpoint's name.
    pub value: String,
}

/// How the name of every metric of a column begins; no metric of a run does.
pub const FEATURE_PREFIX: &str = "feature_";

/// The dimension sets that a point is published under. A run's: Bellwether's own and the built-in containers'. A column's:
/// the two that the built-in containers and the dashboards made for them use.
pub fn dimension_sets(
    endpoint: &EndpointName,
    variant: &VariantName,
    schedule: &ScheduleName,
    metric: &str,
) -> [Vec<Dimension>; 2] {
    let dimension = |name: &str, value: &str| Dimension { name: name.to_owned(), value: value.to_owned() };
    let schedule = dimension("MonitoringSchedule", schedule.as_str());
    let endpoint_only = vec![dimension("Endpoint", endpoint.as_str()), schedule.clone()];
    if metric.starts_with(FEATURE_PREFIX) {
        let of_feature = vec![dimension("Endpoint", endpoint.as_str()), dimension("Feature", "_"), schedule];
        return [endpoint_only, of_feature];
    }
    [
        vec![
            dimension("EndpointName", endpoint.as_str()),
            dimension("VariantName", variant.as_str()),
            schedule,
        ],
        endpoint_only,
    ]
}

/// The one dimension of a point that speaks for all monitors of a stack.
pub fn stack_dimensions(stack: &StackName) -> Vec<Dimension> {
    vec![Dimension { name: "Stack".to_owned(), value: stack.to_string() }]
}

/// One line of the container contract's metric file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetricLine {
    /// Name of the metric.
    pub metric_name: String,
    /// Start of the window's last hour.
    pub timestamp: Timestamp,
    /// One dimension set.
    pub dimensions: Vec<Dimension>,
    /// A single number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// A distribution: this form knows no values and counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic_values: Option<StatisticValues>,
    /// CloudWatch's unit.
    pub unit: Unit,
}

/// Summary of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatisticValues {
    /// Number of values.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
}

impl MetricPoint {
    /// A single number. CloudWatch refuses NaN and infinity, so a caller keeps them out.
    pub fn value(name: impl Into<String>, unit: Unit, value: f64) -> Self {
        let (timestamp, dimensions) = (None, Vec::new());
        Self { name: name.into(), unit, timestamp, dimensions, value: MetricValue::Value { value } }
    }

    /// The same point of a time of its own.
    #[must_use]
    pub fn at(self, timestamp: Timestamp) -> Self {
        Self { timestamp: Some(timestamp), ..self }
    }

    /// The dimension sets that it is published under: those of [`dimension_sets`]; with dimensions of its own one set, which ends with
    /// them, as the built-in containers have it.
    pub fn dimension_sets(
        &self,
        endpoint: &EndpointName,
        variant: &VariantName,
        schedule: &ScheduleName,
    ) -> Vec<Vec<Dimension>> {
        let [first, built_in] = dimension_sets(endpoint, variant, schedule, &self.name);
        match self.dimensions.is_empty() {
            true => vec![first, built_in],
            false => {
                // Whose names begin like a column's are of none.
                let is_of_a_column = built_in.iter().any(|dimension| dimension.name == "Feature");
                let of_endpoint = if is_of_a_column { first } else { built_in };
                vec![of_endpoint.into_iter().chain(self.dimensions.iter().cloned()).collect()]
            }
        }
    }

    /// The point as a line of the metric file; `timestamp` is that of its run.
    pub fn line(&self, timestamp: Timestamp, dimensions: &[Dimension]) -> MetricLine {
        let (value, statistic_values) = match &self.value {
            MetricValue::Value { value } => (Some(*value), None),
            MetricValue::Distribution { values, counts } => (None, Some(summary(values, counts))),
            MetricValue::Summary(summary) => (None, Some(*summary)),
        };
        let dimensions = dimensions.to_vec();
        MetricLine {
            metric_name: self.name.clone(),
            timestamp: self.timestamp.unwrap_or(timestamp),
            dimensions,
            value,
            statistic_values,
            unit: self.unit,
        }
    }
}

/// Points as text, one a line.
///
/// # Errors
/// A point that is no finite number.
pub fn write_points(points: &[MetricPoint]) -> Result<Vec<u8>, ContractError> {
    check_finite(points)?;
    let mut text = Vec::new();
    for point in points {
        serde_json::to_writer(&mut text, point)
            .map_err(|error| ContractError::malformed(point.name.as_str(), error.to_string()))?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Reads what [`write_points`] wrote.
///
/// # Errors
/// The first line that is no point.
pub fn parse_points(object: &str, text: &[u8]) -> Result<Vec<MetricPoint>, ContractError> {
    let lines = (1..).zip(text.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(number, line)| {
            serde_json::from_slice(line).map_err(|error| ContractError::at(object, number, why(&error)))
        })
        .collect()
}

fn summary(values: &[f64], counts: &[f64]) -> StatisticValues {
    StatisticValues {
        sample_count: counts.iter().sum(),
        sum: values.iter().zip(counts).map(|(value, count)| value * count).sum(),
        minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
        maximum: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_spelt_as_the_container_contract_spells_it() {
        let sets = dimension_sets(
            &"recommender-prod".parse().unwrap(),
            &"AllTraffic".parse().unwrap(),
            &"diversity-hourly".parse().unwrap(),
            "violations",
        );
        let timestamp = "2026-10-31T08:00:00Z".parse().unwrap();
        let plain = MetricPoint::value("violations", Unit::Count, 1.0).line(timestamp, &sets[1]);
        assert_eq!(
            serde_json::to_string(&plain).unwrap(),
            r#"{"MetricName":"violations","Timestamp":"2026-10-31T08:00:00Z","Dimensions":[{"Name":"Endpoint","Value":"recommender-prod"},{"Name":"MonitoringSchedule","Value":"diversity-hourly"}],"Value":1.0,"Unit":"Count"}"#
        );
        let spread = MetricPoint {
            name: "top10_category_diversity".into(),
            unit: Unit::Count,
            timestamp: None,
            dimensions: Vec::new(),
            value: MetricValue::Distribution { values: vec![1.0, 4.0], counts: vec![3.0, 2.0] },
        };
        let line = serde_json::to_string(&spread.line(timestamp, &sets[0])).unwrap();
        assert!(
            line.contains(r#""StatisticValues":{"SampleCount":5.0,"Sum":11.0,"Minimum":1.0,"Maximum":4.0}"#),
            "{line}"
        );
    }

    #[test]
    fn points_survive_a_write_and_a_read() {
        let points = [
            MetricPoint::value("violations", Unit::Count, 1.0),
            MetricPoint {
                name: "d".into(),
                unit: Unit::None,
                timestamp: None,
                dimensions: vec![Dimension { name: "Facet".into(), value: "Sex".into() }],
                value: MetricValue::Distribution { values: vec![1.0], counts: vec![2.0] },
            },
        ];
        let lines = write_points(&points).unwrap();
        assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), points.len());
        assert_eq!(parse_points("metric_points.jsonl", &lines).unwrap(), points);
        let error = parse_points("metric_points.jsonl", b"\n{}\n").unwrap_err().to_string();
        assert!(error.starts_with("metric_points.jsonl, line 2: "), "{error}");
        let nan = [MetricPoint::value("x", Unit::None, f64::NAN)];
        assert!(write_points(&nan).is_err());
    }
}
