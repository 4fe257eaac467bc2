//! `bellwether monitors`: the document that lists the monitors, looked at before a stack runs by it.
//!
//! It runs no monitor and opens no location that an entry names.

mod check;
mod described;
mod draft;
mod drafting;
mod import;
mod show;
mod skeleton;

use crate::arguments::{flag, of_a_document};
use crate::{FAILED, aws, help, output};
use bellwether_pipeline::RunError;
use bellwether_pipeline::document::{Document, DocumentError, Holder, OF_SOME_STACK};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::inputs;
use bellwether_storage::Location;
use clap::{Arg, ArgMatches, Command};
use std::process::ExitCode;

const TEXT_CHARS: usize = 1_024;
/// Any stack: where its reports go is not looked at.
const STACK: Holder<'static> =
    Holder::Stack(&|name| (name == "REPORTS_URI").then(|| OF_SOME_STACK.to_owned()));

/// The subcommand.
pub(crate) fn command() -> Command {
    Command::new("monitors")
        .about("Drafts and checks the document that lists a stack's monitors, and shows what it says")
        .after_help(help::MONITORS)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            of_a_file(Command::new("check")).about("Reads a document and tells all its mistakes").arg(flag(
                "stack",
                "Refuse what a stack says itself: reports_uri, state_uri, metrics_namespace, stack_name, stack_metrics_namespace",
            )),
        )
        .subcommand(
            of_a_file(
                Command::new("show")
                    .arg(Arg::new("name").value_name("NAME").required(true).help("The monitor")),
            )
            .about("Shows the settings of one monitor, and where each is said"),
        )
        .subcommand(drafting::skeleton_command())
        .subcommand(drafting::import_command())
}

fn of_a_file(command: Command) -> Command {
    let file = Arg::new("file").value_name("URI").help("The document, YAML or JSON");
    command
        .after_help(help::OF_A_DOCUMENT)
        .arg(file.conflicts_with("MONITORS_URI").required_unless_present("MONITORS_URI"))
        .arg(of_a_document())
        .arg(flag("json", "Print JSON instead of a table"))
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(matches).await,
        Some(("show", matches)) => show::run(matches).await,
        Some(("skeleton", _)) => drafting::skeleton(),
        Some(("import", _)) => drafting::import(),
        _ => Err(Told::usage(
            "bellwether monitors",
            "no command is named",
            "`bellwether monitors --help` lists them",
        )),
    }
}

/// Reads the document that was named.
pub(crate) async fn read(
    matches: &ArgMatches,
    holder: Holder<'_>,
) -> Result<Result<Document, DocumentError>, Told> {
    let file = matches.try_get_one::<String>("file").ok().flatten();
    let text = file.or_else(|| matches.get_one::<String>("MONITORS_URI"));
    let text = text.map(String::as_str).unwrap_or_default();
    let location: Location = text.parse().map_err(|error| Told::from(error).of("--monitors"))?;
    let clients = aws::clients_if(matches!(location, Location::S3 { .. })).await?;
    match inputs::document(&location, clients.as_ref().map(|clients| &clients.s3), holder).await {
        Ok(document) => Ok(Ok(document)),
        Err(RunError::InvalidDocument(error)) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

/// Tells every mistake of a document, a line each.
pub(crate) fn complain(matches: &ArgMatches, error: &DocumentError) -> ExitCode {
    for mistake in &error.mistakes {
        output::complain(&told(&error.object, &mistake.to_string()), matches.get_flag("json"));
    }
    ExitCode::from(FAILED)
}

/// A mistake of a document as every other error is told.
pub(crate) fn told(object: &str, mistake: &str) -> Told {
    Told::new("InvalidDocument", object, mistake, "correct it, and try `bellwether monitors check`")
}
