//! `bellwether route`: one report, routed by the router that the Lambda function runs, or a test of the topic.

use crate::output::print;
use bellwether_contract::printable;
use bellwether_contract::routing::Message;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::route::decision::Silence;
use bellwether_pipeline::route::message::test_message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::report::located;
use bellwether_pipeline::route::{Invocation, Look, Routed, Router};
use bellwether_pipeline::settings::router::{RouterSettings, TopicArn};
use bellwether_storage::Location;
use clap::ArgMatches;
use jiff::Timestamp;
use std::io::Write;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, String> {
    if matches.get_flag("test") {
        return test(matches).await;
    }
    let report = matches.get_one::<String>("report").ok_or("--report is missing")?;
    let report: Location = report.parse().map_err(|error| format!("--report: {error}"))?;
    let (reports, run) = located(&report).map_err(|error| told(&error))?;
    let settings = RouterSettings::read_for_command(|name| match name {
        "REPORTS_URI" => Some(reports.to_string()),
        _ => matches.get_one::<String>(name).cloned(),
    })
    .map_err(|error| error.to_string())?;
    let deliver = matches.get_flag("deliver");
    let settings = RouterSettings { topic: settings.topic.filter(|_| deliver), ..settings };
    let clients = if settings.needs_aws() { Some(Clients::from_environment().await) } else { None };
    let topic = settings.topic.clone();
    let router = Router::new(settings, clients.as_ref()).map_err(|error| told(&error))?;
    if deliver {
        let router =
            if topic.is_some() { router } else { router.with_outlet(Outlet::Printed(print_message)) };
        let routed = router.route(&run, &invocation()).await.map_err(|error| told(&error))?;
        show(&routed, topic.as_ref())?;
    } else {
        let look = router.look(&run, Timestamp::now()).await.map_err(|error| told(&error))?;
        show_look(&look)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(matches: &ArgMatches) -> Result<ExitCode, String> {
    let topic = matches.get_one::<String>("TOPIC_ARN").ok_or("--topic is missing")?;
    let topic: TopicArn = topic.parse().map_err(|error| format!("--topic: {error}"))?;
    let clients = Clients::from_environment().await;
    let message = test_message(topic.as_str(), Timestamp::now());
    Outlet::new(Some(&clients), Some(topic.clone())).send(&message).await.map_err(|error| told(&error))?;
    print(format_args!("Sent to {topic}: {}", message.subject))?;
    print(format_args!(
        "Message {}. Whoever does not get it has not confirmed a subscription, or filters it out.",
        message.message_id
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn invocation() -> Invocation {
    Invocation { now: Timestamp::now(), request_id: format!("cli-{}", std::process::id()) }
}

/// A message that could not be written is not told: it is flushed before it counts as sent.
fn print_message(message: &Message) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{}", printable::lines(&text(message)))?;
    output.flush()
}

fn text(message: &Message) -> String {
    format!("Subject: {}\n\n{}\n", message.subject, message.text)
}

fn show(routed: &Routed, topic: Option<&TopicArn>) -> Result<(), String> {
    if let Some(topic) = topic {
        routed
            .sent
            .iter()
            .try_for_each(|message| print(format_args!("Sent to {topic}: {}", message.subject)))?;
    }
    if let Some(busy_until) = routed.busy_until {
        return print(format_args!(
            "Somebody else is sending a message of this schedule; if it does not arrive, try again after {busy_until}."
        ));
    }
    if routed.sent.is_empty() {
        print(format_args!("Nothing to tell: {}.", in_words(routed.silence)))?;
    }
    Ok(())
}

/// What would be told, and in one line each what the state would say and what waits.
fn show_look(look: &Look) -> Result<(), String> {
    match &look.first {
        Ok(messages) => messages.iter().try_for_each(|message| print(text(message)))?,
        Err(silence) => print(format_args!("Nothing to tell: {}.", in_words(*silence)))?,
    }
    let waiting = match look.waiting.as_slice() {
        [] => String::new(),
        [first, more @ ..] => {
            let outlet = if first.outlet.is_empty() { "a topic" } else { &first.outlet };
            format!(" {} for {outlet}: {:?}.", waits(more.len()), first.message.subject)
        }
    };
    let state = match &look.now {
        Ok(messages) => {
            let subjects: Vec<&str> = messages.iter().map(|message| message.subject.as_str()).collect();
            format!("would tell {:?}", subjects.join("; "))
        }
        Err(silence) => format!("would tell nothing, as {}", in_words(*silence)),
    };
    print(format_args!(
        "After what was routed before, --deliver {state}.{waiting} Nothing was sent or remembered."
    ))
}

fn waits(more: usize) -> String {
    if more == 0 { "A message waits".to_owned() } else { format!("{} messages wait, the first", more + 1) }
}

fn in_words(silence: Silence) -> &'static str {
    match silence {
        Silence::Healthy => "nothing is violated and nothing was",
        Silence::Same => "the same violations were told already, and it is too soon for a reminder",
        Silence::Unproven => "the run proves nothing, neither violations nor that all is well",
        Silence::NotJudged => "nothing was judged, which was told, and is told again daily",
        Silence::Known => "this verdict was routed before",
        Silence::Older => "a newer window was routed before",
    }
}

fn told(error: &RunError) -> String {
    format!("{}: {}", error.error_type(), error.chain())
}
