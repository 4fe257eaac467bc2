//! `bellwether monitors skeleton`: an entry for each variant whose traffic is captured, out of what SageMaker says of its
//! endpoints.
//!
//! It asks nobody: the answers come in on standard input.

use super::described::{Capture, Described, Endpoint, EndpointConfiguration, Hosting, Variant};
use super::draft::{Document, Draft, LeftOut, shown};
use bellwether_pipeline::monitor::Monitor;
use bellwether_pipeline::monitors::data_quality::DataQuality;
use bellwether_pipeline::route::text::counted;

/// What can be watched without knowing the model.
const MONITOR: &str = DataQuality::NAME;

const HEAD: [&str; 2] = [
    "Drafted by `bellwether monitors skeleton`. `bellwether monitors check` says what is left to do.",
    "Without a baseline a monitor writes statistics and judges nothing: set baselines_uri, or baseline_constraints_uri \
     with baseline_statistics_uri.",
];

/// The document of all endpoints.
pub(super) fn drafted(described: &Described) -> Document {
    let mut document = Document { head: HEAD.map(str::to_owned).to_vec(), ..Document::default() };
    for endpoint in &described.endpoints {
        of_an_endpoint(&mut document, endpoint, described.configuration(endpoint));
    }
    let unused = described.configurations.iter().filter(|configuration| {
        let name = Some(&configuration.endpoint_config_name);
        described.endpoints.iter().all(|endpoint| endpoint.endpoint_config_name.as_ref() != name)
    });
    document.left_out.extend(unused.map(|configuration| {
        let reason =
            "no endpoint in the input has it; add `aws sagemaker describe-endpoint` of its endpoints";
        LeftOut::new(&format!("endpoint configuration {}", configuration.endpoint_config_name), reason)
    }));
    document
}

/// What was read that belongs to another command.
pub(super) fn not_read(described: &Described) -> Option<String> {
    let others = described.schedules.len() + described.definitions.len();
    (others > 0).then(|| {
        format!(
            "{} of schedules and jobs not read: `bellwether monitors import` does",
            counted(others, "description")
        )
    })
}

fn of_an_endpoint(
    document: &mut Document,
    endpoint: &Endpoint,
    configuration: Option<&EndpointConfiguration>,
) {
    let name = &endpoint.endpoint_name;
    let capture = match capture(endpoint) {
        Ok(capture) => capture,
        Err(reason) => return document.left_out.push(LeftOut::new(name, reason)),
    };
    let production = endpoint.variants().iter().map(|variant| (variant, false));
    let variants: Vec<(&Variant, bool)> =
        production.chain(endpoint.shadows().iter().map(|variant| (variant, true))).collect();
    if variants.is_empty() {
        document.left_out.push(LeftOut::new(name, "it has no variant"));
    }
    for (variant, is_shadow) in &variants {
        let variant_name = &variant.variant_name;
        if let Some(reason) = not_captured(endpoint.hosting(variant, configuration)) {
            document.left_out.push(LeftOut::new(&format!("{name}/{variant_name}"), reason));
            continue;
        }
        let is_alone = variants.len() == 1;
        let of = if is_alone { name.clone() } else { format!("{name}-{variant_name}") };
        let mut draft = Draft::new(format!("{of}-{MONITOR}"), MONITOR);
        if *is_shadow {
            draft.note("A shadow variant: it is captured where the shadow test says so.");
        }
        watch(&mut draft, endpoint, capture, variant, configuration);
        document.drafts.push(draft);
    }
}

/// Whether anything of an endpoint is captured, or why not.
pub(super) fn capture(endpoint: &Endpoint) -> Result<&Capture, String> {
    if endpoint.async_inference_config.is_some() {
        return Err("it answers asynchronously; what is captured of that is not known here".to_owned());
    }
    let off = "it has no data capture; switch it on in its endpoint configuration";
    let capture = endpoint.data_capture_config.as_ref().ok_or(off)?;
    match (capture.enable_capture, capture.capture_status.as_deref()) {
        (Some(true), Some("Started")) => Ok(capture),
        (Some(true), status) => {
            Err(format!("its data capture is {}", status.map_or("not known".into(), shown)))
        }
        _ => Err("its data capture is off; switch it on in its endpoint configuration".to_owned()),
    }
}

/// Why nothing of a variant is captured.
pub(super) fn not_captured(hosting: Hosting) -> Option<&'static str> {
    match hosting {
        Hosting::Instances => None,
        Hosting::Serverless => Some("it is serverless, and SageMaker captures nothing there"),
        Hosting::Components => Some(
            "it has no model of its own (inference components?); where that is captured is not known here",
        ),
    }
}

/// Says which traffic an entry watches.
pub(super) fn watch(
    draft: &mut Draft,
    endpoint: &Endpoint,
    capture: &Capture,
    variant: &Variant,
    configuration: Option<&EndpointConfiguration>,
) {
    if let Some(status) = endpoint.endpoint_status.as_deref().filter(|status| *status != "InService") {
        draft.note(format!("The endpoint was {} when it was described.", shown(status)));
    }
    let percentage = capture.current_sampling_percentage.as_ref().map(ToString::to_string);
    if let Some(percentage) = percentage.filter(|percentage| percentage != "100") {
        draft.note(format!("{percentage} % of its requests are captured."));
    }
    if let Some(key) = capture.kms_key_id.as_deref().filter(|key| !key.is_empty()) {
        draft.note(format!("Captures are encrypted by {}: the stack's roles need kms:Decrypt.", shown(key)));
    }
    draft.set("endpoint_name", &endpoint.endpoint_name);
    draft.set("variant_name", &variant.variant_name);
    location(draft, "capture_uri", capture.destination_s3_uri.as_deref());
    sides(draft, configuration);
}

/// A location in S3. SageMaker takes https:// too, which is no location here.
pub(super) fn location(draft: &mut Draft, key: &'static str, uri: Option<&str>) {
    match uri {
        Some(uri) if uri.starts_with("s3://") => draft.set(key, uri.trim_end_matches('/')),
        Some(uri) => draft.note(format!("Fill in {key}: {} as s3://bucket/key.", shown(uri))),
        None => draft.note(format!("Fill in {key}.")),
    }
}

/// Which sides of its requests are captured.
fn sides(draft: &mut Draft, configuration: Option<&EndpointConfiguration>) {
    if draft.has("capture_index_names") {
        return;
    }
    match configuration.and_then(EndpointConfiguration::captures) {
        Some((true, false)) => {
            draft.note("Requests alone are captured, no responses.");
            draft.set("capture_index_names", "endpointInput");
        }
        Some((false, true)) => {
            draft.note("Responses alone are captured, no requests.");
            draft.set("capture_index_names", "endpointOutput");
        }
        Some(_) => {}
        None => draft.note(
            "Requests and responses are both taken for captured. `aws sagemaker describe-endpoint-config` in the \
             input would say.",
        ),
    }
}

#[cfg(test)]
mod tests;
