//! `bellwether route`: one report, routed by the router that the Lambda function runs, or a test of the topic.

use crate::output::print;
use bellwether_contract::routing::Message;
use bellwether_pipeline::RunError;
use bellwether_pipeline::clients::Clients;
use bellwether_pipeline::route::decision::Silence;
use bellwether_pipeline::route::message::test_message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::report::located;
use bellwether_pipeline::route::{Invocation, Routed, Router};
use bellwether_pipeline::settings::router::{RouterSettings, TopicArn};
use bellwether_storage::Location;
use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
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
    let clients = if settings.needs_aws() { Some(Clients::from_environment().await) } else { None };
    let topic = settings.topic.clone();
    let router = Router::new(settings, clients.as_ref()).map_err(|error| told(&error))?;
    if matches.get_flag("dry-run") {
        let remembered = matches.contains_id("STATE_URI");
        let preview = router.preview(&run, remembered).await.map_err(|error| told(&error))?;
        let shown = match preview {
            Ok(message) => json!(message),
            Err(silence) => json!({ "silence": silence }),
        };
        print(format_args!("{shown:#}"))?;
    } else {
        let routed = router.route(&run, &invocation()).await.map_err(|error| told(&error))?;
        show(&routed, topic.as_ref())?;
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

fn show(routed: &Routed, topic: Option<&TopicArn>) -> Result<(), String> {
    for Message { subject, text, .. } in &routed.sent {
        match topic {
            Some(topic) => print(format_args!("Sent to {topic}: {subject}"))?,
            None => print(format_args!("Subject: {subject}\n\n{text}"))?,
        }
    }
    if routed.sent.is_empty() {
        print(format_args!("Nothing to tell: {}.", in_words(routed.silence)))?;
    }
    Ok(())
}

fn in_words(silence: Silence) -> &'static str {
    match silence {
        Silence::Healthy => "nothing is violated and nothing was",
        Silence::Same => "the same violations were told already, and it is too soon for a reminder",
        Silence::Unproven => "the run proves nothing about the violations that are open",
        Silence::Known => "this verdict was routed before",
        Silence::Older => "a newer window was routed before",
    }
}

fn told(error: &RunError) -> String {
    format!("{}: {}", error.error_type(), error.chain())
}
