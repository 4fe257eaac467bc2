//! Runs of a monitor on a harness: once, twice, and as in a container.

use super::functions::named;
use super::{Harness, Tree, assert_same, time};
use bellwether_contract::execution::Execution;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::metrics::MetricLine;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::{Interval, Window};
use bellwether_pipeline::RunError;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Brought, Form, Monitor, MonitorSettings, Scope};
use bellwether_pipeline::monitors::diversity::{Diversity, DiversityCheck};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::{Caller, Routed, Router};
use bellwether_pipeline::scheduled::{Invocation, Reconciled, Scheduled};
use bellwether_pipeline::settings::Settings as _;
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_serve::Function;
use bellwether_tests::recorded::MetricDatum;
use jiff::SignedDuration;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Where runs in a folder put their points.
const POINTS: &str = "metrics/cloudwatch_metrics.jsonl";

impl Harness {
    /// The check as a process of its own would make it.
    pub(crate) fn check(&self) -> Result<DiversityCheck, RunError> {
        self.monitor()
    }

    /// A monitor as a process of its own would make it.
    pub(crate) fn monitor<M: Monitor>(&self) -> Result<Scheduled<M>, RunError> {
        let settings = self.settings::<M::Settings>().expect("settings");
        let clients = self.clients();
        let namespace = settings.schedule().metrics_namespace.as_ref();
        let sink = match &clients {
            None => Sink::Directory(PathBuf::from(self.uri()).join("metrics")),
            Some(clients) => Sink::cloudwatch(clients, namespace),
        };
        Scheduled::new(settings, clients, sink)
    }

    pub(crate) async fn run(&self, invocation: &Invocation) -> Result<Committed, RunError> {
        self.run_as::<Diversity>(invocation).await
    }

    pub(crate) async fn run_as<M: Monitor>(&self, invocation: &Invocation) -> Result<Committed, RunError> {
        self.monitor::<M>()?.run(invocation, &nobody).await
    }

    pub(crate) async fn run_twice(&self, invocation: &Invocation) -> Committed {
        self.run_twice_as::<Diversity>(invocation).await
    }

    /// A container to which the capture is brought must make the very files of the run that a function made.
    pub(crate) async fn assert_as_in_a_container<M: Monitor>(&self, run: &str, invocation: &Invocation) {
        let interval = Interval::from(invocation.trigger.window);
        let brought = Brought { interval, scope: Scope::Variant, form: Form::Captured };
        let monitor = self.monitor::<M>().expect("a monitor");
        let made = Box::pin(monitor.judge_brought(invocation, brought, None, &nobody))
            .await
            .unwrap_or_else(|error| panic!("{}", error.chain()));
        let tree = self.tree().await;
        let judged = ["analysis.json", "statistics.json", "constraints.json", "constraint_violations.json"];
        let files = made.report.files().iter().filter(|(file, _)| judged.contains(&file.name()));
        let mut count = 0;
        for (file, bytes) in files {
            let theirs = tree.get(&format!("{run}/{}", file.name()));
            assert!(theirs.is_some_and(|theirs| *bytes == theirs.as_slice()), "{} differs", file.name());
            count += 1;
        }
        assert!(count >= 2, "statistics or an analysis, and violations");
    }

