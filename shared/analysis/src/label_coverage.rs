//! How much of a window is labelled, and whether its labels can be read: what every monitor of labelled records concludes from
//! that.
//!
//! It joins nothing and knows no metric.
//!
//! ```text
//! ground_truth_coverage = l / c      c captured records with an answer, l those of them that have a label; 0 of none
//! corrupt share         = x / (r + x)    r records of labels that were read, x that could not be; 0 of none
//! ```
//!
//! | window | what it is judged by |
//! |---|---|
//! | l = 0 | nothing: labels are missing, and that is no health |
//! | coverage below what is asked for | nothing |
//! | otherwise | the labelled records |
//!
//! A corrupt share above [`CORRUPT_LIMIT`], a file of labels that could not be read to its end, or one that is none, is a violation of
//! severity information, `ground_truth_corrupt_check`: what is lost there is missing from every number. Nor does it count as judged.
//!
//! ```text
//! unmeasured share = u / (m + u)     rows of labelled records: m measured, u not, save those without a label
//! ```
//!
//! An unmeasured share above [`CORRUPT_LIMIT`] is a violation of severity warning, `labelled_rows_check`: the answers themselves may be
//! broken. Above a half nothing is judged by the rest.
//!
//! ```
//! use bellwether_analysis::label_coverage::why_unjudged;
//! use bellwether_contract::execution::GroundTruthSummary;
//!
//! let summary = GroundTruthSummary { captured: 200, labelled: 30, ..GroundTruthSummary::default() };
//! assert_eq!(why_unjudged(&summary, 0.1), None);
//! assert_eq!(
//!     why_unjudged(&summary, 0.5).as_deref(),
//!     Some("30 of 200 captured records have ground truth, 0.15, and 0.5 are asked for")
//! );
//! ```

use crate::verdict::{CORRUPT_FAILURE, CORRUPT_LIMIT, Evaluated, Violated, description};
use bellwether_contract::constraints::ComparisonOperator::GreaterThanThreshold;
use bellwether_contract::execution::GroundTruthSummary;
use bellwether_contract::json::double;
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::violations::CheckType;

/// What the labels' own violations are about.
pub const GROUND_TRUTH: &str = "ground_truth";
/// Name of the share of records of labels that cannot be read.
const CORRUPT_SHARE: &str = "ground_truth_corrupt_share";
/// Name of the share of labelled rows that cannot be measured.
const UNMEASURED_SHARE: &str = "unmeasured_row_share";
/// A row without a label is not broken.
const MISSING_TRUTH: &str = "missing_truth";

/// Why the labelled records of a window say nothing of it; `None` where they do.
#[must_use]
pub fn why_unjudged(labels: &GroundTruthSummary, least: f64) -> Option<String> {
    let GroundTruthSummary { captured, labelled, .. } = labels;
    if *labelled == 0 {
        let clue = why_unlabelled(labels).map(|clue| format!(" ({clue})")).unwrap_or_default();
        return Some(format!("none of {captured} captured records has ground truth yet{clue}"));
    }
    let (share, unmeasured) = (unmeasured_share(labels), unmeasured(labels));
    if share > CORRUPT_FAILURE {
        let all = labels.rows + unmeasured;
        return Some(format!("{unmeasured} of {all} labelled rows cannot be measured ({})", reasons(labels)));
    }
    let coverage = labels.coverage();
    (coverage < least).then(|| {
        let (coverage, least) = (double(coverage), double(least));
        format!("{labelled} of {captured} captured records have ground truth, {coverage}, and {least} are asked for")
    })
}

/// What the files of labels say of a window in which no record has one; `None` where nothing was captured.
fn why_unlabelled(labels: &GroundTruthSummary) -> Option<String> {
    let GroundTruthSummary { captured, files, truth_records, .. } = labels;
    let corrupt: u64 = labels.left_out.values().sum();
    let passed_over: u64 = labels.files_passed_over.values().sum();
    match (captured, files, truth_records) {
        (0, ..) => None,
        (_, 0, _) if passed_over > 0 => {
            Some(format!("of labels there are files of other kinds alone, {passed_over}"))
        }
        (_, 0, _) => Some("there is no file of labels in the hours that were read".to_owned()),
        (.., 0) if corrupt > 0 => Some(format!("none of {corrupt} labels can be read")),
        (.., 0) => Some("the files of labels are empty".to_owned()),
        (.., read) => Some(format!("none of {read} labels that were read has the id of one")),
    }
}

