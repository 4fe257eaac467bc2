"""Hours that the stack's state machine has read in parts, in the emulator of whole_stack.py: one in which a part heals, and one in
which none does until an hour later.

Between the functions and the emulator stands a front, for what cannot be had here otherwise. It tells each file of these hours to be a
gibibyte, because nobody stores 135; it hides a file as often as it is told to; and it moves the hour in the name of an execution,
because the clock is not to be moved. Nothing else passes it altered.
"""

import collections
import concurrent.futures
import http.client
import http.server
import json
import os
import re
import subprocess
import threading
import urllib.parse

CONTENT = re.compile(rb"<Size>\d+</Size>")
GIBIBYTE = b"<Size>1073741824</Size>"
MISSING = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>hidden</Message></Error>'


class Front:
    """What the functions take for AWS."""

    def __init__(self, emulator_port):
        self.wide = set()
        self.hidden = collections.Counter()
        self.reads = collections.Counter()
        self.later_hours = 0
        self.lock = threading.Lock()
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            upstream = None

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = front.renamed(self.headers.get("X-Amz-Target", ""), body)
                key = front.missing(self.command, self.path)
                status, headers, answer = (404, {}, MISSING) if key else self.asked(body)
                self.send_response(status)
                length = headers.get("Content-Length") if self.command == "HEAD" else None
                answer = front.widened(self.path, answer)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", length or str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            def asked(self, body):
                headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
                if self.upstream is None:
                    self.upstream = http.client.HTTPConnection("127.0.0.1", emulator_port)
                self.upstream.request(self.command, self.path, body, headers)
                answer = self.upstream.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def widened(self, path, answer):
        path = urllib.parse.unquote(path)
        is_wide = "list-type=2" in path and any(f"/{hour}/" in path for hour in self.wide)
        return CONTENT.sub(GIBIBYTE, answer) if is_wide else answer

    def missing(self, verb, path):
        """Whether this reads a file that is hidden once more. Files that were read are counted."""
        name = urllib.parse.unquote(path.partition("?")[0]).rpartition("/")[2]
        with self.lock:
            if verb != "GET" or not name.startswith("busy-"):
                return False
            self.reads[name] += 1
            self.hidden[name] -= 1
            return self.hidden[name] >= 0

    def renamed(self, target, body):
        if not target.endswith(".StartExecution"):
            return body
        asked = json.loads(body)
        start, hour = asked["name"][:-2], int(asked["name"][-2:])
        return json.dumps({**asked, "name": f"{start}{hour + self.later_hours:02}"}).encode()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def command(program, front, *arguments, code=0):
    """What `bellwether` says, and that it ends with this code."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    environment = {**os.environ, **keys, "AWS_ENDPOINT_URL": front.url}
    ended = subprocess.run([program, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != code:
        raise SystemExit(f"bellwether {arguments[0]} ended with {ended.returncode}: {ended.stdout}")
    return ended.stdout


class WideHours:
    """A monitor of the stack, and its hours."""

    PREFIX = "datacapture/churn-prod/AllTraffic"

    def __init__(self, emulator, front, physical, monitor, buckets, captured):
        self.emulator, self.front, self.physical, self.monitor = emulator, front, physical, monitor
        self.buckets, self.captured = buckets, captured
        self.s3, self.states = emulator.client("s3"), emulator.client("stepfunctions")
        self.sqs, self.functions = emulator.client("sqs"), emulator.client("lambda")

    def fill(self, start, files):
        """An hour of so many files, twenty records each."""
        self.front.wide.add(f"{start:%Y/%m/%d/%H}")
        row = lambda number: (str(number % 2), f"{number % 20},{number / 7:.3f}")
        for file in range(files):
            lines = "\n".join(self.captured(20, start, number, row(number)) for number in range(20 * file, 20 * file + 20))
            key = f"{self.PREFIX}/{start:%Y/%m/%d/%H}/busy-{file:03}.jsonl"
            self.s3.put_object(Bucket=self.buckets["captures"], Key=key, Body=lines.encode())

    def tick(self, end):
        event = json.dumps({"monitor": self.monitor, "scheduled_time": end.isoformat()}).encode()
        answer = self.functions.invoke(FunctionName=self.physical["DataQuality"], Payload=event)
        return json.loads(answer["Payload"].read())

    def twice(self, end):
        """The same tick twice at once: what both were told."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(self.tick, [end, end]))

    def execution(self, told):
        machine = self.physical["WideWindows"].replace(":stateMachine:", ":execution:")
        # The name as the function gave it, at the hour that the front made of it.
        name = told["handed_over"]["execution"]
        name = f"{name[:-2]}{int(name[-2:]) + self.front.later_hours:02}"
        return f"{machine}:{name}"

    def ended(self, execution):
        found = self.states.describe_execution(executionArn=execution)
        return None if found["status"] == "RUNNING" else found

    def started(self):
        return len(self.states.list_executions(stateMachineArn=self.physical["WideWindows"])["executions"])

    def map_runs(self, execution):
        """Of each run of the map: how many parts succeeded, how many failed; in order."""
        listed = self.states.list_map_runs(executionArn=execution)["mapRuns"]
        runs = [self.states.describe_map_run(mapRunArn=it["mapRunArn"]) for it in listed]
        runs = sorted((it for it in runs if "stopDate" in it), key=lambda it: it["startDate"])
        return [(it["itemCounts"]["succeeded"], it["itemCounts"]["failed"]) for it in runs]

    def dead_letters(self):
        found = self.sqs.receive_message(
            QueueUrl=self.physical["DeadLetterQueue"], MaxNumberOfMessages=10, WaitTimeSeconds=1
        ).get("Messages", [])
        for it in found:
            self.sqs.delete_message(QueueUrl=self.physical["DeadLetterQueue"], ReceiptHandle=it["ReceiptHandle"])
        details = [json.loads(it["Body"]).get("detail", {}) for it in found]
        return [(it.get("status"), it.get("error")) for it in details]

    def report(self, end):
        prefix = f"reports/churn-prod/{self.monitor}/{end:%Y/%m/%d/%H}/"
        listed = self.s3.list_objects_v2(Bucket=self.buckets["reports"], Prefix=prefix).get("Contents", [])
        read = lambda key: self.s3.get_object(Bucket=self.buckets["reports"], Key=key)["Body"].read()
        return {it["Key"].removeprefix(prefix): read(it["Key"]) for it in listed}

    def of_the_command(self, end, program, scratch):
        """What the command makes of the same hour, which reads all of it by itself."""
        reports = os.path.join(scratch, "reports")
        arguments = {
            "--at": end.isoformat(),
            "--endpoint-name": "churn-prod",
            "--variant": "AllTraffic",
            "--schedule": self.monitor,
            "--capture": f"s3://{self.buckets['captures']}/datacapture",
            "--baseline-constraints": f"s3://{self.buckets['inputs']}/bellwether/constraints.json",
            "--reports": reports,
        }
        command(program, self.front, "data-quality", *(word for pair in arguments.items() for word in pair))
        folder = os.path.join(reports, "churn-prod", self.monitor, f"{end:%Y/%m/%d/%H}")
        read = lambda name: open(os.path.join(folder, name), "rb").read()
        return {name: read(name) for name in os.listdir(folder)}


