use super::*;
use crate::diversity::ListProfile;
use crate::table::TableProfile;

#[test]
fn what_is_no_partial_is_told_by_name() {
    let bytes = encode(&TableProfile::default()).unwrap();
    let told = |bytes: &[u8]| decode::<TableProfile>(bytes).unwrap_err().to_string();
    let kind = decode::<ListProfile>(&bytes).unwrap_err().to_string();
    assert!(kind.contains("\"table\"") && kind.contains("\"recommendation lists\""), "{kind}");
    let mut other = bytes.clone();
    other[20] = 2;
    assert!(told(&other).contains("version 2") && told(&other).contains("version 1"), "{}", told(&other));
    assert!(told(&bytes[..bytes.len() - 1]).starts_with("no partial profile"), "cut");
    assert!(told(&[bytes.as_slice(), &[0]].concat()).contains("1 bytes more"), "and more");
    assert!(told(b"{}").starts_with("no partial profile"), "JSON");
    assert!(told(b"").starts_with("no partial profile"), "nothing");
    let large = vec![0; MOST_PARTIAL_BYTES + 1];
    assert!(matches!(decode::<TableProfile>(&large), Err(PartialError::TooLarge { .. })));
}
