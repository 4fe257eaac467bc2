//! The data-quality monitor: are the columns of the hour's traffic still those that the model was trained on?
//!
//! It reads the captured window and the baseline, and lays out what the analysis crate finds. It has no opinion on the
//! numbers.

mod baseline;
mod contained;
mod examination;
mod merged;
mod points;
mod rows;
mod settings;

use crate::baseline::{Absence, InForce};
use crate::captures::{self, Captured, Traffic};
use crate::clients::Clients;
use crate::doctor::Diagnosis;
use crate::merge::hours::leave_to_the_hours;
use crate::merge::{Merger, kept};
use crate::metrics::{lines, run_points};
use crate::monitor::{Form, Measurement, Monitor, RunRequest};
use crate::progress::Watcher;
use crate::redrawn::RunFiles;
use crate::replay::Effort;
use crate::report::Report;
use crate::{RunError, inputs};
use baseline::Judging;
use bellwether_analysis::captured_rows::{CapturedRows, Columns};
use bellwether_analysis::monitors::data_quality::{Evaluation, evaluate};
use bellwether_analysis::observed::Observed;
use bellwether_analysis::partial::PartialError;
use bellwether_analysis::records::Portable;
use bellwether_analysis::selection::Selection;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::verdict::{Coverage, Evaluated};
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{BaselineRole, Labelling};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::metrics::{MetricPoint, Unit};
use bellwether_contract::shape;
use bellwether_contract::statistics::Statistics;
use bellwether_contract::window::Window;
use bellwether_page::Part;
use bellwether_page::monitors::Checks;
use bellwether_page::monitors::data_quality::{DrawnColumns, part};
use bellwether_storage::Store;
use points::{EVERY_COLUMN, feature_points, points_of};
use std::collections::BTreeMap;

pub use baseline::{BaselineOfRows, baseline_part};
pub use points::{FEATURE_METRICS, run_metrics};
pub use settings::{DataQualitySettings, NamedBaseline};

/// What to do where all records lack the side that is judged.
const OTHER_SIDE: &str =
    "capture that side too, or say with CAPTURE_INDEX_NAMES (--capture-index-names) which sides are judged";

/// Stores, and how columns are judged.
#[derive(Debug)]
pub struct DataQuality {
    settings: DataQualitySettings,
    clients: Option<Clients>,
    capture: Store,
    baselines: Option<Store>,
}

impl Monitor for DataQuality {
    const NAME: &'static str = "data-quality";
    type Settings = DataQualitySettings;

    fn new(settings: DataQualitySettings, clients: Option<Clients>) -> Result<Self, RunError> {
        let s3 = clients.as_ref().map(|clients| &clients.s3);
        let capture = Store::new(&settings.capture, s3)?;
        let baselines = settings.baselines.as_ref().map(|location| Store::new(location, s3)).transpose()?;
        Ok(Self { capture, baselines, settings, clients })
    }

    async fn baseline_digest(&self) -> Result<Option<String>, RunError> {
        Ok(self.baseline().await?.known().map(|judging| judging.digest.clone()))
    }

    fn merger() -> Option<Box<dyn Merger>> {
        Some(merged::merger())
    }

    fn redrawn(files: &RunFiles) -> Result<Part, ContractError> {
        let Some(now) = files.measured(ReportFile::Statistics)? else { return Ok(Part::default()) };
        let before = files.baseline(BaselineRole::Statistics)?;
        let checks = &files.checks();
        Ok(part(DrawnColumns { now: &now, baseline: before.as_ref(), checks, shows_values: true }))
    }

    async fn examine(&self, window: Option<Window>) -> Vec<Diagnosis> {
        self.looked_over(window).await
    }

