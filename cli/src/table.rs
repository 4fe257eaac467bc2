//! Tables and lines that fit the terminal: wrapped at words, without trailing blanks.
//!
//! It knows nothing of what it lays out. Whatever needs its exact text asks for `--json`.

use std::fmt::Write;
use std::io::IsTerminal;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where nobody says how wide the terminal is.
const USUAL_WIDTH: usize = 80;
/// Narrower than this nothing can be laid out.
const LEAST_WIDTH: usize = 40;
/// Between two columns.
const GAP: usize = 2;
/// A column of text is not made narrower than this.
const LEAST_COLUMN: usize = 8;

/// The width to lay out for: `COLUMNS`, the terminal's, or 80.
pub(crate) fn width() -> usize {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let is_terminal = std::io::stdout().is_terminal();
    let of_terminal = || terminal_size::terminal_size().filter(|_| is_terminal);
    given
        .or_else(|| of_terminal().map(|(columns, _)| usize::from(columns.0)))
        .unwrap_or(USUAL_WIDTH)
        .max(LEAST_WIDTH)
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// At the left; wrapped first where the table is too wide.
    Text,
    /// At the left; wrapped between its words where that is not enough.
    Label,
    /// At the right, and never broken.
    Number,
}

/// Rows of cells below a header.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl Table {
    /// A table with these columns and no row.
    pub(crate) fn new<const N: usize>(columns: [(&str, Column); N]) -> Self {
        let header = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self { columns: columns.map(|(_, column)| column).to_vec(), rows: vec![header], indent: 0 }
    }

    /// The same, so many blanks to the right.
    pub(crate) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// Lines of at most this width: columns, or a paragraph a row where the columns cannot be made that narrow.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        let room = width.saturating_sub(self.indent);
        let widths = self.widths(room);
        if occupied(&widths) > room {
            return self.paragraphs(width);
        }
        self.rows.iter().flat_map(|row| self.laid_out(row, &widths)).collect()
    }

    /// The first cell of each row, and below it the others behind the names of their columns.
    fn paragraphs(&self, width: usize) -> Vec<String> {
        let Some((header, rows)) = self.rows.split_first() else { return Vec::new() };
        let blanks = " ".repeat(self.indent);
        let row = |row: &Vec<String>| {
            let cells = row.iter().zip(header).skip(1).filter(|(cell, _)| !cell.is_empty());
            let cells: Vec<String> =
                cells.map(|(cell, name)| format!("{name} {cell}").trim().to_owned()).collect();
            let first = row.first().map(String::as_str).unwrap_or_default();
            [paragraph(&blanks, first, width), paragraph(&format!("{blanks}  "), &cells.join(", "), width)]
        };
        let lines = rows.iter().flat_map(row).collect::<Vec<_>>().join("\n");
        lines.lines().map(str::to_owned).collect()
    }

    /// What each column gets: what it needs, and the widest texts less where that is too much.
    fn widths(&self, width: usize) -> Vec<usize> {
        let needs = |column: usize, of: fn(&str) -> usize| {
            self.rows.iter().map(|row| of(row.get(column).map_or("", String::as_str))).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> =
            (0..self.columns.len()).map(|column| needs(column, UnicodeWidthStr::width)).collect();
        let least: Vec<usize> = (0..widths.len()).map(|column| needs(column, longest_piece)).collect();
        // Down to the longest word, texts before labels, and at last into the words of texts.
        let steps: [(&[Column], bool); 3] =
            [(&[Column::Text], false), (&[Column::Text, Column::Label], false), (&[Column::Text], true)];
        for (wrapped, is_word_broken) in steps {
            while occupied(&widths) > width {
                let floor = |column: usize| if is_word_broken { 0 } else { least[column] }.max(LEAST_COLUMN);
                let wide = (0..widths.len()).filter(|column| {
                    wrapped.contains(&self.columns[*column]) && widths[*column] > floor(*column)
                });
                let Some(widest) = wide.max_by_key(|column| widths[*column]) else { break };
                widths[widest] -= 1;
            }
        }
        widths
    }

    fn laid_out(&self, row: &[String], widths: &[usize]) -> Vec<String> {
        let cells: Vec<Vec<String>> =
            row.iter().zip(widths).map(|(cell, width)| wrapped(cell, (*width).max(1))).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height).map(|line| self.line(&cells, line, widths)).collect()
    }

    fn line(&self, cells: &[Vec<String>], line: usize, widths: &[usize]) -> String {
        let mut text = " ".repeat(self.indent);
        for ((cell, column), width) in
            cells.iter().zip(&self.columns).zip(widths).filter(|(_, width)| **width > 0)
        {
            let part = cell.get(line).map_or("", String::as_str);
            let blanks = " ".repeat(width.saturating_sub(part.width()));
            let _ = match column {
                Column::Text | Column::Label => write!(text, "{part}{blanks}"),
                Column::Number => write!(text, "{blanks}{part}"),
            };
            text.push_str(&" ".repeat(GAP));
        }
        text.trim_end().to_owned()
    }
}

/// What columns of these widths and the gaps between them take.
fn occupied(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.iter().filter(|width| **width > 0).count().saturating_sub(1)
}

