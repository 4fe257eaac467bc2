//! The page of a run: what the frame is given. What is drawn, and how, is the page's business.

use super::Scheduled;
use crate::monitor::Monitor;
use crate::settings::Settings;
use bellwether_contract::evaluation::Evaluations;
use bellwether_contract::execution::Execution;
use bellwether_contract::violations::Violation;
use bellwether_page::Part;
use bellwether_page::run::{DrawnRun, Setting, page};

/// The settings that can change a verdict, with what they mean.
pub(super) fn judged<S: Settings>(settings: &S) -> Vec<Setting> {
    let help =
        |name: &str| S::VARIABLES.iter().find(|known| known.name == name).map_or("", |known| known.help);
    let judged = settings.judged().into_iter();
    judged.map(|(name, value)| Setting { name, value, help: help(name) }).collect()
}

impl<M: Monitor> Scheduled<M> {
    /// Draws it, from what is committed beside it.
    pub(super) fn page(
        &self,
        execution: &Execution,
        evaluation: &Evaluations,
        violations: &[Violation],
        part: &Part,
    ) -> String {
        let (settings, runbook) = (&self.judged_settings, self.schedule.runbook.as_deref());
        page(&DrawnRun { execution, evaluation, violations, settings, runbook, part })
    }
}
