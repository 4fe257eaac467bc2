//! Which captured records are measured: those of the window, once each, that are not the monitor's own.
//!
//! It reads no payload itself, asks for neither side and counts nothing; the profile asks for the sides that it measures,
//! and the caller counts what it is told.
//!
//! A record is tested in this order, and the first reason counts: replay, outside_window, what the profile says of its
//! payload, duplicate. An id is remembered when its record is measured. So neither a record of the next hour nor one
//! whose payload is broken makes a later copy a duplicate, and what is counted does not depend on the order of copies.
//!
//! A record without an id of its own is a duplicate of none: it is measured and counted (`repeats` says which those are).
//!
//! Files may be read side by side, each as if it were the first ([`WindowFilter::ahead`]). What came of one stands if no id of it
//! came in a file before it ([`WindowFilter::admit`], in the order of keys), and almost always none did. Otherwise the file is read
//! once more, behind those before it. So what is counted does not depend on how many are read at once.
//!
//! ```
//! use bellwether_analysis::captured_rows::{CapturedRows, Columns};
//! use bellwether_analysis::window_filter::WindowFilter;
//! use bellwether_contract::capture::{CaptureRecord, LeftOut};
//! use bellwether_contract::window::Window;
//!
//! let at = |time: &str| format!(
//!     r#"{{"captureData":{{"endpointInput":{{"data":"1","encoding":"CSV"}},"endpointOutput":{{"data":"0","encoding":"CSV"}}}},"eventMetadata":{{"eventId":"7f3d1c5e-0b7b-4d33-8c8a-7a4adfa09a98","inferenceTime":"{time}"}}}}"#
//! );
//! let hour = Window::new("2026-10-31T08:00:00Z".parse()?, "2026-10-31T09:00:00Z".parse()?)?;
//! let (mut filter, mut rows) = (WindowFilter::new(hour), CapturedRows::new(Columns::default()));
//! let mut copies = CapturedRows::new(Columns::default());
//! let mut measure = |time| {
//!     let line = at(time);
//!     let record = CaptureRecord::from_line(line.as_bytes()).expect("a captured line");
//!     filter.measure(&record, &mut rows, &mut copies).map(|_| ()).map_err(|rejected| rejected.reason)
//! };
//! assert_eq!(measure("2026-10-31T08:59:59Z"), Ok(()));
//! assert_eq!(measure("2026-10-31T08:59:59Z"), Err(LeftOut::Duplicate));
//! assert_eq!(measure("2026-10-31T09:00:00Z"), Err(LeftOut::OutsideWindow), "the end is the next hour's");
//! assert_eq!(rows.finish().0.rows(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::id_map::{IdEntry, IdMap};
use crate::records::{Noted, RecordProfile};
use crate::repeats::{Again, MOST_REPEATED, Repeats};
use bellwether_contract::capture::{CaptureRecord, LeftOut, Rejected};
use bellwether_contract::execution::DuplicateScope;
use bellwether_contract::window::Interval;

/// Most ids that are held. The reliability promise: exact up to four million records a window.
pub const MAX_IDS: usize = 4_000_000;

/// The filter of one window. Files are fed in the order of their keys.
#[derive(Debug)]
pub struct WindowFilter {
    interval: Interval,
    /// The second in which each id came first, modulo 65,536.
    seen: IdMap<u16>,
    repeats: Repeats,
    scope: DuplicateScope,
    most_ids: usize,
    /// Ids of records that were not measured, where somebody asks which those were.
    turned_away: Option<Vec<u128>>,
}

impl WindowFilter {
    /// A filter of a window, or of an interval to the second, that remembers at most [`MAX_IDS`] ids.
    pub fn new(interval: impl Into<Interval>) -> Self {
        Self::with_limit(interval, MAX_IDS)
    }

    fn with_limit(interval: impl Into<Interval>, most_ids: usize) -> Self {
        let (seen, repeats) = (IdMap::default(), Repeats::default());
        let scope = DuplicateScope::InWindow;
        Self { interval: interval.into(), seen, repeats, scope, most_ids, turned_away: None }
    }

