//! Where bytes lie: objects under an S3 prefix or files under a folder, behind one type with few verbs.
//!
//! It does not know what a key means, does not parse what it reads, makes no clients and keeps no state.
//! Both backends are real and keep one contract, which `tests/tests/storage_conformance.rs` states.
//!
//! What the two do alike:
//! * A key is refused before anything is sent if it is not valid (see [`Store::read`]).
//! * A write is whole or not there; no reader and no listing ever sees half of one.
//! * A listing is in the order of UTF-8 bytes, complete, and holds no folder markers (keys that end in `/`).
//!
//! What a folder cannot do: hold a key `a` beside a key `a/b`. The second write is refused, naming both.
//! A folder is expected on a file system that tells upper case from lower case.

mod chunks;
mod error;
mod folder;
mod key;
mod lines;
mod location;
mod relations;
mod s3;
mod store;

pub use chunks::Chunks;
pub use error::StorageError;
pub use lines::{Content, Line, Lines, MAX_LINE_BYTES};
pub use location::Location;
pub use store::{Entry, Level, Put, Store, Swap, Version};
