"""Stores of released revisions go up to this version's, with every row, and nobody applies meanwhile (A2, A3).

A revision counts as released once it is in `REVISIONS`: `released` holds a store as each of them made it.
"""

import shutil
import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from command_line import CommandLine
from crashing import KILLS, Ended, calls_of, dying_at, in_child, points, wait_for_server
from msgspec.structs import replace
from postgres import Database
from storing import NEXT_READ, ORIGIN, Where, apply, bound, changed, dump, execute, first_store, plan, query, state, url

import reconciler.store.database.migrations
from reconciler.errors import LeaseError, StoreError
from reconciler.model.state import Superseded
from reconciler.store.database.dialects import engine_of, for_writing
from reconciler.store.database.location import locate
from reconciler.store.database.migrations import REVISIONS
from reconciler.store.ledger.lease import keep_free
from reconciler.store.opening import initialise, open_store, pending_migrations

LATEST = REVISIONS[-1]
RELEASED = Path(__file__).parent / "released"
NEXT = '''"""Give assets a colour, and let none be blue.

Revision ID: 9999
Revises: LATEST
"""

from alembic import op

revision = "9999"
down_revision = "LATEST"


def upgrade():
    op.execute("ALTER TABLE asset ADD COLUMN colour TEXT DEFAULT 'grey'")
    op.execute("UPDATE asset SET colour = name")
    op.execute("CREATE TABLE colour (name TEXT PRIMARY KEY)")
    op.execute("INSERT INTO colour SELECT DISTINCT colour FROM asset")
'''


def released(where: Where, revision: str) -> Where:
    """Make a store as a released revision left it; return where it is."""
    kind = "postgresql" if isinstance(where, Database) else "sqlite"
    text = (RELEASED / f"{revision}.{kind}.sql").read_text()
    if isinstance(where, Database):
        where.dirty = True
        with where.connect() as connection:
            connection.execute(text)  # type: ignore[call-overload]
    else:
        with closing(sqlite3.connect(where)) as connection:
            connection.executescript(text)
    return where


def another(where: Where, name: str) -> Where:
    return Database(where.server) if isinstance(where, Database) else where.with_name(name)


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a version with one more migration."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(reconciler.store.database.migrations.__file__).parent, folder)
    (folder / "versions" / "9999_give_assets_a_colour.py").write_text(NEXT.replace("LATEST", LATEST))
    monkeypatch.setattr("reconciler.store.database.migrations.__file__", str(folder / "__init__.py"))
    for module in ("database.migrations", "opening", "writer"):
        monkeypatch.setattr(f"reconciler.store.{module}.REVISIONS", (*REVISIONS, "9999"))


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_a_released_revision_goes_up_with_every_row(place: Where, revision: str) -> None:
    """It has the tables of a new store, what it held is read from it, and it is planned and applied to."""
    released(place, revision)
    initialise(url(place))
    fresh = first_store(another(place, "fresh.db"))
    wanted, found = state(fresh), state(place)
    assert dump(place).keys() == dump(fresh).keys()
    assert (found.assets, found.bindings, found.people) == (wanted.assets, wanted.bindings, wanted.people)
    assert (found.catalogue, found.reads, found.fields) == (wanted.catalogue, wanted.reads, wanted.fields)
    assert found.pins == {1: {"name": "it is right"}}
    with open_store(url(place)) as store:
        assert not any(finding.faults for finding in store.check("prod"))
        assert [len(store.run(each.run_id).changes) for each in store.history(9)] == [15]
    apply(place, plan(changed("AST-000002", name=("LT-2", "LT-9")), read_at=NEXT_READ))
    if isinstance(fresh, Database):
        fresh.leave()


def test_superseded_devices_are_noted_in_a_store_that_knew_of_none(place: Where) -> None:
    """A revision later than the first: nothing is superseded yet, and the next apply and the view know of it."""
    released(place, "0001")
    initialise(url(place))
    before = state(place).bindings[0].life
    assert before.superseded == ()
    after = replace(before, superseded=(Superseded("d0", NEXT_READ),))
    apply(place, plan(bindings=(bound("AST-000001", after, before),), read_at=NEXT_READ))
    assert query(place, "SELECT superseded_devices FROM asset_overview ORDER BY id") == [
        (f'{{"d0":"{NEXT_READ}"}}',),
        (None,),
    ]


