//! `bellwether profile`: the statistics of a dataset and the constraints that they suggest, as `suggest_baseline` writes
//! them.
//!
//! Column names come from the data: no control character of them reaches the terminal.

use crate::arguments::flag;
use crate::output::print;
use crate::table::{Column, Table, paragraph, width};
use crate::{aws, dataset, watch};
use bellwether_contract::execution::BrokenLine;
use bellwether_contract::json::double;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::statistics::{FeatureStatistics, Statistics};
use bellwether_pipeline::dataset::{Description, Format, Profiled, Selection, WORTH_SAYING, profile};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::inputs;
use bellwether_pipeline::monitors::data_quality::baseline_part;
use bellwether_pipeline::report::Report;
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_storage::{Location, Store};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::ExitCode;

const NAME_CHARS: usize = 60;
const SAMPLE_CHARS: usize = 400;
/// Samples that are shown besides the first of each reason; `--json` has all of them.
const SHOWN_SAMPLES: usize = 3;
/// From here on a number is written with an exponent, as in statistics.json; below this too, unless it is nothing.
const GREAT: f64 = 1e15;
const SMALL: f64 = 1e-4;

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
      --output s3://my-bucket/baseline

  Read as the traffic is, by the declared columns of data-quality --paths:
    bellwether profile --input train.jsonl --format json --paths columns.json \\
      --output out/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    arguments(Command::new("profile")).after_help(HELP)
}

/// The same as a kind of `suggest-baseline`.
pub(crate) fn as_a_kind() -> Command {
    let help = HELP.replace("bellwether profile ", "bellwether suggest-baseline data-quality \\\n      ");
    arguments(Command::new("data-quality")).after_help(help)
}

