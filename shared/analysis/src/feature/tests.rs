use super::*;

#[test]
fn a_column_of_booleans_is_written_as_text_and_keeps_its_type() {
    let mut profile = FeatureProfile::default();
    profile.push_text(b"true");
    profile.push_boolean(false);
    profile.push_boolean(true);
    assert_eq!(profile.inferred_type(), InferredType::Boolean);
    let feature = profile.finish("x", 4);
    assert_eq!(feature.inferred_type, InferredType::String);
    let statistics = feature.string_statistics.expect("a text column");
    assert_eq!((statistics.common.num_present, statistics.common.num_missing), (3, 1));
    assert_eq!((statistics.distinct_count, statistics.completeness), (Some(2.0), Some(0.75)));
}
