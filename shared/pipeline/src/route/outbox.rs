//! A message on its way: claimed in the state, sent, marked as sent.
//!
//! It does not know what the message says or why. A claim is a compare-and-swap of the object that holds the outbox, so
//! of any number of claimants one sends. Who crashes between sending and marking leaves a claim that somebody takes
//! over when its lease is out: SNS offers no more, so that message may come twice, with the same `message_id`.

use crate::clients::Clients;
use crate::route::message::{attributes, sns_message};
use crate::settings::router::TopicArn;
use crate::{RunError, swap};
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish::PublishError;
use aws_sdk_sns::types::MessageAttributeValue;
use bellwether_contract::routing::{BaselineNotice, Message, Outbox, RoutingState};
use bellwether_storage::Store;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// Longer than a message takes to send, shorter than Lambda waits before it repeats an event (a minute).
pub const LEASE: SignedDuration = SignedDuration::from_secs(45);
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
    /// The caller, who gets every message in the answer and shows it.
    Caller,
}

impl Outlet {
    /// The topic where there is one, otherwise the caller.
    pub fn new(clients: Option<&Clients>, topic: Option<TopicArn>) -> Self {
        match (clients, topic) {
            (Some(clients), Some(topic)) => Self::Sns { client: clients.sns.clone(), topic },
            _ => Self::Caller,
        }
    }

    /// Sends a message, once.
    pub async fn send(&self, message: &Message) -> Result<(), RunError> {
        let Self::Sns { client, topic } = self else {
            return Ok(());
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

/// A stored object that holds an outbox.
pub(crate) trait HoldsOutbox: Serialize + DeserializeOwned {
    /// The outbox.
    fn outbox(&mut self) -> &mut Option<Outbox>;
}

impl HoldsOutbox for RoutingState {
    fn outbox(&mut self) -> &mut Option<Outbox> {
        &mut self.outbox
    }
}

impl HoldsOutbox for BaselineNotice {
    fn outbox(&mut self) -> &mut Option<Outbox> {
        &mut self.outbox
    }
}

/// One attempt's place among the others.
#[derive(Debug)]
pub(crate) struct Claimant<'c> {
    /// Where the object lies.
    pub(crate) state: &'c Store,
    /// Its key.
    pub(crate) key: &'c str,
    /// This attempt, and no other.
    pub(crate) owner: &'c str,
    /// Where messages go.
    pub(crate) outlet: &'c Outlet,
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
    /// Somebody else claimed it and is gone: take over.
    Abandoned,
}

impl Claimant<'_> {
    /// Whose turn it is.
    pub(crate) fn turn(&self, outbox: Option<&Outbox>, now: Timestamp) -> Turn {
        match outbox {
            None => Turn::Free,
            Some(outbox) if outbox.owner == self.owner => Turn::Ours,
            Some(outbox) if now < outbox.lease_until => Turn::Theirs,
            Some(_) => Turn::Abandoned,
        }
    }

    /// A claim on sending a message.
    pub(crate) fn claim(&self, message: Message, now: Timestamp) -> Option<Outbox> {
        Some(Outbox { message, owner: self.owner.to_owned(), lease_until: now + LEASE })
    }

    /// Sends what this attempt claimed and takes it out of the outbox. A message that could not be sent is left there
    /// for whoever comes next, without waiting for the lease.
    pub(crate) async fn deliver<T: HoldsOutbox>(
        &self,
        outbox: &Outbox,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let sent = self.outlet.send(&outbox.message).await;
        let left = sent.is_err().then(|| Outbox { owner: String::new(), lease_until: now, ..outbox.clone() });
        let marked = self.replace::<T>(left).await;
        sent.and(marked)
    }

    async fn replace<T: HoldsOutbox>(&self, left: Option<Outbox>) -> Result<(), RunError> {
        for round in 0..ROUNDS {
            let Some((mut held, version)) =
                swap::read::<T>(self.state, self.key, RoutingState::MAX_BYTES).await?
            else {
                return Ok(());
            };
            if held.outbox().as_ref().is_none_or(|outbox| outbox.owner != self.owner) {
                return Ok(());
            }
            *held.outbox() = left.clone();
            if swap::write(self.state, self.key, &held, Some(&version)).await? {
                return Ok(());
            }
            swap::pause(round).await;
        }
        Err(RunError::Contended { object: self.state.uri(self.key) })
    }
}

/// A name for one attempt: a repeated event may come with the id of its first delivery.
pub(crate) fn owner(request_id: &str) -> String {
    let id: String = request_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    format!("{id}-{:016x}", fastrand::u64(..))
}
