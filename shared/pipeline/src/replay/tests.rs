use super::asking::{Attempt, Ended, Run, retries};
use super::endpoint::CallFailure;
use super::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const CALL_MS: u64 = 16;

/// The replay's schedule on a clock of its own, where every call takes 16 ms and everything else no time: when the
/// last call ends, and how many were under way just after each call began.
fn schedule(
    sessions: usize,
    cap: usize,
    outcome: impl Fn(usize) -> Result<(), CallFailure>,
) -> (u64, Vec<usize>) {
    let session = Session { session_id: String::new(), body: Vec::new(), content_type: "application/json" };
    let path = "@".parse().unwrap();
    let plan = Plan { path: &path, k: 10, cap, deadline: None, prefix: "replay-" };
    let sessions = vec![session; sessions];
    let mut asking = Sessions::new(&sessions, plan);
    let mut run = Run::new(String::new(), &asking, plan.cap);
    let (mut now, mut begun, mut under_way) = (0, Vec::new(), BinaryHeap::new());
    loop {
        while let Some(attempt) = run.next_attempt(&mut asking, under_way.len()) {
            under_way.push(Reverse((now + CALL_MS, attempt.ask)));
            begun.push(under_way.len());
        }
        let Some(Reverse((end, index))) = under_way.pop() else { break };
        now = end;
        let attempt = Attempt { ask: index, number: MOST_ATTEMPTS, era: run.pressure.era() };
        let outcome = outcome(index).map(|()| Payload::Json("[]".into()));
        run.settle(&mut asking, Ended { attempt, seconds: CALL_MS as f64 / 1e3, outcome }).unwrap();
    }
    (now, begun)
}

#[test]
fn missing_numbers_of_all_answers_are_counted() {
    let session = Session { session_id: String::new(), body: Vec::new(), content_type: "application/json" };
    let path = "a[].id".parse().unwrap();
    let sessions = vec![session; 2];
    let plan = Plan { path: &path, k: 10, cap: 2, deadline: None, prefix: "replay-" };
    let mut asking = Sessions::new(&sessions, plan);
    for (index, answer) in [r#"{"a":[{"id":1,"score":NaN}]}"#, r#"{"a":[{"id":2,"score":NaN,"x":Infinity}]}"#]
        .into_iter()
        .enumerate()
    {
        asking.take(index, &Payload::Json(answer.into())).unwrap();
    }
    assert_eq!(asking.non_finite, 3);
}

#[test]
fn five_hundred_calls_take_what_the_ramp_demands_and_no_more() {
    let (ends, begun) = schedule(500, 20, |_| Ok(()));
    // Two in flight, one more for every 20 answers: 944 ms by a calculation apart from this code, 8000 in a loop.
    assert_eq!((ends, begun.len()), (944, 500));
    assert_eq!(begun[..2], [1, 2]);
    assert_eq!(begun.iter().max(), Some(&20));
    for (call, under_way) in begun.iter().enumerate() {
        // When a call begins beside others, all calls before it but those have been answered.
        let answered = (call + 1 - under_way) / 20;
        assert!(*under_way <= (2 + answered).min(20), "call {call}: {under_way} under way");
    }
}

#[test]
fn a_tenth_is_tried_again_and_of_few_of_which_each_is_needed_all() {
    for (total, is_useless_in_part, expected) in [
        (1, false, 1),
        (10, false, 1),
        (500, false, 50),
        (0, true, 0),
        (1, true, 2),
        (3, true, 6),
        (10, true, 20),
        (100, true, 20),
        (205, true, 21),
    ] {
        assert_eq!(retries(total, is_useless_in_part), expected, "of {total}, {is_useless_in_part}");
    }
}

#[test]
fn the_cap_is_never_passed() {
    for cap in 1..=20 {
        let (_, begun) = schedule(500, cap, |_| Ok(()));
        assert_eq!(begun.iter().max(), Some(&cap), "cap {cap}");
    }
}

#[test]
fn after_an_overload_half_as_many_are_under_way() {
    let (_, begun) =
        schedule(500, 20, |index| if index == 400 { Err(CallFailure::Overload) } else { Ok(()) });
    assert_eq!(begun[..400].iter().max(), Some(&20));
    let after = &begun[420..440];
    assert!(after.iter().all(|under_way| *under_way <= 11), "{after:?}");
}
