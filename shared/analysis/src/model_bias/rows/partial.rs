//! Rows of bias metrics in a partial, those of the flip test among them as far as they are kept.

use super::{BiasRows, Feature, MOST_BIAS_ROWS, is_missing};
use crate::model_bias::column::ValueColumn;
use crate::model_bias::numbers::NumberColumn;
use crate::model_bias::{BiasProblem, Facet};
use crate::partial::{Bits, PartialError, Writer, Written, check};
use bellwether_contract::model_bias::ConfigValue;
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
        read.labels = ValueColumn::of_partial(read.rows, from)?;
        read.predicted = ValueColumn::of_partial(read.rows, from)?;
        let has_all = !read.labels.cells().chain(read.predicted.cells()).any(is_missing);
        check(has_all, from, "a row without a label or an answer")?;
        check(from.array()? == Some(read.features.len() as u64), from, "other features")?;
        let kept = if keeps { read.rows } else { 0 };
        for feature in &mut read.features {
            match feature {
                Feature::Values(column) => *column = ValueColumn::of_partial(read.rows, from)?,
                Feature::Numbers(column) => *column = NumberColumn::of_partial(kept, from)?,
            }
        }
        Ok(read)
    }
}

/// What is asked of the rows, to be compared byte by byte.
fn asked(problem: &BiasProblem) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_asked(problem, &mut Encoder::new(&mut bytes)).expect("a vector takes every byte");
    bytes
}

fn write_asked(problem: &BiasProblem, to: &mut Writer<'_>) -> Written<Vec<u8>> {
    let BiasProblem { features, label, positive, facets, group, flip_test_rows } = problem;
    to.encode((features, label, group.map(|place| place as u64), *flip_test_rows))?;
    write_values(positive, to)?;
    to.array(facets.len() as u64)?;
    facets.iter().try_for_each(|Facet { name, feature, values }| {
        to.encode((name, *feature as u64))?;
        write_values(values, to)
    })
}

fn write_values(values: &[ConfigValue], to: &mut Writer<'_>) -> Written<Vec<u8>> {
    to.array(values.len() as u64)?;
    for value in values {
        match value {
            ConfigValue::Truth(truth) => to.bool(*truth)?,
            ConfigValue::Integer(number) => to.i64(*number)?,
            ConfigValue::Double(number) => to.tag(minicbor::data::Tag::new(FLOAT))?.encode(Bits(*number))?,
            ConfigValue::Text(text) => to.str(text)?,
        };
    }
    Ok(())
}

/// Tells the bits of a double from a whole number.
const FLOAT: u64 = 1_000;
