//! What the replay promises an endpoint that serves readers at the same time, held against a recorded series: one that
//! is recorded here and now, and the one in the documents, with its picture.

use bellwether_tests::load::{CAP, Moment, SESSIONS, from_csv, record, to_csv};
use bellwether_tests::plot::svg;
use std::path::Path;

const SUCCESSES_PER_STEP: usize = 20;
const OVERLOADS_IN_A_ROW: usize = 5;
/// Calls that may be made again: a tenth of the sessions.
const BUDGET: u64 = SESSIONS.div_ceil(10) as u64;

fn ended<'m>(moment: &'m Moment, outcome: &str) -> Option<&'m Moment> {
    (moment.ended.as_deref() == Some(outcome)).then_some(moment)
}

/// Never above the cap, and a call begins only where there is room for it.
fn assert_capped(moments: &[Moment]) {
    assert_eq!(moments[0].allowed, 2, "two at first");
    for moment in moments {
        assert!(moment.in_flight <= CAP && (1..=CAP).contains(&moment.allowed), "{moment:?}");
        assert!(moment.ended.is_some() || moment.in_flight <= moment.allowed, "no room: {moment:?}");
    }
}

/// One more for twenty successes; half on an overload or when the endpoint is slow; nothing else moves it.
fn assert_ramped_and_halved(moments: &[Moment]) -> usize {
    let (mut successes, mut halvings) = (0, 0);
    for pair in moments.windows(2) {
        let [before, now] = pair else { unreachable!("windows of two") };
        let is_success = ended(now, "answered").is_some();
        successes += usize::from(is_success);
        let risen =
            if successes == SUCCESSES_PER_STEP { (before.allowed + 1).min(CAP) } else { before.allowed };
        if now.allowed == risen {
            successes %= SUCCESSES_PER_STEP;
            continue;
        }
        assert_eq!(now.allowed, (risen / 2).max(1), "neither a step nor a half: {before:?} {now:?}");
        assert!(is_success || ended(now, "overload").is_some(), "halved without a reason: {now:?}");
        (successes, halvings) = (0, halvings + 1);
    }
    halvings
}

/// Slowness costs half at least. Not asked of a recording made here: on a busy machine every call is slow.
fn assert_yields_to_slowness(moments: &[Moment]) {
    let slow: Vec<_> = moments.iter().filter(|moment| moment.phase == "slow").collect();
    assert!(slow[slow.len() - 1].allowed * 2 <= slow[0].allowed, "an endpoint that is slow is left alone");
}

/// A burst costs half; what was under way together costs it once.
fn assert_yields_to_a_burst(moments: &[Moment]) {
    let at = moments.iter().position(|moment| ended(moment, "overload").is_some()).expect("a burst");
    assert_eq!(moments[at].allowed, (moments[at - 1].allowed / 2).max(1), "{:?}", moments[at]);
    let burst = moments.iter().filter(|moment| moment.phase != "overloaded");
    let overloads = burst.filter_map(|moment| ended(moment, "overload")).count();
    assert!((1..=4).contains(&overloads), "{overloads} overloads in a burst of four");
}

/// No call begins after five overloads in a row, and there are no five before.
fn assert_stops(moments: &[Moment]) {
    let ends: Vec<(usize, bool)> = moments
        .iter()
        .enumerate()
        .filter(|(_, moment)| moment.ended.is_some())
        .map(|(place, moment)| (place, ended(moment, "overload").is_some()))
        .collect();
    let fifth = ends.windows(OVERLOADS_IN_A_ROW).find(|row| row.iter().all(|(_, overload)| *overload));
    let (stop, _) = fifth.expect("five in a row")[OVERLOADS_IN_A_ROW - 1];
    assert!(moments[stop..].iter().all(|moment| moment.ended.is_some()), "a call began after the stop");
    assert_eq!(moments[stop].phase, "overloaded");
    assert!(
        moments.last().is_some_and(|moment| moment.in_flight == 0),
        "and all that were under way have ended"
    );
}

/// A tenth of the sessions may be asked again, and no more. How much of it is used depends on how busy the machine is.
fn assert_within_budget(moments: &[Moment]) {
    assert!(moments.is_sorted_by_key(|moment| moment.retries));
    let asked_again = moments[moments.len() - 1].retries;
    assert!((1..=BUDGET).contains(&asked_again), "{asked_again} of {BUDGET}");
}

/// The broken endpoint uses all of it. Not asked of a recording made here.
fn assert_spends_the_budget(moments: &[Moment]) {
    let broken = moments.iter().rfind(|moment| moment.phase == "broken").expect("a broken endpoint");
    assert_eq!((broken.retries, moments[moments.len() - 1].retries), (BUDGET, BUDGET));
}

fn assert_polite(moments: &[Moment]) {
    assert_capped(moments);
    assert!(assert_ramped_and_halved(moments) > 1, "a burst, overloaded");
    assert_yields_to_a_burst(moments);
    assert_stops(moments);
    assert_within_budget(moments);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_replay_keeps_its_promises_through_every_phase() {
    let recorded = record().await.expect("a recording");
    assert_polite(&recorded.moments);
    assert!(recorded.most_in_flight <= CAP, "the endpoint felt {}", recorded.most_in_flight);
    let answered = recorded.moments.iter().filter_map(|moment| ended(moment, "answered")).count();
    assert_eq!(answered as u64 + recorded.unanswered, SESSIONS as u64, "each session is accounted for");
    assert_eq!(from_csv(&to_csv(&recorded.moments)).as_ref(), Ok(&recorded.moments));
}

#[test]
fn the_picture_in_the_documents_is_of_the_series_beside_it_and_the_series_keeps_the_promises() {
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
    let read = |name: &str| std::fs::read_to_string(images.join(name)).expect(name);
    let moments = from_csv(&read("replay-pressure.csv")).expect("lines of a series");
    assert_polite(&moments);
    assert_yields_to_slowness(&moments);
    assert_spends_the_budget(&moments);
    assert_eq!(moments.iter().map(|moment| moment.in_flight).max(), Some(CAP), "the picture shows the cap");
    assert!(svg(&moments).expect("a picture") == read("replay-pressure.svg"), "draw it again");
}
