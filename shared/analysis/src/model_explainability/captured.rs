//! Captured requests to the rows that are explained: a sample of them, chosen by their ids.
//!
//! Every request is read, so that what cannot be is counted; of the rows so many are kept as are wanted. A row's number is XXH64
//! (seed 42) of the seed (8 bytes, least significant first), its place in the record (4, the same) and the bytes of the event's id; the
//! smallest numbers stay. So the sample does not depend on the order of records or files, and parts merge.

use super::answers::documents;
use super::problem::{ExplainedRow, FeatureRow};
use crate::attribute::{Attribute, TypedCell, TypedRows, Values};
use crate::hll::hash;
use crate::partial::{self, Count, PartialError, broken, check};
use crate::records::{Noted, Portable, RecordProfile};
use bellwether_contract::capture::{CaptureRecord, LeftOut, Payload, Rejected};
use bellwether_contract::model_explainability::FeatureValue;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How requests are read, and how many of their rows are wanted.
#[derive(Debug, Clone)]
pub struct Sampling {
    /// The features.
    pub names: Vec<String>,
    /// Where the values of a record lie.
    pub path: Attribute,
    /// How many rows are kept.
    pub rows: usize,
    /// Begins the numbers of rows.
    pub seed: u64,
}

/// Captured requests so far.
#[derive(Debug, Clone)]
pub struct SampledRows {
    sampling: Arc<Sampling>,
    kept: BTreeSet<(u64, FeatureRow)>,
    /// Rows that came.
    rows: u64,
    room: Room,
}

impl SampledRows {
    /// None yet.
    #[must_use]
    pub fn new(sampling: impl Into<Arc<Sampling>>) -> Self {
        Self { sampling: sampling.into(), kept: BTreeSet::new(), rows: 0, room: Room::default() }
    }

    /// How many rows came.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a row that has no record, such as one of a dataset; it is known by its place.
    pub fn push(&mut self, values: FeatureRow) {
        let number = number(self.sampling.seed, &self.rows.to_string(), 0);
        self.keep(number, values);
        self.rows += 1;
    }

    /// The rows that are explained, in the order of their numbers.
    #[must_use]
    pub fn into_explained(self) -> Vec<ExplainedRow> {
        self.kept.into_iter().map(|(seed, values)| ExplainedRow { values, seed }).collect()
    }

    fn keep(&mut self, number: u64, values: FeatureRow) {
        let most = self.sampling.rows;
        let is_beyond = |greatest: &(u64, FeatureRow)| (greatest.0, &greatest.1) <= (number, &values);
        if self.kept.len() >= most && self.kept.last().is_none_or(is_beyond) {
            return;
        }
        let mut number = number;
        // A copy of a row with the number of another one is a row all the same.
        while self.kept.contains(&(number, values.clone())) {
            number = number.wrapping_add(1);
        }
        self.kept.insert((number, values));
        if self.kept.len() > most {
            self.kept.pop_last();
        }
    }
}

fn number(seed: u64, id: &str, row: u32) -> u64 {
    let mut bytes = Vec::with_capacity(12 + id.len());
    bytes.extend_from_slice(&seed.to_le_bytes());
    bytes.extend_from_slice(&row.to_le_bytes());
    bytes.extend_from_slice(id.as_bytes());
    hash(&bytes)
}

impl RecordProfile for SampledRows {
    fn empty(&self) -> Self {
        Self::new(Arc::clone(&self.sampling))
    }

    fn add(&mut self, record: &CaptureRecord<'_>) -> Result<Noted, Rejected> {
        let payload = record.capture_data.endpoint_input.as_ref().ok_or(LeftOut::NoInput)?.payload()?;
        let Sampling { names, path, seed, .. } = &*Arc::clone(&self.sampling);
        let (rows, noted) = read(&payload, path, names, &mut self.room)?;
        let id = match record.event_metadata.event_id.as_deref().filter(|id| !id.trim().is_empty()) {
            Some(id) => id.to_owned(),
            None => format!("{:032x}", record.content_number()),
        };
        for (row, values) in (0..).zip(rows) {
            self.keep(number(*seed, &id, row), values);
            self.rows += 1;
        }
        Ok(noted)
    }

    fn merge(&mut self, later: &Self) {
        self.rows += later.rows;
        later.kept.iter().for_each(|(number, values)| self.keep(*number, values.clone()));
    }
}

