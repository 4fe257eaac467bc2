//! `bellwether monitors check`: whether every entry could run, and what two of them would do to each other.

use super::{STACK, TEXT_CHARS, complain, read};
use crate::output::{note, print};
use crate::table::{Column, Table, paragraph, width};
use bellwether_contract::names::EndpointName;
use bellwether_pipeline::document::{Document, DocumentEntry, Every, Holder};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::text::{counted, plain};
use clap::ArgMatches;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let holder = if matches.get_flag("stack") { STACK } else { Holder::Onlooker };
    let checked = read(matches, holder).await?.and_then(|document| document.whole().map(|()| document));
    let document = match checked {
        Ok(document) => document,
        Err(error) => return Ok(complain(matches, &error)),
    };
    let entries: Vec<&DocumentEntry> =
        document.entries().iter().filter_map(|named| named.read.as_ref().ok()).collect();
    let warnings = [judging_nothing(&document), shared_replays(&document)].concat();
    warnings.iter().for_each(|warning| note(&format!("warning: {warning}")));
    if matches.get_flag("json") {
        let rows: Vec<Value> = entries.iter().map(|entry| as_json(entry)).collect();
        print(format_args!(
            "{:#}",
            json!({"document": document.object(), "monitors": rows, "warnings": warnings})
        ))?;
    } else {
        print(as_table(&document, &entries))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Monitors that would write reports and judge nothing in them.
fn judging_nothing(document: &Document) -> Vec<String> {
    let told = document.entries().iter().filter_map(|named| {
        let entry = named.read.as_ref().ok().filter(|entry| entry.enabled)?;
        let why = entry.judges_nothing()?;
        Some(format!("{} (line {}) would judge nothing: {why}", named.name, named.line))
    });
    told.collect()
}

/// Monitors that replay against one endpoint take turns, so that each waits for the others.
fn shared_replays(document: &Document) -> Vec<String> {
    let mut replays: BTreeMap<EndpointName, Vec<String>> = BTreeMap::new();
    for named in document.entries() {
        let shares = named.read.as_ref().ok().filter(|entry| entry.shares_replay);
        if let Some(endpoint) = shares.and_then(DocumentEntry::replays) {
            replays.entry(endpoint).or_default().push(format!("{} (line {})", named.name, named.line));
        }
    }
    let told = |(endpoint, entries): (EndpointName, Vec<String>)| {
        let entries = entries.join(", ");
        format!("{entries} replay against {endpoint} and take turns; leave the replay to one of them")
    };
    replays.into_iter().map(told).collect()
}

fn when(every: Every) -> String {
    match every {
        Every::Hour => "hour".to_owned(),
        Every::Day { at_hour } => format!("day at {at_hour:02}:00 UTC"),
    }
}

fn watched(entry: &DocumentEntry) -> String {
    let of = |name: &str| entry.lookup(name).unwrap_or_default();
    format!("{}/{}", of("ENDPOINT_NAME"), of("VARIANT_NAME"))
}

fn as_table(document: &Document, entries: &[&DocumentEntry]) -> String {
    let width = width();
    let mut table = Table::new([
        ("name", Column::Text),
        ("monitor", Column::Label),
        ("endpoint/variant", Column::Text),
        ("every", Column::Label),
        ("", Column::Label),
    ]);
    for entry in entries {
        table.row([
            entry.name.to_string(),
            entry.monitor.name.to_owned(),
            plain(&watched(entry), TEXT_CHARS),
            when(entry.every),
            if entry.enabled { String::new() } else { "paused".to_owned() },
        ]);
    }
    let enabled = entries.iter().filter(|entry| entry.enabled).count();
    let told = format!("{}: {}, {enabled} enabled", document.object(), counted(entries.len(), "monitor"));
    let mut lines = if entries.is_empty() { Vec::new() } else { table.lines(width) };
    lines.extend([String::new(), paragraph("", &plain(&told, TEXT_CHARS), width)]);
    lines.join("\n").trim_start_matches('\n').to_owned()
}

fn as_json(entry: &DocumentEntry) -> Value {
    json!({
        "name": entry.name,
        "monitor": entry.monitor.name,
        "endpoint_name": entry.lookup("ENDPOINT_NAME"),
        "variant_name": entry.lookup("VARIANT_NAME"),
        "every": when(entry.every),
        "enabled": entry.enabled,
    })
}
