"""`sam deploy`, as a person runs it, against an emulator: the questions it asks are answered, and what it says is kept."""

import json
import os
import re
import shutil
import subprocess
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
# A question waits for its answer behind its default.
QUESTION = re.compile(r"^\s*(.*?) \[[^\]\n]*\]: $", re.MULTILINE)
BOLD = re.compile(r"\x1b\[\d*m")
SECONDS = 300


class Sam:
    """The command in a project of its own, with a built folder, the repository's settings and a home where nothing else lies."""

    def __init__(self, project, endpoint_url, region):
        self.project = project
        shutil.copy(os.path.join(ROOT, "samconfig.toml"), project)
        home = os.path.join(project, "home")
        os.makedirs(os.path.join(home, ".aws-sam"))
        # It would ask a registry, once a week, whether it is the newest.
        with open(os.path.join(home, ".aws-sam", "metadata.json"), "w", encoding="utf-8") as file:
            json.dump({"lastVersionCheck": time.time()}, file)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = {
            **own,
            "HOME": home,
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": region,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
        }

    def deploy(self, *arguments, answer=None):
        """What `sam deploy` with these arguments said, and what it asked. It must end well."""
        process = subprocess.Popen(
            [os.path.join(ROOT, ".venv", "bin", "sam"), "deploy", *arguments],
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        hangs = threading.Timer(SECONDS, process.kill)
        hangs.daemon = True
        hangs.start()
        said, asked = "", []
        while chunk := os.read(process.stdout.fileno(), 65536):
            said += BOLD.sub("", chunk.decode(errors="replace"))
            if answer and (question := QUESTION.search(said, said.rfind("\n") + 1)):
                asked.append(question[1])
                process.stdin.write(f"{answer(question[1])}\n".encode())
                process.stdin.flush()
                # Nobody sees an answer that comes from a pipe, nor the end of its line.
                said += "\n"
        process.wait()
        hangs.cancel()
        if process.returncode != 0:
            raise SystemExit(f"sam deploy ended with {process.returncode}: {said[-8000:]}")
        return said, asked


def first(sam, stack, parameters, check):
    """`sam deploy --guided` of the built folder, by somebody who names the stack and these parameters and takes every default."""
    answers = {"Stack Name": stack, **{f"Parameter {name}": value for name, value in parameters.items()}}
    # Asked once the changes are shown.
    last = "Deploy this changeset?"
    _, asked = sam.deploy("--guided", answer=lambda question: "y" if question == last else answers.get(question, ""))
    check("answers that were asked for", sorted(set(answers) - set(asked)), [])
    check("questions of sam deploy --guided", len([it for it in asked if it != last]), 25)
    check("and before it deploys", asked[-1], last)


def again(sam, cfn, stack, check):
    """`sam deploy` with the settings that the first one saved: first with nothing changed, then with one parameter."""
    # What was packed is not packed again: this takes a second where the built folder takes a quarter of a minute.
    packed = cfn.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    with open(os.path.join(sam.project, "packed.yaml"), "w", encoding="utf-8") as file:
        file.write(packed if isinstance(packed, str) else json.dumps(packed))
    said, _ = sam.deploy("--template-file", "packed.yaml")
    check("sam deploy of what is deployed", f"No changes to deploy. Stack {stack} is up to date" in said, True)
    changed = ["--parameter-overrides", "ModelsBucket=models-bucket"]
    _, asked = sam.deploy("--template-file", "packed.yaml", *changed, answer=lambda question: "y")
    check("questions of sam deploy with a changed parameter", asked, ["Deploy this changeset?"])
