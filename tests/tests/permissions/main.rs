//! Least privilege, proved: what each function was seen to ask AWS for is what its role in the template grants.
//!
//! Both ways. A call that no statement allows is *missing*. A grant that no call needed is *extra*. And a grant that would
//! allow the same call about another endpoint, bucket or prefix is *too wide*. There is no list of what a function
//! needs: the functions run, with the environment of the same template, and the embedded AWS hears them.

mod answers;
mod audit;
mod columns;
mod groups;
mod need;
mod policy;
mod reasons;
mod stack;
mod story;

use audit::Audit;
use bellwether_newsroom::ENDPOINT;
use futures::future::LocalBoxFuture;
use policy::{Grant, Policy, Request};
use regex::Regex;
use stack::Stack;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Everything that a function does in its life.
type Story = for<'a> fn(&'a mut Audit) -> LocalBoxFuture<'a, ()>;

/// The life of every function, by its folder.
const STORIES: [(&str, Story); 8] = [
    ("baseline", |audit| Box::pin(story::baseline(audit))),
    ("data-quality", |audit| Box::pin(columns::data_quality(audit))),
    ("dispatch", |audit| Box::pin(story::dispatch(audit))),
    ("diversity-check", |audit| Box::pin(story::diversity_check(audit))),
    ("model-bias", |audit| Box::pin(groups::model_bias(audit))),
    ("model-explainability", |audit| Box::pin(reasons::model_explainability(audit))),
    ("model-quality", |audit| Box::pin(answers::model_quality(audit))),
    ("violation-router", |audit| Box::pin(story::violation_router(audit))),
];

/// A stack that uses everything. No value is part of another one, so that each can be exchanged by itself.
const EVERYTHING: [(&str, &str); 14] = [
    ("InputsBucket", "bucket-of-inputs"),
    ("InputsPrefix", "told"),
    ("CaptureBucket", "bucket-of-captures"),
    ("CapturePrefix", "datacapture"),
    ("ReportsBucket", "bucket-of-reports"),
    ("ReportsPrefix", "model-monitor"),
    ("ModelsBucket", "bucket-of-models"),
    ("ModelsPrefix", "versions"),
    ("EndpointArns", "arn:aws:sagemaker:us-east-1:000000000000:endpoint/newsroom-prod"),
    (stack::EXPLAINED, "arn:aws:sagemaker:us-east-1:000000000000:endpoint/newsroom-shadow"),
    ("DataKmsKeyArn", "arn:aws:kms:us-east-1:000000000000:key/of-the-data"),
    ("KmsKeyArn", "arn:aws:kms:us-east-1:000000000000:key/of-the-topics"),
    ("SubnetIds", "subnet-0a,subnet-0b"),
    ("SecurityGroupIds", "sg-0c"),
];

/// A stack that uses little: captured traffic at the root of its bucket, no replay, no models, no keys.
const LITTLE: [(&str, &str); 3] = [
    ("InputsBucket", "bucket-of-inputs"),
    ("CaptureBucket", "bucket-of-captures"),
    ("ReportsBucket", "bucket-of-reports"),
];

/// A stack in the same buckets as [`EVERYTHING`]: each of its prefixes goes on where the other's ends.
const NEIGHBOUR: [(&str, &str); 8] = [
    ("InputsBucket", "bucket-of-inputs"),
    ("InputsPrefix", "told-to-others"),
    ("CaptureBucket", "bucket-of-captures"),
    ("CapturePrefix", "datacapture-of-others"),
    ("ReportsBucket", "bucket-of-reports"),
    ("ReportsPrefix", "model-monitor-of-others"),
    ("ModelsBucket", "bucket-of-models"),
    ("ModelsPrefix", "versions-of-others"),
];

/// What a function needs, and what it is granted.
async fn needed(folder: &str, story: Story, parameters: &[(&str, &str)]) -> (BTreeSet<Request>, Policy) {
    let mut audit = Audit::new(parameters).await;
    story(&mut audit).await;
    let mut needs = audit.heard(folder);
    assert!(needs.len() > 5, "{folder} was hardly heard: {needs:?}");
    let function = &audit.stack.functions()[folder];
    needs.extend(need::of_lambda(function.log_group(), &audit.stack));
    (needs, function.policy(&audit.stack))
}

/// What is wrong with the roles of a stack. What a role has in its own name its function must need; what it shares, one of
/// those that share it.
async fn complaints(parameters: &[(&str, &str)]) -> Vec<String> {
    let (stack, mut complaints) = (Stack::new(parameters), Vec::new());
    let functions = stack.functions();
    let mut shared: BTreeMap<String, (BTreeSet<Grant>, BTreeSet<Request>)> = BTreeMap::new();
    for (folder, story) in STORIES.iter().filter(|(folder, ..)| functions.contains_key(*folder)) {
        let (needs, policy) = needed(folder, *story, parameters).await;
        let missing = needs.iter().filter(|request| !policy.allows(request));
        complaints.extend(missing.map(|request| format!("{folder}: missing {request:?}")));
        complaints.extend(extra(folder, &policy.own, &needs));
        complaints.extend(too_wide(folder, &needs, &policy, &stack));
        for (id, grants) in policy.shared {
            let (granted, needed) = shared.entry(id).or_default();
            granted.extend(grants);
            needed.extend(needs.iter().cloned());
        }
    }
    complaints.extend(shared.iter().flat_map(|(id, (grants, needs))| extra(id, grants, needs)));
    complaints
}

