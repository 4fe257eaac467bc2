//! The baseline of data quality: the rows that a model version was trained on, profiled, with the constraints suggested by
//! them; and what a window is held against, in force or named file by file.
//!
//! It stages, commits and publishes nothing, moves no pointer, and judges nothing. There is no floor to fall below.
//! Constraints that were published once may be edited where they stand, and stay so until the manifest changes.

use super::NamedBaseline;
use crate::RunError;
use crate::baseline::{BaselineKind, Draft, Drafting, InForce, Kept, ReadFile, Wish, in_force, log_kept};
use crate::dataset::{Format, profile};
use crate::meter::Meter;
use crate::report::Report;
use crate::settings::hex;
use aws_sdk_s3::Client;
use bellwether_contract::baseline::DatasetBaseline;
use bellwether_contract::constraints::{Constraints, Switch};
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::keys::{BaselineFolder, BaselineObject, ReportFile};
use bellwether_contract::manifest::{Manifest, TrainingDataset};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_contract::statistics::Statistics;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::data_quality::{DrawnColumns, part};
use bellwether_storage::Store;
use sha2::{Digest, Sha256};

/// What the page of a baseline shows of its rows.
#[must_use]
pub fn baseline_part(statistics: &Statistics) -> Part {
    let (now, checks) = (statistics, &Checks::default());
    part(DrawnColumns { now, baseline: None, checks, shows_values: true })
}

/// Baselines of training rows.
#[derive(Debug)]
pub struct BaselineOfRows;

impl BaselineKind for BaselineOfRows {
    const FOLDER: BaselineFolder = BaselineFolder::named("data-quality");
    const TOLD_AS: Option<&'static str> = Some("training");
    const IS_EDITABLE: bool = true;
    type Commit = DatasetBaseline;
    type Settings = ();
    type Bar = ();

    fn new((): ()) -> Self {
        Self
    }

    fn bar(&self) {}

    fn wish(&self, manifest: &Manifest) -> Wish {
        if manifest.training_dataset.is_some() { Wish::Named } else { Wish::No }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<DatasetBaseline>, RunError> {
        let Drafting { published, watcher, .. } = drafting;
        let Some(TrainingDataset { uri, format }) = &published.manifest.training_dataset else {
            let reason =
                "names no training_dataset any more; name it again, or send the manifest's event again";
            return Err(RunError::NothingToMeasure { object: published.object.clone(), reason });
        };
        let dataset = published.beside("training_dataset.uri", uri)?;
        let format = Format::parse(&published.object, &format.to_string())?;
        let profiled = profile(&dataset, drafting.s3(), &format.into(), watcher).await?;
        let (statistics, constraints) = profiled.suggest();
        let report = Report::of_baseline(&statistics, &constraints)?;
        let columns = statistics.features.len() as u64;
        let baseline = published.of_rows(statistics.dataset.item_count, Some(columns), &report);
        Ok(Draft { baseline, report })
    }

    fn log(kept: &Kept<DatasetBaseline>, meter: Meter) {
        let DatasetBaseline { rows, columns, model_version, .. } = &kept.baseline;
        let current = kept.standing.in_force(model_version).map(tracing::field::display);
        let said = "the baseline of the training dataset is kept";
        log_kept!(kept, meter, said, rows = rows, columns = columns, current = current);
    }
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
    /// What columns must satisfy.
    pub(super) constraints: Constraints,
    /// What distributions are compared with.
    pub(super) statistics: Option<Statistics>,
    /// Keys of the constraints that are probably misspelt.
    pub(super) doubtful: Vec<String>,
}

impl Judging {
    /// A baseline whose files are named.
    pub(super) async fn named(named: NamedBaseline<'_>, s3: Option<&Client>) -> Result<Self, RunError> {
        let constraints = ReadFile::named(BaselineRole::Constraints, named.constraints, s3).await?;
        let statistics = match named.statistics {
            Some(location) => Some(ReadFile::named(BaselineRole::Statistics, location, s3).await?),
            None => None,
        };
        Self::of(None, constraints, statistics)
    }

    /// The baseline in force, or why there is none.
    pub(super) async fn in_force(
        store: &Store,
        endpoint: &EndpointName,
        variant: &VariantName,
    ) -> Result<InForce<Self>, RunError> {
        let found = match in_force::<BaselineOfRows>(store, endpoint, variant).await? {
            InForce::Known(found) => found,
            InForce::Absent(absence) => return Ok(InForce::Absent(absence)),
        };
        let constraints = found.file(BaselineObject::File(ReportFile::Constraints)).await?;
        let statistics = found.file(BaselineObject::File(ReportFile::Statistics)).await?;
        Self::of(Some(found.version), constraints, Some(statistics)).map(InForce::Known)
    }

    fn of(
        version: Option<ModelVersion>,
        constraints: ReadFile,
        statistics: Option<ReadFile>,
    ) -> Result<Self, RunError> {
        let (limits, doubtful) = Constraints::of_columns(&constraints.file.uri, &constraints.bytes)?;
        let of_columns = |read: &ReadFile| Statistics::of_columns(&read.file.uri, &read.bytes);
        let known = statistics.as_ref().map(of_columns).transpose()?;
        let constraints_uri = constraints.file.uri.clone();
        let read = [Some(constraints), statistics].into_iter().flatten();
        let mut digest = Sha256::new();
        read.clone().for_each(|read| digest.update(Sha256::digest(&read.bytes)));
        Ok(Self {
            version,
            digest: hex(&digest.finalize()),
            files: read.map(|read| read.file).collect(),
            constraints: limits,
            statistics: known,
            doubtful: doubtful.iter().map(|key| format!("{constraints_uri}: {key}")).collect(),
        })
    }

    /// The columns, in order: names for cells that come without any.
    pub(super) fn column_names(&self) -> Vec<String> {
        self.constraints.features.iter().map(|feature| feature.name.clone()).collect()
    }

    /// Whether the constraints want metrics of columns.
    pub(super) fn emits_metrics(&self) -> bool {
        let switch =
            self.constraints.monitoring_config.as_ref().and_then(|config| config.emit_metrics.as_ref());
        switch != Some(&Switch::Disabled)
    }
}
