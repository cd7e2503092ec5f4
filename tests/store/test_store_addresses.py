"""Where a store may be: whose hosts, whose passwords, which schema, and which right is missing (K8, N5)."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from postgres import Database
from sqlalchemy.engine import make_url
from storing import DAY, FIRST_PLAN, NEXT_READ, NOW, ORIGIN, changed, execute, first_store, new_asset, plan

from reconciler.errors import ReconcilerError, StoreError
from reconciler.store.database.location import Address, SqliteFile, locate
from reconciler.store.opening import initialise, open_store

ALLOWED = frozenset({"db.example.com"})


def literal(url: str) -> Address:
    return Address(url, literal=True, allowed_hosts=ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me@localhost/prod",
        "postgresql://me@127.0.0.1:5433/prod",
        "postgresql://me@[::1]/prod",
        "postgresql:///prod",
        "postgresql://me@DB.example.com/prod?sslmode=require&connect_timeout=3",
    ],
)
def test_a_literal_may_name_this_machine_or_an_allowed_host(url: str) -> None:
    """The environment allows a host, and settings alone none but this machine."""
    assert str(locate(literal(url))).endswith("/prod")


@pytest.mark.parametrize("host", ["db.example.org", "10.0.0.8", "db.example.com,db.example.org", "localhost.example"])
def test_a_literal_that_names_another_host_is_refused(host: str) -> None:
    """A pull request cannot send a password anywhere (K8)."""
    with pytest.raises(StoreError, match=f"names the host {host.rsplit(',', maxsplit=1)[-1]}.*RECONCILER_ALLOW_HOST="):
        locate(literal(f"postgresql://me@{host}/prod"))


@pytest.mark.parametrize(
    "option", ["host=db.example.org", "hostaddr=10.0.0.8", "service=prod", "passfile=x", "sslkey=k"]
)
def test_a_literal_with_an_option_that_leads_elsewhere_is_refused(option: str) -> None:
    """A host, or a file with a secret, is not named by the way."""
    with pytest.raises(StoreError, match=f"has the option {option.partition('=')[0]}"):
        locate(literal(f"postgresql://me@localhost/prod?{option}"))


def test_a_url_from_outside_the_settings_may_name_any_host() -> None:
    """Whoever sets the variable or the file decides."""
    assert str(locate("postgresql://me@db.example.org/prod?sslkey=k")) == "postgresql://db.example.org/prod"


@pytest.mark.parametrize("password", ["p@ss", "pa/ss", "pa#ss", "p@s/s#1", "pa/s@s", "pa?ss"])
def test_a_password_that_is_not_escaped_is_neither_shown_nor_looked_up(password: str) -> None:
    """The words say how to write it, and have no part of it."""
    with pytest.raises(StoreError) as caught, open_store(f"postgresql://me:{password}@127.0.0.1:1/prod"):
        pass
    told = str(caught.value)
    assert "cannot be read" in told
    assert "write @ as %40, / as %2F" in told
    assert password not in told
    assert "127.0.0.1" not in told


def test_an_escaped_password_is_read() -> None:
    """As the words say."""
    place = locate("postgresql://me:p%40s%2Fs%23@db/prod")
    assert (str(place), place.url.password) == ("postgresql://db/prod", "p@s/s#")


class Eavesdropper:
    """A server that asks everyone for a password in clear text, and keeps it."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.passwords: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                with client, suppress(OSError, struct.error):
                    self._ask(client)

    def _ask(self, client: socket.socket) -> None:
        while True:
            (length,) = struct.unpack("!i", client.recv(4))
            (protocol,) = struct.unpack("!i", client.recv(length - 4)[:4])
            if protocol not in (80877103, 80877104):  # TLS or GSS is asked for first
                break
            client.sendall(b"N")
        client.sendall(b"R" + struct.pack("!ii", 8, 3))
        if client.recv(1) == b"p":
            (length,) = struct.unpack("!i", client.recv(4))
            self.passwords.append(client.recv(length - 4).rstrip(b"\0").decode())


@contextmanager
def eavesdropper() -> Iterator[Eavesdropper]:
    server = Eavesdropper()
    try:
        yield server
    finally:
        server.listening.close()


