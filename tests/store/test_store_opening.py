"""Opening a store: what is made, what is refused, and in which words."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from storing import DAY, FIRST_PLAN, NOW, dump, empty_store, execute, first_store, url

from reconciler.errors import ReconcilerError, StoreError, UnsupportedError
from reconciler.model.state import State
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store.database.migrations import REVISIONS
from reconciler.store.opening import initialise, open_store
from reconciler.store.writer import SqlWriter

EMPTY = State(fields=tuple(BUILT_IN_FIELDS))


def error_of(url: str, *, write: bool = False, wait_seconds: float = 0.05) -> str:
    """Return the words in which a store is refused."""
    with pytest.raises(ReconcilerError) as caught, open_store(url, write=write, wait_seconds=wait_seconds) as store:
        store.state(DAY, NOW)
    return str(caught.value)


def test_a_missing_store_reads_as_an_empty_one_and_no_file_is_made(tmp_path: Path) -> None:
    """The first plan needs no store; it sees an empty state, and leaves nothing behind."""
    with open_store(url(tmp_path / "store.db"), write=False) as store:
        assert (store.missing, store.state(DAY, NOW), store.stamp(), store.history(9)) == (True, EMPTY, None, ())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_reads_as_an_empty_store(tmp_path: Path) -> None:
    """A file that a crash left before the first migration was committed is no store yet."""
    path = tmp_path / "store.db"
    path.touch()
    with open_store(url(path), write=False) as store:
        assert store.state(DAY, NOW) == EMPTY
    assert path.read_bytes() == b""


def test_a_new_store_has_neither_stamp_nor_rows(tmp_path: Path) -> None:
    """Opening for writing makes the tables, and whose store it is comes with the first apply."""
    path = tmp_path / "store.db"
    with open_store(url(path), write=True) as store:
        assert (store.stamp(), store.state(DAY, NOW)) == (None, EMPTY)
    assert {name: rows for name, rows in dump(path).items() if rows} == {"alembic_version": [(REVISIONS[-1],)]}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["store.db"]


def test_the_folder_of_a_new_store_is_made_but_not_the_one_above(tmp_path: Path) -> None:
    """`var/prod.db` works in a fresh checkout; a misspelt path does not make a tree of folders."""
    initialise(url(tmp_path / "var" / "prod.db"))
    assert (tmp_path / "var" / "prod.db").exists()
    path = tmp_path / "no" / "such" / "prod.db"
    assert error_of(url(path), write=True) == (
        f"The store {path} cannot be made: there is no folder {tmp_path / 'no'}. Make it first."
    )


def test_a_new_stores_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds names and serial numbers; plans and recordings are kept so as well."""
    path = tmp_path / "prod.db"
    before = os.umask(0o022)
    try:
        initialise(url(path))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["50%.db", "a b#c?d.db", "ü.db"])
