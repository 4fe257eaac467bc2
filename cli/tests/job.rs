//! A tree as SageMaker lays it below /opt/ml, and the real command as the container's entrypoint on it.

use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Every form of the contract's capture.
pub(crate) const CAPTURED: &str =
    r#"{"sagemakerCaptureJson":{"captureIndexNames":["endpointInput","endpointOutput"]}}"#;
pub(crate) const INPUT: &str = "processing/input/endpoint";
pub(crate) const OUTPUT: &str = "processing/output";
const CONFIG: &str = "config/processingjobconfig.json";

/// A job: what lies below its root, and its variables as the configuration has them.
pub(crate) struct Job {
    folder: TempDir,
    variables: Map<String, Value>,
    /// Whether the configuration is one of the test's.
    has_a_config: bool,
}

impl Job {
    /// A job without any variable.
    pub(crate) fn untold() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), variables: Map::new(), has_a_config: false }
    }

    /// A monitoring run from then to then.
    pub(crate) fn monitoring(start: &str, end: &str) -> Self {
        let told = [
            ("dataset_format", CAPTURED),
            ("dataset_source", "/opt/ml/processing/input/endpoint"),
            ("output_path", "/opt/ml/processing/output"),
            ("publish_cloudwatch_metrics", "Disabled"),
            ("start_time", start),
            ("end_time", end),
            ("sagemaker_endpoint_name", "churn-prod"),
            ("sagemaker_monitoring_schedule_name", "churn-hourly"),
        ];
        told.iter().fold(Self::untold(), |job, (name, value)| job.with(name, value))
    }

    /// A baseline run of a dataset with a header.
    pub(crate) fn baseline(dataset: &str) -> Self {
        let told = [
            ("dataset_format", r#"{"csv":{"header":true,"output_columns_position":"START"}}"#),
            ("dataset_source", "/opt/ml/processing/input/baseline_dataset_input"),
            ("output_path", "/opt/ml/processing/output"),
            ("publish_cloudwatch_metrics", "Disabled"),
        ];
        let job = told.iter().fold(Self::untold(), |job, (name, value)| job.with(name, value));
        job.holding("processing/input/baseline_dataset_input/training.csv", dataset)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), json!(value));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub(crate) fn holding(mut self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.has_a_config |= path == CONFIG;
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file");
        self
    }

    /// The files of a baseline run, where a schedule mounts them.
    pub(crate) fn judged_by(self, baseline: &Job) -> Self {
        ["constraints", "statistics"].iter().fold(self, |job, name| {
            let text = fs::read(baseline.at(&format!("{OUTPUT}/{name}.json"))).expect("a baseline");
            let path = format!("processing/baseline/{name}/{name}.json");
            job.holding(&path, text).with(&format!("baseline_{name}"), &format!("/opt/ml/{path}"))
        })
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// What stands for /opt/ml: it lies there in a machine of its own.
    pub(crate) fn root(&self) -> PathBuf {
        self.machine().join("opt/ml")
    }

    pub(crate) fn machine(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the variables down, as SageMaker does, where no file says otherwise.
    pub(crate) fn configured(&self) {
        if !self.has_a_config {
            fs::create_dir_all(self.at("config")).expect("a folder can be made");
            let config = json!({"ProcessingJobName": "j", "Environment": self.variables});
            fs::write(self.at(CONFIG), config.to_string()).expect("a file");
        }
    }

    /// The command without anything in its environment.
    pub(crate) fn command(&self, program: &[&str], arguments: &[&str]) -> Command {
        self.configured();
        let root = self.root().display().to_string();
        let bellwether = env!("CARGO_BIN_EXE_bellwether");
        let mut words = program.to_vec();
        words.extend([bellwether, "container", "--root", &root]);
        words.extend(arguments);
        let mut command = Command::new(words[0]);
        command.env_clear().env("COLUMNS", "400").args(&words[1..]);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.ended(self.command(&[], arguments).output().expect("the command runs"))
    }

    pub(crate) fn ended(&self, output: Output) -> Ended {
        let message = fs::read_to_string(self.at("output/message")).unwrap_or_default();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Ended { code: output.status.code(), message, said, output: self.output() }
    }

    /// Names of what lies in the output.
    pub(crate) fn output(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(OUTPUT)) else { return Vec::new() };
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
        names.sort();
        names
    }

    pub(crate) fn json(&self, file: &str) -> Value {
        let text = fs::read(self.at(&format!("{OUTPUT}/{file}"))).expect("a file of the output");
        serde_json::from_slice(&text).expect("JSON")
    }
}

/// How a job ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) message: String,
    pub(crate) said: String,
    /// Names of the files of the output.
    pub(crate) output: Vec<String>,
}

impl Ended {
    #[track_caller]
    pub(crate) fn is(&self, code: i32, message: &str) {
        assert_eq!((self.code, self.message.as_str()), (Some(code), message), "{}", self.said);
    }

    /// An error of which the message holds everything, and of which nothing is left.
    #[track_caller]
    pub(crate) fn failed(&self, parts: &[&str]) {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert!(self.message.starts_with("Error: ") && self.message.len() <= 1_024, "{self:?}");
        parts.iter().for_each(|part| assert!(self.message.contains(part), "{part} in {self:?}"));
        assert_eq!(self.output, [""; 0], "something was left: {self:?}");
    }
}

/// Records with these rows as requests, one a minute from then on.
pub(crate) fn captured(start: &str, rows: &[&str]) -> String {
    let start: jiff::Timestamp = start.parse().expect("an instant");
    let line = |(n, row): (usize, &&str)| {
        let side = |data: &str| json!({"observedContentType": "text/csv", "data": data, "encoding": "CSV"});
        let time = start + jiff::SignedDuration::from_mins(n as i64);
        let id = format!("{:08}-{:04}-4000-8000-000000000000", time.as_second() % 100_000_000, n);
        json!({"captureData": {"endpointInput": side(row), "endpointOutput": side("1")}, "eventVersion": "0",
            "eventMetadata": {"eventId": id, "inferenceTime": time}})
    };
    rows.iter().enumerate().map(|record| format!("{}\n", line(record))).collect()
}

/// The root of an image to take the binary from, which `.ci/image` has built.
pub(crate) const IMAGE_ROOT: &str = "BELLWETHER_IMAGE_ROOT";

/// What an image of the command alone holds: the binary, and here, where it is not static, its libraries.
pub(crate) fn install(machine: &Path) {
    if let Some(image) = std::env::var_os(IMAGE_ROOT) {
        let binary = Path::new(&image).join("bellwether");
        fs::copy(binary, machine.join("bellwether")).expect("the image's binary");
        return;
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_bellwether"));
    fs::copy(binary, machine.join("bellwether")).expect("a copy");
    let libraries = Command::new("ldd").arg(binary).output().expect("ldd runs").stdout;
    let libraries = String::from_utf8(libraries).expect("UTF-8");
    for library in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
        let place = machine.join(&library[1..]);
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder can be made");
        fs::copy(library, place).expect("a copy");
    }
}
