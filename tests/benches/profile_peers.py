"""Profiles one CSV file with Bellwether and with its peers, in turns, each as a process of its own.

    profile_peers.py compare BELLWETHER CSV      all of them, the best of several turns
    profile_peers.py alone BELLWETHER CSV        Bellwether only
    profile_peers.py pandas|polars|whylogs CSV   one peer, as a turn starts it

Every process reads the file and makes counts, extremes, means, spread and ten quantiles of each column of numbers.
"""

import os
import sys
import tempfile

import turns

TURNS = {"bellwether": 5, "pandas": 3, "polars": 5, "whylogs": 1}
QUANTILES = [tenth / 10 for tenth in range(11)]


def pandas(path):
    import pandas as pd

    table = pd.read_csv(path)
    table.describe(include="all").to_json()
    table.select_dtypes("number").quantile(QUANTILES).to_json()


def polars(path):
    import polars as pl
    import polars.selectors as cs

    table = pl.read_csv(path, infer_schema_length=10_000)
    table.describe(percentiles=QUANTILES).write_json()
    table.select(cs.all().n_unique()).write_json()


def whylogs(path):
    import pandas as pd
    import whylogs as why

    why.log(pd.read_csv(path)).view().to_pandas().to_json()


def compare(bellwether, path, names):
    with tempfile.TemporaryDirectory() as folder:
        ours = [bellwether, "profile", "--input", path, "--format", "csv", "--header", "--output", folder]
        commands = {"bellwether": lambda _: ours}
        for name in names:
            commands[name] = lambda _, name=name: [sys.executable, __file__, name, path]
        turns.compare(commands, TURNS, os.path.getsize(path) / 1e6)


def main():
    match sys.argv[1:]:
        case ["compare", bellwether, path]:
            compare(bellwether, path, ["pandas", "polars", "whylogs"])
        case ["alone", bellwether, path]:
            compare(bellwether, path, [])
        case [("pandas" | "polars" | "whylogs") as name, path]:
            {"pandas": pandas, "polars": polars, "whylogs": whylogs}[name](path)
        case _:
            sys.exit(__doc__)


main()
