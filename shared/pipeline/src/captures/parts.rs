//! A wide window by many hands: one run lays down which files each part has, others read a part each and leave what it came to, and
//! a last one merges those in their order. What comes out has the bytes of a run that reads all by itself.
//!
//! It starts nobody and judges nothing. A plan and a list of files are found by what they are of and known by their digests, so that
//! whoever asks for a part can name no other file; a part is known by its plan and by whatever else it was read by, such as labels.

use super::partial::{Head, MOST_BYTES, Took};
use super::reading::{Piece, Reading};
use super::turns::Turn;
use super::widths::FirstWidths;
use super::{Captured, Listing, Traffic, folded, merged};
use crate::RunError;
use crate::inputs::optional;
use crate::meter::{Meter, transitions_cost_usd};
use crate::progress::{Step, Watcher};
use crate::settings::hex;
use bellwether_analysis::records::Portable;
use bellwether_contract::execution::{CaptureSummary, Identity, PartsTaken};
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::{Key, RunFolder};
use bellwether_contract::parts::Cut;
use bellwether_contract::plan::{PlannedFile, PlannedPart, WindowPlan};
use bellwether_storage::{Put, Store};
use bytes::Bytes;
use futures::stream::{StreamExt, TryStreamExt, iter};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Mutex;

/// Lists of files that are written at once.
const WRITTEN_AT_ONCE: usize = 16;
/// Parts that are fetched before their turn.
const FETCHED_AHEAD: usize = 4;

/// Who reads a window.
#[derive(Debug, Clone, Copy, Default)]
pub enum WindowReader<'r> {
    /// This run, whatever the window's size.
    #[default]
    ThisRun,
    /// This run, unless the window is wide: of that it lays down a plan, and ends with [`RunError::HandedOver`].
    Planner(Plans<'r>),
    /// This run reads a part, and ends with [`RunError::PartRead`].
    OfPart {
        /// Its plan.
        job: &'r Job<'r>,
        /// Which, from 0.
        part: usize,
        /// Begun with the run.
        meter: Meter,
    },
    /// All parts were read by others.
    Judge(&'r Job<'r>),
}

impl WindowReader<'_> {
    /// When the window was listed, where that was before this run.
    pub(crate) fn planned_at(&self) -> Option<Timestamp> {
        match self {
            Self::ThisRun | Self::Planner(_) => None,
            Self::OfPart { job, .. } | Self::Judge(job) => Some(job.plan.planned_at),
        }
    }
}

/// A wide window that was handed over: its verdict follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// Which run.
    pub run: RunFolder,
    /// SHA-256 of its plan: what the parts and the judge are told.
    pub job: String,
    /// How many parts there are.
    pub parts: usize,
    /// Bytes of all parts.
    pub size_bytes: u64,
    /// Who was told to read them; nobody yet where it was only planned.
    pub execution: Option<String>,
}

impl fmt::Display for HandedOver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, parts, size_bytes, execution, .. } = self;
        write!(out, "{run}: {size_bytes} bytes were handed over in {parts} parts")?;
        match execution {
            Some(execution) => write!(out, " to {execution}; its verdict follows"),
            None => write!(out, "; nobody was told to read them yet"),
        }
    }
}

/// Where the plan of a run lies, and of what it is.
#[derive(Debug, Clone, Copy)]
pub struct Plans<'p> {
    /// State.
    pub state: &'p Store,
    /// The run.
    pub run: &'p RunFolder,
    /// Whose verdict it will have.
    pub identity: &'p Identity,
    /// SHA-256 over the settings that can change it.
    pub configuration_digest: &'p str,
    /// What time it is.
    pub now: Timestamp,
}

impl<'p> Plans<'p> {
    fn key(&self) -> String {
        Key::Plan(self.run, self.configuration_digest).to_string()
    }

