//! What lies beside a window's folders: captured lines that nobody would read, because of how a folder was named.
//!
//! Data capture writes `yyyy/mm/dd/hh` below a variant, and no other folders are read. From the hour's own folder nothing is
//! seen of an hour that is called `8`, `hour=08` or `2026-10-31/08`. So the way down to the hour is walked level by level: one
//! listing each, four for a window of one day, whatever else was read.
//!
//! | what lies beside the way | is |
//! |---|---|
//! | a folder whose name is this window's year, month, day or hour in other letters, with captured lines | an error |
//! | a file in place of one of the folders | an error |
//! | captured lines in a folder whose name tells no date, or directly in a folder on the way | astray: told |
//! | other files in such an hour, or directly in a day | counted as those in the hour's own folder |
//! | a folder of another date | that date's |
//! | a name that begins with `_` or `.` | hidden, not looked at |

use super::Traffic;
use super::files::{Kind, kind};
use crate::RunError;
use bellwether_contract::ContractError;
use bellwether_contract::keys::Key;
use bellwether_contract::window::utc;
use bellwether_storage::{Entry, Level, Store};
use jiff::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Folders of one level that are looked into for captured lines.
const MOST_LOOKED_INTO: usize = 100;
/// Files of one such folder that are looked at: ten listings. A folder with more of them is told unseen.
const MOST_LOOKED_AT: usize = 10_000;

/// Year, month, day and hour.
type Numbers = [u16; 4];
/// In how many digits data capture writes each.
const WIDTHS: [usize; 4] = [4, 2, 2, 2];

pub(super) const MISNAMED: &str = "lies in folders that are not yyyy/mm/dd/hh with two digits, such as \
                                   2026/10/31/08; data capture writes those, and no others are read; move it there";

/// What was found, apart from errors.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Files of other kinds that may be the window's.
    pub(super) others: Vec<Entry>,
    /// Places of captured lines that may be the window's, in order of the walk.
    pub(super) astray: Vec<String>,
}

/// A folder on the way.
struct Place {
    /// Its key, which ends in a slash.
    key: String,
    /// The date that its folders tell, as far as they go.
    told: Vec<u16>,
    /// Whether they tell it otherwise than data capture does.
    is_odd: bool,
}

/// Looks along the way to every hour of the window and to the one behind it, whose first files are read too.
///
/// # Errors
/// Captured lines that are the window's by the names of their folders, and are not where they are read; a file in place
/// of a folder.
pub(super) async fn look(traffic: Traffic<'_>) -> Result<Beside, RunError> {
    let Traffic { store, endpoint, variant, window, .. } = traffic;
    let hours: Vec<Numbers> = window.hours().chain([window.end()]).map(numbers).collect();
    let root = Key::CapturedVariant(endpoint, variant).to_string();
    let (mut beside, mut waiting) = (Beside::default(), vec![]);
    waiting.push(Place { key: root, told: Vec::new(), is_odd: false });
    while let Some(place) = waiting.pop() {
        if place.told.len() < WIDTHS.len() {
            let level = store.level(&place.key).await?;
            files_of(store, &place, &level, &hours, &mut beside)?;
            folders_of(store, place, level.folders, &hours, &mut beside, &mut waiting).await?;
        } else if place.is_odd {
            let listed = store.list(&place.key).await?;
            if let Some(lines) = listed.iter().find(|entry| kind(entry) == Kind::Lines) {
                return Err(ContractError::malformed(store.uri(&lines.key), MISNAMED).into());
            }
            beside.others.extend(listed);
        }
    }
    Ok(beside)
}

