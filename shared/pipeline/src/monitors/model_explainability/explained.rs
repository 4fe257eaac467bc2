//! The model is asked, and rows are explained by its answers.
//!
//! What to ask and what answers mean is the analysis crate's business, how politely the replay's.

use super::asked::Asked;
use crate::RunError;
use crate::progress::Watcher;
use crate::replay::asking::{self, AsQuestion, Asking, Pace, ask_all};
use crate::replay::endpoint::{Endpoint, Question};
use crate::replay::{Effort, Turns};
use crate::scheduled::Invocation;
use bellwether_analysis::model_explainability::{
    Batch, BatchLimits, Explained, ExplainedRow, Explaining, ExplanationPlan, ExplanationProblem, FeatureRow,
    Scores, explained_here, global_values, linear_score,
};
use bellwether_analysis::monitors::model_explainability::{analysis, explained_labels};
use bellwether_contract::capture::{LeftOut, Payload, REPLAY_PREFIX, Rejected};
use bellwether_contract::model_explainability::{
    ExplanationAnalysis, ExplanationSummary, GlobalValue, RequestTemplate,
};
use bellwether_contract::printable;

/// Most rows of a request.
const MOST_ROWS: usize = 1_000;
/// Most bytes of a request; SageMaker takes 6 MiB.
const MOST_BYTES: usize = 5_000_000;

/// What explaining came to.
#[derive(Debug)]
pub struct Explanation {
    /// By which method.
    pub plan: ExplanationPlan,
    /// As the file that windows are held against, and that a window gives.
    pub analysis: ExplanationAnalysis,
    /// The same with errors, output by output.
    pub global: Vec<Vec<GlobalValue>>,
    /// Row by row.
    pub explained: Explained,
}

impl Explanation {
    /// The block of `execution.json`: `rows` were there to explain.
    #[must_use]
    pub fn summary(
        &self,
        rows: u64,
        problem: &ExplanationProblem,
        baseline: Option<&ExplanationAnalysis>,
    ) -> ExplanationSummary {
        ExplanationSummary {
            method: self.plan.method,
            rows,
            explained_rows: self.explained.rows() as u64,
            baseline_rows: problem.baseline.len() as u64,
            num_samples: self.plan.num_samples,
            rows_asked: self.plan.rows_asked,
            note: self.plan.note.clone(),
            labels: explained_labels(&self.analysis, &self.global, baseline),
        }
    }
}

/// Who is asked, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interview<'i> {
    pub(super) asked: &'i Asked,
    pub(super) problem: &'i ExplanationProblem,
    pub(super) endpoint: Option<&'i Endpoint>,
    pub(super) row_budget: u64,
    pub(super) pace: Pace,
    /// Beginning of the inference ids, after `replay-`.
    pub(super) called: &'i str,
    /// Turns at the endpoint, where another monitor asks it too.
    pub(super) turns: Option<(Turns<'i>, &'i Invocation)>,
}

/// Explains rows; the explanation is the reason where there is none, which leaves a window undecided.
///
/// # Errors
/// No call can succeed.
pub(super) async fn explain(
    interview: Interview<'_>,
    rows: &[ExplainedRow],
    all: u64,
    watcher: Watcher<'_>,
) -> Result<(Result<Explanation, String>, Effort), RunError> {
    let Interview { asked, problem, endpoint, row_budget, .. } = interview;
    let laid_out = |(plan, explained): (ExplanationPlan, Explained)| {
        let global = global_values(problem, &explained, all)?;
        Ok(Explanation { plan, analysis: analysis(&asked.config, &explained, &global), global, explained })
    };
    if let Some(model) = &asked.config.linear {
        return Ok((explained_here(model, problem, rows, row_budget).and_then(laid_out), Effort::default()));
    }
    let Some(endpoint) = endpoint else {
        let reason = "nobody is named who answers: set EXPLAINED_ENDPOINT_NAME (--explained-endpoint-name) or EXPLAINED_MODEL_URL \
            (--endpoint-url)";
        return Ok((Err(reason.to_owned()), Effort::default()));
    };
    let plan = match problem.plan(rows, row_budget) {
        Ok(plan) => plan,
        Err(reason) => return Ok((Err(reason), Effort::default())),
    };
    let mut questions = Questions::new(interview, rows, &plan);
    let calls = ask_all(endpoint, &mut questions, interview.pace, watcher);
    let ended = match interview.turns {
        Some((turns, invocation)) => turns.in_turn(invocation, calls).await?,
        None => calls.await?,
    };
    let effort = ended.effort;
    let (done, all_rows) = (questions.explaining.rows_done(), rows.len());
    let rows_asked = questions.explaining.rows_asked();
    let explained = questions.explaining.finish().map(|it| (ExplanationPlan { rows_asked, ..plan }, it));
    let explained = explained.ok_or_else(|| unfinished(&ended, endpoint, done, all_rows));
    Ok((explained.and_then(laid_out), effort))
}

