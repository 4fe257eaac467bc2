//! What is to be explained and how the model is asked: the analysis configuration, with what the settings say beside it.
//!
//! It reads the configuration and the rows that others are compared with, and asks nobody.

use super::settings::AskingSettings;
use crate::RunError;
use crate::baseline::ReadFile;
use crate::clients::{Clients, http_client};
use crate::replay::endpoint::{Endpoint, shown};
use aws_sdk_s3::Client;
use bellwether_analysis::attribute::Attribute;
use bellwether_analysis::model_explainability::{ExplanationProblem, feature_rows, features_attribute};
use bellwether_contract::ContractError;
use bellwether_contract::capture::Payload;
use bellwether_contract::execution::{BaselineFile, BaselineRole};
use bellwether_contract::model_explainability::{
    BaselineRow, ExplanationConfig, RequestTemplate, ShapBaseline,
};
use bellwether_storage::Location;

/// The configuration as it was read.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which files: the configuration, and that of its baseline.
    pub(super) files: Vec<BaselineFile>,
    /// What it says.
    pub(super) config: ExplanationConfig,
    /// How requests are written.
    pub(super) template: RequestTemplate,
    /// Where the values of a record lie.
    pub(super) path: Attribute,
    /// Where an answer says its score.
    pub(super) answer: Option<Attribute>,
    rows: Vec<BaselineRow>,
}

impl Asked {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A file that cannot be read, or is none.
    pub(super) async fn read(
        location: &Location,
        asking: &AskingSettings,
        s3: Option<&Client>,
    ) -> Result<Self, RunError> {
        let ReadFile { file, bytes } = ReadFile::named(BaselineRole::AnalysisConfig, location, s3).await?;
        let config = ExplanationConfig::parse(&file.uri, &bytes)?;
        let wrong = |reason: String| ContractError::malformed(&file.uri, reason);
        let path = match &asking.features {
            Some(attribute) => attribute.clone(),
            None => features_attribute(&config).map_err(wrong)?,
        };
        let template = config.request_template().map_err(wrong)?;
        let answer = answer_at(&config, asking).map_err(wrong)?;
        let (rows, more) = match config.baseline().map_err(wrong)? {
            ShapBaseline::Rows(rows) => (rows, None),
            ShapBaseline::File(uri) => {
                let uri = uri.parse().map_err(|error| wrong(format!("methods.shap.baseline: {error}")))?;
                let read = ReadFile::named(BaselineRole::Rows, &uri, s3).await?;
                (rows_of(&read, &path, &config.feature_names())?, Some(read.file))
            }
        };
        let files = std::iter::once(file).chain(more).collect();
        Ok(Self { files, config, template, path, answer, rows })
    }

    /// What rows are compared with; `seed` begins the draws where the configuration does not.
    ///
    /// # Errors
    /// A row of the baseline without a value for each feature.
    pub(super) fn problem(&self, seed: u64) -> Result<ExplanationProblem, ContractError> {
        ExplanationProblem::new(&self.config, &self.rows, &self.path, seed)
            .map_err(|reason| ContractError::malformed(&self.files[0].uri, reason))
    }
}

fn answer_at(config: &ExplanationConfig, asking: &AskingSettings) -> Result<Option<Attribute>, String> {
    if let Some(attribute) = asking.answer() {
        return Ok(Some(attribute.clone()));
    }
    let place = config.predictor.as_ref().and_then(|predictor| predictor.answer());
    let place = place.map(|place| place.parse::<Attribute>().map_err(|error| format!("predictor: {error}")));
    place.transpose()
}

/// The rows of a file: JSON, JSON Lines, or CSV without a header.
fn rows_of(read: &ReadFile, path: &Attribute, names: &[String]) -> Result<Vec<BaselineRow>, ContractError> {
    let uri = &read.file.uri;
    let text = std::str::from_utf8(&read.bytes)
        .map_err(|_| ContractError::malformed(uri, "is not UTF-8; write CSV, JSON or JSON Lines"))?;
    let text = text.trim();
    let is_json = text.starts_with(['{', '[']);
    let payload = if is_json { Payload::Json(text.into()) } else { Payload::Csv(text.into()) };
    let path = if is_json { path.clone() } else { Attribute::default() };
    let rows = feature_rows(&payload, &path, names).map_err(|rejected| {
        let why = rejected.detail.map_or_else(
            || rejected.reason.to_string(),
            |detail| format!("{}; expected: {}", detail.found, detail.expected),
        );
        ContractError::malformed(uri, format!("is no baseline of rows: {why}"))
    })?;
    Ok(rows.into_iter().map(BaselineRow::Values).collect())
}

/// Who is asked; `None` where nobody is named, or nobody is signed in.
///
/// # Errors
/// A client that cannot be made.
pub(super) fn endpoint_of(
    asking: &AskingSettings,
    clients: Option<&Clients>,
) -> Result<Option<Endpoint>, RunError> {
    match (&asking.url, &asking.endpoint, clients) {
        (Some(url), _, _) => {
            let client = http_client().map_err(|error| RunError::EndpointUnreachable {
                endpoint: shown(&url.0),
                source: Box::new(error),
            })?;
            Ok(Some(Endpoint::Http { client, url: url.0.clone(), variant: None }))
        }
        (None, Some(endpoint), Some(clients)) => {
            let client = clients.sagemaker.clone();
            Ok(Some(Endpoint::SageMaker { client, endpoint: endpoint.0.clone(), variant: None }))
        }
        _ => Ok(None),
    }
}
