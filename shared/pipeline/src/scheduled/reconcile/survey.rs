//! What became of a schedule's recent windows, from listings and the executions that they name.
//!
//! It decides nothing and remembers nothing, so that nothing can expire or contradict the reports.

use super::backlog::{Backlog, Expected, Known, Next, Reach, RunKey};
use crate::RunError;
use crate::commit::has_points_of_its_hours;
use crate::dispatch::watched;
use crate::monitor::Monitor;
use crate::scheduled::Scheduled;
use bellwether_contract::execution::{CommittedFile, Execution, Identity};
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::names::{EndpointName, ScheduleName};
use futures::stream::{StreamExt, iter};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

const READ_AT_ONCE: usize = 8;
const EXECUTION: &str = "execution.json";

/// A run's files under their final names, each with its size.
type Files = BTreeMap<String, u64>;

impl<M: Monitor> Scheduled<M> {
    /// What the listings of a day or two say, and their executions; of the whole schedule only its first run is asked for, and
    /// only where the listings do not tell that it began earlier.
    pub(super) async fn survey(&self, now: Timestamp, own: Timestamp) -> Result<Backlog, RunError> {
        let reach = Reach { now, own, cadence: self.schedule.cadence(), offsets: self.schedule.offsets() };
        let runs = self.runs(reach).await?;
        let mut backlog = Backlog { reach, expected: Expected::Never, runs, tries: BTreeMap::new() };
        let oldest = backlog.missing().next();
        if let Some(oldest) = oldest {
            backlog.expected = self.expected(&backlog, oldest).await?;
        }
        let is_to_judge = |(_, next): &(Timestamp, Next)| !matches!(next, Next::Complete(_));
        if backlog.decide().iter().any(is_to_judge) {
            backlog.tries = self.tries(reach).await?;
        }
        Ok(backlog)
    }

    /// From when on windows are expected, where this one is missing. Who dispatches the monitor knows it best.
    async fn expected(&self, backlog: &Backlog, oldest: Timestamp) -> Result<Expected, RunError> {
        if let Some(watched) = watched(&self.ledger.state, &self.schedule.name).await? {
            return Ok(watched.since.map_or(Expected::Never, Expected::From));
        }
        let mut known = backlog.runs.keys().map(|(scheduled, _)| *scheduled);
        let first = match known.find(|known| *known < oldest) {
            Some(known) => Some(known),
            None => self.first().await?,
        };
        Ok(first.map_or(Expected::Never, Expected::After))
    }

    async fn runs(&self, reach: Reach) -> Result<BTreeMap<RunKey, Known>, RunError> {
        let (listed, sent) = (self.listed(reach).await?, self.sent(reach).await?);
        let known = iter(listed).map(|(run, files)| {
            let sent = &sent;
            async move {
                let known = match self.ledger.read(&run).await {
                    Ok(execution) => execution.map(|execution| self.known(&run, &files, &execution, sent)),
                    Err(error) => {
                        let error_type = error.error_type();
                        tracing::warn!(error_type, run = %run, "its execution is left alone: {}", error.chain());
                        Some(Known::default())
                    }
                };
                known.map(|known| ((run.hour, run.revision), known))
            }
        });
        Ok(known.buffered(READ_AT_ONCE).filter_map(std::future::ready).collect().await)
    }

    /// The runs with an execution, each with its files.
    async fn listed(&self, reach: Reach) -> Result<Vec<(RunFolder, Files)>, RunError> {
        let mut listed: BTreeMap<RunKey, (RunFolder, Files)> = BTreeMap::new();
        for day in self.days(reach, Key::Day) {
            for entry in self.ledger.reports.list(&day).await? {
                let Some(run) = RunFolder::holding(&entry.key).filter(|run| reach.oldest() <= run.hour)
                else {
                    continue;
                };
                let name = entry.key[run.to_string().len() + 1..].to_owned();
                let (_, files) =
                    listed.entry((run.hour, run.revision)).or_insert_with(|| (run, Files::new()));
                files.insert(name, entry.size_bytes);
            }
        }
        Ok(listed.into_values().filter(|(_, files)| files.contains_key(EXECUTION)).collect())
    }

    /// Runs whose points were accepted, with the digests of their commits.
    async fn sent(&self, reach: Reach) -> Result<BTreeSet<(RunKey, String)>, RunError> {
        let mut sent = BTreeSet::new();
        for day in self.days(reach, Key::MarksOfDay) {
            let entries = self.ledger.state.list(&day).await?;
            let marks = entries.iter().filter_map(|entry| RunFolder::from_metrics_sent_key(&entry.key));
            sent.extend(marks.map(|(run, digest)| ((run.hour, run.revision), digest)));
        }
        Ok(sent)
    }

    fn known(
        &self,
        run: &RunFolder,
        files: &Files,
        execution: &Execution,
        sent: &BTreeSet<(RunKey, String)>,
    ) -> Known {
        let Identity { window, .. } = execution.identity;
        if self.identity(window) != execution.identity || window.scheduled() != run.hour {
            return Known::default();
        }
        let is_there = |file: &CommittedFile| files.get(file.name.name()) == Some(&file.size_bytes);
        let has_none = execution.supersedes.is_some() && !has_points_of_its_hours(execution);
        let has_points = has_none || sent.contains(&((run.hour, run.revision), execution.digest.clone()));
        let capture = execution.capture.as_ref();
        let on_capture = capture.filter(|_| execution.is_of_capture());
        Known {
            window: Some(window),
            is_published: has_points && execution.files.iter().all(is_there),
            used: on_capture.map(|capture| capture.used),
            late: capture.map(|capture| capture.late.clone()).unwrap_or_default(),
            labelled: execution.labelling.ground_truth.as_ref().map(|truth| (truth.captured, truth.labelled)),
        }
    }

    /// The schedule's first run. Whatever else lies there, such as what a file manager leaves, is passed over.
    async fn first(&self) -> Result<Option<Timestamp>, RunError> {
        let schedule = &self.schedule;
        let all = Key::Schedule(&schedule.endpoint, &schedule.name).to_string();
        let run = |key: &str| RunFolder::from_execution_key(key).filter(|run| run.revision == 1);
        let first = self.ledger.reports.find(&all, |entry| run(&entry.key).is_some()).await?;
        Ok(first.and_then(|entry| run(&entry.key)).map(|run| run.hour))
    }

    /// Hours in which runs were tried in vain.
    async fn tries(&self, reach: Reach) -> Result<BTreeMap<RunKey, BTreeSet<Timestamp>>, RunError> {
        let mut tries: BTreeMap<RunKey, BTreeSet<Timestamp>> = BTreeMap::new();
        for day in self.days(reach, Key::AttemptsOfDay) {
            let entries = self.ledger.state.list(&day).await?;
            for (run, hour) in entries.iter().filter_map(|entry| RunFolder::from_try_key(&entry.key)) {
                tries.entry((run.hour, run.revision)).or_default().insert(hour);
            }
        }
        Ok(tries)
    }

    /// The folders of the days within reach.
    fn days<'k>(
        &'k self,
        reach: Reach,
        key: impl Fn(&'k EndpointName, &'k ScheduleName, Timestamp) -> Key<'k>,
    ) -> BTreeSet<String> {
        let schedule = &self.schedule;
        reach.days().map(|day| key(&schedule.endpoint, &schedule.name, day).to_string()).collect()
    }
}
