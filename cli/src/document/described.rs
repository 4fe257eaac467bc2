//! What `aws sagemaker describe-...` says, out of its JSON: endpoints, their configurations, monitoring schedules and job
//! definitions, one document after the other.
//!
//! It drafts nothing. Of endpoints it reads what it needs; schedules and definitions stay whole, so that nothing of them gets
//! lost unseen.

use bellwether_contract::json::{why, without_mark};
use bellwether_pipeline::error::Told;
use bellwether_pipeline::route::text::plain;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Number, Value};

const INPUT: &str = "standard input";
/// Of a field's name in an error.
const MOST_CHARS: usize = 60;
/// Fields that are named in an error.
const MOST_FIELDS: usize = 4;

/// Everything that was described, in its order.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) configurations: Vec<EndpointConfiguration>,
    pub(crate) schedules: Vec<Map<String, Value>>,
    pub(crate) definitions: Vec<Map<String, Value>>,
}

/// What of `describe-endpoint` says whether its traffic can be watched.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Endpoint {
    pub(crate) endpoint_name: String,
    pub(crate) endpoint_config_name: Option<String>,
    pub(crate) endpoint_status: Option<String>,
    production_variants: Option<Vec<Variant>>,
    shadow_production_variants: Option<Vec<Variant>>,
    pub(crate) data_capture_config: Option<Capture>,
    pub(crate) async_inference_config: Option<IgnoredAny>,
}

/// A variant, as an endpoint has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Variant {
    pub(crate) variant_name: String,
    deployed_images: Option<Vec<IgnoredAny>>,
    current_serverless_config: Option<IgnoredAny>,
    desired_serverless_config: Option<IgnoredAny>,
}

/// Data capture, as an endpoint has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Capture {
    pub(crate) enable_capture: Option<bool>,
    pub(crate) capture_status: Option<String>,
    pub(crate) current_sampling_percentage: Option<Number>,
    pub(crate) destination_s3_uri: Option<String>,
    pub(crate) kms_key_id: Option<String>,
}

/// What of `describe-endpoint-config` an endpoint does not say itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EndpointConfiguration {
    pub(crate) endpoint_config_name: String,
    production_variants: Option<Vec<ConfiguredVariant>>,
    shadow_production_variants: Option<Vec<ConfiguredVariant>>,
    data_capture_config: Option<ConfiguredCapture>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfiguredVariant {
    variant_name: String,
    model_name: Option<String>,
    serverless_config: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfiguredCapture {
    capture_options: Option<Vec<CaptureOption>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CaptureOption {
    capture_mode: String,
}

/// Where the model of a variant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hosting {
    Instances,
    Serverless,
    /// In inference components: the variant has none itself.
    Components,
}

impl Described {
    /// Reads documents one after the other; a list of them counts as its members.
    ///
    /// # Errors
    /// The first that is no JSON or no answer that is known here.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Told> {
        let mut described = Self::default();
        let documents = serde_json::Deserializer::from_slice(without_mark(bytes)).into_iter::<Value>();
        for (number, document) in (1_usize..).zip(documents) {
            let place = format!("{INPUT}, document {number}");
            match document.map_err(|error| no_json(&place, &error))? {
                Value::Array(members) => {
                    members.into_iter().try_for_each(|member| described.take(&place, member))?;
                }
                document => described.take(&place, document)?,
            }
        }
        Ok(described)
    }

    fn take(&mut self, place: &str, document: Value) -> Result<(), Told> {
        let Value::Object(fields) = document else { return Err(unknown(place, "it is no JSON object")) };
        if let Some(list) = LISTS.iter().find(|list| fields.contains_key(list.field)) {
            return Err(list.refused(place));
        }
        if fields.get("MonitoringScheduleConfig").is_some_and(Value::is_object) {
            self.schedules.push(fields);
        } else if fields.contains_key("JobDefinitionName") {
            self.definitions.push(fields);
        } else if fields.contains_key("EndpointArn") {
            self.endpoints.push(typed(place, fields)?);
        } else if fields.contains_key("EndpointConfigArn") {
            self.configurations.push(typed(place, fields)?);
        } else {
            return Err(unknown(place, &format!("it has {}", named(&fields))));
        }
        Ok(())
    }

    /// The endpoint of a name.
    pub(crate) fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.endpoint_name == name)
    }

    /// The configuration that an endpoint has.
    pub(crate) fn configuration(&self, of: &Endpoint) -> Option<&EndpointConfiguration> {
        let name = of.endpoint_config_name.as_ref()?;
        self.configurations.iter().find(|configuration| configuration.endpoint_config_name == *name)
    }
}

