//! What must hold of values: they are those of enumeration, they add up, and samples of combinations lie within their errors.

use super::*;

/// Shapley's values by all orders in which features can come, which is the definition that no code of ours uses.
fn by_orders(model: &Curved, explained: &[f64], bases: &[Vec<f64>]) -> Vec<f64> {
    fn orders(left: &[usize], before: Vec<usize>, found: &mut Vec<Vec<usize>>) {
        if left.is_empty() {
            found.push(before);
            return;
        }
        for place in 0..left.len() {
            let mut rest = left.to_vec();
            let next = rest.remove(place);
            orders(&rest, before.iter().copied().chain([next]).collect(), found);
        }
    }
    let worth = |features: &[usize]| {
        let answers = bases.iter().map(|base| {
            let mut row = base.clone();
            features.iter().for_each(|feature| row[*feature] = explained[*feature]);
            model.answer(&row)
        });
        answers.sum::<f64>() / bases.len() as f64
    };
    let mut found = Vec::new();
    orders(&(0..explained.len()).collect::<Vec<_>>(), Vec::new(), &mut found);
    let mut values = vec![0.0; explained.len()];
    for order in &found {
        for place in 0..order.len() {
            let step = worth(&order[..=place]) - worth(&order[..place]);
            values[order[place]] += step / found.len() as f64;
        }
    }
    values
}

#[test]
fn exact_values_of_six_features_are_those_of_every_order_in_which_they_can_come() {
    for seed in 0..3 {
        let mut random = Random::new(seed);
        let model = Curved::drawn(6, &mut random);
        let bases: Vec<Vec<f64>> = (0..2).map(|_| drawn_row(6, &mut random)).collect();
        let explained: Vec<Vec<f64>> = (0..2).map(|_| drawn_row(6, &mut random)).collect();
        let (problem, rows) = (problem(&bases), rows(&explained));
        let plan = problem.plan(&rows, 1_000).expect("a method");
        assert_eq!((plan.method, plan.rows_asked), (ExplanationMethod::Exact, 2 + 2 * (2 * 62 + 1)));
        let found = asked(&problem, &rows, &plan, 7, |row| model.answer(row));
        for (place, values) in explained.iter().enumerate() {
            for (feature, expected) in by_orders(&model, values, &bases).into_iter().enumerate() {
                let value = found.values[place * 6 + feature];
                assert!((value - expected).abs() < 1e-9, "{seed}: {value} {expected}");
            }
        }
    }
}

/// Of how many features of how many models the exact global value lies within two standard errors of the sampled one.
fn within_two_errors(models: u64, samples: u64) -> (u32, u32) {
    let (mut within, mut all) = (0, 0);
    for seed in 0..models {
        let mut random = Random::new(1_000 + seed);
        let model = Curved::drawn(12, &mut random);
        let base = [drawn_row(12, &mut random)];
        let explained: Vec<Vec<f64>> = (0..4).map(|_| drawn_row(12, &mut random)).collect();
        let problem = ExplanationProblem { num_samples: Some(samples), ..problem(&base) };
        let rows = rows(&explained);
        let [exact, sampled] = [1 << 20, 4_000].map(|budget| {
            let plan = problem.plan(&rows, budget).expect("a method");
            let found = asked(&problem, &rows, &plan, 1_000, |row| model.answer(row));
            (plan.method, global_values(&problem, &found, 4).expect("finite").remove(0))
        });
        assert_eq!((exact.0, sampled.0), (ExplanationMethod::Exact, ExplanationMethod::KernelShap));
        for (exact, sampled) in exact.1.iter().zip(&sampled.1) {
            within += u32::from((sampled.value - exact.value).abs() <= 2.0 * sampled.standard_error);
            all += 1;
        }
    }
    (within, all)
}

/// `EXPLAINED_MODELS=100 cargo test --release -p bellwether-analysis two_standard_errors` for all hundred.
#[test]
fn the_exact_value_lies_within_two_standard_errors_of_the_sampled_one() {
    let models = std::env::var("EXPLAINED_MODELS").ok().and_then(|models| models.parse().ok()).unwrap_or(8);
    for samples in [100, 300] {
        let (within, all) = within_two_errors(models, samples);
        let share = f64::from(within) / f64::from(all);
        // Past the harness, which keeps the words of a passing test to itself.
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("{samples} samples: {within} of {all}\n"),
        );
        assert!(share >= 0.9, "{samples} samples: {within} of {all}");
    }
}

