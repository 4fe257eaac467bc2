//! What happens in a week, drawn from a seed: ticks that are lost, doubled, late and out of order, outages, empty hours,
//! captures that come late, one window that is opened again.
//!
//! It knows times only. Hours are counted from the week's beginning: window h ends at hour h.

use crate::harness::time;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use std::ops::Range;

pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub(crate) const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Hours in which anything may go wrong.
pub(crate) const WEEK: i32 = 168;
/// The last window: the hours after the week are quiet, so that what it left can be caught up on.
pub(crate) const LAST: i32 = WEEK + 14;
/// The scheduler's minute.
const TICK: SignedDuration = SignedDuration::from_mins(10);
const LATEST: i64 = 5 * 60;

/// One week.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) start: Timestamp,
    /// In the order in which they come.
    pub(crate) deliveries: Vec<Delivery>,
    /// The capture file of each hour that has one.
    pub(crate) captures: Vec<Capture>,
    /// Nobody answers the endpoint's address.
    pub(crate) unreachable: Vec<Range<Timestamp>>,
    /// The endpoint answers 503.
    pub(crate) overloaded: Vec<Range<Timestamp>>,
    /// The endpoint's lists have two categories.
    pub(crate) collapsed: Vec<Range<Timestamp>>,
    /// The catalogue is gone.
    pub(crate) without_catalog: Vec<Range<Timestamp>>,
}

/// A tick that reaches the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delivery {
    pub(crate) at: Timestamp,
    /// End of the window.
    pub(crate) window: Timestamp,
    /// How many at the same moment.
    pub(crate) copies: usize,
    /// Whether the window is to be judged once more.
    pub(crate) reopen: bool,
    /// Which try of Lambda's three.
    pub(crate) attempt: u8,
}

/// What was captured in one hour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capture {
    /// When its file appears.
    pub(crate) at: Timestamp,
    /// End of the hour.
    pub(crate) window: Timestamp,
    /// Whether its lines can be read.
    pub(crate) corrupt: bool,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let start = time("2026-10-26T00:00:00Z");
        // Over midnights, month ends and leap days alike.
        let start = start + HOUR * rng.i32(0..24 * 1_000);
        let mut draw = Draw { rng, start };
        let silences = [draw.span(20..70, 1..13), draw.span(90..140, 1..13)];
        let deliveries = draw.deliveries(&silences);
        Self {
            start,
            deliveries,
            captures: draw.captures(),
            unreachable: vec![draw.span(5..60, 1..10), draw.span(80..140, 1..10)],
            overloaded: vec![draw.span(5..150, 1..6)],
            collapsed: vec![draw.span(10..150, 2..12)],
            without_catalog: vec![draw.span(30..150, 1..8)],
        }
    }
}

/// Whether a moment lies in one of these spans.
pub(crate) fn within(spans: &[Range<Timestamp>], at: Timestamp) -> bool {
    spans.iter().any(|span| span.contains(&at))
}

struct Draw {
    rng: Rng,
    start: Timestamp,
}

impl Draw {
    fn hour(&self, number: i32) -> Timestamp {
        self.start + HOUR * number
    }

    fn minutes(&mut self, range: Range<i64>) -> SignedDuration {
        SignedDuration::from_mins(self.rng.i64(range))
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    /// So many hours from some minute of one of these hours on.
    fn span(&mut self, begins: Range<i32>, hours: Range<i32>) -> Range<Timestamp> {
        let number = self.rng.i32(begins);
        let begin = self.hour(number) + self.minutes(0..60);
        begin..begin + HOUR * self.rng.i32(hours)
    }

    /// Every tick by the scheduler's clock; no tick at all in the silences.
    fn deliveries(&mut self, silences: &[Range<Timestamp>]) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for number in 1..=LAST {
            let window = self.hour(number);
            let on_time = Delivery { at: window + TICK, window, copies: 1, reopen: false, attempt: 0 };
            if number > WEEK {
                deliveries.push(on_time);
                continue;
            }
            let late = on_time.at + self.minutes(0..LATEST);
            match self.rng.u32(0..100) {
                0..8 => {}
                8..22 => deliveries.push(Delivery { at: late, ..on_time }),
                22..28 => deliveries.push(Delivery { copies: 2, ..on_time }),
                28..34 => deliveries.extend([on_time, Delivery { at: late, ..on_time }]),
                _ => deliveries.push(on_time),
            }
        }
        deliveries.retain(|delivery| !within(silences, delivery.at));
        // One window is opened again, on a day after its own.
        let number = self.rng.i32(24..96);
        let (window, at) = (self.hour(number), self.hour(number + 26) + self.minutes(0..600));
        let copies = 1 + usize::from(self.chance(30));
        deliveries.push(Delivery { at, window, copies, reopen: true, attempt: 0 });
        deliveries.sort();
        deliveries
    }

    /// One hour in six is empty, one in eight is told late, one in thirty cannot be read.
    fn captures(&mut self) -> Vec<Capture> {
        let mut captures = Vec::new();
        for number in 0..=LAST {
            let window = self.hour(number);
            let at = if self.chance(12) { window + self.minutes(15..360) } else { window };
            let corrupt = self.chance(3);
            if number == 0 || !self.chance(16) {
                captures.push(Capture { at, window, corrupt });
            }
        }
        // The first file is there before anything is asked.
        captures[0].at = self.start;
        captures.sort_by_key(|capture| capture.at);
        captures
    }
}
