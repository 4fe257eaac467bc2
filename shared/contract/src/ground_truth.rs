//! One line of a ground-truth file, borrowed from the line: the labels of records that were captured before.
//!
//! It decodes no label and knows no captured record. Which files belong to a window, and what a label means, is decided
//! elsewhere (the analysis crate).
//!
//! | line | records |
//! |---|---|
//! | `{"groundTruthData": {..}, "eventMetadata": {"eventId": ".."}, "eventVersion": "0"}` | one |
//! | `[{..}, {..}]`, as a file that holds one list on one line | as many; a broken one leaves out itself alone |
//! | white space | none |
//!
//! `groundTruthData` is a side as those of captured records are: `data` and `encoding`, which is CSV, JSON or BASE64. `eventId` is the
//! captured record's `inferenceId` where it has one, otherwise its `eventId`. Other fields are passed over.
//!
//! Source: ground-truth files as SageMaker's merge job reads them (event version "0"); it took a list on a line named
//! `.jsonl` as well.
//!
//! ```
//! use bellwether_contract::capture::{LeftOut, Payload};
//! use bellwether_contract::ground_truth::each_record;
//!
//! let line = br#"[{"groundTruthData":{"data":"1","encoding":"CSV"},"eventMetadata":{"eventId":"7"},"eventVersion":"0"},{"data":"1"}]"#;
//! let mut read = Vec::new();
//! each_record(line, |record| read.push(match record {
//!     Ok(record) => Ok((record.id().to_owned(), record.ground_truth_data.payload())),
//!     Err(rejected) => Err(rejected.reason),
//! }));
//! assert_eq!(read, [Ok(("7".to_owned(), Ok(Payload::Csv("1".into())))), Err(LeftOut::NotARecord)]);
//! ```

mod fault;

use crate::capture::{LeftOut, Rejected, Side, Text, id_number};
use crate::json;
use crate::shape::Kind;
use crate::text::without_mark;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The labels of one captured record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TruthRecord<'a> {
    /// The labels: one, or one for each row of the captured record.
    #[serde(borrow)]
    pub ground_truth_data: Side<'a>,
    #[serde(borrow)]
    event_metadata: Named<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    #[serde(borrow)]
    event_id: Text<'a>,
}

impl<'a> TruthRecord<'a> {
    /// Whose labels these are; not blank.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.event_metadata.event_id
    }

    fn read(text: &'a str) -> Result<Self, Rejected> {
        // A list would be taken for the fields in their order.
        let record =
            if Kind::of(text) == Kind::Object { serde_json::from_str(text) } else { not_an_object() };
        let record: Self = record.map_err(|error| fault::of(text, &error))?;
        match id_number(record.id()) {
            Some(_) => Ok(record),
            None => Err(fault::blank_id()),
        }
    }
}

fn not_an_object<'a>() -> Result<TruthRecord<'a>, serde_json::Error> {
    Err(serde::de::Error::custom("not an object"))
}

/// Calls `take` with each record of a line in their order, broken ones as why they are left out.
pub fn each_record<'a>(line: &'a [u8], mut take: impl FnMut(Result<TruthRecord<'a>, Rejected>)) {
    let Ok(text) = std::str::from_utf8(without_mark(line)) else {
        return take(Err(LeftOut::Json.because(fault::RECORD, "bytes that are not UTF-8")));
    };
    match text.trim_ascii_start().as_bytes().first() {
        None => {}
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(records) => records.into_iter().for_each(|record| take(TruthRecord::read(record.get()))),
            Err(error) => take(Err(LeftOut::Json.because(fault::RECORD, json::why(&error)))),
        },
        Some(_) => take(TruthRecord::read(text)),
    }
}

#[cfg(test)]
mod tests;
