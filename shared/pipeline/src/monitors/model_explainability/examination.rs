//! What a doctor finds of this monitor: its configuration, its baseline, the requests of the window, and whether somebody answers.
//!
//! It asks the model once, with the first row of the configuration's baseline, and never again. It judges no value.

use super::ModelExplainability;
use super::asked::Asked;
use super::explained::{first_question, linear_fault, outputs_of};
use crate::RunError;
use crate::baseline::InForce;
use crate::doctor::{Diagnosis, Health, of_failure};
use crate::progress::nobody;
use crate::replay::CALL_TIMEOUT;
use crate::replay::endpoint::{CallFailure, Question};
use crate::route::text::counted;
use bellwether_analysis::model_explainability::ExplanationProblem;
use bellwether_contract::capture::REPLAY_PREFIX;
use bellwether_contract::model_explainability::ExplanationAnalysis;
use bellwether_contract::window::Window;

const BASELINE: &str = "baseline";
const CONFIGURATION: &str = "configuration";
const ENDPOINT: &str = "endpoint";
const RECORDS: &str = "records";

impl ModelExplainability {
    /// The configuration and the baseline, the one call, then the window where it was read and holds records.
    pub(super) async fn looked_over(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let read = async {
            let asked = self.asked().await?;
            let problem = asked.problem(0)?;
            Ok::<_, RunError>((asked, problem))
        };
        let (asked, problem) = match read.await {
            Ok(read) => read,
            Err(error) => {
                return vec![Diagnosis::failed(CONFIGURATION, &error), self.of_baseline(None).await];
            }
        };
        vec![
            of_configuration(&asked, &problem),
            self.of_baseline(Some(&problem.names)).await,
            self.of_endpoint(&asked, &problem).await,
            self.of_window(&asked, &problem, window).await,
        ]
    }

    async fn of_baseline(&self, names: Option<&[String]>) -> Diagnosis {
        let judging = match self.baseline().await {
            Ok(InForce::Known(judging)) => judging,
            Ok(InForce::Absent(absence)) => {
                let found = format!("{absence}: values would be written and nothing judged");
                let remedy = "make one (`bellwether suggest-baseline model-explainability`), or name baseline_constraints_uri";
                return Diagnosis::of(Health::Problem, BASELINE, found, remedy);
            }
            Err(error) => return Diagnosis::failed(BASELINE, &error),
        };
        let of = judging
            .version
            .as_ref()
            .map_or("a named file".to_owned(), |version| format!("version {version}"));
        let outputs = counted(judging.analysis.labels().count(), "output");
        let found = format!("{outputs}, of {of}");
        match names.and_then(|names| other_feature(&judging.analysis, names)) {
            Some(other) => {
                let remedy = "make the baseline with the configuration of this monitor";
                Diagnosis::of(Health::Problem, BASELINE, format!("{found}; {other}"), remedy)
            }
            None => Diagnosis::ok(BASELINE, found),
        }
    }

    async fn of_endpoint(&self, asked: &Asked, problem: &ExplanationProblem) -> Diagnosis {
        if asked.config.linear.is_some() {
            return match linear_fault(asked, problem) {
                None => Diagnosis::ok(
                    ENDPOINT,
                    "the model is linear, as the configuration says, and is not asked",
                ),
                Some(fault) => {
                    Diagnosis::of(Health::Problem, ENDPOINT, fault, "correct linear in the configuration")
                }
            };
        }
        let Some(endpoint) = &self.endpoint else {
            let found = "nobody is named who answers, or nobody is signed in to call it";
            let remedy = "set explained_endpoint_name, and sign in to AWS";
            return Diagnosis::of(Health::Problem, ENDPOINT, found, remedy);
        };
        let (body, content_type) = first_question(asked, problem);
        let question = Question { body: &body, content_type, accept: Some(asked.config.accept_type()) };
        let inference_id = format!("{REPLAY_PREFIX}doctor-0");
        let called = tokio::time::timeout(CALL_TIMEOUT, endpoint.invoke(question, &inference_id)).await;
        match called.unwrap_or(Err(CallFailure::Transient("timeout"))) {
            Ok(answer) => match outputs_of(asked, &answer) {
                Ok(outputs) => {
                    let outputs = counted(outputs, "output");
                    Diagnosis::ok(ENDPOINT, format!("{} answered a row with {outputs}", endpoint.address()))
                }
                Err(rejected) => {
                    let why =
                        rejected.detail.map_or_else(|| rejected.reason.to_string(), |detail| detail.found);
                    let found = format!(
                        "{} answered a row, and the answer holds no score: {why}",
                        endpoint.address()
                    );
                    let remedy =
                        "set inference_attribute to where the score is, and accept_type of the configuration";
                    Diagnosis::of(Health::Problem, ENDPOINT, found, remedy)
                }
            },
            Err(failure) => {
                let remedy =
                    "correct content_type and content_template of the configuration, and read its log";
                of_failure(ENDPOINT, endpoint, failure, "a row", remedy)
            }
        }
    }

