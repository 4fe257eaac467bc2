//! Files with their digests, and how they are checked.

use crate::document::wide;
use crate::words::{bdi, count, name};
use bellwether_contract::execution::{CommittedFile, Execution};
use maud::{Markup, html};

/// The files beside the page of a run, which cannot hold its own digest.
pub(super) fn of_a_run(execution: &Execution) -> Markup {
    let commit = html! {
        tr { th scope="row" { a href="execution.json" { (bdi("execution.json")) } } td { } td { "the commit, which names all of them" } }
    };
    let caption = "The files beside this page; execution.json names this page too, with its digest";
    html! {
        (table(&execution.files, caption, &commit))
        p { "To check them, in their folder: " code { "sha256sum *" } }
        @if let Some(digest) = &execution.supersedes { p { "This verdict replaces one of the same window, whose files had together " span.hash { (name(digest)) } } }
    }
}

/// The files of a baseline. The page may lie elsewhere, so that nothing leads to them.
pub(crate) fn of_a_baseline(files: &[CommittedFile]) -> Markup {
    let rows = html! { @for file in files { tr { th scope="row" { (bdi(file.name.name())) } td { (count(file.size_bytes)) } td.hash { (file.sha256) } } } };
    wide("Files", &html! { table.files { (head()) tbody { (rows) } } })
}

fn head() -> Markup {
    html! { thead { tr { th scope="col" { "file" } th scope="col" { "bytes" } th scope="col" { "SHA-256" } } } }
}

fn table(files: &[CommittedFile], caption: &str, last: &Markup) -> Markup {
    let rows = html! {
        @for file in files {
            tr { th scope="row" { a href=(file.name.name()) { (bdi(file.name.name())) } } td { (count(file.size_bytes)) } td.hash { (file.sha256) } }
        }
    };
    wide("Files", &html! { table.files { caption { (caption) } (head()) tbody { (rows) (last) } } })
}
