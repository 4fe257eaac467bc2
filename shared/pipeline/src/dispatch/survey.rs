//! How the monitors of a document stand, from their reports, and the points that alarms wait for.
//!
//! It starts nobody: it can be taken of a folder as well.

use super::standing::{Behind, Due, Ended, of_a_day, of_the_last};
use super::watch::{leave_the_others, note, watch};
use super::{Failures, Roll};
use crate::RunError;
use crate::commit::Ledger;
use crate::document::DocumentEntry;
use crate::metrics::OfStack;
use crate::settings::{MonitoringSchedule, SettingsError};
use bellwether_contract::ContractError;
use bellwether_contract::keys::RunFolder;
use bellwether_contract::metrics::{MetricPoint, Unit};
use bellwether_contract::names::ScheduleName;
use bellwether_contract::window::Offsets;
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Monitors that are looked at at a time: an execution of a wide monitor has megabytes.
const AT_ONCE: usize = 4;

/// Names of the points of a document.
const OF_A_DOCUMENT: [&str; 3] = ["monitors_behind", "monitors_newly_behind", "monitors_total"];

/// Looks at all monitors of a document.
#[derive(Debug)]
pub struct Survey {
    /// Where reports and state lie, and where the points go.
    pub ledger: Ledger,
}

/// How the monitors of a document stand.
#[derive(Debug)]
pub struct Surveyed {
    /// How many are not paused.
    pub total: usize,
    /// Those that nobody can run, with what is wrong.
    pub broken: BTreeMap<String, String>,
    /// Those that do not do what they are there for.
    pub behind: BTreeMap<ScheduleName, Behind>,
    /// Those of which it could not be found out. Nobody says that they are well.
    pub unknown: Failures,
    /// Of those behind, those that last since this tick, at which the alarm of all of them rang already. All of them, where nobody can
    /// tell since when they are.
    pub newly: Vec<String>,
}

impl Surveyed {
    /// How many are not known to do what they are there for.
    pub fn all_behind(&self) -> usize {
        self.broken.len() + self.behind.len() + self.unknown.len()
    }

    /// Their names.
    fn names_behind(&self) -> BTreeSet<String> {
        let known = self.behind.keys().chain(self.unknown.keys()).map(ToString::to_string);
        self.broken.keys().cloned().chain(known).collect()
    }

    /// A line for each that is behind, whatever becomes of the points.
    fn log(&self) {
        for (schedule, why) in &self.broken {
            tracing::warn!(schedule, "cannot be run: {why}");
        }
        for (schedule, behind) in &self.behind {
            tracing::warn!(%schedule, "{behind}");
        }
        for (schedule, why) in &self.unknown {
            tracing::warn!(%schedule, "how it stands is not known: {why}");
        }
        for schedule in &self.newly {
            tracing::warn!(schedule, "it is newly behind, while another was already");
        }
    }

    fn points(&self) -> Vec<MetricPoint> {
        let [behind, newly, total] = OF_A_DOCUMENT;
        let count = |name: &str, count: usize| MetricPoint::value(name, Unit::Count, count as f64);
        vec![count(behind, self.all_behind()), count(newly, self.newly.len()), count(total, self.total)]
    }
}

