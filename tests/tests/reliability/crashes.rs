//! A run that is stopped at any of its side effects and tried again ends as one that nobody disturbed.
//!
//! Which side effects there are is not written here: the embedded AWS counts them in an undisturbed run. An event's
//! consequences belong to it: the router hears of every report, and is stopped in the same way.

use super::functions;
use super::newsroom::{Newsroom, final_names};
use crate::harness::Tree;
use crate::harness::functions::{FUNCTIONS, Function, named};
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::{Fault, Strikes};
use bellwether_tests::recorded::PutMetricData;
use futures::stream::{StreamExt, iter};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;

/// How a run is disturbed at a side effect.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stop {
    /// The effect has happened; the process dies before it hears so.
    Crash,
    /// The effect has happened; the connection is reset instead of the answer.
    LostAnswer,
    /// The connection is reset; the effect has not happened.
    LostRequest,
}

impl Stop {
    const ALL: [Self; 3] = [Self::Crash, Self::LostAnswer, Self::LostRequest];

    fn at(self, effect: usize) -> Fault {
        let fault = match self {
            Self::Crash => Fault::after_side_effect(|_| Answer::hang()),
            Self::LostAnswer => Fault::after_side_effect(|_| Answer::reset()),
            Self::LostRequest => Fault::before_side_effect(Answer::reset()),
        };
        fault.nth(effect as u64)
    }
}

/// What must be the same whatever happened on the way.
#[derive(Debug)]
struct End {
    names: Tree,
    metrics: Vec<PutMetricData>,
    messages: BTreeMap<String, Value>,
}

impl End {
    async fn of(newsroom: &Newsroom, function_under_test: &Function) -> Self {
        let mut metrics = newsroom.metrics().0;
        if functions::repeats_points(function_under_test) {
            metrics.drain(..metrics.len().saturating_sub(1));
        }
        let messages = newsroom.messages().into_iter().map(|(id, (message, _))| (id, message)).collect();
        let tree = newsroom.harness.tree().await;
        let mut names = final_names(&tree);
        // Which nobody restores: those of a verdict are there before it is.
        names.extend(tree.into_iter().filter(|(key, _)| key.contains("-state/profiles/")));
        Self { names, metrics, messages }
    }

    /// What is not as expected, by name.
    fn differences(&self, expected: &Self) -> Vec<String> {
        let names = self.names.keys().chain(expected.names.keys()).collect::<BTreeSet<_>>();
        let changed = names.into_iter().filter(|name| self.names.get(*name) != expected.names.get(*name));
        let mut differences: Vec<String> = changed.cloned().collect();
        if self.metrics != expected.metrics {
            differences.push(format!("metrics: {:?}", self.metrics));
        }
        if self.messages != expected.messages {
            differences.push(format!("messages: {:#?}", self.messages));
        }
        differences
    }
}

/// A function's event, and then the event of every report that lies there: each is delivered until it ends well.
async fn play(
    newsroom: &Newsroom,
    function_under_test: &'static Function,
    disturbed: Option<(Stop, &Strikes)>,
) {
    deliver(newsroom, function_under_test, function_under_test.event(), disturbed).await;
    for event in newsroom.report_events().await {
        deliver(newsroom, named("violation-router"), event, disturbed).await;
    }
}

async fn deliver(
    newsroom: &Newsroom,
    function_under_test: &'static Function,
    event: Value,
    disturbed: Option<(Stop, &Strikes)>,
) {
    let ahead = disturbed.filter(|(_, strikes)| strikes.count() == 0);
    let death = async {
        match ahead {
            Some((Stop::Crash, strikes)) => strikes.first().await,
            _ => pending().await,
        }
    };
    let ended = tokio::select! {
        ended = newsroom.deliver(function_under_test, event.clone()) => Some(ended),
        () = death => None,
    };
    if ahead.is_none_or(|(_, strikes)| strikes.count() == 0) {
        ended.expect("nobody stopped it").expect("a run that met no fault");
        return;
    }
    newsroom.harness.aws().clear_faults();
    // The first attempt's report may be there already, and its event does not wait for the second attempt.
    for event in newsroom.report_events().await {
        newsroom.deliver(named("violation-router"), event).await.expect("a report that was published");
    }
    newsroom.deliver(function_under_test, event).await.expect("the second attempt ends well");
}

