//! Where the page of a run lies, as seen from a page over many of them.

use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_storage::Location;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// A link to the page of a run: for a folder a relative path, for a bucket the object in the console, which asks who is there.
pub(super) fn links(reports: &Location, output: &Path) -> impl Fn(&RunFolder) -> Option<String> + use<> {
    let base = match reports {
        Location::Folder(_) => between(output, reports),
        Location::S3 { bucket, prefix } => {
            let prefix = if prefix.is_empty() { String::new() } else { format!("{}/", encoded(prefix)) };
            Some(format!("https://console.aws.amazon.com/s3/object/{bucket}?prefix={prefix}"))
        }
    };
    move |run| {
        let key = Key::Report(run, ReportFile::Page).to_string();
        base.as_ref().map(|base| format!("{base}{}", encoded(&key)))
    }
}

/// The way from the folder of a file to a folder, with a slash at its end.
fn between(output: &Path, reports: &Location) -> Option<String> {
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let (Location::Folder(from), Location::Folder(to)) = (Location::Folder(folder).resolved(), reports.resolved())
    else {
        return None;
    };
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|part| match part {
        Component::Normal(name) => name.to_str().map(encoded),
        _ => None,
    });
    let parts: Option<Vec<String>> = up.map(Some).chain(down).collect();
    parts.map(|parts| parts.into_iter().fold(String::new(), |way, part| way + &part + "/"))
}

/// A path as a URL spells it.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => encoded.push(byte.into()),
            // Writing to a String cannot fail.
            byte => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(reports: &str, output: &str) -> Option<String> {
        let key = "churn-prod/data/2026/10/31/09/execution.json";
        let run = RunFolder::from_execution_key(key).expect("a run");
        links(&reports.parse().expect("a place"), Path::new(output))(&run)
    }

    #[test]
    fn a_page_is_found_from_wherever_the_index_lies() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path").display().to_string();
        let at = |way: &str| Some(format!("{way}churn-prod/data/2026/10/31/09/report.html"));
        assert_eq!(link(&format!("{root}/reports"), &format!("{root}/index.html")), at("reports/"));
        assert_eq!(link(&format!("{root}/reports"), &format!("{root}/reports/index.html")), at(""));
        assert_eq!(link(&format!("{root}/a #b"), &format!("{root}/out/index.html")), at("../a%20%23b/"));
    }

    #[test]
    fn a_page_in_a_bucket_is_opened_in_the_console() {
        let console = "https://console.aws.amazon.com/s3/object/b?prefix=";
        let at = |prefix: &str| Some(format!("{console}{prefix}churn-prod/data/2026/10/31/09/report.html"));
        assert_eq!(link("s3://b", "index.html"), at(""));
        assert_eq!(link("s3://b/a b/c", "index.html"), at("a%20b/c/"));
    }
}
