//! What Model Monitor judges, and where its job is described: in a definition of its own, or inside the schedule.

use super::fields::Fields;
use crate::document::described::Described;
use crate::document::draft::shown;
use serde_json::{Map, Value};

/// A kind of monitoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// SageMaker's word, with which the fields of its job definition begin.
    word: &'static str,
    /// The monitor that does the same here.
    pub(super) monitor: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind { word: "DataQuality", monitor: "data-quality" },
    Kind { word: "ModelQuality", monitor: "model-quality" },
    Kind { word: "ModelBias", monitor: "model-bias" },
    Kind { word: "ModelExplainability", monitor: "model-explainability" },
];

/// Fields of a definition, behind the kind's word, and of a job inside the schedule; what both are called here.
const PARTS: [(&str, &str, &str); 5] = [
    ("AppSpecification", "MonitoringAppSpecification", "AppSpecification"),
    ("BaselineConfig", "BaselineConfig", "BaselineConfig"),
    ("JobInput", "MonitoringInputs", "JobInput"),
    ("JobOutputConfig", "MonitoringOutputConfig", "JobOutputConfig"),
    ("", "MonitoringResources", "JobResources"),
];

/// What a schedule runs.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) kind: Kind,
    pub(super) fields: Fields,
}

impl Job {
    /// The job of a schedule, out of it or out of the definition that it names.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn of(
        described: &Described,
        schedule: &mut Fields,
        whole: &Map<String, Value>,
    ) -> Result<Self, String> {
        let word =
            [schedule.take("MonitoringType"), schedule.take("MonitoringScheduleConfig.MonitoringType")];
        let word = word.into_iter().flatten().next();
        let kind = word.as_deref().map(|word| of_a_word(word).ok_or_else(|| unknown(word))).transpose()?;
        schedule.take_below("MonitoringScheduleConfig.MonitoringJobDefinition");
        let config = whole.get("MonitoringScheduleConfig");
        if let Some(Value::Object(job)) = config.and_then(|config| config.get("MonitoringJobDefinition")) {
            // From the time before there were kinds.
            let kind = kind.unwrap_or(KINDS[0]);
            return Ok(Self { kind, fields: renamed(job, |(_, inside, here)| (inside.to_owned(), here)) });
        }
        let name = schedule.take("MonitoringScheduleConfig.MonitoringJobDefinitionName");
        let name = name.ok_or("it names no job definition")?;
        of_definitions(described, kind, &name)
    }
}

fn of_definitions(described: &Described, kind: Option<Kind>, name: &str) -> Result<Job, String> {
    let named =
        described.definitions.iter().filter(|job| job.get("JobDefinitionName").is_some_and(|it| it == name));
    let of_kind = named.filter_map(|job| Some((of_a_definition(job)?, job)));
    let found = of_kind.into_iter().find(|(its, _)| kind.is_none_or(|kind| kind == *its));
    let Some((kind, job)) = found else {
        let command = kind.map_or("describe-...".to_owned(), |kind| format!("describe-{}", kind.monitor));
        return Err(format!(
            "its job definition is not in the input; add `aws sagemaker {command}-job-definition \
             --job-definition-name {}`",
            shown(name)
        ));
    };
    let fields = renamed(job, |(own, _, here)| (format!("{}{own}", kind.word), here));
    Ok(Job { kind, fields })
}

/// Whether a schedule names a definition.
pub(super) fn is_named(definition: &Map<String, Value>, schedules: &[Map<String, Value>]) -> bool {
    let name = definition.get("JobDefinitionName");
    let of = |schedule: &Map<String, Value>| {
        let config = schedule.get("MonitoringScheduleConfig");
        config.and_then(|config| config.get("MonitoringJobDefinitionName").cloned())
    };
    schedules.iter().any(|schedule| of(schedule).as_ref() == name)
}

fn of_a_word(word: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.word == word)
}

fn of_a_definition(job: &Map<String, Value>) -> Option<Kind> {
    KINDS.into_iter().find(|kind| job.contains_key(&format!("{}AppSpecification", kind.word)))
}

fn unknown(word: &str) -> String {
    format!("its monitoring type {} is not known here", shown(word))
}

/// The fields of a job by one set of names, whoever describes it.
fn renamed(
    job: &Map<String, Value>,
    names: impl Fn((&'static str, &'static str, &'static str)) -> (String, &'static str),
) -> Fields {
    let mut fields = Fields::default();
    let parts: Vec<(String, &str)> = PARTS.into_iter().map(names).collect();
    for (name, value) in job {
        let part = parts.iter().find(|(part, _)| part == name).map(|(_, here)| *here);
        match (part, value) {
            // A job inside the schedule has a list of its one input.
            (Some(here), Value::Array(members)) => {
                members.iter().enumerate().for_each(|(place, member)| match place {
                    0 => fields.add(here, member),
                    place => fields.add(&format!("{here}.{place}"), member),
                });
            }
            (Some(here), value) => fields.add(here, value),
            (None, value) if name == "Environment" => fields.add("AppSpecification.Environment", value),
            (None, value) => fields.add(name, value),
        }
    }
    fields
}
