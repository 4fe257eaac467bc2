"""What NumPy makes of the lists beside this file, for k = 5: written from the definitions, not from Bellwether's code.

    python3 -m venv v && v/bin/pip install numpy==2.4.6 && v/bin/python expected.py > expected.json
"""

import itertools
import json
from pathlib import Path

import numpy as np

K, FLOOR = 5, 4.0
here = Path(__file__).parent
catalog = {
    item: {categories} if isinstance(categories, str) else set(categories)
    for item, categories in json.loads((here / "catalog.json").read_text()).items()
}


def lists(name):
    lines = [json.loads(line) for line in (here / name).read_text().splitlines()]
    ids = lambda item: item["item_id"] if isinstance(item, dict) else item
    return {line["session_id"]: [ids(item) for item in line["recommendations"]][:K] for line in lines}


now, before = lists("lists.jsonl"), lists("earlier.jsonl")
distinct = np.array([len(set().union(*(catalog.get(i, set()) for i in items))) for items in now.values()])
known = [i for items in now.values() for i in items if i in catalog]
recommended = sum(len(items) for items in now.values())


def entropy(counts):
    p = np.array([c for c in counts if c], dtype=float)
    p /= p.sum()
    return float(-(p * np.log2(p)).sum())


def gini(x):
    x = np.sort(np.array(x, dtype=float))
    m = len(x)
    return float(2 * (np.arange(1, m + 1) * x).sum() / (m * x.sum()) - (m + 1) / m)


def distance(a, b):
    return 1 - len(catalog[a] & catalog[b]) / len(catalog[a] | catalog[b])


def within(items):
    items = [i for i in items if i in catalog]
    return np.mean([distance(a, b) for a, b in itertools.combinations(items, 2)])


def turnover(a, b):
    return 1 - len(set(a) & set(b)) / len(set(a) | set(b))


all_categories = sorted(set().union(*catalog.values()))
of_category = [sum(c in catalog[i] for i in known) for c in all_categories]
# In how many lists each item stands: an item that occurs twice in a list holds it once.
holders = {i: sum(i in items for items in now.values()) for i in set(itertools.chain(*now.values()))}
n = len(now)
values, counts = np.unique(distinct, return_counts=True)
print(json.dumps({
    "histogram": {str(value): int(count) for value, count in zip(values, counts)},
    "metrics": {
        "top5_category_diversity_mean": float(distinct.mean()),
        "top5_category_diversity_min": float(distinct.min()),
        "top5_category_diversity_max": float(distinct.max()),
        "top5_category_diversity_p5": float(np.percentile(distinct, 5)),
        "top5_category_diversity_p50": float(np.percentile(distinct, 50)),
        "top5_category_diversity_std_dev": float(distinct.std()),
        "top5_category_diversity_share_below": float((distinct < FLOOR).mean()),
        "category_coverage": sum(c > 0 for c in of_category) / len(all_categories),
        "catalogue_coverage": len(set(known)) / len(catalog),
        "item_entropy": entropy([known.count(i) for i in catalog]),
        "category_entropy": entropy(of_category),
        "item_gini": gini([known.count(i) for i in catalog]),
        "personalisation": 1 - sum(c * (c - 1) for c in holders.values()) / (n * (n - 1) * K),
        "intra_list_diversity": float(np.mean([within(items) for items in now.values()])),
        "list_turnover": float(np.mean([turnover(now[s], before[s]) for s in before if s in now])),
        "unknown_item_share": 1 - len(known) / recommended,
    },
}, indent=1))
