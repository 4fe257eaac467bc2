//! A job by the contract: a baseline run, or the judging of one window to the second, of files that SageMaker brought.
//!
//! It asks nobody, unless the job names a monitor whose flags name AWS.

use super::Done;
use super::files::Files;
use super::variables::Variables;
use crate::monitors::Command;
use crate::{arguments, aws, check};
use bellwether_contract::ContractError;
use bellwether_contract::container::{ContainerEnvironment, DATASET_SOURCE, Ending, METRICS_DIRECTORY};
use bellwether_contract::json::to_vec;
use bellwether_contract::metrics::METRICS_FILE;
use bellwether_contract::names::VariantName;
use bellwether_contract::window::{Interval, Window};
use bellwether_pipeline::contained::{ALL_VARIANTS, BroughtDataset, Contained, dataset, fixed, form, usual};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::metrics::Sink;
use bellwether_pipeline::monitor::{Brought, MonitorSettings, Scope};
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::report::Report;
use bellwether_pipeline::scheduled::{Scheduled, Uncommitted};
use bellwether_pipeline::settings::Settings;
use clap::ArgMatches;
use serde_json::Value;
use std::path::{Component, Path, PathBuf};

/// The volume of a job.
const VOLUME: &str = "/opt/ml/processing";
/// The name of a run's execution beside the contract's files.
const EXECUTION_FILE: &str = "execution.json";

/// What the variables say.
pub(crate) struct Job<'v> {
    variables: &'v Variables,
    told: ContainerEnvironment,
    /// Which records are judged; none of a baseline run.
    pub(super) interval: Option<Interval>,
}

impl<'v> Job<'v> {
    /// Reads the contract's variables.
    pub(super) fn read(variables: &'v Variables) -> Result<Self, Told> {
        let told = ContainerEnvironment::read(|name| variables.get(name))?;
        without_scripts(&told)?;
        in_the_volume(variables, &told.output_path)?;
        let interval = match (told.start_time, told.end_time) {
            (Some(start), Some(end)) => Some(Interval::new(start, end)?),
            (None, None) => {
                without_a_window(variables)?;
                None
            }
            (start, _) => {
                let missing = if start.is_some() { "end_time" } else { "start_time" };
                return Err(Told::usage(
                    missing,
                    "is missing beside the other end of the window",
                    "a monitoring schedule sets both; a baseline run has neither",
                ));
            }
        };
        Ok(Self { variables, told, interval })
    }

    /// A setting as flags or its own name say it.
    fn own(&self, flags: &ArgMatches, name: &str) -> Option<String> {
        let flag = flags.try_get_one::<String>(name).ok().flatten().cloned();
        flag.map(|text| self.variables.relocated(text)).or_else(|| self.variables.get(name))
    }

    /// A setting as whoever has the word says it: where things lie and whose they are, the contract; the rest, the job before the
    /// contract.
    fn setting(&self, flags: &ArgMatches, named: Window, name: &str) -> Option<String> {
        let of_the_window = ["WINDOW", "START_TIME_OFFSET", "END_TIME_OFFSET"];
        let window = of_the_window.iter().all(|name| self.own(flags, name).is_none()).then_some(named);
        fixed(&self.told, name).or_else(|| self.own(flags, name)).or_else(|| usual(&self.told, window, name))
    }

    /// How much of the input is judged.
    fn scope(&self, variant: &VariantName) -> Scope {
        match &self.told.endpoint_name {
            None => Scope::All,
            Some(_) if variant.as_str() == ALL_VARIANTS => Scope::Endpoint,
            Some(_) => Scope::Variant,
        }
    }

    fn in_output(&self, name: &str) -> PathBuf {
        Path::new(&self.told.output_path).join(name)
    }

    /// Whether the metrics file is wanted: by the job, and by the constraints.
    fn publishes(&self) -> bool {
        let is_disabled = |path: &String| {
            let config: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
            let switch = config.pointer("/monitoring_config/emit_metrics")?.as_str()?;
            Some(switch.eq_ignore_ascii_case("Disabled"))
        };
        self.told.publish_metrics
            && !self.told.baseline_constraints.as_ref().and_then(is_disabled).unwrap_or(false)
    }
}

/// What a monitoring schedule tells its jobs, and nobody a baseline run.
const OF_A_SCHEDULE: [&str; 3] =
    ["sagemaker_monitoring_schedule_name", "baseline_constraints", "baseline_statistics"];

/// Whether a monitoring schedule started the job, even one of which a variable was lost.
pub(super) fn is_scheduled(variables: &Variables) -> bool {
    let mut names = OF_A_SCHEDULE.into_iter().chain(["start_time", "end_time"]);
    variables.get(DATASET_SOURCE).is_some() && names.any(|name| variables.get(name).is_some())
}

/// A schedule's job that lost its window must not end as a baseline run does: it would look healthy.
fn without_a_window(variables: &Variables) -> Result<(), Told> {
    match OF_A_SCHEDULE.into_iter().find(|name| variables.get(name).is_some()) {
        Some(name) => Err(Told::usage(
            "start_time",
            format!("and end_time are missing beside {name}, which a monitoring schedule sets"),
            "set both, which the schedule does, or leave out what no baseline run has",
        )),
        None => Ok(()),
    }
}

