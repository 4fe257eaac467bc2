//! `bellwether data-quality`: how much of a table was seen, and how far it has moved; and the baseline of training rows.

use super::{Command, OfAVersion};
use crate::baseline::{done, laid_out};
use crate::summary::{MAX_FILE_BYTES, TEXT_CHARS, file};
use crate::table::{Column, Table, paragraph};
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::metrics::{FEATURE_PREFIX, MetricLine};
use bellwether_contract::names::ModelVersion;
use bellwether_contract::statistics::Statistics;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::Kept;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::monitors::data_quality::{BaselineOfRows, DataQuality};
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_storage::Store;
use std::collections::BTreeMap;

/// Columns whose distance is told.
const MOST_DISTANCES: usize = 5;

impl Command for DataQuality {
    const ABOUT: &'static str =
        "Judges the columns of one window's captured traffic: types, missing cells, values, drift";
    const EXAMPLES: &'static str = EXAMPLES;

    async fn measured(reports: &Store, committed: &Committed, width: usize) -> Result<Vec<String>, RunError> {
        let key = |file| Key::Report(&committed.run, file);
        let statistics: Statistics = file(reports, key(ReportFile::Statistics)).await?;
        // A window that was given up measured nothing.
        let has_metrics = committed.execution.files.iter().any(|file| file.name == ReportFile::Metrics);
        let distances =
            if has_metrics { distances(reports, key(ReportFile::Metrics)).await? } else { Vec::new() };
        let rows = usize::try_from(statistics.dataset.item_count).unwrap_or(usize::MAX);
        let columns = counted(statistics.features.len(), "column");
        let mut lines =
            vec![paragraph("  measured:", &format!("{} of {columns}", counted(rows, "row")), width)];
        if !distances.is_empty() {
            let mut table =
                Table::new([("furthest from the baseline", Column::Text), ("distance", Column::Number)]);
            for (column, distance) in distances.iter().take(MOST_DISTANCES) {
                table.row([plain(column, TEXT_CHARS), number(*distance)]);
            }
            lines.push(String::new());
            lines.extend(table.indented(2).lines(width));
        }
        Ok(lines)
    }
}

impl OfAVersion for BaselineOfRows {
    const LABEL: &'static str = "rows:";
    const MONITOR: &'static str = "the data-quality monitor";

    async fn in_full(_: &Store, kept: &Kept<DatasetBaseline>) -> Result<String, RunError> {
        let Kept { outcome, standing, object, baseline } = kept;
        let version = &baseline.model_version;
        let current =
            standing.in_force(version).map_or_else(|| "none".to_owned(), |it| format!("that of {it}"));
        Ok(laid_out(&[
            ("", format!("Data-quality baseline of {version}: {}", done(*outcome))),
            (
                "  measured:",
                format!("{} rows of {} columns", baseline.rows, baseline.columns.unwrap_or_default()),
            ),
            ("  in force:", current),
            ("  baseline:", object.clone()),
        ]))
    }

    fn kept(current: &ModelVersion) -> String {
        format!("kept: {current} was put in force meanwhile, and the data-quality monitor judges by it")
    }
}

/// How far the columns have moved from the baseline, the furthest first.
async fn distances(store: &Store, key: Key<'_>) -> Result<Vec<(String, f64)>, RunError> {
    let key = key.to_string();
    let bytes = store.get(&key, MAX_FILE_BYTES).await?;
    let prefix = format!("{FEATURE_PREFIX}baseline_drift_");
    // A line for each dimension set: a column is told once.
    let mut distances = BTreeMap::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: MetricLine = from_slice(&store.uri(&key), line)?;
        if let (Some(column), Some(value)) = (line.metric_name.strip_prefix(&prefix), line.value) {
            distances.insert(column.to_owned(), value);
        }
    }
    let mut distances: Vec<(String, f64)> = distances.into_iter().collect();
    distances.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok(distances)
}

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the
environment variable that it names.

Examples:
  Judge the last hour by the files of an existing baseline:
    bellwether data-quality --capture s3://my-bucket/datacapture \\
      --endpoint-name churn-prod --variant AllTraffic \\
      --schedule data-quality-hourly --reports out/reports \\
      --baseline-statistics statistics.json \\
      --baseline-constraints constraints.json

  The same with columns out of nested JSON, declared in a file, and with the
  built-in engine's own distances, to compare with its reports:
    bellwether data-quality --capture s3://my-bucket/datacapture \\
      --endpoint-name churn-prod --variant AllTraffic \\
      --schedule data-quality-hourly --reports out/reports \\
      --baseline-statistics statistics.json \\
      --baseline-constraints constraints.json \\
      --paths columns.json --comparison deequ";
