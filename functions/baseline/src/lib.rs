//! Baseline generation as a Lambda function: the manifests that an event names.

use bellwether_contract::notification::ObjectCreated;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Baselines, DocumentBaselines, Made};
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::deadline::deadline;
use bellwether_pipeline::meter::Meter;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::route::Caller;
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::baseline::BaselineSettings;
use bellwether_serve::{Served, document, meter, objects};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, Error, LambdaEvent};
use serde_json::{Value, json};
use std::time::SystemTime;
use tokio::time::Instant;

/// What one process makes at cold start.
#[derive(Debug)]
pub struct Function(Source);

/// Who says what a baseline is measured by.
#[derive(Debug)]
enum Source {
    /// The environment.
    Environment(Box<Baselines>),
    /// A document of monitors, read for each manifest.
    Document(Box<DocumentBaselines>),
}

impl bellwether_serve::Function for Function {
    fn new(lookup: impl Fn(&str) -> Option<String>, clients: Clients) -> Result<Self, Error> {
        let settings = BaselineSettings::read(&lookup)?;
        let source = match document(&lookup)? {
            None => Baselines::new(settings, Some(clients)).map(|made| Source::Environment(Box::new(made))),
            Some(document) => DocumentBaselines::new(document, lookup, settings, clients)
                .map(|made| Source::Document(Box::new(made))),
        };
        Ok(Self(source.map_err(|error| error.chain())?))
    }

    /// Makes the baseline of every manifest that an event names.
    async fn handle(&self, event: LambdaEvent<Value>, now: Timestamp) -> Result<Value, Diagnostic> {
        let LambdaEvent { payload, context } = event;
        let deadline = deadline(context.deadline(), SystemTime::now());
        let invocation = Caller { now, request_id: context.request_id.clone() };
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
        invocation: &Caller,
    ) -> Result<Made, RunError> {
        let of_document;
        let (baselines, version) = match &self.0 {
            Source::Environment(baselines) => (&**baselines, baselines.version_of(object)?),
            Source::Document(document) => {
                let (baselines, version) = document.of(object, invocation.now).await?;
                of_document = baselines;
                (&of_document, version)
            }
        };
        let made = baselines.generate(&version, invocation.now, deadline, &nobody).await?;
        baselines.tell(&made, invocation).await?;
        Ok(made)
    }
}

/// What became of a manifest, with one structured line for each baseline of it.
fn told(made: &Made, meter: Meter) -> Value {
    made.log(meter);
    made.in_short()
}
