use super::*;
use crate::route::verdict::Evidence;
use bellwether_contract::execution::Status;
use bellwether_contract::json::from_slice;
use std::collections::{BTreeMap, BTreeSet};

const MONDAY: &str = "2026-10-26T00:00:00Z";
const SIX_HOURS: SignedDuration = SignedDuration::from_hours(6);

/// One line of a script: hour of the window's end (counted from Monday 00:00), `r2` for a second verdict (`!` where the first
/// had violations), `@h` where it is routed so many hours after its end and not at once, status, what is violated, what is not
/// evaluated, and the news expected of it.
fn play(script: &str) -> RoutingState {
    play_on(empty(), script)
}

fn play_on(mut state: RoutingState, script: &str) -> RoutingState {
    let mut now = Timestamp::MIN;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (given, expected) = line.split_once("=>").expect("=>");
        let (verdict, earliest) = routed(given);
        now = now.max(earliest);
        let (next, decision) = decide(&state, &verdict, now, SIX_HOURS);
        assert_eq!(shown(&decision), expected.trim(), "{line}");
        if matches!(decision, Decision::Silent(Silence::Older)) {
            assert_eq!(next, state, "{line}");
        }
        if matches!(&decision, Decision::Tell(news) if news.iter().any(|news| news.kind == NewsKind::Earlier))
        {
            let still = |state: &RoutingState| {
                let incident = state.incident.clone();
                incident.map(|incident| (incident.since, incident.windows, incident.silent))
            };
            assert_eq!((still(&next), &next.newest), (still(&state), &state.newest), "{line}");
            let open = |state: &RoutingState| -> BTreeSet<ViolatedConstraint> {
                let open = state.incident.iter().flat_map(|incident| &incident.violations);
                open.map(|open| open.violated.clone()).collect()
            };
            assert!(open(&next).is_superset(&open(&state)), "{line}");
        }
        state = next;
    }
    state
}

fn empty() -> RoutingState {
    from_slice(
        "state",
        br#"{"version": 1, "endpoint_name": "e", "variant_name": "v", "monitoring_schedule_name": "s"}"#,
    )
    .unwrap()
}

fn violated(word: &str) -> (ViolatedConstraint, Severity) {
    let (check, feature, severity) = match word {
        "capture" => ("capture_corrupt_check", "capture", Severity::Info),
        "side" => ("capture_side_check", "capture", Severity::Info),
        "side!" => ("capture_side_check", "capture", Severity::Warning),
        "no_data" => ("no_data_check", "capture", Severity::Warning),
        "mean_floor" => ("LessThanThreshold", "diversity", Severity::Critical),
        _ => ("LessThanThreshold", "diversity", Severity::Warning),
    };
    let violated = ViolatedConstraint {
        constraint_check_type: check.to_owned(),
        feature_name: Some(feature.to_owned()),
        metric_name: Some(word.trim_end_matches('!').to_owned()),
        rest: None,
    };
    (violated, severity)
}

