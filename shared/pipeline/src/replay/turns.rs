//! Turns: of the monitors of one document that replay against the same endpoint, one presses on it at a time.
//!
//! Whose turn it is stands in a lease, which moves by compare-and-swap. A lease belongs to a schedule, so that the retry of a run is
//! never kept out by the attempt before it, and ends at the latest with the invocation that took it: whoever is killed keeps the
//! others out no longer than it could have replayed. A replay begins no call in the last minute of its invocation, which is more than
//! two clocks are apart. It knows no monitor and sends no call.

use crate::RunError;
use crate::clock::SKEW;
use crate::scheduled::Invocation;
use crate::swap::{self, Held};
use bellwether_contract::keys::Key;
use bellwether_contract::lease::ReplayLease;
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// Of a function's invocation; a command's replay is given as much.
const LONGEST: Duration = Duration::from_secs(900);
/// Between two looks at a lease that is somebody else's.
const PAUSE: Duration = Duration::from_secs(1);

/// The turns of one schedule at its endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Turns<'a> {
    /// Where the lease lies.
    pub state: &'a Store,
    /// The endpoint.
    pub endpoint: &'a EndpointName,
    /// The schedule.
    pub owner: &'a ScheduleName,
}

impl Turns<'_> {
    /// Replays when it is this schedule's turn.
    ///
    /// # Errors
    /// `EndpointBusy` where that would leave less than half of the invocation's time: a replay that is cut short decides nothing, and
    /// the retry has its whole time again.
    pub(crate) async fn in_turn<T>(
        &self,
        invocation: &Invocation,
        replay: impl Future<Output = Result<T, RunError>>,
    ) -> Result<T, RunError> {
        let key = Key::ReplayLease(self.endpoint).to_string();
        let mut held = Held::<ReplayLease>::new(self.state, &key, ReplayLease::MAX_BYTES);
        let ours = self.taken(&mut held, invocation).await?;
        let replayed = replay.await;
        if let Err(error) = give_back(&mut held, ours, invocation.time()).await {
            let error_type = error.error_type();
            tracing::warn!(error_type, "the lease ends by itself: {}", error.chain());
        }
        replayed
    }

    async fn taken(
        &self,
        held: &mut Held<'_, ReplayLease>,
        invocation: &Invocation,
    ) -> Result<ReplayLease, RunError> {
        let began = Instant::now();
        let left = invocation.deadline.map_or(LONGEST, |end| end.saturating_duration_since(began));
        for round in 0.. {
            let now = invocation.time();
            let theirs = held.look().await?.filter(|lease| self.is_kept_out_by(lease, now)).cloned();
            let Some(ReplayLease { owner, until, .. }) = theirs else {
                let until = now + left.saturating_sub(began.elapsed());
                let ours = ReplayLease { version: ReplayLease::VERSION, owner: self.owner.clone(), until };
                if held.put(ours.clone()).await? {
                    return Ok(ours);
                }
                swap::pause(round).await;
                continue;
            };
            if began.elapsed() >= left / 2 {
                return Err(RunError::EndpointBusy { endpoint: self.endpoint.to_string(), owner, until });
            }
            held.forget();
            tokio::time::sleep(PAUSE).await;
        }
        Err(RunError::Contended { object: self.state.uri(&Key::ReplayLease(self.endpoint).to_string()) })
    }

    /// Whether somebody else's turn lasts. A lease that ends later than any that is given now was given by a clock that is wrong.
    fn is_kept_out_by(&self, lease: &ReplayLease, now: Timestamp) -> bool {
        let longest = SignedDuration::try_from(LONGEST).unwrap_or(SignedDuration::MAX);
        lease.owner != *self.owner && now < lease.until && lease.until <= now + longest + SKEW
    }
}

/// Ends a lease. One that another attempt of the schedule took over is that one's.
async fn give_back(
    held: &mut Held<'_, ReplayLease>,
    ours: ReplayLease,
    now: Timestamp,
) -> Result<(), RunError> {
    held.forget();
    if held.look().await? == Some(&ours) {
        held.put(ReplayLease { until: now.min(ours.until), ..ours }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_keeps_others_out_until_it_ends_and_never_its_own_schedule() {
        let folder = tempfile::tempdir().unwrap();
        let state = Store::Folder(folder.path().to_owned());
        let (endpoint, owner) = ("news".parse().unwrap(), "blue".parse().unwrap());
        let turns = Turns { state: &state, endpoint: &endpoint, owner: &owner };
        let now: Timestamp = "2026-10-31T09:10:00Z".parse().unwrap();
        for (owner, minutes, expected) in [
            ("green", 15, true),
            ("green", 20, true),
            ("green", 21, false),
            ("green", 0, false),
            ("green", -1, false),
            ("blue", 15, false),
        ] {
            let (owner, until) = (owner.parse().unwrap(), now + SignedDuration::from_mins(minutes));
            let lease = ReplayLease { version: ReplayLease::VERSION, owner, until };
            assert_eq!(turns.is_kept_out_by(&lease, now), expected, "{lease:?}");
        }
    }
}
