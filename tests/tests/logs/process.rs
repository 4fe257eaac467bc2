//! A function as Lambda runs it: a process of its own, its events from a runtime API, its log on standard output.
//!
//! The process is this test binary, started again, since it holds every function's `main` in one call.

use bellwether_pipeline::monitor::Monitor;
use bellwether_serve::{Hourly, serve};
use bellwether_tests::answer::Answer;
use bellwether_tests::http::Server;
use lambda_runtime::Error;
use serde_json::Value;
use std::collections::VecDeque;
use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(120);
/// Which function the process is.
const FUNCTION: &str = "BELLWETHER_TEST_FUNCTION";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the process of a function, which the other tests start"]
async fn process() {
    let name = std::env::var(FUNCTION).expect("started by another test");
    let ended = serve_named(&name).await;
    ended.expect("settings that can be used");
}

macro_rules! monitors {
    ($($module:ident::$monitor:ident),+) => {
        async fn serve_named(name: &str) -> Result<(), Error> {
            $(
                if name == <bellwether_pipeline::monitors::$module::$monitor as Monitor>::COMMAND {
                    return serve::<Hourly<bellwether_pipeline::monitors::$module::$monitor>>().await;
                }
            )+
            match name {
                "baseline" => serve::<baseline::Function>().await,
                "violation-router" => serve::<violation_router::Function>().await,
                other => panic!("no function {other}"),
            }
        }
    };
}
bellwether_pipeline::monitors!(monitors);

/// The log of a function's process that was given these events, line by line as JSON, and as text.
pub(crate) async fn log(
    function: &str,
    environment: &[(&'static str, String)],
    events: Vec<Value>,
) -> (Vec<Value>, String) {
    let (count, (sender, mut answered)) = (events.len(), mpsc::unbounded_channel());
    let events = Arc::new(Mutex::new(VecDeque::from(events)));
    let api = Server::start(None, move |request| {
        let path = request.uri().path().to_owned();
        let answer = if path.ends_with("/invocation/next") {
            let event = events.lock().expect("nobody panicked").pop_front();
            event.map_or_else(Answer::hang, |event| delivery(&event))
        } else {
            // Nobody listens any more once all events are answered.
            let _ = sender.send(path);
            Answer::new(202, "application/json", "")
        };
        async move { answer }
    });
    let api = api.await.expect("a free port");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let output = || Stdio::from(File::options().append(true).open(file.path()).expect("the file"));
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "logs::process::process", "--ignored", "--nocapture"]).env_clear();
    command.envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
    command.envs([
        (FUNCTION, function),
        ("AWS_LAMBDA_RUNTIME_API", api.url().trim_start_matches("http://")),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
    ]);
    let mut child = command.stdout(output()).stderr(output()).spawn().expect("a process");
    if count == 0 {
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("it ends");
        assert!(!ended.expect("a status").success(), "{function} started");
    } else {
        for _ in 0..count {
            let answer = tokio::time::timeout(PATIENCE, answered.recv()).await;
            assert!(matches!(answer, Ok(Some(_))), "{function}: {}", read(&file));
        }
        child.kill().expect("it runs");
        child.wait().expect("it has ended");
    }
    let text = read(&file);
    let lines = text.lines().filter(|line| line.starts_with('{'));
    (lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect(), text)
}

fn read(file: &tempfile::NamedTempFile) -> String {
    std::fs::read_to_string(file.path()).expect("text")
}

fn delivery(event: &Value) -> Answer {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let deadline = now + Duration::from_secs(300);
    Answer::json(event)
        .header("lambda-runtime-aws-request-id", "4bf4a5d8-0000-4000-8000-000000000000")
        .header("lambda-runtime-deadline-ms", &deadline.as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:x")
        .header("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0")
}
