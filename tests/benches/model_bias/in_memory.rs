//! What the metrics alone take of rows that were read and joined before.

use bellwether_analysis::model_bias::{BiasCell, BiasProblem, BiasRows, Facet, MeasuredBias, measure};
use bellwether_contract::model_bias::ConfigValue;
use serde_json::Value;
use std::collections::HashMap;
use std::error::Error;
use std::fs::{read_dir, read_to_string};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

const FEATURES: usize = 20;
/// As many files as the peer's script takes for the flip test.
const FILES_OF_SOME: usize = 3;
const TURNS: usize = 3;

/// Writes `all.json` and `some.json`: the seconds of the best of some turns on one core, without the flip test and with it.
pub(crate) fn write(root: &Path) -> Result<(), Box<dyn Error>> {
    let labels = labels(&root.join("ground-truth"))?;
    let files = files(&root.join("capture"))?;
    let all = rows(&files, &labels, 0)?;
    let some = rows(&files[..FILES_OF_SOME], &labels, 50_000)?;
    for (name, rows) in [("all", all), ("some", some)] {
        let seconds = best(&rows)?;
        std::fs::write(
            root.join(format!("{name}.json")),
            serde_json::json!({"rows": rows.len(), "seconds": seconds}).to_string(),
        )?;
    }
    Ok(())
}

fn best(rows: &BiasRows) -> Result<f64, Box<dyn Error>> {
    let mut best = f64::INFINITY;
    for _ in 0..TURNS {
        let began = Instant::now();
        ask_for_every_metric(&measure(rows)?);
        best = best.min(began.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// A metric is made of its counts where it is asked for.
fn ask_for_every_metric(measured: &MeasuredBias) {
    for group in measured.facets.iter().flat_map(|facet| &facet.groups) {
        for metric in group.metrics() {
            black_box(metric);
        }
    }
}

fn rows(
    files: &[PathBuf],
    labels: &HashMap<String, i64>,
    flip_test_rows: u64,
) -> Result<BiasRows, Box<dyn Error>> {
    let mut rows = BiasRows::new(&BiasProblem {
        features: (0..FEATURES).map(|place| format!("c{place}")).collect(),
        label: "left".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![Facet {
            name: "c0".to_owned(),
            feature: 0,
            values: (18..41).map(ConfigValue::Integer).collect(),
        }],
        group: Some(0),
        flip_test_rows,
    });
    for file in files {
        for line in read_to_string(file)?.lines() {
            let record: Value = serde_json::from_str(line)?;
            let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).ok_or("no such text");
            let cells = text("/captureData/endpointInput/data")?.split(',').map(BiasCell::Written);
            let score: f64 = text("/captureData/endpointOutput/data")?.parse()?;
            let label = labels[text("/eventMetadata/inferenceId")?];
            let cells: Vec<BiasCell<'_>> = cells.collect();
            rows.push(&cells, BiasCell::Integer(label), BiasCell::Integer(i64::from(score > 0.5)))
                .map_err(|reason| reason.as_str())?;
        }
    }
    Ok(rows)
}

fn labels(folder: &Path) -> Result<HashMap<String, i64>, Box<dyn Error>> {
    let mut labels = HashMap::new();
    for file in files(folder)? {
        for line in read_to_string(file)?.lines() {
            let record: Value = serde_json::from_str(line)?;
            let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).ok_or("no such text");
            labels
                .insert(text("/eventMetadata/eventId")?.to_owned(), text("/groundTruthData/data")?.parse()?);
        }
    }
    Ok(labels)
}

/// All files below a folder, in the order of their paths.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}
