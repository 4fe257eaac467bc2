//! `bellwether report`: one page over many runs, or the page of a run that has none.
//!
//! It reads, draws and writes one file. What a run cannot say is told on the page, and by the exit code.

mod one;
mod place;

use crate::output::{note, print};
use crate::table::{Column, Table, paragraph, width};
use crate::{FAILED, aws, document};
use bellwether_contract::keys::RunFolder;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_page::index::{self, Schedule, ScheduleState, Untold};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::document::{Document, Holder};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::executions::Query;
use bellwether_pipeline::route::text::plain;
use bellwether_pipeline::timeline::{Timeline, timeline};
use bellwether_storage::{Location, Store};
use clap::ArgMatches;
use clap::parser::ValueSource;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

const TEXT_CHARS: usize = 1_024;
/// Schedules that are read side by side.
const AT_ONCE: usize = 4;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let output = matches.get_one::<PathBuf>("output").cloned().unwrap_or_default();
    let is_typed = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    if let Some(run) = matches.get_one::<String>("run") {
        return one::run(matches, run, &output).await;
    }
    let of_document = matches.contains_id("MONITORS_URI") && !is_typed("SCHEDULE_NAME");
    if of_document {
        return of_a_document(matches, &output).await;
    }
    let asked = Query {
        endpoint: value::<EndpointName>(matches, "ENDPOINT_NAME")?,
        schedule: value::<ScheduleName>(matches, "SCHEDULE_NAME")?,
        from: matches.get_one::<Timestamp>("from").copied(),
        to: matches.get_one::<Timestamp>("to").copied(),
    };
    let reports: Location = value(matches, "REPORTS_URI")?;
    let clients = aws::clients_if(matches!(reports, Location::S3 { .. })).await?;
    let store = Store::new(&reports, clients.as_ref().map(|clients| &clients.s3))?;
    let drawn = of_a_schedule(&store, base(matches)?, &asked, Timestamp::now(), &output).await?;
    tell(matches, &output, &drawn)
}

/// The front of the operators' own, where people open pages.
fn base(matches: &ArgMatches) -> Result<Option<&str>, Told> {
    let base = matches.get_one::<String>("REPORT_BASE_URL").map(String::as_str);
    let is_of_the_web = |base: &str| base.starts_with("https://") || base.starts_with("http://");
    match base {
        Some(base) if !is_of_the_web(base) => {
            Err(Told::usage("--report-base", "is no address of the web", "begin it with https://"))
        }
        base => Ok(base),
    }
}

/// A page that was written.
pub(crate) struct Drawn {
    bytes: usize,
    schedules: Vec<Row>,
    untold: Vec<Untold>,
    paused: Vec<String>,
}

/// What is said of a schedule.
struct Row {
    schedule: String,
    endpoint: String,
    runs: usize,
    standing: ScheduleState,
    errors: Vec<String>,
}

impl Row {
    fn of(timeline: &Timeline, drawn: &Schedule<'_>) -> Self {
        let error =
            |(run, error): (&RunFolder, &bellwether_pipeline::RunError)| format!("{run}: {}", error.chain());
        Self {
            schedule: drawn.schedule.to_string(),
            endpoint: drawn.endpoint.to_string(),
            runs: timeline.len(),
            standing: index::standing(drawn),
            errors: timeline.errors().map(error).collect(),
        }
    }
}

/// Draws the page of one schedule into a file.
pub(crate) async fn of_a_schedule(
    reports: &Store,
    base: Option<&str>,
    asked: &Query,
    now: Timestamp,
    output: &Path,
) -> Result<Drawn, Told> {
    let timeline = timeline(reports, asked, now).await?;
    let schedule = timeline.schedule(&place::links(reports, base, output));
    let page = index::page(&schedule);
    write(output, page.as_bytes())?;
    let schedules = vec![Row::of(&timeline, &schedule)];
    Ok(Drawn { bytes: page.len(), schedules, untold: Vec::new(), paused: Vec::new() })
}

async fn of_a_document(matches: &ArgMatches, output: &Path) -> Result<ExitCode, Told> {
    let lookup = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let document = match document::read(matches, Holder::Command(&lookup)).await? {
        Ok(document) => document,
        Err(error) => return Ok(document::complain(matches, &error)),
    };
    let now = Timestamp::now();
    let Sorted { asked, mut untold, paused } = sort(matches, &document)?;
    let needs_aws = asked.iter().any(|(reports, _)| matches!(reports, Location::S3 { .. }));
    let clients = aws::clients_if(needs_aws).await?;
    let read = iter(&asked).map(|(reports, asked)| read(reports, clients.as_ref(), asked, now));
    let read: Vec<_> = read.buffered(AT_ONCE).collect().await;
    let mut timelines = Vec::new();
    for ((_, asked), read) in asked.iter().zip(read) {
        match read {
            Ok(read) => timelines.push(read),
            Err(told) => untold.push(Untold { name: asked.schedule.to_string(), why: told.to_string() }),
        }
    }
    let base = base(matches)?;
    let links = |(reports, _): &(Store, Timeline)| place::links(reports, base, output);
    let links: Vec<_> = timelines.iter().map(links).collect();
    let schedules: Vec<Schedule<'_>> =
        timelines.iter().zip(&links).map(|((_, timeline), links)| timeline.schedule(links)).collect();
    let page = index::page_of_many(document.object(), &schedules, &untold);
    write(output, page.as_bytes())?;
    let rows = timelines.iter().zip(&schedules).map(|((_, timeline), drawn)| Row::of(timeline, drawn));
    let drawn = Drawn { bytes: page.len(), schedules: rows.collect(), untold, paused };
    tell(matches, output, &drawn)
}

