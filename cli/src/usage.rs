//! A command line that cannot be understood, told as every other error is.

use bellwether_pipeline::error::Told;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What clap found, in one line. `command` is the subcommand that was typed, where there was one.
pub(crate) fn told(error: &Error, command: Option<&str>) -> Told {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let what: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let name = command.map_or_else(|| "bellwether".to_owned(), |command| format!("bellwether {command}"));
    let help = format!("`{name} --help` says what there is");
    let remedy = tip.map_or_else(|| help.clone(), |tip| format!("{tip}, or see `{name} --help`"));
    let what = what.join(" ");
    // A value's own reader may have said what to write.
    let (what, remedy) = match what.rsplit_once("; ") {
        Some((what, own)) if error.kind() == ErrorKind::ValueValidation => (what.to_owned(), own.to_owned()),
        _ => (what, remedy),
    };
    Told::usage(object(error).unwrap_or(name), what, remedy)
}

fn object(error: &Error) -> Option<String> {
    let kinds = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    match kinds.into_iter().find_map(|kind| error.get(kind))? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => Some(names.join(", ")),
        _ => None,
    }
}
