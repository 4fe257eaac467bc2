//! Where the page of a run lies, as seen from a page over many of them.

use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_pipeline::route::link::{encoded, to_page};
use bellwether_storage::{Location, Store};
use std::path::{Component, Path, PathBuf};

/// A link to the page of a run: at the operators' own front where there is one, in a bucket the object in the console, in a folder a
/// relative path.
pub(super) fn links(
    reports: &Store,
    base: Option<&str>,
    output: &Path,
) -> impl Fn(&RunFolder) -> Option<String> + use<> {
    let (reports, base, way) = (reports.clone(), base.map(str::to_owned), way(output, &reports.location()));
    move |run| {
        let beside = || Some(way.clone()? + &encoded(&Key::Report(run, ReportFile::Page).to_string(), b"/"));
        to_page(&reports, base.as_deref(), run).or_else(beside)
    }
}

/// The way from the folder of a file to a folder, with a slash at its end.
fn way(output: &Path, reports: &Location) -> Option<String> {
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let (Location::Folder(from), Location::Folder(to)) =
        (Location::Folder(folder).resolved(), reports.resolved())
    else {
        return None;
    };
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Some("..".to_owned()));
    let down = to.components().skip(common).map(|part| match part {
        Component::Normal(name) => name.to_str().map(|name| encoded(name, b"")),
        _ => None,
    });
    up.chain(down).try_fold(String::new(), |way, part| Some(way + &part? + "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(reports: &str, base: Option<&str>, output: &str) -> Option<String> {
        let run =
            RunFolder::from_execution_key("churn-prod/data/2026/10/31/09/execution.json").expect("a run");
        let reports = Store::new(&reports.parse().expect("a place"), None).expect("a store");
        links(&reports, base, Path::new(output))(&run)
    }

    #[test]
    fn a_page_is_found_from_wherever_the_index_lies() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path").display().to_string();
        let at = |way: &str| Some(format!("{way}churn-prod/data/2026/10/31/09/report.html"));
        let from = |reports: &str, output: &str| {
            link(&format!("{root}/{reports}"), None, &format!("{root}/{output}"))
        };
        assert_eq!(from("reports", "index.html"), at("reports/"));
        assert_eq!(from("reports", "reports/index.html"), at(""));
        assert_eq!(from("a #b", "out/index.html"), at("../a%20%23b/"));
        let own = link(&root, Some("https://reports.example.com/x/"), "index.html");
        assert_eq!(own, at("https://reports.example.com/x/"));
    }
}
