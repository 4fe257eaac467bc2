//! In which of five draws a row is: a standard deviation needs several samples of the same rows.

use crate::hll::hash;

/// How many draws there are.
pub const DRAWS: usize = 5;

/// One row of so many is in no given draw.
const LEFT_OUT: u64 = 5;

/// The draws that a row is in, four of five on average.
///
/// Row `r` of event `e` is in draw `d`, 0 to 4, unless `h mod 5 = 0`, where h is XXH64 (seed 42) of these bytes: the seed of
/// the window (8, least significant first), r (4, the same), d (1), then the bytes of e. So neither the order of the rows
/// nor how they are spread over files or machines changes a draw.
///
/// ```
/// use bellwether_analysis::model_quality::Draws;
///
/// let rows = (0..1_000).map(|row| Draws::of(7, "an-event", row));
/// let in_first = rows.filter(|draws| draws.has(0)).count();
/// assert!((750..850).contains(&in_first), "{in_first}");
/// assert_eq!(Draws::of(7, "an-event", 3), Draws::of(7, "an-event", 3));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Draws(u8);

impl Draws {
    /// The draws of a row: `seed` is the window's, `row` its place in the record, from 0.
    #[must_use]
    pub fn of(seed: u64, event_id: &str, row: u32) -> Self {
        let mut bytes = Vec::with_capacity(13 + event_id.len());
        bytes.extend_from_slice(&seed.to_le_bytes());
        bytes.extend_from_slice(&row.to_le_bytes());
        bytes.push(0);
        bytes.extend_from_slice(event_id.as_bytes());
        let mut bits = 0;
        for draw in 0..DRAWS as u8 {
            bytes[12] = draw;
            bits |= u8::from(!hash(&bytes).is_multiple_of(LEFT_OUT)) << draw;
        }
        Self(bits)
    }

    /// One bit a draw.
    pub(super) fn bits(self) -> u8 {
        self.0
    }

    /// The same of such bits, if there are that many draws.
    pub(super) fn of_bits(bits: u8) -> Option<Self> {
        (bits < 1 << DRAWS).then_some(Self(bits))
    }

    /// Whether the row is in a draw, 0 to 4.
    #[must_use]
    pub fn has(self, draw: usize) -> bool {
        draw < DRAWS && self.0 >> draw & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// python-xxhash 3: bits of `xxh64(seed.to_bytes(8, "little") + row.to_bytes(4, "little") + bytes([d]) + id, 42) % 5 != 0`.
    #[test]
    fn draws_are_those_that_another_library_makes() {
        for (seed, id, row, bits) in EXPECTED {
            assert_eq!(Draws::of(seed, id, row).0, bits, "{seed} {id} {row}");
        }
    }

    const EXPECTED: [(u64, &str, u32, u8); 7] = [
        (0, "", 0, 31),
        (7, "an-event", 0, 31),
        (7, "an-event", 1, 27),
        (u64::MAX, "11111111-2222-3333-4444-555555555555", u32::MAX, 31),
        (42, "ü", 9, 10),
        (
            1,
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            2,
            23,
        ),
        (3, "b", 5, 24),
    ];
}