/// The entries of a document, by what can be asked of them.
struct Sorted {
    asked: Vec<(Location, Query)>,
    untold: Vec<Untold>,
    paused: Vec<String>,
}

fn sort(matches: &ArgMatches, document: &Document) -> Result<Sorted, Told> {
    let [from, to] = ["from", "to"].map(|name| matches.get_one::<Timestamp>(name).copied());
    let mut sorted = Sorted { asked: Vec::new(), untold: Vec::new(), paused: Vec::new() };
    for entry in document.entries() {
        let name = || entry.name.clone();
        match &entry.read {
            Ok(read) if !read.enabled => sorted.paused.push(name()),
            Ok(read) => {
                let schedule = read.schedule()?;
                let (endpoint, schedule, reports) = (schedule.endpoint, schedule.name, schedule.reports);
                sorted.asked.push((reports, Query { endpoint, schedule, from, to }));
            }
            Err(mistakes) => {
                let why = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                sorted.untold.push(Untold { name: name(), why });
            }
        }
    }
    Ok(sorted)
}

async fn read(
    reports: &Location,
    clients: Option<&Clients>,
    asked: &Query,
    now: Timestamp,
) -> Result<(Store, Timeline), Told> {
    let store = Store::new(reports, clients.map(|clients| &clients.s3))?;
    let timeline = timeline(&store, asked, now).await?;
    Ok((store, timeline))
}

/// Writes a page where it is wanted, whole or not at all.
pub(crate) fn write(output: &Path, page: &[u8]) -> Result<(), Told> {
    let failed = |error: std::io::Error| {
        let object = output.display().to_string();
        Told::new("OutputFailed", object, error.to_string(), "name a file in a folder with room")
    };
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    let unfinished = output.with_extension(format!("html.{}", std::process::id()));
    let written = std::fs::write(&unfinished, page).and_then(|()| std::fs::rename(&unfinished, output));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        failed(error)
    })
}

/// Says how each schedule stands and where the page lies.
fn tell(matches: &ArgMatches, output: &Path, drawn: &Drawn) -> Result<ExitCode, Told> {
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(output, drawn)))?;
    } else {
        print(as_text(output, drawn))?;
    }
    for error in drawn.schedules.iter().flat_map(|row| &row.errors) {
        note(&plain(error, TEXT_CHARS));
    }
    for Untold { name, why } in &drawn.untold {
        note(&plain(&format!("{name}: {why}"), TEXT_CHARS));
    }
    let is_whole = drawn.untold.is_empty() && drawn.schedules.iter().all(|row| row.errors.is_empty());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn as_text(output: &Path, drawn: &Drawn) -> String {
    let mut table = Table::new([("schedule", Column::Label), ("now", Column::Label), ("", Column::Text)]);
    for Row { schedule, standing, .. } in &drawn.schedules {
        let now = format!("{} {}", standing.mark.shape, standing.mark.word);
        table.row([plain(schedule, TEXT_CHARS), now, plain(&standing.in_words(), TEXT_CHARS)]);
    }
    let mut lines = if drawn.schedules.is_empty() { Vec::new() } else { table.lines(width()) };
    if !drawn.paused.is_empty() {
        let told = format!("paused, and not drawn: {}", drawn.paused.join(", "));
        lines.push(paragraph("", &plain(&told, TEXT_CHARS), width()));
    }
    lines.push(format!("\n{}", output.display()));
    lines.join("\n")
}

fn as_json(output: &Path, drawn: &Drawn) -> Value {
    let row = |row: &Row| {
        json!({
            "schedule": row.schedule,
            "endpoint_name": row.endpoint,
            "runs": row.runs,
            "now": row.standing.mark.word,
            "since": row.standing.sentence,
            "counts": row.standing.counts,
            "unreadable": row.errors.iter().map(|error| plain(error, TEXT_CHARS)).collect::<Vec<_>>(),
        })
    };
    let untold = |untold: &Untold| json!({ "name": plain(&untold.name, TEXT_CHARS), "error": plain(&untold.why, TEXT_CHARS) });
    json!({
        "output": output.display().to_string(),
        "size_bytes": drawn.bytes,
        "schedules": drawn.schedules.iter().map(row).collect::<Vec<_>>(),
        "broken": drawn.untold.iter().map(untold).collect::<Vec<_>>(),
        "paused": drawn.paused,
    })
}

fn value<T: FromStr<Err: Into<Told>>>(matches: &ArgMatches, name: &str) -> Result<T, Told> {
    let Some(text) = matches.get_one::<String>(name) else {
        return Err(Told::usage(
            "bellwether report",
            format!("{name} is not given"),
            "name --reports, --endpoint-name and --schedule, or --monitors, or --run",
        ));
    };
    text.parse().map_err(|error: T::Err| error.into().of(name))
}
