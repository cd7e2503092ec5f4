"""An apply in a process of its own that ends badly, and what it left in the store."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec.structs import replace
from postgres import Database
from storing import (
    CATALOGUE,
    NEXT_READ,
    ORIGIN,
    PEOPLE,
    Where,
    attribute,
    bound,
    changed,
    dump,
    life,
    made,
    new_asset,
    new_user,
    plan,
    query,
    url,
)

from reconciler.errors import ReconcilerError
from reconciler.model.plan import Action, Change, Plan, Subject
from reconciler.model.state import Presence
from reconciler.store.opening import open_store

KILLS = int(os.environ.get("RECONCILER_TEST_KILLS", "3"))
"""How many kills a test tries on each database; `.ci/run` asks for hundreds."""

FLEET = 60
NO_TIME = 0.0
"""A lease that has ended as soon as it is taken, so that nobody waits for the dead."""

REFUSED = 7
"""How a process exits whose apply was refused in words."""


def _tag(number: int) -> str:
    return f"AST-{number:06d}"


IMPORT = plan(
    *CATALOGUE,
    *PEOPLE,
    *(
        new_asset(_tag(n), f"d{n}", name=f"LT-{n}", type="Laptop", status="In Use", custom__department="A")
        for n in range(FLEET)
    ),
    bindings=tuple(bound(_tag(n), life(f"d{n}", status_set="In Use")) for n in range(FLEET)),
    highest_tag=FLEET,
)
"""A fleet of some dozens."""

_OLD, _NEW = range(0, FLEET, 2), range(FLEET, FLEET + 30)
_GONE = tuple(_tag(n) for n in range(1, 10, 2))

DAY_AFTER = plan(
    made("status/Lost"),
    new_user("cy@contoso.com", site="Contoso/Leeds"),
    Change(
        subject=Subject.USER,
        action=Action.UPDATE,
        name="bob@contoso.com",
        label="Bob",
        attributes=(attribute("mail", "bob@contoso.com"),),
    ),
    *(changed(_tag(n), name=(f"LT-{n}", f"PC-{n}"), custom__department=("A", "B")) for n in _OLD),
    *(changed(tag, status=("In Use", "Retired")) for tag in _GONE),
    *(new_asset(_tag(n), f"d{n}", name=f"LT-{n}", type="Laptop", user="cy@contoso.com") for n in _NEW),
    bindings=(
        *(bound(_tag(n), life(f"d{n}")) for n in _NEW),
        *(
            bound(
                _tag(n),
                life(f"d{n}", Presence.DELETED, missing_since=NEXT_READ, missing_reads=1, status_set="Retired"),
                life(f"d{n}", status_set="In Use"),
            )
            for n in range(1, 10, 2)
        ),
    ),
    read_at=NEXT_READ,
    settings_digest="s2",
    highest_tag=FLEET + 30,
)
"""What a day brings: something of every kind of row."""


def apply_now(where: Where, what: Plan) -> None:
    """Apply a plan under a lease that binds nobody."""
    with open_store(url(where), write=True, lease_seconds=NO_TIME, wait_seconds=10) as store:
        found = store.stamp()
        fitted = replace(what, store_id=found.store_id if found else None)
        with store.apply(owner="test", origin=ORIGIN) as transaction:
            transaction.verify(fitted)
            transaction.write(fitted, {"a": 1}, {"intune": True}, fitted.settings_digest, kind="production")
            transaction.read_back(fitted)


def rows(where: Where) -> dict[str, list[Any]]:
    """Return a store's rows, without what differs between two runs of one plan: numbers, random ids, the time.

    What numbers refer to is told by the overview's names.
    """
    overview = "SELECT tag, type, site, status, user_upn, device_id, presence FROM asset_overview ORDER BY tag"
    return {
        name: [tuple(value for column, value in row.items() if column not in _VARYING) for row in found]
        for name, found in dump(where, named=True).items()
    } | {"overview": query(where, overview)}


_VARYING = frozenset(
    {"id", "run_id", "asset_id", "person_id", "site_id", "status_id", "type_id"}
    | {"revision", "store_id", "created_at", "updated_at", "finished_at", "applied_at"}
)


class Ended(NamedTuple):
    """How a process ended: the signal that killed it or 0, and its exit code."""

    signal: int
    code: int


def in_child(work: Callable[[], None], meddle: Callable[[int], None] = lambda pid: None) -> Ended:
    """Do work in a forked process, and meanwhile `meddle` with it, by its number; return how it ended."""
    pid = os.fork()
    if pid == 0:
        _work_and_exit(work)
    meddle(pid)
    _, status = os.waitpid(pid, 0)
    return Ended(os.WTERMSIG(status), 0) if os.WIFSIGNALED(status) else Ended(0, os.WEXITSTATUS(status))


def wait_for_server(where: Where) -> None:
    """Wait until a server has noticed that nobody is connected to a database any more."""
    others = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while isinstance(where, Database) and query(where, others):
        time.sleep(0.01)


def _work_and_exit(work: Callable[[], None]) -> None:
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        work()
        code = 0
    except ReconcilerError:
        code = REFUSED
    except KeyboardInterrupt:
        code = 130
    finally:
        os._exit(code)


def after(seconds: float, sent: int) -> Callable[[int], None]:
    """Return what sends a signal after a time."""

    def send(pid: int) -> None:
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, sent)

    return send


def calls_of(work: Callable[[], None]) -> int:
    """Return how many functions of the store, SQLAlchemy and the driver work calls."""
    counted = 0

    def count(_frame: Any, event: str, _arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def dying_at(call: int, work: Callable[[], None]) -> Callable[[], None]:
    """Return work that is killed when it calls a function for the nth time."""

    def die() -> None:
        left = call

        def count(_frame: Any, event: str, _arg: object) -> None:
            nonlocal left
            left -= event in ("call", "c_call")
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        work()

    return die


def points(most: int, how_many: int, seed: int) -> list[int]:
    """Return points spread evenly from the first to the last, each a little off."""
    picked = random.Random(seed)
    width = most / how_many
    return [min(most, int(number * width + picked.uniform(0, width)) + 1) for number in range(how_many)]
