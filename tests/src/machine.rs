//! The definition of the state machine, played as Step Functions plays it: as far as it goes, and no further. What it does not know of
//! the definition panics.
//!
//! It knows no clock of its own: who plays it says how long a pause takes, and in what order children come. Tasks and the machine end
//! where their time does, by tokio's clock.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;

const DEFINITION: &str = include_str!("../../scale-out.asl.json");
const INVOKE: &str = "arn:${Partition}:states:::lambda:invoke";
/// What ends a task, or an execution, whose time is over.
pub const TIMED_OUT: &str = "States.Timeout";

/// The definition as it lies in the repository.
///
/// # Panics
/// It is none.
#[must_use]
pub fn definition() -> Value {
    serde_json::from_str(DEFINITION).expect("a definition")
}

/// What a function answers, or the name of its error.
pub type Answered = Result<Value, String>;

/// A child of a map: whether it succeeded.
pub type Child<'c> = LocalBoxFuture<'c, bool>;

/// Who is invoked, and what passes meanwhile.
pub trait Functions {
    /// Invokes a function by its name, with an event.
    fn invoke(&self, function: &str, event: Value) -> impl Future<Output = Answered>;

    /// Waits before a try is made again.
    fn pause(&self, pause: Pause) -> impl Future<Output = ()>;

    /// Runs the children of a map, at most so many at once, and says whether all of them succeeded.
    fn children(&self, at_once: usize, children: Vec<Child<'_>>) -> impl Future<Output = bool>;
}

/// What a retrier asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pause {
    /// At the longest.
    pub most: Duration,
    /// Whether any shorter one may be drawn.
    pub is_jittered: bool,
}

/// Plays an execution to its end: its output, or the name of the error that ended it.
///
/// # Errors
/// As the execution ends.
///
/// # Panics
/// The definition has what is not played here.
pub async fn play(input: Value, functions: &impl Functions) -> Answered {
    let machine = definition();
    within(&machine, play_states(&machine, input, functions)).await
}

/// The time that a task or the machine has.
async fn within(state: &Value, work: impl Future<Output = Answered>) -> Answered {
    let seconds = state["TimeoutSeconds"].as_u64().expect("seconds");
    timeout(Duration::from_secs(seconds), work).await.unwrap_or_else(|_| Err(TIMED_OUT.to_owned()))
}

async fn play_states(machine: &Value, mut input: Value, functions: &impl Functions) -> Answered {
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

async fn play_map(state: &Value, input: &Value, functions: &impl Functions) -> Answered {
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
    let at_once = at(state["MaxConcurrencyPath"].as_str().expect("a path"), input, None);
    let at_once = usize::try_from(at_once.as_u64().expect("a number")).expect("a number of children");
    assert!(state["ResultPath"].is_null(), "what parts answer is nobody's");
    let items = at(state["ItemsPath"].as_str().expect("a path"), input, None);
    let mut retriers = Retriers::of(state);
    loop {
        let child = |item| {
            let child = filled(&state["ItemSelector"], input, Some(item));
            play_states(&state["ItemProcessor"], child, functions).map(|ended| ended.is_ok()).boxed_local()
        };
        let children = items.as_array().expect("items").iter().map(child).collect();
        if functions.children(at_once, children).await {
            return Ok(input.clone());
        }
        let error = "States.ExceedToleratedFailureThreshold".to_owned();
        let Some(pause) = retriers.again(&error) else { return Err(error) };
        functions.pause(pause).await;
    }
}

async fn play_task(state: &Value, input: &Value, functions: &impl Functions) -> Answered {
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
        match within(state, functions.invoke(function, parameters["Payload"].clone())).await {
            Ok(payload) => {
                let result = match &state["ResultSelector"] {
                    Value::Null => json!({"Payload": payload, "StatusCode": 200}),
                    selector => filled(selector, &json!({"Payload": payload}), None),
                };
                let path = state["OutputPath"].as_str().unwrap_or("$");
                return Ok(at(path, &result, None).clone());
            }
            Err(error) => match retriers.again(&error) {
                Some(pause) => functions.pause(pause).await,
                None => return Err(error),
            },
        }
    }
}

/// The retriers of a state, each with the tries that were made.
struct Retriers(Vec<(Value, u32)>);

impl Retriers {
    fn of(state: &Value) -> Self {
        let retriers = state["Retry"].as_array().into_iter().flatten();
        Self(retriers.map(|retrier| (retrier.clone(), 0)).collect())
    }

    /// The first retrier that names an error decides: after what pause there is a further try.
    fn again(&mut self, error: &str) -> Option<Pause> {
        let names = |retrier: &Value| {
            let errors = retrier["ErrorEquals"].as_array().expect("errors");
            errors.iter().any(|name| name == error || name == "States.ALL")
        };
        let (retrier, tries) = self.0.iter_mut().find(|(retrier, _)| names(retrier))?;
        if u64::from(*tries) >= retrier["MaxAttempts"].as_u64().expect("a number") {
            return None;
        }
        let number =
            |field: &str, absent| retrier.get(field).map_or(absent, |it| it.as_f64().expect("a number"));
        let factor = number("BackoffRate", 2.0).powi(i32::try_from(*tries).expect("few tries"));
        let seconds = number("IntervalSeconds", 1.0) * factor;
        *tries += 1;
        Some(Pause {
            most: Duration::from_secs_f64(seconds.min(number("MaxDelaySeconds", f64::INFINITY))),
            is_jittered: retrier["JitterStrategy"] == "FULL",
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_end() {
        let part = &definition()["States"]["Parts"]["ItemProcessor"]["States"]["Part"];
        let mut retriers = Retriers::of(part);
        let mut seconds = |error: &str| retriers.again(error).map(|pause| pause.most.as_secs());
        let throttled: Vec<_> = (0..61).map(|_| seconds("Lambda.TooManyRequestsException")).collect();
        assert_eq!(throttled[..6], [2, 4, 8, 16, 32, 60].map(Some));
        assert!(throttled[6..60].iter().all(|pause| *pause == Some(60)) && throttled[60].is_none());
        assert_eq!(
            ["Lambda.Unknown", TIMED_OUT, "Lambda.Unknown"].map(&mut seconds),
            [Some(2), Some(6), None]
        );
        assert_eq!(seconds("PlanUnusable"), None);
    }
}
