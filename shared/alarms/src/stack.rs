//! What a stack makes of a template: conditions, references and substitutions carried out for given parameters.
//!
//! It reads no file and knows no SAM. A function that it does not understand is an error and not a guess.

use super::AlarmError;
use super::metric::{MetricAlarm, Properties};
use super::rule::Rule;
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};
use std::collections::BTreeMap;

/// Properties that say whom an alarm tells and how it describes itself, not what it says.
const NOT_ITS_STATE: [&str; 7] = [
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "InsufficientDataActions",
    "OKActions",
    "Tags",
];

/// Pseudo parameters, where no parameter of that name is given.
const PSEUDO: [(&str, &str); 6] = [
    ("AWS::AccountId", "000000000000"),
    ("AWS::Partition", "aws"),
    ("AWS::Region", "us-east-1"),
    ("AWS::StackId", "arn:aws:cloudformation:us-east-1:000000000000:stack/bellwether/0"),
    ("AWS::StackName", "bellwether"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

/// What a section of the document names.
pub(super) fn entries<'d>(
    document: &'d Value,
    section: &str,
) -> impl Iterator<Item = (&'d String, &'d Value)> {
    document[section].as_object().into_iter().flatten()
}

/// A template with values for its parameters.
pub(super) struct Stack<'t> {
    document: &'t Value,
    parameters: BTreeMap<&'t str, Value>,
}

impl<'t> Stack<'t> {
    pub(super) fn new(document: &'t Value, given: &'t BTreeMap<String, String>) -> Result<Self, AlarmError> {
        let mut parameters: BTreeMap<&str, Value> =
            PSEUDO.iter().map(|(name, value)| (*name, json!(value))).collect();
        for (name, definition) in entries(document, "Parameters") {
            let value = match given.get(name) {
                Some(text) if definition["Type"] == "Number" => {
                    let number: Result<Number, _> = serde_json::from_str(text);
                    Value::Number(number.map_err(|_| AlarmError::at(name, format!("{text:?} is no number")))?)
                }
                Some(text) => json!(text),
                None => definition["Default"].clone(),
            };
            if !value.is_null() {
                parameters.insert(name, value);
            }
        }
        for (name, value) in given.iter().filter(|(name, _)| name.starts_with("AWS::")) {
            parameters.insert(name, json!(value));
        }
        Ok(Self { document, parameters })
    }

    pub(super) fn metric_alarm(&self, name: &str, resource: &Value) -> Result<MetricAlarm, AlarmError> {
        let properties = resource["Properties"].as_object().into_iter().flatten();
        let mut resolved = Map::new();
        for (property, value) in
            properties.filter(|(property, _)| !NOT_ITS_STATE.contains(&property.as_str()))
        {
            let value = self.resolve(value).map_err(|reason| AlarmError::at(name, reason))?;
            resolved.insert(property.clone(), value);
        }
        Properties::deserialize(Value::Object(resolved))
            .map_err(|error| error.to_string())
            .and_then(|properties| MetricAlarm::new(name, properties))
            .map_err(|reason| AlarmError::at(name, reason))
    }

    pub(super) fn rule(&self, name: &str, resource: &Value) -> Result<Rule, AlarmError> {
        let rule = self.text(&resource["Properties"]["AlarmRule"]).and_then(|text| Rule::parse(&text));
        rule.map_err(|reason| AlarmError::at(name, reason))
    }

    /// Whether a resource is made under its condition.
    pub(super) fn exists(&self, resource: &Value) -> Result<bool, AlarmError> {
        match resource["Condition"].as_str() {
            Some(name) => self.named_condition(name).map_err(|reason| AlarmError::at(name, reason)),
            None => Ok(true),
        }
    }

    /// What the assertions of a rule say that do not hold, where the rule is asked.
    pub(super) fn refusals(&self, rule: &Value) -> Result<Vec<String>, String> {
        let mut refusals = Vec::new();
        let is_asked = match &rule["RuleCondition"] {
            Value::Null => true,
            condition => self.condition(condition)?,
        };
        for assertion in rule["Assertions"].as_array().into_iter().flatten().filter(|_| is_asked) {
            if !self.condition(&assertion["Assert"])? {
                refusals.push(as_text(&assertion["AssertDescription"])?);
            }
        }
        Ok(refusals)
    }

