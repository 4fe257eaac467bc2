//! Rows of bias metrics in a partial, those of the flip test among them as far as they are kept.

use super::{BiasRows, Feature, MOST_BIAS_ROWS, is_missing};
use crate::model_bias::BiasProblem;
use crate::model_bias::column::ValueColumn;
use crate::model_bias::numbers::NumberColumn;
use crate::partial::{MOST_COUNTED, PartialError, Writer, Written, check, items, put_items};
use minicbor::decode::Error;
use minicbor::encode::Write;
use minicbor::{Decoder, Encoder};

impl BiasRows {
    pub(in crate::model_bias) fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        to.array(6)?.bytes(&asked(&self.problem))?.u64(self.rows)?.bool(self.keeps_numbers)?;
        self.labels.write(to)?;
        self.predicted.write(to)?;
        to.array(self.features.len() as u64)?;
        self.features.iter().try_for_each(|feature| match feature {
            Feature::Values(column) => column.write(to),
            Feature::Numbers(column) => column.write(to),
        })
    }

    /// Rows of the problem of these.
    pub(in crate::model_bias) fn read(&self, from: &mut Decoder<'_>) -> Result<Self, PartialError> {
        check(from.array()? == Some(6), from, "rows that are none")?;
        if from.bytes()? != asked(&self.problem) {
            let reason = "another label, facet, feature or group was asked for";
            return Err(PartialError::OtherSettings(reason.to_owned()));
        }
        let mut read = Self::new(&self.problem);
        read.rows = from.u64()?;
        check(read.rows <= MOST_BIAS_ROWS, from, "more rows than are held")?;
        let keeps = from.bool()?;
        let may_keep = read.keeps_numbers && read.rows <= self.problem.flip_test_rows;
        check(may_keep || !keeps, from, "numbers that no flip test needs")?;
        read.keeps_numbers = keeps;
        read.labels = ValueColumn::of_partial(read.rows, |_| 1, from)?;
        read.predicted = ValueColumn::of_partial(read.rows, |_| 1, from)?;
        let has_all = !read.labels.cells().chain(read.predicted.cells()).any(is_missing);
        check(has_all, from, "a row without a label or an answer")?;
        check(from.array()? == Some(read.features.len() as u64), from, "other features")?;
        let kept = if keeps { read.rows } else { 0 };
        for feature in &mut read.features {
            match feature {
                Feature::Values(column) => *column = ValueColumn::of_partial(read.rows, |_| 1, from)?,
                Feature::Numbers(column) => *column = NumberColumn::of_partial(kept, from)?,
            }
        }
        Ok(read)
    }
}

/// Rows that are counted: the columns of values alone, and how many rows each of those held stands for.
impl BiasRows {
    pub(in crate::model_bias) fn write_counted<W: Write>(&self, to: &mut Encoder<W>) -> Written<W> {
        let columns = self.value_columns();
        to.array(1 + columns.clone().count() as u64)?;
        put_items(to, self.times.as_deref().unwrap_or_default().iter().map(|times| times.to_le_bytes()))?;
        columns.into_iter().try_for_each(|column| column.write(to))
    }

    /// Counted rows of a problem without a flip test.
    pub(in crate::model_bias) fn read_counted(
        problem: &BiasProblem,
        from: &mut Decoder<'_>,
    ) -> Result<Self, Error> {
        check(problem.flip_test_rows == 0, from, "counted rows with a flip test")?;
        let mut read = Self::new(problem);
        let columns = read.value_columns().count() as u64;
        check(from.array()? == Some(1 + columns), from, "other columns")?;
        let times: Vec<u64> = items(from)?.iter().map(|times| u64::from_le_bytes(*times)).collect();
        let held = times.len() as u64;
        check(held <= MOST_BIAS_ROWS, from, "more rows than are held")?;
        read.rows = times.iter().fold(0, |rows: u64, times| rows.saturating_add(*times));
        check(
            read.rows <= MOST_COUNTED && !times.contains(&0),
            from,
            "a row that stands for none, or too many",
        )?;
        let of_row = |row: usize| times.get(row).copied().unwrap_or_default();
        let mut column = || ValueColumn::of_partial(held, of_row, from);
        (read.labels, read.predicted) = (column()?, column()?);
        for feature in &mut read.features {
            if let Feature::Values(values) = feature {
                *values = column()?;
            }
        }
        let has_all = !read.labels.cells().chain(read.predicted.cells()).any(is_missing);
        check(has_all, from, "a row without a label or an answer")?;
        read.times = Some(times);
        let again = read.counted();
        check(again.held() == read.held(), from, "rows that stand twice")?;
        Ok(read)
    }
}

/// What is asked of the rows, to be compared byte by byte.
fn asked(problem: &BiasProblem) -> Vec<u8> {
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes).encode(problem).expect("a vector takes every byte");
    bytes
}
