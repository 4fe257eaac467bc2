//! One column with its baseline and its checks, and the frame of its figure.

use super::super::judged::Checked;
use super::{numbers, texts};
use crate::words::{bdi, counted, number, per_cent};
use bellwether_contract::judged::Judged;
use bellwether_contract::statistics::FeatureStatistics;
use bellwether_contract::violations::CheckType;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Fewer values than these are told beside a distance.
const FEW_VALUES: u64 = 200;

/// A column of the window.
pub(super) struct Column<'c> {
    pub(super) now: &'c FeatureStatistics,
    pub(super) before: Option<&'c FeatureStatistics>,
    checks: Vec<Checked<'c>>,
}

impl<'c> Column<'c> {
    pub(super) fn of(
        now: &'c FeatureStatistics,
        before: impl Fn(&str) -> Option<&'c FeatureStatistics>,
        checks: &BTreeMap<&str, Vec<Checked<'c>>>,
    ) -> Self {
        let checks = checks.get(now.name.as_str()).cloned().unwrap_or_default();
        Self { now, before: before(&now.name), checks }
    }

    pub(super) fn name(&self) -> &'c str {
        &self.now.name
    }

    /// Whether it has a baseline, or is held against anything.
    pub(super) fn is_compared(&self) -> bool {
        self.before.is_some() || !self.checks.is_empty()
    }

    pub(super) fn is_violated(&self) -> bool {
        self.checks.iter().any(|check| check.violated)
    }

    /// How far up it stands.
    pub(super) fn rank(&self) -> (bool, f64) {
        (self.is_violated(), self.check(&CheckType::BaselineDrift).map_or(0.0, |check| check.judged.value))
    }

    pub(super) fn check(&self, kind: &CheckType) -> Option<Checked<'c>> {
        self.checks.iter().find(|check| check.judged.check == *kind).copied()
    }

    /// Its distance from the baseline, where that was judged.
    pub(super) fn drift(&self) -> Option<&'c Judged> {
        self.check(&CheckType::BaselineDrift).map(|check| check.judged)
    }

    /// Whether that is why it is violated.
    pub(super) fn has_drifted(&self) -> bool {
        self.check(&CheckType::BaselineDrift).is_some_and(|check| check.violated)
    }

    /// What its violated checks mean in its own values, by their names.
    pub(super) fn sentences(&self, shows_values: bool) -> impl Iterator<Item = (String, String)> {
        let violated = self.checks.iter().filter(|check| check.violated);
        violated.filter_map(move |check| {
            let said = match &check.judged.check {
                CheckType::BaselineDrift => {
                    numbers::moved(self).or_else(|| texts::moved(self).filter(|_| shows_values))
                }
                CheckType::CategoricalValues if shows_values => texts::unknown(self, check.judged.value),
                _ => None,
            };
            Some((check.judged.check_name(), said?))
        })
    }

    /// Its figure: both distributions on one scale, and the numbers behind them.
    pub(super) fn figure(&self, place: usize, has_baseline: bool, shows_values: bool) -> Markup {
        html! {
            div.col id=(format!("c{place}")) {
                h4 { @if self.is_violated() { i.bad { "■ " } } (bdi(self.name())) " " small { (self.now.inferred_type) } }
                @if let Some(drift) = self.drift() { (said(drift)) }
                @if has_baseline && self.before.is_none() { p.mut { "The baseline's statistics have no such column." } }
                (self.drawn(shows_values))
            }
        }
    }

    fn drawn(&self, shows_values: bool) -> Markup {
        if self.now.counts().is_some_and(|counts| counts.num_present == 0) {
            return html! { p.mut { "No cell of this window has a value." } };
        }
        match (&self.now.numerical_statistics, &self.now.string_statistics) {
            (Some(_), _) => numbers::figure(self),
            (None, Some(_)) if shows_values => texts::figure(self),
            (None, Some(_)) => {
                html! { p.mut { "Values of text are left out of this page by its settings." } }
            }
            (None, None) => html! { p.mut { "It has no values that could be counted." } },
        }
    }
}

/// `gap 0.211, less 0.055 that sampling explains: 0.156; limit 0.1`
fn said(drift: &Judged) -> Markup {
    let compared = drift.compared.as_ref();
    let (distance, share) = (compared.and_then(|it| it.distance), compared.and_then(|it| it.sampling_share));
    html! {
        p.mut {
            @match (distance, share) {
                (Some(distance), Some(share)) if drift.value > 0.0 => { "gap " (number(distance)) ", less " (number(share)) " that sampling explains: " (number(drift.value)) }
                (Some(distance), Some(share)) if distance <= share => { "gap " (number(distance)) ", and sampling explains " (number(share)) }
                (Some(_), _) => { "gap " (number(drift.value)) }
                (None, _) => { "p-value " (number(drift.value)) ", at least " (number(drift.limit)) " is wanted" }
            }
            @if distance.is_some() { "; limit " (number(drift.limit)) }
            @if drift.n < FEW_VALUES { "; only " (counted(drift.n, "value")) }
        }
    }
}

/// Share of the cells without a value.
pub(super) fn missing(feature: &FeatureStatistics) -> Option<String> {
    let counts = feature.counts()?;
    let all = counts.num_present + counts.num_missing;
    (all > 0).then(|| per_cent(counts.num_missing as f64 / all as f64))
}
