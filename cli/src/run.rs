//! `bellwether run`: one window of every monitor of a document, a line each; the exit code is the worst one.
//!
//! A broken entry does not stop the others, and is no healthy one.

use crate::check::{self, Judged};
use crate::monitors::{self, Command};
use crate::output::{note, print};
use crate::table::{Column, Table, paragraph, width};
use crate::{FAILED, INCONCLUSIVE, VIOLATIONS, aws, document, summary};
use bellwether_contract::execution::Execution;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::document::{Document, DocumentEntry, Holder, ReadEntry};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_pipeline::settings::Settings;
use clap::ArgMatches;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::sync::OnceCell;

/// Windows that are judged side by side: each is mostly a wait for its store.
const AT_ONCE: usize = 4;
const TEXT_CHARS: usize = 1_024;

/// What is asked of each monitor.
pub(crate) struct Asked<'a> {
    matches: &'a ArgMatches,
    at: Timestamp,
    /// Made once, where the first setting names AWS.
    clients: OnceCell<Clients>,
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let asked = Asked { matches, at: check::scheduled(matches), clients: OnceCell::new() };
    let lookup = |name: &str| matches.get_one::<String>(name).cloned();
    let document = document::read(matches, Holder::Command(&lookup)).await?;
    let document = match document {
        Ok(document) => document,
        Err(error) => return Ok(document::complain(matches, &error)),
    };
    match matches.get_one::<String>("monitor") {
        Some(name) => one(&asked, &document, name).await,
        None => all(&asked, &document).await,
    }
}

/// One monitor, shown as its own command shows it.
async fn one(asked: &Asked<'_>, document: &Document, name: &str) -> Result<ExitCode, Told> {
    let entry = match document.entry(name) {
        Ok(entry) => entry,
        Err(error) => return Ok(document::complain(asked.matches, &error)),
    };
    if !entry.enabled {
        let object = format!("{}: {name}", document.object());
        return Err(Told::usage(object, "is paused (enabled: false), so nothing was judged", "enable it"));
    }
    let Judged { ledger, committed, reconciled } = monitors::of_a_document(asked, entry).await?;
    if !asked.matches.get_flag("json") {
        reconciled.iter().try_for_each(|window| print(summary::reconciled(window)))?;
    }
    let committed = committed?;
    monitors::show(asked.matches, entry, &ledger, &committed).await?;
    Ok(ExitCode::from(check::exit_code(committed.execution.monitoring_execution_status)))
}

/// Judges a monitor's window.
pub(crate) async fn judge<M: Command>(asked: &Asked<'_>, entry: &DocumentEntry) -> Result<Judged, Told> {
    let settings: M::Settings = entry.settings()?;
    let clients = match settings.needs_aws() {
        true => Some(asked.clients.get_or_try_init(aws::clients).await?.clone()),
        false => None,
    };
    let at = entry.every.last_due(asked.at);
    check::judge::<M>(asked.matches, settings, clients, at, entry.shares_replay, &nobody).await
}

/// How a monitor ended.
struct Ended<'d> {
    name: &'d str,
    monitor: Option<&'d DocumentEntry>,
    made: Result<Made, Told>,
}

struct Made {
    committed: Committed,
    report: String,
}

async fn all(asked: &Asked<'_>, document: &Document) -> Result<ExitCode, Told> {
    let is_paused = |named: &&ReadEntry| named.read.as_ref().is_ok_and(|entry| !entry.enabled);
    let paused: Vec<&str> =
        document.entries().iter().filter(is_paused).map(|named| named.name.as_str()).collect();
    let due = document.entries().iter().filter(|named| !is_paused(named));
    let ended: Vec<Ended<'_>> =
        iter(due).map(|named| end(asked, document, named)).buffered(AT_ONCE).collect().await;
    if asked.matches.get_flag("json") {
        let rows: Vec<Value> = ended.iter().map(|ended| as_json(asked, ended)).collect();
        print(format_args!("{:#}", json!({"monitors": rows, "paused": paused})))?;
    } else {
        print(as_table(&ended, &paused, asked.at))?;
    }
    if ended.is_empty() {
        note("nothing was judged: the document has no monitor that is enabled");
        return Ok(ExitCode::from(INCONCLUSIVE));
    }
    let codes: Vec<u8> = ended.iter().map(Ended::exit_code).collect();
    let worst = [FAILED, VIOLATIONS, INCONCLUSIVE].into_iter().find(|code| codes.contains(code));
    Ok(ExitCode::from(worst.unwrap_or(0)))
}