/// Rows of labelled records that should have been measured and could not be.
#[must_use]
pub fn unmeasured(labels: &GroundTruthSummary) -> u64 {
    let broken = labels.rows_left_out.iter().filter(|(reason, _)| *reason != MISSING_TRUTH);
    broken.map(|(_, rows)| rows).sum()
}

fn unmeasured_share(labels: &GroundTruthSummary) -> f64 {
    let all = labels.rows + unmeasured(labels);
    if all == 0 { 0.0 } else { unmeasured(labels) as f64 / all as f64 }
}

fn reasons(labels: &GroundTruthSummary) -> String {
    let broken = labels.rows_left_out.iter().filter(|(reason, _)| *reason != MISSING_TRUTH);
    broken.map(|(reason, rows)| format!("{rows} {reason}")).collect::<Vec<_>>().join(", ")
}

/// Holds labelled rows against how many of them could not be measured. Of no row nothing is said.
pub fn judge_rows(labels: &GroundTruthSummary, evaluated: &mut Evaluated) {
    let (share, all) = (unmeasured_share(labels), labels.rows + unmeasured(labels));
    if all == 0 {
        return;
    }
    let judged = Judged {
        feature_name: Some(GROUND_TRUTH.to_owned()),
        ..Judged::new(CheckType::LabelledRows, share, CORRUPT_LIMIT, GreaterThanThreshold, all)
    };
    if share > CORRUPT_LIMIT {
        let words = description(UNMEASURED_SHARE, share, &GreaterThanThreshold, CORRUPT_LIMIT);
        let description = format!("{words}: {}", reasons(labels));
        evaluated.violated_aside.push(Violated { judged, description });
    } else {
        evaluated.held_aside.insert(judged.check_name(), judged);
    }
}

