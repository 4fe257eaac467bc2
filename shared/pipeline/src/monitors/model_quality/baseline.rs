//! The baseline of model quality: answers with their labels, measured, with the constraints and the calibration that they
//! suggest; and what a window is held against, in force or named file by file.
//!
//! It stages, commits and publishes nothing, moves no pointer, and judges nothing.

use super::settings::{AnswerSettings, NamedAnswersBaseline};
use super::suggested::{Suggested, suggest};
use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, InForce, Kept, ReadFile, Wish, in_force, log_kept};
use crate::dataset::Format;
use crate::meter::Meter;
use crate::settings::{Settings, SettingsError, hex};
use aws_sdk_s3::Client;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{BaselineFolder, BaselineObject, ReportFile};
use bellwether_contract::manifest::{Manifest, ModelQualityDataset};
use bellwether_contract::model_quality::{
    Calibration, ModelQualityConstraints, ModelQualityStatistics, ProblemType,
};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_storage::Store;
use sha2::{Digest, Sha256};

/// Baselines of answers with their labels.
#[derive(Debug)]
pub struct BaselineOfAnswers;

impl BaselineKind for BaselineOfAnswers {
    const FOLDER: BaselineFolder = BaselineFolder::named("model-quality");
    const TOLD_AS: Option<&'static str> = Some("answers");
    const IS_EDITABLE: bool = true;
    type Commit = DatasetBaseline;
    type Settings = ();
    type Bar = ();

    fn new((): ()) -> Self {
        Self
    }

    fn bar(&self) {}

    fn wish(&self, manifest: &Manifest) -> Wish {
        if manifest.model_quality_dataset.is_some() { Wish::Named } else { Wish::No }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<DatasetBaseline>, RunError> {
        let Drafting { published, watcher, .. } = drafting;
        let Some(named) = &published.manifest.model_quality_dataset else {
            let reason =
                "names no model_quality_dataset any more; name it again, or send the manifest's event again";
            return Err(RunError::NothingToMeasure { object: published.object.clone(), reason });
        };
        let dataset = published.beside("model_quality_dataset.uri", &named.uri)?;
        let format = Format::parse(&published.object, &named.format.to_string())?;
        let answers = of_manifest(named).map_err(|error| {
            ContractError::malformed(
                &published.object,
                format!("model_quality_dataset: {}", error.in_one_line()),
            )
        })?;
        let suggested = suggest(&dataset, drafting.s3(), format, &answers, watcher).await?;
        let report = suggested.report()?;
        let Suggested { measured, rows_left_out, calibration, .. } = suggested;
        for warning in &measured.warnings {
            tracing::warn!(dataset = %dataset, "{warning}");
        }
        if !rows_left_out.is_empty() {
            let left_out = crate::error::counts(&rows_left_out);
            tracing::warn!(dataset = %dataset, left_out, "rows of the dataset were not measured");
        }
        if let Err(reason) = &calibration {
            tracing::warn!(dataset = %dataset, "nothing will be estimated by this baseline: {reason}");
        }
        let baseline = published.of_rows(measured.rows, None, &report);
        Ok(Draft { baseline, report })
    }

    fn log(kept: &Kept<DatasetBaseline>, meter: Meter) {
        let DatasetBaseline { rows, model_version, .. } = &kept.baseline;
        let current = kept.standing.in_force(model_version).map(tracing::field::display);
        let said = "the baseline of the answers with labels is kept";
        log_kept!(kept, meter, said, rows = rows, current = current);
    }
}

/// The manifest's words as the settings that they are.
fn of_manifest(named: &ModelQualityDataset) -> Result<AnswerSettings, SettingsError> {
    let threshold = named.probability_threshold.map(|threshold| threshold.to_string());
    AnswerSettings::read(|name| match name {
        "PROBLEM_TYPE" => Some(named.problem_type.clone()),
        "INFERENCE_ATTRIBUTE" => named.inference_attribute.clone(),
        "PROBABILITY_ATTRIBUTE" => named.probability_attribute.clone(),
        // A comma within a label would make two of it.
        "LABEL_HEADERS" => named
            .label_headers
            .as_ref()
            .map(|labels| labels.iter().map(|label| label.replace(',', ",,")).collect::<Vec<_>>().join(",")),
        "PROBABILITY_THRESHOLD" => threshold.clone(),
        "GROUND_TRUTH_ATTRIBUTE" => named.ground_truth_attribute.clone(),
        "POSITIVE_LABEL" => named.positive_label.clone(),
        _ => None,
    })
}

/// What the window is held against.
#[derive(Debug)]
pub(super) struct Judging {
    /// The version it is of, where it was found as the one in force.
    pub(super) version: Option<ModelVersion>,
    /// SHA-256 over the bytes of its files.
    pub(super) digest: String,
    /// Its files.
    pub(super) files: Vec<BaselineFile>,
    /// What the metrics must satisfy.
    pub(super) constraints: ModelQualityConstraints,
    /// What it measured itself: shown, and nothing is judged by it.
    pub(super) statistics: Option<ModelQualityStatistics>,
    /// How scores become probabilities, where that was learned.
    pub(super) calibration: Option<Calibration>,
}

impl Judging {
    /// A baseline whose files are named.
    pub(super) async fn named(
        named: NamedAnswersBaseline<'_>,
        problem: ProblemType,
        s3: Option<&Client>,
    ) -> Result<Self, RunError> {
        let constraints = ReadFile::named(BaselineRole::Constraints, named.constraints, s3).await?;
        let statistics = match named.statistics {
            Some(location) => Some(ReadFile::named(BaselineRole::Statistics, location, s3).await?),
            None => None,
        };
        let calibration = match named.calibration {
            Some(location) => Some(ReadFile::named(BaselineRole::Calibration, location, s3).await?),
            None => None,
        };
        Self::of(problem, None, constraints, statistics, calibration)
    }

