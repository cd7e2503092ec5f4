"""Whether a store is what it should be: what the database guards by itself, looked at once more, and what it cannot."""

from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from reconciler.model.plan import SOFTWARE
from reconciler.model.run import Finding
from reconciler.model.state import Presence
from reconciler.store.database.migrations import revision_of
from reconciler.store.integrity import odd_values
from reconciler.store.ledger.tables import binding, pin, stamp
from reconciler.store.rows.asset_columns import CUSTOM_PREFIX, NO_CUSTOM, REFERENCES, decode_custom
from reconciler.store.rows.tables import FIELD_COLUMNS, asset, custom_field

_SHOWN: Final = 5


def check_store(connection: Connection, instance: str) -> tuple[Finding, ...]:
    """Return what was examined, and what is wrong with each; nothing is changed."""
    looks: tuple[tuple[str, Callable[[Connection], Iterator[str]]], ...] = (
        ("the stamp is this instance's", lambda connection: _stamp(connection, instance)),
        ("the database's pages and indexes", _integrity),
        ("no dangling references", _foreign_keys),
        ("presence and timestamps are valid", odd_values),
        ("an asset has one live binding at most", _live_bindings),
        ("custom fields are declared ones", _custom_fields),
        ("pinned fields exist", _pins),
    )
    return (
        Finding(f"revision {revision_of(connection)} of the tables", ()),
        *(Finding(what, _some(list(look(connection)))) for what, look in looks),
    )


def _some(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - _SHOWN
    return (*faults[:_SHOWN], *([f"and {more:,} more"] if more > 0 else []))


def _stamp(connection: Connection, instance: str) -> Iterator[str]:
    row = connection.execute(select(stamp)).one_or_none()
    if row is not None and row.instance != instance:
        yield f"the store is {row.instance}'s, and this is {instance}"


def _integrity(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars()
        yield from (str(row) for row in rows if row != "ok")


def _foreign_keys(connection: Connection) -> Iterator[str]:
    """PostgreSQL lets no row like this in; a program that opens a SQLite file without `foreign_keys = ON` does."""
    if connection.dialect.name == "sqlite":
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"row {row} of {table} refers to a row of {parent} that is not there"


def _live_bindings(connection: Connection) -> Iterator[str]:
    statement = (
        select(asset.c.tag, func.count())
        .join_from(binding, asset)
        .where(binding.c.presence != Presence.DELETED.value)
        .group_by(asset.c.tag)
        .having(func.count() > 1)
        .order_by(asset.c.tag)
    )
    for tag, count in connection.execute(statement):
        yield f"{tag} has {count} live bindings"


def _custom_fields(connection: Connection) -> Iterator[str]:
    known = frozenset(connection.execute(select(custom_field.c.name)).scalars())
    rows = connection.execute(select(asset.c.tag, asset.c.custom).where(asset.c.custom != NO_CUSTOM).order_by("tag"))
    for tag, text in rows:
        for name in sorted(decode_custom(text).keys() - known):
            yield f"{tag} has a value for {CUSTOM_PREFIX}{name}, which the store does not have"


def _pins(connection: Connection) -> Iterator[str]:
    custom = connection.execute(select(custom_field.c.name)).scalars()
    known = {*REFERENCES, SOFTWARE.partition(":")[0], *FIELD_COLUMNS, *(CUSTOM_PREFIX + name for name in custom)}
    for tag, field in connection.execute(select(asset.c.tag, pin.c.field).join_from(pin, asset).order_by("tag")):
        if field not in known:
            yield f"{tag} has {field} pinned, which is no field"