    /// Runs twice. The second run must change no byte, call no endpoint and send no metric.
    pub(crate) async fn run_twice_as<M: Monitor>(&self, invocation: &Invocation) -> Committed {
        let first = self.run_as::<M>(invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert!(first.made_here);
        let (tree, sent) = (self.tree().await, self.sent());
        let second = self.run_as::<M>(invocation).await.unwrap_or_else(|error| panic!("{}", error.chain()));
        assert!(!second.made_here);
        assert_eq!(second.execution, first.execution);
        assert_same(&self.tree().await, &tree);
        assert_eq!(self.sent(), sent, "calls to the endpoint and to CloudWatch");
        first
    }

    /// A tick of the schedule that the settings name, served at once.
    pub(crate) fn own_tick<M: Monitor>(&self, scheduled: &str) -> Invocation {
        let settings: M::Settings = self.settings().expect("settings");
        let event = json!({ "scheduled_time": scheduled });
        let trigger = bellwether_events::trigger(&event, settings.schedule().offsets()).expect("a tick");
        Invocation { trigger, ..tick(scheduled) }
    }

    /// Such a tick ten minutes after an hour, with what it makes good.
    pub(crate) async fn ticked<M: Monitor>(&self, hour: u32) -> (Execution, Vec<Reconciled>) {
        let monitor = self.monitor::<M>().expect("a monitor");
        let tick = self.own_tick::<M>(&format!("2026-10-31T{hour:02}:10:00Z"));
        let (made, reconciled) = monitor.tick(&tick, &nobody).await;
        (made.unwrap_or_else(|error| panic!("{}", error.chain())).execution, reconciled)
    }

    /// Every point that was sent, in order.
    pub(crate) async fn points(&self) -> Vec<MetricLine> {
        if self.is_bucket() {
            let sent = self.aws().metrics();
            return sent.iter().flat_map(|put| &put.metric_data).map(MetricDatum::line).collect();
        }
        let text = String::from_utf8(self.tree().await[POINTS].clone()).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a point")).collect()
    }

    /// Routes the report of a run, as a command does that prints.
    pub(crate) async fn routed(&self, run: &str, now: &str) -> Routed {
        let reports = self.variable("REPORTS_URI").expect("where reports go");
        let settings = RouterSettings::read(|name| (name == "REPORTS_URI").then(|| reports.clone()));
        let router = Router::new(settings.expect("settings"), self.clients().as_ref()).expect("a router");
        let router = router.with_outlet(Outlet::Printed(|_| Ok(())));
        let key = format!("{}/constraint_violations.json", run.trim_start_matches("reports/"));
        let run = RunFolder::from_violations_key(&key).expect("a run");
        let caller = Caller { now: time(now), request_id: "by-hand".to_owned() };
        router.route(&run, &caller).await.unwrap_or_else(|error| panic!("{}", error.chain()))
    }

    /// Has the function of a monitor serve each of its sample events, from a cold start each: one verdict, the same bytes, and those of a
    /// container. The points that were sent.
    pub(crate) async fn points_of_every_event<M: Monitor, F: Function + 'static>(
        &self,
        run: &str,
    ) -> Vec<MetricDatum> {
        let mut before: Option<Tree> = None;
        let events = named(M::COMMAND).samples();
        assert_eq!(events.len(), 3, "one of each kind that the function understands");
        for event in events {
            let answer = self.start_as::<F>().handle(event, nine().now).await;
            let answer = answer.unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(answer["monitoring_execution_status"], "Completed");
            assert_eq!(format!("reports/{}", answer["run"].as_str().expect("a run")), run);
            let tree = self.tree().await;
            if let Some(before) = before.replace(tree.clone()) {
                assert_same(&tree, &before);
            }
        }
        self.assert_as_in_a_container::<M>(run, &nine()).await;
        self.aws().metrics().into_iter().flat_map(|request| request.metric_data).collect()
    }

    /// What left the harness, where an AWS counts it.
    fn sent(&self) -> Option<(Option<u64>, usize)> {
        let aws = self.is_bucket().then(|| self.aws())?;
        Some((aws.requests().get("sagemaker:InvokeEndpoint").copied(), aws.metrics().len()))
    }
}

/// The sets of dimensions under which a metric was sent.
pub(crate) fn dimensions<'p>(
    points: &'p [MetricDatum],
    metric: &str,
) -> BTreeSet<BTreeMap<&'p str, &'p str>> {
    let of_metric = points.iter().filter(|point| point.metric_name == metric);
    let sets = of_metric.map(|point| {
        point.dimensions.iter().map(|dimension| (dimension.name.as_str(), dimension.value.as_str())).collect()
    });
    sets.collect()
}

/// Has six to nine judged by what the runs of another schedule kept.
pub(crate) async fn judge_hours<M: Monitor>(harness: &mut Harness, schedule: &str, of: &str) -> Execution {
    harness.set("SCHEDULE_NAME", schedule);
    harness.set("WINDOW", "PT3H");
    harness.set("OF", of);
    let mut tick = tick("2026-10-31T09:10:00Z");
    tick.trigger.window =
        Window::new(time("2026-10-31T06:00:00Z"), time("2026-10-31T09:00:00Z")).expect("a window");
    harness.run_as::<M>(&tick).await.expect("a verdict").execution
}

/// The hour that ends at 09:00, judged ten minutes later.
pub(crate) fn nine() -> Invocation {
    tick("2026-10-31T09:10:00Z")
}

/// An hourly tick, served at once.
pub(crate) fn tick(scheduled: &str) -> Invocation {
    let now = time(scheduled);
    let window = Window::ending_at(now, SignedDuration::from_hours(1)).expect("a window");
    Invocation {
        trigger: Trigger { window, reopen: false },
        now,
        began: tokio::time::Instant::now(),
        deadline: None,
        request_id: "story".to_owned(),
        memory_mb: None,
    }
}
