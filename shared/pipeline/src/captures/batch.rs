//! Batch transform jobs as captured records: each line of what a job read beside the line that answers it.
//!
//! Data capture writes manifests there, below `input/` and `output/` in folders of the hour in which the job started, and the
//! objects that they name lie elsewhere. An answer is called as its request is, and `.out` behind it. A line that has no
//! counterpart is a record without that side, which the verdict tells of.

use super::files::CaptureFile;
use super::{CaptureVolume, Reading, Traffic, Unmeasured, oversize};
use crate::RunError;
use bellwether_analysis::records::RecordProfile;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{BatchManifest, Rejected, batch_record};
use bellwether_contract::keys::{BatchSide, Key};
use bellwether_storage::{Content, Lines, Location, Store};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Largest manifest that is read: that of some 100,000 objects.
const MAX_MANIFEST_BYTES: u64 = 16 * 1024 * 1024;
/// How an answer's name ends, behind that of its request.
const ANSWER: &str = ".out";

/// An object of a job.
#[derive(Debug, Clone)]
struct Object {
    store: Store,
    key: String,
}

impl Object {
    fn uri(&self) -> String {
        self.store.uri(&self.key)
    }
}

/// What a job read and what it answered.
#[derive(Debug, Default)]
pub(super) struct Pair {
    hour: Timestamp,
    request: Option<Object>,
    answer: Option<Object>,
}

/// The jobs that started in the hours of a window, in the order of hours and names.
///
/// # Errors
/// A manifest that is none, or names an object that cannot be told.
pub(super) async fn pairs(traffic: Traffic<'_>) -> Result<Vec<Pair>, RunError> {
    let mut pairs = Vec::new();
    for hour in traffic.window.hours() {
        let requests = objects(traffic.store, BatchSide::Input, hour).await?;
        let mut answers = objects(traffic.store, BatchSide::Output, hour).await?;
        for (name, requests) in requests {
            let answers = answers.remove(&name).unwrap_or_default();
            pairs.extend(of_a_name(hour, requests, answers));
        }
        pairs.extend(answers.into_values().flat_map(|answers| of_a_name(hour, Vec::new(), answers)));
    }
    Ok(pairs)
}

/// Several jobs of an hour may read objects of one name: they are paired in the order of their manifests.
fn of_a_name(hour: Timestamp, requests: Vec<Object>, answers: Vec<Object>) -> Vec<Pair> {
    let count = requests.len().max(answers.len());
    let (mut requests, mut answers) = (requests.into_iter(), answers.into_iter());
    (0..count).map(|_| Pair { hour, request: requests.next(), answer: answers.next() }).collect()
}

/// The objects of one side by the name of their request, each once.
async fn objects(
    store: &Store,
    side: BatchSide,
    hour: Timestamp,
) -> Result<BTreeMap<String, Vec<Object>>, RunError> {
    let mut objects: BTreeMap<String, Vec<Object>> = BTreeMap::new();
    for entry in store.list(&Key::BatchHour(side, hour).to_string()).await? {
        let is_hidden = entry.key.rsplit('/').next().is_some_and(|name| name.starts_with(['_', '.']));
        if entry.size_bytes == 0 || is_hidden {
            continue;
        }
        let uri = store.uri(&entry.key);
        for BatchManifest { prefix, names } in
            BatchManifest::parse(&uri, &store.get(&entry.key, MAX_MANIFEST_BYTES).await?)?
        {
            for name in names {
                let object = object(store, &uri, &prefix, &name)?;
                let called = name.strip_suffix(ANSWER).filter(|_| side == BatchSide::Output).unwrap_or(&name);
                let known = objects.entry(called.to_owned()).or_default();
                if known.iter().all(|known| known.uri() != object.uri()) {
                    known.push(object);
                }
            }
        }
    }
    Ok(objects)
}

/// Where a named object lies: in a bucket, or below the capture itself. No text of a manifest becomes a path elsewhere.
fn object(store: &Store, manifest: &str, prefix: &str, name: &str) -> Result<Object, ContractError> {
    let wrong = |reason: String| ContractError::malformed(manifest, reason);
    let whole = format!("{prefix}{name}");
    if !whole.contains("://") {
        return Ok(Object { store: store.clone(), key: whole });
    }
    let location: Location = whole.parse().map_err(|error| wrong(format!("{error}")))?;
    match (store, location) {
        (Store::S3 { client, .. }, Location::S3 { bucket, prefix: key }) if !key.is_empty() => {
            let store = Store::S3 { client: client.clone(), bucket, prefix: String::new() };
            Ok(Object { store, key })
        }
        _ => Err(wrong(format!(
            "names {whole:?}, which does not lie below {}; copy it there and name it relative to it",
            store.location()
        ))),
    }
}

