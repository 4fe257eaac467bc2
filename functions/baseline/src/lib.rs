//! Baseline generation as a Lambda function: the manifests that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Baselines, Generated, Made, Standing, Trained};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::meter::Meter;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::Invocation;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::BaselineSettings;
use bellwether_serve::{Served, meter, objects};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, tracing};
use serde_json::{Value, json};
use std::time::SystemTime;
use tokio::time::Instant;

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function {
    baselines: Baselines,
}

impl bellwether_serve::Function for Function {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = BaselineSettings::read(lookup)?;
        let baselines = Baselines::new(settings, Some(clients)).map_err(|error| error.chain())?;
        Ok(Self { baselines })
    }

    /// Makes the baseline of every manifest that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let deadline = deadline(context.deadline(), SystemTime::now());
        let invocation = Invocation { now, request_id: context.request_id.clone() };
        let mut made = Served::default();
        for object in objects(&payload, &context)? {
            let meter = meter(&context);
            let generated = self.generate(&object, deadline, &invocation).await;
            made.add(&object, meter, generated.map(|made| told(&made, meter)));
        }
        Ok(json!({ "baselines": made.finish()? }))
    }
}

impl Function {
    async fn generate(
        &self,
        object: &ObjectCreated,
        deadline: Option<Instant>,
        invocation: &Invocation,
    ) -> Result<Made, RunError> {
        let version = self.baselines.version_of(object)?;
        let made = self.baselines.generate(&version, invocation.now, deadline, &nobody).await?;
        self.baselines.tell(&made, invocation).await?;
        Ok(made)
    }
}

/// What became of a manifest, with one structured line for each baseline of it.
fn told(made: &Made, meter: Meter) -> Value {
    let mut summary = made.lists.as_ref().map_or_else(|| json!({}), |lists| told_of_lists(lists, meter));
    if let Some(training) = &made.training {
        summary["training"] = told_of_training(training, meter);
    }
    summary
}

fn told_of_training(trained: &Trained, meter: Meter) -> Value {
    let Trained { outcome, object, current, baseline } = trained;
    let seconds = meter.seconds();
    tracing::info!(
        target: "bellwether_baseline",
        object,
        model_version = %baseline.model_version,
        created_at = %baseline.created_at,
        outcome = ?outcome,
        rows = baseline.rows,
        columns = baseline.columns,
        current = %current,
        duration_seconds = seconds,
        estimated_cost_usd = meter.cost_usd(seconds),
        "the baseline of the training dataset is kept"
    );
    json!({ "baseline": object, "outcome": outcome, "current": current })
}

fn told_of_lists(generated: &Generated, meter: Meter) -> Value {
    let Generated { outcome, standing, object, baseline } = generated;
    let seconds = meter.seconds();
    tracing::info!(
        target: "bellwether_baseline",
        object,
        model_version = %baseline.model_version,
        created_at = %baseline.created_at,
        outcome = ?outcome,
        sessions = baseline.sessions,
        answered = baseline.answered,
        duration_seconds = seconds,
        estimated_cost_usd = meter.cost_usd(seconds),
        "{}",
        match standing {
            Standing::Current => "the baseline is in force",
            Standing::Kept { .. } => "the baseline is kept; another one is in force",
            Standing::BelowFloor(_) => "the baseline is below the floor: kept, not in force",
        }
    );
    json!({ "baseline": object, "outcome": outcome, "standing": standing })
}
