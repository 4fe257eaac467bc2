//! What the command says of each monitor, a file each; the pipeline's table says which there are.

mod data_quality;
mod diversity;
pub(crate) mod model_bias;
pub(crate) mod model_explainability;
pub(crate) mod model_quality;

use crate::check::{self, Judged};
use crate::table::Table;
use crate::{arguments, baseline, container, doctor, executions, run};
use bellwether_contract::execution::{Execution, GroundTruthSummary};
use bellwether_contract::names::ModelVersion;
use bellwether_pipeline::RunError;
use bellwether_pipeline::baseline::{Activated, BaselineKind, Kept, Made, Standing};
use bellwether_pipeline::commit::{Committed, Ledger};
use bellwether_pipeline::doctor::Examined;
use bellwether_pipeline::document::DocumentEntry;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::executions::Listed;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::route::text::number;
use bellwether_pipeline::settings::Settings;
use bellwether_storage::Store;
use clap::ArgMatches;
use std::future::Future;

/// A monitor as a subcommand.
pub(crate) trait Command: Monitor {
    /// One line of `bellwether --help`.
    const ABOUT: &'static str;

    /// What stands below the flags: lines of 80 columns, examples that are whole commands.
    const EXAMPLES: &'static str;

    /// Settings that have no flag of their own name.
    const ASKED_OTHERWISE: &'static [&'static str] = &[];

    /// The flags of its own.
    fn flags(command: clap::Command) -> clap::Command {
        command
    }

    /// The settings behind the flags, and whatever else a lookup of their names finds.
    fn settings(
        _matches: &ArgMatches,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self::Settings, Told> {
        Ok(Self::Settings::read(lookup)?)
    }

    /// What a run measured, as lines of its summary.
    fn measured(
        reports: &Store,
        committed: &Committed,
        width: usize,
    ) -> impl Future<Output = Result<Vec<String>, RunError>>;

    /// The runs of a schedule.
    fn table(_reports: &Store, listed: &[Listed]) -> impl Future<Output = Table> {
        async { executions::of_records(listed) }
    }
}

/// How many records have a label.
fn labelled_in_words(truth: &GroundTruthSummary) -> String {
    let GroundTruthSummary { captured, labelled, truth_unmatched, .. } = truth;
    let share = number(100.0 * truth.coverage());
    format!(
        "{labelled} of {captured} captured records ({share} %), and {truth_unmatched} that belong to none of them"
    )
}

