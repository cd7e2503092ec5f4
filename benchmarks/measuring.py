"""Measuring: every row in turn, several times over, each in a process of its own."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from benchmarks.ground import Ground
from benchmarks.processes import Measurement, measure, run
from benchmarks.rows import Row

PATIENCE: Final = 40.0
"""A row that took so many seconds in all is not measured again."""


@dataclass
class Result:
    """What a row came to on a ground; `not_taken` says why there is nothing, `stopped` when it was given up."""

    row: Row
    database: str
    size: int
    taken: list[Measurement] = field(default_factory=list)
    not_taken: str | None = None
    stopped: float | None = None

    @property
    def seconds(self) -> float:
        """The median time."""
        return median(one.seconds for one in self.taken)

    @property
    def cpu(self) -> float:
        """The median CPU time."""
        return median(one.cpu for one in self.taken)

    @property
    def peak(self) -> float:
        """The highest peak of memory, in MB."""
        return max(one.peak for one in self.taken)

    @property
    def spread(self) -> tuple[float, float]:
        """The shortest and the longest time."""
        times = [one.seconds for one in self.taken]
        return min(times), max(times)


def measured(
    rows: Sequence[Row], grounds: Sequence[Ground], repeats: int, timeout: float, tell: Callable[[str], None]
) -> list[Result]:
    """Return the results of the rows on the grounds of one size, measured in turn."""
    results = list(_results(rows, grounds))
    for number in range(1, repeats + 1):
        for result, ground in results:
            if result.not_taken or sum(one.whole for one in result.taken) > PATIENCE:
                continue
            _once(result, ground, timeout)
            tell(f"{result.size:>9,} {result.database:10} {number}/{repeats} {_told(result):>9}  {result.row.name}")
    return [result for result, _ in results]


def _results(rows: Sequence[Row], grounds: Sequence[Ground]) -> Iterator[tuple[Result, Ground]]:
    for row in rows:
        for ground in grounds if row.databases else grounds[:1]:
            reason = row.lacks(ground) or ("not tried" if ground.size > row.most else None)
            yield Result(row, ground.database if row.databases else "", ground.size, not_taken=reason), ground


def _once(result: Result, ground: Ground, timeout: float) -> None:
    for command in result.row.before(ground):
        run(command)
    os.sync()  # so that none waits for the disk because of what was written before it
    done = measure(result.row.command(ground), timeout=timeout)
    if done is None:
        result.not_taken, result.stopped = f"> {timeout:.0f} s", timeout
    else:
        result.taken.append(done)


def _told(result: Result) -> str:
    return result.not_taken or f"{result.taken[-1].seconds:.2f} s"
