"""The store's migrations, in order; each runs in one explicit transaction.

A store is brought up to date by `upgrade`. A new migration is a new file in `versions`, and its name in `REVISIONS`.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, select, table

from reconciler.store.dialect import for_writing, table_names, wait_for_migrations

REVISIONS: Final = ("0001",)
"""Every revision that this version knows, oldest first; a test compares them with the files."""

_VERSION_TABLE: Final = table("alembic_version", column("version_num"))


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a store is at; None when nothing was ever migrated there."""
    if _VERSION_TABLE.name not in table_names(connection):
        return None
    revision = connection.execute(select(_VERSION_TABLE.c.version_num)).scalar()
    return None if revision is None else str(revision)


def upgrade(connection: Connection) -> None:
    """Run the migrations that the store lacks, each in a transaction of its own that lets nobody else migrate."""
    for revision in REVISIONS:
        with for_writing(connection).begin():
            wait_for_migrations(connection)
            at = revision_of(connection)
            if at is None or REVISIONS.index(at) < REVISIONS.index(revision):
                _step(connection, revision)


def _step(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # only a store that is made or upgraded needs Alembic
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, revision)
