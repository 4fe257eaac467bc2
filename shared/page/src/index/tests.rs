//! Schedules as letters: `.` held, `x` violated, `?` inconclusive, `0` without data, `f` failed, `!` unreadable, a blank without a run.

use super::*;
use bellwether_contract::json::from_slice;
use jiff::SignedDuration;
use serde_json::json;

const FIRST: &str = "2026-10-31T01:00:00Z";

fn execution(hour: Timestamp, status: &str, violated: &[&str], version: &str) -> Execution {
    let judged = |name: &&str| {
        json!({"check": "LessThanThreshold", "metric_name": name, "value": 1.25, "limit": 4.0,
               "comparison": "LessThanThreshold", "severity": "critical", "n": 500})
    };
    let text = json!({
        "version": 1, "monitor": "some-monitor", "endpoint_name": "shop-prod", "variant_name": "AllTraffic",
        "monitoring_schedule_name": "hourly", "window": {"start": hour - SignedDuration::from_hours(1), "end": hour},
        "configuration_digest": "c0", "baseline": version, "monitoring_execution_status": status,
        "exit_message": format!("{status}: why it is so"), "violations": violated.len(), "constraints_judged": 4,
        "judged": violated.iter().map(judged).collect::<Vec<_>>(), "not_evaluable": {}, "metrics": [], "digest": "",
        "capture": {"files": 1, "size_bytes": 9, "lines": 600, "used": 600, "left_out": {}, "short_lists": 0,
                    "lists_with_unknown_items": 0, "duplicates_found": "in_window", "samples": []},
        "files": [], "attempt": {"bellwether_version": "", "request_id": "", "started_at": "2026-01-01T00:00:00Z",
                                 "duration_seconds": 0.0, "endpoint_calls": 0, "endpoint_retries": 0, "most_in_flight": 0},
    });
    from_slice("execution.json", text.to_string().as_bytes()).unwrap()
}

struct Story {
    plan: Vec<(Timestamp, char, Option<Execution>)>,
    endpoint: EndpointName,
    schedule: ScheduleName,
}

fn story(plan: &str) -> Story {
    let first: Timestamp = FIRST.parse().unwrap();
    let half = plan.len() / 2;
    let hours = plan.chars().enumerate().filter(|(_, letter)| *letter != ' ').map(|(number, letter)| {
        let hour = first + SignedDuration::from_hours(i64::try_from(number).unwrap());
        let version = if number < half { "v1" } else { "v2" };
        let of = |status: &str, violated: &[&str]| Some(execution(hour, status, violated, version));
        let read = match letter {
            '.' => of("Completed", &[]),
            'x' => of("CompletedWithViolations", &["mean_floor", "mean"]),
            '?' => of("Inconclusive", &[]),
            '0' => of("CompletedNoData", &[]),
            'f' => of("Failed", &[]),
            _ => None,
        };
        (hour, letter, read)
    });
    Story {
        plan: hours.collect(),
        endpoint: "shop-prod".parse().unwrap(),
        schedule: "hourly".parse().unwrap(),
    }
}

impl Story {
    fn schedule(&self) -> Schedule<'_> {
        let value = |letter: char, limit| CheckValue {
            value: if letter == 'x' { 1.25 } else { 6.1 },
            limit,
            violated: letter == 'x',
        };
        let runs = self.plan.iter().map(|(at, letter, read)| TimedRun {
            at: *at,
            revision: 1,
            read: read.as_ref().ok_or_else(|| "execution.json: no JSON".to_owned()),
            values: match letter {
                '.' | 'x' => [("mean_floor", 4.0), ("mean", 5.5)]
                    .map(|(name, limit)| (name.to_owned(), value(*letter, limit)))
                    .into(),
                _ => BTreeMap::new(),
            },
            values_missing: None,
            href: read.as_ref().map(|_| format!("{}/report.html", at.strftime("%Y/%m/%d/%H"))),
        });
        let lines = ["mean_floor", "mean"].map(str::to_owned).into();
        let (endpoint, schedule) = (&self.endpoint, &self.schedule);
        Schedule {
            endpoint,
            schedule,
            runs: runs.collect(),
            from: None,
            before: None,
            until: None,
            lines,
            overdue: 0,
        }
    }

    fn page(&self) -> String {
        page(&self.schedule())
    }
}

