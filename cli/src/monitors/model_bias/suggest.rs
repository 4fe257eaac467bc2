//! `bellwether suggest-baseline model-bias`: how differently the rows of a dataset are treated by group, which is what windows may do.
//!
//! Groups come from the data: no control character of them reaches the terminal.

use super::metrics;
use crate::output::print;
use crate::table::{paragraph, width};
use crate::{arguments, aws, dataset, watch};
use bellwether_contract::keys::ReportFile;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::monitors::model_bias::{BiasAnswerSettings, SuggestedBias, suggest};
use bellwether_pipeline::route::text::{counted, plain};
use bellwether_pipeline::settings::Settings;
use bellwether_storage::{Location, Store};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;
use std::process::ExitCode;

const HELP: &str = "\
Writes analysis.json, which is the baseline's constraints: a window whose metric
is farther from zero violates it. The rows hold features, labels and the model's
answers. analysis_config.json is that of SageMaker Clarify: headers, label,
label_values_or_threshold, facet, and predicted_label for the column of the
answers. A file that is there already and says something else is left alone,
unless --overwrite is given.

Exit codes:
  0  the file is written, or was there with the same bytes
  1  failed: a usage error, a dataset that cannot be read, a configuration that
     does not fit it, more than half of its rows without label or answer

Examples:
  A validation set with a column of labels and one of answers:
    bellwether suggest-baseline model-bias --input validation.csv \\
      --format csv --header --analysis-config analysis_config.json \\
      --output out/baseline

  The answers are scores, in the column probability:
    bellwether suggest-baseline model-bias --input validation.csv \\
      --format csv --header --analysis-config analysis_config.json \\
      --probability-attribute probability --output out/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    let config = Arg::new("analysis-config").long("analysis-config").value_name("URI").required(true).help(
        "analysis_config.json: which column is the label, which the facets, which of their values are meant",
    );
    Command::new("model-bias")
        .about("Measures how alike groups are treated and suggests a model-bias baseline")
        .after_help(HELP)
        .args(dataset::arguments("Delimited text, JSON Lines, or Parquet"))
        .arg(config)
        .next_help_heading("Features, answers and labels")
        .args(arguments::settings::<BiasAnswerSettings>(&[]))
        .next_help_heading("Output")
        .args(dataset::output())
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let (input, output) = (dataset::location(matches, "input")?, dataset::location(matches, "output")?);
    let (format, config) = (dataset::format(matches)?, dataset::location(matches, "analysis-config")?);
    let answers = BiasAnswerSettings::read(|name| matches.get_one::<String>(name).cloned())?;
    let in_s3 = [&input, &output, &config].into_iter().any(|it| matches!(it, Location::S3 { .. }));
    let clients = aws::clients_if(in_s3).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let progress = watch::Progress::on_a_terminal();
    let rows = dataset::Rows::of(matches, &input, clients.as_ref()).await?;
    let suggested =
        suggest(rows.location(), s3, format, &config, &answers, &|step| progress.show(step)).await;
    progress.clear();
    let suggested = suggested?;
    let store = Store::new(&output, s3)?;
    let report = suggested.report()?;
    dataset::write(&store, &report, matches.get_flag("overwrite")).await?;
    let rows = suggested.measured.rows;
    dataset::write_page(matches, || report.page_of_baseline("model bias", &input, rows, &suggested.part()))?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(&suggested, &input, &store)))?;
    } else {
        print(summary(&suggested, &store))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(suggested: &SuggestedBias, input: &Location, store: &Store) -> serde_json::Value {
    let groups = suggested.measured.facets.iter().flat_map(|facet| {
        facet
            .groups
            .iter()
            .map(|group| json!({"facet": facet.name, "value": group.value_or_threshold, "rows": group.sizes}))
    });
    json!({
        "dataset": input.to_string(),
        "rows": suggested.measured.rows,
        "groups": groups.collect::<Vec<_>>(),
        "left_out": suggested.read.left_out.by_reason,
        "rows_left_out": suggested.rows_left_out,
        "samples": suggested.read.left_out.samples,
        "files": suggested.read.files,
        "size_bytes": suggested.read.size_bytes,
        "notes": suggested.measured.notes,
        "analysis": store.uri(ReportFile::Analysis.name()),
    })
}

/// What a person wants to know of the dataset, and where the file lies.
fn summary(suggested: &SuggestedBias, store: &Store) -> String {
    let rows = |count: u64, noun: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let SuggestedBias { read, measured, analysis, rows_left_out } = suggested;
    let mut lines = vec![
        format!("{} with labels in {}", rows(measured.rows, "row"), rows(read.files, "file")),
        String::new(),
    ];
    lines.extend(metrics(analysis).indented(2).lines(width()));
    lines.push(String::new());
    let mut say = |what: &str| lines.push(paragraph("  ", &plain(what, usize::MAX), width()));
    for facet in &measured.facets {
        for group in &facet.groups {
            let (name, text, sizes) = (&facet.name, &group.value_or_threshold, group.sizes);
            say(&format!("{name}={text}: {} in the group and {} beside it", sizes.facet, sizes.rest));
        }
    }
    let left_out = read.left_out.by_reason.iter().map(|(reason, count)| (reason.as_str(), count));
    let of_rows = rows_left_out.iter().map(|(reason, count)| (*reason, count));
    for (reason, count) in left_out.chain(of_rows) {
        say(&format!("left out as {reason}: {}", rows(*count, "row")));
    }
    measured.notes.iter().for_each(|note| say(note));
    say(
        "A window violates where a metric is farther from zero than here: about half of all healthy windows do, in each. Allow for \
        chance with --confidence normal_bootstrap, or edit the file.",
    );
    say(&format!("analysis: {}", store.uri(ReportFile::Analysis.name())));
    lines.join("\n")
}
