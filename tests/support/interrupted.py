"""Applies to a remote store that are killed anywhere, and what must be true once the next one finished them."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from crashing import Ended, in_child
from halo_fleet import Fleet, Killer, imported, quiet
from sqlalchemy import event
from sqlalchemy.engine import Engine

from reconciler.simulator.stores.server import Moment

KILLED: Final = Ended(signal.SIGKILL, 0)
_MEMORY: Final = Path("/dev/shm")
Day = Callable[[Fleet], None]


class World:
    """A day that was applied without a kill, and the same morning again; `kind` is the audit's name of assets."""

    def __init__(self, fleet: Fleet, day: Day, kind: str, tag: str) -> None:
        self.fleet, self.kind, self.tag = fleet, kind, tag
        before = len(fleet.assets())
        day(fleet)
        self.morning = fleet.keep("morning")
        fleet.server.forget_requests()
        self.commits = _counted_commits(fleet.apply)
        asked = fleet.server.log
        self.requests = len(asked)
        self.first_write = next(at for at, each in enumerate(asked) if each.writes)
        self.evening = fleet.assets()
        self.created = len(self.evening) - before

    def again(self) -> Fleet:
        """Begin the day anew."""
        self.fleet.rewind(self.morning)
        return self.fleet

    def kills(self) -> list[tuple[int, Moment]]:
        """Return every kill at a request from just before the first write on, and some while everything is read."""
        numbers = [*range(1, self.first_write, 4), *range(self.first_write, self.requests + 1)]
        return [(number, moment) for number in numbers for moment in Moment]

    def killed_at_request(self, number: int, moment: Moment) -> Ended:
        """Apply, and be killed at a request."""
        killer = Killer(self.fleet.server, number, moment)
        self.fleet.server.hook = killer
        ended = in_child(self.fleet.apply, killer.meddle)
        self.fleet.server.hook = quiet
        return ended

    def killed_at_commit(self, number: int) -> Ended:
        """Apply, and be killed right before a commit of the ledger's."""
        return in_child(_dying_at_commit(number, self.fleet.apply))

    def finish(self) -> None:
        """Apply until nothing is left, and look at what was written all in all."""
        fleet = self.fleet
        done = fleet.apply()
        for outcome in (*done.settled, *((done.outcome,) if done.outcome else ())):
            assert outcome.conflicts + outcome.failures == ()
        again = fleet.apply()
        assert (again.settled, again.outcome) == ((), None)
        assert fleet.assets() == self.evening
        audit = fleet.server.audit
        assert audit.created_twice(self.kind, self.tag) == {}
        creations = [each for each in audit.writes(self.kind) if each.before is None]
        assert len(creations) == self.created
        changed = [(each.id, str(each.changed())) for each in audit.writes(self.kind)]
        assert len(changed) == len(set(changed))


@contextmanager
def world_of(
    day: Day, fleet_at: Callable[[Path], AbstractContextManager[Fleet]], kind: str, tag: str, *, after_import: bool
) -> Iterator[World]:
    """Serve a store in which a day was applied, after a first import or as one."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder, fleet_at(Path(folder)) as made:
        if after_import:
            imported(made)
        yield World(made, day, kind, tag)


def _counted_commits(work: Callable[[], Any]) -> int:
    counted = 0

    def count(_connection: object) -> None:
        nonlocal counted
        counted += 1

    event.listen(Engine, "commit", count)
    try:
        work()
    finally:
        event.remove(Engine, "commit", count)
    return counted


def _dying_at_commit(number: int, work: Callable[[], Any]) -> Callable[[], None]:
    def die() -> None:
        left = number

        def count(_connection: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", count)
        work()

    return die
