//! `bellwether monitors show`: the settings of one monitor, and where each is said.

use super::{TEXT_CHARS, complain, read};
use crate::output::print;
use crate::table::{Column, Table, width};
use bellwether_pipeline::document::{DocumentEntry, Holder, OF_SOME_STACK, key};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::text::plain;
use bellwether_pipeline::settings::Variable;
use clap::ArgMatches;
use serde_json::{Map, Value, json};
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let name = matches.get_one::<String>("name").map(String::as_str).unwrap_or_default();
    let document = read(matches, Holder::Onlooker).await?;
    let entry = match document.as_ref().map(|document| document.entry(name)) {
        Ok(Ok(entry)) => entry,
        Ok(Err(error)) => return Ok(complain(matches, &error)),
        Err(error) => return Ok(complain(matches, error)),
    };
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(entry)))?;
    } else {
        print(as_table(entry))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The value of a setting, and where it is said.
fn said(entry: &DocumentEntry, variable: &Variable) -> (Option<String>, String) {
    match entry.given.get(variable.name) {
        Some(given) if given.text == OF_SOME_STACK => (None, "the stack".to_owned()),
        Some(given) => {
            let place = given.line.map_or_else(|| "the entry".to_owned(), |line| format!("line {line}"));
            (Some(given.text.clone()), place)
        }
        None => match variable.default {
            Some(default) => (Some(default.to_owned()), "default".to_owned()),
            None => (None, "not set".to_owned()),
        },
    }
}

fn as_table(entry: &DocumentEntry) -> String {
    let state = if entry.enabled { "" } else { ", paused" };
    let mut lines = vec![format!("{}: {}{state}", entry.name, entry.monitor.name), String::new()];
    let mut table =
        Table::new([("setting", Column::Text), ("value", Column::Text), ("said in", Column::Label)]);
    for variable in entry.monitor.variables {
        let (value, place) = said(entry, variable);
        table.row([key(variable), plain(&value.unwrap_or_default(), TEXT_CHARS), place]);
    }
    lines.extend(table.indented(2).lines(width()));
    lines.join("\n")
}

fn as_json(entry: &DocumentEntry) -> Value {
    let setting = |variable: &Variable| {
        let (value, place) = said(entry, variable);
        (key(variable), json!({"value": value, "said_in": place}))
    };
    let settings: Map<String, Value> = entry.monitor.variables.iter().map(setting).collect();
    json!({"name": entry.name, "monitor": entry.monitor.name, "enabled": entry.enabled, "settings": settings})
}
