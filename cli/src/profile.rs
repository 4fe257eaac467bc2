//! `bellwether profile`: the statistics of a dataset and the constraints that they suggest, as `suggest_baseline` writes
//! them.
//!
//! Column names come from the data: no control character of them reaches the terminal.

use crate::output::print;
use crate::watch;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::statistics::{FeatureStatistics, Statistics};
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::dataset::{Dialect, Format, Profiled, WORTH_SAYING, profile};
use bellwether_pipeline::report::Report;
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_storage::{Location, StorageError, Store};
use clap::{Arg, ArgAction, ArgMatches, Command};
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;

const NAME_CHARS: usize = 60;
const EXCERPT_CHARS: usize = 80;
/// Samples that are shown; `--json` has all of them.
const SHOWN_SAMPLES: usize = 3;

const HELP: &str = "\
Writes statistics.json and constraints.json. Constraints are meant to be edited, so a file that is there already and says
something else is left alone, unless --overwrite is given.

Exit codes:
  0  both files are written, or were there with the same bytes
  1  failed: a usage error, a dataset that cannot be read, more than half of its records left out, files that differ

Examples:
  The training data of a model, with a line of column names:
    bellwether profile --input train.csv --format csv --header --output out/baseline

  All files below a prefix, an object a line:
    bellwether profile --input s3://my-bucket/train/ --format json --output s3://my-bucket/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("profile")
        .about("Profiles a dataset and suggests the constraints of a data-quality baseline")
        .after_help(HELP)
        .arg(
            Arg::new("input")
                .long("input")
                .value_name("URI")
                .required(true)
                .help("A file, or a prefix with all files below it: s3://bucket/key or a path"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .required(true)
                .value_parser(["csv", "json"])
                .help("Delimited text, or JSON Lines: a flat object a line"),
        )
        .arg(switch("header", "The first record of each CSV file names the columns [default: _c0, _c1, ...]"))
        .arg(
            Arg::new("csv-dialect")
                .long("csv-dialect")
                .value_name("DIALECT")
                .value_parser(["rfc4180", "spark"])
                .help(
                    "How quotes are read: by RFC 4180, or as SageMaker's container does [default: rfc4180]",
                ),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("DIR")
                .required(true)
                .help("Where both files go: a folder or s3://bucket/prefix"),
        )
        .arg(switch("overwrite", "Replace files that are there and say something else"))
        .arg(switch("json", "Print JSON instead of a table"))
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, String> {
    let (input, output) = (location(matches, "input")?, location(matches, "output")?);
    let format = format(matches)?;
    let in_s3 = [&input, &output].into_iter().any(|location| matches!(location, Location::S3 { .. }));
    let clients = if in_s3 { Some(Clients::from_environment().await) } else { None };
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let progress = watch::Progress::on_a_terminal();
    let profiled = profile(&input, s3, &format, &|step| progress.show(step)).await;
    progress.clear();
    let profiled = profiled.map_err(told)?;
    let (statistics, constraints) = profiled.suggest();
    let report = Report::of_baseline(&statistics, &constraints).map_err(|error| error.to_string())?;
    let store = Store::new(&output, s3).map_err(|error| error.to_string())?;
    write(&store, &report, matches.get_flag("overwrite")).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(&input, &store, &profiled, statistics.features.len())))?;
    } else {
        print(summary(&store, &profiled, &statistics))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(error: RunError) -> String {
    format!("{}: {}", error.error_type(), error.chain())
}

fn location(matches: &ArgMatches, name: &str) -> Result<Location, String> {
    let text = matches.get_one::<String>(name).ok_or_else(|| format!("--{name} is missing"))?;
    text.parse().map_err(|error| format!("--{name}: {error}"))
}

fn format(matches: &ArgMatches) -> Result<Format, String> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (header, dialect) = (matches.get_flag("header"), text("csv-dialect"));
    match text("format") {
        Some("json") if header || dialect.is_some() => {
            Err("--header and --csv-dialect are of --format csv; JSON Lines name their columns".to_owned())
        }
        Some("json") => Ok(Format::JsonLines),
        _ => {
            let dialect = if dialect == Some("spark") { Dialect::Spark } else { Dialect::Rfc4180 };
            Ok(Format::Csv { header, dialect })
        }
    }
}

