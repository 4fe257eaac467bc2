//! The command line. Flags of a monitor come from the same table as the Lambda function's environment.

use crate::profile;
use bellwether_pipeline::settings::variable::{ENDPOINT_NAME, REPORTS_URI, SCHEDULE_NAME, VARIANT_NAME};
use bellwether_pipeline::settings::{Variable, baseline, data_quality, diversity, router};
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0  completed without violations (an hour without data too)
  1  failed: a usage error, an input that cannot be read, data that cannot be judged
  2  completed with violations
  3  inconclusive: too few sessions were answered";

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the environment variable that it names.

Examples:
  Judge an hour with answers that were recorded earlier, on a folder:
    bellwether diversity-check --at 2026-10-31T09:00:00Z --endpoint-name recommender-prod --variant AllTraffic \\
      --schedule diversity-hourly --validation-set sessions.jsonl --catalog catalog.json \\
      --reports out/reports --replay-from lists.jsonl

  Replay against a model server that runs on this machine:
    bellwether diversity-check ... --endpoint-url http://127.0.0.1:8080/invocations

  Captured traffic alone, from S3:
    bellwether diversity-check ... --capture s3://my-bucket/datacapture --no-replay";

const DATA_QUALITY_EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the environment variable that it names.

Examples:
  Judge an hour by the files of an existing baseline:
    bellwether data-quality --at 2026-10-31T09:00:00Z --endpoint-name churn-prod --variant AllTraffic \\
      --schedule data-quality-hourly --capture s3://my-bucket/datacapture --reports out/reports \\
      --baseline-statistics statistics.json --baseline-constraints constraints.json

  Columns out of nested JSON, with markers of missing values and a sample, declared in a file:
    bellwether data-quality ... --paths columns.json

  The built-in engine's own distances, to compare with its reports:
    bellwether data-quality ... --comparison deequ";

const BASELINE_HELP: &str = "\
Exit codes:
  0  made, unchanged, or put in force
  1  failed: a usage error, or an input that cannot be read or measured
  2  below the floor: kept, but not put in force

Examples:
  From lists that the training pipeline wrote beside the manifest:
    bellwether baseline --manifest models/v2/manifest.json --validation-set sessions.jsonl \\
      --catalog catalog.json --baselines out/baselines

  A roll-back: judge by the earlier version again:
    bellwether baseline --activate v1 --endpoint-name recommender-prod --variant AllTraffic \\
      --baselines s3://my-bucket/baselines";

const ROUTE_HELP: &str = "\
Prints the message as the first of its schedule would be, then one line of what the state would say. That sends nothing and
remembers nothing, whatever topic is set. With --deliver the news is remembered as told: sent to the topic where there is
one, else printed.

Examples:
  What would the on-call hear of this hour?
    bellwether route --report s3://my-bucket/reports/recommender-prod/diversity-hourly/2026/10/31/09/constraint_violations.json

  Tell them:
    bellwether route --report out/reports/recommender-prod/diversity-hourly/2026/10/31/09/constraint_violations.json \\
      --deliver --topic arn:aws:sns:eu-west-1:123456789012:model-violations

  Does the on-call's subscription work?
    bellwether route --test --topic arn:aws:sns:eu-west-1:123456789012:model-violations";

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("bellwether")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Watches deployed models: SageMaker Model Monitor's files and metrics, without the cluster")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(EXIT_CODES)
        .subcommand(diversity_check())
        .subcommand(data_quality())
        .subcommand(baseline())
        .subcommand(profile::command())
        .subcommand(route())
        .subcommand(executions())
        .subcommand(demo())
}

fn diversity_check() -> Command {
    let settings = settings(diversity::VARIABLES, &["REPLAY"]);
    Command::new("diversity-check")
        .about("Judges the recommendation diversity of one window")
        .after_help(format!("{EXAMPLES}\n\n{EXIT_CODES}"))
        .arg(at())
        .args(settings)
        .next_help_heading("Replay: one of these, or the environment variable REPLAY")
        .arg(
            Arg::new("replay-from")
                .long("replay-from")
                .value_name("LISTS")
                .help("Recorded answers as JSON Lines"),
        )
        .arg(
            Arg::new("endpoint-url")
                .long("endpoint-url")
                .value_name("URL")
                .help("Any model server's /invocations"),
        )
        .arg(flag("sagemaker", "The SageMaker endpoint itself"))
        .arg(flag("no-replay", "Captured traffic alone"))
        .group(ArgGroup::new("replay").args(["replay-from", "endpoint-url", "sagemaker", "no-replay"]))
        .next_help_heading("Output")
        .args(of_a_run())
}

fn data_quality() -> Command {
    Command::new("data-quality")
        .about("Judges the columns of one window's captured traffic: types, missing cells, values, drift")
        .after_help(format!("{DATA_QUALITY_EXAMPLES}\n\n{EXIT_CODES}"))
        .arg(at())
        .args(settings(data_quality::VARIABLES, &[]))
        .next_help_heading("Output")
        .args(of_a_run())
}

