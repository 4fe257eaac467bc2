"""What scikit-learn and NumPy make of generated rows: the numbers that `shared/analysis/src/model_quality/tests` compares.

    python3 -m venv v && v/bin/pip install scikit-learn==1.9.1 numpy==2.4.6 xxhash==4.1.0
    v/bin/python model_quality.py > ../../shared/analysis/src/model_quality/tests/outside.json

It is written from the definitions and never from Bellwether's code. Where the two conventions differ:

* a rate of no row is 0 with a warning there, and null here: recall and its kin without positives, false_positive_rate and
  its kin without negatives, the f-scores without positives; r2 of a constant truth is 0 or 1 there, and null here;
* precision is 0 where nothing was answered positive, in both (zero_division=0);
* `roc_curve` begins at (0, 0) and ends at its last threshold; here (1, 1) is appended once more;
* `precision_recall_curve` ends at recall 0 with precision 1; here that point has the precision of the greatest score, and the
  curve runs from recall 0 upwards;
* the area of a curve without negatives is 1 here, without positives 0, where scikit-learn has none.
"""

import json
import warnings

import numpy as np
import sklearn
import xxhash
from sklearn import metrics as m
from sklearn.isotonic import IsotonicRegression

warnings.filterwarnings("ignore")
SEED = 20260301
rng = np.random.default_rng(SEED)


def finite(x):
    return None if x is None or not np.isfinite(x) else float(x)


def draws(n):
    """In which of five draws row i of event "row" is, for the seed 1: a mask a draw."""
    bits = lambda i, d: (1).to_bytes(8, "little") + i.to_bytes(4, "little") + bytes([d]) + b"row"
    return [np.array([xxhash.xxh64(bits(i, d), 42).intdigest() % 5 != 0 for i in range(n)]) for d in range(5)]


def with_deviations(of, n):
    """Values of all rows, with the deviation over the draws where there are 200 rows."""
    all_rows = of(np.ones(n, dtype=bool))
    parts = [of(mask) for mask in draws(n)] if n >= 200 else []
    deviation = lambda name: finite(np.std([part[name] for part in parts], ddof=1)) if parts else None
    return {name: {"value": finite(value), "standard_deviation": deviation(name)} for name, value in all_rows.items()}


def fs(truth, answer, prefix="", **how):
    return {f"{prefix}{name}": m.fbeta_score(truth, answer, beta=beta, zero_division=0, **how)
            for name, beta in (("f0_5", 0.5), ("f1", 1), ("f2", 2))}


def binary_of(y, yhat):
    positives, negatives = (y == 1).any(), (y == 0).any()
    recall = m.recall_score(y, yhat, zero_division=0) if positives else np.nan
    fpr = ((y == 0) & (yhat == 1)).sum() / (y == 0).sum() if negatives else np.nan
    f = fs(y, yhat) if positives else dict.fromkeys(("f0_5", "f1", "f2"), np.nan)
    return {"recall": recall, "precision": m.precision_score(y, yhat, zero_division=0), "accuracy": m.accuracy_score(y, yhat),
            "true_positive_rate": recall, "false_positive_rate": fpr, "true_negative_rate": 1 - fpr,
            "false_negative_rate": 1 - recall, **f}


def constant_of(y, labels, **how):
    """Of the most frequent label; of equally frequent ones the one whose text is first."""
    best = min(labels, key=lambda label: (-(y == label).sum(), str(label)))
    return np.full(len(y), best)


def areas(y, score):
    positives, negatives = (y == 1).any(), (y == 0).any()
    precision, recall, _ = m.precision_recall_curve(y, score)
    precision, recall = precision[::-1].copy(), recall[::-1].copy()
    precision[0] = precision[1]
    if not positives:
        recall = np.zeros_like(recall)
    auc = m.roc_auc_score(y, score) if positives and negatives else (1.0 if positives else 0.0)
    return {"auc": auc, "au_prc": np.trapezoid(precision, recall)}, precision, recall


def binary(name, y, score=None, yhat=None, threshold=0.5):
    y = np.array(y)
    decided = np.array(yhat) if yhat is not None else (np.array(score) > threshold).astype(int)

    def of(mask):
        const = constant_of(y[mask], [0, 1])
        values = binary_of(y[mask], decided[mask])
        values |= {f"{k}_best_constant_classifier": v for k, v in {
            "recall": m.recall_score(y[mask], const, zero_division=0), "precision": m.precision_score(y[mask], const, zero_division=0),
            "accuracy": m.accuracy_score(y[mask], const), **fs(y[mask], const)}.items()}
        if score is not None:
            values |= areas(y[mask], np.array(score)[mask])[0]
        return values

    case = {"name": name, "problem": "BinaryClassification", "threshold": threshold, "truth": y.tolist(),
            "answer": None if yhat is None else decided.tolist(), "score": None if score is None else list(map(float, score)),
            "metrics": with_deviations(of, len(y)), "confusion": m.confusion_matrix(y, decided, labels=[0, 1]).tolist()}
    if score is not None:
        _, precision, recall = areas(y, np.array(score))
        fpr, tpr, _ = m.roc_curve(y, score, drop_intermediate=False)
        clean = lambda x: np.append(np.nan_to_num(x), 1.0).tolist()
        case |= {"false_positive_rates": clean(fpr), "true_positive_rates": clean(tpr),
                 "precisions": precision.tolist(), "recalls": recall.tolist()}
    return case


