//! The command as a process: exit codes, what it prints, and that flags and environment mean the same.

use crate::site::{Site, Tree, recorded, sessions, ten_categories};
use bellwether_contract::execution::{Execution, Status};
use bellwether_pipeline::settings::VARIABLES;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The command of this source tree, beside the tests: built if it is not, or not any more, up to date.
static BELLWETHER: LazyLock<PathBuf> = LazyLock::new(|| {
    let tests = std::env::current_exe().expect("this test's own path");
    let folder = tests.ancestors().nth(2).expect("target/{profile}/deps/{test}");
    let mut build = Command::new(env!("CARGO"));
    // The tests' own package as well, so that both are built with the same features of what they share.
    build.args(["build", "--quiet", "-p", "bellwether", "-p", "bellwether-tests", "--bin", "bellwether"]);
    build.args(if folder.ends_with("release") { &["--release"][..] } else { &[] });
    build.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--target-dir").arg(folder.parent().expect("target"));
    assert!(build.status().expect("cargo runs").success(), "the command could not be built");
    folder.join("bellwether")
});

/// A process without any setting in its environment.
fn bellwether(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(&*BELLWETHER);
    command.env_clear().args(arguments).envs(environment.iter().copied());
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Inputs whose recorded lists have so many categories each.
async fn site(number: usize, categories: usize, answered: usize) -> Site {
    let site = Site::folder();
    site.put("inputs/catalog.json", ten_categories()).await;
    site.put("inputs/sessions.jsonl", sessions(number)).await;
    site.put("inputs/lists.jsonl", recorded(vec![categories; answered])).await;
    site
}

/// The flags of a site, by the table that the function's environment comes from.
fn flags(site: &Site) -> Vec<String> {
    let set = VARIABLES.iter().filter_map(|variable| Some((variable, site.variable(variable.name)?)));
    let mut flags: Vec<String> = set
        .flat_map(|(variable, value)| match value.strip_prefix("lists:") {
            Some(lists) => ["--replay-from".to_owned(), lists.to_owned()],
            None => [format!("--{}", variable.flag), value],
        })
        .collect();
    flags.extend(["--at", "2026-10-31T09:10:00Z"].map(str::to_owned));
    flags
}

fn check(site: &Site, more: &[&str]) -> Output {
    let flags = flags(site);
    let arguments: Vec<&str> =
        ["diversity-check"].into_iter().chain(flags.iter().map(String::as_str)).chain(more.iter().copied()).collect();
    bellwether(&arguments, &[])
}

#[tokio::test]
async fn the_exit_code_follows_the_verdict() {
    let cases = [
        (10, 6, 10, 0, Status::Completed),
        (10, 2, 10, 2, Status::CompletedWithViolations),
        (10, 6, 8, 3, Status::Inconclusive),
    ];
    for (number, categories, answered, code, status) in cases {
        let site = site(number, categories, answered).await;
        for more in [&["--json"][..], &[]] {
            let output = check(&site, more);
            let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
            assert_eq!(output.status.code(), Some(code), "{stdout}{stderr}");
            assert_eq!(stderr, "", "progress is for a terminal");
            if more.is_empty() {
                assert!(stdout.contains("top10_category_diversity_mean"), "{stdout}");
                assert!(stdout.contains(&status.to_string()), "{stdout}");
                assert_eq!(stdout.contains("VIOLATION"), status == Status::CompletedWithViolations, "{stdout}");
            } else {
                let printed: Execution = serde_json::from_str(&stdout).expect("JSON");
                assert_eq!(printed.monitoring_execution_status, status);
                assert_eq!(stdout.trim_end().as_bytes(), execution(&site.tree().await), "as it is on disk");
            }
        }
    }
}

fn execution(tree: &Tree) -> &[u8] {
    &tree["reports/recommender-prod/diversity-hourly/2026/10/31/09/execution.json"]
}

#[tokio::test]
async fn an_hour_that_cannot_be_judged_is_exit_1_with_the_reason_on_stderr() {
    let site = site(10, 6, 10).await;
    site.put("inputs/sessions.jsonl", "not a session\n").await;
    let output = check(&site, &["--json"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), String::new()));
    let told = text(&output.stderr);
    assert!(told.contains("MalformedInput") && told.contains("sessions.jsonl, line 1"), "{told}");
}

#[tokio::test]
async fn a_usage_error_is_exit_1_because_2_means_violations() {
    let site = site(10, 6, 10).await;
    let cases: [(&[&str], &str); 4] = [
        (&["--no-such-flag"], "--no-such-flag"),
        (&["--no-replay"], "--no-replay"),
        (&["--top-k", "0"], "TOP_K"),
        (&["--capture", "http://x/y"], "CAPTURE_URI"),
    ];
    for (more, says) in &cases {
        let output = check(&site, more);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{more:?}: {told}");
        assert!(told.contains(says), "{more:?}: {told}");
    }
    let when = ["diversity-check", "--at", "yesterday"];
    for arguments in [&[][..], &["no-such-command"], &["diversity-check"], &when] {
        assert_eq!(bellwether(arguments, &[]).status.code(), Some(1), "{arguments:?}");
    }
    let tree = site.tree().await;
    assert!(tree.keys().all(|key| key.starts_with("inputs/")), "{:?}", tree.keys());
}

#[tokio::test]
async fn each_flag_reads_the_functions_environment() {
    let by_flags = site(10, 6, 10).await.with("MIN_DIVERSITY", "6.5").with("TOP_K", "7");
    let by_environment = site(10, 6, 10).await.with("MIN_DIVERSITY", "6.5").with("TOP_K", "7");
    let environment: Vec<(&str, String)> =
        VARIABLES.iter().filter_map(|variable| Some((variable.name, by_environment.variable(variable.name)?))).collect();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let told = bellwether(&["diversity-check", "--at", "2026-10-31T09:00:00Z"], &environment);
    assert_eq!(told.status.code(), Some(2), "{}", text(&told.stderr));
    assert_eq!(check(&by_flags, &[]).status.code(), Some(2));
    let report = |tree: &Tree| {
        ["statistics.json", "constraints.json", "constraint_violations.json"]
            .map(|file| tree[&format!("reports/recommender-prod/diversity-hourly/2026/10/31/09/{file}")].clone())
    };
    assert_eq!(report(&by_flags.tree().await), report(&by_environment.tree().await));
}

#[test]
fn the_help_names_every_flag_and_every_exit_code() {
    let output = bellwether(&["diversity-check", "--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let flags = VARIABLES.iter().filter(|variable| variable.name != "REPLAY").map(|variable| variable.flag);
    let more = ["at", "replay-from", "endpoint-url", "sagemaker", "no-replay", "metrics-dir", "reopen", "json"];
    for flag in flags.chain(more) {
        assert!(help.contains(&format!("--{flag} ")) || help.contains(&format!("--{flag}\n")), "--{flag}\n{help}");
    }
    for code in ["0  completed", "1  failed", "2  completed with violations", "3  inconclusive"] {
        assert!(help.contains(code), "{help}");
    }
}

#[test]
fn the_demo_ends_well_and_says_where_everything_lies() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = bellwether(&["demo", "--output", &folder.path().display().to_string()], &[]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("VIOLATION") && stdout.contains(&folder.path().display().to_string()), "{stdout}");
}
