//! An entry of the document: the settings of one monitor, its own ones over those of all.

use super::of::fit_to_hours;
use super::tree::{Member, Node, Value};
use super::{Holder, Mistake, OF_THE_STACK, ReadEntry, key, unknown};
use crate::monitors::{MonitorEntry, TABLE};
use crate::settings::{MonitoringSchedule, Settings, SettingsError, Variable};
use bellwether_contract::names::{EndpointName, ScheduleName};
use bellwether_contract::window::truncate;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

const NAME: &str = "SCHEDULE_NAME";
const CADENCE: &str = "CADENCE";
pub(super) const WINDOW: &str = "WINDOW";
pub(super) const OFFSETS: [&str; 2] = ["START_TIME_OFFSET", "END_TIME_OFFSET"];
/// The keys that are no setting's.
pub(super) const KEYS: [&str; 5] = ["name", "monitor", "enabled", "every", "at_hour"];

/// A monitor, ready to be made.
#[derive(Debug, Clone)]
pub struct DocumentEntry {
    /// The monitoring schedule's name.
    pub name: ScheduleName,
    /// Which monitor it is.
    pub monitor: &'static MonitorEntry,
    /// Whether it runs. One that does not is paused.
    pub enabled: bool,
    /// When it runs.
    pub every: Every,
    /// What was said of its settings, by the names of their variables.
    pub given: BTreeMap<&'static str, Given>,
    /// Whether another enabled entry replays against the same endpoint, so that they take turns.
    pub shares_replay: bool,
}

/// When a monitor runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// At each hour.
    Hour,
    /// Once a day, at this hour of UTC.
    Day {
        /// From 0 to 23.
        at_hour: i8,
    },
}

/// The text of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The text.
    pub text: String,
    /// Its line; `None` where the holder of the document or another key says it.
    pub line: Option<usize>,
}

impl DocumentEntry {
    /// The settings, as an environment would hold them.
    pub fn lookup(&self, name: &str) -> Option<String> {
        self.given.get(name).map(|given| given.text.clone())
    }

    /// The endpoint that its runs replay against, where they do.
    pub fn replays(&self) -> Option<EndpointName> {
        (self.monitor.replays)(&|name| self.lookup(name))
    }

    /// Why its runs would judge nothing, where its settings alone say so.
    pub fn judges_nothing(&self) -> Option<&'static str> {
        (self.monitor.judges_nothing)(&|name| self.lookup(name))
    }

    /// What every monitor is told.
    ///
    /// # Errors
    /// As [`Self::settings`].
    pub fn schedule(&self) -> Result<MonitoringSchedule, SettingsError> {
        (self.monitor.schedule)(&|name| self.lookup(name))
    }

    /// Its settings as those of a monitor.
    ///
    /// # Errors
    /// Not where the entry is one of this monitor: reading it has tried them.
    pub fn settings<S: Settings>(&self) -> Result<S, SettingsError> {
        S::read(|name| self.lookup(name))
    }
}

impl Every {
    /// How often, as a setting.
    fn cadence(self) -> &'static str {
        match self {
            Self::Hour => "PT1H",
            Self::Day { .. } => "P1D",
        }
    }

    /// The last time at or before this one that a run is scheduled for.
    pub fn last_due(self, at: Timestamp) -> Timestamp {
        let hour = truncate(at);
        let Self::Day { at_hour } = self else { return hour };
        let since = (hour.to_zoned(TimeZone::UTC).hour() - at_hour).rem_euclid(24);
        hour - SignedDuration::from_hours(since.into())
    }

    /// Whether a run is scheduled for this hour.
    pub fn is_due(self, scheduled: Timestamp) -> bool {
        self.last_due(scheduled) == truncate(scheduled)
    }
}

