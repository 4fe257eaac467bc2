//! What the embedded AWS was asked to measure and to announce, as typed values.
//!
//! It answers nothing; it reads `PutMetricData` and `Publish` requests, and knows the limits of the former.

use std::collections::BTreeMap;

use bellwether_contract::metrics::{self, MetricLine, MetricPoint, MetricValue, Unit};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// One accepted `PutMetricData` request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutMetricData {
    pub namespace: String,
    #[serde(default)]
    pub metric_data: Vec<MetricDatum>,
}

/// One metric of a request, with the names of the CloudWatch API.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetricDatum {
    pub metric_name: String,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// Seconds since 1970.
    pub timestamp: Option<f64>,
    pub value: Option<f64>,
    #[serde(default)]
    pub values: Vec<f64>,
    #[serde(default)]
    pub counts: Vec<f64>,
    pub statistic_values: Option<StatisticSet>,
    pub unit: Option<String>,
}

/// What is known of many numbers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StatisticSet {
    pub sample_count: f64,
    pub sum: f64,
    pub minimum: f64,
    pub maximum: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    pub name: String,
    pub value: String,
}

/// One accepted asynchronous invocation of a Lambda function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// Name or ARN.
    pub function: String,
    pub event: Value,
}

/// One accepted SNS `Publish` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    pub topic_arn: String,
    pub subject: Option<String>,
    pub message: String,
    /// `json` where the message has a text for each protocol.
    pub message_structure: Option<String>,
    /// Name to data type and string value.
    pub attributes: BTreeMap<String, (String, String)>,
}

impl PutMetricData {
    /// Reads the SDK's CBOR body; the error says why CloudWatch would refuse it, limits included.
    pub(crate) fn from_cbor(body: &[u8]) -> Result<Self, String> {
        let request: Self = ciborium::from_reader(body).map_err(|e| e.to_string())?;
        request.within_limits(body.len())?;
        Ok(request)
    }

    /// The limits of the metrics API, the window of timestamps excepted: this room has no clock.
    fn within_limits(&self, size_bytes: usize) -> Result<(), String> {
        const MIB: usize = 1024 * 1024;
        if size_bytes > MIB {
            return Err(format!("{size_bytes} bytes in a request of at most {MIB}"));
        }
        if self.metric_data.len() > 1000 {
            return Err(format!("{} metrics in a request of at most 1000", self.metric_data.len()));
        }
        self.metric_data.iter().try_for_each(MetricDatum::within_limits)
    }
}

impl MetricDatum {
    fn within_limits(&self) -> Result<(), String> {
        let name = &self.metric_name;
        let is_legal = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        };
        let dimensions = self.dimensions.iter().flat_map(|dimension| [&dimension.name, &dimension.value]);
        if !is_legal(name, 255) || !dimensions.into_iter().all(|text| is_legal(text, 1_024)) {
            return Err(format!("{name:?}: a name that is empty, too long or not printable ASCII"));
        }
        if self.values.len() > 150 || self.dimensions.len() > 30 {
            return Err(format!("{name}: more than 150 values or 30 dimensions"));
        }
        if !self.counts.is_empty() && self.counts.len() != self.values.len() {
            return Err(format!("{name}: Values and Counts differ in length"));
        }
        let forms = [self.value.is_some(), !self.values.is_empty(), self.statistic_values.is_some()];
        if forms.iter().filter(|is_given| **is_given).count() != 1 {
            return Err(format!("{name}: exactly one of Value, Values and StatisticValues"));
        }
        let of_set = self
            .statistic_values
            .iter()
            .flat_map(|set| [set.sample_count, set.sum, set.minimum, set.maximum]);
        let mut numbers =
            self.value.into_iter().chain(of_set).chain(self.values.iter().chain(&self.counts).copied());
        if !numbers.all(f64::is_finite) {
            return Err(format!("{name}: a value that is no number"));
        }
        Ok(())
    }

    /// The value of a dimension.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions
            .iter()
            .find(|dimension| dimension.name == name)
            .map(|dimension| dimension.value.as_str())
    }

    /// The same as a line of the metric file, without its unit.
    ///
    /// # Panics
    /// It has no timestamp, or one that is no time.
    #[must_use]
    pub fn line(&self) -> MetricLine {
        let value = match self.value {
            Some(value) => MetricValue::Value { value },
            None => MetricValue::Distribution { values: self.values.clone(), counts: self.counts.clone() },
        };
        let name = self.metric_name.clone();
        let point = MetricPoint { name, unit: Unit::None, timestamp: None, dimensions: Vec::new(), value };
        let dimensions = self.dimensions.iter().cloned();
        let dimensions: Vec<_> =
            dimensions.map(|Dimension { name, value }| metrics::Dimension { name, value }).collect();
        let at = Timestamp::from_second(self.timestamp.expect("a stamped point") as i64).expect("a time");
        point.line(at, &dimensions)
    }
}

impl Publish {
    pub(crate) fn from_form(form: &BTreeMap<String, String>) -> Option<Self> {
        let field = |name: &str| form.get(name).cloned();
        let attribute = |n: u32| {
            let field = |name: &str| field(&format!("MessageAttributes.entry.{n}.{name}"));
            Some((field("Name")?, (field("Value.DataType")?, field("Value.StringValue")?)))
        };
        Some(Self {
            topic_arn: field("TopicArn")?,
            subject: field("Subject"),
            message: field("Message")?,
            message_structure: field("MessageStructure"),
            attributes: (1..).map_while(attribute).collect(),
        })
    }

    /// What a subscription of this protocol (`sqs`, `email`) is sent.
    #[must_use]
    pub fn for_protocol(&self, protocol: &str) -> Option<String> {
        if self.message_structure.is_none() {
            return Some(self.message.clone());
        }
        let texts: BTreeMap<String, String> = serde_json::from_str(&self.message).ok()?;
        texts.get(protocol).or_else(|| texts.get("default")).cloned()
    }

    /// What lies in a queue that subscribes.
    ///
    /// # Panics
    /// It is no JSON.
    #[must_use]
    pub fn in_queue(&self) -> Value {
        let body = self.for_protocol("sqs").expect("a text for queues");
        serde_json::from_str(&body).expect("JSON")
    }
}
