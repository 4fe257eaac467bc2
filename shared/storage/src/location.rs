//! A place named on a command line or in an environment variable: `s3://bucket/prefix`, or a path.
//!
//! It does not look whether the place exists.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::StorageError;
use crate::key;

/// Where a set of keys lives. `Display` writes what `FromStr` reads, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A bucket, and a prefix without a slash at either end; empty means the whole bucket.
    S3 { bucket: String, prefix: String },
    /// A folder, relative to the working directory or absolute.
    Folder(PathBuf),
}

impl FromStr for Location {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, StorageError> {
        match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("s3") => parse_s3(text, rest),
            Some((scheme, _)) if is_scheme(scheme) => {
                Err(StorageError::refused(text, "only s3://bucket/prefix and plain paths are understood"))
            }
            _ => parse_folder(text),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Folder(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Location {
    /// Where a folder really lies: symbolic links are followed as far as the path is there. It looks at the disk, so that two
    /// names of one folder can be compared; an S3 location is as it is.
    #[must_use]
    pub fn resolved(&self) -> Self {
        let Self::Folder(path) = self else { return self.clone() };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let there = absolute.ancestors().find_map(|there| Some((there, there.canonicalize().ok()?)));
        let resolved = there.map(|(there, real)| match absolute.strip_prefix(there) {
            Ok(rest) if !rest.as_os_str().is_empty() => real.join(rest),
            _ => real,
        });
        Self::Folder(resolved.unwrap_or(absolute))
    }
}

fn parse_s3(text: &str, rest: &str) -> Result<Location, StorageError> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if bucket.is_empty() || !bucket.chars().all(in_name) {
        return Err(StorageError::refused(text, "the bucket's name is empty or not valid"));
    }
    if !prefix.is_empty()
        && let Some(reason) = key::refusal(prefix, 0)
    {
        return Err(StorageError::refused(text, reason));
    }
    Ok(Location::S3 { bucket: bucket.into(), prefix: prefix.into() })
}

fn parse_folder(text: &str) -> Result<Location, StorageError> {
    if text.is_empty() {
        return Err(StorageError::refused("\"\"", "a location is empty"));
    }
    if text.contains('\0') {
        return Err(StorageError::refused(text.escape_debug().to_string(), "a path cannot hold NUL"));
    }
    if text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("s3:")) {
        return Err(StorageError::refused(text, "an S3 location is written s3://bucket/prefix"));
    }
    // Collecting the components drops trailing slashes and inner `./`, nothing else.
    Ok(Location::Folder(Path::new(text).components().collect()))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_written_as_it_is_read() {
        let cases = [
            ("s3://b", "s3://b"),
            ("s3://b/", "s3://b"),
            ("S3://b/p/q/", "s3://b/p/q"),
            ("s3://b/a prefix+%", "s3://b/a prefix+%"),
            ("out/", "out"),
            ("./out/./x", "./out/x"),
            ("/", "/"),
            ("../up", "../up"),
            ("a b", "a b"),
        ];
        for (text, written) in cases {
            let location: Location = text.parse().expect(text);
            assert_eq!(location.to_string(), written);
            assert_eq!(written.parse::<Location>().expect(written), location);
        }
    }

    #[test]
    fn what_is_neither_s3_nor_a_path_is_refused() {
        let bad = [
            "",
            "s3://",
            "s3:///p",
            "s3:b/p",
            "s3:/b",
            "s3://b//p",
            "s3://b/../p",
            "s3://b c/p",
            "http://x/y",
            "file:///tmp",
            "s3a://b/p",
            "gs://b",
            "a\0b",
        ];
        for text in bad {
            let refused = text.parse::<Location>();
            assert!(matches!(refused, Err(StorageError::Refused { .. })), "{text:?} gave {refused:?}");
        }
    }
}
