"""Opening a store: for reading, which can write nothing, or for writing, which makes one where there is none."""

from functools import partial
from typing import TYPE_CHECKING, Final, Literal, overload

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from reconciler.errors import RevisionError, StoreError
from reconciler.model.state import Stamp
from reconciler.store.database.dialects import LEASE_SECONDS, engine_of, make_schema, table_names
from reconciler.store.database.errors import in_words
from reconciler.store.database.location import Address, Location, ServerDatabase, SqliteFile, locate
from reconciler.store.database.migrations import REVISIONS, revision_of, told, upgrade
from reconciler.store.database.sqlite import was_cut_short
from reconciler.store.ledger.lease import keep_free
from reconciler.store.ledger.stamp import read_stamp
from reconciler.store.reader import SqlReader

if TYPE_CHECKING:
    from reconciler.store.remote_ledger import SqlLedger, WritableSqlLedger
    from reconciler.store.writer import SqlWriter

WAIT_SECONDS: Final = 30.0
"""How long a lock that someone else holds is waited for."""


@overload
def open_store(
    address: Address | str,
    *,
    write: Literal[True],
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> "SqlWriter": ...


@overload
def open_store(
    address: Address | str,
    *,
    write: bool = False,
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> SqlReader: ...


def open_store(
    address: Address | str,
    *,
    write: bool = False,
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> SqlReader:
    """Return the store at an address, or at its URL alone, to be used as a context manager.

    Opened for reading, a store that does not exist yet is an empty one, and
    nothing is made. Opened for writing it is made; an older one has to be upgraded by `initialise` first. An apply's
    lease lasts for `lease_seconds` when its holder dies.

    Raises:
        UnsupportedError: the URL is neither SQLite's nor PostgreSQL's.
        StoreError: it cannot be reached or read, or it is not a store of this version.
    """
    place, engine = _opened(address, wait_seconds, lease_seconds, write=write)
    if engine is not None and write:
        from reconciler.store.writer import SqlWriter  # noqa: PLC0415 - a reader loads nothing that writes

        return SqlWriter(place, engine, lease_seconds)
    return SqlReader(place, engine)


@overload
def open_ledger(
    address: Address | str,
    *,
    write: Literal[True],
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> "WritableSqlLedger": ...


@overload
def open_ledger(
    address: Address | str,
    *,
    write: bool = False,
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> "SqlLedger": ...


def open_ledger(
    address: Address | str,
    *,
    write: bool = False,
    wait_seconds: float = WAIT_SECONDS,
    lease_seconds: float = LEASE_SECONDS,
) -> "SqlLedger":
    """Return the ledger of a store behind an API, as `open_store` returns a store.

    Raises:
        UnsupportedError, StoreError: as `open_store`.
    """
    from reconciler.store.remote_ledger import SqlLedger, WritableSqlLedger  # noqa: PLC0415 - a SQL store needs none

    place, engine = _opened(address, wait_seconds, lease_seconds, write=write)
    if engine is not None and write:
        return WritableSqlLedger(place, engine, lease_seconds)
    return SqlLedger(place, engine)


def _opened(
    address: Address | str, wait_seconds: float, lease_seconds: float, *, write: bool
) -> tuple[Location, Engine | None]:
    """Return where a store is and an engine for it; one to write to is made where there is none."""
    place = locate(address)
    there = _is_store(place, wait_seconds)
    if not write:
        return place, engine_of(place, "ro", wait_seconds) if there else None
    if not there:
        _make(place, wait_seconds)
    return place, engine_of(place, "rw", wait_seconds, lease_seconds)


def initialise(address: Address | str, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Make the store where there is none, and bring an older one up to date.

    Raises:
        UnsupportedError, StoreError: as `open_store`.
    """
    place = locate(address)
    _is_store(place, wait_seconds, older_is_fine=True)
    _make(place, wait_seconds)


def pending_migrations(address: Address | str, *, wait_seconds: float = WAIT_SECONDS) -> dict[str, str] | None:
    """Return the migrations that `initialise` would run on a store, and what each does; None where there is none yet.

    Raises:
        UnsupportedError, StoreError: as `open_store`; an older store is what this is for.
    """
    place = locate(address)
    if not _is_store(place, wait_seconds, older_is_fine=True):
        return None
    with in_words(place), engine_of(place, "ro", wait_seconds).connect() as connection, connection.begin():
        at = str(revision_of(connection))
    return {revision: told(revision) for revision in REVISIONS[REVISIONS.index(at) + 1 :]}


def stamp_of(address: Address | str, *, wait_seconds: float = WAIT_SECONDS) -> Stamp | None:
    """Return the stamp of a store that is there, whatever its revision: no migration changes the stamp's table (E3).

    Raises:
        StoreError: it cannot be reached or read.
    """
    place = locate(address)
    with in_words(place), engine_of(place, "ro", wait_seconds).connect() as connection, connection.begin():
        return read_stamp(connection)


def _is_store(place: Location, wait_seconds: float, *, older_is_fine: bool = False) -> bool:
    """Return whether there is a store; False when there is no file, or nothing in it."""
    with in_words(place):
        if isinstance(place, SqliteFile) and not _is_file(place, wait_seconds):
            return False
        with engine_of(place, "ro", wait_seconds).connect() as connection, connection.begin():
            revision = revision_of(connection)
            if revision is None and table_names(connection):
                raise StoreError(f"The database {place} is another program's: it has tables, and no store among them.")
    if revision is None or revision == REVISIONS[-1]:
        return revision is not None
    if revision not in REVISIONS:
        raise RevisionError(
            f"The store {place} is at revision {revision}, which this version does not know (it knows "
            f"{', '.join(REVISIONS)}): a newer version made it. Use that version, or a newer one."
        )
    if not older_is_fine:
        raise RevisionError(
            f"The store {place} is at revision {revision}, and this version needs {REVISIONS[-1]}. Make a copy of the "
            f"{'file' if isinstance(place, SqliteFile) else 'database'}, then run: "
            f"reconciler store upgrade {place.environment}"
        )
    return True


def _is_file(place: SqliteFile, wait_seconds: float) -> bool:
    """Return whether there is a file; what an apply that was cut short had begun to write is put back by SQLite."""
    if not place.path.exists():
        return False
    if place.path.is_dir():
        raise StoreError(f"The store {place} is a folder. It has to be a SQLite file; see store.url.")
    try:
        with engine_of(place, "ro", wait_seconds).connect() as connection:
            table_names(connection)
    except OperationalError as error:
        if not was_cut_short(error):
            raise
        with engine_of(place, "rw", wait_seconds).connect() as connection:
            table_names(connection)
    return True


def _make(place: Location, wait_seconds: float) -> None:
    with in_words(place):
        if isinstance(place, SqliteFile):
            _make_folder(place)
            place.path.touch(mode=0o600)  # SQLite's own would be readable by everybody
        with engine_of(place, "rwc", wait_seconds).connect() as connection:
            if isinstance(place, ServerDatabase) and place.schema is not None:
                make_schema(connection, place.schema)
            upgrade(connection, partial(keep_free, environment=place.environment))


def _make_folder(place: SqliteFile) -> None:
    folder = place.path.absolute().parent
    if not folder.parent.is_dir():
        raise StoreError(f"The store {place} cannot be made: there is no folder {folder.parent}. Make it first.")
    folder.mkdir(exist_ok=True)
