use super::*;
use proptest::prelude::*;

fn catalog() -> Catalog {
    Catalog::parse(
        "catalogue",
        br#"{"a": "news", "b": "news", "c": "sport", "d": ["arts", "sport"], "e": "food", "f": []}"#,
    )
    .unwrap()
}

fn list(items: &str) -> Vec<String> {
    items.chars().map(String::from).collect()
}

fn profile(k: usize, lists: &[&str]) -> ListProfile {
    let mut profile = ListProfile::new(k);
    for items in lists {
        profile.push(&catalog(), &list(items));
    }
    profile
}

/// By hand: unknown and repeated items add no category, an item of two categories adds two.
#[test]
fn the_categories_of_one_list_are_counted() {
    for (items, expected) in [
        ("", 0.0),
        ("a", 1.0),
        ("ab", 1.0),
        ("aa", 1.0),
        ("ac", 2.0),
        ("cd", 2.0),
        ("ad", 3.0),
        ("xyz", 0.0),
        ("f", 0.0),
        ("acde", 4.0),
    ] {
        assert_eq!(profile(10, &[items]).mean(), Some(expected), "{items}");
    }
    assert_eq!(profile(2, &["acde"]).mean(), Some(2.0), "what follows the k-th is not seen");
}

/// numpy.percentile([0, 1, 2, 3, 4], [5, 50]) = [0.2, 2.0]; numpy.std = 1.4142135623730951.
#[test]
fn percentiles_are_of_type_seven() {
    let spread = profile(10, &["x", "a", "ac", "ad", "acde"]);
    assert_eq!(spread.percentile(0.05), Some(0.2));
    assert_eq!(spread.percentile(0.5), Some(2.0));
    assert_eq!((spread.min(), spread.max()), (Some(0.0), Some(4.0)));
    assert!((spread.std_dev().unwrap() - std::f64::consts::SQRT_2).abs() < 1e-15);
    assert_eq!(spread.share_below(2.0), Some(0.4));
    assert_eq!((spread.short_lists(), spread.lists_with_unknown_items()), (5, 1));
    assert_eq!(spread.unknown_item_share(), Some(1.0 / 10.0));
}

#[test]
fn no_list_and_one_list_are_told_apart_from_zero() {
    let none = profile(10, &[]);
    assert_eq!(
        (none.mean(), none.percentile(0.5), none.std_dev(), none.share_below(4.0)),
        (None, None, None, None)
    );
    let one = profile(10, &["ac"]);
    assert_eq!((one.percentile(0.05), one.std_dev()), (Some(2.0), Some(0.0)));
    let catalog = catalog();
    let mut together = ListsTogether::new(&catalog, 10);
    assert_eq!(
        (together.category_coverage(), together.item_entropy(), together.item_gini()),
        (None, None, None)
    );
    together.push(&list("xy"));
    assert_eq!(together.category_coverage(), Some(0.0));
    assert_eq!(
        (together.item_gini(), together.personalisation(), together.intra_list_diversity()),
        (None, None, None)
    );
}

/// By hand over six items and four categories: lists "ac" and "ad", k = 2.
#[test]
fn the_measures_over_all_lists_follow_their_formulae() {
    let catalog = catalog();
    let mut together = ListsTogether::new(&catalog, 2);
    together.push(&list("ac"));
    together.push(&list("adx"));
    let close =
        |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-15, "{found:?}");
    close(together.category_coverage(), 3.0 / 4.0);
    close(together.catalogue_coverage(), 3.0 / 6.0);
    assert_eq!(together.shown(), 4);
    // Items: a 2/4, c 1/4, d 1/4. Categories: news 2, sport 2, arts 1 of 5.
    close(together.item_entropy(), 1.5);
    close(together.category_entropy(), -(2.0 * 0.4 * 0.4_f64.log2() + 0.2 * 0.2_f64.log2()));
    // x ascending = 0 0 0 1 1 2: sum j x_j = 4 + 5 + 12 = 21; 42 / 24 - 7 / 6.
    close(together.item_gini(), 42.0 / 24.0 - 7.0 / 6.0);
    // c_a = 2, the others 1; n = 2, k = 2.
    close(together.personalisation(), 0.5);
    // news against sport, news against {arts, sport}: both 1.
    close(together.intra_list_diversity(), 1.0);
    together.push(&list("cd"));
    // {sport} against {arts, sport}: Jaccard 1/2.
    close(together.intra_list_diversity(), 2.5 / 3.0);
}

