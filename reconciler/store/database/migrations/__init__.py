"""The store's migrations, in order; each runs in one explicit transaction.

A store is brought up to date by `upgrade`. A new migration is a new file in `versions`, and its name in `REVISIONS`; a
store as it was before is kept in `tests/store/released`, and goes up from there. No migration changes the lease.
"""

import ast
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, select, table

from reconciler.store.database.dialects import for_writing, table_names, wait_for_migrations

REVISIONS: Final = ("0001", "0002", "0003", "0004")
"""Every revision that this version knows, oldest first; a test compares them with the files."""

_VERSION_TABLE: Final = table("alembic_version", column("version_num"))


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a store is at; None when nothing was ever migrated there."""
    if _VERSION_TABLE.name not in table_names(connection):
        return None
    revision = connection.execute(select(_VERSION_TABLE.c.version_num)).scalar()
    return None if revision is None else str(revision)


def told(revision: str) -> str:
    """Return what a migration does, in the words that its file begins with."""
    [file] = (Path(__file__).parent / "versions").glob(f"{revision}_*.py")
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def upgrade(connection: Connection, keep_free: Callable[[Connection], None]) -> None:
    """Run the migrations that the store lacks, each in a transaction that lets nobody else migrate or apply.

    `keep_free` keeps anyone from taking the lease until its transaction ends. A new store is made in one transaction,
    so that an apply that is killed leaves none that has to be upgraded.

    Raises:
        LeaseError: an apply holds the store.
    """
    with for_writing(connection).begin():
        wait_for_migrations(connection)
        at = revision_of(connection)
        if at is None:
            _step(connection, REVISIONS[-1])
    for before, revision in pairwise(REVISIONS):
        with for_writing(connection).begin():
            wait_for_migrations(connection)
            if revision_of(connection) != before:
                continue  # it is further already, or a newer program's
            keep_free(connection)
            _step(connection, revision)


def _step(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # only a store that is made or upgraded needs Alembic
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    command.upgrade(config, revision)
