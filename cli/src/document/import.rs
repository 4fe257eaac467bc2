//! `bellwether monitors import`: an entry for each monitoring schedule of SageMaker Model Monitor.
//!
//! It asks nobody: the answers come in on standard input. What has no counterpart here is kept and said, never dropped.

mod cadence;
mod fields;
mod kind;
mod left;

use super::described::{Capture, Described, Endpoint, Hosting, Variant};
use super::draft::{Document, Draft, LeftOut, shown};
use super::skeleton;
use bellwether_contract::window::parse_offset;
use cadence::Cadence;
use fields::Fields;
use kind::Job;
use serde_json::{Map, Value};

const HEAD: &str = "Drafted by `bellwether monitors import` from SageMaker Model Monitor's schedules. `bellwether monitors check` says \
     what is left to do. Reports, state and metrics' namespace are the stack's.";

const WHOM_TO_ASK: &str =
    "Fill in explained_endpoint_name: a shadow of the endpoint, or one without data capture.";

/// Attributes of an input, and what the setting is called.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("FeaturesAttribute", "features_attribute"),
    ("InferenceAttribute", "inference_attribute"),
    ("ProbabilityAttribute", "probability_attribute"),
    ("ProbabilityThresholdAttribute", "probability_threshold"),
    ("ExcludeFeaturesAttribute", "exclude_features_attribute"),
];

/// The document of all schedules.
pub(super) fn drafted(described: &Described) -> Document {
    let mut document = Document { head: vec![HEAD.to_owned()], ..Document::default() };
    for schedule in &described.schedules {
        of_a_schedule(&mut document, described, schedule);
    }
    let unnamed = described.definitions.iter().filter(|job| !kind::is_named(job, &described.schedules));
    document.left_out.extend(unnamed.map(|job| {
        let name = job.get("JobDefinitionName").and_then(Value::as_str).unwrap_or_default();
        let reason =
            "no schedule in the input names it; add `aws sagemaker describe-monitoring-schedule` of one that does";
        LeftOut::new(&format!("job definition {name}"), reason)
    }));
    document
}

fn of_a_schedule(document: &mut Document, described: &Described, whole: &Map<String, Value>) {
    let mut schedule = Fields::of(whole);
    let name = schedule.take("MonitoringScheduleName").unwrap_or_default();
    let subject = format!("schedule {name}");
    let job = match Job::of(described, &mut schedule, whole) {
        Ok(job) => job,
        Err(reason) => return document.left_out.push(LeftOut::new(&subject, reason)),
    };
    if job.fields.has_below("JobInput.BatchTransformInput") {
        let uri =
            job.fields.get("JobInput.BatchTransformInput.DataCapturedDestinationS3Uri").unwrap_or_default();
        let reason = format!(
            "it watches batch transform jobs ({}), which have no endpoint: write its entry yourself, with capture_kind: \
             batch-transform and a name of your choice as endpoint_name",
            shown(uri)
        );
        return document.left_out.push(LeftOut::new(&subject, reason));
    }
    let endpoint = schedule.take("EndpointName");
    let endpoint = job.fields.get("JobInput.EndpointInput.EndpointName").map(str::to_owned).or(endpoint);
    let targets = targets(described, endpoint.as_deref());
    for target in &targets {
        let name = match target {
            Target::Variant { variant, .. } if targets.len() > 1 => {
                format!("{name}-{}", variant.variant_name)
            }
            _ => name.clone(),
        };
        let mut draft = Draft::new(name, job.kind.monitor);
        target.say(&mut draft, described, endpoint.as_deref(), sides(&job.fields));
        if draft.knows("explained_endpoint_name") {
            draft.note(WHOM_TO_ASK);
        }
        fill(&mut draft, schedule.clone(), job.fields.clone());
        document.drafts.push(draft);
    }
}

/// Whose traffic an entry watches: a schedule knows an endpoint alone.
enum Target<'d> {
    Variant { endpoint: &'d Endpoint, capture: &'d Capture, variant: &'d Variant },
    Unknown(String),
}

