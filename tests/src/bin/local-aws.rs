//! `local-aws`: an embedded AWS for `cargo lambda watch`, with the sample newsroom in it.
//!
//! It asks the clock, writes `events/local/` and prints. What it serves is made in `bellwether_tests::local`.

#![expect(clippy::print_stdout, reason = "a command prints")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use bellwether_contract::window::truncate;
use bellwether_newsroom::Model;
use bellwether_pipeline::monitors::data_quality::DataQualitySettings;
use bellwether_pipeline::monitors::diversity::DiversitySettings;
use bellwether_pipeline::monitors::model_bias::ModelBiasSettings;
use bellwether_pipeline::monitors::model_explainability::ModelExplainabilitySettings;
use bellwether_pipeline::monitors::model_quality::ModelQualitySettings;
use bellwether_pipeline::settings::Settings;
use bellwether_tests::local::{LocalNewsroom, environment_file, events};
use bellwether_tests::recorded::{MetricDatum, Publish, PutMetricData};
use clap::{Parser, ValueEnum};
use jiff::{SignedDuration, Timestamp};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const GLANCE: Duration = Duration::from_millis(250);

/// Serves the sample newsroom on an embedded AWS until ctrl-c.
#[derive(Parser)]
struct Arguments {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 9010)]
    port: u16,
    /// What the newsroom's endpoint serves, and served in the current hour
    #[arg(long, value_enum, default_value = "collapsed")]
    model: Deployed,
    /// Folder of the sample events; fresh copies and the function's environment go into its subfolder local
    #[arg(long, default_value = "events")]
    events: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Deployed {
    Healthy,
    Collapsed,
}

impl From<Deployed> for Model {
    fn from(deployed: Deployed) -> Self {
        match deployed {
            Deployed::Healthy => Self::Healthy,
            Deployed::Collapsed => Self::Collapsed,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { port, model, events } = Arguments::parse();
    let model = Model::from(model);
    let local = LocalNewsroom::start(Some(port), model)
        .await
        .map_err(|error| format!("127.0.0.1:{port}: {error}; choose another --port"))?;
    let hour = truncate(Timestamp::now()) - HOUR;
    local.seed(&[(events::sample_hour(), Model::Healthy), (hour - HOUR, Model::Healthy)]).await?;
    local.put_answers().await?;
    local.put_groups().await?;
    local.put_reasons().await?;
    local.publish_model("v2", events::sample_hour()).await?;
    local.publish_model("v3", events::sample_hour() + HOUR).await?;
    let copies = turn(&local, &events, hour, model).await?;
    let environment = |name: &str| events.join("local").join(name);
    fs::write(environment("env"), environment_file(local.environment(), DiversitySettings::VARIABLES))?;
    let columns = environment_file(local.columns_environment(), DataQualitySettings::VARIABLES);
    fs::write(environment("env-data-quality"), columns)?;
    let answers = environment_file(local.answers_environment(), ModelQualitySettings::VARIABLES);
    fs::write(environment("env-model-quality"), answers)?;
    let groups = environment_file(local.groups_environment(), ModelBiasSettings::VARIABLES);
    fs::write(environment("env-model-bias"), groups)?;
    let reasons = environment_file(local.reasons_environment(), ModelExplainabilitySettings::VARIABLES);
    fs::write(environment("env-model-explainability"), reasons)?;
    tell_what_next(&local, &environment("env"), &copies);
    serve(&local, &events, hour, model).await
}

/// The last whole hour becomes the one that the local events are about.
async fn turn(
    local: &LocalNewsroom,
    events: &Path,
    hour: Timestamp,
    model: Model,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    local.seed(&[(hour, model)]).await?;
    let copies = events::copy(events, hour)
        .map_err(|error| format!("the sample events in {}: {error}", events.display()))?;
    println!("Seeded an hour of captured traffic, {hour}; events/local/ is about it.");
    Ok(copies)
}

fn tell_what_next(local: &LocalNewsroom, environment: &Path, copies: &[PathBuf]) {
    println!("An embedded AWS with the sample newsroom: {}", local.aws().endpoint_url());
    println!("\nStart the function and send it an event, each in its own terminal:\n");
    println!("  cargo lambda watch --env-file {}", environment.display());
    for copy in copies.iter().filter(|copy| copy.ends_with("diversity-check-scheduler.json")) {
        println!("  cargo lambda invoke diversity-check --data-file {}", copy.display());
    }
    println!("\nMetrics and messages are told here as they arrive. ctrl-c ends it.\n");
}

async fn serve(
    local: &LocalNewsroom,
    events: &Path,
    mut hour: Timestamp,
    model: Model,
) -> Result<(), Box<dyn Error>> {
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    let (mut metrics_told, mut messages_told) = (0, 0);
    loop {
        tokio::select! {
            interrupted = &mut interrupted => return Ok(interrupted?),
            () = tokio::time::sleep(GLANCE) => {}
        }
        let (metrics, messages) = (local.aws().metrics(), local.aws().published());
        metrics.iter().skip(metrics_told).for_each(|put| println!("{}", line(put)));
        messages.iter().skip(messages_told).for_each(tell_message);
        (metrics_told, messages_told) = (metrics.len(), messages.len());
        let latest = truncate(Timestamp::now()) - HOUR;
        if latest > hour {
            hour = latest;
            turn(local, events, hour, model).await?;
        }
    }
}

/// One line a request: the metrics of the variant, each with its value, or its mean over how many.
fn line(put: &PutMetricData) -> String {
    let of_variant = put.metric_data.iter().filter(|datum| datum.dimension("VariantName").is_some());
    let metrics: Vec<String> = of_variant.map(metric).collect();
    format!("PutMetricData {}: {}", put.namespace, metrics.join(", "))
}

fn tell_message(Publish { topic_arn, subject, .. }: &Publish) {
    println!("Publish {topic_arn}: {}", subject.as_deref().unwrap_or("no subject"));
}

fn metric(datum: &MetricDatum) -> String {
    let name = &datum.metric_name;
    if let Some(value) = datum.value {
        return format!("{name} {}", (value * 1e3).round() / 1e3);
    }
    // Without counts every value counts once.
    let counts = datum.counts.iter().chain(std::iter::repeat(&1.0));
    let (sum, count) = datum
        .values
        .iter()
        .zip(counts)
        .fold((0.0, 0.0), |(sum, all), (value, count)| (sum + value * count, all + count));
    format!("{name} {:.3} (mean of {count})", sum / count)
}
