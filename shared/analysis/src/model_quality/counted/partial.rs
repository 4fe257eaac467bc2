//! Counted answers in a partial.

use super::{CountedAnswers, Counts, has_bins, is_of_two};
use crate::model_quality::bins::{self, Bins};
use crate::model_quality::cells::Cells;
use crate::model_quality::labels::Labels;
use crate::model_quality::measured::Subsets;
use crate::model_quality::problem::Problem;
use crate::model_quality::regression::{Subset, Sum};
use crate::model_quality::rows::NEGATIVE;
use crate::model_quality::{binary, normalised};
use crate::partial::{Bits, Count, MOST_COUNTED, Partial, Written, broken, check};
use bellwether_contract::model_quality::ProblemType;
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Partial for CountedAnswers {
    const KIND: &'static str = "counted answers";
}

impl Encode<()> for CountedAnswers {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.array(2)?.encode(&self.problem)?;
        match &self.counts {
            Counts::Numbers(windows) => to.encode(windows)?.ok(),
            Counts::Labels(labels, cells, bins) => {
                to.array(3)?.encode(labels.names())?.array(cells.iter().len() as u64)?;
                for (truth, answer, rows) in cells.iter() {
                    to.encode((truth, answer, rows.map(Count)))?;
                }
                to.array(bins.iter().len() as u64)?;
                for (bin, rows) in bins.iter() {
                    to.encode((
                        bin,
                        rows.map(|(positives, negatives)| (Count(positives), Count(negatives))),
                    ))?;
                }
                Ok(())
            }
        }
    }
}

impl<'b> Decode<'b, ()> for CountedAnswers {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        check(from.array()? == Some(2), from, "counted answers that are none")?;
        let problem: Problem = from.decode()?;
        let counts = match problem.problem_type {
            ProblemType::Regression => Counts::Numbers(from.decode()?),
            _ => {
                check(from.array()? == Some(3), from, "counts that are none")?;
                let labels = read_labels(from)?;
                let is_known = !is_of_two(&problem) || labels.place(&problem.positive_label).is_some();
                check(is_known, from, "answers without their positive label")?;
                let cells = read_cells(&problem, &labels, from)?;
                let bins = read_bins(&problem, &labels, &cells, from)?;
                Counts::Labels(labels, cells, bins)
            }
        };
        Ok(Self { problem, counts })
    }
}

/// Labels in the order of their texts, each once.
fn read_labels(from: &mut Decoder<'_>) -> Result<Labels, Error> {
    let mut labels = Labels::default();
    for place in 0..from.array()?.ok_or_else(|| broken(from, "labels without a number"))? {
        let label = from.str()?;
        let is_last = labels.names().last().is_none_or(|before| before.as_str() < label);
        let is_sound = is_last && normalised(label) == label;
        let is_next = is_sound && labels.intern(label).map(u64::from) == Some(place);
        check(is_next, from, "a label in another form or place, or one too many")?;
    }
    Ok(labels)
}

fn read_cells(problem: &Problem, labels: &Labels, from: &mut Decoder<'_>) -> Result<Cells, Error> {
    let (mut cells, mut last, mut all) = (Cells::default(), None, 0_u64);
    let is_label = |label: u16| usize::from(label) < labels.names().len();
    for _ in 0..from.array()?.ok_or_else(|| broken(from, "cells without a number"))? {
        let (truth, answer, rows): (u16, u16, Subsets<Count>) = from.decode()?;
        let is_answer = is_label(answer) || (answer == NEGATIVE && is_of_two(problem));
        check(is_label(truth) && is_answer, from, "rows of no label")?;
        check(last < Some((truth, answer)), from, "labels that stand twice, or not in their order")?;
        last = Some((truth, answer));
        let rows = of_draws(rows, from)?;
        all = all.saturating_add(rows[0]);
        check(all <= MOST_COUNTED, from, "more rows than were ever counted")?;
        cells.add(truth, answer, &rows);
    }
    Ok(cells)
}

fn of_draws(rows: Subsets<Count>, from: &Decoder<'_>) -> Result<Subsets<u64>, Error> {
    let rows = rows.map(|Count(rows)| rows);
    check(
        rows[0] > 0 && rows.iter().all(|draw| *draw <= rows[0]),
        from,
        "more rows in a draw than there are",
    )?;
    Ok(rows)
}

/// Bins, whose rows are those of the cells.
fn read_bins(
    problem: &Problem,
    labels: &Labels,
    cells: &Cells,
    from: &mut Decoder<'_>,
) -> Result<Bins, Error> {
    let (mut bins, mut last, mut sums) = (Bins::default(), None, bins::Counts::default());
    for _ in 0..from.array()?.ok_or_else(|| broken(from, "bins without a number"))? {
        let (bin, rows): (i32, Subsets<(Count, Count)>) = from.decode()?;
        check(last < Some(bin), from, "bins that stand twice, or not in their order")?;
        last = Some(bin);
        let rows = rows.map(|(Count(positives), Count(negatives))| (positives, negatives));
        for (sum, more) in sums.iter_mut().zip(rows) {
            *sum = sum
                .0
                .checked_add(more.0)
                .zip(sum.1.checked_add(more.1))
                .ok_or_else(|| broken(from, "too many rows"))?;
        }
        bins.add(bin, &rows);
    }
    let mut expected = bins::Counts::default();
    if has_bins(problem) {
        let positive = binary::positive(problem, labels);
        for (truth, _, rows) in cells.iter() {
            for ((positives, negatives), rows) in expected.iter_mut().zip(rows) {
                *(if truth == positive { positives } else { negatives }) += rows;
            }
        }
    }
    check(sums == expected, from, "scores of other rows")?;
    Ok(bins)
}

impl Encode<()> for Subset {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let Self { rows, truths, errors, squares, spread, range } = self;
        let range = range.map(|(least, most)| (Bits(least), Bits(most)));
        to.encode((Count(*rows), truths, errors, squares, spread, range))?.ok()
    }
}

impl<'b> Decode<'b, ()> for Subset {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (Count(rows), truths, errors, squares, spread, range) = from.decode()?;
        let range: Option<(Bits, Bits)> = range;
        let range = range.map(|(Bits(least), Bits(most))| (least, most));
        let is_sound =
            range.is_none_or(|(least, most)| least.is_finite() && most.is_finite() && least <= most);
        check(is_sound && range.is_some() == (rows > 0), from, "a range that is none")?;
        Ok(Self { rows, truths, errors, squares, spread, range })
    }
}

impl Encode<()> for Sum {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        to.encode((Bits(self.sum), Bits(self.lost)))?.ok()
    }
}

impl<'b> Decode<'b, ()> for Sum {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        let (Bits(sum), Bits(lost)) = from.decode()?;
        Ok(Self { sum, lost })
    }
}
