//! Least privilege, proved: what each function was seen to ask AWS for is what its role in the template grants.
//!
//! Both ways. A call that no statement allows is *missing*. A grant that no call needed is *extra*. And a grant that would
//! allow the same call about another endpoint, bucket or prefix is *too wide*. There is no list of what a function
//! needs: the functions run, with the environment of the same template, and the embedded AWS hears them.

mod columns;
mod need;
mod policy;
mod stack;
mod story;
mod world;

use futures::future::LocalBoxFuture;
use policy::{Policy, Request};
use regex::Regex;
use stack::Stack;
use std::collections::BTreeSet;
use std::path::Path;
use world::World;

/// Everything that a function does in its life.
type Story = for<'w> fn(&'w mut World) -> LocalBoxFuture<'w, ()>;

/// The life of every function, by its folder.
const STORIES: [(&str, Story); 4] = [
    ("baseline", |world| Box::pin(story::baseline(world))),
    ("data-quality", |world| Box::pin(columns::data_quality(world))),
    ("diversity-check", |world| Box::pin(story::diversity_check(world))),
    ("violation-router", |world| Box::pin(story::violation_router(world))),
];

/// A stack that uses everything. No value is part of another one, so that each can be exchanged by itself.
const EVERYTHING: [(&str, &str); 21] = [
    ("Monitors", "both"),
    ("EndpointName", "newsroom-prod"),
    ("VariantName", "AllTraffic"),
    ("ScheduleName", "diversity-hourly"),
    ("DataQualityScheduleName", "columns-hourly"),
    ("PathsBucket", "bucket-of-declarations"),
    ("PathsKey", "declared/selection.json"),
    ("CaptureBucket", "bucket-of-captures"),
    ("CapturePrefix", "datacapture"),
    ("ValidationSetBucket", "bucket-of-sessions"),
    ("ValidationSetKey", "held-out/validation.jsonl"),
    ("CatalogBucket", "bucket-of-items"),
    ("CatalogKey", "articles/catalog.json"),
    ("ModelsBucket", "bucket-of-models"),
    ("ModelsPrefix", "versions"),
    ("BaselinesBucket", "bucket-of-baselines"),
    ("BaselinesPrefix", "shelf"),
    ("ReportsBucket", "bucket-of-reports"),
    ("ReportsPrefix", "model-monitor"),
    ("DataKmsKeyArn", "arn:aws:kms:us-east-1:000000000000:key/of-the-data"),
    ("KmsKeyArn", "arn:aws:kms:us-east-1:000000000000:key/of-the-topics"),
];

/// A stack that uses little: captured traffic at the root of its bucket, no replay, no baselines, no keys.
const LITTLE: [(&str, &str); 9] = [
    ("EndpointName", "newsroom-prod"),
    ("VariantName", "AllTraffic"),
    ("ScheduleName", "diversity-hourly"),
    ("Replay", "none"),
    ("CaptureBucket", "bucket-of-captures"),
    ("ValidationSetBucket", "bucket-of-sessions"),
    ("CatalogBucket", "bucket-of-items"),
    ("CatalogKey", "articles/catalog.json"),
    ("ReportsBucket", "bucket-of-reports"),
];

/// A stack for a model that recommends nothing, with the baseline of a SageMaker job.
const COLUMNS: [(&str, &str); 9] = [
    ("Monitors", "data-quality"),
    ("EndpointName", "newsroom-prod"),
    ("VariantName", "AllTraffic"),
    ("DataQualityScheduleName", "columns-hourly"),
    ("CaptureBucket", "bucket-of-captures"),
    ("BaselineFilesBucket", "bucket-of-results"),
    ("BaselineConstraintsKey", "job/constraints.json"),
    ("BaselineStatisticsKey", "job/statistics.json"),
    ("ReportsBucket", "bucket-of-reports"),
];

/// Where a role reaches further than one stack, and why.
const WIDE: [(&str, &str, &str); 1] =
    [("baseline", "VariantName", "a manifest names its own variant of the endpoint")];

/// What a function needs, and what it is granted.
async fn needed(folder: &str, story: Story, parameters: &[(&str, &str)]) -> (BTreeSet<Request>, Policy) {
    let mut world = World::new(parameters).await;
    story(&mut world).await;
    let mut needs = world.heard(folder);
    assert!(needs.len() > 5, "{folder} was hardly heard: {needs:?}");
    let function = &world.stack.functions()[folder];
    needs.extend(need::of_lambda(function.log_group()));
    (needs, function.policy(&world.stack))
}

