//! Notices of baselines below the floor: each announced once, under a key of its own, and ended once.
//!
//! It measures nothing and names no monitor: what is below is said by [`BelowFloor`], what is over by the caller. The claim is
//! the outbox's, on an object of its own for each version, so that a baseline's news never waits for an hour's.

use crate::RunError;
use crate::route::message::message_id;
use crate::route::outbox::{Claimant, Outlet, Turn, owner};
use crate::route::pagerduty::{Action, PagerDutyEvent, Payload};
use crate::route::text::{plain, subject};
use crate::route::{Caller, broken_state, wait};
use crate::swap::Held;
use bellwether_analysis::verdict::description;
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::judged::Severity;
use bellwether_contract::keys::{BaselineFolder, BaselineOf, Key};
use bellwether_contract::names::{EndpointName, ModelVersion, VariantName};
use bellwether_contract::routing::{Attributes, BaselineNotice, Message, OpenNotice, Outbox, RoutingState};
use bellwether_contract::violations::CheckType;
use bellwether_storage::Store;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

/// What a baseline below the floor violates.
const OPERATOR: ComparisonOperator = ComparisonOperator::LessThanThreshold;
/// What stands in the place of a schedule.
const GROUP: &str = "baseline";

/// A baseline that is itself below its floor: kept, not put in force, to be announced as a violation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BelowFloor {
    /// The kind of baseline; its name is the monitor's.
    #[serde(skip)]
    pub kind: BaselineFolder,
    /// The endpoint.
    pub endpoint_name: EndpointName,
    /// Its variant.
    pub target_variant: VariantName,
    /// The version that is below.
    pub model_version: ModelVersion,
    /// When its model was made.
    pub created_at: Timestamp,
    /// What was measured.
    pub metric_name: String,
    /// Its value.
    #[serde(rename = "mean")]
    pub value: f64,
    /// What is required.
    #[serde(rename = "floor")]
    pub limit: f64,
    /// What that says of the model, in one sentence.
    #[serde(skip)]
    pub meaning: &'static str,
    /// The version in force, if there is one; this version itself where its manifest changed after it was.
    pub current: Option<ModelVersion>,
    /// URI of the baseline's own file.
    pub object: String,
    /// The same for the same baseline, however often its event comes: what a message's id may be derived from.
    pub digest: String,
}

impl BelowFloor {
    /// Of which version.
    pub fn of(&self) -> BaselineOf<'_> {
        let Self { endpoint_name, target_variant, model_version, .. } = self;
        BaselineOf { endpoint: endpoint_name, variant: target_variant, version: model_version }
    }
}

/// The notice of one model version's baseline.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'n> {
    /// The kind of baseline.
    pub kind: BaselineFolder,
    /// Where notices lie.
    pub state: &'n Store,
    /// Where this process sends messages.
    pub outlet: &'n Outlet,
    /// Of which version.
    pub of: BaselineOf<'n>,
}

/// Why a notice is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End<'e> {
    /// The version itself is not below the floor any more.
    Itself,
    /// A newer version is in force.
    Newer(&'e ModelVersion),
    /// A person put another version in force.
    ByHand(&'e ModelVersion),
}

/// What was sent, and what waits for somebody else.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notified {
    /// Messages that this call sent, in order.
    pub sent: Vec<Message>,
    /// Messages that wait for another outlet, or are being sent.
    pub waiting: Vec<Outbox>,
}

impl Notified {
    /// What came after it, behind it.
    pub(crate) fn extend(&mut self, later: Self) {
        self.sent.extend(later.sent);
        self.waiting.extend(later.waiting);
    }
}

