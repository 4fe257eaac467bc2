//! Batch transform jobs as captured records: each line of what a job read beside the line that answers it.
//!
//! Data capture writes manifests there, below `input/` and `output/` in folders of the hour in which the job started, and the
//! objects that they name lie elsewhere. An answer is called as its request is, and `.out` behind it.
//!
//! | request and answer | what becomes of them |
//! |---|---|
//! | both, of as many lines | each line with the one that answers it; blank lines count on neither side |
//! | both, of different numbers of lines | nobody knows which line answers which: no line is judged, all are left out as `row_count` |
//! | one without the other | records without that side, which the verdict tells of |
//! | one request, several answers | several jobs read it: each answer with it |
//! | several requests of one name in an hour, and an answer | an error: nobody knows whose it is |

use super::beside::{MISNAMED, is_hidden};
use super::files::{CaptureFile, is_of_an_hour};
use super::reading::{Reading, Unmeasured};
use super::{CaptureVolume, Traffic, oversize};
use crate::RunError;
use bellwether_analysis::records::RecordProfile;
use bellwether_contract::ContractError;
use bellwether_contract::capture::{BatchManifest, LeftOut, Rejected, batch_record};
use bellwether_contract::keys::{BatchSide, Key};
use bellwether_storage::{Content, Lines, Location, Store};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Largest manifest that is read: that of some 100,000 objects.
const MAX_MANIFEST_BYTES: u64 = 16 * 1024 * 1024;
/// How an answer's name ends, behind that of its request.
const ANSWER: &str = ".out";
/// How the name of a packed object ends (`CompressionType` of the job); answers come unpacked.
const PACKED: &str = ".gz";

/// An object of a job.
#[derive(Debug, Clone)]
struct Object {
    store: Store,
    key: String,
    /// Which manifest names it.
    manifest: String,
}

impl Object {
    fn uri(&self) -> String {
        self.store.uri(&self.key)
    }

    /// Its lines. What is called `.gz` is unpacked, as the job unpacked it.
    async fn lines(&self) -> Result<(Lines, u64), RunError> {
        let chunks = self.store.read(&self.key).await?;
        let size_bytes = chunks.declared_bytes().unwrap_or(0);
        let chunks = if self.key.ends_with(PACKED) { chunks.unpacked(self.uri()) } else { chunks };
        Ok((Lines::new(chunks), size_bytes))
    }