/// Plays an event on a newsroom that is ready for it, undisturbed: its side effects, how it ends, and whether the model was asked.
async fn undisturbed(ready: &Newsroom, function_under_test: &'static Function) -> (Vec<String>, End, bool) {
    let newsroom = ready.fork().await;
    let before = newsroom.harness.aws().side_effects().len();
    play(&newsroom, function_under_test, None).await;
    let effects = newsroom.harness.aws().side_effects().split_off(before);
    let asks = newsroom.harness.aws().requests().contains_key("sagemaker:InvokeEndpoint");
    (effects, End::of(&newsroom, function_under_test).await, asks)
}

/// Stops at one side effect and compares the end. Whether there was such an effect.
async fn stopped(
    ready: &Newsroom,
    function_under_test: &'static Function,
    (stop, number): (Stop, usize),
    effects: &[String],
    expected: &End,
) -> bool {
    let newsroom = ready.fork().await;
    let strikes = newsroom.harness.aws().inject(stop.at(number));
    play(&newsroom, function_under_test, Some((stop, &strikes))).await;
    let differences = End::of(&newsroom, function_under_test).await.differences(expected);
    assert_eq!(differences, [""; 0], "{}, {stop:?} at {number} of {effects:#?}", function_under_test.name);
    // Nothing comes twice but what was under way, or had just been sent and was not marked yet.
    let near = |operation: &str| {
        let nearest = effects.iter().skip(number.saturating_sub(2)).take(2);
        usize::from(nearest.into_iter().any(|effect| effect.starts_with(operation)))
    };
    let repeated: usize = newsroom.messages().values().map(|(_, times)| times - 1).sum();
    assert!(repeated <= near("sns:Publish"), "{repeated} messages came twice");
    let points =
        usize::from(functions::repeats_points(function_under_test)).max(near("monitoring:PutMetricData"));
    assert!(newsroom.metrics().1 <= points, "points came twice");
    strikes.count() == 1
}

/// Every stop at every effect of a function's event. The operations that it was stopped at, and whether the model was asked.
async fn every_stop(function_under_test: &'static Function, categories: usize) -> (BTreeSet<String>, bool) {
    let ready = Newsroom::with_lists_of(categories).await.ready_for(function_under_test).await;
    let (effects, expected, asks) = undisturbed(&ready, function_under_test).await;
    let name = function_under_test.name;
    let stops =
        Stop::ALL.into_iter().flat_map(|stop| (1..=effects.len() + 1).map(move |number| (stop, number)));
    let played = iter(stops).map(|at| {
        let (ready, effects, expected) = (&ready, &effects, &expected);
        async move { (at, stopped(ready, function_under_test, at, effects, expected).await) }
    });
    for ((stop, number), struck) in played.buffer_unordered(4).collect::<Vec<_>>().await {
        assert_eq!(struck, number <= effects.len(), "{name}, {stop:?} at {number} of {effects:#?}");
    }
    let operations = effects.iter().filter_map(|effect| effect.split(' ').next());
    (operations.map(str::to_owned).collect(), asks)
}

/// With lists of six categories nothing is violated; with lists of two the on-call hears of it. To a function that asks no model they
/// are the same.
#[tokio::test]
async fn a_run_that_is_stopped_at_any_side_effect_and_tried_again_ends_as_if_nothing_had_been() {
    let (mut operations, mut both) = (BTreeSet::new(), Vec::new());
    for function_under_test in FUNCTIONS {
        for categories in [6, 2] {
            let (stopped_at, asks) = every_stop(function_under_test, categories).await;
            operations.extend(stopped_at);
            if !asks {
                break;
            }
            both.push(function_under_test.name);
        }
    }
    let expected =
        ["lambda:Invoke", "monitoring:PutMetricData", "s3:PutObject", "sns:Publish"].map(str::to_owned);
    assert_eq!(operations, expected.into(), "all that the functions may do to the newsroom");
    for asking in ["diversity-check", "violation-router"] {
        assert_eq!(both.iter().filter(|name| **name == asking).count(), 2, "{asking} in {both:?}");
    }
}

/// Ticks of one schedule, by the hour: those that end well, the one that is stopped and never tried again, the next one.
struct Ticks {
    function: &'static str,
    before: &'static [u8],
    killed: u8,
    next: u8,
    /// Windows that must end as if nothing had been.
    windows: &'static [u8],
}

impl Ticks {
    const ALL: [Self; 6] = [
        Self { function: "data-quality", before: &[9], killed: 10, next: 11, windows: &[10] },
        Self { function: "model-quality", before: &[9], killed: 10, next: 11, windows: &[10] },
        Self { function: "model-bias", before: &[9], killed: 10, next: 11, windows: &[10] },
        Self { function: "model-explainability", before: &[9], killed: 10, next: 11, windows: &[10] },
        Self { function: "diversity-check", before: &[9], killed: 10, next: 11, windows: &[10] },
        // The tick of ten o'clock was lost: the one of eleven judges both windows, and is stopped in either.
        Self { function: "data-quality", before: &[9], killed: 11, next: 12, windows: &[10, 11] },
    ];

