//! How hard the replay may press on a production endpoint: a number of calls in flight that rises slowly, falls fast,
//! and ends the replay when the endpoint says so.
//!
//! It sends nothing and reads no clock: it is told what each call gave and how long it took.
//!
//! The rules: start at 2 in flight; one more for every 20 successes, up to the cap; half on an overload, or when the
//! median of the last 20 calls is above twice the running median; stop after 5 overloads in a row or when more than
//! half of the last 20 calls were overloads. Calls that were already under way when the number was halved do not halve
//! it again.

use std::collections::VecDeque;

const START: usize = 2;
const SUCCESSES_PER_STEP: usize = 20;
const RECENT: usize = 20;
const OVERLOADS_IN_A_ROW: usize = 5;

/// The state of the pressure.
#[derive(Debug)]
pub struct Pressure {
    limit: usize,
    cap: usize,
    successes: usize,
    era: u64,
    overloads_in_a_row: usize,
    recent_overloads: VecDeque<bool>,
    recent_seconds: VecDeque<f64>,
    all_seconds: Vec<f64>,
}

/// The moment a call began, as far as the pressure is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Era(u64);

impl Pressure {
    /// The beginning: two calls in flight, or fewer where the cap is lower.
    pub fn new(cap: usize) -> Self {
        Self {
            limit: START.min(cap),
            cap,
            successes: 0,
            era: 0,
            overloads_in_a_row: 0,
            recent_overloads: VecDeque::with_capacity(RECENT),
            recent_seconds: VecDeque::with_capacity(RECENT),
            all_seconds: Vec::new(),
        }
    }

    /// Most calls that may be in flight now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// To be taken when a call begins and handed back when it ends.
    pub fn era(&self) -> Era {
        Era(self.era)
    }

    /// A call was answered within this time.
    pub fn succeeded(&mut self, era: Era, seconds: f64) {
        self.remember(false);
        self.successes += 1;
        if self.successes == SUCCESSES_PER_STEP {
            self.successes = 0;
            self.limit = (self.limit + 1).min(self.cap);
        }
        self.took(seconds);
        if self.is_slower() {
            self.halve(era);
        }
    }

    /// A call was turned away because the endpoint is busy.
    pub fn overloaded(&mut self, era: Era) {
        self.remember(true);
        self.halve(era);
    }

    /// A call failed for another reason.
    pub fn failed(&mut self) {
        self.remember(false);
    }

    /// Whether the replay must stop: the endpoint has enough to do without us.
    pub fn must_stop(&self) -> bool {
        let overloads = self.recent_overloads.iter().filter(|overload| **overload).count();
        let most = self.recent_overloads.len() == RECENT && overloads * 2 > RECENT;
        self.overloads_in_a_row >= OVERLOADS_IN_A_ROW || most
    }

    fn remember(&mut self, overload: bool) {
        self.overloads_in_a_row = if overload { self.overloads_in_a_row + 1 } else { 0 };
        push_recent(&mut self.recent_overloads, overload);
    }

    fn took(&mut self, seconds: f64) {
        push_recent(&mut self.recent_seconds, seconds);
        let place = self.all_seconds.partition_point(|earlier| *earlier < seconds);
        self.all_seconds.insert(place, seconds);
    }

    fn is_slower(&self) -> bool {
        let mut recent: Vec<f64> = self.recent_seconds.iter().copied().collect();
        recent.sort_by(f64::total_cmp);
        recent.len() == RECENT && median(&recent) > 2.0 * median(&self.all_seconds)
    }

    /// Halves once for all calls of an era; the calls after it are judged afresh.
    fn halve(&mut self, era: Era) {
        if era.0 != self.era {
            return;
        }
        self.era += 1;
        self.limit = (self.limit / 2).max(1);
        self.successes = 0;
        self.recent_seconds.clear();
    }
}

fn push_recent<T>(recent: &mut VecDeque<T>, value: T) {
    if recent.len() == RECENT {
        recent.pop_front();
    }
    recent.push_back(value);
}

/// The middle of ascending numbers, the mean of the two middle ones where their number is even. Never of none.
fn median(ascending: &[f64]) -> f64 {
    let middle = ascending.len() / 2;
    if ascending.len().is_multiple_of(2) {
        (ascending[middle - 1] + ascending[middle]) / 2.0
    } else {
        ascending[middle]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn succeed(pressure: &mut Pressure, times: usize, seconds: f64) {
        for _ in 0..times {
            pressure.succeeded(pressure.era(), seconds);
        }
    }

    #[test]
    fn it_rises_by_one_for_twenty_successes_up_to_the_cap() {
        let mut pressure = Pressure::new(4);
        assert_eq!(pressure.limit(), 2);
        succeed(&mut pressure, 19, 0.01);
        assert_eq!(pressure.limit(), 2);
        succeed(&mut pressure, 1, 0.01);
        assert_eq!(pressure.limit(), 3);
        succeed(&mut pressure, 100, 0.01);
        assert_eq!(pressure.limit(), 4);
        assert_eq!(Pressure::new(1).limit(), 1);
    }

    #[test]
    fn it_halves_once_for_the_calls_that_were_under_way_together() {
        let mut pressure = Pressure::new(20);
        succeed(&mut pressure, 120, 0.01);
        assert_eq!(pressure.limit(), 8);
        let together = pressure.era();
        pressure.overloaded(together);
        pressure.overloaded(together);
        assert_eq!(pressure.limit(), 4);
        pressure.overloaded(pressure.era());
        assert_eq!(pressure.limit(), 2);
        pressure.overloaded(pressure.era());
        assert_eq!(pressure.limit(), 1);
        assert!(!pressure.must_stop());
        pressure.overloaded(pressure.era());
        assert_eq!(pressure.limit(), 1);
        assert!(pressure.must_stop(), "five in a row");
    }

    #[test]
    fn it_stops_when_more_than_half_of_the_last_twenty_were_overloads() {
        let mut pressure = Pressure::new(20);
        for turn in 0..20 {
            if turn % 2 == 0 { pressure.overloaded(pressure.era()) } else { pressure.failed() }
        }
        assert!(!pressure.must_stop(), "exactly half");
        pressure.overloaded(pressure.era());
        assert!(!pressure.must_stop(), "the oldest of the twenty was an overload too");
        pressure.overloaded(pressure.era());
        assert!(pressure.must_stop(), "eleven of twenty");
    }

    #[test]
    fn it_halves_when_the_endpoint_grows_slow() {
        let mut pressure = Pressure::new(20);
        succeed(&mut pressure, 160, 0.01);
        assert_eq!(pressure.limit(), 10);
        succeed(&mut pressure, 9, 0.05);
        assert_eq!(pressure.limit(), 10, "nine of twenty are slow: their median is not");
        succeed(&mut pressure, 1, 0.05);
        assert_eq!(pressure.limit(), 5);
        succeed(&mut pressure, 19, 0.05);
        assert_eq!(pressure.limit(), 5, "judged afresh");
    }
}