/// The variants of an endpoint, as far as they were described.
fn targets<'d>(described: &'d Described, name: Option<&str>) -> Vec<Target<'d>> {
    let unknown = |reason: String| vec![Target::Unknown(reason)];
    let Some(name) = name else {
        return unknown("Fill in endpoint_name, variant_name and capture_uri.".to_owned());
    };
    let fill_in = "Fill in variant_name and capture_uri";
    let Some(endpoint) = described.endpoint(name) else {
        let command = format!("aws sagemaker describe-endpoint --endpoint-name {}", shown(name));
        return unknown(format!("{fill_in}, or add `{command}` to the input."));
    };
    let capture = match skeleton::capture(endpoint) {
        Ok(capture) => capture,
        Err(reason) => return unknown(format!("{fill_in}. Of its endpoint: {reason}.")),
    };
    let configuration = described.configuration(endpoint);
    let hosting = |variant: &Variant| endpoint.hosting(variant, configuration);
    let variants = endpoint.variants().iter().filter(|variant| hosting(variant) == Hosting::Instances);
    let targets: Vec<Target<'d>> =
        variants.map(|variant| Target::Variant { endpoint, capture, variant }).collect();
    if targets.is_empty() {
        return unknown(format!("{fill_in}. No variant of its endpoint is captured."));
    }
    targets
}

impl Target<'_> {
    fn say(&self, draft: &mut Draft, described: &Described, name: Option<&str>, sides: Option<String>) {
        if let Some(sides) = sides {
            draft.set("capture_index_names", sides);
        }
        match self {
            Self::Variant { endpoint, capture, variant } => {
                skeleton::watch(draft, endpoint, capture, variant, described.configuration(endpoint));
            }
            Self::Unknown(reason) => {
                draft.note(reason);
                if let Some(name) = name {
                    draft.set("endpoint_name", name);
                }
            }
        }
    }
}

/// Everything of an entry but whom it watches.
fn fill(draft: &mut Draft, mut schedule: Fields, mut job: Fields) {
    state(draft, &mut schedule);
    when(draft, &mut schedule, &mut job);
    baseline(draft, &mut job);
    judged_by(draft, &mut job);
    container(draft, &mut job);
    outputs(draft, &mut job);
    for lost in left::of_a_schedule(schedule).into_iter().chain(left::of_a_job(job)) {
        draft.lose(lost);
    }
}

/// A schedule that was stopped stays so.
fn state(draft: &mut Draft, schedule: &mut Fields) {
    let reason =
        schedule.take("FailureReason").map(|reason| format!(": {}", shown(&reason))).unwrap_or_default();
    match schedule.take("MonitoringScheduleStatus").as_deref() {
        Some("Stopped") => draft.pause("The schedule was stopped when it was described."),
        Some("Failed") => draft.note(format!("The schedule had failed when it was described{reason}.")),
        _ => {}
    }
}

fn when(draft: &mut Draft, schedule: &mut Fields, job: &mut Fields) {
    let cadence =
        Cadence::of(schedule.take("MonitoringScheduleConfig.ScheduleConfig.ScheduleExpression").as_deref());
    let difference = cadence.difference().unwrap_or_default();
    match (cadence.is_no_schedule(), difference.is_empty()) {
        (true, _) => draft.pause(difference),
        (false, false) => draft.note(difference),
        (false, true) => {}
    }
    draft.every(cadence.nearest());
    let of_job =
        ["StartTimeOffset", "EndTimeOffset"].map(|name| job.take(&format!("JobInput.EndpointInput.{name}")));
    let of_schedule = ["DataAnalysisStartTime", "DataAnalysisEndTime"]
        .map(|name| schedule.take(&format!("MonitoringScheduleConfig.ScheduleConfig.{name}")));
    offsets(draft, &cadence, of_job, of_schedule);
}

/// Offsets of the input come before those of the schedule.
fn offsets(
    draft: &mut Draft,
    cadence: &Cadence,
    of_job: [Option<String>; 2],
    of_schedule: [Option<String>; 2],
) {
    let is_given = |offsets: &[Option<String>; 2]| offsets.iter().any(Option::is_some);
    if is_given(&of_job) && is_given(&of_schedule) && of_job != of_schedule {
        let [start, end] =
            of_schedule.each_ref().map(|offset| offset.as_deref().map_or("none".into(), shown));
        draft.note(format!(
            "Its schedule has other offsets than its input, which are taken: {start} and {end}."
        ));
    }
    let given = [of_job, of_schedule].into_iter().find(is_given);
    let [start, end] = given.unwrap_or_else(|| {
        let start = cadence.looks_back();
        let end = start.as_ref().map(|_| "-PT0H".to_owned());
        if let Some(start) = &start {
            draft.note(format!(
                "It has no offsets: a run is taken to look back as far as the one before it, {start}."
            ));
        }
        [start, end]
    });
    for (key, offset) in [("start_time_offset", start), ("end_time_offset", end)] {
        match offset {
            Some(offset) if parse_offset(&offset).is_ok() => draft.set(key, offset),
            Some(offset) => draft.note(format!("Fill in {key} in whole hours: it was {}.", shown(&offset))),
            None => {}
        }
    }
}