/// What is granted and nobody needs.
fn extra(of: &str, grants: &BTreeSet<Grant>, needs: &BTreeSet<Request>) -> Vec<String> {
    let extra = grants.iter().filter(|grant| !needs.iter().any(|request| grant.covers(request)));
    extra.map(|grant| format!("{of}: extra {grant:?}")).collect()
}

/// The same calls about another endpoint, bucket, prefix or key, where they are allowed.
fn too_wide(folder: &str, needs: &BTreeSet<Request>, policy: &Policy, stack: &Stack) -> Vec<String> {
    let calls = needs.iter().filter(|request| request.action == "sagemaker:InvokeEndpoint");
    let other_endpoints = calls.map(|request| ("the endpoint".to_owned(), request.about_another(ENDPOINT)));
    let values = stack.own_values();
    let others = values.iter().flat_map(|(name, value)| {
        needs.iter().map(move |request| (name.clone(), request.about_another(value)))
    });
    let strange = others.chain(other_endpoints).filter(|(_, request)| !needs.contains(request));
    let allowed = strange.filter(|(_, request)| policy.allows(request));
    allowed.map(|(name, request)| format!("{folder}: too wide in {name}: {request:?}")).collect()
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

/// Two stacks in the same buckets: neither reads, lists or writes what is the other's.
#[tokio::test]
async fn a_stack_reaches_nothing_of_its_neighbour() {
    let (stack, neighbour) = (Stack::new(&EVERYTHING), Stack::new(&NEIGHBOUR));
    // Whether EventBridge hears of a bucket is said of the whole bucket.
    let of_prefixes = |request: &&Request| {
        request.action.starts_with("s3:") && request.action != "s3:GetBucketNotification"
    };
    for (own, other, parameters) in
        [(&stack, &neighbour, &NEIGHBOUR[..]), (&neighbour, &stack, &EVERYTHING[..])]
    {
        for (folder, story) in STORIES {
            let (needs, _) = needed(folder, story, parameters).await;
            for (reader, function) in own.functions() {
                let policy = function.policy(own);
                let reached: Vec<_> =
                    needs.iter().filter(of_prefixes).filter(|request| policy.allows(request)).collect();
                assert!(reached.is_empty(), "{reader} reaches what {folder} of {other:?} needs: {reached:?}");
            }
        }
    }
}

/// The role of the state machine.
const MACHINE_ROLE: &str = "WideWindowsRole";

/// It starts the monitors' functions and its own children, which it follows, and traces.
#[test]
fn the_state_machine_starts_monitors_and_nothing_else() {
    let stack = Stack::new(&EVERYTHING);
    let functions = stack.functions();
    let machine = functions[columns::DATA_QUALITY].environment()["WINDOW_STATE_MACHINE_ARN"].clone();
    let executions = machine.replace(":stateMachine:", ":execution:") + ":*";
    let monitors = bellwether_pipeline::monitors::TABLE.iter().map(|monitor| &functions[monitor.command].id);
    let starts = monitors.map(|id| ("lambda:InvokeFunction".to_owned(), format!("{id}.Arn")));
    let of_machine = [
        ("states:StartExecution", machine.as_str()),
        ("states:DescribeExecution", &executions),
        ("states:StopExecution", &executions),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:GetSamplingRules", "*"),
        ("xray:GetSamplingTargets", "*"),
    ];
    let of_machine = of_machine.map(|(action, resource)| (action.to_owned(), resource.to_owned()));
    let granted = stack.policy(MACHINE_ROLE).own.into_iter().map(|grant| (grant.action, grant.resource));
    assert_eq!(granted.collect::<BTreeSet<_>>(), starts.chain(of_machine).collect());
}

/// What SAM writes has a role too: the schedule may start its function and hand over what it could not deliver.
#[test]
fn no_other_role_may_do_anything_else() {
    let stack = Stack::new(&EVERYTHING);
    let functions = stack.functions();
    let own: BTreeSet<String> = functions.values().map(|function| function.role()).collect();
    let own: BTreeSet<String> = own.into_iter().chain([MACHINE_ROLE.to_owned()]).collect();
    for role in stack.ids(&["AWS::IAM::Role"]).into_iter().filter(|role| !own.contains(role)) {
        let function = functions.values().find(|function| role.starts_with(&function.id));
        let function = function.unwrap_or_else(|| panic!("{role} belongs to no function"));
        let start = ("lambda:InvokeFunction".to_owned(), format!("{}.Arn", function.id));
        let hand_over = ("sqs:SendMessage".to_owned(), "DeadLetterQueue.Arn".to_owned());
        let granted = stack.policy(&role).own.into_iter().map(|grant| (grant.action, grant.resource));
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
        let stack = Stack::new(&EVERYTHING);
        let lambdas = need::of_lambda(function.log_group(), &stack).into_iter().map(|request| request.action);
        let lambdas: BTreeSet<String> = lambdas.collect();
        let policy = function.policy(&stack);
        let granted = policy.grants().map(|grant| grant.action.clone());
        let granted: BTreeSet<String> = granted.filter(|action| !lambdas.contains(action)).collect();
        assert_eq!(named, granted, "functions/{folder}/README.md");
    }
}