    /// The plan that lies there, which is to be this one where a job is named.
    ///
    /// # Errors
    /// There is none, or it is another.
    pub(crate) async fn job(self, named: Option<&str>) -> Result<Job<'p>, RunError> {
        let object = self.state.uri(&self.key());
        let wrong =
            |reason: &str| RunError::PlanUnusable { object: object.clone(), reason: reason.to_owned() };
        let job = self.found().await?;
        let job =
            job.ok_or_else(|| wrong("is not there: the settings were changed since, or it has expired"))?;
        match named {
            Some(named) if named != job.digest => Err(wrong("is not the one that was handed over")),
            _ => Ok(job),
        }
    }

    async fn found(self) -> Result<Option<Job<'p>>, RunError> {
        let Some(bytes) = optional(self.state.get(&self.key(), WindowPlan::MAX_BYTES).await)? else {
            return Ok(None);
        };
        let object = self.state.uri(&self.key());
        let plan = WindowPlan::parse(&object, &bytes)?;
        let WindowPlan { identity, revision, configuration_digest, .. } = &plan;
        let is_ours = identity == self.identity
            && *revision == self.run.revision
            && configuration_digest == self.configuration_digest;
        if !is_ours {
            let reason = format!("is a plan of {identity}");
            return Err(RunError::PlanUnusable { object, reason });
        }
        let digest = hex(&Sha256::digest(&bytes));
        Ok(Some(Job { plans: self, plan, digest, taken: Mutex::default() }))
    }

    /// Lists a window, and lays down its plan where it is wide. Where there is a plan nothing is listed: the first listing counts.
    async fn listed(self, traffic: Traffic<'_>) -> Result<Listed, RunError> {
        if let Some(job) = self.found().await? {
            return Ok(Listed::HandedOver(Box::new(job.handed_over())));
        }
        let listing = Listing::of(traffic).await?;
        let Some(files) = listing.wide(traffic.cut) else { return Ok(Listed::Narrow(listing)) };
        Ok(Listed::HandedOver(Box::new(self.lay_down(traffic, files, &listing).await?)))
    }

    /// Lays down the plan of a window, unless somebody was first.
    async fn lay_down(
        self,
        traffic: Traffic<'_>,
        files: Vec<PlannedFile>,
        listing: &Listing,
    ) -> Result<HandedOver, RunError> {
        let sizes_bytes: Vec<u64> = files.iter().map(|file| file.size_bytes).collect();
        let ranges = traffic.cut.parts(&sizes_bytes);
        let (parts, most) = (ranges.len(), traffic.cut.most_parts);
        if parts > most {
            let window_end = traffic.window.end();
            return Err(RunError::WindowTooLarge { window_end, files: files.len(), parts, most });
        }
        let parts = iter(ranges).map(|range| self.write_list(&files[range]));
        let parts = parts.buffered(WRITTEN_AT_ONCE).try_collect().await?;
        let plan = WindowPlan {
            version: WindowPlan::VERSION,
            identity: self.identity.clone(),
            revision: self.run.revision,
            configuration_digest: self.configuration_digest.to_owned(),
            planned_at: self.now,
            files_passed_over: listing.passed_over.clone(),
            unread: listing.unread.clone(),
            parts,
        };
        // Whoever was first is read back: this may have been this run, in a try whose answer was lost.
        let _: Put = self.state.put_if_absent(&self.key(), to_vec(&plan)?.into()).await?;
        Ok(self.job(None).await?.handed_over())
    }

    async fn write_list(self, files: &[PlannedFile]) -> Result<PlannedPart, RunError> {
        let list = PlannedFile::list(files).map_err(|error| {
            bellwether_contract::ContractError::malformed("list of files", error.to_string())
        })?;
        let sha256 = hex(&Sha256::digest(&list));
        let key = Key::PlannedFiles(self.run, self.configuration_digest, &sha256).to_string();
        self.state.put(&key, list.into()).await?;
        let size_bytes = files.iter().map(|file| file.size_bytes).sum();
        Ok(PlannedPart { files: files.len() as u64, size_bytes, sha256 })
    }
}

/// A plan that was laid down.
#[derive(Debug)]
pub struct Job<'j> {
    plans: Plans<'j>,
    plan: WindowPlan,
    /// SHA-256 of the plan's bytes.
    digest: String,
    taken: Mutex<Vec<Took>>,
}

