//! Pages of answers and their labels.

use super::{Page, UNREADABLE, captured, page, page_of_one};
use crate::harness::Harness;
use crate::model_quality::traffic::{capture, label, label_hour, prepared, score};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_quality::ModelQuality;

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let page = async |site: Harness, name: &str, status| page::<ModelQuality>(&site, name, status).await;
    let hour = async || prepared(Harness::folder()).await;
    let right = hour().await;
    label_hour(&right, 8, 8, (0..600).map(|n| (n, label(n)))).await;
    let wrong = hour().await;
    label_hour(&wrong, 8, 8, (0..600).map(|n| (n, 1 - label(n)))).await;
    let blind = hour().await.with("BASELINE_CONSTRAINTS_URI", "").with("BASELINE_CALIBRATION_URI", "");
    label_hour(&blind, 8, 8, (0..600).map(|n| (n, label(n)))).await;
    let one = hour().await;
    capture(&one, 8, [score(0)]).await;
    label_hour(&one, 8, 8, [(0, label(0))]).await;
    let quiet = captured(hour().await, "").await;
    let broken = captured(hour().await, &UNREADABLE.repeat(20)).await;
    vec![
        page(right, "answers, healthy", Status::Completed).await,
        page(wrong, "answers, violated", Status::CompletedWithViolations).await,
        page(hour().await, "answers, no label", Status::Inconclusive).await,
        page(blind, "answers, no baseline", Status::Inconclusive).await,
        page_of_one::<ModelQuality>(&one, "answers, one row").await,
        page(quiet, "answers, no data", Status::CompletedNoData).await,
        page(broken, "answers, failed", Status::Failed).await,
    ]
}
