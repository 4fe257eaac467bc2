//! A message on its way: claimed in the state, sent, marked as sent.
//!
//! It does not know what the message says or why. A claim is a compare-and-swap of the object that holds the outbox, so
//! of any number of claimants one sends. Who crashes between sending and marking leaves a claim that somebody takes
//! over when its lease is out: SNS offers no more, so that message may come twice, with the same `message_id`.

use crate::RunError;
use crate::clients::Clients;
use crate::clock::SKEW;
use crate::route::message::{attributes, sns_message};
use crate::settings::router::TopicArn;
use crate::swap::{self, Held};
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use bellwether_contract::routing::{BaselineNotice, Message, Outbox, RoutingState};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// Longer than a message takes to send, shorter than Lambda waits before it repeats an event (a minute).
pub const LEASE: SignedDuration = SignedDuration::from_secs(45);
/// After so long a message that waits for a topic goes to another, where its own is not asked for any more.
const ORPHANED: SignedDuration = SignedDuration::from_hours(24);
/// Rounds of marking; each is lost only to somebody who changed the same object meanwhile.
const ROUNDS: u32 = 20;

/// Where messages go.
#[derive(Debug, Clone)]
pub enum Outlet {
    /// A topic.
    Sns {
        /// A client.
        client: aws_sdk_sns::Client,
        /// The topic.
        topic: TopicArn,
    },
    /// Somebody who prints every message, and says whether that could be done.
    Printed(fn(&Message) -> std::io::Result<()>),
}

impl Outlet {
    /// The topic where there is one; otherwise the caller, who gets every message in the answer.
    pub fn new(clients: Option<&Clients>, topic: Option<TopicArn>) -> Self {
        match (clients, topic) {
            (Some(clients), Some(topic)) => Self::Sns { client: clients.sns.clone(), topic },
            _ => Self::Printed(|_| Ok(())),
        }
    }

    /// What a waiting message calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Sns { topic, .. } => topic.as_str(),
            Self::Printed(_) => Outbox::PRINTED,
        }
    }

    /// Whether a waiting message is for this outlet. What waits for a topic is never printed; another topic takes it over
    /// after a day, when its own is not asked for any more.
    fn is_of(&self, outbox: &Outbox, now: Timestamp) -> bool {
        let was_for_a_topic = outbox.outlet != Outbox::PRINTED;
        let is_orphaned = now.duration_since(outbox.queued_at) >= ORPHANED;
        outbox.outlet == self.name() || matches!(self, Self::Sns { .. }) && was_for_a_topic && is_orphaned
    }

    /// Sends a message, once.
    pub async fn send(&self, message: &Message) -> Result<(), RunError> {
        let (client, topic) = match self {
            Self::Sns { client, topic } => (client, topic),
            Self::Printed(print) => return print(message).map_err(|source| RunError::NotPrinted { source }),
        };
        let mut publish = client
            .publish()
            .topic_arn(topic.as_str())
            .subject(&message.subject)
            .message(sns_message(message))
            .message_structure("json");
        for (name, kind, value) in attributes(&message.attributes) {
            let value = MessageAttributeValue::builder().data_type(kind).string_value(value).build();
            publish = publish.message_attributes(name, value.map_err(|error| unavailable(topic, error))?);
        }
        publish.send().await.map(|_| ()).map_err(|error| refusal(topic, error))
    }
}

fn unavailable(topic: &TopicArn, source: impl std::error::Error + Send + Sync + 'static) -> RunError {
    RunError::NotificationUnavailable { topic: topic.to_string(), source: Box::new(source) }
}

fn refusal(topic: &TopicArn, error: SdkError<PublishError>) -> RunError {
    let (name, code) = (topic.to_string(), error.code().unwrap_or_default().to_owned());
    let is_forbidden = error.raw_response().is_some_and(|response| response.status().as_u16() == 403);
    let source = Box::new(error.into_service_error());
    match code.as_str() {
        "NotFound" | "NotFoundException" => RunError::TopicNotFound { topic: name, source },
        code if code.starts_with("KMSThrottling") => {
            RunError::NotificationUnavailable { topic: name, source }
        }
        code if is_forbidden || code.starts_with("KMS") => RunError::TopicRefused { topic: name, source },
        _ => RunError::NotificationUnavailable { topic: name, source },
    }
}

/// A stored object that holds messages on their way.
pub(crate) trait HoldsOutbox: Clone + Serialize + DeserializeOwned {
    /// What waits, oldest first.
    fn outbox(&mut self) -> &mut Vec<Outbox>;

    /// Puts `left` in the place of what was claimed, or nothing; whether that claim was still there.
    fn settle(&mut self, claimed: &Outbox, left: Option<Outbox>) -> bool {
        let outbox = self.outbox();
        let place = outbox.iter().position(|held| is_same_claim(held, claimed));
        place.map(|place| outbox.splice(place..=place, left)).is_some()
    }
}

fn is_same_claim(held: &Outbox, claimed: &Outbox) -> bool {
    held.owner == claimed.owner && held.message.message_id == claimed.message.message_id
}

impl HoldsOutbox for RoutingState {
    fn outbox(&mut self) -> &mut Vec<Outbox> {
        &mut self.outbox
    }
}

impl HoldsOutbox for BaselineNotice {
    fn outbox(&mut self) -> &mut Vec<Outbox> {
        &mut self.outbox
    }
}

