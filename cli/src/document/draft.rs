//! Entries as they will be written, and the document of them as YAML text.
//!
//! A draft is for a person to finish: what could not be told stands in a comment beside it. It reads nothing and knows no
//! monitor: which settings there are, the table of monitors says.

mod names;
mod scalar;

use crate::table::paragraph;
use bellwether_pipeline::monitors::TABLE;
use bellwether_pipeline::route::text::plain;
use names::Names;
use scalar::scalar;

/// Of a comment.
const COLUMNS: usize = 100;
/// Of a foreign text in a comment.
const MOST_CHARS: usize = 300;

/// A document as it will be written.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Who wrote it, and what is to be done with it.
    pub(crate) head: Vec<String>,
    /// The entries.
    pub(crate) drafts: Vec<Draft>,
    /// What was described and is no entry.
    pub(crate) left_out: Vec<LeftOut>,
}

/// An entry.
#[derive(Debug)]
pub(crate) struct Draft {
    name: String,
    monitor: &'static str,
    is_enabled: bool,
    every: Every,
    settings: Vec<Setting>,
    notes: Vec<String>,
    lost: Vec<Lost>,
}

/// How often a monitor runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Every {
    Hour,
    /// Once, at this hour of UTC.
    Day(u8),
}

#[derive(Debug)]
struct Setting {
    key: &'static str,
    value: String,
}

/// Values that have no counterpart here, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Where each was said, and what.
    pub(crate) values: Vec<(String, String)>,
    /// Why, and what stands in its place.
    pub(crate) reason: &'static str,
}

/// Something without an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// An endpoint, a variant, a schedule.
    pub(crate) subject: String,
    /// Why.
    pub(crate) reason: String,
}

impl LeftOut {
    pub(crate) fn new(subject: &str, reason: impl Into<String>) -> Self {
        Self { subject: shown(subject), reason: reason.into() }
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        format!("no entry for {}: {}", self.subject, self.reason)
    }
}

impl Draft {
    /// An entry that runs every hour.
    pub(crate) fn new(name: impl Into<String>, monitor: &'static str) -> Self {
        Self {
            name: name.into(),
            monitor,
            is_enabled: true,
            every: Every::Hour,
            settings: Vec::new(),
            notes: Vec::new(),
            lost: Vec::new(),
        }
    }

    pub(crate) fn every(&mut self, every: Every) {
        self.every = every;
    }

    pub(crate) fn is_enabled(&self) -> bool {
        self.is_enabled
    }

    /// Says something of the entry.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Disables the entry and says why.
    pub(crate) fn pause(&mut self, reason: impl Into<String>) {
        self.is_enabled = false;
        self.note(reason);
    }

    /// Whether a setting has a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.settings.iter().any(|setting| setting.key == key)
    }

    /// Whether the monitor has such a setting.
    pub(crate) fn knows(&self, key: &str) -> bool {
        place(self.monitor, key).is_some()
    }

    /// Gives a setting its value. What the monitor cannot be told is lost.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<String>) {
        let value = value.into();
        if self.knows(key) {
            self.settings.push(Setting { key, value });
        } else {
            self.lose(Lost {
                values: vec![(key.to_owned(), value)],
                reason: "this monitor has no such setting",
            });
        }
    }

    /// Keeps what has no counterpart.
    pub(crate) fn lose(&mut self, lost: Lost) {
        self.lost.push(lost);
    }

    /// How many values have no counterpart.
    pub(crate) fn lost(&self) -> usize {
        self.lost.iter().map(|lost| lost.values.len()).sum()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let notes = self.notes.iter().flat_map(|note| comment("  # ", note));
        let heading = (!self.lost.is_empty()).then(|| "  # Not carried over:".to_owned());
        let lost = self.lost.iter().flat_map(|lost| comment("  #   ", &lost.line()));
        let mut known: Vec<&Setting> = self.settings.iter().collect();
        known.sort_by_key(|setting| place(self.monitor, setting.key));
        let settings = known.iter().map(|setting| format!("    {}", setting.line()));
        notes.chain(heading).chain(lost).chain(self.keys(name)).chain(settings).collect()
    }

    /// The keys that every entry has.
    fn keys(&self, name: &str) -> Vec<String> {
        let mut keys =
            vec![format!("  - name: {}", scalar(name)), format!("    monitor: {}", scalar(self.monitor))];
        if !self.is_enabled {
            keys.push("    enabled: false".to_owned());
        }
        if let Every::Day(hour) = self.every {
            keys.extend(["    every: day".to_owned(), format!("    at_hour: {hour}")]);
        }
        keys
    }
}

impl Setting {
    fn line(&self) -> String {
        format!("{}: {}", self.key, scalar(&self.value))
    }
}

impl Lost {
    fn line(&self) -> String {
        let value = |(place, value): &(String, String)| match value.as_str() {
            "" => shown(place),
            value => format!("{} {}", shown(place), shown(value)),
        };
        let values: Vec<String> = self.values.iter().map(value).collect();
        format!("{} ({})", values.join(", "), self.reason)
    }
}

impl Document {
    /// How many values have no counterpart.
    pub(crate) fn lost(&self) -> usize {
        self.drafts.iter().map(Draft::lost).sum()
    }

    /// The document as YAML, without a newline at the end.
    pub(crate) fn text(&self) -> String {
        let head = self.head.iter().flat_map(|line| comment("# ", line));
        let mut lines: Vec<String> = head.chain(["version: 1".to_owned(), "monitors:".to_owned()]).collect();
        let mut names = Names::default();
        for draft in &self.drafts {
            lines.extend(draft.lines(&names.of(&draft.name)));
        }
        lines.extend(self.left_out.iter().flat_map(|left_out| comment("# ", &sentence(&left_out.line()))));
        lines.join("\n")
    }
}

/// Where a setting stands in the monitor's table.
fn place(monitor: &str, key: &str) -> Option<usize> {
    let entry = TABLE.iter().find(|entry| entry.name == monitor)?;
    entry.variables.iter().position(|variable| variable.name.eq_ignore_ascii_case(key))
}

/// A foreign text, as it stands in a comment.
pub(crate) fn shown(text: &str) -> String {
    plain(text, MOST_CHARS)
}

/// A text behind a mark, in as many lines as it needs: nothing in it ends a comment.
fn comment(mark: &str, text: &str) -> Vec<String> {
    let text = paragraph("", &plain(text, usize::MAX), COLUMNS.saturating_sub(mark.len()));
    text.lines().map(|line| format!("{mark}{line}")).collect()
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>() + ".")
}

#[cfg(test)]
mod tests;
