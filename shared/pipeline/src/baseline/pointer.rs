//! `current.json` and its like: which version a monitor judges by, in one form for every kind.
//!
//! An event moves it forward only; a person moves it anywhere. Neither decides whether a baseline is good enough.

use super::kind::BaselineKind;
use crate::clock::is_ahead;
use crate::{RunError, swap};
use bellwether_contract::baseline::{CurrentBaseline, ModelAge};
use bellwether_contract::keys::{BaselineOf, Key};
use bellwether_storage::Store;
use jiff::Timestamp;

const MAX_BYTES: u64 = 1024 * 1024;

/// Who moves a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// An event: to a model that is newer than any that was in force.
    Forward,
    /// A person: to the model that they named.
    ByHand,
}

/// Moves the pointer of a kind. What stands there afterwards.
pub(super) async fn advance<K: BaselineKind>(
    baselines: &Store,
    of: BaselineOf<'_>,
    age: &ModelAge,
    by: Move,
    now: Timestamp,
) -> Result<CurrentBaseline, RunError> {
    swap::update(baselines, &key::<K>(of), MAX_BYTES, |current| match by {
        Move::Forward => advanced(current, age, now),
        Move::ByHand => activated(current, age, now),
    })
    .await
}

/// The pointer of a kind, if there is one.
pub(super) async fn current<K: BaselineKind>(
    baselines: &Store,
    of: BaselineOf<'_>,
) -> Result<Option<CurrentBaseline>, RunError> {
    read(baselines, &key::<K>(of)).await
}

/// The pointer under this key, if there is one.
pub(super) async fn read(baselines: &Store, key: &str) -> Result<Option<CurrentBaseline>, RunError> {
    Ok(swap::read(baselines, key, MAX_BYTES).await?.map(|(current, _)| current))
}

fn key<K: BaselineKind>(of: BaselineOf<'_>) -> String {
    Key::CurrentBaseline { kind: K::FOLDER, endpoint: of.endpoint, variant: of.variant }.to_string()
}

fn advanced(current: Option<&CurrentBaseline>, age: &ModelAge, now: Timestamp) -> CurrentBaseline {
    match current {
        Some(current) if newest(current, now).is_some_and(|newest| *age <= newest) => current.clone(),
        _ => CurrentBaseline { in_force_since: Some(now), ..CurrentBaseline::to(age.clone()) },
    }
}

/// The newest version stays known, so that its event, delivered once more, does not undo the roll-back.
fn activated(current: Option<&CurrentBaseline>, age: &ModelAge, now: Timestamp) -> CurrentBaseline {
    let known = current.and_then(|current| newest(current, now));
    let is_the_same = |current: &&CurrentBaseline| current.in_force() == *age;
    let in_force_since = current.filter(is_the_same).map_or(Some(now), |current| current.in_force_since);
    let newest = known.max(Some(age.clone()));
    CurrentBaseline { newest, in_force_since, ..CurrentBaseline::to(age.clone()) }
}

/// The newest version that an event must beat. A time from ahead of now is somebody's mistake, and holds no later version
/// back.
fn newest(current: &CurrentBaseline, now: Timestamp) -> Option<ModelAge> {
    let in_force = current.in_force();
    let is_known = |age: &ModelAge| !is_ahead(age.created_at, now);
    is_known(&in_force).then(|| Some(current.newest()).filter(is_known).unwrap_or(in_force))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(name: &str, created_at: &str) -> ModelAge {
        ModelAge { created_at: created_at.parse().unwrap(), model_version: name.parse().unwrap() }
    }

    #[test]
    fn a_pointer_from_ahead_of_now_gives_way_to_any_version_that_is_not() {
        let now: Timestamp = "2026-10-31T12:00:00Z".parse().unwrap();
        let (v1, v2) = (age("v1", "2026-10-31T07:00:00Z"), age("v2", "2026-10-31T12:05:00Z"));
        let (v8, v9) = (age("v8", "2026-10-31T12:05:01Z"), age("v9", "2099-01-01T00:00:00Z"));
        let holding = |in_force: &ModelAge, newest: &ModelAge| CurrentBaseline {
            newest: Some(newest.clone()),
            ..CurrentBaseline::to(in_force.clone())
        };
        for (pointer, comes, in_force) in [
            (holding(&v9, &v9), &v1, "v1"),
            (holding(&v8, &v8), &v1, "v1"),
            (holding(&v9, &v2), &v1, "v1"),
            (holding(&v1, &v9), &v2, "v2"),
            (holding(&v2, &v9), &v1, "v2"),
            (holding(&v1, &v2), &v2, "v1"),
            (CurrentBaseline { newest: None, ..CurrentBaseline::to(v9.clone()) }, &v1, "v1"),
        ] {
            let next = advanced(Some(&pointer), comes, now);
            assert_eq!(next.model_version.as_str(), in_force, "{pointer:?}");
        }
        // What a person put in force stands, and what they undid does not come back by its event.
        let back = activated(Some(&holding(&v2, &v2)), &v1, now);
        assert_eq!((back.model_version.as_str(), back.newest()), ("v1", v2.clone()));
        assert_eq!(activated(Some(&holding(&v9, &v9)), &v1, now).newest(), v1);
    }
}
