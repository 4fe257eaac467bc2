//! The protocol, proved on a kind that no monitor has: a score that a training pipeline wrote, in a folder.

use super::keep::{Asked, keep, stand};
use super::notices::Notices;
use super::pointer::Move;
use super::*;
use crate::progress::nobody;
use crate::report::Report;
use crate::route::Caller;
use crate::route::baseline::{BelowFloor, End};
use crate::settings::baseline::ActivationSettings;
use crate::settings::{Reader, Settings, Variable};
use bellwether_contract::ContractError;
use bellwether_contract::constraints::{Constraints, FeatureConstraints};
use bellwether_contract::execution::CommittedFile;
use bellwether_contract::json::from_slice;
use bellwether_contract::keys::{BaselineFolder, BaselineObject, BaselineOf, ReportFile};
use bellwether_contract::manifest::Manifest;
use bellwether_contract::names::{EndpointName, VariantName};
use bellwether_contract::statistics::Statistics;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

const NOW: &str = "2026-10-31T12:00:00Z";

/// A third kind: no row of the table.
#[derive(Debug, Default)]
struct Scores {
    floor: f64,
    drafts: AtomicU32,
    /// What others write while the first draft is made.
    meanwhile: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
}

/// Its bar.
#[derive(Debug)]
struct ScoreFloor {
    floor: f64,
}

impl Settings for ScoreFloor {
    const VARIABLES: &'static [Variable] = &[];

    fn collect(_: &mut Reader<'_>) -> Option<Self> {
        Some(Self { floor: 0.0 })
    }

    fn judged(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn needs_aws(&self) -> bool {
        false
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ScoreBaseline {
    model_version: ModelVersion,
    created_at: Timestamp,
    endpoint_name: EndpointName,
    target_variant: VariantName,
    score: f64,
    manifest_digest: String,
    files: Vec<CommittedFile>,
    generation: u64,
    superseded: Vec<String>,
}

impl Shelved for ScoreBaseline {
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
        let Some(earlier) = earlier else { return self };
        let left = earlier.files.iter().filter(|file| file.name == ReportFile::Constraints);
        let superseded = left.map(|file| file.sha256.clone()).chain(earlier.superseded.clone()).collect();
        Self { generation: earlier.generation + 1, superseded, ..self }
    }

    fn generation(&self) -> u64 {
        self.generation
    }

    fn superseded(&self) -> &[String] {
        &self.superseded
    }
}

impl BaselineKind for Scores {
    const FOLDER: BaselineFolder = BaselineFolder::named("model-score");
    const IS_EDITABLE: bool = true;
    const MAY_OBJECT: bool = true;
    type Commit = ScoreBaseline;
    type Settings = ();
    type Bar = ScoreFloor;

    fn new((): ()) -> Self {
        Self::default()
    }

    fn bar(&self) -> ScoreFloor {
        ScoreFloor { floor: self.floor }
    }

    fn wish(&self, manifest: &Manifest) -> Wish {
        if manifest.recommendations.is_some() { Wish::Named } else { Wish::No }
    }

    async fn draft(&self, drafting: Drafting<'_>) -> Result<Draft<ScoreBaseline>, RunError> {
        self.drafts.fetch_add(1, Ordering::Relaxed);
        for (path, bytes) in std::mem::take(&mut *self.meanwhile.lock().unwrap()) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let PublishedManifest { manifest, object, digest, .. } = drafting.published;
        let score: f64 = manifest
            .recommendations
            .as_deref()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ContractError::malformed(object, "names no score"))?;
        let feature = FeatureConstraints { name: format!("score_{score}"), ..FeatureConstraints::default() };
        let constraints = Constraints { features: vec![feature], ..Constraints::default() };
        let mut statistics = Statistics::default();
        statistics.dataset.item_count = score as u64;
        let report = Report::of_baseline(&statistics, &constraints)?;
        let Manifest { model_version, created_at, endpoint_name, target_variant, .. } = manifest.clone();
        let baseline = ScoreBaseline {
            model_version,
            created_at,
            endpoint_name,
            target_variant,
            score,
            manifest_digest: digest.clone(),
            files: report.committed(),
            generation: 0,
            superseded: Vec::new(),
        };
        Ok(Draft { baseline, report })
    }

    fn objection(
        _: &str,
        baseline: &ScoreBaseline,
        bar: &ScoreFloor,
    ) -> Result<Option<Objection>, ContractError> {
        let objection = Objection {
            metric_name: "score".to_owned(),
            value: baseline.score,
            limit: bar.floor,
            meaning: "The model scores too low.",
        };
        Ok((objection.value < objection.limit).then_some(objection))
    }
}

/// A folder with models, baselines and state, and the protocol over them.
struct World {
    folder: TempDir,
    baselines: Baselines,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let below = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(below("baselines")).unwrap();
        let settings = BaselineSettings::read(|name| match name {
            "MODELS_URI" => Some(below("models")),
            "BASELINES_URI" => Some(below("baselines")),
            _ => None,
        });
        let mut baselines = Baselines::new(settings.unwrap(), None).unwrap();
        baselines.outlet = Some(Outlet::Printed(|_| Ok(())));
        Self { folder, baselines }
    }

