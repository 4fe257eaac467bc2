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
use bellwether_contract::constraints::Constraints;
use bellwether_storage::Location;

impl Contained for DataQuality {
    const ANALYSIS_TYPE: &'static str = "DATA_QUALITY";

    async fn suggested(dataset: BroughtDataset<'_>, watcher: Watcher<'_>) -> Result<Report, Told> {
        let BroughtDataset { location, format, lookup, .. } = dataset;
        let selection = match lookup("PATHS_URI") {
            Some(paths) => {
                let paths = Location::understood(&paths)
                    .map_err(|reason| Told::usage("PATHS_URI", reason, "name a file"))?;
                inputs::selection(&paths, None).await?
            }
            None => Selection::default(),
        };
        let description = Description { selection, ..Description::from(format) };
        let (statistics, mut constraints) = profile(location, None, &description, watcher).await?.suggest();
        if let Some(method) = lookup("categorical_drift_method") {
            compare_by(&method, &mut constraints)?;
        }
        Ok(Report::of_baseline(&statistics, &constraints)?)
    }
}

/// Has columns of text compared in another way than the usual one.
fn compare_by(method: &str, constraints: &mut Constraints) -> Result<(), Told> {
    let read = serde_json::from_value(method.trim().into());
    let method = read
        .map_err(|error| Told::usage("categorical_drift_method", error.to_string(), "write one of them"))?;
    let config = constraints.monitoring_config.as_mut();
    if let Some(distribution) = config.and_then(|config| config.distribution_constraints.as_mut()) {
        distribution.categorical_drift_method = Some(method);
    }
    Ok(())
}
