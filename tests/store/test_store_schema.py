"""The tables that the migrations make: the same as described, and each constraint in the database."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.schema import CreateIndex, CreateTable
from storing import READ, TENANT, Where, empty_store, execute, first_store

import reconciler.store.database.migrations
import reconciler.store.ledger.tables
from reconciler.store.database.migrations import REVISIONS
from reconciler.store.database.sqlite import sqlite_engine
from reconciler.store.rows.tables import metadata


def statements(path: Path) -> list[str]:
    """Return the CREATE statements of a store's tables and indexes."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'index') "
            "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'alembic_%'"
        ).fetchall()
    connection.close()
    return sorted(plain(row[0]) for row in rows)


def plain(statement: str) -> str:
    """Return a CREATE statement with its columns and constraints in the order of the alphabet.

    SQLite writes a column that was added later on the line of the one before.
    """
    apart = re.sub(r", (?=\w+ (?:TEXT|INTEGER|FLOAT|NUMERIC|BOOLEAN)\b)", ",\n", statement.replace('"', ""))
    lines = [line.strip().rstrip(",") for line in apart.splitlines()]
    return "\n".join(sorted(filter(None, lines)))


def test_the_migrations_make_the_tables_that_are_described(tmp_path: Path) -> None:
    """Every table and index, with its checks and keys, is in the database as `tables` describes it."""
    engine = sqlite_engine(tmp_path / "described.db", "rwc", 5)
    described = [
        plain(str(statement.compile(engine)))
        for table in metadata.sorted_tables
        for statement in (CreateTable(table), *map(CreateIndex, table.indexes))
    ]
    assert statements(empty_store(tmp_path / "store.db")) == sorted(described)


def test_the_revisions_are_the_files() -> None:
    """`REVISIONS` names every migration, oldest first."""
    script = ScriptDirectory(str(Path(reconciler.store.database.migrations.__file__).parent))
    assert tuple(reversed([each.revision for each in script.walk_revisions()])) == REVISIONS


COPY_OF_RUN = (
    "INSERT INTO run SELECT 9, run_id, instance, started_at, finished_at, who, from_where, settings_commit, "
    "settings_clean, plan_digest, counts, allowances, because, usage, revision, NULL, NULL, NULL, NULL FROM run"
)
BINDING = "(source, tenant_id, device_id, asset_id, presence, bound_at, missing_reads, unlisted_reads)"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO organisation (name) VALUES ('Contoso')", "UNIQUE constraint failed: organisation.name"),
        ("INSERT INTO organisation (name) VALUES ('')", "ck_organisation_name"),
        ("INSERT INTO site (organisation_id, name) VALUES (1, 'Leeds')", "site.organisation_id, site.name"),
        ("INSERT INTO site (organisation_id, name) VALUES (9, 'York')", "FOREIGN KEY"),
        ("INSERT INTO asset_type (name, group_id) VALUES ('Tablet', 9)", "FOREIGN KEY"),
        ("INSERT INTO asset_type (name, group_id) VALUES ('Laptop', 1)", "asset_type.name"),
        ("INSERT INTO status (name) VALUES ('In Use')", "status.name"),
        ("INSERT INTO person (name, active) VALUES ('Eve', 2)", "ck_person_active"),
        ("INSERT INTO person (name, entra_id) VALUES ('Eve', 'e-ann@contoso.com')", "person.entra_id"),
        ("INSERT INTO custom_field (name, type) VALUES ('x', 'colour')", "ck_custom_field_type"),
        ("INSERT INTO custom_field (name, type) VALUES ('department', 'text')", "custom_field.name"),
        ("UPDATE asset SET tag = 'AST-000001'", "asset.tag"),
        ("UPDATE asset SET tag = NULL", "NOT NULL constraint failed: asset.tag"),
        ("UPDATE asset SET type_id = 99", "FOREIGN KEY"),
        ("UPDATE asset SET person_id = 99", "FOREIGN KEY"),
        ("UPDATE asset SET encrypted = 7", "ck_asset_encrypted"),
        ("UPDATE asset SET imei = printf('%.*c', 65, 'x')", "ck_asset_imei"),
        ("UPDATE asset SET warranty_end = '31.01.2029'", "ck_asset_warranty_end"),
        ("UPDATE asset SET last_check_in = '2026-11-23'", "ck_asset_last_check_in"),
        ("UPDATE asset SET custom = '[1]'", "ck_asset_custom"),
        ("UPDATE asset SET custom = '{'", "ck_asset_custom"),
        ("UPDATE asset SET version = 0", "ck_asset_version"),
        ("DELETE FROM status", "FOREIGN KEY"),
        ("DELETE FROM person", "FOREIGN KEY"),
        (f"INSERT INTO binding {BINDING} VALUES ('intune', '{TENANT}', 'd1', 1, 'deleted', 'x', 0, 0)", "device_id"),
        (f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd9', 1, 'missing', 'x', 0, 0)", "asset_id"),
        ("UPDATE binding SET presence = 'lost'", "ck_binding_presence"),
        ("UPDATE binding SET missing_reads = -1", "ck_binding_missing_reads"),
        ("UPDATE binding SET superseded = '[]'", "ck_binding_superseded"),
        ("INSERT INTO pin (asset_id, field, reason, pinned_at) VALUES (99, 'name', 'x', 'x')", "FOREIGN KEY"),
        ("INSERT INTO licence (name, seats) VALUES ('Project', -1)", "ck_licence_seats"),
        ("INSERT INTO software (name, name_key, licence_id) VALUES ('A', 'a', 99)", "FOREIGN KEY"),
        ("UPDATE run_change SET subject = 'weather'", "ck_run_change_subject"),
        ("UPDATE run SET undone_by = 99", "FOREIGN KEY"),
        (
            COPY_OF_RUN,
            "run.run_id",
        ),
        ("INSERT INTO stamp VALUES (2, 'uat', 'uat', 'x', NULL, '', 0, 'x')", "ck_stamp_one_row"),
        ("INSERT INTO lease VALUES (2, 'x', 'x', 'x', 'x', 0, 1)", "ck_lease_one_row"),
    ],
)
def test_the_database_refuses_what_must_not_be(statement: str, constraint: str, tmp_path: Path) -> None:
    """Each constraint holds for every program that writes, not only for this one."""
    path = first_store(tmp_path / "store.db")
    with pytest.raises(sqlite3.IntegrityError, match=re.escape(constraint)):
        execute(path, statement)


