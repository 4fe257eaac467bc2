//! The story as lines: one for each hour that differs from the one before, one for everything else that happens.
//!
//! It knows nothing of runs and alarms: its cells are text.

use crate::table::{broken, paragraph, width};
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

/// Stands before each line of a message.
const QUOTE: &str = "                    | ";
/// Stands before what did not fit into a line.
const CONTINUED: &str = "                  ";

/// What one hour looked like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hour {
    /// The mean, or a dash.
    pub(super) number: String,
    /// How the run ended.
    pub(super) status: String,
    /// What the paging alarm says.
    pub(super) alarm: String,
    /// What the on-call hears, and what is odd about the hour.
    pub(super) remark: String,
}

/// A printer that leaves out hours like the last one.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Nothing is printed: a program reads the story otherwise.
    is_silent: bool,
    last: Option<Hour>,
    alike: usize,
}

impl Timeline {
    /// One that prints nothing.
    pub(super) fn silent() -> Self {
        Self { is_silent: true, ..Self::default() }
    }

    /// The heading of the columns.
    pub(super) fn heading(&self) {
        self.say(&format!("{:<16} {:>5}  {:<24} {:<12} what is heard", "UTC", "mean", "run", "paging alarm"));
    }

    /// An hour. It is counted where it is like the last one and nothing is remarkable about either.
    pub(super) fn hour(&mut self, at: Timestamp, hour: Hour) {
        if hour.remark.is_empty() && self.last.as_ref() == Some(&hour) {
            self.alike += 1;
            return;
        }
        self.close();
        let Hour { number, status, alarm, remark } = &hour;
        self.say(format!("{} {number:>5}  {status:<24} {alarm:<12} {remark}", time(at)).trim_end());
        self.last = Some(hour);
    }

    /// Something else that happens.
    pub(super) fn note(&mut self, at: Timestamp, text: &str) {
        self.close();
        self.say(&format!("{}        {text}", time(at)));
        self.last = None;
    }

    /// Lines of a message, indented.
    pub(super) fn quote(&mut self, text: &str) {
        self.close();
        let room = width().saturating_sub(QUOTE.width());
        for line in text.lines() {
            let (indent, words) = line.split_at(line.len() - line.trim_start().len());
            let lines = broken(indent, words, room);
            lines.split('\n').for_each(|line| self.say(format!("{QUOTE}{line}").trim_end()));
        }
        self.last = None;
    }

    /// Says how many hours were left out.
    pub(super) fn close(&mut self) {
        match std::mem::take(&mut self.alike) {
            0 => {}
            1 => self.say(&format!("{:>21}  and one hour like it", "")),
            alike => self.say(&format!("{:>21}  and {alike} hours like it", "")),
        }
    }

    /// Prints a line, wrapped below its beginning where it is too wide; the story goes on where nobody reads it.
    fn say(&self, line: &str) {
        if self.is_silent {
            return;
        }
        let _ = crate::output::print(match line.width() > width() {
            true => wrapped(line, width()),
            false => line.to_owned(),
        });
    }
}

/// What fits into the first line as it stands, and the rest below it.
fn wrapped(line: &str, width: usize) -> String {
    let fits = line.char_indices().filter(|(_, character)| *character == ' ').map(|(at, _)| at);
    let end = fits.take_while(|at| line[..*at].width() <= width).last().unwrap_or(0);
    let (first, rest) = line.split_at(end);
    let first = first.trim_end();
    if first.is_empty() {
        return paragraph("", line, width);
    }
    format!("{first}\n{}", paragraph(CONTINUED, rest, width))
}

fn time(at: Timestamp) -> String {
    at.strftime("%a %d %b %H:%M").to_string()
}
