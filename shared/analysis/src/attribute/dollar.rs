//! A path that begins with `$`, as JSONPath writes it, as JMESPath.
//!
//! It knows names, places and `[*]`; of what else JSONPath has, the compiler says that it is none.

use std::borrow::Cow;

/// The path in JMESPath's spelling; whatever begins otherwise is that already.
pub(super) fn to_jmespath(path: &str) -> Cow<'_, str> {
    let Some(mut rest) = path.strip_prefix('$') else { return Cow::Borrowed(path) };
    if rest.is_empty() {
        return Cow::Borrowed("@");
    }
    let mut written = String::with_capacity(path.len());
    while !rest.is_empty() {
        if let Some((name, behind)) = bracketed(rest) {
            field(&mut written, name);
            rest = behind;
        } else if let Some(named) = rest.strip_prefix('.') {
            let (name, behind) = named.split_at(named.find(['.', '[']).unwrap_or(named.len()));
            field(&mut written, name);
            rest = behind;
        } else {
            let (place, behind) = rest.split_at(rest.find(']').map_or(rest.len(), |end| end + 1));
            written.push_str(place);
            rest = behind;
        }
    }
    Cow::Owned(written)
}

/// `['name']` or `["name"]`, and what stands behind it.
fn bracketed(path: &str) -> Option<(&str, &str)> {
    let of = |open, close| path.strip_prefix(open)?.split_once(close);
    of("['", "']").or_else(|| of("[\"", "\"]"))
}

/// Adds a name: in quotes where it is more than a word. An empty one, as between two points, is for the compiler to refuse.
fn field(written: &mut String, name: &str) {
    if !written.is_empty() || name.is_empty() {
        written.push('.');
    }
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word && !name.starts_with(|first: char| first.is_ascii_digit()) || name == "*" {
        written.push_str(name);
    } else {
        written.push('"');
        written.push_str(name);
        written.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::to_jmespath;

    #[test]
    fn names_and_places_are_spelt_anew() {
        for (path, expected) in [
            ("a[].b", "a[].b"),
            ("$", "@"),
            ("$.a.b", "a.b"),
            ("$.a[*].b", "a[*].b"),
            ("$[0].a", "[0].a"),
            ("$[*]['the label']", r#"[*]."the label""#),
            (r#"$["a"]["b"]"#, "a.b"),
            ("$.predicted-label", r#""predicted-label""#),
            ("$.7", r#""7""#),
            ("$.a..b", "a..b"),
        ] {
            assert_eq!(to_jmespath(path), expected, "{path}");
        }
    }

    #[test]
    fn what_jmespath_does_not_have_does_not_compile() {
        for path in ["$..b", "$.a..b", "$.a[?(@.b>1)]", "$a[", "$.a[0,1]", "$."] {
            assert!(jmespath::compile(&to_jmespath(path)).is_err(), "{path}: {}", to_jmespath(path));
        }
    }
}