/// Reads all entries.
pub(super) fn all(
    items: &[Node],
    defaults: &BTreeMap<&'static str, Given>,
    holder: Holder<'_>,
) -> Vec<ReadEntry> {
    let read = |(place, item)| read(place, item, defaults, holder);
    let mut entries: Vec<ReadEntry> = items.iter().enumerate().map(read).collect();
    refuse_doubles(&mut entries);
    fit_to_hours(&mut entries);
    note_shared_replays(&mut entries);
    entries
}

/// Reads the entry at this place.
fn read(
    place: usize,
    node: &Node,
    defaults: &BTreeMap<&'static str, Given>,
    holder: Holder<'_>,
) -> ReadEntry {
    let Value::Map(members) = &node.value else {
        let mistake =
            Mistake::at(node.line, format!("monitors[{place}] is no map; begin it with \"- name:\""));
        return ReadEntry { name: format!("monitors[{place}]"), line: node.line, read: Err(vec![mistake]) };
    };
    let text = |key: &str| {
        let member = members.iter().find(|member| member.key == key)?;
        if let Value::Text(text) = &member.node.value { Some(text.as_str()) } else { None }
    };
    let name = text("name").map_or_else(|| format!("monitors[{place}]"), str::to_owned);
    let mut draft = Draft { members, line: node.line, holder, mistakes: Vec::new() };
    let entry = draft.entry(defaults);
    let about = |mistake: Mistake| Mistake::at(mistake.line, format!("{name}: {}", mistake.text));
    let read = match entry {
        Some(entry) if draft.mistakes.is_empty() => Ok(entry),
        _ => {
            draft.mistakes.sort_unstable();
            Err(draft.mistakes.into_iter().map(about).collect())
        }
    };
    ReadEntry { name, line: node.line, read }
}

/// An entry while it is read, with what is wrong with it so far.
struct Draft<'n> {
    members: &'n [Member],
    line: usize,
    holder: Holder<'n>,
    mistakes: Vec<Mistake>,
}

