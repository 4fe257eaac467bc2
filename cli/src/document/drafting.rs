//! `bellwether monitors skeleton` and `monitors import`: descriptions in on standard input, a document out on standard output,
//! and on standard error what it does not hold.

use super::described::Described;
use super::draft::{Document, LeftOut};

use crate::output::{note, print};
use bellwether_pipeline::document::{MAX_BYTES, MAX_MONITORS};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::text::counted;
use clap::Command;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

const INPUT: &str = "standard input";
/// Thousands of endpoints.
const MOST_BYTES: u64 = 64 << 20;
/// What was left out, in an error.
const MOST_REASONS: usize = 3;

const SKELETON_HELP: &str = "\
Reads the JSON of `aws sagemaker describe-endpoint` and, for the sides that are
captured, `describe-endpoint-config` on standard input, one document after the
other, and prints an entry for each variant whose data capture is on. What has no
entry is told on standard error, and in comments at the end.

Exit codes:
  0  drafted, an entry at least
  1  failed: a usage error, no description that can be read, or none with an
     endpoint whose capture is on

Examples:
  One endpoint:
    aws sagemaker describe-endpoint --endpoint-name churn-prod \\
      --output json > endpoints.json
    bellwether monitors skeleton < endpoints.json > monitors.yaml

  All endpoints of the account in this Region:
    aws sagemaker list-endpoints --query 'Endpoints[].[EndpointName]' \\
      --output text | xargs -n 1 aws sagemaker describe-endpoint \\
      --output json --endpoint-name > endpoints.json
    bellwether monitors skeleton < endpoints.json > monitors.yaml";

const IMPORT_HELP: &str = "\
Reads the JSON of `aws sagemaker describe-monitoring-schedule` and of the job
definitions that the schedules name (describe-data-quality-job-definition,
describe-model-quality-..., describe-model-bias-..., and
describe-model-explainability-job-definition) on standard input, one document
after the other, and prints an entry for each schedule. With `describe-endpoint`
of its endpoint among them an entry says variant and capture too.

What has no counterpart here is told in comments beside each entry, and counted
on standard error. A schedule that judges what no monitor here does is drafted
disabled.

Exit codes:
  0  drafted, an entry at least
  1  failed: a usage error, no description that can be read, or none of a
     schedule that can be drafted

Examples:
  One schedule, its job definition and its endpoint:
    aws sagemaker describe-monitoring-schedule --output json \\
      --monitoring-schedule-name churn-hourly > described.json
    aws sagemaker describe-data-quality-job-definition --output json \\
      --job-definition-name churn-job >> described.json
    aws sagemaker describe-endpoint --output json \\
      --endpoint-name churn-prod >> described.json
    bellwether monitors import < described.json > monitors.yaml

  Of a model-quality schedule the job is described by another command:
    aws sagemaker describe-model-quality-job-definition --output json \\
      --job-definition-name churn-labels-job >> described.json

  All schedules in this Region, their data-quality jobs, and all endpoints:
    aws sagemaker list-monitoring-schedules --output text --query \\
      'MonitoringScheduleSummaries[].[MonitoringScheduleName]' | xargs -n 1 \\
      aws sagemaker describe-monitoring-schedule --output json \\
      --monitoring-schedule-name > described.json
    aws sagemaker list-data-quality-job-definitions --output text --query \\
      'JobDefinitionSummaries[].[MonitoringJobDefinitionName]' | xargs -n 1 \\
      aws sagemaker describe-data-quality-job-definition --output json \\
      --job-definition-name >> described.json
    aws sagemaker list-endpoints --query 'Endpoints[].[EndpointName]' \\
      --output text | xargs -n 1 aws sagemaker describe-endpoint \\
      --output json --endpoint-name >> described.json
    bellwether monitors import < described.json > monitors.yaml";

/// The first subcommand.
pub(crate) fn skeleton_command() -> Command {
    Command::new("skeleton")
        .about("Drafts entries for the endpoints whose traffic is captured")
        .after_help(SKELETON_HELP)
}

/// The second one.
pub(crate) fn import_command() -> Command {
    Command::new("import")
        .about("Drafts entries for Model Monitor's monitoring schedules")
        .after_help(IMPORT_HELP)
}

/// Drafts entries for endpoints.
pub(crate) fn skeleton() -> Result<ExitCode, Told> {
    let described = Described::read(&input("aws sagemaker describe-endpoint")?)?;
    if let Some(others) = super::skeleton::not_read(&described) {
        note(&others);
    }
    let remedy = "pipe in `aws sagemaker describe-endpoint` of an endpoint whose data capture is on";
    deliver(&super::skeleton::drafted(&described), "no endpoint was described", remedy)
}

/// Drafts entries for monitoring schedules.
pub(crate) fn import() -> Result<ExitCode, Told> {
    let described = Described::read(&input("aws sagemaker describe-monitoring-schedule")?)?;
    let remedy =
        "pipe in `aws sagemaker describe-monitoring-schedule`, followed by the job definition that it names";
    deliver(&super::import::drafted(&described), "no monitoring schedule was described", remedy)
}

fn input(command: &str) -> Result<Vec<u8>, Told> {
    let stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        return Err(Told::usage(INPUT, "nothing is piped in", format!("pipe in the JSON of `{command}`")));
    }
    let mut bytes = Vec::new();
    stdin.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| {
        Told::new("InputFailed", INPUT, error.to_string(), format!("pipe in the JSON of `{command}`"))
    })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Told::new(
            "ObjectTooLarge",
            INPUT,
            format!("it is larger than {} MiB", MOST_BYTES >> 20),
            "describe fewer at a time",
        ));
    }
    Ok(bytes)
}

/// Prints the document, and says what it does not hold.
fn deliver(document: &Document, nothing: &str, remedy: &str) -> Result<ExitCode, Told> {
    if document.drafts.is_empty() {
        return Err(Told::new("NothingDrafted", INPUT, why_nothing(document, nothing), remedy));
    }
    let text = document.text();
    print(&text)?;
    for left_out in &document.left_out {
        note(&left_out.line());
    }
    if document.drafts.len() > MAX_MONITORS || text.len() as u64 > MAX_BYTES {
        let most = format!("{MAX_MONITORS} monitors and {} MiB", MAX_BYTES >> 20);
        note(&format!("a document holds at most {most}: divide this one, for several stacks"));
    }
    note(&summary(document));
    Ok(ExitCode::SUCCESS)
}

fn why_nothing(document: &Document, nothing: &str) -> String {
    let shown = document.left_out.iter().take(MOST_REASONS).map(LeftOut::line);
    let mut reasons: Vec<String> = shown.collect();
    if reasons.is_empty() {
        reasons.push(nothing.to_owned());
    }
    let rest = document.left_out.len().saturating_sub(MOST_REASONS);
    if rest > 0 {
        reasons.push(format!("and {rest} more"));
    }
    reasons.join(", ")
}

fn summary(document: &Document) -> String {
    let drafts = &document.drafts;
    let disabled = drafts.iter().filter(|draft| !draft.is_enabled()).count();
    let mut parts = vec![format!("{} drafted", counted(drafts.len(), "monitor"))];
    if disabled > 0 {
        parts.push(format!("{disabled} of them disabled"));
    }
    match document.lost() {
        0 => {}
        lost => parts.push(format!("{} not carried over", counted(lost, "value"))),
    }
    format!("{}: comments say what is left to do", parts.join(", "))
}
