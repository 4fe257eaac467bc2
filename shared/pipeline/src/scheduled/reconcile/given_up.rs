//! A window that could not be judged in three later hours either: a verdict that says so, and why.

use super::TRIES;
use crate::RunError;
use crate::commit::Committed;
use crate::inputs::optional;
use crate::meter::Meter;
use crate::metrics::run_points;
use crate::monitor::{Measurement, Monitor};
use crate::replay::Effort;
use crate::report::Report;
use crate::scheduled::attempt::attempt;
use crate::scheduled::{Invocation, Origin, Scheduled};
use bellwether_analysis::verdict::Verdict;
use bellwether_contract::constraints::Constraints;
use bellwether_contract::execution::{Execution, Labelling, Status};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::statistics::Statistics;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use std::collections::BTreeMap;

/// Largest record of a try that is read.
const MAX_TRY_BYTES: u64 = 64 * 1024;
/// Of an error in the message of a window that was given up.
const CAUSE_CHARS: usize = 1_000;

impl<M: Monitor> Scheduled<M> {
    /// Commits that the window could not be judged, unless somebody has judged it meanwhile.
    pub(super) async fn give_up(&self, invocation: &Invocation, cause: &str) -> Result<Committed, RunError> {
        let window = invocation.trigger.window;
        let run = self.run_folder(&window);
        let measurement = given_up(cause)?;
        let meter = Meter::start(invocation.memory_mb);
        let attempt = attempt(invocation, meter, Effort::default(), None, None);
        let (execution, report) = self.execution(&self.identity(window), measurement, Origin::default())?;
        let execution = Execution { attempt, ..execution };
        let (execution, made_here) = self.ledger.commit(&run, &report, execution).await?;
        self.complete(run, execution, made_here, invocation, meter).await
    }

    /// What the newest recorded try met.
    pub(super) async fn last_error(&self, window: Window) -> Result<String, RunError> {
        let run = self.run_folder(&window);
        let entries = self.ledger.state.list(&Key::Attempts(&run).to_string()).await?;
        let newest = entries.iter().rfind(|entry| RunFolder::from_try_key(&entry.key).is_some());
        let record = match newest {
            Some(entry) => optional(self.ledger.state.get(&entry.key, MAX_TRY_BYTES).await)?,
            None => None,
        };
        let record: serde_json::Value =
            record.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let text = |field: &str| record[field].as_str().unwrap_or("unknown").to_owned();
        Ok(cause(&text("error_type"), &text("error")))
    }
}

/// An error in one line.
pub(super) fn cause(error_type: &str, chain: &str) -> String {
    let chain = chain.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = chain.chars().take(CAUSE_CHARS).collect();
    format!("{error_type}: {shown}")
}

/// A report that says nothing of the data, because nothing could be read.
fn given_up(cause: &str) -> Result<Measurement, RunError> {
    let status = Status::Failed;
    let exit_message = format!(
        "{status}: the run could not be made in {TRIES} later tries either; the last error was {cause}"
    );
    let verdict = Verdict {
        status,
        violated: Vec::new(),
        constraints_judged: 0,
        held: BTreeMap::new(),
        checks: BTreeMap::new(),
        exit_message,
        not_evaluable: BTreeMap::new(),
        warnings: Vec::new(),
        blind: None,
    };
    Ok(Measurement {
        report: Report::new(&Statistics::default(), &Constraints::default(), &[])?,
        aggregates: BTreeMap::new(),
        metrics: run_points(&verdict),
        verdict,
        judged_on: None,
        baseline: None,
        baseline_digest: None,
        baselines: Vec::new(),
        capture: None,
        replay: None,
        labelling: Labelling::default(),
        explanation: None,
        profile: None,
        effort: Effort::default(),
        part: Part::default(),
    })
}