/// One attempt's place among the others.
#[derive(Debug)]
pub(crate) struct Claimant<'c> {
    /// URI of the object.
    pub(crate) object: String,
    /// This attempt, and no other.
    pub(crate) owner: &'c str,
    /// Where messages go.
    pub(crate) outlet: &'c Outlet,
    /// Whether it takes the pages, and not the other messages: one topic may be both outlets.
    pub(crate) pages: bool,
}

/// What a claimant may do about an outbox.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing is in it.
    Free,
    /// This attempt claimed it: send.
    Ours,
    /// Somebody else is sending.
    Theirs,
    /// Nobody is sending it: take it on.
    Abandoned,
}

impl Claimant<'_> {
    /// Whose turn it is. A lease that ends later than any that is given now was given by a clock that is wrong.
    pub(crate) fn turn(&self, outbox: Option<&Outbox>, now: Timestamp) -> Turn {
        match outbox {
            None => Turn::Free,
            Some(outbox) if outbox.owner == self.owner => Turn::Ours,
            // It could not be sent, and was left for whoever comes next: by that one's clock the lease may not be out.
            Some(outbox) if outbox.owner.is_empty() => Turn::Abandoned,
            Some(outbox) if now < outbox.lease_until && outbox.lease_until <= now + LEASE + SKEW => {
                Turn::Theirs
            }
            Some(_) => Turn::Abandoned,
        }
    }

    /// The place of the oldest message that waits for this outlet.
    pub(crate) fn first(&self, waiting: &[Outbox], now: Timestamp) -> Option<usize> {
        let is_ours = |outbox: &Outbox| {
            outbox.message.attributes.persists == self.pages && self.outlet.is_of(outbox, now)
        };
        waiting.iter().position(is_ours)
    }

    /// A message that nobody sends yet.
    pub(crate) fn queued(&self, message: Message, now: Timestamp) -> Outbox {
        let outlet = self.outlet.name().to_owned();
        Outbox { message, owner: String::new(), lease_until: now, outlet, queued_at: now }
    }

    /// Claims the oldest message that waits for this outlet, if nobody sends it.
    pub(crate) fn claim_first(&self, waiting: &mut [Outbox], now: Timestamp) {
        let first = self.first(waiting, now).and_then(|place| waiting.get_mut(place));
        if let Some(first) = first
            && self.turn(Some(first), now) == Turn::Abandoned
        {
            self.owner.clone_into(&mut first.owner);
            first.lease_until = now + LEASE;
        }
    }

    /// Sends what this attempt claimed and takes it out of the outbox. A message that could not be sent is left there
    /// for whoever comes next, without waiting for the lease.
    pub(crate) async fn deliver<T: HoldsOutbox>(
        &self,
        object: &mut Held<'_, T>,
        claimed: &Outbox,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let sent = self.outlet.send(&claimed.message).await;
        let left =
            sent.is_err().then(|| Outbox { owner: String::new(), lease_until: now, ..claimed.clone() });
        let marked = self.replace(object, claimed, left).await;
        sent.and(marked)
    }

    async fn replace<T: HoldsOutbox>(
        &self,
        object: &mut Held<'_, T>,
        claimed: &Outbox,
        left: Option<Outbox>,
    ) -> Result<(), RunError> {
        for round in 0..ROUNDS {
            let Some(held) = object.look().await? else { return Ok(()) };
            let mut next = held.clone();
            if !next.settle(claimed, left.clone()) || object.put(next).await? {
                return Ok(());
            }
            swap::pause(round).await;
        }
        Err(RunError::Contended { object: self.object.clone() })
    }
}

/// A name for one attempt: a repeated event may come with the id of its first delivery.
pub(crate) fn owner(request_id: &str) -> String {
    let id: String = request_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    format!("{id}-{:016x}", fastrand::u64(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::json::from_slice;

    /// A lease is over when it ends, and one that ends later than any that is given now is nobody's.
    #[test]
    fn a_message_is_somebodys_while_the_lease_lasts() {
        let outbox = |owner: &str, lease_until: Timestamp| {
            let text = serde_json::json!({"owner": owner, "lease_until": lease_until, "message": {
                "message_id": "m", "dedup_key": "d", "subject": "s", "text": "t", "body": {}, "attributes": {
                    "severity": "warning", "monitor": "m", "endpoint": "e", "variant": "v", "schedule": "s",
                    "status": "Completed", "check": ["c"]}}});
            from_slice::<Outbox>("outbox", text.to_string().as_bytes()).expect("an outbox")
        };
        let outlet = Outlet::Printed(|_| Ok(()));
        let claimant = Claimant { object: String::new(), owner: "us", outlet: &outlet, pages: false };
        let (now, moment) = (Timestamp::UNIX_EPOCH, SignedDuration::from_millis(1));
        assert_eq!(claimant.turn(None, now), Turn::Free);
        for (owner, lease_until, expected) in [
            ("us", now - LEASE, Turn::Ours),
            ("they", now + moment, Turn::Theirs),
            ("they", now, Turn::Abandoned),
            ("they", now - moment, Turn::Abandoned),
            ("they", now + LEASE + SKEW, Turn::Theirs),
            ("they", now + LEASE + SKEW + moment, Turn::Abandoned),
            ("", now + LEASE, Turn::Abandoned),
        ] {
            assert_eq!(
                claimant.turn(Some(&outbox(owner, lease_until)), now),
                expected,
                "{owner} {lease_until}"
            );
        }
    }
}
