//! A wide hour as a stack lives it: a tick that hands it over, the state machine's own definition, and the function that it starts, all of it
//! over HTTP. S3 tells each file to be a gibibyte, so that an hour of ten of them is wide.

use crate::harness::{Harness, assert_same, below};
use crate::side_by_side::{File, Hour, Way, of_columns_at};
use bellwether_contract::execution::Execution;
use bellwether_contract::parts::Cut;
use bellwether_pipeline::machine::Machine;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::Scheduled;
use bellwether_pipeline::settings::scale_out::ScaleOutSettings;
use bellwether_tests::answer::{Answer, Ending};
use bellwether_tests::faults::Fault;
use bellwether_tests::machine::{Answered, Child, Functions, Pause, play};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tokio::sync::Notify;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:bellwether-wide-windows";
const FUNCTION: &str = "bellwether-DataQuality-1ABC";
const HOUR: &str = "capture/churn-prod/AllTraffic/2026/10/31/08";
const RUN: &str = "churn-prod/data-quality-hourly/2026/10/31/09";
const FILES: usize = 10;

/// A stack with an hour of ten files of forty records; its machine is there.
async fn hour() -> Hour {
    let site = Harness::bucket().await.with("AWS_LAMBDA_FUNCTION_NAME", FUNCTION);
    let hour = of_columns_at(site.with("WINDOW_STATE_MACHINE_ARN", MACHINE)).await;
    let files: Vec<File> =
        (0..FILES).map(|file| (0..40).map(|n| (40 * file + n, Way::Whole)).collect()).collect();
    hour.capture(&files).await;
    hour.site.aws().register_machine(MACHINE);
    widen(&hour.site);
    hour
}

fn widen(site: &Harness) {
    let as_gibibytes = Fault::after("s3:ListObjectsV2", |answer| answer.listing_each_as(1 << 30));
    site.aws().inject(as_gibibytes.at_path("2026%2F10%2F31%2F08%2F"));
}

/// One invocation at a cold start.
async fn invoke(site: &Harness, event: Value, now: &str) -> Answered {
    site.invoke("data-quality", event, now).await.map_err(|diagnostic| diagnostic.error_type)
}

async fn tick(site: &Harness, at: &str) -> Answered {
    invoke(site, json!({"scheduled_time": at}), at).await
}

/// The function of the stack, and what befalls it: by part, or `judge`, the errors that are told before it is invoked at all, and those
/// that are told although it did its work.
struct Troubled<'s> {
    site: &'s Harness,
    now: &'static str,
    before: RefCell<BTreeMap<String, Vec<&'static str>>>,
    after: RefCell<BTreeMap<String, Vec<&'static str>>>,
    invoked: RefCell<Vec<String>>,
    /// Whose invocation does not come to its end while the execution lasts.
    hangs: Option<&'static str>,
    hanging: Notify,
}

impl<'s> Troubled<'s> {
    fn at(site: &'s Harness, now: &'static str) -> Self {
        let (before, after, invoked) = Default::default();
        Self { site, now, before, after, invoked, hangs: None, hanging: Notify::new() }
    }

    fn times(&self, whom: &str) -> usize {
        self.invoked.borrow().iter().filter(|invoked| *invoked == whom).count()
    }
}

impl Functions for Troubled<'_> {
    async fn invoke(&self, function: &str, event: Value) -> Answered {
        assert_eq!(function, FUNCTION);
        let whom = event.get("part").map_or_else(|| "judge".to_owned(), Value::to_string);
        self.invoked.borrow_mut().push(whom.clone());
        if self.hangs == Some(whom.as_str()) {
            self.hanging.notify_one();
            return std::future::pending().await;
        }
        let told = |errors: &RefCell<BTreeMap<String, Vec<&'static str>>>| {
            errors.borrow_mut().get_mut(&whom).and_then(Vec::pop).map(str::to_owned)
        };
        if let Some(error) = told(&self.before) {
            return Err(error);
        }
        let answer = invoke(self.site, event, self.now).await;
        told(&self.after).map_or(answer, Err)
    }

    /// Nobody waits.
    async fn pause(&self, _: Pause) {}

    /// Children come in no order: the last one first.
    async fn children(&self, _: usize, children: Vec<Child<'_>>) -> bool {
        let mut succeeded = true;
        for child in children.into_iter().rev() {
            succeeded &= child.await;
        }
        succeeded
    }
}