impl Survey {
    /// Looks at all as they stand at this tick, and publishes the points.
    ///
    /// # Errors
    /// The state cannot be written at all, or the points were not taken.
    pub async fn take(
        &self,
        roll: &Roll<'_>,
        scheduled: Timestamp,
        now: Timestamp,
    ) -> Result<Surveyed, RunError> {
        let broken = roll.broken.clone();
        let (behind, unknown) = (BTreeMap::new(), Failures::new());
        let mut surveyed = Surveyed { total: roll.total(), broken, behind, unknown, newly: Vec::new() };
        self.ledger.reports.create_if_folder().await?;
        self.ledger.state.create_if_folder().await?;
        let enabled = roll.enabled.iter().copied();
        let looks: Vec<_> = enabled
            .map(|entry| async move { (&entry.name, self.standing(entry, scheduled).await) })
            .collect();
        let mut looks = iter(looks).buffered(AT_ONCE);
        while let Some((name, look)) = looks.next().await {
            match look {
                Ok(None) => {}
                Ok(Some(behind)) => drop(surveyed.behind.insert(name.clone(), behind)),
                Err(error) => drop(surveyed.unknown.insert(name.clone(), error.chain())),
            }
        }
        let noted = self.note(&mut surveyed, scheduled).await;
        surveyed.log();
        let left = leave_the_others(&self.ledger.state, &roll.names()).await;
        if let Some(stack) = &self.ledger.stack {
            let stamp = Offsets::default().window(scheduled)?.stamp();
            let of_stack = OfStack { stack, points: &surveyed.points() };
            self.ledger.sink.send_of_stack(of_stack, stamp, now).await?;
        }
        left.and(noted).map(|()| surveyed)
    }

    /// Notes who is behind, and finds out who is newly so. What cannot be noted keeps no point back.
    async fn note(&self, surveyed: &mut Surveyed, scheduled: Timestamp) -> Result<(), RunError> {
        let behind = surveyed.names_behind();
        let noted = note(&self.ledger.state, &behind, scheduled).await;
        surveyed.newly = match &noted {
            Ok(noted) => noted.newly(scheduled).map(str::to_owned).collect(),
            Err(_) => behind.into_iter().collect(),
        };
        noted.map(drop)
    }

    /// How one stands; `None` where it does what it is there for.
    async fn standing(
        &self,
        entry: &DocumentEntry,
        scheduled: Timestamp,
    ) -> Result<Option<Behind>, RunError> {
        let schedule = schedule(entry)?;
        let MonitoringSchedule { endpoint, variant, .. } = &schedule;
        let (cadence, offsets) = (schedule.cadence(), schedule.offsets());
        let monitor = entry.monitor.name;
        let watches = format!(
            "{monitor} of {endpoint}/{variant}, every {cadence}, {} to {}",
            offsets.start, offsets.end
        );
        let watched = watch(&self.ledger.state, &entry.name, watches, scheduled).await?;
        let due = Due::before(scheduled, entry.every, watched.since.unwrap_or(scheduled));
        let Some(last) = due.last() else { return Ok(None) };
        let mut runs = Vec::new();
        for hour in last {
            runs.push(self.ended(monitor, &schedule, *hour).await?);
        }
        if let Some(standing) = of_the_last(&runs) {
            return Ok(standing);
        }
        for hour in due.of_a_day().into_iter().flatten().skip(runs.len()) {
            runs.push(self.ended(monitor, &schedule, *hour).await?);
            if runs.ends_with(&[Ended::Judged]) {
                return Ok(None);
            }
        }
        Ok(due.of_a_day().and_then(|_| of_a_day(&runs)))
    }

    /// How the run of this hour ended. One that cannot be read, or is another monitor's, says nothing of this one.
    async fn ended(
        &self,
        monitor: &str,
        schedule: &MonitoringSchedule,
        scheduled: Timestamp,
    ) -> Result<Ended, RunError> {
        let window = schedule.offsets().window(scheduled)?;
        let run = RunFolder::of(&schedule.endpoint, &schedule.name, &window);
        match self.ledger.look(&run, &schedule.identity(monitor, window)).await {
            Ok(execution) => Ok(execution.as_ref().map_or(Ended::Missing, Ended::from)),
            Err(RunError::Malformed(_) | RunError::WindowTaken { .. }) => Ok(Ended::Missing),
            Err(error) => Err(error),
        }
    }
}

/// What every monitor is told, of an entry. Reading it has tried them.
fn schedule(entry: &DocumentEntry) -> Result<MonitoringSchedule, RunError> {
    let unusable = |error: SettingsError| ContractError::malformed(entry.name.as_str(), error.to_string());
    Ok(entry.schedule().map_err(unusable)?)
}
