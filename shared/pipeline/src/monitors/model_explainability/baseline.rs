//! The baseline of explainability: an analysis.json that a training pipeline names, and what a window is held against, in force or
//! named.
//!
//! It asks no model: when a manifest arrives, whoever answers may still serve the version before. It stages, commits and publishes
//! nothing, moves no pointer, and judges nothing.

use super::asked::Asked;
use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, InForce, Kept, ReadFile, Wish, in_force, log_kept};
use crate::meter::Meter;
use crate::report::Report;
use crate::settings::hex;
use aws_sdk_s3::Client;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::execution::BaselineFile;
use bellwether_contract::keys::{BaselineFolder, BaselineObject, ReportFile};
use bellwether_contract::layout::FirstLayout;
use bellwether_contract::manifest::Manifest;
use bellwether_contract::model_explainability::ExplanationAnalysis;
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::{Location, Store};
use sha2::{Digest, Sha256};

/// Baselines of what moves a model's answers.
#[derive(Debug)]
pub struct BaselineOfReasons;

impl BaselineKind for BaselineOfReasons {
    const FOLDER: BaselineFolder = BaselineFolder::named("model-explainability");
    const TOLD_AS: Option<&'static str> = Some("reasons");
    type Commit = DatasetBaseline;
    type Settings = ();
    type Bar = ();

    fn new((): ()) -> Self {
        Self
    }

    fn bar(&self) {}

    fn wish(&self, manifest: &Manifest) -> Wish {
        if manifest.explainability_analysis.is_some() { Wish::Named } else { Wish::No }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<DatasetBaseline>, RunError> {
        let published = drafting.published;
        let Some(named) = &published.manifest.explainability_analysis else {
            let reason = "names no explainability_analysis any more; name it again, or send the manifest's event again";
            return Err(RunError::NothingToMeasure { object: published.object.clone(), reason });
        };
        let location = published.beside("explainability_analysis", named)?;
        let read = ReadFile::named(&location, drafting.s3()).await?;
        let analysis = ExplanationAnalysis::parse(&read.file.uri, &read.bytes)?;
        let features = analysis.labels().map(|(_, label)| label.global_shap_values.len()).max();
        let report = Report::default().with(ReportFile::Analysis, read.bytes.to_vec());
        let Manifest { endpoint_name, target_variant, model_version, created_at, .. } = &published.manifest;
        let baseline = DatasetBaseline {
            layout: FirstLayout,
            model_version: model_version.clone(),
            created_at: *created_at,
            endpoint_name: endpoint_name.clone(),
            target_variant: target_variant.clone(),
            // The file does not say how many it rests on.
            rows: 0,
            columns: features.map(|features| features as u64),
            manifest_digest: published.digest.clone(),
            files: report.committed(),
            generation: 0,
            superseded: Vec::new(),
        };
        Ok(Draft { baseline, report })
    }

    fn log(kept: &Kept<DatasetBaseline>, meter: Meter) {
        let DatasetBaseline { columns, model_version, .. } = &kept.baseline;
        let current = kept.standing.in_force(model_version).map(tracing::field::display);
        let said = "the baseline of what moves the answers is kept";
        log_kept!(kept, meter, said, features = columns, current = current);
    }
}

/// What the window is held against.
#[derive(Debug)]
pub(super) struct Judging {
    /// The version it is of, where it was found as the one in force.
    pub(super) version: Option<ModelVersion>,
    /// Its file.
    file: BaselineFile,
    /// What moved the answers.
    pub(super) analysis: ExplanationAnalysis,
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
        let found = match in_force::<BaselineOfReasons>(store, endpoint, variant).await? {
            InForce::Known(found) => found,
            InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
        };
        let analysis = found.file(BaselineObject::File(ReportFile::Analysis)).await?;
        Self::of(Some(found.version), analysis).map(InForce::Known)
    }

    fn of(version: Option<ModelVersion>, read: ReadFile) -> Result<Self, RunError> {
        let analysis = ExplanationAnalysis::parse(&read.file.uri, &read.bytes)?;
        Ok(Self { version, file: read.file, analysis })
    }

    /// The files that a window is judged by: what may be, and what is asked.
    pub(super) fn files(&self, asked: &Asked) -> Vec<BaselineFile> {
        std::iter::once(&self.file).chain(&asked.files).cloned().collect()
    }

    /// SHA-256 over the digests of all of them.
    pub(super) fn digest(&self, asked: &Asked) -> String {
        let mut digest = Sha256::new();
        self.files(asked).iter().for_each(|file| digest.update(&file.sha256));
        hex(&digest.finalize())
    }
}
