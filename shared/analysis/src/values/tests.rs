use proptest::prelude::*;

use super::*;

fn push(values: &mut Values, text: &str) {
    let text = text.as_bytes();
    match values.find(text) {
        Some(value) => value.count += 1,
        None => values.insert(text, 1, Cell::of(text), Counted::default()),
    }
}

fn of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Values {
    let mut values = Values::default();
    texts.into_iter().for_each(|text| push(&mut values, text.as_ref()));
    values
}

fn counts(values: &Values) -> Option<Vec<(String, u64)>> {
    let own = |(text, count): (&[u8], u64)| (String::from_utf8_lossy(text).into_owned(), count);
    values.counts("x", false).map(|counts| counts.into_iter().map(own).collect())
}

// Deequ 2.0.2 on Spark 3.3.0: the keys of a histogram, in its order (deequ-oracle, `quoted`; a missing cell is the value
// NullValue there).
#[test]
fn the_order_is_that_of_the_engine() {
    let engine = ["tab\there", "it's", "NullValue", "ünïcode", "a, b", "\"say \"\"hi\"\"\"", "semi;colon"];
    let mut shuffled = engine;
    shuffled.sort_unstable();
    let ours: Vec<_> = counts(&of(shuffled)).expect("few").into_iter().map(|(text, _)| text).collect();
    assert_eq!(ours, engine);
}

#[test]
fn values_of_one_hash_code_are_in_the_order_of_their_bytes() {
    for order in [["Aa", "BB"], ["BB", "Aa"]] {
        assert_eq!(counts(&of(order)), Some(vec![("Aa".to_owned(), 1), ("BB".to_owned(), 1)]));
    }
}

#[test]
fn one_value_or_one_byte_too_many_ends_the_counting_for_good() {
    let numbered = |count: usize| of((0..count).map(|i| i.to_string()));
    assert_eq!(counts(&numbered(MAX_VALUES)).map(|counts| counts.len()), Some(MAX_VALUES));
    let mut values = numbered(MAX_VALUES + 1);
    push(&mut values, "0");
    assert_eq!(counts(&values), None);
    values.merge(&of(["0"]));
    assert_eq!(counts(&values), None);
    let long = "x".repeat(MAX_VALUE_BYTES);
    assert!(counts(&of([&long, &long])).is_some());
    assert_eq!(counts(&of([&long, "y"])), None);
}

/// As a text in one part and as a number in another: it was counted as both, in whatever order they come.
#[test]
fn a_value_is_counted_as_what_it_was_in_either_part() {
    let [text, number] = [(true, false), (false, true)].map(|(text, number)| {
        let mut values = Values::default();
        values.insert(b"1", 1, Cell::of(b"1"), Counted { text, number });
        values
    });
    for (one, other) in [(&text, &number), (&number, &text)] {
        let mut both = one.clone();
        both.merge(other);
        let value = both.find(b"1").expect("the value");
        assert_eq!((value.count, value.counted), (2, Counted { text: true, number: true }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn merged_parts_are_the_whole_in_any_order(texts in prop::collection::vec("[a-zñ日😀]{0,3}", 0..1_500), at in 0..1_500_usize) {
        let (left, right) = texts.split_at(at.min(texts.len()));
        let (mut forth, mut back) = (of(left), of(right));
        forth.merge(&of(right));
        back.merge(&of(left));
        prop_assert_eq!(counts(&forth), counts(&of(&texts)));
        prop_assert_eq!(counts(&back), counts(&of(&texts)));
    }
}
