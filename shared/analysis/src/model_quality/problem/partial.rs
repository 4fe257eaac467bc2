//! What is asked of a model in a partial.

use super::Problem;
use crate::model_quality::labels::normalised;
use crate::partial::{Bits, Written, broken, check};
use bellwether_contract::model_quality::ProblemType;
use minicbor::decode::{Decode, Error};
use minicbor::encode::{Encode, Write};
use minicbor::{Decoder, Encoder};

impl Encode<()> for Problem {
    fn encode<W: Write>(&self, to: &mut Encoder<W>, _: &mut ()) -> Written<W> {
        let Self { problem_type, positive_label, answers_labels, answers_scores, threshold, score_labels } =
            self;
        let problem_type = match problem_type {
            ProblemType::Regression => 0_u8,
            ProblemType::BinaryClassification => 1,
            ProblemType::MulticlassClassification => 2,
        };
        let answers = (*answers_labels, *answers_scores);
        to.encode((problem_type, positive_label, answers.0, answers.1, Bits(*threshold), score_labels))?.ok()
    }
}

impl<'b> Decode<'b, ()> for Problem {
    fn decode(from: &mut Decoder<'b>, _: &mut ()) -> Result<Self, Error> {
        type Fields = (u8, String, bool, bool, Bits, Vec<String>);
        let (problem_type, positive_label, answers_labels, answers_scores, Bits(threshold), score_labels): Fields =
            from.decode()?;
        let problem_type = match problem_type {
            0 => ProblemType::Regression,
            1 => ProblemType::BinaryClassification,
            2 => ProblemType::MulticlassClassification,
            _ => return Err(broken(from, "an unknown kind of answer")),
        };
        let is_normal = |label: &String| normalised(label) == *label;
        let are_normal = is_normal(&positive_label) && score_labels.iter().all(is_normal);
        check(are_normal, from, "a label in another form")?;
        check(!threshold.is_nan(), from, "a threshold that is no number")?;
        Ok(Self { problem_type, positive_label, answers_labels, answers_scores, threshold, score_labels })
    }
}
