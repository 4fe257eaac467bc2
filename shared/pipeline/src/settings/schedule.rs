//! What every scheduled monitor is told: what it watches, when, where its reports go, and where its points go.
//!
//! It knows no monitor.

use super::declared::settings;
use super::values::{Namespace, link, words};
use crate::captures::{CaptureKind, Traffic, WindowReader, late_flush};
use crate::metrics::StackMetrics;
use crate::monitor::RunRequest;
use bellwether_analysis::verdict::NoDataPolicy;
use bellwether_contract::execution::Identity;
use bellwether_contract::names::{EndpointName, ScheduleName, StackName, VariantName};
use bellwether_contract::parts::Cut;
use bellwether_contract::window::{Offsets, Window, parse_length, parse_offset};
use bellwether_storage::{Location, Store};
use jiff::SignedDuration;
use std::num::NonZero;
use std::thread::available_parallelism;

const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Of a window.
const LONGEST_HOURS: i64 = 168;
const MOST_THREADS: usize = 64;

settings! {
    /// A monitoring schedule.
    pub struct MonitoringSchedule {
        /// Endpoint that is monitored
        ENDPOINT_NAME "endpoint-name" "NAME" (required) => endpoint: EndpointName;
        /// Production variant that is monitored
        VARIANT_NAME "variant" "NAME" (required) => variant: VariantName;
        /// Monitoring schedule: names this monitor's reports
        SCHEDULE_NAME "schedule" "NAME" (required) => name: ScheduleName;
        /// Where reports go
        REPORTS_URI "reports" "URI" (required) => reports: Location;
        /// Stages, marks and attempts, outside the reports [default: reports URI with -state]
        STATE_URI "state" "URI" (read reader => reader.state_beside(&STATE_URI, reports.as_ref()))
            => state: Location;
        /// Length of the window in whole hours, which end at the scheduled time
        WINDOW "window" "DURATION" ("PT1H") by length => window: SignedDuration;
        /// From the scheduled time back to the window's start, in whole hours such as -PT6H or -P1D; instead of WINDOW
        START_TIME_OFFSET "start-time-offset" "OFFSET" (optional) by offset => start_time_offset: SignedDuration;
        /// From the scheduled time back to the window's end [default with a start: -PT0H]
        END_TIME_OFFSET "end-time-offset" "OFFSET" (optional) by offset => end_time_offset: SignedDuration;
        /// How often the schedule runs, in whole hours [default: as long as WINDOW, PT1H with offsets]
        CADENCE "cadence" "DURATION" (optional) by length => cadence: SignedDuration;
        /// What an hour without data is: ok, warn or violate
        NO_DATA_POLICY "no-data-policy" "POLICY" ("ok") judged => no_data: NoDataPolicy;
        /// Of what the capture is: endpoint, or batch-transform, whose manifests lie below input/ and output/ of CAPTURE_URI [default: endpoint]
        CAPTURE_KIND "capture-kind" "KIND" (optional) judged => capture_kind: CaptureKind;
        /// CloudWatch namespace; without one nothing is sent there
        METRICS_NAMESPACE "metrics-namespace" "NAME" (optional) => metrics_namespace: Namespace;
        /// Stack that the monitor belongs to: each run says for it whether a violation persists
        STACK_NAME "stack-name" "NAME" (optional) => stack_name: StackName;
        /// CloudWatch namespace of the points of the stack [default with a stack: Bellwether]
        STACK_METRICS_NAMESPACE "stack-metrics-namespace" "NAME" (optional) => stack_metrics_namespace: Namespace;
        /// Whether samples of broken lines in the report show how those lines begin: true or false; payloads may hold personal data
        SAMPLE_PAYLOADS "sample-payloads" "BOOL" ("false") => sample_payloads: bool;
        /// Whether report.html shows values of columns and ids of items: with-values or without-values
        REPORT "report" "KIND" ("with-values") => report: PageKind;
        /// Where people read what to do: report.html links to it
        RUNBOOK_URL "runbook" "URL" (optional) by link => runbook: String;
        /// How many capture files are read at once; each takes memory, none changes a byte [default: one a core]
        THREADS "threads" "N" (optional) by threads => threads: usize;
        /// Whether what a window's records came to is kept below the state, so that `bellwether merge` makes days and weeks of it: true or false
        KEEP_PROFILES "keep-profiles" "BOOL" ("true") => keep_profiles: bool;
    }
    check(reader) {
        let (start, end) = (start_time_offset.flatten(), end_time_offset.flatten());
        let is_window_given = reader.is_given(&WINDOW);
        for offset in [START_TIME_OFFSET, END_TIME_OFFSET] {
            if is_window_given && reader.is_given(&offset) {
                let Variable { name, flag, .. } = offset;
                let both = format!("{name} (--{flag}) and WINDOW (--window) both say which hours are judged");
                reader.mistake(format!("{both}; keep one"));
            }
        }
        if let Some(reason) = without_a_window(start, end) {
            reader.mistake(reason);
        }
    }
}

