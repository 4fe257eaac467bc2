//! Which files of a window are read, and what it means that some are not, or that there is none.
//!
//! A quiet hour, a wrong location and a variant whose capture is off look alike from the hour's folder. Only a look around
//! tells them apart. What lies beside the window's folders is looked at always (`beside`); whether the variant was ever
//! captured only where the window's own folders hold nothing to read, whatever was read of the next hour's. Other endpoints'
//! names are never told.

use super::beside::{Beside, MISNAMED, is_hidden, look};
use super::{LATE_FLUSH, LATE_FLUSH_REOPENED, Traffic, late_flush};
use crate::RunError;
use crate::monitor::{Brought, Form, Scope};
use bellwether_contract::ContractError;
use bellwether_contract::keys::{Key, flushed_after};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::plan::PlannedFile;
use bellwether_contract::printable;
use bellwether_contract::window::{Interval, Window};
use bellwether_storage::{Entry, StorageError, Store};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How places of captured lines in other folders are counted among the files passed over.
const IN_OTHER_FOLDERS: &str = "in other folders";
/// Kinds of files passed over that are told one by one.
const MOST_KINDS: usize = 20;
/// Variants of an endpoint that are named.
const MOST_VARIANTS: usize = 10;
/// Folders of an endpoint that are looked into for a variant.
const MOST_LOOKED_AT: usize = 100;

/// What lies in a window's folders.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Data capture, in the order of keys.
    pub(super) read: Vec<CaptureFile>,
    /// Files of other kinds, counted by their ending, and places of captured lines in other folders.
    pub(super) passed_over: BTreeMap<String, u64>,
    /// The first of those places.
    astray: Option<String>,
}

/// A file of captured lines.
#[derive(Debug)]
pub(super) struct CaptureFile {
    /// The file.
    pub(super) entry: Entry,
    /// The hour in whose folder it lies.
    hour: Timestamp,
    /// Whether it is read for this window's late records alone: of all other lines, those that cannot be read among them, the
    /// window of its hour tells.
    pub(super) is_of_another: bool,
    /// Whether its key is its full name.
    has_full_name: bool,
}

impl CaptureFile {
    /// One that a batch transform job read or wrote, under its full name.
    pub(super) fn elsewhere(object: String, hour: Timestamp) -> Self {
        Self { entry: Entry { key: object, size_bytes: 0 }, hour, is_of_another: false, has_full_name: true }
    }

    /// As a plan tells it.
    pub(super) fn planned(&self) -> PlannedFile {
        let Self { entry: Entry { key, size_bytes }, hour, is_of_another, .. } = self;
        PlannedFile { key: key.clone(), size_bytes: *size_bytes, hour: *hour, is_of_another: *is_of_another }
    }

    /// Its full name, for people.
    pub(super) fn uri(&self, store: &Store) -> String {
        if self.has_full_name { self.entry.key.clone() } else { store.uri(&self.entry.key) }
    }

    /// The scheduled hours of the earlier windows whose record this file brings too late for them: those read their own folders,
    /// and of the next hour what was flushed soon, or all of it where they are judged later than at their end. None for a record
    /// of no earlier window, or where the file is another window's to count.
    pub(super) fn missed_by(
        &self,
        window: &Window,
        cadence: SignedDuration,
        instant: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        // In the folder of its own hour, or an earlier one, nothing is late.
        let can_be_late = instant < self.hour && self.hour < window.end();
        let earlier = can_be_late.then(|| window.earlier(instant, cadence));
        earlier
            .into_iter()
            .flatten()
            .filter(|earlier| self.is_late_for(earlier))
            .map(|earlier| earlier.scheduled())
    }

    fn is_late_for(&self, window: &Window) -> bool {
        let reads_all = late_flush(window, false) >= LATE_FLUSH_REOPENED;
        self.hour > window.end() || self.hour == window.end() && !reads_all && !self.is_soon()
    }

    fn is_soon(&self) -> bool {
        is_soon(&self.entry.key)
    }
}

