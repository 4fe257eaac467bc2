//! A window of columns and its verdict, as a run makes them: profiled, evaluated and concluded by the code that a run uses.

use crate::Part;
use crate::monitors::Checks;
use crate::monitors::data_quality::{DrawnColumns, part};
use crate::run::{DrawnRun, Setting, page};
use bellwether_analysis::monitors::data_quality::{Comparison, evaluate};
use bellwether_analysis::observed::Observed;
use bellwether_analysis::suggest::suggest;
use bellwether_analysis::table::TableProfile;
use bellwether_analysis::verdict::{Coverage, NoDataPolicy, Verdict};
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::{
    Attempt, CaptureSummary, CommittedFile, Execution, Identity, Labelling, Status,
};
use bellwether_contract::keys::ReportFile;
use bellwether_contract::violations::Violation;
use bellwether_contract::window::Window;
use std::collections::BTreeMap;

/// Columns of numbers and of texts by turns; `moved` of them are others than in the baseline.
pub(super) fn profiled(names: &[String], rows: u64, moved: usize) -> Observed {
    let mut table = TableProfile::with_columns(names.iter().cloned());
    for row in 0..rows {
        for column in 0..names.len() {
            let shift = if column < moved { row % 3 } else { 0 };
            let cell = match column % 3 {
                0 => format!("{}", (row * 7 + column as u64) % 50 + shift * 40),
                1 => format!("{}.5", (row * 13) % 400 + shift * 300),
                _ if shift == 2 => "purple".to_owned(),
                _ => ["red", "green", "blue"][(row / 3 % 3) as usize].to_owned(),
            };
            table.feature_mut(column).push_text(cell.as_bytes());
        }
        table.end_rows(1);
    }
    table.observe()
}

pub(super) fn named(count: usize, name: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(name).collect()
}

/// A run of a window of such columns.
pub(super) struct Place {
    pub(super) execution: Execution,
    pub(super) evaluation: Evaluations,
    pub(super) violations: Vec<Violation>,
    pub(super) settings: Vec<Setting>,
    pub(super) part: Part,
}

impl Place {
    /// Judged against the same columns, of which `moved` have moved since.
    pub(super) fn of_columns(names: &[String], moved: usize) -> Self {
        Self::of(names, moved, true)
    }

    pub(super) fn of(names: &[String], moved: usize, shows_values: bool) -> Self {
        let (baseline, observed) = (profiled(names, 900, 0), profiled(names, 600, moved));
        let constraints = suggest(&baseline.statistics);
        let evaluation = evaluate(&observed, Some(&baseline.statistics), &constraints, Comparison::default());
        let lines = CaptureSummary {
            files: 2,
            size_bytes: 123_456,
            lines: 600,
            used: 600,
            ..CaptureSummary::default()
        };
        let coverage = Coverage {
            lines: Some(&lines),
            unread: None,
            replayed: false,
            no_data: NoDataPolicy::Ok,
            has_constraints: true,
            other_side: "judge the request",
            completeness: None,
        };
        let verdict = coverage.conclude(evaluation.constraints, BTreeMap::new());
        let part = part(DrawnColumns {
            now: &observed.statistics,
            baseline: Some(&baseline.statistics),
            checks: &Checks::from(&verdict),
            shows_values,
        });
        Self {
            execution: Execution { capture: Some(lines), ..execution(&verdict) },
            ..Self::judged(&verdict, part)
        }
    }

    /// A verdict with nothing beside it.
    pub(super) fn judged(verdict: &Verdict, part: Part) -> Self {
        let evaluation = Evaluations::of(&verdict.judged(), &verdict.held, &verdict.not_evaluable);
        let settings = vec![Setting {
            name: "NO_DATA_POLICY",
            value: "ok".to_owned(),
            help: "What an hour without data is",
        }];
        Self { execution: execution(verdict), evaluation, violations: verdict.violations(), settings, part }
    }

    pub(super) fn page(&self) -> String {
        let Self { execution, evaluation, violations, settings, part } = self;
        page(&DrawnRun {
            execution,
            evaluation,
            violations,
            settings,
            runbook: Some("https://wiki.example.com/runbook"),
            part,
        })
    }
}

/// A run that ended so, before a file beside it was judged.
pub(super) fn ended(status: Status, message: &str) -> Place {
    let verdict = Verdict {
        status,
        violated: Vec::new(),
        constraints_judged: 0,
        held: BTreeMap::new(),
        checks: BTreeMap::new(),
        exit_message: format!("{status}: {message}"),
        not_evaluable: BTreeMap::new(),
        warnings: Vec::new(),
        blind: None,
    };
    Place::judged(&verdict, Part::default())
}

fn execution(verdict: &Verdict) -> Execution {
    let at = |text: &str| text.parse().expect("an instant");
    Execution {
        version: Execution::VERSION,
        identity: Identity {
            monitor: "data-quality".to_owned(),
            endpoint_name: "churn-prod".parse().expect("a name"),
            variant_name: "AllTraffic".parse().expect("a name"),
            monitoring_schedule_name: "data-quality-hourly".parse().expect("a name"),
            window: Window::new(at("2026-10-31T08:00:00Z"), at("2026-10-31T09:00:00Z")).expect("an hour"),
        },
        brought: None,
        cadence: None,
        configuration_digest: "c0".repeat(32),
        baseline_digest: None,
        monitoring_execution_status: verdict.status,
        exit_message: verdict.exit_message.clone(),
        violations: verdict.violated.len() as u64,
        supersedes: None,
        baseline: None,
        baselines: Vec::new(),
        constraints_judged: verdict.constraints_judged,
        judged_on: None,
        judged: verdict.judged(),
        checks: verdict.checks.clone(),
        held: verdict.held.keys().cloned().collect(),
        held_beyond: 0,
        not_evaluable: verdict.not_evaluable.clone(),
        not_evaluable_beyond: 0,
        warnings: verdict.warnings.clone(),
        capture: None,
        replay: None,
        labelling: Labelling::default(),
        explanation: None,
        profile: None,
        aggregates: BTreeMap::new(),
        metrics: Vec::new(),
        metrics_beyond: 0,
        digest: String::new(),
        files: vec![CommittedFile {
            name: ReportFile::Statistics,
            sha256: "ab".repeat(32),
            size_bytes: 4_711,
        }],
        attempt: Attempt::default(),
    }
}
