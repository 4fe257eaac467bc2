//! The sheet of paper: a head that forbids every script and every request, a verdict band, sections, and what holds a wide table.
//!
//! It knows neither a run nor a monitor. Ids, classes and links are constants or numbers; nothing of them comes from data but a link
//! that the settings name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_contract::execution::Status;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// The one style sheet. The policy in the head names it by its digest, so that no other style counts.
pub const STYLE: &str = include_str!("style.css");

/// Where the first finding stands: `What is wrong` leads there.
pub const FINDINGS: &str = "findings";

/// How a verdict is told without colour, and in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// A shape, for whoever tells no colours apart.
    pub shape: &'static str,
    /// A word.
    pub word: &'static str,
    /// `ok`, `bad`, `warn`, or nothing: the class of what carries it.
    pub tone: &'static str,
}

impl Mark {
    /// Of a status.
    #[must_use]
    pub const fn of(status: Status) -> Self {
        let (shape, word, tone) = match status {
            Status::Completed => ("✓", "COMPLETED", "ok"),
            Status::CompletedWithViolations => ("■", "VIOLATED", "bad"),
            Status::CompletedNoData => ("0", "NO DATA", "warn"),
            Status::Inconclusive => ("?", "INCONCLUSIVE", "warn"),
            Status::Failed => ("✕", "FAILED", "bad"),
        };
        Self { shape, word, tone }
    }
}

/// What the policy allows: this style sheet, and nothing else from anywhere.
fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}

/// A whole page.
#[must_use]
pub fn document(title: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href={ "#" (FINDINGS) } { "Skip to what is wrong" }
                (body)
            }
        }
    };
    markup.into_string()
}

/// The first screen: what happened, to whom, when, and what to do.
#[derive(Debug, Clone)]
pub struct Band<'b> {
    /// The verdict.
    pub mark: Mark,
    /// Of what kind it is, beside the mark.
    pub kind: &'b str,
    /// Who is judged.
    pub heading: Markup,
    /// One sentence, with the number and its limit.
    pub sentence: Markup,
    /// When, and by which schedule.
    pub facts: Markup,
    /// Buttons.
    pub actions: Markup,
}

/// Draws it.
#[must_use]
pub fn band(band: &Band<'_>) -> Markup {
    let Band { mark, kind, heading, sentence, facts, actions } = band;
    html! {
        header.band.(mark.tone) {
            p { span.tag { (mark.shape) " " (mark.word) } " " span.mut { (kind) } }
            h1 { (heading) }
            p.big { (sentence) }
            p { (facts) }
            (actions)
        }
    }
}

/// A button that leads somewhere: to a place on this page, or to an address that the settings name.
#[must_use]
pub fn button(href: &str, words: &str) -> Markup {
    html! { a.act href=(href) { (words) } }
}

/// A part of a page, and where it is found.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// What stands in it.
    pub body: Markup,
}

/// Sections one below the other, with their contents above.
#[must_use]
pub fn sections(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" { @for Section { id, heading, .. } in sections { a href={ "#" (id) } { (heading) } } }
        main {
            @for Section { id, heading, body } in sections {
                section aria-labelledby=(id) { h2 id=(id) { (heading) } (body) }
            }
        }
    }
}

/// What may be wider than a phone: it scrolls by itself, with the keyboard too.
#[must_use]
pub fn wide(label: &str, body: &Markup) -> Markup {
    html! { div.wide tabindex="0" role="region" aria-label=(label) { (body) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_style_by_its_own_digest_and_the_page_has_no_other() {
        let page = document("a < b", &html! { p { "text" } });
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(
            page.contains(&format!("style-src &#39;sha256-{digest}&#39;"))
                || page.contains(&format!("style-src 'sha256-{digest}'")),
            "{page}"
        );
        assert!(page.contains("<title>a &lt; b</title>"), "{page}");
        assert!(!page.contains("style=") && !page.contains("<script"));
    }
}
