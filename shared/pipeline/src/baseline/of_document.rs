//! Baselines where monitors come out of a document: what a kind is told stands in the entries of the manifest's endpoint and
//! variant, and where models and baselines lie is the stack's.
//!
//! It makes no baseline.

use super::manifest::Manifests;
use super::{Baselines, PublishedManifest};
use crate::RunError;
use crate::clients::Clients;
use crate::document::{Document, DocumentEntry, DocumentError, Holder, Mistake, OF_SOME_STACK, key};
use crate::inputs;
use crate::settings::baseline::BaselineSettings;
use crate::settings::{Settings, Variable};
use bellwether_contract::keys::BaselineOf;
use bellwether_contract::names::ModelVersion;
use bellwether_contract::notification::ObjectCreated;
use bellwether_storage::{Location, Store};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What the stack says, and no document.
const OF_THE_STACK: [&str; 4] = ["MODELS_URI", BASELINES, "STATE_URI", "TOPIC_ARN"];
const BASELINES: &str = "BASELINES_URI";

/// Makes baselines for the monitors of a document.
#[derive(Debug)]
pub struct DocumentBaselines {
    document: Location,
    of_the_stack: BTreeMap<&'static str, String>,
    baselines: Location,
    manifests: Manifests,
    clients: Clients,
}

impl DocumentBaselines {
    /// Opens stores. `settings` are the stack's, as they are without any entry.
    ///
    /// # Errors
    /// A location that cannot be opened.
    pub fn new(
        document: Location,
        lookup: impl Fn(&str) -> Option<String>,
        settings: BaselineSettings,
        clients: Clients,
    ) -> Result<Self, RunError> {
        let of_the_stack = OF_THE_STACK.into_iter().filter_map(|name| Some((name, lookup(name)?))).collect();
        let BaselineSettings { models, baselines, .. } = settings;
        let manifests = Manifests { store: Store::new(&models, Some(&clients.s3))?, models, endpoint: None };
        Ok(Self { document, of_the_stack, baselines, manifests, clients })
    }

    /// What makes the baselines of the manifest that an event names, and of which version.
    ///
    /// # Errors
    /// Neither manifest nor document can be read; or no entry watches what the manifest is meant for.
    pub async fn of(
        &self,
        object: &ObjectCreated,
        now: Timestamp,
    ) -> Result<(Baselines, ModelVersion), RunError> {
        let version = self.manifests.version_of(object)?;
        let manifest = self.manifests.read(&version, now).await?;
        let stack = |name: &str| (name == "REPORTS_URI").then(|| OF_SOME_STACK.to_owned());
        let document =
            inputs::document(&self.document, Some(&self.clients.s3), Holder::Stack(&stack)).await?;
        let settings = self.settings(&document, &manifest)?;
        Ok((Baselines::new(settings, Some(self.clients.clone()))?, version))
    }

    /// The stack's settings, with those of the entries that watch what the manifest is meant for.
    fn settings(
        &self,
        document: &Document,
        manifest: &PublishedManifest,
    ) -> Result<BaselineSettings, DocumentError> {
        let refused = |line, text| DocumentError {
            object: document.object().to_owned(),
            mistakes: vec![Mistake { line, text }],
        };
        let of = manifest.of();
        let watching = watching(document, of);
        let Some(Watching { line: first, .. }) = watching.first() else {
            let broken = document.entries().iter().filter(|named| named.read.is_err()).count();
            let (endpoint, variant, object) = (of.endpoint, of.variant, &manifest.object);
            let text = format!(
                "no entry watches {endpoint}/{variant}, which {object} is meant for ({broken} entries cannot be read); add one"
            );
            return Err(refused(1, text));
        };
        let mut told = self.of_the_stack.clone();
        told.insert("ENDPOINT_NAME", of.endpoint.to_string());
        for variable in BaselineSettings::VARIABLES.iter().filter(|it| !OF_THE_STACK.contains(&it.name)) {
            if let Some(text) = agreed(variable, &watching).map_err(|(line, text)| refused(line, text))? {
                told.entry(variable.name).or_insert(text);
            }
        }
        for Watching { line, entry } in &watching {
            self.same_baselines(entry).map_err(|text| refused(*line, text))?;
        }
        let settings = BaselineSettings::read(|name| told.get(name).cloned());
        settings.map_err(|error| refused(*first, error.to_string()))
    }

    /// A monitor that looks elsewhere would never see the baseline.
    fn same_baselines(&self, entry: &DocumentEntry) -> Result<(), String> {
        let Some(there) = entry.lookup(BASELINES) else { return Ok(()) };
        if there.parse::<Location>().is_ok_and(|there| there.to_string() == self.baselines.to_string()) {
            return Ok(());
        }
        let (name, here) = (&entry.name, &self.baselines);
        Err(format!("{name}: baselines_uri is {there}, and this stack makes baselines at {here}; write that"))
    }
}

/// An entry of the manifest's endpoint and variant. A paused one may be on again tomorrow.
struct Watching<'d> {
    line: usize,
    entry: &'d DocumentEntry,
}

fn watching<'d>(document: &'d Document, of: BaselineOf<'_>) -> Vec<Watching<'d>> {
    let watching = document.entries().iter().filter_map(|named| {
        let entry = named.read.as_ref().ok()?;
        let schedule = entry.schedule().ok()?;
        let is_of = (&schedule.endpoint, &schedule.variant) == (of.endpoint, of.variant);
        is_of.then_some(Watching { line: named.line, entry })
    });
    watching.collect()
}

/// What the entries say of a setting, where they agree.
fn agreed(variable: &Variable, watching: &[Watching<'_>]) -> Result<Option<String>, (usize, String)> {
    let mut said = watching.iter().filter_map(|it| Some((it, it.entry.lookup(variable.name)?)));
    let Some((first, text)) = said.next() else { return Ok(None) };
    match said.find(|(_, other)| *other != text) {
        None => Ok(Some(text)),
        Some((other, differs)) => {
            let (name, key, one) = (&other.entry.name, key(variable), &first.entry.name);
            let told = format!(
                "{name}: {key} is {differs:?}, and {text:?} in {one}; write the same: a version has one baseline of a kind"
            );
            Err((other.line, told))
        }
    }
}
