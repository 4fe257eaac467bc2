//! `bellwether profile` as a process: the two files, what it prints, and what it refuses to lose.

use bellwether_contract::constraints::Constraints;
use bellwether_contract::json::from_slice;
use bellwether_contract::statistics::{InferredType, Statistics};
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const ROWS: &str = "id,plan,price\n1,free,1.5\n2,basic,-2.25\n3,,4\n4,\"ba\"\"sic\",1\n";

fn profile(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.env_clear().arg("profile").args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A dataset in a folder, and where its files go.
struct Dataset {
    folder: TempDir,
}

impl Dataset {
    fn new(rows: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("train.csv"), rows).expect("a file");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn profile(&self, more: &[&str]) -> Output {
        let (input, output) = (self.path("train.csv"), self.path("out"));
        let mut arguments = vec!["--input", input.to_str().expect("UTF-8"), "--format", "csv", "--output"];
        arguments.push(output.to_str().expect("UTF-8"));
        arguments.extend(more);
        profile(&arguments)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path("out").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn statistics(&self) -> Statistics {
        from_slice("statistics.json", &self.read("statistics.json")).expect("statistics")
    }
}

#[test]
fn both_files_are_written_and_the_columns_are_told() {
    let dataset = Dataset::new(ROWS);
    let printed = dataset.profile(&["--header"]);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    assert_eq!(text(&printed.stderr), "", "progress is for a terminal");
    let table = text(&printed.stdout);
    assert!(table.starts_with("4 rows of 3 columns in 1 file\n"), "{table}");
    for row in [
        vec!["id", "Integral", "100", "%", "~4", "1", "2.5", "4"],
        vec!["plan", "String", "75", "%", "~3"],
        vec!["price", "Fractional", "100", "%", "~4", "-2.25", "1.0625", "4"],
    ] {
        let found = table.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == row);
        assert!(found, "{row:?} in\n{table}");
    }
    let statistics = dataset.statistics();
    assert_eq!(statistics.dataset.item_count, 4);
    assert_eq!(statistics.feature("price").expect("a column").inferred_type, InferredType::Fractional);
    let constraints: Constraints =
        from_slice("constraints.json", &dataset.read("constraints.json")).expect("constraints");
    assert_eq!(constraints.features[1].completeness, Some(0.75));
}

#[test]
fn a_page_of_it_is_drawn_where_that_is_asked_for() {
    let dataset = Dataset::new(ROWS);
    let page = dataset.path("pages/baseline.html");
    let asked = ["--header", "--html", page.to_str().expect("UTF-8")];
    for _ in 0..2 {
        let printed = dataset.profile(&asked);
        assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
        // Names may break after a dot.
        let html = fs::read_to_string(&page).expect("a page").replace("<wbr>", "");
        assert!(html.contains("<title>BASELINE · data quality of ") && html.contains("train.csv"), "{html}");
        assert!(html.contains("4 rows measured") && html.contains("Nothing is judged here"), "{html}");
        for told in ["<bdi>plan</bdi>", "<bdi>free</bdi>", "25.0 %", "Quantiles", "constraints.json"] {
            assert!(html.contains(told), "{told} is not in {html}");
        }
        assert!(!html.contains("this window") && !html.contains("not judged"), "{html}");
    }
    let folder = dataset.path("train.csv/x.html");
    let refused = dataset.profile(&["--header", "--html", folder.to_str().expect("UTF-8")]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stdout));
    assert!(text(&refused.stderr).contains("OutputFailed"), "{}", text(&refused.stderr));
}

#[test]
fn json_tells_what_was_left_out() {
    let dataset = Dataset::new("a,b\n1,2\n3\n4,5\n");
    let printed = dataset.profile(&["--header", "--json"]);
    assert_eq!(printed.status.code(), Some(0));
    assert_eq!(text(&printed.stderr), "", "what was left out stands in the result");
    let told: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(
        (&told["rows"], &told["columns"], &told["left_out"]["ragged_rows"]),
        (&2.into(), &2.into(), &1.into())
    );
    let sample = &told["samples"][0];
    assert_eq!(
        (&sample["line"], &sample["found"], &sample["excerpt"]),
        (&3.into(), &"a row of 1 cell".into(), &Value::Null)
    );
    let shown: Value =
        serde_json::from_slice(&dataset.profile(&["--header", "--json", "--sample-payloads"]).stdout)
            .expect("JSON");
    assert_eq!(shown["samples"][0]["excerpt"], "3", "where it is asked for");
    let table = text(&dataset.profile(&["--header"]).stdout);
    assert!(table.contains("ATTENTION, left out as ragged_rows: 1 record (33.3333 % in all)"), "{table}");
}