/// The window of a scheduled monitor.
fn at() -> Arg {
    Arg::new("at")
        .long("at")
        .value_name("TIME")
        .required(true)
        .value_parser(value_parser!(jiff::Timestamp))
        .help("Scheduled time; the window ends at its hour, such as 2026-10-31T09:00:00Z")
}

/// What is done with the verdict of a scheduled monitor.
fn of_a_run() -> [Arg; 4] {
    [
        Arg::new("metrics-dir")
            .long("metrics-dir")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .conflicts_with("METRICS_NAMESPACE")
            .help("Folder for cloudwatch_metrics.jsonl; points are appended"),
        flag("reopen", "Judge a window that has a verdict once more, as revision 2"),
        flag("reconcile", "Then judge up to three windows of the last 24 hours that have no execution")
            .conflicts_with("reopen"),
        flag("json", "Print execution.json instead of a table"),
    ]
}

/// A flag for every setting of a table, save those that are asked for otherwise.
fn settings(table: &'static [Variable], otherwise: &[&str]) -> Vec<Arg> {
    table.iter().filter(|variable| !otherwise.contains(&variable.name)).map(setting).collect()
}

fn setting(variable: &Variable) -> Arg {
    let argument = Arg::new(variable.name)
        .long(variable.flag)
        .env(variable.name)
        .value_name(variable.placeholder)
        .help(variable.help)
        .hide_env_values(true);
    match variable.default {
        Some(default) => argument.help(format!("{} [default: {default}]", variable.help)),
        None => argument,
    }
}

fn baseline() -> Command {
    Command::new("baseline")
        .about("Makes the baseline of a model version, or puts one in force again")
        .after_help(BASELINE_HELP)
        .arg(
            Arg::new("manifest")
                .long("manifest")
                .value_name("URI")
                .required_unless_present("activate")
                .help("{models}/{model-version}/manifest.json"),
        )
        .arg(
            Arg::new("activate")
                .long("activate")
                .value_name("VERSION")
                .conflicts_with("manifest")
                .help("Judge by this version's baseline from now on; needs --endpoint-name and --variant"),
        )
        .arg(setting(&VARIANT_NAME).help("Production variant, for --activate"))
        .args(settings(baseline::VARIABLES, &["REPLAY", "MODELS_URI"]))
        .next_help_heading("Where the manifest names no lists and says deployed: one of these, or REPLAY")
        .arg(
            Arg::new("endpoint-url")
                .long("endpoint-url")
                .value_name("URL")
                .help("Any model server's /invocations"),
        )
        .arg(flag("sagemaker", "The SageMaker endpoint itself"))
        .group(ArgGroup::new("answers").args(["endpoint-url", "sagemaker"]))
        .next_help_heading("Output")
        .arg(flag("json", "Print JSON instead of a table"))
}

fn route() -> Command {
    Command::new("route")
        .about("Shows what the on-call would hear of a report, tells them once, or tests that they would hear of it")
        .after_help(ROUTE_HELP)
        .arg(
            Arg::new("report")
                .long("report")
                .value_name("URI")
                .required_unless_present("test")
                .help("A run's constraint_violations.json"),
        )
        .arg(
            flag("test", "Send a message that says of itself that it is a test; needs --topic")
                .conflicts_with_all(["report", "dry-run", "deliver"])
                .requires("TOPIC_ARN"),
        )
        .arg(flag("deliver", "Remember the news as told: send it to the topic, or print it where there is none"))
        .arg(flag("dry-run", "Send and remember nothing, as without --deliver").conflicts_with("deliver"))
        .args(settings(router::VARIABLES, &["REPORTS_URI"]))
}

fn executions() -> Command {
    let instant = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TIME").value_parser(value_parser!(jiff::Timestamp)).help(help)
    };
    Command::new("executions")
        .about("Lists the runs of a schedule with status, numbers and violations, the newest last")
        .args([REPORTS_URI, ENDPOINT_NAME, SCHEDULE_NAME].iter().map(setting).map(|arg| arg.required(true)))
        .arg(instant("from", "Only runs whose window ends then or later, such as 2026-10-31T00:00:00Z"))
        .arg(instant("to", "Only runs whose window ends before"))
        .arg(flag("json", "Print JSON instead of a table"))
}

fn demo() -> Command {
    Command::new("demo")
        .about("Runs a healthy and a collapsed hour of a sample newsroom, on this machine alone")
        .arg(
            Arg::new("output").long("output").value_name("DIR").value_parser(value_parser!(PathBuf)).help(
                "Folder for inputs and reports [default: a new one below the system's temporary folder]",
            ),
        )
        .arg(flag(
            "incident",
            "Tell a whole incident instead: a bad deployment, its alarm, its messages, its end",
        ))
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