    async fn of_window(
        &self,
        asked: &Asked,
        problem: &ExplanationProblem,
        window: Option<Window>,
    ) -> Diagnosis {
        let Some(window) = window else {
            let found = "no record of the window was read";
            return Diagnosis::of(Health::NotChecked, RECORDS, found, "look again when traffic was captured");
        };
        let traffic = self.settings.schedule.traffic_of(&self.capture, window);
        let captured = match self.captured(asked, traffic, &nobody).await {
            Ok(captured) => captured,
            Err(error) => return Diagnosis::failed(RECORDS, &error),
        };
        let left_out =
            captured.lines.left_out.iter().map(|(reason, count)| format!("; left out: {count} {reason}"));
        let left_out: String = left_out.collect();
        let all = captured.profile.rows();
        if all == 0 {
            let remedy =
                "set features_attribute to where the values are, and capture the request (docs/reasons.md)";
            let found = format!("no request holds a value for each feature{left_out}");
            return Diagnosis::of(Health::Problem, RECORDS, found, remedy);
        }
        let rows = captured.profile.into_explained();
        let explained = counted(rows.len(), "row");
        let row_budget = self.settings.row_budget as u64;
        let is_closed = asked.config.linear.is_some();
        let found = match problem.plan(&rows, row_budget) {
            _ if is_closed => {
                format!("{explained} of {all} would be explained, without a question{left_out}")
            }
            Ok(plan) => format!(
                "{explained} of {all} would be explained by {}, of which the model would be asked {} rows{left_out}",
                plan.method.as_str(),
                plan.rows_asked
            ),
            Err(reason) => {
                let remedy = "raise row_budget, or lower explained_rows";
                return Diagnosis::of(Health::Problem, RECORDS, reason, remedy);
            }
        };
        match captured.lines.left_out.keys().any(|reason| reason.is_corrupt()) {
            true => {
                let remedy = "look at docs/reasons.md for what is left out";
                Diagnosis::of(Health::Warning, RECORDS, found, remedy)
            }
            false => Diagnosis::ok(RECORDS, found),
        }
    }
}

fn of_configuration(asked: &Asked, problem: &ExplanationProblem) -> Diagnosis {
    let features = counted(problem.names.len(), "feature");
    let bases = counted(problem.baseline.len(), "row");
    let found = format!("{features}, compared with {bases}, sent as {}", asked.template.content_type());
    match asked.config.doubts(None) {
        doubts if doubts.is_empty() => Diagnosis::ok(CONFIGURATION, found),
        doubts => {
            let found = format!("{found}; {}", doubts.join("; "));
            Diagnosis::of(
                Health::Warning,
                CONFIGURATION,
                found,
                "correct the configuration, or take them out",
            )
        }
    }
}

/// The first feature that only one side has.
fn other_feature(analysis: &ExplanationAnalysis, names: &[String]) -> Option<String> {
    let (_, label) = analysis.labels().next()?;
    let known = &label.global_shap_values;
    let missing = names.iter().find(|name| known.get(name).is_none());
    let more = known.iter().find(|(known, _)| !names.iter().any(|name| name == known));
    missing.map(|name| format!("it has no feature {}", bellwether_contract::shape::name(name))).or_else(
        || {
            more.map(|(name, _)| {
                format!("it has a feature {} that is none here", bellwether_contract::shape::name(name))
            })
        },
    )
}
