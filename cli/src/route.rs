//! `bellwether route`: one report, routed by the router that the Lambda function runs, or a test of the topic.

use crate::aws;
use crate::output::print;
use crate::table::{paragraph, width};
use bellwether_contract::routing::Message;
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::decision::Silence;
use bellwether_pipeline::route::message::test_message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::report::located;
use bellwether_pipeline::route::{Invocation, Routed, Router};
use bellwether_pipeline::settings::router::{RouterSettings, TopicArn};
use bellwether_storage::{Location, StorageError};
use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    if matches.get_flag("test") {
        return test(matches).await;
    }
    let report = matches.get_one::<String>("report").map(String::as_str).unwrap_or_default();
    let report: Location = report.parse().map_err(|error: StorageError| Told::from(error).of("--report"))?;
    let (reports, run) = located(&report)?;
    let settings = RouterSettings::read_for_command(|name| match name {
        "REPORTS_URI" => Some(reports.to_string()),
        _ => matches.get_one::<String>(name).cloned(),
    })?;
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let topic = settings.topic.clone();
    let router = Router::new(settings, clients.as_ref())?;
    if matches.get_flag("dry-run") {
        let remembered = matches.contains_id("STATE_URI");
        let preview = router.preview(&run, remembered).await?;
        let shown = match preview {
            Ok(message) => json!(message),
            Err(silence) => json!({ "silence": silence }),
        };
        print(format_args!("{shown:#}"))?;
    } else {
        let routed = router.route(&run, &invocation()).await?;
        match matches.get_flag("json") {
            true => {
                print(format_args!("{:#}", json!({ "messages": routed.sent, "silence": routed.silence })))?
            }
            false => show(&routed, topic.as_ref())?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let topic = matches.get_one::<String>("TOPIC_ARN").map(String::as_str).unwrap_or_default();
    let topic: TopicArn = topic.parse().map_err(|error: String| {
        Told::usage("--topic", error, "give a topic's ARN, such as arn:aws:sns:eu-west-1:123456789012:oncall")
    })?;
    let clients = aws::clients().await?;
    let message = test_message(topic.as_str(), Timestamp::now());
    Outlet::new(Some(&clients), Some(topic.clone())).send(&message).await?;
    if matches.get_flag("json") {
        print(format_args!("{:#}", json!({ "messages": [message] })))?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = format!(
        "Sent to {topic}: {} Message {}. Whoever does not get it has not confirmed a subscription, or filters it out.",
        message.subject, message.message_id
    );
    print(paragraph("", &text, width()))?;
    Ok(ExitCode::SUCCESS)
}

fn invocation() -> Invocation {
    Invocation { now: Timestamp::now(), request_id: format!("cli-{}", std::process::id()) }
}

fn show(routed: &Routed, topic: Option<&TopicArn>) -> Result<(), Told> {
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
