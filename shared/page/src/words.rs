//! How names, numbers and hours are written on a page.
//!
//! Foreign text goes through [`name`]: one line, cut, without what steers a terminal or turns the direction of reading. The template
//! escapes the rest, and [`bdi`] keeps its direction to itself.

use bellwether_contract::Timestamp;
use bellwether_contract::told::plain;
use bellwether_contract::window::{Interval, Window, utc};
use jiff::SignedDuration;
use maud::{Markup, html};

/// Characters of a name on a page.
pub const NAME_CHARS: usize = 80;
/// A name up to this long has room in a line.
const SHORT_NAME_BYTES: usize = 16;
/// Characters of a sentence that others wrote.
pub const SENTENCE_CHARS: usize = 400;

/// A foreign name as one short line.
#[must_use]
pub fn name(text: &str) -> String {
    plain(text, NAME_CHARS)
}

/// The same, set off from the text around it. A long one may go on in the next line after an underscore or a dot, and not within a
/// word.
#[must_use]
pub fn bdi(text: &str) -> Markup {
    let name = name(text);
    let is_long = name.len() > SHORT_NAME_BYTES;
    html! { bdi {
        @for piece in name.split_inclusive(['_', '.']) { (piece) @if is_long && piece.ends_with(['_', '.']) { wbr; } }
    } }
}

/// A foreign sentence, set off from the text around it.
#[must_use]
pub fn sentence(text: &str) -> Markup {
    html! { bdi { (plain(text, SENTENCE_CHARS)) } }
}

/// A number in a table or on an axis: four figures that matter, an exponent where it is very large or very small.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    let places = match size {
        _ if !size.is_finite() => return if value.is_nan() { "not a number" } else { "infinite" }.to_owned(),
        0.0 => return "0".to_owned(),
        1e6.. => return format!("{value:.3e}"),
        1e3.. => 0,
        100.0.. => 1,
        10.0.. => 2,
        1.0.. => 3,
        5e-4.. => 4,
        _ => return format!("{value:.2e}"),
    };
    let text = format!("{value:.places$}");
    if places == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// A share as per cent: one decimal, more where it would read as none or as all of it.
#[must_use]
pub fn per_cent(share: f64) -> String {
    if !share.is_finite() {
        return number(share);
    }
    let percent = share * 100.0;
    let tells = |places: &usize| {
        let text = format!("{percent:.places$}");
        let shown: f64 = text.parse().unwrap_or_default();
        (shown == 0.0) == (share == 0.0) && (shown == 100.0) == (share == 1.0)
    };
    let places = (1..=4).find(tells).unwrap_or(4);
    format!("{percent:.places$} %")
}

/// Two of them as one step: `0.0 % → 12.2 %`.
#[must_use]
pub fn step(before: Option<String>, now: Option<String>) -> String {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    format!("{} → {}", or_none(before), or_none(now))
}

/// A count with commas.
#[must_use]
pub fn count(count: u64) -> String {
    bellwether_contract::told::grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A count with its noun: `1 column`, `1,200 columns`.
#[must_use]
pub fn counted(number: u64, noun: &str) -> String {
    bellwether_contract::told::counted(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

/// Bytes for people: `62.1 KB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{:.1} KB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

/// How long something lasted: `9 hours`, from two days on `14 days`, `3 days and 4 hours`.
#[must_use]
pub fn hours_long(length: SignedDuration) -> String {
    let hours = length.as_hours().unsigned_abs();
    match (hours / 24, hours % 24) {
        (0 | 1, _) => counted(hours, "hour"),
        (days, 0) => counted(days, "day"),
        (days, hours) => format!("{} and {}", counted(days, "day"), counted(hours, "hour")),
    }
}

/// A window by its hours, in UTC: `2026-10-31 08:00 to 09:00 UTC`.
#[must_use]
pub fn hours(window: &Window) -> String {
    between(window.start(), window.end(), "%H:%M")
}

/// An interval to the second.
#[must_use]
pub fn seconds(interval: &Interval) -> String {
    between(interval.start(), interval.end(), "%H:%M:%S")
}

/// A window for a title, where room is dear: `2026-10-31 08-09 UTC`.
#[must_use]
pub fn hours_in_brief(window: &Window) -> String {
    let [start, end] = [window.start(), window.end()].map(utc);
    let end = end.strftime(if start.date() == end.date() { "%H" } else { "%Y-%m-%d %H" });
    format!("{}-{end} UTC", start.strftime("%Y-%m-%d %H"))
}

fn between(start: Timestamp, end: Timestamp, clock: &str) -> String {
    let [start, end] = [start, end].map(utc);
    let day = "%Y-%m-%d ";
    let end_day = if start.date() == end.date() { "" } else { day };
    let end = end.strftime(&format!("{end_day}{clock}")).to_string();
    format!("{} to {end} UTC", start.strftime(&format!("{day}{clock}")))
}

/// An instant in UTC: `2026-10-31 08:00 UTC`.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    utc(at).strftime("%Y-%m-%d %H:%M UTC").to_string()
}
