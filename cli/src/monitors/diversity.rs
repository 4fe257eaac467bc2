//! `bellwether diversity-check`: flags for who answers the replay, and the numbers of lists; and the baseline of lists.

use super::{Command, OfAVersion};
use crate::arguments::flag;
use crate::baseline::{done, laid_out, standing};
use crate::executions;
use crate::summary::{TEXT_CHARS, file, limit_in_words};
use crate::table::{Column, Table, width};
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::keys::{BaselineObject, BaselineOf, Key, ReportFile};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::violations::{Violation, Violations};
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{BaselineKind, Kept, Shelved};
use bellwether_pipeline::commit::Committed;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::executions::{Listed, MetricLimits, Run, limits as limits_of_runs};
use bellwether_pipeline::monitors::diversity::{BaselineOfLists, Diversity, DiversitySettings};
use bellwether_pipeline::route::text::{number, plain};
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Store;
use clap::{Arg, ArgGroup, ArgMatches};

impl Command for Diversity {
    const ABOUT: &'static str = "Judges the recommendation diversity of one window";
    const EXAMPLES: &'static str = EXAMPLES;
    const ASKED_OTHERWISE: &'static [&'static str] = &["REPLAY"];

    fn flags(command: clap::Command) -> clap::Command {
        let answers = [
            ("replay-from", "LISTS", "Recorded answers as JSON Lines"),
            ("endpoint-url", "URL", "Any model server's /invocations"),
        ];
        command
            .next_help_heading("Replay: one of these, or the environment variable REPLAY")
            .args(answers.map(|(name, value, help)| Arg::new(name).long(name).value_name(value).help(help)))
            .arg(flag("sagemaker", "The SageMaker endpoint itself"))
            .arg(flag("no-replay", "Captured traffic alone"))
            .group(ArgGroup::new("replay").args(["replay-from", "endpoint-url", "sagemaker", "no-replay"]))
    }

    fn settings(
        matches: &ArgMatches,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<DiversitySettings, Told> {
        let replay = replay(matches).or_else(|| lookup("REPLAY"));
        if replay.is_none() {
            return Err(Told::usage(
                "the replay",
                "nobody is named who answers it",
                "give --replay-from LISTS, --endpoint-url URL, --sagemaker or --no-replay, or set REPLAY",
            ));
        }
        Ok(DiversitySettings::read(|name| match name {
            "REPLAY" => replay.clone(),
            _ => lookup(name),
        })?)
    }

    async fn measured(reports: &Store, committed: &Committed, width: usize) -> Result<Vec<String>, RunError> {
        let key = |file| Key::Report(&committed.run, file);
        let statistics = file(reports, key(ReportFile::Statistics)).await?;
        let constraints = file(reports, key(ReportFile::Constraints)).await?;
        let found: Violations = file(reports, key(ReportFile::ConstraintViolations)).await?;
        Ok(numbers(&statistics, &constraints, &found.violations).lines(width))
    }

    async fn table(reports: &Store, listed: &[Listed]) -> Table {
        let limits = limits_of_runs(reports, listed.iter().map(|listed| &listed.run)).await;
        of_lists(listed, &limits)
    }
}

impl OfAVersion for BaselineOfLists {
    const LABEL: &'static str = "lists:";
    const MONITOR: &'static str = "the diversity check";
    const JUDGE: &'static str = "the hourly check";

    async fn in_full(store: &Store, kept: &Kept<DiversityBaseline>) -> Result<String, RunError> {
        let Kept { outcome, object, baseline, .. } = kept;
        let BaselineOf { endpoint, variant, version } = baseline.of();
        let key =
            |file| Key::Baseline { kind: Self::FOLDER, of: baseline.of(), at: BaselineObject::File(file) };
        let statistics = file(store, key(ReportFile::Statistics)).await?;
        let constraints = file(store, key(ReportFile::Constraints)).await?;
        let head = format!("Baseline of {version} for {endpoint}/{variant}: {}", done(*outcome));
        let numbers = numbers(&statistics, &constraints, &[]).lines(width()).join("\n");
        let foot = laid_out(&[
            ("  lists:", format!("{} of {} sessions", baseline.answered, baseline.sessions)),
            ("  standing:", standing::<Self>(kept)),
            ("  baseline:", object.clone()),
        ]);
        Ok(format!("{}\n\n{numbers}\n\n{foot}", laid_out(&[("", head)])))
    }
}

fn replay(matches: &ArgMatches) -> Option<String> {
    let text = |name: &str| matches.get_one::<String>(name);
    let flags = [
        text("replay-from").map(|lists| format!("lists:{lists}")),
        text("endpoint-url").cloned(),
        matches.get_flag("sagemaker").then(|| "sagemaker".to_owned()),
        matches.get_flag("no-replay").then(|| "none".to_owned()),
    ];
    flags.into_iter().flatten().next().or_else(|| std::env::var("REPLAY").ok())
}