fn last_input(site: &Harness) -> Value {
    site.aws().started().last().expect("an execution").input.clone()
}

fn has_verdict(tree: &crate::harness::Tree) -> bool {
    tree.keys().any(|key| key.ends_with(&format!("{RUN}/execution.json")))
}

/// What one function makes of it without a machine.
async fn alone(hour: &mut Hour) -> crate::harness::Tree {
    hour.site.set("WINDOW_STATE_MACHINE_ARN", "");
    let run = async |site: &Harness| {
        assert_eq!(
            tick(site, "2026-10-31T09:10:00Z").await.expect("a verdict")["monitoring_execution_status"],
            "Completed"
        );
        Ok(())
    };
    let report = hour.report_of("alone", run).await;
    hour.site.set("WINDOW_STATE_MACHINE_ARN", MACHINE);
    report
}

#[tokio::test]
async fn a_wide_hour_is_handed_over_and_has_the_verdict_of_one_function() {
    let mut hour = hour().await;
    let alone = alone(&mut hour).await;
    let shared = async |site: &Harness| {
        for _ in 0..2 {
            let answer = tick(site, "2026-10-31T09:10:00Z").await.expect("handed over");
            assert_eq!(answer["handed_over"]["parts"], FILES);
            assert_eq!(
                answer["monitoring_execution_status"],
                Value::Null,
                "no status, so that nobody takes it for one"
            );
        }
        assert_eq!(site.aws().started().len(), 1, "a tick that comes twice starts one execution");
        assert!(!has_verdict(&site.tree().await));
        let points = site.aws().metrics().len();
        let mut troubled = Troubled::at(site, "2026-10-31T09:12:00Z");
        // Parts that are throttled, that end without an answer, and that answer twice.
        troubled.before.get_mut().insert("3".to_owned(), vec!["Lambda.TooManyRequestsException"; 9]);
        troubled.before.get_mut().insert("4".to_owned(), vec!["States.Timeout"; 2]);
        troubled.after.get_mut().insert("5".to_owned(), vec!["States.Timeout"; 2]);
        troubled.after.get_mut().insert("judge".to_owned(), vec!["States.Timeout"]);
        let output = play(last_input(site), &troubled).await.expect("a verdict");
        assert_eq!(output["monitoring_execution_status"], "Completed");
        assert_eq!(
            (troubled.times("3"), troubled.times("4"), troubled.times("5"), troubled.times("judge")),
            (10, 3, 3, 2)
        );
        assert_eq!(site.aws().metrics().len(), points + 1, "points are sent once");
        let after = tick(site, "2026-10-31T09:40:00Z").await.expect("the verdict that there is");
        assert_eq!(after["monitoring_execution_status"], "Completed");
        Ok(())
    };
    assert_same(&hour.report_of("shared", shared).await, &alone);
}

#[tokio::test]
async fn a_part_that_does_not_heal_fails_the_execution_and_the_next_hour_reads_only_what_is_missing() {
    let hour = hour().await;
    let site = &hour.site;
    tick(site, "2026-10-31T09:10:00Z").await.expect("handed over");
    let gone = format!("{HOUR}/07-00-000-x.jsonl");
    let bytes = site.tree().await[&gone].clone();
    site.delete(&gone).await;
    let troubled = Troubled::at(site, "2026-10-31T09:12:00Z");
    let error = play(last_input(site), &troubled).await.expect_err("a part that is not there");
    assert_eq!(error, "States.ExceedToleratedFailureThreshold");
    assert_eq!(
        (troubled.times("7"), troubled.times("6"), troubled.times("judge")),
        (9, 3, 0),
        "three runs of the map, three tries each"
    );
    let first = site.aws().started()[0].name.clone();
    site.aws().close_execution(&first);
    assert!(
        !has_verdict(&site.tree().await) && site.aws().metrics().is_empty(),
        "nothing says that anything is healthy"
    );
    // The name is taken for this hour.
    tick(site, "2026-10-31T09:50:00Z").await.expect("handed over before");
    assert_eq!(site.aws().started().len(), 1);
    site.put(&gone, bytes).await;
    site.aws().clear_faults();
    let own = tick(site, "2026-10-31T10:10:00Z").await.expect("the next hour's own verdict");
    assert_eq!(own["monitoring_execution_status"], "CompletedNoData");
    assert_eq!(site.aws().started().len(), 1, "nothing is expected of a schedule before its first run");
    tick(site, "2026-10-31T11:10:00Z").await.expect("the hour after");
    invoke(site, json!({"scheduled_time": "2026-10-31T09:10:00Z"}), "2026-10-31T11:20:00Z")
        .await
        .expect("handed over");
    let started = site.aws().started();
    assert_eq!(
        (started.len(), started[0].input == started[1].input),
        (2, true),
        "another name, the same parts"
    );
    let before = site.aws().served().len();
    let troubled = Troubled::at(site, "2026-10-31T11:22:00Z");
    let output = play(last_input(site), &troubled).await.expect("a verdict");
    assert_eq!(output["monitoring_execution_status"], "Completed");
    let served = site.aws().served();
    let gets = served[before..].iter().filter(|it| it.call.operation == "s3:GetObject");
    let read: Vec<&str> =
        gets.map(|it| it.call.path.as_str()).filter(|path| path.contains("/capture/")).collect();
    assert_eq!(read.len(), 1, "{read:?}");
    assert!(read[0].contains("07-00-000-x.jsonl"));
}

