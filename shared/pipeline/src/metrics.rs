//! Metric points: those that every run has, and how any are sent.
//!
//! [`run_points`] is a pure translation; [`Sink::send`] is a few lines around CloudWatch or a file. It knows no monitor.

mod append;

use crate::RunError;
use crate::clients::Clients;
use crate::settings::Namespace;
use aws_sdk_cloudwatch::error::SdkError;
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataError;
use aws_sdk_cloudwatch::types::{Dimension as SdkDimension, MetricDatum, StandardUnit, StatisticSet};
use bellwether_analysis::completeness::COMPLETENESS;
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::execution::{Identity, Status};
use bellwether_contract::judged::Severity;
use bellwether_contract::metrics::{
    Dimension, METRICS_FILE, MetricPoint, MetricValue, Unit, stack_dimensions,
};
use bellwether_contract::names::StackName;
use bellwether_contract::violations::CheckType;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// CloudWatch takes at most this many distinct values for one metric.
pub(crate) const MOST_VALUES: usize = 150;
/// Points in a request: the API takes 1,000 and 1 MB, of which 150 values and counts of a point may take 7 kB.
const MOST_DATA: usize = 100;
/// CloudWatch refuses points older than this.
const OLDEST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// CloudWatch refuses points further ahead than this.
const FURTHEST: SignedDuration = SignedDuration::from_hours(2);

/// Names of the points that every run has.
pub const EVERY_RUN: [&str; 5] =
    ["violations", "violations_warning", "run_completed", "window_read", "monitor_blind"];

/// The point that says for a whole stack that a violation of one of its monitors persists: 1 or 0.
pub const VIOLATION_PERSISTS: &str = "violation_persists";

/// A yes or no.
pub fn flag(name: &str, is: bool) -> MetricPoint {
    MetricPoint::value(name, Unit::None, f64::from(u8::from(is)))
}

/// The points that every run has. A failed window was not read. Blindness is told where the window tells anything of it.
pub fn run_points(verdict: &Verdict) -> Vec<MetricPoint> {
    let count = |name: &str, count: usize| MetricPoint::value(name, Unit::Count, count as f64);
    let judged = matches!(verdict.status, Status::Completed | Status::CompletedWithViolations);
    let serious = verdict.violated.iter().filter(|found| found.judged.severity >= Severity::Warning).count();
    let [violations, warning, completed, read, blind] = EVERY_RUN;
    [count(violations, verdict.violated.len()), count(warning, serious), flag(completed, judged)]
        .into_iter()
        .chain([flag(read, verdict.status != Status::Failed)])
        .chain(verdict.blind.map(|is| flag(blind, is)))
        .chain(completeness(verdict).map(|share| MetricPoint::value(COMPLETENESS, Unit::None, share)))
        .collect()
}

/// Whose points speak for all its monitors, and where they go.
#[derive(Debug, Clone)]
pub struct StackMetrics {
    /// The stack.
    pub name: StackName,
    /// CloudWatch namespace.
    pub namespace: Namespace,
}

impl StackMetrics {
    /// A stack's, in a namespace of its choice or the usual one.
    pub fn new(name: StackName, namespace: Option<Namespace>) -> Self {
        Self { name, namespace: namespace.unwrap_or_else(Namespace::of_stacks) }
    }
}

/// Points that speak for a stack: they carry its name and no other dimension.
#[derive(Debug, Clone, Copy)]
pub struct OfStack<'p> {
    /// The stack.
    pub stack: &'p StackMetrics,
    /// The points.
    pub points: &'p [MetricPoint],
}

/// A point, and a dimension set that it is published under.
type Dimensioned<'p> = (&'p MetricPoint, Vec<Dimension>);

/// The share of the calls that was captured, where that was asked for and known.
fn completeness(verdict: &Verdict) -> Option<f64> {
    let judged = verdict.violated.iter().map(|found| &found.judged).chain(verdict.held.values());
    judged
        .into_iter()
        .find(|judged| judged.check == CheckType::CaptureCompleteness)
        .map(|judged| judged.value)
}

