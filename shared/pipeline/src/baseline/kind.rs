//! What is particular to a kind of baseline: what of a manifest it is made of, how one is drafted, and what is said against it.
//!
//! How a baseline is staged, committed, published and put in force is the same for every kind ([`super`]). The kinds stand in
//! the folders of the monitors that judge by them.

use super::kept::{Kept, log_kept};
use super::manifest::PublishedManifest;
use crate::RunError;
use crate::clients::Clients;
use crate::meter::Meter;
use crate::progress::Watcher;
use crate::report::Report;
use crate::settings::Settings;
use bellwether_contract::ContractError;
use bellwether_contract::baseline::{DatasetBaseline, ModelAge};
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::keys::{BaselineFolder, BaselineOf};
use bellwether_contract::manifest::Manifest;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::future::Future;
use tokio::time::Instant;

/// A kind of baseline: one that a monitor judges by.
pub trait BaselineKind: Debug + Sized + Send + Sync {
    /// Its name, which is its monitor's, and where its objects lie.
    const FOLDER: BaselineFolder;

    /// Under which name summaries tell of it; `None` where what they say of the whole manifest is said of it.
    const TOLD_AS: Option<&'static str> = Some(Self::FOLDER.name());

    /// Whether its constraints may be edited by hand where they stand: no event overwrites them then, unless the manifest
    /// changes.
    const IS_EDITABLE: bool = false;

    /// Whether there is anything that is said against one. Of such a kind summaries say where a baseline stands, of any other
    /// which version is in force.
    const MAY_OBJECT: bool = false;

    /// Its own file, which is the commit.
    type Commit: Shelved;

    /// What it is told where baselines are made.
    type Settings: Settings;

    /// What a baseline must satisfy to be put in force, by an event or by hand.
    type Bar: Settings + Send + Sync;

    /// A kind with its settings. It opens nothing.
    fn new(settings: Self::Settings) -> Self;

    /// The bar among its settings.
    fn bar(&self) -> Self::Bar;

    /// Whether a manifest asks for one.
    fn wish(&self, manifest: &Manifest) -> Wish;

    /// Everything before the first write: inputs read, measured and laid out.
    fn draft(
        &self,
        drafting: Drafting<'_>,
    ) -> impl Future<Output = Result<Draft<Self::Commit>, RunError>> + Send;

    /// What is said against a baseline: it is kept then, not put in force, and announced. `object` is what it is called in
    /// the error.
    ///
    /// # Errors
    /// A baseline that cannot be held against the bar.
    fn objection(
        _object: &str,
        _baseline: &Self::Commit,
        _bar: &Self::Bar,
    ) -> Result<Option<Objection>, ContractError> {
        Ok(None)
    }

    /// What the log says of one that was kept, with numbers of its own.
    fn log(kept: &Kept<Self::Commit>, meter: Meter) {
        log_kept!(kept, meter, kept.standing.in_words());
    }
}

/// A baseline's own file, as the protocol needs it.
pub trait Shelved: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync {
    /// Of which version, and for whom.
    fn of(&self) -> BaselineOf<'_>;

    /// When the model was made.
    fn created_at(&self) -> Timestamp;

    /// SHA-256 of the manifest that it was made from; `None` in one that was written by hand.
    fn manifest_digest(&self) -> Option<&str>;

    /// The files that were committed with it.
    fn files(&self) -> &[CommittedFile];

    /// The same as what follows `earlier`, for kinds that remember what they replaced.
    #[must_use]
    fn after(self, _earlier: Option<&Self>) -> Self {
        self
    }

    /// How many commits of the same version it replaced, for kinds whose constraints are edited.
    fn generation(&self) -> u64 {
        0
    }

    /// Digests of constraints that earlier commits of the version left: no edits.
    fn superseded(&self) -> &[String] {
        &[]
    }

    /// How new the model is.
    fn age(&self) -> ModelAge {
        ModelAge { created_at: self.created_at(), model_version: self.of().version.clone() }
    }
}

/// Of every kind that is made of a dataset.
impl Shelved for DatasetBaseline {
    fn of(&self) -> BaselineOf<'_> {
        let Self { endpoint_name, target_variant, model_version, .. } = self;
        BaselineOf { endpoint: endpoint_name, variant: target_variant, version: model_version }
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn manifest_digest(&self) -> Option<&str> {
        Some(&self.manifest_digest)
    }

    fn files(&self) -> &[CommittedFile] {
        &self.files
    }

    fn after(self, earlier: Option<&Self>) -> Self {
        Self::after(self, earlier)
    }

    fn generation(&self) -> u64 {
        self.generation
    }

    fn superseded(&self) -> &[String] {
        &self.superseded
    }
}

/// Whether a manifest asks for a baseline of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It names what one is made of.
    Named,
    /// It does not, and is taken to ask for one where it asks for nothing else: so its author hears what is missing.
    Otherwise,
    /// It does not.
    No,
}

/// What a draft is made with.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "the watcher is a function")]
pub struct Drafting<'d> {
    /// The manifest as it is now.
    pub published: &'d PublishedManifest,
    /// Absent where no setting names AWS.
    pub clients: Option<&'d Clients>,
    /// When the function's time ends; `None` for a command.
    pub deadline: Option<Instant>,
    /// Somebody who watches.
    pub watcher: Watcher<'d>,
}

impl<'d> Drafting<'d> {
    /// The client that reads what lies in S3.
    pub fn s3(&self) -> Option<&'d aws_sdk_s3::Client> {
        self.clients.map(|clients| &clients.s3)
    }
}

/// A baseline before its commit, and the files that belong to it. The same manifest, inputs and settings give the same
/// bytes.
#[derive(Debug)]
pub struct Draft<C> {
    /// Its own file.
    pub baseline: C,
    /// The others.
    pub report: Report,
}

/// What is said against a baseline: a number of it is below its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Objection {
    /// The number's name.
    pub metric_name: String,
    /// What was measured.
    pub value: f64,
    /// What is required.
    pub limit: f64,
    /// What that says of the model, in one sentence.
    pub meaning: &'static str,
}
