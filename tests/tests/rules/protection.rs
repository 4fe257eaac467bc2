//! What the stack makes is encrypted, private, reached over TLS alone, and loses no event.
//!
//! A kind of resource that nobody thought about stops the test. Who may do what is proved elsewhere, by listening.

use super::template::document;
use serde_json::Value;

/// Resources of a type.
fn of_type(kind: &str) -> Vec<(String, Value)> {
    let document = document();
    let resources = document["Resources"].as_object().expect("resources").iter();
    let of_type = resources.filter(|(_, resource)| resource["Type"] == kind);
    of_type.map(|(id, resource)| (id.clone(), resource["Properties"].clone())).collect()
}

fn reference(id: &str) -> Value {
    serde_json::json!({ "Ref": id })
}

/// Whether a policy of this type denies everybody what does not come over TLS to the resource.
fn is_tls_only(policies: &str, held: &str, id: &str, action: &str) -> bool {
    let denies = |statement: &Value| {
        statement["Effect"] == "Deny"
            && statement["Principal"] == "*"
            && statement["Action"] == action
            && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
            && [reference(id), serde_json::json!({"Fn::GetAtt": [id, "Arn"]})]
                .contains(&statement["Resource"])
    };
    of_type(policies)
        .iter()
        .filter(|(_, policy)| policy[held][0] == reference(id))
        .any(|(_, policy)| policy["PolicyDocument"]["Statement"].as_array().into_iter().flatten().any(denies))
}

#[test]
fn every_kind_of_resource_has_its_rule() {
    // Storage that holds data is judged below; the rest holds none.
    let judged = [
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::Logs::LogGroup",
        "AWS::Serverless::Function",
        "AWS::Serverless::StateMachine",
    ];
    let harmless = [
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Events::Rule",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Role",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    ];
    for (id, resource) in document()["Resources"].as_object().expect("resources") {
        let kind = resource["Type"].as_str().expect("a type");
        assert!(judged.contains(&kind) || harmless.contains(&kind), "{id}: which rule is there for {kind}?");
    }
}

#[test]
fn topics_and_queues_are_encrypted_and_speak_tls_alone() {
    let key = serde_json::json!({"Fn::If": ["HasKmsKey", reference("KmsKeyArn"), reference("AWS::NoValue")]});
    let (topics, queues) = (of_type("AWS::SNS::Topic"), of_type("AWS::SQS::Queue"));
    assert!(!topics.is_empty() && !queues.is_empty());
    for (id, topic) in topics {
        assert_eq!(topic["KmsMasterKeyId"], key, "{id}");
        assert!(is_tls_only("AWS::SNS::TopicPolicy", "Topics", &id, "sns:Publish"), "{id}");
    }
    for (id, queue) in queues {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        assert!(is_tls_only("AWS::SQS::QueuePolicy", "Queues", &id, "sqs:*"), "{id}");
    }
    for (id, group) in of_type("AWS::Logs::LogGroup") {
        assert_eq!(group["KmsKeyId"], key, "{id}");
        assert_eq!(
            group["RetentionInDays"],
            serde_json::json!({"Fn::FindInMap": ["Rarely", "Logs", "RetentionDays"]})
        );
    }
}

/// A failed event and an event that nobody could deliver both end in the one queue, and every queue has its alarm.
#[test]
fn no_event_is_lost() {
    let queue = serde_json::json!({"Fn::GetAtt": ["DeadLetterQueue", "Arn"]});
    for (id, function) in of_type("AWS::Serverless::Function") {
        let destination = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        assert_eq!(*destination, queue, "{id}");
        // What the dispatcher starts has no event of its own.
        for (name, event) in function["Events"].as_object().into_iter().flatten() {
            assert_eq!(event["Properties"]["DeadLetterConfig"]["Arn"], queue, "{id}.{name}");
        }
        assert!(function["LoggingConfig"]["LogGroup"]["Ref"].is_string(), "{id}");
        assert_eq!(function["LoggingConfig"]["LogFormat"], "JSON", "{id}");
    }
    // An execution that failed is told, and the queue takes it.
    let (policies, rules) = (of_type("AWS::SQS::QueuePolicy"), of_type("AWS::Events::Rule"));
    for (id, _) in of_type("AWS::Serverless::StateMachine") {
        let tells = |(_, rule): &&(String, Value)| {
            let detail = &rule["EventPattern"]["detail"];
            detail["stateMachineArn"][0] == reference(&id)
                && detail["status"] == serde_json::json!(["FAILED", "TIMED_OUT", "ABORTED"])
                && rule["Targets"][0]["Arn"] == queue
        };
        let (rule, _) = rules.iter().find(tells).unwrap_or_else(|| panic!("nobody tells that {id} failed"));
        let arn = serde_json::json!({"Fn::GetAtt": [rule, "Arn"]}).to_string();
        assert!(
            policies.iter().any(|(_, policy)| policy.to_string().contains(&arn)),
            "the queue refuses {rule}"
        );
    }
    for (id, _) in of_type("AWS::SQS::Queue") {
        let name = serde_json::json!({"Fn::GetAtt": [id, "QueueName"]});
        let watches = |(_, alarm): &(String, Value)| {
            alarm["Dimensions"].as_array().into_iter().flatten().any(|dimension| dimension["Value"] == name)
        };
        assert!(of_type("AWS::CloudWatch::Alarm").iter().any(watches), "nobody watches {id}");
    }
}
