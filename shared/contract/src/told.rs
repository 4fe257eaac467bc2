//! How names, numbers and counts are told to people, in messages, tables and pages alike: foreign text made safe and short, since
//! names and descriptions come from files that others may write.

use crate::json::double;
use crate::printable::is_unprintable;

/// What stands for a character that has no place in a message.
const REPLACEMENT: char = '\u{fffd}';

/// One line of at most `most` characters, without control characters, direction overrides and what XML cannot hold.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let safe = |character: char| match character {
        '\n' | '\r' | '\t' => ' ',
        character if is_unprintable(character) => REPLACEMENT,
        character => character,
    };
    let mut line: String = text.chars().take(most).map(safe).collect();
    if text.chars().nth(most).is_some() {
        line.pop();
        line.push('…');
    }
    line
}

/// A name of at most so many characters: of a longer one the beginning and the end, which tell it from its neighbours.
#[must_use]
pub fn elided(name: &str, most: usize) -> String {
    const DOTS: &str = "...";
    let name = plain(name, usize::MAX);
    let count = name.chars().count();
    if count <= most || most <= DOTS.len() {
        return name.chars().take(most).collect();
    }
    let kept = most - DOTS.len();
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    let end: String = name.chars().skip(count - tail).collect();
    format!("{}{DOTS}{end}", name.chars().take(head).collect::<String>())
}

/// A number with at most four decimals, without trailing zeros.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A value and its limit with as many decimals as tell them apart, four where that is enough, and one at least.
#[must_use]
pub fn decimals(value: f64, limit: f64) -> (String, String) {
    let with = |places: usize, value: f64| {
        let text = format!("{value:.places$}");
        let short = text.trim_end_matches('0');
        let text = if short.ends_with('.') { format!("{short}0") } else { short.to_owned() };
        if text == "-0.0" { "0.0".to_owned() } else { text }
    };
    let is_told_apart = |places: &usize| value == limit || with(*places, value) != with(*places, limit);
    let is_of_use = |value: f64| value.abs() < 1e15;
    let places = (4..=15).find(is_told_apart).filter(|_| is_of_use(value) && is_of_use(limit));
    places.map_or_else(|| (double(value), double(limit)), |places| (with(places, value), with(places, limit)))
}

/// A count with commas, `10,000`.
#[must_use]
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun, `1 violation` or `10,000 violations`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_becomes_one_safe_line() {
        assert_eq!(plain("a\nb\t\u{1b}[31mred\u{7}\u{202e}", 80), "a b \u{fffd}[31mred\u{fffd}\u{fffd}");
        assert_eq!(plain("Mode d’emploi — 日本", 80), "Mode d’emploi — 日本");
        assert_eq!(plain(&"é".repeat(300), 10), format!("{}…", "é".repeat(9)));
        assert_eq!(plain("exactly", 7), "exactly");
    }

    #[test]
    fn of_a_long_name_the_beginning_and_the_end_are_told() {
        for (name, most, expected) in [
            ("age", 12, "age"),
            ("top10_category_diversity_mean_floor", 22, "top10_cate...ean_floor"),
            ("日本日本日本日本", 7, "日本...日本"),
            ("a\nb", 3, "a b"),
            ("abcdef", 2, "ab"),
        ] {
            let told = elided(name, most);
            assert_eq!((told.as_str(), told.chars().count() <= most), (expected, true));
        }
    }

    #[test]
    fn numbers_and_counts_are_written_for_people() {
        let cases = [(1.512, "1.512"), (4.0, "4"), (0.000_01, "0"), (-0.000_01, "0"), (6.123_46, "6.1235")];
        cases.into_iter().for_each(|(value, expected)| assert_eq!(number(value), expected));
        for (value, limit, expected) in [
            (0.8, 1.0, ("0.8", "1.0")),
            (3.0, 4.0, ("3.0", "4.0")),
            (0.123_456, 0.1, ("0.1235", "0.1")),
            (0.999_96, 1.0, ("0.99996", "1.0")),
            (-0.000_01, 0.5, ("0.0", "0.5")),
            (4.0, 4.0, ("4.0", "4.0")),
            (1e300, 1.0, ("1.0E300", "1.0")),
        ] {
            let (value, limit) = decimals(value, limit);
            assert_eq!((value.as_str(), limit.as_str()), expected);
        }
        assert_eq!(counted(1, "violation"), "1 violation");
        assert_eq!(counted(0, "violation"), "0 violations");
        assert_eq!(counted(10_000, "violation"), "10,000 violations");
        assert_eq!(counted(1_234_567, "hour"), "1,234,567 hours");
    }
}
