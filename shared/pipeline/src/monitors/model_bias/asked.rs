//! What is asked of rows: the analysis configuration, with what the settings say beside it.
//!
//! It reads one file, and no row.

use super::settings::BiasAnswerSettings;
use crate::RunError;
use crate::baseline::ReadFile;
use aws_sdk_s3::Client;
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::model_bias::{BiasAnswers, BiasProblem};
use bellwether_contract::ContractError;
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::model_bias::{BiasConfig, NameOrIndex};
use bellwether_storage::Location;

/// The configuration as it was read.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which file.
    pub(super) file: BaselineFile,
    /// What it says.
    pub(super) config: BiasConfig,
}

impl Asked {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A file that cannot be read, or is none.
    pub(super) async fn read(location: &Location, s3: Option<&Client>) -> Result<Self, RunError> {
        let ReadFile { file, bytes } = ReadFile::named(BaselineRole::AnalysisConfig, location, s3).await?;
        let config = BiasConfig::parse(&file.uri, &bytes)?;
        Ok(Self { file, config })
    }

    /// What is asked of rows with these features.
    ///
    /// # Errors
    /// As [`BiasProblem::new`].
    pub(super) fn problem(
        &self,
        features: Vec<String>,
        flip_test_rows: usize,
    ) -> Result<BiasProblem, ContractError> {
        BiasProblem::new(&self.file.uri, &self.config, features, flip_test_rows as u64)
    }

    /// The columns of a row without its label, by the headers.
    ///
    /// # Errors
    /// A configuration without headers: nobody knows which cell is what.
    pub(super) fn features(&self) -> Result<Vec<String>, ContractError> {
        let predicted = self.config.predicted_label.as_ref().map(|column| self.config.column_name(column));
        let features = self.config.feature_names().map(|mut features| {
            // Which the same file may name for the baseline, and no request has.
            features.retain(|name| Some(name) != predicted.as_ref());
            features
        });
        features.ok_or_else(|| {
            let reason = "headers is missing; write the names of the columns in their order, the label among them, such as \
                [\"age\", \"sex\", \"hired\"]";
            ContractError::malformed(&self.file.uri, reason)
        })
    }

    /// How the records of a window are read.
    ///
    /// # Errors
    /// As [`Self::features`], [`Self::problem`] and [`Self::features_at`].
    pub(super) fn of_captures(&self, answers: &BiasAnswerSettings) -> Result<BiasAnswers, ContractError> {
        let problem = self.problem(self.features()?, answers.flip_test_rows)?;
        Ok(BiasAnswers::new(&problem, self.features_at(answers)?, answers.predicted_by()))
    }

    /// Where the features of each row stand.
    ///
    /// # Errors
    /// A path of the configuration that is none.
    pub(super) fn features_at(&self, answers: &BiasAnswerSettings) -> Result<Attribute, ContractError> {
        match (&answers.features, &self.config.features) {
            (Some(attribute), _) => Ok(attribute.clone()),
            (None, Some(path)) => self.attribute("features", path),
            (None, None) => Ok(Attribute::default()),
        }
    }

    /// Where a label stands in ground truth: where a path of the configuration leads, else its only value.
    ///
    /// # Errors
    /// A path that is none.
    pub(super) fn truth_at(&self, answers: &BiasAnswerSettings) -> Result<Attribute, ContractError> {
        match (&answers.truth, &self.config.label) {
            (Some(attribute), _) => Ok(attribute.clone()),
            (None, Some(NameOrIndex::Name(path))) if !self.is_header(path) => self.attribute("label", path),
            _ => Ok(Attribute::default()),
        }
    }

    /// Whether a row is the headers, and nobody's.
    pub(super) fn are_headers<T: AsRef<str>>(&self, mut row: impl Iterator<Item = Option<T>>) -> bool {
        row.all(|cell| cell.is_some_and(|cell| self.is_header(cell.as_ref().trim())))
    }

    pub(super) fn is_header(&self, name: &str) -> bool {
        self.config.headers.iter().flatten().any(|header| header == name)
    }

    pub(super) fn attribute(&self, field: &str, path: &str) -> Result<Attribute, ContractError> {
        path.parse().map_err(|error| ContractError::malformed(&self.file.uri, format!("{field}: {error}")))
    }
}
