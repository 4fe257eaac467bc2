"""Lays out a folder as `sam build` leaves it, of programs that are built already.

`sam build` compiles every function once more, for release. What it leaves for `sam deploy` is a folder for each function, with a
program called bootstrap, and a template that names these folders. The command's own code writes that template.

    .venv/bin/python .ci/built_folder.py TEMPLATE FOLDER-OF-PROGRAMS PROJECT
"""

import os
import subprocess
import sys

from samcli.commands._utils.template import move_template
from samcli.yamlhelper import yaml_parse

template_path, programs, project = sys.argv[1:]
project = os.path.abspath(project)
built = os.path.join(project, ".aws-sam", "build")
with open(template_path, encoding="utf-8") as file:
    template = yaml_parse(file.read())
for name, resource in template["Resources"].items():
    if resource["Type"] != "AWS::Serverless::Function":
        continue
    folder = os.path.join(built, name)
    os.makedirs(folder)
    program = os.path.join(programs, resource["Metadata"]["BuildProperties"]["Binary"])
    # What a debugger needs stays at home.
    subprocess.run(["strip", "-o", os.path.join(folder, "bootstrap"), program], check=True)
    resource["Properties"]["CodeUri"] = os.path.relpath(folder, project)
move_template(os.path.join(project, "template.yaml"), os.path.join(built, "template.yaml"), template)
