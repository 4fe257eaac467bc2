//! The document of a stack: which monitors there are, each an entry of settings, in YAML or JSON.
//!
//! ```yaml
//! version: 1
//! defaults:
//!   capture_uri: s3://my-bucket/datacapture
//! monitors:
//!   - name: churn-quality
//!     monitor: NAME
//!     endpoint_name: churn-prod
//!     variant_name: AllTraffic
//! ```
//!
//! `name` is the monitoring schedule's name and `monitor` a name (`NAME` above) of [`crate::monitors::TABLE`]; every other key is a setting's
//! name in small letters, so that a setting is declared once for a function, a flag and a document. An entry is broken by
//! itself: the others are judged. It opens nothing; who holds the document has read it.

mod entry;
mod of;
mod schema;
mod tree;

pub use entry::{DocumentEntry, Every, Given};
pub use schema::schema;

use crate::monitors::TABLE;
use crate::settings::Variable;
use bellwether_contract::misspelt::{NEAR, meant};
use std::collections::BTreeMap;
use std::fmt;
use tree::{Member, Node, Value};

/// Largest document.
pub const MAX_BYTES: u64 = 1024 * 1024;
/// Most monitors in one.
pub const MAX_MONITORS: usize = 500;
/// What is said of the stack, and not of a monitor.
pub const OF_THE_STACK: [&str; 6] =
    ["REPORTS_URI", "STATE_URI", "METRICS_NAMESPACE", "STACK_NAME", "STACK_METRICS_NAMESPACE", "RUNBOOK_URL"];

/// Stands for the place of reports that only a stack knows, where a document is looked at and not run.
pub const OF_SOME_STACK: &str = "s3://reports-of-the-stack/reports";

/// A lookup of settings by the names of their variables.
pub type Lookup<'l> = &'l (dyn Fn(&str) -> Option<String> + Sync);

/// Whose document it is, and so who says what is said [`OF_THE_STACK`].
#[expect(missing_debug_implementations, reason = "a lookup is a function")]
#[derive(Clone, Copy)]
pub enum Holder<'l> {
    /// A stack, and no document: what the stack runs by cannot be moved by whoever may write the document.
    Stack(Lookup<'l>),
    /// A command: what it is told stands over the document.
    Command(Lookup<'l>),
    /// Somebody who looks whether the document can be used: it may say it or leave it to a stack.
    Onlooker,
}

impl Holder<'_> {
    /// The value of a setting that is the stack's, where `said` is the document's.
    fn of_the_stack(self, name: &str, said: bool) -> Option<String> {
        match self {
            Self::Stack(lookup) | Self::Command(lookup) => lookup(name),
            Self::Onlooker => (name == "REPORTS_URI" && !said).then(|| OF_SOME_STACK.to_owned()),
        }
    }
}

/// Something in a document that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, counted from 1.
    pub line: usize,
    /// One sentence.
    pub text: String,
}

impl Mistake {
    fn at(line: usize, text: impl Into<String>) -> Self {
        Self { line: line.max(1), text: text.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.text)
    }
}

/// Mistakes of a document, by line.
#[derive(Debug, thiserror::Error)]
#[error(
    "{object}: {}; correct it and try `bellwether monitors check`",
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
)]
pub struct DocumentError {
    /// What the document is called.
    pub object: String,
    /// At least one.
    pub mistakes: Vec<Mistake>,
}

/// A document that can be read as a whole. Single entries may be broken.
#[derive(Debug, Clone)]
pub struct Document {
    object: String,
    entries: Vec<ReadEntry>,
}

/// An entry, or what is wrong with it.
#[derive(Debug, Clone)]
pub struct ReadEntry {
    /// What it is called: its name, or its place where it has none.
    pub name: String,
    /// The line where it begins.
    pub line: usize,
    /// What it says.
    pub read: Result<DocumentEntry, Vec<Mistake>>,
}

impl Document {
    /// Reads a document. `object` is what it is called in errors.
    ///
    /// # Errors
    /// All mistakes outside the entries, together with those inside: nobody can say what such a document means.
    pub fn read(object: &str, bytes: &[u8], holder: Holder<'_>) -> Result<Self, DocumentError> {
        let refused = |mistakes| DocumentError { object: object.to_owned(), mistakes };
        let root = root(bytes).map_err(|mistake| refused(vec![mistake]))?;
        let mut mistakes = Vec::new();
        let parts = Parts::of(&root, &mut mistakes);
        let defaults = defaults(parts.defaults, holder, &mut mistakes);
        let entries = match parts.monitors.map(|member| (&member.node.value, member.line)) {
            Some((Value::List(items), _)) if items.len() <= MAX_MONITORS => {
                entry::all(items, &defaults, holder)
            }
            Some((Value::List(items), line)) => {
                let many =
                    format!("monitors: {} entries, and a document holds at most {MAX_MONITORS}", items.len());
                mistakes.push(Mistake::at(line, many));
                Vec::new()
            }
            Some((_, line)) => {
                mistakes.push(Mistake::at(line, "monitors: is no list; begin each entry with \"- name:\""));
                Vec::new()
            }
            None => Vec::new(),
        };
        let document = Self { object: object.to_owned(), entries };
        if mistakes.is_empty() {
            return Ok(document);
        }
        mistakes.extend(document.mistakes());
        mistakes.sort_unstable();
        Err(refused(mistakes))
    }