/// `TIMED_OUT` and `ABORTED`: no function is stopped by it, and none that was to follow is started. Which of the two it was no tick asks.
#[tokio::test]
async fn an_execution_that_ends_before_its_functions_is_followed_by_another_beside_them() {
    for whom in ["4", "judge"] {
        let mut hour = hour().await;
        let alone = alone(&mut hour).await;
        let shared = async |site: &Harness| {
            tick(site, "2026-10-31T09:10:00Z").await.expect("handed over");
            let first = Troubled { hangs: Some(whom), ..Troubled::at(site, "2026-10-31T09:12:00Z") };
            let (input, points) = (last_input(site), site.aws().metrics().len());
            tokio::select! {
                ended = play(input.clone(), &first) => panic!("{ended:?}"),
                () = first.hanging.notified() => {}
            }
            let started = site.aws().started();
            site.aws().close_execution(&started.last().expect("an execution").name);
            assert!(!has_verdict(&site.tree().await));
            assert_eq!(site.aws().metrics().len(), points, "nothing says that anything is healthy");
            let again = json!({"scheduled_time": "2026-10-31T09:10:00Z"});
            let answer = invoke(site, again, "2026-10-31T10:20:00Z").await.expect("handed over");
            assert_eq!(answer["handed_over"]["parts"], FILES);
            assert_eq!(site.aws().started().len(), started.len() + 1);
            // What was begun by the first execution ends beside the second one.
            let mut late = json!({"monitor": input["monitor"], "window": input["window"], "reopen": false, "job": input["job"]});
            if let Ok(part) = whom.parse::<usize>() {
                late["part"] = part.into();
            }
            let second = Troubled::at(site, "2026-10-31T10:22:00Z");
            let (late, output) =
                tokio::join!(invoke(site, late, "2026-10-31T10:22:00Z"), play(last_input(site), &second));
            late.expect("it does its work");
            assert_eq!(output.expect("a verdict")["monitoring_execution_status"], "Completed");
            // Two that judge at the same moment may both send the same points.
            let most = if whom == "judge" { points + 2 } else { points + 1 };
            assert!((points + 1..=most).contains(&site.aws().metrics().len()), "{whom}");
            Ok(())
        };
        assert_same(&hour.report_of("shared", shared).await, &alone);
    }
}

/// The machine of the stack, for a monitor whose parts may be few: no listing is long enough for too many.
fn few_parts(site: &Harness) -> Scheduled<DataQuality> {
    let settings: ScaleOutSettings = site.settings().expect("settings");
    let machine = Machine::new(settings, FUNCTION.to_owned(), &site.aws().clients());
    let cut = Cut { most_parts: FILES - 1, ..Cut::default() };
    site.monitor::<DataQuality>().expect("a monitor").handing_over(machine).cut_at(cut)
}

