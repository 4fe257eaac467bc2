//! The law, over hours of lists of which some part cannot be judged.

use std::collections::BTreeSet;

use bellwether_contract::json::to_vec;
use proptest::prelude::*;

use super::*;
use crate::partial::OfWindow;
use crate::partial::tests::again;
use crate::verdict::tests::{keeps_the_law, lines_of};

/// Lists by their number of categories.
fn lists() -> impl Strategy<Value = Vec<(u64, usize)>> {
    prop::collection::vec((1..=10_u64, 0..40_usize), 0..4)
}

fn captured() -> impl Strategy<Value = (ListProfile, CaptureSummary)> {
    lists().prop_flat_map(|diversities| {
        let catalog = catalog();
        let lists = replayed(&catalog, &diversities, 0).lists;
        (Just(lists.clone()), lines_of(lists.count()))
    })
}

/// Of each kind of limit that a baseline may have or lack.
fn known_baseline() -> impl Strategy<Value = Option<DiversityBaseline>> {
    prop::option::of((1.0..10.0_f64).prop_map(|mean| baseline(mean, 2.0, 3.0)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn parts_that_were_written_merge_into_the_same_bytes(first in lists(), second in lists()) {
        let catalog = Arc::new(catalog());
        let path: Arc<RecommendationsPath> = Arc::new("item_ids".parse().expect("a path"));
        let of = |diversities: &[(u64, usize)], k| {
            let lists = replayed(&catalog, diversities, 0).lists;
            CapturedLists { lists, ..CapturedLists::new(Arc::clone(&path), Arc::clone(&catalog), k) }
        };
        let (mut whole, mut read) = (of(&first, 10), again(&of(&first, 10)));
        whole.merge(&of(&second, 10));
        read.merge(&again(&of(&second, 10)));
        let file = |lists: CapturedLists| {
            let captured = Some((lists.lists, CaptureSummary::default()));
            let measured = Measured { replay: Err("none".into()), captured, turnover: Err("none".into()) };
            to_vec(&statistics(&measured, &LIMITS).0).expect("finite")
        };
        let bytes = whole.encode().expect("small");
        prop_assert_eq!(file(read), file(whole));
        prop_assert!(of(&[], 9).decode(&bytes).is_err(), "another k");
    }

    #[test]
    fn windows_that_were_kept_are_one_window(first in lists(), second in lists(), lost in 0..9_u64) {
        let catalog = catalog();
        let measured = |diversities: &[(u64, usize)], lost| Measured {
            replay: Ok(replayed(&catalog, diversities, lost)),
            captured: None,
            turnover: Err("none".into()),
        };
        let of = |diversities: &[(u64, usize)], lost: u64| {
            let bytes = partial::encode(&GatheredLists::of(&measured(diversities, lost), &LIMITS)).expect("small");
            let read: GatheredLists = partial::decode(&bytes).expect("what was written");
            assert_eq!(partial::encode(&read).expect("small"), bytes);
            read
        };
        let mut merged = of(&first, lost);
        merged.merge(&of(&second, 0));
        let merged = merged.statistics();
        let whole = statistics(&measured(&[first, second].concat(), lost), &LIMITS).0;
        prop_assert_eq!(merged.dataset, whole.dataset);
        let whole = whole.recommendation_metrics.expect("a table");
        for (name, value) in merged.recommendation_metrics.expect("a table").iter() {
            prop_assert_eq!(Some(value), whole.get(name), "{}", name);
        }
        let other = GatheredLists::of(&measured(&[], 0), &Limits { k: 9, ..LIMITS });
        prop_assert!(of(&[], 0).differs(&other).is_some());
    }

    #[test]
    fn never_healthy_of_lists_that_were_not_judged(
        replay in prop::option::of((lists(), 0..30_u64)),
        captured in prop::option::of(captured()),
        baseline in known_baseline(),
        no_data in prop::sample::select(vec![NoDataPolicy::Ok, NoDataPolicy::Violate]),
    ) {
        let catalog = catalog();
        let replay = replay.map(|(lists, lost)| replayed(&catalog, &lists, lost));
        let replay = replay.filter(|replay| replay.sessions > 0).ok_or_else(|| "REPLAY is none".to_owned());
        let measured = Measured { replay, captured, turnover: Err("no earlier lists".into()) };
        let (statistics, not_evaluable) = statistics(&measured, &LIMITS);
        let limits = constraints(&LIMITS, baseline.as_ref(), measured.judged_on());
        let evaluated = evaluate(&measured, &statistics, &limits);
        let violated: BTreeSet<_> =
            evaluated.violated.iter().filter_map(|found| found.judged.metric_name.clone()).collect();
        let table = limits.recommendation_constraints.clone().expect("limits");
        for (name, _) in table.iter().filter(|(name, _)| *name != CORRUPT_SHARE) {
            let metric = name.strip_suffix(FLOOR).unwrap_or(name);
            // A side of which nothing was captured or replayed has no metrics at all.
            let has_value = statistics.recommendation_metrics.as_ref().is_some_and(|table| table.get(metric).is_some());
            let is_told = !has_value && (not_evaluable.contains_key(metric) || measured.captured.is_none());
            let ways = [violated.contains(name), evaluated.held.contains_key(name), is_told];
            prop_assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{}: {:?}", name, ways);
        }
        let verdict = judged(&measured, &statistics, baseline.as_ref(), no_data);
        keeps_the_law(&verdict, measured.captured.as_ref().map(|(_, lines)| lines))?;
    }
}