/// Writes what is not there yet. Nothing is written where one of the files would be lost.
async fn write(store: &Store, report: &Report, overwrite: bool) -> Result<(), String> {
    store.create_if_folder().await.map_err(|error| error.to_string())?;
    let mut missing = Vec::new();
    for (file, bytes) in report.files() {
        let there = match store.get(file.name(), bytes.len() as u64).await {
            Ok(there) => Some(there == *bytes),
            Err(StorageError::TooLarge { .. }) => Some(false),
            Err(StorageError::NotFound { .. }) => None,
            Err(error) => return Err(error.to_string()),
        };
        match there {
            Some(true) => {}
            Some(false) if !overwrite => {
                let uri = store.uri(file.name());
                return Err(format!("{uri} is there and says something else; --overwrite replaces it"));
            }
            _ => missing.push((file, bytes)),
        }
    }
    for (file, bytes) in missing {
        store.put(file.name(), bytes.clone()).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn as_json(input: &Location, store: &Store, profiled: &Profiled, columns: usize) -> serde_json::Value {
    json!({
        "dataset": input.to_string(),
        "columns": columns,
        "rows": profiled.table.rows(),
        "left_out": profiled.left_out.by_reason,
        "samples": profiled.left_out.samples,
        "files": profiled.files,
        "size_bytes": profiled.size_bytes,
        "statistics": store.uri(ReportFile::Statistics.name()),
        "constraints": store.uri(ReportFile::Constraints.name()),
    })
}

/// What a person wants to know of a dataset, and where the files lie.
fn summary(store: &Store, profiled: &Profiled, statistics: &Statistics) -> String {
    let count = |count: u64, noun: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let mut text = format!(
        "{} of {} in {}\n\n{}\n",
        count(profiled.table.rows(), "row"),
        counted(statistics.features.len(), "column"),
        count(profiled.files, "file"),
        columns(statistics).trim_fmt(),
    );
    let share = profiled.share_left_out();
    let attention = if share > WORTH_SAYING { "ATTENTION, " } else { "" };
    for (reason, records) in &profiled.left_out.by_reason {
        let records = count(*records, "record");
        let _ = writeln!(
            text,
            "  {attention}left out as {reason}: {records} ({} % in all)",
            number(100.0 * share)
        );
    }
    for sample in profiled.left_out.samples.iter().take(SHOWN_SAMPLES) {
        let excerpt = plain(&sample.excerpt, EXCERPT_CHARS);
        let _ = writeln!(
            text,
            "    line {} of {}: {excerpt}",
            sample.line,
            plain(&sample.object, NAME_CHARS * 2)
        );
    }
    let _ = writeln!(text, "  statistics: {}", store.uri(ReportFile::Statistics.name()));
    let _ = write!(text, "  constraints: {}", store.uri(ReportFile::Constraints.name()));
    text
}

fn columns(statistics: &Statistics) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["  column", "type", "complete", "distinct", "min", "mean", "max"]);
    statistics.features.iter().for_each(|feature| {
        table.add_row(row(feature));
    });
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn row(feature: &FeatureStatistics) -> [String; 7] {
    let told = |value: Option<f64>| value.map(number).unwrap_or_default();
    let numbers = feature.numerical_statistics.as_ref();
    let texts = feature.string_statistics.as_ref();
    let complete = feature.counts().map(|counts| {
        let cells = counts.num_present + counts.num_missing;
        counts.num_present as f64 / cells.max(1) as f64
    });
    let distinct =
        numbers.and_then(|numbers| numbers.approximate_num_distinct_values.map(|count| count as f64));
    let of = |value: fn(&bellwether_contract::statistics::NumericalStatistics) -> Option<f64>| {
        told(numbers.and_then(value))
    };
    [
        format!("  {}", plain(&feature.name, NAME_CHARS)),
        feature.inferred_type.to_string(),
        told(complete.map(|share| 100.0 * share)) + " %",
        told(distinct.or_else(|| texts.and_then(|texts| texts.distinct_count))),
        of(|numbers| numbers.min),
        of(|numbers| numbers.mean),
        of(|numbers| numbers.max),
    ]
}
