use super::place::{Place, ended, named};
use bellwether_contract::execution::Status;
use std::collections::BTreeSet;

const NAMES: [&str; 8] = [
    "\"><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title></style><style>*{display:none}",
    "abc\u{202e}fdp.exe",
    "\u{1b}[31mred",
    "javascript:alert(1)",
    "a\nb\r\n\0c",
    "x' onclick='alert(1)",
];

/// Every tag of a page: element, then attributes. It reads as a browser does: a `<` before a letter opens one.
fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let text = format!("{before}<style>{after}");
    let mut tags = Vec::new();
    for piece in text.split('<').skip(1) {
        assert!(
            piece.starts_with(|first: char| first.is_ascii_alphabetic() || "/!".contains(first)),
            "<{piece}"
        );
        if piece.starts_with(['/', '!']) {
            continue;
        }
        let inside = piece.split('>').next().unwrap();
        let (element, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut attributes = Vec::new();
        while let Some((name, more)) = rest.split_once("=\"") {
            let (value, more) = more.split_once('"').unwrap();
            attributes.push((name.trim().to_owned(), value.to_owned()));
            rest = more;
        }
        assert_eq!(rest.trim(), "", "what is no attribute with quotes: {inside}");
        tags.push((element.to_owned(), attributes));
    }
    tags
}

const ELEMENTS: [&str; 57] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "p",
    "span",
    "h1",
    "h2",
    "h3",
    "h4",
    "nav",
    "main",
    "section",
    "div",
    "ol",
    "ul",
    "li",
    "bdi",
    "b",
    "i",
    "small",
    "code",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "svg",
    "path",
    "line",
    "rect",
    "circle",
    "text",
    "em",
    "br",
    "g",
    "abbr",
    "time",
    "strong",
    "hr",
    "footer",
    "article",
    "wbr",
    "aside",
];

const CLASSES: [&str; 55] = [
    "skip", "band", "bad", "ok", "warn", "tag", "mut", "big", "act", "find", "critical", "warning", "info",
    "wide", "num", "draw", "text", "cm", "hit", "miss", "hash", "cols", "col", "square", "b", "bf", "c",
    "cf", "cs", "ax", "ring", "allow", "lim", "gap", "pt", "ptbad", "best", "lbl", "lblbad", "key", "kept",
    "words", "bars", "reasons", "files", "n", "state", "", "x", "y", "z", "w", "v", "u", "t",
];

fn is_safe(page: &str) {
    for (element, attributes) in tags(page) {
        assert!(ELEMENTS.contains(&element.as_str()), "<{element}>");
        for (name, value) in attributes {
            match name.as_str() {
                "href" => {
                    let is_anchor = value
                        .strip_prefix('#')
                        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                    let is_file =
                        value.bytes().all(|byte| byte.is_ascii_lowercase() || b"_.".contains(&byte));
                    assert!(
                        is_anchor || is_file || value.starts_with("https://wiki.example.com/runbook"),
                        "{value}"
                    );
                }
                "id" => assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}"),
                "class" => assert!(value.split(' ').all(|class| CLASSES.contains(&class)), "{value}"),
                other => {
                    assert!(!other.starts_with("on") && other != "style" && other != "src", "{other}={value}")
                }
            }
        }
    }
    let unprintable = bellwether_contract::printable::is_unprintable;
    assert!(
        !page.contains(|character| unprintable(character) && character != '\n'),
        "something steers the reader"
    );
}

#[test]
fn names_and_values_of_any_kind_are_text_and_nothing_else() {
    let names = named(24, |n| format!("{}{}", NAMES[n % NAMES.len()], "é".repeat(n)));
    for moved in [0, 24] {
        is_safe(&Place::of_columns(&names, moved).page());
    }
    let long = named(3, |_| "w".repeat(600));
    is_safe(&Place::of_columns(&long[..1], 1).page());
}

#[test]
fn words_of_others_are_text_and_nothing_else() {
    for hostile in NAMES {
        let mut place = ended(Status::Failed, hostile);
        place.execution.identity.monitor = hostile.to_owned();
        place.execution.warnings = vec![hostile.to_owned()];
        place.settings[0].value = hostile.to_owned();
        place.execution.supersedes = Some(hostile.to_owned());
        is_safe(&place.page());
    }
    let mut place = ended(Status::CompletedNoData, "No captured record in the window.");
    is_safe(&place.page());
    place.execution.identity.monitor = String::new();
    is_safe(&place.page());
}

#[test]
fn a_link_that_is_none_is_not_followed() {
    let place = ended(Status::Failed, "x");
    for link in ["javascript:alert(1)", "ftp://x", "//evil.example.com", "data:text/html,x"] {
        let page = crate::run::page(&crate::run::DrawnRun {
            execution: &place.execution,
            evaluation: &place.evaluation,
            violations: &place.violations,
            settings: &place.settings,
            runbook: Some(link),
            part: &place.part,
        });
        assert!(!page.contains(link), "{link}");
    }
}

#[test]
fn without_values_no_value_of_a_column_is_on_the_page() {
    let names = named(6, |n| format!("feature {n}"));
    let (with, without) = (Place::of(&names, 6, true).page(), Place::of(&names, 6, false).page());
    for value in ["red", "green", "purple"] {
        let shown = format!("<bdi>{value}</bdi>");
        assert!(with.contains(&shown) && !without.contains(&shown), "{value}");
    }
    let charts = |page: &str| page.matches("<svg height=\"124\"").count();
    assert!(charts(&without) > 3, "numbers are drawn all the same");
    let classes: BTreeSet<_> = CLASSES.iter().collect();
    assert_eq!(classes.len(), CLASSES.len());
}
