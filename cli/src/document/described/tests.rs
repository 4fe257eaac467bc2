use super::*;
use serde_json::json;

fn read(documents: &[Value]) -> Result<Described, Told> {
    Described::read(documents.iter().map(Value::to_string).collect::<String>().as_bytes())
}

#[test]
fn documents_are_told_apart_by_what_is_in_them() {
    let endpoint =
        json!({"EndpointName": "e", "EndpointArn": "a", "EndpointConfigName": "c", "New": {"Field": 1}});
    let configuration =
        json!({"EndpointConfigName": "c", "EndpointConfigArn": "a", "ProductionVariants": null});
    let schedule = json!({"MonitoringScheduleConfig": {}, "EndpointName": "e", "EndpointArn": "no"});
    let definition = json!({"JobDefinitionName": "j"});
    let described = read(&[endpoint, json!([schedule, definition]), configuration]).expect("descriptions");
    assert_eq!((described.endpoints.len(), described.configurations.len()), (1, 1));
    assert_eq!((described.schedules.len(), described.definitions.len()), (1, 1));
    let endpoint = described.endpoint("e").expect("the endpoint");
    assert_eq!(described.configuration(endpoint).expect("its configuration").endpoint_config_name, "c");
    assert!(read(&[]).expect("nothing").endpoints.is_empty());
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_a_remedy() {
    let fine = json!({"JobDefinitionName": "j"});
    for (documents, what, remedy) in [
        (vec![json!({"EndpointArn": "a"})], "missing field `EndpointName`", "as it is"),
        (
            vec![
                json!({"EndpointArn": "a", "EndpointName": "e", "DataCaptureConfig": {"EnableCapture": "yes"}}),
            ],
            "DataCaptureConfig.EnableCapture: invalid type: string, expected a boolean",
            "as it is",
        ),
        (
            vec![json!({"Endpoints": []})],
            "a list of Endpoints",
            "`aws sagemaker describe-endpoint --endpoint-name NAME`",
        ),
        (vec![json!({"MonitoringScheduleSummaries": []})], "a list of", "describe-monitoring-schedule"),
        (vec![json!({"JobDefinitionSummaries": []})], "a list of", "job-definition"),
        (vec![json!({"Role\u{1b}": 1, "B": 2})], "it has Role\u{fffd}, B", "--help"),
        (vec![json!({})], "it has no field", "--help"),
        (vec![json!("churn")], "no JSON object", "--help"),
        (vec![json!({"MonitoringScheduleConfig": "x"})], "it has MonitoringScheduleConfig", "--help"),
    ] {
        let place = format!("standard input, document {}", documents.len());
        let told = read(&documents).expect_err("an error");
        assert!(told.message.contains(what) && told.remedy.contains(remedy), "{told}");
        assert_eq!((told.error_type, told.object), ("MalformedInput", place));
        let later = read(&[std::slice::from_ref(&fine), &documents[..]].concat()).expect_err("an error");
        assert_eq!(later.object, "standard input, document 2");
    }
}

#[test]
fn other_formats_of_the_cli_are_told_from_json() {
    for (text, what) in
        [("CreationTime: 1\n", "line 1"), ("{\"EndpointArn\":\n", "line 2"), ("\u{feff}{}x", "no field")]
    {
        let told = Described::read(text.as_bytes()).expect_err("an error");
        assert!(told.message.contains(what), "{told}");
    }
    let deep = "[".repeat(100_000);
    assert!(Described::read(deep.as_bytes()).is_err());
}
