//! Which files of a window are read, and what it means that there is none.
//!
//! A quiet hour, a wrong location and a variant whose capture is off look alike from the hour's folder. Only a look around
//! tells them apart, and it is made only where the hour holds nothing to read. Other endpoints' names are never told.

use super::{LATE_FLUSH, LATE_FLUSH_REOPENED, Traffic, late_flush};
use crate::RunError;
use bellwether_contract::ContractError;
use bellwether_contract::keys::{Key, flushed_after};
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::window::{Window, utc};
use bellwether_storage::{Entry, StorageError, Store};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Files of other kinds, counted by their ending.
    pub(super) passed_over: BTreeMap<String, u64>,
}

/// A file of captured lines.
#[derive(Debug)]
pub(super) struct CaptureFile {
    /// The file.
    pub(super) entry: Entry,
    /// The hour in whose folder it lies.
    hour: Timestamp,
}

impl CaptureFile {
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

    /// Whether the file is the next hour's, and read for this window's late records alone: of all other lines, those that cannot
    /// be read among them, the next window tells.
    pub(super) fn is_of_the_next(&self, window: &Window) -> bool {
        self.hour >= window.end() && !self.is_soon()
    }

    fn is_soon(&self) -> bool {
        flushed_after(file_name(&self.entry.key)).is_some_and(|after| after < LATE_FLUSH)
    }
}

/// What becomes of a file of an hour's folder.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Lines,
    /// A marker: nothing that anybody wrote records into.
    Nothing,
    Other(String),
}

/// Whether a file is read through gzip.
pub(super) fn is_packed(key: &str) -> bool {
    key.ends_with(".jsonl.gz")
}

