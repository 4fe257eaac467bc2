//! What a run costs: this test's own program, started once more for one run, tells its outcome and the memory it held.
//!
//! The inputs, and the AWS that serves them, stay in the process that asks.

use crate::harness::{Harness, nine};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitors::diversity::DiversityCheck;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::settings::Settings;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The settings of the run that a process is started for.
const SETTINGS: &str = "BELLWETHER_HOSTILE_SETTINGS";
const TOLD: &str = "hostile run: ";
/// Guards against a run that never ends; no run is expected to take a tenth of it.
const HANG: Duration = Duration::from_secs(300);

/// A run and what it took.
pub(crate) struct Cost {
    /// `execution.json`, or the error's stable type and its text.
    pub(crate) outcome: Result<Value, (String, String)>,
    /// By how much the process grew, in MiB.
    pub(crate) grown_mib: f64,
    pub(crate) seconds: f64,
}

impl Cost {
    /// The diversity check of the site, in a process of its own.
    pub(crate) async fn of_a_run(site: &Harness) -> Self {
        let settings: serde_json::Map<String, Value> = DiversitySettings::VARIABLES
            .iter()
            .filter_map(|variable| Some((variable.name.to_owned(), site.variable(variable.name)?.into())))
            .collect();
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "hostile::cost::the_run_of_a_process_of_its_own", "--nocapture"]);
        command.env(SETTINGS, Value::Object(settings).to_string());
        if site.is_bucket() {
            command.envs(site.aws().environment());
        }
        let output = tokio::task::spawn_blocking(move || ended(command)).await.expect("a thread");
        let line = output.lines().find_map(|line| line.split_once(TOLD)).map(|(_, told)| told);
        let told: Value =
            serde_json::from_str(line.unwrap_or_else(|| panic!("no outcome in {output}"))).expect("JSON");
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let number = |name: &str| told[name].as_f64().expect("a number");
        let error = text("error_type").zip(text("error"));
        Self {
            outcome: error.map_or_else(|| Ok(told["execution"].clone()), Err),
            grown_mib: number("peak_mib") - number("before_mib"),
            seconds: number("seconds"),
        }
    }
}

/// What a process printed, once it has ended. One that crashes or hangs fails the test.
fn ended(mut command: Command) -> String {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("a process");
    while child.try_wait().expect("a process").is_none() {
        if began.elapsed() > HANG {
            child.kill().expect("a process that runs");
            panic!("a run hangs for {HANG:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success(), "the run has crashed: {}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The other side of [`Cost::of_a_run`]; nothing where no run was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_of_a_process_of_its_own() {
    let Ok(settings) = std::env::var(SETTINGS) else {
        return;
    };
    let settings: Value = serde_json::from_str(&settings).expect("JSON");
    let settings =
        DiversitySettings::read(|name| settings[name].as_str().map(str::to_owned)).expect("settings");
    let in_s3 = std::env::var("AWS_ENDPOINT_URL").is_ok();
    let clients = if in_s3 { Some(Clients::from_environment().await) } else { None };
    let check = DiversityCheck::new(settings, clients, Sink::Nowhere).expect("a check");
    let (before_mib, began) = (resident_mib("VmRSS:"), Instant::now());
    let outcome = check.run(&nine(), &nobody).await;
    let mut told = match outcome {
        Ok(committed) => json!({ "execution": committed.execution }),
        Err(error) => json!({ "error_type": error.error_type(), "error": error.chain() }),
    };
    told["seconds"] = json!(began.elapsed().as_secs_f64());
    told["before_mib"] = json!(before_mib);
    told["peak_mib"] = json!(resident_mib("VmHWM:"));
    println!("\n{TOLD}{told}");
}

/// Memory of this process as Linux counts it: now (`VmRSS:`) or at most so far (`VmHWM:`).
fn resident_mib(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect(what);
    let kib: f64 = line.trim_end_matches("kB").trim().parse().expect("a number");
    kib / 1_024.0
}
