//! The pages that a demo leaves: where they lie, and how one is opened.

use crate::output::note;
use crate::report::of_a_schedule;
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::executions::Query;
use bellwether_storage::{Location, Store};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What opens a page on a desktop, by whichever of them is there.
const OPENERS: [&str; 2] = ["xdg-open", "open"];

/// Draws the page over the runs of a schedule below a root; where it lies.
pub(crate) async fn over_time(root: &Path, run: &RunFolder, now: Timestamp) -> Result<PathBuf, Told> {
    let (endpoint, schedule) = (run.endpoint.clone(), run.schedule.clone());
    let asked = Query { endpoint, schedule, from: None, to: None };
    let (reports, output) = (Location::Folder(root.join(REPORTS)), root.join("index.html"));
    of_a_schedule(&Store::new(&reports, None)?, None, &asked, now, &output).await?;
    Ok(output)
}

/// Where the page of a run lies below a root.
pub(crate) fn of_a_run(root: &Path, run: &RunFolder) -> PathBuf {
    root.join(REPORTS).join(Key::Report(run, ReportFile::Page).to_string())
}

const REPORTS: &str = "reports";

/// The places of pages, each on a line of its own: it is copied whole.
pub(crate) fn in_words(pages: &[(&str, &Path)]) -> String {
    let lines = pages.iter().map(|(what, page)| format!("{what}:\n{}", page.display()));
    format!("To look at in a browser:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// Opens a page as a double click would; says so where nothing here can.
pub(crate) fn open(page: &Path) {
    let opens = |opener: &&str| {
        let command = Command::new(opener)
            .arg(page)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        command.is_ok_and(|status| status.success())
    };
    if !OPENERS.iter().any(opens) {
        let page = page.display();
        note(&format!(
            "nothing on this machine opens a page ({}); open {page} in a browser",
            OPENERS.join(" and ")
        ));
    }
}
