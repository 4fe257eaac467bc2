//! How many calls CloudWatch counted of an endpoint's variant in a window: one request.
//!
//! Why nobody knows is a value and no error: the window is judged all the same. It judges nothing.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode,
};
use bellwether_analysis::completeness::Uncounted;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::window::Window;

const NAMESPACE: &str = "AWS/SageMaker";
const METRIC: &str = "Invocations";
/// CloudWatch keeps sums of an hour longest, and windows are whole hours: a week of them is one page.
const PERIOD_SECONDS: i32 = 3_600;

/// The calls of a window, or why nobody knows how many there were.
pub(crate) async fn counted(
    client: &Client,
    endpoint: &EndpointName,
    variant: &VariantName,
    window: Window,
) -> Result<f64, Uncounted> {
    let [start, end] = [window.start(), window.end()].map(|at| DateTime::from_secs(at.as_second()));
    let request = client.get_metric_data().start_time(start).end_time(end);
    let answer = request.metric_data_queries(query(endpoint, variant)).send().await.map_err(refusal)?;
    summed(answer.metric_data_results(), endpoint, variant)
}

fn query(endpoint: &EndpointName, variant: &VariantName) -> MetricDataQuery {
    let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
    let metric = Metric::builder()
        .namespace(NAMESPACE)
        .metric_name(METRIC)
        .dimensions(dimension("EndpointName", endpoint.as_str()))
        .dimensions(dimension("VariantName", variant.as_str()))
        .build();
    let sums = MetricStat::builder().metric(metric).period(PERIOD_SECONDS).stat("Sum").build();
    MetricDataQuery::builder().id("calls").metric_stat(sums).return_data(true).build()
}

/// No point is no count: a variant without a call has none, and neither has one of another name.
fn summed(
    results: &[MetricDataResult],
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Result<f64, Uncounted> {
    let metric = format!("{NAMESPACE} {METRIC} of {endpoint}/{variant}");
    if let Some(status) =
        results.iter().filter_map(|result| result.status_code()).find(|it| **it != StatusCode::Complete)
    {
        return Err(Uncounted::NotTold(format!("CloudWatch gave {metric} in part ({})", status.as_str())));
    }
    let values: Vec<f64> = results.iter().flat_map(|result| result.values()).copied().collect();
    if values.is_empty() {
        return Err(Uncounted::NoPoint(format!("CloudWatch has no point of {metric} in the window")));
    }
    Ok(values.iter().sum())
}

fn refusal(error: SdkError<GetMetricDataError>) -> Uncounted {
    Uncounted::NotTold(
        match (error.raw_response().map(|response| response.status().as_u16()), error.code()) {
            (Some(401 | 403), _) => {
                "CloudWatch refused to tell how many calls there were; allow cloudwatch:GetMetricData"
                    .to_owned()
            }
            (_, Some(code)) => format!("CloudWatch did not tell how many calls there were ({code})"),
            (_, None) => "CloudWatch did not tell how many calls there were".to_owned(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sums_are_added_and_nothing_is_no_count() {
        let (endpoint, variant) = ("news".parse().expect("a name"), "blue".parse().expect("a name"));
        let of = |values: &[f64], status: StatusCode| {
            let result = MetricDataResult::builder().set_values(Some(values.to_vec())).status_code(status);
            summed(&[result.build()], &endpoint, &variant)
        };
        assert_eq!(of(&[600.0, 12.0], StatusCode::Complete), Ok(612.0));
        let none = "CloudWatch has no point of AWS/SageMaker Invocations of news/blue in the window";
        assert_eq!(of(&[], StatusCode::Complete), Err(Uncounted::NoPoint(none.to_owned())));
        assert!(
            of(&[600.0], StatusCode::PartialData)
                .is_err_and(|why| why.to_string().contains("in part (PartialData)"))
        );
        assert!(summed(&[], &endpoint, &variant).is_err());
    }
}
