//! What the verdict rests on: how much was read, and how much was left out for which reason. Never what stood in it.

use crate::document::wide;
use crate::table::Room;
use crate::words::{bytes, count, counted, hours, instant, name, per_cent};
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{
    CaptureSummary, DuplicateScope, Execution, GroundTruthSummary, ReadProfile, ReplaySummary,
};
use bellwether_contract::explained::{ExplanationMethod, ExplanationSummary};
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fmt::Display;

/// Reasons of one kind on a page.
const ROOM: Room = Room { most: 60, bytes: 8 * 1_024 };

/// All of it.
pub(super) fn counts(execution: &Execution) -> Markup {
    let Execution { capture, replay, labelling, explanation, brought, .. } = execution;
    html! {
        @if let Some(from) = brought.as_ref().and_then(|brought| brought.from.as_ref()) { p { "Brought from " (name(from)) "." } }
        @if let Some(capture) = capture { (of_capture(capture)) } @else { p { "No captured traffic was read." } }
        @if let Some(replay) = replay { (of_replay(replay)) }
        @if let Some(labels) = &labelling.ground_truth { (of_labels(labels)) }
        @if let Some(window) = &labelling.estimated_window { p { "Before their labels come, the answers of " (hours(window)) " were estimated." } }
        @if let Some(explanation) = explanation { (of_explanation(explanation)) }
    }
}

/// Counts by reason, as rows.
fn table<K: Display>(caption: &str, counts: &BTreeMap<K, u64>) -> Markup {
    let rows = ROOM.fit(counts, |(reason, number)| html! { tr { th scope="row" { (name(&reason.to_string())) } td { (count(*number)) } } });
    html! {
        @if !counts.is_empty() {
            table.num { caption { (caption) } tbody { (rows.markup()) } }
            (rows.rest("reason", "execution.json"))
        }
    }
}

/// Lines that were left out, by reason: its word, and what it means.
fn left_out(counts: &BTreeMap<LeftOut, u64>) -> Markup {
    let rows = ROOM.fit(counts, |(reason, number)| {
        html! {
            tr {
                th.text scope="row" { (reason.as_str()) " " small { (reason.meaning().replace('`', "")) } }
                td { (count(*number)) }
            }
        }
    });
    html! {
        @if !counts.is_empty() {
            table.num.reasons { caption { "Lines that were left out, by reason" } tbody { (rows.markup()) } }
            (rows.rest("reason", "execution.json"))
        }
    }
}

fn of_capture(capture: &CaptureSummary) -> Markup {
    let share = if capture.lines == 0 { 0.0 } else { capture.used as f64 / capture.lines as f64 };
    html! {
        @if capture.lines == 0 { p { "Captured traffic: " b { "no line" } ", in " (counted(capture.files, "file")) " of " (bytes(capture.size_bytes)) "." } }
        @else {
            p {
                "Captured traffic: " b { (count(capture.used)) " of " (counted(capture.lines, "line")) } " measured (" (per_cent(share)) "), from "
                (counted(capture.files, "file")) " of " (bytes(capture.size_bytes)) "."
            }
        }
        (left_out(&capture.left_out))
        (table("Files that are no data capture, by their ending", &capture.files_passed_over))
        (late(capture))
        (profiles(capture))
        (oddities(capture))
        p.mut {
            "Copies of a record count once, "
            (match capture.duplicates_found { DuplicateScope::InWindow => "looked for over the whole window.", DuplicateScope::InPart => "looked for within each part of the window only: it is a wide one.", DuplicateScope::InFile => "looked for within each file only: the window is too large for more." })
        }
    }
}

fn late(capture: &CaptureSummary) -> Markup {
    let late = capture.late.iter().map(|(hour, number)| (instant(*hour), *number)).collect();
    table("Records of earlier windows that came too late for those, by their scheduled hour", &late)
}

