//! In a container: the baseline of answers with labels that were brought there.

use super::{AnswerSettings, ModelQuality, suggest};
use crate::contained::{BroughtDataset, Contained};
use crate::error::Told;
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Settings;

impl Contained for ModelQuality {
    const ANALYSIS_TYPE: &'static str = "MODEL_QUALITY";

    async fn suggested(dataset: BroughtDataset<'_>, watcher: Watcher<'_>) -> Result<Report, Told> {
        let BroughtDataset { location, format, lookup, .. } = dataset;
        let answers = AnswerSettings::read(lookup)?;
        Ok(suggest(location, None, format, &answers, watcher).await?.report()?)
    }
}
