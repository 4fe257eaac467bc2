//! A week of labels that come when they please.

use super::traffic::with_baseline;
use crate::harness::Harness;
use crate::labelled_week::Labelled;
use bellwether_pipeline::monitors::model_bias::ModelBias;
use bellwether_tests::local::groups::{labelled, record};

#[tokio::test]
async fn every_window_of_a_week_ends_once_and_is_opened_once_where_its_labels_came() {
    let site = with_baseline(Harness::folder()).await;
    let record = |begin, n| record(begin, n, 50);
    Labelled { site, capture: "capture/loans-prod/AllTraffic", record, label: labelled }
        .live::<ModelBias>(1)
        .await;
}
