//! Plain paths, all of a side in one pass over its JSON: `a.b`, `a[0].b`, `a[].b.c`, `a[*]`, `@`.
//!
//! It builds no document: values at the end of a path are looked at where they stand, everything else is skipped.

use super::Found;
use crate::flat_json::Block;
use bellwether_contract::shape;
use jmespath::ast::Ast;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A place in the JSON and where it goes on from there.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// Paths that end here.
    ends: Vec<usize>,
    /// Those, and the paths that end further in.
    beneath: Vec<usize>,
    fields: Vec<(String, Node)>,
    items: Vec<(usize, Node)>,
    each: Option<Box<Node>>,
    flattened: Option<Box<Node>>,
}

enum Step {
    Field(String),
    Item(usize),
    /// `[*]`: the elements.
    Each,
    /// `[]`: the elements, and the elements of elements that are lists.
    Flattened,
}

impl Node {
    /// Adds a path, unless it is not a plain one.
    pub(super) fn add(&mut self, ast: &Ast, path: usize) -> bool {
        let Some(steps) = steps_of(ast) else { return false };
        let mut node = self;
        for step in steps {
            node.beneath.push(path);
            node = match step {
                Step::Field(name) => child(&mut node.fields, name),
                Step::Item(index) => child(&mut node.items, index),
                Step::Each => node.each.get_or_insert_default(),
                Step::Flattened => node.flattened.get_or_insert_default(),
            };
        }
        node.beneath.push(path);
        node.ends.push(path);
        true
    }

    /// Follows all paths into a payload. Where one leads to no value for a column, `fault` says which.
    pub(super) fn walk(
        &self,
        text: &str,
        found: &mut [Found],
        block: &mut Block,
        fault: &mut Option<NoValue>,
    ) -> Result<(), serde_json::Error> {
        if self.beneath.is_empty() {
            return Ok(());
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let at = At { node: self, row: None, sink: &mut Sink { found, block, fault } };
        at.deserialize(&mut reader).and_then(|()| reader.end())
    }

    fn goes_on(&self) -> bool {
        self.beneath.len() > self.ends.len()
    }
}

fn child<K: PartialEq>(children: &mut Vec<(K, Node)>, key: K) -> &mut Node {
    let place = children.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        children.push((key, Node::default()));
        children.len() - 1
    });
    &mut children[place].1
}

/// The steps of a plain path: fields and indices around at most one projection.
fn steps_of(ast: &Ast) -> Option<Vec<Step>> {
    let Ast::Projection { lhs, rhs, .. } = ast else { return simple_steps(ast) };
    let (before, projection) = match &**lhs {
        Ast::Flatten { node, .. } => (&**node, Step::Flattened),
        other => (other, Step::Each),
    };
    let mut steps = simple_steps(before)?;
    steps.push(projection);
    steps.extend(simple_steps(rhs)?);
    Some(steps)
}

fn simple_steps(ast: &Ast) -> Option<Vec<Step>> {
    match ast {
        Ast::Identity { .. } => Some(Vec::new()),
        Ast::Field { name, .. } => Some(vec![Step::Field(name.clone())]),
        Ast::Index { idx, .. } => Some(vec![Step::Item(usize::try_from(*idx).ok()?)]),
        Ast::Subexpr { lhs, rhs, .. } => {
            let mut steps = simple_steps(lhs)?;
            steps.extend(simple_steps(rhs)?);
            Some(steps)
        }
        _ => None,
    }
}

/// A path that leads to no value for a column.
pub(super) struct NoValue {
    /// Its place among all paths.
    pub(super) path: usize,
    /// What it yields, in words.
    pub(super) what: String,
}

struct Sink<'s> {
    found: &'s mut [Found],
    block: &'s mut Block,
    fault: &'s mut Option<NoValue>,
}

impl Sink<'_> {
    /// Notes the value at the end of a path; `None` where it is none for a column.
    fn end(&mut self, path: usize, row: Option<u32>, token: &str) -> Option<()> {
        if row.is_none() && token.starts_with('[') {
            return self.list(path, token);
        }
        let Some((kind, span)) = self.block.keep_scalar(token) else {
            let what = format!("{} where a single value should be", shape::Kind::of(token));
            *self.fault = Some(NoValue { path, what });
            return None;
        };
        self.found[path].note(row, kind, span);
        Some(())
    }

    fn list(&mut self, path: usize, token: &str) -> Option<()> {
        let elements: Vec<&RawValue> = serde_json::from_str(token).ok()?;
        self.found[path].length = Some(elements.len() as u32);
        for (row, element) in elements.into_iter().enumerate() {
            self.end(path, Some(row as u32), element.get())?;
        }
        Some(())
    }

    fn begin_list(&mut self, paths: &[usize]) {
        for &path in paths {
            self.found[path].clear();
            self.found[path].length = Some(0);
        }
    }

    fn end_list(&mut self, paths: &[usize], rows: u32) {
        for &path in paths {
            self.found[path].length = Some(rows);
        }
    }
}

