//! What a part of a wide window came to, as an object that the run which judges the window takes up.
//!
//! It decides nothing and stores nothing. Whoever may write where it lies may have written it, so that all of it is checked as it is read:
//!
//! ```text
//! ["bellwether-part", version, head, profile]      CBOR; the head is JSON, the profile a partial of the monitor's own
//! ```

use super::widths::FirstWidths;
use bellwether_analysis::partial::MOST_PARTIAL_BYTES;
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::plan::PlannedPart;
use minicbor::{Decoder, Encoder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FORMAT: &str = "bellwether-part";
const VERSION: u32 = 1;
/// Most bytes of what stands beside the profile: counts, and samples of broken lines.
const MOST_HEAD_BYTES: usize = 8 * 1024 * 1024;
/// Most bytes of a part's object.
pub(super) const MOST_BYTES: u64 = (MOST_PARTIAL_BYTES + MOST_HEAD_BYTES) as u64;
/// Most of anything that is counted in one part: sums over 10,000 of them stay within 64 bits.
const MOST_COUNTED: u64 = 1 << 48;

/// What stands beside the profile of a part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    /// The digest of the plan.
    pub(super) job: String,
    /// Which part, from 0.
    pub(super) part: usize,
    pub(super) summary: CaptureSummary,
    pub(super) first_widths: FirstWidths,
    pub(super) seen: u64,
    pub(super) took: Took,
}

/// What reading a part took.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Took {
    pub(super) seconds: f64,
    pub(super) cost_usd: Option<f64>,
}

impl Head {
    /// The object of a part.
    pub(super) fn with(&self, profile: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
        let (mut bytes, head) = (Vec::with_capacity(profile.len() + 4_096), serde_json::to_string(self)?);
        let mut to = Encoder::new(&mut bytes);
        let written =
            to.array(4).and_then(|to| to.str(FORMAT)?.u32(VERSION)?.str(&head)?.bytes(profile)?.ok());
        written.expect("a vector takes every byte");
        Ok(bytes)
    }

    /// What stands in such an object, which is to be that of a part of a plan; otherwise why it cannot be used.
    pub(super) fn read<'b>(
        bytes: &'b [u8],
        job: &str,
        part: usize,
        planned: &PlannedPart,
    ) -> Result<(Self, &'b [u8]), String> {
        let (head, profile) = split(bytes).map_err(|error| error.to_string())?;
        let value: Value = serde_json::from_str(head).map_err(|error| error.to_string())?;
        if !are_countable(&value) {
            return Err("a number in it is more than was ever counted".to_owned());
        }
        let head: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        if head.job != job || head.part != part {
            return Err(format!("it is part {} of {}", head.part, head.job));
        }
        let CaptureSummary { files, size_bytes, .. } = head.summary;
        if (files, size_bytes) != (planned.files, planned.size_bytes) {
            let PlannedPart { files: planned, size_bytes: of, .. } = planned;
            return Err(format!(
                "it is of {files} files of {size_bytes} bytes, and {planned} of {of} bytes were planned"
            ));
        }
        Ok((head, profile))
    }
}

fn split(bytes: &[u8]) -> Result<(&str, &[u8]), minicbor::decode::Error> {
    use minicbor::decode::Error;
    let mut from = Decoder::new(bytes);
    if from.array()? != Some(4) || from.str()? != FORMAT {
        return Err(Error::message("it does not begin as a part"));
    }
    if from.u32()? != VERSION {
        return Err(Error::message("it is a part of another version"));
    }
    let (head, profile) = (from.str()?, from.bytes()?);
    let is_whole = from.position() == bytes.len() && head.len() <= MOST_HEAD_BYTES;
    if is_whole { Ok((head, profile)) } else { Err(Error::message("it is longer than a part")) }
}

/// Whether no number is larger than was ever counted.
fn are_countable(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_f64().is_some_and(|number| (0.0..=MOST_COUNTED as f64).contains(&number))
        }
        Value::Array(values) => values.iter().all(are_countable),
        Value::Object(fields) => fields.values().all(are_countable),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn planned() -> PlannedPart {
        PlannedPart { files: 2, size_bytes: 9, sha256: String::new() }
    }

    fn head(lines: u64) -> Head {
        let summary = CaptureSummary { files: 2, size_bytes: 9, lines, ..CaptureSummary::default() };
        let (job, took) = ("ab12".to_owned(), Took { seconds: 0.25, cost_usd: None });
        Head { job, part: 3, summary, first_widths: FirstWidths::default(), seen: lines, took }
    }

    #[test]
    fn a_part_is_read_back_and_none_but_the_one_that_was_planned() {
        let bytes = head(7).with(b"profile").unwrap();
        let (read, profile) = Head::read(&bytes, "ab12", 3, &planned()).unwrap();
        assert_eq!((read.summary.lines, read.seen, profile), (7, 7, &b"profile"[..]));
        let told = |bytes: &[u8], job: &str, part| Head::read(bytes, job, part, &planned()).unwrap_err();
        assert!(told(&bytes, "cd34", 3).contains("part 3 of ab12"));
        assert!(told(&bytes, "ab12", 4).contains("part 3 of ab12"));
        assert!(told(&[&bytes[..], b"x"].concat(), "ab12", 3).contains("longer"));
        assert!(told(&head(MOST_COUNTED + 1).with(b"").unwrap(), "ab12", 3).contains("ever counted"));
        let fewer = PlannedPart { files: 3, ..planned() };
        assert!(Head::read(&bytes, "ab12", 3, &fewer).unwrap_err().contains("3 of 9 bytes were planned"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..400, byte: u8) {
            let _ = Head::read(&noise, "ab12", 3, &planned());
            let mut bytes = head(7).with(b"profile").unwrap();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Head::read(&bytes, "ab12", 3, &planned());
            let _ = Head::read(&bytes[..at], "ab12", 3, &planned());
        }
    }
}
