//! `bellwether container`: what a job of SageMaker asks, as the entrypoint of its container.
//!
//! | how it is started | what it does |
//! |---|---|
//! | without a command, `dataset_source` set, or an analysis configuration in its place | the contract: everything lies on the machine, and nobody is asked |
//! | with a monitor's command, `dataset_source`, `start_time` and `end_time` set | the same, judged by that monitor with its flags |
//! | with any other command | that command |
//! | neither | an error that names both ways |
//!
//! Whatever it does ends in a message and one of two exit codes ([`Ending`]).

mod brought;
mod files;
mod last_word;
mod variables;

use crate::{INCONCLUSIVE, VIOLATIONS, arguments, dispatch, help, monitors, output, usage};
use bellwether_contract::container::{
    ANALYSIS_CONFIG_FILE, DATASET_SOURCE, Ending, ML_FOLDER, OUTPUT_MESSAGE_FILE,
};
use bellwether_pipeline::error::Told;
use clap::{Arg, ArgMatches, Command, value_parser};
use files::Files;
use last_word::LastWord;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use variables::{Root, Variables};

pub(crate) use brought::{Job, judged};

/// The command that judges every monitor of a document.
const RUN: &str = "run";

/// The subcommand.
pub(crate) fn command() -> Command {
    Command::new("container")
        .about("Does what a SageMaker job asks: the entrypoint of a container")
        .after_help(help::CONTAINER)
        // Whoever asks for help in a job is answered as every other job is, or refused.
        .disable_help_flag(true)
        .arg(
            Arg::new("root")
                .long("root")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .default_value(ML_FOLDER)
                .hide(true)
                .help("What stands for /opt/ml: for tests"),
        )
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .num_args(0..)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .help("A command of bellwether with its flags, as ContainerArguments give it"),
        )
}

/// What is left to do of a job: files to be written, and how it ends then.
pub(crate) struct Done {
    files: Files,
    ending: Ending,
}

impl Done {
    fn with(ending: Ending) -> Self {
        Self { files: Files::default(), ending }
    }
}

/// Runs the subcommand. It never fails: an error is an end like every other.
pub(crate) async fn run(matches: &ArgMatches) -> ExitCode {
    let root = Root::new(matches.get_one::<PathBuf>("root").cloned().unwrap_or_default());
    let last_word = Arc::new(LastWord::new(root.at(OUTPUT_MESSAGE_FILE)));
    LastWord::listen(&last_word);
    let words = matches.get_many::<String>("command").unwrap_or_default().cloned().collect();
    last_word.say(made(root, words).await)
}

async fn made(root: Root, words: Vec<String>) -> Result<Done, Told> {
    let variables = Variables::read(root)?;
    let is_told = variables.get(DATASET_SOURCE).is_some();
    if words.is_empty() {
        if !is_told {
            return Err(nothing_asked());
        }
        let job = Job::read(&variables).await?;
        return brought::by_type(&job).await;
    }
    let is_scheduled = brought::is_scheduled(&variables);
    if let Some(word) = words.first().filter(|word| is_scheduled && !judges(word)) {
        return Err(of_no_monitor(word));
    }
    if words.first().is_some_and(|word| ["--help", "-h"].contains(&word.as_str())) {
        output::print(command().bin_name("bellwether container").render_long_help())?;
        return Ok(Done::with(Ending::of_no_monitor("the help")));
    }
    let typed = std::iter::once("bellwether").chain(words.iter().map(String::as_str));
    let matches = match arguments::command().try_get_matches_from(typed) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            if is_scheduled {
                return Err(of_no_monitor(&words.join(" ")));
            }
            let _ = error.print();
            return Ok(Done::with(Ending::of_no_monitor("the help")));
        }
        Err(error) => return Err(usage::told(&error, words.first().map(String::as_str))),
    };
    let Some((name, flags)) = matches.subcommand() else { return Err(nothing_asked()) };
    if name == command().get_name() {
        return Err(Told::usage("container", "is the entrypoint itself", "name the command alone"));
    }
    if is_told && monitors::is_one(name) {
        let job = Job::read(&variables).await?;
        if job.interval.is_some() {
            return monitors::brought(name, &job, flags).await;
        }
    }
    of_a_command(name, &matches, flags).await.map(Done::with)
}

