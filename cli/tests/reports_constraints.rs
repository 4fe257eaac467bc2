//! Constraints and baselines that people edited, held against traffic by the command: what a slip in them comes to.
//!
//! Each case is made here; where the reported files are at hand, they are run too.

use bellwether_contract::execution::Execution;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const FAILED: i32 = 1;
const VIOLATED: i32 = 2;
const INCONCLUSIVE: i32 = 3;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// An hour's run of the command: its files lie where they are, its reports in a folder of their own.
struct Hour {
    reports: TempDir,
    printed: Output,
}

impl Hour {
    fn judged(capture: &Path, constraints: &Path, statistics: Option<&Path>, sides: Option<&str>) -> Self {
        let reports = tempfile::tempdir().expect("a folder can be made");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.env_clear().env("COLUMNS", "400");
        command.args(["data-quality", "--at", "2026-10-31T09:00:00Z", "--endpoint-name", "ep"]);
        command.args(["--variant", "AllTraffic", "--schedule", "s", "--capture"]).arg(capture);
        command.arg("--reports").arg(reports.path().join("rep"));
        command.arg("--baseline-constraints").arg(constraints);
        statistics.iter().for_each(|statistics| {
            command.arg("--baseline-statistics").arg(statistics);
        });
        sides.iter().for_each(|sides| {
            command.args(["--capture-index-names", sides]);
        });
        let printed = command.output().expect("the command runs");
        Self { reports, printed }
    }

    fn execution(&self) -> Option<Execution> {
        let file = self.reports.path().join("rep/ep/s/2026/10/31/09/execution.json");
        fs::read(file).ok().map(|bytes| serde_json::from_slice(&bytes).expect("an execution"))
    }

    /// The exit code, and everything that was said: on both streams and in the report.
    fn check(&self, what: &str, code: i32, told: &[&str]) {
        let said = format!("{}\n{}", text(&self.printed.stdout), text(&self.printed.stderr));
        assert_eq!(self.printed.status.code(), Some(code), "{what}: {said}");
        let execution = self.execution();
        assert_eq!(execution.is_none(), code == FAILED, "{what}: a run that was not made has no report");
        let violations =
            fs::read(self.reports.path().join("rep/ep/s/2026/10/31/09/constraint_violations.json"));
        let violations = text(&violations.unwrap_or_default());
        let all =
            execution.map_or(said.clone(), |execution| format!("{said}\n{}\n{violations}", json!(execution)));
        for part in told {
            assert!(all.contains(part), "{what}: {part} in {all}");
        }
        assert!(code != FAILED || said.contains("MalformedInput"), "{what}: {said}");
    }
}

/// A folder with an hour of rows, each behind one column of the model's answer.
struct World(TempDir);

impl World {
    fn of(rows: impl IntoIterator<Item = String>) -> Self {
        let world = Self(tempfile::tempdir().expect("a folder can be made"));
        let lines = rows.into_iter().enumerate().map(|(n, row)| {
            json!({"captureData": {"endpointInput": {"data": row, "encoding": "CSV", "mode": "INPUT"}},
                "eventMetadata": {"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": "2026-10-31T08:15:00Z"},
                "eventVersion": "0"})
            .to_string()
        });
        let lines: Vec<String> = lines.collect();
        world.write("cap/ep/AllTraffic/2026/10/31/08/15-00-000-a.jsonl", &lines.join("\n"));
        world
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&path, text).expect("a file");
        path
    }

    fn judged(&self, constraints: &str, statistics: Option<&Value>) -> Hour {
        let constraints = self.write("constraints.json", constraints);
        let statistics = statistics.map(|file| self.write("statistics.json", &file.to_string()));
        Hour::judged(&self.0.path().join("cap"), &constraints, statistics.as_deref(), Some("endpointInput"))
    }
}

/// A column of numbers and one of texts under all defaults, with one replacement.
fn edited(from: &str, to: &str) -> String {
    let whole = r#"{"version": 0.0, "features": [
  {"name": "age", "inferred_type": "Integral", "completeness": 1.0, "num_constraints": {"is_non_negative": true}},
  {"name": "city", "inferred_type": "String", "completeness": 1.0, "string_constraints": {"domains": ["x", "y"]}}],
  "monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled",
  "datatype_check_threshold": 1.0, "domain_content_threshold": 1.0, "distribution_constraints": {
  "perform_comparison": "Enabled", "comparison_threshold": 0.1, "comparison_method": "Robust"}}}"#;
    assert!(whole.contains(from), "{from}");
    whole.replacen(from, to, 1)
}

