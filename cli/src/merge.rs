//! `bellwether merge`: the profiles that a schedule's runs kept, as the statistics of a day or a week.
//!
//! What is missing is said before anything else: a part must not look like the whole.

use crate::arguments::settings;
use crate::output::print;
use crate::table::{paragraph, width};
use crate::{INCONCLUSIVE, at, aws, dataset};
use bellwether_contract::ContractError;
use bellwether_contract::json::to_vec;
use bellwether_contract::window::Interval;
use bellwether_pipeline::RunError;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::merge::{Asked, Merged, merge};
use bellwether_pipeline::report::Report;
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::merge::MergeSettings;
use bellwether_storage::{Location, Store};
use clap::{Arg, ArgMatches, Command};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;

/// Says beside the statistics which hours they are of.
const MERGE_FILE: &str = "merge.json";
const TEXT_CHARS: usize = 400;
/// Gaps that are told one by one; `--json` has all of them.
const SHOWN_GAPS: usize = 12;

const HELP: &str = "\
Every run keeps what its records came to below the state, as long as that keeps
it (--keep-profiles). Those of the windows from --from to --to are merged in
their order: no capture is read again. Counts, types, histograms and distinct
values are those of one window of all the records, and so are rates of answers
and metrics of groups; means and deviations to twelve digits, buckets within the
error of the sketch. Scores are in bins: what hangs on them is marked from_bins.
A record that came in two windows counts twice.

statistics.json (of groups analysis.json) goes to --output, and merge.json beside
it, which names each window, and each hour that is missing with why.

Exit codes:
  0  every hour is among the statistics
  1  failed: a usage error, a report or profile that cannot be read, windows that
     overlap, profiles of different settings, a file that differs
  3  hours are missing: the statistics are of the others, or not written where
     there is none

Examples:
  The statistics of a day:
    bellwether merge --reports s3://my-bucket/reports \\
      --endpoint-name churn-prod --schedule churn-hourly \\
      --from 2026-10-31T00:00:00Z --to 2026-11-01T00:00:00Z --output out/day

  Which hours of a week are missing?
    bellwether merge --reports out/reports --endpoint-name churn-prod \\
      --schedule churn-hourly --from 2026-10-26T00:00:00Z \\
      --to 2026-11-02T00:00:00Z --output out/week --json";

/// The subcommand.
pub(crate) fn command() -> Command {
    let hour = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TIME").required(true).value_parser(at::instant).help(help)
    };
    Command::new("merge")
        .about("Merges what a schedule's runs kept of their windows into the statistics of a day or a week")
        .after_help(HELP)
        .args(settings::<MergeSettings>(&[]))
        .arg(hour("from", "Windows from this hour on, such as 2026-10-31T00:00:00Z"))
        .arg(hour("to", "Windows that end at this hour at the latest"))
        .next_help_heading("Output")
        .args(dataset::output().map(|arg| match arg.get_id().as_str() {
            "overwrite" => arg.help("Replace a statistics.json that is there and says something else"),
            "json" => arg.help("Print merge.json instead of text"),
            _ => arg,
        }))
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let settings = MergeSettings::read(|name| matches.get_one::<String>(name).cloned())?;
    let output = dataset::location(matches, "output")?;
    let hours = hours(matches)?;
    let in_s3 = settings.needs_aws() || matches!(output, Location::S3 { .. });
    let clients = aws::clients_if(in_s3).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let (reports, state) = (Store::new(&settings.reports, s3)?, Store::new(&settings.state, s3)?);
    let asked = Asked { endpoint: settings.endpoint, schedule: settings.schedule, hours };
    let merged = merge(&reports, &state, &asked).await?;
    let store = Store::new(&output, s3)?;
    if let Some((file, statistics)) = &merged.statistics {
        let report = Report::default().with(*file, statistics.clone());
        dataset::write(&store, &report, matches.get_flag("overwrite")).await?;
        store.put(MERGE_FILE, to_vec(&merged)?.into()).await?;
    }
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!(merged)))?;
    } else {
        print(summary(&merged, &store))?;
    }
    let is_whole = merged.missing.is_empty();
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(INCONCLUSIVE) })
}

/// The hours that are asked for: whole ones.
fn hours(matches: &ArgMatches) -> Result<Interval, Told> {
    let instant = |name: &str| matches.get_one::<Timestamp>(name).copied().unwrap_or_default();
    let (from, to) = (instant("from"), instant("to"));
    let of_an_hour = |time: &Timestamp| time.as_second() % SECONDS == 0 && time.subsec_nanosecond() == 0;
    if ![from, to].iter().all(of_an_hour) {
        let reason = "windows begin and end at whole hours";
        return Err(Told::usage("--from and --to", reason, "write hours such as 2026-10-31T00:00:00Z"));
    }
    Interval::new(from, to)
        .map_err(|error: ContractError| Told::from(RunError::from(error)).of("--from and --to"))
}

const SECONDS: i64 = SignedDuration::from_hours(1).as_secs();

/// What was merged, what is missing, and where the file lies.
fn summary(merged: &Merged, store: &Store) -> String {
    let mut text = String::new();
    let mut line = |what: &str| {
        let _ = writeln!(text, "{}", paragraph("  ", what, width()));
    };
    for gap in merged.missing.iter().take(SHOWN_GAPS) {
        let (from, to) = (written(gap.start_time), written(gap.end_time));
        line(&format!("MISSING, {from} to {to}: {}", plain(&gap.reason, TEXT_CHARS)));
    }
    let more = merged.missing.len().saturating_sub(SHOWN_GAPS);
    if more > 0 {
        line(&format!("MISSING, {} more; --json tells each", counted(more, "gap")));
    }
    for (reason, records) in &merged.left_out {
        line(&format!("ATTENTION, left out of the whole as {reason}: {records} records"));
    }
    if !merged.from_bins.is_empty() {
        line(&format!("ATTENTION, approximate, of scores in bins: {}", merged.from_bins.join(", ")));
    }
    for warning in &merged.warnings {
        line(&format!("ATTENTION, {}", plain(warning, TEXT_CHARS)));
    }
    let missing = count(merged.hours_missing(), "hour");
    match &merged.statistics {
        Some((file, _)) => {
            line(&format!("statistics: {}", store.uri(file.name())));
            line(&format!("windows: {}", store.uri(MERGE_FILE)));
        }
        None => line("statistics: none, and nothing is written"),
    }
    let records: u64 = merged.windows.iter().map(|window| window.records).sum();
    let windows = counted(merged.windows.len(), "window");
    let monitor = merged.monitor.as_deref().unwrap_or("the schedule");
    format!("{windows} of {monitor}, {records} records; {missing} missing\n\n{}", text.trim_end())
}

fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

fn count(count: i64, noun: &str) -> String {
    counted(usize::try_from(count).unwrap_or_default(), noun)
}
