//! A job by the contract: a baseline run, or the judging of one window to the second, of files that SageMaker brought.
//!
//! It asks nobody, unless the job names a monitor whose flags name AWS.

use super::Done;
use super::files::Files;
use super::variables::Variables;
use crate::columnar::JsonLines;
use crate::monitors::Command;
use crate::{arguments, aws, check};
use bellwether_contract::ContractError;
use bellwether_contract::container::{
    AnalysisConfig, ContainerEnvironment, DATASET_SOURCE, DatasetFormat, Ending, METRICS_DIRECTORY,
};
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
use bellwether_storage::Location;
use clap::ArgMatches;
use clap::parser::ValueSource;
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
    /// Goes with what was read of it.
    _lines: Option<JsonLines>,
}

impl<'v> Job<'v> {
    /// Reads the contract's variables.
    pub(super) async fn read(variables: &'v Variables) -> Result<Self, Told> {
        let mut told = ContainerEnvironment::read(|name| variables.get(name))?;
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
        let lines = as_lines(&mut told).await?;
        Ok(Self { variables, told, interval, _lines: lines })
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
        let usual = || usual(&self.told, window, name).map(|text| self.variables.relocated(text));
        fixed(&self.told, name).or_else(|| self.own(flags, name)).or_else(usual)
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

    /// A switch of the constraints' `monitoring_config`; absent where there is none that could be read.
    fn of_the_constraints(&self, pointer: &str) -> Option<String> {
        let path = self.told.baseline_constraints.as_ref()?;
        let constraints: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        constraints.get("monitoring_config")?.pointer(pointer)?.as_str().map(str::to_owned)
    }

    /// Whether the metrics file is wanted: by the job, or where it says nothing by the monitor, and by the constraints.
    fn publishes(&self, untold: bool) -> bool {
        let switch = self.of_the_constraints("/emit_metrics");
        let is_disabled = switch.is_some_and(|switch| switch.eq_ignore_ascii_case("Disabled"));
        self.told.publish_metrics.unwrap_or(untold) && !is_disabled
    }

    /// Constraints say how they compare. Another method beside them would be passed over.
    fn compares_as_told(&self) -> Result<(), Told> {
        let name = "categorical_drift_method";
        let constraints = self.of_the_constraints("/distribution_constraints/categorical_drift_method");
        match (&self.told.categorical_drift_method, constraints) {
            (Some(told), Some(constraints)) if *told != constraints => Err(Told::usage(
                name,
                format!("is {told:?}, and the constraints say {constraints:?}, by which windows are judged"),
                "write it into monitoring_config.distribution_constraints of the constraints, or leave it out",
            )),
            _ => Ok(()),
        }
    }
}

/// Parquet as the lines of JSON that everything behind reads.
async fn as_lines(told: &mut ContainerEnvironment) -> Result<Option<JsonLines>, Told> {
    if told.dataset_format != DatasetFormat::Parquet {
        return Ok(None);
    }
    let source =
        told.dataset_source.parse::<Location>().map_err(|error| Told::from(error).of(DATASET_SOURCE))?;
    let lines = JsonLines::of(&source, None).await?;
    told.dataset_format = DatasetFormat::Json { lines: true };
    told.dataset_source = lines.location().to_string();
    Ok(Some(lines))
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
        /// The job of the monitor that `analysis_type` names, or the analysis configuration asks for.
        pub(super) async fn by_type(job: &Job<'_>) -> Result<Done, Told> {
            use bellwether_pipeline::monitors;
            let asked = analysis_type(job, &[
                Known::of::<monitors::$first::$usual>() $(, Known::of::<monitors::$module::$monitor>())*
            ])?;
            $(
                if asked == monitors::$module::$monitor::ANALYSIS_TYPE {
                    return contracted::<monitors::$module::$monitor>(job).await;
                }
            )*
            contracted::<monitors::$first::$usual>(job).await
        }
    };
}
bellwether_pipeline::contained!(each_contained);

/// What is known of a monitor that the contract's variables can start.
struct Known {
    analysis_type: &'static str,
    is_asked_by: fn(&AnalysisConfig) -> bool,
}

impl Known {
    fn of<M: Contained>() -> Self {
        Self { analysis_type: M::ANALYSIS_TYPE, is_asked_by: M::is_asked_by }
    }
}

/// Whose job it is: the first one's where nothing says.
fn analysis_type(job: &Job<'_>, known: &[Known]) -> Result<&'static str, Told> {
    let names = |known: &mut dyn Iterator<Item = &Known>| -> Vec<&'static str> {
        known.map(|known| known.analysis_type).collect()
    };
    if let Some(told) = &job.told.analysis_type {
        // The API writes the same words without lines between them.
        let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
        let is_told = |known: &&Known| plain(known.analysis_type) == plain(told);
        let all = names(&mut known.iter()).join(", ");
        return known.iter().find(is_told).map(|known| known.analysis_type).ok_or_else(|| {
            Told::usage("analysis_type", format!("{told:?} is none of {all}"), "write one of them")
        });
    }
    let Some(config) = &job.variables.analysis else { return Ok(known[0].analysis_type) };
    let asked = names(&mut known.iter().filter(|known| (known.is_asked_by)(config)));
    match asked[..] {
        [one] => Ok(one),
        [] => Err(Told::usage(
            "analysis_config.json",
            "asks for nothing that is analysed here: it has neither facet nor methods.shap",
            "write one of them, or set analysis_type",
        )),
        _ => Err(Told::usage(
            "analysis_config.json",
            format!("asks for {}, and a job judges by one", asked.join(" and ")),
            "set analysis_type to one of them, in a job for each",
        )),
    }
}

