//! The baseline of model bias: rows with labels and answers, measured; and what a window is held against, in force or named.
//!
//! It stages, commits and publishes nothing, moves no pointer, and judges nothing.

use super::asked::Asked;
use super::settings::BiasAnswerSettings;
use super::suggested::{SuggestedBias, suggest};
use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, InForce, Kept, ReadFile, Wish, in_force, log_kept};
use crate::dataset::Format;
use crate::meter::Meter;
use crate::settings::{Settings, SettingsError, hex};
use aws_sdk_s3::Client;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::execution::BaselineFile;
use bellwether_contract::keys::{BaselineFolder, BaselineObject, ReportFile};
use bellwether_contract::manifest::{BiasDataset, Manifest};
use bellwether_contract::model_bias::BiasAnalysis;
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{Location, Store};
use sha2::{Digest, Sha256};

/// Baselines of groups of people.
#[derive(Debug)]
pub struct BaselineOfGroups;

impl BaselineKind for BaselineOfGroups {
    const FOLDER: BaselineFolder = BaselineFolder::named("model-bias");
    const TOLD_AS: Option<&'static str> = Some("groups");
    type Commit = DatasetBaseline;
    type Settings = ();
    type Bar = ();

    fn new((): ()) -> Self {
        Self
    }

    fn bar(&self) {}

    fn wish(&self, manifest: &Manifest) -> Wish {
        if manifest.bias_dataset.is_some() { Wish::Named } else { Wish::No }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<DatasetBaseline>, RunError> {
        let Drafting { published, watcher, .. } = drafting;
        let Some(named) = &published.manifest.bias_dataset else {
            let reason = "names no bias_dataset any more; name it again, or send the manifest's event again";
            return Err(RunError::NothingToMeasure { object: published.object.clone(), reason });
        };
        let dataset = published.beside("bias_dataset.uri", &named.uri)?;
        let config = published.beside("bias_dataset.analysis_config", &named.analysis_config)?;
        let format = Format::parse(&published.object, &named.format.to_string())?;
        let answers = of_manifest(named).map_err(|error| {
            ContractError::malformed(
                &published.object,
                format!("bias_dataset: {}", error.to_string().replace('\n', "; ")),
            )
        })?;
        let s3 = drafting.s3();
        let suggested = suggest(&dataset, s3, format, &config, &answers, watcher).await?;
        let report = suggested.report()?;
        let SuggestedBias { measured, rows_left_out, .. } = suggested;
        for note in &measured.notes {
            tracing::warn!(dataset = %dataset, "{note}");
        }
        if !rows_left_out.is_empty() {
            let left_out = crate::error::counts(&rows_left_out);
            tracing::warn!(dataset = %dataset, left_out, "rows of the dataset were not measured");
        }
        let baseline = published.of_rows(measured.rows, None, &report);
        Ok(Draft { baseline, report })
    }

    fn log(kept: &Kept<DatasetBaseline>, meter: Meter) {
        let DatasetBaseline { rows, model_version, .. } = &kept.baseline;
        let current = kept.standing.in_force(model_version).map(tracing::field::display);
        let said = "the baseline of how groups are treated is kept";
        log_kept!(kept, meter, said, rows = rows, current = current);
    }
}

/// The manifest's words as the settings that they are.
fn of_manifest(named: &BiasDataset) -> Result<BiasAnswerSettings, SettingsError> {
    let threshold = named.probability_threshold.map(|threshold| threshold.to_string());
    BiasAnswerSettings::read(|name| match name {
        "FEATURES_ATTRIBUTE" => named.features_attribute.clone(),
        "INFERENCE_ATTRIBUTE" => named.inference_attribute.clone(),
        "PROBABILITY_ATTRIBUTE" => named.probability_attribute.clone(),
        "PROBABILITY_THRESHOLD" => threshold.clone(),
        "GROUND_TRUTH_ATTRIBUTE" => named.ground_truth_attribute.clone(),
        _ => None,
    })
}

/// What the window is held against.
#[derive(Debug)]
pub(super) struct Judging {
    /// The version it is of, where it was found as the one in force.
    pub(super) version: Option<ModelVersion>,
    /// Its file.
    file: BaselineFile,
    /// How groups may be treated.
    pub(super) constraints: BiasAnalysis,
}

impl Judging {
    /// A baseline whose file is named.
    pub(super) async fn named(location: &Location, s3: Option<&Client>) -> Result<Self, RunError> {
        Self::of(None, ReadFile::named(location, s3).await?)
    }

    /// The baseline in force, or why there is none.
    pub(super) async fn in_force(
        store: &Store,
        endpoint: &EndpointName,
        variant: &VariantName,
    ) -> Result<InForce<Self>, RunError> {
        let found = match in_force::<BaselineOfGroups>(store, endpoint, variant).await? {
            InForce::Known(found) => found,
            InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
        };
        let analysis = found.file(BaselineObject::File(ReportFile::Analysis)).await?;
        Self::of(Some(found.version), analysis).map(InForce::Known)
    }

    fn of(version: Option<ModelVersion>, read: ReadFile) -> Result<Self, RunError> {
        let constraints = BiasAnalysis::parse(&read.file.uri, &read.bytes)?;
        Ok(Self { version, file: read.file, constraints })
    }

    /// The files that a window is judged by: what may be, and what is asked.
    pub(super) fn files(&self, asked: &Asked) -> Vec<BaselineFile> {
        vec![self.file.clone(), asked.file.clone()]
    }

    /// SHA-256 over the digests of both.
    pub(super) fn digest(&self, asked: &Asked) -> String {
        let mut digest = Sha256::new();
        [&self.file, &asked.file].into_iter().for_each(|file| digest.update(&file.sha256));
        hex(&digest.finalize())
    }
}