impl Job<'_> {
    /// As whoever starts its parts is told.
    pub(crate) fn handed_over(&self) -> HandedOver {
        HandedOver {
            run: self.plans.run.clone(),
            job: self.digest.clone(),
            parts: self.plan.parts.len(),
            size_bytes: self.plan.size_bytes(),
            execution: None,
        }
    }

    /// What those parts took that were merged.
    pub(crate) fn taken(&self) -> PartsTaken {
        let took = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let cost: Option<f64> = took.iter().map(|took| took.cost_usd).sum();
        PartsTaken {
            count: took.len() as u64,
            planned_at: self.plan.planned_at,
            duration_seconds: took.iter().map(|took| took.seconds).sum(),
            estimated_cost_usd: cost.map(|cost| cost + transitions_cost_usd(took.len())),
        }
    }

    fn planned(&self, part: usize) -> Result<&PlannedPart, RunError> {
        self.plan.parts.get(part).ok_or_else(|| {
            let reason = format!("has {} parts, and {part} is none of them", self.plan.parts.len());
            RunError::PlanUnusable { object: self.plans.state.uri(&self.plans.key()), reason }
        })
    }

    fn key(&self, inputs: &str, part: usize) -> String {
        Key::Partial { run: self.plans.run, job: &self.digest, inputs, part }.to_string()
    }

    /// The files of a part.
    async fn files(&self, part: usize) -> Result<Vec<PlannedFile>, RunError> {
        let (Plans { state, run, configuration_digest, .. }, PlannedPart { sha256, .. }) =
            (self.plans, self.planned(part)?);
        let key = Key::PlannedFiles(run, configuration_digest, sha256).to_string();
        let list = state.get(&key, PlannedFile::MAX_LIST_BYTES).await?;
        if hex(&Sha256::digest(&list)) != *sha256 {
            let reason = "is not the list that was planned".to_owned();
            return Err(RunError::PlanUnusable { object: state.uri(&key), reason });
        }
        Ok(PlannedFile::parse_list(&state.uri(&key), &list)?)
    }

    /// Reads a part and leaves what it came to, unless that lies there already.
    async fn read_part<P: Portable + 'static>(
        &self,
        part: usize,
        traffic: Traffic<'_>,
        profile: P,
        meter: Meter,
    ) -> Result<(), RunError> {
        let (state, inputs) = (self.plans.state, hex(&traffic.inputs));
        let key = self.key(&inputs, part);
        if state.first(&key).await?.is_some_and(|found| found.key == key) {
            return Ok(());
        }
        let pieces: Vec<Piece> =
            self.files(part).await?.into_iter().map(|file| Piece::File(file.into())).collect();
        let files = pieces.len();
        let mut reading = Reading::new(traffic.into(), &profile);
        reading.next_part();
        let mut turns = Turn::each(&reading, pieces, traffic.threads);
        let gathered = folded(&mut reading, &mut turns, files, &mut (), &mut || {}).await?;
        let Captured { profile, lines: summary, seen, first_widths, .. } = reading.finish(gathered, None);
        let seconds = meter.seconds();
        let took = Took { seconds, cost_usd: meter.cost_usd(seconds) };
        let head = Head { job: self.digest.clone(), part, summary, first_widths, seen, took };
        let unusable = |reason: String| RunError::PartUnusable { object: state.uri(&key), reason };
        let profile = profile.encode().map_err(|error| unusable(error.to_string()))?;
        let bytes = head.with(&profile).map_err(|error| unusable(error.to_string()))?;
        // Somebody who was first has the same in it, save what it took.
        let _: Put = state.put_if_absent(&key, bytes.into()).await?;
        Ok(())
    }

    /// Merges what the parts came to, in their order.
    async fn gathered<P: Portable>(
        &self,
        traffic: Traffic<'_>,
        profile: P,
        watcher: Watcher<'_>,
    ) -> Result<Captured<P>, RunError> {
        let (inputs, total) = (hex(&traffic.inputs), self.plan.parts.len());
        let fetched = iter(0..total).map(|part| self.fetched(self.key(&inputs, part), part));
        let mut fetched = fetched.buffered(FETCHED_AHEAD);
        let files_passed_over = self.plan.files_passed_over.clone();
        let mut lines = CaptureSummary { files_passed_over, ..CaptureSummary::default() };
        let (mut whole, mut seen, mut first_widths, mut took) =
            (None, 0, FirstWidths::default(), Vec::with_capacity(total));
        for (part, planned) in self.plan.parts.iter().enumerate() {
            let Some((key, bytes)) = fetched.try_next().await? else { break };
            let unusable =
                |reason: String| RunError::PartUnusable { object: self.plans.state.uri(&key), reason };
            let (head, gathered) = Head::read(&bytes, &self.digest, part, planned).map_err(unusable)?;
            let gathered = profile.decode(gathered).map_err(|error| unusable(error.to_string()))?;
            whole = Some(merged(whole, gathered));
            lines.merge(head.summary);
            first_widths.merge(head.first_widths);
            seen += head.seen;
            took.push(head.took);
            watcher(Step::Captures { done: part as u64 + 1, total: total as u64 });
        }
        *self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = took;
        let (profile, unread) = (whole.unwrap_or(profile), self.plan.unread.clone());
        Ok(Captured { profile, lines, unread, seen, first_widths })
    }

    async fn fetched(&self, key: String, part: usize) -> Result<(String, Bytes), RunError> {
        let bytes = optional(self.plans.state.get(&key, MOST_BYTES).await)?;
        let (object, parts) = (self.plans.state.uri(&key), self.plan.parts.len());
        let bytes = bytes.ok_or(RunError::PartMissing { object, part, parts })?;
        Ok((key, bytes))
    }
}

