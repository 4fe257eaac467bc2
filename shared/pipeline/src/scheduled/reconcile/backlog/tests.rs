use super::*;

/// Hours of the 30th and 31st of October, counted from the first midnight.
fn hour(number: i32) -> Timestamp {
    "2026-10-30T00:00:00Z".parse::<Timestamp>().unwrap() + HOUR * number
}

/// Ten past nine on the 31st, for windows of so many hours.
fn reach(hours: i32) -> Reach {
    let cadence = HOUR * hours;
    Reach { now: hour(33) + HOUR / 6, own: hour(33), cadence, offsets: Offsets::of_length(cadence) }
}

/// A run that is published, over so many hours.
fn published(end: i32, hours: i32) -> Known {
    let window = Window::ending_at(hour(end), HOUR * hours).unwrap();
    Known { window: Some(window), is_published: true, used: Some(1_000), ..Known::default() }
}

fn after_the_first(runs: &BTreeMap<RunKey, Known>) -> Expected {
    runs.keys().next().map_or(Expected::Never, |(scheduled, _)| Expected::After(*scheduled))
}

/// Runs that ended then.
fn executed(hours: i32, ends: impl IntoIterator<Item = i32>) -> Backlog {
    let runs: BTreeMap<RunKey, Known> =
        ends.into_iter().map(|end| ((hour(end), 1), published(end, hours))).collect();
    let expected = after_the_first(&runs);
    Backlog { reach: reach(hours), expected, runs, tries: BTreeMap::new() }
}

fn check(backlog: &Backlog, expected: &[i32]) {
    let decided: Vec<Timestamp> = backlog.decide().into_iter().map(|(end, _)| end).collect();
    assert_eq!(decided, expected.iter().map(|number| hour(*number)).collect::<Vec<_>>());
}

#[test]
fn a_tick_looks_at_what_ended_one_to_24_hours_ago() {
    let looked = |now: Timestamp| Reach { now, ..reach(1) }.windows().collect::<Vec<_>>();
    assert_eq!(looked(hour(33) + HOUR / 6), (10..=32).map(hour).collect::<Vec<_>>());
    assert_eq!(looked(hour(33)), (9..=32).map(hour).collect::<Vec<_>>());
    assert_eq!(looked(hour(33) - SignedDuration::from_nanos(1)), (9..=31).map(hour).collect::<Vec<_>>());
}

#[test]
fn other_cadences_reach_a_day_or_three_windows_back_in_step_with_the_ticks_own() {
    let looked = |reach: Reach| reach.windows().collect::<Vec<_>>();
    let hours = |ends: &[i32]| ends.iter().map(|end| hour(*end)).collect::<Vec<_>>();
    for (cadence, expected) in [
        (6, vec![15, 21, 27]),
        (7, vec![12, 19, 26]),
        (8, vec![9, 17, 25]),
        (24, vec![-39, -15, 9]),
        (168, vec![33 - 3 * 168, 33 - 2 * 168, 33 - 168]),
    ] {
        assert_eq!(looked(reach(cadence)), hours(&expected), "{cadence} hours");
        // A tick that is 50 minutes late sees the same.
        let late = Reach { now: hour(33) + SignedDuration::from_mins(50), ..reach(cadence) };
        assert_eq!(looked(late), hours(&expected), "{cadence} hours, late");
    }
    // A late tick's own window is left to it; those before and after it are in its step.
    let late = Reach { own: hour(9), ..reach(6) };
    assert_eq!(looked(late), hours(&[15, 21, 27]));
    let days: BTreeSet<String> = reach(24).days().map(|day| day.to_string()[..10].to_owned()).collect();
    assert_eq!(
        days.into_iter().collect::<Vec<_>>(),
        ["2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31"]
    );
}

