//! AWS's own example, as its container of January 2024 reported it: `clarify/bias-adult-batch-json` and `bias-adult-jsonlines`.
//!
//! The baseline is of 666 rows whose answers were made anew from the model's weights. The monitored hour is the output of the batch
//! transform, whole, with the labels of the merged record. The files were indented anew with one space where they were kept.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::engine;
use crate::model_bias::{FLIP_TEST_ROWS, MeasuredBias};

fn folder(name: &str) -> Option<PathBuf> {
    engine::data(&format!("clarify/{name}"))
}

fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("a file")
}

/// One level of indent is four spaces, not one.
fn indented(text: &[u8]) -> String {
    let text = std::str::from_utf8(text).expect("UTF-8").trim_end();
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}", "    ".repeat(line.len() - rest.len()))
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn integer(value: &Value) -> BiasCell<'_> {
    BiasCell::Integer(value.as_i64().expect("a whole number"))
}

fn rows(folder: &Path) -> BiasRows {
    let object = "analysis_config.json";
    let config =
        BiasConfig::parse(object, &bytes(&folder.join("analysis_config.real.json"))).expect("theirs");
    let features = config.feature_names().expect("headers");
    BiasRows::new(&BiasProblem::new(object, &config, features, FLIP_TEST_ROWS).expect("columns"))
}

fn push(rows: &mut BiasRows, features: &Value, truth: BiasCell<'_>, answer: BiasCell<'_>) {
    let cells: Vec<BiasCell<'_>> = features.as_array().expect("a list").iter().map(integer).collect();
    rows.push(&cells, truth, answer).expect("a whole row");
}

fn baseline(folder: &Path) -> MeasuredBias {
    let mut rows = rows(folder);
    let instances = engine::json(&folder.join("validation-dataset.json"));
    let mut answers =
        csv::Reader::from_path(folder.join("validation-predictions.computed.csv")).expect("CSV");
    for (instance, answer) in instances["instances"].as_array().expect("rows").iter().zip(answers.records()) {
        let answer = answer.expect("a row");
        // Of two files, one of which has no types.
        let written = BiasCell::Written(&answer[1]);
        push(&mut rows, &instance["features"], integer(&instance["label"]), written);
    }
    measure(&rows).expect("no reason to stop")
}

fn hour(folder: &Path) -> MeasuredBias {
    let mut rows = rows(folder);
    let output = engine::json(&folder.join("transform-output.real.json"));
    let merged = engine::json(&folder.join("merged-record.real.json"));
    let labels = merged["groundTruthData"]["data"].as_str().expect("a text");
    let labels: Value = serde_json::from_str(labels).expect("JSON");
    let answers = output["SageMakerOutput"]["predictions"].as_array().expect("answers");
    let instances = output["instances"].as_array().expect("rows").iter().zip(answers);
    for ((instance, answer), label) in instances.zip(labels["instances"].as_array().expect("labels")) {
        push(&mut rows, &instance["features"], integer(&label["label"]), integer(&answer["predicted_label"]));
    }
    measure(&rows).expect("no reason to stop")
}

#[test]
fn the_baseline_is_the_containers_to_the_last_digit() {
    let Some(folder) = folder("bias-adult-batch-json") else { return };
    let measured = baseline(&folder);
    let (ours, theirs) = (analysis(&measured), bytes(&folder.join("baseline-analysis.real.json")));
    let expected = BiasAnalysis::parse("baseline", &theirs).expect("an analysis");
    let mut compared = 0;
    for ((_, ours), (_, theirs)) in ours.stages().zip(expected.stages()) {
        let [ours, theirs] = [ours, theirs].map(|block| &block.facets.get("Sex").expect("Sex")[0].metrics);
        for (ours, theirs) in ours.iter().zip(theirs) {
            compared += 1;
            let value = |metric: &BiasMetric| metric.value.expect("a value").value();
            if ours.name == "JS" {
                assert!(
                    (value(ours) - value(theirs)).abs() <= 1e-12,
                    "JS: {} and {}",
                    value(ours),
                    value(theirs)
                );
            } else {
                assert_eq!(ours, theirs);
            }
        }
    }
    assert_eq!((measured.rows, compared), (666, 21));

    // Layout, texts and order, with their JS in the place of ours.
    let mut ours = ours;
    let js = |analysis: &mut BiasAnalysis| -> Option<BiasMetric> {
        let block = analysis.pre_training_bias_metrics.as_ref()?;
        block.facets.get("Sex")?[0].metrics.iter().find(|metric| metric.name == "JS").cloned()
    };
    let their_js = js(&mut expected.clone()).expect("JS");
    let our_js = js(&mut ours).expect("JS");
    let text = String::from_utf8(ours.to_bytes().expect("finite")).expect("UTF-8");
    let number = |metric: &BiasMetric| metric.value.expect("a value").to_string();
    assert_eq!(text.replace(&number(&our_js), &number(&their_js)), indented(&theirs));
}

#[test]
fn their_baseline_is_written_back_byte_by_byte() {
    for name in ["bias-adult-batch-json", "bias-adult-jsonlines"] {
        let Some(folder) = folder(name) else { return };
        let theirs = bytes(&folder.join("baseline-analysis.real.json"));
        let read = BiasAnalysis::parse("baseline", &theirs).expect("an analysis");
        assert_eq!(String::from_utf8(read.to_bytes().expect("finite")).expect("UTF-8"), indented(&theirs));
    }
}

fn their_violations(file: &Path) -> BiasViolations {
    serde_json::from_slice(&bytes(file)).expect("violations")
}