    /// What the document is called.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Every entry, in the document's order.
    pub fn entries(&self) -> &[ReadEntry] {
        &self.entries
    }

    /// What is wrong with the entries, by line.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let broken = self.entries.iter().filter_map(|named| named.read.as_ref().err());
        let mut mistakes: Vec<Mistake> = broken.flatten().cloned().collect();
        mistakes.sort_unstable();
        mistakes
    }

    /// An error where an entry is broken.
    ///
    /// # Errors
    /// All mistakes, together.
    pub fn whole(&self) -> Result<(), DocumentError> {
        match self.mistakes() {
            mistakes if mistakes.is_empty() => Ok(()),
            mistakes => Err(DocumentError { object: self.object.clone(), mistakes }),
        }
    }

    /// The entry of this name.
    ///
    /// # Errors
    /// There is none, or it is broken.
    pub fn entry(&self, name: &str) -> Result<&DocumentEntry, DocumentError> {
        let refused = |mistakes| DocumentError { object: self.object.clone(), mistakes };
        let Some(named) = self.entries.iter().find(|named| named.name == name) else {
            let near = meant(name, self.entries.iter().map(|named| named.name.as_str()), NEAR);
            let hint = near.map_or_else(String::new, |near| format!("; {near} is probably meant"));
            return Err(refused(vec![Mistake::at(1, format!("no monitor is called {name:?}{hint}"))]));
        };
        named.read.as_ref().map_err(|mistakes| refused(mistakes.clone()))
    }
}

fn root(bytes: &[u8]) -> Result<Node, Mistake> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Mistake::at(1, format!("{} bytes, and a document has at most {MAX_BYTES}", bytes.len())));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Mistake::at(line, "is not UTF-8")
    })?;
    tree::read(text)
}

/// What stands at the top.
#[derive(Default)]
struct Parts<'n> {
    defaults: Option<&'n Member>,
    monitors: Option<&'n Member>,
}

impl<'n> Parts<'n> {
    fn of(root: &'n Node, mistakes: &mut Vec<Mistake>) -> Self {
        const KEYS: [&str; 3] = ["version", "defaults", "monitors"];
        let (mut parts, mut version) = (Self::default(), None);
        let Value::Map(members) = &root.value else {
            mistakes.push(Mistake::at(root.line, "is no map; write version, defaults and monitors"));
            return parts;
        };
        for member in members {
            match member.key.as_str() {
                // An editor's hint where the schema lies.
                "$schema" => {}
                "version" => version = Some(member),
                "defaults" => parts.defaults = Some(member),
                "monitors" => parts.monitors = Some(member),
                key => mistakes.push(unknown(member.line, key, "is no part of a document", KEYS)),
            }
        }
        match version.map(|member| (&member.node.value, member.line)) {
            Some((Value::Text(text), _)) if text == "1" => {}
            Some((_, line)) => {
                mistakes.push(Mistake::at(line, "version: must be 1: this release reads no other"))
            }
            None => mistakes.push(Mistake::at(root.line, "version: is missing; write version: 1")),
        }
        if parts.monitors.is_none() {
            mistakes.push(Mistake::at(root.line, "monitors: is missing; it lists the monitors"));
        }
        parts
    }
}

/// The settings of all entries that have them.
fn defaults(
    member: Option<&Member>,
    holder: Holder<'_>,
    mistakes: &mut Vec<Mistake>,
) -> BTreeMap<&'static str, Given> {
    let mut defaults = BTreeMap::new();
    let members = match member.map(|member| (&member.node.value, member.line)) {
        Some((Value::Map(members), _)) => members.as_slice(),
        Some((Value::Null, _)) | None => &[],
        Some((_, line)) => {
            mistakes.push(Mistake::at(line, "defaults: is no map of settings"));
            &[]
        }
    };
    for member in members {
        let variables = TABLE.iter().flat_map(|monitor| monitor.variables);
        match entry::setting(member, variables, "of any monitor", holder) {
            Ok((variable, given)) => {
                defaults.insert(variable.name, given);
            }
            Err(mistake) => mistakes.push(Mistake::at(mistake.line, format!("defaults: {}", mistake.text))),
        }
    }
    defaults
}

/// A key that nobody knows, with the one that is probably meant.
fn unknown<'k>(line: usize, key: &str, what: &str, known: impl IntoIterator<Item = &'k str>) -> Mistake {
    let near = meant(key, known, NEAR).map(|near| format!("; {near} is probably meant"));
    Mistake::at(line, format!("{key:?} {what}{}", near.unwrap_or_default()))
}

/// A setting's key in a document.
pub fn key(variable: &Variable) -> String {
    variable.name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
