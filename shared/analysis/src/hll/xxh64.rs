//! The hash XXH64 of a byte string.
//!
//! Source: the xxHash specification, section "XXH64 algorithm description". It is no cryptographic hash.

const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const PRIME_3: u64 = 0x1656_67B1_9E37_79F9;
const PRIME_4: u64 = 0x85EB_CA77_C2B2_AE63;
const PRIME_5: u64 = 0x27D4_EB2F_1656_67C5;

/// The hash of `bytes` under a seed.
pub(super) fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut hash = if stripes.is_empty() { seed.wrapping_add(PRIME_5) } else { lanes(stripes, seed) };
    hash = hash.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        hash ^= round(0, u64::from_le_bytes(*word));
        hash = hash.rotate_left(27).wrapping_mul(PRIME_1).wrapping_add(PRIME_4);
    }
    let (halves, rest) = rest.as_chunks::<4>();
    for half in halves {
        hash ^= u64::from(u32::from_le_bytes(*half)).wrapping_mul(PRIME_1);
        hash = hash.rotate_left(23).wrapping_mul(PRIME_2).wrapping_add(PRIME_3);
    }
    for &byte in rest {
        hash ^= u64::from(byte).wrapping_mul(PRIME_5);
        hash = hash.rotate_left(11).wrapping_mul(PRIME_1);
    }
    avalanche(hash)
}

fn lanes(stripes: &[[u8; 32]], seed: u64) -> u64 {
    let mut lanes = [
        seed.wrapping_add(PRIME_1).wrapping_add(PRIME_2),
        seed.wrapping_add(PRIME_2),
        seed,
        seed.wrapping_sub(PRIME_1),
    ];
    for stripe in stripes {
        let (words, _) = stripe.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*word));
        }
    }
    let [a, b, c, d] = lanes;
    let hash = a.rotate_left(1);
    let hash =
        hash.wrapping_add(b.rotate_left(7)).wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18));
    lanes.iter().fold(hash, |hash, &lane| (hash ^ round(0, lane)).wrapping_mul(PRIME_1).wrapping_add(PRIME_4))
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1)
}

fn avalanche(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIME_2);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIME_3);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::xxh64;

    // python-xxhash 4.1.0 (libxxhash 0.8.4): xxhash.xxh64(text, seed).intdigest() for seeds 0 and 42.
    #[test]
    fn hashes_are_those_of_the_reference_library() {
        for (text, plain, seeded) in [
            ("", 0xEF46_DB37_51D8_E999, 0x98B1_582B_0977_E704),
            ("a", 0xD24E_C4F1_A98C_6E5B, 0x88E4_FE59_ADF7_B0CC),
            ("abc", 0x44BC_2CF5_AD77_0999, 0x13C1_D910_7027_70E6),
            ("1.0", 0x34B0_3868_A385_768C, 0x1001_14A2_9A70_FCF7),
            ("message digest", 0x066E_D728_FCEE_B3BE, 0x85FE_A12F_652E_06E9),
            ("The quick brown fox jumps over the lazy dog", 0x0B24_2D36_1FDA_71BC, 0xAA9F_288A_8BAA_3D3F),
            (
                "0123456789012345678901234567890123456789012345678901234567890123",
                0xD502_F0D5_66CE_31D4,
                0x41C5_C65A_F6D8_26E0,
            ),
        ] {
            assert_eq!((xxh64(text.as_bytes(), 0), xxh64(text.as_bytes(), 42)), (plain, seeded), "{text:?}");
        }
    }
}