/// What to make of the files right in a folder on the way.
fn files_of(
    store: &Store,
    place: &Place,
    level: &Level,
    hours: &[Numbers],
    beside: &mut Beside,
) -> Result<(), RunError> {
    let mut lines = None;
    for entry in &level.files {
        let name = &entry.key[place.key.len()..];
        let is_marker = entry.size_bytes == 0 && level.folders.iter().any(|folder| folder == name);
        if !is_marker && matches!(read(name, &place.told, hours), Name::Ours(_)) {
            let reason =
                "is a file where a folder of captured files should be; move it away, or put the files there";
            return Err(ContractError::malformed(store.uri(&entry.key), reason).into());
        }
        match kind(entry) {
            _ if is_hidden(name) => {}
            Kind::Lines => lines = lines.or(Some(entry)),
            Kind::Other(_) if is_a_day(place) => beside.others.push(entry.clone()),
            Kind::Other(_) | Kind::Nothing => {}
        }
    }
    beside.astray.extend(lines.map(|entry| store.uri(&entry.key)));
    Ok(())
}

/// What to make of the folders in a folder on the way.
async fn folders_of(
    store: &Store,
    place: Place,
    folders: Vec<String>,
    hours: &[Numbers],
    beside: &mut Beside,
    waiting: &mut Vec<Place>,
) -> Result<(), RunError> {
    let mut looked_into = 0;
    for name in folders {
        let key = format!("{}{name}/", place.key);
        match read(&name, &place.told, hours) {
            Name::Ours(more) => {
                let is_odd = place.is_odd || !is_as_written(&name, &more, place.told.len());
                let told = place.told.iter().copied().chain(more).collect();
                waiting.push(Place { key, told, is_odd });
            }
            Name::Elsewhere | Name::Hidden => {}
            Name::Untold => {
                looked_into += 1;
                // No request may ask for what lies below a folder without a name.
                if looked_into > MOST_LOOKED_INTO || name.is_empty() || name.contains(char::is_control) {
                    beside.astray.push(store.uri(&key));
                } else if is_a_day(&place) {
                    let listed = store.list(&key).await?;
                    let lines = listed.iter().find(|entry| kind(entry) == Kind::Lines);
                    beside.astray.extend(lines.map(|entry| store.uri(&entry.key)));
                    beside.others.extend(listed);
                } else if let Some(entry) = first_lines(store, &key).await? {
                    beside.astray.push(store.uri(&entry.key));
                }
            }
        }
    }
    Ok(())
}

/// The first file of captured lines below a folder, or the last that is looked at of very many.
async fn first_lines(store: &Store, folder: &str) -> Result<Option<Entry>, RunError> {
    let looked_at = AtomicUsize::new(0);
    let is_wanted = |entry: &Entry| {
        kind(entry) == Kind::Lines || looked_at.fetch_add(1, Ordering::Relaxed) >= MOST_LOOKED_AT
    };
    Ok(store.find(folder, is_wanted).await?)
}

/// What the name of a folder on the way tells.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    /// The next numbers of a date of the window.
    Ours(Vec<u16>),
    /// Those of another date.
    Elsewhere,
    /// No date.
    Untold,
    Hidden,
}

fn read(name: &str, told: &[u16], hours: &[Numbers]) -> Name {
    if is_hidden(name) {
        return Name::Hidden;
    }
    let Some(more) = date_in(name, told.len()) else {
        return Name::Untold;
    };
    let begins = |hour: &&Numbers| hour.starts_with(told) && hour[told.len()..].starts_with(&more);
    if hours.iter().any(|hour| begins(&hour)) { Name::Ours(more) } else { Name::Elsewhere }
}

