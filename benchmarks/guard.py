"""The guard against getting slower: how many times the floor's CPU time planning and applying take, held to a record.

Run it from the checkout: `python -m benchmarks.guard`, or with `--renew` to write what is measured into `guard.json`.
The floor and the tool take turns on a fleet of moderate size in SQLite, and the least CPU time of each counts, without
that of loading the code: so neither the machine nor what else it does matters much. Exits with 1 when a ratio is more
than 1.5 times the recorded one.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import own_rows as own
from benchmarks.databases import SQLITE
from benchmarks.ground import Ground, fill, make_fleet
from benchmarks.measuring import Result, measured

SIZE: Final = 20_000
ROUNDS: Final = 3
ROOM: Final = 1.5
RECORDED: Final = Path(__file__).parent / "guard.json"
TO: Final = {
    own.PLAN_AGAIN: own.FLOOR_READ,
    own.PLAN_NEXT: own.FLOOR_READ,
    own.APPLY_FIRST: own.FLOOR_INSERT,
    own.APPLY_NEXT: own.FLOOR_READ,
}
"""What is guarded, and the floor that it is held to; an apply of a few changes reads more than it writes."""


def main(renew: bool) -> int:
    """Measure, print a line for each ratio, and say whether every one is within its room."""
    found = ratios()
    if renew:
        RECORDED.write_text(json.dumps({name: round(ratio, 1) for name, ratio in found.items()}, indent=2) + "\n")
    recorded = json.loads(RECORDED.read_text())
    for name, ratio in found.items():
        most = recorded[name] * ROOM
        sys.stdout.write(f"{name:32} {ratio:5.1f} x {TO[name]}, recorded {recorded[name]} x, at most {most:.1f} x\n")
    slower = too_slow(found, recorded)
    if slower:
        told = f"Slower than recorded: {'; '.join(slower)}. If it has to be: python -m benchmarks.guard --renew\n"
        sys.stdout.write(told)
    return int(bool(slower))


def too_slow(found: dict[str, float], recorded: dict[str, float]) -> list[str]:
    """Return what takes more than its record and the room beside it."""
    return [name for name, ratio in found.items() if ratio > recorded[name] * ROOM]


def ratios() -> dict[str, float]:
    """Return the ratios of what is guarded to its floor, out of processes that took turns."""
    wanted = {*TO, *TO.values()}
    with tempfile.TemporaryDirectory(prefix="reconciler-guard-") as folder:
        ground = Ground(SIZE, Path(folder), SQLITE, "", None)
        make_fleet(ground.folder, SIZE, seed=1)
        fill(ground)
        rows = [row for row in own.OWN_ROWS if row.name in wanted]
        results = measured(rows, [ground], ROUNDS, 60, lambda text: None)
    least = {result.row.name: _least(result) for result in results}
    return {name: least[name] / least[floor] for name, floor in TO.items()}


def _least(result: Result) -> float:
    return min(float(one.facts.get("work", one.cpu)) for one in result.taken)


if __name__ == "__main__":
    sys.exit(main("--renew" in sys.argv))