impl From<PlannedFile> for CaptureFile {
    fn from(planned: PlannedFile) -> Self {
        let PlannedFile { key, size_bytes, hour, is_of_another } = planned;
        Self { entry: Entry { key, size_bytes }, hour, is_of_another, has_full_name: false }
    }
}

/// Whether a file was flushed soon after its hour began.
fn is_soon(key: &str) -> bool {
    flushed_after(file_name(key)).is_some_and(|after| after < LATE_FLUSH)
}

/// What becomes of a file of an hour's folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lines,
    /// A marker: nothing that anybody wrote records into.
    Nothing,
    Other(String),
}

/// Whether a file is read through gzip.
pub(crate) fn is_packed(key: &str) -> bool {
    key.ends_with(".jsonl.gz")
}

pub(crate) fn kind(entry: &Entry) -> Kind {
    let name = file_name(&entry.key);
    if name.ends_with(".jsonl") || is_packed(name) {
        return Kind::Lines;
    }
    // Markers of folders, and what Hadoop's and Spark's writers hide by their first character.
    if entry.size_bytes == 0 || name.starts_with(['_', '.']) {
        return Kind::Nothing;
    }
    let ending = name.split_once('.').map(|(_, ending)| ending).unwrap_or_default();
    let is_plain = ending.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    let is_ending = (1..=20).contains(&ending.len()) && is_plain;
    Kind::Other(if is_ending { format!(".{ending}") } else { "other".to_owned() })
}

/// Counts a file that is not read by its ending; a marker is no file.
pub(crate) fn count_kind(passed_over: &mut BTreeMap<String, u64>, entry: &Entry) {
    if let Kind::Other(ending) = kind(entry) {
        let is_told = passed_over.len() < MOST_KINDS || passed_over.contains_key(&ending);
        *passed_over.entry(if is_told { ending } else { "other".to_owned() }).or_insert(0) += 1;
    }
}

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

impl Files {
    /// Its hours' folders, and of the next one what was flushed soon after the end.
    ///
    /// # Errors
    /// Captured lines of the window in folders that are not those of data capture.
    pub(super) async fn of(traffic: Traffic<'_>) -> Result<Self, RunError> {
        let Traffic { store, endpoint, variant, window, brought, late_flush, .. } = traffic;
        if let Some(brought) = brought {
            return Self::brought(traffic, brought).await;
        }
        let mut files = Self::default();
        for hour in window.hours() {
            let listed = store.list(&Key::CaptureHour(endpoint, variant, hour).to_string()).await?;
            listed.into_iter().for_each(|entry| files.add(entry, hour, false));
        }
        let late = store.list(&Key::CaptureHour(endpoint, variant, window.end()).to_string()).await?;
        // Of the whole hour files whose names tell no time are read too.
        let is_whole = late_flush >= LATE_FLUSH_REOPENED;
        let late = late.into_iter().filter(|entry| {
            let flushed = flushed_after(file_name(&entry.key));
            is_whole && kind(entry) == Kind::Lines || flushed.is_some_and(|after| after < late_flush)
        });
        late.for_each(|entry| {
            let is_of_the_next = !is_soon(&entry.key);
            files.add(entry, window.end(), is_of_the_next);
        });
        let Beside { others, astray } = look(traffic).await?;
        others.into_iter().for_each(|entry| files.pass_over(&entry));
        if !astray.is_empty() {
            files.passed_over.insert(IN_OTHER_FOLDERS.to_owned(), astray.len() as u64);
        }
        files.astray = astray.into_iter().next();
        Ok(files)
    }

    /// All that was brought of the endpoint or the variant, in whatever folders: whoever brought it chose them.
    async fn brought(traffic: Traffic<'_>, brought: Brought) -> Result<Self, RunError> {
        let Traffic { store, endpoint, variant, window, .. } = traffic;
        if matches!(brought.form, Form::Rows(_)) {
            let reason = "rows of a dataset are no captured records, and this monitor is of those; give it captured data";
            return Err(ContractError::malformed(store.location().to_string(), reason).into());
        }
        let root = match brought.scope {
            Scope::All => String::new(),
            Scope::Endpoint => Key::CapturedEndpoint(endpoint).to_string(),
            Scope::Variant => Key::CapturedVariant(endpoint, variant).to_string(),
        };
        let mut files = Self::default();
        for entry in store.list(&root).await? {
            let told = hour_of(&entry.key).filter(|_| brought.scope != Scope::All);
            let is_of_another = told.is_some_and(|hour| is_outside(hour, &entry.key, &brought.interval));
            files.add(entry, told.unwrap_or(window.start()), is_of_another);
        }
        Ok(files)
    }

