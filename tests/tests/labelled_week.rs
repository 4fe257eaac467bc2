//! Weeks of a schedule whose ticks are lost, late and doubled, and whose labels come when they please: in parts, a day later, never.
//!
//! A plan is drawn from a seed, and it alone says what each verdict must have seen. The clock is virtual; the pipeline and its folder
//! are real. The monitors that are told labels live one each: what a window ends as does not depend on what they judge.

use crate::harness::{Harness, tick, time};
use bellwether_contract::execution::{Execution, Status};
use bellwether_contract::window::truncate;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::Invocation;
use fastrand::Rng;
use futures::FutureExt;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const HOURS: i32 = 168;
/// Hours after the week in which every tick comes, so that what it left can be caught up on.
const QUIET: i32 = 26;
const ANSWERS: usize = 40;
/// Labels from which on no look is needed.
const ENOUGH: usize = 36;

/// Whose traffic is labelled.
pub(crate) struct Labelled {
    /// With a baseline.
    pub(crate) site: Harness,
    /// Where its captures begin.
    pub(crate) capture: &'static str,
    /// A captured record of the n-th request of an hour that begins then.
    pub(crate) record: fn(Timestamp, usize) -> Value,
    /// The label of its answer.
    pub(crate) label: fn(Timestamp, usize) -> Value,
}

/// A share of an hour's labels, in the hour in which they are collected.
struct Batch {
    collected: Timestamp,
    answers: std::ops::Range<usize>,
}

struct Plan {
    start: Timestamp,
    /// Hours with traffic, by the end of their window.
    labels: BTreeMap<Timestamp, Vec<Batch>>,
    /// When each tick comes, the scheduled hour, and how many at once.
    ticks: Vec<(Timestamp, Timestamp, usize)>,
}

impl Plan {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let start = time("2026-10-26T00:00:00Z");
        let start = start + HOUR * rng.i32(0..24 * 400);
        let silence = rng.i32(30..120)..rng.i32(120..126);
        let silence = silence.start..(silence.start + 9).min(silence.end);
        let mut plan = Self { start, labels: BTreeMap::new(), ticks: Vec::new() };
        for number in 1..=HOURS + QUIET {
            let scheduled = start + HOUR * number;
            let on_time = scheduled + SignedDuration::from_mins(10);
            let late = on_time + SignedDuration::from_mins(rng.i64(0..240));
            match rng.u32(0..100) {
                _ if number > HOURS => plan.ticks.push((on_time, scheduled, 1)),
                _ if silence.contains(&number) => {}
                0..8 => {}
                8..18 => plan.ticks.push((late, scheduled, 1)),
                18..26 => plan.ticks.push((on_time, scheduled, 2)),
                26..32 => plan.ticks.extend([(on_time, scheduled, 1), (late, scheduled, 1)]),
                _ => plan.ticks.push((on_time, scheduled, 1)),
            }
            // One hour in ten is empty, one in ten is never labelled, one in three in two parts.
            if rng.u32(0..10) > 0 && number <= HOURS {
                let begin = scheduled - HOUR;
                let cut = if rng.u32(0..3) == 0 { rng.usize(1..ANSWERS) } else { ANSWERS };
                let parts = if rng.u32(0..10) == 0 { Vec::new() } else { vec![0..cut, cut..ANSWERS] };
                let lag =
                    |rng: &mut Rng| HOUR * *rng.choice(&[0, 0, 1, 2, 3, 5, 7, 11, 16, 30]).expect("a lag");
                let batches = parts.into_iter().filter(|part| !part.is_empty());
                let batches = batches.map(|answers| Batch { collected: begin + lag(&mut rng), answers });
                plan.labels.insert(scheduled, batches.collect());
            }
        }
        plan.ticks.sort();
        plan
    }

    /// Labels of a window in the hours before a moment.
    fn labelled(&self, window: Timestamp, until: Timestamp) -> usize {
        let batches = self.labels.get(&window).into_iter().flatten();
        batches.filter(|batch| batch.collected < until).map(|batch| batch.answers.len()).sum()
    }

    /// Whether a tick came on time in each hour of the day after a window.
    fn is_served_for_a_day(&self, window: Timestamp) -> bool {
        let on_time: BTreeSet<Timestamp> = self
            .ticks
            .iter()
            .filter(|(at, hour, _)| truncate(*at) == *hour)
            .map(|(_, hour, _)| *hour)
            .collect();
        (0..=24).all(|hour| on_time.contains(&(window + HOUR * hour)))
    }
}

fn folder(hour: Timestamp) -> String {
    hour.strftime("%Y/%m/%d/%H").to_string()
}

