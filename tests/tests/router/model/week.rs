//! Two days of a schedule, drawn from a seed: what its runs say, and in which order their events come.
//!
//! It knows no router. Reports are written as the contract has them, no more of them than the router reads.

use crate::harness::time;
use bellwether_contract::constraints::ComparisonOperator;
use bellwether_contract::execution::{Attempt, CommittedFile, Execution, Identity, Status};
use bellwether_contract::json::to_vec;
use bellwether_contract::judged::{Judged, Severity};
use bellwether_contract::keys::{Key, ReportFile, RunFolder};
use bellwether_contract::violations::{CheckType, Violation, Violations};
use bellwether_contract::window::Window;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Hours in which anything may happen; then come two, a day later, in which all is well.
pub(crate) const HOURS: i64 = 48;
pub(crate) const LAST: [i64; 2] = [HOURS + 28, HOURS + 29];

/// A check of the schedule: its column, its metric if it is of one, its word, and its severities.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) feature: &'static str,
    pub(crate) metric: Option<&'static str>,
    kind: CheckType,
    severities: &'static [Severity],
}

pub(crate) const CHECKS: [Check; 4] = [
    Check {
        feature: "top10_category_diversity",
        metric: Some("top10_category_diversity_mean_floor"),
        kind: CheckType::LessThanThreshold,
        severities: &[Severity::Critical],
    },
    Check {
        feature: "top10_category_diversity",
        metric: Some("top10_category_diversity_p5"),
        kind: CheckType::LessThanThreshold,
        severities: &[Severity::Warning],
    },
    Check { feature: "age", metric: None, kind: CheckType::Completeness, severities: &[Severity::Warning] },
    Check {
        feature: "capture",
        metric: Some("capture_corrupt_share"),
        kind: CheckType::CaptureCorrupt,
        severities: &[Severity::Info, Severity::Warning],
    },
];

impl Check {
    /// The check's word in messages.
    pub(crate) fn word(&self) -> String {
        self.kind.as_str().to_owned()
    }
}

/// What a run says of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Held,
    Violated(Severity),
    Unseen,
}

/// What a run says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) hour: i64,
    pub(crate) revision: u8,
    pub(crate) status: Status,
    pub(crate) said: [Said; 4],
}

pub(crate) fn end_of(hour: i64) -> Timestamp {
    time("2026-10-26T00:00:00Z") + SignedDuration::from_hours(hour)
}

impl Run {
    pub(crate) fn folder(&self) -> RunFolder {
        let run = RunFolder {
            endpoint: "newsroom-prod".parse().unwrap(),
            schedule: "diversity-hourly".parse().unwrap(),
            hour: end_of(self.hour),
            revision: 1,
        };
        if self.revision == 2 { run.reopened() } else { run }
    }

    /// The checks that it found violated, by their place in [`CHECKS`].
    pub(crate) fn violated(&self) -> BTreeMap<usize, Severity> {
        let all = self.said.iter().enumerate();
        all.filter_map(|(check, said)| match said {
            Said::Violated(severity) => Some((check, *severity)),
            _ => None,
        })
        .collect()
    }

    pub(crate) fn worst(&self) -> Option<Severity> {
        self.violated().into_values().max()
    }

    pub(crate) fn completed(&self) -> bool {
        matches!(self.status, Status::Completed | Status::CompletedWithViolations)
    }

    /// The same for the same verdict on the same hour.
    pub(crate) fn digest(&self) -> String {
        format!("{}-{:?}-{:?}", self.hour, self.status, self.said)
    }

    /// The report's two files that the router reads, the commit last.
    pub(crate) fn files(&self) -> [(String, Vec<u8>); 2] {
        let judged: Vec<Judged> = self.violated().into_iter().map(judged).collect();
        let violations: Vec<Violation> = judged.iter().map(|judged| judged.violation("was found")).collect();
        let bytes = to_vec(&Violations { version: None, violations, unknown: Default::default() }).unwrap();
        let execution = to_vec(&self.execution(&bytes, judged)).unwrap();
        let (folder, file) = (self.folder(), ReportFile::ConstraintViolations);
        [(Key::Report(&folder, file).to_string(), bytes), (Key::Execution(&folder).to_string(), execution)]
    }