    async fn measure(&self, request: RunRequest<'_>, watcher: Watcher<'_>) -> Result<Measurement, RunError> {
        let baseline = self.baseline().await?;
        let columns = self.columns(baseline.known()).await?;
        let schedule = &self.settings.schedule;
        let traffic = schedule.traffic(&self.capture, request);
        let Read { observed, passed_over, profile, undecided } =
            self.read(traffic, columns, request, watcher).await?;
        let Captured { profile: observed, lines, unread, seen, .. } = observed;
        let (asked, of) = (&self.settings.completeness, self.settings.profiles.of_hours(request));
        let completeness = match of {
            Some(_) => None,
            None => asked.measured(schedule, self.clients.as_ref(), traffic.window, seen).await,
        };
        let evaluation = match &baseline {
            InForce::Known(judging) => judging.evaluate(&observed, &self.settings),
            InForce::Absent(absence) => without_baseline(absence),
        };
        let Evaluation { mut constraints, distances } = evaluation;
        constraints.warnings.extend(passed_over);
        if lines.used > 0 {
            constraints.warnings.extend(self.unknown_features(&observed.statistics));
        }
        if let Some(of) = of {
            leave_to_the_hours(&[("capture_completeness", asked.is_asked())], of, &mut constraints);
        }
        let profile = kept(profile, &mut constraints.warnings);
        let window = Coverage {
            lines: Some(&lines),
            unread: unread.as_deref(),
            replayed: false,
            no_data: schedule.no_data,
            has_constraints: baseline.known().is_some(),
            other_side: OTHER_SIDE,
            completeness: completeness.as_ref(),
        };
        let verdict = window.conclude(constraints, undecided);
        let part = part(DrawnColumns {
            now: &observed.statistics,
            baseline: baseline.known().and_then(|judging| judging.statistics.as_ref()),
            checks: &Checks::from(&verdict),
            shows_values: schedule.shows_values(),
        });
        let of_features = feature_points(&observed, &distances);
        let mut metrics = run_points(&verdict);
        metrics.push(MetricPoint::value("captured_records", Unit::Count, lines.used as f64));
        if baseline.known().is_none_or(Judging::emits_metrics) {
            metrics.extend(points_of(&of_features, &self.settings.feature_metrics));
        }
        let report =
            Report::new(&observed.statistics, &suggest(&observed.statistics), &verdict.violations())?;
        let judging = baseline.known();
        Ok(Measurement {
            report: report.with(ReportFile::Metrics, metric_lines(&of_features, request)?),
            verdict,
            judged_on: None,
            baseline_digest: judging.map(|judging| judging.digest.clone()),
            baseline: judging.and_then(|judging| judging.version.clone()),
            baselines: judging.map(|judging| judging.files.clone()).unwrap_or_default(),
            capture: Some(lines),
            replay: None,
            labelling: Labelling::default(),
            explanation: None,
            profile,
            aggregates: BTreeMap::new(),
            metrics,
            effort: Effort::default(),
            part,
        })
    }
}

/// A window as it was read.
struct Read {
    observed: Captured<Observed>,
    /// What is to be told of rows that were brought.
    passed_over: Option<String>,
    /// What is kept of it, where something is.
    profile: Option<Result<Vec<u8>, PartialError>>,
    /// What had to be decided and could not be.
    undecided: BTreeMap<String, String>,
}

impl DataQuality {
    async fn read(
        &self,
        traffic: Traffic<'_>,
        columns: Columns,
        request: RunRequest<'_>,
        watcher: Watcher<'_>,
    ) -> Result<Read, RunError> {
        let keeps = self.settings.schedule.keep_profiles && request.brought.is_none();
        if let Some(of) = self.settings.profiles.of_hours(request) {
            return merged::of_hours(of, request, keeps).await;
        }
        let undecided = BTreeMap::new();
        if let Some(Form::Rows(format)) = traffic.brought.map(|brought| brought.form) {
            let (observed, passed_over) = self.rows(format, traffic, columns, watcher).await?;
            return Ok(Read { observed, passed_over, profile: None, undecided });
        }
        let captured = self.captured(traffic, columns, watcher).await?;
        let profile = keeps.then(|| captured.profile.encode());
        Ok(Read { observed: observed(captured), passed_over: None, profile, undecided })
    }