#[test]
fn turnover_is_one_minus_jaccard_over_common_sessions() {
    let lists = |pairs: &[(&str, &str)]| -> Vec<RecommendationList> {
        pairs
            .iter()
            .map(|(id, items)| RecommendationList { session_id: (*id).into(), recommendations: list(items) })
            .collect()
    };
    let now = lists(&[("1", "abc"), ("2", "ab"), ("3", ""), ("4", "a")]);
    let before = lists(&[("1", "cba"), ("2", "cd"), ("3", ""), ("9", "a")]);
    assert_eq!(list_turnover(&now, &before, 10), Some(1.0 / 3.0));
    assert_eq!(list_turnover(&now, &before, 1), Some(2.0 / 3.0));
    assert_eq!(list_turnover(&now, &[], 10), None);
}

fn any_lists() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(prop::sample::select(list("abcdefxyz")), 0..14), 0..30)
}

fn profile_of(lists: &[Vec<String>], k: usize) -> ListProfile {
    let mut profile = ListProfile::new(k);
    lists.iter().for_each(|list| profile.push(&catalog(), list));
    profile
}

proptest! {
    #[test]
    fn any_split_merges_to_the_same_counts(lists in any_lists(), cut in 0_usize..30) {
        let (first, second) = lists.split_at(cut.min(lists.len()));
        let mut merged = ListProfile::new(10);
        merged.merge(&profile_of(first, 10));
        merged.merge(&profile_of(second, 10));
        let whole = profile_of(&lists, 10);
        prop_assert_eq!(merged.histogram(), whole.histogram());
        prop_assert_eq!(merged.unknown_item_share(), whole.unknown_item_share());
        prop_assert_eq!(merged.percentile(0.05), whole.percentile(0.05));
    }

    #[test]
    fn order_changes_nothing_but_the_last_bits(lists in any_lists()) {
        let reversed: Vec<Vec<String>> = lists.iter().rev().cloned().collect();
        let (forward, backward) = (profile_of(&lists, 10), profile_of(&reversed, 10));
        prop_assert_eq!(forward.histogram(), backward.histogram());
        let catalog = catalog();
        let together = |lists: &[Vec<String>]| {
            let mut together = ListsTogether::new(&catalog, 10);
            lists.iter().for_each(|list| together.push(list));
            together
        };
        let (one, other) = (together(&lists), together(&reversed));
        prop_assert_eq!(one.item_entropy(), other.item_entropy());
        prop_assert_eq!(one.item_gini(), other.item_gini());
        prop_assert_eq!(one.personalisation(), other.personalisation());
        let close = |a: Option<f64>, b: Option<f64>| a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-12) && a.is_some() == b.is_some();
        prop_assert!(close(one.intra_list_diversity(), other.intra_list_diversity()));
    }

    #[test]
    fn a_measure_at_k_ignores_what_follows_k(lists in any_lists(), k in 1_usize..12) {
        let cut: Vec<Vec<String>> = lists.iter().map(|list| list[..list.len().min(k)].to_vec()).collect();
        let (whole, top) = (profile_of(&lists, k), profile_of(&cut, k));
        prop_assert_eq!(whole.histogram(), top.histogram());
        let catalog = catalog();
        let (mut long, mut short) = (ListsTogether::new(&catalog, k), ListsTogether::new(&catalog, k));
        lists.iter().for_each(|list| long.push(list));
        cut.iter().for_each(|list| short.push(list));
        prop_assert_eq!(long.category_entropy(), short.category_entropy());
        prop_assert_eq!(long.personalisation(), short.personalisation());
        prop_assert_eq!(long.intra_list_diversity(), short.intra_list_diversity());
    }

    #[test]
    fn every_measure_stays_in_its_range(lists in any_lists()) {
        let catalog = catalog();
        let mut together = ListsTogether::new(&catalog, 10);
        lists.iter().for_each(|list| together.push(list));
        let unit = |value: Option<f64>| value.is_none_or(|value| (-1e-12..=1.0 + 1e-12).contains(&value));
        prop_assert!(unit(together.category_coverage()) && unit(together.catalogue_coverage()));
        prop_assert!(unit(together.item_gini()) && unit(together.personalisation()) && unit(together.intra_list_diversity()));
        prop_assert!(together.item_entropy().is_none_or(|bits| (0.0..=6_f64.log2() + 1e-12).contains(&bits)));
    }
}
