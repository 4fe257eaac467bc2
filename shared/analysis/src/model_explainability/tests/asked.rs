//! Batches: how large they are, in what order their answers may come, and what is said of answers that are none.

use super::*;
use std::collections::VecDeque;

const LIMITS: BatchLimits = BatchLimits { rows: 10, size_bytes: 1_000 };

fn two_rows() -> (ExplanationProblem, Vec<ExplainedRow>) {
    let mut random = Random::new(2);
    let bases: Vec<Vec<f64>> = (0..2).map(|_| drawn_row(5, &mut random)).collect();
    let explained: Vec<Vec<f64>> = (0..2).map(|_| drawn_row(5, &mut random)).collect();
    (problem(&bases), rows(&explained))
}

#[test]
fn answers_may_come_in_any_order_and_give_the_same_bytes() {
    let (problem, rows) = two_rows();
    let mut random = Random::new(3);
    let model = Curved::drawn(5, &mut random);
    let plan = problem.plan(&rows, 1_000).expect("a method");
    let in_order = asked(&problem, &rows, &plan, 3, |row| model.answer(row));
    let mut explaining = Explaining::new(&problem, &rows, &plan);
    let mut under_way = VecDeque::new();
    let limits = BatchLimits { rows: 3, size_bytes: usize::MAX };
    loop {
        while under_way.len() < 6 {
            let Some(batch) = explaining.next_batch(limits, |_| 1) else { break };
            under_way.push_back(batch);
        }
        let place = random.below(under_way.len() as u64) as usize;
        let Some(batch) = under_way.remove(place) else { break };
        let answers = explaining.rows(batch).map(|row| model.answer(&numbers(&row))).collect();
        explaining.answered(batch, Scores::single(answers)).expect("answers");
    }
    assert_eq!(explaining.rows_done(), 2);
    assert_eq!(explaining.finish().expect("all"), in_order);
}

#[test]
fn a_batch_has_so_many_rows_or_bytes_at_most_and_one_row_at_least() {
    let (problem, rows) = two_rows();
    let plan = problem.plan(&rows, 1_000).expect("a method");
    for (size_bytes, expected) in [(100, 10), (300, 3), (2_000, 1)] {
        let mut explaining = Explaining::new(&problem, &rows, &plan);
        let mut all = 0;
        while let Some(batch) = explaining.next_batch(LIMITS, |_| size_bytes) {
            assert_eq!(explaining.rows(batch).count(), batch.rows);
            assert!(batch.rows <= expected);
            all += batch.rows;
        }
        assert_eq!(all as u64, plan.rows_asked);
        assert_eq!(plan.rows_asked, 2 + 2 * (30 * 2 + 1));
        assert!(explaining.finish().is_none(), "nothing was answered");
    }
}

#[test]
fn answers_that_are_none_are_refused_in_words() {
    let (problem, rows) = two_rows();
    let logit = ExplanationProblem { use_logit: true, ..problem.clone() };
    let plan = problem.plan(&rows, 1_000).expect("a method");
    let told = |problem: &ExplanationProblem, answers: Vec<f64>| {
        let mut explaining = Explaining::new(problem, &rows, &plan);
        let batch = explaining.next_batch(LIMITS, |_| 1).expect("a batch");
        explaining.answered(batch, Scores::single(answers)).expect_err("no answer")
    };
    assert_eq!(told(&problem, vec![0.5; 9]), "the model gave 9 answers to 10 rows");
    let certain = told(&logit, vec![1.0; 10]);
    assert!(
        certain.starts_with("the model answered 1, which has no log-odds; take methods.shap.use_logit"),
        "{certain}"
    );
}

#[test]
fn log_odds_are_explained_where_that_is_asked_for() {
    let (problem, rows) = two_rows();
    let logit = ExplanationProblem { use_logit: true, ..problem };
    let plan = logit.plan(&rows, 1_000).expect("a method");
    let sum = |row: &[f64]| {
        row.iter().zip([1.0, -2.0, 0.5, 0.0, 3.0]).map(|(value, weight)| value * weight).sum::<f64>()
    };
    let found = asked(&logit, &rows, &plan, 10, |row| 1.0 / (1.0 + (-sum(row)).exp()));
    let mean = |place: usize| logit.baseline.iter().map(|base| numbers(base)[place]).sum::<f64>() / 2.0;
    let expected = 3.0 * (numbers(&rows[0].values)[4] - mean(4));
    assert!((found.values[4] - expected).abs() < 1e-9, "{} {expected}", found.values[4]);
}

