//! The page of one run, drawn from its files: for a run that was made before pages were.

use super::write;
use crate::aws;
use crate::output::print;
use bellwether_contract::keys::RunFolder;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::redrawn::page_of_a_run;
use bellwether_storage::{Location, Store};
use clap::ArgMatches;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

/// Draws it.
pub(super) async fn run(matches: &ArgMatches, run: &str, output: &Path) -> Result<ExitCode, Told> {
    let (reports, run) = located(run)?;
    let clients = aws::clients_if(matches!(reports, Location::S3 { .. })).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let page = page_of_a_run(&Store::new(&reports, s3)?, s3, &run).await?;
    write(output, page.as_bytes())?;
    if matches.get_flag("json") {
        let told = json!({ "output": output.display().to_string(), "size_bytes": page.len(), "run": run.to_string() });
        print(format_args!("{told:#}"))?;
    } else {
        print(output.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The reports and the run of a folder, or of a file in it.
fn located(text: &str) -> Result<(Location, RunFolder), Told> {
    let place: Location = text.parse().map_err(|error| Told::from(error).of("--run"))?;
    let whole = match &place {
        Location::S3 { prefix, .. } => prefix.clone(),
        Location::Folder(path) => path.display().to_string(),
    };
    let parts: Vec<&str> = whole.split('/').collect();
    let found = (0..parts.len()).rev().find_map(|at| {
        let folder = parts[at..].join("/");
        let run =
            RunFolder::holding(&format!("{folder}/{EXECUTION}")).or_else(|| RunFolder::holding(&folder))?;
        (folder == run.to_string() || folder.starts_with(&format!("{run}/")))
            .then(|| (parts[..at].join("/"), run))
    });
    let Some((before, run)) = found else {
        return Err(Told::usage(
            "--run",
            format!("{text} is no folder of a run"),
            "give {reports}/{endpoint}/{schedule}/yyyy/mm/dd/HH",
        ));
    };
    let reports = match place {
        Location::S3 { bucket, .. } => Location::S3 { bucket, prefix: before },
        Location::Folder(_) if before.is_empty() && whole.starts_with('/') => Location::Folder("/".into()),
        Location::Folder(_) if before.is_empty() => Location::Folder(".".into()),
        Location::Folder(_) => Location::Folder(before.into()),
    };
    Ok((reports, run))
}

const EXECUTION: &str = "execution.json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_by_its_folder_or_a_file_in_it() {
        for (text, reports, run) in [
            ("s3://b/reports/e/s/2026/10/31/09", "s3://b/reports", "e/s/2026/10/31/09"),
            ("s3://b/e/s/2026/10/31/09/execution.json", "s3://b", "e/s/2026/10/31/09"),
            ("out/reports/e/s/2026/10/31/09/revision-2/", "out/reports", "e/s/2026/10/31/09/revision-2"),
            ("e/s/2026/10/31/09", ".", "e/s/2026/10/31/09"),
            ("/e/s/2026/10/31/09", "/", "e/s/2026/10/31/09"),
        ] {
            let (place, found) = located(text).expect(text);
            assert_eq!((place.to_string().as_str(), found.to_string().as_str()), (reports, run), "{text}");
        }
        for text in ["s3://b", "out/reports", "e/s/2026/10/31", "e/s/2026/13/31/09", ""] {
            assert!(located(text).is_err(), "{text}");
        }
    }
}
