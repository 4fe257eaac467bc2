"""Makes a stack of the template by `sam deploy` in an emulator that nobody here wrote, and lives two hours of it.

The first deployment is `sam deploy --guided`, whose questions are answered; later ones find nothing to do, and one parameter changed
(sam_deploy.py). The functions are the real programs, started by the emulator over Lambda's Runtime API. The first hour is dispatched by hand; for the
second the schedule fires. The dispatcher starts monitors, reports arrive, S3 tells EventBridge, the router tells a topic, and what
persists to the one that pages; queues hear it, and the points reach the alarms. Then the same tick comes again, and the state machine has
two hours read in parts (wide_hour.py). What the emulator does otherwise than AWS is mended here and named, and nothing else is.

    .venv-stack/bin/python .ci/whole_stack.py PROJECT FOLDER-OF-PROGRAMS

PROJECT holds what built_folder.py lays out.
"""

import datetime
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import boto3
import sam_deploy
import wide_hour
import yaml

DEFINITION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scale-out.asl.json")
HOUR = datetime.timedelta(hours=1)
STACK = "bellwether-whole"
REGION = "us-east-1"
BUCKETS = {"inputs": "inputs-bucket", "captures": "capture-bucket", "reports": "reports-bucket"}
PARAMETERS = {
    "InputsBucket": BUCKETS["inputs"],
    "CaptureBucket": BUCKETS["captures"],
    "CapturePrefix": "datacapture",
    "ReportsBucket": BUCKETS["reports"],
    "Architecture": "x86_64",
}
MADE_OF_MODELS = [
    "Baseline",
    "BaselineEventInvokeConfig",
    "BaselineModelVersionPublished",
    "BaselineModelVersionPublishedPermission",
    "BaselineRole",
]
DOCUMENT = f"""\
version: 1
defaults:
  capture_uri: s3://{BUCKETS["captures"]}/datacapture
  variant_name: AllTraffic
  baseline_constraints_uri: s3://{BUCKETS["inputs"]}/bellwether/constraints.json
monitors:
  - {{name: churn-columns, monitor: data-quality, endpoint_name: churn-prod}}
  - name: churn-outputs
    monitor: data-quality
    endpoint_name: churn-prod
    capture_index_names: endpointOutput
    baseline_constraints_uri: s3://{BUCKETS["inputs"]}/bellwether/outputs.json
  - {{name: ranker-columns, monitor: data-quality, endpoint_name: ranker-prod}}
  - {{name: misspelt, monitor: data-quality, endpoint_name: ranker-prod, samplepayloads: true}}
"""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Emulator:
    """ministack on loopback, in a process group of its own: its functions' processes outlive it otherwise."""

    def __init__(self, scratch):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = os.path.join(scratch, "ministack.log")
        environment = dict(
            os.environ,
            BIND_HOST="127.0.0.1",
            MINISTACK_HOST="127.0.0.1",
            GATEWAY_PORT=str(self.port),
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            SERVICES="s3,lambda,events,scheduler,sqs,sns,cloudwatch,logs,iam,sts,cloudformation,kms,states",
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_DEFAULT_REGION=REGION,
            LOG_LEVEL="INFO",
            # Nobody waits a minute before a map runs once more: a twentieth of each pause between two tries.
            SFN_WAIT_SCALE="0.05",
        )
        program = os.path.join(os.path.dirname(sys.executable), "ministack")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [program], env=environment, cwd=scratch, stdout=log, stderr=log, start_new_session=True
            )

    def client(self, service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **keys)

    def runs(self, function):
        """How many asynchronous runs of a function are over."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read().count(f"{function} async output")

    def wait(self):
        def is_up():
            if self.process.poll() is not None:
                raise SystemExit(f"the emulator ended with {self.process.returncode}")
            with socket.socket() as sock:
                return sock.connect_ex(("127.0.0.1", self.port)) == 0

        until("the emulator answers", is_up, 60)

    def end(self):
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, wanted)
            except ProcessLookupError:
                break
            time.sleep(1)
        self.process.wait()


def until(what, holds, seconds):
    """Waits until something holds, and gives what it was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            print(f"  {what}")
            return found
        time.sleep(0.5)
    raise SystemExit(f"in {seconds} s it was not seen that {what}")