impl Endpoint {
    /// Its production variants.
    pub(crate) fn variants(&self) -> &[Variant] {
        self.production_variants.as_deref().unwrap_or_default()
    }

    /// Those that answer beside them, for nobody.
    pub(crate) fn shadows(&self) -> &[Variant] {
        self.shadow_production_variants.as_deref().unwrap_or_default()
    }

    /// Where the model of a variant is, as far as was described.
    pub(crate) fn hosting(
        &self,
        variant: &Variant,
        configuration: Option<&EndpointConfiguration>,
    ) -> Hosting {
        let configured = configuration.and_then(|configuration| configuration.variant(&variant.variant_name));
        let is_serverless = variant.current_serverless_config.is_some()
            || variant.desired_serverless_config.is_some()
            || configured.is_some_and(|configured| configured.serverless_config.is_some());
        let has_no_model = match configured {
            Some(configured) => configured.model_name.is_none(),
            // An endpoint that is being made has no images yet.
            None => {
                let is_in_service = self.endpoint_status.as_deref() == Some("InService");
                is_in_service && variant.deployed_images.as_ref().is_none_or(Vec::is_empty)
            }
        };
        match (is_serverless, has_no_model) {
            (true, _) => Hosting::Serverless,
            (false, true) => Hosting::Components,
            (false, false) => Hosting::Instances,
        }
    }
}

impl EndpointConfiguration {
    fn variant(&self, name: &str) -> Option<&ConfiguredVariant> {
        let variants = [&self.production_variants, &self.shadow_production_variants];
        variants.into_iter().flatten().flatten().find(|variant| variant.variant_name == name)
    }

    /// Which sides of a request are captured, input and output.
    pub(crate) fn captures(&self) -> Option<(bool, bool)> {
        let options = self.data_capture_config.as_ref()?.capture_options.as_ref()?;
        let has = |side: &str| {
            options.iter().any(|option| [side, "InputAndOutput"].contains(&option.capture_mode.as_str()))
        };
        Some((has("Input"), has("Output")))
    }
}

/// The answer of a `list-...`, which says too little.
struct List {
    field: &'static str,
    instead: &'static str,
}

const LISTS: [List; 5] = [
    List { field: "Endpoints", instead: "describe-endpoint --endpoint-name NAME" },
    List { field: "EndpointConfigs", instead: "describe-endpoint-config --endpoint-config-name NAME" },
    List {
        field: "MonitoringScheduleSummaries",
        instead: "describe-monitoring-schedule --monitoring-schedule-name NAME",
    },
    List {
        field: "JobDefinitionSummaries",
        instead: "describe-data-quality-job-definition --job-definition-name NAME",
    },
    List {
        field: "MonitoringExecutionSummaries",
        instead: "describe-monitoring-schedule --monitoring-schedule-name NAME",
    },
];

impl List {
    fn refused(&self, place: &str) -> Told {
        let Self { field, instead } = self;
        let message = format!("it is a list of {field}, which says too little of each");
        Told::new("MalformedInput", place, message, format!("pipe in `aws sagemaker {instead}` of each"))
    }
}

fn typed<T: DeserializeOwned>(place: &str, fields: Map<String, Value>) -> Result<T, Told> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let message = format!("{}: {}", plain(&error.path().to_string(), MOST_CHARS), why(error.inner()));
        Told::new("MalformedInput", place, message, "pipe in what the AWS CLI printed, as it is")
    })
}

fn no_json(place: &str, error: &serde_json::Error) -> Told {
    let message = format!("it is no JSON: {}", why(error));
    Told::new("MalformedInput", place, message, "give the AWS CLI `--output json`")
}

fn unknown(place: &str, what: &str) -> Told {
    Told::new(
        "MalformedInput",
        place,
        format!("{what}, as no answer of aws sagemaker describe-... that is read here"),
        "`bellwether monitors --help` says which are",
    )
}

/// A few of the fields, by name.
fn named(fields: &Map<String, Value>) -> String {
    let names: Vec<String> = fields.keys().take(MOST_FIELDS).map(|name| plain(name, MOST_CHARS)).collect();
    if names.is_empty() { "no field".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