/// A command that reads and writes where its flags say.
async fn of_a_command(name: &str, matches: &ArgMatches, flags: &ArgMatches) -> Result<Ending, Told> {
    if let Some(execution) = monitors::dispatch(name, flags).await {
        let execution = execution?;
        return Ok(Ending::of(execution.monitoring_execution_status, &execution.exit_message));
    }
    let code = Box::pin(dispatch(matches)).await?;
    Ok(if code == ExitCode::SUCCESS {
        Ending::of_no_monitor(name)
    } else if code == ExitCode::from(VIOLATIONS) {
        Ending::with_violations(&format!("{name} found something; the log of the job has it."))
    } else if code == ExitCode::from(INCONCLUSIVE) {
        Ending::error("Nothing was judged, or not all of it: the log of the job says why.")
    } else {
        Ending::error(&format!("{name} failed; the log of the job says why."))
    })
}

/// Whether a command judges a window: the others have no verdict that a schedule could show.
fn judges(command: &str) -> bool {
    command == RUN || monitors::is_one(command)
}

fn of_no_monitor(words: &str) -> Told {
    Told::usage(
        "ContainerArguments",
        format!(
            "say {words:?}, which judges no window, and a monitoring schedule shows how a window was judged"
        ),
        "name a monitor with its flags, or start it from a Processing Job",
    )
}

fn nothing_asked() -> Told {
    Told::usage(
        "the job",
        format!(
            "says nothing: neither {DATASET_SOURCE} nor a command is given, nor is there {ANALYSIS_CONFIG_FILE}"
        ),
        "start it from a monitoring schedule, which sets the variables of the container contract, or name a command in \
         ContainerArguments",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_alarms::template::Template;
    use serde_json::Value;
    use std::collections::BTreeMap;

    /// What a schedule of the template asks of a job, as SageMaker hears it at an hour.
    fn asked() -> Value {
        let template = Template::parse(include_str!("../../../processing-job.yaml")).unwrap();
        let given = [
            ("ImageUri", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bellwether:0.1.0"),
            ("InputsBucket", "inputs"),
            ("CaptureBucket", "capture"),
            ("ReportsBucket", "reports"),
        ];
        let given: BTreeMap<String, String> =
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let schedule = template.resource("EveryHour", &given).unwrap().expect("always made");
        let input = schedule["Properties"]["Target"]["Input"].as_str().expect("a text").to_owned();
        let input = input
            .replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3")
            .replace("<aws.scheduler.scheduled-time>", "2026-10-31T09:10:00Z");
        serde_json::from_str(&input).expect("a request")
    }

    /// A job that fails on its first flag would fail every hour.
    #[test]
    fn what_a_job_is_asked_is_a_command_that_is_understood() {
        let page = include_str!("../../../docs/container.md");
        let blocks = page.split("```json\n").skip(1).filter_map(|block| block.split("```").next());
        let of_the_page = blocks.map(|block| serde_json::from_str::<Value>(block).expect("JSON"));
        let jobs: Vec<Value> =
            of_the_page.chain([asked()]).filter(|request| request["ProcessingJobName"].is_string()).collect();
        assert_eq!(jobs.len(), 2);
        for job in jobs {
            let arguments = job["AppSpecification"]["ContainerArguments"].as_array().expect("arguments");
            let words = arguments.iter().map(|word| word.as_str().expect("a text"));
            let typed = ["bellwether", "container"].into_iter().chain(words.clone());
            assert!(command_line(typed).is_ok(), "{job}");
            let typed = std::iter::once("bellwether").chain(words);
            let parsed = command_line(typed);
            assert!(parsed.is_ok(), "{job}: {}", parsed.expect_err("an error"));
        }
    }

    fn command_line<'w>(words: impl Iterator<Item = &'w str>) -> Result<ArgMatches, clap::Error> {
        arguments::command().try_get_matches_from(words)
    }
}
