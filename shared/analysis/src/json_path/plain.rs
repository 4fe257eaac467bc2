//! Plain paths, several in one pass over a JSON text: `a.b`, `a[0].b`, `a[].b.c`, `a[*]`, `@`.
//!
//! It builds no document: what stands at the end of a path is handed to a visitor, everything else is skipped. Of two equal
//! keys the last one counts, as in the library.

use jmespath::ast::Ast;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// What is done with what paths lead to. Paths are called by their numbers.
///
/// A row is the place of an element in the list of a projection; without a projection there is none.
pub(crate) trait Visit {
    /// Reads the value at the end of these paths.
    fn end<'de, D: Deserializer<'de>>(
        &mut self,
        paths: &[usize],
        row: Option<u32>,
        value: D,
    ) -> Result<(), D::Error>;

    /// The same of a value that was read before.
    fn end_token(&mut self, paths: &[usize], row: Option<u32>, token: &str) -> Result<(), serde_json::Error> {
        self.end(paths, row, &mut serde_json::Deserializer::from_str(token))
    }

    /// Forgets what an earlier key of the same name had led to, in that row or at all.
    fn forget(&mut self, paths: &[usize], row: Option<u32>);

    /// The list of these paths' projection begins, in place of one that came before.
    fn begin_list(&mut self, paths: &[usize]);

    /// The list had so many rows.
    fn end_list(&mut self, paths: &[usize], rows: u32);
}

/// A place in the JSON and where it goes on from there; the default is the whole text, and no path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// Paths that end here.
    ends: Vec<usize>,
    /// Those, and the paths that end further in.
    beneath: Vec<usize>,
    fields: Vec<(String, Node)>,
    items: Vec<(usize, Node)>,
    each: Option<Box<Node>>,
    flattened: Option<Box<Node>>,
}

pub(crate) enum Step {
    Field(String),
    Item(usize),
    /// `[*]`: the elements.
    Each,
    /// `[]`: the elements, and the elements of elements that are lists.
    Flattened,
}

impl Node {
    /// The start of a single path, which is called 0.
    pub(crate) fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut node = Self::default();
        node.add(steps, 0);
        node
    }

    /// Adds a path.
    pub(crate) fn add(&mut self, steps: impl IntoIterator<Item = Step>, path: usize) {
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
    }

    /// Follows all paths into a text.
    pub(crate) fn walk(&self, text: &str, visit: &mut impl Visit) -> Result<(), serde_json::Error> {
        if self.beneath.is_empty() {
            return Ok(());
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        At { node: self, row: None, visit }.deserialize(&mut reader).and_then(|()| reader.end())
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

/// The steps of an expression, if it is a plain path: fields and indices around at most one projection.
pub(crate) fn steps_of(ast: &Ast) -> Option<Vec<Step>> {
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

/// The methods of a `serde::de::Visitor` for scalars, where all that matters is that there is one.
macro_rules! scalars {
    ($walk:ident => $done:expr) => {
        scalars!($walk => $done;
            visit_bool(bool), visit_unit(), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    };
    ($walk:ident => $done:expr; $($method:ident($($scalar:ty)?)),+) => {
        $(fn $method<E>($walk $(, _: $scalar)?) -> Result<(), E> {
            $done;
            Ok(())
        })+
    };
}

/// A node, and the value that stands there.
struct At<'n, 'v, V> {
    node: &'n Node,
    row: Option<u32>,
    visit: &'v mut V,
}

impl<'de, V: Visit> DeserializeSeed<'de> for At<'_, '_, V> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.ends.is_empty() {
            return deserializer.deserialize_any(self);
        }
        if !self.node.goes_on() {
            return self.visit.end(&self.node.ends, self.row, deserializer);
        }
        let token = serde::Deserialize::deserialize(deserializer).map(RawValue::get)?;
        self.token(token).map_err(D::Error::custom)
    }
}

impl<V: Visit> At<'_, '_, V> {
    /// Looks at a value that was read whole.
    fn token(self, token: &str) -> Result<(), serde_json::Error> {
        let Self { node, row, visit } = self;
        if !node.ends.is_empty() {
            visit.end_token(&node.ends, row, token)?;
        }
        if node.goes_on() {
            let inside = At { node, row, visit };
            return serde_json::Deserializer::from_str(token).deserialize_any(inside);
        }
        Ok(())
    }
}

impl<'de, V: Visit> Visitor<'de> for At<'_, '_, V> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    scalars!(self => {});

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { node, row, visit } = self;
        let fields = &node.fields;
        let mut guess = 0;
        while let Some(place) = map.next_key_seed(Key { fields, guess })? {
            let Some(place) = place else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let node = &fields[place].1;
            visit.forget(&node.beneath, row);
            map.next_value_seed(At { node, row, visit: &mut *visit })?;
            guess = place + 1;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let Node { items, each, flattened, .. } = self.node;
        match (each, flattened) {
            (Some(each), None) if items.is_empty() => elements(each, self.visit, list),
            (None, Some(inside)) if items.is_empty() && inside.ends.is_empty() => {
                flattened_elements(inside, self.visit, list)
            }
            (None, None) => self.items(list),
            _ => self.tokens(list),
        }
    }
}

/// Each element is a row.
fn elements<'de, A: SeqAccess<'de>>(node: &Node, visit: &mut impl Visit, list: A) -> Result<(), A::Error> {
    visit.begin_list(&node.beneath);
    let mut rows = 0;
    rows_of(node, visit, list, &mut rows)?;
    visit.end_list(&node.beneath, rows);
    Ok(())
}

/// Each element is the next row.
fn rows_of<'de, A: SeqAccess<'de>>(
    node: &Node,
    visit: &mut impl Visit,
    mut list: A,
    rows: &mut u32,
) -> Result<(), A::Error> {
    while let Some(()) = list.next_element_seed(At { node, row: Some(*rows), visit: &mut *visit })? {
        *rows += 1;
    }
    Ok(())
}

/// An element is a row, the elements of one that is a list are.
fn flattened_elements<'de, A: SeqAccess<'de>>(
    node: &Node,
    visit: &mut impl Visit,
    mut list: A,
) -> Result<(), A::Error> {
    visit.begin_list(&node.beneath);
    let mut rows = 0;
    while let Some(()) = list.next_element_seed(Flat { node, rows: &mut rows, visit: &mut *visit })? {}
    visit.end_list(&node.beneath, rows);
    Ok(())
}

/// An element of a list that is flattened; no path ends at it.
struct Flat<'n, 'v, V> {
    node: &'n Node,
    rows: &'v mut u32,
    visit: &'v mut V,
}

impl<'de, V: Visit> DeserializeSeed<'de> for Flat<'_, '_, V> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, V: Visit> Visitor<'de> for Flat<'_, '_, V> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    // A row in which no path leads on.
    scalars!(self => *self.rows += 1);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let row = *self.rows;
        *self.rows += 1;
        At { node: self.node, row: Some(row), visit: self.visit }.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        rows_of(self.node, self.visit, list, self.rows)
    }
}

