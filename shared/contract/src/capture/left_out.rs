//! Why a line is not measured, and what came in place of what was expected.
//!
//! A reason is chosen by what its reader does next; `docs/reasons.md` says that of each. The words about a line hold names
//! of keys and kinds of values, never a value: a report travels further than the traffic may.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// What a left-out line means for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutKind {
    /// It should have been judged, and cannot be read.
    Corrupt,
    /// It should have been judged, and lacks a side that is judged.
    LacksSide,
    /// It is no record that this window should judge.
    NoRecord,
}

/// Names every reason once, with its word and its kind: both matches must be exhaustive, and the list is made of it.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident => $word:literal, $kind:ident;)+) => {
        /// Why a line of the window's folders, or a record of a dataset, is not measured.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LeftOut {
            $($(#[doc = $doc])+ $reason,)+
        }

        impl LeftOut {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason),+];

            /// The word in the files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$reason => $word,)+
                }
            }

            /// The reason in a sentence for a person, names of fields in backquotes.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$reason => concat!($($doc),+).trim_ascii(),)+
                }
            }

            /// What the line means for the verdict.
            #[must_use]
            pub fn kind(self) -> LeftOutKind {
                match self {
                    $(Self::$reason => LeftOutKind::$kind,)+
                }
            }
        }
    };
}

reasons! {
    /// The line or the payload is not JSON: cut, or not UTF-8, or nested deeper than 128 levels.
    Json => "json", Corrupt;
    /// An `encoding` other than CSV, JSON and BASE64, or decoded bytes that are not UTF-8.
    Encoding => "encoding", Corrupt;
    /// A side marked BASE64 that is not.
    Base64 => "base64", Corrupt;
    /// A line above 16 MiB.
    Oversize => "oversize", Corrupt;
    /// The rest of a `.gz` file that cannot be unpacked: counted as one line, whatever it held.
    Gzip => "gzip", Corrupt;
    /// JSON, but not a captured record: a list, a text, an object of other fields.
    NotARecord => "not_a_record", Corrupt;
    /// A captured record without `eventMetadata` or its time: when it was cannot be told.
    NoMetadata => "no_metadata", Corrupt;
    /// The manifest of a batch transform job, which names the captured files.
    BatchManifest => "batch_manifest", Corrupt;
    /// A payload of server-sent events: an answer in pieces.
    EventStream => "event_stream", Corrupt;
    /// JSON that is not an object, where an object's keys are the columns.
    NotAnObject => "not_an_object", Corrupt;
    /// An object of which a value is an object or a list, where each value is a cell.
    NotFlat => "not_flat", Corrupt;
    /// The sides of a record have different numbers of rows.
    RowCount => "row_count", Corrupt;
    /// As before, and the side with one row more begins with what reads like names of columns.
    HeaderInPayload => "header_in_payload", Corrupt;
    /// Declared paths that lead to lists of different lengths, or to no value for a column.
    PathValues => "path_values", Corrupt;
    /// CSV on a side for which JSON paths are declared.
    CsvWithPaths => "csv_with_paths", Corrupt;
    /// A quote in CSV that is never closed.
    UnclosedQuote => "unclosed_quote", Corrupt;
    /// A row of CSV with another number of cells than the rows beside it.
    RaggedRows => "ragged_rows", Corrupt;
    /// A record with another number of cells than most of the window's.
    OtherWidth => "other_width", Corrupt;
    /// More columns than a table has.
    TooManyColumns => "too_many_columns", Corrupt;
    /// An answer without a list of ids where the path to the recommendations leads.
    NoList => "no_list", Corrupt;
    /// What reports of earlier versions call several of these; not written any more.
    Schema => "schema", Corrupt;
    /// A record without a response: capture of inputs only, or a failed call.
    NoOutput => "no_output", LacksSide;
    /// A record without a request, where the request is measured.
    NoInput => "no_input", LacksSide;
    /// Left out by the declared share of records that are measured.
    NotSampled => "not_sampled", NoRecord;
    /// `inferenceTime` lies outside the window.
    OutsideWindow => "outside_window", NoRecord;
    /// One of the monitor's own calls.
    Replay => "replay", NoRecord;
    /// A copy of a record that was measured.
    Duplicate => "duplicate", NoRecord;
}

impl LeftOut {
    /// Whether the line is broken, as opposed to whole but not wanted.
    #[must_use]
    pub fn is_corrupt(self) -> bool {
        self.kind() == LeftOutKind::Corrupt
    }

    /// The reason with what was expected and what came: names of keys and kinds of values, and no value.
    #[must_use]
    pub fn because(self, expected: impl Into<Cow<'static, str>>, found: impl Into<String>) -> Rejected {
        let detail = Detail { expected: expected.into(), found: found.into() };
        Rejected { reason: self, detail: Some(Box::new(detail)) }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What was expected of a line and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What would have been read.
    pub expected: Cow<'static, str>,
    /// What stood there.
    pub found: String,
}

/// A line that is not measured. Most of them are whole and not wanted, and carry no words: those cost nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: LeftOut,
    /// In words, where the reason alone does not say it.
    pub detail: Option<Box<Detail>>,
}

impl From<LeftOut> for Rejected {
    fn from(reason: LeftOut) -> Self {
        Self { reason, detail: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_as_it_is_written_in_the_files() {
        for reason in LeftOut::ALL {
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{reason}\""));
        }
        let old: LeftOut = serde_json::from_str(r#""schema""#).unwrap();
        assert!(old.is_corrupt(), "reports of earlier versions are still read");
    }

    #[test]
    fn what_is_no_record_and_what_lacks_a_side_is_not_corrupt() {
        let of = |kind| LeftOut::ALL.iter().filter(|reason| reason.kind() == kind).count();
        assert_eq!((of(LeftOutKind::LacksSide), of(LeftOutKind::NoRecord)), (2, 4));
        assert_eq!(
            std::mem::size_of::<Rejected>(),
            16,
            "a record that is whole and not wanted costs nothing"
        );
    }
}