/// A point with every dimension set that it is published under.
fn with_dimensions<'p>(
    points: &'p [MetricPoint],
    identity: &Identity,
) -> impl Iterator<Item = Dimensioned<'p>> {
    points.iter().flat_map(|point| {
        let Identity { endpoint_name, variant_name, monitoring_schedule_name, .. } = identity;
        let sets = point.dimension_sets(endpoint_name, variant_name, monitoring_schedule_name);
        sets.into_iter().map(move |set| (point, set))
    })
}

fn with_stack<'p>(of_stack: OfStack<'p>) -> impl Iterator<Item = Dimensioned<'p>> {
    let dimensions = stack_dimensions(&of_stack.stack.name);
    of_stack.points.iter().map(move |point| (point, dimensions.clone()))
}

/// Points in the form of the container contract's metric file, one a line for each dimension set.
pub fn lines(points: &[MetricPoint], identity: &Identity) -> Result<Vec<u8>, serde_json::Error> {
    as_lines(with_dimensions(points, identity), identity.window.stamp())
}

/// The same of a run that is of no endpoint, as the built-in containers publish those of batch transform jobs: under the schedule,
/// and of a column under its feature too.
pub fn lines_of_no_endpoint(
    points: &[MetricPoint],
    identity: &Identity,
) -> Result<Vec<u8>, serde_json::Error> {
    let is_kept =
        |dimension: &Dimension| ["MonitoringSchedule", "Feature"].contains(&dimension.name.as_str());
    let kept = |set: Vec<Dimension>| set.into_iter().filter(is_kept).collect();
    let mut of_schedule: Vec<Dimensioned<'_>> =
        with_dimensions(points, identity).map(|(point, set)| (point, kept(set))).collect();
    of_schedule.dedup_by(|(one, set), (other, of_other)| std::ptr::eq(*one, *other) && set == of_other);
    as_lines(of_schedule.into_iter(), identity.window.stamp())
}

fn as_lines<'p>(
    points: impl Iterator<Item = Dimensioned<'p>>,
    stamp: Timestamp,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut lines = Vec::new();
    for (point, set) in points {
        serde_json::to_writer(&mut lines, &point.line(stamp, &set))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Where points go.
#[derive(Debug, Clone)]
pub enum Sink {
    /// CloudWatch.
    CloudWatch {
        /// A client.
        client: aws_sdk_cloudwatch::Client,
        /// The namespace of a run's own points; without one they stand in execution.json alone.
        namespace: Option<String>,
    },
    /// The container contract's metric file in this folder; points are appended.
    Directory(PathBuf),
    /// Nowhere: they stand in execution.json.
    Nowhere,
}

/// What became of a run's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Accepted.
    Accepted,
    /// CloudWatch would refuse points of that hour; files only.
    OutOfRange,
}

impl Sink {
    /// CloudWatch: a run's own points where a namespace is set, and its stack's in that one's.
    pub fn cloudwatch(clients: &Clients, namespace: Option<impl Display>) -> Self {
        let namespace = namespace.map(|namespace| namespace.to_string());
        Self::CloudWatch { client: clients.cloudwatch.clone(), namespace }
    }

    /// Sends the points of a committed run, under every dimension set, and what the run says for its stack.
    pub async fn send(
        &self,
        identity: &Identity,
        points: &[MetricPoint],
        of_stack: Option<OfStack<'_>>,
        now: Timestamp,
    ) -> Result<Sent, RunError> {
        let stamp = identity.window.stamp();
        let of_run = with_dimensions(points, identity);
        match self {
            Self::Nowhere => Ok(Sent::Accepted),
            Self::Directory(directory) => {
                // In one write: what a kill leaves of it is taken up by the same lines.
                let points = of_run.chain(of_stack.into_iter().flat_map(with_stack));
                append_lines(directory, points, stamp).map(|()| Sent::Accepted)
            }
            Self::CloudWatch { client, namespace } => {
                if let Some(namespace) = namespace
                    && put(client, namespace, of_run, stamp, now).await? == Sent::OutOfRange
                {
                    return Ok(Sent::OutOfRange);
                }
                match of_stack {
                    Some(of_stack) => self.send_of_stack(of_stack, stamp, now).await,
                    None => Ok(Sent::Accepted),
                }
            }
        }
    }

