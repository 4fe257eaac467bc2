//! Pages of what moves a model's answers.

use super::{Page, UNREADABLE, captured, page, page_of_one, with_a_hostile};
use crate::model_explainability::traffic::{Live, capture, start};
use crate::site::Site;
use bellwether_contract::execution::Status;
use bellwether_pipeline::monitors::model_explainability::ModelExplainability;
use bellwether_tests::local::reasons::{Unit, baseline, configuration, record, script};

/// An hour in each of the ways in which it ends.
pub(super) async fn ended() -> Vec<Page> {
    let live = async |unit| Live::start(Site::folder(), unit, script()).await;
    let page =
        async |live: &Live, name: &str, status| page::<ModelExplainability>(&live.site, name, status).await;
    let mut blind = live(Unit::Cents).await;
    blind.site.set("BASELINE_CONSTRAINTS_URI", "");
    let one = live(Unit::Cents).await;
    capture(&one.site, [record(start(), 0, Unit::Cents)].into_iter()).await;
    let hostile = live(Unit::Euros).await;
    hostile.site.put("analysis_config.json", with_a_hostile("income", &configuration().to_string())).await;
    let baseline = String::from_utf8(baseline().await.expect("a baseline")).expect("UTF-8");
    hostile.site.put("baseline/analysis.json", with_a_hostile("income", &baseline)).await;
    let mut quiet = live(Unit::Cents).await;
    quiet.site = captured(quiet.site, "").await;
    let mut broken = live(Unit::Cents).await;
    broken.site = captured(broken.site, &UNREADABLE.repeat(20)).await;
    vec![
        page(&live(Unit::Cents).await, "reasons, healthy", Status::Completed).await,
        page(&live(Unit::Euros).await, "reasons, violated", Status::CompletedWithViolations).await,
        page(&blind, "reasons, no baseline", Status::Inconclusive).await,
        page_of_one::<ModelExplainability>(&one.site, "reasons, one row").await,
        page(&hostile, "reasons, hostile names", Status::CompletedWithViolations).await,
        page(&quiet, "reasons, no data", Status::CompletedNoData).await,
        page(&broken, "reasons, failed", Status::Failed).await,
    ]
}
