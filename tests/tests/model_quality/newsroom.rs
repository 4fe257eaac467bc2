//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::newsroom::{seeded, the_second_hour_violates, watched_by};

#[tokio::test]
async fn labels_judge_the_healthy_hour_and_an_estimate_the_collapsed_one() {
    let local = seeded().await;
    local.put_answers().await.expect("a baseline");
    let newsroom = watched_by(&local, &local.answers_environment());
    the_second_hour_violates(&newsroom, "model-quality").await;
}
