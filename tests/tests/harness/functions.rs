//! Every function, what it reads, and how Lambda calls it: the one table of the tests. The monitors come from the pipeline's.

use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::settings::baseline::BaselineSettings;
use bellwether_pipeline::settings::dispatch::DispatchSettings;
use bellwether_pipeline::settings::router::RouterSettings;
use bellwether_pipeline::settings::{Settings, Variable};
use bellwether_serve::Hourly;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use lambda_runtime::{Config, Context, Diagnostic, LambdaEvent};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const EVENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

/// What a function finds in its environment.
pub(crate) type Environment = BTreeMap<String, String>;
pub(crate) type Answer = Result<Value, Diagnostic>;
type Handle = Box<dyn Fn(LambdaEvent<Value>, Timestamp) -> BoxFuture<'static, Answer> + Send + Sync>;

/// A process of a function: it has had its cold start, and serves one event after the other.
pub(crate) struct Started(Handle);

/// One function.
pub(crate) struct Function {
    /// Its folder in `functions/`.
    pub(crate) name: &'static str,
    /// Its settings.
    pub(crate) variables: &'static [Variable],
    /// What starts it.
    pub(crate) starts: Starts,
    /// A cold start in this environment.
    pub(crate) start: fn(&Environment, Clients) -> Started,
}

/// What starts a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Starts {
    /// A schedule.
    Tick,
    /// An object.
    Object,
}

impl Starts {
    /// Understands an event, or says why not.
    pub(crate) fn understands(self, event: &Value) -> Result<(), String> {
        match self {
            Self::Tick => bellwether_events::trigger(event, bellwether_contract::window::Offsets::default())
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Self::Object => match bellwether_events::objects_created(event) {
                Ok(created) if created.is_empty() => Err("names no object".to_owned()),
                created => created.map(|_| ()).map_err(|error| error.to_string()),
            },
        }
    }

    /// How the names of its samples in `events/` go on.
    fn sample(self) -> &'static str {
        match self {
            Self::Tick => "scheduler",
            Self::Object => "object-created",
        }
    }
}

const fn function<F: bellwether_serve::Function + 'static>(
    name: &'static str,
    variables: &'static [Variable],
    starts: Starts,
) -> Function {
    Function { name, variables, starts, start: Started::of::<F> }
}

const fn monitor<M: Monitor + 'static>() -> Function {
    function::<Hourly<M>>(M::COMMAND, M::Settings::VARIABLES, Starts::Tick)
}

macro_rules! table {
    ($($module:ident::$monitor:ident),+) => {
        /// Every function.
        pub(crate) const FUNCTIONS: &[Function] = &[
            $(monitor::<bellwether_pipeline::monitors::$module::$monitor>(),)+
            function::<dispatch::Function>("dispatch", DispatchSettings::VARIABLES, Starts::Tick),
            function::<baseline::Function>("baseline", BaselineSettings::VARIABLES, Starts::Object),
            function::<violation_router::Function>("violation-router", RouterSettings::VARIABLES, Starts::Object),
        ];
    };
}
bellwether_pipeline::monitors!(table);

/// The function of a folder.
pub(crate) fn named(name: &str) -> &'static Function {
    FUNCTIONS.iter().find(|function| function.name == name).unwrap_or_else(|| panic!("no function {name}"))
}

impl Function {
    /// Its sample event.
    pub(crate) fn event(&self) -> Value {
        sample(&format!("{}-{}", self.name, self.starts.sample()))
    }

    /// Every sample event, in the order of their names.
    pub(crate) fn samples(&self) -> Vec<Value> {
        let own = format!("{}-", self.name);
        let names =
            std::fs::read_dir(EVENTS).expect("events/").map(|entry| entry.expect("an event").file_name());
        let names = names.filter_map(|name| name.to_str()?.strip_suffix(".json").map(str::to_owned));
        let names: BTreeSet<String> = names.filter(|name| name.starts_with(&own)).collect();
        names.iter().map(|name| sample(name)).collect()
    }
}

impl Started {
    /// A cold start in this environment.
    pub(crate) fn of<F: bellwether_serve::Function + 'static>(
        environment: &Environment,
        clients: Clients,
    ) -> Self {
        let function = Arc::new(F::new(|name| environment.get(name).cloned(), clients).expect("settings"));
        Self(Box::new(move |event, now| {
            let function = Arc::clone(&function);
            async move { function.handle(event, now).await }.boxed()
        }))
    }

    /// One invocation, of a quarter of an hour at most.
    pub(crate) async fn handle(&self, event: Value, now: Timestamp) -> Answer {
        self.handle_in(context("8f507cfc-example", LONGEST), event, now).await
    }

    pub(crate) async fn handle_in(&self, context: Context, event: Value, now: Timestamp) -> Answer {
        (self.0)(LambdaEvent::new(event, context), now).await
    }
}

/// A sample event, by the name of its file.
pub(crate) fn sample(name: &str) -> Value {
    let path = format!("{EVENTS}/{name}.json");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Lambda's longest invocation.
pub(crate) const LONGEST: Duration = Duration::from_secs(900);

/// The context of an invocation of a function with 1,024 MB.
pub(crate) fn context(request_id: &str, time: Duration) -> Context {
    let mut context = Context::default();
    let end = SystemTime::now() + time;
    let end = end.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    context.deadline = u64::try_from(end.as_millis()).expect("milliseconds");
    context.request_id = request_id.to_owned();
    context.env_config = Arc::new(Config { memory: 1_024, ..Config::default() });
    context
}
