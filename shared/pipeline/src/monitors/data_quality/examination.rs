//! What a doctor finds of this monitor: whether there is a baseline to judge by, and whether the traffic has its columns.
//!
//! It judges no value.

use super::baseline::Judging;
use super::{Captured, DataQuality, InForce};
use crate::doctor::{Diagnosis, Health};
use crate::route::text::counted;
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::shape;
use bellwether_contract::window::Window;
use std::collections::BTreeSet;

const BASELINE: &str = "baseline";
const COLUMNS: &str = "columns";
/// Names of columns that are told.
const MOST_NAMES: usize = 10;

impl DataQuality {
    /// The baseline, and the columns of the window where it was read and holds records.
    pub(super) async fn looked_over(&self, window: Option<Window>) -> Vec<Diagnosis> {
        let in_force = match self.baseline().await {
            Ok(in_force) => in_force,
            Err(error) => {
                let without = "the baseline cannot be read, so there is nothing to hold columns against";
                let columns = Diagnosis::of(Health::NotChecked, COLUMNS, without, "mend the baseline first");
                return vec![Diagnosis::failed(BASELINE, &error), columns];
            }
        };
        vec![of_baseline(&in_force), self.of_columns(&in_force, window).await]
    }

    async fn of_columns(&self, in_force: &InForce<Judging>, window: Option<Window>) -> Diagnosis {
        let not_checked = |found: &str, remedy| Diagnosis::of(Health::NotChecked, COLUMNS, found, remedy);
        let Some(judging) = in_force.known() else {
            return not_checked("there is no baseline to hold columns against", "make a baseline first");
        };
        let Some(window) = window else {
            return not_checked("no record of the window was read", "look again when traffic was captured");
        };
        let observed = async {
            let columns = self.columns(Some(judging)).await?;
            let traffic = self.settings.schedule.traffic_of(&self.capture, window);
            let captured = self.captured(traffic, columns, &crate::progress::nobody).await?;
            Ok::<_, crate::RunError>(super::observed(captured))
        };
        match observed.await {
            Ok(Captured { profile, lines, .. }) => {
                let there: Vec<&str> =
                    profile.statistics.features.iter().map(|it| it.name.as_str()).collect();
                compared(&judging.column_names(), &there, &lines)
            }
            Err(error) => Diagnosis::failed(COLUMNS, &error),
        }
    }
}

fn of_baseline(in_force: &InForce<Judging>) -> Diagnosis {
    let judging = match in_force {
        InForce::Known(judging) => judging,
        InForce::Absent(absence) => {
            let found = format!("{absence}: statistics would be written and nothing judged");
            let remedy =
                "make one (`bellwether baseline`, `bellwether profile`), or name baseline_constraints_uri";
            return Diagnosis::of(Health::Problem, BASELINE, found, remedy);
        }
    };
    let of =
        judging.version.as_ref().map_or("named files".to_owned(), |version| format!("version {version}"));
    let distances =
        if judging.statistics.is_some() { "" } else { ", and no statistics: no distance is compared" };
    let found = format!("{} of {of}{distances}", counted(judging.constraints.features.len(), "column"));
    match judging.doubtful.as_slice() {
        [] => Diagnosis::ok(BASELINE, found),
        doubtful => {
            let found = format!("{found}; {}", doubtful.join("; "));
            Diagnosis::of(Health::Warning, BASELINE, found, "correct the key, if it is misspelt")
        }
    }
}

/// The columns of the traffic against those of the baseline.
fn compared(baseline: &[String], there: &[&str], lines: &CaptureSummary) -> Diagnosis {
    let counts = lines.left_out.iter().map(|(reason, count)| format!("{count} {reason}"));
    let left_out = counts.collect::<Vec<_>>().join(", ");
    let left_out = if left_out.is_empty() { left_out } else { format!("; left out: {left_out}") };
    if lines.used == 0 {
        let found = format!("no record has columns that can be judged{left_out}");
        let remedy = "set capture_index_names or paths_uri as docs/reasons.md says of each reason";
        return Diagnosis::of(Health::Problem, COLUMNS, found, remedy);
    }
    let (known, seen): (BTreeSet<&str>, BTreeSet<&str>) =
        (baseline.iter().map(String::as_str).collect(), there.iter().copied().collect());
    let missing: Vec<&str> = known.difference(&seen).copied().collect();
    let more: Vec<&str> = seen.difference(&known).copied().collect();
    let told = |what: &str, names: &[&str]| {
        let first: Vec<String> = names.iter().take(MOST_NAMES).map(|name| shape::name(name)).collect();
        let others = names.len().saturating_sub(MOST_NAMES);
        let others = if others > 0 { format!(" and {others} more") } else { String::new() };
        if names.is_empty() { String::new() } else { format!(", {what}: {}{others}", first.join(", ")) }
    };
    let found = format!(
        "{}, {} in the baseline{}{}{left_out}",
        counted(seen.len(), "column"),
        known.len(),
        told("missing", &missing),
        told("more", &more)
    );
    if missing.is_empty() && more.is_empty() {
        return Diagnosis::ok(COLUMNS, found);
    }
    let remedy = "make the baseline of the columns that are captured, or choose columns by paths_uri and capture_index_names";
    Diagnosis::of(Health::Problem, COLUMNS, found, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_contract::capture::LeftOut;

    #[test]
    fn columns_that_are_missing_or_more_are_named() {
        let lines = |used, left_out: &[(LeftOut, u64)]| CaptureSummary {
            used,
            left_out: left_out.iter().copied().collect(),
            ..CaptureSummary::default()
        };
        let baseline = ["age".to_owned(), "plan".to_owned()];
        let well = compared(&baseline, &["plan", "age"], &lines(60, &[]));
        assert_eq!(well, Diagnosis::ok(COLUMNS, "2 columns, 2 in the baseline"));
        let other = compared(&baseline, &["age", "_c1", "_c2"], &lines(60, &[(LeftOut::OtherWidth, 2)]));
        assert_eq!(other.health, Health::Problem);
        assert_eq!(
            other.found,
            "3 columns, 2 in the baseline, missing: `plan`, more: `_c1`, `_c2`; left out: 2 other_width"
        );
        let none = compared(&baseline, &[], &lines(0, &[(LeftOut::NoOutput, 60)]));
        assert!(none.health == Health::Problem && none.found.ends_with("left out: 60 no_output"), "{none:?}");
        let names: Vec<String> = (0..15).map(|n| format!("c{n:02}")).collect();
        assert!(compared(&names, &["c00"], &lines(1, &[])).found.contains("`c10` and 4 more"));
    }
}
