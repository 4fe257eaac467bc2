//! How locations lie to one another: inside, beside, and as an object in its folder.
//!
//! It compares texts and opens nothing.

use crate::Location;
use std::path::{Component, Path, PathBuf};

impl Location {
    /// Whether this location is the other one or lies inside it.
    pub fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::S3 { bucket, prefix }, Self::S3 { bucket: other_bucket, prefix: other_prefix }) => {
                let inside = prefix.strip_prefix(other_prefix.as_str());
                let inside = inside
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || other_prefix.is_empty());
                bucket == other_bucket && inside
            }
            (Self::Folder(path), Self::Folder(other)) => whole(path).starts_with(whole(other)),
            _ => false,
        }
    }

    /// The location whose last part has this suffix more; `None` where there is no last part (a whole bucket, `/`).
    pub fn beside(&self, suffix: &str) -> Option<Self> {
        match self {
            Self::S3 { prefix, .. } if prefix.is_empty() => None,
            Self::S3 { bucket, prefix } => {
                Some(Self::S3 { bucket: bucket.clone(), prefix: format!("{prefix}{suffix}") })
            }
            Self::Folder(path) => {
                let mut name = path.file_name()?.to_owned();
                name.push(suffix);
                Some(Self::Folder(path.with_file_name(name)))
            }
        }
    }

    /// The key of an S3 object relative to this location; `None` for an object that lies elsewhere.
    pub fn key_below<'k>(&self, bucket: &str, key: &'k str) -> Option<&'k str> {
        match self {
            Self::S3 { bucket: ours, .. } if ours != bucket => None,
            Self::S3 { prefix, .. } if prefix.is_empty() => Some(key),
            Self::S3 { prefix, .. } => key.strip_prefix(prefix.as_str())?.strip_prefix('/'),
            Self::Folder(_) => None,
        }
    }

    /// A single object as its folder and its key there; `None` where the location names no object.
    pub fn as_object(&self) -> Option<(Self, String)> {
        match self {
            Self::S3 { bucket, prefix } => {
                let (parent, name) = prefix.rsplit_once('/').unwrap_or(("", prefix));
                let parent = Self::S3 { bucket: bucket.clone(), prefix: parent.to_owned() };
                (!name.is_empty()).then(|| (parent, name.to_owned()))
            }
            Self::Folder(path) => {
                let name = path.file_name()?.to_str()?.to_owned();
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                Some((Self::Folder(parent.unwrap_or(Path::new(".")).to_owned()), name))
            }
        }
    }
}

/// A path from the root on, without `..`: two ways to write one folder are one folder.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut whole = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Location {
        text.parse().expect(text)
    }

    fn here(path: &str) -> String {
        std::path::absolute(path).expect("a path").display().to_string()
    }

    #[test]
    fn inside_means_below_a_whole_part() {
        for (inner, outer) in [
            ("s3://b/r/s", "s3://b/r"),
            ("s3://b/r", "s3://b/r"),
            ("s3://b/r", "s3://b"),
            ("out/r/s", "out/r"),
            ("out/x/../r/s", "out/r"),
            ("out/r", "out/x/../r"),
            (&here("out/r/s"), "out/r"),
            ("out/r/s", &here("out")),
        ] {
            assert!(at(inner).is_within(&at(outer)), "{inner} in {outer}");
        }
        for (inner, outer) in [
            ("s3://b/r-state", "s3://b/r"),
            ("s3://c/r/s", "s3://b/r"),
            ("out/r-state", "out/r"),
            ("out/r/../s", "out/r"),
            (&here("out/s"), "out/r"),
            ("out/r", "s3://out/r"),
        ] {
            assert!(!at(inner).is_within(&at(outer)), "{inner} in {outer}");
        }
    }

    #[test]
    fn a_key_is_below_its_own_location_only() {
        assert_eq!(at("s3://b/r").key_below("b", "r/x/y"), Some("x/y"));
        assert_eq!(at("s3://b").key_below("b", "r/x"), Some("r/x"));
        for (location, bucket, key) in [
            ("s3://b/r", "c", "r/x"),
            ("s3://b/r", "b", "r-state/x"),
            ("s3://b/r", "b", "r"),
            ("b/r", "b", "r/x"),
        ] {
            assert_eq!(at(location).key_below(bucket, key), None, "{location} {bucket} {key}");
        }
    }

    #[test]
    fn beside_needs_a_last_part() {
        assert_eq!(at("s3://b/r").beside("-state"), Some(at("s3://b/r-state")));
        assert_eq!(at("out/r").beside("-state"), Some(at("out/r-state")));
        assert_eq!(
            (at("s3://b").beside("-state"), at("/").beside("-state"), at(".").beside("-state")),
            (None, None, None)
        );
    }

    #[test]
    fn an_object_is_a_folder_and_a_key() {
        assert_eq!(at("s3://b/x/y.json").as_object(), Some((at("s3://b/x"), "y.json".to_owned())));
        assert_eq!(at("s3://b/y.json").as_object(), Some((at("s3://b"), "y.json".to_owned())));
        assert_eq!(at("y.json").as_object(), Some((at("."), "y.json".to_owned())));
        assert_eq!(at("/tmp/y.json").as_object(), Some((at("/tmp"), "y.json".to_owned())));
        assert_eq!((at("s3://b").as_object(), at("/").as_object()), (None, None));
    }
}