impl Draft<'_> {
    fn entry(&mut self, defaults: &BTreeMap<&'static str, Given>) -> Option<DocumentEntry> {
        let name =
            self.parsed("name", |text| text.parse::<ScheduleName>().map_err(|error| error.to_string()));
        if self.member("name").is_none() {
            self.mistake(self.line, "name is missing: it names the monitoring schedule");
        }
        let enabled = self.parsed("enabled", |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(format!("{other:?} is none of true, false")),
        });
        let every = self.every();
        // Without a monitor nobody knows which settings there are.
        let monitor = self.monitor()?;
        let mut given: BTreeMap<_, _> = defaults
            .iter()
            .filter(|(name, _)| monitor.variables.iter().any(|variable| variable.name == **name))
            .map(|(name, given)| (*name, given.clone()))
            .collect();
        for member in self.members.iter().filter(|member| !KEYS.contains(&member.key.as_str())) {
            match setting(member, monitor.variables, &format!("of {}", monitor.name), self.holder) {
                Ok((variable, value)) => {
                    given.insert(variable.name, value);
                }
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
        self.without_doubled_windows(&mut given);
        self.complete(&mut given, name.as_ref(), every);
        self.settings(monitor, &given);
        let enabled = enabled.unwrap_or(true);
        Some(DocumentEntry { name: name?, monitor, enabled, every, given, shares_replay: false })
    }

    fn member(&self, key: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.key == key)
    }

    fn mistake(&mut self, line: usize, text: impl Into<String>) {
        self.mistakes.push(Mistake::at(line, text));
    }

    /// The value of a key that is no setting's.
    fn parsed<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let member = self.member(key)?;
        let line = member.line;
        let parsed = match &member.node.value {
            Value::Text(text) => parse(text).map_err(|reason| format!("{key}: {reason}")),
            _ => Err(format!("{key}: has no value of its own; write it behind the colon")),
        };
        parsed.map_err(|reason| self.mistake(line, reason)).ok()
    }

    fn monitor(&mut self) -> Option<&'static MonitorEntry> {
        let names = || TABLE.iter().map(|monitor| monitor.name);
        if self.member("monitor").is_none() {
            let all = names().collect::<Vec<_>>().join(", ");
            self.mistake(self.line, format!("monitor is missing: one of {all}"));
        }
        self.parsed("monitor", |text| {
            let known = TABLE.iter().find(|monitor| monitor.name == text);
            known.ok_or_else(|| format!("{text:?} is none of {}", names().collect::<Vec<_>>().join(", ")))
        })
    }

    fn every(&mut self) -> Every {
        let is_daily = self.parsed("every", |text| match text {
            "hour" => Ok(false),
            "day" => Ok(true),
            other => Err(format!("{other:?} is none of hour, day")),
        });
        let at_hour = self.parsed("at_hour", |text| {
            let hour = text.parse().ok().filter(|hour| (0..24).contains(hour));
            hour.ok_or_else(|| format!("{text:?} is no hour of the day, 0 to 23 in UTC"))
        });
        let line = self.member("at_hour").map(|member| member.line);
        if let (Some(line), None | Some(false)) = (line, is_daily) {
            self.mistake(line, "at_hour: stands beside every: day alone");
        }
        if is_daily == Some(true) { Every::Day { at_hour: at_hour.unwrap_or(0) } } else { Every::Hour }
    }

    /// Which hours are judged is said in one of two ways: an entry's own way replaces the other one of the defaults.
    fn without_doubled_windows(&self, given: &mut BTreeMap<&'static str, Given>) {
        let is_own = |name: &str| self.members.iter().any(|member| member.key == name.to_ascii_lowercase());
        let (is_window, is_offset) = (is_own(WINDOW), OFFSETS.iter().any(|name| is_own(name)));
        match (is_window, is_offset) {
            (true, false) => OFFSETS.iter().for_each(|name| drop(given.remove(name))),
            (false, true) => drop(given.remove(WINDOW)),
            _ => {}
        }
    }

    /// What other keys and the holder say.
    fn complete(&self, given: &mut BTreeMap<&'static str, Given>, name: Option<&ScheduleName>, every: Every) {
        let derived = |text: &str| Given { text: text.to_owned(), line: None };
        if let Some(name) = name {
            given.insert(NAME, derived(&name.to_string()));
        }
        given.insert(CADENCE, derived(every.cadence()));
        // A daily run judges its day: an hour of it would leave the others unseen.
        let is_window_given =
            given.contains_key(WINDOW) || OFFSETS.iter().any(|name| given.contains_key(name));
        if every != Every::Hour && !is_window_given {
            given.insert(WINDOW, derived("P1D"));
        }
        for name in OF_THE_STACK {
            if let Some(text) = self.holder.of_the_stack(name, given.contains_key(name)) {
                given.insert(name, derived(&text));
            }
        }
    }

    /// Tries the settings, and puts what is wrong with them into the words of a document.
    fn settings(&mut self, monitor: &'static MonitorEntry, given: &BTreeMap<&'static str, Given>) {
        let lookup = |name: &str| given.get(name).map(|given| given.text.clone());
        let Err(SettingsError { mistakes }) = (monitor.schedule)(&lookup) else { return };
        for mistake in mistakes {
            let name = mistake.split([':', ' ']).next().unwrap_or_default();
            let line = given.get(name).and_then(|given| given.line);
            // A name that cannot be used was told as such.
            if name != NAME {
                self.mistake(line.unwrap_or(self.line), in_keys(&mistake, monitor.variables));
            }
        }
    }
}