    fn execution(&self, violations: &[u8], judged: Vec<Judged>) -> Execution {
        let file = CommittedFile {
            name: ReportFile::ConstraintViolations,
            sha256: hex(&Sha256::digest(violations)),
            size_bytes: violations.len() as u64,
        };
        // Nobody reads it here: it tells verdicts apart.
        let evaluation = CommittedFile {
            name: ReportFile::Evaluation,
            sha256: hex(&Sha256::digest(self.digest())),
            size_bytes: 1,
        };
        let held = CHECKS.iter().zip(&self.said).filter(|(_, said)| **said == Said::Held);
        let name = |check: &Check| {
            check.metric.map_or_else(|| format!("{}.{}", check.feature, check.word()), str::to_owned)
        };
        // A run that completed judged something, whatever it is.
        let always = self.completed().then(|| "zzz".to_owned());
        let held: BTreeSet<String> = held.map(|(check, _)| name(check)).chain(always).collect();
        let end = end_of(self.hour);
        Execution {
            version: Execution::VERSION,
            identity: Identity {
                monitor: "diversity".to_owned(),
                endpoint_name: "newsroom-prod".parse().unwrap(),
                variant_name: "AllTraffic".parse().unwrap(),
                monitoring_schedule_name: "diversity-hourly".parse().unwrap(),
                window: Window::new(end - SignedDuration::from_hours(1), end).unwrap(),
            },
            brought: None,
            cadence: None,
            configuration_digest: "c0ffee".to_owned(),
            baseline_digest: None,
            baselines: Vec::new(),
            monitoring_execution_status: self.status,
            exit_message: format!("{}: {} violations.", self.status, judged.len()),
            violations: judged.len() as u64,
            supersedes: (self.revision == 2).then(|| "first".to_owned()),
            baseline: None,
            checks: BTreeMap::new(),
            not_evaluable_beyond: 0,
            constraints_judged: (held.len() + judged.len()) as u64,
            judged_on: None,
            judged,
            held: held.into_iter().collect(),
            held_beyond: 0,
            not_evaluable: BTreeMap::new(),
            warnings: Vec::new(),
            capture: None,
            replay: None,
            labelling: bellwether_contract::execution::Labelling::default(),
            explanation: None,
            profile: None,
            metrics_beyond: 0,
            aggregates: BTreeMap::new(),
            metrics: Vec::new(),
            digest: self.digest(),
            files: vec![file, evaluation],
            attempt: Attempt::default(),
        }
    }
}