fn routed(given: &str) -> (RoutedVerdict, Timestamp) {
    let words: Vec<&str> = given.split_whitespace().collect();
    let [when, status, found, unseen] = words[..] else { panic!("{given}") };
    let (when, late) = when.split_once('@').unwrap_or((when, "0"));
    let (hour, revision) = when.split_once('r').unwrap_or((when, "1"));
    let (revision, first_had_violations) =
        revision.strip_suffix('!').map_or((revision, false), |r| (r, true));
    let (hour, digest) = hour.split_once('#').unwrap_or((hour, when));
    let hours = |text: &str| SignedDuration::from_hours(text.parse().unwrap());
    let window_end = MONDAY.parse::<Timestamp>().unwrap() + hours(hour);
    let list = |text: &str| -> Vec<String> {
        text.split(',').filter(|word| *word != "-").map(str::to_owned).collect()
    };
    let status = match status {
        "Completed" if found != "-" => Status::CompletedWithViolations,
        "Completed" => Status::Completed,
        "NoData" => Status::CompletedNoData,
        "Inconclusive" => Status::Inconclusive,
        "Failed" => Status::Failed,
        other => panic!("{other}"),
    };
    let judged = matches!(status, Status::Completed | Status::CompletedWithViolations) && found != "no_data";
    let violations: BTreeMap<_, _> = list(found).iter().map(|word| violated(word)).collect();
    let unseen = list(unseen);
    let all = ["mean", "p5", "mean_floor", "capture", "side", "no_data"].map(str::to_owned);
    let held = all.into_iter().filter(|name| judged && !unseen.contains(name));
    let worst = violations.values().copied().max();
    let verdict = RoutedVerdict {
        run: RoutedRun {
            window_end,
            revision: revision.parse().unwrap(),
            digest: format!("d{digest}"),
            worst,
            violates: status == Status::CompletedWithViolations && worst >= Some(Severity::Warning),
        },
        cadence: SignedDuration::from_hours(1),
        window_start: window_end - SignedDuration::from_hours(1),
        status,
        violations,
        judged,
        evidence: Evidence { held: held.collect(), ..Evidence::default() },
        first_had_violations,
    };
    (verdict, window_end + hours(late))
}

fn shown(decision: &Decision) -> String {
    match decision {
        Decision::Silent(silence) => format!("{silence:?}").to_lowercase(),
        Decision::Tell(news) => news.iter().map(shown_news).collect::<Vec<_>>().join(" & "),
    }
}

/// `KIND severity`, with the worst that filters are told in brackets where it is another.
fn shown_news(news: &News) -> String {
    let names = |list: &[ViolatedConstraint]| -> String {
        list.iter().filter_map(|violated| violated.metric_name.clone()).collect::<Vec<_>>().join(",")
    };
    let mut text = format!("{} {}", news.kind.as_str().to_uppercase(), news.severity);
    if news.worst != news.severity {
        text.push_str(&format!("({})", news.worst));
    }
    for (sign, list) in [("+", &news.added), ("-", &news.gone), ("?", &news.unproven), ("~", &news.lapsed)] {
        if !list.is_empty() {
            text.push_str(&format!(" {sign}{}", names(list)));
        }
    }
    text.push_str(&format!(" windows={} silent={}", news.windows, news.silent));
    if news.open { text } else { format!("{text} closed") }
}

#[test]
fn a_week() {
    let state = play(
        "
        1    Completed    -              -     => healthy
        2    Completed    -              -     => healthy
        2    Completed    -              -     => known
        4    NoData       -              -     => unproven
        3    Completed    -              -     => older
        13   Completed    mean_floor,p5  -     => ANNOUNCED critical +mean_floor,p5 windows=1 silent=0
        13   Completed    mean_floor,p5  -     => known
        14   Completed    mean_floor,p5  -     => same
        15   NoData       -              -     => unproven
        16   Completed    mean_floor,p5  -     => same
        12   Completed    -              -     => older
        17   NoData       -              -     => unproven
        18   Completed    mean_floor,p5  -     => same
        19   Completed    mean_floor,p5  -     => REMINDER critical windows=5 silent=3
        20   Completed    mean_floor,p5  -     => same
        21   Completed    p5             -     => CHANGED warning(critical) -mean_floor windows=7 silent=1
        22   Completed    p5,mean        -     => CHANGED warning +mean windows=8 silent=0
        23   Failed       -              -     => unproven
        24   Completed    -              -     => RESOLVED critical -mean,p5 windows=8 silent=0 closed
        24   Completed    -              -     => known
        25   Completed    -              -     => healthy
        30   Completed    capture        -     => ANNOUNCED info +capture windows=1 silent=0
        31   Completed    -              -     => RESOLVED info -capture windows=1 silent=0 closed
        ",
    );
    assert_eq!(state.incident, None);
    assert_eq!(state.newest.unwrap().digest, "d31");
}

