"""The drift report of Evidently over the very hour of churn.py, to measure a page beside ours: bytes, seconds, memory.

Usage: python -m venv v && v/bin/pip install 'evidently==0.7.*' 'pandas<3' && v/bin/python evidently_page.py FOLDER
FOLDER is what churn.py wrote. It prints one line of JSON; nothing of it is part of a build or a test.
"""

import json
import pathlib
import resource
import sys
import time

began = time.perf_counter()

import evidently  # noqa: E402
import pandas  # noqa: E402
from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset, DataSummaryPreset  # noqa: E402

folder = pathlib.Path(sys.argv[1])
imported = time.perf_counter()
training = pandas.read_csv(folder / "train.csv")
rows = []
for file in sorted(folder.glob("capture/**/*.jsonl")):
    for line in file.read_text().splitlines():
        sides = json.loads(line)["captureData"]
        rows.append(",".join([sides["endpointOutput"]["data"], sides["endpointInput"]["data"]]))
hour = folder / "hour.csv"
hour.write_text("\n".join([",".join(training.columns)] + rows) + "\n")
captured = pandas.read_csv(hour)
texts = [name for name, kind in training.dtypes.items() if kind == object or str(kind) in ("str", "string")]
definition = DataDefinition(categorical_columns=texts, numerical_columns=[n for n in training.columns if n not in texts])
result = Report([DataDriftPreset(), DataSummaryPreset()]).run(
    Dataset.from_pandas(captured, definition), Dataset.from_pandas(training, definition))
page = folder / "evidently.html"
result.save_html(str(page))
ended = time.perf_counter()
print(json.dumps({
    "evidently": evidently.__version__,
    "rows": len(captured),
    "columns": len(captured.columns),
    "bytes": page.stat().st_size,
    "seconds": round(ended - began, 2),
    "seconds_without_imports": round(ended - imported, 2),
    "megabytes_of_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
