//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::newsroom::{seeded, the_second_hour_violates, watched_by};

#[tokio::test]
async fn an_hour_in_cents_is_well_and_one_in_euros_is_not() {
    let local = seeded().await;
    local.put_reasons().await.expect("a baseline");
    let newsroom = watched_by(&local, &local.reasons_environment());
    the_second_hour_violates(&newsroom, "model-explainability").await;
}