#[test]
fn the_three_oldest_windows_are_taken_on() {
    check(&executed(1, 0..=33), &[]);
    check(&executed(1, (0..=33).filter(|number| *number != 20)), &[20]);
    check(&executed(1, [0, 33]), &[10, 11, 12]);
    check(&executed(1, [9, 12, 20, 33]), &[10, 11, 13]);
    check(&executed(1, [0, 10, 11, 12]), &[13, 14, 15]);
    check(&executed(6, [3, 9, 15, 27, 33]), &[21]);
    check(&executed(24, [-63, 33]), &[-39, -15, 9]);
}

#[test]
fn nothing_before_the_first_execution_is_asked_for() {
    check(&executed(1, []), &[]);
    check(&executed(1, [33]), &[]);
    check(&executed(1, [30]), &[31, 32]);
    check(&executed(24, [-15]), &[9]);
    check(&Backlog { expected: Expected::Never, ..executed(1, [20]) }, &[]);
}

#[test]
fn a_monitor_that_is_watched_since_then_is_made_good_from_then_on() {
    let since = |hours: i32| Expected::From(hour(hours));
    check(&Backlog { expected: since(31), ..executed(1, [20, 33]) }, &[31, 32]);
    check(&Backlog { expected: since(33), ..executed(1, [20]) }, &[]);
    // Its very first hour may be the lost one.
    check(&Backlog { expected: since(32), ..executed(1, []) }, &[32]);
}

/// Somebody judged a window that begins and ends out of step.
#[test]
fn a_window_whose_hours_were_all_judged_is_not_missing_however_they_were_cut() {
    let mut backlog = executed(6, [3, 9, 15, 21, 27, 33]);
    backlog.reach.own = hour(30);
    check(&backlog, &[]);
    // Of 15 to 21, the last three hours are in no execution.
    let mut backlog = executed(6, [3, 9, 15, 27, 33]);
    backlog.runs.insert((hour(18), 1), published(18, 6));
    check(&backlog, &[21]);
    // Windows of a day, judged hourly, slide: each hour was judged.
    check(&executed(24, (-60..=33).filter(|number| *number != 9)), &[]);
    // What cannot be read stands for a window of the usual length.
    let mut backlog = executed(1, (0..=33).filter(|number| *number != 20));
    backlog.runs.insert((hour(20), 1), Known::default());
    check(&backlog, &[]);
}

/// Windows of so many hours that end `lag` hours before their hourly ticks.
fn hourly(hours: i32, lag: i32, ticks: impl IntoIterator<Item = i32>) -> Backlog {
    let offsets = Offsets { start: HOUR * -(lag + hours), end: HOUR * -lag };
    let run = |tick: i32| {
        let window = offsets.window(hour(tick)).unwrap();
        let known = Known { window: Some(window), is_published: true, used: Some(1_000), ..Known::default() };
        ((hour(tick), 1), known)
    };
    let runs: BTreeMap<RunKey, Known> = ticks.into_iter().map(run).collect();
    let (reach, expected) = (Reach { offsets, ..reach(1) }, after_the_first(&runs));
    Backlog { reach, expected, runs, tries: BTreeMap::new() }
}

/// Every hour of a lost tick's window is in its neighbours' executions, too.
#[test]
fn a_lost_tick_of_windows_that_overlap_is_made_good_and_no_other_is_judged_twice() {
    for (hours, lag) in [(24, 0), (6, 0), (2, 0), (24, 24), (168, 24)] {
        check(&hourly(hours, lag, 0..=33), &[]);
        check(&hourly(hours, lag, (0..=33).filter(|tick| ![12, 20].contains(tick))), &[12, 20]);
        check(&hourly(hours, lag, [0, 33]), &[10, 11, 12]);
        check(&hourly(hours, lag, [33]), &[]);
        let mut unreadable = hourly(hours, lag, (0..=33).filter(|tick| *tick != 20));
        unreadable.runs.insert((hour(20), 1), Known::default());
        check(&unreadable, &[]);
    }
    // Hours that follow each other and are judged a day later are known by their scheduled hours.
    check(&hourly(1, 24, (0..=33).filter(|tick| *tick != 20)), &[20]);
    let window = hourly(1, 24, [20]).window(hour(20)).unwrap();
    assert_eq!((window.end(), window.scheduled()), (hour(-4), hour(20)));
    // Every six hours a day is judged: nothing between those ticks was ever asked for.
    let mut backlog = hourly(24, 0, [3, 9, 15, 27, 33]);
    backlog.reach.cadence = HOUR * 6;
    check(&backlog, &[21]);
}

