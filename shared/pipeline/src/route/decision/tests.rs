use super::*;
use bellwether_contract::json::from_slice;

/// One line of a script: hour of the window's end (counted from Monday 00:00), revision, status, what is violated, what
/// was not evaluated, and the news expected of it.
fn play(script: &str) -> RoutingState {
    let mut state = empty();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (given, expected) = line.split_once("=>").expect("=>");
        let before = state.clone();
        let (next, decision) = decide(&state, &verdict(given), SignedDuration::from_hours(6));
        assert_eq!(shown(&decision), expected.trim(), "{line}");
        if matches!(decision, Decision::Silent(Silence::Older | Silence::Known)) {
            assert_eq!(next, before, "{line}");
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

fn violated(word: &str) -> ViolatedConstraint {
    let (check, feature) = match word {
        "capture" => ("capture_corrupt_check", "capture"),
        "no_data" => ("no_data_check", "capture"),
        _ => ("LessThanThreshold", "diversity"),
    };
    ViolatedConstraint {
        constraint_check_type: check.to_owned(),
        feature_name: Some(feature.to_owned()),
        metric_name: (word != "no_data").then(|| word.to_owned()),
    }
}

fn verdict(given: &str) -> Verdict {
    let words: Vec<&str> = given.split_whitespace().collect();
    let [when, status, found, unseen] = words[..] else { panic!("{given}") };
    let (hour, revision) = when.split_once('r').unwrap_or((when, "1"));
    let (revision, first_had_violations) =
        revision.strip_suffix('!').map_or((revision, false), |r| (r, true));
    let monday: Timestamp = "2026-10-26T00:00:00Z".parse().unwrap();
    let window_end = monday + SignedDuration::from_hours(hour.parse().unwrap());
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
    let mut evaluated: BTreeSet<String> =
        ["mean", "p5", "mean_floor", "capture"].into_iter().map(str::to_owned).collect();
    list(unseen).iter().for_each(|unseen| {
        evaluated.remove(unseen);
    });
    Verdict {
        run: RoutedRun { window_end, revision: revision.parse().unwrap(), digest: format!("d{when}") },
        window_start: window_end - SignedDuration::from_hours(1),
        status,
        violations: list(found).iter().map(|word| violated(word)).collect(),
        evaluated,
        not_evaluable: list(unseen).into_iter().collect(),
        first_had_violations,
    }
}

fn shown(decision: &Decision) -> String {
    match decision {
        Decision::Silent(silence) => format!("{silence:?}").to_lowercase(),
        Decision::Tell(news) => {
            let names = |list: &[ViolatedConstraint]| -> String {
                let name =
                    |violated: &ViolatedConstraint| violated.metric_name.clone().unwrap_or("no_data".into());
                list.iter().map(name).collect::<Vec<_>>().join(",")
            };
            let mut text = format!("{} {}", news.kind.as_str().to_uppercase(), news.severity);
            for (sign, list) in [("+", &news.added), ("-", &news.gone), ("?", &news.unproven)] {
                if !list.is_empty() {
                    text.push_str(&format!(" {sign}{}", names(list)));
                }
            }
            text.push_str(&format!(" windows={} silent={}", news.windows, news.silent));
            if news.open { text } else { format!("{text} closed") }
        }
    }
}

#[test]
fn a_week() {
    let state = play(
        "
        1    Completed    -              -     => healthy
        2    Completed    -              -     => healthy
        2    Completed    -              -     => known
        4    NoData       -              -     => healthy
        3    Completed    mean_floor     -     => older
        13   Completed    mean_floor,p5  -     => ANNOUNCED critical +mean_floor,p5 windows=1 silent=0
        13   Completed    mean_floor,p5  -     => known
        14   Completed    mean_floor,p5  -     => same
        15   Inconclusive -              -     => unproven
        16   Completed    mean_floor,p5  -     => same
        12   Completed    -              -     => older
        17   NoData       -              -     => unproven
        18   Completed    mean_floor,p5  -     => same
        19   Completed    mean_floor,p5  -     => REMINDER critical windows=5 silent=3
        20   Completed    mean_floor,p5  -     => same
        21   Completed    p5             -     => CHANGED critical -mean_floor windows=7 silent=1
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
fn reminders_are_counted_in_windows_and_come_again_and_again() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        6    Completed    mean_floor     -     => same
        7    Completed    mean_floor     -     => REMINDER critical windows=3 silent=1
        12   Completed    mean_floor     -     => same
        20   Completed    mean_floor     -     => REMINDER critical windows=5 silent=1
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
        4    Completed    -              p5             => CHANGED critical -mean_floor,no_data ?p5 windows=2 silent=0
        5    Inconclusive capture        mean_floor,p5  => CHANGED warning +capture ?p5 windows=3 silent=0
        6    Failed       -              -              => unproven
        7    Completed    -              -              => RESOLVED critical -p5,capture windows=3 silent=0 closed
        ",
    );
}

#[test]
fn a_first_verdict_of_missing_data_is_announced_only_where_the_policy_made_it_a_violation() {
    play(
        "
        1    NoData       -              mean_floor     => healthy
        2    Completed    no_data        mean_floor     => ANNOUNCED warning +no_data windows=1 silent=0
        3    Completed    -              capture        => unproven
        4    Completed    -              -              => RESOLVED warning -no_data windows=1 silent=0 closed
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
        1    Completed    mean_floor     -     => older
        2    Completed    -              -     => healthy
        2r2  Completed    -              -     => healthy
        2r2  Completed    -              -     => known
        3    Completed    -              -     => healthy
        3r2  Completed    mean_floor     -     => CORRECTION critical +mean_floor windows=1 silent=0
        4    Completed    mean_floor     -     => same
        2r2  Completed    p5             -     => CORRECTION warning windows=2 silent=0
        2r2  Completed    p5             -     => known
        1r2! Completed    -              -     => CORRECTION info windows=2 silent=0
        4r2! Completed    mean_floor     -     => CORRECTION critical windows=2 silent=1
        5r2  Completed    mean_floor,p5  -     => CHANGED critical +p5 windows=3 silent=0
        5    Completed    -              -     => older
        ",
    );
    assert_eq!(state.corrections.len(), 2);
    assert!(state.incident.is_some());
}

#[test]
fn an_inconclusive_second_verdict_resolves_nothing() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        1r2! Inconclusive -              -     => CORRECTION critical ?mean_floor windows=1 silent=0
        2    Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        ",
    );
}

