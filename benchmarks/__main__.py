"""`python -m benchmarks`: generate, measure in turn, print the tables, and write what the README shows.

`results.md`, `results.svg` and the README are written when nothing was left out.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which
from typing import Final

from benchmarks.beside import beside
from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.ground import IMPORTED, Ground, fill, make_fleet
from benchmarks.measuring import Result, measured
from benchmarks.own_rows import OWN_ROWS
from benchmarks.peer_rows import PEER_ROWS
from benchmarks.processes import ROOT, step
from benchmarks.rows import Part

PEERS: Final = ROOT / ".venv-bench" / "bin" / "python"
SIZES: Final = "1000,10000,100000"
PARTS: Final = ",".join(Part)
DATABASES: Final = f"{SQLITE},{POSTGRESQL}"
REPEATS: Final = 5


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="how many devices; up to 1000000, which takes 20 minutes more")
    parser.add_argument("--parts", default=PARTS, help=f"any of {', '.join(Part)}")
    parser.add_argument("--database", default=DATABASES, help="where the stores are")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="how often each row is measured")
    parser.add_argument("--timeout", type=float, default=200, help="seconds after which one measurement is given up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the files although something was left out")
    parser.add_argument("--work", type=Path, help="a folder to keep what is generated in, for the next time")
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for."""
    asked = arguments()
    with _folder(asked.work) as folder, ExitStack() as servers:
        server = _server(servers, asked.database)
        found: list[Result] = []
        for size in map(int, asked.sizes.split(",")):
            found += _measured(asked, folder / str(size), size, server)
        _report(asked, found, server)


def _measured(asked: argparse.Namespace, folder: Path, size: int, server: str) -> list[Result]:
    """Return the results of one size; more devices than are imported at once are only planned, in one database."""
    parts, databases = asked.parts.split(","), asked.database.split(",")
    if size > IMPORTED:
        parts, databases = [part for part in parts if part in (Part.FLOOR, Part.PLAN)], databases[:1]
    make_fleet(folder, size, asked.seed)
    peers = str(PEERS) if PEERS.exists() else None
    grounds = [Ground(size, folder, database, server, peers) for database in databases]
    for ground in grounds:
        fill(ground)
    rows = [row for row in (*OWN_ROWS, *PEER_ROWS) if row.part in parts]
    with ExitStack() as servers:
        if Part.READ in parts and size <= IMPORTED:
            tenant = step("reading", "serve", folder=str(folder), size=size, seed=asked.seed)
            servers.enter_context(beside(tenant))
        return measured(rows, grounds, asked.repeats, asked.timeout, _tell)


def _report(asked: argparse.Namespace, found: list[Result], server: str) -> None:
    """Print the tables, and write them when nothing was left out."""
    from benchmarks import report  # noqa: PLC0415 - the process stays small while it measures
    from benchmarks.machine import machine, versions  # noqa: PLC0415 - as above
    from benchmarks.targets import Results  # noqa: PLC0415 - as above

    results = Results(found)
    told = machine(), versions(str(PEERS) if PEERS.exists() else None, which("terraform"), server)
    narrowed = {"sizes": SIZES, "parts": PARTS, "database": DATABASES, "repeats": REPEATS}
    given = [f"--{name} {getattr(asked, name)}" for name, usual in narrowed.items() if getattr(asked, name) != usual]
    command = " ".join(["python -m benchmarks", *given])
    sys.stdout.write(report.results_page(results, *told, command))
    whole = set(SIZES.split(",")) <= set(asked.sizes.split(","))
    if asked.write or (whole and (asked.parts, asked.database) == (PARTS, DATABASES)):
        report.write(results, *told, command)
        _tell("Written: benchmarks/results.md, benchmarks/results.svg, README.md")


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    """Give a folder to work in; one that nobody named is gone afterwards."""
    if work is not None:
        yield work.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-benchmark-") as folder:
        yield Path(folder)


def _server(servers: ExitStack, databases: str) -> str:
    """Return the URL of a PostgreSQL server of our own, nothing when none is wanted."""
    if POSTGRESQL not in databases.split(","):
        return ""
    folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="reconciler-postgresql-"))
    return servers.enter_context(beside(step("databases", "serve", folder=f"{folder}/data")))


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