    fn add(&mut self, entry: Entry, hour: Timestamp, is_of_another: bool) {
        if kind(&entry) == Kind::Lines {
            self.read.push(CaptureFile { entry, hour, is_of_another, has_full_name: false });
        } else {
            self.pass_over(&entry);
        }
    }

    fn pass_over(&mut self, entry: &Entry) {
        count_kind(&mut self.passed_over, entry);
    }

    /// What may be the window's and is not read, or why there is nothing to read of its folders; `None` where all was
    /// read, or the window was a quiet one. What was read of the next hour's folder answers neither.
    ///
    /// # Errors
    /// A location that is none, or whose folders are not those of data capture.
    pub(super) async fn why_unread(&self, traffic: Traffic<'_>) -> Result<Option<String>, RunError> {
        if !self.passed_over.is_empty() {
            return Ok(Some(self.unread()));
        }
        let Traffic { store, endpoint, variant, window, .. } = traffic;
        let is_there = |file: &CaptureFile| traffic.brought.is_some() || file.hour < window.end();
        if self.read.iter().any(is_there) {
            return Ok(None);
        }
        if traffic.brought.is_some_and(|brought| brought.scope == Scope::All) {
            return Ok(Some(format!(
                "no captured records lie below {}; check what the job brings there",
                store.location()
            )));
        }
        if first_captured(store, endpoint, variant).await?.is_some() {
            return Ok(None);
        }
        let root = Key::CapturedVariant(endpoint, variant).to_string();
        let is_shown = |key: &str| !key[root.len()..].split('/').any(is_hidden);
        match store.find(&root, |entry| kind(entry) == Kind::Lines && is_shown(&entry.key)).await? {
            Some(entry) => Err(ContractError::malformed(store.uri(&entry.key), MISNAMED).into()),
            None => never_captured(traffic).await.map(Some),
        }
    }

    /// What lies there and is not read.
    fn unread(&self) -> String {
        let kinds = self.passed_over.iter().filter(|(kind, _)| *kind != IN_OTHER_FOLDERS);
        let counts: Vec<String> = kinds.map(|(ending, count)| format!("{count} {ending}")).collect();
        let others = (!counts.is_empty()).then(|| {
            let counts = counts.join(", ");
            format!(
                "the window's folders hold files of other kinds, which are not read ({counts}); data capture writes \
                 .jsonl"
            )
        });
        let astray = self.astray.as_ref().map(|first| {
            let more = self.passed_over.get(IN_OTHER_FOLDERS).copied().unwrap_or_default().saturating_sub(1);
            let more = match more {
                0 => String::new(),
                1 => " (nor is what lies in 1 more place)".to_owned(),
                more => format!(" (nor is what lies in {more} more places)"),
            };
            format!(
                "{} lies outside the folders yyyy/mm/dd/hh, such as 2026/10/31/08, and is not read{more}; move it there, \
                 or away (what begins with _ or . is not looked at)",
                printable::line(first)
            )
        });
        others.into_iter().chain(astray).collect::<Vec<_>>().join("; ")
    }
}

