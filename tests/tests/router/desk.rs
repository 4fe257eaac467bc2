//! Where the router works in these tests: an embedded AWS with reports, a topic, and the real function.
//!
//! Reports are laid out by the pipeline's own code from numbers and limits; nothing here decides what is told.

use bellwether_analysis::monitors::diversity::evaluate;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::execution::{Attempt, Execution, Identity, Status};
use bellwether_contract::json::{from_slice, to_vec};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::Violation;
use bellwether_contract::window::Window;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::report::{Report, digest};
use bellwether_serve::Function as _;
use bellwether_storage::Store;
use bellwether_tests::aws::EmbeddedAws;
use bellwether_tests::recorded::Publish;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use violation_router::Function;

pub(crate) const BUCKET: &str = "newsroom";
pub(crate) const HOUR: SignedDuration = SignedDuration::from_hours(1);
pub(crate) const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:violations";

pub(crate) struct Desk {
    pub(crate) aws: EmbeddedAws,
    pub(crate) function: Function,
}

/// What a run says.
pub(crate) struct Hour {
    end: Timestamp,
    revision: u8,
    status: Option<Status>,
    metrics: Vec<(String, f64)>,
    more: Vec<Violation>,
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// The run of 31 October 2026 at this hour.
pub(crate) fn at(hour: i64) -> Hour {
    let end = time("2026-10-31T00:00:00Z") + HOUR * i32::try_from(hour).expect("an hour");
    Hour { end, revision: 1, status: None, metrics: Vec::new(), more: Vec::new() }
}

impl Hour {
    /// With this mean, and a p5 one below it.
    pub(crate) fn mean(mut self, mean: f64) -> Self {
        let feature = "top10_category_diversity";
        self.metrics = vec![(format!("{feature}_mean"), mean), (format!("{feature}_p5"), mean - 1.0)];
        self
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

    fn run(&self) -> RunFolder {
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

    fn files(&self) -> Vec<(String, Bytes)> {
        let metrics: BTreeMap<_, _> =
            self.metrics.iter().map(|(name, value)| (name, json!({"value": value}))).collect();
        let statistics = json!({"version": 0.0, "dataset": {"item_count": 0}, "features": [],
            "recommendation_metrics": metrics});
        let below = |limit: f64| json!({"threshold": limit, "comparison_operator": "LessThanThreshold"});
        let constraints = json!({"version": 0.0, "features": [], "recommendation_constraints": {
            "top10_category_diversity_p5": below(5.0), "top10_category_diversity_mean_floor": below(4.0)}});
        let statistics: Statistics =
            from_slice("statistics", statistics.to_string().as_bytes()).expect("what a story is made of");
        let constraints: Constraints =
            from_slice("constraints", constraints.to_string().as_bytes()).expect("what a story is made of");
        let mut violations = match self.status {
            None => evaluate(&statistics, &constraints),
            Some(_) => Vec::new(),
        };
        violations.extend(self.more.iter().cloned());
        let count = violations.len() as u64;
        let report = Report::new(&statistics, &constraints, &violations).expect("what a story is made of");
        let execution =
            Bytes::from(to_vec(&self.execution(&report, count)).expect("what a story is made of"));
        let file = |(name, bytes): &(bellwether_contract::keys::ReportFile, Bytes)| {
            (format!("reports/{}", Key::Report(&self.run(), *name)), bytes.clone())
        };
        let mut files = vec![(format!("reports/{}", Key::Execution(&self.run())), execution)];
        files.extend(report.files().iter().map(file));
        files
    }

    fn execution(&self, report: &Report, violations: u64) -> Execution {
        let status = self.status.unwrap_or(match violations {
            0 => Status::Completed,
            _ => Status::CompletedWithViolations,
        });
        let files = report.committed();
        Execution {
            version: Execution::VERSION,
            identity: Identity {
                monitor: "diversity".to_owned(),
                endpoint_name: "newsroom-prod".parse().expect("what a story is made of"),
                variant_name: "AllTraffic".parse().expect("what a story is made of"),
                monitoring_schedule_name: "diversity-hourly".parse().expect("what a story is made of"),
                window: Window::new(self.end - HOUR, self.end).expect("what a story is made of"),
                configuration_digest: "c0ffee".to_owned(),
            },
            monitoring_execution_status: status,
            exit_message: format!("{status}: {violations} violations."),
            violations,
            supersedes: (self.revision == 2).then(|| "first".to_owned()),
            baseline: None,
            not_evaluable: BTreeMap::new(),
            capture: None,
            replay: None,
            metrics: Vec::new(),
            digest: digest(&files),
            files,
            attempt: Attempt::default(),
        }
    }
}

/// EventBridge's word of one object.
pub(crate) fn created(bucket: &str, key: &str) -> Value {
    json!({"detail-type": "Object Created", "source": "aws.s3",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key}}})
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With these settings besides the usual ones.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let aws = EmbeddedAws::start(None).await.expect("what a story is made of");
        aws.create_bucket(BUCKET).await.expect("what a story is made of");
        aws.sns().create_topic().name("violations").send().await.expect("what a story is made of");
        let function = Self::function(&aws, settings);
        Self { aws, function }
    }

    fn function(aws: &EmbeddedAws, settings: &[(&str, &str)]) -> Function {
        let usual = [("REPORTS_URI", "s3://newsroom/reports"), ("TOPIC_ARN", TOPIC)];
        let lookup = |name: &str| {
            let mut all = settings.iter().chain(&usual);
            all.find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Function::new(lookup, Clients::new(&aws.sdk_config())).expect("what a story is made of")
    }

    pub(crate) fn clients(&self) -> Clients {
        Clients::new(&self.aws.sdk_config())
    }

    /// Where something lies in the bucket.
    pub(crate) fn store(&self, prefix: &str) -> Store {
        Store::S3 { client: self.aws.s3(), bucket: BUCKET.to_owned(), prefix: prefix.to_owned() }
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let body = bytes.into().into();
        self.aws
            .s3()
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(body)
            .send()
            .await
            .expect("what a story is made of");
    }

    /// Publishes a report; its event is not sent.
    pub(crate) async fn publish(&self, hour: &Hour) {
        for (key, bytes) in hour.files() {
            self.put(&key, bytes).await;
        }
    }

    /// Publishes a report and hands its event to the function, ten minutes after the hour.
    pub(crate) async fn tell(&self, hour: Hour) -> Result<Value, Diagnostic> {
        self.publish(&hour).await;
        self.event(&hour, hour.end + SignedDuration::from_mins(10)).await
    }

    /// Hands over the event of a report that is published.
    pub(crate) async fn event(&self, hour: &Hour, now: Timestamp) -> Result<Value, Diagnostic> {
        self.handle(created(BUCKET, &hour.key()), now).await
    }

    pub(crate) async fn handle(&self, payload: Value, now: Timestamp) -> Result<Value, Diagnostic> {
        let mut context = Context::default();
        context.request_id = "c5a1b2f0-same-for-every-delivery".to_owned();
        self.function.handle(LambdaEvent::new(payload, context), now).await
    }

    /// Subjects of what was sent, in order.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.aws.published().iter().map(|sent| sent.subject.clone().unwrap_or_default()).collect()
    }

    /// What the queue behind the topic holds.
    pub(crate) fn queue(&self) -> Vec<Value> {
        self.aws.published().iter().map(in_queue).collect()
    }
}

pub(crate) fn in_queue(sent: &Publish) -> Value {
    serde_json::from_str(&sent.for_protocol("sqs").expect("a text for queues")).expect("JSON")
}