@pytest.mark.usefixtures("newer")
def test_an_upgrade_keeps_every_row_and_runs_once(place: Where) -> None:
    """A store of the version before is refused until then; afterwards there is nothing to do."""
    before = dump(released(place, LATEST))
    with pytest.raises(StoreError, match=f"is at revision {LATEST}, and this version needs 9999"):
        state(place)
    assert pending_migrations(url(place)) == {"9999": "Give assets a colour, and let none be blue."}
    initialise(url(place))
    after = dump(place)
    assert {name: rows for name, rows in after.items() if name not in ("asset", "colour", "alembic_version")} == {
        name: rows for name, rows in before.items() if name not in ("asset", "alembic_version")
    }
    assert query(place, "SELECT name, colour FROM asset ORDER BY id") == [("LT-1", "LT-1"), ("LT-2", "LT-2")]
    assert pending_migrations(url(place)) == {}
    initialise(url(place))
    assert dump(place) == after


@pytest.mark.usefixtures("newer")
def test_an_upgrade_waits_for_no_apply_and_lets_none_begin(place: Where) -> None:
    """While an apply holds the store it is refused in the apply's own words, and nothing is changed."""
    released(place, LATEST)
    held = "UPDATE lease SET lease_id = 'abcd', owner = 'eve', since = 'x', expires = '2999', held = true, fencing = 9"
    execute(place, held)
    before = dump(place)
    with pytest.raises(LeaseError, match="Another apply holds the store: eve"):
        initialise(url(place))
    assert dump(place) == before
    execute(place, "UPDATE lease SET held = false")
    initialise(url(place))


def test_no_apply_begins_while_a_store_is_upgraded(place: Where) -> None:
    """Whoever wants the lease meanwhile waits for the migration's end."""
    first_store(place)
    done: list[str] = []
    engine = engine_of(locate(url(place)), "rw", 5)
    with engine.connect() as connection, for_writing(connection).begin():
        keep_free(connection)
        late = Thread(target=lambda: done.append(apply(place, plan(read_at=NEXT_READ)).run_id))
        late.start()
        late.join(0.3)
        assert done == []
    late.join(20)
    assert len(done) == 1


def test_an_apply_that_began_before_an_upgrade_writes_nothing_after_it(
    place: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opened a store that is another one by now."""
    first_store(place)
    before = dump(place)
    with open_store(url(place), write=True) as store:
        monkeypatch.setattr("reconciler.store.writer.REVISIONS", ("0000",))
        with pytest.raises(StoreError, match="was upgraded meanwhile"), store.apply(owner="ann", origin=ORIGIN):
            pytest.fail("the block must not be entered")
    assert dump(place) == before


@pytest.mark.thorough
@pytest.mark.usefixtures("newer")
def test_an_upgrade_killed_at_any_call_is_made_wholly_or_not_at_all(place: Where) -> None:
    """The store is of the one revision or of the other, and upgrading again leads to the same."""
    pattern = released(another(place, "whole.db"), LATEST)
    before = dump(pattern)
    calls = calls_of(partial(initialise, url(pattern)))
    whole = dump(pattern)
    if isinstance(pattern, Database):
        pattern.leave()
    for number, call in enumerate(points(calls, KILLS, 7)):
        where = released(another(place, f"{number}.db"), LATEST)
        ended = in_child(dying_at(call, partial(initialise, url(where))))
        assert ended in (Ended(signal.SIGKILL, 0), Ended(0, 0))
        wait_for_server(where)
        assert dump(where) in (before, whole)
        initialise(url(where))
        assert dump(where) == whole
        if isinstance(where, Database):
            where.leave()


@pytest.mark.usefixtures("newer")
def test_the_command_shows_what_it_will_do_and_asks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a yes nothing is written."""
    offline = CommandLine(tmp_path, capfd)
    offline.store.parent.mkdir()
    before = released(offline.store, LATEST).read_bytes()
    asked = offline.run("store", "upgrade", "prod")
    assert asked.code == 1
    assert asked.out == (
        "To do on the store of prod, each in a transaction of its own:\n"
        "  9999  Give assets a colour, and let none be blue.\n\n"
    )
    assert offline.store.read_bytes() == before
    assert offline.run("store", "upgrade", "prod", "--yes").code == 0
    assert query(offline.store, "SELECT version_num FROM alembic_version") == [("9999",)]
