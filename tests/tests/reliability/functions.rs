//! Every function: its folder, its event, and how Lambda would call it. One line each; everything here asks all of them.

use bellwether_pipeline::clients::Clients;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a function finds in its environment.
pub(crate) type Environment = BTreeMap<&'static str, String>;

type Handle = fn(Environment, Clients, LambdaEvent<Value>, Timestamp) -> BoxFuture<'static, Answer>;
pub(crate) type Answer = Result<Value, Diagnostic>;

pub(crate) struct Function {
    /// Its folder in `functions/`.
    pub(crate) name: &'static str,
    /// Its sample in `events/`.
    pub(crate) event: &'static str,
    /// Settings besides those of the sample newsroom.
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// Who must have run before the event can come.
    pub(crate) after: Option<&'static str>,
    /// A cold start and one invocation.
    pub(crate) handle: Handle,
}

macro_rules! handler {
    ($function:ty) => {
        |environment, clients, event, now| {
            async move {
                let function = <$function>::new(|name| environment.get(name).cloned(), clients);
                function.expect("settings").handle(event, now).await
            }
            .boxed()
        }
    };
}

#[rustfmt::skip]
pub(crate) const FUNCTIONS: [Function; 3] = [
    Function { name: "baseline", event: "baseline-object-created", settings: &[], after: None, handle: handler!(baseline::Function) },
    Function { name: "diversity-check", event: "diversity-check-scheduler", settings: &[], after: None, handle: handler!(diversity_check::Function) },
    Function { name: "violation-router", event: "violation-router-object-created", settings: &[], after: Some("diversity-check"), handle: handler!(violation_router::Function) },
];

/// The function of a folder.
pub(crate) fn function(name: &str) -> &'static Function {
    FUNCTIONS.iter().find(|function| function.name == name).unwrap_or_else(|| panic!("no function {name}"))
}

impl Function {
    /// Its sample event.
    pub(crate) fn event(&self) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{}.json", self.event));
        serde_json::from_slice(&std::fs::read(path).expect("a sample event")).expect("JSON")
    }
}

#[test]
fn no_function_is_left_out() {
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions"));
    let folders: BTreeSet<String> = folders
        .expect("functions/")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    assert_eq!(FUNCTIONS.iter().map(|function| function.name.to_owned()).collect::<BTreeSet<_>>(), folders);
}