/// A schedule of hours becomes one of days: its earlier runs stand.
#[test]
fn runs_of_other_windows_hold_their_scheduled_hours() {
    let mut backlog = hourly(24, 0, 21..=33);
    backlog.runs.extend((0..=20).filter(|end| *end != 15).map(|end| ((hour(end), 1), published(end, 1))));
    backlog.expected = Expected::After(hour(0));
    check(&backlog, &[15]);
}

#[test]
fn a_late_ticks_own_window_is_left_to_it() {
    let mut backlog = executed(1, [0]);
    backlog.reach.own = hour(10);
    check(&backlog, &[11, 12, 13]);
}

#[test]
fn three_hours_tries_are_the_last_and_one_hour_counts_once() {
    for (tried, expected) in [
        (vec![], Next::Run { failed: 0 }),
        (vec![33], Next::Run { failed: 0 }),
        (vec![31, 32], Next::Run { failed: 2 }),
        (vec![31, 32, 33], Next::Run { failed: 2 }),
        (vec![30, 31, 32], Next::GiveUp),
        (vec![29, 30, 31, 32, 33], Next::GiveUp),
    ] {
        let mut backlog = executed(1, [0, 10, 11, 13]);
        backlog.tries.insert((hour(12), 1), tried.iter().map(|number| hour(*number)).collect());
        assert_eq!(backlog.decide()[0], (hour(12), expected), "{tried:?}");
    }
}

#[test]
fn whatever_is_committed_and_not_published_is_completed_before_anything_is_judged() {
    let mut backlog = executed(1, [0, 11, 12, 13, 14, 15, 33]);
    for end in [11, 13, 14, 15, 33, 0] {
        backlog.runs.get_mut(&(hour(end), 1)).unwrap().is_published = false;
    }
    let again = Known { is_published: false, ..published(12, 1) };
    backlog.runs.insert((hour(12), 2), again);
    // Another monitor's, or one that cannot be read: it is not ours to complete.
    backlog.runs.insert((hour(16), 1), Known::default());
    let expected = [
        (11, Next::Complete(1)),
        (12, Next::Complete(2)),
        (13, Next::Complete(1)),
        (14, Next::Complete(1)),
        (15, Next::Complete(1)),
        (10, Next::Run { failed: 0 }),
        (17, Next::Run { failed: 0 }),
        (18, Next::Run { failed: 0 }),
    ];
    assert_eq!(backlog.decide(), expected.map(|(end, next)| (hour(end), next)));
}

/// What is decided where a run met so many late records of the hour that ended at 20, which used a thousand.
fn with_late(late: u64, change: impl Fn(&mut Backlog)) -> Vec<(Timestamp, Next)> {
    let mut backlog = executed(1, 0..=33);
    backlog.runs.get_mut(&(hour(21), 1)).unwrap().late.insert(hour(20), late);
    change(&mut backlog);
    backlog.decide()
}