/// What the page of a run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// Everything.
    WithValues,
    /// Neither values of columns nor ids of items.
    WithoutValues,
}

words!(PageKind { "with-values" => Self::WithValues, "without-values" => Self::WithoutValues });

words!(CaptureKind { "endpoint" => Self::Endpoint, "batch-transform" => Self::BatchTransform });

impl MonitoringSchedule {
    /// Whether the page of a run may show values of columns and ids of items.
    pub(crate) fn shows_values(&self) -> bool {
        self.report == PageKind::WithValues
    }

    /// The captured traffic of a window: of its second verdict, what came late too.
    pub(crate) fn traffic<'t>(&'t self, store: &'t Store, request: RunRequest<'t>) -> Traffic<'t> {
        let window = request.invocation.trigger.window;
        Traffic {
            late_flush: late_flush(&window, request.run.revision > 1),
            brought: request.brought,
            threads: self.threads.unwrap_or_else(|| cores(request.invocation.memory_mb)),
            cut: request.cut,
            reader: request.reader,
            deadline: request.invocation.deadline,
            ..self.traffic_of(store, window)
        }
    }

    /// The captured traffic of a window, as its first verdict sees it, one file at a time.
    pub(crate) fn traffic_of<'t>(&'t self, store: &'t Store, window: Window) -> Traffic<'t> {
        let Self { endpoint, variant, sample_payloads, .. } = self;
        let (cadence, late_flush) = (self.cadence(), late_flush(&window, false));
        let sample_payloads = *sample_payloads;
        let kind = self.capture_kind.unwrap_or_default();
        Traffic {
            store,
            endpoint,
            variant,
            window,
            brought: None,
            kind,
            cadence,
            late_flush,
            sample_payloads,
            threads: 1,
            cut: Cut::default(),
            reader: WindowReader::ThisRun,
            deadline: None,
            inputs: [0; 32],
        }
    }

    /// Whose verdict that of a window is.
    pub(crate) fn identity(&self, monitor: &str, window: Window) -> Identity {
        Identity {
            monitor: monitor.to_owned(),
            endpoint_name: self.endpoint.clone(),
            variant_name: self.variant.clone(),
            monitoring_schedule_name: self.name.clone(),
            window,
        }
    }

    /// Where its runs say what they say for the whole stack, where they belong to one.
    pub(crate) fn stack(&self) -> Option<StackMetrics> {
        Some(StackMetrics::new(self.stack_name.clone()?, self.stack_metrics_namespace.clone()))
    }

    /// Which hours its runs judge.
    pub fn offsets(&self) -> Offsets {
        match (self.start_time_offset, self.end_time_offset) {
            (None, None) => Offsets::of_length(self.window),
            (start, end) => offsets(start, end),
        }
    }

    /// How often it runs. Windows that are named by their length follow each other, unless somebody says otherwise; those that
    /// look back are judged every hour.
    pub fn cadence(&self) -> SignedDuration {
        let looks_back = self.start_time_offset.is_some() || self.end_time_offset.is_some();
        self.cadence.unwrap_or(if looks_back { AN_HOUR } else { self.window })
    }
}

/// How many threads have a processor of their own: the machine's, and of a function what its memory buys. A part of one is one.
fn cores(memory_mb: Option<u32>) -> usize {
    const MB_A_CORE: u32 = 1_769;
    let machine = available_parallelism().map_or(1, NonZero::get);
    memory_mb.map_or(machine, |memory_mb| machine.min(memory_mb.div_ceil(MB_A_CORE) as usize))
}

/// Offsets of which one may be left out, as SageMaker takes it then.
fn offsets(start: Option<SignedDuration>, end: Option<SignedDuration>) -> Offsets {
    Offsets { start: start.unwrap_or(-AN_HOUR), end: end.unwrap_or_default() }
}

/// Why no run has a window of these offsets, whenever it is scheduled.
fn without_a_window(start: Option<SignedDuration>, end: Option<SignedDuration>) -> Option<String> {
    let Offsets { start: from, end: to } = offsets(start, end);
    let hours = to.saturating_sub(from).as_hours();
    let told = |what: &str| {
        let [from, to] = [from, to].map(|offset| format!("-PT{}H", -offset.as_hours()));
        let unset = if start.is_some() { "" } else { " (where it is not set)" };
        format!("START_TIME_OFFSET is {from}{unset} and END_TIME_OFFSET {to}: {what}")
    };
    match hours {
        ..1 => Some(told("the window must start an hour before its end at least")),
        1..=LONGEST_HOURS => None,
        _ => Some(told("a window is a week long at most, PT168H")),
    }
}