    /// Sends points that speak for a stack alone.
    pub async fn send_of_stack(
        &self,
        of_stack: OfStack<'_>,
        stamp: Timestamp,
        now: Timestamp,
    ) -> Result<Sent, RunError> {
        let points = with_stack(of_stack);
        match self {
            Self::Nowhere => Ok(Sent::Accepted),
            Self::Directory(directory) => append_lines(directory, points, stamp).map(|()| Sent::Accepted),
            Self::CloudWatch { client, .. } => {
                put(client, &of_stack.stack.namespace.to_string(), points, stamp, now).await
            }
        }
    }
}

/// Sends points of one time to one namespace.
async fn put<'p>(
    client: &aws_sdk_cloudwatch::Client,
    namespace: &str,
    points: impl Iterator<Item = Dimensioned<'p>>,
    stamp: Timestamp,
    now: Timestamp,
) -> Result<Sent, RunError> {
    if now.duration_since(stamp) > OLDEST || stamp.duration_since(now) > FURTHEST {
        return Ok(Sent::OutOfRange);
    }
    // What a window that looks back weeks says of its own hours stands in its report alone.
    let is_taken = |point: &MetricPoint| point.timestamp.is_none_or(|own| now.duration_since(own) <= OLDEST);
    let points = points.filter(|(point, _)| is_taken(point));
    let data: Vec<_> =
        points.map(|(point, set)| datum(point, point.timestamp.unwrap_or(stamp), &set)).collect();
    for data in data.chunks(MOST_DATA) {
        let request = client.put_metric_data().namespace(namespace).set_metric_data(Some(data.to_vec()));
        request.send().await.map_err(|error| refusal(namespace, error))?;
    }
    Ok(Sent::Accepted)
}

fn refusal(namespace: &str, error: SdkError<PutMetricDataError>) -> RunError {
    let namespace = namespace.to_owned();
    let status = error.raw_response().map(|response| response.status().as_u16());
    let source = Box::new(error);
    match status {
        Some(401 | 403) => RunError::MetricsRefused { namespace, source },
        _ => RunError::MetricsUnavailable { namespace, source },
    }
}

fn datum(point: &MetricPoint, timestamp: Timestamp, dimensions: &[Dimension]) -> MetricDatum {
    let unit = match point.unit {
        Unit::Count => StandardUnit::Count,
        Unit::None => StandardUnit::None,
    };
    let dimensions = dimensions
        .iter()
        .map(|dimension| SdkDimension::builder().name(&dimension.name).value(&dimension.value).build())
        .collect();
    let datum = MetricDatum::builder()
        .metric_name(&point.name)
        .timestamp(aws_sdk_cloudwatch::primitives::DateTime::from_secs(timestamp.as_second()))
        .set_dimensions(Some(dimensions))
        .unit(unit);
    match &point.value {
        MetricValue::Value { value } => datum.value(*value),
        MetricValue::Distribution { values, counts } => {
            datum.set_values(Some(values.clone())).set_counts(Some(counts.clone()))
        }
        MetricValue::Summary(summary) => datum.statistic_values(
            StatisticSet::builder()
                .sample_count(summary.sample_count)
                .sum(summary.sum)
                .minimum(summary.minimum)
                .maximum(summary.maximum)
                .build(),
        ),
    }
    .build()
}

fn append_lines<'p>(
    directory: &Path,
    points: impl Iterator<Item = Dimensioned<'p>>,
    stamp: Timestamp,
) -> Result<(), RunError> {
    let path = directory.join(METRICS_FILE);
    let write = || -> std::io::Result<()> {
        let lines = as_lines(points, stamp)?;
        std::fs::create_dir_all(directory)?;
        append::append(&path, &lines)
    };
    write().map_err(|source| RunError::MetricsFile { path: path.display().to_string(), source })
}
