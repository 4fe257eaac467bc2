//! `analysis_config.json`: a real one, and what is wrong with others.

use super::*;

/// The configuration of a real baseline of 2024, shortened.
const CONFIG: &str = r#"{"dataset_type": "application/json", "features": "instances[*].features",
  "headers": ["Age", "Workclass", "Sex", "Target"], "label": "instances[*].label", "label_values_or_threshold": [1],
  "facet": [{"name_or_index": "Sex", "value_or_threshold": [0]}, {"name_or_index": 1}], "group_variable": "Age",
  "methods": {"report": {"name": "report", "title": "Analysis Report"}}}"#;

#[test]
fn a_real_configuration_names_label_facets_and_group() {
    let config = BiasConfig::parse("analysis_config.json", CONFIG.as_bytes()).expect("a configuration");
    assert_eq!(config.label_name(), "Target");
    assert_eq!(config.feature_names().expect("headers"), ["Age", "Workclass", "Sex"]);
    assert_eq!(config.group_name().as_deref(), Some("Age"));
    let facets: Vec<_> = config.facets().collect();
    assert_eq!(facets[0], ("Sex".to_owned(), &[ConfigValue::Integer(0)][..]));
    assert_eq!(facets[1], ("Workclass".to_owned(), &[][..]));
    assert!(config.unknown.contains_key("methods"));
    let written = serde_json::to_vec(&config).expect("JSON");
    assert_eq!(BiasConfig::parse("again", &written).expect("what we wrote"), config);
}

#[test]
fn without_headers_a_column_is_called_by_its_place() {
    let text = r#"{"label": 0, "label_values_or_threshold": ["a"], "facet": [{"name_or_index": 2}]}"#;
    let config = BiasConfig::parse("c", text.as_bytes()).expect("a configuration");
    assert_eq!((config.label_name(), config.feature_names()), ("0".to_owned(), None));
    assert_eq!(config.facets().next().expect("one").0, "2");
}

#[test]
fn a_label_among_the_headers_keeps_its_name_wherever_it_stands() {
    let text = r#"{"headers": ["y", "x"], "label": "y", "label_values_or_threshold": [1], "facet": [{"name_or_index": "x"}]}"#;
    let config = BiasConfig::parse("c", text.as_bytes()).expect("a configuration");
    assert_eq!((config.label_name(), config.feature_names()), ("y".to_owned(), Some(vec!["x".to_owned()])));
}

#[test]
fn values_keep_their_type_and_are_named_as_python_names_them() {
    let values: Vec<ConfigValue> =
        from_slice("values", br#"[1, 1.0, "1", true, -3, 0.00001]"#).expect("values");
    let names: Vec<String> = values.iter().map(ConfigValue::to_string).collect();
    assert_eq!(names, ["1", "1.0", "1", "True", "-3", "1e-05"]);
    assert_eq!(serde_json::to_string(&values).expect("JSON"), r#"[1,1.0,"1",true,-3,0.00001]"#);
}

#[test]
fn a_fault_is_told_with_its_place_what_stood_there_and_what_to_write() {
    let edited = |from: &str, to: &str| CONFIG.replace(from, to);
    for (file, reason) in [
        (
            edited("[1]", "[]"),
            "label_values_or_threshold is an empty list; write the labels that are positive, such as [1]",
        ),
        (edited("[1]", "1"), "label_values_or_threshold is 1; write a list"),
        (
            edited("[1]", "[null]"),
            "label_values_or_threshold[0] is null; write a number, a text, true or false",
        ),
        (
            edited("[0]", "[[0]]"),
            "facet[0].value_or_threshold[0] is a list; write a number, a text, true or false",
        ),
        (
            edited("\"Sex\", \"value", "\"sxe\", \"value"),
            "facet[0].name_or_index is \"sxe\", which is none of the headers; write \"Sex\"",
        ),
        (
            edited("\"group_variable\": \"Age\"", "\"group_variable\": \"Postcode\""),
            "group_variable is \"Postcode\", which is none of the headers; write one of \"Age\", \"Workclass\", \"Sex\", \"Target\"",
        ),
        (
            edited("index\": 1}", "index\": 4}"),
            "facet[1].name_or_index is 4, and there are 4 headers; write a number from 0 to 3",
        ),
        (
            edited("index\": 1}", "index\": -1}"),
            "facet[1].name_or_index is -1; write a column's name, or its place from 0",
        ),
        (
            edited("index\": 1}", "index\": 3}"),
            "facet[1].name_or_index is \"Target\", the label; write another column",
        ),
        (edited("{\"name_or_index\": 1}", "{}"), "facet[1].name_or_index is missing; it is required"),
        (
            edited("\"label_values_or_threshold\": [1],", ""),
            "label_values_or_threshold is missing; it is required",
        ),
        (edited("\"Workclass\"", "7"), "headers[1] is 7, a number; write \"7\""),
        (edited("\"Workclass\"", "\"Age\""), "headers[1] is \"Age\" once more; write each column once"),
        (edited("group_variable", "group_varaible"), "group_varaible is not known; write \"group_variable\""),
        (
            edited("value_or_threshold\": [0]", "values_or_threshold\": [0]"),
            "facet[0].values_or_threshold is not known; write \"value_or_threshold\"",
        ),
    ] {
        let error = BiasConfig::parse("c.json", file.as_bytes()).expect_err(&file).to_string();
        assert!(error.ends_with(reason), "{error}\nexpected: {reason}");
    }
}