/// The first file of captured lines of a variant, in the folders of an hour. What else lies there was not captured.
async fn first_captured(
    store: &Store,
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Result<Option<Entry>, StorageError> {
    let root = Key::CapturedVariant(endpoint, variant).to_string();
    store.find(&root, |entry| kind(entry) == Kind::Lines && is_of_an_hour(&entry.key[root.len()..])).await
}

/// Why a variant has no capture at all.
async fn never_captured(traffic: Traffic<'_>) -> Result<String, RunError> {
    let Traffic { store, endpoint, variant, .. } = traffic;
    let names = store.folders(&Key::CapturedEndpoint(endpoint).to_string()).await?;
    let mut siblings: Vec<String> = Vec::new();
    for sibling in names.iter().filter_map(|name| name.parse::<VariantName>().ok()).take(MOST_LOOKED_AT) {
        if siblings.len() < MOST_VARIANTS && first_captured(store, endpoint, &sibling).await?.is_some() {
            siblings.push(sibling.to_string());
        }
    }
    if !siblings.is_empty() {
        let siblings = siblings.join(", ");
        return Ok(format!(
            "variant {variant} of {endpoint} was never captured below {}, and {siblings} was; check VARIANT_NAME \
             (--variant) and the capture configuration",
            store.location()
        ));
    }
    location_is_above_the_endpoint(traffic).await?;
    if !store.holds_anything().await? {
        return Err(StorageError::NoSuchLocation { uri: store.location().to_string() }.into());
    }
    Ok(format!(
        "endpoint {endpoint} was never captured below {}; check ENDPOINT_NAME (--endpoint-name), and that data capture \
         is on",
        store.location()
    ))
}

/// Refuses a location that already ends where its keys begin.
async fn location_is_above_the_endpoint(traffic: Traffic<'_>) -> Result<(), RunError> {
    let Traffic { store, endpoint, variant, .. } = traffic;
    let location = store.location().to_string();
    let location = location.trim_end_matches('/');
    let ends_in_both = location.ends_with(&format!("/{endpoint}/{variant}"));
    let ends_in_endpoint = location.ends_with(&format!("/{endpoint}"));
    let is_mistaken = ends_in_both && store.first("").await?.is_some()
        || ends_in_endpoint && store.folders("").await?.iter().any(|folder| folder == variant.as_str());
    if is_mistaken {
        let reason = format!(
            "already ends in the endpoint's name, and {endpoint}/{variant} is looked for below it; give the folder \
             above {endpoint}"
        );
        return Err(ContractError::malformed(location, reason).into());
    }
    Ok(())
}

/// Whether a file of this hour's folder is none of the interval's own: the hours that it touches, and what was flushed soon after
/// the last of them.
fn is_outside(hour: Timestamp, key: &str, interval: &Interval) -> bool {
    let is_soon_after = hour == interval.end() && is_soon(key);
    !is_soon_after && interval.hours().all(|own| own != hour)
}

/// The hour that the folders of a captured file's key tell, `{endpoint}/{variant}/yyyy/mm/dd/hh/`.
fn hour_of(key: &str) -> Option<Timestamp> {
    let path = key.splitn(3, '/').nth(2).filter(|path| is_of_an_hour(path))?;
    let mut names = path.split('/');
    let (year, month, day, hour) = (names.next()?, names.next()?, names.next()?, names.next()?);
    format!("{year}-{month}-{day}T{hour}:00:00Z").parse().ok()
}

/// The hour that folders anywhere in a key tell, `yyyy/mm/dd/hh/`.
pub(crate) fn hour_in(key: &str) -> Option<Timestamp> {
    let folders: Vec<&str> = key.split('/').collect();
    let (_, folders) = folders.split_last()?;
    let told = folders.windows(4).find(|four| {
        let is_of = |name: &str, width| name.len() == width && name.bytes().all(|byte| byte.is_ascii_digit());
        four.iter().zip([4, 2, 2, 2]).all(|(name, width)| is_of(name, width))
    })?;
    format!("{}-{}-{}T{}:00:00Z", told[0], told[1], told[2], told[3]).parse().ok()
}

/// Whether a path begins with the folders of a year, a month, a day and an hour.
pub(super) fn is_of_an_hour(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut names = folders.split('/');
    [4, 2, 2, 2].iter().all(|width| {
        names
            .next()
            .is_some_and(|name| name.len() == *width && name.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, size_bytes: u64) -> Entry {
        Entry { key: key.to_owned(), size_bytes }
    }

    #[test]
    fn files_are_what_their_names_say() {
        for (name, size_bytes, expected) in [
            ("e/v/2026/10/31/08/00-00-000-x.jsonl", 9, Kind::Lines),
            ("e/v/2026/10/31/08/00-00-000-x.jsonl.gz", 9, Kind::Lines),
            ("e/v/2026/10/31/08/empty.jsonl", 0, Kind::Lines),
            ("e/v/2026/10/31/08/folder_$folder$", 0, Kind::Nothing),
            ("e/v/2026/10/31/08/_SUCCESS", 9, Kind::Nothing),
            ("e/v/2026/10/31/08/.DS_Store", 9, Kind::Nothing),
            ("e/v/2026/10/31/08/part-0.snappy.parquet", 9, Kind::Other(".snappy.parquet".to_owned())),
            ("e/v/2026/10/31/08/x.jsonl.zst", 9, Kind::Other(".jsonl.zst".to_owned())),
            ("e/v/2026/10/31/08/x.\u{1b}[31m", 9, Kind::Other("other".to_owned())),
            ("e/v/2026/10/31/08/data", 9, Kind::Other("other".to_owned())),
        ] {
            assert_eq!(kind(&entry(name, size_bytes)), expected, "{name}");
        }
    }

    #[test]
    fn kinds_of_files_are_bounded() {
        let mut files = Files::default();
        (0..100).for_each(|n| files.add(entry(&format!("x.{n}"), 1), Timestamp::UNIX_EPOCH, false));
        assert_eq!(files.passed_over.len(), MOST_KINDS + 1);
        assert_eq!(files.passed_over["other"], 80);
    }

    #[test]
    fn a_brought_file_is_the_intervals_by_its_folder_or_where_that_tells_nothing() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let outside = |start: &str, end: &str, key: &str| {
            let interval = Interval::new(time(start), time(end)).unwrap();
            hour_of(key).is_some_and(|hour| is_outside(hour, key, &interval))
        };
        for (key, expected) in [
            ("e/v/2022/04/18/14/59-59-999-x.jsonl", true),
            ("e/v/2022/04/18/15/00-00-000-x.jsonl", false),
            ("e/v/2022/04/18/16/59-00-000-x.jsonl", false),
            ("e/v/2022/04/18/17/00-00-000-x.jsonl", true),
            ("e/v/part-00000.jsonl", false),
            ("e/v/2022/13/99/77/x.jsonl", false),
        ] {
            assert_eq!(outside("2022-04-18T15:20:00Z", "2022-04-18T16:20:00Z", key), expected, "{key}");
        }
        // As of a window: what was flushed soon after a whole hour is still its own.
        for (minute, expected) in [("09-59-999", false), ("10-00-000", true)] {
            let key = format!("e/v/2022/04/18/16/{minute}-x.jsonl");
            assert_eq!(outside("2022-04-18T15:00:00Z", "2022-04-18T16:00:00Z", &key), expected, "{key}");
        }
    }

    #[test]
    fn an_hour_is_told_by_folders_anywhere_and_by_nothing_else() {
        let told = Some("2026-10-31T08:00:00Z".parse().unwrap());
        for (key, expected) in [
            ("2026/10/31/08/x.csv", told),
            ("e/v/2026/10/31/08/more/x.csv", told),
            ("input/2026/10/31/08.csv", None),
            ("2026/10/31/99/x.csv", None),
            ("x.csv", None),
        ] {
            assert_eq!(hour_in(key), expected, "{key}");
        }
    }

    #[test]
    fn an_hour_has_four_folders_of_digits() {
        for (path, expected) in [
            ("2026/10/31/08/x.jsonl", true),
            ("2026/10/31/08/more/x.jsonl", true),
            ("2026/10/31/8/x.jsonl", false),
            ("2026/1/5/08/x.jsonl", false),
            ("26/10/31/08/x.jsonl", false),
            ("2026/10/31/x.jsonl", false),
            ("archive/1/x.jsonl", false),
            ("x.jsonl", false),
        ] {
            assert_eq!(is_of_an_hour(path), expected, "{path}");
        }
    }
}
