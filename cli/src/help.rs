//! What `--help` says below the flags. Lines fit 80 columns and examples are whole commands, so that they survive copy and
//! paste; a test reads each of them.

/// Of the command as a whole.
pub(crate) const COMMAND: &str = "\
An error is one line on stderr, `ErrorType: object: what; remedy`. Commands that
print a result take --json; an error is then JSON too, with error_type, object,
message and remedy.

AWS is asked as the AWS CLI asks it: environment, profiles (SSO, `aws login`,
credential_process, assumed roles), web identity, the role of this machine.

Exit codes:
  0  done
  1  failed: a usage error, or something that cannot be read, judged or written
  2  violations; of `baseline`, a baseline below the floor; of `doctor`, anything
     that is not well
  3  inconclusive: nothing was judged, or too little to decide";

/// Of a scheduled monitor.
pub(crate) const OF_A_RUN: &str = "\
Exit codes:
  0  completed without violations, or nothing was captured in the window
  1  failed: a usage error, an input that cannot be read, data that cannot be
     judged
  2  completed with violations
  3  inconclusive: nothing was judged, or too little to decide";

/// Of `run`.
pub(crate) const RUN: &str = "\
A daily monitor is judged for the last time at or before --at that it is due.
Reports, state and metrics namespace may stand in the document's defaults; flags
stand over them. With --monitor the verdict is shown as that monitor's own
command shows it. The exit code is the worst of all monitors'.

Exit codes:
  0  all completed without violations, or nothing was captured
  1  failed: a usage error, a broken entry, or a window that could not be judged
  2  completed with violations
  3  inconclusive: nothing was judged, or too little to decide

Examples:
  Every monitor of a document, for the last hour:
    bellwether run --monitors monitors.yaml --reports out/reports

  One of them, for an hour of the past:
    bellwether run --monitors s3://my-bucket/monitors.yaml \\
      --monitor churn-quality --at 2026-10-31T09:00:00Z \\
      --reports s3://my-bucket/reports";

/// Of `monitors`.
pub(crate) const MONITORS: &str = "\
Exit codes:
  0  done
  1  failed: a usage error, a document that cannot be used, or descriptions of
     which nothing can be drafted

Examples:
  From nothing to a document that can be used:
    aws sagemaker describe-endpoint --endpoint-name churn-prod \\
      --output json > endpoints.json
    bellwether monitors skeleton < endpoints.json > monitors.yaml
    bellwether monitors check monitors.yaml";

/// Of `monitors check` and `monitors show`.
pub(crate) const OF_A_DOCUMENT: &str = "\
Exit codes:
  0  the document can be used
  1  failed: a usage error, or a document or an entry that cannot be used; each
     mistake is a line on stderr

Examples:
  Would every monitor run?
    bellwether monitors check monitors.yaml

  What would this one be told?
    bellwether monitors show churn-quality monitors.yaml";

/// Of `doctor`.
pub(crate) const DOCTOR: &str = "\
It looks, and writes nothing: no report, no state, no point. A check is a line:
  reports, state  the places can be listed
  events          the reports' bucket tells EventBridge; folders are not asked
  capture         what was captured in the last window that was due: files,
                  lines, and of each side encoding and content type; where there
                  is nothing, which endpoints and variants there are
  size            how long a function of 1,024 MB would take for such a window,
                  of 900 s; estimated from docs/benchmarks.md
  baseline        it can be read: the files that are named, or the one in force
  columns         those of the window are those of the baseline
  catalogue       it can be read
  endpoint        where the monitor replays to one: the first session of the
                  validation set is sent once, and never again. Its inference
                  id begins with replay-, so no monitor measures it
  completeness    with --invocations, or by CloudWatch with
                  capture_completeness: records captured of so many calls and
                  sampling_percentage; 80 % are enough

ok is said of what was looked at and is well. What could not be looked at is
`not checked`, and is not well either. It asks with your permissions, which are
not those of a function. The window is read whole, as a run reads it.

Exit codes:
  0  all is well
  1  failed: a usage error, a document that cannot be used, or nobody signed in
  2  a warning, a problem, a broken entry, or something that was not checked

