"""A database's errors in words: what is wrong with the store, where it is, what to do; never a value of a row."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from reconciler.errors import ReconcilerError, StaleError, StoreError
from reconciler.store.database.location import Location, ServerDatabase

_SQLITE: Final = {
    "SQLITE_NOTADB": "is not a SQLite database. Check store.url in instance.yaml, or restore the file from a backup.",
    "SQLITE_CORRUPT": "is damaged. Restore it from a backup.",
    "SQLITE_BUSY": "is locked by another program. Wait until it is done, or find what holds it, and try again.",
    "SQLITE_LOCKED": "is locked by another program. Wait until it is done, and try again.",
    "SQLITE_CANTOPEN": "cannot be opened. Check that its folder exists, and who may read and write there.",
    "SQLITE_READONLY_ROLLBACK": "was left in the middle of an apply that was cut short, and only who may write the "
    "file can put it back: run any command once as that user.",
    "SQLITE_READONLY": "cannot be written. Check who may write the file and its folder.",
    "SQLITE_PERM": "may not be opened. Check who may read and write it.",
    "SQLITE_FULL": "cannot be written: the disk is full. Make room and try again.",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error.",
}

_POSTGRESQL: Final = {
    "28": "refused the user or the password of its URL.",
    "3D000": "does not exist on its server. Make it first, for example with createdb.",
    "25006": "cannot be written: its server or this connection only reads.",
    "53100": "cannot be written: its server's disk is full. Make room and try again.",
    "53300": "has too many connections. Wait, or allow its server more, and try again.",
    "55P03": "is locked by another program. Wait until it is done, or find what holds it, and try again.",
    "57014": "was asked for something that its server stopped. Try again.",
    "25P03": "ended this program's session, which was silent for longer than its lease lasts.",
    "57P": "cannot be reached: its server is being stopped or started, or ended the session. Try again.",
    "08": "cannot be reached: the connection was lost.",
}
"""By how the SQLSTATE begins; PostgreSQL's manual, appendix A."""

_RIGHTS: Final = (
    (re.compile(r"no schema has been selected"), "GRANT USAGE, CREATE ON SCHEMA {schema} TO {user}"),
    (re.compile(r"permission denied for schema (?P<name>\S+)"), "GRANT USAGE, CREATE ON SCHEMA {name} TO {user}"),
    (
        re.compile(r"permission denied to create temporary tables in database \"(?P<name>.+)\""),
        'GRANT TEMPORARY ON DATABASE "{name}" TO {user}',
    ),
    (re.compile(r"permission denied for database (?P<name>\S+)"), "GRANT CREATE ON DATABASE {name} TO {user}"),
    (
        re.compile(r"permission denied for (table|view|relation) "),
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}",
    ),
    (
        re.compile(r"permission denied for sequence "),
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {user}",
    ),
)
"""What PostgreSQL says when a right is missing, and the statement that gives it."""

_NO_RIGHT: Final = frozenset({"42501", "3F000"})

_MOVED: Final = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: someone else wrote the same rows."""

_REFUSED: Final = "23"

_IN_THE_WAY: Final = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"})
"""A row with the same key is there already."""


@contextmanager
def in_words(place: Location) -> Iterator[None]:
    """Turn a database's errors into errors of this program.

    Raises:
        StaleError: someone else changed the rows that were to be written.
        StoreError: anything else that a database says.
    """
    try:
        yield
    except DBAPIError as error:
        raise as_words(place, error) from error
    except sqlite3.Error as error:
        raise StoreError(_sqlite_words(place, error)) from error
    except OSError as error:
        raise StoreError(f"The store {place} cannot be reached: {error.strerror or error}.") from error


def as_words(place: Location, error: DBAPIError) -> ReconcilerError:
    """Return a database's error as one of this program."""
    original = error.orig or error
    if isinstance(original, sqlite3.Error):
        return StoreError(_sqlite_words(place, original))
    if was_moved(error):
        return StaleError(
            f"Rows of the store {place} were changed by someone else while they were written; nothing was kept. "
            "Plan again."
        )
    return StoreError(_server_words(place, original))


def was_moved(error: DBAPIError) -> bool:
    """Return whether a row could not be written because someone else changed it meanwhile."""
    return getattr(error.orig, "sqlstate", None) in _MOVED


def _sqlite_words(place: Location, error: BaseException) -> str:
    name = str(getattr(error, "sqlite_errorname", None) or "")
    if name.startswith("SQLITE_CONSTRAINT"):
        return _refused(place, str(error), in_the_way=name in _IN_THE_WAY)
    return _worded(place, name, _SQLITE) or f"The store {place} cannot be used: {error}."


def _server_words(place: Location, error: Any) -> str:
    state, told = error.sqlstate or "", _first_line(error)
    if state.startswith(_REFUSED):
        return _refused(place, told, in_the_way=state in _IN_THE_WAY)
    if state in _NO_RIGHT:
        return _right_missing(place, told)
    words = _worded(place, state, _POSTGRESQL) if state else None
    return words or f"The store {place} cannot be {'used' if state else 'reached'}: {told}."


def _right_missing(place: Location, told: str) -> str:
    """Return which right is missing, and the statement that gives it; the user is not named."""
    schema = (place.schema if isinstance(place, ServerDatabase) else None) or "public"
    for pattern, statement in _RIGHTS:
        if found := pattern.search(told):
            names = {"schema": schema, "user": "…", **found.groupdict()}
            return (
                f"The user of the URL lacks a right in the store {place}: {told}. Let its owner run: "
                f"{statement.format(**names)}"
            )
    return (
        f"The user of the URL lacks a right in the store {place}: {told}. Only the owner of its tables upgrades a "
        "store: use the URL of the user who made it."
    )


def _refused(place: Location, told: str, *, in_the_way: bool) -> str:
    if not in_the_way:
        return f"The store {place} refused what was to be written ({told}); nothing was kept."
    return (
        f"In the store {place} a row is in the way of what was to be written ({told}); nothing was kept. It is one "
        f"that no plan knows of, a binding without its asset for example: `reconciler store check {place.environment}` "
        "finds it."
    )


def _worded(place: Location, code: str, advice: dict[str, str]) -> str | None:
    words = next((words for begins, words in advice.items() if code.startswith(begins)), None)
    return f"The store {place} {words}" if words else None


def _first_line(error: Any) -> str:
    """Return what an error says, without its details: those repeat rows."""
    told = error.diag.message_primary or str(error) or error.__class__.__name__
    return next(iter(str(told).strip().splitlines()), "").rstrip(".")
