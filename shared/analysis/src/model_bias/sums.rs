//! A sum as NumPy adds it, and a quotient as the container divides.
//!
//! ```text
//! sum(a)        pairwise sums of runs of 8192, one after the other
//! pairwise(a)   n < 8:     one after the other
//!               n <= 128:  eight sums side by side, then ((r0+r1)+(r2+r3))+((r4+r5)+(r6+r7)), then what is left
//!               else:      the sum of two halves, the first a multiple of eight long
//! divide(a, b)  a / b;  0 where both are 0;  +Infinity, or -Infinity for a < 0, where b alone is
//! ```
//!
//! Source: NumPy, `loops_utils.h.src`, `pairwise_sum`; smclarify 0.5, `divide`. Range: that of the arguments.

/// Longest run that is summed without halving it.
const BLOCK: usize = 128;

/// What NumPy takes at once, `numpy.getbufsize()`.
const RUN: usize = 8192;

pub(super) fn sum(values: &[f64]) -> f64 {
    values.chunks(RUN).map(pairwise).fold(0.0, |sum, run| sum + run)
}

fn pairwise(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().fold(0.0, |sum, value| sum + value);
    }
    if values.len() <= BLOCK {
        let (eights, rest) = values.as_chunks::<8>();
        let mut r = [0.0; 8];
        for (place, eight) in eights.iter().enumerate() {
            for (sum, value) in r.iter_mut().zip(eight) {
                *sum = if place == 0 { *value } else { *sum + value };
            }
        }
        let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
        return rest.iter().fold(sum, |sum, value| sum + value);
    }
    let half = values.len() / 2;
    let (first, second) = values.split_at(half - half % 8);
    pairwise(first) + pairwise(second)
}

pub(super) fn divide(a: f64, b: f64) -> f64 {
    match () {
        () if a == 0.0 && b == 0.0 => 0.0,
        () if b == 0.0 => {
            if a < 0.0 {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            }
        }
        () => a / b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.sum(1 / numpy.arange(1, n + 1))` of NumPy 1.26 for these n.
    #[test]
    fn sums_are_those_of_numpy() {
        for (n, sum) in SUMS {
            let values: Vec<f64> = (1..=n).map(|i| 1.0 / f64::from(i)).collect();
            assert_eq!(super::sum(&values), sum, "{n}");
        }
    }

    const SUMS: [(u32, f64); 13] = [
        (1, 1.0),
        (7, 2.592_857_142_857_142_5),
        (8, 2.717_857_142_857_142_5),
        (9, 2.828_968_253_968_253_7),
        (16, 3.380_728_993_228_993_7),
        (23, 3.734_291_511_086_84),
        (127, 5.425_334_592_589_172),
        (128, 5.433_147_092_589_173),
        (129, 5.440_899_030_573_669),
        (136, 5.493_542_515_771_517),
        (257, 6.128_236_013_400_938),
        (1_000, 7.485_470_860_550_345),
        (12_345, 9.998_262_568_361_627),
    ];

    #[test]
    fn nothing_divided_by_nothing_is_nothing() {
        assert_eq!(
            [divide(0.0, 0.0), divide(2.0, 0.0), divide(-2.0, 0.0), divide(1.0, 4.0)],
            [0.0, f64::INFINITY, f64::NEG_INFINITY, 0.25]
        );
    }
}
