//! Weeks of the router against a small model of what a person must hear, drawn from a seed each.
//!
//! Two days of verdicts come in any order, more than once, judged again; the topic refuses, or takes a message and its answer is
//! lost, and the one that pages with it; the printer's disk is full; processes are killed at their side effects, or have a wrong clock; two outlets take turns.
//! Then all is well, and nothing may be left. Stores and requests are real: of four weeks, three lie in folders and one in a bucket
//! over HTTP, half of each mostly printed and half mostly sent. That takes a core three quarters of a second in a folder and two and a
//! half in a bucket, so a run that is not told lives the first few, and `.ci/run long` all: `ROUTER_SEEDS=1000`;
//! `ROUTER_SEED=7` lives one.

mod person;
mod week;

use crate::harness::Harness;
use crate::routing::{PAGES, TOPIC, with_topics};
use bellwether_contract::routing::Message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Caller, Router};
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_tests::answer::Answer;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::faults::Fault;
use bellwether_tests::recorded::Publish;
use fastrand::Rng;
use jiff::SignedDuration;
use person::{Due, Heard, Person};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use week::{Delivery, LAST, Run, deliveries, end_of};

/// What `.ci/run long` lives, and what a run lives that is not told.
const ALL: u64 = 1_000;
const FEW: u64 = 40;
/// Who hears: by the topic, by the printer, and by the topic that pages, which both routers have.
const OUTLETS: usize = 3;
const PAGED: usize = 2;
/// As a process that never heard from its clock would say.
const A_YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

thread_local! {
    // A printer is a function without a state of its own.
    static PRINTED: RefCell<Vec<Heard>> = const { RefCell::new(Vec::new()) };
    static IS_FULL: Cell<bool> = const { Cell::new(false) };
}

fn print(message: &Message) -> std::io::Result<()> {
    if IS_FULL.get() {
        return Err(std::io::Error::other("no space left on device"));
    }
    let heard = Heard {
        id: message.message_id.clone(),
        subject: message.subject.clone(),
        body: message.body.clone(),
        severity: message.attributes.severity.to_string(),
        checks: message.attributes.check.clone(),
        persists: message.attributes.persists,
    };
    PRINTED.with_borrow_mut(|printed| printed.push(heard));
    Ok(())
}

fn sent(publish: &Publish) -> Heard {
    let body = publish.in_queue();
    Heard {
        id: body["message_id"].as_str().unwrap().to_owned(),
        subject: publish.subject.clone().unwrap(),
        body,
        severity: publish.attributes["severity"].1.clone(),
        checks: serde_json::from_str(&publish.attributes["check"].1).unwrap(),
        persists: publish.attributes.get("persists").is_some_and(|(_, value)| value == "true"),
    }
}

#[test]
fn whatever_comes_and_whatever_fails_a_person_hears_what_they_must() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    if let Some(seed) = number("ROUTER_SEED") {
        return of_a_thread(&AtomicU64::new(seed), seed + 1);
    }
    let (next, end) = (AtomicU64::new(0), number("ROUTER_SEEDS").unwrap_or(FEW));
    if end < ALL {
        let told = format!("SHORTENED: {end} of {ALL} sequences of the router; ROUTER_SEEDS={ALL} lives all");
        writeln!(std::io::stderr(), "{told}").unwrap();
    }
    let lanes = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(|| of_a_thread(&next, end))).collect();
        let failed: Vec<_> = lanes.into_iter().filter_map(|lane| lane.join().err()).collect();
        if let Some(panic) = failed.into_iter().next() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Client and server of a week share a thread, so that nothing waits for another one. Each week has an AWS of its own: an embedded
/// one looks at all that it holds after every write.
fn of_a_thread(next: &AtomicU64, end: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut seed = next.fetch_add(1, Ordering::Relaxed);
    while seed < end {
        runtime.block_on(async { Week::new(seed, with_topics().await).live().await });
        seed = next.fetch_add(1, Ordering::Relaxed);
    }
}

/// How the topic fares for some hours.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Topic {
    Well,
    Refuses,
    LosesAnswers,
}

/// What befalls one delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mishap {
    None,
    /// S3 refuses the first write.
    NotWritten,
    /// The process ends after so many side effects in AWS.
    Killed(u64),
    /// The process ends with a message in its hands.
    KilledSending,
}

struct Week {
    seed: u64,
    rng: Rng,
    aws: Arc<EmbeddedAws>,
    /// Where reports and state lie.
    harness: Harness,
    /// By the topic, and by the printer.
    routers: [Router; 2],
    prints_mostly: bool,
    topic: Topic,
    person: Person,
    /// What lies under a run's final name.
    reports: BTreeMap<(i64, u8), Run>,
    due: [VecDeque<Due>; OUTLETS],
    heard: [Vec<Heard>; OUTLETS],
    /// Messages whose answer was lost: they may come again, as they are.
    unsure: [Option<String>; OUTLETS],
    published: usize,
}