fn judged((check, severity): (usize, Severity)) -> Judged {
    let Check { feature, metric, kind, .. } = &CHECKS[check];
    Judged {
        check: kind.clone(),
        feature_name: Some((*feature).to_owned()),
        metric_name: metric.map(str::to_owned),
        value: 0.2,
        limit: 0.5,
        comparison: ComparisonOperator::LessThanThreshold,
        severity,
        n: 1_000,
        compared: None,
        baseline_n: None,
        moved: Vec::new(),
        evidence: None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// An event: of a run that is written just before, or of whatever lies there.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) at: i64,
    pub(crate) hour: i64,
    pub(crate) revision: u8,
    pub(crate) written: Option<Run>,
}

/// Every event of two days, in the order in which they come.
pub(crate) fn deliveries(rng: &mut Rng) -> Vec<Delivery> {
    // How much one hour is like the one before it: some weeks flicker, some lie still.
    let stays = rng.u8(20..98);
    let (mut status, mut said) = (Status::Completed, [Said::Held; 4]);
    // A check that goes for good, as a renamed metric does.
    let leaves = (rng.usize(0..CHECKS.len()), rng.i64(1..=HOURS * 2));
    let mut all = Vec::new();
    for hour in 1..=HOURS {
        if rng.u8(0..100) >= stays {
            status = *rng
                .choice(
                    [
                        Status::Completed,
                        Status::Completed,
                        Status::Completed,
                        Status::Completed,
                        Status::Inconclusive,
                        Status::CompletedNoData,
                        Status::Failed,
                    ]
                    .iter(),
                )
                .unwrap();
        }
        for (check, said) in said.iter_mut().enumerate() {
            if rng.u8(0..100) >= stays {
                *said = drawn(rng, check);
            }
        }
        let has_left = |check| leaves.0 == check && leaves.1 <= hour;
        let run = |rng: &mut Rng, revision: u8, status, said: [Said; 4]| {
            run(rng, hour, revision, status, said, &has_left)
        };
        let at = hour + if rng.u8(0..5) == 0 { rng.i64(0..30) } else { 0 };
        let first = run(rng, 1, status, said);
        let event = |at: i64, revision: u8, written: Option<Run>| Delivery { at, hour, revision, written };
        all.push(event(at, 1, Some(first)));
        if rng.u8(0..6) == 0 {
            all.push(event(at + rng.i64(0..6), 1, None));
        }
        if rng.u8(0..12) == 0 {
            let said = std::array::from_fn(|check| drawn(rng, check));
            let again = run(rng, 1, Status::Completed, said);
            all.push(event(at + rng.i64(1..8), 1, Some(again)));
        }
        if rng.u8(0..8) == 0 {
            let said = if rng.bool() { said } else { std::array::from_fn(|check| drawn(rng, check)) };
            let (second, at) = (run(rng, 2, Status::Completed, said), at + rng.i64(0..8));
            all.push(event(at, 2, Some(second)));
            all.push(event(at + rng.i64(0..8), 2, None));
        }
    }
    rng.shuffle(&mut all);
    // The last hours come last, when nothing fails any more.
    all.iter_mut().for_each(|delivery| delivery.at = delivery.at.min(LAST[0] - 1));
    // What was not written yet has no event.
    all.sort_by_key(|delivery| (delivery.at, delivery.written.is_none()));
    for hour in LAST {
        let said = std::array::from_fn(|check| {
            if leaves.0 == check && leaves.1 <= HOURS { Said::Unseen } else { Said::Held }
        });
        let well = Run { hour, revision: 1, status: Status::Completed, said };
        all.push(Delivery { at: hour, hour, revision: 1, written: Some(well) });
        all.push(Delivery { at: hour, hour, revision: 1, written: None });
    }
    all
}

fn drawn(rng: &mut Rng, check: usize) -> Said {
    match rng.u8(0..10) {
        0..5 => Said::Held,
        5..8 => Said::Violated(*rng.choice(CHECKS[check].severities).unwrap()),
        _ => Said::Unseen,
    }
}

/// A run of this status: one that did not complete holds nothing, and finds broken lines at most.
fn run(
    rng: &mut Rng,
    hour: i64,
    revision: u8,
    status: Status,
    said: [Said; 4],
    has_left: &impl Fn(usize) -> bool,
) -> Run {
    let mut run = Run { hour, revision, status, said };
    let is_complete = status == Status::Completed;
    for (check, said) in run.said.iter_mut().enumerate() {
        let is_of_lines = CHECKS[check].feature == "capture";
        let is_said = match said {
            Said::Held => is_complete,
            Said::Violated(_) => {
                is_complete || is_of_lines && status != Status::CompletedNoData && rng.bool()
            }
            Said::Unseen => false,
        };
        if !is_said || has_left(check) {
            *said = Said::Unseen;
        }
    }
    if is_complete && run.worst().is_some() {
        run.status = Status::CompletedWithViolations;
    }
    run
}
