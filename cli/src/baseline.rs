//! `bellwether baseline`: the baseline of a model version, made by the pipeline that the Lambda function runs.

use crate::monitors::{self, OfAVersion};
use crate::output::print;
use crate::table::{paragraph, width};
use crate::{aws, watch};
use bellwether_contract::ContractError;
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::baseline::{
    Activation, Baselines, Kept, Outcome, Shelved, Standing, activate, located,
};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::route::baseline::{BelowFloor, Notified};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::{ActivationSettings, BaselineSettings};
use bellwether_storage::{Location, StorageError};
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
    let caller = caller();
    let generated = baselines.generate(&version, caller.now, None, &|step| progress.show(step)).await;
    progress.clear();
    let made = generated?;
    let notified = baselines.tell(&made, &caller).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!(made)))?;
    } else {
        print(monitors::in_full(baselines.store(), &made).await?.join("\n\n"))?;
        show(&notified)?;
    }
    Ok(exit_code(monitors::standings_of_made(&made)))
}

fn caller() -> Caller {
    Caller { now: Timestamp::now(), request_id: format!("cli-{}", std::process::id()) }
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

/// Lines with their labels.
pub(crate) fn laid_out(lines: &[(&str, String)]) -> String {
    let lines: Vec<String> = lines.iter().map(|(label, text)| paragraph(label, text, width())).collect();
    lines.join("\n")
}

/// What was done, behind the baseline's name.
pub(crate) fn done(outcome: Outcome) -> &'static str {
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
    let activated = activate(&settings, clients.as_ref(), &version, &caller()).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!(activated)))?;
    } else {
        print(laid_out(&monitors::activated(&version, &activated)))?;
        show(&activated.notified)?;
    }
    Ok(exit_code(monitors::standings_of_activated(&activated)))
}

fn replay(matches: &ArgMatches) -> Option<String> {
    let sagemaker = matches.get_flag("sagemaker").then(|| "sagemaker".to_owned());
    let url = matches.get_one::<String>("endpoint-url").cloned();
    url.or(sagemaker).or_else(|| std::env::var("REPLAY").ok())
}

/// Below the floor if any is.
fn exit_code<'s>(standings: impl IntoIterator<Item = &'s Standing>) -> ExitCode {
    let is_below = standings.into_iter().any(|standing| matches!(standing, Standing::BelowFloor(_)));
    if is_below { ExitCode::from(BELOW_FLOOR) } else { ExitCode::SUCCESS }
}

/// What became of a version's baseline of a kind that a person put in force.
pub(crate) fn activated<K: OfAVersion>(
    version: &ModelVersion,
    activation: Option<&Activation<K::Commit>>,
) -> (&'static str, String) {
    let text = match activation {
        Some(Activation { standing, .. }) => in_words::<K>(version, standing),
        None => format!("{version} has none; {} goes on judging as before", K::MONITOR),
    };
    (K::LABEL, text)
}

/// Where a baseline that was made stands.
pub(crate) fn standing<K: OfAVersion>(kept: &Kept<K::Commit>) -> String {
    in_words::<K>(kept.baseline.of().version, &kept.standing)
}

fn in_words<K: OfAVersion>(version: &ModelVersion, standing: &Standing) -> String {
    match standing {
        Standing::Current => format!("in force: {} judges by the baseline of {version}", K::JUDGE),
        Standing::Kept { current } => K::kept(current),
        Standing::BelowFloor(below) => {
            let BelowFloor { metric_name, value, limit, .. } = below.as_ref();
            format!("BELOW THE FLOOR: {metric_name} {value} is below {limit}; kept, but not put in force")
        }
    }
}
