//! Alarm definitions, read out of the CloudFormation template itself.
//!
//! Of SAM it carries out `Globals` alone, and it checks no template: the linters do that. What a stack makes of it is computed
//! beside.

use super::stack::{Stack, entries};
use super::{AlarmError, Alarms};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The project's template, as it is deployed.
const EMBEDDED: &str = include_str!("../../../template.yaml");
/// The alarms of one endpoint, which are deployed beside it.
const OF_AN_ENDPOINT: &str = include_str!("../../../alarms.yaml");

/// A template as a JSON value, with every short tag (`!Ref x`) in its long form (`{"Ref": "x"}`).
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
}

impl Template {
    /// The project's own.
    pub fn embedded() -> Result<Self, AlarmError> {
        Self::parse(EMBEDDED)
    }

    /// The one of an endpoint's own alarms.
    pub fn of_an_endpoint() -> Result<Self, AlarmError> {
        Self::parse(OF_AN_ENDPOINT)
    }

    /// Any template in YAML.
    pub fn parse(text: &str) -> Result<Self, AlarmError> {
        let documents = Yaml::load_from_str(text)?;
        let document = documents.first().ok_or_else(|| AlarmError::at("template", "is empty"))?;
        let mut document = plain(document).map_err(|reason| AlarmError::at("template", reason))?;
        hand_down_globals(&mut document);
        Ok(Self { document })
    }

    /// The whole document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The alarms of a stack made with these parameters; the others have their defaults.
    pub fn alarms(&self, parameters: &BTreeMap<String, String>) -> Result<Alarms, AlarmError> {
        let stack = Stack::new(&self.document, parameters)?;
        let (mut metric, mut composite) = (Vec::new(), Vec::new());
        for (name, resource) in entries(&self.document, "Resources") {
            let kind = resource["Type"].as_str().unwrap_or_default();
            if !kind.starts_with("AWS::CloudWatch::") || !stack.exists(resource)? {
                continue;
            }
            match kind {
                "AWS::CloudWatch::Alarm" => metric.push(stack.metric_alarm(name, resource)?),
                "AWS::CloudWatch::CompositeAlarm" => {
                    composite.push((name.clone(), stack.rule(name, resource)?))
                }
                _ => {}
            }
        }
        let alarms = Alarms::new(metric, composite.clone());
        for (name, rule) in &composite {
            if let Some(unknown) = rule.names().into_iter().find(|asked| alarms.state(asked).is_none()) {
                return Err(AlarmError::at(name, format!("its rule asks {unknown}, which is no alarm here")));
            }
        }
        Ok(alarms)
    }

    /// A resource of a stack made with these parameters, its intrinsic functions carried out; `None` where its
    /// condition makes none.
    pub fn resource(
        &self,
        name: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Option<Value>, AlarmError> {
        let (stack, resource) = (Stack::new(&self.document, parameters)?, &self.document["Resources"][name]);
        let made = stack.exists(resource)?.then(|| stack.resolve(resource)).transpose();
        made.map_err(|reason| AlarmError::at(name, reason))
    }

    /// Why CloudFormation would refuse these parameters: what every rule whose condition holds, and whose assertion does
    /// not, says.
    pub fn refusals(&self, parameters: &BTreeMap<String, String>) -> Result<Vec<String>, AlarmError> {
        let stack = Stack::new(&self.document, parameters)?;
        let rules = entries(&self.document, "Rules");
        let of_rules: Result<Vec<_>, _> = rules
            .map(|(name, rule)| stack.refusals(rule).map_err(|reason| AlarmError::at(name, reason)))
            .collect();
        Ok(of_rules?.into_iter().flatten().collect())
    }
}

/// Gives every function what `Globals` says of all of them.
fn hand_down_globals(document: &mut Value) {
    let globals = document["Globals"]["Function"].clone();
    let resources = document["Resources"].as_object_mut().into_iter().flatten();
    for (_, function) in resources.filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function") {
        inherit(&mut function["Properties"], &globals);
    }
}

/// What stands in `own` stands over what is inherited, member by member.
fn inherit(own: &mut Value, inherited: &Value) {
    match (own, inherited) {
        (own @ Value::Null, inherited) => *own = inherited.clone(),
        (Value::Object(own), Value::Object(inherited)) => {
            for (name, value) in inherited {
                inherit(own.entry(name).or_insert(Value::Null), value);
            }
        }
        _ => {}
    }
}

/// YAML as JSON. Keys are strings.
fn plain(yaml: &Yaml<'_>) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => Value::Array(items.iter().map(plain).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml<'_>, &Yaml<'_>)| match plain(key)? {
                Value::String(key) => Ok((key, plain(value)?)),
                other => Err(format!("a key must be a string, not {other}")),
            };
            Value::Object(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
        Yaml::Tagged(tag, value) if tag.handle == "!" => long_form(&tag.suffix, plain(value)?),
        other => return Err(format!("{other:?} is not understood")),
    })
}

fn long_form(tag: &str, value: Value) -> Value {
    let (name, value) = match (tag, value) {
        ("Ref" | "Condition", value) => (tag.to_owned(), value),
        ("GetAtt", Value::String(path)) => {
            ("Fn::GetAtt".to_owned(), json!(path.split('.').collect::<Vec<_>>()))
        }
        (_, value) => (format!("Fn::{tag}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}
