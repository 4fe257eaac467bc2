//! A run over an input that was brought here, as a container's is: it is judged as every other, and committed nowhere.
//!
//! There is no ledger: whoever brought the input fetches the files. So nothing is written here either.

use super::{Invocation, Origin, Scheduled, attempt};
use crate::RunError;
use crate::captures::WindowReader;
use crate::clock::ended;
use crate::meter::Meter;
use crate::metrics::{lines, lines_of_no_endpoint};
use crate::monitor::{Brought, Monitor, RunRequest, Scope};
use crate::progress::Watcher;
use crate::report::Report;
use bellwether_contract::ContractError;
use bellwether_contract::execution::{BroughtInput, Execution};
use bellwether_contract::metrics::METRICS_FILE;

/// A verdict, and everything that is to be written of it.
#[derive(Debug)]
pub struct Uncommitted {
    /// The verdict.
    pub execution: Execution,
    /// Its files.
    pub report: Report,
    /// Its points as lines of the container contract's metric file.
    pub metric_lines: Vec<u8>,
}

impl<M: Monitor> Scheduled<M> {
    /// Judges what was brought; `from` says where it lay before.
    ///
    /// # Errors
    /// The run could not be made.
    pub async fn judge_brought(
        &self,
        invocation: &Invocation,
        brought: Brought,
        from: Option<String>,
        watcher: Watcher<'_>,
    ) -> Result<Uncommitted, RunError> {
        let (meter, window) = (Meter::start(invocation.memory_mb), invocation.trigger.window);
        ended(window.scheduled().max(brought.interval.end()), invocation.now)?;
        let (run, ours) = (self.run_folder(&window), self.identity(window));
        let request = RunRequest {
            run: &run,
            identity: &ours,
            invocation,
            reports: &self.ledger.reports,
            state: &self.ledger.state,
            turns: None,
            brought: Some(brought),
            reader: WindowReader::ThisRun,
            cut: self.cut,
        };
        let measurement = Box::pin(self.monitor.measure(request, watcher)).await?;
        let attempt = attempt(invocation, meter, measurement.effort, None, None);
        let lines = if brought.scope == Scope::All { lines_of_no_endpoint } else { lines };
        let metric_lines = lines(&measurement.metrics, &ours)
            .map_err(|error| ContractError::malformed(METRICS_FILE, error.to_string()))?;
        let brought = Some(BroughtInput { interval: brought.interval, from });
        let (execution, report) =
            self.execution(&ours, measurement, Origin { brought, ..Origin::default() })?;
        Ok(Uncommitted { execution: Execution { attempt, ..execution }, report, metric_lines })
    }
}
