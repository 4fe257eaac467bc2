//! The command line. Flags of a monitor come from the same table as the Lambda function's environment.

use crate::at::{self, At};
use crate::{container, document, help, merge, monitors, profile, suggest};
use bellwether_pipeline::settings::baseline::{ActivationSettings, BaselineSettings};
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_pipeline::settings::{MonitoringSchedule, Settings, Variable};
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};
use std::path::PathBuf;

const ROUTE_HELP: &str = "\
Prints the message as the first of its schedule would be, then one line of what
the state would say. That sends nothing and remembers nothing, whatever topic is
set. With --deliver the news is remembered as told: sent to the topic where there
is one, else printed. A violation of severity warning or worse in two of three
runs is told to --paging-topic too, once for each incident.

Exit codes:
  0  shown or told, or there was nothing to tell
  1  failed: a usage error, a report that cannot be read, a topic that refuses

Examples:
  What would the on-call hear of this hour?
    RUN=s3://my-bucket/reports/recommender-prod/diversity-hourly/2026/10/31/09
    bellwether route --report $RUN/constraint_violations.json

  Tell them:
    RUN=s3://my-bucket/reports/recommender-prod/diversity-hourly/2026/10/31/09
    bellwether route --report $RUN/constraint_violations.json --deliver \\
      --topic arn:aws:sns:eu-west-1:123456789012:model-violations

  Does the on-call's subscription work?
    bellwether route --test \\
      --topic arn:aws:sns:eu-west-1:123456789012:model-violations";

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("bellwether")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Watches deployed models: SageMaker Model Monitor's files and metrics, without the cluster")
        // On a wide terminal, in a pager and in a file alike; a narrow one gets less.
        .max_term_width(80)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(help::COMMAND)
        .subcommands(monitors::commands())
        .subcommand(run())
        .subcommand(document::command())
        .subcommand(doctor())
        .subcommand(baseline())
        .subcommand(suggest::command())
        .subcommand(profile::command())
        .subcommand(route())
        .subcommand(executions())
        .subcommand(report())
        .subcommand(merge::command())
        .subcommand(demo())
        .subcommand(container::command())
}

/// The subcommand of a scheduled monitor.
pub(crate) fn of_a_monitor<M: monitors::Command>() -> Command {
    let command = Command::new(M::COMMAND)
        .about(M::ABOUT)
        .after_help(format!("{}\n\n{}", help::OF_A_RUN, M::EXAMPLES))
        .arg(at())
        .args(settings::<M::Settings>(M::ASKED_OTHERWISE));
    M::flags(command).next_help_heading("Output").args(of_a_run())
}

fn run() -> Command {
    Command::new("run")
        .about("Judges one window of every monitor of a document")
        .after_help(help::RUN)
        .arg(of_a_document().required(true))
        .arg(Arg::new("monitor").long("monitor").value_name("NAME").help("This monitor alone"))
        .arg(at())
        .args(only::<MonitoringSchedule>(&bellwether_pipeline::document::OF_THE_STACK))
        .next_help_heading("Output")
        .args(of_a_run())
        .mut_arg("json", |arg| arg.help("Print JSON instead of a table; with --monitor its execution.json"))
}

fn doctor() -> Command {
    Command::new("doctor")
        .about("Looks every monitor of a document over before its first night")
        .after_help(help::DOCTOR)
        .arg(of_a_document().required(true))
        .arg(Arg::new("monitor").long("monitor").value_name("NAME").help("This monitor alone, paused or not"))
        .arg(at())
        .arg(
            Arg::new("invocations")
                .long("invocations")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .requires("monitor")
                .help("Calls to the monitor's variant in the hour that ended last by --at, as its metric Invocations counts them; judges how much of them was captured"),
        )
        .args(only::<MonitoringSchedule>(&["REPORTS_URI", "STATE_URI"]))
        .arg(flag("json", "Print JSON instead of tables"))
}

/// The document of monitors.
pub(crate) fn of_a_document() -> Arg {
    Arg::new("MONITORS_URI")
        .long("monitors")
        .value_name("URI")
        .env("MONITORS_URI")
        .hide_env_values(true)
        .help("The document that lists the monitors, YAML or JSON")
}