/// Holds the files of labels against what may be unreadable in them. Of no file nothing is said.
pub fn judge_files(labels: &GroundTruthSummary, evaluated: &mut Evaluated) {
    let corrupt: u64 = labels.left_out.values().sum();
    let passed_over: u64 = labels.files_passed_over.values().sum();
    let all = labels.truth_records + corrupt;
    if all + labels.files + passed_over == 0 {
        return;
    }
    let share = if all == 0 { 0.0 } else { corrupt as f64 / all as f64 };
    let judged = |value, limit, n| Judged {
        feature_name: Some(GROUND_TRUTH.to_owned()),
        severity: Severity::Info,
        ..Judged::new(CheckType::GroundTruthCorrupt, value, limit, GreaterThanThreshold, n)
    };
    let (judged, description) = if share > CORRUPT_LIMIT {
        let words = description(CORRUPT_SHARE, share, &GreaterThanThreshold, CORRUPT_LIMIT);
        (judged(share, CORRUPT_LIMIT, all), words)
    } else if passed_over + labels.files_cut > 0 {
        let kinds = labels.files_passed_over.iter().map(|(kind, count)| format!("{count} {kind}"));
        let cut = (labels.files_cut > 0).then(|| format!("{} not to their end", labels.files_cut));
        let kinds = kinds.chain(cut).collect::<Vec<_>>().join(", ");
        let (broken, files) = (passed_over + labels.files_cut, labels.files + passed_over);
        let words = format!("{broken} files of labels of {files} were not read: {kinds}");
        (judged(broken as f64, 0.0, files), words)
    } else {
        let held = judged(share, CORRUPT_LIMIT, all);
        evaluated.held_aside.insert(held.check_name(), held);
        return;
    };
    evaluated.violated_aside.push(Violated { judged, description });
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::capture::LeftOut;

    fn summary(truth_records: u64, corrupt: u64, others: u64) -> GroundTruthSummary {
        let mut summary = GroundTruthSummary { truth_records, files: 1, ..GroundTruthSummary::default() };
        if corrupt > 0 {
            summary.left_out.insert(LeftOut::Json, corrupt);
        }
        if others > 0 {
            summary.files_passed_over.insert(".parquet".to_owned(), others);
        }
        summary
    }

    fn told(summary: &GroundTruthSummary) -> (Vec<String>, usize) {
        let mut evaluated = Evaluated::default();
        judge_files(summary, &mut evaluated);
        let told = evaluated.violated_aside.into_iter().map(|violated| violated.description);
        (told.collect(), evaluated.held_aside.len())
    }

    #[test]
    fn labels_that_cannot_be_read_are_told_above_one_in_a_hundred_and_other_files_always() {
        assert_eq!(told(&summary(99, 1, 0)), (Vec::new(), 1));
        let corrupt = "Metric ground_truth_corrupt_share with 0.02 was GreaterThanThreshold '0.01'";
        assert_eq!(told(&summary(98, 2, 0)), (vec![corrupt.to_owned()], 0));
        let other = "2 files of labels of 3 were not read: 2 .parquet";
        assert_eq!(told(&summary(100, 0, 2)), (vec![other.to_owned()], 0));
        // A file that was cut held nobody knows how many.
        let cut = GroundTruthSummary { files_cut: 1, ..summary(600, 1, 0) };
        assert_eq!(
            told(&cut),
            (vec!["1 files of labels of 1 were not read: 1 not to their end".to_owned()], 0)
        );
        assert_eq!(told(&GroundTruthSummary::default()), (Vec::new(), 0), "no file, nothing to say");
    }

    #[test]
    fn rows_that_cannot_be_measured_are_a_violation_and_above_a_half_nothing_is_judged() {
        let of = |rows, reason: &str, lost| GroundTruthSummary {
            captured: 600,
            labelled: 600,
            rows,
            rows_left_out: [(reason.to_owned(), lost)].into(),
            ..GroundTruthSummary::default()
        };
        let told = |summary: &GroundTruthSummary| {
            let mut evaluated = Evaluated::default();
            judge_rows(summary, &mut evaluated);
            evaluated.violated_aside.into_iter().map(|violated| violated.description).next()
        };
        assert_eq!(told(&of(594, "score_not_a_number", 6)), None);
        let words =
            "Metric unmeasured_row_share with 0.05 was GreaterThanThreshold '0.01': 30 score_not_a_number";
        assert_eq!(told(&of(570, "score_not_a_number", 30)).as_deref(), Some(words));
        assert_eq!(told(&of(300, "missing_truth", 300)), None, "no label is none that is broken");
        assert_eq!(why_unjudged(&of(300, "score_not_a_number", 300), 0.0), None);
        let most = why_unjudged(&of(30, "score_not_a_number", 570), 0.0);
        assert_eq!(
            most.as_deref(),
            Some("570 of 600 labelled rows cannot be measured (570 score_not_a_number)")
        );
    }

    #[test]
    fn a_window_without_enough_labels_says_why_it_is_not_judged() {
        let of =
            |captured, labelled| GroundTruthSummary { captured, labelled, ..GroundTruthSummary::default() };
        let none = "none of 600 captured records has ground truth yet (there is no file of labels in the hours that were read)";
        assert_eq!(why_unjudged(&of(600, 0), 0.0).as_deref(), Some(none));
        let clue = |labels: GroundTruthSummary| {
            let unjudged =
                why_unjudged(&GroundTruthSummary { captured: 600, ..labels }, 0.0).expect("no label");
            unjudged.strip_prefix("none of 600 captured records has ground truth yet ").map(str::to_owned)
        };
        assert_eq!(
            clue(GroundTruthSummary { files: 0, ..summary(0, 0, 2) }).as_deref(),
            Some("(of labels there are files of other kinds alone, 2)")
        );
        assert_eq!(clue(summary(0, 7, 0)).as_deref(), Some("(none of 7 labels can be read)"));
        assert_eq!(clue(summary(0, 0, 0)).as_deref(), Some("(the files of labels are empty)"));
        let unmatched = "(none of 5 labels that were read has the id of one)";
        assert_eq!(clue(summary(5, 1, 0)).as_deref(), Some(unmatched));
        assert_eq!(why_unjudged(&of(600, 1), 0.0), None);
        assert_eq!(why_unjudged(&of(600, 300), 0.5), None, "as much as is asked for");
        assert!(why_unjudged(&of(600, 299), 0.5).is_some());
        assert!(why_unjudged(&of(0, 0), 0.0).is_some());
    }
}
