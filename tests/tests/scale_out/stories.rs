//! A wide hour as a stack lives it: a tick that hands it over, the state machine's own definition, and the function that it starts, all of it
//! over HTTP. S3 tells each file to be a gibibyte, so that an hour of ten of them is wide.

use super::machine::{Answered, Functions, play};
use crate::side_by_side::{File, Place, Way, of_columns_at};
use crate::site::{Site, assert_same, time};
use bellwether_pipeline::clients::Clients;
use bellwether_serve::Function as _;
use bellwether_tests::answer::{Answer, Ending};
use bellwether_tests::faults::Fault;
use data_quality::Function;
use hyper::header::CONTENT_LENGTH;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:bellwether-wide-windows";
const FUNCTION: &str = "bellwether-DataQuality-1ABC";
const HOUR: &str = "capture/churn-prod/AllTraffic/2026/10/31/08";
const RUN: &str = "churn-prod/data-quality-hourly/2026/10/31/09";
const FILES: usize = 10;

/// As S3 would list it if every object were a gibibyte.
fn as_gibibytes(mut answer: Answer) -> Answer {
    let sizes = Regex::new("<Size>[0-9]+</Size>").expect("a pattern");
    let text = String::from_utf8(answer.body.to_vec()).expect("a listing");
    answer.body = sizes.replace_all(&text, "<Size>1073741824</Size>").into_owned().into();
    answer.headers.remove(CONTENT_LENGTH);
    answer
}

/// A stack with an hour of ten files of forty records; its machine is there.
async fn place() -> Place {
    let site = Site::bucket().await.with("AWS_LAMBDA_FUNCTION_NAME", FUNCTION);
    let place = of_columns_at(site.with("WINDOW_STATE_MACHINE_ARN", MACHINE)).await;
    let files: Vec<File> =
        (0..FILES).map(|file| (0..40).map(|n| (40 * file + n, Way::Whole)).collect()).collect();
    place.capture(&files).await;
    place.site.aws().register_machine(MACHINE);
    widen(&place.site);
    place
}

fn widen(site: &Site) {
    site.aws().inject(Fault::after("s3:ListObjectsV2", as_gibibytes).at_path("2026%2F10%2F31%2F08%2F"));
}

/// One invocation at a cold start.
async fn invoke(site: &Site, event: Value, now: &str) -> Answered {
    let function = Function::new(|name| site.variable(name), Clients::new(&site.aws().sdk_config()));
    let event = LambdaEvent::new(event, crate::functions::context("8f507cfc-example"));
    let now: Timestamp = time(now);
    let answer = Box::pin(function.expect("settings").handle(event, now)).await;
    answer.map_err(|diagnostic| diagnostic.error_type)
}

async fn tick(site: &Site, at: &str) -> Answered {
    invoke(site, json!({"scheduled_time": at}), at).await
}

/// The function of the stack, and what befalls it: by part, or `judge`, the errors that are told before it is invoked at all, and those
/// that are told although it did its work.
struct Stack<'s> {
    site: &'s Site,
    now: &'static str,
    before: BTreeMap<String, Vec<&'static str>>,
    after: BTreeMap<String, Vec<&'static str>>,
    invoked: Vec<String>,
}

impl<'s> Stack<'s> {
    fn at(site: &'s Site, now: &'static str) -> Self {
        Self { site, now, before: BTreeMap::new(), after: BTreeMap::new(), invoked: Vec::new() }
    }

    fn times(&self, whom: &str) -> usize {
        self.invoked.iter().filter(|invoked| *invoked == whom).count()
    }
}

impl Functions for Stack<'_> {
    async fn invoke(&mut self, function: &str, event: Value) -> Answered {
        assert_eq!(function, FUNCTION);
        let whom = event.get("part").map_or_else(|| "judge".to_owned(), Value::to_string);
        self.invoked.push(whom.clone());
        if let Some(error) = self.before.get_mut(&whom).and_then(Vec::pop) {
            return Err(error.to_owned());
        }
        let answer = invoke(self.site, event, self.now).await;
        match self.after.get_mut(&whom).and_then(Vec::pop) {
            Some(error) => Err(error.to_owned()),
            None => answer,
        }
    }
}

fn last_input(site: &Site) -> Value {
    site.aws().started().last().expect("an execution").input.clone()
}

fn has_verdict(tree: &crate::site::Tree) -> bool {
    tree.keys().any(|key| key.ends_with(&format!("{RUN}/execution.json")))
}