/// The numbers of a date that a name is, from a level on: `31`, `8`, `day=31`, `2026-10-31`, `20261031`. `None` for a name
/// that is anything else, or whose numbers are none of a date.
fn date_in(name: &str, level: usize) -> Option<Vec<u16>> {
    let text = name.split_once('=').map_or(name, |(_, value)| value);
    let mut numbers = Vec::new();
    for group in text.split(['-', '_', '.', ':', 'T', ' ']) {
        if group.is_empty() || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut rest = group;
        while !rest.is_empty() {
            // Minutes behind an hour.
            let Some(width) = WIDTHS.get(level + numbers.len()) else { break };
            let is_joined = rest.len() > *width && (rest.len() - width).is_multiple_of(2);
            let (number, behind) = rest.split_at(if is_joined { *width } else { rest.len() });
            numbers.push(number.parse().ok()?);
            rest = behind;
        }
    }
    let limits = [1_000..=9_999, 1..=12, 1..=31, 0..=23];
    let are_of_a_date = numbers.iter().zip(&limits[level..]).all(|(number, limits)| limits.contains(number));
    are_of_a_date.then_some(numbers)
}

/// Whether a name is these numbers as data capture writes them.
fn is_as_written(name: &str, numbers: &[u16], level: usize) -> bool {
    matches!(numbers, [number] if name == format!("{number:0width$}", width = WIDTHS[level]))
}

fn numbers(hour: Timestamp) -> Numbers {
    let hour = utc(hour);
    [hour.year(), i16::from(hour.month()), i16::from(hour.day()), i16::from(hour.hour())]
        .map(i16::unsigned_abs)
}

/// Whether a folder is a day of the window: what it holds is of few hours, and perhaps of this one.
fn is_a_day(place: &Place) -> bool {
    place.told.len() == WIDTHS.len() - 1
}

/// Names that Hadoop's and Spark's readers pass over, and people who mean to set something aside.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_tell_dates_in_many_letters() {
        let hours = [[2026, 10, 31, 8], [2026, 10, 31, 9], [2026, 11, 1, 0]];
        let ours = |numbers: &[u16]| Name::Ours(numbers.to_vec());
        for (told, name, expected) in [
            (&[][..], "2026", ours(&[2026])),
            (&[], "year=2026", ours(&[2026])),
            (&[], "2026-10-31", ours(&[2026, 10, 31])),
            (&[], "20261031", ours(&[2026, 10, 31])),
            (&[], "2026103108", ours(&[2026, 10, 31, 8])),
            (&[], "2026-10-31T08:15", ours(&[2026, 10, 31, 8])),
            (&[], "dt=2026-11-1", ours(&[2026, 11, 1])),
            (&[], "2025", Name::Elsewhere),
            (&[], "2026-10-30", Name::Elsewhere),
            (&[], "26", Name::Untold),
            (&[], "31-10-2026", Name::Untold),
            (&[], "archive2", Name::Untold),
            (&[], "", Name::Untold),
            (&[], "99999999999999999999999", Name::Untold),
            (&[], "_archive", Name::Hidden),
            (&[], ".trash", Name::Hidden),
            (&[2026], "1031", ours(&[10, 31])),
            (&[2026], "010", ours(&[10])),
            (&[2026], "13", Name::Untold),
            (&[2026, 10], "31", ours(&[31])),
            (&[2026, 10, 31], "8", ours(&[8])),
            (&[2026, 10, 31], "008", ours(&[8])),
            (&[2026, 10, 31], "hour=08", ours(&[8])),
            (&[2026, 10, 31], "0815", ours(&[8])),
            (&[2026, 10, 31], "7", Name::Elsewhere),
            (&[2026, 10, 31], "0", Name::Elsewhere),
            (&[2026, 11, 1], "0", ours(&[0])),
            (&[2026, 10, 31], "25", Name::Untold),
            (&[2026, 10, 31], "08h", Name::Untold),
        ] {
            assert_eq!(read(name, told, &hours), expected, "{name:?} below {told:?}");
        }
    }

    #[test]
    fn data_capture_writes_all_digits() {
        for (name, numbers, level, expected) in [
            ("2026", &[2026][..], 0, true),
            ("08", &[8], 3, true),
            ("8", &[8], 3, false),
            ("hour=08", &[8], 3, false),
            ("20261031", &[2026, 10, 31], 0, false),
        ] {
            assert_eq!(is_as_written(name, numbers, level), expected, "{name}");
        }
    }
}
