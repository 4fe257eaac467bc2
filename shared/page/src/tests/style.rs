use crate::document::STYLE;
use std::collections::BTreeMap;

/// The variables of a block of the style sheet.
fn variables(block: &str) -> BTreeMap<&str, &str> {
    block
        .split(';')
        .filter_map(|entry| entry.trim().split_once(':'))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

/// Light, dark and print.
fn schemes() -> Vec<BTreeMap<&'static str, &'static str>> {
    let blocks = STYLE.split(":root{").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    let all: Vec<_> = blocks.map(variables).collect();
    assert_eq!(all.len(), 3);
    all
}

fn channels(colour: &str) -> [f64; 3] {
    let hex = colour.strip_prefix('#').unwrap();
    let one = |place: usize| {
        let text = if hex.len() == 3 {
            hex[place..=place].repeat(2)
        } else {
            hex[2 * place..2 * place + 2].to_owned()
        };
        f64::from(u8::from_str_radix(&text, 16).unwrap()) / 255.0
    };
    [one(0), one(1), one(2)]
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: &str) -> f64 {
    let linear =
        |value: f64| if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = channels(colour).map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_in_both_schemes_and_on_paper() {
    assert!((contrast("#fff", "#000") - 21.0).abs() < 1e-9);
    for scheme in schemes() {
        for (text, grounds) in [
            ("--fg", &["--bg", "--card", "--badbg", "--okbg", "--warnbg"][..]),
            ("--mut", &["--bg", "--card", "--badbg", "--okbg", "--warnbg"]),
            ("--link", &["--bg", "--card"]),
            ("--bad", &["--bg", "--card", "--badbg"]),
            ("--ok", &["--bg", "--okbg"]),
            ("--warn", &["--bg", "--card", "--warnbg"]),
        ] {
            for ground in grounds {
                let contrast = contrast(scheme[text], scheme[ground]);
                assert!(contrast >= 5.6, "{text} on {ground}: {contrast:.2}");
            }
        }
        for line in ["--base", "--cur", "--bad"] {
            assert!(contrast(scheme[line], scheme["--bg"]) >= 3.0, "{line}");
        }
    }
}

/// The only text that is not escaped is the style sheet: it is ours, and it cannot end its element.
#[test]
fn nothing_but_the_style_sheet_is_written_as_it_stands() {
    assert!(!STYLE.contains('<') && !STYLE.contains("@import") && !STYLE.contains("url("));
    let sources = [
        include_str!("../document.rs"),
        include_str!("../draw.rs"),
        include_str!("../run.rs"),
        include_str!("../part.rs"),
    ];
    let raw: usize = sources
        .iter()
        .map(|source| source.split("#[cfg(test)]").next().unwrap().matches("PreEscaped(").count())
        .sum();
    assert_eq!(raw, 1);
}
