//! Reports and the router that tells of them: a bucket, two topics, and the real function.
//!
//! Reports are laid out by the pipeline's own code from numbers and limits; nothing here decides what is told.

use crate::harness::functions::{Answer, Started};
use crate::harness::{Harness, time};
use bellwether_contract::constraints::{ComparisonOperator, Constraints};
use bellwether_contract::execution::{Attempt, Execution, Identity, Status};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::{CheckType, Violation};
use bellwether_contract::window::Offsets;
use bellwether_pipeline::report::{Report, digest};
use bellwether_tests::local::events::created;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const BUCKET: &str = "newsroom";
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub(crate) const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:violations";
pub(crate) const PAGES: &str = "arn:aws:sns:us-east-1:000000000000:pages";

pub(crate) struct Routing {
    pub(crate) harness: Harness,
    function: Started,
}

/// What a run says.
pub(crate) struct Hour {
    end: Timestamp,
    offsets: Offsets,
    revision: u8,
    status: Option<Status>,
    mean: Option<f64>,
    more: Vec<Violation>,
    unseen: bool,
}

const FEATURE: &str = "top10_category_diversity";

/// The run of 31 October 2026 at this hour.
pub(crate) fn at(hour: i64) -> Hour {
    let end = time("2026-10-31T00:00:00Z") + HOUR * i32::try_from(hour).expect("an hour");
    Hour {
        end,
        offsets: Offsets::default(),
        revision: 1,
        status: None,
        mean: None,
        more: Vec::new(),
        unseen: false,
    }
}

impl Hour {
    /// With this mean, and a p5 one below it.
    pub(crate) fn mean(self, mean: f64) -> Self {
        Self { mean: Some(mean), ..self }
    }

    /// Of a schedule that looks so far back.
    pub(crate) fn looking_back(self, offsets: Offsets) -> Self {
        Self { offsets, ..self }
    }

    /// Judged by something else than the means of lists: they are neither violated nor held.
    pub(crate) fn unseen(self) -> Self {
        Self { unseen: true, ..self }
    }

    pub(crate) fn status(self, status: Status) -> Self {
        Self { status: Some(status), ..self }
    }

    pub(crate) fn second(self) -> Self {
        Self { revision: 2, ..self }
    }

    pub(crate) fn with(self, more: Vec<Violation>) -> Self {
        Self { more, ..self }
    }

    pub(crate) fn run(&self) -> RunFolder {
        let run = RunFolder {
            endpoint: "newsroom-prod".parse().expect("a name"),
            schedule: "diversity-hourly".parse().expect("a name"),
            hour: self.end,
            revision: 1,
        };
        if self.revision == 2 { run.reopened() } else { run }
    }

    pub(crate) fn key(&self) -> String {
        format!("reports/{}/constraint_violations.json", self.run())
    }

    /// The limits on the mean and on p5: name, value, limit.
    fn limits(&self) -> Vec<(String, f64, f64)> {
        let Some(mean) = self.mean.filter(|_| self.status.is_none() && !self.unseen) else {
            return Vec::new();
        };
        vec![(format!("{FEATURE}_p5"), mean - 1.0, 5.0), (format!("{FEATURE}_mean_floor"), mean, 4.0)]
    }

    /// The numbers behind the violations: of the means, then of what the story adds.
    fn judged(&self) -> Vec<(Judged, Violation)> {
        let limits = self.limits().into_iter().filter(|(_, value, limit)| value < limit);
        let of_limit = |(metric, value, limit): (String, f64, f64)| {
            let floor = metric.ends_with("_floor");
            let judged = Judged {
                check: CheckType::LessThanThreshold,
                feature_name: Some(FEATURE.to_owned()),
                metric_name: Some(metric.clone()),
                value,
                limit,
                comparison: ComparisonOperator::LessThanThreshold,
                severity: if floor { Severity::Critical } else { Severity::Warning },
                n: 100,
                compared: None,
                baseline_n: None,
                moved: Vec::new(),
                evidence: None,
            };
            let violation =
                judged.violation(&format!("Metric {metric} with {value} was LessThanThreshold '{limit}'"));
            (judged, violation)
        };
        let of_story = |violation: &Violation| {
            let check = violation.constraint_check_type.clone();
            let judged = Judged {
                severity: if check == CheckType::CaptureCorrupt { Severity::Info } else { Severity::Warning },
                check,
                feature_name: violation.feature_name.clone(),
                metric_name: violation.metric_name.clone(),
                value: 0.2,
                limit: 0.1,
                comparison: ComparisonOperator::GreaterThanThreshold,
                n: 1_000,
                compared: None,
                baseline_n: None,
                moved: Vec::new(),
                evidence: None,
            };
            (judged, violation.clone())
        };
        limits.map(of_limit).chain(self.more.iter().map(of_story)).collect()
    }