#[test]
fn a_second_verdict_of_a_quiet_window_that_completes_resolves() {
    play(
        "
        1    Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        2    Inconclusive -              -     => unproven
        2r2  Completed    -              -     => RESOLVED critical -mean_floor windows=1 silent=0 closed
        ",
    );
}

#[test]
fn remembered_corrections_are_limited() {
    let mut state = play("900 Completed - - => healthy");
    for hour in 1..=RoutingState::MOST_CORRECTIONS + 5 {
        let line = format!("{hour}r2! Completed - -");
        let (next, decision) = decide(&state, &verdict(&line), SignedDuration::from_hours(6));
        assert!(matches!(decision, Decision::Tell(_)), "{hour}");
        state = next;
    }
    assert_eq!(state.corrections.len(), RoutingState::MOST_CORRECTIONS);
    assert_eq!(state.corrections[0].digest, "d6r2!");
}

/// What a run says of a column proves that it is well again only where the run could have seen that it was not.
#[test]
fn a_column_is_well_again_only_where_it_was_judged() {
    let drift = ViolatedConstraint {
        constraint_check_type: "baseline_drift_check".to_owned(),
        feature_name: Some("age".to_owned()),
        metric_name: None,
    };
    let corrupt = ViolatedConstraint {
        constraint_check_type: "capture_corrupt_check".to_owned(),
        feature_name: Some("capture".to_owned()),
        metric_name: None,
    };
    for (unseen, of_drift, of_lines) in [
        ("-", true, true),
        ("income.baseline_drift_check,age.data_type_check", true, true),
        ("age.baseline_drift_check", false, true),
        ("age", false, true),
        ("features", false, true),
        ("baseline", false, true),
    ] {
        let verdict = verdict(&format!("13 Completed - {unseen}"));
        assert_eq!((proves(&verdict, &drift), proves(&verdict, &corrupt)), (of_drift, of_lines), "{unseen}");
    }
}

/// The reconciler makes hours good when newer ones were routed before.
#[test]
fn reconciled_windows_announce_nothing_resolve_nothing_and_count_for_nothing() {
    play(
        "
        10   Completed    -              -     => healthy
        20   Completed    -              -     => healthy
        11   Completed    mean_floor,p5  -     => older
        12   NoData       no_data        -     => older
        13   Failed       -              -     => older
        21   Completed    mean_floor     -     => ANNOUNCED critical +mean_floor windows=1 silent=0
        14   Completed    -              -     => older
        15   Completed    p5             -     => older
        22   Completed    mean_floor     -     => same
        16   Completed    -              -     => older
        23   Completed    -              -     => RESOLVED critical -mean_floor windows=2 silent=0 closed
        17   Completed    mean_floor     -     => older
        ",
    );
}

#[test]
fn in_whatever_order_windows_come_each_message_speaks_of_a_newer_one_than_all_before() {
    for seed in 0..500 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut hours: Vec<u32> = (1..=12).chain([3, 7]).collect();
        rng.shuffle(&mut hours);
        let (mut state, mut newest) = (empty(), None);
        for hour in hours {
            let ending =
                rng.choice(["Completed mean_floor", "Completed p5", "Completed -", "NoData -", "Failed -"]);
            let verdict = verdict(&format!("{hour} {} -", ending.unwrap()));
            let (next, decision) = decide(&state, &verdict, SignedDuration::from_hours(2));
            if let Decision::Tell(_) = decision {
                assert!(newest.is_none_or(|newest| newest < hour), "seed {seed}: {hour} after {newest:?}");
            }
            newest = newest.max(Some(hour));
            state = next;
        }
    }
}
