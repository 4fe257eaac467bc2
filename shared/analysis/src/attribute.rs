//! One value for each row of a payload: a predicted label, a score, a label. One resolver for all of them.
//!
//! It decodes no payload and gives a value no meaning.
//!
//! | attribute | of CSV | of JSON |
//! |---|---|---|
//! | none | the first cell of each row | a scalar, or each element of a list; of lists in a list the first element of each |
//! | `1` | the cell of each row at that place, counted from zero | the same of a list, or of each list in a list; `0` of a scalar is the scalar |
//! | `$.a.b`, `$['a'].b`, `$` | [`LeftOut::CsvWithPaths`] | as the next row: `a.b`, `@` |
//! | `predictions[].label` | [`LeftOut::CsvWithPaths`] | JMESPath: a list gives each element a row, a value is the only row |
//!
//! A number keeps the text it is written with, a boolean is `true` or `false`. Null, nothing at all, a blank cell and a number that no
//! double holds are missing. An object, or a list in a list, is [`LeftOut::PathValues`], and so is a cell that rows of CSV do not have. White
//! space around a cell of CSV is no part of it.
//!
//! A projection (`predictions[].label`) keeps the place of an element without a value, as elsewhere (`json_path`). Plain paths are walked
//! while the text is read; others go through the library and write their numbers anew (`json_path`). A property test holds the two equal.
//!
//! [`Attribute::read_rows`] reads all cells of each row, with the types that JSON gives them. [`Attribute::lists`] reads the numbers of each class: a row is a list there, `[0.1,0.9]`, in a cell of CSV as in JSON.
//!
//! ```
//! use bellwether_analysis::attribute::Attribute;
//! use bellwether_contract::capture::Payload;
//!
//! let texts = |attribute: &str, payload: &Payload<'_>| {
//!     let values = attribute.parse::<Attribute>().expect("an attribute").values(payload).expect("values");
//!     values.texts().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
//! };
//! let json = Payload::Json(r#"{"predictions": [{"label": 1, "score": 0.90}, {"score": "NaN"}]}"#.into());
//! assert_eq!(texts("$.predictions[*].label", &json), [Some("1".to_owned()), None]);
//! let scores: Attribute = "predictions[].score".parse()?;
//! assert_eq!(scores.values(&json).expect("values").numbers().collect::<Vec<_>>(), [Some(0.9), None]);
//!
//! let csv = Payload::Csv("1,0.9\n0,0.2".into());
//! assert_eq!(texts("1", &csv), [Some("0.9".to_owned()), Some("0.2".to_owned())]);
//!
//! let classes = Payload::Json("[[0.1, 0.9], [0.8, 0.2]]".into());
//! let lists = Attribute::default().lists(&classes).expect("lists");
//! assert_eq!(lists.iter().collect::<Vec<_>>(), [Some([0.1, 0.9].as_slice()), Some([0.8, 0.2].as_slice())]);
//! # Ok::<(), bellwether_analysis::attribute::AttributeError>(())
//! ```

mod dollar;
mod lists;
mod tokens;
mod typed;
mod values;

pub use lists::Lists;
pub use typed::{TypedCell, TypedRows};
pub use values::Values;

use crate::delimited::CsvText;
use crate::json_path::compiled;
use crate::json_path::library::{document, evaluate_with_gaps};
use crate::json_path::plain::{Node, Step, steps_of};
use bellwether_contract::capture::{LeftOut, Payload, Rejected, not_json};
use bellwether_contract::json::non_finite::tolerant;
use bellwether_contract::shape::{name, of_json};
use jmespath::Expression;
use std::{fmt, str::FromStr};
use tokens::{Row, Tokens};
use typed::NoRow;

/// Where the value of each row stands; the default is what needs no name.
#[derive(Debug, Clone)]
pub struct Attribute(Place);

#[derive(Debug, Clone)]
enum Place {
    Cell(Box<Cell>),
    Path(Box<Path>),
}

/// A cell by its place, or the first because nobody named one, and the ways that lead there in JSON.
#[derive(Debug, Clone)]
struct Cell {
    place: Option<usize>,
    whole: Node,
    of_list: Node,
    of_lists: Node,
}

#[derive(Debug, Clone)]
struct Path {
    written: String,
    expression: Expression<'static>,
    /// Where the expression is plain.
    route: Option<Node>,
}

/// A text that is no attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{written:?} is neither the place of a cell, such as 0, nor a JMESPath expression: {reason}; an example that is: predictions[].label"
)]
pub struct AttributeError {
    written: String,
    reason: String,
}