#[test]
fn the_hours_eight_violations_come_out_word_for_word_and_in_their_order() {
    let Some(folder) = folder("bias-adult-batch-json") else { return };
    let measured = hour(&folder);
    let baseline =
        BiasAnalysis::parse("baseline", &bytes(&folder.join("baseline-analysis.real.json"))).expect("theirs");
    let judgement = evaluate(Ok(&measured), &baseline, BiasRule::default());
    let ours = violations(&judgement.violated);
    let theirs = their_violations(&folder.join("constraint_violations.real.json"));
    assert_eq!(ours, theirs);
    let evaluated = &judgement;
    assert_eq!((evaluated.violated.len(), evaluated.held.len()), (8, 13));
    assert_eq!(
        (&evaluated.not_evaluable, &evaluated.warnings),
        (&std::collections::BTreeMap::new(), &vec![])
    );
    // What smclarify computed of the same hour; KL and JS hang on the platform's logarithm.
    let computed = engine::json(&folder.join("monitor-analysis.computed.json"));
    let stages = ["post", "pre"].map(|stage| computed[stage][0]["metrics"].as_array().expect("metrics"));
    let theirs: Vec<BiasMetric> = stages
        .into_iter()
        .flatten()
        .map(|metric| serde_json::from_value(metric.clone()).expect("a metric"))
        .collect();
    let ours = analysis(&measured);
    let ours = ours.stages().flat_map(|(_, block)| &block.facets.get("Sex").expect("Sex")[0].metrics);
    for (ours, theirs) in ours.zip(&theirs) {
        let value = |metric: &BiasMetric| metric.value.expect("a value").value();
        let is_near = (value(ours) - value(theirs)).abs() <= 1e-12;
        assert!(ours == theirs || (is_near && ["KL", "JS", "GE"].contains(&ours.name.as_str())), "{ours:?}");
    }
    assert_eq!(theirs.len(), 21);
}

#[test]
fn behind_each_violation_stand_its_groups_and_an_interval() {
    let Some(folder) = folder("bias-adult-batch-json") else { return };
    let measured = hour(&folder);
    let baseline = analysis(&baseline(&folder));
    let rule = BiasRule { seed: 7, ..BiasRule::default() };
    let found = evaluate(Ok(&measured), &baseline, rule);
    assert_eq!(found, evaluate(Ok(&measured), &baseline, rule), "the same seed, the same draws");
    for evidence in found.violated.iter().filter_map(|one| one.judged.evidence.as_deref()) {
        assert_eq!(evidence.groups.facet + evidence.groups.rest, 334);
        let name = evidence.metric_name.as_str();
        let Some(interval) = evidence.interval else {
            assert!(name == "TE" || name == "DCA", "{name}: often without a finite value");
            continue;
        };
        let value = evidence.value.value();
        assert!(interval.low < value && value < interval.high, "{name}: {interval:?}");
    }

    // Chance allowed for, fewer violations are left, and none is new.
    let with_chance = BiasRule { confidence: Confidence::NormalBootstrap, ..rule };
    let certain = evaluate(Ok(&measured), &baseline, with_chance);
    let names = |judgement: &Evaluated| -> Vec<String> {
        judgement.violated.iter().map(|found| found.judged.check_name()).collect()
    };
    let (all, left) = (names(&found), names(&certain));
    assert!(left.len() < all.len() && left.iter().all(|name| all.contains(name)), "{left:?} of {all:?}");
    assert!(left.contains(&"Sex=0 GE".to_owned()), "0.95 against 0.08: {left:?}");
    assert_eq!(certain.not_evaluable["Sex=0 TE"], "it is Infinity, and no interval can be made around that");
}

/// The hour of the other run had the same rows; its labels were not printed, and one of its metrics needs none.
#[test]
fn the_other_runs_hour_differs_by_its_labels_alone() {
    let (Some(folder), Some(lines)) = (folder("bias-adult-batch-json"), folder("bias-adult-jsonlines"))
    else {
        return;
    };
    let measured = hour(&folder);
    let baseline =
        BiasAnalysis::parse("baseline", &bytes(&lines.join("baseline-analysis.real.json"))).expect("theirs");
    let judgement = evaluate(Ok(&measured), &baseline, BiasRule::default());
    let ours = violations(&judgement.violated);
    let theirs = their_violations(&lines.join("constraint_violations.batch.real.json"));
    assert_eq!(ours.violations[0], theirs.violations[0], "CDDPL");
    let names = |file: &BiasViolations| -> Vec<Option<String>> {
        file.violations.iter().map(|found| found.metric_name.clone()).collect()
    };
    assert_eq!(names(&ours), names(&theirs));
    let endpoint = their_violations(&lines.join("constraint_violations.endpoint.real.json"));
    assert_eq!(endpoint.violations.len(), 9);
    // Each of their texts is ours for its own numbers.
    for found in theirs.violations.iter().chain(&endpoint.violations) {
        let words: Vec<&str> = found.description.split(' ').collect();
        let [value, limit] = [words[2], words[words.len() - 1]];
        let number = |text: &str| {
            let number: f64 = text.replace("Infinity", "inf").parse().expect("a number");
            assert_eq!(BiasNumberText(number).to_string(), text);
            number
        };
        assert!(number(value).abs() > number(limit).abs(), "{}", found.description);
    }
}

/// A number as a text of a violation has it.
struct BiasNumberText(f64);

impl std::fmt::Display for BiasNumberText {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", bellwether_contract::model_bias::BiasNumber::from(self.0))
    }
}
