//! `bellwether demo`: a healthy hour and a collapsed hour of the sample newsroom, over real HTTP on loopback.

use crate::output::print;
use crate::table::{paragraph, width};
use crate::{incident, pages, summary, watch};
use bellwether_contract::keys::RunFolder;
use bellwether_contract::trigger::Trigger;
use bellwether_contract::window::Window;
use bellwether_newsroom::server::Server;
use bellwether_newsroom::{ENDPOINT, Model, Newsroom, SCHEDULE, VARIANT};
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitors::diversity::{Diversity, DiversityCheck, DiversitySettings};
use bellwether_pipeline::scheduled::Invocation;
use bellwether_pipeline::settings::Settings;
use clap::ArgMatches;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::time::Instant;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Runs both hours. The exit code is 0 where the healthy one is healthy and the collapsed one was caught.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let now = Timestamp::now();
    let root = root(matches, now);
    if matches.get_flag("incident") {
        return incident::run(&root, matches.get_flag("json"), matches.get_flag("open")).await;
    }
    let end = bellwether_contract::window::truncate(now);
    let hours = [(end - HOUR - HOUR, Model::Healthy), (end - HOUR, Model::Collapsed)];
    let newsroom = Arc::new(Newsroom::new(2026));
    newsroom.write(&root, &hours).map_err(|error| unwritable(&root, &error))?;
    let as_json = matches.get_flag("json");
    let say = |text: &str| if as_json { Ok(()) } else { print(paragraph("", text, width())) };
    say("A newsroom of 720 articles in 12 sections, 500 held-out sessions, 600 captured requests an hour.")?;
    let (mut executions, mut runs) = (Vec::new(), Vec::new());
    for (hour, model) in hours {
        let server = Server::start(newsroom.clone(), model).await.map_err(|error| no_loopback(&error))?;
        say("")?;
        say(headline(model))?;
        let (check, committed) = judge(&root, &server, hour).await?;
        if !as_json {
            print(summary::summary::<Diversity>(check.ledger(), &committed).await?)?;
        }
        executions.push(committed.execution);
        runs.push(committed.run);
    }
    if as_json {
        print(format_args!("{:#}", json!(executions)))?;
    }
    say("")?;
    say(&format!("Everything lies in {}", root.display()))?;
    let [before, after] = runs.as_slice() else { return Err(ended_otherwise("demo")) };
    let [over_time, healthy, collapsed] = drawn(&root, [before, after], now).await?;
    let told = [
        ("the healthy hour", healthy.as_path()),
        ("the collapsed hour", &collapsed),
        ("both over time", &over_time),
    ];
    say("")?;
    if !as_json {
        print(pages::in_words(&told))?;
    }
    if matches.get_flag("open") {
        pages::open(&collapsed);
    }
    let caught: Vec<bool> = executions.iter().map(|execution| execution.violations > 0).collect();
    if caught == [false, true] { Ok(ExitCode::SUCCESS) } else { Err(ended_otherwise("demo")) }
}

/// The page over both hours, and the page of each.
async fn drawn(root: &Path, runs: [&RunFolder; 2], now: Timestamp) -> Result<[PathBuf; 3], Told> {
    let [healthy, collapsed] = runs;
    let over_time = pages::over_time(root, collapsed, now).await?;
    Ok([over_time, pages::of_a_run(root, healthy), pages::of_a_run(root, collapsed)])
}

/// A file of the demo could not be written or read.
pub(crate) fn unwritable(path: &Path, error: &std::io::Error) -> Told {
    Told::new(
        "OutputFailed",
        path.display().to_string(),
        error.to_string(),
        "give --output a folder with room",
    )
}

/// The model server of the demo could not be started.
pub(crate) fn no_loopback(error: &std::io::Error) -> Told {
    Told::new("NoLoopback", "127.0.0.1", error.to_string(), "allow this process to listen there")
}

/// The demo is a test as well: it knows how it has to end.
pub(crate) fn ended_otherwise(demo: &str) -> Told {
    Told::new("UnexpectedEnd", demo, "it did not end as it should", "report it, with what was printed")
}

fn headline(model: Model) -> &'static str {
    match model {
        Model::Healthy => "-- The hour before the deployment: the recommender works.",
        Model::Collapsed => "-- The hour after it: the retrained recommender lost its diversity term.",
    }
}

fn root(matches: &ArgMatches, now: Timestamp) -> PathBuf {
    let given = matches.get_one::<PathBuf>("output").cloned();
    given.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("bellwether-demo-{}", now.strftime("%Y%m%dT%H%M%SZ")))
    })
}

async fn judge(root: &Path, server: &Server, hour: Timestamp) -> Result<(DiversityCheck, Committed), Told> {
    let path = |name: &str| root.join(name).display().to_string();
    let settings = DiversitySettings::read(|name| match name {
        "ENDPOINT_NAME" => Some(ENDPOINT.to_owned()),
        "VARIANT_NAME" => Some(VARIANT.to_owned()),
        "SCHEDULE_NAME" => Some(SCHEDULE.to_owned()),
        "CAPTURE_URI" => Some(path("capture")),
        "VALIDATION_SET_URI" => Some(path("inputs/sessions.jsonl")),
        "CATALOG_URI" => Some(path("inputs/catalog.json")),
        "REPORTS_URI" => Some(path("reports")),
        "REPLAY" => Some(server.url().to_owned()),
        _ => None,
    })?;
    let window = Window::ending_at(hour + HOUR, HOUR)?;
    let invocation = Invocation {
        trigger: Trigger { window, reopen: false },
        now: window.end() + SignedDuration::from_mins(10),
        began: Instant::now(),
        deadline: None,
        request_id: "demo".to_owned(),
        memory_mb: None,
    };
    let sink = Sink::Directory(root.join("metrics"));
    let check = DiversityCheck::new(settings, None, sink)?;
    let progress = watch::Progress::on_a_terminal();
    let committed = check.run(&invocation, &|step| progress.show(step)).await;
    progress.clear();
    Ok((check, committed?))
}
