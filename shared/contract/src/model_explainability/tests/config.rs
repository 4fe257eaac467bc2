//! `analysis_config.json`: those of real jobs, shortened, and what is wrong with others.

use crate::model_explainability::*;

const CONFIG: &str = r#"{"version": "1.0", "headers": ["Age", "Workclass", "Sex"], "dataset_type": "application/jsonlines",
  "features": "features",
  "methods": {"report": {"name": "report"},
    "shap": {"baseline": [[39, 2.5, "x"], {"Sex": true, "Age": null, "Workclass": "a"}], "num_samples": 100,
      "agg_method": "mean_abs", "save_local_shap_values": false}},
  "predictor": {"model_name": "m", "instance_type": "ml.m5.large", "initial_instance_count": 1,
    "accept_type": "application/jsonlines", "content_type": "application/jsonlines",
    "content_template": "{\"features\":$features}", "label_headers": ["Decision"]}}"#;

fn parsed(text: &str) -> ExplanationConfig {
    ExplanationConfig::parse("analysis_config.json", text.as_bytes()).expect("a configuration")
}

#[test]
fn a_real_configuration_names_features_baseline_and_layout() {
    let config = parsed(CONFIG);
    assert_eq!(config.feature_names(), ["Age", "Workclass", "Sex"]);
    assert_eq!((config.aggregate(), config.use_logit()), (Aggregate::MeanAbs, false));
    assert_eq!(config.accept_type(), "application/jsonlines");
    assert_eq!([0, 1].map(|output| config.label_name(output)), ["Decision", "label1"]);
    let ShapBaseline::Rows(rows) = config.baseline().expect("rows") else { panic!("no file") };
    let shown = |row: &BaselineRow| match row {
        BaselineRow::Values(values) => values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        BaselineRow::Record(record) => record.clone(),
    };
    assert_eq!(rows.iter().map(shown).collect::<Vec<_>>(), ["39 2.5 \"x\"", "null \"a\" true"]);
    assert_eq!(config.request_template().expect("a template").content_type(), "application/jsonlines");
    let written = serde_json::to_vec(&config).expect("JSON");
    assert_eq!(ExplanationConfig::parse("again", &written).expect("what we wrote"), config);
}