impl Portable for SampledRows {
    fn encode(&self) -> Result<Vec<u8>, PartialError> {
        partial::written(KIND, |to| {
            let Sampling { names, rows, seed, .. } = &*self.sampling;
            to.array(3)?.encode((names, *rows as u64, *seed))?.encode(Count(self.rows))?;
            to.array(self.kept.len() as u64)?;
            for (number, values) in &self.kept {
                to.array(2)?.u64(*number)?.array(values.len() as u64)?;
                for value in values {
                    to.str(value.json())?;
                }
            }
            Ok(())
        })
    }

    fn decode(&self, bytes: &[u8]) -> Result<Self, PartialError> {
        partial::read(KIND, bytes, |from| {
            check(from.array()? == Some(3), from, "sampled rows that are none")?;
            let (names, rows, seed): (Vec<&str>, u64, u64) = from.decode()?;
            let ours = &*self.sampling;
            if names != ours.names || rows != ours.rows as u64 || seed != ours.seed {
                return Err(PartialError::OtherSettings(
                    "other features, or other rows of them, were kept".to_owned(),
                ));
            }
            let Count(rows) = from.decode()?;
            let mut kept = BTreeSet::new();
            for _ in 0..from.array()?.ok_or_else(|| broken(from, "rows without a number"))? {
                let (number, values): (u64, Vec<&str>) = from.decode()?;
                let values: Option<FeatureRow> = values.into_iter().map(written_value).collect();
                let values = values.filter(|values| values.len() == names.len());
                let is_new =
                    kept.insert((number, values.ok_or_else(|| broken(from, "a row of other features"))?));
                check(
                    is_new && kept.len() <= ours.rows,
                    from,
                    "a row that stands twice, or is one too many",
                )?;
            }
            check(kept.len() as u64 <= rows, from, "more rows than came")?;
            Ok(Self { kept, rows, ..self.empty() })
        })
    }
}

/// A value as JSON, which is one.
fn written_value(token: &str) -> Option<FeatureValue> {
    serde_json::from_str::<IgnoredAny>(token).ok()?;
    FeatureValue::of_json(token)
}

/// What a partial of them is a profile of.
const KIND: &str = "sampled requests";

/// Room to read a payload into.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    values: Values,
    rows: TypedRows,
}

/// The rows of a payload, and of several JSON texts those of each.
///
/// # Errors
/// Why there are none, in names and kinds.
pub(super) fn read(
    payload: &Payload<'_>,
    path: &Attribute,
    names: &[String],
    room: &mut Room,
) -> Result<(Vec<FeatureRow>, Noted), Rejected> {
    let (mut rows, mut noted) = (Vec::new(), Noted::default());
    match payload {
        Payload::Csv(_) => read_one(payload, path, names, room, &mut rows, &mut noted)?,
        Payload::Json(text) => {
            for text in documents(text) {
                read_one(&Payload::Json(text.into()), path, names, room, &mut rows, &mut noted)?;
            }
        }
    }
    Ok((rows, noted))
}

fn read_one(
    payload: &Payload<'_>,
    path: &Attribute,
    names: &[String],
    room: &mut Room,
    rows: &mut Vec<FeatureRow>,
    noted: &mut Noted,
) -> Result<(), Rejected> {
    let Room { values, rows: read } = room;
    path.read_rows(payload, names, values, read)?;
    noted.non_finite += read.non_finite;
    noted.header_rows += read.header_rows;
    for row in 0..read.rows() {
        let cells: FeatureRow = read.row(row).map(value).collect();
        if cells.len() != names.len() {
            let expected =
                format!("a row of {} values, one for each header of the configuration", names.len());
            return Err(match cells.len() {
                0 => LeftOut::PathValues.because(expected, "nothing where the features should be"),
                other => LeftOut::OtherWidth.because(expected, format!("a row of {other}")),
            });
        }
        rows.push(cells);
    }
    Ok(())
}

fn value(cell: TypedCell<'_>) -> FeatureValue {
    match cell {
        TypedCell::Missing => FeatureValue::from(Value::Null),
        TypedCell::Truth(truth) => FeatureValue::from(Value::Bool(truth)),
        TypedCell::Number(number) => {
            FeatureValue::of_json(number).unwrap_or_else(|| FeatureValue::from(Value::Null))
        }
        TypedCell::Text(text) => FeatureValue::from(Value::from(text)),
        TypedCell::Written(cell) => FeatureValue::of_cell(cell),
    }
}
