"""The tables of `results.md`, in Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from benchmarks import own_rows as own
from benchmarks import peer_rows as peers
from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.measuring import Result
from benchmarks.rows import Part
from benchmarks.targets import FLEET, Results, Target

_HEADINGS: Final = {
    Part.FLOOR: "The floor: what any program has to do, and nothing else",
    Part.PLAN: "Planning, whole processes",
    Part.APPLY: "Applying a saved plan: from the decoded plan to the commit",
    Part.FILES: "Files: from and to memory",
    Part.READ: "Reading from a simulated Graph whose pages take 200 ms each",
    Part.PEERS: "Peers, whole processes, nothing changed",
}
_SHORT: Final = (
    ("reconciler plan, SQLite", own.PLAN_AGAIN, SQLITE, FLEET),
    ("reconciler plan, SQLite", own.PLAN_AGAIN, SQLITE, 1_000_000),
    ("reconciler plan, PostgreSQL", own.PLAN_AGAIN, POSTGRESQL, FLEET),
    ("reconciler plan of W's changes, SQLite", own.PLAN_NEXT, SQLITE, FLEET),
    ("reconciler apply of W's changes, SQLite", own.APPLY_NEXT, SQLITE, FLEET),
    ("reconciler apply of the first import, SQLite", own.APPLY_USERS, SQLITE, FLEET),
    ("parsing devices and reading assets' rows, and nothing else", own.FLOOR_READ, SQLITE, FLEET),
    ("parsing and reading all that a plan reads, and nothing else", own.FLOOR_ALL, SQLITE, FLEET),
    (peers.DIFFSYNC, peers.DIFFSYNC, "", FLEET),
    (peers.OCTODNS, peers.OCTODNS, "", FLEET),
    (peers.OCTODNS_YAML, peers.OCTODNS_YAML, "", FLEET),
    (peers.TERRAFORM, peers.TERRAFORM, "", 10_000),
)
"""What the README shows."""


def short_table(results: Results) -> str:
    """Return the README's table."""
    rows = [
        (what, f"{size:,}", _time(found), f"{found.peak:,.0f} MB")
        for what, name, database, size in _SHORT
        if (found := results.get(name, size, database))
    ]
    return table(("what", "devices", "median", "peak memory"), rows)


def full_tables(results: Results) -> Iterator[str]:
    """Yield a heading and a table for each part that was measured."""
    sizes = sorted({one.size for one in results.all})
    for part, heading in _HEADINGS.items():
        names = dict.fromkeys((one.row.name, one.database) for one in results.all if one.row.part == part)
        if names:
            yield f"### {heading}"
            head = ("", "store", *(f"{size:,}" for size in sizes))
            yield table(head, [_full(results, name, database, sizes) for name, database in names])


def _full(results: Results, name: str, database: str, sizes: Sequence[int]) -> tuple[str, ...]:
    found = {one.size: one for one in results.all if (one.row.name, one.database) == (name, database)}
    return (name, database or "-", *(_cell(found[size]) if size in found else "-" for size in sizes))


def _cell(result: Result) -> str:
    if not result.taken:
        return result.not_taken or "-"
    low, high = result.spread
    return f"{_time(result)} ({low:.2f} to {high:.2f}), {result.peak:,.0f} MB"


def target_table(found: Iterable[Target]) -> str:
    """Return the targets and what became of them."""
    words = {True: "met", False: "**missed**", None: "-"}
    rows = [(one.what, one.promised, one.measured, words[one.met]) for one in found]
    return table(("what", "target", "measured", ""), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _time(result: Result) -> str:
    return f"{result.seconds:.2f} s" if result.seconds < 100 else f"{result.seconds:.0f} s"  # noqa: PLR2004 - digits
