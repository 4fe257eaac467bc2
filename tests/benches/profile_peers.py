"""Profiles one CSV file with Bellwether and with its peers, in turns, each as a process of its own.

    profile_peers.py compare BELLWETHER CSV             all of them, the best of several turns
    profile_peers.py alone BELLWETHER CSV               Bellwether only
    profile_peers.py duckdb|pandas|polars|whylogs CSV   one peer, as a turn starts it

Every process reads the file and makes counts, extremes, means, spread and ten quantiles of each column of numbers; DuckDB's SUMMARIZE has
three quantiles and cardinalities beside, `xan stats -p` none.
"""

import os
import sys
import tempfile

import turns

TURNS = {"bellwether": 5, "duckdb": 5, "pandas": 3, "polars": 5, "whylogs": 1, "xan": 5}
XAN = os.path.join(os.path.dirname(sys.prefix), "bin", "xan")
QUANTILES = [tenth / 10 for tenth in range(11)]


def duckdb(path):
    import duckdb

    duckdb.execute("SUMMARIZE FROM read_csv(?)", [path]).fetchall()


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


PEERS = {"duckdb": duckdb, "pandas": pandas, "polars": polars, "whylogs": whylogs}


def compare(bellwether, path, names):
    with tempfile.TemporaryDirectory() as folder:
        ours = [bellwether, "profile", "--input", path, "--format", "csv", "--header", "--output", folder]
        commands = {"bellwether": lambda _: ours}
        for name in names:
            commands[name] = lambda _, name=name: [sys.executable, __file__, name, path]
        if names:
            commands["xan"] = lambda _: [XAN, "stats", "-p", path]
        turns.compare(commands, TURNS, os.path.getsize(path) / 1e6)


def main():
    match sys.argv[1:]:
        case ["compare", bellwether, path]:
            compare(bellwether, path, list(PEERS))
        case ["alone", bellwether, path]:
            compare(bellwether, path, [])
        case [name, path] if name in PEERS:
            PEERS[name](path)
        case _:
            sys.exit(__doc__)


main()
