//! Wide hours in virtual time: the plan that is really made, the definition as it lies in the repository, and an AWS that throttles,
//! fails and loses answers as a seed says.
//!
//! What is drawn is who fails when and how fast a function reads. How often anything is tried, after what pause, and when it is
//! given up is the definition's business ([`crate::machine`]); where the hour is cut, the contract's. It runs on tokio's paused clock.

use crate::machine::{Answered, Child, Functions, Pause, TIMED_OUT, play};
use bellwether_contract::parts::Cut;
use bellwether_contract::plan::{PlannedFile, PlannedPart, WindowPlan};
use fastrand::Rng;
use futures::future::{LocalBoxFuture, join};
use futures::stream::{FuturesUnordered, StreamExt};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};

const HOUR: Duration = Duration::from_secs(3_600);
/// Later hours that try a window again; the one after the last gives it up.
const LATER_HOURS: u32 = 3;
/// Step Functions starts so many children of a standard map in a second.
const CHILDREN_A_SECOND: u32 = 100;
/// A function's own time.
const FUNCTION_SECONDS: f64 = 900.0;
/// What starts an execution may have so many bytes.
const MOST_INPUT_BYTES: usize = 262_144;

/// List prices of us-east-1 in US dollars, November 2026 (docs/cost.md).
mod price {
    /// Lambda on arm64.
    pub(super) const GB_SECOND: f64 = 0.000_013_333_4;
    /// An invocation.
    pub(super) const INVOCATION: f64 = 0.000_000_2;
    /// A transition of a standard workflow: a child, a try of a task, a state.
    pub(super) const TRANSITION: f64 = 0.000_025;
    /// A GET of S3.
    pub(super) const GET: f64 = 0.000_000_4;
    /// A PUT of S3.
    pub(super) const PUT: f64 = 0.000_005;
}

/// An hour, and the account in which it is read.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Functions that may run at once.
    pub concurrency: usize,
    /// `PartConcurrency` of the stack.
    pub parts_at_once: usize,
    /// Of a hundred invocations, how many fail: a third dies, a third does its work without an answer, a third hangs.
    pub failing_percent: f64,
    /// Of a hundred calls of `StartExecution`, how many are throttled.
    pub throttled_starts_percent: f64,
    /// Bytes a second that a function reads, at the least and at the most.
    pub bytes_per_second: (f64, f64),
    /// Seconds in which the judge merges a part.
    pub merge_seconds: f64,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            concurrency: 1_000,
            parts_at_once: 50,
            failing_percent: 1.0,
            throttled_starts_percent: 20.0,
            bytes_per_second: (75e6, 145e6),
            merge_seconds: 0.05,
        }
    }
}

/// A window that was planned: its parts' sizes and files.
#[derive(Debug, Clone)]
pub struct Planned {
    parts: Vec<PlannedPart>,
}

impl Planned {
    /// Plans an hour of so many bytes in files of about five megabytes.
    ///
    /// # Panics
    /// As [`Planned::of`].
    #[must_use]
    pub fn hour(size_bytes: u64, seed: u64) -> Self {
        let (mut rng, mut sizes, mut left) = (Rng::with_seed(seed), Vec::new(), size_bytes);
        while left > 0 {
            sizes.push(rng.u64(2_500_000..7_500_000).min(left));
            left -= sizes.last().expect("it was pushed");
        }
        Self::of(&sizes)
    }

    /// Plans files of these sizes, as a function does.
    ///
    /// # Panics
    /// The plan, or what starts the machine, is larger than it may be.
    #[must_use]
    pub fn of(sizes: &[u64]) -> Self {
        let hour = "2026-10-31T08:00:00Z".parse().expect("an hour");
        let file = |(number, size_bytes): (usize, &u64)| {
            let key = format!("busy/AllTraffic/2026/10/31/08/{number:09}.jsonl");
            PlannedFile { key, size_bytes: *size_bytes, hour, is_of_another: false }
        };
        let files: Vec<PlannedFile> = sizes.iter().enumerate().map(file).collect();
        let part = |files: &[PlannedFile]| {
            let list = PlannedFile::list(files).expect("a list");
            assert!(list.len() as u64 <= PlannedFile::MAX_LIST_BYTES, "a list of {} bytes", list.len());
            let size_bytes = files.iter().map(|file| file.size_bytes).sum();
            PlannedPart { files: files.len() as u64, size_bytes, sha256: "ab".repeat(32) }
        };
        let parts: Vec<_> =
            Cut::default().parts(sizes).into_iter().map(|range| part(&files[range])).collect();
        let planned = Self { parts };
        planned.assert_fits();
        planned
    }

