//! Public bug reports about inputs as the world writes them, each with its right result, as the command reads them.
//!
//! The folders of the reports are read where they are there; the same laws hold for small inputs that are made here.

use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder of a report, or of inputs that are made here, and where the command writes.
struct Case {
    inputs: PathBuf,
    work: TempDir,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Case {
    /// Inputs that are made here.
    fn made(files: &[(&str, &str)]) -> Self {
        let work = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            let path = work.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        Self { inputs: work.path().to_owned(), work }
    }

    /// The report whose folder begins with this number; `None`, loudly, where the data is not there.
    fn report(number: &str) -> Option<Self> {
        let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/reports");
        let folders = fs::read_dir(&reports).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_it =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(number));
        let found = folders.into_iter().find(is_it);
        if found.is_none() {
            // Past the harness, which keeps the words of a passing test to itself.
            let _ =
                writeln!(std::io::stderr(), "SKIPPED: report {number} is absent below {}", reports.display());
        }
        found.map(|inputs| Self { inputs, work: tempfile::tempdir().expect("a folder") })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.env_clear().current_dir(&self.inputs).args(arguments).output().expect("the command runs")
    }

    fn place(&self, name: &str) -> String {
        self.work.path().join(name).display().to_string()
    }

    /// Profiles a file into `out`, and what `--json` says of it.
    fn profile(&self, input: &str, out: &str, more: &[&str]) -> Value {
        let out = self.place(out);
        let mut arguments = vec!["profile", "--input", input, "--output", &out, "--json"];
        arguments.extend(more);
        let done = self.run(&arguments);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    fn read(&self, name: &str) -> Value {
        let bytes = fs::read(self.work.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// The column of a profile: its type, and the share that is there.
    fn column(&self, out: &str, name: &str) -> (String, f64) {
        let constraints = self.read(&format!("{out}/constraints.json"));
        let features = constraints["features"].as_array().expect("columns").clone();
        let feature = features.into_iter().find(|feature| feature["name"] == name).expect("the column");
        let kind = feature["inferred_type"].as_str().expect("a type").to_owned();
        (kind, feature["completeness"].as_f64().expect("a share"))
    }

    /// Judges the hour of the reports: the exit code, and execution.json.
    fn data_quality(&self, capture: &str, baseline: Option<&str>, more: &[&str]) -> (Option<i32>, Value) {
        let reports = self.place(&format!("reports-{capture}-{}", more.len()));
        let file = |file: &str| baseline.map(|out| self.place(&format!("{out}/{file}")));
        let (constraints, statistics) = (file("constraints.json"), file("statistics.json"));
        let mut arguments = vec!["data-quality", "--json", "--capture", capture, "--reports", &reports];
        arguments.extend(["--at", "2026-10-31T09:00:00Z", "--endpoint-name", "ep"]);
        arguments.extend(["--variant", "AllTraffic", "--schedule", "s"]);
        if let (Some(constraints), Some(statistics)) = (&constraints, &statistics) {
            arguments.extend(["--baseline-constraints", constraints, "--baseline-statistics", statistics]);
        }
        arguments.extend(more);
        let done = self.run(&arguments);
        let execution = serde_json::from_slice(&done.stdout);
        (done.status.code(), execution.unwrap_or_else(|error| panic!("{error}: {}", text(&done.stderr))))
    }

    fn violations(&self, capture: &str, more: usize) -> Vec<(String, String)> {
        let report = format!("reports-{capture}-{more}/ep/s/2026/10/31/09/constraint_violations.json");
        let violations = self.read(&report)["violations"].as_array().expect("violations").clone();
        let word = |violation: &Value, field: &str| violation[field].as_str().unwrap_or_default().to_owned();
        violations.iter().map(|one| (word(one, "feature_name"), word(one, "description"))).collect()
    }
}

/// The only sample of a reason.
fn sample(execution: &Value, reason: &str) -> Value {
    let samples = execution["capture"]["samples"].as_array().expect("samples").clone();
    samples
        .into_iter()
        .find(|sample| sample["reason"] == reason)
        .unwrap_or_else(|| panic!("{reason}: {execution}"))
}

/// A captured line of two sides, each with its encoding.
fn line(n: usize, input: (&str, &str), output: (&str, &str)) -> String {
    let side = |(encoding, data): (&str, &str)| json!({"data": data, "encoding": encoding});
    let record = json!({
        "captureData": {"endpointInput": side(input), "endpointOutput": side(output)},
        "eventMetadata": {"eventId": format!("{n:08x}-0000-4000-8000-000000000000"), "inferenceTime": "2026-10-31T08:15:00Z"},
        "eventVersion": "0"
    });
    format!("{record}\n")
}

const CAPTURED: &str = "cap/ep/AllTraffic/2026/10/31/08/00-00-00-000-a.jsonl";
const CSV: [&str; 3] = ["--format", "csv", "--header"];
const JSON: [&str; 2] = ["--format", "json"];

#[test]
fn a_quoted_empty_cell_is_missing_in_both_dialects() {
    let Some(case) = Case::report("03") else { return };
    for dialect in ["spark", "rfc4180"] {
        let out = format!("base-{dialect}");
        case.profile("quote_all.csv", &out, &[&CSV[..], &["--csv-dialect", dialect]].concat());
        assert_eq!(case.column(&out, "age"), ("Integral".to_owned(), 0.8), "{dialect}");
        assert_eq!(case.column(&out, "city"), ("String".to_owned(), 0.75), "{dialect}");
        let constraints = case.read(&format!("{out}/constraints.json"));
        let city = constraints["features"]
            .as_array()
            .expect("columns")
            .iter()
            .find(|feature| feature["name"] == "city");
        assert_eq!(city.expect("city")["string_constraints"]["domains"], json!(["x"]));
    }
    let (code, execution) = case.data_quality("cap", Some("base-spark"), &[]);
    assert_eq!((code, &execution["violations"]), (Some(0), &json!(0)), "{execution}");
}

#[test]
fn a_captured_quoted_empty_cell_is_missing_too() {
    let lines: String = (0..10).map(|n| line(n, ("CSV", "\"\",\"x\""), ("CSV", "1"))).collect();
    let case = Case::made(&[(CAPTURED, &lines)]);
    case.data_quality("cap", None, &[]);
    let statistics = case.read("reports-cap-0/ep/s/2026/10/31/09/statistics.json");
    assert_eq!(statistics["features"][1]["inferred_type"], "Unknown", "{statistics}");
}

#[test]
fn a_quote_that_is_never_closed_ends_a_profile_with_its_line() {
    let Some(case) = Case::report("04") else { return };
    for input in ["train.csv", "train-middle.csv"] {
        let out = case.place("base");
        let done = case.run(&[&["profile", "--input", input, "--output", &out][..], &CSV].concat());
        let error = text(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{error}");
        assert!(
            error.contains("MalformedInput: ")
                && error.contains(&format!("{input}, line 12: a quote is opened in line 12")),
            "{error}"
        );
        assert!(!Path::new(&out).exists(), "nothing is written");
    }
    let told = case.profile("train.csv", "spark", &[&CSV[..], &["--csv-dialect", "spark"]].concat());
    assert_eq!(told["rows"], 1_000);
}

#[test]
fn a_captured_quote_that_is_never_closed_costs_its_record_alone() {
    let lines: String = (0..10)
        .map(|n| line(n, ("CSV", if n == 0 { "1,\"6in secret" } else { "1,x" }), ("CSV", "1")))
        .collect();
    let case = Case::made(&[(CAPTURED, &lines)]);
    let (_, execution) = case.data_quality("cap", None, &[]);
    assert_eq!(execution["capture"]["left_out"], json!({"unclosed_quote": 1}));
    assert!(
        sample(&execution, "unclosed_quote")["found"].as_str().is_some_and(|found| found.contains("row 1"))
    );
    assert!(!execution.to_string().contains("secret"), "no payload in a report");
}

#[test]
fn numbers_that_are_none_are_missing_numbers() {
    let Some(case) = Case::report("05") else { return };
    case.profile("train.jsonl", "base", &JSON);
    for (capture, column, description, non_finite) in [
        ("cap", "age", "Value: 0.8 does not meet the constraint requirement! ", 20),
        ("cap2", "score", "Value: 0.01 does not meet the constraint requirement! ", 99),
    ] {
        let (code, execution) = case.data_quality(capture, Some("base"), &[]);
        assert_eq!(code, Some(2), "{execution}");
        let violations = case.violations(capture, 0);
        assert!(violations.contains(&(column.to_owned(), description.to_owned())), "{violations:?}");
        let lines = &execution["capture"];
        assert_eq!((&lines["used"], &lines["non_finite"]), (&json!(100), &json!(non_finite)));
        assert_eq!(lines["left_out"], json!({}));
    }
    let told = case.profile("train-nan.jsonl", "base-nan", &JSON);
    assert_eq!(
        (&told["rows"], &told["non_finite"], &told["left_out"]),
        (&json!(100), &json!(40), &json!({}))
    );
    assert_eq!(case.column("base-nan", "age").1, 0.6);
    let reports = case.place("lists");
    let done = case.run(&[
        "diversity-check",
        "--json",
        "--at",
        "2026-10-31T09:00:00Z",
        "--endpoint-name",
        "ep",
        "--variant",
        "AllTraffic",
        "--schedule",
        "d",
        "--validation-set",
        "v.jsonl",
        "--catalog",
        "cat.json",
        "--reports",
        &reports,
        "--capture",
        "cap3",
        "--no-replay",
    ]);
    let execution: Value = serde_json::from_slice(&done.stdout).expect("execution.json");
    assert_eq!(
        (&execution["capture"]["used"], &execution["capture"]["short_lists"]),
        (&json!(50), &json!(0)),
        "ten ids each"
    );
    assert_eq!(execution["capture"]["non_finite"], 50);
}

#[test]
fn words_for_no_number_in_a_text_stay_a_text() {
    let case =
        Case::made(&[("train.jsonl", "{\"a\":\"NaN\",\"b\":NaN}\n{\"a\":\"-Infinity, NaN\",\"b\":1}\n")]);
    let told = case.profile("train.jsonl", "base", &JSON);
    assert_eq!((&told["rows"], &told["non_finite"]), (&json!(2), &json!(1)));
    assert_eq!(case.column("base", "a"), ("String".to_owned(), 1.0));
    assert_eq!(case.column("base", "b"), ("Integral".to_owned(), 0.5));
    let table = text(
        &case
            .run(&["profile", "--input", "train.jsonl", "--format", "json", "--output", &case.place("base")])
            .stdout,
    );
    assert!(table.contains("non_finite: 1 number"), "{table}");
}

/// Report, reason, and what the first sample says.
const SAID: [(&str, &str, &str); 5] = [
    ("a", "not_flat", "`instances` is not a single value: declare columns (--paths)"),
    ("b", "header_in_payload", "the request has 2 rows and the response 1"),
    ("c", "not_an_object", "a number instead of an object"),
    ("e", "no_metadata", "no eventMetadata"),
    ("f", "batch_manifest", "not a captured record but a list"),
];

#[test]
fn six_mistakes_are_told_by_six_reasons_and_by_what_came() {
    let Some(case) = Case::report("08") else { return };
    let check = |execution: &Value, reason: &str, said: &str| {
        let left_out = execution["capture"]["left_out"].as_object().expect("reasons");
        assert_eq!(left_out.keys().collect::<Vec<_>>(), [reason]);
        let sample = sample(execution, reason);
        assert!(sample["found"].as_str().is_some_and(|found| found.contains(said)), "{sample}");
        assert!(sample["expected"].as_str().is_some_and(|expected| !expected.is_empty()), "{sample}");
        assert_eq!((&sample["line"], &sample["excerpt"]), (&json!(1), &Value::Null));
    };
    for (capture, reason, said) in SAID {
        let (code, execution) = case.data_quality(capture, None, &[]);
        assert_eq!(code, Some(1));
        check(&execution, reason, said);
    }
    let (_, execution) = case.data_quality("d", None, &["--paths", "d.json"]);
    check(&execution, "path_values", "`a` yields 0 values and `score` 2");
    let (_, execution) = case.data_quality("d", None, &["--paths", "d-works.json", "--no-data-policy", "ok"]);
    assert_eq!(execution["capture"]["used"], 20);
}

#[test]
fn a_report_holds_no_payload_unless_it_is_asked_for() {
    let lines = line(0, ("JSON", "{\"name\":[\"a secret\"]}"), ("JSON", "{\"score\":1}"));
    let case = Case::made(&[(CAPTURED, &lines)]);
    let (_, execution) = case.data_quality("cap", None, &[]);
    assert!(
        !execution.to_string().contains("captureData") && !execution.to_string().contains("secret"),
        "{execution}"
    );
    assert!(sample(&execution, "not_flat")["found"].as_str().is_some_and(|found| found.contains("`name`")));
    let (_, opened) = case.data_quality("cap", None, &["--sample-payloads", "true"]);
    assert!(
        sample(&opened, "not_flat")["excerpt"]
            .as_str()
            .is_some_and(|text| text.starts_with("{\"captureData\""))
    );
    assert_eq!(opened["configuration_digest"], execution["configuration_digest"], "it changes no verdict");
}

#[test]
fn the_first_line_of_each_reason_is_a_sample_however_many_come_before() {
    let broken = "{\n".repeat(50);
    let streamed = line(1, ("CSV", "1"), ("JSON", "data: {\"a\":1}"));
    let case = Case::made(&[(CAPTURED, &format!("{broken}{streamed}"))]);
    let (_, execution) = case.data_quality("cap", None, &[]);
    assert_eq!(execution["capture"]["left_out"], json!({"json": 50, "event_stream": 1}));
    assert_eq!(sample(&execution, "event_stream")["line"], 51);
    assert_eq!(execution["capture"]["samples"].as_array().map(Vec::len), Some(21));
}

#[test]
fn a_byte_order_mark_costs_no_record() {
    let Some(case) = Case::report("10") else { return };
    for (input, format) in [("train.jsonl", &JSON[..]), ("train.csv", &CSV[..])] {
        let told = case.profile(input, input, format);
        assert_eq!((&told["rows"], &told["left_out"]), (&json!(4), &json!({})), "{input}");
        let statistics = case.read(&format!("{input}/statistics.json"));
        assert_eq!(statistics["features"][0]["numerical_statistics"]["max"], 100.0, "{input}");
    }
    let reports = case.place("reports");
    let done = case.run(&[
        "diversity-check",
        "--at",
        "2026-10-31T09:00:00Z",
        "--endpoint-name",
        "ep",
        "--variant",
        "AllTraffic",
        "--schedule",
        "d",
        "--validation-set",
        "v.jsonl",
        "--catalog",
        "cat.json",
        "--reports",
        &reports,
        "--replay-from",
        "lists.jsonl",
    ]);
    assert!(
        text(&done.stdout).contains("1 of 1 sessions answered"),
        "{}{}",
        text(&done.stdout),
        text(&done.stderr)
    );
}

#[test]
fn a_mark_in_front_of_captures_and_declared_columns_is_skipped() {
    let lines = format!("\u{feff}{}", line(0, ("CSV", "31"), ("CSV", "1")));
    let columns = "\u{feff}{\"columns\": [\"y\", \"age\"]}";
    let case = Case::made(&[(CAPTURED, &lines), ("columns.json", columns)]);
    let (_, execution) = case.data_quality("cap", None, &["--paths", "columns.json"]);
    assert_eq!((&execution["capture"]["used"], &execution["capture"]["left_out"]), (&json!(1), &json!({})));
}

#[test]
fn a_header_inside_the_data_is_dropped_and_told() {
    let Some(case) = Case::report("11") else { return };
    let told = case.profile("train.csv", "base", &CSV);
    assert_eq!(
        (&told["rows"], &told["header_rows"], &told["left_out"]),
        (&json!(100), &json!(1), &json!({}))
    );
    for column in ["id", "age"] {
        assert_eq!(case.column("base", column), ("Integral".to_owned(), 1.0));
    }
    let out = case.place("base");
    let table =
        text(&case.run(&[&["profile", "--input", "train.csv", "--output", &out][..], &CSV].concat()).stdout);
    assert!(
        table.contains("header_rows: 1 row equal to the header dropped, the first in line 52"),
        "{table}"
    );
}

#[test]
fn a_header_in_a_payload_is_dropped_where_the_baseline_knows_it() {
    let lines: String = (0..4).map(|n| line(n, ("CSV", "a,b\n1,2"), ("CSV", "0.5"))).collect();
    let case = Case::made(&[(CAPTURED, &lines), ("train.csv", "y,a,b\n0.5,1,2\n")]);
    case.profile("train.csv", "base", &CSV);
    let (code, execution) = case.data_quality("cap", Some("base"), &[]);
    let lines = &execution["capture"];
    assert_eq!(
        (&lines["used"], &lines["header_rows"], &lines["left_out"]),
        (&json!(4), &json!(4), &json!({}))
    );
    assert_eq!(code, Some(0), "{execution}");
}

#[test]
fn great_numbers_are_printed_as_in_statistics() {
    let made = Case::made(&[("train.csv", "x,y\n1,1.7976931348623157e308\n2,0.00000125\n")]);
    let report = Case::report("12");
    for case in report.iter().chain([&made]) {
        let out = case.place("base");
        let done = case.run(&[&["profile", "--input", "train.csv", "--output", &out][..], &CSV].concat());
        let table = text(&done.stdout);
        assert!(table.contains("1.7976931348623157E308"), "{table}");
        assert!(
            table.lines().take_while(|line| !line.contains("statistics:")).all(|line| line.len() <= 120),
            "{table}"
        );
    }
}

#[test]
fn a_baseline_is_read_by_the_declared_columns_of_its_traffic() {
    let columns = r#"{"input": {"age": "instances[*].age"}, "output": {"score": "predictions"}, "missing": {"age": ["-1"]}}"#;
    let row = |age: i64| format!("{{\"instances\":[{{\"age\":{age}}}],\"predictions\":[0.5]}}\n");
    let train: String = (0..10).map(|n| row(if n < 2 { -1 } else { 30 + n })).collect();
    let age = |n: usize| if n < 2 { "-1".to_owned() } else { (30 + n).to_string() };
    let lines: String = (0..10)
        .map(|n| {
            line(
                n,
                ("JSON", &format!("{{\"instances\":[{{\"age\":{}}}]}}", age(n))),
                ("JSON", "{\"predictions\":[0.5]}"),
            )
        })
        .collect();
    let case = Case::made(&[("columns.json", columns), ("train.jsonl", &train), (CAPTURED, &lines)]);
    let told = case.profile("train.jsonl", "base", &["--format", "json", "--paths", "columns.json"]);
    assert_eq!((&told["rows"], &told["output_columns"]), (&json!(10), &json!(["score"])));
    assert_eq!(case.column("base", "age"), ("Integral".to_owned(), 0.8));
    let (code, execution) = case.data_quality("cap", Some("base"), &["--paths", "columns.json"]);
    assert_eq!((code, &execution["violations"]), (Some(0), &json!(0)), "{execution}");
}

#[test]
fn what_was_forgotten_of_a_csv_file_is_hinted_at_and_a_delimiter_can_be_given() {
    let case = Case::made(&[("semi.csv", "id;price\n1;1\n2;2\n"), ("headless.csv", "id,city\n1,x\n2,y\n")]);
    let hints = |told: &Value| told["hints"].to_string();
    let told = case.profile("semi.csv", "semi", &[&CSV[..], &["--csv-dialect", "spark"]].concat());
    assert!(hints(&told).contains("--delimiter ';'"), "{told}");
    let told = case.profile("semi.csv", "semi-2", &[&CSV[..], &["--delimiter", ";"]].concat());
    assert_eq!(
        (&told["columns"], &told["hints"], &told["output_columns"]),
        (&json!(2), &json!([]), &json!(["id"]))
    );
    assert!(hints(&case.profile("headless.csv", "headless", &CSV[..2])).contains("give --header"));
    let refused = case.run(&[
        "profile",
        "--input",
        "semi.csv",
        "--format",
        "csv",
        "--delimiter",
        "ab",
        "--output",
        "x",
    ]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
}

#[test]
fn a_metric_that_is_asked_of_no_column_is_a_warning_of_the_hour() {
    let case = Case::made(&[(CAPTURED, &line(0, ("CSV", "31"), ("CSV", "1")))]);
    let (_, execution) = case.data_quality("cap", None, &["--feature-metrics", "_c0, agee"]);
    let warning = execution["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.contains("`agee`") && !warning.contains("_c0"), "{execution}");
    let (_, execution) =
        case.data_quality("cap", None, &["--feature-metrics", "*", "--no-data-policy", "ok"]);
    assert_eq!(execution["warnings"], Value::Null, "{execution}");
    let names: Vec<_> = execution["metrics"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| point["MetricName"].to_string())
        .collect();
    assert!(
        names.iter().any(|name| name.contains("feature_null__c1"))
            || execution["metrics"].to_string().contains("feature_null__c1"),
        "{names:?}"
    );
}

#[test]
fn a_wrong_path_to_recommendations_is_told_with_what_the_answer_holds() {
    let answer = "{\"items\":[{\"sku\":\"a secret\"}]}";
    let lines: String = (0..10).map(|n| line(n, ("JSON", "{}"), ("JSON", answer))).collect();
    let case = Case::made(&[(CAPTURED, &lines), ("cat.json", "{\"a\":\"x\"}")]);
    let reports = case.place("reports");
    let done = case.run(&[
        "diversity-check",
        "--json",
        "--at",
        "2026-10-31T09:00:00Z",
        "--endpoint-name",
        "ep",
        "--variant",
        "AllTraffic",
        "--schedule",
        "d",
        "--catalog",
        "cat.json",
        "--reports",
        &reports,
        "--capture",
        "cap",
        "--no-replay",
    ]);
    let execution: Value = serde_json::from_slice(&done.stdout).expect("execution.json");
    let sample = sample(&execution, "no_list");
    assert!(sample["found"].as_str().is_some_and(|found| found.contains("`items` (a list)")), "{sample}");
    assert!(
        sample["expected"].as_str().is_some_and(|expected| expected.contains("--recommendations-path")),
        "{sample}"
    );
    assert!(!execution.to_string().contains("secret"));
}