def live(hours, tick, hour, until, check, program, scratch):
    """Both hours, from their ticks to their verdicts."""
    heals(hours, tick - 9 * hour, hour, until, check, program, scratch)
    fails(hours, tick - 6 * hour, hour, until, check)


def heals(hours, end, hour, until, check, program, scratch):
    parts = 135
    hours.fill(end - hour, parts)
    hours.front.hidden["busy-007.jsonl"] = 2
    told = hours.twice(end)
    check("parts of an hour, whose tick came twice", [it["handed_over"]["parts"] for it in told], [parts, parts])
    check("executions that were started", hours.started(), 1)
    execution = hours.execution(told[0])
    found = until("the state machine ended", lambda: hours.ended(execution), 240)
    check("how", found["status"] + found.get("error", ""), "SUCCEEDED")
    check("its runs of the map", hours.map_runs(execution), [(parts, 0)])
    check("what was read more than once", {name: n for name, n in hours.front.reads.items() if n > 1}, {"busy-007.jsonl": 3})
    check("status", json.loads(found["output"])["monitoring_execution_status"], "Completed")
    report = hours.report(end)
    verdict = json.loads(report["execution.json"])
    check("parts in the verdict", verdict["attempt"]["parts"]["count"], parts)
    check("lines", verdict["capture"]["lines"], 20 * parts)
    alone = hours.of_the_command(end, program, scratch)
    same = [name for name in sorted(report) if name.startswith(("statistics", "constraint")) and report[name] == alone.get(name)]
    check("files with the bytes of a command that reads all by itself", same, ["constraint_violations.json", "constraints.json", "statistics.json"])
    check("the tick comes again", [it["monitoring_execution_status"] for it in hours.twice(end)], ["Completed"] * 2)
    check("the report is the same", hours.report(end) == report, True)


def fails(hours, end, hour, until, check):
    parts, gone = 12, "busy-005.jsonl"
    hours.fill(end - hour, parts)
    hours.front.hidden[gone] = 1_000
    before = hours.started()
    told = hours.twice(end)
    check("executions that were started", hours.started() - before, 1)
    failed = hours.execution(told[0])
    found = until("one ended whose part does not heal", lambda: hours.ended(failed), 120)
    failure = "States.ExceedToleratedFailureThreshold"
    check("how", (found["status"], found["error"]), ("FAILED", failure))
    check("its runs of the map", hours.map_runs(failed), [(parts - 1, 1)] * 3)
    check("dead letters", until("one came", hours.dead_letters, 30), [("FAILED", failure)])
    check("files of a verdict", hours.report(end), {})
    hours.twice(end)
    check("executions that the same hour's tick starts", hours.started() - before, 1)

    hours.front.later_hours = 1
    stopped = hours.execution(hours.tick(end))
    hours.states.stop_execution(executionArn=stopped)
    check("somebody stops the next hour's: a dead letter", until("one came", hours.dead_letters, 30), [("ABORTED", None)])
    # What runs is not stopped with it. The emulator goes on with the map as well, and has it fail in the end; AWS does neither.
    check("and one more of its own", until("its map is over", hours.dead_letters, 60), [("FAILED", failure)])
    check("files of a verdict", hours.report(end), {})

    # Three tries in the first run of the map, one in the second, which heals.
    hours.front.hidden[gone] = 4
    hours.front.reads.clear()
    hours.front.later_hours = 2
    execution = hours.execution(hours.twice(end)[0])
    found = until("the hour after that came to its end", lambda: hours.ended(execution), 60)
    check("how", found["status"] + found.get("error", ""), "SUCCEEDED")
    check("its runs of the map", hours.map_runs(execution), [(parts - 1, 1), (parts, 0)])
    check("what it read of the capture", dict(hours.front.reads), {gone: 5})
    verdict = json.loads(hours.report(end)["execution.json"])
    check("lines in the verdict", (verdict["capture"]["lines"], verdict["attempt"]["parts"]["count"]), (20 * parts, parts))
    check("executions in all", hours.started() - before, 3)
    check("further dead letters", hours.dead_letters(), [])