    fn publish(&self, version: &str, created_at: &str, score: &str) {
        let manifest = json!({
            "model_version": version, "created_at": created_at, "endpoint_name": "e", "target_variant": "v",
            "recommendations": score,
        });
        self.write(&format!("models/{version}/manifest.json"), &manifest.to_string());
    }

    fn write(&self, key: &str, text: &str) {
        let path = self.folder.path().join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The event of a version.
    async fn keep(&self, scores: &Scores, version: &str) -> Result<Kept<ScoreBaseline>, RunError> {
        let (manifests, version) = (&self.baselines.manifests, &version.parse().unwrap());
        let now = NOW.parse().unwrap();
        let published = &manifests.read(version, now).await?;
        let asked =
            Asked { manifests, version, published, clients: None, now, deadline: None, watcher: &nobody };
        keep(&self.baselines.shelf, scores, asked).await
    }

    async fn kept(&self, scores: &Scores, version: &str) -> Kept<ScoreBaseline> {
        self.keep(scores, version).await.unwrap_or_else(|error| panic!("{}", error.chain()))
    }

    /// The version in force and its constraints.
    async fn in_force(&self) -> InForce<(String, ReadFile)> {
        let (endpoint, variant) = ("e".parse().unwrap(), "v".parse().unwrap());
        match in_force::<Scores>(self.baselines.store(), &endpoint, &variant).await.unwrap() {
            InForce::Absent(absence) => InForce::Absent(absence),
            InForce::Known(found) => {
                let read = found.file(BaselineObject::File(ReportFile::Constraints)).await.unwrap();
                InForce::Known((found.version.to_string(), read))
            }
        }
    }

    async fn version_in_force(&self) -> String {
        self.in_force().await.known().expect("a baseline").0.clone()
    }

    /// Every file but the locks.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let mut tree = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.display().to_string().contains(".bellwether") {
                    tree.insert(key(self.folder.path(), &path), fs::read(&path).unwrap());
                }
            }
        }
        tree
    }

    fn keys(&self, below: &str) -> Vec<String> {
        self.tree().into_keys().filter_map(|key| key.strip_prefix(below).map(str::to_owned)).collect()
    }
}

fn key(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().display().to_string()
}

fn scores(floor: f64) -> Scores {
    Scores { floor, ..Scores::default() }
}

fn by_hand() -> Caller {
    Caller { now: NOW.parse().unwrap(), request_id: "by-hand".to_owned() }
}

