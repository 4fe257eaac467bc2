//! `bellwether route`: one report, routed by the router that the Lambda function runs, or a test of the topic.

use crate::aws;
use crate::output::print;
use crate::table::{paragraph, width};
use bellwether_contract::printable;
use bellwether_contract::routing::{Message, Outbox};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::decision::Silence;
use bellwether_pipeline::route::message::test_message;
use bellwether_pipeline::route::outbox::Outlet;
use bellwether_pipeline::route::report::located;
use bellwether_pipeline::route::{Caller, Look, Routed, Router};
use bellwether_pipeline::settings::Settings;
use bellwether_pipeline::settings::router::{RouterSettings, TopicArn};
use bellwether_storage::{Location, StorageError};
use clap::ArgMatches;
use jiff::Timestamp;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) async fn run(matches: &ArgMatches) -> Result<ExitCode, Told> {
    if matches.get_flag("test") {
        return test(matches).await;
    }
    let report = matches.get_one::<String>("report").map(String::as_str).unwrap_or_default();
    let report: Location = report.parse().map_err(|error: StorageError| Told::from(error).of("--report"))?;
    let (reports, run) = located(&report)?;
    let settings = RouterSettings::read(|name| match name {
        "REPORTS_URI" => Some(reports.to_string()),
        _ => matches.get_one::<String>(name).cloned(),
    })?;
    let (deliver, as_json) = (matches.get_flag("deliver"), matches.get_flag("json"));
    let of_delivery = |topic: Option<TopicArn>| topic.filter(|_| deliver);
    let [topic, paging_topic] =
        [&settings.topic, &settings.paging_topic].map(|topic| of_delivery(topic.clone()));
    let settings = RouterSettings { topic: topic.clone(), paging_topic: paging_topic.clone(), ..settings };
    let clients = aws::clients_if(settings.needs_aws()).await?;
    let router = Router::new(settings, clients.as_ref())?;
    if deliver {
        let printed = if as_json { print_json } else { print_message };
        let router = if topic.is_some() { router } else { router.with_outlet(Outlet::Printed(printed)) };
        let routed = router.route(&run, &caller()).await?;
        if !as_json {
            show(&routed, topic.as_ref(), paging_topic.as_ref())?;
        } else if topic.is_some() || routed.sent.is_empty() {
            let (sent, silence, busy_until) = (&routed.sent, routed.silence, routed.busy_until);
            let told = json!({ "messages": sent, "silence": silence, "busy_until": busy_until });
            print(format_args!("{told:#}"))?;
        }
    } else {
        let look = router.look(&run, Timestamp::now()).await?;
        if as_json { print(format_args!("{:#}", look_json(&look)))? } else { show_look(&look)? }
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(matches: &ArgMatches) -> Result<ExitCode, Told> {
    let topic = matches.get_one::<String>("TOPIC_ARN").map(String::as_str).unwrap_or_default();
    let topic: TopicArn = topic.parse().map_err(|error: String| {
        let (what, remedy) = error.split_once("; ").unwrap_or((&error, "give a topic's ARN"));
        Told::usage("--topic", what, remedy)
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

fn caller() -> Caller {
    Caller { now: Timestamp::now(), request_id: format!("cli-{}", std::process::id()) }
}

/// A message that could not be written is not told: it is flushed before it counts as sent.
fn print_message(message: &Message) -> std::io::Result<()> {
    write_out(&printable::lines(&text(message)))
}

/// The same for programs. JSON holds no character that a terminal would obey.
fn print_json(message: &Message) -> std::io::Result<()> {
    write_out(&format!("{:#}", json!({ "messages": [message] })))
}

fn write_out(text: &str) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}")?;
    output.flush()
}

fn text(message: &Message) -> String {
    format!("Subject: {}\n\n{}\n", message.subject, message.text)
}

/// What would be told, as the first of the schedule and after what was routed before, and what waits.
fn look_json(look: &Look) -> serde_json::Value {
    let news = |told: &Result<Vec<Message>, Silence>| match told {
        Ok(messages) => json!({ "messages": messages, "silence": null }),
        Err(silence) => json!({ "messages": [], "silence": silence }),
    };
    let waiting: Vec<&Message> = look.waiting.iter().map(|waiting| &waiting.message).collect();
    let mut told = news(&look.first);
    told["after_state"] = news(&look.now);
    told["page"] = json!(look.page);
    told["waiting"] = json!(waiting);
    told
}

fn show(routed: &Routed, topic: Option<&TopicArn>, paging_topic: Option<&TopicArn>) -> Result<(), Told> {
    for message in &routed.sent {
        let topic = if message.attributes.persists { paging_topic } else { topic };
        if let Some(topic) = topic {
            print(format_args!("Sent to {topic}: {}", message.subject))?;
        }
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
fn show_look(look: &Look) -> Result<(), Told> {
    match &look.first {
        Ok(messages) => messages.iter().try_for_each(|message| print(text(message)))?,
        Err(silence) => print(format_args!("Nothing to tell: {}.", in_words(*silence)))?,
    }
    let waiting = match look.waiting.as_slice() {
        [] => String::new(),
        [first, more @ ..] => {
            let outlet = match first.outlet.as_str() {
                "" => "a topic",
                Outbox::PRINTED => "the next --deliver without a topic",
                topic => topic,
            };
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
    let page = look.page.as_ref().map_or_else(String::new, |page| {
        format!(
            " The violation persists, so it would page, where there is --paging-topic: {:?}.",
            page.subject
        )
    });
    print(format_args!(
        "After what was routed before, --deliver {state}.{page}{waiting} Nothing was sent or remembered."
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