def multiclass(name, y, yhat):
    y, yhat = np.array(y), np.array(yhat)
    labels = sorted(set(y) | set(yhat))

    def weighted(truth, answer):
        how = {"average": "weighted", "labels": labels}
        return {"accuracy": m.accuracy_score(truth, answer), "weighted_recall": m.recall_score(truth, answer, zero_division=0, **how),
                "weighted_precision": m.precision_score(truth, answer, zero_division=0, **how), **fs(truth, answer, "weighted_", **how)}

    def of(mask):
        const = constant_of(y[mask], labels)
        return weighted(y[mask], yhat[mask]) | {
            f"{k}_best_constant_classifier": v for k, v in weighted(y[mask], const).items()}

    return {"name": name, "problem": "MulticlassClassification", "truth": y.tolist(), "answer": yhat.tolist(), "labels": labels,
            "metrics": with_deviations(of, len(y)), "confusion": m.confusion_matrix(y, yhat, labels=labels).tolist()}


def regression(name, t, p):
    t, p = np.array(t, dtype=float), np.array(p, dtype=float)

    def of(mask):
        t_, p_ = t[mask], p[mask]
        return {"mae": m.mean_absolute_error(t_, p_), "mse": m.mean_squared_error(t_, p_),
                "rmse": m.root_mean_squared_error(t_, p_), "r2": m.r2_score(t_, p_) if len(set(t_)) > 1 else np.nan}

    return {"name": name, "problem": "Regression", "truth": t.tolist(), "answer": p.tolist(), "metrics": with_deviations(of, len(t))}


def scored(n, digits):
    y = (rng.random(n) < 0.4).astype(int)
    score = np.clip(np.round(0.3 * y + 0.7 * rng.random(n), digits), 0, 1)
    return y.tolist(), score.tolist()


def isotonic(name, x, y):
    x, y = np.array(x), np.array(y)
    fitted = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(x, y)
    at = np.unique(np.concatenate([np.linspace(0, 1, 41), x[:20]]))
    return {"name": name, "scores": x.tolist(), "labels": y.tolist(), "at": at.tolist(), "probabilities": fitted.predict(at).tolist()}


def split_mix(seed):
    """SplitMix64, Steele, Lea and Flood 2014."""
    mask = 2**64 - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def calibration_error(p, y, x):
    """Ten bins of equal frequency by score; the sums run linearly through rows of one score, so that bins share them evenly."""
    _, place = np.unique(x, return_inverse=True)
    rows = np.concatenate([[0], np.cumsum(np.bincount(place))])
    gap = np.concatenate([[0], np.cumsum(np.bincount(place, weights=p - y))])
    return np.abs(np.diff(np.interp(np.linspace(0, len(p), 11), rows, gap))).sum() / len(p)


def out_of_sample(name, seed, x, y):
    """A row's tenth is drawn by its place in the order of score and, of one score, the positive ones first."""
    order = np.lexsort((-np.array(y), np.array(x)))
    x, y = np.array(x)[order], np.array(y)[order]
    tenths = np.array([number % 10 for number, _ in zip(split_mix(seed), x)])
    before, after = [], []
    for tenth in range(10):
        tried = tenths == tenth
        fitted = IsotonicRegression(out_of_bounds="clip", y_min=0, y_max=1).fit(x[~tried], y[~tried])
        before.append(calibration_error(x[tried], y[tried], x[tried]))
        after.append(calibration_error(fitted.predict(x[tried]), y[tried], x[tried]))
    return {"name": name, "seed": seed, "scores": x.tolist(), "labels": y.tolist(), "before": np.mean(before), "after": np.mean(after)}


def calibration_errors():
    for name, digits in (("distinct", 6), ("ties", 1)):
        y, s = scored(203, digits)
        yield out_of_sample(name, 42, s, y)


def cbpe(name, score, p, decided):
    """From the definitions: labels replaced by their probabilities."""
    score, p, d = np.array(score), np.array(p), np.array(decided).astype(bool)
    tp, fp, fn, tn = p[d].sum(), (1 - p[d]).sum(), p[~d].sum(), (1 - p[~d]).sum()
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    x = np.concatenate([[0], np.cumsum(1 - p[order])[last] / (1 - p).sum(), [1]])
    y = np.concatenate([[0], np.cumsum(p[order])[last] / p.sum(), [1]])
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    f = lambda b: (1 + b * b) * precision * recall / (b * b * precision + recall)
    return {"name": name, "scores": score.tolist(), "probabilities": p.tolist(), "decided": d.tolist(), "metrics": {
        "accuracy": (tp + tn) / len(p), "precision": precision, "recall": recall, "false_positive_rate": fp / (fp + tn),
        "f0_5": f(0.5), "f1": f(1), "f2": f(2), "auc": float(np.trapezoid(y, x))}}