#[tokio::test]
async fn a_kind_that_is_in_no_table_goes_through_the_whole_protocol_in_a_folder_of_its_name() {
    let (world, kind) = (World::new(), scores(0.0));
    let no_pointer = world.baselines.store().uri("e/v/current-model-score.json");
    let absent = world.in_force().await;
    assert_eq!(absent.absence(), Some(&Absence::NoPointer { uri: no_pointer.clone() }));
    assert_eq!(absent.absence().unwrap().to_string(), format!("no baseline at {no_pointer}"));

    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    let made = world.kept(&kind, "v1").await;
    assert_eq!((made.outcome, &made.standing), (Outcome::Made, &Standing::Current));
    assert_eq!(made.object, world.baselines.store().uri("e/v/v1/model-score/model_score_baseline.json"));
    let names = ["constraints.json", "model_score_baseline.json", "statistics.json"];
    let mut expected = vec!["current-model-score.json".to_owned()];
    expected.extend(names.map(|name| format!("v1/model-score/{name}")));
    assert_eq!(world.keys("baselines/e/v/"), expected);
    let stage = format!("v1/model-score/{}/", crate::report::digest(&made.baseline.files));
    let staged = ["constraints.json", "published", "statistics.json"].map(|name| format!("{stage}{name}"));
    assert_eq!(world.keys("baselines-state/staged-baselines/e/v/"), staged);

    // Again: nothing is drafted and no byte changes. A file that is lost is restored.
    let before = world.tree();
    assert_eq!(world.kept(&kind, "v1").await.outcome, Outcome::Unchanged);
    let statistics = "baselines/e/v/v1/model-score/statistics.json";
    for spoil in [None, Some("{}")] {
        match spoil {
            None => fs::remove_file(world.folder.path().join(statistics)).unwrap(),
            Some(text) => world.write(statistics, text),
        }
        assert_eq!(world.kept(&kind, "v1").await.outcome, Outcome::Unchanged);
        assert_eq!(world.tree(), before);
    }
    assert_eq!(kind.drafts.load(Ordering::Relaxed), 1);

    // What is in force is read with the digest of what was read.
    let InForce::Known((version, read)) = world.in_force().await else { panic!("nothing is in force") };
    assert_eq!((version.as_str(), read.file.version), ("v1", Some("v1".parse().unwrap())));
    let committed = made.baseline.files.iter().find(|file| file.name == ReportFile::Constraints);
    assert_eq!(Some(read.file.sha256), committed.map(|file| file.sha256.clone()));
    assert_eq!(read.file.uri, world.baselines.store().uri("e/v/v1/model-score/constraints.json"));
}

#[tokio::test]
async fn a_changed_manifest_replaces_all_files_and_a_hands_edit_stays_until_then() {
    let (world, kind) = (World::new(), scores(0.0));
    let constraints = "baselines/e/v/v1/model-score/constraints.json";
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    world.kept(&kind, "v1").await;
    let suggested = world.tree()[constraints].clone();
    world.write(constraints, "{\"features\": []}");
    assert_eq!(world.kept(&kind, "v1").await.outcome, Outcome::Unchanged);
    assert_eq!(world.tree()[constraints], b"{\"features\": []}");
    // What a monitor is told it judges by is the edit, and not what was suggested.
    let read = world.in_force().await.known().unwrap().1.clone();
    assert_eq!(read.bytes.as_ref(), b"{\"features\": []}");

    world.publish("v1", "2026-10-31T07:00:00Z", "8");
    let replaced = world.kept(&kind, "v1").await;
    assert_eq!((replaced.outcome, replaced.baseline.generation), (Outcome::Replaced, 1));
    assert!(String::from_utf8_lossy(&world.tree()[constraints]).contains("score_8"));
    // A slow attempt's file is no edit.
    world.write(constraints, std::str::from_utf8(&suggested).unwrap());
    world.kept(&kind, "v1").await;
    assert!(String::from_utf8_lossy(&world.tree()[constraints]).contains("score_8"));
    // Set back: a commit of its own, and the first files again.
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    assert_eq!(world.kept(&kind, "v1").await.baseline.generation, 2);
    assert_eq!(world.tree()[constraints], suggested);
}