/// A node, and the value that stands there.
struct At<'n, 's, 'b> {
    node: &'n Node,
    row: Option<u32>,
    sink: &'s mut Sink<'b>,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.ends.is_empty() {
            return deserializer.deserialize_any(self);
        }
        let token = serde::Deserialize::deserialize(deserializer).map(RawValue::get)?;
        self.token(token).map_err(D::Error::custom)
    }
}

impl At<'_, '_, '_> {
    /// Looks at a value that was read whole.
    fn token(self, token: &str) -> Result<(), serde_json::Error> {
        for &path in &self.node.ends {
            // A list or an object whose parts are wanted as well is another path's business.
            let noted = self.sink.end(path, self.row, token);
            noted.ok_or_else(|| serde_json::Error::custom("no value for a column"))?;
        }
        if self.node.goes_on() {
            return serde_json::Deserializer::from_str(token).deserialize_any(self);
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for At<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    crate::skip::skips_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let fields = &self.node.fields;
        let mut guess = 0;
        while let Some(place) = map.next_key_seed(Key { fields, guess })? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let node = &fields[place].1;
            for &path in &node.beneath {
                self.sink.found[path].forget(self.row);
            }
            map.next_value_seed(At { node, row: self.row, sink: &mut *self.sink })?;
            guess = place + 1;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        match self.node {
            Node { each: Some(each), items, flattened: None, .. } if items.is_empty() => {
                elements(each, self.sink, list)
            }
            Node { each: None, flattened: None, .. } => self.items(list),
            _ => self.tokens(list),
        }
    }
}

/// Each element is a row.
fn elements<'de, A: SeqAccess<'de>>(node: &Node, sink: &mut Sink<'_>, mut list: A) -> Result<(), A::Error> {
    sink.begin_list(&node.beneath);
    let mut rows = 0;
    while let Some(()) = list.next_element_seed(At { node, row: Some(rows), sink: &mut *sink })? {
        rows += 1;
    }
    sink.end_list(&node.beneath, rows);
    Ok(())
}

impl At<'_, '_, '_> {
    /// Some elements are on a path.
    fn items<'de, A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            let item = self.node.items.iter().find(|(wanted, _)| *wanted == index);
            let element = match item {
                Some((_, node)) => {
                    list.next_element_seed(At { node, row: self.row, sink: &mut *self.sink })?
                }
                None => list.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Elements are on several paths, or lists that are flattened: they are read whole before.
    fn tokens<'de, A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { node, row, sink } = self;
        let nested =
            |node: &Option<Box<Node>>| node.as_ref().map(|node| node.beneath.clone()).unwrap_or_default();
        let (each, flattened) = (nested(&node.each), nested(&node.flattened));
        sink.begin_list(&each);
        sink.begin_list(&flattened);
        let (mut index, mut rows) = (0, 0);
        while let Some(token) = list.next_element::<&RawValue>()?.map(RawValue::get) {
            for (_, node) in node.items.iter().filter(|(wanted, _)| *wanted == index) {
                At { node, row, sink: &mut *sink }.token(token).map_err(A::Error::custom)?;
            }
            if let Some(node) = &node.each {
                At { node, row: Some(index as u32), sink: &mut *sink }
                    .token(token)
                    .map_err(A::Error::custom)?;
            }
            if let Some(node) = &node.flattened {
                rows = flatten(node, sink, token, rows).map_err(A::Error::custom)?;
            }
            index += 1;
        }
        sink.end_list(&each, index as u32);
        sink.end_list(&flattened, rows);
        Ok(())
    }
}

/// An element is a row, the elements of one that is a list are; returns the row after them.
fn flatten(node: &Node, sink: &mut Sink<'_>, token: &str, row: u32) -> Result<u32, serde_json::Error> {
    if !token.starts_with('[') {
        At { node, row: Some(row), sink }.token(token)?;
        return Ok(row + 1);
    }
    let elements: Vec<&RawValue> = serde_json::from_str(token)?;
    for (place, element) in elements.iter().enumerate() {
        At { node, row: Some(row + place as u32), sink: &mut *sink }.token(element.get())?;
    }
    Ok(row + elements.len() as u32)
}

/// The place of a key among the fields, guessed first; `None` for any other key.
struct Key<'n> {
    fields: &'n [(String, Node)],
    guess: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        if self.fields.get(self.guess).is_some_and(|(name, _)| name == key) {
            return Ok(Some(self.guess));
        }
        Ok(self.fields.iter().position(|(name, _)| name == key))
    }
}
