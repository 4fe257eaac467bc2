"""Holds requests to SageMaker that a schedule or a person will make against the models of its API in botocore: the schedule's of
processing-job.yaml, and those of docs/container.md between ```json and ```."""

import json
import re
import sys

import botocore.loaders
import botocore.model
import botocore.validate
import yaml


class Reader(yaml.SafeLoader):
    """Takes CloudFormation's tags for the texts behind them."""


Reader.add_multi_constructor("!", lambda loader, tag, node: loader.construct_scalar(node)
                             if isinstance(node, yaml.ScalarNode) else loader.construct_sequence(node, deep=True))

GIVEN = {
    "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bellwether:0.1.0",
    "JobRole.Arn": "arn:aws:iam::123456789012:role/bellwether-job",
    "Stack": "1b2c3d4e",
    "aws.scheduler.execution-id": "d32c5kddcf5bb8c3",
    "aws.scheduler.scheduled-time": "2026-10-31T09:10:00Z",
}


def filled_in(text, parameters):
    given = {name: str(parameter.get("Default", "a-" + name.lower())) for name, parameter in parameters.items()} | GIVEN
    return re.sub(r"\$\{([^}]+)\}|<([^>]+)>", lambda found: given[found[1] or found[2]], text)


def faults(service, operation, request):
    shape = service.operation_model(operation).input_shape
    errors = [botocore.validate.ParamValidator().validate(request, shape).generate_report()]
    for path, value, member in walked(request, shape, operation):
        pattern, least, most = (member.metadata.get(key) for key in ("pattern", "min", "max"))
        if pattern and not re.fullmatch(pattern, str(value), re.DOTALL):
            errors.append(f"{path}: {value!r} is not {pattern}")
        size = len(value) if hasattr(value, "__len__") else value
        if (most is not None and size > most) or (least is not None and size < least):
            errors.append(f"{path}: {size} is not {least} to {most}")
    return [error for error in errors if error]


def walked(value, shape, path):
    yield path, value, shape
    if shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                yield from walked(member, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for place, member in enumerate(value):
            yield from walked(member, shape.member, f"{path}[{place}]")
    elif shape.type_name == "map":
        for name, member in value.items():
            yield path, name, shape.key
            yield from walked(member, shape.value, f"{path}.{name}")


def main():
    model = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    service = botocore.model.ServiceModel(model)
    with open("processing-job.yaml") as file:
        template = yaml.load(file, Reader)
    text, _ = template["Resources"]["EveryHour"]["Properties"]["Target"]["Input"]
    requests = [("CreateProcessingJob", json.loads(filled_in(text, template["Parameters"])))]
    with open("docs/container.md") as file:
        blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", file.read(), re.DOTALL)]
    for block in blocks:
        requests.append(("CreateMonitoringSchedule" if "MonitoringScheduleName" in block else "CreateProcessingJob", block))
    assert {operation for operation, _ in requests} == {"CreateProcessingJob", "CreateMonitoringSchedule"}, requests
    # A check that never refuses is none.
    broken = dict(requests[0][1], ProcessingJobName="bellwether-2026-10-31T09:10:00Z")
    assert faults(service, "CreateProcessingJob", broken), "a name with colons was taken"
    told = [f"{operation}: {fault}" for operation, request in requests for fault in faults(service, operation, request)]
    print(f"{len(requests)} requests held against the API's model", *told, sep="\n")
    sys.exit(bool(told))


main()