Examples:
  Would the first night go well?
    bellwether doctor --monitors monitors.yaml --reports s3://my-bucket/reports

  Is all of an hour's traffic captured?
    bellwether doctor --monitors monitors.yaml --monitor churn-quality \\
      --at 2026-10-31T09:00:00Z --invocations 5400 \\
      --reports s3://my-bucket/reports";

/// Of `baseline`.
pub(crate) const BASELINE: &str = "\
Exit codes:
  0  made, unchanged, or put in force
  1  failed: a usage error, or an input that cannot be read or measured
  2  below the floor: kept, but not put in force

Examples:
  From lists that the training pipeline wrote beside the manifest:
    bellwether baseline --manifest models/v2/manifest.json \\
      --validation-set sessions.jsonl --catalog catalog.json \\
      --baselines out/baselines

  A roll-back: judge by the earlier version again:
    bellwether baseline --activate v1 --endpoint-name recommender-prod \\
      --variant AllTraffic --baselines s3://my-bucket/baselines";

/// Of `executions`.
pub(crate) const EXECUTIONS: &str = "\
Exit codes:
  0  listed, even if there is none
  1  failed: a usage error, or reports that cannot be listed; or listed, and a
     run cannot be read, or not all of it: its row says why

Examples:
  The runs of a day:
    bellwether executions --reports s3://my-bucket/reports \\
      --endpoint-name recommender-prod --schedule diversity-hourly \\
      --from 2026-10-31T00:00:00Z --to 2026-11-01T00:00:00Z";

/// Of `report`.
pub(crate) const REPORT: &str = "\
The page has no script and asks for nothing: send it, print it, open it anywhere.
It shows how the schedule stands and since when, a calendar of hours in which a
run that is missing is a mark of its own, the checks that were violated longest
with their limits over time, when each check was violated, and the runs, each
with a link to its own page. The newest run ends it; runs that were due since
then are said to be missing.

Of each run execution.json and evaluation.json are read. One that cannot be read
is told on the page and in its row, and the exit code is 1.

Exit codes:
  0  drawn, even if there is no run
  1  failed: a usage error, or reports that cannot be listed; or drawn, and a run
     cannot be read, or an entry of the document cannot be used

Examples:
  The last fortnight of a schedule:
    bellwether report --reports s3://my-bucket/reports \\
      --endpoint-name churn-prod --schedule churn-quality --output index.html

  Every monitor of a document, for one day:
    bellwether report --monitors monitors.yaml --reports out/reports \\
      --from 2026-10-31T00:00:00Z --to 2026-11-01T00:00:00Z --output day.html

  A run that was made before there were pages:
    bellwether report --output report.html \\
      --run s3://my-bucket/reports/churn-prod/churn-quality/2026/10/31/09";

/// Of `demo`.
pub(crate) const DEMO: &str = "\
Exit codes:
  0  the healthy hour is healthy, and the collapsed one was caught
  1  failed: a usage error, a folder that cannot be written, or another end

Examples:
  Keep what is written:
    bellwether demo --output out/demo

  A whole incident, hour by hour:
    bellwether demo --incident";

/// Of `container`.
pub(crate) const CONTAINER: &str = "\
The entrypoint of Bellwether's container. Without a command it does what the
variables of SageMaker's container contract say (dataset_source, output_path,
start_time, end_time and the others; docs/container.md): a baseline run, or the
judging of one window, on files that lie on this machine. With a command it does
that. Either way the message goes to /opt/ml/output/message, which SageMaker
shows as the ExitMessage. `help` lists the commands, and `help data-quality`
teaches one of them; a monitoring schedule refuses both, as they judge nothing.

Exit codes:
  0  done: Completed, CompletedWithViolations, or no data was captured
  1  failed: an error, a window that cannot be judged, or nothing was judged

Examples:
  What the job's variables say, as a monitoring schedule starts it:
    bellwether container

  A whole run against S3, as a Processing Job's ContainerArguments:
    bellwether container data-quality --at 2026-10-31T09:10:00Z --reconcile \\
      --endpoint-name churn-prod --variant AllTraffic \\
      --schedule data-quality-hourly --capture s3://my-bucket/datacapture \\
      --reports s3://my-bucket/reports --baselines s3://my-bucket/baselines";
