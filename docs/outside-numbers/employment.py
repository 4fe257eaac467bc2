"""What the command estimates of NannyML's employment data of Massachusetts, beside what NannyML estimates of them.

    python3 -m venv v && v/bin/pip install nannyml==0.13.1 statsmodels==0.15.0
    v/bin/python employment.py path/to/bellwether

The data are real and the scores have all digits: 68,785 answers of 2015 are the baseline, chunks of 5,000 of the years after it the windows. Each chunk
is captured traffic of an hour, its ends are ground truth, and the command makes the baseline and judges each hour. It estimates by bins of scores.
NannyML calibrates these scores, and so does the command.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml
import numpy as np

warnings.filterwarnings("ignore")
METRICS = {"roc_auc": "auc", "accuracy": "accuracy", "f1": "f1", "precision": "precision", "recall": "recall",
           "specificity": "true_negative_rate"}
CHUNK = 5_000
NAMES = dict(y_pred_proba="predicted_probability", y_pred="prediction", y_true="employed", problem_type="classification_binary",
             metrics=list(METRICS), chunk_size=CHUNK)
command = pathlib.Path(sys.argv[1]).resolve()
kept = tempfile.TemporaryDirectory()
folder = pathlib.Path(kept.name)
reference, analysis, ends = nannyml.load_us_census_ma_employment_data()
analysis = analysis.merge(ends, on="id")


def run(*words, allowed=(0,)):
    done = subprocess.run([command, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode in allowed, (done.returncode, done.stdout, done.stderr)


def lines(path, records):
    path = folder / path
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


rows = reference[["employed", "prediction", "predicted_probability"]]
rows.to_csv(folder / "baseline.csv", index=False)
answers = ["--problem-type", "BinaryClassification"]
run("suggest-baseline", "model-quality", "--input", "baseline.csv", "--format", "csv", "--header", "--inference-attribute",
    "prediction", "--probability-attribute", "predicted_probability", "--ground-truth-attribute", "employed", "--output", "base",
    *answers)
calibration = json.loads((folder / "base/calibration.json").read_text())

estimator = nannyml.CBPE(**NAMES).fit(reference)
theirs = estimator.estimate(analysis.drop(columns="employed")).filter(period="analysis").to_df().reset_index(drop=True)
realised = nannyml.PerformanceCalculator(**NAMES).fit(reference).calculate(analysis).filter(period="analysis").to_df()
realised = realised.reset_index(drop=True)
assert bool(estimator.needs_calibration) == (list(calibration["classes"][0]["map"]) == ["isotonic"]), "both calibrate"

apart, inside, errors = {name: 0.0 for name in METRICS.values()}, {name: 0 for name in METRICS.values()}, []
chunks = len(analysis) // CHUNK
for place in range(chunks):
    chunk = analysis.iloc[place * CHUNK:(place + 1) * CHUNK]
    day, hour = 1 + place // 24, place % 24
    at = f"2026/10/{day:02}/{hour:02}"
    time = f"2026-10-{day:02}T{hour:02}:30:00Z"
    captured, labels = [], []
    for number, (score, answer, end) in enumerate(zip(chunk.predicted_probability, chunk.prediction, chunk.employed)):
        meta = {"eventId": f"{place:08}-0000-4000-8000-{number:012}", "inferenceTime": time}
        output = {"data": f"{int(answer)},{float(score)!r}", "encoding": "CSV", "observedContentType": "text/csv", "mode": "OUTPUT"}
        captured.append({"captureData": {"endpointOutput": output}, "eventMetadata": meta, "eventVersion": "0"})
        labels.append({"groundTruthData": {"data": str(int(end)), "encoding": "CSV"}, "eventMetadata": meta, "eventVersion": "0"})
    lines(f"capture/ma/v/{at}/30-00-000-a.jsonl", captured)
    lines(f"truth/{at}/labels.jsonl", labels)
    end = np.datetime64(time[:-7]) + np.timedelta64(1, "h")
    run("model-quality", "--capture", "capture", "--ground-truth", "truth", "--inference-attribute", "0", "--probability-attribute",
        "1", "--baseline-constraints", "base/constraints.json", "--baseline-calibration", "base/calibration.json", "--reports",
        "reports", "--endpoint-name", "ma", "--variant", "v", "--schedule", "hourly", "--at", f"{end}:00Z", *answers,
        allowed=(0, 2))
    report = folder / "reports/ma/hourly" / str(end).replace("-", "/").replace("T", "/")[:13]
    statistics = json.loads((report / "statistics.json").read_text())
    estimated = statistics["estimated_binary_classification_metrics"]
    measured = statistics["binary_classification_metrics"]
    for name, ours in METRICS.items():
        value, error = estimated[ours]["value"], estimated[ours]["sampling_error"]
        truth = measured[ours]["value"]
        apart[ours] = max(apart[ours], abs(value - theirs[(name, "value")][place]))
        inside[ours] += abs(value - truth) <= 3 * error
        assert abs(truth - realised[(name, "value")][place]) < 1e-12, (ours, truth)
        if ours == "auc":
            errors.append(abs(value - truth))
print(f"{chunks} chunks; realised values are NannyML's within 1e-12; auc differs from what is realised by {np.mean(errors):.4f} on average")
for name in METRICS.values():
    print(f"{name:20} largest difference from NannyML {apart[name]:.1e}, within three errors of the realised value {inside[name]} of {chunks}")