fn arguments(command: Command) -> Command {
    command
        .about("Profiles a dataset and suggests the constraints of a data-quality baseline")
        .args(dataset::arguments("Delimited text; JSON Lines, a flat object a line; or Parquet, read as those are"))
        .arg(Arg::new("paths").long("paths").value_name("URI").help(
            "Declared columns, the file that data-quality --paths reads: names, selection, renames, markers of missing \
             values, and, of JSON Lines, paths; a sample is of captured records alone",
        ))
        .next_help_heading("Output")
        .args(dataset::output())
        .arg(flag("sample-payloads", "Show how records begin that are left out; they may hold personal data"))
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let (input, output) = (dataset::location(matches, "input")?, dataset::location(matches, "output")?);
    let format = dataset::format(matches)?;
    let paths = matches.contains_id("paths").then(|| dataset::location(matches, "paths")).transpose()?;
    let locations = [Some(&input), Some(&output), paths.as_ref()];
    let in_s3 = locations.into_iter().flatten().any(|location| matches!(location, Location::S3 { .. }));
    let clients = aws::clients_if(in_s3).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let selection = match &paths {
        Some(paths) => inputs::selection(paths, s3).await?,
        None => Selection::default(),
    };
    let description = Description { format, selection, sample_payloads: matches.get_flag("sample-payloads") };
    let progress = watch::Progress::on_a_terminal();
    let rows = dataset::Rows::of(matches, &input, clients.as_ref()).await?;
    let profiled = profile(rows.location(), s3, &description, &|step| progress.show(step)).await;
    progress.clear();
    let profiled = profiled?;
    let (statistics, constraints) = profiled.suggest();
    let report = Report::of_baseline(&statistics, &constraints)?;
    let store = Store::new(&output, s3)?;
    dataset::write(&store, &report, matches.get_flag("overwrite")).await?;
    let rows = profiled.table.rows();
    dataset::write_page(matches, || {
        report.page_of_baseline("data quality", &input, rows, &baseline_part(&statistics))
    })?;
    let found = Found {
        store: &store,
        profiled: &profiled,
        output: output_columns(&description, &statistics),
        hints: profiled.first_record.hints(&description, &statistics),
        statistics: &statistics,
    };
    if matches.get_flag("json") {
        print(format_args!("{:#}", found.as_json(&input)))?;
    } else {
        print(found.summary())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said of a baseline that was made.
struct Found<'t> {
    store: &'t Store,
    profiled: &'t Profiled,
    statistics: &'t Statistics,
    /// Columns that captured traffic must bring as the response.
    output: Vec<String>,
    hints: Vec<String>,
}

/// The columns that are taken for the model's output: those that are declared so, or the first one of CSV, because the cells
/// of a captured response come before those of its request. JSON is read by key, whichever side a key is on.
fn output_columns(description: &Description, statistics: &Statistics) -> Vec<String> {
    let declared: Vec<String> = description.selection.output_columns().map(str::to_owned).collect();
    match (declared.is_empty(), description.format) {
        (true, Format::Csv { .. }) => {
            statistics.features.first().map(|feature| feature.name.clone()).into_iter().collect()
        }
        _ => declared,
    }
}

impl Found<'_> {
    fn as_json(&self, input: &Location) -> serde_json::Value {
        let Self { store, profiled, statistics, output, hints } = self;
        json!({
            "dataset": input.to_string(),
            "columns": statistics.features.len(),
            "output_columns": output,
            "rows": profiled.table.rows(),
            "left_out": profiled.left_out.by_reason,
            "samples": profiled.left_out.samples,
            "header_rows": profiled.header_rows.count,
            "non_finite": profiled.non_finite,
            "hints": hints,
            "files": profiled.files,
            "size_bytes": profiled.size_bytes,
            "statistics": store.uri(ReportFile::Statistics.name()),
            "constraints": store.uri(ReportFile::Constraints.name()),
        })
    }

    /// What a person wants to know of a dataset, and where the files lie.
    fn summary(&self) -> String {
        let Self { store, profiled, statistics, output, hints } = self;
        let mut text = format!(
            "{} of {} in {}\n\n{}\n",
            count(profiled.table.rows(), "row"),
            counted(statistics.features.len(), "column"),
            count(profiled.files, "file"),
            columns(statistics).lines(width()).join("\n"),
        );
        let mut line = |what: &str| {
            let _ = writeln!(text, "{}", paragraph("  ", what, width()));
        };
        if !output.is_empty() {
            let names: Vec<_> = output.iter().map(|name| plain(name, NAME_CHARS)).collect();
            line(&format!("output: {}", names.join(", ")));
        }
        self.left_out(&mut line);
        self.put_right(&mut line);
        hints.iter().for_each(|hint| line(&format!("HINT: {hint}")));
        line(&format!("statistics: {}", store.uri(ReportFile::Statistics.name())));
        line(&format!("constraints: {}", store.uri(ReportFile::Constraints.name())));
        text.trim_end().to_owned()
    }

    /// The records that are no rows: how many, and the first of each reason in words.
    fn left_out(&self, line: &mut impl FnMut(&str)) {
        let share = self.profiled.share_left_out();
        let left_out = &self.profiled.left_out;
        let attention = if share > WORTH_SAYING { "ATTENTION, " } else { "" };
        for (reason, records) in &left_out.by_reason {
            let records = count(*records, "record");
            line(&format!("{attention}left out as {reason}: {records} ({} % in all)", number(100.0 * share)));
        }
        let mut told = BTreeSet::new();
        for (place, sample) in left_out.samples.iter().enumerate() {
            if told.insert(sample.reason) || place < SHOWN_SAMPLES {
                line(&format!("  {}", in_words(sample)));
            }
        }
    }

    /// What is read otherwise than it is written.
    fn put_right(&self, line: &mut impl FnMut(&str)) {
        let Profiled { non_finite, header_rows, .. } = self.profiled;
        if *non_finite > 0 {
            line(&format!(
                "non_finite: {} of NaN, infinity or beyond a double read as missing",
                count(*non_finite, "number")
            ));
        }
        if let Some((object, first)) = &header_rows.first {
            let object = plain(object, NAME_CHARS * 2);
            let rows = count(header_rows.count, "row");
            line(&format!(
                "header_rows: {rows} equal to the header dropped, the first in line {first} of {object}"
            ));
        }
    }
}

fn count(count: u64, noun: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

/// A record that was left out: where it stands and what it is.
fn in_words(sample: &BrokenLine) -> String {
    let object = plain(&sample.object, NAME_CHARS * 2);
    let excerpt = sample.excerpt.as_deref().map(|excerpt| format!(": {excerpt}")).unwrap_or_default();
    let words = plain(&format!("{}{excerpt}", sample.in_words()), SAMPLE_CHARS);
    format!("line {} of {object}: {words}", sample.line)
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
    let told = |value: Option<f64>| value.map(written).unwrap_or_default();
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

/// A number of the table: with an exponent, as statistics.json has it, where four decimals would show too many digits or none.
fn written(value: f64) -> String {
    let size = value.abs();
    let plain = size == 0.0 || (SMALL..GREAT).contains(&size);
    if plain { number(value) } else { double(value) }
}
