//! What people make of the file: words, numbers and shapes that work, and what is said of those that do not.

use super::*;
use crate::statistics::Statistics;

/// A file with one column and one configuration, of which a part is replaced.
fn edited(from: &str, to: &str) -> String {
    let whole = r#"{"version": 0.0, "features": [
{"name": "age", "inferred_type": "Integral", "completeness": 1.0, "num_constraints": {"is_non_negative": true}},
{"name": "plan", "inferred_type": "String", "string_constraints": {"domains": ["a", "b"]}}],
"monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled", "datatype_check_threshold": 1.0,
"domain_content_threshold": 1.0, "distribution_constraints": {"perform_comparison": "Enabled",
"comparison_threshold": 0.1, "comparison_method": "Robust", "categorical_comparison_threshold": 0.1,
"categorical_drift_method": "LInfinity"}}}"#;
    assert!(whole.contains(from), "{from}");
    whole.replacen(from, to, 1)
}

fn read_edited(text: &str) -> (Constraints, Vec<String>) {
    Constraints::of_columns("c.json", text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refused(text: &str) -> String {
    let error = Constraints::of_columns("c.json", text.as_bytes()).map(|_| ()).expect_err(text);
    error.to_string()
}

/// Every word that AWS's container, its SDK and the developer guide write, each where they write it.
#[test]
fn every_word_that_aws_writes_passes_without_a_warning() {
    for (from, words) in [
        (r#""evaluate_constraints": "Enabled""#, &["Enabled", "Disabled"][..]),
        (r#""emit_metrics": "Enabled""#, &["Enabled", "Disabled"]),
        (r#""perform_comparison": "Enabled""#, &["Enabled", "Disabled"]),
        (r#""comparison_method": "Robust""#, &["Simple", "Robust"]),
        (r#""categorical_drift_method": "LInfinity""#, &["LInfinity", "ChiSquared"]),
        (r#""inferred_type": "Integral""#, &["Integral", "Fractional", "String", "Boolean", "Unknown"]),
    ] {
        let (field, _) = from.split_once(": ").expect("a field");
        for word in words {
            let exact = read_edited(&edited(from, &format!("{field}: {word:?}")));
            assert_eq!(exact.1, [""; 0], "{word}");
            for other in [word.to_lowercase(), word.to_uppercase()] {
                assert_eq!(read_edited(&edited(from, &format!("{field}: {other:?}"))), exact, "{other}");
            }
        }
    }
    for (from, to) in [
        (r#""version": 0.0"#, r#""version": 0"#),
        (r#""completeness": 1.0"#, r#""completeness": 1"#),
        (r#""completeness": 1.0"#, r#""monitoringConfigOverrides": {}"#),
        (
            r#""domains": ["a", "b"]"#,
            r#""monitoring_config_overrides": {"evaluate_constraints": "Disabled"}"#,
        ),
        (r#""domains": ["a", "b"]"#, r#""domains": []"#),
        (r#""is_non_negative": true"#, r#""is_non_negative": false"#),
        (r#""comparison_threshold": 0.1"#, r#""comparison_threshold": 1"#),
    ] {
        assert_eq!(read_edited(&edited(from, to)).1, [""; 0], "{to}");
    }
}

/// What stood there, where, and the form that works.
#[test]
fn what_is_wrong_is_told_by_field_value_and_remedy() {
    let config = "monitoring_config";
    let distribution = "monitoring_config.distribution_constraints";
    for (from, to, told) in [
        (
            r#""evaluate_constraints": "Enabled""#,
            r#""evaluate_constraints": "yes""#,
            format!(r#"{config}.evaluate_constraints is "yes"; write "Enabled" or "Disabled""#),
        ),
        (
            r#""emit_metrics": "Enabled""#,
            r#""emit_metrics": false"#,
            format!(r#"{config}.emit_metrics is false; write "Enabled" or "Disabled""#),
        ),
        (
            r#""perform_comparison": "Enabled""#,
            r#""perform_comparison": " Enabled""#,
            format!(r#"{distribution}.perform_comparison is " Enabled"; write "Enabled" or "Disabled""#),
        ),
        (
            r#""comparison_method": "Robust""#,
            r#""comparison_method": ["Simple"]"#,
            format!(r#"{distribution}.comparison_method is a list; write "Simple" or "Robust""#),
        ),
        (
            r#""categorical_drift_method": "LInfinity""#,
            r#""categorical_drift_method": "Chi-Squared""#,
            format!(r#"{distribution}.categorical_drift_method is "Chi-Squared"; write "LInfinity" or "ChiSquared""#),
        ),
        (
            r#""inferred_type": "String""#,
            r#""inferred_type": "Date""#,
            r#"features[1].inferred_type is "Date"; write "Integral", "Fractional", "String", "Boolean" or "Unknown""#
                .to_owned(),
        ),
        (
            r#""inferred_type": "String", "#,
            "",
            r#"features[1].inferred_type is missing; write "Integral", "Fractional""#.to_owned(),
        ),
        (r#""name": "plan", "#, "", "features[1].name is missing; write the column's name".to_owned()),
        (r#""name": "age""#, r#""name": 7"#, r#"features[0].name is 7, a number; write "7""#.to_owned()),
        (
            r#""comparison_threshold": 0.1"#,
            r#""comparison_threshold": "0.1""#,
            format!(r#"{distribution}.comparison_threshold is "0.1", a text; write 0.1"#),
        ),
        (
            r#""comparison_threshold": 0.1"#,
            r#""comparison_threshold": -0.1"#,
            format!("{distribution}.comparison_threshold is -0.1; write a number from 0 to 1, such as 0.1"),
        ),
        (
            r#""comparison_threshold": 0.1"#,
            r#""comparison_threshold": 1e999"#,
            format!("number out of range in {distribution}"),
        ),
        (
            r#""completeness": 1.0"#,
            r#""completeness": 100"#,
            "features[0].completeness is 100; write a share from 0 to 1: 1 for 100 %".to_owned(),
        ),
        (
            r#""completeness": 1.0"#,
            r#""completeness": "95 %""#,
            r#"features[0].completeness is "95 %", a text; write a share from 0 to 1: 0.95 for 95 %"#.to_owned(),
        ),
        (
            r#""completeness": 1.0"#,
            r#""completeness": 1.0, "completeness": 0.5"#,
            "features[0].completeness stands there twice; keep one of them".to_owned(),
        ),
        (
            r#"["a", "b"]"#,
            r#"["a", 0]"#,
            r#"features[1].string_constraints.domains[1] is 0, a number; write "0""#.to_owned(),
        ),
        (
            r#"["a", "b"]"#,
            r#""a""#,
            r#"features[1].string_constraints.domains is "a", a text; write a list"#.to_owned(),
        ),
        (
            r#"{"is_non_negative": true}"#,
            r#"{"is_non_negative": "True"}"#,
            r#"features[0].num_constraints.is_non_negative is "True", a text; write true"#.to_owned(),
        ),
        (
            r#"{"is_non_negative": true}"#,
            "[true]",
            r#"features[0].num_constraints is a list; write an object: {"is_non_negative": true}"#.to_owned(),
        ),
        (
            r#""comparison_method": "Robust""#,
            r#""comparison_method": "Simple"||"Robust""#,
            format!("expected `,` or `}}` in {distribution}, found `||\"Robust\", \"categor`; write one of the two"),
        ),
        (
            r#""comparison_method": "Robust","#,
            "\"comparison_method\": \"Robust\", // Simple?\n",
            format!("in {distribution}, found `// Simple?`; JSON has no comments: take it out"),
        ),
        (r#"["a", "b"]"#, r#"["a", "b",]"#, "found `]}}],`; take out the comma before it".to_owned()),
        (r#"["a", "b"]"#, "['a', 'b']", "write texts in double quotes".to_owned()),
        (r#""completeness": 1.0"#, r#""completeness": NaN"#, "knows no other numbers than finite ones".to_owned()),
    ] {
        let text = edited(from, to);
        let error = refused(&text);
        assert!(error.starts_with("c.json, line ") && error.contains(&told), "{to}: {error}");
    }
}

/// Null is not one of the words: it is neither a default nor a check that is switched off.
#[test]
fn null_is_refused_wherever_a_word_stands() {
    let config = "monitoring_config";
    let distribution = "monitoring_config.distribution_constraints";
    for (field, value, told) in [
        (
            "evaluate_constraints",
            r#""Enabled""#,
            format!(r#"{config}.evaluate_constraints is null; write "Enabled" or"#),
        ),
        (
            "emit_metrics",
            r#""Enabled""#,
            format!(r#"{config}.emit_metrics is null; write "Enabled" or "Disabled""#),
        ),
        (
            "datatype_check_threshold",
            "1.0",
            format!("{config}.datatype_check_threshold is null; write a number from 0"),
        ),
        (
            "domain_content_threshold",
            "1.0",
            format!("{config}.domain_content_threshold is null; write a number from 0"),
        ),
        (
            "perform_comparison",
            r#""Enabled""#,
            format!(r#"{distribution}.perform_comparison is null; write "Enabled""#),
        ),
        (
            "comparison_threshold",
            "0.1",
            format!("{distribution}.comparison_threshold is null; write a number from 0"),
        ),
        (
            "comparison_method",
            r#""Robust""#,
            format!(r#"{distribution}.comparison_method is null; write "Simple" or"#),
        ),
        (
            "categorical_comparison_threshold",
            "0.1",
            format!("{distribution}.categorical_comparison_threshold is null"),
        ),
        (
            "categorical_drift_method",
            r#""LInfinity""#,
            format!("{distribution}.categorical_drift_method is null; write"),
        ),
        ("completeness", "1.0", "features[0].completeness is null; write a number from 0 to 1".to_owned()),
        ("name", r#""age""#, "features[0].name is null; write a text".to_owned()),
        (
            "inferred_type",
            r#""Integral""#,
            r#"features[0].inferred_type is null; write "Integral""#.to_owned(),
        ),
        (
            "is_non_negative",
            "true",
            "features[0].num_constraints.is_non_negative is null; write true".to_owned(),
        ),
        (
            "num_constraints",
            r#"{"is_non_negative": true}"#,
            r#"features[0].num_constraints is null; write an object: {"is_non_negative": true}"#.to_owned(),
        ),
        (
            "domains",
            r#"["a", "b"]"#,
            "features[1].string_constraints.domains is null; write a list".to_owned(),
        ),
        (
            "string_constraints",
            r#"{"domains": ["a", "b"]}"#,
            r#"features[1].string_constraints is null; write an object: {"domains""#.to_owned(),
        ),
    ] {
        let error = refused(&edited(&format!("{field:?}: {value}"), &format!("{field:?}: null")));
        assert!(error.contains(&told), "{field}: {error}");
    }
    let whole = edited("age", "age");
    let config = whole.find(r#""monitoring_config""#).expect("a configuration");
    let error = refused(&format!("{}\"monitoring_config\": null}}", &whole[..config]));
    assert!(
        error.contains("monitoring_config is null; write an object: {\"evaluate_constraints\""),
        "{error}"
    );
    for overrides in ["monitoringConfigOverrides", "monitoring_config_overrides"] {
        let error = refused(&edited(r#""completeness": 1.0"#, &format!("{overrides:?}: null")));
        assert!(error.contains(&format!("features[0].{overrides} is null; write an object")), "{error}");
    }
}

#[test]
fn a_text_that_is_no_object_is_told_as_a_whole() {
    let whole = edited("age", "age");
    let cut = &whole[..whole.len() - 40];
    for (text, told) in [
        (format!("[{whole}]"), r#"the file is a list; write an object: {"version": 0.0, "features": [...]"#),
        (String::new(), "the file is empty"),
        (" \n".to_owned(), "the file is empty"),
        (cut.to_owned(), "the file was cut short"),
        ("7".to_owned(), "the file is a number; write an object"),
    ] {
        let error = refused(&text);
        assert!(error.contains(told), "{text}: {error}");
    }
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(whole.bytes().flat_map(|byte| [byte, 0])).collect();
    let error = Constraints::of_columns("c.json", &wide).map(|_| ()).expect_err("UTF-16").to_string();
    assert!(error.contains("the file is UTF-16; write it as UTF-8"), "{error}");
    assert_eq!(read_edited(&format!("\u{feff}{whole}")), read_edited(&whole), "a byte order mark is skipped");
}

#[test]
fn keys_that_are_probably_misspelt_are_told_once_and_kept() {
    let distribution = "monitoring_config.distribution_constraints.";
    for (from, to, told) in [
        ("comparison_method", "comparion_method", format!("{distribution}comparion_method is not known and was not heeded; comparison_method is probably meant")),
        ("\"comparison_threshold", "\"comparison_treshold", format!("{distribution}comparison_treshold is not known and was not heeded; comparison_threshold is probably meant")),
        ("emit_metrics", "emit_metrisc", "monitoring_config.emit_metrisc is not known and was not heeded; emit_metrics is probably meant".to_owned()),
        ("completeness", "Completeness", "features[0].Completeness is not known and was not heeded; completeness is probably meant".to_owned()),
        ("\"domains\"", "\"domain\"", "features[1].string_constraints.domain is not known and was not heeded; domains is probably meant".to_owned()),
        ("is_non_negative", "isNonNegative", "features[0].num_constraints.isNonNegative is not known and was not heeded; is_non_negative is probably meant".to_owned()),
        ("\"monitoring_config\"", "\"monitoringConfig\"", "monitoringConfig is not known and was not heeded; monitoring_config is probably meant".to_owned()),
        // The right word at the wrong place.
        (r#""completeness": 1.0"#, r#""comparison_threshold": 0.2"#, "features[0].comparison_threshold is not known and was not heeded; it belongs into distribution_constraints".to_owned()),
        (r#""completeness": 1.0"#, r#""evaluate_constraints": "Disabled""#, "features[0].evaluate_constraints is not known and was not heeded; it belongs into monitoring_config or a column's monitoringConfigOverrides".to_owned()),
    ] {
        let (constraints, doubtful) = read_edited(&edited(from, to));
        assert_eq!(doubtful, [told]);
        let written = to_vec(&constraints).expect("finite");
        assert_eq!(read_edited(&String::from_utf8(written).expect("UTF-8")), (constraints, doubtful), "kept");
    }
    let column = |at: usize| {
        format!(
            r#"{{"name": "c{at}", "inferred_type": "Integral", "monitoring_config_overrides": {{"evaluate_constraint": "Disabled"}}}}"#
        )
    };
    let columns: Vec<_> = (0..5).map(column).collect();
    let (_, doubtful) = read_edited(&format!(r#"{{"features": [{}]}}"#, columns.join(",")));
    assert_eq!(
        doubtful,
        ["features[0].monitoring_config_overrides.evaluate_constraint is not known and was not heeded; \
          evaluate_constraints is probably meant (and in 4 more places)"]
    );
}

#[test]
fn keys_that_nobody_can_have_meant_are_kept_in_silence() {
    for (from, to) in [
        (r#""is_non_negative": true"#, r#""is_non_negative": true, "min_value": 18, "max_value": 100"#),
        (r#""version": 0.0"#, r#""version": 0.0, "data_sha256_12": "abc""#),
        (r#""comparison_method": "Robust""#, r#""comparison_method": "Robust", "min_domain_mass": 1.0"#),
        (r#""name": "age""#, r#""name": "age", "names": {"x": 1}, "tags": ["x"]"#),
    ] {
        let (_, doubtful) = read_edited(&edited(from, to));
        let expected = usize::from(to.contains("names"));
        assert_eq!(doubtful.len(), expected, "{to}: {doubtful:?}");
    }
}

#[test]
fn a_file_of_another_kind_is_refused_by_its_name() {
    let statistics = r#"{"version": 0.0, "dataset": {"item_count": 3}, "features": [{"name": "a", "inferred_type": "Unknown"}]}"#;
    let constraints = edited("age", "age");
    let others = [
        (
            r#"{"version": 0.0, "regression_constraints": {"mae": {"threshold": 1.0}}}"#,
            "this is a constraints.json of the model-quality monitor",
        ),
        (
            r#"{"version": 0.0, "dataset": {"item_count": 3}, "multiclass_classification_metrics": {}}"#,
            "this is a statistics.json of the model-quality monitor",
        ),
        (
            r#"{"version": 0.0, "features": [], "recommendation_constraints": {}}"#,
            "this is a constraints.json of the diversity monitor",
        ),
        (
            r#"{"dataset": {"item_count": 3}, "features": [{"name": "top10_category_diversity", "inferred_type": "Integral"}], "recommendation_metrics": {}}"#,
            "this is a statistics.json of the diversity monitor",
        ),
        (
            r#"{"version": "1.0", "post_training_bias_metrics": {}, "pre_training_bias_metrics": {}}"#,
            "this is an analysis.json of SageMaker Clarify, for bias",
        ),
        (
            r#"{"version": "1.0", "explanations": {}}"#,
            "this is an analysis.json of SageMaker Clarify, for explainability",
        ),
        (r#"{"violations": []}"#, "this is a constraint_violations.json"),
        (r#"{"violations": 3, "monitoring_execution_status": "Completed"}"#, "this is an execution.json"),
        (r#"{"captureData": {}}"#, "this is a record of data capture"),
    ];
    let statistics_error = |text: &str| {
        Statistics::of_columns("s.json", text.as_bytes()).map(|_| ()).expect_err(text).to_string()
    };
    for (text, told) in others {
        assert!(refused(text).contains(told), "{text}: {}", refused(text));
        assert!(statistics_error(text).contains(told), "{text}: {}", statistics_error(text));
    }
    assert!(
        refused(statistics).contains(
            "c.json: this is a statistics.json; name a constraints.json of the data-quality monitor"
        ),
        "{}",
        refused(statistics)
    );
    assert!(
        statistics_error(&constraints).contains("s.json: this is a constraints.json; name a statistics.json"),
        "{}",
        statistics_error(&constraints)
    );
    for text in ["{}", r#"{"version": 0.0, "model_version": "v7"}"#] {
        assert!(refused(text).contains("features is missing; name a constraints.json"), "{}", refused(text));
        assert!(
            statistics_error(text).contains("dataset is missing; name a statistics.json"),
            "{}",
            statistics_error(text)
        );
    }
    assert!(Statistics::of_columns("s.json", statistics.as_bytes()).is_ok());
    let none = read_edited(r#"{"version": 0.0, "features": []}"#);
    assert_eq!((none.0.features.len(), none.1.len()), (0, 0), "no column, and nobody else's");
}

#[test]
fn statistics_written_by_hand_are_told_by_field_as_well() {
    let of = |feature: &str| {
        let text = format!(r#"{{"dataset": {{"item_count": 3}}, "features": [{feature}]}}"#);
        Statistics::of_columns("s.json", text.as_bytes()).map(|_| ()).expect_err(&text).to_string()
    };
    for (feature, told) in [
        (
            r#"{"name": "a", "inferred_type": "integer"}"#,
            r#"features[0].inferred_type is "integer"; write "Integral", "#,
        ),
        (
            r#"{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"common": {"num_present": "3", "num_missing": 0}}}"#,
            r#"features[0].numerical_statistics.common.num_present is "3", a text; write a count: a whole number from 0"#,
        ),
        (
            r#"{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"common": {"num_present": -2, "num_missing": 0}}}"#,
            "features[0].numerical_statistics.common.num_present is -2; write a count",
        ),
        (
            r#"{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"common": {"num_present": 2.5, "num_missing": 0}}}"#,
            "common.num_present is 2.5; write a count",
        ),
        (
            r#"{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"common": {"num_present": 1, "num_missing": 0}, "mean": "1,5"}}"#,
            r#"features[0].numerical_statistics.mean is "1,5", a text; write a number"#,
        ),
        (r#"{"name": 7, "inferred_type": "Integral"}"#, "features[0].name is 7, a number; write a text"),
        (
            r#"{"name": "a", "inferred_type": "String", "string_statistics": {"common": {"num_present": 1, "num_missing": 0}, "approximate_num_distinct_values": true, "distribution": {"categorical": {"buckets": [{"value": "x/y", "count": "1"}]}}}}"#,
            r#"distribution.categorical.buckets[0].count is "1", a text; write a count"#,
        ),
        (
            r#"{"name": "a", "inferred_type": "Integral", "numerical_statistics": {"mean": 1.0}}"#,
            "features[0].numerical_statistics.common is missing; it is required",
        ),
    ] {
        let error = of(feature);
        assert!(error.contains(told), "{error}");
    }
}
