//! The window of a monitor as the hours that another schedule judged: their kept profiles in the place of captures.
//!
//! It judges nothing, and reads no capture. An hour without a profile leaves the window undecided: what was not looked at is not well.

use super::{Asked, KeptWindow, MissingHours, each_kept, fold, hours_of};
use crate::RunError;
use crate::monitor::RunRequest;
use bellwether_analysis::partial::{OfWindow, PartialError, decode};
use bellwether_analysis::verdict::{CAPTURE, Evaluated};
use bellwether_contract::ContractError;
use bellwether_contract::capture::LeftOut;
use bellwether_contract::execution::{CaptureSummary, Execution, GroundTruthSummary, Identity};
use bellwether_contract::keys::Key;
use bellwether_contract::names::ScheduleName;
use std::collections::BTreeMap;

/// What cannot be decided where hours are missing.
const HOURS: &str = "hours";
/// Gaps that are told one by one.
const TOLD: usize = 3;

/// What the hours of a window came to.
#[derive(Debug)]
pub(crate) struct JudgedHours<P> {
    /// Their profiles as one; none where no hour has one.
    pub(crate) profile: Option<P>,
    /// What became of their captured lines, as their runs told.
    pub(crate) lines: CaptureSummary,
    /// Their labels, as their runs told.
    pub(crate) labels: GroundTruthSummary,
    /// Why lines that are not there prove nothing: an hour is missing, or its own run could not read all.
    pub(crate) unread: Option<String>,
    missing: Vec<MissingHours>,
    hours: i64,
    of: ScheduleName,
}

impl<P: OfWindow> JudgedHours<P> {
    /// Reads what the runs of a schedule kept of the window that is asked for. `each` sees the profile of an hour with its lines, which it may
    /// change, before they are added to the others.
    ///
    /// # Errors
    /// Reports or profiles that cannot be read, hours of another monitor or variant, windows that overlap. An hour whose profile is of other
    /// settings than those before is missing, as one that has none.
    pub(crate) async fn read(
        of: &ScheduleName,
        request: RunRequest<'_>,
        mut each: impl FnMut(&P, &mut CaptureSummary),
    ) -> Result<Self, RunError> {
        let Identity { endpoint_name, window, .. } = request.identity;
        let (reports, state) = (request.reports, request.state);
        let asked = Asked { endpoint: endpoint_name.clone(), schedule: of.clone(), hours: (*window).into() };
        let (mut profile, mut lines, mut labels) =
            (None, CaptureSummary::default(), GroundTruthSummary::default());
        let mut unread = None;
        let take = |hour: KeptWindow<'_>| {
            is_of_the_same(hour.execution, request.identity).map_err(|reason| {
                ContractError::malformed(reports.uri(&Key::Execution(hour.run).to_string()), reason)
            })?;
            let mut told = of_the_hour(&hour);
            let folded = decode(hour.bytes).and_then(|later: P| {
                let mut lines = told.clone();
                each(&later, &mut lines);
                fold(&mut profile, later).map(|()| told = lines)
            });
            if let Err(reason) = folded {
                return Ok(Err(format!("its profile cannot be merged with those before: {reason}")));
            }
            lines.merge(told);
            labels.merge(hour.execution.labelling.ground_truth.clone().unwrap_or_default());
            unread = unread.take().or_else(|| hour.execution.not_evaluable.get(CAPTURE).cloned());
            Ok(Ok(()))
        };
        let missing = each_kept(reports, state, &asked, take).await?;
        let hours = window.length().as_hours();
        let read = Self { profile, lines, labels, unread: None, missing, hours, of: of.clone() };
        Ok(Self { unread: read.gaps().or(unread), ..read })
    }

    /// Which hours are not judged, where any is not.
    fn gaps(&self) -> Option<String> {
        let Self { missing, hours, of, .. } = self;
        if missing.is_empty() {
            return None;
        }
        let told = missing.iter().take(TOLD).map(|gap| {
            let MissingHours { start_time, end_time, reason } = gap;
            format!("{start_time} to {end_time}: {reason}")
        });
        let mut told: Vec<String> = told.collect();
        if missing.len() > TOLD {
            told.push(format!("and {} gaps more", missing.len() - TOLD));
        }
        let lost = hours_of(missing);
        Some(format!(
            "{lost} of {hours} hours of {of} are not among those that are judged: {}",
            told.join("; ")
        ))
    }

    /// That the hours were measured by other settings than those that judge them.
    pub(crate) fn of_other_settings(&self, request: RunRequest<'_>, settings: &str) -> RunError {
        let object =
            request.reports.uri(&Key::Schedule(&request.identity.endpoint_name, &self.of).to_string());
        let reason = format!("its runs have other settings than this monitor, {settings}; set both alike");
        RunError::UnusableProfile { object, source: Box::new(PartialError::OtherSettings(reason)) }
    }

    /// That the window cannot be decided, where hours of it are missing.
    pub(crate) fn undecided(&self) -> BTreeMap<String, String> {
        self.gaps().map(|gaps| (HOURS.to_owned(), gaps)).into_iter().collect()
    }
}

/// Why a run is none of the hours of this monitor, if it is not.
fn is_of_the_same(hour: &Execution, ours: &Identity) -> Result<(), String> {
    let theirs = &hour.identity;
    match (&theirs.monitor, &theirs.variant_name) == (&ours.monitor, &ours.variant_name) {
        true => Ok(()),
        false => {
            Err(format!("is that of {theirs}; name a schedule of the same monitor and variant as OF (--of)"))
        }
    }
}

/// The lines of an hour, as its profile has them. Late ones are its own schedule's business, as are profiles that it was judged by, and
/// what is outside of one hour was seen beside another.
fn of_the_hour(hour: &KeptWindow<'_>) -> CaptureSummary {
    let mut lines = hour.execution.capture.clone().unwrap_or_default();
    lines.late.clear();
    (lines.profiles, lines.profiles_beyond) = (vec![hour.read()], 0);
    lines.lines -= lines.left_out.remove(&LeftOut::OutsideWindow).unwrap_or_default().min(lines.lines);
    lines
}

/// Notes what is asked of the window and was judged hour by hour.
pub(crate) fn leave_to_the_hours(asked: &[(&str, bool)], of: &ScheduleName, evaluated: &mut Evaluated) {
    for (name, _) in asked.iter().filter(|(_, is_asked)| *is_asked) {
        evaluated.unchecked.insert((*name).to_owned(), format!("left to {of}, which judges it hour by hour"));
    }
}
