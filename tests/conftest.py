"""The PostgreSQL server that tests share, and a place for a store: a test that asks for one runs on both databases."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import postgres
import pytest
from hypothesis import settings
from storing import Where

settings.register_profile("any machine", deadline=None)  # one that is busy takes any time for an example
settings.load_profile("any machine")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore interrupts, and what the tests start would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """Start a PostgreSQL server, one for all of pytest's processes, unless a variable names another.

    It is not below pytest's own folder: another run of pytest takes the right to go there from the server's user.
    """
    if url := os.environ.get(postgres.VARIABLE):
        theirs = postgres.Server(url)
        yield theirs
        theirs.close()
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    started = postgres.start(Path(gettempdir()) / f"reconciler-postgresql-{run}")
    try:
        yield postgres.quickly(started.get_uri())
    finally:
        started.cleanup()


@pytest.fixture
def database(server: postgres.Server) -> Iterator[postgres.Database]:
    """Return a place in the server: a database that is made when it is first used."""
    made = postgres.Database(server)
    yield made
    made.leave()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Return a place for a store, where there is none yet."""
    if request.param == "sqlite":
        return tmp_path / "store.db"
    database: Where = request.getfixturevalue("database")
    return database


_THOROUGH = {"connecting", "crash", "explain", "inventory", "undo"}
"""Folders that `.ci/run` tests and `make test` leaves out but for their quick tests: they take minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole folders as thorough, but for the quick tests in them."""
    for item in items:
        if item.path.parent.name in _THOROUGH and not item.get_closest_marker("quick"):
            item.add_marker(pytest.mark.thorough)
