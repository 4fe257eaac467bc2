//! What an auditor asks for: the limits as they were applied, the baseline, the files with their digests, the settings, the rules.

use super::checks::{rule, side, subject};
use super::{DrawnRun, Setting, files};
use crate::document::wide;
use crate::table::{MOST_ROWS, Room};
use crate::words::{bdi, count, instant, name, sentence};
use bellwether_contract::evaluation::CheckOutcome;
use bellwether_contract::execution::{BaselineFile, Execution};
use bellwether_contract::judged::Judged;
use bellwether_contract::told::plain;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Bytes of the table of all checks.
const ROOM: Room = Room { most: MOST_ROWS, bytes: 110 * 1_024 };

/// All of it.
pub(super) fn tables(run: &DrawnRun<'_>) -> Markup {
    html! {
        (limits(run))
        (baselines(run.execution))
        h3 { "Files" }
        (files::of_a_run(run.execution))
        (settings(run.execution, run.settings))
        (rules(run))
    }
}

/// Every check that was held against a value, by what it is of, with its limit as it was applied.
fn limits(run: &DrawnRun<'_>) -> Markup {
    let mut subjects: Vec<(String, Vec<(&Judged, bool)>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for check in &run.evaluation.checks {
        let Some(judged) = &check.judged else { continue };
        let of = subject(judged);
        let place = *places.entry(of.clone()).or_insert_with(|| {
            subjects.push((of, Vec::new()));
            subjects.len() - 1
        });
        subjects[place].1.push((judged, check.outcome == CheckOutcome::Violated));
    }
    let rows = ROOM
        .fit(&subjects, |(of, checks)| html! { tr { th scope="row" { (bdi(of)) } td { (judged(checks)) } } });
    html! {
        h3 { "Limits as they were applied" }
        @if subjects.is_empty() { p { "No value was held against a limit." } }
        @else {
            details {
                summary { "Every check with its value and its limit: " (count(subjects.iter().map(|(_, checks)| checks.len() as u64).sum())) }
                (wide("Every check", &html! { table { caption { "■ is violated" } thead { tr { th scope="col" { "of" } th scope="col" { "value and limit" } } } tbody { (rows.markup()) } } }))
                (rows.rest("row", "evaluation.json"))
            }
        }
    }
}

fn judged(checks: &[(&Judged, bool)]) -> Markup {
    html! {
        @for (place, (judged, violated)) in checks.iter().enumerate() {
            @let (value, limit) = judged.told();
            @if place > 0 { "; " }
            @if *violated { i.bad { "■ " (word(judged)) (value) } } @else { (word(judged)) (value) }
            ", " (side(judged)) " " (limit)
        }
    }
}

/// The check in a word, where what it is of does not say it.
fn word(judged: &Judged) -> String {
    if judged.metric_name.is_some() {
        return String::new();
    }
    let word = judged.check.as_str();
    format!("{} ", plain(word.strip_suffix("_check").unwrap_or(word), 40).replace('_', " "))
}

fn baselines(execution: &Execution) -> Markup {
    let file = |file: &BaselineFile| {
        html! {
            dt {
                @if let Some(role) = file.role { (role.words()) ", " }
                @if let Some(version) = &file.version { "version " (bdi(version.as_str())) } @else { "named by the settings" }
                @if let Some(created) = file.model_created_at { ", of a model made " (instant(created)) }
            }
            dd { (sentence(&file.uri)) div.hash { "SHA-256 " (file.sha256) } }
        }
    };
    let room = Room { most: 20, bytes: 12 * 1_024 };
    let files = room.fit(&execution.baselines, file);
    html! {
        h3 { "Baseline" }
        @if execution.baselines.is_empty() { p { "No file of a baseline was judged by." } } @else { dl { (files.markup()) } }
        (files.rest("file", "execution.json"))
    }
}

fn settings(execution: &Execution, settings: &[Setting]) -> Markup {
    let room = Room { most: 100, bytes: 40 * 1_024 };
    let rows = room.fit(settings, |setting| {
        html! { tr { th scope="row" { (setting.name) } td { (sentence(&setting.value)) } td { (setting.help) } } }
    });
    html! {
        h3 { "Settings" }
        p { "Those that can change a verdict have together the SHA-256 " span.hash { (execution.configuration_digest) } }
        @if settings.is_empty() { p { "Which they were is not known to this page." } }
        @else {
            details {
                summary { "The settings" }
                (wide("Settings", &html! { table { thead { tr { th scope="col" { "setting" } th scope="col" { "value" } th scope="col" { "what it is" } } } tbody { (rows.markup()) } } }))
                (rows.rest("setting", "the function's configuration"))
            }
        }
    }
}

/// How the checks of this run are computed, each once.
fn rules(run: &DrawnRun<'_>) -> Markup {
    let judged = run.evaluation.checks.iter().filter_map(|check| check.judged.as_ref());
    let rules: BTreeMap<&str, &str> =
        judged.map(|judged| (judged.check.as_str(), rule(&judged.check))).collect();
    html! {
        @if !rules.is_empty() {
            h3 { "Rules" }
            dl { @for (check, rule) in rules.iter().take(30) { dt { (name(check)) } dd { (rule) } } }
        }
    }
}
