//! Every page in a real browser, as the on-call's phone, the desk of the data scientist and the auditor's printer show it.
//!
//! Chromium and its driver are Debian's, the rules of accessibility axe's: `.ci/tools browser` installs them. No picture is
//! compared: fonts differ from machine to machine.

mod driver;
mod inspection;

use driver::{Browser, Tools};
use inspection::{Limits, inspect};
use std::path::PathBuf;

/// A page that is opened.
pub(crate) struct Page {
    /// What it is of.
    pub(crate) name: String,
    pub(crate) html: String,
    pub(crate) limits: Limits,
}

/// One session for all: a browser takes a second to open.
#[tokio::test]
async fn every_page_holds_in_a_browser() {
    let Some(tools) = Tools::find() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let browser = Browser::open(&tools).await;
    let file = |number: usize| -> PathBuf { folder.path().join(format!("{number}.html")) };
    let mut complaints = Vec::new();
    let pages = [broken()];
    for (number, page) in pages.iter().enumerate() {
        std::fs::write(file(number), &page.html).expect("a file");
        complaints.push(inspect(&browser, &file(number), page).await);
    }
    browser.close().await;
    println!("{complaints:#?}");
}

/// A page of which an inspection must complain, one complaint each.
fn broken() -> Page {
    let html = include_str!("broken.html").to_owned();
    Page { name: "broken".to_owned(), html, limits: Limits { bytes: 100, printed: 1 } }
}