macro_rules! each {
    ($($module:ident::$monitor:ident),+) => {
        /// A subcommand for each monitor.
        pub(crate) fn commands() -> Vec<clap::Command> {
            vec![$(arguments::of_a_monitor::<bellwether_pipeline::monitors::$module::$monitor>()),+]
        }

        /// Runs the subcommand of this name; `None` where it is no monitor's.
        pub(crate) async fn dispatch(name: &str, matches: &ArgMatches) -> Option<Result<Execution, Told>> {
            $(
                if name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::COMMAND {
                    return Some(check::run::<bellwether_pipeline::monitors::$module::$monitor>(matches).await);
                }
            )+
            None
        }

        /// Whether this is the command of a monitor.
        pub(crate) fn is_one(name: &str) -> bool {
            [$( <bellwether_pipeline::monitors::$module::$monitor as Monitor>::COMMAND ),+].contains(&name)
        }

        /// Judges what was brought to a container by the monitor of this command.
        pub(crate) async fn brought(name: &str, job: &container::Job<'_>, flags: &ArgMatches) -> Result<container::Done, Told> {
            $(
                if name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::COMMAND {
                    return container::judged::<bellwether_pipeline::monitors::$module::$monitor>(job, flags).await;
                }
            )+
            Err(Told::usage(name, "is of no monitor that is known", "name one of the table"))
        }

        /// Judges a window of a document's monitor.
        pub(crate) async fn of_a_document(asked: &run::Asked<'_>, entry: &DocumentEntry) -> Result<Judged, Told> {
            $(
                if entry.monitor.name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::NAME {
                    return run::judge::<bellwether_pipeline::monitors::$module::$monitor>(asked, entry).await;
                }
            )+
            Err(Told::usage(entry.name.to_string(), "is of no monitor that is known", "name one of the table"))
        }

        /// Looks a document's monitor over.
        pub(crate) async fn examine(asked: &doctor::Asked, entry: &DocumentEntry) -> Result<Examined, Told> {
            $(
                if entry.monitor.name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::NAME {
                    return doctor::examine::<bellwether_pipeline::monitors::$module::$monitor>(asked, entry).await;
                }
            )+
            Err(Told::usage(entry.name.to_string(), "is of no monitor that is known", "name one of the table"))
        }

        /// Prints a verdict as its monitor's own command would.
        pub(crate) async fn show(matches: &ArgMatches, entry: &DocumentEntry, ledger: &Ledger, committed: &Committed) -> Result<(), Told> {
            $(
                if entry.monitor.name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::NAME {
                    return check::show::<bellwether_pipeline::monitors::$module::$monitor>(matches, ledger, committed).await;
                }
            )+
            Ok(())
        }

        /// The runs of a schedule with the columns that fit its monitor.
        pub(crate) async fn table(reports: &Store, listed: &[Listed]) -> Table {
            let mut runs = listed.iter().filter_map(|listed| listed.read.as_ref().ok());
            let name = runs.next().map(|run| run.execution.identity.monitor.as_str());
            $(
                if name == Some(<bellwether_pipeline::monitors::$module::$monitor as Monitor>::NAME) {
                    return <bellwether_pipeline::monitors::$module::$monitor as Command>::table(reports, listed).await;
                }
            )+
            executions::of_records(listed)
        }
    };
}
bellwether_pipeline::monitors!(each);

/// A kind of baseline as `bellwether baseline` tells of it.
pub(crate) trait OfAVersion: BaselineKind {
    /// What it is made of, as a label.
    const LABEL: &'static str;

    /// Who judges by it, where a version has none.
    const MONITOR: &'static str;

    /// Who judges by it, where it is told of.
    const JUDGE: &'static str = Self::MONITOR;

    /// What was made, what it allows the hours to come, and whether it is in force.
    fn in_full(store: &Store, kept: &Kept<Self::Commit>) -> impl Future<Output = Result<String, RunError>>;

    /// Where it stands while another version's is in force.
    fn kept(current: &ModelVersion) -> String {
        format!("kept: {} goes on judging by the baseline of {current}", Self::JUDGE)
    }
}

macro_rules! each_kind {
    ($($module:ident::$kind:ident),+) => {
        /// What was made of a manifest, a text for each kind.
        pub(crate) async fn in_full(store: &Store, made: &Made) -> Result<Vec<String>, RunError> {
            let mut parts = Vec::new();
            $(
                if let Some(kept) = &made.$module {
                    parts.push(bellwether_pipeline::monitors::$module::$kind::in_full(store, kept).await?);
                }
            )+
            Ok(parts)
        }

        /// Where each stands.
        pub(crate) fn standings_of_made(made: &Made) -> Vec<&Standing> {
            [$( made.$module.as_ref().map(|kept| &kept.standing) ),+].into_iter().flatten().collect()
        }

        /// Where each that a person put in force stands.
        pub(crate) fn standings_of_activated(activated: &Activated) -> Vec<&Standing> {
            [$( activated.$module.as_ref().map(|activation| &activation.standing) ),+]
                .into_iter()
                .flatten()
                .collect()
        }

        /// What became of each that a person put in force, by label.
        pub(crate) fn activated(version: &ModelVersion, activated: &Activated) -> Vec<(&'static str, String)> {
            let mut lines = vec![$(
                baseline::activated::<bellwether_pipeline::monitors::$module::$kind>(
                    version,
                    activated.$module.as_ref(),
                )
            ),+];
            lines.sort_unstable_by_key(|(label, _)| *label);
            lines
        }
    };
}
bellwether_pipeline::baselines!(each_kind);
