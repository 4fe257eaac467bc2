//! A stack as the template would make it: the environment and the role of each function.
//!
//! It reads `template.yaml`, or what SAM makes of it where `.ci/lint-template` says where that is.

use super::policy::Policy;
use bellwether_alarms::template::Template;
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Names the file that SAM's translation of the template lies in.
const EXPANDED: &str = "BELLWETHER_EXPANDED_TEMPLATE";

/// What stands in a mapping of the template, where people edit it, and not among its parameters.
pub(crate) const EXPLAINED: &str = "ExplainedEndpointArns";

/// The template as somebody edited it who has such endpoints.
fn edited(text: &str, parameters: &[(&str, &str)]) -> String {
    let Some((_, arns)) = parameters.iter().find(|(name, _)| *name == EXPLAINED) else {
        return text.to_owned();
    };
    // In one line, as people write it, or in two, as SAM does.
    let empty = r#"(?<place>"?Explained"?:\s*\{?\s*"?EndpointArns"?: *)(""|'')"#;
    let empty = Regex::new(empty).expect("a pattern");
    assert!(empty.is_match(text), "the template has no place for endpoints that explain");
    empty.replace(text, format!("${{place}}\"{arns}\"")).into_owned()
}

fn of(parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
    parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A template and values for its parameters.
#[derive(Debug)]
pub(crate) struct Stack {
    template: Template,
    parameters: BTreeMap<String, String>,
}

impl Stack {
    pub(crate) fn new(parameters: &[(&str, &str)]) -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let path = std::env::var_os(EXPANDED).map_or(own, Into::into);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self {
            template: Template::parse(&edited(&text, parameters)).expect("a template"),
            parameters: of(parameters),
        }
    }

    /// The value that was given, or the default; an empty one counts as none.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let default = || self.template.document()["Parameters"][name]["Default"].as_str();
        self.parameters.get(name).map(String::as_str).or_else(default).filter(|value| !value.is_empty())
    }

    /// Names and values of what is this stack's own, parameters and namespaces: all that a request could hold.
    pub(crate) fn own_values(&self) -> Vec<(String, String)> {
        let given = self.parameters.keys().map(String::as_str);
        let names = given.chain(["InputsPrefix", "ReportsPrefix"]).collect::<BTreeSet<_>>();
        let parameters =
            names.into_iter().filter_map(|name| Some((name.to_owned(), self.parameter(name)?.to_owned())));
        let namespaces = self.template.document()["Mappings"]["Rarely"]["Namespaces"].as_object();
        let text =
            |(name, value): (&String, &Value)| (name.clone(), value.as_str().expect("a text").to_owned());
        parameters.chain(namespaces.expect("namespaces").iter().map(text)).collect()
    }

    pub(crate) fn resource(&self, name: &str) -> Option<Value> {
        let made = self.template.resource(name, &self.parameters);
        made.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What a role of the stack may do.
    pub(crate) fn policy(&self, role: &str) -> Policy {
        let managed = |id: &str| self.resource(id).unwrap_or_else(|| panic!("{role}: no policy {id}"));
        Policy::of(&self.resource(role).expect("a role"), managed)
    }

    /// Logical ids of the resources of these types that this stack makes.
    pub(crate) fn ids(&self, types: &[&str]) -> Vec<String> {
        let resources = self.template.document()["Resources"].as_object().expect("resources");
        let of_type =
            resources.iter().filter(|(_, resource)| types.iter().any(|kind| resource["Type"] == *kind));
        of_type.map(|(id, _)| id.clone()).filter(|id| self.resource(id).is_some()).collect()
    }

    /// The functions by their folders.
    pub(crate) fn functions(&self) -> BTreeMap<String, Function> {
        let ids = self.ids(&["AWS::Serverless::Function", "AWS::Lambda::Function"]);
        let function = |id: String| {
            let resource = self.resource(&id).expect("a function");
            let folder =
                resource["Metadata"]["BuildProperties"]["Binary"].as_str().expect("a binary").to_owned();
            (folder, Function { id, resource })
        };
        ids.into_iter().map(function).collect()
    }
}

/// A function of a stack.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) id: String,
    resource: Value,
}

impl Function {
    /// Logical id of its role.
    pub(crate) fn role(&self) -> String {
        let role = self.resource["Properties"]["Role"].as_str().expect("a role of its own");
        role.strip_suffix(".Arn").expect("a role of this stack").to_owned()
    }

    pub(crate) fn policy(&self, stack: &Stack) -> Policy {
        stack.policy(&self.role())
    }

    pub(crate) fn log_group(&self) -> &str {
        self.resource["Properties"]["LoggingConfig"]["LogGroup"].as_str().expect("a log group of its own")
    }

    /// What the function finds in its environment.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let variables = self.resource["Properties"]["Environment"]["Variables"].as_object();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let set = variables.into_iter().flatten().filter(|(_, value)| !value.is_null());
        set.map(|(name, value)| (name.clone(), text(value))).collect()
    }
}
