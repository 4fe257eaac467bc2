//! Every test of whole runs in one program: the AWS SDK is linked once, and both cores are busy to the end.
//!
//! Names of tests begin with their folder: `cargo test --test all stories::` runs one of them.

#[path = "baseline/main.rs"]
mod baseline;
#[path = "browser/main.rs"]
mod browser;
// Public, because the fuzz targets' properties are a library.
pub mod corpora;
#[path = "data_quality/main.rs"]
mod data_quality;
#[path = "embedded_aws/main.rs"]
mod embedded_aws;
#[path = "hostile/main.rs"]
mod hostile;
#[path = "incident/main.rs"]
mod incident;
#[path = "logs/main.rs"]
mod logs;
#[path = "model_bias/main.rs"]
mod model_bias;
#[path = "model_explainability/main.rs"]
mod model_explainability;
#[path = "model_quality/main.rs"]
mod model_quality;
#[path = "permissions/main.rs"]
mod permissions;
#[path = "reliability/main.rs"]
mod reliability;
#[path = "router/main.rs"]
mod router;
#[path = "rules/main.rs"]
mod rules;
#[path = "scale_out/main.rs"]
mod scale_out;
mod side_by_side;
#[path = "stack/main.rs"]
mod stack;
mod storage_conformance;
#[path = "stories/main.rs"]
mod stories;
#[path = "week/main.rs"]
mod week;

// What several of them play on.
mod harness;
mod labelled_week;
mod newsroom;
mod page;
#[path = "router/routing.rs"]
mod routing;

/// Cargo does not look for tests in these folders (`autotests = false`): a file that nobody names would never run.
#[test]
fn nothing_in_these_folders_is_left_out() {
    for (package, root) in [("tests", "all.rs"), ("cli", "main.rs")] {
        let (folder, manifest) = (format!("{package}/tests"), rules::read(&format!("{package}/Cargo.toml")));
        let all = rules::read(&format!("{folder}/{root}"));
        for name in rules::names(&folder).into_iter().filter(|name| name != root) {
            let stem = name.trim_end_matches(".rs");
            let is_here = all.contains(&format!("mod {stem};"));
            let has_its_own = manifest.contains(&format!("[[test]]\nname = \"{stem}\"\n"));
            let holds_no_code = !name.ends_with(".rs") && !holds_code(&format!("{folder}/{name}"));
            assert!(is_here || has_its_own || holds_no_code, "{folder}/{name} is in no test program");
        }
    }
}

fn holds_code(folder: &str) -> bool {
    rules::names(folder).iter().any(|name| name.ends_with(".rs"))
}
