//! A run that is stopped at any of its side effects and tried again ends as one that nobody disturbed.
//!
//! Which side effects there are is not written here: the embedded AWS counts them in an undisturbed run. An event's
//! consequences belong to it: the router hears of every report, and is stopped in the same way.

use super::functions::{FUNCTIONS, Function, function};
use super::world::{World, final_names};
use crate::site::Tree;
use bellwether_tests::answer::Answer;
use bellwether_tests::faults::{Fault, Strikes};
use bellwether_tests::recorded::PutMetricData;
use futures::stream::{StreamExt, iter};
use serde_json::Value;
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
    async fn of(world: &World) -> Self {
        let messages = world.messages().into_iter().map(|(id, (message, _))| (id, message)).collect();
        Self { names: final_names(&world.tree().await), metrics: world.metrics().0, messages }
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
async fn play(world: &World, function_under_test: &'static Function, disturbed: Option<(Stop, &Strikes)>) {
    deliver(world, function_under_test, function_under_test.event(), disturbed).await;
    for event in world.report_events().await {
        deliver(world, function("violation-router"), event, disturbed).await;
    }
}

async fn deliver(
    world: &World,
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
        ended = world.deliver(function_under_test, event.clone()) => Some(ended),
        () = death => None,
    };
    if ahead.is_none_or(|(_, strikes)| strikes.count() == 0) {
        ended.expect("nobody stopped it").expect("a run that met no fault");
        return;
    }
    world.aws().clear_faults();
    // The first attempt's report may be there already, and its event does not wait for the second attempt.
    for event in world.report_events().await {
        world.deliver(function("violation-router"), event).await.expect("a report that was published");
    }
    world.deliver(function_under_test, event).await.expect("the second attempt ends well");
}

/// Plays an event on a fresh world, undisturbed: its side effects, and how it ends.
async fn undisturbed(function_under_test: &'static Function, categories: usize) -> (Vec<String>, End) {
    let world = World::with_lists_of(categories).await.ready_for(function_under_test).await;
    let before = world.aws().side_effects().len();
    play(&world, function_under_test, None).await;
    (world.aws().side_effects().split_off(before), End::of(&world).await)
}

/// Stops at one side effect and compares the end. Whether there was such an effect.
async fn stopped(
    function_under_test: &'static Function,
    categories: usize,
    (stop, number): (Stop, usize),
    effects: &[String],
    expected: &End,
) -> bool {
    let world = World::with_lists_of(categories).await.ready_for(function_under_test).await;
    let strikes = world.aws().inject(stop.at(number));
    play(&world, function_under_test, Some((stop, &strikes))).await;
    let differences = End::of(&world).await.differences(expected);
    assert_eq!(differences, [""; 0], "{}, {stop:?} at {number} of {effects:#?}", function_under_test.name);
    // Nothing comes twice but what was under way, or had just been sent and was not marked yet.
    let near = |operation: &str| {
        let nearest = effects.iter().skip(number.saturating_sub(2)).take(2);
        usize::from(nearest.into_iter().any(|effect| effect.starts_with(operation)))
    };
    let repeated: usize = world.messages().values().map(|(_, times)| times - 1).sum();
    assert!(repeated <= near("sns:Publish"), "{repeated} messages came twice");
    assert!(world.metrics().1 <= near("monitoring:PutMetricData"), "points came twice");
    strikes.count() == 1
}

/// Every stop at every effect of a function's event. The operations that it was stopped at.
async fn every_stop(function_under_test: &'static Function, categories: usize) -> BTreeSet<String> {
    let (effects, expected) = undisturbed(function_under_test, categories).await;
    let name = function_under_test.name;
    let stops =
        Stop::ALL.into_iter().flat_map(|stop| (1..=effects.len() + 1).map(move |number| (stop, number)));
    let played = iter(stops).map(|at| {
        let (effects, expected) = (&effects, &expected);
        async move { (at, stopped(function_under_test, categories, at, effects, expected).await) }
    });
    for ((stop, number), struck) in played.buffer_unordered(4).collect::<Vec<_>>().await {
        assert_eq!(struck, number <= effects.len(), "{name}, {stop:?} at {number} of {effects:#?}");
    }
    effects.iter().filter_map(|effect| effect.split(' ').next()).map(str::to_owned).collect()
}

/// With lists of six categories nothing is violated; with lists of two the on-call hears of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_at_any_side_effect_and_tried_again_ends_as_if_nothing_had_been() {
    let mut operations = BTreeSet::new();
    for function_under_test in &FUNCTIONS {
        for categories in [6, 2] {
            operations.extend(every_stop(function_under_test, categories).await);
        }
    }
    let expected = ["monitoring:PutMetricData", "s3:PutObject", "sns:Publish"].map(str::to_owned);
    assert_eq!(operations, expected.into(), "all that the functions may do to the world");
}