impl Labelled {
    /// Everything that is there from the beginning: answers lie in their hours, and no verdict reads what is later than itself.
    async fn traffic(&self, plan: &Plan) {
        for window in plan.labels.keys().copied().chain([plan.start]) {
            let begin = window - HOUR;
            let lines: String = (0..ANSWERS).map(|n| format!("{}\n", (self.record)(begin, n))).collect();
            self.site.put(&format!("{}/{}/30-00-000-a.jsonl", self.capture, folder(begin)), lines).await;
        }
    }

    /// The labels whose hour is over.
    async fn collect(&self, plan: &Plan, from: Timestamp, until: Timestamp) {
        for (window, batches) in &plan.labels {
            for batch in batches.iter().filter(|batch| (from..until).contains(&batch.collected)) {
                let line = |n: usize| format!("{}\n", (self.label)(*window - HOUR, n));
                let (hour, first) = (folder(batch.collected), batch.answers.start);
                let key = format!("truth/{hour}/{}-{first}.jsonl", window.as_second());
                self.site.put(&key, batch.answers.clone().map(line).collect::<String>()).await;
            }
        }
    }

    async fn lived<M: Monitor>(&self, seed: u64) -> (Plan, BTreeMap<(Timestamp, u8), Execution>) {
        let plan = Plan::new(seed);
        self.traffic(&plan).await;
        let monitor = self.site.monitor::<M>().expect("a monitor");
        let mut made: BTreeMap<(Timestamp, u8), Execution> = BTreeMap::new();
        let mut collected = plan.start - HOUR;
        for (at, scheduled, copies) in &plan.ticks {
            self.collect(&plan, collected, truncate(*at)).await;
            collected = truncate(*at).max(collected);
            let invocation = Invocation { now: *at, ..tick(&scheduled.to_string()) };
            let ticks = (0..*copies).map(|_| monitor.tick(&invocation, &nobody).boxed());
            for (own, reconciled) in join_all(ticks).await {
                for committed in std::iter::once(own).chain(reconciled.into_iter().map(|one| one.made)) {
                    let committed =
                        committed.unwrap_or_else(|error| panic!("seed {seed}, {at}: {}", error.chain()));
                    let key = (committed.run.hour, committed.run.revision);
                    let known = made.entry(key).or_insert_with(|| committed.execution.clone());
                    assert_eq!(known.digest, committed.execution.digest, "seed {seed}: {}", committed.run);
                }
            }
        }
        (plan, made)
    }

    /// Lives a week: every window ends once, and is opened once where its labels came.
    pub(crate) async fn live<M: Monitor>(&self, seed: u64) {
        let (plan, made) = self.lived::<M>(seed).await;
        let mut opened = 0;
        let first = made.keys().next().expect("a verdict").0;
        let all = (1..=HOURS + QUIET).map(|number| plan.start + HOUR * number).filter(|hour| first <= *hour);
        for window in all {
            let execution =
                made.get(&(window, 1)).unwrap_or_else(|| panic!("seed {seed}: {window} is missing"));
            let labelled = hold(seed, &plan, window, execution);
            let Some(again) = made.get(&(window, 2)) else {
                let known_later = plan.labelled(window, window + HOUR * 12);
                let is_due = labelled < ENOUGH && known_later >= ENOUGH && plan.is_served_for_a_day(window);
                assert!(
                    !is_due,
                    "seed {seed}: {window} had {labelled} labels, then {known_later}, and was left"
                );
                continue;
            };
            opened += 1;
            assert_eq!(again.supersedes, Some(execution.digest.clone()), "seed {seed}: {window}");
            let then = hold(seed, &plan, window, again);
            assert!(labelled < ENOUGH && then > labelled, "seed {seed}: {window} from {labelled} to {then}");
            let age = again.attempt.started_at.duration_since(window);
            assert!(age <= HOUR * 25, "seed {seed}: {window}");
        }
        assert!(made.keys().all(|(_, revision)| *revision <= 2), "seed {seed}");
        assert!(opened > 20, "only {opened} windows were opened again");
    }
}

/// What a verdict must be that saw so many labels.
fn hold(seed: u64, plan: &Plan, window: Timestamp, execution: &Execution) -> usize {
    let what = format!("seed {seed}, {window}: {}", execution.exit_message);
    let status = execution.monitoring_execution_status;
    if !plan.labels.contains_key(&window) {
        assert_eq!(status, Status::CompletedNoData, "{what}");
        return 0;
    }
    let truth = execution.labelling.ground_truth.as_ref().expect("labels were looked for");
    let labelled = plan.labelled(window, truth.ground_truth_until);
    assert_eq!((truth.captured, truth.labelled), (ANSWERS as u64, labelled as u64), "{what}");
    let is_judged = [Status::Completed, Status::CompletedWithViolations].contains(&status);
    // What nobody labelled is judged by nothing but its estimate, and is never healthy.
    assert!(status != Status::Completed || labelled > 0, "{what}");
    assert!(is_judged || labelled == 0 && status == Status::Inconclusive, "{what}");
    labelled
}
