"""A store on a PostgreSQL server: how it is named, opened and refused, and that its password is in no message."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from postgres import Database
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from storing import (
    DAY,
    NOW,
    apply,
    changed,
    dump,
    empty_store,
    execute,
    first_store,
    plan,
    query,
    state,
    url,
)

from reconciler.errors import ReconcilerError, StoreError, UnsupportedError
from reconciler.model.state import State
from reconciler.settings.fields import BUILT_IN_FIELDS
from reconciler.store.database.dialects import engine_of
from reconciler.store.database.location import locate
from reconciler.store.database.migrations import REVISIONS
from reconciler.store.opening import initialise, open_store, pending_migrations
from reconciler.store.rows.tables import metadata
from reconciler.store.writer import SqlWriter

EMPTY = State(fields=tuple(BUILT_IN_FIELDS))
PASSWORD = "hunter2"


def error_of(url: str, *, write: bool = False, wait_seconds: float = 0.05) -> str:
    """Return the words in which a store is refused; its password is not among them."""
    with pytest.raises(ReconcilerError) as caught, open_store(url, write=write, wait_seconds=wait_seconds) as store:
        store.state(DAY, NOW)
    told = str(caught.value)
    assert PASSWORD not in told
    return told


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_each_way_to_write_a_servers_url_names_the_same_place(scheme: str) -> None:
    """Its text has neither user nor password nor options."""
    place = locate(f"{scheme}://me:{PASSWORD}@db.example.com:5433/prod?sslmode=require&password={PASSWORD}")
    assert str(place) == "postgresql://db.example.com:5433/prod"
    assert PASSWORD not in repr(place)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (f"postgresql://me:{PASSWORD}@db", "has to name the server's database"),
        (f"postgresql+asyncpg://me:{PASSWORD}@db/prod", "the one that is used is psycopg"),
        (f"mysql://me:{PASSWORD}@db/prod", "is for mysql"),
        (f"postgresql://me:{PASSWORD}@db:port/prod", "cannot be read"),
    ],
)
def test_a_url_that_names_no_database_is_refused(bad: str, told: str) -> None:
    """What is missing is told, and the URL is not repeated."""
    assert told in error_of(bad)


def test_a_driver_of_another_name_is_unsupported() -> None:
    """Nothing is guessed about it."""
    with pytest.raises(UnsupportedError):
        locate("postgresql+psycopg2://db/prod")


@pytest.mark.parametrize("write", [False, True])
def test_a_server_that_is_not_there_is_told(write: bool) -> None:
    """The words name the place and what the driver says of it."""
    told = error_of(f"postgresql://me:{PASSWORD}@127.0.0.1:1/prod", write=write)
    assert told.startswith("The store postgresql://127.0.0.1:1/prod cannot be reached: connection failed: ")


@pytest.mark.parametrize("write", [False, True])
def test_a_database_that_is_not_there_is_told_and_not_made(write: bool, database: Database) -> None:
    """Databases are an administrator's to make."""
    gone = database.server.url_of("no_such_database")
    assert 'database "no_such_database" does not exist' in error_of(gone, write=write)


@pytest.mark.parametrize("write", [False, True])
def test_another_programs_database_is_refused(write: bool, database: Database) -> None:
    """Tables are never added to what is not ours."""
    execute(database, "CREATE TABLE wages (person TEXT)")
    assert "another program's" in error_of(url(database), write=write)
    assert dump(database) == {"wages": []}


def test_a_database_with_nothing_in_it_reads_as_an_empty_store(database: Database) -> None:
    """The first plan needs no store, and leaves nothing behind."""
    with open_store(url(database)) as store:
        assert (store.missing, store.state(DAY, NOW), store.stamp()) == (True, EMPTY, None)
    assert (dump(database), pending_migrations(url(database))) == ({}, None)


@pytest.mark.parametrize("write", [False, True])
def test_a_newer_store_is_refused(write: bool, database: Database) -> None:
    """A version never guesses at tables that it does not know."""
    execute(empty_store(database), "UPDATE alembic_version SET version_num = '0999'")
    assert "which this version does not know" in error_of(url(database), write=write)


def test_a_store_opened_for_reading_cannot_write(database: Database) -> None:
    """Its transactions are READ ONLY to the server, whatever a program asks of them (P3)."""
    before = dump(first_store(database))
    with open_store(url(database)) as store:
        assert not isinstance(store, SqlWriter)
        assert store._engine is not None
        for statement in ("UPDATE asset SET name = 'X'", "CREATE TABLE t (x TEXT)", "SELECT setval('asset_id_seq', 9)"):
            with (
                store._engine.connect() as connection,
                connection.begin(),
                pytest.raises(DBAPIError, match="read-only transaction"),
            ):
                connection.execute(text(statement))
    assert dump(database) == before


def test_a_state_is_read_in_one_snapshot(database: Database) -> None:
    """What others commit meanwhile is not half in it."""
    first_store(database)
    with open_store(url(database)) as store:
        assert store._engine is not None
        with store._engine.connect() as connection, connection.begin():
            assert connection.execute(text("SELECT count(*) FROM asset")).scalar() == 2
            execute(database, "UPDATE binding SET presence = 'deleted'")
            assert connection.execute(text("SELECT count(*) FROM binding WHERE presence = 'deleted'")).scalar() == 0


