//! `bellwether model-explainability`: how much each feature moves the answers, and how sure that is; and the baseline of that.

pub(crate) mod suggest;

use super::{Command, OfAVersion};
use crate::arguments::flag;
use crate::baseline::{done, laid_out};
use crate::summary::TEXT_CHARS;
use crate::table::{Column, Table, paragraph};
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::model_explainability::ExplanationSummary;
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::Kept;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::model_explainability::{BaselineOfReasons, ModelExplainability};
use bellwether_pipeline::route::text::{number, plain};
use bellwether_storage::Store;

impl Command for ModelExplainability {
    const ABOUT: &'static str =
        "Judges whether the same features move the answers of one window as moved the baseline's";
    const EXAMPLES: &'static str = EXAMPLES;

    fn flags(command: clap::Command) -> clap::Command {
        command.arg(asks_sagemaker())
    }

    async fn measured(_: &Store, committed: &Committed, width: usize) -> Result<Vec<String>, RunError> {
        Ok(committed.execution.explanation.as_ref().map(|found| values(found, width)).unwrap_or_default())
    }
}

/// Says what an endpoint's name says already: that it is one of SageMaker's.
fn asks_sagemaker() -> clap::Arg {
    flag("sagemaker", "Ask the SageMaker endpoint that --explained-endpoint-name names")
        .requires("EXPLAINED_ENDPOINT_NAME")
        .conflicts_with("EXPLAINED_MODEL_URL")
}

/// By which method, and each feature with its value and its errors, the greatest first.
fn values(found: &ExplanationSummary, width: usize) -> Vec<String> {
    let mut lines = vec![paragraph("  explained:", &in_words(found), width)];
    for (label, explained) in found.labels.iter() {
        let label = plain(label, TEXT_CHARS);
        let mut table = Table::new([
            (label.as_str(), Column::Text),
            ("value", Column::Number),
            ("error", Column::Number),
            ("error of rows", Column::Number),
        ]);
        let mut features: Vec<_> = explained.global.iter().collect();
        features.sort_by(|(_, one), (_, other)| other.value.abs().total_cmp(&one.value.abs()));
        for (feature, global) in features {
            let numbers = [global.value, global.standard_error, global.row_error].map(number);
            let [value, error, of_rows] = numbers;
            table.row([plain(feature, TEXT_CHARS), value, error, of_rows]);
        }
        lines.push(String::new());
        lines.extend(table.indented(2).lines(width));
        let ndcg = explained.ndcg.map(|ndcg| format!("{} of 1", number(ndcg)));
        lines.extend(ndcg.map(|ndcg| paragraph("  like the baseline:", &ndcg, width)));
        if !explained.moved.is_empty() {
            let moved: Vec<String> =
                explained.moved.iter().map(|moved| plain(&moved.to_string(), TEXT_CHARS)).collect();
            lines.push(paragraph("  moved most:", &moved.join(", "), width));
        }
    }
    lines
}

/// `200 of 1,000 rows by exact, of which the model was asked 204601 rows`.
fn in_words(found: &ExplanationSummary) -> String {
    let ExplanationSummary { method, rows, explained_rows, baseline_rows, num_samples, rows_asked, .. } =
        found;
    let samples = num_samples.map(|samples| format!(" of {samples} combinations each")).unwrap_or_default();
    format!(
        "{explained_rows} of {rows} rows against {baseline_rows} of the baseline, {}{samples}; the model was asked {rows_asked} rows",
        method.as_str()
    )
}

impl OfAVersion for BaselineOfReasons {
    const LABEL: &'static str = "reasons:";
    const MONITOR: &'static str = "the model-explainability monitor";

    async fn in_full(_: &Store, kept: &Kept<DatasetBaseline>) -> Result<String, RunError> {
        let Kept { outcome, standing, object, baseline } = kept;
        let version = &baseline.model_version;
        let current =
            standing.in_force(version).map_or_else(|| "none".to_owned(), |it| format!("that of {it}"));
        Ok(laid_out(&[
            ("", format!("Model-explainability baseline of {version}: {}", done(*outcome))),
            ("  read:", format!("{} features", baseline.columns.unwrap_or_default())),
            ("  in force:", current),
            ("  baseline:", object.clone()),
        ]))
    }

    fn kept(current: &ModelVersion) -> String {
        format!(
            "kept: {current} was put in force meanwhile, and the model-explainability monitor judges by it"
        )
    }
}

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the
environment variable that it names.

Examples:
  Explain 200 rows of the last hour by asking a model server on this machine,
  and compare with what SageMaker Clarify found:
    bellwether model-explainability --capture s3://my-bucket/datacapture \\
      --analysis-config analysis_config.json \\
      --endpoint-url http://localhost:8080/invocations \\
      --endpoint-name loans-prod --variant AllTraffic \\
      --schedule explainability-hourly --reports out/reports \\
      --baseline-constraints baseline/analysis.json

  Ask a shadow of the endpoint, which has no data capture:
    bellwether model-explainability --capture s3://my-bucket/datacapture \\
      --analysis-config s3://my-bucket/inputs/analysis_config.json \\
      --sagemaker --explained-endpoint-name loans-shadow \\
      --endpoint-name loans-prod --variant AllTraffic \\
      --schedule explainability-hourly --reports s3://my-bucket/reports \\
      --baselines s3://my-bucket/baselines";