    async fn baseline(&self) -> Result<InForce<Judging>, RunError> {
        let schedule = &self.settings.schedule;
        match (self.settings.named(), &self.baselines) {
            (Some(named), _) => Judging::named(named, self.s3()).await.map(InForce::Known),
            (None, Some(store)) => Judging::in_force(store, &schedule.endpoint, &schedule.variant).await,
            (None, None) => Ok(InForce::Absent(Absence::NotSet(
                "neither BASELINES_URI nor BASELINE_CONSTRAINTS_URI is set",
            ))),
        }
    }

    async fn columns(&self, judging: Option<&Judging>) -> Result<Columns, RunError> {
        let DataQualitySettings { paths, sides, batched, .. } = &self.settings;
        let selection = match paths {
            Some(location) => inputs::selection(location, self.s3()).await?,
            None => Selection::default(),
        };
        let baseline = judging.map(Judging::column_names);
        Ok(Columns { baseline, sides: *sides, selection, batched: *batched })
    }

    async fn captured(
        &self,
        traffic: Traffic<'_>,
        columns: Columns,
        watcher: Watcher<'_>,
    ) -> Result<Captured<CapturedRows>, RunError> {
        let traffic = traffic.by([format!("{columns:?}").as_str()]);
        captures::read_or_share(traffic, CapturedRows::new(columns), watcher).await
    }

    /// What was asked of columns that the hour does not have. Probably a name is misspelt: nothing else would say so.
    fn unknown_features(&self, statistics: &Statistics) -> Option<String> {
        let asked = &self.settings.feature_metrics;
        let unknown: Vec<_> = asked
            .iter()
            .filter(|asked| *asked != EVERY_COLUMN && statistics.feature(asked).is_none())
            .map(|asked| shape::name(asked))
            .collect();
        if unknown.is_empty() {
            return None;
        }
        let warning = format!(
            "FEATURE_METRICS (--feature-metrics) names columns that the window does not have: {}",
            unknown.join(", ")
        );
        tracing::warn!("{warning}");
        Some(warning)
    }

    fn s3(&self) -> Option<&aws_sdk_s3::Client> {
        self.clients.as_ref().map(|clients| &clients.s3)
    }
}

impl Judging {
    fn evaluate(&self, observed: &Observed, settings: &DataQualitySettings) -> Evaluation {
        let mut evaluation =
            evaluate(observed, self.statistics.as_ref(), &self.constraints, settings.comparison);
        evaluation.constraints.warnings.extend_from_slice(&self.doubtful);
        evaluation
    }
}

/// The table that counts, and what was counted in others as left out.
fn observed(captured: Captured<CapturedRows>) -> Captured<Observed> {
    let Captured { profile, mut lines, unread, seen, first_widths } = captured;
    let other_width = profile.width().and_then(|most| first_widths.other_than(most));
    let (table, left_out) = profile.finish();
    if let (Some(sample), true) = (other_width, left_out.contains_key(&LeftOut::OtherWidth)) {
        sample.keep(&mut lines.samples);
    }
    merged::leave_out(&mut lines, left_out);
    Captured { profile: table.observe(), lines, unread, seen, first_widths }
}

fn without_baseline(absence: &Absence) -> Evaluation {
    let not_evaluable = [("baseline".to_owned(), absence.to_string())].into();
    Evaluation { constraints: Evaluated { not_evaluable, ..Evaluated::default() }, ..Evaluation::default() }
}

/// Every column's points as a file of the report: there they cost nothing.
fn metric_lines(points: &[MetricPoint], request: RunRequest<'_>) -> Result<Vec<u8>, ContractError> {
    lines(points, request.identity)
        .map_err(|error| ContractError::malformed(ReportFile::Metrics.name(), error.to_string()))
}
