//! Which keys a store accepts, the same for S3 and for a folder.
//!
//! It does not say what a key means: the contract builds keys, this only keeps them inside their location.

/// S3's own limit for a whole key, in bytes of UTF-8.
pub(crate) const MAX_KEY_BYTES: usize = 1024;

/// Begins the name of every file that is still being written. No key may use it and no listing shows it.
pub(crate) const RESERVED: &str = ".bellwether-put-";

/// Why `key` cannot be used, if it cannot. `ahead_bytes` is what stands before it in the backend's own key.
pub(crate) fn refusal(key: &str, ahead_bytes: usize) -> Option<&'static str> {
    if ahead_bytes + key.len() > MAX_KEY_BYTES {
        return Some("the key is longer than 1,024 bytes");
    }
    if key.chars().any(char::is_control) {
        return Some("the key holds a control character");
    }
    key.split('/').find_map(component_refusal)
}

/// Why `prefix` cannot be listed. Its last component may be unfinished, or absent.
pub(crate) fn prefix_refusal(prefix: &str, ahead_bytes: usize) -> Option<&'static str> {
    match prefix.rsplit_once('/') {
        _ if prefix.chars().any(char::is_control) => Some("the prefix holds a control character"),
        _ if ahead_bytes + prefix.len() > MAX_KEY_BYTES => Some("the prefix is longer than 1,024 bytes"),
        Some((folders, _)) => refusal(folders, ahead_bytes),
        None => None,
    }
}

/// Whether a listing shows `key`: not a folder marker, not a file that is still being written.
pub(crate) fn is_listed(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    !name.is_empty() && !name.starts_with(RESERVED)
}

fn component_refusal(component: &str) -> Option<&'static str> {
    match component {
        "" => Some("the key has an empty component"),
        "." | ".." => Some("the key has a component '.' or '..'"),
        name if name.starts_with(RESERVED) => Some("the key uses a name reserved for unfinished writes"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_leave_their_location_or_cannot_be_held_are_refused() {
        let long = "k".repeat(1025);
        let bad = [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/.",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{85}b",
            "a/.bellwether-put-1-1",
            long.as_str(),
        ];
        for key in bad {
            assert!(refusal(key, 0).is_some(), "{key:?} was accepted");
        }
    }

    #[test]
    fn keys_that_only_look_odd_are_accepted() {
        let exact = "k".repeat(1024);
        for key in ["a", "a/b", "...", "a b+c%2F", "été/日本/🦀", ".hidden", "a\\b", exact.as_str()] {
            assert_eq!(refusal(key, 0), None, "{key:?}");
        }
        assert!(refusal(&exact, 1).is_some(), "the location's own prefix counts");
    }

    #[test]
    fn a_prefix_may_be_unfinished_but_not_leave_its_location() {
        for prefix in ["", "a", "a/", "a/b", "a/.", "a/.."] {
            assert_eq!(prefix_refusal(prefix, 0), None, "{prefix:?}");
        }
        for prefix in ["/", "../", "a/../", "a//", "a//b", "a\n"] {
            assert!(prefix_refusal(prefix, 0).is_some(), "{prefix:?} was accepted");
        }
    }
}
