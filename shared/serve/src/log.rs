//! The log of a function's process: JSON where Lambda asks for it, at the level that Lambda asks for.
//!
//! Dependencies are heard from WARN on, whatever the level: below it the SDK writes what the endpoint answered, and the
//! runtime what it was sent. The runtime's own word of an error is left out: the run's line has said it.

use lambda_runtime::tracing::subscriber::{EnvFilter, fmt};

/// Must be called once, before the first line.
pub(crate) fn init() {
    let asked = |name: &str| std::env::var(name).unwrap_or_default();
    let log = fmt().with_target(false).without_time().with_env_filter(filter(&asked("AWS_LAMBDA_LOG_LEVEL")));
    match asked("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json") {
        true => log.json().init(),
        false => log.init(),
    }
}

fn filter(level: &str) -> EnvFilter {
    let known = ["trace", "debug", "info", "warn", "error"];
    let level = known.into_iter().find(|known| level.eq_ignore_ascii_case(known)).unwrap_or("info");
    let others = if level == "error" { level } else { "warn" };
    // The runtime's span of an invocation, which every line carries, is of INFO.
    EnvFilter::new(format!(
        "{others},lambda_runtime=info,lambda_runtime::layers::panic=off,bellwether={level}"
    ))
}
