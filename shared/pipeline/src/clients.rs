//! AWS clients, made once at cold start.
//!
//! TLS is ring's. It sends nothing.

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;

/// One try of a request. An endpoint that takes the connection and never answers would otherwise hold the run until
/// Lambda ends it, and nobody would hear what it waited for. Four tries fit into the time that a run keeps for its
/// report.
const TRY: Duration = Duration::from_secs(7);

/// The clients of one process.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Reports, state, captures, inputs.
    pub s3: aws_sdk_s3::Client,
    /// Metric points.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Starts of monitors, which the dispatcher alone makes.
    pub lambda: aws_sdk_lambda::Client,
    /// Starts of the state machine that has wide windows read.
    pub sfn: aws_sdk_sfn::Client,
    /// Notifications.
    pub sns: aws_sdk_sns::Client,
    /// The replay; never retries by itself.
    pub sagemaker: aws_sdk_sagemakerruntime::Client,
}

impl Clients {
    /// Clients from the environment: region, credentials and `AWS_ENDPOINT_URL` as every SDK reads them.
    pub async fn from_environment() -> Self {
        Self::new(&configuration(https()).load().await)
    }

    /// Clients from a configuration that somebody else made.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let a_try = TimeoutConfig::builder().operation_attempt_timeout(TRY);
        let s3 = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(config.endpoint_url().is_some())
            .timeout_config(a_try.clone().build())
            .build();
        let sagemaker = aws_sdk_sagemakerruntime::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(60)).build())
            .build();
        let cloudwatch =
            aws_sdk_cloudwatch::config::Builder::from(config).timeout_config(a_try.clone().build()).build();
        let lambda =
            aws_sdk_lambda::config::Builder::from(config).timeout_config(a_try.clone().build()).build();
        let sfn = aws_sdk_sfn::config::Builder::from(config).timeout_config(a_try.clone().build()).build();
        // Shorter than the lease of a claimed message: whoever takes over finds nobody still sending.
        let sns = aws_sdk_sns::config::Builder::from(config)
            .timeout_config(a_try.operation_timeout(Duration::from_secs(15)).build())
            .build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            cloudwatch: aws_sdk_cloudwatch::Client::from_conf(cloudwatch),
            lambda: aws_sdk_lambda::Client::from_conf(lambda),
            sfn: aws_sdk_sfn::Client::from_conf(sfn),
            sns: aws_sdk_sns::Client::from_conf(sns),
            sagemaker: aws_sdk_sagemakerruntime::Client::from_conf(sagemaker),
        }
    }
}

/// What carries every request to AWS.
pub fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// The environment's configuration, to be loaded as it is or with a region and credentials of the caller's.
pub fn configuration(http: SharedHttpClient) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).retry_config(retries())
}

/// How often S3, CloudWatch and SNS are asked, and with which pauses: four times, with full jitter.
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4)
}

/// A client for model servers that are addressed by URL.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // Another provider may be installed already, by a test or an embedding program; either serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
}