#[test]
fn how_a_schedule_stands_is_one_sentence_and_nothing_unjudged_is_within_limits() {
    for (plan, word, sentence) in [
        ("......", "COMPLETED", "Within its limits for 6 hours"),
        ("...xxx..", "COMPLETED", "Within its limits for 2 hours; before that violated for 3 hours"),
        ("..xx? x...", "COMPLETED", "Within its limits for 3 hours; before that violated for 5 hours"),
        ("..xx? x", "VIOLATED", "Violated for 5 hours; before that within its limits for 2 hours"),
        (".. ..", "COMPLETED", "Within its limits for 2 hours; before that without a run for 1 hour"),
        ("xx??", "INCONCLUSIVE", "Not judged for 2 hours; before that violated for 2 hours"),
        ("xx00", "NO DATA", "Without data for 2 hours; before that violated for 2 hours"),
        (".?0", "NO DATA", "Not judged for 2 hours; before that within its limits for 1 hour"),
        ("..f", "FAILED", "Failed for 1 hour; before that within its limits for 2 hours"),
        ("..!", "UNREADABLE", "Unreadable for 1 hour; before that within its limits for 2 hours"),
        ("", "NO RUN", "There is no run of this schedule in these reports"),
    ] {
        let standing = standing(&story(plan).schedule());
        assert_eq!((standing.mark.word, standing.sentence.as_str()), (word, sentence), "{plan:?}");
    }
}

#[test]
fn what_was_due_and_is_not_there_is_said_before_all_else() {
    let story = story("...x..");
    let late = standing(&Schedule { overdue: 27, ..story.schedule() });
    assert_eq!(late.mark.word, "NO RUN");
    let told = "27 runs that were due since 2026-10-31 06:00 UTC are missing; before that within its limits for 2 hours; before that violated for 1 hour";
    assert_eq!(late.sentence, told);
    // A page that is asked to go on after the newest run counts what is not there, and so one that begins between two.
    let until = Some("2026-10-31T09:00:00Z".parse().unwrap());
    let counts = |schedule: Schedule<'_>| standing(&schedule).counts.get("without a run").copied();
    assert_eq!(counts(Schedule { until, ..story.schedule() }), Some(2));
    let (before, from) = ("2026-10-30T20:00:00Z".parse().unwrap(), "2026-10-30T22:00:00Z".parse().unwrap());
    assert_eq!(counts(Schedule { before: Some(before), from: Some(from), ..story.schedule() }), Some(3));
    assert_eq!(counts(story.schedule()), None);
}

#[test]
fn a_page_says_how_many_hours_ended_how_and_that_none_is_missing() {
    let page = story("...xx? 0.f!").page();
    for expected in [
        "2 violated",
        "1 failed",
        "1 unreadable",
        "1 inconclusive",
        "1 without data",
        "1 without a run",
        "4 within limits",
    ] {
        assert!(page.contains(expected), "{expected} is not in {page}");
    }
    assert!(!page.contains("no run is missing"));
    assert!(story("...").page().contains("no run is missing"));
}

#[test]
fn the_body_of_a_page_changes_only_where_somebody_sees_it() {
    let page = story("...xx? x..").page();
    let (_, body) = page.split_once("<body>").unwrap();
    insta::assert_snapshot!(body.replace("><", ">\n<"));
    assert_eq!(page, story("...xx? x..").page());
}

#[test]
fn a_second_verdict_stands_in_the_place_of_the_first() {
    let story = story("..x");
    let again = execution(story.plan[2].0, "Completed", &[], "v1");
    let mut schedule = story.schedule();
    let entry = TimedRun { revision: 2, read: Ok(&again), ..schedule.runs[2].clone() };
    schedule.runs.push(entry);
    let standing = standing(&schedule);
    assert_eq!(standing.sentence, "Within its limits for 3 hours");
    assert!(page(&schedule).contains(", judged again"));
}

/// An aggregate, and what it came to in an hour of this letter.
type OfHours<'a> = (&'a str, fn(char) -> f64);