    fn assert_fits(&self) {
        let plan = json!({
            "version": WindowPlan::VERSION, "monitor": "data-quality", "endpoint_name": "busy", "variant_name": "AllTraffic",
            "monitoring_schedule_name": "busy", "window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"},
            "revision": 1, "configuration_digest": "cd".repeat(32), "planned_at": "2026-10-31T09:10:04Z", "parts": self.parts,
        });
        let plan = plan.to_string();
        assert!(plan.len() as u64 <= WindowPlan::MAX_BYTES, "a plan of {} bytes", plan.len());
        WindowPlan::parse("plan.json", plan.as_bytes()).expect("a plan");
        let input = self.input(1_000).to_string();
        assert!(input.len() <= MOST_INPUT_BYTES, "an input of {} bytes", input.len());
    }

    /// How many parts there are.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Files of all parts.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.parts.iter().map(|part| part.files).sum()
    }

    /// What starts the machine.
    fn input(&self, at_once: usize) -> Value {
        json!({
            "function": "bellwether-DataQuality-1ABC", "max_concurrency": at_once, "parts": (0..self.parts()).collect::<Vec<_>>(),
            "monitor": "busy", "window": {"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"}, "reopen": false,
            "job": "ef".repeat(32),
        })
    }
}

/// What the functions do once they run: kept by a model, or done by the real ones.
pub trait Work {
    /// Reads a part and leaves what it came to, unless that lies there. Whether anything was read.
    fn read_part(&self, part: usize) -> LocalBoxFuture<'_, Result<bool, String>>;
    /// Judges what all parts came to, unless there is a verdict.
    fn judge(&self) -> LocalBoxFuture<'_, Result<(), String>>;
    /// Commits that there is none, unless there is.
    fn give_up(&self) -> LocalBoxFuture<'_, ()>;
    /// Whether there is a verdict.
    fn has_verdict(&self) -> bool;
}

/// Parts and the verdict as a store with put-if-absent has them.
#[derive(Debug, Default)]
pub struct Modelled {
    parts: usize,
    read: RefCell<BTreeSet<usize>>,
    verdicts: RefCell<Vec<usize>>,
}

impl Modelled {
    fn of(planned: &Planned) -> Self {
        Self { parts: planned.parts(), ..Self::default() }
    }

    fn commit(&self, of_parts: usize) {
        if self.verdicts.borrow().is_empty() {
            self.verdicts.borrow_mut().push(of_parts);
        }
    }
}

impl Work for Modelled {
    fn read_part(&self, part: usize) -> LocalBoxFuture<'_, Result<bool, String>> {
        Box::pin(async move { Ok(self.read.borrow_mut().insert(part)) })
    }

    fn judge(&self) -> LocalBoxFuture<'_, Result<(), String>> {
        Box::pin(async {
            let read = self.read.borrow().len();
            if read < self.parts && !self.has_verdict() {
                return Err("PartMissing".to_owned());
            }
            self.commit(read);
            Ok(())
        })
    }

    fn give_up(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(async { self.commit(0) })
    }

    fn has_verdict(&self) -> bool {
        !self.verdicts.borrow().is_empty()
    }
}

/// How a wide hour went.
#[derive(Debug, Clone, Default)]
pub struct Lived {
    /// From the tick to the verdict.
    pub seconds: f64,
    /// How many executions were started.
    pub executions: usize,
    /// How many of them did not succeed: dead letters.
    pub dead_letters: usize,
    /// Whether nobody judged it in the three later hours either.
    pub is_given_up: bool,
    /// Lambda, in US dollars.
    pub lambda_usd: f64,
    /// Step Functions.
    pub transitions_usd: f64,
    /// Requests of S3.
    pub requests_usd: f64,
    /// Invocations that were throttled.
    pub throttled: u64,
    /// Invocations that failed.
    pub failed: u64,
}