#[test]
fn reminders_are_counted_in_windows_and_go_on_through_hours_that_prove_nothing() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        6    Completed    mean_floor     -     => same
        7    Completed    mean_floor     -     => REMINDER critical windows=3 silent=1
        12   Completed    mean_floor     -     => same
        20   Completed    mean_floor     -     => REMINDER critical windows=5 silent=1
        23   Failed       -              -     => unproven
        26   NoData       -              -     => REMINDER critical ?mean_floor windows=5 silent=0
        31   NoData       -              -     => unproven
        32   Failed       -              -     => REMINDER critical ?mean_floor windows=5 silent=0
        33   Completed    -              -     => RESOLVED critical -mean_floor windows=5 silent=0 closed
        ",
    );
}

#[test]
fn what_was_not_evaluated_stays_open_whatever_else_is_well() {
    play(
        "
        1    Completed    mean_floor,p5  -              => ANNOUNCED critical +mean_floor,p5 windows=1 silent=0
        2    Completed    -              mean_floor,p5  => unproven
        3    Completed    no_data        mean_floor,p5  => CHANGED critical +no_data ?mean_floor,p5 windows=2 silent=0
        4    Completed    -              p5             => CHANGED warning(critical) -mean_floor,no_data ?p5 windows=2 silent=0
        5    Failed       capture        mean_floor,p5  => CHANGED warning +capture ?p5 windows=3 silent=0
        6    Failed       -              -              => unproven
        7    Completed    -              -              => RESOLVED critical -p5,capture windows=3 silent=0 closed
        ",
    );
}

/// A renamed metric, a changed k, a column that left the constraints.
#[test]
fn what_is_not_evaluated_for_a_day_is_told_as_no_longer_judged_once() {
    play(
        "
        1    Completed    mean_floor,p5  -              => ANNOUNCED critical +mean_floor,p5 windows=1 silent=0
        2    Completed    p5             mean_floor     => same
        8    Completed    p5             mean_floor     => REMINDER critical ?mean_floor windows=3 silent=1
        14   Completed    p5             mean_floor     => REMINDER critical ?mean_floor windows=4 silent=0
        24   Completed    p5             mean_floor     => REMINDER critical ?mean_floor windows=5 silent=0
        25   Completed    p5             mean_floor     => CHANGED warning(critical) ~mean_floor windows=6 silent=0
        26   Completed    p5             mean_floor     => same
        27   NoData       -              -              => unproven
        50   NoData       -              -              => NO_LONGER_JUDGED critical ~p5 windows=7 silent=1 closed
        51   Completed    -              p5,mean_floor  => healthy
        ",
    );
}

#[test]
fn a_first_verdict_of_missing_data_is_announced_only_where_the_policy_made_it_a_violation() {
    play(
        "
        1    NoData       -              mean_floor       => unproven
        2    Completed    no_data        -                => ANNOUNCED warning +no_data windows=1 silent=0
        3    Completed    -              no_data          => unproven
        4    Completed    -              -                => RESOLVED warning -no_data windows=1 silent=0 closed
        ",
    );
}

#[test]
fn the_same_check_that_matters_more_is_news() {
    play(
        "
        1    Completed    side           -     => ANNOUNCED info +side windows=1 silent=0
        2    Failed       side!          -     => CHANGED warning +side windows=2 silent=0
        3    Failed       side!          -     => same
        4    Completed    side           -     => same
        5    Completed    -              -     => RESOLVED warning -side windows=4 silent=2 closed
        ",
    );
}

#[test]
fn windows_of_which_nothing_was_judged_are_told_at_once_then_daily_and_their_end_once() {
    play(
        "
        1    Completed    -              -     => healthy
        2    Inconclusive -              -     => NOT_JUDGED info windows=1 silent=0
        3    Inconclusive -              -     => notjudged
        3    Inconclusive -              -     => known
        4    NoData       -              -     => notjudged
        25   Inconclusive -              -     => notjudged
        26   Inconclusive -              -     => NOT_JUDGED info windows=4 silent=0
        49   Inconclusive -              -     => notjudged
        50   Inconclusive -              -     => NOT_JUDGED info windows=6 silent=0
        51   Completed    -              -     => JUDGED_AGAIN info windows=6 silent=0 closed
        52   Completed    -              -     => healthy
        53   Inconclusive -              -     => NOT_JUDGED info windows=1 silent=0
        54   NoData       -              -     => notjudged
        77   NoData       -              -     => JUDGED_AGAIN info windows=1 silent=0 closed
        78   NoData       -              -     => unproven
        ",
    );
}

