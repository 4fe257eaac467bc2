//! What became of a baseline, whether its monitor judges by it, and what summaries and the log say of that.
//!
//! It makes no baseline, moves no pointer and sends no message.

use super::kind::BaselineKind;
use crate::route::baseline::BelowFloor;
use bellwether_contract::names::ModelVersion;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

/// What became of one baseline of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<C> {
    /// What was done.
    pub outcome: Outcome,
    /// What follows for the monitor.
    pub standing: Standing,
    /// URI of its own file.
    pub object: String,
    /// The baseline that counts, whoever made it.
    pub baseline: C,
}

/// A baseline that a person put in force, and where it stands now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activation<C> {
    /// Whether a monitor judges by it.
    pub standing: Standing,
    /// The baseline.
    pub baseline: C,
}

/// What was done about a version's baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The version had none.
    Made,
    /// Its manifest had changed.
    Replaced,
    /// It was there, made from the same manifest.
    Unchanged,
}

/// Whether the monitor judges by a baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Current,
    /// It judges by another one: a newer version's, or the one that was put in force by hand.
    Kept {
        /// The version in force.
        current: ModelVersion,
    },
    /// It does not, and the on-call must hear of it.
    BelowFloor(Box<BelowFloor>),
}

impl Standing {
    /// The version in force, given the one that this is about.
    pub fn in_force<'s>(&'s self, version: &'s ModelVersion) -> Option<&'s ModelVersion> {
        match self {
            Self::Current => Some(version),
            Self::Kept { current } => Some(current),
            Self::BelowFloor(below) => below.current.as_ref(),
        }
    }

    /// One line of a log.
    pub(crate) fn in_words(&self) -> &'static str {
        match self {
            Self::Current => "the baseline is in force",
            Self::Kept { .. } => "the baseline is kept; another one is in force",
            Self::BelowFloor(_) => "the baseline is below the floor: kept, not in force",
        }
    }
}

/// A line of the log on a baseline that was kept, with more fields where a kind has any.
macro_rules! log_kept {
    ($kept:expr, $meter:expr, $said:expr $(, $field:ident = $value:expr)*) => {{
        let (kept, meter, seconds) = ($kept, $meter, $meter.seconds());
        tracing::info!(
            target: "bellwether_baseline",
            object = kept.object,
            model_version = %$crate::baseline::Shelved::of(&kept.baseline).version,
            created_at = %$crate::baseline::Shelved::created_at(&kept.baseline),
            outcome = ?kept.outcome,
            $($field = $value,)*
            duration_seconds = seconds,
            estimated_cost_usd = meter.cost_usd(seconds),
            "{}",
            $said
        );
    }};
}
pub(crate) use log_kept;

/// A baseline as the summary of a command tells of it, in full.
struct InFull<'k, K: BaselineKind>(&'k Kept<K::Commit>);

impl<K: BaselineKind> Serialize for InFull<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fill::<K, _>(&mut map, self.0)?;
        map.end()
    }
}

/// Tells of a baseline in a summary of a manifest: under the name of its kind, or in the summary itself.
pub(super) fn tell_in_full<K: BaselineKind, M: SerializeMap>(
    summary: &mut M,
    kept: &Kept<K::Commit>,
) -> Result<(), M::Error> {
    match K::TOLD_AS {
        Some(name) => summary.serialize_entry(name, &InFull::<K>(kept)),
        None => fill::<K, _>(summary, kept),
    }
}

fn fill<K: BaselineKind, M: SerializeMap>(map: &mut M, kept: &Kept<K::Commit>) -> Result<(), M::Error> {
    let Kept { outcome, standing, object, baseline } = kept;
    map.serialize_entry("outcome", outcome)?;
    if K::MAY_OBJECT {
        map.serialize_entry("standing", standing)?;
    }
    map.serialize_entry("object", object)?;
    if !K::MAY_OBJECT {
        map.serialize_entry("current", &in_force::<K>(kept))?;
    }
    map.serialize_entry("baseline", baseline)
}

/// The same in short, as a function answers: under the name of its kind, or in the answer itself, before all others.
pub(super) fn tell_in_short<K: BaselineKind>(answer: &mut Map<String, Value>, kept: &Kept<K::Commit>) {
    let Kept { outcome, standing, object, .. } = kept;
    let told = if K::MAY_OBJECT {
        json!({ "baseline": object, "outcome": outcome, "standing": standing })
    } else {
        json!({ "baseline": object, "outcome": outcome, "current": in_force::<K>(kept) })
    };
    match (K::TOLD_AS, told) {
        (None, Value::Object(mut told)) => {
            told.append(answer);
            *answer = told;
        }
        (name, told) => {
            answer.insert(name.unwrap_or(K::FOLDER.name()).to_owned(), told);
        }
    }
}

/// Tells of a baseline that was put in force by hand.
pub(super) fn tell_of_activation<K: BaselineKind, M: SerializeMap>(
    summary: &mut M,
    activation: &Activation<K::Commit>,
) -> Result<(), M::Error> {
    match K::TOLD_AS {
        Some(name) => summary.serialize_entry(name, activation),
        None => {
            summary.serialize_entry("standing", &activation.standing)?;
            summary.serialize_entry("baseline", &activation.baseline)
        }
    }
}

fn in_force<K: BaselineKind>(kept: &Kept<K::Commit>) -> Option<&ModelVersion> {
    kept.standing.in_force(super::Shelved::of(&kept.baseline).version)
}