#[tokio::test]
async fn a_window_of_too_many_parts_fails_by_name_and_is_given_up_by_name() {
    let hour = hour().await;
    let site = &hour.site;
    site.aws().clear_faults();
    tick(site, "2026-10-31T08:10:00Z").await.expect("an hour before");
    widen(site);
    let ticked = async |at: &str| Box::pin(few_parts(site).tick(&crate::harness::tick(at), &nobody)).await;
    let error = ticked("2026-10-31T09:10:00Z").await.0.expect_err("it cannot be handed over");
    assert_eq!(error.error_type(), "WindowTooLarge");
    let told = error.chain();
    for word in ["2026-10-31T09:00:00Z", "10 files", "10 parts", "9 can be read", "shorter windows"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let tree = site.tree().await;
    assert!(!has_verdict(&tree) && site.aws().started().is_empty());
    for folder in ["reports-state/plans", "reports-state/partials", "reports-state/staged"] {
        assert_eq!(below(&tree, &format!("{folder}/{RUN}")), Vec::<&str>::new());
    }
    for hour in ["10", "11", "12", "13"] {
        ticked(&format!("2026-10-31T{hour}:10:00Z")).await.0.expect("its own hour");
    }
    assert!(site.aws().started().is_empty());
    let execution = site.json(&format!("reports/{RUN}/execution.json")).await;
    assert_eq!(execution["monitoring_execution_status"], "Failed");
    let message = execution["exit_message"].as_str().expect("a text");
    assert!(message.contains("WindowTooLarge") && message.contains("10 files make 10 parts"), "{message}");
    // What the on-call hears is in the report that the router tells of, and in what alarms count.
    assert!(site.tree().await.contains_key(&format!("reports/{RUN}/constraint_violations.json")));
}

#[tokio::test]
async fn a_function_without_a_machine_says_that_it_may_run_out_of_time() {
    let mut hour = hour().await;
    hour.site.set("WINDOW_STATE_MACHINE_ARN", "");
    tick(&hour.site, "2026-10-31T09:10:00Z").await.expect("a verdict");
    let execution = hour.site.json(&format!("reports/{RUN}/execution.json")).await;
    assert_eq!(execution["attempt"]["read_alone_bytes"], 10_u64 << 30);
    let execution: Execution = serde_json::from_value(execution).expect("an execution");
    let remarks: Vec<String> = execution.remarks().collect();
    assert!(
        remarks.iter().any(|it| it.contains("one function read 10737418240 bytes by itself")),
        "{remarks:?}"
    );
    // A run whose time does not end has as long as it takes, and an hour of less is nobody's business.
    hour.site.delete(&format!("reports/{RUN}/execution.json")).await;
    hour.site.run_as::<DataQuality>(&crate::harness::tick("2026-10-31T09:10:00Z")).await.expect("a verdict");
    let execution = hour.site.json(&format!("reports/{RUN}/execution.json")).await;
    assert_eq!(execution["attempt"]["read_alone_bytes"], Value::Null);
    hour.site.aws().clear_faults();
    tick(&hour.site, "2026-10-31T10:10:00Z").await.expect("a verdict");
    let next = hour.site.json(&format!("reports/{}/10/execution.json", RUN.trim_end_matches("/09"))).await;
    assert_eq!(next["attempt"]["read_alone_bytes"], Value::Null);
}

#[tokio::test]
async fn a_window_that_never_comes_to_a_verdict_is_given_up_after_three_later_hours() {
    let hour = hour().await;
    let site = &hour.site;
    // The hour before had a verdict: from then on every hour is to have one. Its late records lie in the wide hour's folder.
    site.aws().clear_faults();
    tick(site, "2026-10-31T08:10:00Z").await.expect("an hour before");
    widen(site);
    tick(site, "2026-10-31T09:10:00Z").await.expect("handed over");
    for (hour, tries) in [("10", 1), ("11", 2), ("12", 3)] {
        tick(site, &format!("2026-10-31T{hour}:10:00Z")).await.expect("its own hour");
        assert_eq!(site.aws().started().len(), 1 + tries, "{hour}");
        let tree = site.tree().await;
        assert!(!has_verdict(&tree), "{hour}");
        let record = &tree[&format!("reports-state/attempts/{RUN}/reconciler-20261031{hour}.json")];
        let record: Value = serde_json::from_slice(record).expect("JSON");
        assert_eq!(record["error_type"], "HandedOver");
    }
    tick(site, "2026-10-31T13:10:00Z").await.expect("its own hour");
    assert_eq!(site.aws().started().len(), 4);
    let execution = site.json(&format!("reports/{RUN}/execution.json")).await;
    assert_eq!(execution["monitoring_execution_status"], "Failed");
    assert!(execution["exit_message"].as_str().expect("a text").contains("HandedOver"), "{execution}");
}

#[tokio::test]
async fn what_step_functions_refuses_or_loses_is_an_error_and_a_retry_starts_the_same() {
    let hour = hour().await;
    let site = &hour.site;
    let error = |status, code: &str| {
        Answer::new(
            status,
            "application/x-amz-json-1.0",
            json!({"__type": code, "message": "no"}).to_string(),
        )
    };
    for (answer, told) in [
        (error(400, "AccessDeniedException"), "HandOverRefused"),
        (error(400, "StateMachineDoesNotExist"), "HandOverRefused"),
        (error(400, "ThrottlingException"), "HandOverUnavailable"),
        (error(500, "InternalServerError"), "HandOverUnavailable"),
    ] {
        site.aws().inject(Fault::before("states:StartExecution", answer));
        assert_eq!(tick(site, "2026-10-31T09:10:00Z").await, Err(told.to_owned()));
        site.aws().clear_faults();
        widen(site);
        assert!(site.aws().started().is_empty() && !has_verdict(&site.tree().await));
    }
    let lost = |answer: Answer| Answer { status: 500, ..answer };
    site.aws().inject(Fault::after("states:StartExecution", lost).nth(1));
    assert_eq!(tick(site, "2026-10-31T09:10:00Z").await, Err("HandOverUnavailable".to_owned()));
    assert!(tick(site, "2026-10-31T09:10:00Z").await.expect("handed over")["handed_over"].is_object());
    assert_eq!(site.aws().started().len(), 1);
}

#[tokio::test]
async fn an_event_that_nobody_planned_reads_nothing() {
    let hour = hour().await;
    let site = &hour.site;
    let window = json!({"start": "2026-10-31T08:00:00Z", "end": "2026-10-31T09:00:00Z"});
    for (event, told) in [
        (json!({"window": window, "job": "ab".repeat(32), "part": 0}), "PlanUnusable"),
        (json!({"window": window, "job": "ab".repeat(32)}), "PlanUnusable"),
        (json!({"window": window, "job": "../../capture", "part": 0}), "MalformedInput"),
        (json!({"window": window, "part": 0}), "MalformedInput"),
    ] {
        assert_eq!(invoke(site, event, "2026-10-31T09:12:00Z").await, Err(told.to_owned()));
    }
    assert!(
        site.aws()
            .served()
            .iter()
            .all(|it| it.call.operation != "s3:GetObject" || !it.call.path.contains("/capture/"))
    );
}

/// A tick, and whatever it takes to a verdict.
async fn life(site: &Harness) -> Answered {
    let answer = tick(site, "2026-10-31T09:10:00Z").await?;
    if answer["handed_over"].is_null() {
        return Ok(answer);
    }
    play(last_input(site), &Troubled::at(site, "2026-10-31T09:12:00Z")).await
}

/// The process dies behind each thing that it changes, one after the other, and another one begins anew.
#[tokio::test]
async fn whatever_is_done_when_a_process_dies_the_bytes_are_the_same() {
    let mut hour = hour().await;
    let alone = alone(&mut hour).await;
    let mut deaths = 0;
    loop {
        let mut has_died = false;
        let shared = async |site: &Harness| {
            let hangs = Fault::after_side_effect(|answer| Answer { ending: Ending::Hang, ..answer });
            let dies = site.aws().inject(hangs.nth(deaths + 1));
            has_died = tokio::select! {
                () = dies.first() => true,
                answer = life(site) => { answer.expect("a verdict"); false }
            };
            site.aws().clear_faults();
            widen(site);
            let answer = life(site).await.expect("a verdict");
            assert_eq!(answer["monitoring_execution_status"], "Completed", "behind effect {deaths}");
            Ok(())
        };
        assert_same(&hour.report_of("shared", shared).await, &alone);
        if !has_died {
            break;
        }
        deaths += 1;
    }
    // Ten lists, a plan, an execution; ten parts; stages, the commit, final names, points, marks.
    assert!(deaths > 30, "{deaths}");
}