fn kind(entry: &Entry) -> Kind {
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

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

impl Files {
    /// Its hours' folders, and of the next one what was flushed soon after the end.
    pub(super) async fn of(traffic: Traffic<'_>) -> Result<Self, RunError> {
        let Traffic { store, endpoint, variant, window, late_flush, .. } = traffic;
        let mut files = Self::default();
        let mut looked_at = BTreeSet::new();
        for hour in window.hours() {
            let listed = store.list(&Key::CaptureHour(endpoint, variant, hour).to_string()).await?;
            if listed.is_empty() {
                no_folder_is_a_file(traffic, hour, &mut looked_at).await?;
            }
            listed.into_iter().for_each(|entry| files.add(entry, hour));
        }
        let late = store.list(&Key::CaptureHour(endpoint, variant, window.end()).to_string()).await?;
        // Of the whole hour files whose names tell no time are read too.
        let is_whole = late_flush >= LATE_FLUSH_REOPENED;
        let late = late.into_iter().filter(|entry| {
            let flushed = flushed_after(file_name(&entry.key));
            kind(entry) == Kind::Lines && (is_whole || flushed.is_some_and(|after| after < late_flush))
        });
        files.read.extend(late.map(|entry| CaptureFile { entry, hour: window.end() }));
        Ok(files)
    }

    fn add(&mut self, entry: Entry, hour: Timestamp) {
        match kind(&entry) {
            Kind::Lines => self.read.push(CaptureFile { entry, hour }),
            Kind::Nothing => {}
            Kind::Other(ending) => {
                let is_told = self.passed_over.len() < MOST_KINDS || self.passed_over.contains_key(&ending);
                *self.passed_over.entry(if is_told { ending } else { "other".to_owned() }).or_insert(0) += 1;
            }
        }
    }

    /// Why a window without a file to read says nothing of its traffic; `None` where it was a quiet one.
    ///
    /// # Errors
    /// A location that is none, or whose folders are not those of data capture.
    pub(super) async fn why_unread(&self, traffic: Traffic<'_>) -> Result<Option<String>, RunError> {
        if !self.read.is_empty() {
            return Ok(None);
        }
        if !self.passed_over.is_empty() {
            let counts: Vec<String> =
                self.passed_over.iter().map(|(ending, count)| format!("{count} {ending}")).collect();
            let counts = counts.join(", ");
            return Ok(Some(format!(
                "the window's folders hold files of other kinds alone ({counts}), and data capture writes .jsonl"
            )));
        }
        let Traffic { store, endpoint, variant, .. } = traffic;
        match first_captured(store, endpoint, variant).await? {
            Some(entry) => folders_of_two_digits(traffic, &entry).await.map(|()| None),
            None => never_captured(traffic).await.map(Some),
        }
    }
}

/// The first file of captured lines of a variant, in folders of dates. What else lies there was not captured.
async fn first_captured(
    store: &Store,
    endpoint: &EndpointName,
    variant: &VariantName,
) -> Result<Option<Entry>, StorageError> {
    let root = Key::CapturedVariant(endpoint, variant).to_string();
    let is_dated = |entry: &Entry| {
        let folder = entry.key[root.len()..].split_once('/').map(|(folder, _)| folder);
        folder.is_some_and(is_number)
    };
    store.find(&root, |entry| kind(entry) == Kind::Lines && is_dated(entry)).await
}

/// Refuses an hour, or a day, month or year of it, that is a file: what should lie in it does not.
async fn no_folder_is_a_file(
    traffic: Traffic<'_>,
    hour: Timestamp,
    looked_at: &mut BTreeSet<String>,
) -> Result<(), RunError> {
    let Traffic { store, endpoint, variant, .. } = traffic;
    let folder = Key::CaptureHour(endpoint, variant, hour).to_string();
    let ends = folder.char_indices().rev().filter(|(_, character)| *character == '/').map(|(end, _)| end);
    for name in ends.map(|end| &folder[..end]).take(4) {
        // Of all that begins so the name itself comes first.
        let is_new = looked_at.insert(name.to_owned());
        if is_new && store.first(name).await?.is_some_and(|entry| entry.key == name) {
            let reason =
                "is a file where a folder of captured files should be; move it away, or put the files there";
            return Err(ContractError::malformed(store.uri(name), reason).into());
        }
    }
    Ok(())
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

/// Refuses folders that are numbers and not `yyyy/mm/dd/hh`: in the first key ever captured, and where the window's hour
/// would lie without its zeros.
async fn folders_of_two_digits(traffic: Traffic<'_>, first: &Entry) -> Result<(), RunError> {
    let Traffic { store, endpoint, variant, window, .. } = traffic;
    let root = Key::CapturedVariant(endpoint, variant).to_string();
    let mut odd = (!is_dated(&first.key[root.len()..])).then(|| first.key.clone());
    let hour = utc(window.start());
    let (month, day, hour) = (hour.month(), hour.day(), hour.hour());
    let date = utc(window.start()).strftime("%Y/%m/%d").to_string();
    let year = utc(window.start()).year();
    for folder in [format!("{date}/{hour}/"), format!("{year}/{month}/{day}/{hour}/")] {
        if odd.is_none() && !is_dated(&folder) {
            odd = store.first(&format!("{root}{folder}")).await?.map(|entry| entry.key);
        }
    }
    match odd {
        None => Ok(()),
        Some(key) => {
            let reason = "lies in folders that are not yyyy/mm/dd/hh with two digits, such as 2026/10/31/08; data \
                          capture writes those, and no others are read";
            Err(ContractError::malformed(store.uri(&key), reason).into())
        }
    }
}

/// Whether folders that are numbers are a year, a month, a day and an hour in that order. Others are somebody else's.
fn is_dated(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let numbers = folders.split('/').take_while(|name| is_number(name));
    numbers.zip([4, 2, 2, 2]).all(|(number, width)| number.len() == width)
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
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
        (0..100).for_each(|n| files.add(entry(&format!("x.{n}"), 1), Timestamp::UNIX_EPOCH));
        assert_eq!(files.passed_over.len(), MOST_KINDS + 1);
        assert_eq!(files.passed_over["other"], 80);
    }

    #[test]
    fn dates_have_two_digits_a_folder() {
        for (path, expected) in [
            ("2026/10/31/08/x.jsonl", true),
            ("2026/10/31/8/x.jsonl", false),
            ("2026/1/5/08/x.jsonl", false),
            ("26/10/31/08/x.jsonl", false),
            ("archive/1/x.jsonl", true),
            ("x.jsonl", true),
        ] {
            assert_eq!(is_dated(path), expected, "{path}");
        }
    }
}
