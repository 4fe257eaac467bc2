//! Pages of groups of people.

use super::{Page, UNREADABLE, captured, page, page_of_one, with_a_hostile};
use crate::harness::Harness;
use crate::model_bias::traffic::{label_hour, prepared, start};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_tests::local::groups::{ENDPOINT, baseline, configuration, record};

/// An hour of a model that gives a loan to so many of a hundred women, with its labels.
async fn hour(women: usize) -> Harness {
    let site = prepared(Harness::folder(), women).await;
    label_hour(&site, 8, 8, 0..600).await;
    site
}

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let page = async |site: Harness, name: &str, status| page::<ModelBias>(&site, name, status).await;
    let blind = hour(50).await.with("BASELINE_CONSTRAINTS_URI", "");
    let small = hour(20).await.with("MIN_GROUP", "241");
    let one = hour(50).await;
    one.capture(ENDPOINT, start(8), [record(start(8), 0, 50)]).await;
    let hostile = hour(20).await;
    hostile.put("analysis_config.json", with_a_hostile("sex", &configuration().to_string())).await;
    let baseline = String::from_utf8(baseline().await.expect("a baseline")).expect("UTF-8");
    hostile.put("baseline/analysis.json", with_a_hostile("sex", &baseline)).await;
    let quiet = captured(prepared(Harness::folder(), 50).await, "").await;
    let broken = captured(hour(50).await, &UNREADABLE.repeat(20)).await;
    vec![
        page(hour(50).await, "groups, healthy", Status::Completed).await,
        page(hour(20).await, "groups, violated", Status::CompletedWithViolations).await,
        page(small, "groups, too small", Status::Inconclusive).await,
        page(blind, "groups, no baseline", Status::Inconclusive).await,
        page_of_one::<ModelBias>(&one, "groups, one row").await,
        page(hostile, "groups, hostile names", Status::CompletedWithViolations).await,
        page(quiet, "groups, no data", Status::CompletedNoData).await,
        page(broken, "groups, failed", Status::Failed).await,
    ]
}
