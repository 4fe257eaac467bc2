//! A week, lived: the virtual clock goes minute by minute, deliveries reach the function, its reports reach the router, the
//! heartbeat alarm is evaluated, and what happens is held against what may happen.

use super::monitored::{ENDPOINT, Monitored, SCHEDULE};
use super::plan::{Delivery, HOUR, LAST, MINUTE, Plan, within};
use super::truth::{Made, Truth, look_back};
use bellwether_alarms::State;
use bellwether_alarms::metric::MetricAlarm;
use bellwether_alarms::template::Template;
use bellwether_alarms::verdict::SPARE_PERIODS;
use bellwether_contract::metrics::StatisticValues;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Window, truncate};
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::executions::{Query, executions};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route;
use bellwether_pipeline::scheduled::{Invocation, Reconciled};
use fastrand::Rng;
use futures::FutureExt;
use futures::future::join_all;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Minutes between two evaluations of the alarms.
const EVALUATED_EVERY: i64 = 5;
/// Lambda's pauses before it delivers a failed event again.
const RETRIES: [i64; 2] = [1, 2];
const MOST: usize = 3;

/// A heartbeat of one schedule, as somebody may make it on `window_read`: a stack's own is that of its dispatcher.
static HEARTBEAT: LazyLock<MetricAlarm> = LazyLock::new(|| {
    let template = format!(
        "Resources:\n  Heartbeat:\n    Type: AWS::CloudWatch::Alarm\n    Properties: {{Namespace: Bellwether, \
         MetricName: window_read, Statistic: Maximum, ComparisonOperator: LessThanThreshold, Threshold: 1, Period: 3600, \
         EvaluationPeriods: 2, EvaluationWindow: {{WallClockWindow: {{Timezone: UTC}}}}, TreatMissingData: breaching, \
         Dimensions: [{{Name: EndpointName, Value: {ENDPOINT}}}, {{Name: VariantName, Value: AllTraffic}}, \
         {{Name: MonitoringSchedule, Value: {SCHEDULE}}}]}}\n"
    );
    let alarms = Template::parse(&template).expect("a template").alarms(&BTreeMap::new()).expect("alarms");
    alarms.definitions().next().expect("the heartbeat").clone()
});

pub(crate) struct Story {
    monitored: Monitored,
    truth: Truth,
    rng: Rng,
    waiting: BTreeSet<Delivery>,
    invocations: u64,
    /// Newest window routed.
    routed: Option<Timestamp>,
    /// Messages that were sent.
    heard: BTreeSet<String>,
    /// The heartbeat, looking at no more periods than it is told, and at as many as CloudWatch may.
    heartbeats: [MetricAlarm; 2],
    points: Vec<(Timestamp, StatisticValues)>,
}

/// What one delivery led to.
type Outcome = (Result<Committed, bellwether_pipeline::RunError>, Vec<Reconciled>);

impl Story {
    pub(crate) fn new(seed: u64, monitored: Monitored) -> Self {
        let plan = Plan::new(seed);
        Self {
            monitored,
            rng: Rng::with_seed(seed),
            waiting: plan.deliveries.iter().copied().collect(),
            invocations: 0,
            routed: None,
            heard: BTreeSet::new(),
            heartbeats: [0, SPARE_PERIODS]
                .map(|spare_periods| MetricAlarm { spare_periods, ..HEARTBEAT.clone() }),
            points: Vec::new(),
            truth: Truth::new(plan),
        }
    }

    /// Lives the week to its end.
    pub(crate) async fn live(mut self) {
        let start = self.truth.plan.start;
        let mut captures = self.truth.plan.captures.clone().into_iter().peekable();
        let mut has_catalog = true;
        for minute in 0..=i64::from(LAST) * 60 + 30 {
            let now = start + MINUTE * i32::try_from(minute).expect("a week of minutes");
            while let Some(capture) = captures.next_if(|capture| capture.at <= now) {
                self.monitored.put_capture(capture).await;
            }
            let catalog = !within(&self.truth.plan.without_catalog, now);
            match (has_catalog, catalog) {
                (true, false) => self.monitored.remove_catalog().await,
                (false, true) => self.monitored.put_catalog().await,
                _ => {}
            }
            has_catalog = catalog;
            self.monitored.set_mood(self.truth.mood(now));
            while let Some(delivery) = self.waiting.first().copied().filter(|delivery| delivery.at <= now) {
                self.waiting.remove(&delivery);
                self.deliver(delivery).await;
            }
            if minute % EVALUATED_EVERY == 0 {
                self.evaluate(now);
            }
        }
        self.end().await;
    }

    async fn deliver(&mut self, delivery: Delivery) {
        let known: BTreeSet<Timestamp> = self.truth.executed().collect();
        let invocations: Vec<Invocation> = (0..delivery.copies).map(|_| self.invocation(delivery)).collect();
        let check = self.monitored.check();
        // Boxed: the whole run inside this one is a state machine too deep for the compiler.
        let ticks = invocations.iter().map(|invocation| check.tick(invocation, &nobody).boxed());
        let outcomes: Vec<Outcome> = join_all(ticks).await;
        let mut committed = Vec::new();
        for (made, reconciled) in outcomes {
            self.truth.hold_own(&delivery, made.as_ref());
            match made {
                Ok(made) => committed.push(made),
                Err(_) => self.deliver_again(delivery),
            }
            // What the other copy committed a moment ago is completed beside the three that are judged.
            let is_judged = |one: &&Reconciled| one.made.as_ref().map_or(true, |made| made.made_here);
            let windows: Vec<Timestamp> =
                reconciled.iter().filter(is_judged).map(|one| one.window.end()).collect();
            for one in reconciled {
                self.truth.hold_reconciled(&delivery, &one);
                committed.extend(one.made.ok());
            }
            for made in &committed {
                self.truth.note(made, delivery.at);
            }
            self.hold_order(&delivery, &known, &windows);
        }
        self.rng.shuffle(&mut committed);
        for made in committed {
            self.route(&made, delivery.at).await;
        }
        for line in self.monitored.new_heartbeats() {
            if let Some(value) = line.value.filter(|_| HEARTBEAT.watches("Bellwether", &line)) {
                let one = StatisticValues { sample_count: 1.0, sum: value, minimum: value, maximum: value };
                self.points.push((line.timestamp, one));
            }
        }
    }

