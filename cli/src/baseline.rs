//! `bellwether baseline`: the baseline of a model version, made by the pipeline that the Lambda function runs.

use crate::output::print;
use crate::table::{paragraph, width};
use crate::{aws, monitors, summary, watch};
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::keys::{Key, ReportFile};
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{
    Activated, Activation, Baselines, BelowFloor, Generated, Made, Outcome, Standing, Trained, activate,
    located,
};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::Invocation;
use bellwether_pipeline::route::baseline::Notified;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::{ActivationSettings, BaselineSettings};
use bellwether_storage::{Location, StorageError, Store};
use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
use std::process::ExitCode;

/// The baseline is kept, and the hourly check does not judge by it.
const BELOW_FLOOR: u8 = 2;

/// Runs the subcommand; the exit code follows the baseline's standing.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    match matches.get_one::<String>("activate") {
        Some(version) => put_in_force(matches, version).await,
        None => generate(matches).await,
    }
}

async fn generate(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let manifest = matches.get_one::<String>("manifest").map(String::as_str).unwrap_or_default();
    let manifest: Location =
        manifest.parse().map_err(|error: StorageError| Told::from(error).of("--manifest"))?;
    let (models, version) = located(&manifest)?;
    let settings = BaselineSettings::read(|name| match name {
        "MODELS_URI" => Some(models.to_string()),
        "REPLAY" => replay(matches),
        _ => matches.get_one::<String>(name).cloned(),
    })?;
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let baselines = Baselines::new(settings, clients)?;
    let progress = watch::Progress::on_a_terminal();
    let invocation = invocation();
    let generated = baselines.generate(&version, invocation.now, None, &|step| progress.show(step)).await;
    progress.clear();
    let made = generated?;
    let notified = baselines.tell(&made, &invocation).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!(made)))?;
    } else {
        print(in_full(baselines.store(), &made).await?)?;
        show(&notified)?;
    }
    let standing = made.lists.as_ref().map(|lists| &lists.standing);
    Ok(standing.map_or(ExitCode::SUCCESS, exit_code))
}

fn invocation() -> Invocation {
    Invocation { now: Timestamp::now(), request_id: format!("cli-{}", std::process::id()) }
}

/// What the on-call was told, and what they will be.
fn show(notified: &Notified) -> Result<(), Told> {
    for message in &notified.sent {
        print(paragraph("", &format!("Sent: {}", message.subject), width()))?;
    }
    for waiting in &notified.waiting {
        let text = format!(
            "Waits for {}: {} It goes out with the next event of a manifest, or now with --topic.",
            waiting.outlet, waiting.message.subject
        );
        print(paragraph("", &text, width()))?;
    }
    Ok(())
}

/// What was made of a manifest.
async fn in_full(store: &Store, made: &Made) -> Result<String, RunError> {
    let mut parts = Vec::new();
    if let Some(Trained { outcome, object, current, baseline }) = &made.training {
        let version = &baseline.model_version;
        parts.push(laid_out(&[
            ("", format!("Data-quality baseline of {version}: {}", done(*outcome))),
            ("  measured:", format!("{} rows of {} columns", baseline.rows, baseline.columns)),
            ("  in force:", format!("that of {current}")),
            ("  baseline:", object.clone()),
        ]));
    }
    if let Some(lists) = &made.lists {
        parts.push(summary_of_lists(store, lists).await?);
    }
    Ok(parts.join("\n\n"))
}

fn laid_out(lines: &[(&str, String)]) -> String {
    let lines: Vec<String> = lines.iter().map(|(label, text)| paragraph(label, text, width())).collect();
    lines.join("\n")
}

fn done(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Made => "made",
        Outcome::Replaced => "made again, because its manifest changed",
        Outcome::Unchanged => "there already, made from the same manifest",
    }
}

async fn put_in_force(matches: &ArgMatches, version: &str) -> Result<ExitCode, Told> {
    let version: ModelVersion =
        version.parse().map_err(|error: ContractError| Told::from(error).of("--activate"))?;
    let settings = ActivationSettings::read(|name| matches.get_one::<String>(name).cloned())?;
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let activated = activate(&settings, clients.as_ref(), &version, &invocation()).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!(activated)))?;
    } else {
        print(activated_in_words(&version, &activated))?;
        show(&activated.notified)?;
    }
    Ok(activated.lists.map_or(ExitCode::SUCCESS, |lists| exit_code(&lists.standing)))
}

/// One line for each of the two baselines that a version may have.
fn activated_in_words(version: &ModelVersion, activated: &Activated) -> String {
    let none = |what: &str| format!("{version} has none; {what} goes on judging as before");
    let lists = activated.lists.as_ref().map_or_else(
        || none("the diversity check"),
        |Activation { standing, baseline }| in_words(baseline, standing),
    );
    let rows = activated.training.as_ref().map_or_else(
        || none("the data-quality monitor"),
        |Activation { standing, .. }| match standing {
            Standing::Kept { current } => {
                format!(
                    "kept: {current} was put in force meanwhile, and the data-quality monitor judges by it"
                )
            }
            _ => format!("in force: the data-quality monitor judges by the baseline of {version}"),
        },
    );
    laid_out(&[("lists:", lists), ("rows:", rows)])
}

fn replay(matches: &ArgMatches) -> Option<String> {
    let sagemaker = matches.get_flag("sagemaker").then(|| "sagemaker".to_owned());
    let url = matches.get_one::<String>("endpoint-url").cloned();
    url.or(sagemaker).or_else(|| std::env::var("REPLAY").ok())
}

fn exit_code(standing: &Standing) -> ExitCode {
    match standing {
        Standing::Current | Standing::Kept { .. } => ExitCode::SUCCESS,
        Standing::BelowFloor(_) => ExitCode::from(BELOW_FLOOR),
    }
}

/// What was measured, what it allows the hours to come, and whether it is in force.
async fn summary_of_lists(store: &Store, generated: &Generated) -> Result<String, RunError> {
    let Generated { outcome, standing, object, baseline } = generated;
    let DiversityBaseline { endpoint_name, target_variant, model_version, .. } = baseline;
    let key = |file| Key::BaselineReport(endpoint_name, target_variant, model_version, file);
    let statistics = summary::file(store, key(ReportFile::Statistics)).await?;
    let constraints = summary::file(store, key(ReportFile::Constraints)).await?;
    let head =
        format!("Baseline of {model_version} for {endpoint_name}/{target_variant}: {}", done(*outcome));
    let numbers = monitors::numbers(&statistics, &constraints, &[]).lines(width()).join("\n");
    let foot = laid_out(&[
        ("  lists:", format!("{} of {} sessions", baseline.answered, baseline.sessions)),
        ("  standing:", in_words(baseline, standing)),
        ("  baseline:", object.clone()),
    ]);
    Ok(format!("{}\n\n{numbers}\n\n{foot}", paragraph("", &head, width())))
}

fn in_words(baseline: &DiversityBaseline, standing: &Standing) -> String {
    let version = &baseline.model_version;
    match standing {
        Standing::Current => format!("in force: the hourly check judges by the baseline of {version}"),
        Standing::Kept { current } => {
            format!("kept: the hourly check goes on judging by the baseline of {current}")
        }
        Standing::BelowFloor(BelowFloor { metric_name, mean, floor, .. }) => {
            format!("BELOW THE FLOOR: {metric_name} {mean} is below {floor}; kept, but not put in force")
        }
    }
}
