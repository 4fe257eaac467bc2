//! Whether a record whose id came before is a copy of that record, or another one that has the same id.
//!
//! An id that all records share names none of them: a constant, a UUID that a process made once. It is found out by what
//! a copy cannot have, and nothing is hashed of a record whose id is new:
//!
//! | a record whose id came before | is |
//! |---|---|
//! | of another second than the first | another one |
//! | of the same second, the first such | a copy |
//! | of the same second, with the content of that copy, up to [`MOST_COPIES`] of them | a copy |
//! | one more of these | another one, and so were they: an id that comes so often is nobody's |
//! | of the same second, with other content | another one |
//! | of an id that another record was found to have | another one |
//!
//! Where an id is found to be shared by their number, those taken for copies are equal to the record that shows it, so it is
//! measured for each of them and nothing is lost. Where it is found by time or content, at most [`MOST_COPIES`] records stay
//! copies. Content is what the payloads decode to: a copy that was written anew, in other escapes or BASE64, is one still. A
//! second is known modulo 65,536: windows above 18 hours hold seconds that are taken for the same.
//!
//! It holds at most [`MOST_REPEATED`] ids. Beyond them a record of the same second is a copy whatever it holds.

use bellwether_contract::capture::CaptureRecord;
use std::collections::BTreeMap;

/// Most repeated ids of which is known what came: a megabyte.
pub(crate) const MOST_REPEATED: usize = 1 << 14;
/// Most copies of one record. What is delivered more than once comes twice or thrice.
pub(crate) const MOST_COPIES: u8 = 8;

/// What came under ids that were seen before.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    known: BTreeMap<u128, Repeated>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// So many copies of this content.
    Copied(u128, u8),
    /// Another record than the first.
    Shared,
}

/// What a record is whose id came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// A copy.
    Copy,
    /// Another record, and so were so many that were taken for copies: they hold what this one holds.
    Another(u64),
}

impl Repeats {
    /// What a record is whose id came before. Nothing is noted yet.
    pub(crate) fn again(&self, id: u128, is_of_same_second: bool, record: &CaptureRecord<'_>) -> Again {
        match self.known.get(&id) {
            _ if !is_of_same_second => Again::Another(0),
            None => Again::Copy,
            Some(Repeated::Copied(content, count)) if *content == record.content_number() => {
                if *count < MOST_COPIES { Again::Copy } else { Again::Another(u64::from(*count)) }
            }
            Some(Repeated::Copied(..) | Repeated::Shared) => Again::Another(0),
        }
    }

    /// Notes a copy.
    pub(crate) fn copied(&mut self, id: u128, record: &CaptureRecord<'_>) {
        let has_room = self.known.len() < MOST_REPEATED;
        match self.known.get_mut(&id) {
            Some(Repeated::Copied(_, count)) => *count = count.saturating_add(1),
            None if has_room => {
                self.known.insert(id, Repeated::Copied(record.content_number(), 1));
            }
            Some(Repeated::Shared) | None => {}
        }
    }

    /// How many ids are held.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// The ids of which is known what came.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u128> {
        self.known.keys().copied()
    }

    /// Adds what came under other ids. There is room for them.
    pub(crate) fn extend(&mut self, others: &Self) {
        self.known.extend(&others.known);
    }

    /// Notes another record than the first, and tells how many this shows to have no id of their own: itself, and the
    /// first where that was not known before.
    pub(crate) fn shared(&mut self, id: u128) -> u64 {
        if self.known.len() == MOST_REPEATED && !self.known.contains_key(&id) {
            return 1;
        }
        match self.known.insert(id, Repeated::Shared) {
            Some(Repeated::Shared) => 1,
            Some(Repeated::Copied(..)) | None => 2,
        }
    }
}
