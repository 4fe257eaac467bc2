"""Measures how alike groups are treated in one hour with Bellwether and with smclarify, in turns, each as a process of its own.

    model_bias_peers.py compare BELLWETHER FOLDER    both, the best of several turns, then the greatest difference; of all
                                                     records without the flip test, then of some with it
    model_bias_peers.py smclarify FOLDER REPORT all|some|census    the peer, as a turn starts it

FOLDER holds `capture` and `ground-truth`. Every process reads both, joins them by id, and writes the metrics: ages up to 40
against the others, by ages as groups. The peer keeps of a record no more than its cells, its score and its label.
What its metrics alone take of rows in memory stands beside what ours take, which `all.json`, `some.json` and `census.json` of
FOLDER say; the last is of the flip test alone, of `census.csv`.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import turns

TURNS = {"bellwether": 3, "smclarify": 1}
CELLS = [f"c{place}" for place in range(20)]
GROUP = list(range(18, 41))
CONFIG = {
    "headers": CELLS + ["left"],
    "label": "left",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "c0", "value_or_threshold": GROUP}],
    "group_variable": "c0",
}
# Something to judge by: without, a run ends as inconclusive. Nothing of it is violated, so that no interval is made.
KEPT = {"name": "CI", "description": "Class Imbalance (CI)", "value": 1.0}
BASELINE = {
    "version": "1.0",
    "pre_training_bias_metrics": {
        "label": "left",
        "facets": {"c0": [{"value_or_threshold": ",".join(map(str, GROUP)), "metrics": [KEPT]}]},
        "label_value_or_threshold": "1",
    },
}
SOME_FILES = 3


def records(folder, below):
    for file in sorted(Path(folder, below).rglob("*.jsonl")):
        with open(file, encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def joined(folder):
    import pandas as pd

    labels = {r["eventMetadata"]["eventId"]: int(r["groundTruthData"]["data"]) for r in records(folder, "ground-truth")}
    rows = []
    for record in records(folder, "capture"):
        sides, label = record["captureData"], labels.get(record["eventMetadata"]["inferenceId"])
        if label is not None:
            cells = [float(cell) if "." in cell else int(cell) for cell in sides["endpointInput"]["data"].split(",")]
            rows.append([*cells, label, int(float(sides["endpointOutput"]["data"]) > 0.5)])
    return pd.DataFrame(rows, columns=CELLS + ["left", "predicted"])


def read(folder, which):
    if which != "census":
        return joined(folder)
    import pandas as pd

    return pd.read_csv(Path(folder, "census.csv"))


METRICS = {
    "all": lambda name: name != "FT",
    "some": lambda name: True,
    "census": lambda name: name == "FT",
}


def measure(folder, report, which):
    from smclarify.bias.report import FacetColumn, LabelColumn, StageType, bias_report
    from smclarify.bias import metrics

    rows = read(folder, which)
    label, predicted = (LabelColumn(name, rows[name], [1]) for name in ["left", "predicted"])
    table = rows.drop(columns=["left", "predicted"])
    group = [0] if which == "census" else GROUP
    found = {}
    began = time.process_time()
    for stage, full in [(StageType.PRE_TRAINING, metrics.PRETRAINING_METRICS), (StageType.POST_TRAINING, metrics.POSTTRAINING_METRICS)]:
        names = [metric.__name__ for metric in full if METRICS[which](metric.__name__)]
        if not names:
            continue
        reports = bias_report(table, FacetColumn("c0", group), label, stage, predicted, names, rows["c0"])
        found |= {metric["name"]: metric["value"] for metric in reports[0]["metrics"]}
    seconds = time.process_time() - began
    Path(report).write_text(json.dumps({"rows": len(rows), "values": found, "seconds": seconds}))


def ours(bellwether, folder, reports, number, which):
    return [
        *[bellwether, "model-bias", "--at", "2026-10-31T09:00:00Z", "--probability-attribute", "0"],
        *["--capture", f"{folder}/capture", "--ground-truth", f"{folder}/ground-truth", "--reports", f"{reports}/{number}"],
        *["--endpoint-name", "churn-prod", "--variant", "AllTraffic", "--schedule", "model-bias-hourly"],
        *["--analysis-config", f"{reports}/config.json", "--baseline-constraints", f"{reports}/analysis.json"],
        *["--flip-test-rows", "50000" if which == "some" else "0"],
    ]


def values(reports):
    run = Path(reports, "0/churn-prod/model-bias-hourly/2026/10/31/09/analysis.json")
    analysis = json.loads(run.read_text())
    stages = [analysis[f"{stage}_training_bias_metrics"] for stage in ["pre", "post"]]
    return {metric["name"]: metric["value"] for stage in stages for metric in stage["facets"]["c0"][0]["metrics"]}


def some_of(folder, some):
    """The first files of captures, and all labels."""
    for file in sorted(Path(folder, "capture").rglob("*.jsonl"))[:SOME_FILES]:
        there = Path(some, file.relative_to(folder))
        there.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, there)
    for name in ["ground-truth", "some.json"]:
        os.symlink(Path(folder, name), Path(some, name))


def compare_in(bellwether, folder, which):
    files = [file for below in ["capture", "ground-truth"] for file in Path(folder, below).rglob("*.jsonl")]
    with tempfile.TemporaryDirectory() as reports:
        Path(reports, "config.json").write_text(json.dumps(CONFIG))
        Path(reports, "analysis.json").write_text(json.dumps(BASELINE))
        peer = f"{reports}/smclarify.json"
        commands = {
            "bellwether": lambda number: ours(bellwether, folder, reports, number, which),
            "smclarify": lambda _: [sys.executable, __file__, "smclarify", folder, peer, which],
        }
        turns.compare(commands, TURNS, sum(file.stat().st_size for file in files) / 1e6)
        theirs, found = json.loads(Path(peer).read_text()), values(reports)
    greatest = max(abs(found[name] - value) for name, value in theirs["values"].items())
    count = len(theirs["values"])
    print(f"  {theirs['rows']} rows, {count} metrics, none differs by more than {greatest:.0e}; DPPL {found['DPPL']}, FT {found['FT']}")
    in_memory(folder, which, theirs["seconds"])


def in_memory(folder, which, theirs):
    ours = json.loads(Path(folder, f"{which}.json").read_text())
    seconds = ours["seconds"]
    print(
        f"  of {ours['rows']} rows in memory ({which}), processor: Bellwether {seconds:.4f} s, smclarify {theirs:.3f} s, "
        f"{theirs / seconds:.1f} times Bellwether's; FT {ours['FT']}"
    )


def compare(bellwether, folder):
    compare_in(bellwether, folder, "all")
    report = Path(folder, "smclarify-census.json")
    turns.turn([sys.executable, __file__, "smclarify", folder, report, "census"])
    census = json.loads(report.read_text())
    in_memory(folder, "census", census["seconds"])
    print(f"  smclarify's FT {census['values']['FT']}")
    with tempfile.TemporaryDirectory(dir=Path(folder).parent) as some:
        some_of(folder, some)
        compare_in(bellwether, some, "some")


def main():
    match sys.argv[1:]:
        case ["compare", bellwether, folder]:
            compare(bellwether, folder)
        case ["smclarify", folder, report, ("all" | "some" | "census") as which]:
            measure(folder, report, which)
        case _:
            sys.exit(__doc__)


main()