/// Why not every row was explained.
fn unfinished(ended: &asking::Asked, endpoint: &Endpoint, done: usize, all: usize) -> String {
    let counts: Vec<String> =
        ended.unanswered.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let unread = ended.unread.as_deref().map(printable::line);
    let unread = unread.map(|unread| format!("; {unread}")).unwrap_or_default();
    let (model, counts) = (endpoint.address(), counts.join(", "));
    format!("{done} of {all} rows were explained, requests to {model} without an answer: {counts}{unread}")
}

/// The requests, a batch of rows each.
struct Questions<'q> {
    explaining: Explaining<'q>,
    template: &'q RequestTemplate,
    names: &'q [String],
    accept: &'q str,
    answer: Option<&'q bellwether_analysis::attribute::Attribute>,
    called: &'q str,
    rows_asked: u64,
}

impl<'q> Questions<'q> {
    fn new(interview: Interview<'q>, rows: &'q [ExplainedRow], plan: &ExplanationPlan) -> Self {
        let Interview { asked, problem, called, .. } = interview;
        Self {
            explaining: Explaining::new(problem, rows, plan),
            template: &asked.template,
            names: &problem.names,
            accept: asked.config.accept_type(),
            answer: asked.answer.as_ref(),
            called,
            rows_asked: plan.rows_asked,
        }
    }
}

/// A request.
struct Body<'q> {
    bytes: Vec<u8>,
    content_type: &'static str,
    accept: &'q str,
}

impl AsQuestion for Body<'_> {
    fn question(&self) -> Question<'_> {
        Question { body: &self.bytes, content_type: self.content_type, accept: Some(self.accept) }
    }
}

impl<'q> Asking for Questions<'q> {
    type Ask = Batch;
    type Sent = Body<'q>;
    const IS_USELESS_IN_PART: bool = true;

    fn next(&mut self) -> Option<Batch> {
        let limits = BatchLimits { rows: MOST_ROWS, size_bytes: MOST_BYTES };
        let (template, names) = (self.template, self.names);
        self.explaining.next_batch(limits, |row| template.size_bytes(row, names))
    }

    fn total(&self) -> u64 {
        self.rows_asked.div_ceil(MOST_ROWS as u64)
    }

    fn sent(&self, batch: Batch) -> (Body<'q>, String) {
        let rows: Vec<FeatureRow> = self.explaining.rows(batch).collect();
        let bytes = self.template.body(rows.iter().map(Vec::as_slice), self.names);
        let body = Body { bytes, content_type: self.template.content_type(), accept: self.accept };
        (body, format!("{REPLAY_PREFIX}{}-{}", self.called, batch.number))
    }

    fn take(&mut self, batch: Batch, answer: &Payload<'_>) -> Result<(), Rejected> {
        let scores = Scores::read(answer, self.answer, batch.rows)?;
        let taken = self.explaining.answered(batch, scores);
        taken.map_err(|reason| LeftOut::PathValues.because("a score for each row", reason))
    }
}

/// The answer to a single row, as a doctor asks for it: how many outputs it has.
///
/// # Errors
/// Why it is none.
pub(super) fn outputs_of(asked: &Asked, answer: &Payload<'_>) -> Result<usize, Rejected> {
    let scores = Scores::read(answer, asked.answer.as_ref(), 1)?;
    Ok(scores.iter().next().map_or(0, <[f64]>::len))
}

/// The request with the first row of the baseline alone.
pub(super) fn first_question(asked: &Asked, problem: &ExplanationProblem) -> (Vec<u8>, &'static str) {
    let row = problem.baseline.iter().take(1).map(Vec::as_slice);
    (asked.template.body(row, &problem.names), asked.template.content_type())
}

/// Whether a linear model takes the rows of its baseline, or why not.
pub(super) fn linear_fault(asked: &Asked, problem: &ExplanationProblem) -> Option<String> {
    let model = asked.config.linear.as_ref()?;
    problem.baseline.iter().find_map(|row| linear_score(model, &problem.names, row).err())
}