impl Default for Attribute {
    fn default() -> Self {
        Self::cell(None)
    }
}

impl FromStr for Attribute {
    type Err = AttributeError;

    fn from_str(written: &str) -> Result<Self, AttributeError> {
        let text = written.trim();
        let error = |reason: &str| AttributeError { written: written.to_owned(), reason: reason.to_owned() };
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let cell = text.parse().map_err(|_| error("no row has so many cells"))?;
            return Ok(Self::cell(Some(cell)));
        }
        let expression = compiled(&dollar::to_jmespath(text)).map_err(|reason| error(&reason))?;
        let route = steps_of(expression.as_ast()).map(Node::of);
        Ok(Self(Place::Path(Box::new(Path { written: text.to_owned(), expression, route }))))
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Cell(cell) => match cell.place {
                Some(place) => place.fmt(out),
                None => out.write_str("the first cell"),
            },
            Place::Path(path) => out.write_str(&path.written),
        }
    }
}

impl Attribute {
    fn cell(place: Option<usize>) -> Self {
        let cell = place.unwrap_or_default();
        let [whole, of_list] = [vec![], vec![Step::Item(cell)]].map(Node::of);
        let of_lists = Node::of([Step::Each, Step::Item(cell)]);
        Self(Place::Cell(Box::new(Cell { place, whole, of_list, of_lists })))
    }

    /// The value of each row.
    ///
    /// # Errors
    /// Why there are no values, in names and kinds.
    pub fn values(&self, payload: &Payload<'_>) -> Result<Values, Rejected> {
        let mut values = Values::default();
        self.read(payload, &[], &mut values)?;
        Ok(values)
    }

    /// The same into values whose memory is used again, whatever is in them. `names` are those of the cells of CSV: the first of
    /// several rows that repeats them is passed over.
    ///
    /// # Errors
    /// Why there are no values; then there are none in `values`.
    pub fn read(&self, payload: &Payload<'_>, names: &[String], values: &mut Values) -> Result<(), Rejected> {
        values.clear();
        let read = match payload {
            Payload::Csv(text) => self.cells(text, names, values),
            Payload::Json(text) => self
                .tokens(text, Row::Value, &mut values.tokens)
                .and_then(|non_finite| values.unquote(non_finite).map_err(|kind| self.no_value(kind))),
        };
        read.inspect_err(|_| values.clear())
    }

    /// The numbers of each row: of each class, such as.
    ///
    /// # Errors
    /// Why there are no values, in names and kinds.
    pub fn lists(&self, payload: &Payload<'_>) -> Result<Lists, Rejected> {
        let (mut values, mut lists) = (Values::default(), Lists::default());
        self.read_lists(payload, &[], &mut values, &mut lists)?;
        Ok(lists)
    }

    /// The same into lists whose memory is used again; `values` is room to read into.
    ///
    /// # Errors
    /// Why there are no lists; then there are none in `lists`.
    pub fn read_lists(
        &self,
        payload: &Payload<'_>,
        names: &[String],
        values: &mut Values,
        lists: &mut Lists,
    ) -> Result<(), Rejected> {
        lists.clear();
        values.clear();
        match payload {
            Payload::Csv(text) => self.cells(text, names, values)?,
            Payload::Json(text) => values.non_finite = self.tokens(text, Row::List, &mut values.tokens)?,
        }
        lists.read(&values.tokens).map_err(|kind| self.no_value(kind)).inspect_err(|_| lists.clear())
    }

    /// All cells of each row, for which `names` are those of the columns: rows of CSV whole, which no path leads into; of JSON lists, or
    /// objects with a field for each name. `values` is room to read into.
    ///
    /// # Errors
    /// Why there are no rows, in names and kinds; then there are none in `rows`.
    pub fn read_rows(
        &self,
        payload: &Payload<'_>,
        names: &[String],
        values: &mut Values,
        rows: &mut TypedRows,
    ) -> Result<(), Rejected> {
        rows.clear();
        values.clear();
        match payload {
            Payload::Csv(text) => self.whole_rows(text, names, rows),
            Payload::Json(text) => {
                rows.non_finite = self.tokens(text, Row::List, &mut values.tokens)?;
                rows.read(&values.tokens, names).map_err(|fault| self.no_row(fault))
            }
        }
        .inspect_err(|_| rows.clear())
    }

