//! SplitMix64: the same seed gives the same numbers, on every machine.
//!
//! Source: Steele, Lea and Flood (2014); numbers below a bound by rejection. It draws no seed: that is the window's, or the data's.

/// Numbers from a seed on.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, each as probable as the others; 0 below a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The numbers at the end that do not make a whole round are drawn again.
        let rounds = bound.checked_mul(u64::MAX / bound.max(1)).unwrap_or(0);
        loop {
            let number = self.next();
            if number < rounds || rounds == 0 {
                return number.checked_rem(bound).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the reference implementation for the seed 1234567 (Vigna, splitmix64.c).
    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = Random::new(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
        assert_eq!((random.below(0), random.below(1)), (0, 0));
    }
}
