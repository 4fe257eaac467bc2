//! `bellwether doctor`: every monitor of a document looked over before its first night, a line a check.
//!
//! What is looked at, and what it means, is the pipeline's business.

use crate::output::{note, print};
use crate::table::{Column, Table, paragraph, width};
use crate::{VIOLATIONS, aws, check, document, monitors};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::doctor::{self, Checkup, Diagnosis, Examined, Health};
use bellwether_pipeline::document::{Document, DocumentEntry, Holder, ReadEntry};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_pipeline::settings::Settings;
use clap::ArgMatches;
use futures::stream::{StreamExt, TryStreamExt, iter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::sync::OnceCell;

/// Monitors that are looked over side by side: each is mostly a wait for its store.
const AT_ONCE: usize = 4;
const TEXT_CHARS: usize = 1_024;

/// What is asked of each monitor.
pub(crate) struct Asked {
    checkup: Checkup,
    /// Made once, where the first setting names AWS.
    clients: OnceCell<Clients>,
}

/// A monitor that was looked over, or an entry that cannot be.
struct Patient<'d> {
    name: &'d str,
    entry: Option<&'d DocumentEntry>,
    examined: Option<Examined>,
    /// What is wrong with an entry that was not examined.
    broken: Vec<Diagnosis>,
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let checkup = Checkup {
        at: check::scheduled(matches),
        invocations: matches.get_one::<u64>("invocations").copied(),
    };
    let asked = Asked { checkup, clients: OnceCell::new() };
    let lookup = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let document = match document::read(matches, Holder::Command(&lookup)).await? {
        Ok(document) => document,
        Err(error) => return Ok(document::complain(matches, &error)),
    };
    let named = matches.get_one::<String>("monitor");
    if let Some(Err(error)) = named.map(|name| document.entry(name)) {
        return Ok(document::complain(matches, &error));
    }
    let (due, paused) = due(&document, named);
    let patients: Vec<Patient<'_>> =
        iter(due).map(|entry| look_over(&asked, entry)).buffered(AT_ONCE).try_collect().await?;
    if matches.get_flag("json") {
        let rows: Vec<Value> = patients.iter().map(as_json).collect();
        let told = json!({"at": checkup.at, "monitors": rows, "paused": paused});
        print(format_args!("{told:#}"))?;
    } else {
        print(as_text(&patients, &paused))?;
    }
    if patients.is_empty() {
        note("nothing was checked: the document has no monitor that is enabled");
        return Ok(ExitCode::from(VIOLATIONS));
    }
    let is_well = patients.iter().flat_map(Patient::diagnoses).all(|it| it.health == Health::Ok);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS) })
}

/// The entries to look at, and the names of those that are paused: one that is asked for by name is looked at all the same.
fn due<'d>(document: &'d Document, named: Option<&String>) -> (Vec<&'d ReadEntry>, Vec<&'d str>) {
    if let Some(name) = named {
        return (document.entries().iter().filter(|entry| entry.name == *name).collect(), Vec::new());
    }
    let is_paused = |entry: &&ReadEntry| entry.read.as_ref().is_ok_and(|entry| !entry.enabled);
    let (paused, due): (Vec<_>, Vec<_>) = document.entries().iter().partition(is_paused);
    (due, paused.into_iter().map(|entry| entry.name.as_str()).collect())
}

async fn look_over<'d>(asked: &Asked, named: &'d ReadEntry) -> Result<Patient<'d>, Told> {
    let name = named.name.as_str();
    Ok(match &named.read {
        Ok(entry) => {
            let examined = Some(monitors::examine(asked, entry).await?);
            Patient { name, entry: Some(entry), examined, broken: Vec::new() }
        }
        Err(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            let remedy = "correct it, and try `bellwether monitors check`";
            let broken = vec![Diagnosis::of(Health::Problem, "entry", told.join("; "), remedy)];
            Patient { name, entry: None, examined: None, broken }
        }
    })
}

/// Looks a monitor over.
pub(crate) async fn examine<M: Monitor>(asked: &Asked, entry: &DocumentEntry) -> Result<Examined, Told> {
    let settings: M::Settings = entry.settings()?;
    let clients = match settings.needs_aws() {
        true => Some(asked.clients.get_or_try_init(aws::clients).await?.clone()),
        false => None,
    };
    Ok(doctor::examine::<M>(entry, settings, clients, asked.checkup).await?)
}

impl Patient<'_> {
    fn diagnoses(&self) -> &[Diagnosis] {
        self.examined.as_ref().map_or(&self.broken, |examined| &examined.diagnoses)
    }

    /// `churn-quality: MONITOR of churn-prod/AllTraffic, 2026-10-31T08:00:00Z to 2026-10-31T09:00:00Z`
    fn heading(&self) -> String {
        let (Some(entry), Some(examined)) = (self.entry, &self.examined) else { return self.name.to_owned() };
        let of = |name: &str| entry.lookup(name).unwrap_or_default();
        let (endpoint, variant) = (of("ENDPOINT_NAME"), of("VARIANT_NAME"));
        format!("{}: {} of {endpoint}/{variant}, {}", self.name, entry.monitor.name, examined.window)
    }
}

fn as_text(patients: &[Patient<'_>], paused: &[&str]) -> String {
    let width = width();
    let mut lines = Vec::new();
    let mut counts = BTreeMap::<Health, usize>::new();
    for patient in patients {
        let mut table = Table::new([("check", Column::Label), ("", Column::Label), ("", Column::Text)]);
        for Diagnosis { check, health, found, remedy } in patient.diagnoses() {
            *counts.entry(*health).or_default() += 1;
            let told = if remedy.is_empty() { found.clone() } else { format!("{found}; {remedy}") };
            table.row([(*check).to_owned(), health.to_string(), plain(&told, TEXT_CHARS)]);
        }
        lines.push(paragraph("", &plain(&patient.heading(), TEXT_CHARS), width));
        // The header names what the lines show by themselves.
        lines.extend(table.indented(2).lines(width).into_iter().skip(1));
        lines.push(String::new());
    }
    let counts: Vec<String> = counts.iter().map(|(health, count)| format!("{count} {health}")).collect();
    let told = format!("{}: {}", counted(patients.len(), "monitor"), counts.join(", "));
    lines.push(paragraph("", told.trim_end_matches([':', ' ']), width));
    if !paused.is_empty() {
        let told = format!("paused, and not looked at: {}", paused.join(", "));
        lines.push(paragraph("", &plain(&told, TEXT_CHARS), width));
    }
    lines.join("\n")
}

fn as_json(patient: &Patient<'_>) -> Value {
    json!({
        "name": plain(patient.name, TEXT_CHARS),
        "monitor": patient.entry.map(|entry| entry.monitor.name),
        "window": patient.examined.as_ref().map(|examined| examined.window),
        "checks": patient.diagnoses(),
    })
}