impl Week {
    fn new(seed: u64, bucket: Harness) -> Self {
        let aws = Arc::clone(bucket.aws());
        // Three of four in folders: a week in a bucket takes three times as long.
        let root = if seed % 4 == 3 { bucket } else { Harness::folder() };
        let places = [("REPORTS_URI", "{root}/reports"), ("STATE_URI", "{root}/state")];
        let harness = root.with_all(&places).with("PAGING_TOPIC_ARN", PAGES);
        let clients = Some(aws.clients());
        let router = |outlet| {
            let settings: RouterSettings = harness.settings().unwrap();
            Router::new(settings, clients.as_ref()).unwrap().with_outlet(outlet)
        };
        let topic = Outlet::new(clients.as_ref(), Some(TOPIC.parse().unwrap()));
        PRINTED.take();
        Self {
            seed,
            rng: Rng::with_seed(seed),
            aws,
            routers: [router(topic), router(Outlet::Printed(print))],
            harness,
            prints_mostly: seed / 4 % 2 == 1,
            topic: Topic::Well,
            person: Person::default(),
            reports: BTreeMap::new(),
            due: Default::default(),
            heard: Default::default(),
            unsure: Default::default(),
            published: 0,
        }
    }

    async fn live(mut self) {
        let deliveries = deliveries(&mut self.rng);
        let (mut hour, mut minutes) = (0, 0);
        for delivery in deliveries {
            if delivery.at > hour {
                minutes = 10.max(minutes - 60 * (delivery.at - hour));
                hour = delivery.at;
                self.change_the_weather(LAST.contains(&hour));
            }
            self.deliver(delivery, &mut minutes).await;
        }
        for due in &self.due {
            assert!(due.is_empty(), "{}: never heard: {due:?}", self.named());
        }
        assert!(!self.person.waits_for_an_end(), "{}: something stays open for ever", self.named());
        let size_bytes = self.state_bytes().await;
        assert!(size_bytes < 1024 * 1024, "{}: {size_bytes} bytes of state", self.named());
    }

    fn named(&self) -> String {
        format!("ROUTER_SEED={}", self.seed)
    }

    /// Outages last for hours. At the end there is none.
    fn change_the_weather(&mut self, is_last: bool) {
        if is_last || self.rng.u8(0..4) == 0 {
            self.topic = Topic::Well;
            IS_FULL.set(false);
        } else if self.rng.u8(0..4) == 0 {
            self.topic = *self.rng.choice(&[Topic::Refuses, Topic::LosesAnswers]).unwrap();
            IS_FULL.set(self.rng.bool());
        }
    }

    /// An event, tried until it is done with, or given up where more of it comes later.
    async fn deliver(&mut self, delivery: Delivery, minutes: &mut i64) {
        let Delivery { at, hour, revision, written } = delivery;
        let is_last = LAST.contains(&hour);
        if let Some(run) = written {
            self.write(&run).await;
            self.reports.insert((hour, revision), run);
        }
        let Some(run) = self.reports.get(&(hour, revision)).cloned() else { return };
        let first_was_bad =
            revision > 1 && self.reports.get(&(hour, 1)).is_some_and(|run| run.worst().is_some());
        // At the end both come by.
        let outlets = match (is_last, self.prints_mostly) {
            (true, _) => vec![0, 1],
            (false, mostly) => vec![usize::from(mostly != (self.rng.u8(0..4) == 0))],
        };
        for outlet in outlets {
            let mut is_decided = false;
            for attempt in 0..6 {
                *minutes += 1;
                let now = end_of(at) + SignedDuration::from_mins(*minutes);
                let mishap = if is_last || attempt == 5 { Mishap::None } else { self.mishap() };
                let is_wrong = is_decided && mishap == Mishap::KilledSending && self.rng.bool();
                let clock = if is_wrong { now + A_YEAR } else { now };
                if self.rng.u8(0..16) == 0 {
                    self.look(&run, now).await;
                }
                let (is_written, is_done) = self.route(outlet, &run, clock, mishap).await;
                if is_written && !is_decided {
                    is_decided = true;
                    let is_of_the_last_day =
                        now.duration_since(end_of(hour)) <= SignedDuration::from_hours(24);
                    let due = self.person.must_hear(&run, first_was_bad, is_of_the_last_day);
                    self.due[outlet].extend(due);
                    self.due[PAGED].extend(self.person.must_be_woken(&run));
                }
                self.listen(outlet, is_done);
                if is_decided && (is_done || self.rng.bool()) {
                    break;
                }
            }
        }
    }

    /// A look changes nothing, and shows what waits, for whichever outlet.
    async fn look(&self, run: &Run, now: jiff::Timestamp) {
        self.aws.clear_faults();
        let look = self.routers[0].look(&run.folder(), now).await.unwrap();
        let waits = self.due.iter().map(VecDeque::len).sum();
        assert!(look.waiting.len() >= waits, "{}: {} of {waits} wait", self.named(), look.waiting.len());
    }

