"""Applies to a remote store that are interrupted anywhere, and what must be true once the next one finished them."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

from crashing import Ended, in_child
from fleet_days import EDITED, Hands
from halo_fleet import Fleet, Killer, imported, in_memory, quiet
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from reconciler.simulator.exchange import Call
from reconciler.simulator.stores.audit import Write
from reconciler.simulator.stores.server import Asked, Moment

KILLED: Final = Ended(signal.SIGKILL, 0)
_TAG: Final = re.compile(r"AST-\d+")
Day = Callable[[Fleet], None]
_READING: Final = ("/auth/token", "/Report")
_OF_THE_MOMENT: Final = frozenset(
    {"changeguid", "created_at", "last_checkin", "last_checkout", "last_modified", "number", "updated_at"}
)
"""Members that differ from write to write."""


class World:
    """A day that was applied without an interruption, and the same morning again."""

    def __init__(self, fleet: Fleet, hands: Hands, day: Day) -> None:
        self.fleet, self.hands = fleet, hands
        day(fleet)
        self.morning = fleet.keep("morning")
        self.again()
        self.commits = _counted_commits(fleet.apply)
        self.asked = tuple(each for each in fleet.server.log if each.path != "/auth/token")
        self.requests = len(self.asked)
        self.first_write = next(at for at, each in enumerate(self.asked) if is_write(each))
        self.evening = fleet.assets()
        self.written, self.members = self._written(), self._members()

    def again(self) -> Fleet:
        """Begin the day anew."""
        self.fleet.rewind(self.morning)
        return self.fleet

    def worth_striking(self) -> list[int]:
        """Return the requests from the one right before the first write on, and some while everything is read."""
        return [*range(1, self.first_write, 4), *range(self.first_write, self.requests + 1)]

    def kills(self) -> list[tuple[int, Moment]]:
        """Return every kill at these requests."""
        return [(number, moment) for number in self.worth_striking() for moment in Moment]

    def looks(self) -> list[int]:
        """Return the requests that look at a record, the first one's right before the first write."""
        numbered = enumerate(self.asked, 1)
        return [number for number, asked in numbered if number >= self.first_write and not is_write(asked)]

    def killed_at_request(self, number: int, moment: Moment) -> Ended:
        """Apply, and be killed at a request."""
        killer = Killer(self.fleet.server, number, moment)
        self.fleet.server.hook = killer
        ended = in_child(self.fleet.apply, killer.meddle)
        self.fleet.server.hook = quiet
        return ended

    def killed_at_commit(self, number: int, moment: Moment) -> Ended:
        """Apply, and be killed right before a commit of the ledger's, or right after it."""
        return in_child(_dying_at_commit(number, moment, self.fleet.apply))

    def edited_at_request(self, number: int) -> None:
        """Apply, while people write a field of every asset right before a request is answered; nobody overwrites it."""
        self.fleet.server.hook = _Editor(self.hands, number)
        self.fleet.apply()
        self.fleet.server.hook = quiet
        assert self.overwritten() == []

    def overwritten(self) -> list[Write]:
        """Return the writes that took away what people wrote."""
        writes = self.fleet.server.audit.writes()
        return [each for each in writes if EDITED in str(each.before) and EDITED not in str(each.after)]

    def finish(self) -> None:
        """Apply until nothing is left: the store is as after an undisturbed day, by the same writes, each made once."""
        self.settle()
        self._compare(self._written(), self.written)

    def settle(self) -> None:
        """Apply until nothing is left, whatever was written on the way; the store is as after an undisturbed day."""
        self.end()
        assert self.fleet.assets() == self.evening

    def finish_next_day(self) -> None:
        """As `finish`, a day later, be it in more writes; a tag that was given to nothing is not given again."""
        self.fleet.tomorrow()
        self.end()
        self._compare(sorted(map(str, self.fleet.assets().values())), sorted(map(str, self.evening.values())))
        self._compare(self._members(), self.members)

    @staticmethod
    def _compare(written: list[str], undisturbed: list[str]) -> None:
        once = set(written) & set(undisturbed)
        differing = [each for each in written if each not in once], [each for each in undisturbed if each not in once]
        assert written == undisturbed, f"{differing[0]}\n\ninstead of {differing[1]}"

    def end(self) -> None:
        """Apply twice: the first time everything is done, and the second there is nothing to do."""
        fleet = self.fleet
        done = fleet.apply()
        for outcome in (*done.settled, *((done.outcome,) if done.outcome else ())):
            assert outcome.conflicts + outcome.failures == ()
        again = fleet.apply()
        assert (again.settled, again.outcome) == ((), None)
        assert fleet.server.audit.created_twice(self.hands.kind, self.hands.tag) == {}

    def _written(self) -> list[str]:
        """Return every write through the API, in what matters of it."""
        writes = self.fleet.server.audit.writes()
        return sorted(f"{each.kind} {each.id} {each.action} {_changed(each)}" for each in writes)

    def _members(self) -> list[str]:
        """Return every member that was written through the API, whichever write it was part of."""
        writes = self.fleet.server.audit.writes()
        written = [f"{each.kind} {each.id} {pair}" for each in writes for pair in _changed(each).items()]
        return sorted(_TAG.sub("", each) for each in written)


def is_write(asked: Asked) -> bool:
    """Return whether a request changes something: a token is asked for and a report read by POST."""
    return asked.writes and not asked.path.endswith(_READING)


@contextmanager
def world_of(day: Day, fleets: ModuleType, hands: Callable[[Fleet], Hands], *, after_import: bool) -> Iterator[World]:
    """Serve a store in which a day was applied, after a first import or as one."""
    with in_memory() as folder, fleets.fleet_at(folder) as made:
        if after_import:
            imported(made)
        yield World(made, hands(made), day)


class _Editor:
    """People who write a field of every asset right before the nth request is answered."""

    def __init__(self, hands: Hands, number: int) -> None:
        self.hands, self.left = hands, number

    def __call__(self, moment: Moment, call: Call) -> None:
        """Count a request, and write at the last one."""
        if moment is Moment.AFTER or call.path == "/auth/token":
            return
        self.left -= 1
        if self.left == 0:
            for id_ in self.hands.live():
                self.hands.edit(id_)


def _changed(write: Write) -> dict[str, Any]:
    return {name: pair for name, pair in write.changed().items() if name not in _OF_THE_MOMENT}


def _counted_commits(work: Callable[[], Any]) -> int:
    counted = 0

    def count(_connection: Connection) -> None:
        nonlocal counted
        counted += 1

    event.listen(Engine, "commit", count)
    try:
        work()
    finally:
        event.remove(Engine, "commit", count)
    return counted


def _dying_at_commit(number: int, moment: Moment, work: Callable[[], Any]) -> Callable[[], None]:
    """Return work that is killed at its nth commit."""

    def die() -> None:
        left = number

        def count(connection: Connection) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                if moment is Moment.AFTER:
                    connection.connection.commit()
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "commit", count)
        work()

    return die
