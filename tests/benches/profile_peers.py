"""Profiles one CSV file with Bellwether and with its peers, in turns, each as a process of its own.

    profile_peers.py compare BELLWETHER CSV      all of them, the best of several turns
    profile_peers.py alone BELLWETHER CSV        Bellwether only
    profile_peers.py pandas|polars|whylogs CSV   one peer, as a turn starts it

Every process reads the file and makes counts, extremes, means, spread and ten quantiles of each column of numbers.
Seconds and processor seconds are from the process's start to its end, imports included.
"""

import os
import subprocess
import sys
import tempfile
import time

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


def turn(command):
    """Seconds, processor seconds and peak memory in MiB of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(bellwether, path, names):
    with tempfile.TemporaryDirectory() as folder:
        ours = [bellwether, "profile", "--input", path, "--format", "csv", "--header", "--output", folder]
        commands = {name: [sys.executable, __file__, name, path] for name in names}
        commands = {"bellwether": ours} | commands
        turns = {name: [] for name in commands}
        for number in range(max(TURNS.values())):
            for name, command in commands.items():
                if number < TURNS[name]:
                    turns[name].append(turn(command))
    megabytes = os.path.getsize(path) / 1e6
    best = {name: [min(column) for column in zip(*taken)] for name, taken in turns.items()}
    print(f"{megabytes:.1f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")
    for name, (seconds, processor, peak) in best.items():
        print(
            f"  {name:<10} {seconds:8.3f} s {megabytes / seconds:7.1f} MB/s, processor {processor:8.3f} s "
            f"{megabytes / processor:7.1f} MB/s, peak RSS {peak:7.1f} MiB, "
            f"{seconds / best['bellwether'][0]:6.1f} and {processor / best['bellwether'][1]:6.1f} times Bellwether's"
        )


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