    /// A filter for one file of the window that knows of no other.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self { turned_away: Some(Vec::new()), ..Self::with_limit(self.interval, self.most_ids) }
    }

    /// Takes over what came of the file that begins, and says whether it came as if the file had been read by this filter. If not,
    /// nothing was taken over, and the file is to be read by it.
    pub fn admit(&mut self, file: &Self) -> bool {
        let has_overflowed = file.scope == DuplicateScope::InFile;
        if has_overflowed || self.repeats.len() + file.repeats.len() > MOST_REPEATED {
            return false;
        }
        if self.scope == DuplicateScope::InFile {
            // Ids began anew; what came under repeated ones is remembered.
            if self.repeats.ids().any(|id| file.seen.get(id).is_some()) {
                return false;
            }
        } else if self.seen.len() + file.seen.len() >= self.most_ids || !self.is_apart_from(file) {
            return false;
        }
        self.seen.extend(&file.seen);
        self.repeats.extend(&file.repeats);
        true
    }

    /// Whether none of a file's ids came before, those of records that were not measured among them.
    fn is_apart_from(&self, file: &Self) -> bool {
        let turned_away = file.turned_away.iter().flatten();
        turned_away.copied().all(|id| self.seen.get(id).is_none()) && self.seen.is_apart_from(&file.seen)
    }

    /// Tells that another part of a wide window begins: its duplicates are looked for in it alone.
    pub fn next_part(&mut self) {
        *self = Self { scope: DuplicateScope::InPart, ..Self::with_limit(self.interval, self.most_ids) };
    }

    /// Tells that another file begins.
    pub fn next_file(&mut self) {
        if self.scope == DuplicateScope::InFile {
            self.seen = IdMap::default();
        }
    }

    /// Measures a record in the profile, unless it is none of the window's or a copy. Copies are read into `copies`, which
    /// nobody looks at: a broken one is told as broken, whether it comes before the good one or after it.
    ///
    /// # Errors
    /// Why the record is not measured; then nothing of it is in the profile.
    pub fn measure<P: RecordProfile>(
        &mut self,
        record: &CaptureRecord<'_>,
        profile: &mut P,
        copies: &mut P,
    ) -> Result<Noted, Rejected> {
        if record.is_replay() {
            return Err(LeftOut::Replay.into());
        }
        let time = record.event_metadata.inference_time;
        if !self.interval.contains(time) {
            return Err(LeftOut::OutsideWindow.into());
        }
        let Some(id) = record.event_number() else {
            return profile.add(record).map(|noted| Noted { no_id: 1, ..noted });
        };
        if self.seen.len() == self.most_ids {
            self.scope = DuplicateScope::InFile;
            self.seen = IdMap::default();
        }
        let second = time.as_second().rem_euclid(1 << 16) as u16;
        let first = match self.seen.entry(id) {
            IdEntry::Vacant(place) => {
                let added = profile.add(record);
                match &added {
                    Ok(_) => place.fill(second),
                    Err(_) => self.turned_away.iter_mut().for_each(|ids| ids.push(id)),
                }
                return added;
            }
            IdEntry::Held(first) => *first,
        };
        let Again::Another(no_copies) = self.repeats.again(id, first == second, record) else {
            copies.add(record)?;
            self.repeats.copied(id, record);
            return Err(LeftOut::Duplicate.into());
        };
        let mut noted = profile.add(record)?;
        for _ in 0..no_copies {
            let equal = profile.add(record)?;
            noted.non_finite += equal.non_finite;
            noted.header_rows += equal.header_rows;
        }
        Ok(Noted { no_id: self.repeats.shared(id) + no_copies, no_copies, ..noted })
    }

    /// How far duplicates were looked for.
    pub fn scope(&self) -> DuplicateScope {
        self.scope
    }
}

#[cfg(test)]
mod tests;
