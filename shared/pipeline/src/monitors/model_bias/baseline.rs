//! The baseline of model bias: rows with labels and answers, measured.
//!
//! It stages, commits and publishes nothing, moves no pointer, and judges nothing.

use super::settings::BiasAnswerSettings;
use super::suggested::{SuggestedBias, suggest};
use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, Kept, Wish, log_kept};
use crate::dataset::Format;
use crate::meter::Meter;
use crate::settings::{Settings, SettingsError};
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::keys::BaselineFolder;
use bellwether_contract::manifest::{BiasDataset, Manifest};

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
            ContractError::malformed(&published.object, format!("bias_dataset: {}", error.in_one_line()))
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
