//! Pages of what moves a model's answers.

use super::{Page, UNREADABLE, captured, page, page_of_one, with_a_hostile};
use crate::harness::Harness;
use crate::model_explainability::traffic::{live, start};
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_tests::local::reasons::{ENDPOINT, Unit, baseline, configuration, record, script};

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let live = async |unit| live(Harness::folder(), unit, script()).await;
    let page = page::<ModelExplainability>;
    let mut blind = live(Unit::Cents).await;
    blind.set("BASELINE_CONSTRAINTS_URI", "");
    let one = live(Unit::Cents).await;
    one.capture(ENDPOINT, start(), [record(start(), 0, Unit::Cents)]).await;
    let hostile = live(Unit::Euros).await;
    hostile.put("analysis_config.json", with_a_hostile("income", &configuration().to_string())).await;
    let baseline = String::from_utf8(baseline().await.expect("a baseline")).expect("UTF-8");
    hostile.put("baseline/analysis.json", with_a_hostile("income", &baseline)).await;
    let quiet = captured(live(Unit::Cents).await, "").await;
    let broken = captured(live(Unit::Cents).await, &UNREADABLE.repeat(20)).await;
    vec![
        page(&live(Unit::Cents).await, "reasons, healthy", Status::Completed).await,
        page(&live(Unit::Euros).await, "reasons, violated", Status::CompletedWithViolations).await,
        page(&blind, "reasons, no baseline", Status::Inconclusive).await,
        page_of_one::<ModelExplainability>(&one, "reasons, one row").await,
        page(&hostile, "reasons, hostile names", Status::CompletedWithViolations).await,
        page(&quiet, "reasons, no data", Status::CompletedNoData).await,
        page(&broken, "reasons, failed", Status::Failed).await,
    ]
}
