//! `bellwether suggest-baseline model-quality`: how right the answers of a dataset are, and what windows must satisfy.
//!
//! Labels come from the data: no control character of them reaches the terminal.

use crate::output::print;
use crate::summary::limit_in_words;
use crate::table::{Column, Table, paragraph, width};
use crate::{arguments, aws, dataset, watch};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::model_quality::{Calibration, CalibrationMap, ModelQualityConstraints};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::monitors::model_quality::{AnswerSettings, Suggested, suggest};
use bellwether_pipeline::route::text::{counted, number, plain};
use bellwether_pipeline::settings::Settings;
use bellwether_storage::{Location, Store};
use clap::{ArgMatches, Command};
use serde_json::json;
use std::process::ExitCode;

const HELP: &str = "\
Writes statistics.json, constraints.json and, of a classification with scores,
calibration.json, by which the hours without labels are estimated. An attribute
is the name of a column, its place from 0, or a path of JSON Lines.

The limits are the values of this dataset, as the built-in monitor suggests
them: about half of all healthy hours lie beyond each. Edit constraints.json to
what your users can bear. A file that is there already and says something else
is left alone, unless --overwrite is given.

Exit codes:
  0  the files are written, or were there with the same bytes
  1  failed: a usage error, a dataset that cannot be read, more than half of its
     rows without label or answer, files that differ

Examples:
  A validation set with a probability, a decision and a label:
    bellwether suggest-baseline model-quality --input validation.csv \\
      --format csv --header --problem-type BinaryClassification \\
      --inference-attribute prediction --probability-attribute probability \\
      --ground-truth-attribute label --output out/baseline

  Prices, predicted and paid, as JSON Lines:
    bellwether suggest-baseline model-quality \\
      --input s3://my-bucket/validation/ --format json \\
      --problem-type Regression --inference-attribute answer.price \\
      --ground-truth-attribute paid --output s3://my-bucket/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    Command::new("model-quality")
        .about("Measures answers with labels and suggests the constraints of a model-quality baseline")
        .after_help(HELP)
        .args(dataset::arguments("Delimited text, JSON Lines, or Parquet"))
        .next_help_heading("Answers and labels")
        .args(arguments::settings::<AnswerSettings>(&[]))
        .next_help_heading("Output")
        .args(dataset::output())
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let (input, output) = (dataset::location(matches, "input")?, dataset::location(matches, "output")?);
    let format = dataset::format(matches)?;
    let answers = AnswerSettings::read(|name| matches.get_one::<String>(name).cloned())?;
    let in_s3 = [&input, &output].into_iter().any(|location| matches!(location, Location::S3 { .. }));
    let clients = aws::clients_if(in_s3).await?;
    let s3 = clients.as_ref().map(|clients| &clients.s3);
    let progress = watch::Progress::on_a_terminal();
    let rows = dataset::Rows::of(matches, &input, clients.as_ref()).await?;
    let suggested = suggest(rows.location(), s3, format, &answers, &|step| progress.show(step)).await;
    progress.clear();
    let suggested = suggested?;
    let store = Store::new(&output, s3)?;
    let report = suggested.report()?;
    dataset::write(&store, &report, matches.get_flag("overwrite")).await?;
    let rows = suggested.measured.rows;
    dataset::write_page(matches, || {
        report.page_of_baseline("model quality", &input, rows, &suggested.part())
    })?;
    let found = Found { store: &store, suggested: &suggested, answers: &answers };
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
    suggested: &'t Suggested,
    answers: &'t AnswerSettings,
}

impl Found<'_> {
    fn as_json(&self, input: &Location) -> serde_json::Value {
        let Self { store, suggested, .. } = self;
        json!({
            "dataset": input.to_string(),
            "rows": suggested.measured.rows,
            "left_out": suggested.read.left_out.by_reason,
            "rows_left_out": suggested.rows_left_out,
            "samples": suggested.read.left_out.samples,
            "files": suggested.read.files,
            "size_bytes": suggested.read.size_bytes,
            "warnings": suggested.measured.warnings,
            "not_estimated": suggested.calibration.as_ref().err(),
            "statistics": store.uri(ReportFile::Statistics.name()),
            "constraints": store.uri(ReportFile::Constraints.name()),
            "calibration": suggested.calibration.is_ok().then(|| store.uri(ReportFile::Calibration.name())),
        })
    }

    /// What a person wants to know of a validation set, and where the files lie.
    fn summary(&self) -> String {
        let Self { store, suggested, .. } = self;
        let rows = |count: u64, noun: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
        let mut lines = vec![
            format!(
                "{} with labels in {}",
                rows(suggested.measured.rows, "row"),
                rows(suggested.read.files, "file")
            ),
            String::new(),
        ];
        lines.extend(self.metrics().lines(width()));
        lines.push(String::new());
        let mut say = |what: &str| lines.push(paragraph("  ", what, width()));
        let left_out =
            suggested.read.left_out.by_reason.iter().map(|(reason, count)| (reason.as_str(), count));
        let of_rows = suggested.rows_left_out.iter().map(|(reason, count)| (*reason, count));
        for (reason, count) in left_out.chain(of_rows) {
            say(&format!("left out as {reason}: {}", rows(*count, "row")));
        }
        suggested.measured.warnings.iter().for_each(|warning| say(&plain(warning, usize::MAX)));
        match &suggested.calibration {
            Ok(calibration) => say(&format!("calibration: {}", calibrated(calibration))),
            Err(reason) => {
                say(&format!("no calibration, so nothing is estimated before labels come: {reason}"))
            }
        }
        say(
            "The limits are the values of this dataset: about half of all healthy hours lie beyond each. Edit them.",
        );
        for (file, _) in suggested.report().iter().flat_map(|report| report.files()) {
            say(&format!("{}: {}", file.name().trim_end_matches(".json"), store.uri(file.name())));
        }
        lines.join("\n")
    }

    /// Each metric with the limit that it suggests.
    fn metrics(&self) -> Table {
        let Self { suggested, answers, .. } = self;
        let limits = ModelQualityConstraints::of(&suggested.constraints, answers.problem_type);
        let mut table = Table::new([
            ("metric", Column::Text),
            ("value", Column::Number),
            ("windows must have", Column::Text),
        ]);
        for (name, measure) in suggested.measured.metrics.iter() {
            let value = measure.value.map_or_else(|absent| absent.as_str().to_owned(), number);
            let limit = limits
                .and_then(|limits| limits.get(name))
                .and_then(|limit| Some(limit_in_words(&limit.comparison_operator, limit.threshold?)));
            table.row([name.to_owned(), value, limit.unwrap_or_default()]);
        }
        table.indented(2)
    }
}

fn calibrated(calibration: &Calibration) -> String {
    let classes = calibration.classes.iter().map(|class| {
        let map = match &class.map {
            CalibrationMap::Identity => "the scores are taken as they are".to_owned(),
            CalibrationMap::Isotonic { scores, .. } => format!("isotonic, {}", counted(scores.len(), "knot")),
        };
        let error = class.expected_calibration_error.map(|error| {
            format!(
                "; expected calibration error {} before, {} after",
                number(error.before),
                number(error.after)
            )
        });
        format!("{map}{}", error.unwrap_or_default())
    });
    classes.collect::<Vec<_>>().join("; ")
}