/// What one function makes of it without a machine.
async fn alone(place: &mut Place) -> crate::site::Tree {
    place.site.set("WINDOW_STATE_MACHINE_ARN", "");
    let run = async |site: &Site| {
        assert_eq!(
            tick(site, "2026-10-31T09:10:00Z").await.expect("a verdict")["monitoring_execution_status"],
            "Completed"
        );
        Ok(())
    };
    let report = place.report_of("alone", run).await;
    place.site.set("WINDOW_STATE_MACHINE_ARN", MACHINE);
    report
}

#[tokio::test]
async fn a_wide_hour_is_handed_over_and_has_the_verdict_of_one_function() {
    let mut place = place().await;
    let alone = alone(&mut place).await;
    let shared = async |site: &Site| {
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
        let mut stack = Stack::at(site, "2026-10-31T09:12:00Z");
        // Parts that are throttled, that end without an answer, and that answer twice.
        stack.before.insert("3".to_owned(), vec!["Lambda.TooManyRequestsException"; 9]);
        stack.before.insert("4".to_owned(), vec!["States.Timeout"; 2]);
        stack.after.insert("5".to_owned(), vec!["States.Timeout"; 2]);
        stack.after.insert("judge".to_owned(), vec!["States.Timeout"]);
        let output = play(last_input(site), &mut stack).await.expect("a verdict");
        assert_eq!(output["monitoring_execution_status"], "Completed");
        assert_eq!(
            (stack.times("3"), stack.times("4"), stack.times("5"), stack.times("judge")),
            (10, 3, 3, 2)
        );
        assert_eq!(site.aws().metrics().len(), points + 1, "points are sent once");
        let after = tick(site, "2026-10-31T09:40:00Z").await.expect("the verdict that there is");
        assert_eq!(after["monitoring_execution_status"], "Completed");
        Ok(())
    };
    assert_same(&place.report_of("shared", shared).await, &alone);
}

#[tokio::test]
async fn a_part_that_does_not_heal_fails_the_execution_and_the_next_hour_reads_only_what_is_missing() {
    let place = place().await;
    let site = &place.site;
    tick(site, "2026-10-31T09:10:00Z").await.expect("handed over");
    let gone = format!("{HOUR}/07-00-000-x.jsonl");
    let bytes = site.tree().await[&gone].clone();
    site.delete(&gone).await;
    let mut stack = Stack::at(site, "2026-10-31T09:12:00Z");
    let error = play(last_input(site), &mut stack).await.expect_err("a part that is not there");
    assert_eq!(error, "States.ExceedToleratedFailureThreshold");
    assert_eq!(
        (stack.times("7"), stack.times("6"), stack.times("judge")),
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
    let mut stack = Stack::at(site, "2026-10-31T11:22:00Z");
    let output = play(last_input(site), &mut stack).await.expect("a verdict");
    assert_eq!(output["monitoring_execution_status"], "Completed");
    let served = site.aws().served();
    let gets = served[before..].iter().filter(|it| it.call.operation == "s3:GetObject");
    let read: Vec<&str> =
        gets.map(|it| it.call.path.as_str()).filter(|path| path.contains("/capture/")).collect();
    assert_eq!(read.len(), 1, "{read:?}");
    assert!(read[0].contains("07-00-000-x.jsonl"));
}

#[tokio::test]
async fn a_window_that_never_comes_to_a_verdict_is_given_up_after_three_later_hours() {
    let place = place().await;
    let site = &place.site;
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
    let place = place().await;
    let site = &place.site;
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
    let place = place().await;
    let site = &place.site;
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
async fn life(site: &Site) -> Answered {
    let answer = tick(site, "2026-10-31T09:10:00Z").await?;
    if answer["handed_over"].is_null() {
        return Ok(answer);
    }
    play(last_input(site), &mut Stack::at(site, "2026-10-31T09:12:00Z")).await
}

/// The process dies behind each thing that it changes, one after the other, and another one begins anew.
#[tokio::test]
async fn whatever_is_done_when_a_process_dies_the_bytes_are_the_same() {
    let mut place = place().await;
    let alone = alone(&mut place).await;
    let mut deaths = 0;
    loop {
        let mut has_died = false;
        let shared = async |site: &Site| {
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
        assert_same(&place.report_of("shared", shared).await, &alone);
        if !has_died {
            break;
        }
        deaths += 1;
    }
    // Ten lists, a plan, an execution; ten parts; stages, the commit, final names, points, marks.
    assert!(deaths > 30, "{deaths}");
}
