use super::*;

#[test]
fn columns_are_merged_by_name_and_missing_where_they_did_not_exist() {
    let mut table = TableProfile::with_columns(["b".to_owned(), "a".to_owned()]);
    table.feature_mut(0).push_text(b"1");
    table.end_row();
    let mut later = TableProfile::with_columns(["c".to_owned(), "b".to_owned()]);
    later.feature_mut(1).push_text(b"2");
    later.end_row();
    table.merge(&later);
    table.sort_by_name();
    assert_eq!(table.names(), ["a", "b", "c"]);
    assert_eq!(table.place("b"), Some(1));
    let observed = table.observe();
    assert_eq!(observed.statistics.dataset.item_count, 2);
    let counts: Vec<_> = observed.types.iter().map(|types| (types.integral, types.missing)).collect();
    assert_eq!(counts, [(0, 2), (2, 0), (0, 2)]);
}
