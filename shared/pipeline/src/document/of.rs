//! Entries that judge what the runs of another entry kept: they must fit, and their windows end where the other's last run is over.

use super::entry::{Given, OFFSETS, WINDOW};
use super::{DocumentEntry, Every, Mistake, ReadEntry};
use crate::settings::MonitoringSchedule;
use bellwether_contract::misspelt::{NEAR, meant};
use jiff::SignedDuration;

const OF: &str = "OF";
/// How much later than the runs of its hours it is scheduled: those have an hour, with all their tries.
const AFTER_THEM: SignedDuration = SignedDuration::from_hours(1);

/// Gives each such entry its windows, or says why it is none. An entry may be of one that is of another: that one has its windows first.
pub(super) fn fit_to_hours(entries: &mut [ReadEntry]) {
    let mut waiting: Vec<usize> = (0..entries.len()).filter(|place| of(&entries[*place]).is_some()).collect();
    while let Some(next) =
        waiting.iter().position(|place| !waits_for_any(&entries[*place], &waiting, entries))
    {
        let place = waiting.remove(next);
        if let Some(fitted) = fitted(&entries[place], entries) {
            fit(&mut entries[place], fitted);
        }
    }
    for place in waiting {
        let reason = "these lead back to each other; name one that reads captures";
        fit(&mut entries[place], Err(reason.to_owned()));
    }
}

/// Whom an entry is of.
fn of(named: &ReadEntry) -> Option<&str> {
    Some(&named.read.as_ref().ok()?.given.get(OF)?.text)
}

fn waits_for_any(named: &ReadEntry, waiting: &[usize], entries: &[ReadEntry]) -> bool {
    waiting.iter().any(|place| of(named) == Some(entries[*place].name.as_str()))
}

fn fit(named: &mut ReadEntry, fitted: Result<[SignedDuration; 2], String>) {
    let Ok(entry) = &mut named.read else { return };
    match fitted {
        Ok(offsets) => {
            entry.given.remove(WINDOW);
            for (name, offset) in OFFSETS.into_iter().zip(offsets) {
                let text = format!("-PT{}H", -offset.as_hours());
                entry.given.insert(name, Given { text, line: None });
            }
        }
        Err(reason) => {
            let line = entry.given.get(OF).and_then(|given| given.line).unwrap_or(named.line);
            named.read = Err(vec![Mistake::at(line, format!("{}: of: {reason}", named.name))]);
        }
    }
}

/// The offsets of an entry that is of another; nothing of one that is not.
fn fitted(named: &ReadEntry, entries: &[ReadEntry]) -> Option<Result<[SignedDuration; 2], String>> {
    let entry = named.read.as_ref().ok()?;
    let of = entry.given.get(OF)?;
    Some(base(entry, &of.text, entries).and_then(|base| offsets(entry, base)))
}

/// The entry that it is of.
fn base<'e>(entry: &DocumentEntry, of: &str, entries: &'e [ReadEntry]) -> Result<&'e DocumentEntry, String> {
    let Some(named) = entries.iter().find(|named| named.name == of) else {
        let near = meant(of, entries.iter().map(|named| named.name.as_str()), NEAR);
        let hint = near.map_or_else(String::new, |near| format!("; {near} is probably meant"));
        return Err(format!("no monitor is called {of:?}{hint}"));
    };
    let base = named
        .read
        .as_ref()
        .map_err(|_| format!("{of} in line {} is broken; correct that one", named.line))?;
    if base.monitor.name != entry.monitor.name {
        let (theirs, ours) = (base.monitor.name, entry.monitor.name);
        return Err(format!(
            "{of} is a monitor of {theirs}, and this one is of {ours}; name one of the same kind"
        ));
    }
    Ok(base)
}

/// Begin and end of its windows, counted from its scheduled time.
fn offsets(entry: &DocumentEntry, base: &DocumentEntry) -> Result<[SignedDuration; 2], String> {
    let schedule = |entry: &DocumentEntry| entry.schedule().map_err(|error| error.to_string());
    let (ours, theirs) = (schedule(entry)?, schedule(base)?);
    let place = |schedule: &MonitoringSchedule| format!("{}/{}", schedule.endpoint, schedule.variant);
    if place(&ours) != place(&theirs) {
        return Err(format!(
            "{} watches {}, and this one {}; name one of the same variant",
            base.name,
            place(&theirs),
            place(&ours)
        ));
    }
    if !theirs.keep_profiles {
        return Err(format!("{} keeps no profiles; set its keep_profiles to true", base.name));
    }
    let (asked, length) = (ours.offsets(), theirs.offsets().length());
    if theirs.cadence() != length {
        let hours = length.as_hours();
        return Err(format!(
            "the windows of {}, {hours} hours each, do not follow each other; name one whose windows do",
            base.name
        ));
    }
    let is_whole = asked.length() > length && asked.length().as_hours() % length.as_hours() == 0;
    if !is_whole {
        let (ours, theirs) = (asked.length().as_hours(), length.as_hours());
        return Err(format!(
            "a window of {ours} hours is not made of several of {theirs}; write every: day, or a longer window"
        ));
    }
    if ours.cadence() < length {
        return Err(format!(
            "it is scheduled more often than windows of {} end; write every: day",
            base.name
        ));
    }
    let latest = theirs.offsets().end - AFTER_THEM;
    let is_own = OFFSETS.iter().any(|name| entry.given.contains_key(name));
    let end = if is_own { asked.end } else { latest };
    let early =
        (ends_at(entry.every, end) - ends_at(base.every, theirs.offsets().end)).rem_euclid(length.as_hours());
    match is_own {
        _ if early != 0 => Err(format!(
            "its windows do not end with those of {}; schedule it {} hours later, by at_hour",
            base.name,
            length.as_hours() - early
        )),
        false => Ok([latest - asked.length(), latest]),
        true if asked.end <= latest => Ok([asked.start, asked.end]),
        true => Err(format!(
            "the last run of {} is not over at the end_time_offset; write -PT{}H or earlier",
            base.name,
            -latest.as_hours()
        )),
    }
}

/// The hour of the day, as far as hours of a day go, at which windows end.
fn ends_at(every: Every, end: SignedDuration) -> i64 {
    let at_hour = match every {
        Every::Hour => 0,
        Every::Day { at_hour } => i64::from(at_hour),
    };
    at_hour + end.as_hours()
}