impl<V: Visit> At<'_, '_, V> {
    /// Some elements are on a path.
    fn items<'de, A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { node, row, visit } = self;
        for index in 0.. {
            let item = node.items.iter().find(|(wanted, _)| *wanted == index);
            let element = match item {
                Some((_, node)) => list.next_element_seed(At { node, row, visit: &mut *visit })?,
                None => list.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Elements are on several paths, or are themselves what is flattened: they are read whole before.
    fn tokens<'de, A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { node, row, visit } = self;
        let (each, flattened) = (node.each.as_deref(), node.flattened.as_deref());
        let projections = || each.into_iter().chain(flattened);
        projections().for_each(|node| visit.begin_list(&node.beneath));
        let (mut index, mut rows) = (0, 0);
        while let Some(token) = list.next_element::<&RawValue>()?.map(RawValue::get) {
            for (_, node) in node.items.iter().filter(|(wanted, _)| *wanted == index) {
                At { node, row, visit: &mut *visit }.token(token).map_err(A::Error::custom)?;
            }
            if let Some(node) = each {
                let row = Some(index as u32);
                At { node, row, visit: &mut *visit }.token(token).map_err(A::Error::custom)?;
            }
            if let Some(node) = flattened {
                rows = flatten(node, visit, token, rows).map_err(A::Error::custom)?;
            }
            index += 1;
        }
        each.into_iter().for_each(|node| visit.end_list(&node.beneath, index as u32));
        flattened.into_iter().for_each(|node| visit.end_list(&node.beneath, rows));
        Ok(())
    }
}

/// As [`flattened_elements`], of an element that was read whole; returns the row after it.
fn flatten(node: &Node, visit: &mut impl Visit, token: &str, row: u32) -> Result<u32, serde_json::Error> {
    if !token.starts_with('[') {
        At { node, row: Some(row), visit }.token(token)?;
        return Ok(row + 1);
    }
    let elements: Vec<&RawValue> = serde_json::from_str(token)?;
    for (place, element) in elements.iter().enumerate() {
        At { node, row: Some(row + place as u32), visit: &mut *visit }.token(element.get())?;
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

    #[inline]
    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        if let [(only, _)] = self.fields {
            return Ok((only == key).then_some(0));
        }
        if self.fields.get(self.guess).is_some_and(|(name, _)| name == key) {
            return Ok(Some(self.guess));
        }
        Ok(self.fields.iter().position(|(name, _)| name == key))
    }
}
