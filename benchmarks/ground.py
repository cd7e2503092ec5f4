"""The ground that one size is measured on: the fleet's pages, and a filled store in each database, made once."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.databases import SQLITE, url_of
from benchmarks.processes import run, step

IMPORTED: Final = 100_000
"""The most devices that are imported at once."""


@dataclass(frozen=True)
class Ground:
    """A fleet of a size in a folder, with stores in one database; `server` is a PostgreSQL's URL.

    `peers` is the Python that has the peers' packages, None where they are not installed.
    """

    size: int
    folder: Path
    database: str
    server: str
    peers: str | None

    def url(self, name: str) -> str:
        """Return the URL of a store.

        `first` holds the first day, `emptied` lacks its assets, `users` holds its users alone, `scratch` is for use.
        """
        return url_of(str(self.folder) if self.database == SQLITE else self.server, f"{name}_{self.size}")

    def file(self, name: str) -> str:
        """Return the path of a file; what is planned for one store is of no use for another."""
        return str(self.folder / f"{self.database}-{name}")


def make_fleet(folder: Path, size: int, seed: int) -> None:
    """Write W(size), unless it is there already."""
    done = folder / f"seed-{seed}"
    if not done.exists():
        run(step("fleet", "generate", folder=str(folder), size=size, seed=seed))
        done.touch()


def fill(ground: Ground) -> None:
    """Import the first day into a store, and plan and record what comes next, unless that is there already."""
    folder, first = str(ground.folder), ground.url("first")
    done = ground.folder / f"filled-{ground.database}"
    if ground.database == SQLITE and done.exists():
        return
    run(step("databases", "make", url=first))
    if ground.size <= IMPORTED:
        users = ground.url("users")
        run(step("tool", "plan", folder=folder, url=first, day="first", output=ground.file("first.plan")))
        run(step("databases", "make", url=users))
        run(step("filling", "fill_users", folder=folder, url=users))
        run(step("tool", "plan", folder=folder, url=users, day="first", output=ground.file("devices.plan")))
        run(step("databases", "settle", url=users))
    run(step("filling", "fill", folder=folder, url=first, parts=math.ceil(ground.size / IMPORTED)))
    run(step("databases", "settle", url=first))
    run(step("floor", "empty", source=first, url=ground.url("emptied")))
    for day in ("again", "next"):
        files = {"output": ground.file(f"{day}.plan"), "record": ground.file(f"{day}.rec")}
        run(step("tool", "plan", folder=folder, url=first, day=day, **files))
    done.touch()