#[test]
fn the_label_is_no_feature_wherever_it_stands() {
    for (label, features) in [
        ("\"Age\"", ["Workclass", "Sex"]),
        ("1", ["Age", "Sex"]),
        ("\"instances[*].label\"", ["Age", "Workclass"]),
    ] {
        let text = CONFIG.replace("\"features\": \"features\"", &format!("\"label\": {label}"));
        let text =
            text.replace(r#"[[39, 2.5, "x"], {"Sex": true, "Age": null, "Workclass": "a"}]"#, "[[1, 2]]");
        assert_eq!(parsed(&text).feature_names(), features, "{label}");
    }
}

#[test]
fn draws_may_begin_with_nought_and_outputs_may_have_any_name_that_is_no_others() {
    for (from, to) in [
        ("\"num_samples\": 100", "\"seed\": 0"),
        ("[\"Decision\"]", "[\"label0\", \"label\", \"label02\", \"label3\"]"),
    ] {
        parsed(&CONFIG.replace(from, to));
    }
    assert_eq!(parsed(&CONFIG.replace("\"num_samples\": 100", "\"seed\": 0")).methods.shap.seed, Some(0));
}

#[test]
fn what_is_asked_for_and_not_done_is_told() {
    assert_eq!(parsed(CONFIG).doubts(Some(1)), Vec::<String>::new());
    for (from, to, told) in [
        (
            "[\"Decision\"]",
            "[\"yes\", \"no\"]",
            "predictor.label_headers names 2 outputs, and the model has 1; write",
        ),
        (
            "\"save_local_shap_values\": false",
            "\"save_local_shap_values\": true",
            "methods.shap.save_local_shap_values is true, and values of single rows are not kept",
        ),
    ] {
        let doubts = parsed(&CONFIG.replace(from, to)).doubts(Some(1));
        let without = parsed(&CONFIG.replace(from, to)).doubts(None).len();
        assert_eq!(without, usize::from(!told.contains("label_headers")));
        assert!(doubts.len() == 1 && doubts[0].starts_with(told), "{told}: {doubts:?}");
    }
}

#[test]
fn a_baseline_may_lie_in_a_file_or_have_the_shape_of_the_dataset() {
    let edited = |baseline: &str| {
        parsed(&CONFIG.replace(r#"[[39, 2.5, "x"], {"Sex": true, "Age": null, "Workclass": "a"}]"#, baseline))
            .baseline()
    };
    assert_eq!(edited("\"s3://b/base.csv\""), Ok(ShapBaseline::File("s3://b/base.csv".to_owned())));
    let record = BaselineRow::Record(r#"{"features":[1,2,3]}"#.to_owned());
    assert_eq!(edited(r#"[{"features": [1, 2, 3]}]"#), Ok(ShapBaseline::Rows(vec![record])));
}

#[test]
fn a_baseline_has_at_most_a_thousand_rows() {
    let rows = r#"[39, 2.5, "x"], {"Sex": true, "Age": null, "Workclass": "a"}"#;
    let baseline_of = |count: usize| CONFIG.replace(rows, &vec![r#"[39, 2.5, "x"]"#; count].join(","));
    let most = parsed(&baseline_of(1_000)).baseline();
    assert!(matches!(&most, Ok(ShapBaseline::Rows(rows)) if rows.len() == 1_000), "{most:?}");
    let error = ExplanationConfig::parse("c", baseline_of(1_001).as_bytes()).expect_err("a row too many");
    let told = error.to_string();
    assert!(told.contains("methods.shap.baseline has 1001 rows; write at most 1000"), "{told}");
}

#[test]
fn a_fault_is_told_with_its_place_what_stood_there_and_what_to_write() {
    let edited = |from: &str, to: &str| {
        assert!(CONFIG.contains(from), "{from}");
        CONFIG.replace(from, to)
    };
    let rows = r#"[[39, 2.5, "x"], {"Sex": true, "Age": null, "Workclass": "a"}]"#;
    let linear = |of: &str| edited("\"version\": \"1.0\",", &format!("\"linear\": {of},"));
    for (file, reason) in [
        (
            edited(r#""headers": ["Age", "Workclass", "Sex"],"#, ""),
            "headers is missing or names no feature; write the",
        ),
        (
            edited("\"Workclass\", \"Sex\"]", "\"Age\", \"Sex\"]"),
            "headers names \"Age\" twice; write each once",
        ),
        (edited("num_samples", "num_sample"), "methods.shap.num_sample is not known; write \"num_samples\""),
        (
            edited("\"accept_type\"", "\"accepttype\""),
            "predictor.accepttype is not known; write \"accept_type\"",
        ),
        (edited("\"predictor\"", "\"predicter\""), "predicter is not known; write \"predictor\""),
        (
            edited(&format!("\"baseline\": {rows}"), &format!("\"baseline\": {rows}, \"use_logits\": true")),
            "methods.shap.use_logits is not known; write \"use_logit\"",
        ),
        (edited(rows, "[]"), "methods.shap.baseline is an empty list; write a row of typical values"),
        (edited(rows, "7"), "methods.shap.baseline is neither a list of rows nor a URI; write a row"),
        (edited(&format!("\"baseline\": {rows},"), ""), "methods.shap.baseline is missing; write a row"),
        (
            edited(&format!("\"baseline\": {rows}"), "\"num_clusters\": 3"),
            "methods.shap.num_clusters makes no baseline here; write a row",
        ),
        (
            edited(rows, "[[1, 2]]"),
            "methods.shap.baseline[0] has 2 values, and headers names 3 features; write one for each",
        ),
        (
            edited(rows, "[[1, [2], 3]]"),
            "methods.shap.baseline[0] has no single value for \"Workclass\"; write a number",
        ),
        (edited(rows, "[1, 2, 3]"), "methods.shap.baseline[0] is no row; write a list of values: [[...]]"),
        (
            edited("\"num_samples\": 100", "\"num_samples\": 0"),
            "num_samples is 0; write a whole number from 1",
        ),
        (
            edited("\"num_samples\": 100", "\"num_samples\": \"auto\""),
            "num_samples is \"auto\", a text; write a whole number",
        ),
        (
            edited("\"mean_abs\"", "\"mean\""),
            "agg_method is \"mean\"; write \"mean_abs\", \"median\" or \"mean_sq\"",
        ),
        (
            edited("\"content_type\": \"application/jsonlines\"", "\"content_type\": \"application/xml\""),
            "predictor.content_type is \"application/xml\"; write \"text/csv\"",
        ),
        (
            edited("\"accept_type\": \"application/jsonlines\"", "\"accept_type\": \"x\""),
            "predictor.accept_type is \"x\"; write \"text/csv\"",
        ),
        (
            edited("$features", "$feature"),
            "predictor.content_template holds \"$feature}\", which is no word of a template",
        ),
        (
            edited("\"content_type\": \"application/jsonlines\"", "\"content_type\": \"application/json\""),
            "predictor.record_template is missing; write {\"features\": $features} as a text",
        ),
        (
            linear(r#"{"coefficients": {"Age": 1}, "intercept": 0, "link": "identity"}"#),
            "linear.coefficients has none of \"Workclass\"; write one for each header",
        ),
        (
            linear(
                r#"{"coefficients": {"Age": 1, "Workclass": 1, "Sex": 1, "Sax": 1}, "intercept": 0, "link": "identity"}"#,
            ),
            "linear.coefficients names \"Sax\", which is none of the headers; write \"Sex\"",
        ),
        (
            linear(r#"{"coefficients": {}, "intercept": 0, "link": "probit"}"#),
            "link is \"probit\"; write \"identity\" or \"logit\"",
        ),
        (
            edited("\"features\": \"features\"", "\"label\": \"Sax\""),
            "label is \"Sax\", which is none of the headers, and methods.shap.baseline has a value for each",
        ),
        (
            edited("\"features\": \"features\"", "\"label\": \"Sax\"").replace("[39, 2.5, \"x\"], ", ""),
            "write the header of the label, or take label out where \"Sex\" is a feature",
        ),
        (
            edited("[\"Decision\"]", "[\"yes\", \"no\", \"yes\"]"),
            "predictor.label_headers names \"yes\" twice; write a name of its own for each output",
        ),
        (
            edited("[\"Decision\"]", "[\"label1\"]"),
            "predictor.label_headers[0] is \"label1\", as another output is called without a name; write",
        ),
        ("[]".to_owned(), "the file is a list; write an object"),
        ("{\"methods\": {}}".to_owned(), "methods.shap is missing; it is required"),
    ] {
        let error = ExplanationConfig::parse("c.json", file.as_bytes()).expect_err(&file).to_string();
        assert!(error.starts_with("c.json") && error.contains(reason), "{reason}\n{error}");
    }
    let many: Vec<String> = (0..1_001).map(|place| format!("\"f{place}\"")).collect();
    let file = edited(r#""Age", "Workclass", "Sex""#, &many.join(","));
    let error = ExplanationConfig::parse("c.json", file.as_bytes()).expect_err("too many").to_string();
    assert!(error.contains("headers names 1001 features; write at most 1000"), "{error}");
}
