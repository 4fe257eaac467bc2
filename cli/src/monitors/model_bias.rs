//! `bellwether model-bias`: how differently groups of people were treated, and how many people each group has; and the baseline of
//! that.

pub(crate) mod suggest;

use super::{Command, OfAVersion, labelled_in_words};
use crate::baseline::{done, laid_out};
use crate::summary::{TEXT_CHARS, file};
use crate::table::{Column, Table, paragraph};
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::model_bias::{BiasAnalysis, BiasMetric, BiasNumber};
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::Kept;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::model_bias::{BaselineOfGroups, ModelBias};
use bellwether_pipeline::route::text::{number, plain};
use bellwether_storage::Store;

impl Command for ModelBias {
    const ABOUT: &'static str =
        "Judges whether one window's answers treat groups of people as alike as the baseline's did";
    const EXAMPLES: &'static str = EXAMPLES;

    async fn measured(reports: &Store, committed: &Committed, width: usize) -> Result<Vec<String>, RunError> {
        let Some(truth) = &committed.execution.labelling.ground_truth else {
            // A window that was given up measured nothing.
            return Ok(Vec::new());
        };
        let analysis: BiasAnalysis = file(reports, Key::Report(&committed.run, ReportFile::Analysis)).await?;
        let mut lines = vec![paragraph("  labels:", &labelled_in_words(truth), width)];
        if analysis.stages().next().is_some() {
            lines.push(String::new());
            lines.extend(metrics(&analysis).indented(2).lines(width));
        }
        Ok(lines)
    }
}

/// Each metric of each group.
fn metrics(analysis: &BiasAnalysis) -> Table {
    let mut table =
        Table::new([("group", Column::Text), ("metric", Column::Text), ("value", Column::Number)]);
    for (_, block) in analysis.stages() {
        for (facet, groups) in block.facets.iter() {
            for group in groups {
                let of = plain(&format!("{facet}={}", group.value_or_threshold), TEXT_CHARS);
                for metric in &group.metrics {
                    table.row([of.clone(), plain(&metric.description, TEXT_CHARS), value(metric)]);
                }
            }
        }
    }
    table
}

fn value(metric: &BiasMetric) -> String {
    match metric.value.map(BiasNumber::value) {
        Some(value) if value.is_finite() => number(value),
        Some(value) => value.to_string(),
        None => "-".to_owned(),
    }
}

impl OfAVersion for BaselineOfGroups {
    const LABEL: &'static str = "groups:";
    const MONITOR: &'static str = "the model-bias monitor";

    async fn in_full(_: &Store, kept: &Kept<DatasetBaseline>) -> Result<String, RunError> {
        let Kept { outcome, standing, object, baseline } = kept;
        let version = &baseline.model_version;
        let current =
            standing.in_force(version).map_or_else(|| "none".to_owned(), |it| format!("that of {it}"));
        Ok(laid_out(&[
            ("", format!("Model-bias baseline of {version}: {}", done(*outcome))),
            ("  measured:", format!("{} rows with labels", baseline.rows)),
            ("  in force:", current),
            ("  baseline:", object.clone()),
        ]))
    }

    fn kept(current: &ModelVersion) -> String {
        format!("kept: {current} was put in force meanwhile, and the model-bias monitor judges by it")
    }
}

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the
environment variable that it names.

Examples:
  Judge the last hour by the labels that came within it and the baseline that
  SageMaker Clarify made:
    bellwether model-bias --capture s3://my-bucket/datacapture \\
      --ground-truth s3://my-bucket/ground-truth \\
      --analysis-config analysis_config.json --probability-attribute 0 \\
      --endpoint-name loans-prod --variant AllTraffic \\
      --schedule model-bias-hourly --reports out/reports \\
      --baseline-constraints baseline/analysis.json

  Groups are small, so judge a week at once, and only what chance does not
  explain, of fifty people or more on either side:
    bellwether model-bias --capture s3://my-bucket/datacapture \\
      --ground-truth s3://my-bucket/ground-truth \\
      --analysis-config analysis_config.json --probability-attribute 0 \\
      --endpoint-name loans-prod --variant AllTraffic \\
      --schedule model-bias-weekly --reports out/reports \\
      --baseline-constraints baseline/analysis.json \\
      --start-time-offset=-P7D --end-time-offset=-PT0H \\
      --confidence normal_bootstrap --min-group 50";
