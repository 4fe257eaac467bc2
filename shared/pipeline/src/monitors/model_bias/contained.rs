//! In a container: the baseline of labelled answers that were brought there, as Clarify's jobs ask for it.

use super::asked::Asked;
use super::{BiasAnswerSettings, ModelBias, suggest};
use crate::contained::{BroughtDataset, Contained};
use crate::dataset::with_header_of;
use crate::error::Told;
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Settings;
use bellwether_contract::container::AnalysisConfig;

impl Contained for ModelBias {
    const ANALYSIS_TYPE: &'static str = "MODEL_BIAS";
    const PUBLISHES_UNTOLD: bool = true;

    fn is_asked_by(config: &AnalysisConfig) -> bool {
        let is_method = ["pre_training_bias", "post_training_bias"].iter().any(|name| config.asks_for(name));
        // A monitoring job's file names no methods where it has but one.
        is_method || config.has("facet") && !config.asks_for("shap")
    }

    async fn suggested(dataset: BroughtDataset<'_>, watcher: Watcher<'_>) -> Result<Report, Told> {
        let config = dataset.analysis_config()?;
        let BroughtDataset { location, format, lookup, .. } = dataset;
        let answers = BiasAnswerSettings::read(lookup)?;
        let headers = Asked::read(&config, None).await?.config.headers.unwrap_or_default();
        let format = with_header_of(location, format, &headers).await?;
        Ok(suggest(location, None, format, &config, &answers, watcher).await?.report()?)
    }
}