    async fn tick(&self, newsroom: &Newsroom, hour: u8) -> crate::harness::functions::Answer {
        let time = format!("2026-10-31T{hour:02}:10:00Z");
        let (event, now) = (json!({ "scheduled_time": time }), crate::harness::time(&time));
        newsroom.deliver_at(named(self.function), event, now).await
    }

    async fn ready(&self) -> Newsroom {
        let newsroom = Newsroom::with_lists_of(6).await;
        for hour in self.before {
            self.tick(&newsroom, *hour).await.expect("an undisturbed tick");
        }
        newsroom
    }

    /// The reports of the windows, and their points in the order of time.
    async fn end(&self, newsroom: &Newsroom) -> (Tree, Vec<PutMetricData>) {
        let mut names = final_names(&newsroom.harness.tree().await);
        let is_of = |key: &str, hour: &u8| key.contains(&format!("/2026/10/31/{hour:02}/"));
        names
            .retain(|key, _| key.starts_with("reports/") && self.windows.iter().any(|hour| is_of(key, hour)));
        let stamp = |put: &PutMetricData| put.metric_data.first().and_then(|datum| datum.timestamp);
        let of_window = |hour: &u8| {
            Some(crate::harness::time(&format!("2026-10-31T{:02}:00:00Z", hour - 1)).as_second() as f64)
        };
        let mut points = newsroom.metrics().0;
        points.retain(|put| self.windows.iter().any(|hour| stamp(put) == of_window(hour)));
        points.sort_by(|one, other| stamp(one).partial_cmp(&stamp(other)).expect("times"));
        (names, points)
    }

    /// The side effects of the tick that is to be stopped, and how all ends where it is not.
    async fn undisturbed(&self, ready: &Newsroom) -> (Vec<String>, (Tree, Vec<PutMetricData>)) {
        let newsroom = ready.fork().await;
        let before = newsroom.harness.aws().side_effects().len();
        self.tick(&newsroom, self.killed).await.expect("an undisturbed tick");
        let effects = newsroom.harness.aws().side_effects().split_off(before);
        self.tick(&newsroom, self.next).await.expect("an undisturbed tick");
        (effects, self.end(&newsroom).await)
    }

    async fn stopped(
        &self,
        ready: &Newsroom,
        stop: Stop,
        number: usize,
        effects: &[String],
        expected: &(Tree, Vec<PutMetricData>),
    ) {
        let newsroom = ready.fork().await;
        let strikes = newsroom.harness.aws().inject(stop.at(number));
        let death = async {
            match stop {
                Stop::Crash => strikes.first().await,
                _ => pending().await,
            }
        };
        tokio::select! {
            _ = self.tick(&newsroom, self.killed) => {},
            () = death => {},
        }
        assert_eq!(strikes.count(), 1, "{}, {stop:?} at {number} of {effects:#?}", self.function);
        newsroom.harness.aws().clear_faults();
        self.tick(&newsroom, self.next).await.expect("the next tick ends well");
        let (names, points) = self.end(&newsroom).await;
        let place = format!("{}, {stop:?} at {number} of {effects:#?}", self.function);
        let differ = |key: &&String| names.get(*key) != expected.0.get(*key);
        let keys: BTreeSet<&String> = names.keys().chain(expected.0.keys()).collect();
        assert_eq!(keys.into_iter().filter(differ).collect::<Vec<_>>(), [""; 0], "{place}");
        assert!(points == expected.1, "{place}: the points {points:?}");
    }
}

/// All retries of a tick are missed as well: the tick of the next window completes what was committed, and judges the rest.
#[tokio::test]
async fn what_a_tick_that_was_stopped_for_good_left_is_completed_by_the_next_windows_tick() {
    for ticks in &Ticks::ALL {
        let ready = &ticks.ready().await;
        let (effects, expected) = ticks.undisturbed(ready).await;
        assert_eq!(expected.1.len(), ticks.windows.len(), "a request for each window");
        let stops =
            Stop::ALL.into_iter().flat_map(|stop| (1..=effects.len()).map(move |number| (stop, number)));
        let (effects, expected) = (&effects, &expected);
        let played = iter(stops)
            .map(|(stop, number)| ticks.stopped(ready, stop, number, effects, expected))
            .buffer_unordered(4)
            .collect::<Vec<_>>();
        played.await;
    }
}