async fn contracted<M: Command + Contained>(job: &Job<'_>) -> Result<Done, Told> {
    if job.interval.is_none() {
        return suggested::<M>(job).await;
    }
    // Settings by their own names are read as those of the command are.
    let matches = arguments::of_a_monitor::<M>()
        .try_get_matches_from([M::COMMAND])
        .map_err(|error| crate::usage::told(&error, Some(M::COMMAND)))?;
    let may_ask_aws = M::asks_aws(&|name| job.own(&matches, name));
    let how = How { may_ask_aws, publishes_untold: M::PUBLISHES_UNTOLD };
    judge::<M>(job, &matches, how).await
}

/// A baseline run.
async fn suggested<M: Contained>(job: &Job<'_>) -> Result<Done, Told> {
    let (location, format) = dataset(&job.told)?;
    let usual = |name: &str| usual(&job.told, None, name).map(|text| job.variables.relocated(text));
    let lookup = |name: &str| job.variables.get(name).or_else(|| usual(name));
    let clients = aws::clients_if(M::asks_aws(&lookup)).await?;
    let asked = BroughtDataset { location: &location, format, lookup: &lookup, clients: clients.as_ref() };
    let report = M::suggested(asked, &nobody).await?;
    let mut files = Files::default();
    // The built-in container writes the constraints first.
    for (file, bytes) in report.files().iter().rev() {
        files.add(job.in_output(file.name()), bytes.clone());
    }
    Ok(Done { files, ending: Ending::done() })
}

/// How a window is judged, whoever does it.
#[derive(Clone, Copy)]
struct How {
    may_ask_aws: bool,
    /// Whether metrics are written where the job does not say.
    publishes_untold: bool,
}

/// A monitoring run by a monitor that the job names.
pub(crate) async fn judged<M: Command>(job: &Job<'_>, flags: &ArgMatches) -> Result<Done, Told> {
    heeded(job, flags)?;
    judge::<M>(job, flags, How { may_ask_aws: true, publishes_untold: false }).await
}

/// Flags of a run that nothing in a schedule's job heeds, and what says it there.
const OF_NO_JOB: [(&str, &str); 9] = [
    ("at", "start_time and end_time say the window"),
    ("reopen", "every job judges its window anew"),
    ("reconcile", "a job has the files of its own window alone"),
    ("json", "execution.json lies in the output"),
    ("metrics-dir", "publish_cloudwatch_metrics says whether there are metrics"),
    ("METRICS_NAMESPACE", "SageMaker publishes what publish_cloudwatch_metrics lets be written"),
    ("STACK_NAME", "SageMaker publishes what publish_cloudwatch_metrics lets be written"),
    ("STACK_METRICS_NAMESPACE", "SageMaker publishes what publish_cloudwatch_metrics lets be written"),
    ("STATE_URI", "a job keeps no state"),
];

/// A flag that would be passed over makes another verdict than the one that was asked for.
fn heeded(job: &Job<'_>, flags: &ArgMatches) -> Result<(), Told> {
    let typed = |id: &&clap::Id| flags.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    for id in flags.ids().filter(typed) {
        let name = id.as_str();
        let of_no_job = OF_NO_JOB.iter().find(|(flag, _)| *flag == name).map(|(_, instead)| *instead);
        let is_fixed = fixed(&job.told, name).is_some();
        if let Some(instead) = of_no_job.or(is_fixed.then_some("a variable of SageMaker's says it")) {
            return Err(Told::usage(
                "ContainerArguments",
                format!("hold the flag for {name}, which is not heeded in a schedule's window: {instead}"),
                "leave the flag out",
            ));
        }
    }
    Ok(())
}

async fn judge<M: Command>(job: &Job<'_>, flags: &ArgMatches, how: How) -> Result<Done, Told> {
    let Some(interval) = job.interval else { return Err(Told::usage("start_time", "is missing", "set it")) };
    job.compares_as_told()?;
    let named = interval.named_after()?;
    let settings = M::settings(flags, &|name| job.setting(flags, named, name))?;
    if settings.needs_aws() && !how.may_ask_aws {
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
    let verdict = scheduled.judge_brought(&invocation, brought, from, &nobody).await?;
    Ok(of_a_verdict(job, verdict, job.publishes(how.publishes_untold))?)
}

/// The files of a verdict, the contract's and the execution beside them.
fn of_a_verdict(job: &Job<'_>, verdict: Uncommitted, publishes: bool) -> Result<Done, ContractError> {
    let Uncommitted { execution, report, metric_lines } = verdict;
    let mut files = Files::default();
    for (file, bytes) in Report::files(&report) {
        files.add(job.in_output(file.name()), bytes.clone());
    }
    files.add(job.in_output(EXECUTION_FILE), to_vec(&execution)?);
    if publishes {
        files.add(job.variables.at(METRICS_DIRECTORY).join(METRICS_FILE), metric_lines);
    }
    let ending = Ending::of(execution.monitoring_execution_status, &execution.exit_message);
    Ok(Done { files, ending })
}
