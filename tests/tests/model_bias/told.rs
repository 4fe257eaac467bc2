//! What the on-call is told of a group that is treated otherwise: the metric, and how many people it rests on.

use super::traffic::{label_hour, prepared, run};
use crate::harness::{Harness, nine};
use bellwether_pipeline::monitors::model_bias::ModelBias;

#[tokio::test]
async fn the_message_says_how_many_people_are_in_the_group() {
    let site = prepared(Harness::folder(), 20).await;
    label_hour(&site, 8, 8, 0..600).await;
    site.run_twice_as::<ModelBias>(&nine()).await;
    let routed = site.routed(&run(9), "2026-10-31T09:11:00Z").await;
    assert_eq!(routed.sent.len(), 1);
    let told = format!("{}\n{}", routed.sent[0].subject, routed.sent[0].text);
    assert!(told.contains("sex=f DPPL, bias_drift: 0.2"), "{told}");
    assert!(told.contains(", baseline ") && told.contains(" (240 people in the group)"), "{told}");
}
