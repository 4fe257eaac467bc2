//! Labelled rows in a partial: 13 bytes a row of labels, 17 a row of numbers, in the order in which they came.

use super::{Kept, LabelRow, LabelledRows, MOST_LABELLED_ROWS, NEGATIVE, NumberRow};
use crate::model_quality::{Draws, Problem};
use crate::partial::{PartialError, Writer, Written, broken, check, items, put_items};
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};

impl LabelledRows {
    pub(in crate::model_quality) fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        to.array(4)?.bytes(&asked(&self.problem))?;
        match &self.kept {
            Kept::Numbers(rows) => {
                to.array(0)?;
                put_items(to, rows.iter().map(NumberRow::bytes))?;
                to.bytes(&[])?.ok()
            }
            Kept::Labels(labels, rows, scores) => {
                to.encode(labels.names())?;
                put_items(to, rows.iter().map(LabelRow::bytes))?;
                put_items(to, scores.all().iter().map(|score| score.to_bits().to_le_bytes()))
            }
        }
    }

    /// Rows of the problem of these, of which none may be there yet.
    pub(in crate::model_quality) fn read(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError> {
        check(from.array()? == Some(4), from, "labelled rows that are none")?;
        if from.bytes()? != asked(&self.problem) {
            let reason = "another kind of answer, label or threshold was asked for";
            return Err(PartialError::OtherSettings(reason.to_owned()));
        }
        let mut read = Self::new(&self.problem);
        match (&mut read.kept, &self.kept) {
            (Kept::Labels(labels, rows, scores), Kept::Labels(_, _, wanted)) => {
                for place in 0..from.array()?.ok_or_else(|| broken(from, "labels without a number"))? {
                    let is_next = labels.intern(from.str()?).map(u64::from) == Some(place);
                    check(is_next, from, "a label that stands twice, or is one too many")?;
                }
                let known = labels.names().len();
                *rows = rows_of(from, |bytes| LabelRow::of(bytes, known))?;
                *scores = wanted.read(rows.len(), from)?;
            }
            (Kept::Numbers(rows), _) => {
                check(from.array()? == Some(0), from, "labels of numbers")?;
                *rows = rows_of(from, NumberRow::of)?;
                check(from.bytes()?.is_empty(), from, "scores of numbers")?;
            }
            (Kept::Labels(..), Kept::Numbers(_)) => return Err(broken(from, "labels of numbers").into()),
        }
        Ok(read)
    }
}

fn rows_of<R, const N: usize>(
    from: &mut Decoder<'_>,
    row: impl Fn(&[u8; N]) -> Option<R>,
) -> Result<Vec<R>, Error> {
    let rows: &[[u8; N]] = items(from)?;
    check(rows.len() <= MOST_LABELLED_ROWS, from, "more rows than are held")?;
    let rows: Option<Vec<R>> = rows.iter().map(row).collect();
    rows.ok_or_else(|| broken(from, "a row that nobody pushed"))
}

/// What is asked of the rows, to be compared byte by byte.
fn asked(problem: &Problem) -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes).encode(problem).expect("a vector takes every byte");
    bytes
}

/// Where the fields of a row of labels lie.
impl LabelRow {
    fn bytes(&self) -> [u8; 13] {
        let mut bytes = [0; 13];
        bytes[..8].copy_from_slice(&self.score.to_bits().to_le_bytes());
        bytes[8..10].copy_from_slice(&self.truth.to_le_bytes());
        bytes[10..12].copy_from_slice(&self.answer.to_le_bytes());
        bytes[12] = self.draws.bits();
        bytes
    }

    fn of(bytes: &[u8; 13], labels: usize) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, truth, more, answer, less, draws] = *bytes;
        let row = Self {
            score: f64::from_bits(u64::from_le_bytes([a, b, c, d, e, f, g, h])),
            truth: u16::from_le_bytes([truth, more]),
            answer: u16::from_le_bytes([answer, less]),
            draws: Draws::of_bits(draws)?,
        };
        let is_known = |label: u16| usize::from(label) < labels;
        let is_sound =
            row.score.is_finite() && is_known(row.truth) && (is_known(row.answer) || row.answer == NEGATIVE);
        is_sound.then_some(row)
    }
}

/// The same of a row of numbers.
impl NumberRow {
    fn bytes(&self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[..8].copy_from_slice(&self.truth.to_bits().to_le_bytes());
        bytes[8..16].copy_from_slice(&self.answer.to_bits().to_le_bytes());
        bytes[16] = self.draws.bits();
        bytes
    }

    fn of(bytes: &[u8; 17]) -> Option<Self> {
        let double = |bytes: Option<&[u8; 8]>| bytes.map(|bytes| f64::from_bits(u64::from_le_bytes(*bytes)));
        let (truth, answer) = (double(bytes.first_chunk())?, double(bytes[8..].first_chunk())?);
        let row = Self { truth, answer, draws: Draws::of_bits(bytes[16])? };
        (truth.is_finite() && answer.is_finite()).then_some(row)
    }
}
