//! Dependency arrows: functions -> serve, and serve, cli -> pipeline -> { storage, page }, page -> analysis -> contract. What a person is shown
//! around the monitors, a sample newsroom and the rules of alarms, knows the contract alone.

use super::root;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

const SHARED: [&str; 5] = [
    "bellwether-contract",
    "bellwether-analysis",
    "bellwether-storage",
    "bellwether-pipeline",
    "bellwether-serve",
];

/// What a run may use.
const OF_THE_PIPELINE: [&str; 4] = [SHARED[0], SHARED[1], SHARED[2], "bellwether-page"];

/// What the Lambda edge may use.
const OF_THE_EDGE: [&str; 5] = [SHARED[0], SHARED[1], SHARED[2], SHARED[3], "bellwether-events"];

/// What the command may use.
const OF_THE_COMMAND: [&str; 8] = [
    SHARED[0],
    SHARED[1],
    SHARED[2],
    SHARED[3],
    "bellwether-alarms",
    "bellwether-columnar",
    "bellwether-newsroom",
    "bellwether-page",
];

fn cargo(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Each member of the workspace: its folder and the members that what it ships depends on.
fn members() -> BTreeMap<String, (String, Vec<String>)> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&text).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |package: &Value| package["name"].as_str().expect("a name").to_owned();
    let members: Vec<String> = packages.iter().map(name).collect();
    let root = root().display().to_string();
    let of_package = |package: &Value| {
        let folder = package["manifest_path"].as_str().expect("a path").replace("/Cargo.toml", "");
        let folder = folder.strip_prefix(&format!("{root}/")).expect("in the workspace").to_owned();
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let shipped = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        (folder, shipped.map(name).filter(|name| members.contains(name)).collect())
    };
    packages.iter().map(|package| (name(package), of_package(package))).collect()
}

#[test]
fn arrows_point_one_way() {
    let members = members();
    assert!(members.len() >= 7, "{members:?}");
    for (name, (folder, dependencies)) in &members {
        let allowed: &[&str] = match (name.as_str(), folder.split('/').next()) {
            ("bellwether-contract", _) => &[],
            (
                "bellwether-analysis"
                | "bellwether-storage"
                | "bellwether-alarms"
                | "bellwether-columnar"
                | "bellwether-events"
                | "bellwether-newsroom",
                _,
            ) => &SHARED[..1],
            ("bellwether-page", _) => &SHARED[..2],
            ("bellwether-pipeline", _) => &OF_THE_PIPELINE,
            ("bellwether-serve", _) => &OF_THE_EDGE,
            (_, Some("functions")) => &SHARED,
            (_, Some("cli")) => &OF_THE_COMMAND,
            (_, Some("tests")) => continue,
            _ => panic!("{name} in {folder} has no place in the floor plan"),
        };
        for dependency in dependencies {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

/// Everything that a package builds when it is built alone, as `sam build` does.
fn tree(package: &str) -> Vec<String> {
    tree_of(&["-p", package])
}

fn tree_of(package: &[&str]) -> Vec<String> {
    let edges = "normal,build";
    let format = ["--edges", edges, "--prefix", "none", "--format", "{p}"];
    let text = cargo(&[&["tree", "--frozen"], package, &format].concat());
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Counted with all that their dependencies depend on: this is the proof of their purity.
#[test]
fn contract_analysis_and_page_know_neither_runtime_nor_aws_nor_log() {
    for package in ["bellwether-contract", "bellwether-analysis", "bellwether-page"] {
        let names = tree(package);
        assert!(names.contains(&"serde_json".to_owned()), "{names:?}");
        for name in names {
            let family = name.split(['-', '_']).next().unwrap_or(&name);
            let impure = ["tokio", "aws", "tracing", "log", "hyper", "reqwest", "rand", "fastrand", "lambda"];
            assert!(!impure.contains(&family), "{package} depends on {name}");
        }
    }
}

/// Parquet may claim 2 GiB a page and weighs on the command alone (docs/decisions/0057).
#[test]
fn no_function_links_a_reader_of_parquet() {
    let parquet = "parquet".to_owned();
    assert!(tree("bellwether").contains(&parquet));
    for (name, (folder, _)) in members() {
        assert!(!folder.starts_with("functions/") || !tree(&name).contains(&parquet), "{name}");
    }
}

/// A person signs in, a function and a job have a role: what signs in weighs on the command alone. aws-lc weighs on none.
#[test]
fn neither_function_nor_image_links_what_signs_a_person_in() {
    let signs_in = ["aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-signin", "p256"].map(str::to_owned);
    let functions: Vec<String> = members()
        .into_iter()
        .filter(|(_, (folder, _))| folder.starts_with("functions/"))
        .map(|(name, _)| name)
        .collect();
    assert!(functions.len() >= 4, "{functions:?}");
    let command = tree("bellwether");
    assert!(signs_in.iter().all(|name| command.contains(name)), "{command:?}");
    for package in &functions {
        let names = tree(package);
        assert!(names.contains(&"aws-config".to_owned()), "{package}: {names:?}");
        assert!(!signs_in.iter().any(|name| names.contains(name)), "{package}: {names:?}");
        assert!(!names.contains(&"aws-lc-sys".to_owned()), "{package}: {names:?}");
    }
    assert!(!command.contains(&"aws-lc-sys".to_owned()), "{command:?}");
    let binary = include_str!("../../../container/binary");
    assert!(binary.contains("--package bellwether --no-default-features"), "{binary}");
    let image = tree_of(&["-p", "bellwether", "--no-default-features"]);
    assert!(image.contains(&"aws-config".to_owned()), "{image:?}");
    assert!(!signs_in.iter().any(|name| image.contains(name)), "{image:?}");
}