/// The windows of another schedule that were judged by what their runs kept of them.
fn profiles(capture: &CaptureSummary) -> Markup {
    let room = Room { most: CaptureSummary::MOST_PROFILES, bytes: 40 * 1_024 };
    let mut rows = room.fit(&capture.profiles, |ReadProfile { window, profile }| {
        html! { tr { th scope="row" { (hours(window)) } td { (count(profile.size_bytes)) } td.hash { (name(&profile.sha256)) } } }
    });
    let all = capture.profiles.len() as u64 + capture.profiles_beyond;
    rows.left_out += usize::try_from(capture.profiles_beyond).unwrap_or(usize::MAX);
    html! {
        @if all > 0 {
            p { "No capture was read for it: this is what " b { (counted(all, "run")) } " before kept of their windows." }
            details {
                summary { "Their profiles" }
                (wide("Profiles", &html! { table { thead { tr { th scope="col" { "window" } th scope="col" { "bytes" } th scope="col" { "SHA-256" } } } tbody { (rows.markup()) } } }))
                (rows.rest("profile", "execution.json"))
            }
        }
    }
}

fn oddities(capture: &CaptureSummary) -> Markup {
    odd(&[
        (capture.no_id, "records without an id of their own: a copy of one counts again"),
        (capture.non_finite, "numbers that no double holds"),
        (capture.header_rows, "rows that repeat the names of the columns, dropped"),
        (capture.short_lists, "lists that are shorter than asked"),
        (capture.lists_with_unknown_items, "lists with an item that the catalogue does not know"),
    ])
}

/// What is told where there is any of it.
fn odd(counts: &[(u64, &str)]) -> Markup {
    let told: Vec<_> = counts.iter().filter(|(number, _)| *number > 0).collect();
    html! { @if !told.is_empty() { ul { @for (number, what) in told { li { (count(*number)) " " (what) } } } } }
}

fn of_replay(replay: &ReplaySummary) -> Markup {
    html! {
        p {
            "Replay (" (name(&replay.source)) "): " b { (count(replay.answered)) " of " (counted(replay.sessions, "session")) } " answered"
            @if replay.degraded { ", fewer than 95 %" } @if replay.incomplete { ", too few for some of the checks" } "."
            @if replay.non_finite > 0 { " " (count(replay.non_finite)) " numbers in the answers are none that a double holds." }
        }
        (table("Sessions without an answer, by reason", &replay.unanswered))
    }
}

fn of_labels(labels: &GroundTruthSummary) -> Markup {
    html! {
        p {
            "Labels: " b { (count(labels.labelled)) " of " (counted(labels.captured, "captured record")) } " have one ("
            (per_cent(labels.coverage())) "), " (count(labels.captured.saturating_sub(labels.labelled))) " have none yet; labels that came before "
            (instant(labels.ground_truth_until)) " were read, " (count(labels.truth_records)) " from " (counted(labels.files, "file")) " of " (bytes(labels.size_bytes)) "."
        }
        p { (counted(labels.rows, "row")) " measured." }
        (odd(&[
            (labels.truth_unmatched, "labels that belong to no captured record"),
            (labels.doubled, "labels that came again"),
            (labels.corrected, "labels that came again with another value: the newest counts"),
            (labels.files_cut, "files of labels that could not be read to the end"),
        ]))
        (table("Labels that cannot be read, by reason", &labels.left_out))
        (table("Labelled rows that cannot be measured, by reason", &labels.rows_left_out))
        (table("Files that hold no labels, by their ending", &labels.files_passed_over))
    }
}

fn how(method: ExplanationMethod) -> &'static str {
    match method {
        ExplanationMethod::Exact => "exactly, by every combination of features",
        ExplanationMethod::KernelShap => "by the best fit to some combinations of features (Kernel SHAP)",
        ExplanationMethod::Linear => "by the coefficients of a linear model",
    }
}

fn of_explanation(explanation: &ExplanationSummary) -> Markup {
    html! {
        p {
            "Explained: " b { (count(explanation.explained_rows)) " of " (counted(explanation.rows, "row")) } ", " (how(explanation.method))
            ", against " (counted(explanation.baseline_rows, "row")) " of the baseline; the model was asked about " (counted(explanation.rows_asked, "row")) "."
            @if let Some(note) = &explanation.note { " " (crate::words::sentence(note)) }
        }
    }
}
