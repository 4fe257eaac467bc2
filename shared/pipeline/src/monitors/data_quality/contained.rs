//! In a container: the baseline of a dataset that was brought there.

use super::DataQuality;
use crate::contained::{BroughtDataset, Contained};
use crate::dataset::{Description, profile};
use crate::error::Told;
use crate::inputs;
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Value;
use bellwether_analysis::selection::Selection;
use bellwether_storage::Location;

impl Contained for DataQuality {
    const ANALYSIS_TYPE: &'static str = "DATA_QUALITY";

    async fn suggested(dataset: BroughtDataset<'_>, watcher: Watcher<'_>) -> Result<Report, Told> {
        let BroughtDataset { location, format, lookup } = dataset;
        let selection = match lookup("PATHS_URI") {
            Some(paths) => {
                let paths = Location::understood(&paths)
                    .map_err(|reason| Told::usage("PATHS_URI", reason, "name a file"))?;
                inputs::selection(&paths, None).await?
            }
            None => Selection::default(),
        };
        let description = Description { selection, ..Description::from(format) };
        let (statistics, constraints) = profile(location, None, &description, watcher).await?.suggest();
        Ok(Report::of_baseline(&statistics, &constraints)?)
    }
}
