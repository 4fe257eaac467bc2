//! What a piece of work takes: time, and an estimate of its price.
//!
//! It does not know the work.

use tokio::time::Instant;

/// Runs from the beginning of an invocation, or of one object's turn in it.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    began: Instant,
    memory_mb: Option<u32>,
}

impl Meter {
    /// Begins now. The memory is the function's; `None` outside Lambda, where nothing is paid by the second.
    pub fn start(memory_mb: Option<u32>) -> Self {
        Self { began: Instant::now(), memory_mb }
    }

    /// Time since the beginning.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Lambda's price for so many seconds; `None` outside Lambda.
    pub fn cost_usd(&self, seconds: f64) -> Option<f64> {
        self.memory_mb.map(|memory_mb| lambda_cost_usd(memory_mb, seconds))
    }
}

/// Step Functions' list price in us-east-1, November 2026, of a window of so many parts: two transitions a part, one for its child and
/// one within it, and three beside them.
pub(crate) fn transitions_cost_usd(parts: usize) -> f64 {
    const PER_TRANSITION: f64 = 0.000_025;
    (2 * parts + 3) as f64 * PER_TRANSITION
}

/// Lambda's list price on arm64 in us-east-1, November 2026, to be checked against the bill: per GB-second and per
/// request. The endpoint's own time, S3 and CloudWatch come on top.
fn lambda_cost_usd(memory_mb: u32, seconds: f64) -> f64 {
    const PER_GB_SECOND: f64 = 0.000_013_333_4;
    const PER_REQUEST: f64 = 0.000_000_2;
    f64::from(memory_mb) / 1_024.0 * seconds * PER_GB_SECOND + PER_REQUEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_seconds_with_a_gigabyte_costs_five_cents() {
        let cost = Meter::start(Some(1_024)).cost_usd(3_600.0).unwrap();
        assert!((cost - 0.048).abs() < 0.001, "{cost}");
        assert_eq!(Meter::start(None).cost_usd(3_600.0), None);
    }

    #[test]
    fn the_transitions_of_135_parts_cost_seven_tenths_of_a_cent() {
        assert!((transitions_cost_usd(135) - 0.006_8).abs() < 0.000_1);
    }
}
