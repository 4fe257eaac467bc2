//! Whether a record whose id came before is a copy of that record, or another one that has the same id.
//!
//! An id that all records share names none of them: a constant, a UUID that a process made once. It is found out by what
//! a copy cannot have, and nothing is hashed of a record whose id is new:
//!
//! | a record whose id came before | is |
//! |---|---|
//! | of another second than the first | another one |
//! | of the same second, the first such | a copy |
//! | of the same second, with the content of that copy | a copy |
//! | of the same second, with other content | another one |
//! | of an id that another record was found to have | another one |
//!
//! So at most one record of a shared id is taken for a copy. Content is what the payloads decode to: a copy that was written
//! anew, in other escapes or BASE64, is one still. A second is known modulo 65,536: windows above 18 hours hold seconds that are taken for the same.
//!
//! It holds at most [`MOST_REPEATED`] ids. Beyond them a record of the same second is a copy whatever it holds.

use bellwether_contract::capture::CaptureRecord;
use std::collections::BTreeMap;

/// Most repeated ids of which is known what came: a megabyte.
const MOST_REPEATED: usize = 1 << 14;

/// What came under ids that were seen before.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    known: BTreeMap<u128, Repeated>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// A copy of this content.
    Copied(u128),
    /// Another record than the first.
    Shared,
}

impl Repeats {
    /// Whether a record whose id came before is a copy. Nothing is noted yet.
    pub(crate) fn is_copy(&self, id: u128, is_of_same_second: bool, record: &CaptureRecord<'_>) -> bool {
        match self.known.get(&id) {
            Some(Repeated::Shared) => false,
            Some(Repeated::Copied(content)) => is_of_same_second && *content == record.content_number(),
            None => is_of_same_second,
        }
    }

    /// Notes a copy.
    pub(crate) fn copied(&mut self, id: u128, record: &CaptureRecord<'_>) {
        if self.known.len() < MOST_REPEATED {
            self.known.entry(id).or_insert_with(|| Repeated::Copied(record.content_number()));
        }
    }

    /// Notes another record than the first, and tells how many this shows to have no id of their own: itself, and the
    /// first where that was not known before.
    pub(crate) fn shared(&mut self, id: u128) -> u64 {
        if self.known.len() == MOST_REPEATED && !self.known.contains_key(&id) {
            return 1;
        }
        match self.known.insert(id, Repeated::Shared) {
            Some(Repeated::Shared) => 1,
            Some(Repeated::Copied(_)) | None => 2,
        }
    }
}