fn baseline(draft: &mut Draft, job: &mut Fields) {
    let mut file = |name: &str| job.take(&format!("BaselineConfig.{name}Resource.S3Uri"));
    let (constraints, statistics) = (file("Constraints"), file("Statistics"));
    let of_a_job = job.take("BaselineConfig.BaseliningJobName");
    match (&constraints, &statistics, of_a_job) {
        (Some(_), _, _) => skeleton::location(draft, "baseline_constraints_uri", constraints.as_deref()),
        (None, _, Some(name)) => {
            let both =
                if draft.knows("baseline_statistics_uri") { " and baseline_statistics_uri" } else { "" };
            draft.note(format!(
                "Fill in baseline_constraints_uri{both}: its baseline is what processing job {} wrote.",
                shown(&name)
            ));
        }
        (None, Some(_), None) => {
            draft.note("Fill in baseline_constraints_uri: statistics alone require nothing.");
        }
        (None, None, None) => draft.note("It has no baseline: statistics are written and nothing is judged."),
    }
    if statistics.is_some() {
        skeleton::location(draft, "baseline_statistics_uri", statistics.as_deref());
    }
}

/// What the other kinds judge by.
fn judged_by(draft: &mut Draft, job: &mut Fields) {
    for (attribute, key) in ATTRIBUTES {
        if let Some(value) = job.take(&format!("JobInput.EndpointInput.{attribute}")) {
            draft.set(key, value);
        }
    }
    for (path, key) in [
        ("JobInput.GroundTruthS3Input.S3Uri", "ground_truth_uri"),
        ("AppSpecification.ProblemType", "problem_type"),
        ("AppSpecification.ConfigUri", "analysis_config_uri"),
    ] {
        if let Some(value) = job.take(path) {
            draft.set(key, value);
        }
    }
}

/// A container of somebody else, and a script before it, make of an hour what is not known here.
fn container(draft: &mut Draft, job: &mut Fields) {
    let image = job.take("AppSpecification.ImageUri").unwrap_or_default();
    if !is_built_in(&image) {
        draft.pause(format!(
            "Its container is not SageMaker's own, and what it judges is not known here: {}.",
            shown(&image)
        ));
    }
    if job.has_below("AppSpecification.ContainerEntrypoint") {
        draft.pause("Its container was started by another command than its own, and what that judges is not known here.");
    }
    if job.has_below("AppSpecification.RecordPreprocessorSourceUri") {
        draft.pause("Its records went through a script: declare the columns in a file (paths_uri), then enable the entry.");
    }
}

/// SageMaker's own images, in whatever Region.
fn is_built_in(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    ["sagemaker-model-monitor-analyzer", "sagemaker-clarify-processing"].contains(&name)
}

fn outputs(draft: &mut Draft, job: &mut Fields) {
    if let Some(uri) = job.take("JobOutputConfig.MonitoringOutputs.0.S3Output.S3Uri") {
        draft.note(format!("Its reports went to {}; now they go where the stack's do.", shown(&uri)));
    }
    let metrics = job.take("AppSpecification.Environment.publish_cloudwatch_metrics");
    if metrics.is_some_and(|metrics| metrics.eq_ignore_ascii_case("disabled")) {
        draft.note("It published no metrics; now the stack says whether it does.");
    }
}

/// Which sides of a record the container was told to read, where that is one.
fn sides(job: &Fields) -> Option<String> {
    let format = job.get("AppSpecification.Environment.dataset_format")?;
    let format: Value = serde_json::from_str(format).ok()?;
    let names = format.get("sagemakerCaptureJson")?.get("captureIndexNames")?.as_array()?;
    match names.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?[..] {
        [side @ ("endpointInput" | "endpointOutput")] => Some(side.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
