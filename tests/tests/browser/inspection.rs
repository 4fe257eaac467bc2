//! What holds of every page, whatever it shows.

use super::Page;
use super::driver::{Browser, Look};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use url::Url;

const LOOK: &str = include_str!("look.js");
/// The rules of WCAG 2.2, A and AA.
const EVERY_RULE: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
/// Those of them that hang on how wide the screen is.
const OF_SIZES: &str = "['scrollable-region-focusable', 'target-size']";
/// Those, and the ones that hang on whether it is dark: together they take no longer than the slower.
const OF_SIZES_AND_COLOURS: &str =
    "['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size']";
/// What a reader opens who wants to know everything.
const OPENED: &str = "document.querySelectorAll('details').forEach(details => details.open = true)";
/// Axe takes half a minute for 500 rows. Those of the same elements and classes are drawn by the same hand: of each kind in a table or
/// among the figures it is shown the first two.
const SHORTENED: &str = "const kind = one =>
        `${one.tagName} ${one.getAttribute('class')} (${[...new Set([...one.children].map(kind))]})`;
    document.querySelectorAll('tbody, .cols').forEach(all => {
        const shown = {};
        [...all.children].forEach(one => {
            shown[kind(one)] = (shown[kind(one)] ?? 0) + 1;
            if (shown[kind(one)] > 2) one.remove();
        });
    });";
/// What is left where nobody draws: mail, a reader of text, a screen reader.
const UNSTYLED: &str = "document.querySelectorAll('style').forEach(style => style.remove());
    return document.body.innerText;";
const PHONE: Look = Look { width: 390, height: 844, dark: false };
const TABLET: Look = Look { width: 768, height: 1024, dark: true };
const DESK: Look = Look { width: 1280, height: 800, dark: false };
const LOOKS: [Look; 3] = [PHONE, TABLET, DESK];
/// Looks that are held to axe, and to which of its rules: what is light was seen on the phone, and what is wide is no other by night.
const BY_AXE: [(Look, &str); 3] = [(PHONE, EVERY_RULE), (TABLET, OF_SIZES_AND_COLOURS), (DESK, OF_SIZES)];

/// How large a page may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of the file.
    pub(crate) bytes: usize,
    /// Sheets of paper.
    pub(crate) printed: usize,
}

/// What [`LOOK`] gives.
#[derive(Debug, Deserialize)]
struct Seen {
    title: String,
    status: String,
    scripts: u64,
    styled: u64,
    handlers: u64,
    links: Vec<String>,
    inner_width: f64,
    scroll_width: f64,
    first_finding: Option<f64>,
    headings: Vec<String>,
    unnamed: Vec<String>,
    empty: Vec<String>,
    small: Vec<String>,
}

/// What is wrong with a page, a line each.
pub(super) async fn inspect(browser: &Browser, file: &Path, page: &Page) -> Vec<String> {
    let mut wrong = page.unexpected.clone();
    let limits = page.limits;
    let mut holds = |is_so: bool, told: String| {
        if !is_so {
            wrong.push(told)
        }
    };
    let bytes = page.html.len();
    holds(bytes <= limits.bytes, format!("{bytes} bytes, and at most {} are wanted", limits.bytes));

    browser.look(PHONE).await;
    browser.visit(file).await;
    if let Some(text) = browser.dialog().await {
        holds(false, format!("a dialog is open: {text}"));
    }
    for look in LOOKS {
        browser.look(look).await;
        seen(browser, look, page).await.into_iter().for_each(|told| holds(false, told));
    }
    let sheets = sheets(browser).await;
    let told = format!("{sheets} sheets of paper, and at most {} are wanted", limits.printed);
    holds((1..=limits.printed).contains(&sheets), told);
    let own = Url::from_file_path(file).expect("an absolute path").to_string();
    for request in browser.requests().await.into_iter().filter(|request| *request != own) {
        holds(false, format!("asks for {request}"));
    }
    for told in browser.console().await {
        holds(false, format!("says on the console: {told}"));
    }
    browser.look(PHONE).await;
    browser.asks(OPENED).await;
    for told in seen(browser, PHONE, page).await {
        holds(false, format!("{told}, with everything opened"));
    }
    browser.asks(SHORTENED).await;
    for (look, rules) in BY_AXE {
        browser.look(look).await;
        by_axe(browser, rules)
            .await
            .into_iter()
            .for_each(|rule| holds(false, format!("axe, {look:?}: {rule}")));
    }
    let text = browser.asks(UNSTYLED).await;
    let text = text.as_str().unwrap_or_default();
    holds(text.len() > 200, format!("without its style it says {text:?}"));
    wrong
}

/// What is wrong on a look.
async fn seen(browser: &Browser, look: Look, page: &Page) -> Vec<String> {
    let seen: Seen = serde_json::from_value(browser.asks(LOOK).await).expect("what look.js gives");
    complaints(&seen, look, page).into_iter().map(|told| format!("{told}, {look:?}")).collect()
}

/// What axe says of the page as it is shown.
async fn by_axe(browser: &Browser, rules: &str) -> Vec<String> {
    let script = format!(
        "return axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }}).then(found => found.violations.map(
            rule => `${{rule.id}}: ${{rule.help}}: ${{rule.nodes.slice(0, 3).map(node => node.html).join(' ')}}`));"
    );
    serde_json::from_value(browser.asks(&script).await).expect("texts")
}

fn complaints(seen: &Seen, look: Look, page: &Page) -> Vec<String> {
    let is_phone = look.width == PHONE.width;
    let is_wanted = is_phone && page.is_violated;
    let finding = is_wanted && seen.first_finding.is_none_or(|top| top >= f64::from(look.height));
    let texts = [
        (seen.title.trim().is_empty(), "it has no title".to_owned()),
        (seen.status.trim().is_empty(), "nothing says how it ended".to_owned()),
        (seen.scripts > 0, format!("{} scripts", seen.scripts)),
        (seen.styled > 0, format!("{} style attributes", seen.styled)),
        (seen.handlers > 0, format!("{} handlers of events", seen.handlers)),
        (seen.scroll_width > seen.inner_width, format!("{} wide on {}", seen.scroll_width, seen.inner_width)),
        (finding, format!("the first finding lies {:?} below the top", seen.first_finding)),
        (seen.headings.iter().filter(|heading| *heading == "H1").count() != 1, "not one h1".to_owned()),
        (!seen.unnamed.is_empty(), format!("charts without a name: {:?}", seen.unnamed)),
        (!seen.empty.is_empty(), format!("charts without a size: {:?}", seen.empty)),
        (!seen.small.is_empty(), format!("small text in charts: {:?}", seen.small)),
    ];
    let leaves = seen.links.iter().filter(|link| !stays(link)).map(|link| format!("it links to {link}"));
    texts.into_iter().filter(|(is_so, _)| *is_so).map(|(_, told)| told).chain(leaves).collect()
}

/// A place of the page, a file beside it or below it, or what the settings say: the runbook.
fn stays(link: &str) -> bool {
    let relative = !link.starts_with('/') && !link.contains(':');
    relative || link.starts_with("https://") || link.starts_with("http://")
}

/// How many sheets of paper it takes.
async fn sheets(browser: &Browser) -> usize {
    let sheet = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true });
    let printed = browser.tool("Page.printToPDF", sheet).await;
    let text = printed["data"].as_str().expect("a document");
    let document = STANDARD.decode(text).expect("base64");
    let is_page = |window: &&[u8]| window.starts_with(b"/Type /Page") && window.last() != Some(&b's');
    document.windows(12).filter(is_page).count()
}