#[tokio::test]
async fn the_pointer_goes_forward_by_events_and_anywhere_by_hand_and_never_below_the_floor() {
    let (world, kind) = (World::new(), scores(5.0));
    let store = world.baselines.store();
    for (version, created_at, score) in [
        ("v2", "2026-10-31T08:00:00Z", "7"),
        ("v1", "2026-10-31T07:00:00Z", "6"),
        ("v3", "2026-10-31T09:00:00Z", "4"),
    ] {
        world.publish(version, created_at, score);
    }
    assert_eq!(world.kept(&kind, "v2").await.standing, Standing::Current);
    let v1 = world.kept(&kind, "v1").await;
    assert_eq!(v1.standing, Standing::Kept { current: "v2".parse().unwrap() });
    let Standing::BelowFloor(below) = world.kept(&kind, "v3").await.standing else { panic!("4 is below 5") };
    let told = (below.kind.name(), below.metric_name.as_str(), below.value, below.limit);
    assert_eq!(told, ("model-score", "score", 4.0, 5.0));
    assert_eq!(below.current, Some("v2".parse().unwrap()));
    assert_eq!(world.version_in_force().await, "v2");

    let now = NOW.parse().unwrap();
    let standing = stand::<Scores>(store, &v1.baseline, &kind.bar(), Move::ByHand, now).await.unwrap();
    assert_eq!((standing, world.version_in_force().await.as_str()), (Standing::Current, "v1"));
    assert_eq!(world.kept(&kind, "v2").await.standing, Standing::Kept { current: "v1".parse().unwrap() });
    // A lower floor, and the same event puts it in force.
    assert_eq!(world.kept(&scores(4.0), "v3").await.standing, Standing::Current);
    assert_eq!(world.version_in_force().await, "v3");
}

#[tokio::test]
async fn what_is_below_the_floor_is_told_once_under_the_name_of_its_kind_and_its_end_too() {
    let (world, kind) = (World::new(), scores(5.0));
    world.publish("v1", "2026-10-31T07:00:00Z", "4");
    let below = world.kept(&kind, "v1").await;
    let told = world.baselines.tell_of::<Scores>(&below, &by_hand()).await.unwrap();
    let [message] = &told.sent[..] else { panic!("{told:?}") };
    assert_eq!(message.attributes.monitor, "model-score");
    assert_eq!(message.dedup_key, "e/v/baseline/v1/model-score");
    assert!(message.text.contains("The model scores too low. Its baseline was kept"), "{}", message.text);
    assert_eq!(world.keys("baselines-state/notices/"), ["e/v/v1/model-score/baseline.json"]);
    let again = world.baselines.tell_of::<Scores>(&below, &by_hand()).await.unwrap();
    assert!(again.sent.is_empty(), "{again:?}");

    // A notice of another kind of the same version is another's.
    let (endpoint, variant) = ("e".parse().unwrap(), "v".parse().unwrap());
    let (state, outlet) = (&world.baselines.shelf.state, world.baselines.outlet.as_ref());
    let other = BaselineFolder::of_the_version("first");
    let notices = Notices { kind: other, state, outlet, endpoint: &endpoint, variant: &variant };
    let ended = notices.settle(|_, _| Some(End::Itself), &by_hand()).await.unwrap();
    assert!(ended.sent.is_empty() && ended.waiting.is_empty(), "{ended:?}");

    world.publish("v2", "2026-10-31T08:00:00Z", "6");
    let good = world.kept(&kind, "v2").await;
    let told = world.baselines.tell_of::<Scores>(&good, &by_hand()).await.unwrap();
    let [message] = &told.sent[..] else { panic!("{told:?}") };
    assert_eq!(
        (message.dedup_key.as_str(), message.attributes.monitor.as_str()),
        ("e/v/baseline/v1/model-score", "model-score")
    );
    assert!(message.subject.contains("superseded by that of v2"), "{}", message.subject);
}

/// Of two kinds with their own files, neither moves a byte of the other.
#[tokio::test]
async fn a_kind_leaves_the_others_alone() {
    let (world, kind) = (World::new(), scores(0.0));
    world.write("baselines/e/v/current.json", "{\"model_version\": \"v0\"}");
    world.write("baselines/e/v/v1/constraints.json", "of another kind");
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    let before = world.tree();
    world.kept(&kind, "v1").await;
    let after = world.tree();
    for (key, bytes) in before {
        assert_eq!(after[&key], bytes, "{key}");
    }
}