#[test]
fn values_add_up_to_the_difference_of_the_answers_however_they_are_found() {
    let mut random = Random::new(5);
    let model = Curved::drawn(12, &mut random);
    let base = [drawn_row(12, &mut random)];
    let explained: Vec<Vec<f64>> = (0..3).map(|_| drawn_row(12, &mut random)).collect();
    let problem = ExplanationProblem { num_samples: Some(64), ..problem(&base) };
    let rows = rows(&explained);
    for budget in [1 << 20, 2_000] {
        let found = asked(&problem, &rows, &problem.plan(&rows, budget).expect("a method"), 100, |row| {
            model.answer(row)
        });
        for (place, row) in explained.iter().enumerate() {
            let sum: f64 = found.values[12 * place..12 * place + 12].iter().sum();
            assert!((sum - (model.answer(row) - model.answer(&base[0]))).abs() < 1e-12, "{budget}");
        }
    }
}

#[test]
fn a_feature_that_equals_the_baseline_is_not_asked_about_and_changes_no_other_value() {
    let mut random = Random::new(6);
    let model = Curved::drawn(8, &mut random);
    let base = drawn_row(8, &mut random);
    let mut explained = drawn_row(8, &mut random);
    for same in [1, 4, 5] {
        explained[same] = base[same];
    }
    let (problem, rows) = (problem(std::slice::from_ref(&base)), rows(&[explained.clone(), base.clone()]));
    let plan = problem.plan(&rows, 1_000).expect("a method");
    assert_eq!(plan.rows_asked, 1 + 31, "five features differ in the first row, none in the second");
    let found = asked(&problem, &rows, &plan, 10, |row| model.answer(row));
    let varying = [0, 2, 3, 6, 7];
    let game: Vec<f64> = (0..32_usize)
        .map(|members| {
            let mut row = base.clone();
            (0..)
                .zip(varying)
                .filter(|(bit, _)| members >> bit & 1 == 1)
                .for_each(|(_, place): (usize, usize)| row[place] = explained[place]);
            model.answer(&row)
        })
        .collect();
    let expected = exact::shapley(&game);
    for (player, feature) in varying.into_iter().enumerate() {
        assert!((found.values[feature] - expected[player]).abs() < 1e-12);
    }
    assert!([1, 4, 5].iter().all(|feature| found.values[*feature] == 0.0));
    assert_eq!(found.values[8..], [0.0; 8]);
}

#[test]
fn a_sum_is_explained_without_a_question_as_it_is_with_them() {
    let mut random = Random::new(9);
    let bases: Vec<Vec<f64>> = (0..3).map(|_| drawn_row(4, &mut random)).collect();
    let explained: Vec<Vec<f64>> = (0..5).map(|_| drawn_row(4, &mut random)).collect();
    let config = r#"{"headers": ["f0", "f1", "f2", "f3"], "methods": {"shap": {"baseline": [[0, 0, 0, 0]]}},
        "linear": {"coefficients": {"f3": 2, "f0": -1, "f1": 0.5, "f2": 0}, "intercept": 3, "link": "LINK"}}"#;
    let model = |link: &str| {
        let text = config.replace("LINK", link);
        let config =
            bellwether_contract::model_explainability::ExplanationConfig::parse("c", text.as_bytes());
        config.expect("a configuration").linear.expect("a model")
    };
    let rows = rows(&explained);
    for (link, use_logit, method) in [
        ("identity", false, ExplanationMethod::Linear),
        ("logit", true, ExplanationMethod::Linear),
        ("logit", false, ExplanationMethod::Exact),
    ] {
        let model = model(link);
        let problem = ExplanationProblem { use_logit, ..problem(&bases) };
        let (plan, here) = explained_here(&model, &problem, &rows, 10_000).expect("numbers");
        assert_eq!((plan.method, plan.rows_asked), (method, 0));
        let score = |numbers: &[f64]| linear_score(&model, &problem.names, &row(numbers)).expect("numbers");
        let found = asked(&problem, &rows, &problem.plan(&rows, 10_000).expect("a method"), 9, score);
        assert!((here.expected[0] - found.expected[0]).abs() < 1e-12);
        for (here, found) in here.values.iter().zip(&found.values) {
            assert!((here - found).abs() < 1e-9, "{link}: {here} {found}");
        }
    }
}