impl Lived {
    /// All of it.
    #[must_use]
    pub fn cost_usd(&self) -> f64 {
        self.lambda_usd + self.transitions_usd + self.requests_usd
    }
}

/// Lives an hour by the model, and says of how many parts each verdict was that it came to.
///
/// # Panics
/// The clock cannot be paused.
#[must_use]
pub fn live(planned: &Planned, account: Account, seed: u64) -> (Lived, Vec<usize>) {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let (clock, work) = (clock.expect("a clock"), Rc::new(Modelled::of(planned)));
    let lived = LocalSet::new().block_on(&clock, live_with(planned, account, seed, Rc::clone(&work)));
    let verdicts = work.verdicts.borrow().clone();
    (lived, verdicts)
}

/// Lives an hour, whatever does the work, on the clock of this runtime and in a [`LocalSet`].
///
/// # Panics
/// A task did.
pub async fn live_with<W: Work + 'static>(
    planned: &Planned,
    account: Account,
    seed: u64,
    work: Rc<W>,
) -> Lived {
    let world = Rc::new(World {
        planned: planned.clone(),
        account,
        rng: RefCell::new(Rng::with_seed(seed)),
        running: Cell::new(0),
        next_child: Cell::new(Instant::now()),
        names: RefCell::default(),
        lived: RefCell::default(),
        work,
        began: Instant::now(),
    });
    for hour in 0..=LATER_HOURS {
        sleep_until(world.began + HOUR * hour).await;
        // A tick comes twice.
        join(Rc::clone(&world).tick(hour), Rc::clone(&world).tick(hour)).await;
    }
    sleep_until(world.began + HOUR * (LATER_HOURS + 1)).await;
    if !world.work.has_verdict() {
        world.work.give_up().await;
        let mut lived = world.lived.borrow_mut();
        (lived.is_given_up, lived.seconds) = (true, world.began.elapsed().as_secs_f64());
    }
    // Whatever still runs comes to its end.
    sleep(HOUR).await;
    world.lived.take()
}

struct World<W> {
    planned: Planned,
    account: Account,
    rng: RefCell<Rng>,
    running: Cell<usize>,
    /// When Step Functions starts the next child.
    next_child: Cell<Instant>,
    names: RefCell<BTreeSet<u32>>,
    lived: RefCell<Lived>,
    work: Rc<W>,
    began: Instant,
}

/// What befalls an invocation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Works,
    Dies,
    LosesItsAnswer,
    Hangs,
}