/// However many events come at once, one baseline is made, and each tells the same of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_events_at_once_one_commits() {
    let (world, kind) = (World::new(), scores(0.0));
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    let kept = futures::future::join_all((0..16).map(|_| world.kept(&kind, "v1"))).await;
    let made = kept.iter().filter(|kept| kept.outcome == Outcome::Made).count();
    let unchanged = kept.iter().filter(|kept| kept.outcome == Outcome::Unchanged).count();
    assert_eq!((made, unchanged), (1, 15));
    assert!(kept.iter().all(|one| one.baseline == kept[0].baseline && one.standing == Standing::Current));
}

/// The manifest is read in every round: a draft of one that was replaced under way is not committed over its successor's.
#[tokio::test]
async fn a_manifest_that_changes_while_a_draft_is_made_has_the_last_word() {
    let (elsewhere, world) = (World::new(), World::new());
    elsewhere.publish("v1", "2026-10-31T07:00:00Z", "8");
    elsewhere.kept(&scores(0.0), "v1").await;
    let of_the_second = elsewhere.tree();
    let there = |(key, bytes): (&String, &Vec<u8>)| (world.folder.path().join(key), bytes.clone());
    let meanwhile = of_the_second.iter().map(there).collect();
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    let kind = Scores { meanwhile: Mutex::new(meanwhile), ..Scores::default() };
    let kept = world.kept(&kind, "v1").await;
    assert_eq!((kept.outcome, kept.baseline.score), (Outcome::Unchanged, 8.0));
    let stage = format!("baselines-state/staged-baselines/e/v/v1/model-score/{}", digest_of_seven(&world));
    let mut tree = world.tree();
    tree.retain(|key, _| !key.starts_with(&stage));
    assert_eq!(tree, of_the_second);
    assert_eq!(kind.drafts.load(Ordering::Relaxed), 1);
}