/// Each metric with its value, its limits, and whether it violates one: what is judged comes first.
fn numbers(statistics: &Statistics, constraints: &Constraints, violations: &[Violation]) -> Table {
    let mut rows: Vec<(String, f64, String, bool)> = statistics
        .recommendation_metrics
        .iter()
        .flat_map(|metrics| metrics.iter())
        .map(|(name, metric)| {
            (name.to_owned(), metric.value, limits(constraints, name), violated(violations, name))
        })
        .collect();
    rows.sort_by_key(|(_, _, limits, is_violated)| (!is_violated, limits.is_empty()));
    let mut table = Table::new([
        ("metric", Column::Text),
        ("value", Column::Number),
        ("limit", Column::Label),
        ("", Column::Label),
    ]);
    for (name, value, limits, is_violated) in rows {
        let mark = if is_violated { "violated" } else { "" };
        table.row([plain(&name, TEXT_CHARS), number(value), plain(&limits, TEXT_CHARS), mark.to_owned()]);
    }
    table.indented(2)
}

fn violated(violations: &[Violation], metric: &str) -> bool {
    violations
        .iter()
        .filter_map(|violation| violation.metric_name.as_deref())
        .any(|violated| violated == metric || violated.strip_suffix("_floor") == Some(metric))
}

/// The limits of a metric in words: of the band, of the floor, or of both.
fn limits(constraints: &Constraints, metric: &str) -> String {
    let table = constraints.recommendation_constraints.as_ref();
    let limit = |name: &str| {
        let limit = table.and_then(|table| table.get(name));
        limit.map(|limit| limit_in_words(&limit.comparison_operator, limit.threshold))
    };
    let limits = [limit(metric), limit(&format!("{metric}_floor"))];
    limits.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Lists: their mean beside its floor, and how many sessions were answered.
fn of_lists(listed: &[Listed], limits: &[Option<MetricLimits>]) -> Table {
    let mut table = Table::new([
        (executions::when(listed), Column::Label),
        ("status", Column::Label),
        ("mean", Column::Number),
        ("floor", Column::Number),
        ("answered", Column::Number),
        ("violations", Column::Text),
    ]);
    for (listed, limits) in listed.iter().zip(limits) {
        let [when, status, violations] = executions::of_any(listed);
        let run = listed.read.as_ref().ok();
        let mean = run.and_then(mean);
        let floor = |mean: &(&str, f64)| {
            limits.as_ref()?.get(&format!("{}_floor", mean.0)).map(|limit| limit.threshold)
        };
        let replay = run.and_then(|run| run.execution.replay.as_ref());
        table.row([
            when,
            status,
            mean.map(|(_, value)| number(value)).unwrap_or_default(),
            mean.as_ref().and_then(floor).map(number).unwrap_or_default(),
            replay.map(|replay| format!("{}/{}", replay.answered, replay.sessions)).unwrap_or_default(),
            violations,
        ]);
    }
    table
}

/// The mean that was judged, under its name: that of the replay, or of captured lists where no replay was made.
fn mean(run: &Run) -> Option<(&str, f64)> {
    let of = |prefix: &str| {
        executions::numbers(run)
            .find(|(name, _)| name.starts_with(prefix) && name.ends_with("diversity_mean"))
    };
    let captured = of("captured_").filter(|_| run.execution.replay.is_none());
    captured.or_else(|| of("top"))
}

const EXAMPLES: &str = "\
A URI is s3://bucket/prefix or a path. Each flag can also be set by the
environment variable that it names.

Examples:
  Judge the last hour with answers that were recorded earlier, on a folder:
    bellwether diversity-check --replay-from lists.jsonl \\
      --endpoint-name recommender-prod --variant AllTraffic \\
      --schedule diversity-hourly --validation-set sessions.jsonl \\
      --catalog catalog.json --reports out/reports

  Replay against a model server that runs on this machine:
    bellwether diversity-check --endpoint-url http://127.0.0.1:8080/invocations \\
      --endpoint-name recommender-prod --variant AllTraffic \\
      --schedule diversity-hourly --validation-set sessions.jsonl \\
      --catalog catalog.json --reports out/reports

  Captured traffic alone, from S3, for an hour of the past:
    bellwether diversity-check --no-replay --at 2026-10-31T09:00:00Z \\
      --endpoint-name recommender-prod --variant AllTraffic \\
      --schedule diversity-hourly --catalog s3://my-bucket/catalog.json \\
      --capture s3://my-bucket/datacapture --reports s3://my-bucket/reports";
