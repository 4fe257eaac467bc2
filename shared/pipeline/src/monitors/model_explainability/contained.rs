//! In a container: the baseline of rows that were brought there, explained, as Clarify's jobs ask for it.
//!
//! Clarify would make an endpoint of `predictor.model_name`; here the model that a setting names is asked, and these jobs have a network.

use super::{AskingSettings, Extent, ModelExplainability, suggest};
use crate::baseline::ReadFile;
use crate::contained::{BroughtDataset, Contained};
use crate::dataset::with_header_of;
use crate::error::Told;
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Settings;
use bellwether_contract::container::AnalysisConfig;
use bellwether_contract::execution::BaselineRole;
use bellwether_contract::model_explainability::ExplanationConfig;

impl Contained for ModelExplainability {
    const ANALYSIS_TYPE: &'static str = "MODEL_EXPLAINABILITY";
    const PUBLISHES_UNTOLD: bool = true;

    fn is_asked_by(config: &AnalysisConfig) -> bool {
        config.asks_for("shap")
    }

    fn asks_aws(lookup: &dyn Fn(&str) -> Option<String>) -> bool {
        AskingSettings::read(lookup).is_ok_and(|asking| asking.needs_aws())
    }

    async fn suggested(dataset: BroughtDataset<'_>, watcher: Watcher<'_>) -> Result<Report, Told> {
        let config = dataset.analysis_config()?;
        let BroughtDataset { location, format, lookup, clients } = dataset;
        let asking = AskingSettings::read(lookup)?;
        let usual = Extent::default();
        let rows = count(lookup, "EXPLAINED_ROWS")?.and_then(|rows| usize::try_from(rows).ok());
        let row_budget = count(lookup, "ROW_BUDGET")?.unwrap_or(usual.row_budget);
        let extent = Extent { rows: rows.unwrap_or(usual.rows), row_budget };
        let ReadFile { file, bytes } = ReadFile::named(BaselineRole::AnalysisConfig, &config, None).await?;
        let headers = ExplanationConfig::parse(&file.uri, &bytes)?.headers.unwrap_or_default();
        let format = with_header_of(location, format, &headers).await?;
        let suggested = suggest(location, clients, format, &config, &asking, extent, watcher).await?;
        Ok(suggested.report()?)
    }
}

fn count(lookup: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<Option<u64>, Told> {
    let wrong =
        |text: &str| Told::usage(name, format!("{text:?} is no number of rows"), "write one from 1 on");
    let parsed = |text: String| text.trim().parse().ok().filter(|rows| *rows > 0).ok_or_else(|| wrong(&text));
    lookup(name).map(parsed).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_rows_is_one_from_1_on() {
        let of = |text: Option<&str>| {
            count(&|_| text.map(str::to_owned), "ROW_BUDGET").map_err(|told| told.to_string())
        };
        assert_eq!((of(None), of(Some(" 1 ")), of(Some("20"))), (Ok(None), Ok(Some(1)), Ok(Some(20))));
        for wrong in ["0", "-1", "many", ""] {
            let told = of(Some(wrong)).expect_err(wrong);
            assert!(told.contains(&format!("{wrong:?} is no number of rows")), "{told}");
        }
    }
}
