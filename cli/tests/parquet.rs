//! A table that pyarrow 26 wrote twice, as Parquet and as CSV: through the command and through a container.

use crate::job::{INPUT, Job};
use crate::world;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const PARQUET: &[u8] = include_bytes!("pyarrow/people.parquet");
const CSV: &str = include_str!("pyarrow/people.csv");

fn world() -> tempfile::TempDir {
    let world = world::folder(&[("people.csv", CSV.to_owned())]);
    fs::write(world.path().join("people.parquet"), PARQUET).expect("a file");
    world
}

fn features(path: &Path, list: &str) -> BTreeMap<String, Value> {
    let file: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    let features = file[list].as_array().expect("a list");
    features
        .iter()
        .map(|feature| (feature["name"].as_str().expect("a name").to_owned(), feature.clone()))
        .collect()
}

const DISTINCT: &str = "/numerical_statistics/approximate_num_distinct_values";

/// Takes the number of distinct values out: an estimate, made of numbers in Parquet and of how they are written in CSV.
fn without_distinct(mut feature: Value) -> (Value, Option<f64>) {
    let distinct = feature.pointer_mut(DISTINCT).map(Value::take);
    (feature, distinct.and_then(|distinct| distinct.as_f64()))
}

/// Each column has the very statistics and constraints of the same column in CSV, save for the estimate of its distinct values.
#[test]
fn a_table_has_the_statistics_of_the_same_table_in_csv() {
    let world = world();
    let profile = |input: &str, format: &[&str], output: &str| {
        let words = [&["profile", "--input", input, "--output", output, "--format"], format].concat();
        world::check(input, &world::bellwether(world.path(), &words), 0, &["300 rows"]);
    };
    profile("people.parquet", &["parquet"], "of-parquet");
    profile("people.csv", &["csv", "--header"], "of-csv");
    for file in ["statistics.json", "constraints.json"] {
        let of = |folder: &str| features(&world.path().join(folder).join(file), "features");
        let (ours, theirs) = (of("of-parquet"), of("of-csv"));
        assert_eq!(ours.len(), 8);
        for (name, feature) in ours {
            let (ours, our_distinct) = without_distinct(feature);
            let (theirs, their_distinct) = without_distinct(theirs[&name].clone());
            assert_eq!(ours, theirs, "{file}: {name}");
            // Three times the error of the counter of Deequ, 1.04 / √512, on either side.
            let ratio = our_distinct.zip(their_distinct).map_or(1.0, |(ours, theirs)| ours / theirs);
            assert!((0.75..1.33).contains(&ratio), "{file}: {name}: {ratio}");
        }
    }
}

#[test]
fn what_is_not_read_is_told_and_nothing_is_left() {
    let world = world();
    fs::write(world.path().join("broken.parquet"), &PARQUET[..PARQUET.len() / 2]).expect("a file");
    let profile = |input: &str, more: &[&str]| {
        let words = [&["profile", "--input", input, "--output", "out", "--format", "parquet"], more].concat();
        world::bellwether(world.path(), &words)
    };
    world::check(
        "broken",
        &profile("broken.parquet", &[]),
        1,
        &["MalformedInput", "broken.parquet", "write the file again"],
    );
    world::check("CSV", &profile("people.csv", &[]), 1, &["people.csv", "write the file again"]);
    world::check("none", &profile("nowhere.parquet", &[]), 1, &["nowhere.parquet"]);
    world::check("a header", &profile("people.parquet", &["--header"]), 1, &["Parquet name their columns"]);
    let unsaid = ["profile", "--input", "people.parquet", "--output", "out", "--format", "csv"];
    world::check("unsaid", &world::bellwether(world.path(), &unsaid), 1, &["--format parquet"]);
    assert!(!world.path().join("out").exists());
}

/// Whatever bytes are changed to, a command ends as commands end: the reader may not, and is a process of its own.
#[test]
fn a_file_that_somebody_broke_never_ends_the_command() {
    let world = world();
    let mut ends = BTreeMap::new();
    for place in (0..PARQUET.len()).step_by(131) {
        let mut bytes = PARQUET.to_vec();
        let end = (place + 5).min(bytes.len());
        bytes[place..end].fill(0xff);
        fs::write(world.path().join("broken.parquet"), bytes).expect("a file");
        let words =
            ["profile", "--input", "broken.parquet", "--format", "parquet", "--output", "out", "--overwrite"];
        let ended = world::bellwether(world.path(), &words);
        let code = ended.status.code();
        assert!(matches!(code, Some(0 | 1)), "{place}: {}", world::said(&ended));
        assert!(!world::said(&ended).contains("panicked"), "{place}: {}", world::said(&ended));
        *ends.entry(code).or_insert(0) += 1;
    }
    assert!(ends.get(&Some(1)).is_some_and(|count| *count > 10), "{ends:?}");
}

#[test]
fn a_job_makes_a_baseline_of_parquet_and_judges_rows_of_it() {
    let parquet = r#"{"parquet":{}}"#;
    let baseline = Job::baseline("")
        .with("dataset_format", parquet)
        .holding("processing/input/baseline_dataset_input/part-0.parquet", PARQUET);
    baseline.run(&[]).is(0, "Completed: Job completed successfully with no violations.");
    assert_eq!(baseline.output(), ["constraints.json", "statistics.json"]);
    let job = Job::monitoring("2022-04-18T00:00:00Z", "2022-04-18T01:00:00Z")
        .judged_by(&baseline)
        .without("sagemaker_endpoint_name")
        .with("dataset_format", parquet)
        .holding(&format!("{INPUT}/output/2022/04/18/00/part-0.parquet"), PARQUET)
        .holding(&format!("{INPUT}/output/2022/04/18/07/part-0.parquet"), PARQUET);
    job.run(&[]).is(0, "Completed: Job completed successfully with no violations.");
    assert_eq!(job.json("execution.json")["capture"]["used"], 300);
    assert_eq!(job.json("statistics.json")["dataset"]["item_count"], 300);
    let broken = job.holding(&format!("{INPUT}/output/2022/04/18/00/part-1.parquet"), "PAR1");
    let ended = broken.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.message.contains("part-1.parquet"), "{ended:?}");
}
