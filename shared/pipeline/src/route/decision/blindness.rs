//! Windows of which nothing was judged: told at once, then daily, and their end once.
//!
//! It knows nothing of violations: what cannot be judged neither opens nor closes what was found.

use super::{A_DAY, News, NewsKind};
use crate::route::verdict::RoutedVerdict;
use bellwether_contract::execution::Status;
use bellwether_contract::judged::Severity;
use bellwether_contract::routing::Blindness;
use jiff::Timestamp;

/// What the newest window means for judging. An hour without data or a failed one proves neither; a day of nothing but those
/// ends it, so that nothing stays open for ever.
pub(super) fn moved(blind: &mut Option<Blindness>, verdict: &RoutedVerdict) -> Option<News> {
    let end = verdict.run.window_end;
    let is_blind = verdict.status == Status::Inconclusive;
    let Some(held) = blind else {
        if !is_blind {
            return None;
        }
        let begun = Blindness { since: verdict.window_start, last: end, last_message: end, windows: 1 };
        let news = told(NewsKind::NotJudged, &begun, verdict);
        *blind = Some(begun);
        return Some(news);
    };
    if !is_blind {
        let is_over = verdict.judged || is_a_day(held.last, end);
        return is_over
            .then(|| blind.take())
            .flatten()
            .map(|over| told(NewsKind::JudgedAgain, &over, verdict));
    }
    held.windows += u64::from(held.last < end);
    held.last = held.last.max(end);
    if !is_a_day(held.last_message, end) {
        return None;
    }
    held.last_message = end;
    Some(told(NewsKind::NotJudged, held, verdict))
}

fn is_a_day(from: Timestamp, to: Timestamp) -> bool {
    to.duration_since(from) >= A_DAY
}

fn told(kind: NewsKind, blind: &Blindness, verdict: &RoutedVerdict) -> News {
    News {
        since: Some(blind.since),
        windows: blind.windows,
        open: kind == NewsKind::NotJudged,
        severity: Severity::Info,
        worst: Severity::Info,
        checks: std::collections::BTreeSet::new(),
        ..News::of(kind, verdict)
    }
}