#[test]
fn answers_whose_values_no_double_holds_are_told_and_not_written() {
    let (problem, rows) = two_rows();
    let plan = problem.plan(&rows, 1_000).expect("a method");
    for (aggregate, size) in
        [(Aggregate::MeanAbs, 1.7e308), (Aggregate::Median, 1.7e308), (Aggregate::MeanSq, 1e200)]
    {
        let sign = |row: &[f64]| if row.iter().sum::<f64>() > 0.0 { size } else { -size };
        let explained = asked(&problem, &rows, &plan, 10, sign);
        let problem = ExplanationProblem { aggregate, ..problem.clone() };
        let told = global_values(&problem, &explained, 2).expect_err("no number");
        assert!(
            told.starts_with("the model's answers are so large that the value of `f0` is beyond"),
            "{told}"
        );
    }
}

#[test]
fn every_output_is_explained() {
    let (problem, rows) = two_rows();
    let plan = problem.plan(&rows, 1_000).expect("a method");
    let mut explaining = Explaining::new(&problem, &rows, &plan);
    while let Some(batch) = explaining.next_batch(LIMITS, |_| 1) {
        let answers = explaining.rows(batch).map(|row| {
            let first = numbers(&row)[0];
            format!("{first},{}", -2.0 * first)
        });
        let text = answers.collect::<Vec<_>>().join("\n");
        let payload = bellwether_contract::capture::Payload::Csv(text.into());
        let scores = Scores::read(&payload, None, batch.rows).expect("two outputs");
        explaining.answered(batch, scores).expect("answers");
    }
    let explained = explaining.finish().expect("all");
    assert_eq!((explained.outputs, explained.rows()), (2, 2));
    let global = global_values(&problem, &explained, 2).expect("finite");
    assert!((global[1][0].value - 2.0 * global[0][0].value).abs() < 1e-12);
    assert!(global.iter().all(|label| label[1..].iter().all(|other| other.value.abs() < 1e-12)));
}

#[test]
fn the_budget_that_is_named_is_enough_and_one_row_less_is_not() {
    let mut random = Random::new(6);
    for features in [1, 2, 3, 4, 5, 6, 21] {
        let bases: Vec<Vec<f64>> = (0..2).map(|_| drawn_row(features, &mut random)).collect();
        let many: Vec<Vec<f64>> = (0..7).map(|_| drawn_row(features, &mut random)).collect();
        let (problem, rows) = (problem(&bases), rows(&many));
        let told = problem.plan(&rows, 1).expect_err("too little");
        let named = told.split("(--row-budget) to ").nth(1).and_then(|rest| rest.split(',').next());
        let named: u64 = named.and_then(|named| named.parse().ok()).expect("a budget");
        assert!(problem.plan(&rows, named).is_ok_and(|plan| plan.rows_asked <= named), "{features}: {told}");
        let less = problem.plan(&rows, named - 1).expect_err("a row too little");
        assert!(less.contains(&format!("to {named},")), "{features}: {less}");
    }
}

#[test]
fn the_budget_chooses_the_method_and_says_what_it_left_out() {
    let mut random = Random::new(4);
    let base = [drawn_row(10, &mut random)];
    let many: Vec<Vec<f64>> = (0..200).map(|_| drawn_row(10, &mut random)).collect();
    let (problem, rows) = (problem(&base), rows(&many));
    let plan = |budget| problem.plan(&rows, budget);
    let exact = plan(250_000).expect("a method");
    assert_eq!((exact.method, exact.rows_asked), (ExplanationMethod::Exact, 1 + 200 * 1_023));
    let sampled = plan(100_000).expect("a method");
    assert_eq!((sampled.method, sampled.num_samples), (ExplanationMethod::KernelShap, Some(498)));
    assert!(sampled.rows_asked <= 100_000);
    assert_eq!(
        sampled.note.as_deref(),
        Some("498 combinations of each row were asked, not 2068: ROW_BUDGET is 100000 rows")
    );
    let told = plan(5_000).expect_err("too little");
    assert!(told.starts_with("a budget of 5000 rows leaves 23 combinations for each of 200 rows"), "{told}");
    assert!(told.ends_with(
        "10 features need 36; raise ROW_BUDGET (--row-budget) to 7401, or explain fewer rows (--explained-rows)"
    ));
    let few = ExplanationProblem { num_samples: Some(20), ..problem.clone() };
    assert!(
        few.plan(&rows, 100_000).expect_err("too few").starts_with("num_samples is 20, and rows that differ")
    );
    assert!(few.plan(&rows, 250_000).is_ok(), "all combinations are affordable");
}