    fn whole_rows(&self, text: &str, names: &[String], rows: &mut TypedRows) -> Result<(), Rejected> {
        if !matches!(&self.0, Place::Cell(cell) if cell.place.is_none()) {
            let expected = format!("JSON: {} leads to features; of CSV every cell is one", self.named());
            return Err(LeftOut::CsvWithPaths.because(expected, "CSV"));
        }
        let mut text = CsvText::read(text)?;
        rows.header_rows += u64::from(text.skip_header(names));
        rows.begins_like_names = text.begins_like_names();
        for row in 0..text.rows() {
            text.each_cell(row, |_, cell| rows.push_written(cell));
            rows.end_row();
        }
        Ok(())
    }

    fn cells(&self, text: &str, names: &[String], values: &mut Values) -> Result<(), Rejected> {
        let cell = match &self.0 {
            Place::Cell(cell) => cell.place.unwrap_or_default(),
            Place::Path(_) => {
                let expected = format!(
                    "JSON: {} is a path; of CSV a cell is read by its place, such as 0",
                    self.named()
                );
                return Err(LeftOut::CsvWithPaths.because(expected, "CSV"));
            }
        };
        let mut text = CsvText::read(text)?;
        if cell >= text.width() {
            let found = format!("rows of {} cells", text.width());
            return Err(
                LeftOut::PathValues.because(format!("a cell at place {cell}, counted from zero"), found)
            );
        }
        values.header_rows += u64::from(text.skip_header(names));
        values.begins_like_names = text.begins_like_names();
        for row in 0..text.rows() {
            text.each_cell(row, |place, text| {
                if place == cell {
                    values.tokens.push_cell(text.unwrap_or_default());
                }
            });
        }
        Ok(())
    }

    /// Reads what stands at the place, row by row, as JSON writes it. Returns how many numbers no double holds.
    fn tokens(&self, text: &str, row: Row, tokens: &mut Tokens) -> Result<u64, Rejected> {
        let route = match &self.0 {
            Place::Cell(cell) => cell.route(text, row)?,
            Place::Path(path) => match &path.route {
                Some(route) => route,
                None => return self.search(text, &path.expression, row, tokens),
            },
        };
        let ((), non_finite) = tolerant(text, |text| {
            tokens.begin(row);
            route.walk(text, tokens)
        })
        .map_err(|error| not_json(text, &error))?;
        tokens.end();
        Ok(non_finite)
    }

    /// The same by the library.
    fn search(
        &self,
        text: &str,
        expression: &Expression<'_>,
        row: Row,
        tokens: &mut Tokens,
    ) -> Result<u64, Rejected> {
        let no_json = |error| not_json(text, &error);
        let (document, non_finite) = document(text).map_err(no_json)?;
        let (found, is_projected) = evaluate_with_gaps(&document, expression.as_ast())
            .map_err(|_| self.no_value("nothing: a function of it does not take what the payload holds"))?;
        tokens.begin(row);
        tokens.take_found(&found, is_projected).map_err(no_json)?;
        tokens.end();
        Ok(non_finite)
    }

    fn no_value(&self, found: impl fmt::Display) -> Rejected {
        const EXPECTED: &str = "an attribute that leads to a single value, or to one for each row";
        LeftOut::PathValues.because(EXPECTED, format!("{} yields {found}", self.named()))
    }

    fn no_row(&self, fault: NoRow) -> Rejected {
        match fault {
            NoRow::Cell(kind) => self.no_value(kind),
            NoRow::Lacks(field) => {
                const EXPECTED: &str =
                    "a list of values, or an object with a field for each header, null where it has no value";
                LeftOut::PathValues
                    .because(EXPECTED, format!("{} yields an object without {}", self.named(), name(&field)))
            }
        }
    }

    fn named(&self) -> String {
        name(&self.to_string())
    }
}

impl Cell {
    fn route(&self, text: &str, row: Row) -> Result<&Node, Rejected> {
        let expected = match (opening(text), self.place) {
            ((Some(b'['), Some(b'[')), place) if place.is_some() || row == Row::Value => {
                return Ok(&self.of_lists);
            }
            (_, None) => return Ok(&self.whole),
            ((Some(b'['), _), _) => return Ok(&self.of_list),
            ((Some(b'{'), _), Some(cell)) => {
                format!("a list of cells: the attribute is the place {cell}, and a field needs a path")
            }
            (_, Some(0)) => return Ok(&self.whole),
            (_, Some(cell)) => format!("a list with a cell at place {cell}"),
        };
        Err(LeftOut::PathValues.because(expected, of_json(text)))
    }
}

/// The first two bytes of a text that are not white space.
fn opening(text: &str) -> (Option<u8>, Option<u8>) {
    let mut bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    (bytes.next(), bytes.next())
}

#[cfg(test)]
mod tests;
