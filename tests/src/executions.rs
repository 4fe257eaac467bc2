//! Step Functions as far as a state machine is started: executions by their names, which are taken for 90 days.
//!
//! It runs none: whoever wants one run plays its definition, and closes it here.

use crate::answer::Answer;
use crate::http::{fork, lock};
use crate::services::ACCOUNT;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// An execution that was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// ARN of its state machine.
    pub machine: String,
    pub name: String,
    pub input: Value,
    /// Whether it has ended: its name stays taken.
    pub is_closed: bool,
}

#[derive(Default)]
pub(crate) struct Executions {
    pub(crate) machines: Mutex<BTreeSet<String>>,
    pub(crate) started: Mutex<Vec<Started>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartExecution {
    state_machine_arn: String,
    name: String,
    input: String,
}

/// Characters that no name may have, beside control characters.
const FORBIDDEN: &str = " <>{}[]?*\"#%\\^|~`$&,;:/";
/// Longest name.
const LONGEST: usize = 80;
/// Most bytes of an input.
const LARGEST: usize = 262_144;

impl Executions {
    /// The same executions apart.
    pub(crate) fn fork(&self) -> Self {
        Self { machines: fork(&self.machines), started: fork(&self.started) }
    }

    /// The same name with the same input while it runs is the same execution; every other use of a name is refused.
    pub(crate) fn start(&self, body: &[u8]) -> Answer {
        let Ok(StartExecution { state_machine_arn: machine, name, input }) = serde_json::from_slice(body)
        else {
            return refused("ValidationException", "no execution");
        };
        let is_legal = |symbol: char| !symbol.is_control() && !FORBIDDEN.contains(symbol);
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(is_legal) {
            return refused("InvalidName", &format!("Invalid Name: '{name}'"));
        }
        let parsed = serde_json::from_str(&input).ok().filter(|_| input.len() <= LARGEST);
        let Some(input) = parsed else {
            return refused("InvalidExecutionInput", "Invalid State Machine Execution Input");
        };
        if !lock(&self.machines).contains(&machine) {
            return refused(
                "StateMachineDoesNotExist",
                &format!("State Machine Does Not Exist: '{machine}'"),
            );
        }
        let started = Started { machine, name, input, is_closed: false };
        let mut all = lock(&self.started);
        let arn = format!(
            "arn:aws:states:us-east-1:{ACCOUNT}:execution:{}:{}",
            started.machine.rsplit(':').next().unwrap_or_default(),
            started.name
        );
        match all.iter().find(|other| (&other.machine, &other.name) == (&started.machine, &started.name)) {
            Some(same) if *same == started => {}
            Some(_) => {
                return refused("ExecutionAlreadyExists", &format!("Execution Already Exists: '{arn}'"));
            }
            None => all.push(started),
        }
        answer(200, &json!({"executionArn": arn, "startDate": 1_793_437_804.0}))
    }
}

fn refused(code: &str, message: &str) -> Answer {
    answer(400, &json!({"__type": code, "message": message}))
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer::new(status, "application/x-amz-json-1.0", body.to_string())
}