/// Why there is nothing to read of a window without jobs; `None` where it was a quiet one.
pub(super) async fn why_unread(traffic: Traffic<'_>, pairs: &[Pair]) -> Result<Option<String>, RunError> {
    let Traffic { store, .. } = traffic;
    if !pairs.is_empty() || store.first("input/").await?.is_some() || store.first("output/").await?.is_some()
    {
        return Ok(None);
    }
    Ok(Some(format!(
        "no batch transform job was ever captured below {}: it holds neither input/ nor output/; check CAPTURE_URI (--capture)",
        store.location()
    )))
}

/// How much there is to read.
pub(super) async fn volume(traffic: Traffic<'_>) -> Result<CaptureVolume, RunError> {
    let mut volume = CaptureVolume::default();
    for pair in pairs(traffic).await? {
        for Object { store, key } in [pair.request, pair.answer].into_iter().flatten() {
            let entry = store.first(&key).await?.filter(|entry| entry.key == key);
            volume.files += 1;
            volume.size_bytes += entry.map_or(0, |entry| entry.size_bytes);
        }
    }
    Ok(volume)
}

impl<P: RecordProfile> Reading<'_, P> {
    /// Reads a job's object with the one that answers it.
    pub(super) async fn pair(&mut self, pair: Pair) -> Result<(), RunError> {
        let Pair { hour, request, answer } = pair;
        let named = request.as_ref().or(answer.as_ref()).map(Object::uri).unwrap_or_default();
        let file = CaptureFile::elsewhere(named, hour);
        let mut sides = Sides { request: self.lines(request).await?, answer: self.lines(answer).await? };
        self.begin_file();
        let mut profile = self.profile.empty();
        while let Some((number, line)) = sides.next(hour, &file).await? {
            let (measured, bytes) = match &line {
                Ok(line) => (self.line(&file, line.as_bytes(), &mut profile), line.as_bytes()),
                Err(rejected) => (Err(Unmeasured::Unread(rejected.clone())), &[][..]),
            };
            self.tell(measured.map_err(Rejected::from), &file, number, bytes);
        }
        self.profile.merge(&profile);
        Ok(())
    }

    async fn lines(&mut self, object: Option<Object>) -> Result<Option<Ahead>, RunError> {
        let Some(Object { store, key }) = object else { return Ok(None) };
        let chunks = store.read(&key).await?;
        self.summary.files += 1;
        self.summary.size_bytes += chunks.declared_bytes().unwrap_or(0);
        Ok(Some(Ahead { lines: Lines::new(chunks), next: None }))
    }
}

/// The lines of an object, the next one of them held.
struct Ahead {
    lines: Lines,
    next: Option<(u64, Result<Vec<u8>, Rejected>)>,
}

impl Ahead {
    /// The number of the next line.
    async fn peek(&mut self) -> Result<Option<u64>, RunError> {
        if self.next.is_none()
            && let Some(line) = self.lines.next().await?
        {
            let content = match line.content {
                Content::Bytes(bytes) => Ok(bytes.to_vec()),
                Content::Oversize { length_bytes } => Err(oversize(length_bytes)),
            };
            self.next = Some((line.number, content));
        }
        Ok(self.next.as_ref().map(|(number, _)| *number))
    }
}

/// Two objects, line by line.
struct Sides {
    request: Option<Ahead>,
    answer: Option<Ahead>,
}

impl Sides {
    /// The next line of either, with its counterpart.
    async fn next(
        &mut self,
        hour: Timestamp,
        file: &CaptureFile,
    ) -> Result<Option<(u64, Result<String, Rejected>)>, RunError> {
        let mut numbers = [None; 2];
        for (number, side) in numbers.iter_mut().zip([&mut self.request, &mut self.answer]) {
            if let Some(side) = side {
                *number = side.peek().await?;
            }
        }
        let Some(number) = numbers.into_iter().flatten().min() else { return Ok(None) };
        let take = |side: &mut Option<Ahead>| {
            let held = side.as_mut()?.next.take_if(|(held, _)| *held == number);
            held.map(|(_, content)| content).transpose().transpose()
        };
        let sides = take(&mut self.request).transpose().and_then(|request| {
            let answer = take(&mut self.answer).transpose()?;
            Ok((request, answer))
        });
        let line = sides.and_then(|(request, answer)| {
            let place = format!("{}, line {number}", file.entry.key);
            batch_record(request.as_deref(), answer.as_deref(), hour, &place)
        });
        Ok(Some((number, line)))
    }
}