    pub(crate) fn files(&self) -> Vec<(String, Bytes)> {
        let statistics = json!({"version": 0.0, "dataset": {"item_count": 0}, "features": []});
        let statistics: Statistics =
            from_slice("statistics", statistics.to_string().as_bytes()).expect("what a story is made of");
        let (judged, violations): (Vec<_>, Vec<_>) = self.judged().into_iter().unzip();
        let report =
            Report::new(&statistics, &Constraints::default(), &violations).expect("what a story is made of");
        let execution =
            Bytes::from(to_vec(&self.execution(&report, judged)).expect("what a story is made of"));
        let file = |(name, bytes): &(bellwether_contract::keys::ReportFile, Bytes)| {
            (format!("reports/{}", Key::Report(&self.run(), *name)), bytes.clone())
        };
        let mut files = vec![(format!("reports/{}", Key::Execution(&self.run())), execution)];
        files.extend(report.files().iter().map(file));
        files
    }

    fn execution(&self, report: &Report, judged: Vec<Judged>) -> Execution {
        let violations = judged.len() as u64;
        let status = self.status.unwrap_or(match violations {
            0 => Status::Completed,
            _ => Status::CompletedWithViolations,
        });
        let files = report.committed();
        let held = self.limits().into_iter().filter(|(_, value, limit)| value >= limit);
        Execution {
            version: Execution::VERSION,
            identity: Identity {
                monitor: "diversity".to_owned(),
                endpoint_name: "newsroom-prod".parse().expect("what a story is made of"),
                variant_name: "AllTraffic".parse().expect("what a story is made of"),
                monitoring_schedule_name: "diversity-hourly".parse().expect("what a story is made of"),
                window: self.offsets.window(self.end).expect("what a story is made of"),
            },
            brought: None,
            cadence: None,
            configuration_digest: "c0ffee".to_owned(),
            baseline_digest: None,
            baselines: Vec::new(),
            monitoring_execution_status: status,
            exit_message: format!("{status}: {violations} violations."),
            violations,
            supersedes: (self.revision == 2).then(|| "first".to_owned()),
            baseline: None,
            checks: BTreeMap::new(),
            not_evaluable_beyond: 0,
            constraints_judged: if self.status.is_none() { 2 } else { 0 },
            judged_on: None,
            judged,
            held: held.map(|(name, ..)| name).collect(),
            held_beyond: 0,
            not_evaluable: BTreeMap::new(),
            warnings: Vec::new(),
            capture: None,
            replay: None,
            aggregates: BTreeMap::new(),
            metrics: Vec::new(),
            labelling: bellwether_contract::execution::Labelling::default(),
            explanation: None,
            profile: None,
            metrics_beyond: 0,
            digest: format!("{}-{}", digest(&files), self.end),
            files,
            attempt: Attempt::default(),
        }
    }
}

impl Routing {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With these settings besides the usual ones.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let harness = with_topics().await;
        Self { function: function(&harness, settings), harness }
    }

    /// The same after a deployment with these settings, and the usual ones.
    pub(crate) fn deployed(self, settings: &[(&str, &str)]) -> Self {
        Self { function: function(&self.harness, settings), ..self }
    }

    /// Publishes a report; its event is not sent.
    pub(crate) async fn publish(&self, hour: &Hour) {
        for (key, bytes) in hour.files() {
            self.harness.put(&key, bytes).await;
        }
    }

    /// Publishes a report and hands its event to the function, ten minutes after the hour.
    pub(crate) async fn tell(&self, hour: Hour) -> Answer {
        self.publish(&hour).await;
        self.event(&hour, hour.end + SignedDuration::from_mins(10)).await
    }

    /// The same, so many hours late.
    pub(crate) async fn tell_late(&self, hour: Hour, hours: i32) -> Answer {
        self.publish(&hour).await;
        self.event(&hour, hour.end + HOUR * hours + SignedDuration::from_mins(10)).await
    }

    /// Hands over the event of a report that is published.
    pub(crate) async fn event(&self, hour: &Hour, now: Timestamp) -> Answer {
        self.handle(created(BUCKET, &hour.key()), now).await
    }

    pub(crate) async fn handle(&self, event: Value, now: Timestamp) -> Answer {
        self.function.handle(event, now).await
    }
}

/// A bucket and both topics.
pub(crate) async fn with_topics() -> Harness {
    let harness = Harness::without_settings(BUCKET).await;
    for topic in ["violations", "pages"] {
        harness.aws().create_topic(topic).await.expect("a topic");
    }
    harness
}

fn function(harness: &Harness, settings: &[(&str, &str)]) -> Started {
    let usual = [("REPORTS_URI", "{root}/reports"), ("TOPIC_ARN", TOPIC)];
    harness.start_with("violation-router", &[&usual, settings].concat())
}
