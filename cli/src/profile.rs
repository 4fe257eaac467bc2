//! `bellwether profile`: the statistics of a dataset and the constraints that they suggest, as `suggest_baseline` writes
//! them.
//!
//! Column names come from the data: no control character of them reaches the terminal.

use crate::output::print;
use crate::table::{Column, Table, paragraph, width};
use crate::{aws, watch};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::statistics::{FeatureStatistics, Statistics};
use bellwether_pipeline::dataset::{Dialect, Format, Profiled, WORTH_SAYING, profile};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::report::Report;
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_storage::{Location, StorageError, Store};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;

const NAME_CHARS: usize = 60;
const EXCERPT_CHARS: usize = 80;
/// Samples that are shown; `--json` has all of them.
const SHOWN_SAMPLES: usize = 3;

const HELP: &str = "\
Writes statistics.json and constraints.json. Constraints are meant to be edited,
so a file that is there already and says something else is left alone, unless
--overwrite is given.

Exit codes:
  0  both files are written, or were there with the same bytes
  1  failed: a usage error, a dataset that cannot be read, more than half of its
     records left out, files that differ

Examples:
  The training data of a model, with a line of column names:
    bellwether profile --input train.csv --format csv --header \\
      --output out/baseline

  All files below a prefix, an object a line:
    bellwether profile --input s3://my-bucket/train/ --format json \\
      --output s3://my-bucket/baseline";

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
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let (input, output) = (location(matches, "input")?, location(matches, "output")?);
    let format = format(matches)?;
    let in_s3 = [&input, &output].into_iter().any(|location| matches!(location, Location::S3 { .. }));
    let clients = aws::clients_if(in_s3).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let progress = watch::Progress::on_a_terminal();
    let profiled = profile(&input, s3, &format, &|step| progress.show(step)).await;
    progress.clear();
    let profiled = profiled?;
    let (statistics, constraints) = profiled.suggest();
    let report = Report::of_baseline(&statistics, &constraints)?;
    let store = Store::new(&output, s3)?;
    write(&store, &report, matches.get_flag("overwrite")).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", as_json(&input, &store, &profiled, statistics.features.len())))?;
    } else {
        print(summary(&store, &profiled, &statistics))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn location(matches: &ArgMatches, name: &str) -> Result<Location, Told> {
    let text = matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    text.parse().map_err(|error: StorageError| Told::from(error).of(&format!("--{name}")))
}

fn format(matches: &ArgMatches) -> Result<Format, Told> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (header, dialect) = (matches.get_flag("header"), text("csv-dialect"));
    match text("format") {
        Some("json") if header || dialect.is_some() => Err(Told::usage(
            "--header and --csv-dialect",
            "they are of --format csv, and JSON Lines name their columns",
            "leave them out",
        )),
        Some("json") => Ok(Format::JsonLines),
        _ => {
            let dialect = if dialect == Some("spark") { Dialect::Spark } else { Dialect::Rfc4180 };
            Ok(Format::Csv { header, dialect })
        }
    }
}

/// Writes what is not there yet. Nothing is written where one of the files would be lost.
async fn write(store: &Store, report: &Report, overwrite: bool) -> Result<(), Told> {
    store.create_if_folder().await?;
    let mut missing = Vec::new();
    for (file, bytes) in report.files() {
        let there = match store.get(file.name(), bytes.len() as u64).await {
            Ok(there) => Some(there == *bytes),
            Err(StorageError::TooLarge { .. }) => Some(false),
            Err(StorageError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        match there {
            Some(true) => {}
            Some(false) if !overwrite => {
                let uri = store.uri(file.name());
                return Err(Told::new(
                    "FileDiffers",
                    uri,
                    "it is there and says something else",
                    "--overwrite replaces it",
                ));
            }
            _ => missing.push((file, bytes)),
        }
    }
    for (file, bytes) in missing {
        store.put(file.name(), bytes.clone()).await?;
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
        columns(statistics).lines(width()).join("\n"),
    );
    let share = profiled.share_left_out();
    let attention = if share > WORTH_SAYING { "ATTENTION, " } else { "" };
    for (reason, records) in &profiled.left_out.by_reason {
        let records = count(*records, "record");
        let left_out = format!("{records} ({} % in all)", number(100.0 * share));
        let label = format!("  {attention}left out as {reason}:");
        let _ = writeln!(text, "{}", paragraph(&label, &left_out, width()));
    }
    for sample in profiled.left_out.samples.iter().take(SHOWN_SAMPLES) {
        let excerpt = plain(&sample.excerpt, EXCERPT_CHARS);
        let object = plain(&sample.object, NAME_CHARS * 2);
        let sample = format!("{} of {object}: {excerpt}", sample.line);
        let _ = writeln!(text, "{}", paragraph("    line", &sample, width()));
    }
    let file = |what: &str, file: ReportFile| paragraph(what, &store.uri(file.name()), width());
    let _ = writeln!(text, "{}", file("  statistics:", ReportFile::Statistics));
    let _ = write!(text, "{}", file("  constraints:", ReportFile::Constraints));
    text
}

fn columns(statistics: &Statistics) -> Table {
    let number = Column::Number;
    let mut table = Table::new([
        ("column", Column::Text),
        ("type", Column::Text),
        ("complete", number),
        ("distinct", number),
        ("min", number),
        ("mean", number),
        ("max", number),
    ]);
    statistics.features.iter().for_each(|feature| table.row(row(feature)));
    table.indented(2)
}

/// A count by HyperLogLog++: marked as the estimate that it is.
fn estimated(count: Option<f64>) -> String {
    count.map(|count| format!("~{}", number(count))).unwrap_or_default()
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
        plain(&feature.name, NAME_CHARS),
        feature.inferred_type.to_string(),
        told(complete.map(|share| 100.0 * share)) + " %",
        estimated(distinct.or_else(|| texts.and_then(|texts| texts.distinct_count))),
        of(|numbers| numbers.min),
        of(|numbers| numbers.mean),
        of(|numbers| numbers.max),
    ]
}
