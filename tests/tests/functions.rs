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
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What a function finds in its environment.
pub(crate) type Environment = BTreeMap<String, String>;
pub(crate) type Answer = Result<Value, Diagnostic>;

/// One function.
pub(crate) struct Function {
    /// Its folder in `functions/`.
    pub(crate) name: &'static str,
    /// Its settings.
    pub(crate) variables: &'static [Variable],
    /// What starts it.
    pub(crate) starts: Starts,
    /// A cold start in this environment and one invocation.
    pub(crate) invoke: fn(Environment, Clients, LambdaEvent<Value>, Timestamp) -> BoxFuture<'static, Answer>,
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

fn invoke<F: bellwether_serve::Function + 'static>(
    environment: Environment,
    clients: Clients,
    event: LambdaEvent<Value>,
    now: Timestamp,
) -> BoxFuture<'static, Answer> {
    async move {
        let function = F::new(|name| environment.get(name).cloned(), clients).expect("settings");
        function.handle(event, now).await
    }
    .boxed()
}

const fn function<F: bellwether_serve::Function + 'static>(
    name: &'static str,
    variables: &'static [Variable],
    starts: Starts,
) -> Function {
    Function { name, variables, starts, invoke: invoke::<F> }
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
        let Self { name, starts, .. } = self;
        let path = format!("../events/{name}-{}.json", starts.sample());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        serde_json::from_slice(&std::fs::read(path).expect("a sample event")).expect("JSON")
    }
}

/// The context of an invocation of a function with 1,024 MB and a quarter of an hour.
pub(crate) fn context(request_id: &str) -> Context {
    let mut context = Context::default();
    let end = SystemTime::now() + Duration::from_secs(900);
    let end = end.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970");
    context.deadline = u64::try_from(end.as_millis()).expect("milliseconds");
    context.request_id = request_id.to_owned();
    context.env_config = Arc::new(Config { memory: 1_024, ..Config::default() });
    context
}
