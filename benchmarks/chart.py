"""The chart: seconds against devices, both logarithmic, as an SVG that is readable on light and on dark."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader

from benchmarks import own_rows as own
from benchmarks import peer_rows as peers
from benchmarks.databases import SQLITE
from benchmarks.targets import Results

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 420, 60, 40, 250, 50
_LINES: Final = (
    ("Terraform", peers.TERRAFORM, ""),
    ("octoDNS from YAML", peers.OCTODNS_YAML, ""),
    ("DiffSync", peers.DIFFSYNC, ""),
    ("octoDNS in memory", peers.OCTODNS, ""),
    ("reconciler plan, SQLite", own.PLAN_AGAIN, SQLITE),
    ("floor: parse and read", own.FLOOR_READ, SQLITE),
)
_GAP: Final = 16


Points = list[tuple[float, float]]


def chart(results: Results) -> str:
    """Return the SVG."""
    series = [(label, points) for label, name, database in _LINES if (points := _points(results, name, database))]
    sizes = sorted({size for _, points in series for size, _ in points})
    times = [seconds for _, points in series for _, seconds in points]
    across, up = _scale(sizes[0], sizes[-1]), _scale(10 ** math.floor(math.log10(min(times))), max(times))
    lines = [(label, [(_x(across(size)), _y(up(seconds))) for size, seconds in points]) for label, points in series]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("chart.svg.jinja").render(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        lines=_labelled(lines),
        sizes=[(f"{size:,}", _x(across(size))) for size in sizes],
        times=[(f"{seconds:g} s", _y(up(seconds))) for seconds in _decades(min(times), max(times))],
    )


def _points(results: Results, name: str, database: str) -> list[tuple[int, float]]:
    sizes = sorted({one.size for one in results.all})
    return [(size, found.seconds) for size in sizes if (found := results.get(name, size, database))]


def _scale(low: float, high: float) -> Callable[[float], float]:
    """Return a function from a number to its place between the two, from 0 to 1."""
    span = math.log10(high / low) or 1
    return lambda number: math.log10(number / low) / span


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _decades(low: float, high: float) -> Iterator[float]:
    for power in range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1):
        yield 10.0**power


def _labelled(lines: list[tuple[str, Points]]) -> Iterator[tuple[str, Points, float, float]]:
    """Yield each line with where its label stands: beside its end, moved down when another one covers it."""
    last = dict[float, float]()
    for label, points in sorted(lines, key=lambda line: line[1][-1][1]):
        x, y = points[-1]
        last[x] = max(y, last.get(x, -math.inf) + _GAP)
        yield label, points, x + 10, last[x] + 4