#[test]
fn blindness_neither_opens_nor_closes_what_was_found() {
    play(
        "
        1    Completed    p5             -     => ANNOUNCED warning +p5 windows=1 silent=0
        2    Inconclusive -              -     => NOT_JUDGED info windows=1 silent=0
        3    Inconclusive -              -     => unproven
        7    Inconclusive -              -     => REMINDER warning ?p5 windows=1 silent=0
        8    Completed    p5             -     => JUDGED_AGAIN info windows=3 silent=0 closed
        9    Inconclusive capture        -     => CHANGED warning +capture ?p5 windows=3 silent=1 & NOT_JUDGED info windows=1 silent=0
        10   Completed    -              -     => RESOLVED warning -p5,capture windows=3 silent=0 closed & JUDGED_AGAIN info windows=1 silent=0 closed
        ",
    );
}

#[test]
fn a_window_that_was_judged_again_is_corrected_once() {
    let state = play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        1r2! Completed    -              -     => CORRECTION critical -mean_floor windows=1 silent=0 closed
        1r2! Completed    -              -     => known
        1    Completed    mean_floor     -     => known
        2    Completed    -              -     => healthy
        2r2  Completed    -              -     => healthy
        2r2  Completed    -              -     => known
        3    Completed    -              -     => healthy
        3r2  Completed    mean_floor     -     => CORRECTION critical +mean_floor windows=1 silent=0
        4    Completed    mean_floor     -     => same
        5    Completed    mean_floor     -     => same
        5r2! Completed    mean_floor     -     => CORRECTION critical windows=3 silent=2
        6r2  Completed    mean_floor,p5  -     => CHANGED critical +p5 windows=4 silent=0
        6    Completed    -              -     => older
        ",
    );
    assert!(state.incident.is_some());
}

#[test]
fn an_older_window_that_was_judged_again_is_told_by_what_it_says_now() {
    play(
        "
        1    Completed    -              -     => healthy
        2    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        3    Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        2r2! Completed    -              -     => CORRECTION info(critical) windows=0 silent=0 closed
        2r2! Completed    -              -     => known
        1r2  Completed    p5             -     => CORRECTION warning windows=1 silent=0
        1r2  Completed    p5             -     => known
        1#x  Completed    mean           -     => older
        4    Completed    -              -     => RESOLVED warning -p5 windows=1 silent=0 closed
        5    Completed    -              -     => healthy
        ",
    );
}

#[test]
fn an_identical_second_verdict_is_no_correction_and_a_run_that_was_made_anew_is() {
    play(
        "
        1    Completed    p5             -     => ANNOUNCED warning +p5 windows=1 silent=0
        1#1r2! Completed  p5             -     => known
        1#b  Completed    -              -     => older
        2    Completed    p5             -     => same
        2#b  Completed    -              -     => CORRECTION warning -p5 windows=2 silent=1 closed
        2#b  Completed    -              -     => known
        3    Completed    -              -     => healthy
        2#c  Completed    p5             -     => CORRECTION warning windows=1 silent=0
        2#c  Completed    p5             -     => known
        ",
    );
}

#[test]
fn an_inconclusive_second_verdict_resolves_nothing() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        1r2! NoData       -              -     => CORRECTION critical ?mean_floor windows=1 silent=0
        2    Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        ",
    );
}

#[test]
fn a_second_verdict_of_a_quiet_window_that_completes_resolves() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        2    NoData       -              -     => unproven
        2r2  Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        ",
    );
}

