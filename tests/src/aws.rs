//! An embedded AWS over real HTTP on loopback: S3, CloudWatch's points, SNS, SageMaker's InvokeEndpoint, and Lambda's Invoke.
//!
//! S3's protocol is s3s's; this module gives the services a port, a record, and faults. It checks no signature, evaluates no alarm,
//! delivers no SNS message, and holds everything in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use bellwether_pipeline::clients::Clients;

use crate::executions::Started;
use crate::faults::{Fault, Strikes};
use crate::http::{Server, lock};
use crate::operation::Served;
use crate::recorded::{Invoked, Publish, PutMetricData};
use crate::services::Services;
use crate::simulator::EndpointSimulator;

/// The region of the ready clients.
pub const REGION: &str = "us-east-1";
const ACCESS_KEY: &str = "embedded";

/// A running embedded AWS. Dropping it ends its server and forgets its state.
pub struct EmbeddedAws {
    services: Arc<Services>,
    server: Server,
    /// Made once: making it takes longer than a request.
    s3: aws_sdk_s3::Client,
    config: SdkConfig,
}

impl EmbeddedAws {
    /// Starts on `port`, or on a free one.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(port: Option<u16>) -> io::Result<Self> {
        Self::serve(port, Services::default()).await
    }

    /// Another one on a port of its own, which holds what this one holds now, records included. No fault is in force there. Its
    /// endpoints are the same simulators.
    ///
    /// # Errors
    /// No port is free.
    pub async fn fork(&self) -> io::Result<Self> {
        Self::serve(None, self.services.fork()).await
    }

    async fn serve(port: Option<u16>, services: Services) -> io::Result<Self> {
        let services = Arc::new(services);
        let serving = Arc::clone(&services);
        let server = Server::start(port, move |request| {
            let services = Arc::clone(&serving);
            async move { services.answer(request).await }
        })
        .await?;
        let config = sdk_config(&server.url());
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Ok(Self { services, server, s3: aws_sdk_s3::Client::from_conf(s3), config })
    }

    /// Serves until the process is interrupted.
    ///
    /// # Errors
    /// The signal cannot be listened for.
    pub async fn until_ctrl_c(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        self.server.url()
    }

    /// The environment that points a program, the AWS CLI for instance, at this AWS.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint_url()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ]
    }

    /// Plain HTTP, dummy credentials, and no retries: what a client of this configuration sees is what was answered.
    #[must_use]
    pub fn sdk_config(&self) -> SdkConfig {
        self.config.clone()
    }

    /// What a function is given.
    #[must_use]
    pub fn clients(&self) -> Clients {
        Clients::new(&self.config)
    }

    /// A client with path-style addresses.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        self.s3.clone()
    }

    #[must_use]
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.sdk_config())
    }

    #[must_use]
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.sdk_config())
    }

    #[must_use]
    pub fn sagemaker_runtime(&self) -> aws_sdk_sagemakerruntime::Client {
        aws_sdk_sagemakerruntime::Client::new(&self.sdk_config())
    }

    /// Creates a bucket.
    ///
    /// # Errors
    /// The bucket exists already, or a fault struck.
    pub async fn create_bucket(&self, bucket: &str) -> Result<(), aws_sdk_s3::Error> {
        self.s3().create_bucket().bucket(bucket).send().await?;
        Ok(())
    }

    /// Creates a topic, or finds the one of this name: its ARN.
    ///
    /// # Errors
    /// A fault struck.
    pub async fn create_topic(&self, name: &str) -> io::Result<String> {
        let topic = self.sns().create_topic().name(name).send().await.map_err(io::Error::other)?;
        topic.topic_arn.ok_or_else(|| io::Error::other("a topic without an ARN"))
    }

    /// Lets InvokeEndpoint of this name reach the simulator. A second registration replaces the first.
    pub fn register_endpoint(&self, name: impl Into<String>, endpoint: &EndpointSimulator) {
        lock(&self.services.endpoints).insert(name.into(), endpoint.clone());
    }

    /// Lets a function of this name or ARN be invoked. Nobody runs it: [`Self::invoked_after`] says with what.
    pub fn register_function(&self, name: impl Into<String>) {
        lock(&self.services.functions).insert(name.into());
    }

    /// Accepted asynchronous invocations without the first ones, in order.
    #[must_use]
    pub fn invoked_after(&self, seen: usize) -> Vec<Invoked> {
        lock(&self.services.invoked)[seen..].to_vec()
    }

    /// Lets executions of a state machine be started. Nobody runs them: [`Self::started`] says with what.
    pub fn register_machine(&self, arn: impl Into<String>) {
        lock(&self.services.executions.machines).insert(arn.into());
    }

    /// Executions that were started, in order.
    #[must_use]
    pub fn started(&self) -> Vec<Started> {
        lock(&self.services.executions.started).clone()
    }

    /// Ends an execution.
    pub fn close_execution(&self, name: &str) {
        let mut started = lock(&self.services.executions.started);
        started.iter_mut().filter(|it| it.name == name).for_each(|it| it.is_closed = true);
    }

    /// Adds a fault behind those already in force.
    pub fn inject(&self, fault: Fault) -> Strikes {
        self.services.faults.inject(fault)
    }

    pub fn clear_faults(&self) {
        self.services.faults.clear();
    }

    /// Accepted `PutMetricData` requests, in order.
    #[must_use]
    pub fn metrics(&self) -> Vec<PutMetricData> {
        lock(&self.services.metrics).clone()
    }

    /// The same without the first ones.
    #[must_use]
    pub fn metrics_after(&self, seen: usize) -> Vec<PutMetricData> {
        lock(&self.services.metrics)[seen..].to_vec()
    }

    /// Accepted SNS `Publish` requests, in order.
    #[must_use]
    pub fn published(&self) -> Vec<Publish> {
        lock(&self.services.topics.published).clone()
    }

    /// The same without the first ones.
    #[must_use]
    pub fn published_after(&self, seen: usize) -> Vec<Publish> {
        lock(&self.services.topics.published)[seen..].to_vec()
    }

    /// Every request that was answered, in the order of the answers, those that a fault answered included.
    #[must_use]
    pub fn served(&self) -> Vec<Served> {
        lock(&self.services.served).clone()
    }

    /// Requests that changed something or sent something out, in order: operation and path.
    #[must_use]
    pub fn side_effects(&self) -> Vec<String> {
        lock(&self.services.side_effects).clone()
    }

    /// The keys of a bucket.
    ///
    /// # Errors
    /// The bucket does not exist, or a fault struck.
    pub async fn keys(&self, bucket: &str) -> io::Result<Vec<String>> {
        let (s3, mut keys) = (self.s3(), Vec::new());
        let mut pages = s3.list_objects_v2().bucket(bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(io::Error::other)?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        Ok(keys)
    }

    /// Every object of a bucket, by its key. Their bytes are taken behind the port: trees are read by the thousand, and
    /// these reads are neither counted nor struck.
    ///
    /// # Errors
    /// The bucket does not exist, or a fault struck.
    pub async fn tree(&self, bucket: &str) -> io::Result<BTreeMap<String, Vec<u8>>> {
        let mut tree = BTreeMap::new();
        for key in self.keys(bucket).await? {
            let bytes = self.object(bucket, &key).await?;
            tree.insert(key, bytes);
        }
        Ok(tree)
    }

    /// The bytes of an object, taken behind the port too.
    ///
    /// # Errors
    /// There is no such object.
    pub async fn object(&self, bucket: &str, key: &str) -> io::Result<Vec<u8>> {
        Ok(self.services.s3.buckets.get(bucket, key).map_err(io::Error::other)?.to_vec())
    }

    /// Writes an object behind the port, as somebody whom no fault strikes: neither counted nor struck.
    ///
    /// # Errors
    /// The bucket does not exist.
    pub async fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> io::Result<()> {
        self.services.s3.buckets.put(bucket, key, bytes.into()).map_err(io::Error::other)
    }

    /// Requests per operation (`s3:PutObject`), those that a fault answered included.
    #[must_use]
    pub fn requests(&self) -> BTreeMap<String, u64> {
        lock(&self.services.requests).clone()
    }
}

fn sdk_config(endpoint_url: &str) -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "embedded");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint_url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build()
}
