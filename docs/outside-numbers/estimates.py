"""What NannyML estimates of its own car loans: the numbers that `shared/analysis/src/model_quality/tests/nannyml.rs` compares.

    python3 -m venv v && v/bin/pip install nannyml==0.13.1 statsmodels==0.15.0
    v/bin/python estimates.py > ../../shared/analysis/src/model_quality/tests/nannyml.json

50,000 loans whose end is known are the baseline, ten chunks of 5,000 the windows; the model's answer is its `y_pred`, not its
score. Scores have two digits, so that a chunk is a table: loans by score (0.00 to 1.00), by answer (0, 1) and by end (0, 1).
Ends of the windows are those that the data set brings, and NannyML does not see them.
"""

import json
import warnings

import nannyml
import numpy as np

warnings.filterwarnings("ignore")
METRICS = {"roc_auc": "auc", "f1": "f1", "precision": "precision", "recall": "recall", "specificity": "true_negative_rate",
           "accuracy": "accuracy"}
CHUNK = 5_000
reference, analysis, ends = nannyml.load_synthetic_car_loan_dataset()
analysis = analysis.merge(ends, on="id")


def table(loans):
    """Counts by score, each of the four of answer and end: (0, 0), (0, 1), (1, 0), (1, 1)."""
    counts = np.zeros((101, 4), dtype=int)
    score = np.rint(loans.y_pred_proba * 100).astype(int)
    np.add.at(counts, (score, 2 * loans.y_pred.astype(int) + loans.repaid.astype(int)), 1)
    return counts.ravel().tolist()


estimator = nannyml.CBPE(
    y_pred_proba="y_pred_proba", y_pred="y_pred", y_true="repaid", problem_type="classification_binary", metrics=list(METRICS),
    chunk_size=CHUNK,
).fit(reference)
estimates = estimator.estimate(analysis.drop(columns="repaid")).filter(period="analysis").to_df()
chunks = []
for place, row in estimates.reset_index(drop=True).iterrows():
    loans = analysis.iloc[place * CHUNK:(place + 1) * CHUNK]
    of = {ours: {"value": row[(theirs, "value")], "sampling_error": row[(theirs, "sampling_error")]}
          for theirs, ours in METRICS.items()}
    chunks.append({"loans": table(loans), "estimates": of})

lines = ",\n".join("    " + json.dumps(chunk, separators=(",", ":")) for chunk in chunks)
calibrated = json.dumps(bool(estimator.needs_calibration))
print(f"""{{
  "made_by": {{"nannyml": "{nannyml.__version__}", "numpy": "{np.__version__}"}},
  "is_calibrated": {calibrated},
  "baseline": {json.dumps(table(reference), separators=(",", ":"))},
  "chunks": [
{lines}
  ]
}}""")