/// SageMaker uploads what lies in the job's volume, and nothing else.
fn in_the_volume(variables: &Variables, output_path: &str) -> Result<(), Told> {
    let volume = variables.at(VOLUME);
    let is_plain = |rest: &Path| rest.components().all(|part| matches!(part, Component::Normal(_)));
    match Path::new(output_path).strip_prefix(&volume) {
        Ok(rest) if is_plain(rest) => Ok(()),
        _ => Err(Told::usage(
            "output_path",
            format!("is {output_path:?}, which does not lie below {VOLUME}: nothing there is uploaded"),
            "set it to the LocalPath of the job's output, such as /opt/ml/processing/output",
        )),
    }
}

/// A script that is not run would be left out of the verdict without a word.
fn without_scripts(told: &ContainerEnvironment) -> Result<(), Told> {
    let scripts = [
        ("record_preprocessor_script", &told.record_preprocessor_script),
        ("post_analytics_processor_script", &told.post_analytics_processor_script),
    ];
    match scripts.iter().find(|(_, script)| script.is_some()) {
        Some((name, _)) => Err(Told::usage(
            *name,
            "names a script, and Bellwether runs none",
            "leave it out of the schedule; declared columns in a file that PATHS_URI names do what most preprocessors do \
             (docs/container.md)",
        )),
        None => Ok(()),
    }
}

macro_rules! each_contained {
    ($first:ident::$usual:ident $(, $module:ident::$monitor:ident)*) => {
        /// The job of the monitor that `analysis_type` names.
        pub(super) async fn by_type(job: &Job<'_>) -> Result<Done, Told> {
            use bellwether_pipeline::monitors;
            let asked = job.told.analysis_type.as_deref().unwrap_or(monitors::$first::$usual::ANALYSIS_TYPE);
            if asked.eq_ignore_ascii_case(monitors::$first::$usual::ANALYSIS_TYPE) {
                return contracted::<monitors::$first::$usual>(job).await;
            }
            $(
                if asked.eq_ignore_ascii_case(monitors::$module::$monitor::ANALYSIS_TYPE) {
                    return contracted::<monitors::$module::$monitor>(job).await;
                }
            )*
            let known = [monitors::$first::$usual::ANALYSIS_TYPE $(, monitors::$module::$monitor::ANALYSIS_TYPE)*];
            let known = known.join(", ");
            Err(ContractError::malformed("analysis_type", format!("{asked:?} is none of {known}")).into())
        }
    };
}
bellwether_pipeline::contained!(each_contained);

async fn contracted<M: Command + Contained>(job: &Job<'_>) -> Result<Done, Told> {
    if job.interval.is_none() {
        return suggested::<M>(job).await;
    }
    // Settings by their own names are read as those of the command are.
    let matches = arguments::of_a_monitor::<M>()
        .try_get_matches_from([M::COMMAND])
        .map_err(|error| crate::usage::told(&error, Some(M::COMMAND)))?;
    judge::<M>(job, &matches, false).await
}

/// A baseline run.
async fn suggested<M: Contained>(job: &Job<'_>) -> Result<Done, Told> {
    let (location, format) = dataset(&job.told)?;
    let lookup = |name: &str| job.variables.get(name).or_else(|| usual(&job.told, None, name));
    let asked = BroughtDataset { location: &location, format, lookup: &lookup };
    let report = M::suggested(asked, &nobody).await?;
    let mut files = Files::default();
    // The built-in container writes the constraints first.
    for (file, bytes) in report.files().iter().rev() {
        files.add(job.in_output(file.name()), bytes.clone());
    }
    Ok(Done { files, ending: Ending::done() })
}

/// A monitoring run by a monitor that the job names.
pub(crate) async fn judged<M: Command>(job: &Job<'_>, flags: &ArgMatches) -> Result<Done, Told> {
    judge::<M>(job, flags, true).await
}

async fn judge<M: Command>(job: &Job<'_>, flags: &ArgMatches, may_ask_aws: bool) -> Result<Done, Told> {
    let Some(interval) = job.interval else { return Err(Told::usage("start_time", "is missing", "set it")) };
    let named = interval.named_after()?;
    let settings = M::settings(flags, &|name| job.setting(flags, named, name))?;
    if settings.needs_aws() && !may_ask_aws {
        return Err(Told::usage(
            "the job",
            "has a setting that names AWS, and by the contract's variables everything lies in the container",
            "let the job bring that file as an input, or name a command in ContainerArguments",
        ));
    }
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let schedule = settings.schedule();
    let brought = Brought { interval, scope: job.scope(&schedule.variant), form: form(&job.told)? };
    let window = schedule.offsets().of_hours(named.start(), named.end())?;
    let invocation = check::invocation(window, false, "container");
    let scheduled = Scheduled::<M>::new(settings, clients, Sink::Nowhere)?;
    let from = job.told.datacapture_prefix.clone();
    Ok(of_a_verdict(job, scheduled.judge_brought(&invocation, brought, from, &nobody).await?)?)
}

/// The files of a verdict, the contract's and the execution beside them.
fn of_a_verdict(job: &Job<'_>, verdict: Uncommitted) -> Result<Done, ContractError> {
    let Uncommitted { execution, report, metric_lines } = verdict;
    let mut files = Files::default();
    for (file, bytes) in Report::files(&report) {
        files.add(job.in_output(file.name()), bytes.clone());
    }
    files.add(job.in_output(EXECUTION_FILE), to_vec(&execution)?);
    if job.publishes() {
        files.add(job.variables.at(METRICS_DIRECTORY).join(METRICS_FILE), metric_lines);
    }
    let ending = Ending::of(execution.monitoring_execution_status, &execution.exit_message);
    Ok(Done { files, ending })
}
