//! Partial profiles: what is read is written again, and whatever they say, it merges and finishes.

use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::captured_rows::{CapturedRows, Columns, GatheredRows};
use bellwether_analysis::diversity::ListProfile;
use bellwether_analysis::ground_truth::Labels;
use bellwether_analysis::model_bias::{BiasAnswers, BiasProblem, CountedGroups, Facet, PredictedBy};
use bellwether_analysis::model_explainability::{SampledRows, Sampling};
use bellwether_analysis::model_quality::labelled_records::{Join, LabelledRecords};
use bellwether_analysis::model_quality::{CountedAnswers, Problem, measure};
use bellwether_analysis::monitors::diversity::GatheredLists;
use bellwether_analysis::monitors::model_quality::statistics;
use bellwether_analysis::partial::{OfWindow, Partial, decode, encode};
use bellwether_analysis::records::Portable;
use bellwether_contract::json::to_vec;
use bellwether_contract::model_bias::ConfigValue;

/// A partial of any kind.
pub fn partial(bytes: &[u8]) {
    if let Some(rows) = survives::<GatheredRows>(bytes) {
        let mut twice = rows.clone();
        twice.merge(&rows);
        for rows in [rows, twice] {
            to_vec(&rows.finish().0.observe().statistics)
                .expect("JSON holds no number that JSON cannot hold");
        }
        goes_on(&CapturedRows::new(Columns::default()), bytes);
    }
    if let Some(lists) = survives::<ListProfile>(bytes) {
        let mut twice = lists.clone();
        twice.merge(&lists);
        assert!(twice.mean().is_none_or(f64::is_finite));
        assert_eq!(twice.count(), 2 * lists.count());
    }
    if let Some(lists) = survives::<GatheredLists>(bytes) {
        let mut twice = lists.clone();
        twice.merge(&lists);
        to_vec(&twice.statistics()).expect("JSON holds no number that JSON cannot hold");
    }
    if let Some(answers) = survives::<CountedAnswers>(bytes) {
        let measured = twice(&answers).measure();
        assert_eq!(measured.rows, 2 * answers.rows());
        to_vec(&statistics(Some(&measured), None, None)).expect("JSON holds no number that JSON cannot hold");
    }
    if let Some(groups) = survives::<CountedGroups>(bytes) {
        assert_eq!(twice(&groups).rows().len(), 2 * groups.rows().len());
        let _ = bellwether_analysis::model_bias::measure(groups.rows());
    }
    is_of_labels(bytes);
    goes_on(&sampled(), bytes);
}

/// The same window once more behind itself.
fn twice<P: OfWindow + Clone>(window: &P) -> P {
    assert_eq!(window.differs(window), None);
    let mut twice = window.clone();
    twice.merge(window);
    twice
}

/// What is read of bytes is written, and what was written reads the same.
fn survives<P: Partial>(bytes: &[u8]) -> Option<P> {
    let read: P = decode(bytes).ok()?;
    let written = encode(&read).expect("no larger than it came");
    let again: P = decode(&written).expect("what was written");
    assert_eq!(encode(&again).expect("the same again"), written);
    Some(read)
}

/// The same of a profile that knows its settings; it merges.
fn goes_on<P: Portable>(settings: &P, bytes: &[u8]) -> Option<P> {
    let mut read = settings.decode(bytes).ok()?;
    let written = read.encode().expect("no larger than it came");
    let again = settings.decode(&written).expect("what was written");
    assert_eq!(again.encode().expect("the same again"), written);
    read.merge(&again);
    Some(read)
}

/// Answers with labels: of two labels, of several, of numbers, and of groups.
fn is_of_labels(bytes: &[u8]) {
    for problem in [Problem::binary(false, true), Problem::multiclass(), Problem::regression()] {
        let join = Join::new(labels(), problem);
        if let Some(records) = goes_on(&LabelledRecords::new(join), bytes)
            && let Ok(mut rows) = records.into_rows()
        {
            assert_eq!(measure(&mut rows).rows, rows.len() as u64);
        }
    }
    let predicted = PredictedBy::Label(Attribute::default());
    let answers = BiasAnswers::new(&groups(), Attribute::default(), predicted);
    if let Some(records) = goes_on(&answers.join(labels()), bytes) {
        let _ = bellwether_analysis::model_bias::measure(records.answered().gathered());
    }
}

/// Three labels, met or not.
pub(super) fn labels() -> Labels {
    let mut labels = Labels::default();
    for id in ["a", "b", "c"] {
        let line = format!(
            r#"{{"groundTruthData":{{"data":"1","encoding":"CSV"}},"eventMetadata":{{"eventId":"{id}"}}}}"#
        );
        labels.add_line(line.as_bytes(), &mut |_| {}).expect("few labels");
    }
    labels
}

fn groups() -> BiasProblem {
    let sex = Facet { name: "sex".to_owned(), feature: 0, values: vec![ConfigValue::Text("f".to_owned())] };
    BiasProblem {
        features: ["sex", "age"].map(str::to_owned).to_vec(),
        label: "hired".to_owned(),
        positive: vec![ConfigValue::Integer(1)],
        facets: vec![sex],
        group: None,
        flip_test_rows: 10,
    }
}

fn sampled() -> SampledRows {
    let names = ["age", "plan"].map(str::to_owned).to_vec();
    SampledRows::new(Sampling { names, path: Attribute::default(), rows: 3, seed: 7 })
}
