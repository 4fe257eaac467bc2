//! What is particular to a scheduled monitor: its settings, and how it measures a window.
//!
//! When it runs, where its verdict goes and who hears of it is the same for all of them ([`crate::scheduled`]).

use crate::RunError;
use crate::captures::WindowReader;
use crate::clients::Clients;
use crate::dataset::Format;
use crate::doctor::Diagnosis;
use crate::merge::Merger;
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::{Effort, Turns};
use crate::report::Report;
use crate::scheduled::Invocation;
use crate::settings::{MonitoringSchedule, Settings};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{
    BaselineFile, CaptureSummary, Execution, Identity, Labelling, ReplaySummary,
};
use bellwether_contract::explained::ExplanationSummary;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::metrics::MetricPoint;
use bellwether_contract::names::{EndpointName, ModelVersion};
use bellwether_contract::parts::Cut;
use bellwether_contract::window::{Interval, Window};
use bellwether_page::Part;
use bellwether_storage::Store;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::future::Future;

/// A monitor that judges one window at a time.
pub trait Monitor: Sized + Send + Sync {
    /// Its name in every identity.
    const NAME: &'static str;

    /// The name of its command, and of its function's folder.
    const COMMAND: &'static str = Self::NAME;

    /// What it can be told.
    type Settings: MonitorSettings;

    /// Opens stores. `clients` may be absent where no setting names AWS.
    ///
    /// # Errors
    /// A location that cannot be opened.
    fn new(settings: Self::Settings, clients: Option<Clients>) -> Result<Self, RunError>;

    /// SHA-256 over the bytes of what a window would be judged by now; `None` where there is no baseline.
    ///
    /// # Errors
    /// A baseline that cannot be read, or is none.
    fn baseline_digest(&self) -> impl Future<Output = Result<Option<String>, RunError>> + Send;

    /// What a doctor finds that this monitor alone knows of: its baseline, its other inputs, whom it asks. The window is one whose
    /// traffic can be read and holds records.
    fn examine(&self, window: Option<Window>) -> impl Future<Output = Vec<Diagnosis>> + Send;

    /// What merges the profiles that its runs keep; `None` where they keep none.
    #[must_use]
    fn merger() -> Option<Box<dyn Merger>> {
        None
    }

    /// What its page shows of a run that was made before, as far as the run's files say it.
    ///
    /// # Errors
    /// A file that is none.
    fn redrawn(_files: &RunFiles) -> Result<Part, ContractError> {
        Ok(Part::default())
    }

    /// Whether so much more is known of a window now than when it was judged that it is worth a second verdict: asked where
    /// labels were missing then.
    fn has_grown(&self, _look: LateLook<'_>) -> impl Future<Output = Result<bool, RunError>> + Send {
        std::future::ready(Ok(false))
    }

    /// Reads, profiles, evaluates: everything before the first write.
    fn measure(
        &self,
        request: RunRequest<'_>,
        watcher: Watcher<'_>,
    ) -> impl Future<Output = Result<Measurement, RunError>> + Send;
}

/// The settings of a monitor.
pub trait MonitorSettings: Settings {
    /// What every scheduled monitor is told.
    fn schedule(&self) -> &MonitoringSchedule;

    /// The endpoint that its runs replay against, where they do.
    fn replays(&self) -> Option<&EndpointName> {
        None
    }

    /// Why its runs would judge nothing, where the settings alone say so; in the words of a document.
    fn judges_nothing(&self) -> Option<&'static str> {
        None
    }
}

/// Which window is to be measured.
#[derive(Debug, Clone, Copy)]
pub struct RunRequest<'a> {
    /// Where its verdict goes.
    pub run: &'a RunFolder,
    /// Whose verdict it is.
    pub identity: &'a Identity,
    /// When, for whom, for how long.
    pub invocation: &'a Invocation,
    /// The reports of earlier runs.
    pub reports: &'a Store,
    /// What lies beside them.
    pub state: &'a Store,
    /// Turns at the endpoint, where another monitor replays against it too.
    pub turns: Option<Turns<'a>>,
    /// What somebody else fetched, where the run does not read the folders of its window.
    pub brought: Option<Brought>,
    /// Who reads the captured window.
    pub reader: WindowReader<'a>,
    /// Where it is cut into parts.
    pub cut: Cut,
}

impl<'a> RunRequest<'a> {
    /// What time it was when the window was listed: for all who read parts of it, and who judges it.
    #[must_use]
    pub fn listed_at(&self) -> Timestamp {
        self.reader.planned_at().unwrap_or(self.invocation.now)
    }

    /// The reports of earlier runs; none where the input was brought, for they were not.
    #[must_use]
    pub fn earlier_reports(&self) -> Option<&'a Store> {
        self.brought.is_none().then_some(self.reports)
    }
}

/// An input that lies here whole, as SageMaker brings it to a container.
#[derive(Debug, Clone, Copy)]
pub struct Brought {
    /// Which of its records are judged.
    pub interval: Interval,
    /// How much of it is.
    pub scope: Scope,
    /// What it is made of.
    pub form: Form,
}

/// How much of an input is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything: it is of no endpoint.
    All,
    /// The endpoint, with all its variants.
    Endpoint,
    /// One variant.
    Variant,
}

/// What an input is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Captured records.
    Captured,
    /// Captured records with their labels beside them.
    Labelled,
    /// Rows of a dataset, as a batch transform job writes them.
    Rows(Format),
}

/// A look at a window that waited for labels.
#[derive(Debug, Clone, Copy)]
pub struct LateLook<'l> {
    /// The window.
    pub window: Window,
    /// Its first verdict.
    pub before: &'l Execution,
    /// What time it is.
    pub now: Timestamp,
    /// Whether nobody looks again.
    pub is_last: bool,
}

/// What a monitor found in a window.
#[derive(Debug)]
pub struct Measurement {
    /// The files.
    pub report: Report,
    /// How the run ends.
    pub verdict: Verdict,
    /// Whose answers were judged, where the monitor has a choice.
    pub judged_on: Option<&'static str>,
    /// The model version whose baseline was judged by.
    pub baseline: Option<ModelVersion>,
    /// SHA-256 over the bytes of what was judged by.
    pub baseline_digest: Option<String>,
    /// Each file of what was judged by.
    pub baselines: Vec<BaselineFile>,
    /// The captured traffic, where it was read.
    pub capture: Option<CaptureSummary>,
    /// The replay, where one was made.
    pub replay: Option<ReplaySummary>,
    /// The labels that were joined, where any were.
    pub labelling: Labelling,
    /// How rows were explained, where any were.
    pub explanation: Option<Box<ExplanationSummary>>,
    /// What the records came to, as bytes that merge with those of other windows, where that is kept.
    pub profile: Option<Vec<u8>>,
    /// Every aggregate that was measured, by its name in the report.
    pub aggregates: BTreeMap<String, f64>,
    /// The points to publish.
    pub metrics: Vec<MetricPoint>,
    /// Calls to the endpoint.
    pub effort: Effort,
    /// What it alone can show on the page.
    pub part: Part,
}