impl<W: Work + 'static> World<W> {
    fn happens(&self, percent: f64) -> bool {
        self.rng.borrow_mut().f64() * 100.0 < percent
    }

    /// The hourly function, whose event Lambda tries three times: it plans, and starts an execution.
    async fn tick(self: Rc<Self>, hour: u32) {
        for wait in [0, 60, 120] {
            sleep(Duration::from_secs(wait)).await;
            if self.work.has_verdict() {
                return;
            }
            let listed = self.planned.files() as f64 / 1_000.0 * 0.1 + self.planned.parts() as f64 * 0.01;
            sleep(Duration::from_secs_f64(1.0 + listed)).await;
            self.lived.borrow_mut().lambda_usd += (1.0 + listed) * price::GB_SECOND;
            // The SDK asks three times.
            if (0..3).all(|_| self.happens(self.account.throttled_starts_percent)) {
                continue;
            }
            if self.names.borrow_mut().insert(hour) {
                spawn_local(Rc::clone(&self).execution());
            }
            return;
        }
        self.lived.borrow_mut().dead_letters += 1;
    }

    async fn execution(self: Rc<Self>) {
        self.lived.borrow_mut().executions += 1;
        self.lived.borrow_mut().transitions_usd += 3.0 * price::TRANSITION;
        if play(self.planned.input(self.account.parts_at_once), &Hands(Rc::clone(&self))).await.is_err() {
            self.lived.borrow_mut().dead_letters += 1;
        }
    }

    fn fate(&self) -> Fate {
        if !self.happens(self.account.failing_percent) {
            return Fate::Works;
        }
        self.lived.borrow_mut().failed += 1;
        [Fate::Dies, Fate::LosesItsAnswer, Fate::Hangs][self.rng.borrow_mut().usize(0..3)]
    }

    /// One invocation, which goes on where nobody waits for it any more.
    async fn run(self: Rc<Self>, event: Value) -> Answered {
        let (began, fate) = (Instant::now(), self.fate());
        let answered = match fate {
            Fate::Hangs => {
                sleep(Duration::from_secs_f64(FUNCTION_SECONDS)).await;
                Err(TIMED_OUT.to_owned())
            }
            fate => self.works(&event, fate).await,
        };
        self.running.set(self.running.get() - 1);
        let mut lived = self.lived.borrow_mut();
        lived.lambda_usd += began.elapsed().as_secs_f64() * price::GB_SECOND + price::INVOCATION;
        answered
    }

    async fn works(&self, event: &Value, fate: Fate) -> Answered {
        let part = event["part"].as_u64().map(|part| usize::try_from(part).expect("a part"));
        let seconds = part.map_or_else(
            || self.planned.parts() as f64 * self.account.merge_seconds,
            |part| {
                let (least, most) = self.account.bytes_per_second;
                let speed = least + (most - least) * self.rng.borrow_mut().f64();
                self.planned.parts[part].size_bytes as f64 / speed
            },
        );
        let share = if fate == Fate::Dies { self.rng.borrow_mut().f64() } else { 1.0 };
        // A cold start, and the inputs. Whether the partial lies there is known before anything is read.
        let start = 0.3 + 0.4 * self.rng.borrow_mut().f64();
        sleep(Duration::from_secs_f64(start)).await;
        let is_done = self.work.has_verdict();
        if !is_done {
            sleep(Duration::from_secs_f64(seconds * share)).await;
        }
        if fate == Fate::Dies {
            return Err("Lambda.Unknown".to_owned());
        }
        match part {
            Some(part) => self.part(part).await?,
            None => self.judged().await?,
        }
        if fate == Fate::LosesItsAnswer { Err("Lambda.Unknown".to_owned()) } else { Ok(json!({})) }
    }

    async fn part(&self, part: usize) -> Result<(), String> {
        if self.work.read_part(part).await? {
            let gets = self.planned.parts[part].files as f64 * price::GET;
            self.lived.borrow_mut().requests_usd += gets + price::PUT;
        }
        Ok(())
    }

    async fn judged(&self) -> Result<(), String> {
        let had = self.work.has_verdict();
        self.work.judge().await?;
        self.lived.borrow_mut().requests_usd += self.planned.parts() as f64 * price::GET;
        if !had {
            self.lived.borrow_mut().seconds = self.began.elapsed().as_secs_f64();
        }
        Ok(())
    }
}

/// What an execution sees of the world.
struct Hands<W>(Rc<World<W>>);

impl<W: Work + 'static> Functions for Hands<W> {
    async fn invoke(&self, _: &str, event: Value) -> Answered {
        let world = &self.0;
        world.lived.borrow_mut().transitions_usd += price::TRANSITION;
        if world.running.get() >= world.account.concurrency {
            world.lived.borrow_mut().throttled += 1;
            return Err("Lambda.TooManyRequestsException".to_owned());
        }
        world.running.set(world.running.get() + 1);
        spawn_local(Rc::clone(world).run(event)).await.expect("it does not panic")
    }

    async fn pause(&self, Pause { most, is_jittered }: Pause) {
        let share = if is_jittered { self.0.rng.borrow_mut().f64() } else { 1.0 };
        sleep(most.mul_f64(share)).await;
    }

    async fn children(&self, at_once: usize, children: Vec<Child<'_>>) -> bool {
        let (world, places) = (&self.0, Semaphore::new(at_once));
        let mut children: FuturesUnordered<_> = children
            .into_iter()
            .map(|child| async {
                let _place = places.acquire().await.expect("it is never closed");
                let starts = world.next_child.get().max(Instant::now());
                world.next_child.set(starts + Duration::from_secs(1) / CHILDREN_A_SECOND);
                sleep_until(starts).await;
                world.lived.borrow_mut().transitions_usd += price::TRANSITION;
                child.await
            })
            .collect();
        // The first that fails ends the run of the map. What was invoked goes on.
        while let Some(succeeded) = children.next().await {
            if !succeeded {
                return false;
            }
        }
        true
    }
}