impl Notice<'_> {
    /// Announces a baseline that is below the floor, unless this baseline was announced before.
    ///
    /// # Errors
    /// What cannot be read, written or sent.
    pub async fn announce(&self, below: &BelowFloor, caller: &Caller) -> Result<Notified, RunError> {
        self.change(caller, |held, claimant, now| {
            let is_known = held.is_some_and(|held| held.digest == below.digest);
            (!is_known).then(|| announced(held.cloned(), below, claimant, now))
        })
        .await
    }

    /// Ends the notice if it is open and `end` names a reason, then sends what waits of it.
    ///
    /// # Errors
    /// What cannot be read, written or sent.
    pub async fn settle<'e>(
        &self,
        end: impl Fn(&BaselineNotice) -> Option<End<'e>>,
        caller: &Caller,
    ) -> Result<Notified, RunError> {
        self.change(caller, |held, claimant, now| {
            let held = held?;
            self.ended(held, end(held)?, claimant, now)
        })
        .await
    }

    /// Changes the notice as `next` says, once, if it says anything; then sends what waits for this outlet, oldest first.
    async fn change(
        &self,
        caller: &Caller,
        next: impl Fn(Option<&BaselineNotice>, &Claimant<'_>, Timestamp) -> Option<BaselineNotice>,
    ) -> Result<Notified, RunError> {
        let key = Key::BaselineNotice { kind: self.kind, of: self.of }.to_string();
        let (owner, object) = (owner(&caller.request_id), self.state.uri(&key));
        let claimant = Claimant { object: object.clone(), owner: &owner, outlet: self.outlet, pages: false };
        let mut notices = Held::<BaselineNotice>::new(self.state, &key, RoutingState::MAX_BYTES);
        let (began, mut sent, mut is_decided) = (Instant::now(), Vec::new(), false);
        for round in 0.. {
            let now = caller.now + began.elapsed();
            let held = notices.look().await.map_err(broken_state)?.cloned();
            let decided = if is_decided { None } else { next(held.as_ref(), &claimant, now) };
            let is_news = decided.is_some();
            let Some(mut notice) = decided.or(held) else { return Ok(Notified::default()) };
            let first = claimant.first(&notice.outbox, now).and_then(|place| notice.outbox.get(place));
            match (claimant.turn(first, now), first) {
                (Turn::Ours, Some(claimed)) if !is_news => {
                    claimant.deliver(&mut notices, claimed, now).await?;
                    sent.push(claimed.message.clone());
                    continue;
                }
                (Turn::Free | Turn::Theirs, _) if !is_news => {
                    return Ok(Notified { sent, waiting: notice.outbox });
                }
                _ => claimant.claim_first(&mut notice.outbox, now),
            }
            if notices.put(notice).await? {
                is_decided = true;
            } else {
                wait(&began, round, &object).await?;
            }
        }
        Err(RunError::Contended { object })
    }

    /// The notice without what was open, and the message that says so.
    fn ended(
        &self,
        held: &BaselineNotice,
        end: End<'_>,
        claimant: &Claimant<'_>,
        now: Timestamp,
    ) -> Option<BaselineNotice> {
        let open = held.open.clone().or_else(|| self.open_of_old(held, claimant))?;
        let outlet = open.outlet.clone();
        let queued = claimant.queued(self.resolved(&open, end, held.messages), now);
        let mut next = BaselineNotice { open: None, messages: held.messages + 1, ..held.clone() };
        next.outbox.push(Outbox { outlet, ..queued });
        if end == End::Itself {
            // Should it fall below again, that is news.
            next.digest.clear();
        }
        Some(next)
    }

    /// Before notices had an end, all of a variant had one key.
    fn open_of_old(&self, held: &BaselineNotice, claimant: &Claimant<'_>) -> Option<OpenNotice> {
        (held.messages == 0).then(|| OpenNotice {
            dedup_key: format!("{}/{}/baseline", self.of.endpoint, self.of.variant),
            severity: Severity::Critical,
            check: vec![CheckType::from(OPERATOR).as_str().to_owned()],
            outlet: claimant.outlet.name().to_owned(),
        })
    }

    /// The message that ends what was announced.
    fn resolved(&self, open: &OpenNotice, end: End<'_>, messages: u64) -> Message {
        let BaselineOf { endpoint, variant, version } = self.of;
        let OpenNotice { dedup_key, severity, check, .. } = open;
        let id = message_id(&[dedup_key, "resolved", &messages.to_string()]);
        let (by, what) = match end {
            End::Itself => (
                "is not below the floor any more".to_owned(),
                "Its manifest or the floor was changed, and it was judged again.".to_owned(),
            ),
            End::Newer(newer) => (
                format!("is superseded by that of {newer}"),
                format!("The baseline of {newer}, a newer version, is in force and not below the floor."),
            ),
            End::ByHand(other) => (
                format!("is superseded by that of {other}"),
                format!("The baseline of {other} was put in force by hand, and is not below the floor."),
            ),
        };
        let headline = format!("RESOLVED: baseline of model {version} {by} on {endpoint}/{variant}");
        let text = format!(
            "{headline}\n\n{what} What was announced of the baseline of {version} is over; if it falls below the floor \
             again, that is announced anew.\n\nMessage {id} of incident {dedup_key}."
        );
        let current = match end {
            End::Itself => None,
            End::Newer(other) | End::ByHand(other) => Some(other),
        };
        let event = PagerDutyEvent {
            message_id: &id,
            event_action: Action::Resolve,
            dedup_key,
            text: &text,
            payload: Payload {
                summary: &headline,
                source: endpoint.as_str(),
                severity: *severity,
                timestamp: None,
                component: variant.as_str(),
                group: GROUP,
                class: check.first().map(String::as_str).unwrap_or_default(),
                custom_details: json!({
                    "kind": "resolved",
                    "monitor": self.kind.name(),
                    "model_version": version,
                    "current": current,
                    "violations_total": 0,
                    "violations": [],
                }),
            },
            links: Vec::new(),
        };
        let body = event.body();
        let attributes = attributes(self.kind, self.of, *severity, check.clone(), "Completed");
        let (dedup_key, subject) = (dedup_key.clone(), subject(&headline));
        Message { message_id: id, dedup_key, subject, text, body, attributes }
    }
}