/// The story with these aggregates in every run that judged something.
fn measured(plan: &str, aggregates: &[OfHours<'_>]) -> String {
    let mut story = story(plan);
    for (_, letter, read) in &mut story.plan {
        if let Some(execution) = read.as_mut().filter(|_| ".x".contains(*letter)) {
            let of = aggregates.iter().map(|(name, value)| ((*name).to_owned(), value(*letter)));
            execution.aggregates = of.collect();
        }
    }
    story.page()
}

#[test]
fn a_fortnight_takes_less_than_200_kilobytes_whatever_happened() {
    let names: Vec<String> = (0..22).map(|n| format!("metric_{n:02}_best_constant_classifier")).collect();
    let of_a_model: Vec<OfHours<'_>> =
        names.iter().map(|name| (name.as_str(), (|letter| f64::from(u32::from(letter))) as _)).collect();
    for plan in [".".repeat(336), "x".repeat(336), "x.".repeat(168), "!".repeat(336)] {
        let page = measured(&plan, &of_a_model);
        assert!(page.len() < 200 * 1_024, "{}: {} bytes", &plan[..4], page.len());
    }
    let years = story(&"x.? ".repeat(5_000)).page();
    assert!(years.len() < MOST_INDEX_BYTES, "{} bytes", years.len());
}

#[test]
fn every_aggregate_is_a_row_with_a_line_and_what_moved_comes_first() {
    let moved = |letter| if letter == 'x' { 1.25 } else { 6.1 };
    let page = measured(".x.? .", &[("constant", |_| 3.0), ("mean_of_lists", moved)]);
    let (_, part) = page.split_once("<h2 id=\"aggregates\">").expect("a part of its own");
    let (part, _) = part.split_once("</section>").expect("its end");
    let title = "mean_of_lists in 4 runs from 31 Oct 01:00 to 31 Oct 06:00 UTC: newest 6.1, 1.25 to 6.1";
    for expected in [
        title,
        "d=\"M0.5 2l1 20l1-20\"",
        "d=\"M5.5 2h0\"",
        "<td>6.1 <small>1.25 to 6.1</small></td>",
        "<small>unchanged</small>",
    ] {
        assert!(part.contains(expected), "{expected}: {part}");
    }
    assert!(part.find("of_<wbr>lists") < part.find("constant"), "{part}");
    assert!(!measured("....", &[]).contains("id=\"aggregates\""));
    assert!(!measured("??", &[("constant", |_| 3.0)]).contains("id=\"aggregates\""));
}

#[test]
fn the_name_of_an_aggregate_is_text_what_is_no_number_a_gap_and_what_has_no_room_is_counted() {
    let hostile = "</td><script>alert(1)</script>\u{202e}\u{1b}[31m";
    let page = measured("...", &[(hostile, |_| f64::NAN)]);
    assert!(!page.contains("<script") && !page.contains(['\u{202e}', '\u{1b}']), "{page}");
    assert!(page.contains("&lt;/td&gt;&lt;script&gt;") && page.contains("in 0 runs"), "{page}");
    let names: Vec<String> = (0..70).map(|n| format!("aggregate_{n:02}")).collect();
    let aggregates: Vec<OfHours<'_>> = names.iter().map(|name| (name.as_str(), (|_| 1.0) as _)).collect();
    let page = measured("..", &aggregates);
    assert!(page.contains("10 aggregates more; all of them stand in execution.json of each run."), "{page}");
}

#[test]
fn no_link_leads_elsewhere_than_to_a_page_beside_it_or_the_web() {
    let story = story(".x");
    for (href, is_link) in [
        ("2026/10/31/01/report.html", true),
        ("https://console.aws.amazon.com/s3", true),
        ("javascript:alert(1)", false),
        ("//elsewhere/x", false),
        ("data:text/html,x", false),
    ] {
        let mut schedule = story.schedule();
        schedule.runs[1].href = Some(href.to_owned());
        assert_eq!(page(&schedule).contains(&format!("href=\"{href}\"")), is_link, "{href}");
    }
}

#[test]
fn the_worst_of_many_comes_first_and_what_cannot_be_told_is_no_good_news() {
    let stories = ["....", ".x", "..0"].map(story);
    let schedules: Vec<Schedule<'_>> = stories.iter().map(Story::schedule).collect();
    let untold = [Untold { name: "churn</td>".to_owned(), why: "line 7: no setting".to_owned() }];
    let page = page_of_many("monitors.yaml", &schedules, &untold);
    for expected in [
        "4 monitors: 1 violated, 1 without data, 1 within limits, 1 of which nothing can be told",
        "churn&lt;/td&gt;",
        "line 7: no setting",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let quiet = page_of_many("monitors.yaml", &schedules[..1], &untold);
    assert!(quiet.contains("<title>FAILED"), "{quiet}");
    assert!(page_of_many("monitors.yaml", &schedules[..1], &[]).contains("<title>COMPLETED"));
}