#[test]
fn remembered_verdicts_are_limited() {
    let mut state = play("900 Completed - - => healthy");
    for hour in 1..=RoutingState::MOST_ROUTED + 5 {
        let (verdict, _) = routed(&format!("{hour}r2! Completed - -"));
        let now = state.newest.as_ref().unwrap().window_end;
        let (next, decision) = decide(&state, &verdict, now, SIX_HOURS);
        assert!(matches!(decision, Decision::Tell(_)), "{hour}");
        state = next;
    }
    assert_eq!(state.routed.len(), RoutingState::MOST_ROUTED);
    assert_eq!(state.routed[0].digest, "d6r2!");
}

/// S3 promises no order, and the reconciler makes hours good when newer ones were routed before.
#[test]
fn a_late_violating_window_of_the_last_day_is_told_and_moves_nothing() {
    play(
        "
        8     Completed    -              -     => healthy
        7@1   Completed    mean_floor     -     => EARLIER critical +mean_floor windows=1 silent=0
        7@1   Completed    mean_floor     -     => known
        6@3   Completed    -              -     => older
        9     NoData       -              -     => unproven
        10    Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        11    Completed    p5             -     => ANNOUNCED warning +p5 windows=1 silent=0
        5@7   Completed    mean_floor,p5  -     => EARLIER critical +mean_floor,p5 windows=1 silent=0
        12    Completed    p5             -     => CHANGED warning(critical) -mean_floor windows=2 silent=0
        2@11  NoData       no_data        -     => EARLIER warning +no_data windows=1 silent=0
        4@24  Completed    mean_floor     -     => EARLIER critical +mean_floor windows=1 silent=0
        3@25  Completed    mean_floor     -     => older
        13    Completed    -              -     => RESOLVED critical -mean_floor,p5,no_data windows=2 silent=0 closed
        14    Completed    -              -     => healthy
        ",
    );
}

#[test]
fn what_was_told_of_an_earlier_hour_ends_with_the_incident_that_begins_after_it() {
    play(
        "
        8     Completed    -              -     => healthy
        7@1   Completed    mean_floor     -     => EARLIER critical +mean_floor windows=1 silent=0
        6@2   Completed    p5             -     => EARLIER warning +p5 windows=1 silent=0
        9     Completed    p5             -     => ANNOUNCED warning(critical) +p5 -mean_floor windows=1 silent=0
        10    Completed    -              -     => RESOLVED critical -p5 windows=1 silent=0 closed
        11    Completed    -              -     => healthy
        3@8   Completed    p5             -     => EARLIER warning +p5 windows=1 silent=0
        3r2!  Completed    -              -     => CORRECTION info(warning) windows=0 silent=0 closed
        12    Completed    -              -     => healthy
        5@7   Completed    p5             -     => EARLIER warning +p5 windows=1 silent=0
        28    Completed    -              p5    => unproven
        29    Completed    -              p5    => NO_LONGER_JUDGED warning ~p5 windows=1 silent=0 closed
        ",
    );
}

/// What was told of an earlier hour is well where a newer one held that very check, and not where another incident ends.
#[test]
fn what_an_earlier_hour_found_stays_open_until_a_newer_one_holds_it() {
    play(
        "
        8     Completed    -              -           => healthy
        7@1   Completed    mean_floor     -           => EARLIER critical +mean_floor windows=1 silent=0
        9     Completed    p5             mean_floor  => ANNOUNCED critical +p5 ?mean_floor windows=1 silent=0
        10    Completed    -              mean_floor  => CHANGED critical -p5 ?mean_floor windows=1 silent=0
        11    Completed    -              -           => RESOLVED critical -mean_floor windows=1 silent=0 closed
        20    Completed    p5             -           => ANNOUNCED warning +p5 windows=1 silent=0
        19@2  Completed    mean_floor     -           => EARLIER critical +mean_floor windows=1 silent=0
        22    Completed    -              mean_floor  => CHANGED critical -p5 ?mean_floor windows=1 silent=0
        43    Completed    -              mean_floor  => NO_LONGER_JUDGED critical ~mean_floor windows=1 silent=0 closed
        ",
    );
}