@pytest.mark.parametrize("variable", ["PGPASSWORD", "PGPASSFILE"])
def test_only_a_host_that_is_named_outside_the_settings_gets_libpqs_password(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A literal is connected to with what stands in it; a reference, or an allowed host, with libpq's own files too."""
    file = tmp_path / "pgpass"
    file.write_text("*:*:*:*:hunter2\n")
    file.chmod(0o600)
    monkeypatch.setenv(variable, "hunter2" if variable == "PGPASSWORD" else str(file))
    with eavesdropper() as server:
        url = f"postgresql://me@127.0.0.1:{server.port}/prod"
        for address in (Address(url, literal=True), Address(url)):
            with pytest.raises(ReconcilerError), open_store(address, wait_seconds=2):
                pass
            assert server.passwords == ([] if address.literal else ["hunter2"])
        allowed = Address(url, literal=True, allowed_hosts=frozenset({"127.0.0.1"}))
        with pytest.raises(ReconcilerError), open_store(allowed, wait_seconds=2):
            pass
    assert server.passwords == ["hunter2"] * 2


def test_two_stores_share_a_database_in_two_schemas(database: Database) -> None:
    """Each has its own tables, lease and stamp (N5)."""
    database.dirty = True
    prod, uat = (Address(database.url, schema=name) for name in ("prod", "uat"))
    for address in (prod, uat):
        initialise(address)
    with open_store(prod, write=True) as store, store.apply(owner="ann", origin=ORIGIN) as application:
        application.verify(FIRST_PLAN)
        application.write(FIRST_PLAN, {}, {}, "s1", kind="production")
        application.read_back(FIRST_PLAN)
    with open_store(prod) as one, open_store(uat) as other, open_store(database.url) as neither:
        counts = [len(store.state(DAY, NOW).assets) for store in (one, other)]
        assert (counts, other.stamp(), neither.missing) == ([2, 0], None, True)
        assert one.shown.endswith("(schema prod)")
        assert not any(each.faults for each in one.check("prod"))


def test_a_sqlite_file_has_no_schemas() -> None:
    """The setting is refused rather than ignored."""
    with pytest.raises(StoreError, match="has no schemas"):
        locate(Address("sqlite:///x.db", schema="prod"))
    assert isinstance(locate("sqlite:///x.db"), SqliteFile)


CREATE = "GRANT USAGE, CREATE ON SCHEMA public TO …"
ROWS = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO …"
NUMBERS = "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO …"


@pytest.mark.parametrize(
    ("made", "taken", "told"),
    [
        (False, "REVOKE CREATE ON SCHEMA public FROM {poor}", CREATE),
        (False, "REVOKE ALL ON SCHEMA public FROM PUBLIC, {poor}", CREATE),
        (True, "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC", 'GRANT TEMPORARY ON DATABASE "{database}" TO …'),
        (True, "REVOKE UPDATE ON asset FROM {poor}", ROWS),
        (True, "REVOKE SELECT ON run FROM {poor}", ROWS),
        (True, "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {poor}", NUMBERS),
    ],
)
def test_the_right_that_is_missing_is_named(made: bool, taken: str, told: str, database: Database) -> None:
    """With the statement that gives it."""
    if made:
        first_store(database)
    database.dirty = True
    names = {"database": database.name, "poor": f"poor_{database.name}"}
    rights = (
        "CREATE ROLE {poor} LOGIN",
        "GRANT ALL ON SCHEMA public TO {poor}",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO {poor}",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {poor}",
        taken,
    )
    execute(database, *(each.format(**names) for each in rights))
    poor = make_url(database.url).set(username=names["poor"]).render_as_string(hide_password=False)
    try:
        with pytest.raises(StoreError) as caught:
            update(poor)
        assert told.format(**names) in str(caught.value)
    finally:
        execute(database, *(each.format(**names) for each in ("DROP OWNED BY {poor}", "DROP ROLE {poor}")))


def update(url: str) -> None:
    """Apply an update and a creation to a store."""
    with open_store(url, write=True) as store:
        found = store.stamp()
        made = plan(
            changed("AST-000002", name=("LT-2", "LT-9")),
            new_asset("AST-000003", "d3", name="LT-3"),
            store_id=found.store_id if found else None,
            read_at=NEXT_READ,
        )
        with store.apply(owner="ann", origin=ORIGIN) as application:
            application.verify(made)
            application.write(made, {}, {}, "s1", kind="production")
