//! Of which kinds captured records are: their sides, how each is encoded, and what content type it was given.
//!
//! It measures every record and looks into no payload. Whether a monitor can use them is not decided here.

use crate::records::{Noted, RecordProfile};
use bellwether_contract::capture::{CaptureRecord, Encoding, Rejected, Side};
use bellwether_contract::printable;
use std::collections::BTreeMap;
use std::fmt;

/// Kinds of a side that are told apart; what comes beyond them is counted as the last one.
const MOST_KINDS: usize = 20;
const MOST_CHARS: usize = 60;

/// Records by the kinds of their sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CapturedKinds {
    /// Records.
    pub records: u64,
    /// Requests by their kind, where records have them.
    pub input: BTreeMap<SideKind, u64>,
    /// Responses by their kind.
    pub output: BTreeMap<SideKind, u64>,
}

/// How a side is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SideKind {
    /// The word in the record.
    pub encoding: String,
    /// The media type without its parameters, in small letters; empty where the record has none.
    pub content_type: String,
}

impl SideKind {
    fn of(side: &Side<'_>) -> Self {
        let encoding = match &side.encoding {
            Encoding::Csv => "CSV",
            Encoding::Json => "JSON",
            Encoding::Base64 => "BASE64",
            Encoding::Other(word) => word.as_str(),
        };
        let media = side.observed_content_type.as_deref().unwrap_or_default().split(';').next();
        let media: String = media.unwrap_or_default().trim().chars().take(MOST_CHARS).collect();
        Self {
            encoding: printable::line(encoding).into_owned(),
            content_type: printable::line(&media.to_lowercase()).into_owned(),
        }
    }
}

/// `CSV (text/csv)`.
impl fmt::Display for SideKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content_type.as_str() {
            "" => write!(out, "{} (no content type)", self.encoding),
            content_type => write!(out, "{} ({content_type})", self.encoding),
        }
    }
}

fn count(kinds: &mut BTreeMap<SideKind, u64>, kind: SideKind, records: u64) {
    let is_room = kinds.len() < MOST_KINDS || kinds.contains_key(&kind);
    let other = || SideKind { encoding: "other".to_owned(), content_type: String::new() };
    *kinds.entry(if is_room { kind } else { other() }).or_insert(0) += records;
}

impl RecordProfile for CapturedKinds {
    fn empty(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        self.records += 1;
        for (side, kinds) in [
            (record.capture_data.endpoint_input.as_ref(), &mut self.input),
            (record.output(), &mut self.output),
        ] {
            if let Some(side) = side {
                count(kinds, SideKind::of(side), 1);
            }
        }
        Ok(Noted::default())
    }

    fn merge(&mut self, later: &Self) {
        self.records += later.records;
        later.input.iter().for_each(|(kind, records)| count(&mut self.input, kind.clone(), *records));
        later.output.iter().for_each(|(kind, records)| count(&mut self.output, kind.clone(), *records));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(kinds: &mut CapturedKinds, sides: &str) {
        let line = format!(
            r#"{{"captureData":{{{sides}}},"eventMetadata":{{"eventId":"1","inferenceTime":"2026-10-31T08:30:19Z"}}}}"#
        );
        let record = CaptureRecord::from_line(line.as_bytes()).expect("a record");
        kinds.add(&record).expect("every record is measured");
    }

    #[test]
    fn sides_are_counted_by_encoding_and_media_type() {
        let mut kinds = CapturedKinds::default();
        add(
            &mut kinds,
            r#""endpointInput":{"observedContentType":"Text/CSV; charset=utf-8","data":"1","encoding":"CSV"}"#,
        );
        let mut later = kinds.empty();
        add(
            &mut later,
            r#""endpointInput":{"data":"x","encoding":"BASE64"},"endpointOutput":{"observedContentType":"application/json","data":"1","encoding":"JSON"}"#,
        );
        kinds.merge(&later);
        let told = |kinds: &BTreeMap<SideKind, u64>| -> Vec<String> {
            kinds.iter().map(|(kind, records)| format!("{records} {kind}")).collect()
        };
        assert_eq!(kinds.records, 2);
        assert_eq!(told(&kinds.input), ["1 BASE64 (no content type)", "1 CSV (text/csv)"]);
        assert_eq!(told(&kinds.output), ["1 JSON (application/json)"]);
    }

    #[test]
    fn kinds_are_bounded() {
        let mut kinds = CapturedKinds::default();
        for n in 0..100 {
            add(&mut kinds, &format!(r#""endpointInput":{{"data":"x","encoding":"E{n:02}"}}"#));
        }
        assert_eq!((kinds.records, kinds.input.len()), (100, MOST_KINDS + 1));
        assert_eq!(kinds.input.values().sum::<u64>(), 100);
    }
}