fn wrong() -> World {
    World::of((0..60).map(|_| "abc,nowhere".to_owned()))
}

fn right() -> World {
    World::of((0..60).map(|n| format!("{},{}", 20 + n % 40, ["x", "y"][n % 2])))
}

#[test]
fn letter_case_is_forgiven_and_the_hour_is_judged() {
    let (wrong, right) = (wrong(), right());
    for (from, to) in [
        (r#""evaluate_constraints": "Enabled""#, r#""evaluate_constraints": "enabled""#),
        (r#""Integral""#, r#""integral""#),
        (r#""Robust""#, r#""simple""#),
    ] {
        let constraints = edited(from, to);
        let of_type =
            "Expected data type: Integral, Expected match: 100.0%. Observed: Only 0.0% of data is Integral.";
        wrong.judged(&constraints, None).check(to, VIOLATED, &[of_type, "city"]);
        right.judged(&constraints, None).check(to, 0, &["with no violations"]);
    }
}

#[test]
fn a_word_or_a_file_that_nobody_knows_is_an_error_with_its_remedy() {
    let world = right();
    let statistics = r#"{"version": 0.0, "dataset": {"item_count": 3}, "features": []}"#;
    let model_quality = r#"{"version": 0.0, "regression_constraints": {"mae": {"threshold": 1.0, "comparison_operator": "GreaterThanThreshold"}}}"#;
    for (constraints, told) in [
        (
            edited(r#""emit_metrics": "Enabled""#, r#""emit_metrics": "yes""#),
            r#"monitoring_config.emit_metrics is "yes"; write "Enabled" or "Disabled""#,
        ),
        (edited(r#""Robust""#, r#""Bold""#), r#"comparison_method is "Bold"; write "Simple" or "Robust""#),
        (
            edited(r#""completeness": 1.0"#, r#""completeness": 100"#),
            "features[0].completeness is 100; write a share from 0 to 1",
        ),
        (statistics.to_owned(), "this is a statistics.json"),
        (model_quality.to_owned(), "this is a constraints.json of the model-quality monitor"),
        ("{}".to_owned(), "features is missing"),
    ] {
        world.judged(&constraints, None).check(&constraints, FAILED, &[told, "constraints.json"]);
    }
    let statistics = serde_json::from_str(&edited("age", "age")).expect("JSON");
    world.judged(&edited("age", "age"), Some(&statistics)).check(
        "as statistics",
        FAILED,
        &["this is a constraints.json"],
    );
}

#[test]
fn constraints_that_ask_for_nothing_are_inconclusive() {
    let world = right();
    let nothing = r#"{"version": 0.0, "features": []}"#;
    world.judged(nothing, None).check(
        "none",
        INCONCLUSIVE,
        &["nothing was judged: features: the constraints name no column"],
    );
    let off = edited(r#""evaluate_constraints": "Enabled""#, r#""evaluate_constraints": "DISABLED""#);
    world.judged(&off, None).check(
        "off",
        INCONCLUSIVE,
        &["nothing was judged: age and 1 more: evaluate_constraints is Disabled for it"],
    );
    let others = edited("\"age\"", "\"alter\"")
        .replace("\"city\"", "\"stadt\"")
        .replace("\"completeness\": 1.0, ", "");
    // Cells of CSV take their names from the constraints; those of JSON bring their own.
    let world = World(tempfile::tempdir().expect("a folder can be made"));
    let line = |n: usize| {
        json!({"captureData": {"endpointInput": {"data": json!({"age": n, "city": "x"}).to_string(), "encoding": "JSON"}},
            "eventMetadata": {"eventId": format!("{n:08}-0000-4000-8000-000000000000"), "inferenceTime": "2026-10-31T08:15:00Z"},
            "eventVersion": "0"})
        .to_string()
    };
    let lines: Vec<String> = (0..30).map(line).collect();
    world.write("cap/ep/AllTraffic/2026/10/31/08/15-00-000-a.jsonl", &lines.join("\n"));
    world.judged(&others, None).check(
        "others",
        INCONCLUSIVE,
        &["nothing was judged: alter and 1 more: the data have no column of that name"],
    );
}

#[test]
fn a_misspelt_key_is_told_on_stderr_and_in_the_report() {
    let constraints = edited("comparison_method", "comparion_method");
    let world = right();
    // The file is told of by the name that was given.
    let limits = world.write("limits-of-may.json", &constraints);
    let hour = Hour::judged(&world.0.path().join("cap"), &limits, None, Some("endpointInput"));
    let told = "monitoring_config.distribution_constraints.comparion_method is not known and was not heeded; \
                comparison_method is probably meant";
    hour.check("misspelt", 0, &[]);
    assert!(text(&hour.printed.stderr).contains(told), "{}", text(&hour.printed.stderr));
    assert_eq!(hour.execution().expect("a report").warnings, [format!("{}: {told}", limits.display())]);
}

#[test]
fn limits_without_a_check_are_told_where_somebody_wrote_them() {
    let by_hand =
        edited(r#""is_non_negative": true"#, r#""is_non_negative": true, "min_value": 18, "max_value": 30"#);
    let line = "age.num_constraints: is_non_negative, min_value, max_value are not checks of this monitor";
    right().judged(&by_hand, None).check("by hand", 0, &[&format!("not evaluated: {line}")]);
    let suggested = right().judged(&edited("age", "age"), None);
    suggested.check("suggested", 0, &[]);
    assert!(
        !text(&suggested.printed.stdout).contains("is_non_negative"),
        "{}",
        text(&suggested.printed.stdout)
    );
    assert_eq!(text(&suggested.printed.stderr), "");
    let told = suggested.execution().expect("a report").not_evaluable;
    assert_eq!(told["num_constraints"], "is_non_negative is not a check of this monitor; 1 column has it");
}

/// A column of 10,000 numbers below 1,000 by its buckets, and a sketch of two.
fn placeholder() -> Value {
    let bucket = |at: u32| json!({"lower_bound": at * 100, "upper_bound": (at + 1) * 100, "count": 1_000});
    let buckets: Vec<Value> = (0..10).map(bucket).collect();
    let sketch = json!({"parameters": {"c": 0.64, "k": 2.0}, "data": [[0.0, 1.0]]});
    json!({"version": 0, "dataset": {"item_count": 10_000}, "features": [{"name": "age", "inferred_type": "Integral",
        "numerical_statistics": {"common": {"num_present": 10_000, "num_missing": 0},
            "distribution": {"kll": {"buckets": buckets, "sketch": sketch}}}}]})
}

#[test]
fn a_sketch_of_two_values_does_not_judge_ten_thousand() {
    let constraints = r#"{"features": [{"name": "age", "inferred_type": "Integral", "completeness": 1.0}]}"#;
    let moved = World::of((0..300).map(|n| (700 + n).to_string()));
    let told =
        "age.baseline_drift_check: its baseline sketch holds 2 of 10000 values; compared by its 10 buckets";
    moved.judged(constraints, Some(&placeholder())).check(
        "moved",
        VIOLATED,
        &["Baseline drift distance: 0.5", told],
    );
    let same = World::of((0..300).map(|n| (n * 10 / 3).to_string()));
    same.judged(constraints, Some(&placeholder())).check("same", 0, &[told]);
    let mut alone = placeholder();
    alone["features"][0]["numerical_statistics"]["distribution"]["kll"]["buckets"] = json!([]);
    let why = "not evaluated: age.baseline_drift_check: its baseline sketch holds 2 of 10000 values";
    same.judged(constraints, Some(&alone)).check("alone", 0, &[why]);
}

/// A folder of the reports, or a word that it is not there.
fn reported(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/reports").join(name);
    if path.exists() {
        return Some(path);
    }
    // Past the harness, which keeps the words of a passing test to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: the reported files of {name} are absent");
    None
}

/// `statistics.json` of the folder's training data.
fn profiled(folder: &Path) -> TempDir {
    let output = tempfile::tempdir().expect("a folder can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command
        .env_clear()
        .args(["profile", "--format", "csv", "--header", "--input"])
        .arg(folder.join("train.csv"));
    let printed = command.arg("--output").arg(output.path()).output().expect("the command runs");
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    output
}

#[test]
fn a_slip_does_not_turn_the_monitor_off() {
    let Some(folder) = reported("02-nothing-evaluated-is-green") else { return };
    let base = profiled(&folder);
    let statistics = base.path().join("statistics.json");
    for (capture, constraints, code, told) in [
        ("cap", "a-enabled.json", VIOLATED, &["Expected data type: Integral", "city"][..]),
        ("cap", "b-model-quality.json", FAILED, &["this is a constraints.json of the model-quality monitor"]),
        ("cap", "c-type-lower.json", VIOLATED, &["Expected data type: Integral", "city"]),
        ("cap2", "d-method-lower.json", VIOLATED, &["Baseline drift distance"]),
    ] {
        let hour = Hour::judged(&folder.join(capture), &folder.join(constraints), Some(&statistics), None);
        hour.check(constraints, code, told);
    }
}

#[test]
fn a_placeholder_for_a_sketch_is_told_and_the_drift_is_seen() {
    let Some(folder) = reported("06-placeholder-sketch-in-baseline") else { return };
    for (statistics, told) in [
        ("statistics.json", "its baseline sketch holds 2 of 10000 values; compared by its 10 buckets"),
        ("statistics-no-sketch.json", "its baseline statistics have no sketch; compared by its 10 buckets"),
    ] {
        let (constraints, statistics) = (folder.join("constraints.json"), folder.join(statistics));
        let hour = Hour::judged(&folder.join("cap"), &constraints, Some(&statistics), Some("endpointInput"));
        hour.check(told, VIOLATED, &[told]);
        let judged = &hour.execution().expect("a report").judged[0];
        assert!(
            (0.5..0.8).contains(&judged.value),
            "about 0.7, less what sampling explains: {}",
            judged.value
        );
        assert_eq!((judged.n, judged.baseline_n), (300, Some(10_000)));
    }
}

#[test]
fn what_is_wrong_in_a_file_is_told_in_the_words_of_its_editor() {
    let Some(folder) = reported("07-messages-for-broken-constraints") else { return };
    let judged = |constraints: &Path, statistics: Option<&Path>| {
        Hour::judged(&folder.join("cap"), constraints, statistics, Some("endpointInput"))
    };
    for (constraints, code, told) in [
        (
            "a-false.json",
            FAILED,
            r#"line 14: monitoring_config.evaluate_constraints is false; write "Enabled" or "Disabled""#,
        ),
        (
            "b-string.json",
            FAILED,
            r#"monitoring_config.distribution_constraints.comparison_threshold is "0.1", a text; write 0.1"#,
        ),
        ("c-domain.json", FAILED, r#"features[1].string_constraints.domains[0] is 0, a number; write "0""#),
        ("d-array.json", FAILED, r#"the file is a list; write an object: {"version": 0.0, "features": "#),
        ("e-bom.json", 0, "with no violations"),
        (
            "f-comment.json",
            FAILED,
            r#"in monitoring_config.distribution_constraints, found `||"Robust"`; write one of the two"#,
        ),
        (
            "g-no-type.json",
            FAILED,
            r#"features[0].inferred_type is missing; write "Integral", "Fractional", "#,
        ),
    ] {
        judged(&folder.join(constraints), None).check(constraints, code, &[told]);
    }
    let base = profiled(&folder);
    let (statistics, constraints) =
        (base.path().join("statistics.json"), base.path().join("constraints.json"));
    judged(&statistics, None).check("statistics as constraints", FAILED, &["this is a statistics.json"]);
    judged(&statistics, Some(&constraints)).check(
        "the wrong way round",
        FAILED,
        &["this is a statistics.json"],
    );
    judged(&constraints, Some(&constraints)).check("twice", FAILED, &["this is a constraints.json"]);
}

#[test]
fn limits_by_hand_are_told() {
    let Some(folder) = reported("09-limits-by-hand-are-ignored") else { return };
    let hour =
        Hour::judged(&folder.join("cap"), &folder.join("constraints.json"), None, Some("endpointInput"));
    let told = "age.num_constraints: is_non_negative, min_value, max_value are not checks of this monitor";
    hour.check("limits", 0, &[&format!("not evaluated: {told}")]);
}