    /// A value with every intrinsic function in it carried out. Values are finite trees, and so is this.
    pub(super) fn resolve(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(item)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::Array(items.into_iter().filter(|item| !item.is_null()).collect()))
            }
            Value::Object(entries) => match entries.iter().next() {
                Some((name, argument))
                    if entries.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) =>
                {
                    self.call(name, argument)
                }
                _ => {
                    let entry = |(key, value): (&String, &Value)| Ok((key.clone(), self.resolve(value)?));
                    entries.iter().map(entry).collect::<Result<Map<_, _>, String>>().map(Value::Object)
                }
            },
            other => Ok(other.clone()),
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value, String> {
        match (name, argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(resource), Value::String(attribute)] => self.attribute(resource, attribute),
                _ => Err(format!("Fn::GetAtt of {argument} is not understood")),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Value::Null),
            ("Fn::Sub", Value::Array(pair)) => match pair.as_slice() {
                [Value::String(text), variables] => self.substitute(text, variables),
                _ => Err(format!("Fn::Sub of {argument} is not understood")),
            },
            ("Fn::If", Value::Array(branches)) => match branches.as_slice() {
                [Value::String(condition), then, otherwise] => {
                    self.resolve(if self.named_condition(condition)? { then } else { otherwise })
                }
                _ => Err(format!("Fn::If of {argument} is not understood")),
            },
            ("Fn::Join", Value::Array(pair)) => match pair.as_slice() {
                [Value::String(between), parts] => self.join(between, parts),
                _ => Err(format!("Fn::Join of {argument} is not understood")),
            },
            ("Fn::Split", Value::Array(pair)) => match pair.as_slice() {
                [Value::String(between), text] => {
                    Ok(self.text(text)?.split(between.as_str()).map(|part| json!(part)).collect())
                }
                _ => Err(format!("Fn::Split of {argument} is not understood")),
            },
            ("Fn::Select", Value::Array(pair)) => match pair.as_slice() {
                [place, list] => self.select(place, list),
                _ => Err(format!("Fn::Select of {argument} is not understood")),
            },
            ("Fn::FindInMap", Value::Array(path)) => match path.as_slice() {
                [map, first, second] => self.find_in_map([map, first, second]),
                _ => Err(format!("Fn::FindInMap of {argument} is not understood")),
            },
            _ => Err(format!("{name} of {argument} is not understood")),
        }
    }

    /// The parts that there are, as one text.
    fn join(&self, between: &str, parts: &Value) -> Result<Value, String> {
        let parts = self.resolve(parts)?;
        let parts: Result<Vec<_>, _> = parts.as_array().into_iter().flatten().map(as_text).collect();
        Ok(Value::String(parts?.join(between)))
    }

    fn select(&self, place: &Value, list: &Value) -> Result<Value, String> {
        let (place, list) = (self.text(place)?, self.resolve(list)?);
        let found = place.parse().ok().and_then(|place: usize| list.get(place));
        found.cloned().ok_or_else(|| format!("Fn::Select: {list} has no place {place}"))
    }

    fn find_in_map(&self, path: [&Value; 3]) -> Result<Value, String> {
        let [map, first, second] = path.map(|name| self.text(name));
        let (map, first, second) = (map?, first?, second?);
        match &self.document["Mappings"][&map][&first][&second] {
            Value::Null => Err(format!("there is no mapping {map}.{first}.{second}")),
            value => Ok(value.clone()),
        }
    }

    /// A parameter's value, a topic's ARN, or a resource's logical id: what an alarm is called here.
    fn reference(&self, name: &str) -> Result<Value, String> {
        if name == "AWS::NoValue" {
            return Ok(Value::Null);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        match self.document["Resources"][name]["Type"].as_str() {
            Some("AWS::SNS::Topic") => return self.arn("sns", name),
            Some(_) => return Ok(json!(name)),
            None => {}
        }
        Err(match self.document["Parameters"][name].is_object() {
            true => format!("parameter {name} has no default: give it a value"),
            false => format!("{name} is neither a parameter nor a resource"),
        })
    }

    /// An alarm's ARN, which a rule may name it by; every other attribute is a name that only AWS gives, and stands
    /// for itself.
    fn attribute(&self, resource: &str, attribute: &str) -> Result<Value, String> {
        let kind = self.document["Resources"][resource]["Type"].as_str();
        match (kind, attribute) {
            (None, _) => Err(format!("{resource} is no resource")),
            (Some("AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm"), "Arn") => {
                self.arn("cloudwatch", &format!("alarm:{resource}"))
            }
            _ => Ok(json!(format!("{resource}.{attribute}"))),
        }
    }

    fn arn(&self, service: &str, name: &str) -> Result<Value, String> {
        let place = "${AWS::Region}:${AWS::AccountId}";
        self.substitute(&format!("arn:${{AWS::Partition}}:{service}:{place}:{name}"), &Value::Null)
    }

    /// `${Name}`, `${Resource.Attribute}` and `${!Literal}`.
    fn substitute(&self, text: &str, variables: &Value) -> Result<Value, String> {
        let mut parts = text.split("${");
        let mut resolved = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| format!("a brace is open in {text:?}"))?;
            match name.strip_prefix('!') {
                Some(literal) => resolved.push_str(&format!("${{{literal}}}")),
                None => resolved.push_str(&self.variable(name, variables)?),
            }
            resolved.push_str(rest);
        }
        Ok(Value::String(resolved))
    }

    fn variable(&self, name: &str, variables: &Value) -> Result<String, String> {
        match (variables.get(name), name.split_once('.')) {
            (Some(own), _) => self.text(own),
            (None, Some((resource, attribute))) => {
                self.attribute(resource, attribute).and_then(|value| as_text(&value))
            }
            (None, None) => self.reference(name).and_then(|value| as_text(&value)),
        }
    }

    fn text(&self, value: &Value) -> Result<String, String> {
        self.resolve(value).and_then(|value| as_text(&value))
    }

    fn named_condition(&self, name: &str) -> Result<bool, String> {
        match &self.document["Conditions"][name] {
            Value::Null => Err(format!("there is no condition {name}")),
            condition => self.condition(condition),
        }
    }

    fn condition(&self, condition: &Value) -> Result<bool, String> {
        let call = condition.as_object().and_then(|entries| entries.iter().next());
        let operands = |argument: &Value| argument.as_array().cloned().unwrap_or_default();
        match call {
            Some((name, Value::String(other))) if name == "Condition" => self.named_condition(other),
            Some((name, argument)) => match (name.as_str(), operands(argument).as_slice()) {
                ("Fn::Equals", [one, other]) => Ok(self.text(one)? == self.text(other)?),
                ("Fn::Not", [one]) => Ok(!self.condition(one)?),
                ("Fn::And", all) => {
                    all.iter().try_fold(true, |so_far, one| Ok(so_far && self.condition(one)?))
                }
                ("Fn::Or", any) => {
                    any.iter().try_fold(false, |so_far, one| Ok(so_far || self.condition(one)?))
                }
                _ => Err(format!("condition {condition} is not understood")),
            },
            None => Err(format!("condition {condition} is not understood")),
        }
    }
}

fn as_text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(format!("{other} is no text")),
    }
}