async fn end<'d>(asked: &Asked<'_>, document: &'d Document, named: &'d ReadEntry) -> Ended<'d> {
    let name = named.name.as_str();
    let entry = match &named.read {
        Ok(entry) => entry,
        Err(mistakes) => {
            let told = mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            let made = Err(document::told(document.object(), &told));
            return Ended { name, monitor: None, made };
        }
    };
    let made = async {
        let Judged { ledger, committed, reconciled } = monitors::of_a_document(asked, entry).await?;
        reconciled.iter().for_each(|window| note(&format!("{name}: {}", summary::reconciled(window))));
        let committed = committed?;
        let report = ledger.reports.uri(&committed.run.to_string());
        Ok(Made { committed, report })
    };
    Ended { name, monitor: Some(entry), made: made.await }
}

impl Ended<'_> {
    fn exit_code(&self) -> u8 {
        self.made
            .as_ref()
            .map_or(FAILED, |made| check::exit_code(made.committed.execution.monitoring_execution_status))
    }

    fn status(&self) -> String {
        let status = |made: &Made| made.committed.execution.monitoring_execution_status.to_string();
        self.made.as_ref().map_or_else(|_| "not judged".to_owned(), status)
    }

    /// What is to be said of it in one sentence, what a verdict that was found has to say of itself, and what it warns of.
    fn message(&self) -> String {
        let made = match &self.made {
            Ok(made) => made,
            Err(told) => return told.to_string(),
        };
        let remarks = summary::remarks(&made.committed);
        let remarks = remarks.iter().map(|(label, remark)| format!(" {} {remark}.", label.trim()));
        let warnings = made.committed.execution.remarks().map(|warning| format!(" Warning: {warning}."));
        made.committed.execution.exit_message.clone() + &remarks.chain(warnings).collect::<String>()
    }
}

fn as_table(ended: &[Ended<'_>], paused: &[&str], at: Timestamp) -> String {
    let width = width();
    let mut table = Table::new([("monitor", Column::Text), ("status", Column::Label), ("", Column::Text)]);
    let mut counts = BTreeMap::<String, usize>::new();
    for ended in ended {
        *counts.entry(ended.status()).or_default() += 1;
        table.row([plain(ended.name, TEXT_CHARS), ended.status(), plain(&ended.message(), TEXT_CHARS)]);
    }
    let counts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    let mut lines = if ended.is_empty() { Vec::new() } else { table.lines(width) };
    let told = format!("{} at {at}: {}", counted(ended.len(), "monitor"), counts.join(", "));
    lines.extend([String::new(), paragraph("", told.trim_end_matches([':', ' ']), width)]);
    if !paused.is_empty() {
        let told = format!("paused, and not judged: {}", paused.join(", "));
        lines.push(paragraph("", &plain(&told, TEXT_CHARS), width));
    }
    lines.join("\n")
}

fn as_json(asked: &Asked<'_>, ended: &Ended<'_>) -> Value {
    let mut row = json!({
        "name": plain(ended.name, TEXT_CHARS),
        "monitor": ended.monitor.map(|entry| entry.monitor.name),
        "scheduled": ended.monitor.map(|entry| entry.every.last_due(asked.at)),
        "exit_code": ended.exit_code(),
    });
    match &ended.made {
        Ok(Made { committed, report }) => {
            let Execution { monitoring_execution_status, exit_message, violations, .. } =
                &committed.execution;
            row["monitoring_execution_status"] = json!(monitoring_execution_status);
            row["exit_message"] = json!(plain(exit_message, TEXT_CHARS));
            row["violations"] = json!(violations);
            row["report"] = json!(plain(report, TEXT_CHARS));
            row["warnings"] = json!(committed.execution.remarks().collect::<Vec<_>>());
        }
        Err(told) => row["error"] = json!(told),
    }
    row
}
