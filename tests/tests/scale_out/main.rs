//! However many functions read a wide window, in whatever order and however often, the bytes are those of the command.

use crate::harness::{Harness, assert_same, nine, time};
use crate::side_by_side::{
    File, Hour, for_windows, of_columns, of_groups, of_labelled_answers, of_lists, of_reasons, runtime,
    window,
};
use bellwether_contract::parts::Cut;
use bellwether_pipeline::RunError;
use bellwether_pipeline::captures::HandedOver;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::monitors::diversity::Diversity;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_pipeline::monitors::model_quality::ModelQuality;
use bellwether_pipeline::progress::nobody;
use bellwether_pipeline::scheduled::{Invocation, Scheduled};
use jiff::SignedDuration;
use proptest::prelude::*;

mod failures;
mod machine;
mod simulated;
mod stories;

/// Windows of a few kilobytes are wide, and parts have a file or two.
pub(crate) const SMALL: Cut = Cut { part_bytes: 20_000, wide_bytes: 1, most_parts: 1_000 };

/// A monitor as a process of its own would make it.
pub(crate) fn monitor<M: Monitor>(site: &Harness) -> Scheduled<M> {
    site.monitor::<M>().expect("a monitor").cut_at(SMALL)
}

/// The same hour, so many minutes later and for somebody else.
pub(crate) fn later(minutes: usize) -> Invocation {
    let now = time("2026-10-31T09:10:00Z") + SignedDuration::from_mins(minutes as i64);
    Invocation { now, request_id: format!("later-{minutes}"), ..nine() }
}

/// The plan of a window; none of one that is not wide, which is judged then.
pub(crate) async fn planned<M: Monitor>(site: &Harness) -> Result<Option<HandedOver>, RunError> {
    match Box::pin(monitor::<M>(site).plan(&nine(), &nobody)).await {
        Ok(_) => Ok(None),
        Err(RunError::HandedOver(handed_over)) => Ok(Some(*handed_over)),
        Err(error) => Err(error),
    }
}

pub(crate) async fn read_part<M: Monitor>(site: &Harness, job: &str, part: usize) -> Result<(), RunError> {
    Box::pin(monitor::<M>(site).read_part(&later(1 + part), job, part, &nobody)).await
}

/// Parts are read in the order of some numbers, each by two at once, whichever comes of that; then a run judges that comes too early;
/// then what is missing is read from the last part to the first; then two judge at once.
async fn by_many_hands<M: Monitor>(site: &Harness, order: &[usize]) -> Result<(), RunError> {
    let (first, second) = tokio::join!(planned::<M>(site), planned::<M>(site));
    let (Some(handed_over), second) = (first?, second?) else { return Ok(()) };
    assert_eq!(second.as_ref(), Some(&handed_over), "two ticks have one plan");
    let HandedOver { job, parts, .. } = handed_over;
    for part in order.iter().map(|number| number % parts) {
        let (one, other) = tokio::join!(read_part::<M>(site, &job, part), read_part::<M>(site, &job, part));
        one.and(other)?;
    }
    if (0..parts).any(|part| order.iter().all(|number| number % parts != part)) {
        let error = judged::<M>(site, &job, 40).await.expect_err("parts are missing");
        assert_eq!(error.error_type(), "PartMissing", "{}", error.chain());
        assert!(!site.tree().await.keys().any(|key| key.ends_with("/execution.json")), "no smaller verdict");
    }
    for part in (0..parts).rev() {
        read_part::<M>(site, &job, part).await?;
    }
    let (one, other) = tokio::join!(judged::<M>(site, &job, 41), judged::<M>(site, &job, 42));
    one.and(other)
}

pub(crate) async fn judged<M: Monitor>(site: &Harness, job: &str, minutes: usize) -> Result<(), RunError> {
    Box::pin(monitor::<M>(site).judge_parts(&later(minutes), job, &nobody)).await.map(|_| ())
}

fn alike<M: Monitor>(hour: impl Future<Output = Hour>) {
    let runtime = runtime();
    let hour = tokio::sync::Mutex::new(runtime.block_on(hour));
    let given = (window(), prop::collection::vec(0..40_usize, 0..6));
    for_windows(16, &given, |(window, order): (Vec<File>, Vec<usize>)| {
        runtime.block_on(async {
            let mut hour = hour.lock().await;
            hour.capture(&window).await;
            let alone = async |site: &Harness| monitor::<M>(site).run(&nine(), &nobody).await.map(|_| ());
            let alone = hour.report_of("alone", alone).await;
            assert!(alone.len() >= 4, "{:?}", alone.keys());
            let shared =
                hour.report_of("shared", async |site: &Harness| by_many_hands::<M>(site, &order).await);
            assert_same(&shared.await, &alone);
        });
    });
}

#[test]
fn columns_are_the_same_by_many_hands() {
    alike::<DataQuality>(of_columns());
}

#[test]
fn lists_are_the_same_by_many_hands() {
    alike::<Diversity>(of_lists());
}

#[test]
fn labelled_answers_are_the_same_by_many_hands() {
    alike::<ModelQuality>(of_labelled_answers());
}

#[test]
fn groups_are_the_same_by_many_hands() {
    alike::<ModelBias>(of_groups());
}

#[test]
fn reasons_are_the_same_by_many_hands() {
    let runtime = runtime();
    let hour = runtime.block_on(of_reasons());
    alike::<ModelExplainability>(async { hour });
}
