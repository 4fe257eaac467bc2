//! The plan of a wide window: which files each of its parts has, for the functions that read them and the one that judges.
//!
//! The first listing of a window counts, for its settings: whoever reads a part, or merges all of them, reads them off here. It reads
//! nothing and starts nobody.

use crate::ContractError;
use crate::execution::Identity;
use crate::json::from_slice;
use crate::layout::{self, FirstLayout};
use crate::parts::MOST_PARTS;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `plan.json`: a window, and what it was cut into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowPlan {
    /// Layout of this file.
    #[serde(deserialize_with = "layout::known")]
    pub version: u32,
    /// Whose window it is.
    #[serde(flatten)]
    pub identity: Identity,
    /// 1 for a first verdict, 2 for the one re-opening.
    pub revision: u8,
    /// SHA-256 over the settings that can change a verdict.
    pub configuration_digest: String,
    /// When the window was listed: of labels a second verdict reads what came until then.
    pub planned_at: Timestamp,
    /// Files of the window's folders that are no data capture, by their ending.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files_passed_over: BTreeMap<String, u64>,
    /// What may be the window's and is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The parts, in the order of their files.
    pub parts: Vec<PlannedPart>,
}

impl WindowPlan {
    /// The version that is written.
    pub const VERSION: u32 = FirstLayout::VERSION;
    /// Most bytes of one.
    pub const MAX_BYTES: u64 = 4 * 1024 * 1024;
    /// Most parts.
    pub const MOST_PARTS: usize = MOST_PARTS;

    /// Reads one; `object` is its name in errors.
    ///
    /// # Errors
    /// It is none, or of more parts than there may be.
    pub fn parse(object: &str, bytes: &[u8]) -> Result<Self, ContractError> {
        let plan: Self = from_slice(object, bytes)?;
        if plan.parts.len() > Self::MOST_PARTS {
            let reason = format!("has {} parts and may have {}", plan.parts.len(), Self::MOST_PARTS);
            return Err(ContractError::malformed(object, reason));
        }
        Ok(plan)
    }

    /// Bytes of all parts.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.size_bytes))
    }
}

/// A part of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPart {
    /// How many files it has.
    pub files: u64,
    /// Their bytes, as they were listed.
    pub size_bytes: u64,
    /// SHA-256 of the list of them, in hexadecimal: its name.
    pub sha256: String,
}

/// A file of a part: a line of its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Its key, relative to the capture.
    pub key: String,
    /// Its bytes, as they were listed.
    pub size_bytes: u64,
    /// The hour in whose folder it lies.
    pub hour: Timestamp,
    /// Whether it is read for the window's late records alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_another: bool,
}

impl PlannedFile {
    /// Most bytes of a part's list: 2,000 keys, the longest that S3 has among them, every character escaped.
    pub const MAX_LIST_BYTES: u64 = 32 * 1024 * 1024;

    /// The files of a part as lines of JSON.
    ///
    /// # Errors
    /// None that a file of ours has.
    pub fn list(files: &[Self]) -> Result<Vec<u8>, serde_json::Error> {
        let mut lines = Vec::new();
        for file in files {
            serde_json::to_writer(&mut lines, file)?;
            lines.push(b'\n');
        }
        Ok(lines)
    }

    /// The files of such a list; `object` is its name in errors.
    ///
    /// # Errors
    /// A line that is none.
    pub fn parse_list(object: &str, bytes: &[u8]) -> Result<Vec<Self>, ContractError> {
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        let file = |(number, line): (usize, &[u8])| {
            let read = serde_json::from_slice(line);
            read.map_err(|error| ContractError::at(object, number as u64 + 1, error.to_string()))
        };
        lines.map(file).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(parts: usize) -> Vec<u8> {
        let part = json!({"files": 3, "size_bytes": 9_000, "sha256": "ab12"});
        json!({
            "version": 1,
            "monitor": "lists",
            "endpoint_name": "recommender-prod",
            "variant_name": "AllTraffic",
            "monitoring_schedule_name": "lists-hourly",
            "window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"},
            "revision": 1,
            "configuration_digest": "cd34",
            "planned_at": "2026-10-31T09:10:04Z",
            "parts": vec![part; parts],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn a_plan_is_read_back_and_one_of_another_layout_or_too_many_parts_is_refused() {
        let read = WindowPlan::parse("plan.json", &plan(135)).unwrap();
        assert_eq!((read.parts.len(), read.size_bytes()), (135, 1_215_000));
        let again = WindowPlan::parse("plan.json", &crate::json::to_vec(&read).unwrap()).unwrap();
        assert_eq!(again, read);
        let other = String::from_utf8(plan(1)).unwrap().replace("\"version\":1", "\"version\":2");
        assert!(
            WindowPlan::parse("plan.json", other.as_bytes()).unwrap_err().to_string().contains("version 2")
        );
        assert!(WindowPlan::parse("plan.json", &plan(WindowPlan::MOST_PARTS)).is_ok());
        let error = WindowPlan::parse("plan.json", &plan(WindowPlan::MOST_PARTS + 1)).unwrap_err();
        assert!(error.to_string().contains("has 10001 parts"), "{error}");
    }

    #[test]
    fn a_list_is_read_back_whatever_keys_are_called() {
        let file = |key: &str, is_of_another| PlannedFile {
            key: key.to_owned(),
            size_bytes: u64::MAX,
            hour: "2026-10-31T08:00:00Z".parse().unwrap(),
            is_of_another,
        };
        let files = [
            file("e/v/2026/10/31/08/a \"b\"\u{e9}%2F.jsonl", false),
            file("e/v/2026/10/31/09/c.jsonl", true),
        ];
        let list = PlannedFile::list(&files).unwrap();
        assert_eq!(list.iter().filter(|byte| **byte == b'\n').count(), 2);
        assert_eq!(PlannedFile::parse_list("list", &list).unwrap(), files);
        let error =
            PlannedFile::parse_list("s3://b/list", &[&list[..], b"{\"key\":7}\n"].concat()).unwrap_err();
        assert!(error.to_string().contains("s3://b/list, line 3"), "{error}");
    }
}