def test_an_asset_may_have_a_live_binding_beside_deleted_ones(place: Where) -> None:
    """One binding per asset is not deleted; any number may be."""
    first_store(place)
    execute(
        place,
        f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd8', 1, 'deleted', 'x', 0, 0)",
        f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd9', 1, 'deleted', 'x', 0, 0)",
    )


def test_a_binding_goes_with_its_asset(tmp_path: Path) -> None:
    """A person who removes an asset removes its binding and pins."""
    path = first_store(tmp_path / "store.db")
    execute(path, "INSERT INTO pin (asset_id, field, reason, pinned_at) VALUES (1, 'name', 'x', 'x')")
    execute(path, "DELETE FROM asset WHERE tag = 'AST-000001'")
    connection = sqlite3.connect(path)
    left = connection.execute("SELECT (SELECT group_concat(device_id) FROM binding), (SELECT count(*) FROM pin)")
    assert left.fetchall() == [("d2", 0)]
    connection.close()


def test_a_number_of_a_removed_asset_is_never_given_again(tmp_path: Path) -> None:
    """What other programs keep under an asset's id does not become another asset's."""
    path = first_store(tmp_path / "store.db")
    execute(
        path, "DELETE FROM asset WHERE id = 2", "INSERT INTO asset (tag, created_at, updated_at) VALUES ('X', '', '')"
    )
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT id FROM asset WHERE tag = 'X'").fetchall() == [(3,)]
    connection.close()


def test_the_overview_joins_the_names_in_and_says_why_an_asset_is_not_updated(tmp_path: Path) -> None:
    """The view has each asset once: with its live binding, else the latest, else as never matched."""
    path = first_store(tmp_path / "store.db")
    execute(
        path,
        "INSERT INTO asset (id, tag, name, created_at, updated_at) VALUES (3, 'DESK-1', 'Desk', '', '')",
        "INSERT INTO asset (id, tag, created_at, updated_at) VALUES (4, 'OLD-1', '', '')",
        "UPDATE binding SET presence = 'excluded' WHERE device_id = 'd2'",
        f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd7', 1, 'deleted', 'x', 0, 0)",
        f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd8', 4, 'deleted', 'x', 0, 0)",
        f"INSERT INTO binding {BINDING} VALUES ('intune', 'other', 'd9', 4, 'deleted', 'x', 0, 0)",
    )
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT tag, name, type, asset_group, organisation, site, status, user_name, user_upn, tenant_id, device_id, "
        "presence, last_read_at, not_updated_because FROM asset_overview ORDER BY id"
    ).fetchall()
    connection.close()
    names = ("Laptop", "Computers", "Contoso", "Leeds", "In Use", "Ann", "ann@contoso.com")
    nothing = (None,) * 7
    assert rows == [
        ("AST-000001", "LT-1", *names, TENANT, "d1", "present", READ, None),
        ("AST-000002", "LT-2", "Laptop", "Computers", *nothing[2:], TENANT, "d2", "excluded", READ, "excluded"),
        ("DESK-1", "Desk", *nothing, None, None, None, None, "never matched"),
        ("OLD-1", None, *nothing, "other", "d9", "deleted", None, "deleted"),
    ]


def test_the_tables_of_the_journal_are_described_too() -> None:
    """The two modules of tables share one metadata."""
    assert set(metadata.tables) >= {"asset", "binding", reconciler.store.ledger.tables.run.name}
