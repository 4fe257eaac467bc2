//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::newsroom::{seeded, the_second_hour_violates};
use model_bias::Function;

#[tokio::test]
async fn a_fair_hour_is_well_and_one_that_denies_women_their_loans_is_not() {
    let local = seeded().await;
    local.put_groups().await.expect("a baseline");
    let environment = local.groups_environment();
    the_second_hour_violates::<Function>(&local, environment, "model-bias-scheduler.json").await;
}