#[test]
fn edited_constraints_are_not_lost() {
    let dataset = Dataset::new(ROWS);
    let whole = |printed: Output| (printed.status.code(), text(&printed.stderr));
    assert_eq!(whole(dataset.profile(&["--header"])), (Some(0), String::new()));
    assert_eq!(whole(dataset.profile(&["--header"])), (Some(0), String::new()), "the same bytes");
    let written = dataset.read("constraints.json");
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(dataset.path("out/constraints.json"))
        .expect("the file is there");
    file.write_all(b"\n").expect("a line");
    let (code, error) = whole(dataset.profile(&["--header"]));
    assert_eq!(code, Some(1));
    assert!(error.contains("constraints.json: it is there and says something else; --overwrite"), "{error}");
    assert_ne!(dataset.read("constraints.json"), written);
    assert_eq!(whole(dataset.profile(&["--header", "--overwrite"])).0, Some(0));
    assert_eq!(dataset.read("constraints.json"), written);
}

#[test]
fn dialects_and_forms_are_those_that_were_asked_for() {
    let dataset = Dataset::new(ROWS);
    let value = |dataset: &Dataset, column: &str| {
        let plan = dataset.statistics().feature(column).cloned().expect("a column");
        let buckets = plan.string_statistics.expect("texts").distribution.expect("few").categorical;
        buckets
            .expect("buckets")
            .buckets
            .into_iter()
            .map(|bucket| bucket.value)
            .find(|value| value.starts_with(['b', '"']) && value.contains("\"\"") || value == "ba\"sic")
    };
    dataset.profile(&["--header"]);
    assert_eq!(value(&dataset, "plan").as_deref(), Some("ba\"sic"));
    dataset.profile(&["--header", "--csv-dialect", "spark", "--overwrite"]);
    assert_eq!(value(&dataset, "plan").as_deref(), Some("\"ba\"\"sic\""));
    dataset.profile(&["--overwrite"]);
    assert_eq!(dataset.statistics().features[2].name, "_c2");

    let lines = Dataset::new("{\"b\": 1}\n{\"a\": true}\n");
    let (input, output) = (lines.path("train.csv"), lines.path("out"));
    let [input, output] = [&input, &output].map(|path| path.to_str().expect("UTF-8"));
    let printed = profile(&["--input", input, "--format", "json", "--output", output]);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    let names: Vec<_> = lines.statistics().features.into_iter().map(|feature| feature.name).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn what_cannot_be_read_is_exit_1_and_writes_nothing() {
    let dataset = Dataset::new("a,b\n1\n2\n3,4\n");
    for (more, told) in
        [(&["--header"][..], "MostlyLeftOut: "), (&["--header", "--csv-dialect", "excel"], "invalid value")]
    {
        let printed = dataset.profile(more);
        assert_eq!(printed.status.code(), Some(1));
        assert!(text(&printed.stderr).contains(told), "{}", text(&printed.stderr));
    }
    let printed = profile(&["--input", "x", "--format", "json", "--header", "--output", "y"]);
    assert_eq!(printed.status.code(), Some(1));
    assert!(text(&printed.stderr).contains("of --format csv"));
    assert!(!dataset.path("out").exists() && !Path::new("y").exists());
}

#[test]
fn the_help_has_the_exit_codes_and_the_promise() {
    let help = text(&profile(&["--help"]).stdout);
    for part in
        ["--input", "--csv-dialect", "--overwrite", "Exit codes:", "Examples:", "says\nsomething else"]
    {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&help).contains(&flat(part)), "{part} in {help}");
    }
}
