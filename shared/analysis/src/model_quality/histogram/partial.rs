//! A histogram of scores in a partial: its sums, without the calibration that made them.

use super::{Bin, LabelSums, ScoreHistogram, Sums, UNIT};
use crate::partial::{Count, PartialError, Writer, Written, check};
use minicbor::Decoder;
use minicbor::decode::Error;

impl ScoreHistogram {
    pub(in crate::model_quality) fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        let bins: Vec<Bin> = match &self.sums {
            Sums::OfTwo(bins) => bins.as_flattened().to_vec(),
            Sums::OfSeveral(labels) => labels.iter().flat_map(|label| [label.answered, label.all]).collect(),
        };
        to.array(2)?.encode(Count(self.rows))?.array(bins.len() as u64)?;
        for Bin { rows, positives } in bins {
            to.encode((Count(rows), (positives >> 64) as u64, positives as u64))?;
        }
        Ok(())
    }

    /// Sums of the calibration of these.
    pub(in crate::model_quality) fn read(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError> {
        check(from.array()? == Some(2), from, "sums of scores that are none")?;
        let Count(rows) = from.decode()?;
        let mut read = Self { rows, ..self.clone() };
        let bins = match &self.sums {
            Sums::OfTwo(bins) => 2 * bins.len(),
            Sums::OfSeveral(labels) => 2 * labels.len(),
        };
        if from.array()? != Some(bins as u64) {
            return Err(PartialError::OtherSettings("other labels were estimated".to_owned()));
        }
        match &mut read.sums {
            Sums::OfTwo(bins) => {
                bins.as_flattened_mut().iter_mut().try_for_each(|to| bin(from).map(|bin| *to = bin))?
            }
            Sums::OfSeveral(labels) => {
                for label in labels {
                    *label = LabelSums { answered: bin(from)?, all: bin(from)? };
                }
            }
        }
        Ok(read)
    }
}

/// A probability is at most 1.
fn bin(from: &mut Decoder<'_>) -> Result<Bin, Error> {
    let (Count(rows), high, low): (Count, u64, u64) = from.decode()?;
    let positives = u128::from(high) << 64 | u128::from(low);
    check(positives <= u128::from(rows) * (1.0 / UNIT) as u128, from, "probabilities above 1")?;
    Ok(Bin { rows, positives })
}