/// What is wrong with the roles of a stack.
async fn complaints(parameters: &[(&str, &str)]) -> Vec<String> {
    let (stack, mut complaints) = (Stack::new(parameters), Vec::new());
    let functions = stack.functions();
    for (folder, story) in STORIES.iter().filter(|(folder, ..)| functions.contains_key(*folder)) {
        let (needs, policy) = needed(folder, *story, parameters).await;
        let missing = needs.iter().filter(|request| !policy.allows(request));
        complaints.extend(missing.map(|request| format!("{folder}: missing {request:?}")));
        let extra = policy.grants.iter().filter(|grant| !needs.iter().any(|request| grant.covers(request)));
        complaints.extend(extra.map(|grant| format!("{folder}: extra {grant:?}")));
        complaints.extend(too_wide(folder, &needs, &policy, &stack));
    }
    complaints
}

/// The same calls about another endpoint, bucket, prefix or key, where they are allowed.
fn too_wide(folder: &str, needs: &BTreeSet<Request>, policy: &Policy, stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in stack.own_values() {
        if WIDE.iter().any(|(function, parameter, _)| (*function, *parameter) == (folder, name.as_str())) {
            continue;
        }
        let others = needs.iter().map(|request| request.about_another(&value));
        let strange = others.filter(|request| !needs.contains(request));
        let allowed = strange.filter(|request| policy.allows(request));
        found.extend(allowed.map(|request| format!("{folder}: too wide in {name}: {request:?}")));
    }
    found
}

#[tokio::test]
async fn each_role_grants_what_its_function_asks_for_and_nothing_else() {
    let functions: BTreeSet<String> = Stack::new(&EVERYTHING).functions().into_keys().collect();
    assert_eq!(functions, STORIES.map(|(folder, _)| folder.to_owned()).into(), "functions of the template");
    assert_eq!(complaints(&EVERYTHING).await, [""; 0]);
}

#[tokio::test]
async fn what_a_stack_does_not_use_is_not_granted() {
    assert_eq!(complaints(&LITTLE).await, [""; 0]);
}

#[tokio::test]
async fn data_quality_alone_is_granted_nothing_of_a_recommender() {
    let folders: Vec<String> = Stack::new(&COLUMNS).functions().into_keys().collect();
    assert_eq!(folders, ["data-quality", "violation-router"]);
    assert_eq!(complaints(&COLUMNS).await, [""; 0]);
}

/// What SAM writes has a role too: the schedule may start its function and hand over what it could not deliver.
#[test]
fn no_other_role_may_do_anything_else() {
    let stack = Stack::new(&EVERYTHING);
    let functions = stack.functions();
    let own: BTreeSet<String> = functions.values().map(|function| function.role()).collect();
    for role in stack.ids(&["AWS::IAM::Role"]).into_iter().filter(|role| !own.contains(role)) {
        let function = functions.values().find(|function| role.starts_with(&function.id));
        let function = function.unwrap_or_else(|| panic!("{role} belongs to no function"));
        let start = ("lambda:InvokeFunction".to_owned(), format!("{}.Arn", function.id));
        let hand_over = ("sqs:SendMessage".to_owned(), "DeadLetterQueue.Arn".to_owned());
        let policy = Policy::of(&stack.resource(&role).expect("a role"));
        let granted = policy.grants.into_iter().map(|grant| (grant.action, grant.resource));
        assert_eq!(granted.collect::<BTreeSet<_>>(), BTreeSet::from([start, hand_over]), "{role}");
    }
}

/// Lambda's own verbs are not the function's business, nor its page's.
#[test]
fn each_readme_names_the_verbs_that_its_role_grants() {
    let verb = Regex::new(r"`([a-z0-9]+:[A-Z][a-z]+[A-Za-z]+)`").expect("a pattern");
    for (folder, function) in Stack::new(&EVERYTHING).functions() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../functions/{folder}/README.md"));
        let page = std::fs::read_to_string(path).expect("a page");
        let named: BTreeSet<String> = verb.captures_iter(&page).map(|found| found[1].to_owned()).collect();
        let lambdas = need::of_lambda(function.log_group()).into_iter().map(|request| request.action);
        let lambdas: BTreeSet<String> = lambdas.collect();
        let policy = function.policy(&Stack::new(&EVERYTHING));
        let granted = policy.grants.into_iter().map(|grant| grant.action);
        let granted: BTreeSet<String> = granted.filter(|action| !lambdas.contains(action)).collect();
        assert_eq!(named, granted, "functions/{folder}/README.md");
    }
}
