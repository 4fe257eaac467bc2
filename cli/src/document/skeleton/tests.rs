use super::*;
use crate::document::draft::Document;
use bellwether_pipeline::document::{Document as Read, Holder};

fn of(text: &str) -> Document {
    drafted(&Described::read(text.as_bytes()).expect("descriptions"))
}

#[test]
fn every_captured_variant_has_an_entry() {
    let document = of(include_str!("../fixtures/endpoints.json"));
    assert_eq!(document.text() + "\n", include_str!("../fixtures/endpoints.yaml"));
    assert!(document.left_out.is_empty());
    let read =
        Read::read("endpoints.yaml", document.text().as_bytes(), Holder::Onlooker).expect("a document");
    assert_eq!((read.entries().len(), read.mistakes()), (6, Vec::new()));
}

#[test]
fn what_nobody_captures_has_none_and_the_reason_is_told() {
    let document = of(include_str!("../fixtures/endpoints-unwatched.json"));
    let lines: Vec<String> = document.left_out.iter().map(LeftOut::line).collect();
    assert!(document.drafts.is_empty());
    let expected = [
        ("uncaptured", "it has no data capture"),
        ("off", "its data capture is off"),
        ("stopped", "its data capture is Stopped"),
        ("serverless/v", "it is serverless"),
        ("asynchronous", "it answers asynchronously"),
        ("components/v", "inference components"),
        ("endpoint configuration old-1", "no endpoint in the input has it"),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (subject, reason)) in lines.iter().zip(expected) {
        assert!(line.starts_with(&format!("no entry for {subject}: ")) && line.contains(reason), "{line}");
    }
}

#[test]
fn a_configuration_tells_of_serverless_variants_and_of_components_too() {
    let endpoint = |name: &str| {
        format!(
            r#"{{"EndpointName": "{name}", "EndpointArn": "a", "EndpointStatus": "InService", "EndpointConfigName": "{name}",
            "ProductionVariants": [{{"VariantName": "v", "DeployedImages": [{{}}]}}],
            "DataCaptureConfig": {{"EnableCapture": true, "CaptureStatus": "Started", "DestinationS3Uri": "https://b/k"}}}}"#
        )
    };
    let configuration = |name: &str, variant: &str| {
        format!(
            r#"{{"EndpointConfigName": "{name}", "EndpointConfigArn": "a", "ProductionVariants": [{{"VariantName": "v"{variant}}}]}}"#
        )
    };
    let documents = [
        endpoint("serverless"),
        configuration("serverless", r#", "ModelName": "m", "ServerlessConfig": {}"#),
        endpoint("components"),
        configuration("components", ""),
        endpoint("instances"),
        configuration("instances", r#", "ModelName": "m""#),
    ];
    let document = of(&documents.concat());
    let left_out: Vec<&str> = document.left_out.iter().map(|left_out| left_out.subject.as_str()).collect();
    assert_eq!(left_out, ["serverless/v", "components/v"]);
    let text = document.text();
    assert!(text.contains("# Fill in capture_uri: https://b/k as s3://bucket/key.\n"), "{text}");
    assert!(text.contains("endpoint_name: instances\n") && !text.contains("    capture_uri: "), "{text}");
}

#[test]
fn schedules_are_pointed_to_the_other_command() {
    let described = Described::read(include_bytes!("../fixtures/data-quality.json")).expect("descriptions");
    assert!(
        not_read(&described).expect("a note").starts_with("2 descriptions of schedules and jobs not read")
    );
    assert!(not_read(&Described::default()).is_none());
}
