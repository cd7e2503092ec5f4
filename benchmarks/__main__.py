"""`python -m benchmarks`: generate, measure, print the tables, and write `results.md` and `results.svg`."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import POSTGRESQL, SQLITE
from benchmarks.ground import Ground, fill, make_fleet
from benchmarks.measuring import Result, measured
from benchmarks.processes import ROOT, step
from benchmarks.rows import ROWS, Part

PEERS = ROOT / ".venv-bench" / "bin" / "python"


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="how many devices; up to 1000000")
    parser.add_argument("--parts", default=",".join(Part), help=f"any of {', '.join(Part)}")
    parser.add_argument("--database", default=f"{SQLITE},{POSTGRESQL}", help="where the stores are")
    parser.add_argument("--repeats", type=int, default=5, help="how often each row is measured")
    parser.add_argument("--timeout", type=float, default=200, help="seconds after which one measurement is given up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="a folder to keep what is generated in, for the next time")
    return parser.parse_args()


def main() -> None:
    """Measure what was asked for."""
    asked = arguments()
    parts = [Part(part) for part in asked.parts.split(",")]
    rows = [row for row in ROWS if row.part in parts]
    results: list[Result] = []
    with _folder(asked.work) as folder, _server(asked.database) as server:
        for size in map(int, asked.sizes.split(",")):
            home = folder / str(size)
            make_fleet(home, size, asked.seed)
            peers = str(PEERS) if PEERS.exists() else None
            grounds = [Ground(size, home, database, server, peers) for database in asked.database.split(",")]
            for ground in grounds:
                fill(ground)
            results += measured(rows, grounds, asked.repeats, asked.timeout, _tell)
    for result in results:
        low, high = result.spread
        told = f"{result.seconds:7.2f} s ({low:.2f} to {high:.2f})"
        _tell(f"{result.size:>9,} {result.database:10} {told}  {result.row.name}")


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    """Give a folder to work in; one that nobody named is gone afterwards."""
    if work is not None:
        yield work.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-benchmark-") as folder:
        yield Path(folder)


@contextmanager
def _server(databases: str) -> Iterator[str]:
    """Run a PostgreSQL server in a process of its own, if it is wanted, and give its URL."""
    if POSTGRESQL not in databases.split(","):
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-postgresql-") as folder:
        command = step("databases", "serve", folder=f"{folder}/data")
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        with process:
            yield process.stdout.readline().strip() if process.stdout else ""
            if process.stdin:
                process.stdin.close()
            process.wait()


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
