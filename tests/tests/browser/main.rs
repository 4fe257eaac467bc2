//! Every page in a real browser, as the on-call's phone, the desk of the data scientist and the auditor's printer show it.
//!
//! Chromium and its driver are Debian's, the rules of accessibility axe's: `.ci/tools browser` installs them. No picture is
//! compared: fonts differ from machine to machine.

mod driver;
mod inspection;
mod pages;
mod series;

use bellwether_contract::execution::Status;
use driver::{Browser, Tools};
use inspection::{Limits, inspect};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

/// A page that is opened.
pub(crate) struct Page {
    /// What it is of.
    pub(crate) name: String,
    /// The file.
    pub(crate) html: String,
    /// Of which monitor it is, and how the run ended.
    pub(crate) of: Option<(&'static str, Status)>,
    /// Whether something is violated, which the first screen of a phone must show.
    pub(crate) is_violated: bool,
    /// How large it may be.
    pub(crate) limits: Limits,
    /// What is wrong with the run already.
    pub(crate) unexpected: Vec<String>,
}

/// Two browsers for all, one a core: whichever is free opens the next page, while those after it are made.
#[tokio::test]
async fn every_page_holds_in_a_browser() {
    let Some(tools) = Tools::find() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (made, next) = tokio::sync::mpsc::channel(usize::from(u8::MAX));
    let next = Mutex::new(next);
    let opened = || opened(&tools, folder.path(), &next);
    let ((), one, other) = tokio::join!(Box::pin(pages::all(made)), opened(), opened());
    other.browser.close().await;
    println!("{}{}", one.times, other.times);
    let Opened { told, browser, .. } = one;
    let complaints = inspect(&browser, &file(folder.path(), &broken()), &broken()).await;
    browser.close().await;
    assert!(told.is_empty() && other.told.is_empty(), "\n{told}{}", other.told);
    for expected in BROKEN {
        let found = complaints.iter().any(|complaint| complaint.contains(expected));
        assert!(found, "nothing was said of {expected:?} in {complaints:#?}");
    }
}

/// Pages that were opened one after the other.
struct Opened {
    browser: Browser,
    /// What is wrong with them, a line each.
    told: String,
    /// How long each took.
    times: String,
}

async fn opened(tools: &Tools, folder: &Path, next: &Mutex<Receiver<Page>>) -> Opened {
    let browser = Browser::open(tools).await;
    let (mut told, mut times) = (String::new(), String::new());
    loop {
        let Some(page) = next.lock().await.recv().await else { break };
        let began = Instant::now();
        for complaint in inspect(&browser, &file(folder, &page), &page).await {
            let _ = writeln!(told, "{}: {complaint}", page.name);
        }
        let _ = writeln!(times, "{}: {} bytes, {:.1?}", page.name, page.html.len(), began.elapsed());
    }
    Opened { browser, told, times }
}

/// Writes a page; to look at it with one's own eyes, `WRITE_PAGES=folder`.
fn file(folder: &Path, page: &Page) -> PathBuf {
    let name = format!("{}.html", page.name.replace(", ", "-").replace(' ', "-"));
    if let Some(kept) = std::env::var_os("WRITE_PAGES") {
        std::fs::write(Path::new(&kept).join(&name), &page.html).expect("a file");
    }
    let file = folder.join(name);
    assert!(!file.exists(), "two pages are called {}", page.name);
    std::fs::write(&file, &page.html).expect("a file");
    file
}

/// A page of which an inspection must complain, and of what: a rule that cannot fail is none.
fn broken() -> Page {
    let html = include_str!("broken.html").to_owned();
    Page {
        name: "broken".to_owned(),
        html,
        of: None,
        is_violated: true,
        limits: Limits { bytes: 100, printed: 1 },
        unexpected: Vec::new(),
    }
}

const BROKEN: [&str; 19] = [
    "bytes, and at most 100",
    "a dialog is open",
    "1 scripts",
    "style attributes",
    "wide on 390",
    "the first finding lies",
    "nothing says how it ended",
    "not one h1",
    "charts without a name",
    "charts without a size",
    "small text in charts",
    "asks for http://127.0.0.1:9/pixel.png",
    "says on the console",
    "sheets of paper",
    "3008 wide on 390, Look { width: 390, height: 844, dark: false }, with everything opened",
    "axe, Look { width: 390, height: 844, dark: false }: html-has-lang",
    "axe, Look { width: 768, height: 1024, dark: true }: target-size",
    "axe, Look { width: 768, height: 1024, dark: true }: color-contrast",
    "axe, Look { width: 1280, height: 800, dark: false }: target-size",
];
