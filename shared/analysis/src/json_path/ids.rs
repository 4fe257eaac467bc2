//! The ids of a list, by one path: texts and numbers, in their order.
//!
//! A renamed field must not look like a collapse: where elements are present but none of them yields an id, the answer
//! is broken ([`AnswerFault::NoList`]), never an empty list.

use super::compiled;
use super::library::{document, is_filled, lost_elements};
use super::plain::{Node, Step, Visit, steps_of};
use bellwether_contract::json::non_finite::tolerant;
use jmespath::{Expression, Variable};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The list of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemIds {
    /// In the order of the answer.
    pub ids: Vec<String>,
    /// NaN and infinities beside them, such as scores, and numbers among them beyond a double: numbers that are missing.
    pub non_finite: u64,
}

/// Why an answer yields no list.
#[derive(Debug)]
pub(crate) enum AnswerFault {
    Json(serde_json::Error),
    /// JSON without a list of ids where the path leads.
    NoList,
}

impl From<serde_json::Error> for AnswerFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// A compiled expression that yields ids.
#[derive(Debug, Clone)]
pub(crate) struct IdPath {
    expression: Expression<'static>,
    plain: Option<Plain>,
}

#[derive(Debug, Clone)]
struct Plain {
    root: Node,
    /// The fields before the list; empty where there is more than fields.
    fields: Vec<String>,
}

impl IdPath {
    /// Compiles an expression; the error says what is wrong with it.
    pub(crate) fn compile(path: &str) -> Result<Self, String> {
        let expression = compiled(path)?;
        let plain = steps_of(expression.as_ast()).map(Plain::of);
        Ok(Self { expression, plain })
    }

    /// The expression, as it was written.
    pub(crate) fn as_str(&self) -> &str {
        self.expression.as_str()
    }

    /// The fields that lead to the list, where fields are all that does.
    pub(crate) fn fields(&self) -> &[String] {
        self.plain.as_ref().map_or(&[], |plain| &plain.fields)
    }

    /// The ids in a JSON text.
    pub(crate) fn read(&self, text: &str) -> Result<ItemIds, AnswerFault> {
        match &self.plain {
            Some(plain) => plain.read(text),
            None => self.search(text),
        }
    }

    /// The same by the library.
    pub(crate) fn search(&self, text: &str) -> Result<ItemIds, AnswerFault> {
        let (document, non_finite) = document(text)?;
        let found = self.expression.search(&document).map_err(|_| AnswerFault::NoList)?;
        let elements = found.as_array().ok_or(AnswerFault::NoList)?;
        let ids: Vec<String> = elements.iter().filter_map(|element| id(element)).collect();
        if ids.is_empty() && (is_filled(&found) || lost_elements(&document, self.expression.as_ast())) {
            return Err(AnswerFault::NoList);
        }
        Ok(ItemIds { ids, non_finite })
    }

    #[cfg(test)]
    pub(crate) fn is_plain(&self) -> bool {
        self.plain.is_some()
    }
}

fn id(element: &Variable) -> Option<String> {
    match element {
        Variable::String(text) => Some(text.clone()),
        Variable::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Plain {
    fn of(steps: Vec<Step>) -> Self {
        let before = steps.iter().take_while(|step| !matches!(step, Step::Each | Step::Flattened));
        let fields = before.map(|step| if let Step::Field(name) = step { Some(name.clone()) } else { None });
        let fields = fields.collect::<Option<_>>().unwrap_or_default();
        Self { root: Node::of(steps), fields }
    }

    fn read(&self, text: &str) -> Result<ItemIds, AnswerFault> {
        let (list, non_finite) = tolerant(text, |text| {
            let mut list = List::default();
            self.root.walk(text, &mut list).map(|()| list)
        })?;
        match list.elements {
            Some(elements) if elements == 0 || !list.ids.is_empty() => {
                Ok(ItemIds { ids: list.ids, non_finite })
            }
            _ => Err(AnswerFault::NoList),
        }
    }
}

/// The ids in a JSON text that is itself the list.
pub(crate) fn read_bare(text: &str) -> Result<ItemIds, AnswerFault> {
    Plain::of(Vec::new()).read(text)
}

/// The list that a path has led to.
#[derive(Default)]
struct List {
    /// How many elements it has; `None` where there is no list.
    elements: Option<u32>,
    ids: Vec<String>,
    /// The element of the last id.
    last: Option<u32>,
}

impl Visit for List {
    #[inline]
    fn end<'de, D: Deserializer<'de>>(
        &mut self,
        _: &[usize],
        row: Option<u32>,
        value: D,
    ) -> Result<(), D::Error> {
        value.deserialize_any(End { row, list: self })
    }

    #[inline]
    fn forget(&mut self, _: &[usize], row: Option<u32>) {
        match row {
            None => *self = Self::default(),
            Some(_) if self.last == row => {
                self.ids.pop();
                self.last = None;
            }
            Some(_) => {}
        }
    }

    fn begin_list(&mut self, _: &[usize]) {
        *self = Self { elements: Some(0), ..Self::default() };
    }

    fn end_list(&mut self, _: &[usize], rows: u32) {
        self.elements = Some(rows);
    }
}

/// What stands at the end of the path: an element, or the list.
struct End<'l> {
    row: Option<u32>,
    list: &'l mut List,
}

impl End<'_> {
    fn take(self, id: impl ToString) {
        if self.row.is_some() {
            self.list.ids.push(id.to_string());
            self.list.last = self.row;
        }
    }
}

impl<'de> DeserializeSeed<'de> for End<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for End<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    /// An element that is null is one all the same.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.take(number);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.take(number);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        if let Some(number) = serde_json::Number::from_f64(number) {
            self.take(number);
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.take(text);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.row.is_some() {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.list.begin_list(&[]);
        let mut rows = 0;
        while let Some(()) = list.next_element_seed(End { row: Some(rows), list: &mut *self.list })? {
            rows += 1;
        }
        self.list.end_list(&[], rows);
        Ok(())
    }
}
