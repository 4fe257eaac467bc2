//! `bellwether demo --incident`: a bad deployment in the sample newsroom, hour by hour, as the on-call lives it.
//!
//! The clock is virtual; everything else is the real thing on folders: baselines, hourly runs, the router, and the
//! alarms of both templates over the metric file. It decides nothing. For a program it is the same story in JSON.

mod setting;
mod timeline;

use crate::demo::{ended_otherwise, no_loopback, unwritable};
use crate::output::print;
use crate::pages;
use crate::table::{paragraph, width};
use bellwether_alarms::{Alarms, Change, State};
use bellwether_contract::execution::Execution;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::metrics::{METRICS_FILE, MetricLine, MetricValue};
use bellwether_contract::names::ModelVersion;
use bellwether_contract::routing::Message;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_newsroom::incident::{
    Live, ModelRelease, Moment, What, manifest, script, sessions_jsonl, training_lists,
};
use bellwether_newsroom::server::Server;
use bellwether_newsroom::{Model, Newsroom};
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Baselines, activate};
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::dispatch::{Roll, Survey};
use bellwether_pipeline::document::Document;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::metrics::{Sink, StackMetrics};
use bellwether_pipeline::monitor::Monitor as _;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::monitors::diversity::{Diversity, DiversityCheck};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::decision::Silence;
use bellwether_pipeline::route::{self, Router};
use bellwether_pipeline::scheduled::Invocation;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::{ActivationSettings, BaselineSettings};
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_storage::{Location, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use setting::{NAMESPACE, STACK, alarms, document, variable};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use timeline::{Hour, Timeline};
use tokio::time::Instant;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// The healthy hours that are told before the incident.
const HEALTHY_HOURS: i64 = 24;
const PAGING_ALARM: &str = "PagingAlarm";
const LISTS: &str = "recommendations.jsonl";

/// Plays the story below a folder and prints it. The exit code is 0 where it ended as it should.
pub(crate) async fn run(root: &Path, as_json: bool, open: bool) -> Result<ExitCode, Told> {
    let mut stage = Stage::set_up(root, as_json).await?;
    let title =
        "A day of a newsroom's recommender, and a bad deployment. The clock is virtual, the rest is real.";
    if !as_json {
        print(format_args!("{}\n", paragraph("", title, width())))?;
    }
    stage.timeline.heading();
    for moment in script(HEALTHY_HOURS) {
        stage.wait_until(moment.at);
        stage.play(moment).await?;
    }
    stage.timeline.close();
    let drawn = stage.pages().await?;
    if as_json {
        let pages: Vec<String> = drawn.iter().map(|(_, page)| page.display().to_string()).collect();
        let told = json!({ "folder": root.display().to_string(), "pages": pages, "events": stage.events });
        print(format_args!("{told:#}"))?;
    } else {
        let told: Vec<(&str, &Path)> = drawn.iter().map(|(what, page)| (*what, page.as_path())).collect();
        print(format_args!("\nEverything lies in {}\n\n{}", root.display(), pages::in_words(&told)))?;
    }
    if let Some((_, page)) = drawn.first().filter(|_| open) {
        pages::open(page);
    }
    stage.ending()
}

/// Everything that takes part.
struct Stage {
    root: PathBuf,
    newsroom: Arc<Newsroom>,
    live: Live,
    /// Serves `live` until it is dropped.
    _server: Server,
    check: DiversityCheck,
    document: Document,
    survey: Survey,
    baselines: Baselines,
    router: Router,
    alarms: Alarms,
    pages: usize,
    /// What each message was about, in order.
    heard: Vec<String>,
    metric_bytes_read: usize,
    clock: Option<Timestamp>,
    /// The first run that was violated.
    first_violated: Option<RunFolder>,
    timeline: Timeline,
    /// The story for a program.
    events: Vec<Value>,
}

impl Stage {
    async fn set_up(root: &Path, as_json: bool) -> Result<Self, Told> {
        let newsroom = Arc::new(Newsroom::new(2026));
        write(&root.join("inputs/catalog.json"), &newsroom.catalog_json())?;
        write(&root.join("inputs/sessions.jsonl"), &sessions_jsonl(&newsroom))?;
        let live = Live::new(Arc::clone(&newsroom));
        let server = live.serve().await.map_err(|error| no_loopback(&error))?;
        let lookup = |name: &str| variable(root, server.url(), name);
        let settings = DiversitySettings::read(lookup)?;
        let sink = Sink::Directory(root.join("metrics"));
        let document = document(root, server.url(), Diversity::NAME).map_err(RunError::from)?;
        let survey = Survey { ledger: ledger(root, sink.clone())? };
        let check = DiversityCheck::new(settings, None, sink)?;
        let settings = BaselineSettings::read(lookup)?;
        let baselines = Baselines::new(settings, None)?;
        let settings = RouterSettings::read(lookup)?;
        let router = Router::new(settings, None)?;
        Ok(Self {
            root: root.to_owned(),
            newsroom,
            live,
            _server: server,
            check,
            document,
            survey,
            baselines,
            router,
            alarms: alarms().map_err(|error| {
                Told::new(
                    "MalformedTemplate",
                    "template.yaml and alarms.yaml",
                    error.to_string(),
                    "build from an unchanged checkout",
                )
            })?,
            pages: 0,
            heard: Vec::new(),
            metric_bytes_read: 0,
            clock: None,
            first_violated: None,
            timeline: if as_json { Timeline::silent() } else { Timeline::default() },
            events: Vec::new(),
        })
    }

    /// Lets the clock run, and the alarms with it, minute by minute.
    fn wait_until(&mut self, at: Timestamp) {
        let Some(mut minute) = self.clock.map(|clock| clock + MINUTE) else { return };
        while minute < at {
            let changes = self.evaluate(minute);
            self.tell(&changes);
            minute += MINUTE;
        }
    }

    fn evaluate(&mut self, now: Timestamp) -> Vec<Change> {
        self.clock = Some(now);
        let changes = self.alarms.evaluate(now);
        let is_page = |change: &&Change| change.alarm == PAGING_ALARM && change.to == State::Alarm;
        self.pages += changes.iter().filter(is_page).count();
        changes
    }

    fn tell(&mut self, changes: &[Change]) {
        for change in changes {
            if change.from != State::InsufficientData {
                let text = format!("{} goes from {} to {}", change.alarm, change.from, change.to);
                self.timeline.note(change.at, &text);
                let (from, to) = (change.from.to_string(), change.to.to_string());
                self.events.push(json!({"at": change.at, "alarm": change.alarm, "from": from, "to": to}));
            }
        }
    }

    /// Something that is no run and no alarm.
    fn note(&mut self, at: Timestamp, text: &str) {
        self.timeline.note(at, text);
        self.events.push(json!({"at": at, "what": text}));
    }

    async fn play(&mut self, moment: Moment) -> Result<(), Told> {
        let at = moment.at;
        match moment.what {
            What::Publish(version) => {
                let told = self.publish(version, at).await?;
                self.note(at, &told);
            }
            What::Deploy(version, model) => {
                self.live.deploy(model);
                let how = match model {
                    Model::Healthy => "is live",
                    Model::Collapsed => "goes live, and its deployment has lost the diversity term",
                };
                self.note(at, &format!("{} {how}", version.name));
            }
            What::Failing(failing) => {
                self.live.fail(failing);
                let how =
                    if failing { "fails a quarter of its requests" } else { "answers all requests again" };
                self.note(at, &format!("the endpoint {how}"));
            }
            What::Tick { scheduled, times } => self.tick(at, scheduled, times).await?,
            What::Lost { .. } => {
                let hour = Hour {
                    number: "-".to_owned(),
                    status: "none".to_owned(),
                    alarm: self.paging(),
                    remark: "the tick of this hour is lost".to_owned(),
                };
                self.events.push(json!({"at": at, "what": hour.remark}));
                self.timeline.hour(at, hour);
            }
            What::Activate(version) => {
                let lookup = |name: &str| variable(&self.root, "", name);
                let settings = ActivationSettings::read(lookup)?;
                let invocation = route::Caller { now: at, request_id: "demo".to_owned() };
                activate(&settings, None, &named(version)?, &invocation).await?;
                self.note(at, &format!("bellwether baseline --activate {}", version.name));
            }
        }
        Ok(())
    }

    /// A training pipeline's part, then the baseline function's.
    async fn publish(&self, version: ModelRelease, at: Timestamp) -> Result<String, Told> {
        let folder = self.root.join("models").join(version.name);
        write(&folder.join(LISTS), &training_lists(&self.newsroom))?;
        write(&folder.join("manifest.json"), manifest(version, LISTS).to_string().as_bytes())?;
        let generated = self.baselines.generate(&named(version)?, at, None, &nobody).await;
        let lists = generated?.diversity;
        let metrics = lists.as_ref().map(|lists| &lists.baseline.recommendation_metrics);
        let mean = metrics.and_then(|metrics| metrics.get("top10_category_diversity_mean"));
        let mean = mean.map_or_else(String::new, |metric| format!(": mean {:.2}", metric.value));
        Ok(format!("{} is published, and its baseline is in force{mean}", version.name))
    }

    async fn tick(&mut self, at: Timestamp, scheduled: Timestamp, times: usize) -> Result<(), Told> {
        let window = Window::ending_at(scheduled, HOUR)?;
        let invocation = Invocation {
            trigger: Trigger { window, reopen: false },
            now: at,
            began: Instant::now(),
            deadline: None,
            request_id: format!("demo-{}", window.label()),
            memory_mb: None,
        };
        let mut remarks = oddities(at, scheduled, times);
        let mut messages = Vec::new();
        let mut last = None;
        for _ in 0..times {
            // The dispatcher's part, which starts a run and then looks how all of them stand.
            self.survey.take(&Roll::of(&self.document, |_| Ok(())), window.scheduled(), at).await?;
            let committed = self.check.run(&invocation, &nobody).await?;
            let (sent, silence) = self.route(&committed, at).await?;
            remarks.extend(sent.iter().map(|message| message.subject.clone()));
            remarks.extend(in_words(silence).filter(|_| sent.is_empty()));
            messages.extend(sent);
            let is_first = committed.execution.violations > 0 && self.first_violated.is_none();
            self.first_violated =
                self.first_violated.take().or_else(|| is_first.then(|| committed.run.clone()));
            last = Some(committed.execution);
        }
        self.read_metrics()?;
        let changes = self.evaluate(at);
        let Some(execution) = last else { return Ok(()) };
        let status = execution.monitoring_execution_status.to_string();
        let hour =
            Hour { number: mean(&execution), status, alarm: self.paging(), remark: remarks.join("; ") };
        self.timeline.hour(at, hour);
        self.events.push(json!({
            "at": at, "scheduled": scheduled, "execution": execution, "messages": messages, "alarm": self.paging(),
        }));
        self.tell(&changes);
        for message in messages {
            let kind = message.body["payload"]["custom_details"]["kind"].as_str().unwrap_or_default();
            if kind == "announced" {
                self.timeline.quote(&message.text);
            }
            self.heard.push(kind.to_owned());
        }
        Ok(())
    }

    /// What the router's function does when the report has appeared.
    async fn route(&self, committed: &Committed, now: Timestamp) -> Result<(Vec<Message>, Silence), Told> {
        let invocation = route::Caller { now, request_id: "demo".to_owned() };
        let routed = self.router.route(&committed.run, &invocation).await?;
        Ok((routed.sent, routed.silence))
    }

    /// Hands the alarms what was appended to the metric file.
    fn read_metrics(&mut self) -> Result<(), Told> {
        let path = self.root.join("metrics").join(METRICS_FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| unwritable(&path, &error))?;
        for line in text[self.metric_bytes_read..].lines() {
            let point: MetricLine = from_slice(&path.display().to_string(), line.as_bytes())?;
            self.alarms.record(NAMESPACE, &point);
        }
        self.metric_bytes_read = text.len();
        Ok(())
    }

    /// The pages of the story: over time, and of the first hour that was violated.
    async fn pages(&self) -> Result<Vec<(&'static str, PathBuf)>, Told> {
        let mut drawn = Vec::new();
        if let (Some(first), Some(now)) = (&self.first_violated, self.clock) {
            drawn.push(("the whole story", pages::over_time(&self.root, first, now).await?));
            drawn.push(("its first bad hour", pages::of_a_run(&self.root, first)));
        }
        Ok(drawn)
    }

    fn paging(&self) -> String {
        self.alarms.state(PAGING_ALARM).map_or_else(String::new, |state| state.to_string())
    }

    fn ending(&self) -> Result<ExitCode, Told> {
        let heard = ["announced", "not_judged", "judged_again", "reminder", "earlier", "resolved"];
        if self.pages == 1 && self.heard == heard {
            Ok(ExitCode::SUCCESS)
        } else {
            Err(ended_otherwise("demo --incident"))
        }
    }
}

/// Where the stack's reports and state lie, and where its points go.
fn ledger(root: &Path, sink: Sink) -> Result<Ledger, Told> {
    let open = |folder: &str| Store::new(&Location::Folder(root.join(folder)), None);
    let stack = StackMetrics::new(STACK.parse()?, None);
    Ok(Ledger { reports: open("reports")?, state: open("reports-state")?, sink, stack: Some(stack) })
}

fn oddities(at: Timestamp, scheduled: Timestamp, times: usize) -> Vec<String> {
    let late = (at != scheduled).then(|| format!("the tick of {}, late", scheduled.strftime("%H:%M")));
    let doubled = (times > 1).then(|| "the tick came twice".to_owned());
    late.into_iter().chain(doubled).collect()
}

/// Why nobody hears of an hour, where that needs saying.
fn in_words(silence: Silence) -> Option<String> {
    let words = match silence {
        Silence::Healthy | Silence::Known => return None,
        Silence::Same => "silent: the same violations",
        Silence::Unproven => "silent: this hour proves nothing",
        Silence::NotJudged => "silent: nothing is judged, as was told",
        Silence::Older => "silent: a newer hour was routed before",
    };
    Some(words.to_owned())
}

fn named(version: ModelRelease) -> Result<ModelVersion, Told> {
    Ok(version.name.parse::<ModelVersion>()?)
}

fn mean(execution: &Execution) -> String {
    let point = execution.metrics.iter().find(|point| point.name.ends_with("category_diversity_mean"));
    match point.map(|point| &point.value) {
        Some(MetricValue::Value { value }) => format!("{value:.2}"),
        _ => "-".to_owned(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Told> {
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        std::fs::write(path, bytes)
    };
    write().map_err(|error: std::io::Error| unwritable(path, &error))
}