/// A key and its value as a setting. `whose` says whose settings these are.
pub(super) fn setting(
    member: &Member,
    variables: impl IntoIterator<Item = &'static Variable>,
    whose: &str,
    holder: Holder<'_>,
) -> Result<(&'static Variable, Given), Mistake> {
    let Member { line, key: name, node } = member;
    let wrong = |what: &str| Mistake::at(*line, format!("{name}: {what}"));
    let mut known: Vec<(String, &Variable)> = variables.into_iter().map(|it| (key(it), it)).collect();
    known.retain(|(_, variable)| ![NAME, CADENCE].contains(&variable.name));
    let Some((_, variable)) = known.iter().find(|(key, _)| key == name) else {
        return Err(match name.as_str() {
            "schedule_name" => wrong("is the entry's name; write it as name"),
            "cadence" => wrong("is said by every: hour or every: day"),
            _ => unknown(
                *line,
                name,
                &format!("is no setting {whose}"),
                known.iter().map(|(key, _)| key.as_str()).chain(KEYS),
            ),
        });
    };
    if OF_THE_STACK.contains(&variable.name) && matches!(holder, Holder::Stack(_)) {
        return Err(wrong("belongs to the stack, which says it for all its monitors; leave it out"));
    }
    let text = match &node.value {
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            listed(items).ok_or_else(|| wrong("a list of texts is read, and nothing deeper"))?
        }
        Value::Null => return Err(wrong("has no value; leave it out, or write one")),
        Value::Map(_) => return Err(wrong("is a map, and must be a text")),
    };
    if text.trim().is_empty() {
        return Err(wrong("has no value; leave it out, or write one"));
    }
    Ok((variable, Given { text, line: Some(*line) }))
}

/// Several texts as a setting holds them. A comma in one would make it two.
fn listed(items: &[Node]) -> Option<String> {
    let text = |item: &Node| match &item.value {
        Value::Text(text) if !text.contains(',') => Some(text.clone()),
        _ => None,
    };
    items.iter().map(text).collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
}

/// A mistake in the words of a document: `TOP_K (--top-k)` is its key `top_k`. What is quoted stays as it is.
fn in_keys(mistake: &str, variables: &[Variable]) -> String {
    let is_of_a_name = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let unquoted = |text: &str| {
        let mut told = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_of_a_name) {
            let end = rest[start..]
                .find(|letter| !is_of_a_name(letter))
                .map_or(rest.len(), |length| start + length);
            let (word, after) = (&rest[start..end], &rest[end..]);
            told.push_str(&rest[..start]);
            match variables.iter().find(|variable| variable.name == word) {
                Some(variable) => {
                    told.push_str(&key(variable));
                    let flag = format!(" (--{})", variable.flag);
                    rest = after.strip_prefix(flag.as_str()).unwrap_or(after);
                }
                None => {
                    told.push_str(word);
                    rest = after;
                }
            }
        }
        told + rest
    };
    let parts = mistake.split('"').enumerate();
    let parts = parts.map(|(place, part)| if place % 2 == 0 { unquoted(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

/// Entries that replay against one endpoint.
fn note_shared_replays(entries: &mut [ReadEntry]) {
    let mut replays: BTreeMap<EndpointName, Vec<usize>> = BTreeMap::new();
    for (place, named) in entries.iter().enumerate() {
        let endpoint =
            named.read.as_ref().ok().filter(|entry| entry.enabled).and_then(DocumentEntry::replays);
        if let Some(endpoint) = endpoint {
            replays.entry(endpoint).or_default().push(place);
        }
    }
    for place in replays.into_values().filter(|places| places.len() > 1).flatten() {
        if let Ok(entry) = &mut entries[place].read {
            entry.shares_replay = true;
        }
    }
}

/// Two entries of one name would write the same reports: neither is judged.
fn refuse_doubles(entries: &mut [ReadEntry]) {
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ReadEntry { name, line, .. } in entries.iter() {
        lines.entry(name.clone()).or_default().push(line.to_string());
    }
    for named in entries {
        let lines = &lines[&named.name];
        if lines.len() < 2 {
            continue;
        }
        let told =
            format!("{}: the name stands in lines {}; a name is one monitor's", named.name, lines.join(", "));
        let mistake = Mistake::at(named.line, told);
        match &mut named.read {
            Ok(_) => named.read = Err(vec![mistake]),
            Err(mistakes) => mistakes.push(mistake),
        }
    }
}