def cases():
    y, s = scored(60, 3)
    yield binary("scores of three digits", y, s)
    y, s = scored(60, 1)
    yield binary("many ties, some at the threshold", y, s, threshold=0.5)
    yield binary("all at the threshold", [1, 0, 1, 0, 0], [0.5] * 5)
    yield binary("another threshold", y, s, threshold=0.3)
    yield binary("positives only", [1] * 7, [0.9, 0.2, 0.6, 0.51, 0.1, 0.7, 0.5])
    yield binary("negatives only", [0] * 7, [0.9, 0.2, 0.6, 0.51, 0.1, 0.7, 0.5])
    yield binary("nothing answered positive", [1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5])
    yield binary("everything answered positive", [1, 0, 1, 0, 1], [0.6, 0.7, 0.8, 0.9, 1.0])
    yield binary("one positive row", [1], [0.7])
    yield binary("one negative row, taken for positive", [0], [0.7])
    yield binary("as many of both, so that the constant answer is the first text", [1, 0, 1, 0], [0.1, 0.2, 0.8, 0.9])
    yield binary("every answer wrong", [1, 1, 0], [0.1, 0.2, 0.9])
    yield binary("labels without scores", y, yhat=[int(v > 0.35) for v in s])
    y, s = scored(80, 2)
    yield binary("labels that the scores do not make", y, s, yhat=[int(v > 0.62) for v in s])
    y, s = scored(230, 4)
    yield binary("enough rows for deviations", y, s)
    names = ["bird", "cat", "dog", "eel"]
    y = rng.choice(names, 70, p=[0.5, 0.3, 0.15, 0.05])
    yield multiclass("four classes", y, np.where(rng.random(70) < 0.6, y, rng.choice(names, 70)))
    yield multiclass("a class that is never answered", ["a", "b", "c", "c"], ["a", "a", "a", "c"])
    yield multiclass("a class that is never true", ["a", "b", "a"], ["a", "c", "b"])
    yield multiclass("constant truth", ["a"] * 5, ["a", "b", "a", "a", "c"])
    yield multiclass("one row", ["a"], ["b"])
    yield multiclass("as many of both", ["b", "a", "b", "a"], ["b", "b", "a", "a"])
    y = rng.choice(names, 240, p=[0.4, 0.3, 0.2, 0.1])
    yield multiclass("enough rows for deviations", y, np.where(rng.random(240) < 0.7, y, rng.choice(names, 240)))
    t = rng.normal(10, 3, 60)
    yield regression("noise around the truth", t, t + rng.normal(0, 1, 60))
    yield regression("far from zero", 1e9 + t, 1e9 + t + rng.normal(0, 1, 60))
    yield regression("constant truth", [0.1] * 6, [0.1, 0.2, 0.0, 0.3, 0.1, 0.1])
    yield regression("all right", [1, 2, 3], [1, 2, 3])
    yield regression("one row", [5], [7])
    yield regression("huge and tiny", [1e150, 1e-150, 0, -3e140], [2e150, 0, 1e-300, 1e140])
    t = rng.normal(0, 1, 220)
    yield regression("enough rows for deviations", t, 0.8 * t + rng.normal(0, 0.5, 220))


def isotonics():
    y, s = scored(120, 3)
    yield isotonic("noise", s, y)
    y, s = scored(120, 1)
    yield isotonic("ties", s, y)
    yield isotonic("falling", [0.1, 0.2, 0.3, 0.4], [1, 1, 0, 0])
    yield isotonic("rising", [0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1])
    yield isotonic("one score", [0.3, 0.3, 0.3], [1, 0, 0])
    yield isotonic("positives only", [0.3, 0.6, 0.9], [1, 1, 1])
    yield isotonic("the ends", [0.0, 1.0, 0.0, 1.0, 0.5], [0, 1, 1, 0, 1])


def estimates():
    for name, digits in (("distinct", 6), ("ties", 1)):
        _, s = scored(150, digits)
        p = np.clip(np.array(s) * 0.8 + 0.1, 0, 1)
        yield cbpe(f"{name}, by score", s, p, [v > 0.5 for v in s])
        yield cbpe(f"{name}, by label", s, p, rng.random(150) < 0.4)


lines = lambda items: ",\n".join("    " + json.dumps(item, separators=(",", ":")) for item in items)
print(f"""{{
  "made_by": {{"scikit-learn": "{sklearn.__version__}", "numpy": "{np.__version__}", "seed": {SEED}}},
  "cases": [
{lines(cases())}
  ],
  "isotonic": [
{lines(isotonics())}
  ],
  "calibration_errors": [
{lines(calibration_errors())}
  ],
  "estimates": [
{lines(estimates())}
  ]
}}""")
