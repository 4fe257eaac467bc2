//! The definition of the state machine, played as Step Functions plays it: as far as it goes, and no further. What it does not know of
//! the definition stops the test.

use crate::rules::read;
use serde_json::{Map, Value, json};

const DEFINITION: &str = "scale-out.asl.json";
const INVOKE: &str = "arn:${Partition}:states:::lambda:invoke";

/// The definition as it lies in the repository.
pub(crate) fn definition() -> Value {
    serde_json::from_str(&read(DEFINITION)).expect("a definition")
}

/// What a function answers, or the name of its error.
pub(crate) type Answered = Result<Value, String>;

/// Who is invoked: a function by its name, with an event.
pub(crate) trait Functions {
    async fn invoke(&mut self, function: &str, event: Value) -> Answered;
}

/// Plays an execution to its end: its output, or the name of the error that ended it.
pub(crate) async fn play(input: Value, functions: &mut impl Functions) -> Answered {
    play_states(&definition(), input, functions).await
}

async fn play_states(machine: &Value, mut input: Value, functions: &mut impl Functions) -> Answered {
    let mut name = machine["StartAt"].as_str().expect("a first state").to_owned();
    loop {
        let state = &machine["States"][&name];
        input = match state["Type"].as_str() {
            Some("Map") => Box::pin(play_map(state, &input, functions)).await?,
            Some("Task") => play_task(state, &input, functions).await?,
            other => panic!("{name} is {other:?}, which is not played here"),
        };
        match state["Next"].as_str() {
            Some(next) => next.clone_into(&mut name),
            None => return Ok(input),
        }
    }
}

/// Knows only these fields.
fn of_these(state: &Value, known: &[&str]) {
    let unknown = state.as_object().expect("a state").keys().find(|field| !known.contains(&field.as_str()));
    assert_eq!(unknown, None, "is not played here");
}

async fn play_map(state: &Value, input: &Value, functions: &mut impl Functions) -> Answered {
    of_these(
        state,
        &[
            "Type",
            "Label",
            "ItemsPath",
            "MaxConcurrencyPath",
            "ItemSelector",
            "ItemProcessor",
            "Retry",
            "ResultPath",
            "Next",
        ],
    );
    assert_eq!(
        state["ItemProcessor"]["ProcessorConfig"],
        json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})
    );
    assert!(at(state["MaxConcurrencyPath"].as_str().expect("a path"), input, None).is_u64());
    assert!(state["ResultPath"].is_null(), "what parts answer is nobody's");
    let items = at(state["ItemsPath"].as_str().expect("a path"), input, None);
    let mut retriers = Retriers::of(state);
    loop {
        let mut failed = false;
        // Children come in no order: the last one first.
        for item in items.as_array().expect("items").iter().rev() {
            let child = filled(&state["ItemSelector"], input, Some(item));
            failed |= Box::pin(play_states(&state["ItemProcessor"], child, functions)).await.is_err();
        }
        if !failed {
            return Ok(input.clone());
        }
        let error = "States.ExceedToleratedFailureThreshold".to_owned();
        if !retriers.again(&error) {
            return Err(error);
        }
    }
}

async fn play_task(state: &Value, input: &Value, functions: &mut impl Functions) -> Answered {
    of_these(
        state,
        &[
            "Type",
            "Resource",
            "Parameters",
            "TimeoutSeconds",
            "Retry",
            "ResultSelector",
            "OutputPath",
            "End",
            "Next",
        ],
    );
    assert_eq!(state["Resource"], INVOKE);
    let parameters = filled(&state["Parameters"], input, None);
    let function = parameters["FunctionName"].as_str().expect("a function");
    let mut retriers = Retriers::of(state);
    loop {
        match functions.invoke(function, parameters["Payload"].clone()).await {
            Ok(payload) => {
                let result = match &state["ResultSelector"] {
                    Value::Null => json!({"Payload": payload, "StatusCode": 200}),
                    selector => filled(selector, &json!({"Payload": payload}), None),
                };
                let path = state["OutputPath"].as_str().unwrap_or("$");
                return Ok(at(path, &result, None).clone());
            }
            Err(error) if retriers.again(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The retriers of a state, each with the tries that it has left.
struct Retriers(Vec<(Vec<String>, u64)>);

impl Retriers {
    fn of(state: &Value) -> Self {
        let retrier = |retrier: &Value| {
            let errors = retrier["ErrorEquals"].as_array().expect("errors").iter();
            let errors = errors.map(|error| error.as_str().expect("a name").to_owned()).collect();
            (errors, retrier["MaxAttempts"].as_u64().expect("a number"))
        };
        Self(state["Retry"].as_array().into_iter().flatten().map(retrier).collect())
    }

    /// The first retrier that names an error decides.
    fn again(&mut self, error: &str) -> bool {
        let names = |errors: &[String]| errors.iter().any(|name| name == error || name == "States.ALL");
        let found = self.0.iter_mut().find(|(errors, _)| names(errors));
        let Some((_, left)) = found.filter(|(_, left)| *left > 0) else { return false };
        *left -= 1;
        true
    }
}

/// A payload template: fields whose names end in `.$` are paths.
fn filled(template: &Value, input: &Value, item: Option<&Value>) -> Value {
    let Value::Object(fields) = template else { return template.clone() };
    let field = |(name, value): (&String, &Value)| match name.strip_suffix(".$") {
        Some(name) => (name.to_owned(), at(value.as_str().expect("a path"), input, item).clone()),
        None => (name.clone(), filled(value, input, item)),
    };
    Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
}

/// What stands at a path: `$`, `$.name`, or the item of a map.
fn at<'v>(path: &str, input: &'v Value, item: Option<&'v Value>) -> &'v Value {
    match path {
        "$" => input,
        "$$.Map.Item.Value" => item.expect("an item"),
        path => {
            let name = path.strip_prefix("$.").unwrap_or_else(|| panic!("{path} is not played here"));
            input.get(name).unwrap_or_else(|| panic!("{path} leads nowhere in {input}"))
        }
    }
}

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