/// The window of a scheduled monitor.
fn at() -> Arg {
    Arg::new("at")
        .long("at")
        .value_name("TIME")
        .default_value("last")
        .value_parser(value_parser!(At))
        .help("Scheduled time, such as 2026-10-31T09:00:00Z; the window ends at its hour, or before it as the offsets say. `last` is the last hour that ended ten minutes ago")
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
        flag("reconcile", "Then publish what earlier runs committed and did not publish, and judge up to three windows of the last 24 hours that have no execution, or of whose records more than 1 % or labels most came too late, once more")
            .conflicts_with("reopen"),
        flag("json", "Print execution.json instead of a table"),
    ]
}

/// A flag for every setting of a table, save those that are asked for otherwise.
pub(crate) fn settings<S: Settings>(otherwise: &[&str]) -> Vec<Arg> {
    S::VARIABLES.iter().filter(|variable| !otherwise.contains(&variable.name)).map(setting).collect()
}

/// Flags for these settings of a table alone.
pub(crate) fn only<S: Settings>(names: &'static [&'static str]) -> impl Iterator<Item = Arg> {
    S::VARIABLES.iter().filter(|variable| names.contains(&variable.name)).map(setting)
}

fn setting(variable: &Variable) -> Arg {
    let argument = Arg::new(variable.name)
        .long(variable.flag)
        .env(variable.name)
        .value_name(variable.placeholder)
        .help(variable.help)
        // Offsets lie in the past: -PT6H is no flag.
        .allow_hyphen_values(variable.placeholder == "OFFSET")
        .hide_env_values(true);
    match variable.default {
        Some(default) => argument.help(format!("{} [default: {default}]", variable.help)),
        None => argument,
    }
}

fn baseline() -> Command {
    Command::new("baseline")
        .about("Makes the baseline of a model version, or puts one in force again")
        .after_help(help::BASELINE)
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
        .args(
            only::<ActivationSettings>(&["VARIANT_NAME"])
                .map(|arg| arg.help("Production variant, for --activate")),
        )
        .args(settings::<BaselineSettings>(&["REPLAY", "MODELS_URI"]))
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
        .args(settings::<RouterSettings>(&["REPORTS_URI"]))
        .arg(flag("json", "Print JSON instead of text"))
}

/// A flag that names an instant.
fn instant(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("TIME").value_parser(at::instant).help(help)
}

fn executions() -> Command {
    Command::new("executions")
        .about("Lists the runs of a schedule with status, numbers and violations, the newest last")
        .after_help(help::EXECUTIONS)
        .args(
            only::<MonitoringSchedule>(&["REPORTS_URI", "ENDPOINT_NAME", "SCHEDULE_NAME"])
                .map(|arg| arg.required(true)),
        )
        .arg(instant("from", "Only runs scheduled then or later, such as 2026-10-31T00:00:00Z: as their window ends, unless it looks further back"))
        .arg(instant("to", "Only runs scheduled before"))
        .arg(flag("json", "Print JSON instead of a table"))
}

fn report() -> Command {
    Command::new("report")
        .about("Draws one page over the runs of a schedule or of a whole document, or the page of one run")
        .after_help(help::REPORT)
        .args(only::<MonitoringSchedule>(&["REPORTS_URI", "ENDPOINT_NAME", "SCHEDULE_NAME"]))
        .arg(
            of_a_document().help(
                "Instead of an endpoint and a schedule: every monitor of this document, a calendar each",
            ),
        )
        .arg(
            Arg::new("run")
                .long("run")
                .value_name("URI")
                .conflicts_with_all(["from", "to"])
                .help("Instead of those: the folder of one run, whose page is drawn from its files"),
        )
        .arg(instant(
            "from",
            "The first hour, such as 2026-10-31T00:00:00Z [default: 14 days before the newest run]",
        ))
        .arg(instant(
            "to",
            "The first hour that is not looked at [default: whatever comes after the newest run]",
        ))
        .next_help_heading("Output")
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Where the page goes, such as index.html; what lies there is replaced"),
        )
        .args(only::<RouterSettings>(&["REPORT_BASE_URL"]))
        .arg(flag("json", "Print JSON instead of a table"))
}

