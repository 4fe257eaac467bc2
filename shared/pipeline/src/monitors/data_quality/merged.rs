//! The rows of several windows as one table: merged for a person, or judged in the place of captures.

use super::Read;
use crate::RunError;
use crate::captures::{Captured, FirstWidths};
use crate::merge::hours::JudgedHours;
use crate::merge::{Folded, MergedStatistics, Merger};
use crate::monitor::RunRequest;
use bellwether_analysis::captured_rows::GatheredRows;
use bellwether_analysis::partial::encode;
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::CaptureSummary;
use bellwether_contract::json::to_vec;
use bellwether_contract::keys::ReportFile;
use bellwether_contract::names::ScheduleName;
use std::collections::BTreeMap;

/// What merges rows.
pub(super) fn merger() -> Box<dyn Merger> {
    Folded::as_written(statistics)
}

fn statistics(rows: GatheredRows) -> Result<MergedStatistics, ContractError> {
    let (table, left_out) = rows.finish();
    let bytes = to_vec(&table.observe().statistics)?;
    Ok(MergedStatistics { left_out, ..MergedStatistics::of(ReportFile::Statistics, bytes) })
}

/// The hours that a schedule judged, as if their captures had been read.
pub(super) async fn of_hours(
    of: &ScheduleName,
    request: RunRequest<'_>,
    keeps: bool,
) -> Result<Read, RunError> {
    // What counts in an hour may not count in the whole, and the other way round.
    let taken_back = |rows: &GatheredRows, lines: &mut CaptureSummary| {
        for (reason, records) in rows.clone().finish().1 {
            lines.used += records;
            let left = lines.left_out.remove(&reason).unwrap_or_default().saturating_sub(records);
            if left > 0 {
                lines.left_out.insert(reason, left);
            }
        }
    };
    let hours = JudgedHours::read(of, request, taken_back).await?;
    let undecided = hours.undecided();
    let JudgedHours { profile, mut lines, unread, .. } = hours;
    let rows = profile.unwrap_or_default();
    let profile = keeps.then(|| encode(&rows));
    let (table, left_out) = rows.finish();
    leave_out(&mut lines, left_out);
    let (profile_of_all, first_widths) = (table.observe(), FirstWidths::default());
    let observed = Captured { profile: profile_of_all, lines, unread, seen: 0, first_widths };
    Ok(Read { observed, passed_over: None, profile, undecided })
}

/// Counts records as left out that were measured.
pub(super) fn leave_out(lines: &mut CaptureSummary, left_out: BTreeMap<LeftOut, u64>) {
    for (reason, count) in left_out {
        lines.used = lines.used.saturating_sub(count);
        *lines.left_out.entry(reason).or_insert(0) += count;
    }
    lines.no_id = lines.no_id.min(lines.used);
}
