//! `bellwether model-quality`: how right the answers were, and how right those without labels probably are; and the baseline of
//! answers with labels.

pub(crate) mod suggest;

use super::{Command, OfAVersion, labelled_in_words};
use crate::baseline::{done, laid_out};
use crate::summary::file;
use crate::table::{Column, Table, paragraph};
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::model_quality::{ModelQualityStatistics, ProblemType};
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::Kept;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::model_quality::{BaselineOfAnswers, ModelQuality};
use bellwether_pipeline::route::text::number;
use bellwether_storage::Store;
use std::collections::BTreeMap;

impl Command for ModelQuality {
    const ABOUT: &'static str =
        "Judges one window's captured answers by their labels, and estimates those of the newest hour";
    const EXAMPLES: &'static str = EXAMPLES;

    async fn measured(reports: &Store, committed: &Committed, width: usize) -> Result<Vec<String>, RunError> {
        let execution = &committed.execution;
        let Some(truth) = &execution.labelling.ground_truth else {
            // A window that was given up measured nothing.
            return Ok(Vec::new());
        };
        let statistics: ModelQualityStatistics =
            file(reports, Key::Report(&committed.run, ReportFile::Statistics)).await?;
        let mut lines = vec![paragraph("  labels:", &labelled_in_words(truth), width)];
        let table = metrics(&statistics, &execution.labelling.estimated_then);
        lines.push(String::new());
        lines.extend(table.indented(2).lines(width));
        if let Some(window) = &execution.labelling.estimated_window {
            lines.push(paragraph("  estimated:", &format!("{window}, without labels; it takes the scores to mean what they meant on the baseline, and does not see concept drift"), width));
        }
        Ok(lines)
    }
}

/// Each number, with what it was or is estimated to be.
fn metrics(statistics: &ModelQualityStatistics, then: &BTreeMap<String, f64>) -> Table {
    let types =
        [ProblemType::Regression, ProblemType::BinaryClassification, ProblemType::MulticlassClassification];
    let measured = types.into_iter().find_map(|problem| statistics.metrics(problem));
    let estimated = [
        &statistics.estimated_binary_classification_metrics,
        &statistics.estimated_multiclass_classification_metrics,
    ];
    let estimated = estimated.into_iter().flatten().next();
    let realised = measured.into_iter().flat_map(|metrics| {
        metrics.iter().filter_map(|(name, entry)| Some((name.to_owned(), entry.metric()?.value)))
    });
    let mut rows: Vec<(String, Option<f64>)> = realised.collect();
    let names = estimated.into_iter().flat_map(|all| all.iter().map(|(name, _)| name.to_owned()));
    for name in names {
        if rows.iter().all(|(known, _)| *known != name) {
            rows.push((name, None));
        }
    }
    let told = |value: Option<f64>| value.map(number).unwrap_or_default();
    let mut table = Table::new([
        ("metric", Column::Text),
        ("by labels", Column::Number),
        ("estimated then", Column::Number),
        ("estimated now", Column::Number),
    ]);
    for (name, value) in rows {
        let now = estimated.and_then(|all| all.get(&name)).and_then(|estimate| estimate.value);
        let before = then.get(&name).copied();
        table.row([name, told(value), told(before), told(now)]);
    }
    table
}

impl OfAVersion for BaselineOfAnswers {
    const LABEL: &'static str = "answers:";
    const MONITOR: &'static str = "the model-quality monitor";

    async fn in_full(_: &Store, kept: &Kept<DatasetBaseline>) -> Result<String, RunError> {
        let Kept { outcome, standing, object, baseline } = kept;
        let version = &baseline.model_version;
        let current =
            standing.in_force(version).map_or_else(|| "none".to_owned(), |it| format!("that of {it}"));
        let is_calibrated = baseline.files.iter().any(|file| file.name == ReportFile::Calibration);
        let estimate = if is_calibrated { "from calibrated scores" } else { "nothing" };
        Ok(laid_out(&[
            ("", format!("Model-quality baseline of {version}: {}", done(*outcome))),
            ("  measured:", format!("{} rows with labels", baseline.rows)),
            ("  estimated:", estimate.to_owned()),
            ("  in force:", current),
            ("  baseline:", object.clone()),
        ]))
    }

    fn kept(current: &ModelVersion) -> String {
        format!("kept: {current} was put in force meanwhile, and the model-quality monitor judges by it")
    }
}

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the
environment variable that it names.

Examples:
  Judge the last hour by the labels that came within it, and by an estimate:
    bellwether model-quality --capture s3://my-bucket/datacapture \\
      --ground-truth s3://my-bucket/ground-truth \\
      --problem-type BinaryClassification --probability-attribute 0 \\
      --endpoint-name churn-prod --variant AllTraffic \\
      --schedule model-quality-hourly --reports out/reports \\
      --baseline-constraints baseline/constraints.json \\
      --baseline-calibration baseline/calibration.json

  Labels come six hours late: judge the hour of six hours ago, each hour:
    bellwether model-quality --capture s3://my-bucket/datacapture \\
      --ground-truth s3://my-bucket/ground-truth \\
      --problem-type BinaryClassification --probability-attribute 0 \\
      --endpoint-name churn-prod --variant AllTraffic \\
      --schedule model-quality-hourly --reports out/reports \\
      --baselines s3://my-bucket/baselines \\
      --start-time-offset=-PT7H --end-time-offset=-PT6H";