#[test]
fn a_window_is_opened_again_once_where_more_than_one_in_a_hundred_records_came_late() {
    let (nothing, opened) = (Vec::new(), vec![(hour(20), Next::Reopen)]);
    assert_eq!(with_late(10, |_| ()), nothing, "one in a hundred of a thousand");
    assert_eq!(with_late(11, |_| ()), opened);
    let used = |used: Option<u64>| {
        move |backlog: &mut Backlog| backlog.runs.get_mut(&(hour(20), 1)).unwrap().used = used
    };
    assert_eq!(with_late(1, used(Some(0))), opened, "an hour that seemed empty");
    assert_eq!(with_late(11, used(None)), nothing, "no captured record decided it");
    let again = |backlog: &mut Backlog| drop(backlog.runs.insert((hour(20), 2), published(20, 1)));
    assert_eq!(with_late(11, again), nothing, "once");
    // Its second run has met the same records: they are not added up.
    let twice = |backlog: &mut Backlog| {
        let second = Known { late: [(hour(20), 6)].into(), ..published(21, 1) };
        backlog.runs.insert((hour(21), 2), second);
    };
    assert_eq!(with_late(6, twice), nothing);
    let tried = |backlog: &mut Backlog| {
        backlog.tries.insert((hour(20), 2), [30, 31, 32].map(hour).into());
    };
    assert_eq!(with_late(11, tried), nothing, "tried in three hours");
    let mut old = executed(1, 0..=33);
    old.runs.get_mut(&(hour(10), 1)).unwrap().late.insert(hour(9), 500);
    assert_eq!(old.decide(), nothing, "out of reach");
    // Those without a verdict come first, and three windows are enough.
    let missing =
        |backlog: &mut Backlog| backlog.runs.retain(|(end, _), _| ![12, 14, 16].map(hour).contains(end));
    let ends: Vec<Timestamp> = with_late(11, missing).into_iter().map(|(end, _)| end).collect();
    assert_eq!(ends, [12, 14, 16].map(hour));
}

#[test]
fn a_window_that_waited_for_labels_is_looked_at_in_later_hours_until_most_have_come() {
    let looked = |labelled, change: &dyn Fn(&mut Backlog)| {
        let mut backlog = executed(1, 0..=33);
        backlog.runs.values_mut().for_each(|run| run.labelled = Some((1_000, labelled)));
        change(&mut backlog);
        backlog.decide()
    };
    let look = |end: i32, is_last| (hour(end), Next::Look { is_last });
    let later = [21, 25, 27, 29, 31, 32].map(|end| look(end, false));
    let all: Vec<(Timestamp, Next)> = [look(10, true)].into_iter().chain(later).collect();
    assert_eq!(looked(0, &|_| ()), all, "1, 2, 4, 6, 8, 12 and 23 hours after their ticks");
    // A tick every six hours looks 6 and 12 hours after, and by the last that reaches it; one a day, by the first and the last.
    for (hours, ends, expected) in [
        (6, &[9, 15, 21, 27, 33][..], &[look(15, true), look(21, false), look(27, false)][..]),
        (24, &[-63, -39, -15, 9, 33], &[look(-39, true), look(9, false)]),
    ] {
        let mut backlog = executed(hours, ends.iter().copied());
        backlog.runs.values_mut().for_each(|run| run.labelled = Some((1_000, 0)));
        assert_eq!(backlog.decide(), expected, "every {hours} hours");
    }
    assert_eq!(looked(899, &|_| ()), all);
    assert_eq!(looked(900, &|_| ()), []);
    let second = |backlog: &mut Backlog| drop(backlog.runs.insert((hour(32), 2), published(32, 1)));
    assert_eq!(looked(0, &second).len(), 6, "once");
    // A window that is opened for its late records is not looked at besides, and a missing one comes before.
    let late = |backlog: &mut Backlog| {
        backlog.runs.get_mut(&(hour(33), 1)).unwrap().late.insert(hour(31), 500);
        backlog.runs.remove(&(hour(30), 1));
    };
    let mixed = looked(0, &late);
    let first = [(hour(30), Next::Run { failed: 0 }), (hour(31), Next::Reopen), look(10, true)];
    assert_eq!((mixed.len(), &mixed[..3]), (8, &first[..]));
}
