//! What must hold of the definition of the state machine.

use bellwether_tests::machine::definition;
use serde_json::{Value, json};

#[test]
fn the_definition_is_whole_and_ends_before_the_next_hour() {
    let machine = definition();
    let states = machine["States"].as_object().expect("states");
    let mut reached = vec![machine["StartAt"].as_str().expect("a first state")];
    while let Some(next) = states[*reached.last().expect("a state")]["Next"].as_str() {
        reached.push(next);
    }
    assert_eq!(reached.len(), states.len(), "every state is reached, and every Next is there");
    let part = &machine["States"]["Parts"]["ItemProcessor"]["States"]["Part"];
    let judge = &machine["States"]["Judge"];
    for task in [part, judge] {
        assert!(task["TimeoutSeconds"].is_u64() && task["End"] == true);
        let throttled = task["Retry"].as_array().expect("retriers").iter();
        let throttled =
            throttled.filter(|it| it["ErrorEquals"] == json!(["Lambda.TooManyRequestsException"]));
        assert!(throttled.map(|it| it["MaxAttempts"].as_u64()).all(|most| most >= Some(8)));
    }
    // As long as the machine lasts: what waits for a place in a small account is not ill.
    assert!(part["Retry"][1]["MaxAttempts"].as_u64() >= Some(60));
    let tries = |task: &Value| {
        let retriers = task["Retry"].as_array().expect("retriers");
        1 + retriers.last().expect("one for all else")["MaxAttempts"].as_u64().expect("a number")
    };
    let seconds = |task: &Value| task["TimeoutSeconds"].as_u64().expect("seconds");
    let machine_seconds = seconds(&machine);
    assert!(tries(part) * seconds(part) + seconds(judge) < machine_seconds && machine_seconds < 3_600);
    let text = machine.to_string();
    for unknown_to_emulators in ["ItemBatcher", "ResultWriter", "QueryLanguage", "{%"] {
        assert!(!text.contains(unknown_to_emulators), "{unknown_to_emulators}");
    }
}
