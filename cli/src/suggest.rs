//! `bellwether suggest-baseline`: the baseline that a dataset suggests, a subcommand for each kind of it.
//!
//! It knows what they are called and no more.

use crate::monitors::{model_bias, model_explainability, model_quality};
use crate::profile;
use bellwether_pipeline::error::Told;
use clap::{ArgMatches, Command};
use std::process::ExitCode;

const HELP: &str = "\
Exit codes:
  0  the files are written, or were there with the same bytes
  1  failed: a usage error, a dataset that cannot be read, files that differ

Examples:
  What the columns of the training data were:
    bellwether suggest-baseline data-quality --input train.csv --format csv \\
      --header --output out/baseline

  How right the answers to a validation set were:
    bellwether suggest-baseline model-quality --input validation.csv \\
      --format csv --header --problem-type BinaryClassification \\
      --probability-attribute probability --ground-truth-attribute label \\
      --output out/baseline

  How alike groups of people were treated in it:
    bellwether suggest-baseline model-bias --input validation.csv --format csv \\
      --header --analysis-config analysis_config.json --output out/baseline

  What moves the model's answers to it:
    bellwether suggest-baseline model-explainability --input validation.csv \\
      --format csv --header --analysis-config analysis_config.json \\
      --endpoint-url http://localhost:8080/invocations --output out/baseline";

/// The subcommand.
pub(crate) fn command() -> Command {
    Command::new("suggest-baseline")
        .about("Suggests the files of a baseline: columns, answers with their labels, groups of people, or features")
        .after_help(HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(profile::as_a_kind())
        .subcommand(model_quality::suggest::command())
        .subcommand(model_bias::suggest::command())
        .subcommand(model_explainability::suggest::command())
}

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    match matches.subcommand() {
        Some(("data-quality", matches)) => profile::run(matches).await,
        Some(("model-bias", matches)) => model_bias::suggest::run(matches).await,
        Some(("model-explainability", matches)) => model_explainability::suggest::run(matches).await,
        Some((_, matches)) => model_quality::suggest::run(matches).await,
        None => Err(Told::usage(
            "suggest-baseline",
            "no kind of baseline is named",
            "`bellwether suggest-baseline --help` lists them",
        )),
    }
}
