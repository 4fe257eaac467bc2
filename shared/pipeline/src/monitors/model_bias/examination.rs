//! What a doctor finds of this monitor: its configuration, its baseline, the records of the window, and whether labels of them are
//! there.
//!
//! It judges no value.

use super::asked::Asked;
use super::{Joined, ModelBias};
use crate::baseline::InForce;
use crate::doctor::{Diagnosis, Health};
use crate::ground_truth::{Hours, labels_found};
use crate::progress::nobody;
use crate::route::text::counted;
use bellwether_analysis::model_bias::measure;
use bellwether_contract::window::Window;

const CONFIGURATION: &str = "configuration";
const BASELINE: &str = "baseline";
const RECORDS: &str = "records";
const GROUPS: &str = "groups";

impl ModelBias {
    /// The configuration, the baseline, then the window where it was read and holds records.
    pub(super) async fn looked_over(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let asked = match self.asked().await {
            Ok(asked) => asked,
            Err(error) => return vec![Diagnosis::failed(CONFIGURATION, &error)],
        };
        let mut diagnoses = vec![self.of_configuration(&asked), self.of_baseline(&asked).await];
        diagnoses.extend(self.of_window(&asked, window).await);
        diagnoses
    }

    fn of_configuration(&self, asked: &Asked) -> Diagnosis {
        let answers = &self.settings.answers;
        let read = asked.of_captures(answers).and_then(|reading| {
            asked.truth_at(answers)?;
            Ok(reading.gathered().problem().clone())
        });
        match read {
            Ok(problem) => {
                let names: Vec<&str> = problem.facets.iter().map(|facet| facet.name.as_str()).collect();
                let features = counted(problem.features.len(), "feature");
                let found = format!("{features}, label {}, groups by {}", problem.label, names.join(", "));
                Diagnosis::ok(CONFIGURATION, found)
            }
            Err(error) => Diagnosis::failed(CONFIGURATION, &error.into()),
        }
    }

    async fn of_baseline(&self, asked: &Asked) -> Diagnosis {
        let judging = match self.baseline().await {
            Ok(InForce::Known(judging)) => judging,
            Ok(InForce::Absent(absence)) => {
                let found = format!("{absence}: the window would be measured and nothing judged");
                let remedy = "make one (`bellwether suggest-baseline model-bias`, `bellwether baseline`), or name baseline_constraints_uri";
                return Diagnosis::of(Health::Problem, BASELINE, found, remedy);
            }
            Err(error) => return Diagnosis::failed(BASELINE, &error),
        };
        let of =
            judging.version.as_ref().map_or("named file".to_owned(), |version| format!("version {version}"));
        let facets = judging.analysis.stages().flat_map(|(_, block)| block.facets.iter());
        let facets: Vec<_> = facets.collect();
        let metrics = facets.iter().flat_map(|(_, groups)| groups.iter()).flat_map(|group| &group.metrics);
        let count = metrics.filter(|metric| metric.value.is_some()).count();
        let found = format!("{count} metrics, of {of}");
        let known: Vec<String> = asked.config.facets().map(|(name, _)| name).collect();
        let others: Vec<&str> =
            facets.iter().map(|(name, _)| *name).filter(|name| !known.iter().any(|it| it == name)).collect();
        let lacking: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .filter(|name| !facets.iter().any(|(it, _)| it == name))
            .collect();
        let told =
            [("its facets", others, "are none of the configuration"), ("it has no facet", lacking, "")];
        let told: Vec<String> = told
            .into_iter()
            .filter(|(_, names, _)| !names.is_empty())
            .map(|(before, names, behind)| {
                format!("{before} {} {behind}", names.join(", ")).trim_end().to_owned()
            })
            .collect();
        if told.is_empty() && count > 0 {
            return Diagnosis::ok(BASELINE, found);
        }
        let found = [vec![found], told].concat().join("; ");
        let remedy = "make the baseline with the analysis configuration of this monitor";
        Diagnosis::of(Health::Problem, BASELINE, found, remedy)
    }

    async fn of_window(&self, asked: &Asked, window: Option<Window>) -> Vec<Diagnosis> {
        let Some(window) = window else {
            let found = "no record of the window was read";
            return vec![Diagnosis::of(
                Health::NotChecked,
                RECORDS,
                found,
                "look again when traffic was captured",
            )];
        };
        let traffic = self.settings.schedule.traffic_of(&self.capture, window);
        let hours = Hours { from: window.start(), until: self.labels().until(window) };
        match self.joined(asked, traffic, hours, &nobody).await {
            Ok(joined) => {
                let remedy = "set ground_truth_attribute to where the label is, and headers of the configuration to the columns of a request";
                let labels = labels_found(&joined.summary, hours, remedy);
                vec![of_records(&joined), labels].into_iter().chain(of_groups(&joined)).collect()
            }
            Err(error) => vec![Diagnosis::failed(RECORDS, &error)],
        }
    }
}

fn of_records(joined: &Joined) -> Diagnosis {
    let counts = joined.lines.left_out.iter().map(|(reason, count)| format!("; left out: {count} {reason}"));
    let captured = joined.summary.captured;
    let found = format!("{captured} records with features and an answer{}", counts.collect::<String>());
    let remedy = "look at docs/reasons.md for what is left out";
    match (captured, joined.lines.left_out.keys().any(|reason| reason.is_corrupt())) {
        (0, _) => {
            let remedy = "set features_attribute and inference_attribute or probability_attribute to where they are, and capture both sides (docs/reasons.md)";
            Diagnosis::of(Health::Problem, RECORDS, found, remedy)
        }
        (_, true) => Diagnosis::of(Health::Warning, RECORDS, found, remedy),
        (_, false) => Diagnosis::ok(RECORDS, found),
    }
}

/// How many people each group has, where there are labelled rows.
fn of_groups(joined: &Joined) -> Option<Diagnosis> {
    if joined.rows.is_empty() {
        return None;
    }
    let measured = match measure(&joined.rows) {
        Ok(measured) => measured,
        Err(reason) => {
            let remedy = "write label_values_or_threshold and value_or_threshold as the data spell them; a longer window has more rows";
            return Some(Diagnosis::of(Health::Problem, GROUPS, reason, remedy));
        }
    };
    let groups = measured.facets.iter().flat_map(|facet| {
        facet.groups.iter().map(|group| {
            let (sizes, text) = (group.sizes, &group.value_or_threshold);
            (sizes, format!("{}={text}: {} of {}", facet.name, sizes.facet, sizes.facet + sizes.rest))
        })
    });
    let groups: Vec<_> = groups.collect();
    let has_empty = groups.iter().any(|(sizes, _)| sizes.facet == 0 || sizes.rest == 0);
    let found = groups.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; ");
    Some(match has_empty {
        true => Diagnosis::of(
            Health::Warning,
            GROUPS,
            format!("nobody is on one side: {found}"),
            "write value_or_threshold as the data spell it",
        ),
        false => Diagnosis::ok(GROUPS, found),
    })
}
