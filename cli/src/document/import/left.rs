//! What nobody had a use for: said with its reason, or passed over where it is a fact of SageMaker's that decides nothing.

use super::fields::Fields;
use crate::document::draft::Lost;

/// Of a schedule, what says nothing about what is judged.
const OF_A_SCHEDULE: [&str; 7] = [
    "MonitoringScheduleArn",
    "CreationTime",
    "LastModifiedTime",
    "LastMonitoringExecutionSummary",
    "MonitoringScheduleConfig.MonitoringJobDefinitionName",
    "MonitoringScheduleConfig.MonitoringType",
    "ResponseMetadata",
];

/// Of a job.
const OF_A_JOB: [&str; 6] = [
    "JobDefinitionArn",
    "JobDefinitionName",
    "CreationTime",
    "ResponseMetadata",
    "JobInput.EndpointInput.EndpointName",
    "AppSpecification.Environment.dataset_format",
];

/// What need not be said of a path.
const PARENTS: [&str; 5] = [
    "AppSpecification.",
    "JobOutputConfig.",
    "JobResources.ClusterConfig.",
    "NetworkConfig.VpcConfig.",
    "NetworkConfig.",
];

/// How files reach a container and leave it, wherever it is said.
const OF_A_CONTAINER: [&str; 4] = ["LocalPath", "S3InputMode", "S3DataDistributionType", "S3UploadMode"];

/// What has no counterpart, and why.
const REASONS: [(&[&str], &str); 10] = [
    (
        &["AppSpecification.RecordPreprocessorSourceUri"],
        "declare columns in a file instead of a script: paths_uri",
    ),
    (
        &["AppSpecification.PostAnalyticsProcessorSourceUri"],
        "no script runs after a verdict; the topic tells of it",
    ),
    (&["AppSpecification.ContainerEntrypoint", "AppSpecification.ContainerArguments"], "no container runs"),
    (&["AppSpecification.Environment"], "variables of the container"),
    (
        &["JobOutputConfig.KmsKeyId", "JobResources.ClusterConfig.VolumeKmsKeyId"],
        "files are encrypted as their bucket says",
    ),
    (&["JobResources"], "no instance runs"),
    (&["NetworkConfig"], "the stack says in which network its functions run"),
    (&["StoppingCondition"], "the functions have a time limit of their own"),
    (&["RoleArn"], "the stack makes its own roles"),
    (&["JobOutputConfig"], "reports have one place"),
];

/// What of a schedule has no counterpart.
pub(super) fn of_a_schedule(mut schedule: Fields) -> Vec<Lost> {
    OF_A_SCHEDULE.iter().for_each(|path| drop(schedule.take_below(path)));
    rest(schedule)
}

/// What of a job has no counterpart.
pub(super) fn of_a_job(mut job: Fields) -> Vec<Lost> {
    OF_A_JOB.iter().for_each(|path| drop(job.take_below(path)));
    let mut lost: Vec<Lost> = REASONS
        .iter()
        .map(|(paths, reason)| {
            let values = paths.iter().flat_map(|path| job.take_below(path));
            let values = values.filter(|(path, _)| !is_of_a_container(path));
            Lost { values: values.map(|(path, value)| (short(&path), value)).collect(), reason }
        })
        .filter(|lost| !lost.values.is_empty())
        .collect();
    lost.extend(rest(job));
    lost
}

fn short(path: &str) -> String {
    PARENTS.iter().find_map(|parent| path.strip_prefix(parent)).unwrap_or(path).to_owned()
}

fn is_of_a_container(path: &str) -> bool {
    OF_A_CONTAINER.iter().any(|name| path.rsplit('.').next() == Some(name))
}

fn rest(fields: Fields) -> Vec<Lost> {
    let values = fields.left_but(&OF_A_CONTAINER);
    let lost = Lost { values, reason: "no counterpart here" };
    if lost.values.is_empty() { Vec::new() } else { vec![lost] }
}
