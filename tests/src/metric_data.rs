//! `GetMetricData` as CloudWatch answers it: sums of what was put, by period.
//!
//! It knows namespace, name, the very dimensions, period, and the statistic `Sum`; no expression, no page. A period without a point
//! has no value.

use std::collections::BTreeMap;

use ciborium::Value as Cbor;
use serde::Deserialize;

use crate::answer::Answer;
use crate::recorded::{Dimension, MetricDatum, PutMetricData};

/// A request, with the names of the CloudWatch API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetMetricData {
    metric_data_queries: Vec<Query>,
    /// Seconds since 1970.
    start_time: f64,
    end_time: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    metric_stat: MetricStat,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Metric,
    period: u32,
    stat: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

impl GetMetricData {
    /// Reads the SDK's CBOR body; the error says why CloudWatch would refuse it.
    pub(crate) fn from_cbor(body: &[u8]) -> Result<Self, String> {
        let request: Self = ciborium::from_reader(body).map_err(|e| e.to_string())?;
        if request.start_time >= request.end_time {
            return Err("StartTime must lie before EndTime".to_owned());
        }
        for Query { id, metric_stat: MetricStat { period, stat, .. } } in &request.metric_data_queries {
            if *period == 0 || period % 60 != 0 || stat != "Sum" {
                return Err(format!("{id}: a period of whole minutes and the statistic Sum are known here"));
            }
        }
        Ok(request)
    }

    /// The answer from what was put so far.
    pub(crate) fn answer(&self, put: &[PutMetricData]) -> Answer {
        let results = self.metric_data_queries.iter().map(|query| self.result(query, put)).collect();
        Answer::cbor(200, &map([("MetricDataResults", Cbor::Array(results))]))
    }

    fn result(&self, query: &Query, put: &[PutMetricData]) -> Cbor {
        let MetricStat { metric, period, .. } = &query.metric_stat;
        let of_namespace = put.iter().filter(|put| put.namespace == metric.namespace);
        let mut sums = BTreeMap::<u64, f64>::new();
        for datum in of_namespace.flat_map(|put| &put.metric_data).filter(|datum| metric.is_of(datum)) {
            let at = datum.timestamp.filter(|at| (self.start_time..self.end_time).contains(at));
            if let Some(at) = at {
                let period = u64::from(*period);
                *sums.entry(at as u64 / period * period).or_default() += sum(datum);
            }
        }
        // The newest first, as CloudWatch gives them unless it is asked otherwise.
        let (times, values) = sums.into_iter().rev().unzip();
        let times: Vec<u64> = times;
        let times = times.into_iter().map(|at| Cbor::Tag(1, Box::new(Cbor::Float(at as f64)))).collect();
        let values: Vec<f64> = values;
        map([
            ("Id", Cbor::Text(query.id.clone())),
            ("Label", Cbor::Text(metric.metric_name.clone())),
            ("Timestamps", Cbor::Array(times)),
            ("Values", Cbor::Array(values.into_iter().map(Cbor::Float).collect())),
            ("StatusCode", Cbor::Text("Complete".to_owned())),
        ])
    }
}

impl Metric {
    /// Whether a datum is of this metric: of these dimensions, and of no other.
    fn is_of(&self, datum: &MetricDatum) -> bool {
        let is_asked = |dimension: &Dimension| self.dimensions.contains(dimension);
        self.metric_name == datum.metric_name
            && self.dimensions.len() == datum.dimensions.len()
            && datum.dimensions.iter().all(is_asked)
    }
}

fn sum(datum: &MetricDatum) -> f64 {
    let count = |place: usize| datum.counts.get(place).copied().unwrap_or(1.0);
    let of_values: f64 = datum.values.iter().enumerate().map(|(place, value)| value * count(place)).sum();
    datum.value.or(datum.statistic_values.as_ref().map(|known| known.sum)).unwrap_or(of_values)
}

fn map<const N: usize>(members: [(&str, Cbor); N]) -> Cbor {
    Cbor::Map(members.into_iter().map(|(name, value)| (Cbor::Text(name.to_owned()), value)).collect())
}
