//! Joined records in a partial: the counts, which labels were met, and what the answers gathered.

use super::{JoinCounts, JoinedRecords, LeftOutOfRows, PortableAnswers};
use crate::ground_truth::Matched;
use crate::partial::{self, Count, PartialError, Writer, Written, broken, check, items, put_items};
use crate::records::Portable;
use minicbor::Decoder;
use minicbor::decode::Error;
use std::collections::BTreeMap;
use std::sync::Arc;

impl<A: PortableAnswers> Portable for JoinedRecords<A> {
    fn encode(&self) -> Result<Vec<u8>, PartialError> {
        partial::written(A::KIND, |to| {
            to.array(5)?;
            self.counts.write(to)?;
            put_items(to, self.matched.words().iter().map(|word| word.to_le_bytes()))?;
            to.encode(self.fault.map(LeftOutOfRows::as_str))?
                .bytes(self.merged.as_deref().unwrap_or_default())?;
            self.answered.write(to)
        })
    }

    fn decode(&self, bytes: &[u8]) -> Result<Self, PartialError> {
        partial::read(A::KIND, bytes, |from| {
            check(from.array()? == Some(5), from, "joined records that are none")?;
            let counts = JoinCounts::read(from)?;
            let words = items(from)?.iter().map(|word| u64::from_le_bytes(*word)).collect();
            let matched = Matched::of_words(words, self.labels.counts().records);
            let matched = matched.ok_or_else(|| PartialError::OtherSettings(OTHER_LABELS.to_owned()))?;
            let fault: Option<&str> = from.decode()?;
            let fault = fault.map(|word| reason(word, from)).transpose()?;
            let ends = fault.is_none_or(|fault: A::LeftOut| fault.ends_the_run());
            check(ends, from, "a fault that is none")?;
            let merged = from.bytes()?;
            let merged = self.merged.as_ref().map(|_| merged.to_vec());
            let answered = self.answered.read_gathered(from)?;
            Ok(Self { labels: Arc::clone(&self.labels), answered, merged, matched, counts, fault })
        })
    }
}

const OTHER_LABELS: &str = "it met labels that are not there";

fn reason<R: LeftOutOfRows>(word: &str, from: &Decoder<'_>) -> Result<R, Error> {
    let known = R::ALL.iter().find(|reason| reason.as_str() == word);
    known.copied().ok_or_else(|| broken(from, "an unknown reason"))
}

impl<R: LeftOutOfRows> JoinCounts<R> {
    fn write(&self, to: &mut Writer<'_>) -> Written<Vec<u8>> {
        let Self { captured, captured_rows, labelled, rows, rows_left_out, scores_left_out } = self;
        to.array(6)?;
        for count in [captured, captured_rows, labelled, rows] {
            to.encode(Count(*count))?;
        }
        for counted in [rows_left_out, scores_left_out] {
            to.map(counted.len() as u64)?;
            for (reason, rows) in counted {
                to.str(reason.as_str())?.encode(Count(*rows))?;
            }
        }
        Ok(())
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Error> {
        check(from.array()? == Some(6), from, "counts that are none")?;
        let mut count = || from.decode::<Count>().map(|Count(count)| count);
        let (captured, captured_rows) = (count()?, count()?);
        let (labelled, rows) = (count()?, count()?);
        let (rows_left_out, scores_left_out) = (left_out(from)?, left_out(from)?);
        Ok(Self { captured, captured_rows, labelled, rows, rows_left_out, scores_left_out })
    }
}

fn left_out<R: LeftOutOfRows>(from: &mut Decoder<'_>) -> Result<BTreeMap<R, u64>, Error> {
    let mut counted = BTreeMap::new();
    for _ in 0..from.map()?.ok_or_else(|| broken(from, "reasons without a number"))? {
        let word = from.str()?;
        let Count(rows) = from.decode()?;
        let is_new = counted.insert(reason(word, from)?, rows).is_none();
        check(is_new, from, "a reason that stands twice")?;
    }
    Ok(counted)
}