    async fn write(&self, run: &Run) {
        for (key, bytes) in run.files() {
            self.harness.put(&format!("reports/{key}"), bytes).await;
        }
    }

    fn mishap(&mut self) -> Mishap {
        match self.rng.u8(0..24) {
            0 if self.harness.is_bucket() => Mishap::NotWritten,
            1 | 2 => Mishap::Killed(self.rng.u64(1..=3)),
            3 | 4 => Mishap::KilledSending,
            _ => Mishap::None,
        }
    }

    /// One attempt: whether its decision was written down, and whether it came to its end.
    async fn route(
        &mut self,
        outlet: usize,
        run: &Run,
        now: jiff::Timestamp,
        mishap: Mishap,
    ) -> (bool, bool) {
        self.aws.clear_faults();
        let mut strikes = Vec::new();
        match mishap {
            Mishap::None => {}
            Mishap::NotWritten => {
                let refused = Fault::before("s3:PutObject", Answer::s3_error(503, "SlowDown"));
                strikes.push(self.aws.inject(refused.nth(1)));
            }
            Mishap::Killed(nth) => {
                strikes.push(self.aws.inject(Fault::after_side_effect(|_| Answer::hang()).nth(nth)));
            }
            Mishap::KilledSending => {
                strikes.push(self.aws.inject(Fault::before("sns:Publish", Answer::hang()).nth(1)));
            }
        }
        match self.topic {
            Topic::Well => {}
            Topic::Refuses => drop(self.aws.inject(Fault::before("sns:Publish", Answer::status(500)))),
            Topic::LosesAnswers => {
                drop(self.aws.inject(Fault::after("sns:Publish", |_| Answer::status(500))))
            }
        }
        let invocation = Caller { now, request_id: "the-same".to_owned() };
        let (router, folder) = (&self.routers[outlet], run.folder());
        let killed = async {
            match (mishap, strikes.first()) {
                (Mishap::Killed(_) | Mishap::KilledSending, Some(strikes)) => strikes.first().await,
                _ => std::future::pending().await,
            }
        };
        let routed = tokio::select! {
            routed = router.route(&folder, &invocation) => Some(routed),
            () = killed => None,
        };
        let was_refused = mishap == Mishap::NotWritten && strikes.iter().any(|strikes| strikes.count() > 0);
        let is_done = matches!(&routed, Some(Ok(routed)) if routed.busy_until.is_none());
        (!was_refused, is_done)
    }

    /// What is new at an outlet and at the topic that pages.
    fn listen(&mut self, outlet: usize, is_done: bool) {
        let published = self.aws.published_after(self.published);
        self.published += published.len();
        let to = |topic: &str| published.iter().filter(|sent| sent.topic_arn == topic).map(sent).collect();
        let new: [Vec<Heard>; OUTLETS] = [to(TOPIC), PRINTED.take(), to(PAGES)];
        assert!(new[1 - outlet].is_empty(), "{}: by the other outlet: {:#?}", self.named(), new[1 - outlet]);
        for (outlet, new) in new.into_iter().enumerate().filter(|(at, _)| [outlet, PAGED].contains(at)) {
            self.compare(outlet, new, is_done);
        }
    }

    /// Holds what was heard against what was due: in order, each once, and again only where an answer was lost.
    fn compare(&mut self, outlet: usize, new: Vec<Heard>, is_done: bool) {
        for heard in &new {
            assert_eq!(heard.persists, outlet == PAGED, "{}: by the wrong topic: {heard:#?}", self.named());
            if let Some(before) = self.heard.iter().flatten().find(|before| before.id == heard.id) {
                assert!(
                    self.unsure[outlet].as_ref() == Some(&heard.id),
                    "{}: told twice: {heard:#?}",
                    self.named()
                );
                assert_eq!(before, heard, "{}: another message under the same id", self.named());
                continue;
            }
            let due = self.due[outlet].pop_front();
            let due = due.unwrap_or_else(|| panic!("{}: nothing was due: {heard:#?}", self.named()));
            if let Some(wrong) = due.differs_from(heard) {
                panic!("{}: {wrong} of {heard:#?}\nnot as due: {due:#?}", self.named());
            }
            self.heard[outlet].push(heard.clone());
        }
        // Who did not come to an end may not know whether the last one arrived.
        let last = new.last().map(|heard| heard.id.clone());
        self.unsure[outlet] = last.or_else(|| self.unsure[outlet].take()).filter(|_| !is_done);
        if is_done {
            let waits = &self.due[outlet];
            assert!(waits.is_empty(), "{}: it came by and did not send: {waits:#?}", self.named());
        }
    }

    async fn state_bytes(&self) -> usize {
        let key = "state/routing/newsroom-prod/AllTraffic/diversity-hourly.json";
        self.harness.tree().await[key].len()
    }
}
