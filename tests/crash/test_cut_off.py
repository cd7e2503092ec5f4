"""A server that goes away: what was committed is looked for, and what is not known is not guessed (A3)."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from crashing import DAY_AFTER, IMPORT, apply_now, rows, wait_for_server
from msgspec.structs import replace
from postgres import Database
from sqlalchemy.engine import make_url
from storing import ORIGIN, empty_store, execute, query, url

from reconciler.errors import StaleError, StoreError
from reconciler.store.opening import open_store

COMMIT = b"COMMIT"


class Proxy:
    """Passes bytes between a client and a server, until the client says COMMIT to it.

    `answered` lets the server hear it, and cuts its answer off; `closed` lets nobody in afterwards.
    """

    def __init__(self, server: Callable[[], socket.socket], *, answered: bool, closed: bool) -> None:
        self.server, self.answered, self.closed = server, answered, closed
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.armed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                server = self.server()
                threading.Thread(target=self._to_server, args=(client, server), daemon=True).start()
                threading.Thread(target=self._to_client, args=(server, client), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while data := client.recv(65536):
                if self.armed and COMMIT in data:
                    self._cut(data, client, server)
                    return
                server.sendall(data)

    def _to_client(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)

    def _cut(self, data: bytes, client: socket.socket, server: socket.socket) -> None:
        self.armed = False
        if self.closed:
            self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()
        client.shutdown(socket.SHUT_RDWR)
        if self.answered:
            server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        else:
            server.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(database: Database, *, answered: bool, closed: bool = False) -> Iterator[tuple[str, Proxy]]:
    """Give the URL of a database behind a proxy."""
    there = make_url(database.url)

    def connect() -> socket.socket:
        host = there.query.get("host") or there.host
        if isinstance(host, str) and host.startswith("/"):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(f"{host}/.s.PGSQL.{there.port or 5432}")
            return connection
        return socket.create_connection((str(host), there.port or 5432))

    proxy = Proxy(connect, answered=answered, closed=closed)
    through = there.set(host="127.0.0.1", port=proxy.port, query={"sslmode": "disable", "gssencmode": "disable"})
    try:
        yield through.render_as_string(hide_password=False), proxy
    finally:
        with suppress(OSError):
            proxy.listening.close()


def apply_through(address: str, proxy: Proxy) -> str:
    """Apply a day's plan, cut off at its COMMIT; return the run's id."""
    with open_store(address, write=True, wait_seconds=2) as store:
        found = store.stamp()
        assert found is not None
        fitted = replace(DAY_AFTER, store_id=found.store_id)
        with store.apply(owner="test", origin=ORIGIN) as transaction:
            transaction.verify(fitted)
            transaction.write(fitted, {"a": 1}, {"intune": True}, "s2", kind="production")
            proxy.armed = True
        return transaction.outcome.run_id


@pytest.fixture
def imported(database: Database) -> Database:
    apply_now(empty_store(database), IMPORT)
    return database


@pytest.mark.quick
def test_a_commit_whose_answer_was_lost_is_found_and_told_as_done(imported: Database) -> None:
    """The server committed: the run is in the journal, so the apply is what it is, done."""
    with proxied(imported, answered=True) as (address, proxy):
        run_id = apply_through(address, proxy)
    assert (run_id,) in query(imported, "SELECT run_id FROM run")
    assert query(imported, "SELECT held FROM lease") == [(False,)]


def test_a_commit_that_never_arrived_is_told_as_not_kept(imported: Database) -> None:
    """The server rolled back: every row is as before, the words say so, and the next apply works."""
    before = rows(imported)
    with proxied(imported, answered=False) as (address, proxy), pytest.raises(StoreError, match=r"Nothing was kept\.$"):
        apply_through(address, proxy)
    assert rows(imported) == before
    apply_now(imported, DAY_AFTER)


@pytest.mark.parametrize("answered", [True, False])
def test_a_commit_that_can_not_be_looked_for_is_told_as_not_known(imported: Database, answered: bool) -> None:
    """Nobody can say whether it was kept, and nobody does: the run's id tells how to look."""
    with proxied(imported, answered=answered, closed=True) as (address, proxy), pytest.raises(StoreError) as caught:
        apply_through(address, proxy)
    told = str(caught.value)
    assert "whether it was kept is not known" in told
    assert "reconciler show ENV 20261123-080000-" in told
    run_id = told.rsplit(" ", 1)[1]
    wait_for_server(imported)
    assert ((run_id,) in query(imported, "SELECT run_id FROM run")) is answered


def test_a_session_that_the_server_ends_keeps_nothing(imported: Database) -> None:
    """An administrator who ends the session in the middle of the writes undoes them."""
    before = rows(imported)

    def cut_short() -> None:
        with (
            open_store(url(imported), write=True) as store,
            store.apply(owner="test", origin=ORIGIN) as transaction,
        ):
            fitted = replace(DAY_AFTER, store_id=transaction.state(1, "2026-11-24T08:00:00Z").stamp.store_id)
            transaction.write(fitted, {"a": 1}, {"intune": True}, "s2", kind="production")
            execute(imported, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'asset'::regclass")
            transaction.read_back(fitted)

    with pytest.raises(StoreError, match="cannot be reached"):
        cut_short()
    assert rows(imported) == before


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("disk_full", "its server's disk is full. Make room and try again."),
        ("read_only_sql_transaction", "its server or this connection only reads"),
        ("insufficient_privilege", "The user of the URL lacks a right in the store"),
        ("query_canceled", "its server stopped"),
    ],
)
def test_what_a_server_refuses_in_the_middle_keeps_nothing(imported: Database, code: str, told: str) -> None:
    """Told in words, with nothing kept."""
    execute(
        imported,
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE {code}; END $$",
        "CREATE TRIGGER refuse AFTER INSERT ON run FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    before = rows(imported)
    with pytest.raises(StoreError) as caught:
        apply_now(imported, DAY_AFTER)
    assert told in str(caught.value)
    assert rows(imported) == before


def test_a_row_that_someone_changes_meanwhile_is_not_overwritten(imported: Database) -> None:
    """The plan is stale then, and a person's edit stands."""

    def cut_short() -> None:
        with (
            open_store(url(imported), write=True) as store,
            store.apply(owner="test", origin=ORIGIN) as transaction,
        ):
            transaction.revision()
            execute(imported, "UPDATE asset SET notes = 'by hand' WHERE tag = 'AST-000000'")
            fitted = replace(DAY_AFTER, store_id=transaction.state(1, "2026-11-24T08:00:00Z").stamp.store_id)
            transaction.write(fitted, {"a": 1}, {"intune": True}, "s2", kind="production")

    with pytest.raises(StaleError, match="changed by someone else while they were written"):
        cut_short()
    assert query(imported, "SELECT name, notes FROM asset WHERE tag = 'AST-000000'") == [("LT-0", "by hand")]
