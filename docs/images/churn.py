"""A made-up churn endpoint for the pictures of pages: a training file, and an hour of captured records in which callers have changed.

Same bytes each time: the generator's seed is its only source of chance. Usage: python3 churn.py FOLDER
"""

import json
import pathlib
import random
import sys

TRAINING, RECORDS = 6000, 1980
COLUMNS = ["score", "tenure_months", "plan", "day_minutes", "evening_minutes", "night_minutes", "international_calls",
           "service_calls", "voicemail", "state", "device_age_days", "balance"]


def row(chance: random.Random, later: bool) -> list[str]:
    calls = chance.gammavariate(2.0, 0.8) * (1.9 if later else 1.0)
    minutes = chance.gauss(205.0 if later else 180.0, 62.0 if later else 52.0)
    plan = chance.choices(["basic", "plus", "family", "trial"], [52, 30, 18, 0] if not later else [38, 25, 13, 24])[0]
    balance = "" if later and chance.random() < 0.122 else f"{chance.lognormvariate(4.0, 0.7):.2f}"
    score = min(0.99, max(0.01, chance.betavariate(1.3, 6.0) + (0.05 * calls if later else 0.02 * calls)))
    return [f"{score:.3f}", str(chance.randint(1, 72)), plan, f"{max(minutes, 0):.1f}", f"{max(chance.gauss(200, 50), 0):.1f}",
            f"{max(chance.gauss(201, 50), 0):.1f}", str(round(calls)), str(min(9, int(chance.expovariate(0.7)))),
            chance.choices(["no", "yes"], [73, 27])[0], chance.choice("CA NY TX FL WA OH MI GA".split()),
            str(int(chance.triangular(0, 1400, 300))), balance]


def record(number: int, cells: list[str]) -> str:
    def side(mode: str, data: str) -> dict:
        return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": "CSV"}

    second = number * 3600 // RECORDS
    return json.dumps({
        "captureData": {"endpointInput": side("INPUT", ",".join(cells[1:])), "endpointOutput": side("OUTPUT", cells[0])},
        "eventMetadata": {"eventId": f"00000000-0000-4000-8000-{number:012}",
                          "inferenceTime": f"2026-10-31T08:{second // 60:02}:{second % 60:02}Z"},
        "eventVersion": "0",
    })


def main(folder: pathlib.Path) -> None:
    chance = random.Random(2026)
    hour = folder / "capture/churn-prod/AllTraffic/2026/10/31/08"
    hour.mkdir(parents=True)
    training = [",".join(COLUMNS)] + [",".join(row(chance, later=False)) for _ in range(TRAINING)]
    (folder / "train.csv").write_text("\n".join(training) + "\n")
    records = [record(number, row(chance, later=True)) for number in range(RECORDS)]
    (hour / "59-58-871-0b7bfd33-c8a7-4adf-a09a-98fd0af79974.jsonl").write_text("\n".join(records) + "\n")


main(pathlib.Path(sys.argv[1]))
