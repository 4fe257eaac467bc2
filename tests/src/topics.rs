//! SNS as far as a message is published: topics by their names, and the rules of a message.
//!
//! It delivers nothing, and knows no subscription.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::answer::Answer;
use crate::http::{fork, lock};
use crate::operation::Call;
use crate::recorded::Publish;
use crate::services::ACCOUNT;

/// Most bytes of a message.
const LARGEST: usize = 262_144;
/// Most characters of a subject.
const LONGEST_SUBJECT: usize = 100;
/// Most characters of a topic's name.
const LONGEST_NAME: usize = 256;

#[derive(Default)]
pub(crate) struct Topics {
    /// Their ARNs.
    arns: Mutex<BTreeSet<String>>,
    pub(crate) published: Mutex<Vec<Publish>>,
}

impl Topics {
    /// The same topics apart.
    pub(crate) fn fork(&self) -> Self {
        Self { arns: fork(&self.arns), published: fork(&self.published) }
    }

    pub(crate) fn answer(&self, call: &Call, body: &[u8]) -> Answer {
        let form: BTreeMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
        match call.operation.as_str() {
            "sns:CreateTopic" => self.create(&call.region, form.get("Name").map_or("", String::as_str)),
            "sns:ListTopics" => {
                let member = |arn: &String| format!("<member><TopicArn>{arn}</TopicArn></member>");
                let members: String = lock(&self.arns).iter().map(member).collect();
                answered("ListTopics", &format!("<Topics>{members}</Topics>"))
            }
            "sns:Publish" => self.publish(Publish::from_form(&form)),
            other => refused(501, "InvalidAction", &format!("the embedded AWS has no {other}")),
        }
    }

    /// The same name is the same topic.
    fn create(&self, region: &str, name: &str) -> Answer {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_legal) {
            return refused(400, "InvalidParameter", "Invalid parameter: Topic Name");
        }
        let arn = format!("arn:aws:sns:{region}:{ACCOUNT}:{name}");
        lock(&self.arns).insert(arn.clone());
        answered("CreateTopic", &format!("<TopicArn>{arn}</TopicArn>"))
    }

    fn publish(&self, publish: Option<Publish>) -> Answer {
        let Some(publish) = publish.filter(|publish| (1..=LARGEST).contains(&publish.message.len())) else {
            return refused(400, "InvalidParameter", "Invalid parameter: Message");
        };
        let is_legal = |subject: &str| {
            (1..=LONGEST_SUBJECT).contains(&subject.chars().count()) && !subject.chars().any(char::is_control)
        };
        if publish.subject.as_deref().is_some_and(|subject| !is_legal(subject)) {
            return refused(400, "InvalidParameter", "Invalid parameter: Subject");
        }
        if !lock(&self.arns).contains(&publish.topic_arn) {
            return refused(404, "NotFound", "Topic does not exist");
        }
        let mut published = lock(&self.published);
        published.push(publish);
        answered(
            "Publish",
            &format!("<MessageId>00000000-0000-0000-0000-{:012}</MessageId>", published.len()),
        )
    }
}

/// A result in the query protocol's XML.
fn answered(operation: &str, result: &str) -> Answer {
    let body = format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>0000000000000000</RequestId></ResponseMetadata></{operation}Response>"
    );
    Answer::new(200, "text/xml", body)
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>0000000000000000</RequestId></ErrorResponse>"
    );
    Answer::new(status, "text/xml", body)
}
