//! AWS for a person: region and credentials as the AWS CLI finds them, looked for before anything else is done.
//!
//! What is missing is told at once, with its remedy. Without this a first request would try for half a minute, and then
//! blame the bucket.

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{self, ProfileFileRegionProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use bellwether_pipeline::clients::{self, Clients};
use bellwether_pipeline::error::Told;
use std::error::Error;
use std::sync::{Arc, Mutex};

/// Clients for whoever is signed in.
pub(crate) async fn clients() -> Result<Clients, Told> {
    let http = clients::https();
    let config = ProviderConfig::without_region()
        .with_behavior_version(Some(BehaviorVersion::latest()))
        .with_http_client(http.clone());
    // Whoever is not on an instance waits for this once, and not four times.
    let instance = imds::Client::builder().configure(&config).max_attempts(1).build();
    let Some(region) = region(&config, instance.clone()).await else { return Err(missing_region().await) };
    let chain = DefaultCredentialsChain::builder()
        .configure(config)
        .region(region.clone())
        .imds_client(instance)
        .build()
        .await;
    let found = match chain.provide_credentials().await {
        Ok(credentials) => credentials,
        Err(error) => return Err(no_credentials(&error).await),
    };
    let loader =
        clients::configuration(http).region(region).credentials_provider(beginning_with(found, chain));
    Ok(Clients::new(&loader.load().await))
}

/// Clients where something lies in AWS.
pub(crate) async fn clients_if(needed: bool) -> Result<Option<Clients>, Told> {
    if needed { clients().await.map(Some) } else { Ok(None) }
}

async fn region(config: &ProviderConfig, instance: imds::Client) -> Option<Region> {
    let of_profile = ProfileFileRegionProvider::builder().configure(config).build();
    let of_instance =
        imds::region::ImdsRegionProvider::builder().configure(config).imds_client(instance).build();
    let chain = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new());
    chain.or_else(of_profile).or_else(of_instance).region().await
}

/// The credentials that were found, and the chain's next ones when they expire: a `credential_process` is not run twice.
fn beginning_with(found: Credentials, chain: DefaultCredentialsChain) -> impl ProvideCredentials {
    let (found, chain) = (Mutex::new(Some(found)), Arc::new(chain));
    provide_credentials_fn(move || {
        let found = found.lock().ok().and_then(|mut found| found.take());
        let chain = Arc::clone(&chain);
        async move {
            match found {
                Some(credentials) => Ok(credentials),
                None => chain.provide_credentials().await,
            }
        }
    })
}

/// The files of `~/.aws` and the profile that they are asked for; what is wrong with them, if that is all.
async fn profiles() -> Result<ProfileSet, Told> {
    let profiles = profile::load(&Default::default(), &Default::default(), &Default::default(), None).await;
    let profiles = profiles.map_err(|error| {
        Told::new(
            "MalformedProfile",
            "AWS profiles",
            in_words(&error),
            "correct ~/.aws/config or ~/.aws/credentials",
        )
    })?;
    let asked = profiles.selected_profile();
    if std::env::var("AWS_PROFILE").is_err() || profiles.get_profile(asked).is_some() {
        return Ok(profiles);
    }
    let mut names: Vec<&str> = profiles.profiles().collect();
    names.sort_unstable();
    let there =
        if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
    let object = format!("AWS profile {asked:?}");
    let message = format!("AWS_PROFILE names it, and ~/.aws/config and ~/.aws/credentials do not: {there}");
    Err(Told::new(
        "MissingProfile",
        object,
        message,
        "correct AWS_PROFILE, or make it with `aws configure sso`",
    ))
}

async fn missing_region() -> Told {
    let profiles = match profiles().await {
        Ok(profiles) => profiles,
        Err(told) => return told,
    };
    let asked = profiles.selected_profile();
    Told::new(
        "MissingRegion",
        "AWS region",
        format!("neither AWS_REGION nor profile {asked:?} names one"),
        format!("set AWS_REGION, or run `aws configure set region REGION --profile {asked}`"),
    )
}

async fn no_credentials(error: &CredentialsError) -> Told {
    let profiles = match profiles().await {
        Ok(profiles) => profiles,
        Err(told) => return told,
    };
    let asked = profiles.selected_profile();
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) && profiles.get_profile(asked).is_none() {
        return Told::new(
            "MissingCredentials",
            "AWS credentials",
            format!("neither the environment, nor a profile {asked:?}, nor a role of this machine gives any"),
            "sign in with `aws sso login` or `aws login`, or set AWS_PROFILE",
        );
    }
    let object = format!("AWS profile {asked:?}");
    Told::new("CredentialsUnavailable", object, in_words(error), remedy(&profiles))
}

/// What to do about a profile that gives no credentials, by what it says of itself.
fn remedy(profiles: &ProfileSet) -> String {
    let asked = profiles.selected_profile();
    let has = |key: &str| profiles.get_profile(asked).is_some_and(|profile| profile.get(key).is_some());
    if has("sso_session") || has("sso_start_url") {
        format!("sign in with `aws sso login --profile {asked}`")
    } else if has("login_session") {
        format!("sign in with `aws login --profile {asked}`")
    } else if has("credential_process") {
        "run its credential_process by hand and correct it".to_owned()
    } else if has("role_arn") {
        "check its role_arn and source_profile, and who may assume the role".to_owned()
    } else {
        "give it credentials, or set AWS_PROFILE to one that has them".to_owned()
    }
}

/// An error and what lies behind it, each text once.
fn in_words(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
        source = cause.source();
    }
    texts.join(": ")
}