    /// The baseline in force, or why there is none.
    pub(super) async fn in_force(
        store: &Store,
        endpoint: &EndpointName,
        variant: &VariantName,
        problem: ProblemType,
    ) -> Result<InForce<Self>, RunError> {
        let found = match in_force::<BaselineOfAnswers>(store, endpoint, variant).await? {
            InForce::Known(found) => found,
            InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
        };
        let commit = found.file(BaselineObject::Commit).await?;
        let commit: DatasetBaseline = from_slice(&commit.file.uri, &commit.bytes)?;
        let constraints = found.file(BaselineObject::File(ReportFile::Constraints)).await?;
        let statistics = found.file(BaselineObject::File(ReportFile::Statistics)).await?;
        let has_calibration = commit.files.iter().any(|file| file.name == ReportFile::Calibration);
        let calibration = match has_calibration {
            true => Some(found.file(BaselineObject::File(ReportFile::Calibration)).await?),
            false => None,
        };
        Self::of(problem, Some(found.version), constraints, Some(statistics), calibration).map(InForce::Known)
    }

    fn of(
        problem: ProblemType,
        version: Option<ModelVersion>,
        constraints: ReadFile,
        statistics: Option<ReadFile>,
        calibration: Option<ReadFile>,
    ) -> Result<Self, RunError> {
        let limits = ModelQualityConstraints::parse(&constraints.file.uri, &constraints.bytes, problem)?;
        // Nothing is judged by it: what cannot be read is another file.
        let of_itself =
            statistics.as_ref().map(|read| from_slice(&read.file.uri, &read.bytes)).transpose()?;
        let learned: Option<Calibration> =
            calibration.as_ref().map(|read| Calibration::parse(&read.file.uri, &read.bytes)).transpose()?;
        if let (Some(learned), Some(read)) = (&learned, &calibration)
            && learned.problem_type != problem
        {
            let reason = format!(
                "a calibration of {}, and PROBLEM_TYPE (--problem-type) is {problem}; name the one that was suggested with these constraints",
                learned.problem_type
            );
            return Err(ContractError::malformed(&read.file.uri, reason).into());
        }
        let read = [Some(constraints), statistics, calibration].into_iter().flatten();
        let mut digest = Sha256::new();
        read.clone().for_each(|read| digest.update(Sha256::digest(&read.bytes)));
        Ok(Self {
            version,
            digest: hex(&digest.finalize()),
            files: read.map(|read| read.file).collect(),
            constraints: limits,
            statistics: of_itself,
            calibration: learned,
        })
    }
}
