//! The title and the first screen.

use super::findings::worst_first;
use super::{DrawnRun, UNJUDGED};
use crate::document::{Band, FINDINGS, Mark, button};
use crate::words::{bdi, counted, hours, hours_in_brief, instant, name, seconds, sentence};
use bellwether_contract::evaluation::{Check, CheckOutcome};
use bellwether_contract::execution::{Execution, Status};
use maud::{Markup, html};

/// A monitor's name as people say it.
fn kind(execution: &Execution) -> String {
    name(&execution.identity.monitor).replace('-', " ")
}

/// What the tab shows, and the phone's switcher: `VIOLATED · MONITOR of churn-prod/AllTraffic, 2026-10-31 08-09 UTC`.
pub(super) fn title(execution: &Execution) -> String {
    let (mark, identity) = (Mark::of(execution.monitoring_execution_status), &execution.identity);
    let (endpoint, variant) = (&identity.endpoint_name, &identity.variant_name);
    let when = hours_in_brief(&identity.window);
    format!("{} · {} of {endpoint}/{variant}, {when}", mark.word, kind(execution))
}

/// The verdict.
pub(super) fn band(run: &DrawnRun<'_>) -> Markup {
    let execution = run.execution;
    let identity = &execution.identity;
    crate::document::band(&Band {
        mark: Mark::of(execution.monitoring_execution_status),
        kind: &kind(execution),
        heading: html! { (identity.endpoint_name) " / " (identity.variant_name) },
        sentence: said(run),
        facts: facts(execution),
        actions: actions(run),
    })
}

/// One sentence, with the number and its limit.
fn said(run: &DrawnRun<'_>) -> Markup {
    let Execution { monitoring_execution_status: status, exit_message, constraints_judged, .. } =
        run.execution;
    let own_words = exit_message.strip_prefix(&format!("{status}: ")).unwrap_or(exit_message);
    match (status, &run.part.headline, worst_first(run).first()) {
        (Status::CompletedWithViolations, Some(headline), _) => sentence(headline),
        (Status::CompletedWithViolations, None, Some(worst)) => worst.headline(),
        (Status::Completed, ..) => html! {
            (if *constraints_judged == 1 { "The one constraint".to_owned() } else { format!("All {}", counted(*constraints_judged, "constraint")) })
            " that could be judged "
            (if *constraints_judged == 1 { "is within its limit" } else { "are within their limits" })
            (unjudged(run))
        },
        _ => {
            html! { (sentence(&capitalised(own_words.trim_end_matches('.')))) (all_the_same(run.execution)) }
        }
    }
}

/// What was found where the verdict is that too little could be judged.
fn all_the_same(execution: &Execution) -> Markup {
    let found = execution.violations;
    html! { @if found > 0 { "; " (counted(found, "check")) (if found == 1 { " is" } else { " are" }) " violated all the same" } }
}

/// What a verdict within its limits says nothing of.
fn unjudged(run: &DrawnRun<'_>) -> Markup {
    let is_unjudged = |check: &&Check| check.outcome == CheckOutcome::NotEvaluated;
    let count = run.evaluation.checks.iter().filter(is_unjudged).count() as u64;
    html! { @if count > 0 { "; " (counted(count, "check")) (if count == 1 { " was" } else { " were" }) " not judged" } }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect()
}

fn facts(execution: &Execution) -> Markup {
    let identity = &execution.identity;
    let window = &identity.window;
    let when = execution.brought.as_ref().map_or_else(|| hours(window), |brought| seconds(&brought.interval));
    html! {
        (when) " · schedule " (bdi(identity.monitoring_schedule_name.as_str()))
        @if window.scheduled() != window.end() { " · judged at " (instant(window.scheduled())) }
        @if let Some(version) = &execution.baseline {
            " · baseline " (bdi(version.as_str()))
            @if let Some(created) = execution.baselines.iter().find_map(|file| file.model_created_at) { " of " (instant(created)) }
        }
        @if execution.supersedes.is_some() { " · judged again: this replaces an earlier verdict" }
    }
}

/// The alarm of a monitor, as the templates and the runbook name it.
fn alarm(monitor: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars().filter(char::is_ascii_alphanumeric);
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    monitor.split('-').map(capital).chain(["Alarm".to_owned()]).collect()
}

/// What to do about this verdict, where there is anything to do.
fn actions(run: &DrawnRun<'_>) -> Markup {
    let execution = run.execution;
    let (entry, words) = match execution.monitoring_execution_status {
        Status::Completed => return html! {},
        Status::CompletedWithViolations => {
            let alarm = alarm(&execution.identity.monitor);
            (alarm.to_ascii_lowercase(), format!("What to do: {alarm}"))
        }
        _ => ("how-a-run-ends".to_owned(), "What to do".to_owned()),
    };
    let is_link = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    let place = |link: &str| if link.contains('#') { link.to_owned() } else { format!("{link}#{entry}") };
    let is_found = run.evaluation.checks.iter().any(|check| check.outcome == CheckOutcome::Violated);
    html! {
        p {
            @if let Some(runbook) = run.runbook.filter(is_link) { (button(&place(runbook), &words)) }
            @if is_found { (button(&format!("#{FINDINGS}"), "What is wrong")) } @else { (button(&format!("#{UNJUDGED}"), "What was not judged")) }
        }
    }
}
