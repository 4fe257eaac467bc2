//! A baseline before its commit: what the lists of a version measured, laid out as files.
//!
//! It reads and writes nothing; the same manifest, lists and limits give the same bytes.

use crate::report::Report;
use bellwether_analysis::monitors::diversity::{
    JudgedOn, Limits, Measured, Replayed, constraints, statistics,
};
use bellwether_contract::ContractError;
use bellwether_contract::baseline::DiversityBaseline;
use bellwether_contract::layout::FirstLayout;
use bellwether_contract::manifest::Manifest;

/// A baseline and the files that belong to it.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) baseline: DiversityBaseline,
    pub(super) report: Report,
}

impl Draft {
    /// Lays the files out: the statistics of the lists, and the constraints that they set for the hours to come.
    pub(super) fn new(
        manifest: &Manifest,
        manifest_digest: &str,
        replayed: Replayed<'_>,
        limits: &Limits,
    ) -> Result<Self, ContractError> {
        let (sessions, answered) = (replayed.sessions, replayed.answered());
        let turnover = Err("a baseline has no hour before it".to_owned());
        let measured = Measured { replay: Ok(replayed), captured: None, turnover };
        let (statistics, _) = statistics(&measured, limits);
        let mut baseline = DiversityBaseline {
            layout: FirstLayout,
            model_version: manifest.model_version.clone(),
            created_at: manifest.created_at,
            endpoint_name: manifest.endpoint_name.clone(),
            target_variant: manifest.target_variant.clone(),
            top_k: u32::try_from(limits.k).unwrap_or(u32::MAX),
            sessions,
            answered,
            recommendation_metrics: statistics.recommendation_metrics.clone().unwrap_or_default(),
            manifest_digest: Some(manifest_digest.to_owned()),
            files: Vec::new(),
        };
        let report =
            Report::of_baseline(&statistics, &constraints(limits, Some(&baseline), JudgedOn::Replay))?;
        baseline.files = report.committed();
        Ok(Self { baseline, report })
    }
}