/// The stage that the first draft left: nobody publishes it.
fn digest_of_seven(world: &World) -> String {
    let is_of_seven = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains("score_7");
    let tree = world.tree();
    let staged = tree.iter().find(|(key, bytes)| key.contains("staged") && is_of_seven(bytes));
    staged.expect("a stage").0.rsplit('/').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_version_whose_files_are_gone_is_an_error_and_no_absence() {
    let (world, kind) = (World::new(), scores(0.0));
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    world.kept(&kind, "v1").await;
    fs::remove_dir_all(world.folder.path().join("baselines/e/v/v1")).unwrap();
    let (endpoint, variant) = ("e".parse().unwrap(), "v".parse().unwrap());
    let found = in_force::<Scores>(world.baselines.store(), &endpoint, &variant).await.unwrap();
    let InForce::Known(found) = found else { panic!("the pointer is there") };
    let error = found.file(BaselineObject::Commit).await.unwrap_err();
    assert_eq!(error.error_type(), "ObjectNotFound");
    assert!(error.chain().contains("e/v/v1/model-score/model_score_baseline.json"), "{}", error.chain());
}

#[tokio::test]
async fn a_draft_that_fails_leaves_nothing() {
    let (world, kind) = (World::new(), scores(0.0));
    world.publish("v1", "2026-10-31T07:00:00Z", "none");
    let error = world.keep(&kind, "v1").await.unwrap_err();
    assert!(error.chain().contains("models/v1/manifest.json: names no score"), "{}", error.chain());
    assert_eq!(world.keys("baselines"), Vec::<String>::new());
    let error = world.keep(&kind, "v9").await.unwrap_err();
    assert_eq!(error.error_type(), "ObjectNotFound");
}

/// What summaries say: a kind that objects has a standing, one that does not says which version is in force.
#[tokio::test]
async fn a_summary_tells_of_a_kind_under_its_name() {
    let (world, kind) = (World::new(), scores(0.0));
    world.publish("v1", "2026-10-31T07:00:00Z", "7");
    let kept = world.kept(&kind, "v1").await;
    let mut answer = Map::new();
    kept::tell_in_short::<Scores>(&mut answer, &kept);
    let expected = json!({"baseline": kept.object, "outcome": "made", "standing": "current"});
    assert_eq!(Value::Object(answer), json!({"model-score": expected}));
}

/// Of the kinds that there are: under which names scripts find them.
#[test]
fn summaries_are_spelt_as_they_always_were() {
    let text = r#"{"model_version": "v2", "created_at": "2026-10-31T07:00:00Z", "endpoint_name": "e", "target_variant": "v",
        "top_k": 10, "sessions": 20, "answered": 19, "recommendation_metrics": {}, "rows": 40, "columns": 2,
        "manifest_digest": "ab12", "files": []}"#;
    let below = BelowFloor {
        kind: BaselineFolder::of_the_version("diversity"),
        endpoint_name: "e".parse().unwrap(),
        target_variant: "v".parse().unwrap(),
        model_version: "v2".parse().unwrap(),
        created_at: "2026-10-31T07:00:00Z".parse().unwrap(),
        metric_name: "top10_category_diversity_mean".to_owned(),
        value: 2.0,
        limit: 4.0,
        meaning: "not told here",
        current: None,
        object: "lists".to_owned(),
        digest: "d2".to_owned(),
    };
    let made = Made {
        data_quality: Some(Kept {
            outcome: Outcome::Made,
            standing: Standing::Kept { current: "v3".parse().unwrap() },
            object: "rows".to_owned(),
            baseline: from_slice("rows", text.as_bytes()).unwrap(),
        }),
        model_quality: None,
        model_bias: None,
        model_explainability: None,
        diversity: Some(Kept {
            outcome: Outcome::Unchanged,
            standing: Standing::BelowFloor(Box::new(below)),
            object: "lists".to_owned(),
            baseline: from_slice("lists", text.as_bytes()).unwrap(),
        }),
    };
    insta::assert_snapshot!("made_in_full", format!("{:#}", json!(made)));
    insta::assert_snapshot!("made_in_short", format!("{:#}", made.in_short()));
    let by_hand = Activated {
        data_quality: made
            .data_quality
            .map(|kept| Activation { standing: kept.standing, baseline: kept.baseline }),
        model_quality: None,
        model_bias: None,
        model_explainability: None,
        diversity: made.diversity.map(|kept| Activation { standing: kept.standing, baseline: kept.baseline }),
        notified: crate::route::baseline::Notified::default(),
    };
    insta::assert_snapshot!("activated", format!("{:#}", json!(by_hand)));
}

macro_rules! names_of_the_table {
    ($($module:ident::$kind:ident),+) => {
        [$((stringify!($module), <crate::monitors::$module::$kind as BaselineKind>::FOLDER)),+]
    };
}

/// Two kinds in one folder would publish over each other.
#[test]
fn a_kind_is_called_as_its_monitor_and_one_alone_lies_in_the_folder_of_the_version() {
    let mut known = std::collections::BTreeSet::new();
    let kinds = crate::baselines!(names_of_the_table);
    for (module, folder) in kinds {
        assert_eq!(folder.name().replace('-', "_"), module);
        assert!(crate::monitors::TABLE.iter().any(|monitor| monitor.name == folder.name()), "{module}");
        assert!(known.insert(folder.name()), "{module} twice");
    }
    assert_eq!(kinds.iter().filter(|(_, folder)| !folder.has_its_own()).count(), 1);
}

/// A kind's settings come out of its own group, and no two kinds ask for one name in two ways.
#[test]
fn a_kind_is_told_what_it_declares() {
    let settings = ActivationSettings::read(|name| match name {
        "ENDPOINT_NAME" | "VARIANT_NAME" => Some("x".to_owned()),
        "BASELINES_URI" => Some("baselines".to_owned()),
        "MIN_DIVERSITY" => Some("2".to_owned()),
        _ => None,
    });
    assert_eq!(settings.unwrap().bars.diversity.min_diversity, 2.0);
    assert!(<() as Settings>::VARIABLES.is_empty());
}