def check(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: {found!r}, and {expected!r} was expected")
    print(f"  {what}: {found}")


def looked_up(node, mappings):
    """The same, with values in the place of look-ups."""
    if isinstance(node, list):
        return [looked_up(it, mappings) for it in node]
    if not isinstance(node, dict):
        return node
    if "Fn::FindInMap" in node:
        name, first, second = node["Fn::FindInMap"]
        return mappings[name][first][second]
    return {key: looked_up(it, mappings) for key, it in node.items()}


def defined():
    """The state machine, where the emulator would play it otherwise than AWS."""
    with open(DEFINITION, encoding="utf-8") as file:
        definition = json.load(file)
    # It does not know the path, and would start 64 at once on a machine of two cores.
    parts = definition["States"]["Parts"]
    del parts["MaxConcurrencyPath"]
    return json.dumps({**definition, "States": {**definition["States"], "Parts": {**parts, "MaxConcurrency": 4}}})


def prepared(project, front, tick):
    """Alters the built template where the emulator would do otherwise than AWS."""
    path = os.path.join(project, ".aws-sam", "build", "template.yaml")
    with open(path, encoding="utf-8") as file:
        template = yaml.safe_load(file)
    resources = template["Resources"]
    # Its conditions look into no mapping: what is compared there equals nothing.
    template["Conditions"] = looked_up(template["Conditions"], template["Mappings"])
    # It has no composite alarms, which the repository's own evaluator judges.
    composite = [name for name, it in resources.items() if it["Type"] == "AWS::CloudWatch::CompositeAlarm"]
    for name in composite:
        del resources[name]
    names = lambda it: any(f'"{name}"' in json.dumps(it) or f"${{{name}" in json.dumps(it) for name in composite)
    for section in (resources, template["Outputs"]):
        for name in [name for name, it in section.items() if names(it)]:
            print(f"  left out, because it names a composite alarm: {name}")
            del section[name]
    # Functions of provided runtimes are not told where it listens.
    template["Globals"]["Function"]["Environment"] = {"Variables": {"AWS_ENDPOINT_URL": front.url}}
    schedule = resources["Dispatch"]["Properties"]["Events"]["EveryHour"]["Properties"]
    # It does not put the scheduled time where the input asks for it; and nobody waits an hour.
    schedule["Input"] = json.dumps({"scheduled_time": tick.isoformat()})
    schedule["ScheduleExpression"] = "rate(1 minute)"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(template, file)
    definition = os.path.join(os.path.dirname(path), resources["WideWindows"]["Properties"]["DefinitionUri"])
    with open(definition, "w", encoding="utf-8") as file:
        file.write(defined())


def captured(minute, hour, number, row):
    side = lambda mode, data: {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}
    at = hour + datetime.timedelta(minutes=minute, seconds=number % 60)
    record = {
        "captureData": {"endpointInput": side("INPUT", row[1]), "endpointOutput": side("OUTPUT", row[0])},
        "eventMetadata": {"eventId": str(uuid.uuid4()), "inferenceTime": at.isoformat().replace("+00:00", "Z")},
        "eventVersion": "0",
    }
    return json.dumps(record, separators=(",", ":"))


def traffic(s3, hour):
    """Both endpoints answer; nobody fills a column of the second one any more."""
    draw = random.Random(1)
    for endpoint, is_filled in (("churn-prod", True), ("ranker-prod", False)):
        for minute in range(0, 60, 20):
            calls = lambda: str(draw.randrange(20)) if is_filled else ""
            rows = [(str(draw.randrange(2)), f"{calls()},{draw.random() * 100:.3f}") for _ in range(200)]
            lines = "\n".join(captured(minute, hour, number, row) for number, row in enumerate(rows))
            folder = f"datacapture/{endpoint}/AllTraffic/{hour:%Y/%m/%d/%H}"
            s3.put_object(
                Bucket=BUCKETS["captures"], Key=f"{folder}/{minute:02}-00-000-{uuid.uuid4()}.jsonl", Body=lines.encode()
            )


def constraints(kinds):
    feature = lambda number, kind: {"name": f"_c{number}", "inferred_type": kind, "completeness": 1.0}
    monitoring = {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled", "datatype_check_threshold": 1.0}
    features = [feature(number, kind) for number, kind in enumerate(kinds)]
    return json.dumps({"version": 0.0, "features": features, "monitoring_config": monitoring})


def made(cfn, status):
    """The resources of the stack as it stands: their logical and physical names."""
    stack = cfn.describe_stacks(StackName=STACK)["Stacks"][0]
    check("status of the stack", stack["StackStatus"] + stack.get("StackStatusReason", ""), status)
    listed = cfn.describe_stack_resources(StackName=STACK)["StackResources"]
    return {it["LogicalResourceId"]: it["PhysicalResourceId"] for it in listed}


def live(emulator, front, project, programs_folder, scratch):
    s3, cfn, awslambda, sns, sqs, cloudwatch = (
        emulator.client(name) for name in ("s3", "cloudformation", "lambda", "sns", "sqs", "cloudwatch")
    )
    for bucket in BUCKETS.values():
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=BUCKETS["reports"], NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    now = datetime.datetime.now(datetime.timezone.utc)
    tick = now.replace(minute=0, second=0, microsecond=0)
    for name, kinds in (("constraints", ["Integral", "Integral", "Fractional"]), ("outputs", ["Integral"])):
        s3.put_object(Bucket=BUCKETS["inputs"], Key=f"bellwether/{name}.json", Body=constraints(kinds))
    # The commands of the README that come after a deployment: the check, the upload, and below what ran.
    bellwether = os.path.join(programs_folder, "bellwether")
    document = os.path.join(scratch, "monitors.yaml")
    with open(document, "w", encoding="utf-8") as file:
        file.write(DOCUMENT)
    told = wide_hour.command(bellwether, front, "monitors", "check", "--stack", document, code=1)
    check("the check names the misspelt key", "samplepayloads" in told, True)
    s3.upload_file(document, BUCKETS["inputs"], "bellwether/monitors.yaml")
    for hour in (tick - 2 * HOUR, tick - HOUR):
        traffic(s3, hour)

    sam = sam_deploy.Sam(project, emulator.url, REGION)
    prepared(project, front, tick)
    sam_deploy.first(sam, STACK, PARAMETERS, check)
    physical = made(cfn, "CREATE_COMPLETE")

    def subscribed(topic):
        url = sqs.create_queue(QueueName=topic)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=physical[topic], Protocol="sqs", Endpoint=arn)
        return url

    violations, pages = subscribed("ViolationsTopic"), subscribed("AlarmTopic")

    def heard(queue):
        """What the router told: the kind of news, and whose."""
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        for it in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=it["ReceiptHandle"])
        # Alarms tell the paging topic in words of their own.
        bodies = [json.loads(json.loads(it["Body"])["Message"]) for it in found]
        told = [it for it in bodies if "payload" in it]
        return [(it["payload"]["custom_details"]["kind"], it["dedup_key"]) for it in told]

    def dispatched(scheduled):
        event = json.dumps({"scheduled_time": scheduled.isoformat()}).encode()
        answer = awslambda.invoke(FunctionName=physical["Dispatch"], Payload=event)
        return json.loads(answer["Payload"].read())

    def verdicts(scheduled):
        found = s3.list_objects_v2(Bucket=BUCKETS["reports"], Prefix="reports/").get("Contents", [])
        hour = f"/{scheduled:%Y/%m/%d/%H}/execution.json"
        return sorted(it["Key"] for it in found if it["Key"].endswith(hour))

    def status(key):
        body = s3.get_object(Bucket=BUCKETS["reports"], Key=key)["Body"].read()
        return json.loads(body)["monitoring_execution_status"]

    started = ["churn-columns", "churn-outputs", "ranker-columns"]
    expected = ["Completed", "Completed", "CompletedWithViolations"]
    ranker = "ranker-prod/AllTraffic/ranker-columns"
    check("the first hour was dispatched by hand", dispatched(tick - HOUR)["started"], started)
    # In the order of the keys: two of churn-prod, one of ranker-prod.
    keys = until("three monitors have a verdict", lambda: len(it := verdicts(tick - HOUR)) == 3 and it, 60)
    check("how they ended", [status(key) for key in keys], expected)
    told = until("S3 told EventBridge, and the router told the topic", lambda: heard(violations), 60)
    check("what was told", told, [("announced", ranker)])
    asked = {"--reports": f"s3://{BUCKETS['reports']}/reports", "--endpoint-name": "ranker-prod", "--schedule": "ranker-columns"}
    told = wide_hour.command(bellwether, front, "executions", *(word for pair in asked.items() for word in pair))
    check("the command shows the first run", "CompletedWithViolations" in told, True)

    # The schedule is waited for anyway.
    sam_deploy.again(sam, cfn, STACK, check)
    updated = made(cfn, "UPDATE_COMPLETE")
    check("what a models' bucket adds", sorted(name for name in updated if name not in physical), MADE_OF_MODELS)
    check("what stayed what it was", physical.items() <= updated.items(), True)

    keys = until("the schedule fired, and they have the next verdict", lambda: len(it := verdicts(tick)) == 3 and it, 180)
    check("how they ended", [status(key) for key in keys], expected)
    check("who is paged", until("a page came", lambda: heard(pages), 60), [("persists", ranker)])

    def points(name):
        found = cloudwatch.get_metric_statistics(
            Namespace="Bellwether",
            MetricName=name,
            Dimensions=[{"Name": "Stack", "Value": STACK}],
            StartTime=tick - HOUR,
            EndTime=tick,
            Period=3600,
            Statistics=["Maximum", "SampleCount"],
        )["Datapoints"]
        return found[0]["Maximum"] if found else None

    until("the stack's points arrived", lambda: points("monitors_total") is not None, 60)
    check("monitors", points("monitors_total"), 4.0)
    check("of those behind: the misspelt one", points("monitors_behind"), 1.0)
    until("a violation persists", lambda: points("violation_persists") == 1.0, 60)

    def alarms():
        found = cloudwatch.describe_alarms()["MetricAlarms"]
        states = {name: it["StateValue"] for it in found for name in physical if physical[name] == it["AlarmName"]}
        wanted = {"PersistsAlarm": "ALARM", "BehindAlarm": "ALARM", "HeartbeatAlarm": "OK"}
        return wanted.items() <= states.items() and states

    print(f"  {until('the alarms are as they should be', alarms, 180)}")

    def objects():
        return {it["Key"]: it["ETag"] for it in s3.list_objects_v2(Bucket=BUCKETS["reports"])["Contents"]}

    def at_rest():
        """What lies there once both hours' runs are over and nobody, such as the router, has written for three seconds."""
        found = objects()
        time.sleep(3)
        return emulator.runs(physical["DataQuality"]) >= 2 * len(started) and objects() == found and found

    before = until("nothing is written any more", at_rest, 60)
    runs = emulator.runs(physical["DataQuality"])
    summary = dispatched(tick)
    check("the tick came again", summary["started"], started)
    check("who is behind", list(summary["monitors_behind"]), ["misspelt"])
    until("its runs are over", lambda: emulator.runs(physical["DataQuality"]) >= runs + 3, 60)
    after = objects()
    check("objects that they changed", [key for key in after if after[key] != before.get(key)], [])
    check("messages that they sent", heard(violations) + heard(pages), [])

    began = time.monotonic()
    hours = wide_hour.WideHours(emulator, front, physical, "churn-columns", BUCKETS, captured)
    wide_hour.live(hours, tick, HOUR, until, check, bellwether, scratch)
    print(f"  both hours in parts took {time.monotonic() - began:.0f} s")


def main():
    project, programs_folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        emulator = Emulator(scratch)
        front = wide_hour.Front(emulator.port)
        try:
            emulator.wait()
            live(emulator, front, project, programs_folder, scratch)
        except BaseException:
            with open(emulator.log_path, encoding="utf-8", errors="replace") as log:
                print("".join(log.readlines()[-80:]), file=sys.stderr)
            raise
        finally:
            front.end()
            emulator.end()


if __name__ == "__main__":
    main()