fn demo() -> Command {
    Command::new("demo")
        .about("Runs a healthy and a collapsed hour of a sample newsroom, on this machine alone")
        .after_help(help::DEMO)
        .arg(
            Arg::new("output").long("output").value_name("DIR").value_parser(value_parser!(PathBuf)).help(
                "Folder for inputs and reports [default: a new one below the system's temporary folder]",
            ),
        )
        .arg(flag(
            "incident",
            "Tell a whole incident instead: a bad deployment, its alarm, its messages, its end",
        ))
        .arg(flag("open", "Open the page of the collapsed hour; with --incident that of the whole story"))
        .arg(flag(
            "json",
            "Print both execution.json instead of tables; with --incident what happened, in order",
        ))
}

pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `--help`, by the name of its subcommand, as it stands on a terminal of 80 columns.
    fn helps() -> Vec<(String, String)> {
        fn below(name: &str, command: &Command) -> Vec<(String, String)> {
            let help = command.clone().term_width(80).render_long_help().to_string();
            let ours = command.get_subcommands().filter(|command| command.get_name() != "help");
            let helps = ours.flat_map(|command| match name {
                "bellwether" => below(command.get_name(), command),
                name => below(&format!("{name} {}", command.get_name()), command),
            });
            std::iter::once((name.to_owned(), help)).chain(helps).collect()
        }
        below("bellwether", &command())
    }

    /// The commands among the examples of a help text, as a shell would read them.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let joined = help.replace("\\\n", " ");
        let commands = joined.lines().filter(|line| line.starts_with("    bellwether "));
        let is_the_shells = |word: &&str| ["<", ">", "|"].contains(word);
        let words = |line: &'_ str| {
            line.split_whitespace().take_while(|word| !is_the_shells(word)).map(str::to_owned).collect()
        };
        commands.map(words).collect()
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_example_survives_copy_and_paste() {
        for (name, help) in helps().into_iter().skip(1) {
            let examples = examples(&help);
            assert!(!examples.is_empty(), "{name} has no example:\n{help}");
            // An example stands alone: what it names is said in it.
            let section = help.split_once("Examples:\n").map(|(_, examples)| examples).unwrap_or_default();
            for paragraph in section.split("\n\n") {
                for (_, rest) in paragraph.match_indices('$').map(|(at, _)| paragraph.split_at(at + 1)) {
                    let variable: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                    assert!(
                        paragraph.contains(&format!("    {variable}=")),
                        "{name}: {variable} in\n{paragraph}"
                    );
                }
            }
            for example in examples {
                let parsed = command().try_get_matches_from(&example);
                assert!(parsed.is_ok(), "{example:?}: {}", parsed.expect_err("an error"));
            }
        }
    }

    #[test]
    fn every_help_fits_80_columns_and_names_its_exit_codes() {
        let codes = [
            ("bellwether", "0123"),
            ("diversity-check", "0123"),
            ("data-quality", "0123"),
            ("model-quality", "0123"),
            ("model-bias", "0123"),
            ("model-explainability", "0123"),
            ("run", "0123"),
            ("monitors", "01"),
            ("monitors check", "01"),
            ("monitors show", "01"),
            ("monitors skeleton", "01"),
            ("monitors import", "01"),
            ("doctor", "012"),
            ("baseline", "012"),
            ("suggest-baseline", "01"),
            ("suggest-baseline data-quality", "01"),
            ("suggest-baseline model-quality", "01"),
            ("suggest-baseline model-bias", "01"),
            ("suggest-baseline model-explainability", "01"),
            ("profile", "01"),
            ("route", "01"),
            ("executions", "01"),
            ("report", "01"),
            ("merge", "013"),
            ("demo", "01"),
            ("container", "01"),
        ];
        let helps = helps();
        assert_eq!(helps.len(), codes.len(), "a subcommand is missing here");
        for ((name, help), (of, codes)) in helps.iter().zip(codes) {
            assert_eq!(name, of);
            let section = help.split_once("Exit codes:\n").map(|(_, rest)| rest.split("\n\n").next());
            let section = section.flatten().unwrap_or_else(|| panic!("{name} has no exit codes:\n{help}"));
            let digits = section.lines().filter_map(|line| line.strip_prefix("  ")?.split("  ").next());
            let named: String = digits.filter(|digit| digit.len() == 1).collect();
            assert_eq!(named, codes, "{name}: {section}");
            for line in help.lines() {
                let is_whole = !line.trim().contains(' ') || line.starts_with("Usage: ");
                assert!(line.chars().count() <= 80 || is_whole, "{name}: {line:?}");
            }
        }
    }
}