/// Reads the window into a profile, or a part of it, or takes up what others read, as its reader says.
///
/// # Errors
/// As [`read()`](super::read()). [`RunError::HandedOver`] and [`RunError::PartRead`] where this run has nothing to judge; a plan or a part that
/// cannot be used.
pub async fn read_or_share<P: Portable + 'static>(
    traffic: Traffic<'_>,
    profile: P,
    watcher: Watcher<'_>,
) -> Result<Captured<P>, RunError> {
    // Each on the heap: a run holds the one way that it takes, and not the largest of all.
    match traffic.reader {
        WindowReader::ThisRun => Box::pin(super::read(traffic, profile, watcher)).await,
        WindowReader::Planner(plans) => match plans.listed(traffic).await? {
            Listed::HandedOver(handed_over) => Err(RunError::HandedOver(handed_over)),
            Listed::Narrow(listing) => {
                Box::pin(super::read_listed(traffic, listing, profile, (), watcher)).await
            }
        },
        WindowReader::OfPart { job, part, meter } => {
            Box::pin(job.read_part(part, traffic, profile, meter)).await?;
            Err(RunError::PartRead { part })
        }
        WindowReader::Judge(job) => Box::pin(job.gathered(traffic, profile, watcher)).await,
    }
}

/// What a planner finds.
enum Listed {
    /// A wide window, whose plan lies there.
    HandedOver(Box<HandedOver>),
    /// Any other.
    Narrow(Listing),
}

impl Listing {
    /// The files of a wide window; `None` of any other, and of what jobs left, whose sizes no listing tells.
    fn wide(&self, cut: Cut) -> Option<Vec<PlannedFile>> {
        let sizes_bytes: Vec<u64> = self.pieces.iter().map(Piece::size_bytes).collect();
        let file = |piece: &Piece| match piece {
            Piece::File(file) => Some(file.planned()),
            Piece::Pair(_) => None,
        };
        if cut.is_wide(&sizes_bytes) { self.pieces.iter().map(file).collect() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_was_handed_over_says_to_whom() {
        let key = "churn/hourly/2026/10/31/09/constraint_violations.json";
        let of = |execution: Option<&str>| HandedOver {
            run: RunFolder::from_violations_key(key).expect("a key"),
            job: "ab12".to_owned(),
            parts: 3,
            size_bytes: 4_096,
            execution: execution.map(str::to_owned),
        };
        assert_eq!(
            of(Some("arn:e")).to_string(),
            "churn/hourly/2026/10/31/09: 4096 bytes were handed over in 3 parts to arn:e; its verdict follows"
        );
        assert!(of(None).to_string().ends_with("in 3 parts; nobody was told to read them yet"));
    }
}
