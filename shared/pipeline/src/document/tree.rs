//! YAML, and so JSON, as a tree of texts that know their lines.
//!
//! What a text means is its reader's question: nothing is a number or a truth value here. Anchors, aliases and tags are
//! refused: one place says one thing.

use super::Mistake;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::BTreeMap;

/// So many levels hold every document that means something.
const DEEPEST: usize = 8;

/// A value and the line where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    Text(String),
    List(Vec<Node>),
    /// In the order of the text, each name once.
    Map(Vec<Member>),
}

/// A name and what it says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) node: Node,
}

/// A list or a map that is not complete.
struct Open {
    node: Node,
    /// Of a map, the key whose value comes next.
    key: Option<(String, usize)>,
    /// Of a map, the line of each key.
    lines: BTreeMap<String, usize>,
}

/// Reads one document.
///
/// # Errors
/// What is no YAML, or more of it than is understood, with its line.
pub(super) fn read(text: &str) -> Result<Node, Mistake> {
    let mut parser = Parser::new_from_str(text);
    let (mut open, mut root) = (Vec::<Open>::new(), None);
    while let Some(event) = parser.next_event() {
        let (event, span) = event
            .map_err(|error| Mistake::at(error.marker().line(), format!("is no YAML: {}", error.info())))?;
        let line = span.start.line();
        let complete = match event {
            Event::DocumentStart(_) if root.is_some() => {
                return Err(Mistake::at(line, "a second document begins; keep one"));
            }
            Event::Alias(_) => return Err(unwanted(line, "an alias (*)")),
            Event::Scalar(.., anchor, ref tag)
            | Event::SequenceStart(anchor, ref tag)
            | Event::MappingStart(anchor, ref tag)
                if anchor > 0 || tag.is_some() =>
            {
                return Err(unwanted(line, if anchor > 0 { "an anchor (&)" } else { "a tag (!)" }));
            }
            Event::Scalar(text, style, ..) => Some(Node { line, value: scalar(&text, style) }),
            Event::SequenceStart(..) => {
                opened(&mut open, line, Value::List(Vec::new()))?;
                None
            }
            Event::MappingStart(..) => {
                opened(&mut open, line, Value::Map(Vec::new()))?;
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| open.node),
            _ => None,
        };
        if let Some(node) = complete {
            match open.last_mut() {
                Some(parent) => parent.take(node, span)?,
                None => root = Some(node),
            }
        }
    }
    root.ok_or_else(|| Mistake::at(1, "is empty"))
}

fn opened(open: &mut Vec<Open>, line: usize, value: Value) -> Result<(), Mistake> {
    if open.len() == DEEPEST {
        return Err(Mistake::at(line, format!("lists and maps lie more than {DEEPEST} deep")));
    }
    open.push(Open { node: Node { line, value }, key: None, lines: BTreeMap::new() });
    Ok(())
}

fn unwanted(line: usize, what: &str) -> Mistake {
    Mistake::at(
        line,
        format!("{what} stands here; anchors, aliases and tags are not read: write the value itself"),
    )
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" if style == ScalarStyle::Plain => Value::Null,
        text => Value::Text(text.to_owned()),
    }
}

impl Open {
    /// Takes what stands next below: in a map a key and its value by turns.
    fn take(&mut self, node: Node, span: Span) -> Result<(), Mistake> {
        let members = match &mut self.node.value {
            Value::List(items) => {
                items.push(node);
                return Ok(());
            }
            Value::Map(members) => members,
            Value::Null | Value::Text(_) => return Ok(()),
        };
        if let Some((key, line)) = self.key.take() {
            members.push(Member { line, key, node });
            return Ok(());
        }
        let Node { line, value: Value::Text(key) } = node else {
            return Err(Mistake::at(span.start.line(), "a key is no text"));
        };
        if let Some(first) = self.lines.insert(key.clone(), line) {
            return Err(Mistake::at(
                line,
                format!("{key:?} stands here for the second time, first in line {first}"),
            ));
        }
        self.key = Some((key, line));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: usize, text: &str) -> Node {
        Node { line, value: Value::Text(text.to_owned()) }
    }

    fn member(key: &str, node: Node) -> Member {
        Member { line: node.line, key: key.to_owned(), node }
    }

    #[test]
    fn texts_stay_as_they_are_written_and_know_their_lines() {
        let yaml = "a: no\nb:\n  - 1.0\n  - '~'\n  - ~\nc: {d: \"x\\ty\"}\n";
        let list = vec![text(3, "1.0"), text(4, "~"), Node { line: 5, value: Value::Null }];
        let map = vec![member("d", text(6, "x\ty"))];
        let Node { value: Value::Map(members), .. } = read(yaml).unwrap() else { panic!("no map") };
        assert_eq!(members[0], member("a", text(1, "no")));
        assert_eq!((members[1].line, &members[1].node.value), (2, &Value::List(list)));
        assert_eq!((members[2].line, &members[2].node.value), (6, &Value::Map(map)));
    }

    #[test]
    fn json_is_yaml_whatever_indents_it() {
        let json = "{\n\t\"a\": [\n\t\t1,\n\t\t\"s3:\\/\\/b\\u00e9\"\n\t],\r\n\t\"b\": {}\n}\n";
        let Node { value: Value::Map(members), .. } = read(json).unwrap() else { panic!("no map") };
        assert_eq!(members[0].node.value, Value::List(vec![text(3, "1"), text(4, "s3://bé")]));
        assert_eq!((members[1].line, &members[1].node.value), (6, &Value::Map(Vec::new())));
    }

    #[test]
    fn what_says_one_thing_in_two_places_is_refused_with_its_line() {
        for (yaml, told) in [
            ("a: 1\nb: &x 2\n", "line 2: an anchor (&) stands here"),
            ("a: &x 1\nb: *x\n", "line 1: an anchor (&)"),
            ("a: !!str 1\n", "line 1: a tag (!)"),
            ("- !local {a: 1}\n", "line 1: a tag (!)"),
            ("a: 1\nb: 2\na: 3\n", "line 3: \"a\" stands here for the second time, first in line 1"),
            ("a: 1\n---\nb: 1\n", "line 2: a second document begins"),
            ("a: [1\n", "is no YAML"),
            ("a: 1\n  b: 2\n", "line 2: is no YAML"),
            ("[1]: 2\n", "line 1: a key is no text"),
            ("", "line 1: is empty"),
            ("# nothing\n", "line 1: is empty"),
            (&"[".repeat(9), "line 1: lists and maps lie more than 8 deep"),
        ] {
            let mistake = read(yaml).unwrap_err().to_string();
            assert!(mistake.contains(told), "{yaml:?}: {mistake}");
        }
    }
}