    /// How many of its lines are not blank.
    async fn count(&self) -> Result<u64, RunError> {
        let (mut lines, _) = self.lines().await?;
        let mut count = 0;
        while lines.next().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// What a job read and what it answered.
#[derive(Debug, Default)]
pub(super) struct Pair {
    hour: Timestamp,
    request: Option<Object>,
    answer: Option<Object>,
}

impl Pair {
    fn uris(&self) -> [Option<String>; 2] {
        [&self.request, &self.answer].map(|side| side.as_ref().map(Object::uri))
    }
}

/// The jobs that started in the hours of a window, in the order of hours and names. What manifests of two hours name is read once.
///
/// # Errors
/// A manifest that is none, or names an object that cannot be told; answers of which nobody knows what they answer.
pub(super) async fn pairs(traffic: Traffic<'_>) -> Result<Vec<Pair>, RunError> {
    let mut pairs: Vec<Pair> = Vec::new();
    for hour in traffic.window.hours() {
        let requests = objects(traffic.store, BatchSide::Input, hour).await?;
        let mut answers = objects(traffic.store, BatchSide::Output, hour).await?;
        for (name, requests) in requests {
            let answers = answers.remove(&name).unwrap_or_default();
            pairs.extend(of_a_name(hour, &name, requests, answers)?);
        }
        for (name, answers) in answers {
            pairs.extend(of_a_name(hour, &name, Vec::new(), answers)?);
        }
    }
    let mut known = BTreeSet::new();
    pairs.retain(|pair| known.insert(pair.uris()));
    Ok(pairs)
}

/// The objects of one name. Several jobs of an hour may read one object, and each answers it.
fn of_a_name(
    hour: Timestamp,
    name: &str,
    requests: Vec<Object>,
    answers: Vec<Object>,
) -> Result<Vec<Pair>, ContractError> {
    let of_both =
        |request: &Object, answer| Pair { hour, request: Some(request.clone()), answer: Some(answer) };
    match (requests.as_slice(), answers.is_empty()) {
        ([first, second, ..], false) => {
            let reason = format!(
                "two objects of this hour are called {name:?}, the other in {}: nobody knows which of them an answer \
                 answers; give the objects of jobs that start in one hour different names",
                second.manifest
            );
            Err(ContractError::malformed(first.manifest.clone(), reason))
        }
        ([request], false) => Ok(answers.into_iter().map(|answer| of_both(request, answer)).collect()),
        _ => {
            let unanswered = requests.into_iter().map(|request| (Some(request), None));
            let alone = unanswered.chain(answers.into_iter().map(|answer| (None, Some(answer))));
            Ok(alone.map(|(request, answer)| Pair { hour, request, answer }).collect())
        }
    }
}

/// The objects of one side by the name of their request, each once.
async fn objects(
    store: &Store,
    side: BatchSide,
    hour: Timestamp,
) -> Result<BTreeMap<String, Vec<Object>>, RunError> {
    let mut objects: BTreeMap<String, Vec<Object>> = BTreeMap::new();
    for entry in store.list(&Key::BatchHour(side, hour).to_string()).await? {
        // The marker of a folder has no name.
        if entry.key.rsplit('/').next().is_none_or(|name| name.is_empty() || is_hidden(name)) {
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
        return Ok(Object { store: store.clone(), key: whole, manifest: manifest.to_owned() });
    }
    let location: Location = whole.parse().map_err(|error| wrong(format!("{error}")))?;
    match (store, location) {
        (Store::S3 { client, .. }, Location::S3 { bucket, prefix: key }) if !key.is_empty() => {
            let store = Store::S3 { client: client.clone(), bucket, prefix: String::new() };
            Ok(Object { store, key, manifest: manifest.to_owned() })
        }
        _ => Err(wrong(format!(
            "names {whole:?}, which does not lie below {}; copy it there and name it relative to it",
            store.location()
        ))),
    }
}

/// Why there is nothing to read of a window without jobs; `None` where it was a quiet one: another hour has a manifest.
///
/// # Errors
/// Manifests in folders that are no hours.
pub(super) async fn why_unread(traffic: Traffic<'_>, pairs: &[Pair]) -> Result<Option<String>, RunError> {
    let Traffic { store, .. } = traffic;
    if !pairs.is_empty() {
        return Ok(None);
    }
    let mut misnamed = None;
    for side in ["input/", "output/"] {
        if store.find(side, |entry| is_of_an_hour(&entry.key[side.len()..])).await?.is_some() {
            return Ok(None);
        }
        misnamed = misnamed.or(store.first(side).await?);
    }
    if let Some(entry) = misnamed {
        return Err(ContractError::malformed(store.uri(&entry.key), MISNAMED).into());
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
        for Object { store, key, .. } in [pair.request, pair.answer].into_iter().flatten() {
            let entry = store.first(&key).await?.filter(|entry| entry.key == key);
            volume.files += 1;
            volume.size_bytes += entry.map_or(0, |entry| entry.size_bytes);
        }
    }
    Ok(volume)
}

impl<P: RecordProfile> Reading<P> {
    /// Reads a job's object with the one that answers it.
    pub(super) async fn pair(&mut self, pair: &Pair) -> Result<P, RunError> {
        let Pair { hour, request, answer } = pair;
        let named = request.as_ref().or(answer.as_ref()).map(Object::uri).unwrap_or_default();
        let (file, mut profile) = (CaptureFile::elsewhere(named, *hour), self.empty());
        if let (Some(request), Some(answer)) = (request, answer)
            && let Some((count, uneven)) = uneven(request, answer).await?
        {
            self.summary.files += 2;
            (1..=count).for_each(|number| self.tell(Err(uneven.clone()), &file, number, &[]));
            return Ok(profile);
        }
        let mut sides = Sides { request: self.opened(request).await?, answer: self.opened(answer).await? };
        while let Some((number, line)) = sides.next(*hour, &file).await? {
            let (measured, bytes) = match &line {
                Ok(line) => (self.line(&file, line.as_bytes(), &mut profile), line.as_bytes()),
                Err(rejected) => (Err(Unmeasured::Unread(rejected.clone())), &[][..]),
            };
            self.tell(measured.map_err(Rejected::from), &file, number, bytes);
        }
        Ok(profile)
    }

    async fn opened(&mut self, object: &Option<Object>) -> Result<Option<Lines>, RunError> {
        let Some(object) = object else { return Ok(None) };
        let (lines, size_bytes) = object.lines().await?;
        self.summary.files += 1;
        self.summary.size_bytes += size_bytes;
        Ok(Some(lines))
    }
}

/// How many lines cannot be paired, and why, where two objects have different numbers of lines.
async fn uneven(request: &Object, answer: &Object) -> Result<Option<(u64, Rejected)>, RunError> {
    let (requests, answers) = (request.count().await?, answer.count().await?);
    if requests == answers {
        return Ok(None);
    }
    let found = format!("{requests} lines, and {answers} that answer them");
    Ok(Some((requests.max(answers), LeftOut::RowCount.because("as many answers as lines", found))))
}

/// The next line of an object that is not blank: its number, and what it holds.
type Next = Option<(u64, Result<Vec<u8>, Rejected>)>;

async fn next(lines: &mut Option<Lines>) -> Result<Next, RunError> {
    let Some(lines) = lines else { return Ok(None) };
    let Some(line) = lines.next().await? else { return Ok(None) };
    let content = match line.content {
        Content::Bytes(bytes) => Ok(bytes.to_vec()),
        Content::Oversize { length_bytes } => Err(oversize(length_bytes)),
    };
    Ok(Some((line.number, content)))
}

/// Two objects, line by line.
struct Sides {
    request: Option<Lines>,
    answer: Option<Lines>,
}

impl Sides {
    /// The next line with the one that answers it. It is told by its number in the request, or in the answer that has none.
    async fn next(
        &mut self,
        hour: Timestamp,
        file: &CaptureFile,
    ) -> Result<Option<(u64, Result<String, Rejected>)>, RunError> {
        let (request, answer) = (next(&mut self.request).await?, next(&mut self.answer).await?);
        let Some(number) = request.as_ref().or(answer.as_ref()).map(|(number, _)| *number) else {
            return Ok(None);
        };
        let content = |side: Next| side.map(|(_, content)| content).transpose();
        let line = content(request).and_then(|request| {
            let answer = content(answer)?;
            let place = format!("{}, line {number}", file.entry.key);
            batch_record(request.as_deref(), answer.as_deref(), hour, &place)
        });
        Ok(Some((number, line)))
    }
}