/// The notice with the announcement behind what waits.
fn announced(
    held: Option<BaselineNotice>,
    below: &BelowFloor,
    claimant: &Claimant<'_>,
    now: Timestamp,
) -> BaselineNotice {
    let (messages, mut outbox) = held.map(|held| (held.messages, held.outbox)).unwrap_or_default();
    let message = message(below, messages);
    let open = OpenNotice {
        dedup_key: message.dedup_key.clone(),
        severity: message.attributes.severity,
        check: message.attributes.check.clone(),
        outlet: claimant.outlet.name().to_owned(),
    };
    outbox.push(claimant.queued(message, now));
    BaselineNotice {
        digest: below.digest.clone(),
        created_at: Some(below.created_at),
        open: Some(open),
        messages: messages + 1,
        outbox,
    }
}

/// The notification, after so many others of the same version.
pub fn message(below: &BelowFloor, messages: u64) -> Message {
    let BelowFloor { endpoint_name, target_variant, model_version, .. } = below;
    let dedup_key = dedup_key(below.kind, below.of());
    let id = message_id(&[&dedup_key, &below.digest, &messages.to_string()]);
    let headline = format!(
        "CRITICAL: baseline of model {model_version} is below the floor on {endpoint_name}/{target_variant}"
    );
    let current = below.current.as_ref().map_or_else(
        || "No baseline is in force: only the floor is judged.".to_owned(),
        |current| format!("The baseline of {current} stays in force."),
    );
    let metric = plain(&below.metric_name, 120);
    let object = plain(&below.object, 1_024);
    let description = description(&metric, below.value, &OPERATOR, below.limit);
    let text = format!(
        "{headline}\n\n{description}\n{} Its baseline was kept and not put in force. {current}\n\nBaseline   {object}\nMessage {id} of incident {dedup_key}.",
        below.meaning
    );
    let check = CheckType::from(OPERATOR);
    let event = PagerDutyEvent {
        message_id: &id,
        event_action: Action::Trigger,
        dedup_key: &dedup_key,
        text: &text,
        payload: Payload {
            summary: &headline,
            source: endpoint_name.as_str(),
            severity: Severity::Critical,
            timestamp: None,
            component: target_variant.as_str(),
            group: GROUP,
            class: check.as_str(),
            custom_details: json!({
                "kind": "announced",
                "monitor": below.kind.name(),
                "model_version": model_version,
                "current": below.current,
                "violations_total": 1,
                "violations": [{
                    "constraint_check_type": check,
                    "metric_name": metric,
                    "severity": Severity::Critical,
                    "description": description,
                    "value": below.value,
                    "limit": below.limit,
                }],
                "baseline": object,
            }),
        },
        links: Vec::new(),
    };
    let body = event.body();
    let check = vec![check.as_str().to_owned()];
    let attributes = attributes(below.kind, below.of(), Severity::Critical, check, "CompletedWithViolations");
    Message { message_id: id, dedup_key, subject: subject(&headline), text, body, attributes }
}

/// A version is an incident of its own for each kind of its baselines. That of the kind whose files lie in the version's own
/// folder is called as it was when there was no other.
fn dedup_key(kind: BaselineFolder, of: BaselineOf<'_>) -> String {
    let BaselineOf { endpoint, variant, version } = of;
    let shared = format!("{endpoint}/{variant}/baseline/{version}");
    if kind.has_its_own() { format!("{shared}/{}", kind.name()) } else { shared }
}

