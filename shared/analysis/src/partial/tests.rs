use super::*;
use crate::diversity::ListProfile;
use crate::records::Portable;
use crate::table::TableProfile;

/// What is read of a profile as it was written: a profile that is written alike.
pub(crate) fn again<P: Portable>(profile: &P) -> P {
    let bytes = profile.encode().expect("small");
    let read = profile.empty().decode(&bytes).expect("what was written");
    assert_eq!(read.encode().expect("small"), bytes);
    // Whatever a byte becomes, it is read or refused.
    for place in 0..bytes.len().min(300) {
        let mut changed = bytes.clone();
        changed[place] = changed[place].wrapping_add(1 + place as u8 % 7);
        if let Ok(mut other) = profile.empty().decode(&changed) {
            other.merge(profile);
        }
    }
    read
}

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