/// One that lapses while another is waited for is told with the end.
#[test]
fn earlier_hours_end_as_well_only_where_all_that_they_found_was_held() {
    play(
        "
        10    Completed    -              -           => healthy
        5@5   Completed    p5             -           => EARLIER warning +p5 windows=1 silent=0
        9@2   Completed    mean_floor     -           => EARLIER critical +mean_floor windows=1 silent=0
        30    Completed    -              mean_floor,p5 => unproven
        31    Completed    -              p5          => NO_LONGER_JUDGED critical -mean_floor ~p5 windows=2 silent=0 closed
        ",
    );
}

/// A state from ahead of now, by somebody's clock or test, holds no later hour back.
#[test]
fn a_newest_window_that_has_not_ended_is_as_if_it_were_not_there() {
    let ahead = play(
        "
        1     Completed    -              -     => healthy
        9000  Completed    p5             -     => ANNOUNCED warning +p5 windows=1 silent=0
        ",
    );
    let state = play_on(
        ahead.clone(),
        "
        2     Completed    p5             -     => same
        8     Completed    p5             -     => REMINDER warning windows=3 silent=1
        9     Completed    -              -     => RESOLVED warning -p5 windows=3 silent=0 closed
        ",
    );
    assert_eq!(state.newest.unwrap().digest, "d9");
    play_on(ahead, "2 Completed mean_floor - => CHANGED critical +mean_floor -p5 windows=2 silent=0");
}

/// What a person must hear, kept without any of the states above: pages by their keys, and what is known of each check.
#[derive(Default)]
struct Listener {
    told: BTreeSet<(Timestamp, u8, String)>,
    /// Open pages: what was heard loudest while they were open.
    pages: BTreeMap<&'static str, Severity>,
    /// Checks that were found violated in the newest windows, and when they were last evaluated.
    bad: BTreeMap<ViolatedConstraint, Timestamp>,
    newest: Option<(Timestamp, u8)>,
    routed: BTreeMap<Timestamp, u8>,
}

impl Listener {
    fn hear(&mut self, verdict: &RoutedVerdict, now: Timestamp, before: &RoutingState, decision: &Decision) {
        let run = &verdict.run;
        let id = (run.window_end, run.revision, run.digest.clone());
        let is_superseded = self.routed.get(&run.window_end).is_some_and(|revision| *revision > run.revision);
        let is_first = !self.told.contains(&id);
        let moves = is_first && !is_superseded && self.newest.is_none_or(|newest| newest.0 <= run.window_end);
        if moves {
            self.newest = Some((run.window_end, run.revision));
            self.learn(verdict);
        }
        let news = match decision {
            Decision::Tell(news) => news.as_slice(),
            Decision::Silent(_) => &[],
        };
        assert!(is_first || news.is_empty(), "told twice");
        assert!(!is_superseded || news.is_empty(), "a newer verdict on this window was routed");
        let is_of_the_last_day = now.duration_since(run.window_end) <= A_DAY;
        if is_first && !is_superseded && !verdict.violations.is_empty() && is_of_the_last_day {
            let open = before.incident.iter().flat_map(|incident| &incident.violations);
            let open: BTreeSet<&ViolatedConstraint> = open.map(|open| &open.violated).collect();
            let covered = |violated: &ViolatedConstraint| open.contains(violated);
            let is_heard = !news.is_empty() || verdict.violations.keys().all(covered);
            assert!(is_heard, "a violating window of the last day is not heard");
        }
        news.iter().for_each(|news| self.page(news, verdict));
        if is_first && (moves || !news.is_empty()) {
            self.told.insert(id);
            let revision = self.routed.entry(run.window_end).or_default();
            *revision = run.revision.max(*revision);
        }
    }

    fn learn(&mut self, verdict: &RoutedVerdict) {
        let is_over = matches!(verdict.status, Status::Completed | Status::CompletedWithViolations);
        let held = |violated: &ViolatedConstraint| {
            is_over && verdict.evidence.held.contains(violated.metric_name.as_deref().unwrap_or_default())
        };
        self.bad.retain(|violated, _| !held(violated));
        let end = verdict.run.window_end;
        self.bad.extend(verdict.violations.keys().map(|violated| (violated.clone(), end)));
    }

