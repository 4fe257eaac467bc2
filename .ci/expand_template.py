"""Prints template.yaml as the CloudFormation template that SAM makes of it.

The linters read both: what SAM writes (the schedule, its role, the invoke configuration) is deployed too, and neither
linter sees it in the short form. It needs no account and no network.
"""

import sys

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

with open(sys.argv[1], encoding="utf-8") as template:
    source = yaml_parse(template.read())
# No managed policies are named in the template, so nothing is there to look up.
validator = SamTemplateValidator(source, managed_policy_loader=None, region="us-east-1")
print(validator.get_translated_template_if_valid())
