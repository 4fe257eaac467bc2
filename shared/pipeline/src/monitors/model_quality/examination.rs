//! What a doctor finds of this monitor: its baseline, the answers of the window, and whether labels of them are there.
//!
//! It judges no value.

use super::{Joined, ModelQuality};
use crate::baseline::InForce;
use crate::doctor::{Diagnosis, Health};
use crate::ground_truth::{Hours, labels_found};
use crate::progress::nobody;
use bellwether_analysis::model_quality::ScoreHistogram;
use bellwether_contract::model_quality::Calibration;
use bellwether_contract::window::Window;

const BASELINE: &str = "baseline";
const ANSWERS: &str = "answers";
const OTHER_LABELS: &str = "set ground_truth_attribute to where the label is, and problem_type to what it is";
const ESTIMATE: &str = "estimate";

impl ModelQuality {
    /// The baseline, then the window where it was read and holds records.
    pub(super) async fn looked_over(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let mut diagnoses = self.of_baseline().await;
        diagnoses.extend(self.of_window(window).await);
        diagnoses
    }

    async fn of_baseline(&self) -> Vec<Diagnosis> {
        let judging = match self.baseline().await {
            Ok(InForce::Known(judging)) => judging,
            Ok(InForce::Absent(absence)) => {
                let found = format!("{absence}: statistics would be written and nothing judged");
                let remedy = "make one (`bellwether suggest-baseline model-quality`, `bellwether baseline`), or name baseline_constraints_uri";
                return vec![Diagnosis::of(Health::Problem, BASELINE, found, remedy)];
            }
            Err(error) => return vec![Diagnosis::failed(BASELINE, &error)],
        };
        let of =
            judging.version.as_ref().map_or("named files".to_owned(), |version| format!("version {version}"));
        let problem = self.settings.answers.problem_type;
        let limits = judging.constraints.of(problem).map_or(0, |limits| limits.iter().count());
        let baseline = Diagnosis::ok(BASELINE, format!("{limits} constraints of {problem}, of {of}"));
        vec![baseline, self.of_estimate(judging.calibration.as_ref())]
    }

    fn of_estimate(&self, calibration: Option<&Calibration>) -> Diagnosis {
        if !self.estimates() {
            return Diagnosis::ok(ESTIMATE, "is not asked for, or there is none of this problem type");
        }
        let problem = self.settings.answers.problem();
        let fits = calibration.map(|known| ScoreHistogram::new(&problem, known));
        let found = match fits {
            Some(Ok(_)) => {
                let found = "the newest hour is estimated by the baseline's calibration";
                return Diagnosis::ok(ESTIMATE, found);
            }
            Some(Err(reason)) => format!("nothing is known of an hour before its labels come: {reason}"),
            None => "the baseline has no calibration: nothing is known of an hour before its labels come"
                .to_owned(),
        };
        let remedy = "make the baseline with `bellwether suggest-baseline model-quality` and the settings of this monitor, or set estimate: none";
        Diagnosis::of(Health::Warning, ESTIMATE, found, remedy)
    }

    async fn of_window(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let Some(window) = window else {
            let found = "no record of the window was read";
            let remedy = "look again when traffic was captured";
            return vec![Diagnosis::of(Health::NotChecked, ANSWERS, found, remedy)];
        };
        let traffic = self.settings.schedule.traffic_of(&self.capture, window);
        let hours = Hours { from: window.start(), until: self.labels().until(window) };
        match self.joined(traffic, hours, None, None, &nobody).await {
            Ok(joined) => vec![of_answers(&joined), labels_found(&joined.summary, hours, OTHER_LABELS)],
            Err(error) => vec![Diagnosis::failed(ANSWERS, &error)],
        }
    }
}

fn of_answers(joined: &Joined) -> Diagnosis {
    let counts = joined.lines.left_out.iter().map(|(reason, count)| format!("; left out: {count} {reason}"));
    let found = format!("{} records with an answer{}", joined.summary.captured, counts.collect::<String>());
    if joined.summary.captured == 0 {
        let remedy = "set inference_attribute or probability_attribute to where the answer is, and capture the response (docs/reasons.md)";
        return Diagnosis::of(Health::Problem, ANSWERS, found, remedy);
    }
    if joined.lines.left_out.keys().any(|reason| reason.is_corrupt()) {
        return Diagnosis::of(
            Health::Warning,
            ANSWERS,
            found,
            "look at docs/reasons.md for what is left out",
        );
    }
    Diagnosis::ok(ANSWERS, found)
}