fn offset(text: &str) -> Result<SignedDuration, String> {
    parse_offset(text).map_err(|error| error.to_string())
}

fn length(text: &str) -> Result<SignedDuration, String> {
    parse_length(text).map_err(|error| error.to_string())
}

fn threads(text: &str) -> Result<usize, String> {
    let number = text.trim().parse().ok().filter(|number| (1..=MOST_THREADS).contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number from 1 to {MOST_THREADS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Settings, SettingsError};

    fn read(set: &[(&str, &str)]) -> Result<MonitoringSchedule, SettingsError> {
        MonitoringSchedule::read(|name| {
            let set = set.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            let usual = match name {
                "ENDPOINT_NAME" | "VARIANT_NAME" | "SCHEDULE_NAME" => Some("x"),
                "REPORTS_URI" => Some("s3://reports/model-monitor"),
                _ => None,
            };
            set.or(usual).map(str::to_owned)
        })
    }

    #[test]
    fn a_function_reads_as_many_files_at_once_as_its_memory_buys_cores() {
        let machine = available_parallelism().unwrap().get();
        assert_eq!(cores(None), machine);
        for (memory_mb, bought) in [(128, 1), (1_024, 1), (1_769, 1), (1_770, 2), (3_538, 2), (10_240, 6)] {
            assert_eq!(cores(Some(memory_mb)), bought.min(machine), "{memory_mb} MB");
        }
        assert_eq!(read(&[("THREADS", "3")]).unwrap().threads, Some(3));
        assert!(read(&[("THREADS", "0")]).is_err());
    }

    #[test]
    fn a_length_is_the_short_form_of_offsets() {
        for (set, start, end, cadence) in [
            (&[][..], -1, 0, 1),
            (&[("WINDOW", "PT6H")], -6, 0, 6),
            (&[("WINDOW", "PT6H"), ("CADENCE", "PT1H")], -6, 0, 1),
            (&[("START_TIME_OFFSET", "-PT6H")], -6, 0, 1),
            (&[("START_TIME_OFFSET", "-P2D"), ("END_TIME_OFFSET", "-P1D")], -48, -24, 1),
            (&[("START_TIME_OFFSET", "-P1D"), ("END_TIME_OFFSET", "-PT0H"), ("CADENCE", "P1D")], -24, 0, 24),
            (&[("START_TIME_OFFSET", " "), ("END_TIME_OFFSET", ""), ("WINDOW", "PT2H")], -2, 0, 2),
            (&[("END_TIME_OFFSET", "PT0H"), ("WINDOW", "")], -1, 0, 1),
        ] {
            let schedule = read(set).unwrap();
            let expected = Offsets { start: AN_HOUR * start, end: AN_HOUR * end };
            assert_eq!((schedule.offsets(), schedule.cadence()), (expected, AN_HOUR * cadence), "{set:?}");
        }
    }

    #[test]
    fn offsets_beside_a_length_and_offsets_without_a_window_are_mistakes() {
        for (set, told) in [
            (
                &[("START_TIME_OFFSET", "-PT6H"), ("WINDOW", "PT1H")][..],
                &["START_TIME_OFFSET (--start-time-offset) and WINDOW (--window) both", "keep one"][..],
            ),
            (
                &[("START_TIME_OFFSET", "-PT6H"), ("END_TIME_OFFSET", "-PT1H"), ("WINDOW", "PT5H")],
                &[
                    "START_TIME_OFFSET (--start",
                    "END_TIME_OFFSET (--end-time-offset) and WINDOW (--window) both",
                ],
            ),
            (
                &[("END_TIME_OFFSET", "-PT6H")],
                &[
                    "START_TIME_OFFSET is -PT1H (where it is not set) and END_TIME_OFFSET -PT6H: the window must start",
                ],
            ),
            (
                &[("START_TIME_OFFSET", "-P1D"), ("END_TIME_OFFSET", "-P1D")],
                &[
                    "START_TIME_OFFSET is -PT24H and END_TIME_OFFSET -PT24H: the window must start an hour before",
                ],
            ),
            (&[("START_TIME_OFFSET", "-PT169H")], &["START_TIME_OFFSET is -PT169H", "a week long at most"]),
            (&[("START_TIME_OFFSET", "PT6H")], &["START_TIME_OFFSET: offset \"PT6H\"", "with a minus"]),
            (&[("END_TIME_OFFSET", "soon"), ("CADENCE", "PT30M")], &["END_TIME_OFFSET: ", "CADENCE: "]),
        ] {
            let error = read(set).unwrap_err().to_string();
            for part in told {
                assert!(error.contains(part), "{set:?}: {error}");
            }
        }
    }
}
