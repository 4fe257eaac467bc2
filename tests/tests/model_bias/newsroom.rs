//! What somebody sees who sends the sample event to the function on the embedded AWS (docs/local.md).

use crate::newsroom::{seeded, the_second_hour_violates, watched_by};

#[tokio::test]
async fn a_fair_hour_is_well_and_one_that_denies_women_their_loans_is_not() {
    let local = seeded().await;
    local.put_groups().await.expect("a baseline");
    let newsroom = watched_by(&local, &local.groups_environment());
    the_second_hour_violates(&newsroom, "model-bias").await;
}