def test_what_is_wrong_with_the_first_of_many_rows_is_told(database: Database) -> None:
    """The rows that were not taken yet are in the way of nothing that is asked after it."""
    first_store(database)
    execute(
        database,
        "ALTER TABLE binding DROP CONSTRAINT ck_binding_presence",
        "UPDATE binding SET presence = 'lost' WHERE id = 1",
        "INSERT INTO binding"
        " (source, tenant_id, asset_id, device_id, presence, bound_at, missing_reads, unlisted_reads)"
        " SELECT 'intune', 't', asset_id, 'd' || n, 'deleted', bound_at, 0, 0"
        " FROM binding, generate_series(1, 3000) AS n WHERE id = 1",
    )
    told = error_of(url(database))
    assert "binding.presence is 'lost', which is not one of present, missing, excluded, deleted" in told


def test_rows_that_someone_holds_are_waited_for_and_then_told(database: Database) -> None:
    """Another program that locks what is to be written does not make a run hang."""
    first_store(database)
    with closing(database.connect()) as other, open_store(url(database), write=True, wait_seconds=0.05) as store:
        other.execute("BEGIN")
        other.execute("LOCK TABLE pin")
        with pytest.raises(StoreError, match="is locked by another program"):
            store.pin("AST-000001", "name", because="x", who="ann")


def test_two_processes_that_make_a_store_at_once_make_one(database: Database) -> None:
    """The second waits for the first, and finds it made."""
    address = url(database)
    with ThreadPoolExecutor(4) as pool:
        for made in [pool.submit(initialise, address) for _ in range(4)]:
            made.result()
    assert dump(database)["alembic_version"] == [(REVISIONS[-1],)]


_SHAPE = """
SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
    coalesce(collation_name, '-') || ' ' || coalesce(column_default, '-')
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version' AND table_name <> 'asset_overview'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
UNION ALL
SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
ORDER BY 1, 2, 3
"""


def test_the_migrations_make_the_tables_that_are_described(database: Database) -> None:
    """Column by column, constraint by constraint, index by index."""
    described = Database(database.server)
    with engine_of(locate(url(described)), "rw", 5).begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
    wanted = query(described, _SHAPE)
    described.leave()
    assert query(empty_store(database), _SHAPE) == wanted


def test_names_are_sorted_byte_by_byte(database: Database) -> None:
    """Whatever language the server speaks, a store's rows come in one order."""
    first_store(database)
    for field in ("name", "Zebra", "_x", "ä"):
        execute(database, f"INSERT INTO pin (asset_id, field, reason, pinned_at) VALUES (1, '{field}', 'x', 'x')")
    with open_store(url(database)) as store:
        assert [pin.field for pin in store.pins()] == ["Zebra", "_x", "name", "ä"]


def test_whole_numbers_stay_whole(database: Database) -> None:
    """A plan that says 512 is not undone by a row that says 512.0."""
    apply(first_store(database), plan(changed("AST-000001", storageGb=(256, 512), memoryGb=(15.8, 16.25))))
    fields = tuple(BUILT_IN_FIELDS)
    values = state(database).assets[0].values
    found = [values[fields.index(name)] for name in ("storageGb", "memoryGb")]
    assert [(each, type(each)) for each in found] == [(512, int), (16.25, float)]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO organisation (name) VALUES ('Contoso')", "uq_organisation_name"),
        ("INSERT INTO site (organisation_id, name) VALUES (9, 'York')", "fk_site_organisation_id"),
        ("UPDATE asset SET tag = 'AST-000001'", "uq_asset_tag"),
        ("UPDATE asset SET warranty_end = '31.01.2029'", "ck_asset_warranty_end"),
        ("UPDATE asset SET custom = '[1]'", "ck_asset_custom"),
        ("UPDATE asset SET custom = '{'", "json"),
        ("UPDATE binding SET presence = 'lost'", "ck_binding_presence"),
        ("UPDATE binding SET asset_id = 1", "uq_binding_alive"),
        ("DELETE FROM person", "fk_asset_person_id"),
        ("UPDATE run_change SET subject = 'weather'", "ck_run_change_subject"),
    ],
)
def test_the_database_refuses_what_must_not_be(statement: str, constraint: str, database: Database) -> None:
    """Each constraint holds for every program that writes."""
    first_store(database)
    with pytest.raises(Exception, match=constraint):
        execute(database, statement)


def test_a_store_may_have_a_schema_of_its_own(database: Database) -> None:
    """A URL may say in which schema the tables are; what others keep in the database is not looked at."""
    execute(database, "CREATE TABLE wages (person TEXT)", "CREATE SCHEMA assets")
    separator = "&" if "?" in database.url else "?"
    address = f"{database.url}{separator}options=-csearch_path%3Dassets"
    initialise(address)
    with open_store(address, write=True) as store:
        store.adopt("prod", "production")
    assert query(database, "SELECT instance FROM assets.stamp") == [("prod",)]
