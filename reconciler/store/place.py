"""Where a store is, out of its URL, and a database's errors in words that name that place."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from reconciler.errors import StoreError, UnsupportedError


@dataclass(frozen=True, slots=True)
class Place:
    """A SQLite file that is, or will be, a store."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


def locate(url: str, folder: Path | None = None) -> Place:
    """Return the place that a store's URL names; a relative path is relative to `folder`, else to where we are.

    Raises:
        StoreError: the text is no URL, or names no file. It is not repeated: it may have a password in it.
        UnsupportedError: the URL is another database's.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(
            "The store's URL cannot be read. It has to look like sqlite:///var/prod.db (three slashes before a "
            "relative path, four before an absolute one); see store.url in instance.yaml."
        ) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        raise UnsupportedError(
            "The store's URL is PostgreSQL's, which this version does not support yet. Use a SQLite file, for example "
            "sqlite:///var/prod.db; see store.url in instance.yaml."
        )
    if backend != "sqlite":
        raise UnsupportedError(f"The store's URL is for {backend}; this version keeps assets in SQLite (sqlite:///…).")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreError("The store's URL has to name a file and nothing else, for example sqlite:///var/prod.db.")
    return Place((folder or Path()) / parsed.database)


_ADVICE: Final = {
    "SQLITE_NOTADB": "is not a SQLite database. Check store.url in instance.yaml, or restore the file from a backup.",
    "SQLITE_CORRUPT": "is damaged. Restore it from a backup.",
    "SQLITE_BUSY": "is locked by another program. Wait until it is done, or find what holds it, and try again.",
    "SQLITE_LOCKED": "is locked by another program. Wait until it is done, and try again.",
    "SQLITE_CANTOPEN": "cannot be opened. Check that its folder exists, and who may read and write there.",
    "SQLITE_READONLY_ROLLBACK": "was left in the middle of an apply that was cut short, and only who may write the "
    "file can put it back: run any command once as such a user.",
    "SQLITE_READONLY": "cannot be written. Check who may write the file and its folder.",
    "SQLITE_PERM": "may not be opened. Check who may read and write it.",
    "SQLITE_FULL": "cannot be written: the disk is full. Make room and try again.",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error.",
    "SQLITE_CONSTRAINT": "refused what was to be written",
}


@contextmanager
def in_words(place: Place) -> Iterator[None]:
    """Turn a database's errors into StoreError: what is wrong with the store, where it is, what to do."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_words(place, error.orig or error)) from error
    except sqlite3.Error as error:
        raise StoreError(_words(place, error)) from error
    except OSError as error:
        raise StoreError(f"The store {place} cannot be reached: {error.strerror or error}.") from error


def _words(place: Place, error: BaseException) -> str:
    name = str(getattr(error, "sqlite_errorname", None) or "")
    advice = next((words for code, words in _ADVICE.items() if name.startswith(code)), None)
    if advice is None:
        return f"The store {place} cannot be used: {error}."
    if name.startswith("SQLITE_CONSTRAINT"):
        return f"The store {place} {advice} ({error}); nothing was kept."
    return f"The store {place} {advice}"
