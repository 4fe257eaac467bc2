//! `bellwether suggest-baseline model-explainability`: how much each feature moves the answers to the rows of a dataset.
//!
//! Names come from the data: no control character of them reaches the terminal.

use super::{asks_sagemaker, values};
use crate::output::print;
use crate::table::{paragraph, width};
use crate::{arguments, aws, dataset, watch};
use bellwether_contract::keys::ReportFile;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::monitors::model_explainability::{
    AskingSettings, Extent, SuggestedReasons, suggest,
};
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_pipeline::settings::Settings;
use bellwether_storage::{Location, Store};
use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;
use std::process::ExitCode;

const HELP: &str = "\
Asks the model about every row of the dataset and writes analysis.json, which is
what windows are held against. A model that analysis_config.json calls linear is
not asked. The file is Clarify's: the model is asked with content_type and
templates of predictor, rows are compared with methods.shap.baseline. A file that
is there already and says something else is left alone, unless --overwrite is
given.

Exit codes:
  0  the file is written, or was there with the same bytes
  1  failed: a usage error, a dataset or a configuration that cannot be read, a
     model that does not answer every row

Examples:
  Every row of a validation set, by a model server on this machine:
    bellwether suggest-baseline model-explainability --input validation.csv \\
      --format csv --header --analysis-config analysis_config.json \\
      --endpoint-url http://localhost:8080/invocations --output out/baseline

  A thousand of its rows, by a SageMaker endpoint:
    bellwether suggest-baseline model-explainability --input validation.csv \\
      --format csv --header --analysis-config analysis_config.json \\
      --sagemaker --explained-endpoint-name loans-shadow \\
      --explained-rows 1000 --row-budget 2000000 --output out/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    let number = |name: &'static str, placeholder: &'static str, help: String| {
        Arg::new(name)
            .long(name)
            .value_name(placeholder)
            .value_parser(value_parser!(u64).range(1..))
            .help(help)
    };
    let config =
        Arg::new("analysis-config").long("analysis-config").value_name("URI").required(true).help(
            "analysis_config.json: the features, the rows to compare with, and how requests are written",
        );
    Command::new("model-explainability")
        .about("Explains the rows of a dataset and suggests a model-explainability baseline")
        .after_help(HELP)
        .args(dataset::arguments("Delimited text, JSON Lines, or Parquet"))
        .arg(config)
        .next_help_heading("Whom to ask, and how")
        .args(arguments::settings::<AskingSettings>(&[]))
        .arg(asks_sagemaker())
        .arg(number("explained-rows", "ROWS", "Rows that are explained [default: all]".to_owned()))
        .arg(number(
            "row-budget",
            "ROWS",
            format!("Rows that the model may be asked [default: {}]", Extent::default().row_budget),
        ))
        .next_help_heading("Output")
        .args(dataset::output())
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let (input, output) = (dataset::location(matches, "input")?, dataset::location(matches, "output")?);
    let (format, config) = (dataset::format(matches)?, dataset::location(matches, "analysis-config")?);
    let asking = AskingSettings::read(|name| matches.get_one::<String>(name).cloned())?;
    let count = |name: &str| matches.get_one::<u64>(name).copied();
    let usual = Extent::default();
    let extent = Extent {
        rows: count("explained-rows").and_then(|rows| usize::try_from(rows).ok()).unwrap_or(usual.rows),
        row_budget: count("row-budget").unwrap_or(usual.row_budget),
    };
    let in_s3 = [&input, &output, &config].into_iter().any(|it| matches!(it, Location::S3 { .. }));
    let clients = aws::clients_if(in_s3 || asking.needs_aws()).await?;
    let progress = watch::Progress::on_a_terminal();
    let watcher = |step| progress.show(step);
    let rows = dataset::Rows::of(matches, &input, clients.as_ref()).await?;
    let suggested =
        suggest(rows.location(), clients.as_ref(), format, &config, &asking, extent, &watcher).await;
    progress.clear();
    let suggested = suggested?;
    let store = Store::new(&output, clients.as_ref().map(|clients| &clients.s3))?;
    let report = suggested.report()?;
    dataset::write(&store, &report, matches.get_flag("overwrite")).await?;
    let rows = suggested.summary.explained_rows;
    let kind = "model explainability";
    dataset::write_page(matches, || report.page_of_baseline(kind, &input, rows, &suggested.part()))?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(&suggested, &input, &store)))?;
    } else {
        print(summary(&suggested, &store))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(suggested: &SuggestedReasons, input: &Location, store: &Store) -> serde_json::Value {
    json!({
        "dataset": input.to_string(),
        "explanation": suggested.summary,
        "warnings": suggested.doubts,
        "calls": suggested.effort.calls,
        "left_out": suggested.read.left_out.by_reason,
        "samples": suggested.read.left_out.samples,
        "files": suggested.read.files,
        "size_bytes": suggested.read.size_bytes,
        "analysis": store.uri(ReportFile::Analysis.name()),
    })
}

/// What a person wants to know of the dataset, and where the file lies.
fn summary(suggested: &SuggestedReasons, store: &Store) -> String {
    let rows = |count: u64, noun: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let SuggestedReasons { read, summary, doubts, effort, .. } = suggested;
    let mut lines = vec![format!("{} in {}", rows(read.rows, "row"), rows(read.files, "file"))];
    lines.extend(values(summary, width()));
    lines.push(String::new());
    let mut say = |what: &str| lines.push(paragraph("  ", &plain(what, usize::MAX), width()));
    say(&format!("{} to the model", rows(effort.calls, "request")));
    for (reason, count) in &read.left_out.by_reason {
        say(&format!("left out as {}: {}", reason.as_str(), rows(*count, "row")));
    }
    summary.note.iter().chain(doubts).for_each(|note| say(note));
    say(&format!("analysis: {}", store.uri(ReportFile::Analysis.name())));
    lines.join("\n")
}
