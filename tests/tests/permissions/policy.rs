//! What a role lets somebody do: IAM's rules, as far as this project's roles use them.
//!
//! It knows `Allow`, `Deny`, `*` and `?` in resources, and the condition operators below. Anything else stops the test
//! instead of being taken for harmless.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One thing that somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) resource: String,
    /// Condition keys that come with it.
    pub(crate) context: BTreeMap<String, String>,
}

impl Request {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Self {
        Self { action: action.to_owned(), resource: resource.into(), context: BTreeMap::new() }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }

    /// The same of something else: wherever `value` stands, another text does.
    pub(crate) fn about_another(&self, value: &str) -> Self {
        let other = |text: &String| text.replace(value, "something-else");
        let context = self.context.iter().map(|(key, text)| (key.clone(), other(text))).collect();
        Self { action: self.action.clone(), resource: other(&self.resource), context }
    }
}

/// One action on one resource under one value of each condition: the smallest thing that a statement can grant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    pub(crate) sid: String,
    pub(crate) action: String,
    pub(crate) resource: String,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Condition {
    operator: String,
    key: String,
    value: String,
}

/// What a role grants and what it denies.
#[derive(Debug)]
pub(crate) struct Policy {
    /// In its own name.
    pub(crate) own: BTreeSet<Grant>,
    /// Through policies that other roles have too, by their logical ids.
    pub(crate) shared: BTreeMap<String, BTreeSet<Grant>>,
    denials: BTreeSet<Grant>,
}

impl Policy {
    /// Of a role whose intrinsic functions are carried out, and of the managed policies that it names.
    pub(crate) fn of(role: &Value, managed: impl Fn(&str) -> Value) -> Self {
        let own = role["Properties"]["Policies"].as_array().into_iter().flatten();
        let own: Vec<Value> = own.map(|policy| policy["PolicyDocument"]["Statement"].clone()).collect();
        let ids = role["Properties"]["ManagedPolicyArns"].as_array().into_iter().flatten();
        let shared: Vec<(String, Value)> = ids
            .map(|id| id.as_str().expect("a policy of the stack").to_owned())
            .map(|id| (id.clone(), managed(&id)["Properties"]["PolicyDocument"]["Statement"].clone()))
            .collect();
        let denials = own.iter().chain(shared.iter().map(|(_, statements)| statements));
        let policy = Self {
            denials: denials.flat_map(|statements| with_effect("Deny", statements)).collect(),
            own: own.iter().flat_map(|statements| with_effect("Allow", statements)).collect(),
            shared: shared
                .into_iter()
                .map(|(id, statements)| (id, with_effect("Allow", &statements)))
                .collect(),
        };
        assert!(policy.grants().next().is_some(), "the role grants nothing: {role}");
        policy
    }

    pub(crate) fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.own.iter().chain(self.shared.values().flatten())
    }

    pub(crate) fn allows(&self, request: &Request) -> bool {
        let covers = |grant: &Grant| grant.covers(request);
        self.grants().any(covers) && !self.denials.iter().any(covers)
    }
}

fn with_effect(effect: &str, statements: &Value) -> BTreeSet<Grant> {
    one_or_many(statements).filter(|statement| statement["Effect"] == effect).flat_map(grants).collect()
}

impl Grant {
    pub(crate) fn covers(&self, request: &Request) -> bool {
        self.action == request.action
            && is_like(&self.resource, &request.resource)
            && self.conditions.iter().all(|condition| condition.holds(request))
    }
}

impl Condition {
    fn holds(&self, request: &Request) -> bool {
        let given = request.context.get(&self.key);
        match self.operator.as_str() {
            "StringEquals" => given == Some(&self.value),
            "StringLike" => given.is_some_and(|given| is_like(&self.value, given)),
            "StringLikeIfExists" => given.is_none_or(|given| is_like(&self.value, given)),
            other => panic!("the test does not know {other}"),
        }
    }
}

fn grants(statement: &Value) -> Vec<Grant> {
    let sid = statement["Sid"].as_str().unwrap_or("without a name").to_owned();
    let texts = |value| one_or_many(value).map(|text| text.as_str().expect("a text").to_owned());
    let mut grants = Vec::new();
    for action in texts(&statement["Action"]) {
        assert!(!action.contains('*'), "{sid}: {action} is more than one action");
        for resource in texts(&statement["Resource"]) {
            let (sid, action) = (sid.clone(), action.clone());
            grants.push(Grant { sid, action, resource, conditions: Vec::new() });
        }
    }
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().expect("condition keys") {
            let condition = |value| Condition { operator: operator.clone(), key: key.clone(), value };
            let under = |grant: &Grant, value| {
                let mut grant = grant.clone();
                grant.conditions.push(condition(value));
                grant
            };
            grants = texts(values)
                .flat_map(|value| grants.iter().map(move |grant| under(grant, value.clone())))
                .collect();
        }
    }
    grants
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// `*` is any text, the empty one and slashes included; `?` is any one character.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_at_checked(1) {
        None => text.is_empty(),
        Some(("*", rest)) => {
            (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| is_like(rest, text)))
        }
        Some(("?", rest)) => {
            let mut characters = text.chars();
            characters.next().is_some() && is_like(rest, characters.as_str())
        }
        Some((first, rest)) => text.strip_prefix(first).is_some_and(|text| is_like(rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What it may list is shared.
    fn policy() -> Policy {
        let role = json!({"Properties": {"ManagedPolicyArns": ["Listing"], "Policies": [{"PolicyDocument": {"Statement": [
            {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/x/*", "arn:aws:s3:::b/y"]},
            {"Sid": "Never", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/x/z*"},
        ]}}]}});
        let listing = json!({"Properties": {"PolicyDocument": {"Statement":
            {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b",
             "Condition": {"StringLikeIfExists": {"s3:prefix": ["x/*", "y"]}}},
        }}});
        Policy::of(&role, |id| (id == "Listing").then(|| listing.clone()).expect("the only one"))
    }

    #[test]
    fn a_statement_is_as_many_grants_as_it_has_actions_resources_and_values() {
        assert_eq!((policy().own.len(), policy().shared["Listing"].len()), (4, 2));
    }

    #[test]
    fn what_is_granted_and_not_denied_is_allowed() {
        let list = |prefix: &str| Request::new("s3:ListBucket", "arn:aws:s3:::b").with("s3:prefix", prefix);
        for (request, allowed) in [
            (Request::new("s3:GetObject", "arn:aws:s3:::b/x/1/2"), true),
            (Request::new("s3:GetObject", "arn:aws:s3:::b/x"), false),
            (Request::new("s3:GetObject", "arn:aws:s3:::b/y"), true),
            (Request::new("s3:GetObject", "arn:aws:s3:::b/yy"), false),
            (Request::new("s3:PutObject", "arn:aws:s3:::b/x/1"), true),
            (Request::new("s3:PutObject", "arn:aws:s3:::b/x/z1"), false),
            (Request::new("s3:DeleteObject", "arn:aws:s3:::b/x/1"), false),
            (Request::new("s3:ListBucket", "arn:aws:s3:::b"), true),
            (list("x/1"), true),
            (list("y"), true),
            (list(""), false),
            (list("z"), false),
        ] {
            assert_eq!(policy().allows(&request), allowed, "{request:?}");
        }
        assert!(is_like("a?c*", "abc") && !is_like("a?c", "ac") && is_like("*", ""));
    }
}
