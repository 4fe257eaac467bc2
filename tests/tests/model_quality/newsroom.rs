//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::newsroom::{seeded, the_second_hour_violates};
use model_quality::Function;

#[tokio::test]
async fn labels_judge_the_healthy_hour_and_an_estimate_the_collapsed_one() {
    let local = seeded().await;
    local.put_answers().await.expect("a baseline");
    let environment = local.answers_environment();
    the_second_hour_violates::<Function>(&local, environment, "model-quality-scheduler.json").await;
}
