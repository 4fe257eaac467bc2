//! The baseline of explainability: an analysis.json that a training pipeline names.
//!
//! It asks no model: when a manifest arrives, whoever answers may still serve the version before. It stages, commits and publishes
//! nothing, moves no pointer, and judges nothing.

use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, Kept, ReadFile, Wish, log_kept};
use crate::meter::Meter;
use crate::report::Report;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::execution::BaselineRole;
use bellwether_contract::keys::{BaselineFolder, ReportFile};
use bellwether_contract::manifest::Manifest;
use bellwether_contract::model_explainability::ExplanationAnalysis;

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
        let read = ReadFile::named(BaselineRole::Analysis, &location, drafting.s3()).await?;
        let analysis = ExplanationAnalysis::parse(&read.file.uri, &read.bytes)?;
        let features = analysis.labels().map(|(_, label)| label.global_shap_values.len()).max();
        let report = Report::default().with(ReportFile::Analysis, read.bytes.to_vec());
        // The file does not say on how many rows it rests.
        let baseline = published.of_rows(0, features.map(|features| features as u64), &report);
        Ok(Draft { baseline, report })
    }

    fn log(kept: &Kept<DatasetBaseline>, meter: Meter) {
        let DatasetBaseline { columns, model_version, .. } = &kept.baseline;
        let current = kept.standing.in_force(model_version).map(tracing::field::display);
        let said = "the baseline of what moves the answers is kept";
        log_kept!(kept, meter, said, features = columns, current = current);
    }
}
