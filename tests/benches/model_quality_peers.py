"""Judges one hour's answers by their labels with Bellwether and with its peers, in turns, each as a process of its own.

    model_quality_peers.py compare BELLWETHER FOLDER    all of them, the best of several turns, then the greatest difference
    model_quality_peers.py pandas|json FOLDER REPORT    one peer, as a turn starts it: how it reads JSON Lines

FOLDER holds `capture` and `ground-truth`. Every process reads both, joins them by id, and writes the metrics of a binary
classification, both curves, and the deviation of each metric over five draws of four fifths of the rows. The peers keep
of a file no more than ids, scores and labels before they read the next one, and count right and wrong answers once.
"""

import json
import sys
import tempfile
from pathlib import Path

import turns

TURNS = {"bellwether": 3, "pandas": 1, "json": 1}
DRAWS = 5
MOST_POINTS = 2_000
# Something to judge by: without, a run ends as inconclusive.
CONSTRAINTS = {"binary_classification_constraints": {"auc": {"threshold": 0.5, "comparison_operator": "LessThanThreshold"}}}


def by_pandas(file, field):
    import pandas as pd

    table = pd.read_json(file, lines=True, dtype=False)
    return zip(table["eventMetadata"], table[field])


def by_json(file, field):
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["eventMetadata"], record[field]


def joined(folder, records):
    import pandas as pd

    def table(below, field, row, columns):
        files = sorted(Path(folder, below).rglob("*.jsonl"))
        read = (pd.DataFrame([row(*record) for record in records(file, field)], columns=columns) for file in files)
        return pd.concat(list(read))

    def answer(metadata, sides):
        return metadata["inferenceId"], float(sides["endpointOutput"]["data"])

    def label(metadata, side):
        return metadata["eventId"], side["data"] == "1"

    answers = table("capture", "captureData", answer, ["id", "score"]).drop_duplicates("id")
    labels = table("ground-truth", "groundTruthData", label, ["id", "truth"]).drop_duplicates("id", keep="last")
    return answers.merge(labels, on="id")


def f_score(beta, precision, recall):
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below else 0.0


def metrics(rows):
    """The metrics by name, and the curve of precision."""
    from sklearn.metrics import auc, confusion_matrix, precision_recall_curve, roc_auc_score

    truth, score = rows["truth"].to_numpy(), rows["score"].to_numpy()
    (tn, fp), (fn, tp) = confusion_matrix(truth, score > 0.5).tolist()
    recall, precision, false_positive_rate = tp / (tp + fn), tp / (tp + fp), fp / (fp + tn)
    share = (tp + fn) / len(rows)
    constant_recall, constant_precision = (1.0, share) if share > 0.5 else (0.0, 0.0)
    precisions, recalls, _ = precision_recall_curve(truth, score)
    # Bellwether's curve begins with the precision of the greatest score, as Spark's does.
    precisions[-1] = precisions[-2]
    values = {
        "recall": recall,
        "precision": precision,
        "accuracy": (tp + tn) / len(rows),
        "recall_best_constant_classifier": constant_recall,
        "precision_best_constant_classifier": constant_precision,
        "accuracy_best_constant_classifier": max(share, 1 - share),
        "true_positive_rate": recall,
        "true_negative_rate": 1 - false_positive_rate,
        "false_positive_rate": false_positive_rate,
        "false_negative_rate": 1 - recall,
        "auc": roc_auc_score(truth, score),
        "au_prc": auc(recalls, precisions),
    }
    for name, beta in {"f0_5": 0.5, "f1": 1, "f2": 2}.items():
        values[name] = f_score(beta, precision, recall)
        values[f"{name}_best_constant_classifier"] = f_score(beta, constant_precision, constant_recall)
    return values, (recalls, precisions)


def thinned(points):
    return points[:: len(points) // MOST_POINTS + 1].tolist()


def measure(folder, records, report):
    import pandas as pd
    from sklearn.metrics import roc_curve

    rows = joined(folder, records)
    values, curve = metrics(rows)
    rates = roc_curve(rows["truth"], rows["score"])[:2]
    draws = [metrics(rows.sample(frac=0.8, random_state=draw))[0] for draw in range(DRAWS)]
    found = {
        "rows": len(rows),
        "values": values,
        "deviations": pd.DataFrame(draws).std().to_dict(),
        "curves": [thinned(points) for points in (*rates, *curve)],
    }
    Path(report).write_text(json.dumps(found))


def ours(bellwether, folder, constraints, reports):
    return [
        *[bellwether, "model-quality", "--at", "2026-10-31T09:00:00Z"],
        *["--capture", f"{folder}/capture", "--ground-truth", f"{folder}/ground-truth", "--reports", reports],
        *["--endpoint-name", "churn-prod", "--variant", "AllTraffic", "--schedule", "model-quality-hourly"],
        *["--problem-type", "BinaryClassification", "--probability-attribute", "0"],
        *["--baseline-constraints", constraints],
    ]


def compare(bellwether, folder):
    files = {below: Path(folder, below).rglob("*.jsonl") for below in ["capture", "ground-truth"]}
    sizes = {below: sum(file.stat().st_size for file in files) / 1e6 for below, files in files.items()}
    print(", ".join(f"{below} {megabytes:.1f} MB" for below, megabytes in sizes.items()))
    with tempfile.TemporaryDirectory() as reports:
        constraints = f"{reports}/constraints.json"
        Path(constraints).write_text(json.dumps({"version": 0.0} | CONSTRAINTS))
        commands = {"bellwether": lambda number: ours(bellwether, folder, constraints, f"{reports}/{number}")}
        for name in ["pandas", "json"]:
            commands[name] = lambda _, name=name: [sys.executable, __file__, name, folder, f"{reports}/{name}.json"]
        turns.compare(commands, TURNS, sum(sizes.values()))
        run = Path(reports, "0/churn-prod/model-quality-hourly/2026/10/31/09")
        found = json.loads((run / "statistics.json").read_text())["binary_classification_metrics"]
        theirs = json.loads(Path(reports, "json.json").read_text())
        assert json.loads(Path(reports, "pandas.json").read_text()) == theirs
    values = {name: entry["value"] for name, entry in found.items() if name in theirs["values"]}
    greatest = max(abs(values[name] - value) for name, value in theirs["values"].items())
    print(f"  {theirs['rows']} rows, {len(values)} metrics, none differs by more than {greatest:.0e}; auc {values['auc']}")


def main():
    match sys.argv[1:]:
        case ["compare", bellwether, folder]:
            compare(bellwether, folder)
        case [("pandas" | "json") as name, folder, report]:
            measure(folder, {"pandas": by_pandas, "json": by_json}[name], report)
        case _:
            sys.exit(__doc__)


main()
