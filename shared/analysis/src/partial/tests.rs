use super::*;
use crate::captured_rows::GatheredRows;
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

/// Hands on the bytes with each of them changed in three ways: whatever a byte becomes, it is read or refused.
pub(crate) fn each_changed(bytes: &[u8], mut read: impl FnMut(&[u8])) {
    for place in 0..bytes.len() {
        for more in [1, 64, 255] {
            let mut changed = bytes.to_vec();
            changed[place] = changed[place].wrapping_add(more);
            read(&changed);
        }
    }
}

#[test]
fn what_is_no_partial_is_told_by_name() {
    let bytes = encode(&TableProfile::default()).unwrap();
    let told = |bytes: &[u8]| decode::<TableProfile>(bytes).unwrap_err().to_string();
    let kind = decode::<GatheredRows>(&bytes).unwrap_err().to_string();
    assert!(kind.contains("\"table\"") && kind.contains("\"captured rows\""), "{kind}");
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

/// What docs/merge.md says of the sizes of profiles: numbers of many digits, texts of few values, and texts of a thousand.
#[test]
fn a_column_takes_what_the_documents_say() {
    let size = |cell: fn(usize) -> String, rows: usize| {
        let mut table = TableProfile::with_columns(["x".to_owned()]);
        for row in 0..rows {
            table.feature_mut(0).push_text(cell(row).as_bytes());
            table.end_rows(1);
        }
        encode(&table).expect("small").len()
    };
    let numbers = |row: usize| format!("{}", (row * 7_919 % 100_003) as f64 / 7.0);
    let sizes = [
        size(numbers, 1_000),
        size(numbers, 40_000),
        size(|row| (row % 3).to_string(), 40_000),
        size(|row| format!("customer-{}", row % 1_000), 40_000),
    ];
    println!("{sizes:?}");
    for (size, most) in sizes.into_iter().zip([40_000, 48_000, 48_000, 24_000]) {
        assert!((most / 2..most).contains(&size), "{sizes:?}");
    }
}