def test_any_folder_name_is_opened_as_it_is_written(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name's odd characters are not taken for parts of an address."""
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.chdir(folder)
    with open_store("sqlite:///x.db", write=True) as store:
        assert store.state(DAY, NOW) == EMPTY
    assert (folder / "x.db").exists()


def test_making_a_store_that_is_there_changes_nothing(tmp_path: Path) -> None:
    """`initialise` may run any number of times."""
    path = first_store(tmp_path / "store.db")
    before = dump(path)
    initialise(url(path))
    assert dump(path) == before


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Its tables are made in one transaction: all of them, or none."""
    path = tmp_path / "store.db"

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "CREATE VIEW" in statement:
            raise OSError("the power went")

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(StoreError, match="cannot be reached: the power went"):
            initialise(url(path))
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert dump(path) == {}
    initialise(url(path))
    assert dump(path)["alembic_version"] == [(REVISIONS[-1],)]


def test_a_store_opened_for_reading_has_no_way_to_write(tmp_path: Path) -> None:
    """A reader has no writer, its connection refuses every write, and no file appears beside the store (P3)."""
    path = first_store(tmp_path / "store.db")
    before = path.read_bytes()
    with open_store(url(path), write=False) as store:
        assert not isinstance(store, SqlWriter)
        assert not hasattr(store, "apply")
        assert store._engine is not None
        with store._engine.connect() as connection:
            with pytest.raises(OperationalError, match="readonly"):
                connection.execute(text("DELETE FROM binding"))
            connection.rollback()
            connection.execute(text("PRAGMA query_only = OFF"))
            with pytest.raises(OperationalError, match="readonly"):
                connection.execute(text("DELETE FROM binding"))
        store.state(DAY, NOW)
        assert sorted(each.name for each in tmp_path.iterdir()) == ["store.db"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("write", [False, True])
def test_a_file_that_is_not_a_database_is_refused_in_words(write: bool, tmp_path: Path) -> None:
    """It is named, and left as it is."""
    path = tmp_path / "store.db"
    path.write_text("version: 1\n" * 100)
    assert error_of(url(path), write=write) == (
        f"The store {path} is not a SQLite database. Check store.url in instance.yaml, or restore the file from a "
        "backup."
    )
    assert path.read_text() == "version: 1\n" * 100


def test_a_damaged_database_is_refused_in_words(tmp_path: Path) -> None:
    """Pages of nonsense are not read as assets."""
    path = first_store(tmp_path / "store.db")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert error_of(url(path)) == f"The store {path} is damaged. Restore it from a backup."


@pytest.mark.parametrize("write", [False, True])
def test_another_programs_database_is_refused(write: bool, tmp_path: Path) -> None:
    """Tables are never added to what is not ours."""
    path = tmp_path / "store.db"
    execute(path, "CREATE TABLE wages (person TEXT)")
    assert "another program's" in error_of(url(path), write=write)
    assert dump(path) == {"wages": []}


@pytest.mark.parametrize("write", [False, True])
def test_a_newer_store_is_refused(write: bool, tmp_path: Path) -> None:
    """A version never guesses at tables that it does not know."""
    path = empty_store(tmp_path / "store.db")
    execute(path, "UPDATE alembic_version SET version_num = '0999'")
    assert error_of(url(path), write=write) == (
        f"The store {path} is at revision 0999, which this version does not know (it knows "
        f"{', '.join(REVISIONS)}): a newer version made it. Use that version, or a newer one."
    )


@pytest.mark.parametrize("write", [False, True])
def test_an_older_store_is_refused_until_it_is_upgraded(
    write: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade is asked for, since an older version cannot read the store afterwards."""
    path = empty_store(tmp_path / "store.db")
    monkeypatch.setattr("reconciler.store.opening.REVISIONS", (*REVISIONS, "0999"))
    assert error_of(url(path), write=write) == (
        f"The store {path} is at revision {REVISIONS[-1]}, and this version needs 0999. Make a copy of the file, then "
        "run: reconciler store upgrade ENV"
    )


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A store is a file."""
    assert error_of(url(tmp_path)) == f"The store {tmp_path} is a folder. It has to be a SQLite file; see store.url."


@pytest.mark.parametrize("write", [False, True])
def test_a_locked_database_is_told_after_the_wait(write: bool, tmp_path: Path) -> None:
    """Another program that holds the file does not make a run hang."""
    path = first_store(tmp_path / "store.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert error_of(url(path), write=write) == (
            f"The store {path} is locked by another program. Wait until it is done, or find what holds it, and try "
            "again."
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """The words say that it is a matter of permission."""
    path = first_store(tmp_path / "store.db")
    path.chmod(0)
    assert "Check" in error_of(url(path))


@pytest.mark.parametrize("bad", ["", "prod.db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=rw", "x y://"])
def test_a_url_that_names_no_file_is_refused(bad: str) -> None:
    """A store is never kept in memory, or under a name that someone else reads otherwise."""
    with pytest.raises(StoreError, match=r"sqlite:///var/prod\.db"):
        open_store(bad, write=False)


def test_another_database_is_refused_by_name() -> None:
    """MySQL is not a misspelt SQLite."""
    with pytest.raises(UnsupportedError, match="is for mysql"):
        open_store("mysql://me:hunter2@db/prod", write=False)


CUT_SHORT = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE asset SET notes = printf('%.*c', 9000, 'x')")
connection.execute("UPDATE binding SET presence = 'deleted'")
connection.execute("CREATE TABLE spill AS SELECT * FROM sqlite_master, asset")
os._exit(9)
"""


@pytest.mark.parametrize("write", [False, True])
def test_a_store_left_in_the_middle_of_a_write_is_as_it_was_before(write: bool, tmp_path: Path) -> None:
    """After a crash the next reader or writer finds the rows of before (A3)."""
    path = first_store(tmp_path / "store.db")
    before = (path.read_bytes(), dump(path))
    subprocess.run([sys.executable, "-c", CUT_SHORT, str(path)], check=False)
    assert (tmp_path / "store.db-journal").stat().st_size > 0
    assert path.read_bytes() != before[0]
    with open_store(url(path), write=write) as store:
        assert len(store.state(DAY, NOW).assets) == len(FIRST_PLAN.bindings)
    assert (path.read_bytes(), dump(path)) == before
