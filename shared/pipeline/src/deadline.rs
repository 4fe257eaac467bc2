//! When a function's time ends, on the clock that work is measured by. The time of day is an argument.

use std::time::SystemTime;

pub use tokio::time::Instant;

/// The runtime tells the end as a time of day; work needs it as an instant of its own clock. An end that is past
/// before the work begins is none: Lambda never sends one, `cargo lambda watch` always does (ten minutes into 1970).
pub fn deadline(end: SystemTime, now: SystemTime) -> Option<Instant> {
    let left = end.duration_since(now).ok()?;
    Instant::now().checked_add(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn an_end_that_is_past_is_none() {
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert_eq!(deadline(UNIX_EPOCH + Duration::from_secs(600), now), None);
        let left = deadline(now + Duration::from_secs(900), now).unwrap().duration_since(Instant::now());
        assert!(left > Duration::from_secs(890) && left <= Duration::from_secs(900), "{left:?}");
    }
}