    fn page(&mut self, news: &News, verdict: &RoutedVerdict) {
        let key = if news.kind.is_about_judging() { "judging" } else { "violations" };
        for lapsed in &news.lapsed {
            if let Some(last) = self.bad.remove(lapsed) {
                assert!(verdict.run.window_end.duration_since(last) >= A_DAY, "{lapsed:?} lapsed early");
            }
        }
        assert!(news.kind != NewsKind::Resolved || !news.open, "resolved and open");
        if news.kind == NewsKind::Resolved {
            assert_eq!(self.bad.keys().collect::<Vec<_>>(), Vec::<&ViolatedConstraint>::new(), "resolved");
        }
        if news.open {
            let loudest = self.pages.entry(key).or_insert(news.worst);
            *loudest = news.worst.max(*loudest);
        } else if let Some(loudest) = self.pages.remove(key) {
            assert!(
                news.worst >= loudest || news.kind == NewsKind::Correction,
                "{loudest} heard the beginning only"
            );
        }
        assert!(
            verdict.violations.is_empty() || news.kind != NewsKind::Correction || news.open,
            "a correction"
        );
    }
}

/// 48 hours with random verdicts, in any order, twice, judged again; then a day and more in which all is well.
#[test]
fn whatever_comes_in_whatever_order_a_person_hears_what_they_must() {
    for seed in 0..1_000 {
        let lived = std::panic::catch_unwind(|| live(seed));
        assert!(lived.is_ok(), "seed {seed} failed");
    }
}

fn live(seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let (mut state, mut listener) = (empty(), Listener::default());
    let mut deliveries = Vec::new();
    for hour in 1..=48_i64 {
        let late = if rng.u8(0..4) == 0 { rng.i64(0..30) } else { 0 };
        let given = drawn(&mut rng, &hour.to_string());
        deliveries.push((hour + late, given.clone()));
        if rng.u8(0..6) == 0 {
            deliveries.push((hour + late + rng.i64(0..6), given.clone()));
        }
        if rng.u8(0..10) == 0 {
            let had = if given.split(' ').nth(2) == Some("-") { "" } else { "!" };
            let again = drawn(&mut rng, &format!("{hour}r2{had}"));
            deliveries.push((hour + late + rng.i64(0..8), again.clone()));
            deliveries.push((hour + late + rng.i64(0..8), again));
        }
    }
    rng.shuffle(&mut deliveries);
    deliveries.sort_by_key(|(at, _)| *at);
    deliveries.extend((80..110).map(|hour| (hour, format!("{hour} Completed - -"))));
    for (at, given) in deliveries {
        let now = MONDAY.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(at);
        let (verdict, _) = routed(&given);
        let (next, decision) = decide(&state, &verdict, now, SIX_HOURS);
        listener.hear(&verdict, now, &state, &decision);
        state = next;
    }
    assert_eq!((&state.incident, &state.earlier, &state.blind), (&None, &None, &None));
    assert_eq!(listener.pages, BTreeMap::new(), "nothing stays open for ever");
}

fn drawn(rng: &mut fastrand::Rng, when: &str) -> String {
    let found = rng.choice(["-", "-", "-", "mean_floor", "p5", "mean_floor,p5", "capture", "side"]).unwrap();
    let unseen = rng.choice(["-", "-", "-", "p5", "mean_floor,capture", "side"]).unwrap();
    let unseen = if unseen.split(',').any(|word| found.contains(word)) { "-" } else { unseen };
    match rng.u8(0..8) {
        0 => format!("{when} Inconclusive - -"),
        1 => format!("{when} NoData - -"),
        2 => format!("{when} Failed {} -", rng.choice(["-", "capture", "side!"]).unwrap()),
        _ => format!("{when} Completed {found} {unseen}"),
    }
}