fn attributes(
    kind: BaselineFolder,
    of: BaselineOf<'_>,
    severity: Severity,
    check: Vec<String>,
    status: &str,
) -> Attributes {
    Attributes {
        severity,
        monitor: kind.name().to_owned(),
        endpoint: of.endpoint.to_string(),
        variant: of.variant.to_string(),
        schedule: GROUP.to_owned(),
        status: status.to_owned(),
        check,
        persists: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::message::{MOST_BYTES, size_bytes};
    use bellwether_contract::json::from_slice;

    fn below() -> BelowFloor {
        BelowFloor {
            kind: BaselineFolder::of_the_version("diversity"),
            endpoint_name: "recommender-prod".parse().unwrap(),
            target_variant: "AllTraffic".parse().unwrap(),
            model_version: "v8".parse().unwrap(),
            created_at: "2026-10-31T07:00:00Z".parse().unwrap(),
            metric_name: "top10_category_diversity_mean".to_owned(),
            value: 1.512,
            limit: 4.0,
            meaning: "The model recommends too uniformly on the validation set.",
            current: Some("v7".parse().unwrap()),
            object: "s3://ml/baselines/recommender-prod/AllTraffic/v8/diversity_baseline.json".to_owned(),
            digest: "d8".to_owned(),
        }
    }

    #[test]
    fn a_baseline_below_the_floor() {
        let mut below = below();
        let told = message(&below, 0);
        insta::assert_snapshot!("baseline_text", format!("{}\n\n{}", told.subject, told.text));
        insta::assert_snapshot!("baseline_json", serde_json::to_string_pretty(&told.body).unwrap());
        assert_eq!(told.dedup_key, "recommender-prod/AllTraffic/baseline/v8");
        assert_eq!(message(&below, 0), told);
        assert_ne!(message(&below, 1).message_id, told.message_id);
        below.current = None;
        below.endpoint_name = "e".repeat(63).parse().unwrap();
        below.target_variant = "v".repeat(63).parse().unwrap();
        below.model_version = "m".repeat(63).parse().unwrap();
        let told = message(&below, 0);
        assert!(told.subject.len() < 100 && size_bytes(&told) < MOST_BYTES);
        assert!(told.text.contains("No baseline is in force"), "{}", told.text);
    }

    /// What is told at the end of what `held` announced.
    fn end_of(held: &BaselineNotice, end: End<'_>) -> (Option<BaselineNotice>, Message) {
        let below = below();
        let (state, outlet) = (Store::Folder(".".into()), Outlet::Printed(|_| Ok(())));
        let notice = Notice { kind: below.kind, state: &state, outlet: &outlet, of: below.of() };
        let claimant = Claimant { object: "o".to_owned(), owner: "o", outlet: &outlet, pages: false };
        let next = notice.ended(held, end, &claimant, Timestamp::UNIX_EPOCH);
        let told = next.as_ref().and_then(|next| next.outbox.last()).unwrap().message.clone();
        (next, told)
    }

    #[test]
    fn whoever_heard_the_beginning_hears_the_end_once() {
        let below = below();
        let topic = Outlet::Printed(|_| Ok(()));
        let claimant = Claimant { object: "o".to_owned(), owner: "o", outlet: &topic, pages: false };
        let held = announced(None, &below, &claimant, Timestamp::UNIX_EPOCH);
        let begin = &held.outbox[0].message;
        let v9: ModelVersion = "v9".parse().unwrap();
        for (end, name) in
            [(End::Itself, "itself"), (End::Newer(&v9), "newer"), (End::ByHand(&v9), "by_hand")]
        {
            let (next, told) = end_of(&held, end);
            insta::assert_snapshot!(
                format!("baseline_resolved_{name}"),
                format!("{}\n\n{}\n\n{:#}", told.subject, told.text, told.body)
            );
            assert_eq!((&told.dedup_key, told.subject.len() < 100), (&begin.dedup_key, true));
            assert_ne!(told.message_id, begin.message_id);
            let (filtered, heard) = (&told.attributes, &begin.attributes);
            assert_eq!((filtered.severity, &filtered.check), (heard.severity, &heard.check));
            let next = next.unwrap();
            assert_eq!((next.open.clone(), next.digest.is_empty()), (None, end == End::Itself));
            let again = announced(Some(next), &below, &claimant, Timestamp::UNIX_EPOCH);
            assert_ne!(again.outbox[2].message.message_id, begin.message_id, "it fell below again");
        }
    }

    /// As it was written before notices had an end.
    #[test]
    fn an_older_notice_is_open_under_the_key_that_all_versions_shared() {
        let old: BaselineNotice = from_slice("notice", br#"{"digest": "d8"}"#).unwrap();
        let (next, told) = end_of(&old, End::Itself);
        assert_eq!(told.dedup_key, "recommender-prod/AllTraffic/baseline");
        assert_eq!(next.unwrap().messages, 1);
    }
}
