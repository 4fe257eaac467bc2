//! What a doctor finds of labels, whichever monitor joins them.

use super::Hours;
use crate::doctor::{Diagnosis, Health};
use crate::route::text::counted;
use bellwether_contract::execution::GroundTruthSummary;

const LABELS: &str = "labels";

/// What a doctor finds of the labels of a window; `unmeasured` is what to do where none of its labelled rows can be measured.
pub(crate) fn labels_found(
    summary: &GroundTruthSummary,
    hours: Hours,
    unmeasured: &'static str,
) -> Diagnosis {
    let GroundTruthSummary { captured, labelled, truth_records, truth_unmatched, files, rows, .. } = summary;
    let lost =
        summary.rows_left_out.iter().map(|(reason, count)| format!("; left out: {count} rows {reason}"));
    let broken =
        summary.left_out.iter().map(|(reason, count)| format!("; left out: {count} labels {reason}"));
    let found = format!(
        "{labelled} of {captured} records are labelled, by {truth_records} labels in {} of the hours from {} to {}{}{}",
        counted(usize::try_from(*files).unwrap_or(usize::MAX), "file"),
        hours.from,
        hours.until,
        lost.collect::<String>(),
        broken.collect::<String>()
    );
    let problem = |remedy| Diagnosis::of(Health::Problem, LABELS, found.clone(), remedy);
    if *captured == 0 {
        let remedy = "look again when there are records with an answer";
        return Diagnosis::of(Health::NotChecked, LABELS, found, remedy);
    }
    if *files == 0 {
        return problem(
            "write labels below ground_truth_uri by the hour in which they are collected, or look further back with start_time_offset and end_time_offset",
        );
    }
    if *labelled == 0 && *truth_unmatched > 0 {
        return problem(
            "let eventId of each label be the inferenceId of its request, or the captured eventId",
        );
    }
    if *rows == 0 {
        return problem(unmeasured);
    }
    if !summary.left_out.is_empty() || !summary.rows_left_out.is_empty() {
        return Diagnosis::of(Health::Warning, LABELS, found, "look at docs/reasons.md for what is left out");
    }
    Diagnosis::ok(LABELS, found)
}