/// A text behind its label: what does not fit into the width goes on below, indented by two blanks more than the label.
pub(crate) fn paragraph(label: &str, text: &str, width: usize) -> String {
    flowed(label, text.split_whitespace().map(str::to_owned), width)
}

/// The same with no line that is wider, whatever a name is called: what fits into none is broken where its parts join.
pub(crate) fn broken(label: &str, text: &str, width: usize) -> String {
    let indent = label.len() - label.trim_start().len() + 2;
    let room = width.saturating_sub(indent).max(LEAST_COLUMN);
    let pieces = |word: &str| if word.width() > room { wrapped(word, room) } else { vec![word.to_owned()] };
    flowed(label, text.split_whitespace().flat_map(pieces), width)
}

fn flowed(label: &str, words: impl Iterator<Item = String>, width: usize) -> String {
    let indent = label.len() - label.trim_start().len() + 2;
    let mut lines = Vec::new();
    let mut line = label.to_owned();
    for word in words {
        let is_empty = line.trim().is_empty();
        if !is_empty && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, format!("{}{word}", " ".repeat(indent))));
        } else {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(&word);
        }
    }
    lines.push(line);
    lines.join("\n")
}

/// A cell in lines: broken after blanks, then after what joins the parts of a name, then anywhere.
fn wrapped(cell: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in cell.split_inclusive(is_joint) {
        let last = lines.last_mut().map_or(0, |line| line.width());
        if last > 0 && last + piece.trim_end().width() > width {
            lines.push(String::new());
        }
        for character in piece.chars() {
            let Some(line) = lines.last_mut() else { continue };
            if line.width() + character.width().unwrap_or(0) <= width {
                line.push(character);
            } else if character != ' ' {
                lines.push(character.to_string());
            }
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn is_joint(character: char) -> bool {
    matches!(character, ' ' | '_' | '-' | '/' | '.' | ',')
}

fn longest_piece(cell: &str) -> usize {
    cell.split_inclusive(is_joint).map(|piece| piece.trim_end().width()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table =
            Table::new([("metric", Column::Text), ("value", Column::Number), ("limit", Column::Text)]);
        table.row(["captured_category_diversity_mean".into(), "1.235".into(), "at least 4".into()]);
        table.row(["list_turnover".into(), "0.77".into(), String::new()]);
        table.indented(2)
    }

    #[test]
    fn a_table_that_fits_is_left_alone() {
        assert_eq!(
            table().lines(80),
            [
                "  metric                            value  limit",
                "  captured_category_diversity_mean  1.235  at least 4",
                "  list_turnover                      0.77",
            ]
        );
    }

    #[test]
    fn a_narrow_one_breaks_names_where_their_parts_join_and_no_number() {
        assert_eq!(
            table().lines(40),
            [
                "  metric               value  limit",
                "  captured_category_   1.235  at least 4",
                "  diversity_mean",
                "  list_turnover         0.77",
            ]
        );
    }

    #[test]
    fn one_that_cannot_be_narrow_enough_is_told_row_by_row() {
        let mut table =
            Table::new([("when", Column::Label), ("status", Column::Label), ("mean", Column::Number)]);
        table.row(["2026-10-31 09:00".into(), "CompletedWithViolations".into(), "6.25".into()]);
        table.row(["2026-10-31 10:00".into(), "Failed".into(), String::new()]);
        assert_eq!(table.lines(60)[1], "2026-10-31 09:00  CompletedWithViolations  6.25");
        assert_eq!(
            table.lines(36),
            [
                "2026-10-31 09:00",
                "  status CompletedWithViolations,",
                "    mean 6.25",
                "2026-10-31 10:00",
                "  status Failed",
            ]
        );
    }

    #[test]
    fn lines_are_no_wider_than_asked_and_end_in_no_blank() {
        let word = "x".repeat(30);
        for width in 40..100 {
            let mut table = table();
            table.row([
                format!("{word} 日本日本 {word}"),
                "123456.789".into(),
                "at least 4, at most 5".into(),
            ]);
            for line in table.lines(width) {
                assert!(line.width() <= width && line.trim_end() == line, "{width}: {line:?}");
            }
        }
    }

    #[test]
    fn a_name_that_fits_into_no_line_is_broken_where_its_parts_join() {
        let name = "share_of_sessions_with_a_very_long_name";
        assert_eq!(
            broken("  VIOLATION", &format!("{name}, completeness: 0.8"), 40),
            "  VIOLATION\n    share_of_sessions_with_a_very_long_\n    name, completeness: 0.8"
        );
        for width in 40..120 {
            for word in ["x".repeat(150), "column_".repeat(30), "日本".repeat(60), "/a/b".repeat(50)] {
                for line in broken("  VIOLATION", &format!("{word}, completeness_check: 0.8"), width).lines()
                {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_paragraph_wraps_at_words_and_never_breaks_one() {
        let text = "5 of 600 lines: path_values (a path gives several values)";
        assert_eq!(
            paragraph("  captured:", text, 40),
            "  captured: 5 of 600 lines: path_values\n    (a path gives several values)"
        );
        let uri = format!("s3://bucket/{}", "a".repeat(60));
        assert_eq!(paragraph("  report:", &uri, 40), format!("  report:\n    {uri}"));
    }
}