    fn invocation(&mut self, delivery: Delivery) -> Invocation {
        self.invocations += 1;
        let window = Window::ending_at(delivery.window, HOUR).expect("a window");
        Invocation {
            trigger: Trigger { window, reopen: delivery.reopen },
            now: delivery.at,
            began: tokio::time::Instant::now(),
            deadline: None,
            request_id: format!("invocation-{}", self.invocations),
            memory_mb: None,
        }
    }

    /// What Lambda does about an error.
    fn deliver_again(&mut self, failed: Delivery) {
        if let Some(minutes) = RETRIES.get(usize::from(failed.attempt)) {
            let at = failed.at + jiff::SignedDuration::from_mins(*minutes);
            self.waiting.insert(Delivery { at, copies: 1, attempt: failed.attempt + 1, ..failed });
        }
    }

    /// The oldest three of the last day's windows without an execution are taken on, after the first and without the
    /// tick's own. `known` had an execution before.
    fn hold_order(&self, delivery: &Delivery, known: &BTreeSet<Timestamp>, taken_on: &[Timestamp]) {
        let own = delivery.window;
        let first = self.truth.executed().next();
        let is_missing = |hour: &Timestamp| {
            first.is_some_and(|first| first < *hour) && *hour != own && !known.contains(hour)
        };
        let missing: Vec<Timestamp> =
            if delivery.reopen { Vec::new() } else { look_back(delivery.at).filter(is_missing).collect() };
        if delivery.copies == 1 {
            assert_eq!(taken_on, &missing[..missing.len().min(MOST)], "taken on at {}", delivery.at);
        } else {
            assert!(taken_on.len() <= MOST && taken_on.is_sorted(), "{taken_on:?}");
            assert!(taken_on.iter().all(|hour| missing.contains(hour)), "{taken_on:?} of {missing:?}");
        }
    }

    /// S3's event of a report reaches the router; one in ten comes twice.
    async fn route(&mut self, made: &Committed, now: Timestamp) {
        for _ in 0..1 + usize::from(self.rng.u32(0..10) == 0) {
            self.invocations += 1;
            let invocation = route::Caller { now, request_id: format!("route-{}", self.invocations) };
            let routed = self.monitored.router.route(&made.run, &invocation).await;
            let routed = routed.unwrap_or_else(|error| panic!("{}: {}", made.run, error.chain()));
            for message in &routed.sent {
                let kind = message.body["payload"]["custom_details"]["kind"].as_str().expect("a kind");
                let is_newer = self.routed.is_none_or(|newest| newest < made.run.hour);
                let of_the_past = ["correction", "earlier"].contains(&kind);
                assert!(is_newer || of_the_past, "{kind} of {} after {:?}", made.run, self.routed);
                let is_recent = now.duration_since(made.run.hour) <= HOUR * 24;
                assert!(kind != "earlier" || !is_newer && is_recent, "{kind} of {} at {now}", made.run);
                assert!(self.heard.insert(message.message_id.clone()), "{kind} of {} twice", made.run);
                assert!(kind != "correction" || made.run.revision == 2, "{kind} of {}", made.run);
            }
            self.routed = self.routed.max(Some(made.run.hour));
        }
    }

    /// The heartbeat is on exactly while neither of the last two complete hours was read. Where CloudWatch
    /// looks back further, it is on less often.
    fn evaluate(&self, now: Timestamp) {
        let hour = truncate(now);
        let is_silent = !self.truth.is_alive(hour - HOUR) && !self.truth.is_alive(hour - HOUR * 2);
        // What it said before matters only where missing points are ignored, and here they breach.
        let [plain, patient] = self
            .heartbeats
            .each_ref()
            .map(|heartbeat| heartbeat.evaluate(&self.points, now, State::InsufficientData) == State::Alarm);
        assert_eq!(plain, is_silent, "the heartbeat at {now}");
        assert!(!patient || is_silent, "the patient heartbeat at {now}");
    }

    /// Every window after the schedule's first has exactly one execution, and `executions` tells the same story.
    async fn end(self) {
        assert!(self.waiting.is_empty(), "{:?}", self.waiting);
        self.truth.hold_the_week();
        let asked = Query {
            endpoint: ENDPOINT.parse().expect("a name"),
            schedule: SCHEDULE.parse().expect("a name"),
            from: None,
            to: None,
        };
        let listed = executions(&self.monitored.harness.store("reports"), &asked).await.expect("a listing");
        let listed: BTreeMap<(Timestamp, u8), Made> = listed
            .into_iter()
            .map(|listed| {
                let run = listed.read.unwrap_or_else(|error| panic!("{}: {}", listed.run, error.chain()));
                let violations = run.violations.expect("a report").len() as u64;
                assert_eq!(run.execution.violations, violations, "{}", listed.run);
                ((listed.run.hour, listed.run.revision), Made::of(&run.execution))
            })
            .collect();
        assert_eq!(listed, *self.truth.made());
    }
}
