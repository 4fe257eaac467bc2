//! The monitors, a folder each, and the one table that says which there are.
//!
//! Nobody else names a monitor: who needs them all asks [`monitors!`](crate::monitors!) or [`TABLE`], and who needs what they
//! judge by [`baselines!`](crate::baselines!).

pub mod data_quality;
pub mod diversity;
pub mod model_bias;
pub mod model_explainability;
pub mod model_quality;

use crate::merge::Merger;
use crate::monitor::{Monitor, MonitorSettings};
use crate::redrawn::RunFiles;
use crate::settings::{MonitoringSchedule, Settings, SettingsError, Variable};
use bellwether_contract::ContractError;
use bellwether_contract::names::EndpointName;
use bellwether_page::Part;

/// Calls a macro with every scheduled monitor: its module below [`mod@crate::monitors`], and its type in there.
#[macro_export]
macro_rules! monitors {
    ($each:ident) => {
        $each! {
            diversity::Diversity, data_quality::DataQuality, model_quality::ModelQuality, model_bias::ModelBias,
            model_explainability::ModelExplainability
        }
    };
}

/// Calls a macro with every kind of baseline: its monitor's module, and its type in there. In this order they are made of a
/// manifest.
#[macro_export]
macro_rules! baselines {
    ($each:ident) => {
        $each! {
            data_quality::BaselineOfRows, model_quality::BaselineOfAnswers, model_bias::BaselineOfGroups,
            model_explainability::BaselineOfReasons, diversity::BaselineOfLists
        }
    };
}

/// Calls a macro with every monitor that a schedule of SageMaker's own can start in a container by the contract's variables
/// alone: its module, and its type in there. A job that does not say what it analyses is the first one's.
#[macro_export]
macro_rules! contained {
    ($each:ident) => {
        $each! {
            data_quality::DataQuality, model_quality::ModelQuality, model_bias::ModelBias,
            model_explainability::ModelExplainability
        }
    };
}

/// What is known of a monitor without running it.
#[derive(Debug, Clone, Copy)]
pub struct MonitorEntry {
    /// Its name in every identity.
    pub name: &'static str,
    /// The name of its command, and of its function's folder.
    pub command: &'static str,
    /// Its settings.
    pub variables: &'static [Variable],
    /// Reads its settings, for what every monitor is told.
    pub schedule: ReadSchedule,
    /// Reads its settings, for the endpoint that its runs replay against.
    pub replays: ReadReplays,
    /// Reads its settings, for why its runs would judge nothing.
    pub judges_nothing: ReadDoubt,
    /// What merges the profiles that its runs keep, where they keep any.
    pub merger: fn() -> Option<Box<dyn Merger>>,
    /// What its page shows of a run, from the files of that.
    pub redrawn: fn(&RunFiles) -> Result<Part, ContractError>,
}

/// Reads the settings of a monitor through a lookup of their variables.
pub type ReadSchedule = fn(&dyn Fn(&str) -> Option<String>) -> Result<MonitoringSchedule, SettingsError>;

/// The same; `None` too where the settings cannot be used.
pub type ReadReplays = fn(&dyn Fn(&str) -> Option<String>) -> Option<EndpointName>;

/// The same; `None` too where the settings cannot be used.
pub type ReadDoubt = fn(&dyn Fn(&str) -> Option<String>) -> Option<&'static str>;

fn judges_nothing<M: Monitor>(lookup: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    M::Settings::read(lookup).ok()?.judges_nothing()
}

fn replays<M: Monitor>(lookup: &dyn Fn(&str) -> Option<String>) -> Option<EndpointName> {
    M::Settings::read(lookup).ok()?.replays().cloned()
}

fn schedule<M: Monitor>(
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<MonitoringSchedule, SettingsError> {
    M::Settings::read(lookup).map(|settings| settings.schedule().clone())
}

macro_rules! table {
    ($($module:ident::$monitor:ident),+) => {
        /// Every scheduled monitor.
        pub const TABLE: &[MonitorEntry] = &[$(MonitorEntry {
            name: <$module::$monitor as Monitor>::NAME,
            command: <$module::$monitor as Monitor>::COMMAND,
            variables: <<$module::$monitor as Monitor>::Settings as Settings>::VARIABLES,
            schedule: schedule::<$module::$monitor>,
            replays: replays::<$module::$monitor>,
            judges_nothing: judges_nothing::<$module::$monitor>,
            merger: <$module::$monitor as Monitor>::merger,
            redrawn: <$module::$monitor as Monitor>::redrawn,
        }),+];
    };
}
monitors!(table);
