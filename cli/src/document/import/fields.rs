//! The fields of a description, flat: each value under its path. Whoever has a use for one takes it, so that what is left at the
//! end is what nobody had a use for.

use serde_json::{Map, Value};

/// Paths and values, in the order of the description.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// All values of an object. Nulls, empty texts and empty lists are none.
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let mut fields = Self::default();
        object.iter().for_each(|(name, value)| fields.add(name, value));
        fields
    }

    /// A value and what lies in it, under a name. The reader of JSON has seen to it that nothing is nested deeply.
    pub(super) fn add(&mut self, path: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::Object(object) if object.is_empty() => self.0.push((path.to_owned(), String::new())),
            Value::Object(object) => {
                object.iter().for_each(|(name, value)| self.add(&format!("{path}.{name}"), value));
            }
            Value::Array(members) if members.is_empty() => {}
            Value::Array(members)
                if members.iter().all(|member| !member.is_array() && !member.is_object()) =>
            {
                let texts: Vec<String> = members.iter().map(text).collect();
                self.0.push((path.to_owned(), texts.join(", ")));
            }
            Value::Array(members) => {
                let members = members.iter().enumerate();
                members.for_each(|(place, member)| self.add(&format!("{path}.{place}"), member));
            }
            value => self.0.push((path.to_owned(), text(value))),
        }
    }

    /// The value under a path, which is gone then.
    pub(super) fn take(&mut self, path: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == path)?;
        Some(self.0.remove(place).1)
    }

    /// Everything under a path, which is gone then.
    pub(super) fn take_below(&mut self, path: &str) -> Vec<(String, String)> {
        let (taken, left) =
            std::mem::take(&mut self.0).into_iter().partition(|(known, _)| lies_below(known, path));
        self.0 = left;
        taken
    }

    /// The value under a path.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, value)| value.as_str())
    }

    /// Whether anything lies under a path.
    pub(super) fn has_below(&self, path: &str) -> bool {
        self.0.iter().any(|(known, _)| lies_below(known, path))
    }

    /// What nobody took, without those of this name.
    pub(super) fn left_but(self, names: &[&str]) -> Vec<(String, String)> {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        self.0.into_iter().filter(|(path, _)| !names.contains(&last(path).as_str())).collect()
    }
}

fn lies_below(known: &str, path: &str) -> bool {
    known.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_has_a_path_and_is_taken_once() {
        let object = json!({
            "A": {"B": "x", "C": {"D": 1}, "None": null, "Empty": "", "Nothing": {}, "NoList": []},
            "Texts": ["a", "b"],
            "Objects": [{"Uri": "s3://b"}, {"Uri": true}],
            "AB": 0.5,
        });
        let mut fields = Fields::of(object.as_object().expect("an object"));
        assert_eq!(fields.take("A.B").as_deref(), Some("x"));
        assert_eq!((fields.take("A.B"), fields.get("Texts")), (None, Some("a, b")));
        assert!(fields.has_below("A") && fields.has_below("Objects.1.Uri") && !fields.has_below("Object"));
        let pair = |(path, value): (&str, &str)| (path.to_owned(), value.to_owned());
        assert_eq!(fields.take_below("A"), [("A.C.D", "1"), ("A.Nothing", "")].map(pair));
        assert_eq!(fields.left_but(&["Uri"]), [("Texts", "a, b"), ("AB", "0.5")].map(pair));
    }
}
